"""What stands on a portal of the simulated year on one day: its reports, its lists, its state, as a table of answers.

Paper     a text somebody wrote: the government of a place, on a year, in an edition
Post      a page that shows a paper at an address, until it is edited, moved or deleted
Portal    a portal on a day: posts, dialect, footer, and whether anybody can read it
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from email.utils import format_datetime
from functools import cache

from fazhi_zoo import pages, text
from fazhi_zoo.articles import Article
from fazhi_zoo.dialects import DIALECTS, Dialect
from fazhi_zoo.pages import Link
from fazhi_zoo.places import PortalSpec, divisions, issuer
from fazhi_zoo.site import Answer, Page
from fazhi_zoo.text import Block, Shape

FOOT = "示例网站，地名、单位、数据均为虚构"  # in every footer of the zoo
HITS = '<span id="hits"></span>'
PER_PAGE = 5
CHALLENGE = b"<html><script>document.cookie='__jsl_clearance_s=1|0|x';location.href=location.pathname</script></html>"
SHELL = '<div id="app"></div><script src="/static/js/app.3f2a9c.js"></script>'  # a list that only a script fills
NEAR = ("工作", "各项工作")  # what a repost changes, in the first two paragraphs that have it


@dataclass(frozen=True, slots=True, order=True)
class Paper:
    """A text: the report of a place's government on a year. Edition 0 is the first; ``near``: a repost's wording."""

    place: str
    year: int
    edition: int = 0
    near: bool = False

    @property
    def title(self) -> str:
        """The title as published; the same for every edition."""
        return f"{self.government}{self.year}年法治政府建设年度报告"

    @property
    def government(self) -> str:
        """The name of the government that reports."""
        return issuer("government", self.place).name

    @property
    def blocks(self) -> list[Block]:
        """The body, signature included."""
        return list(_blocks(self))

    @property
    def text(self) -> str:
        """The body as plain text, one paragraph a line."""
        return "\n".join(block.text for block in _blocks(self))


@cache
def _blocks(paper: Paper) -> tuple[Block, ...]:
    rng = random.Random(f"{paper.place} {paper.year}")
    by = issuer("government", paper.place)
    blocks = text.report(rng, by.words, paper.year, frozenset({"行政复议"}), Shape())
    for edition in range(1, paper.edition + 1):
        more = f"经核实，{paper.year}年另有行政执法监督检查{40 + edition}次的数据此前遗漏，现予补充。"
        blocks.insert(len(blocks) // 2, Block("p", more))
    if paper.near:
        blocks = _reworded(blocks)
    return (*blocks, Block("sign", by.name), Block("sign", f"{paper.year + 1}年2月{5 + int(paper.place) % 20}日"))


def _reworded(blocks: list[Block]) -> list[Block]:
    """Change a few words, as those do who repost."""
    left = 2
    changed = []
    for block in blocks:
        touched = bool(left) and NEAR[0] in block.text
        left -= touched
        changed.append(replace(block, text=block.text.replace(*NEAR, 1)) if touched else block)
    assert not left, "nothing to reword"
    return changed


@dataclass(frozen=True, slots=True)
class Post:
    """A page of a portal. ``published`` and ``doc_no`` are what it says; ``touched`` the day it was last changed.

    ``gone``: how a deleted page answers, ``404`` or ``soft`` (status 200 and the words for it); empty where it stands.
    ``listed``: whether the column leads to it.
    """

    name: str
    paper: Paper
    published: date
    path: str
    touched: date
    doc_no: str | None = None
    gone: str = ""
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Portal:
    """A portal on a day.

    ``state``: ``open``, ``down`` (nobody listens), ``blocked`` (a challenge in place of every page), ``unreadable``
    (the column is filled by a script we cannot run). ``onward``: old path -> new path, where it sends on.
    ``visitors``: a counter in the pages that is another one every day.
    """

    spec: PortalSpec
    known: bool  # its column stands in the portal file
    posts: Mapping[str, Post] = field(default_factory=dict)
    state: str = "open"
    foot: str = FOOT
    touched: date = date(2026, 1, 1)
    onward: Mapping[str, str] = field(default_factory=dict)
    visitors: int | None = None
    numbers: int = 0  # articles that had an address so far
    tags: str = "both"  # validators: both, modified (Last-Modified alone), none

    @property
    def dialect(self) -> Dialect:
        """The shape of its addresses."""
        return DIALECTS[self.spec.dialect](self.spec.path)

    def shown(self, path: str) -> Post | None:
        """Return the post that is read at a path, also where it is sent on to from there; None where none is."""
        path = self.onward.get(path, path)
        return next((post for post in self.posts.values() if post.path == path and not post.gone), None)

    def gone(self, path: str) -> bool:
        """Say whether the portal answers that a page is not there."""
        return self.state in ("open", "unreadable") and path not in self.onward and self.shown(path) is None

    def answers(self) -> tuple[dict[str, Page], Answer | None]:
        """Return the pages by path, and the answer to every other path (None: that of the zoo for what is missing)."""
        robots = Answer(b"User-agent: *\nDisallow: /search/\n", "text/plain")
        if self.state == "blocked":
            return {"/robots.txt": robots}, Answer(CHALLENGE, status=521)
        table: dict[str, Page] = {"/robots.txt": robots}
        dialect, spec = self.dialect, self.spec
        listed = sorted(
            (post for post in self.posts.values() if post.listed), key=lambda p: (p.published, p.path), reverse=True
        )
        links = [Link(p.paper.title, p.paper.title, dialect.href(p.path), p.published) for p in listed]
        total = max(1, -(-len(links) // PER_PAGE))
        changed = max([self.touched, *(post.touched for post in self.posts.values())])
        for page in range(1, total + 1):
            rows = links[(page - 1) * PER_PAGE : page * PER_PAGE]
            pager = dialect.pager(page, total, len(links))
            made = pages.list_page(spec, rows, pager)
            if self.state == "unreadable":
                made = pages.frame(spec, f"{spec.column}_{spec.site_name}", {}, spec.column, SHELL)
            table[dialect.listing(page, total)] = self._answer(made, changed)
        for path, same in dialect.also(total).items():
            table[path] = table[same]
        column = dialect.listing(1, total)
        table["/"] = self._answer(pages.home_page(spec, column, []), changed)
        for post in self.posts.values():
            if not post.gone:
                page_of = pages.article_page(spec, _article(post), column, (None, None), [])
                table[post.path] = self._answer(page_of, max(post.touched, self.touched))
            elif post.gone == "soft":
                table[post.path] = self._answer(pages.missing_page(spec), changed)
        for old, new in self.onward.items():
            table[old] = Answer(b"", status=301, headers=(("Location", new),))
        return table, None

    def _answer(self, page: str, changed: date) -> Answer:
        page = page.replace(FOOT, self.foot)
        if self.visitors is not None:
            page = page.replace(HITS, f'<span id="hits">{self.visitors}</span>')
        body = page.encode(self.spec.charset)
        headers = []
        if self.tags == "both":
            headers.append(("ETag", f'"{hashlib.sha256(body).hexdigest()[:16]}"'))
        if self.tags != "none" and self.visitors is None:
            headers.append(("Last-Modified", format_datetime(datetime(*changed.timetuple()[:3], tzinfo=UTC), True)))
        return Answer(body, "text/html; charset=utf-8", headers=tuple(headers))


def _article(post: Post) -> Article:
    paper = post.paper
    facts = {
        "title": paper.title, "published": post.published, "publisher": paper.government, "doc_no": post.doc_no,
        "index_no": None, "topic": None, "validity": None, "written": None,
    }  # fmt: skip
    return Article(int(paper.place) % 7, paper.blocks, "p", True, False, facts)


def spec_of(code: str, dialect: str = "trs_zero", path: str = "/zwgk/fzzfjsndbg/", label: str = "line") -> PortalSpec:
    """Return the row of a portal of the year."""
    name = f"{divisions()[code][0]}人民政府"
    return PortalSpec(
        code=code, name=f"示例省{name}", site_name=name, dialect=dialect, path=path, look={"label": label}, meta=1.0
    )
