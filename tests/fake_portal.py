"""A portal as a dict of answers, walked to the end by the dialects alone: no network, no frontier, no clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from archive.model import Role
from crawler.families import Family
from crawler.targets import Page, Portal, Target

HOME = "http://www.hezhu.gov.cn"
PLACE = Portal(code="990300", name="鹤渚市人民政府", home=f"{HOME}/", hosts=frozenset({"www.hezhu.gov.cn"}))
Answer = str | bytes | None


@dataclass
class Walk:
    """What a walk brought: what was asked for in order, the reports as title -> address, why lists were cut short."""

    asked: list[str] = field(default_factory=list)
    reports: dict[str, str] = field(default_factory=dict)
    cut: list[str] = field(default_factory=list)


def html(body: str) -> bytes:
    """Return a whole page."""
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{body}</body></html>".encode()


def page(body: str, path: str = "/") -> Page:
    """Return a whole page of the portal."""
    return Page(HOME + path, html(body))


def listing(path: str, *, title: str | None = None, **more: object) -> Target:
    """Return the first page of a listing."""
    url = HOME + path
    return Target(url=url, role=Role.LISTING, portal=PLACE.code, listing=url, title=title, **more)  # type: ignore[arg-type]  # any field


def title(year: int, place: str = "鹤渚市") -> str:
    """Return the title of a report."""
    return f"{place}{year}年法治政府建设情况报告"


def walk(
    families: Sequence[Family],
    answer: Mapping[str, Answer] | Callable[[str, dict[str, str], str | None], Answer],
    *seeds: Target,
) -> Walk:
    """Follow seeds to the end. ``answer`` is by path with query, or a function of path, query and posted body."""
    told = Walk()
    waiting, known = deque(seeds), {seed.key for seed in seeds}
    seen: dict[str, frozenset[str]] = {}
    while waiting:
        target = waiting.popleft()
        parts = urlsplit(target.url)
        path = target.key.removeprefix(HOME)
        told.asked.append(path)
        assert len(told.asked) < 200, "the walk does not end"
        if callable(answer):
            body = answer(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), target.post)
        else:
            body = answer.get(path)
        listed = target.listing or target.key
        if body is None:
            found = families[-1].missing(target)
        else:
            shown = Page(target.url, body if isinstance(body, bytes) else html(body), post=target.post)
            family = next(each for each in families if each.recognise(shown))
            found = family.follow(shown, target, PLACE, seen.get(listed, frozenset()))
            seen[listed] = seen.get(listed, frozenset()) | found.entries
        if found.truncated:
            told.cut.append(found.truncated)
        for made in found.targets:
            if made.role is Role.REPORT:
                told.reports.setdefault(made.title or "", made.url.removeprefix(HOME))
            elif made.role is Role.LISTING and made.key not in known:
                known.add(made.key)
                waiting.append(made)
    return told
