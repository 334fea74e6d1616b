"""The disclosure platform of 广东 (gkmlpt): pages filled by script from a JSON list, one platform for each unit.

How to recognise it: ``window._CONFIG`` in a page under ``/gkmlpt/`` (``/gkmlpt/index``, ``/<unit>/gkmlpt/…``), or an
answer of ``/gkmlpt/api/``. The portal beside it (NFCMS, ``content/post_N.html``, ``index_2.html``) is another system,
whose static lists need nothing but their anchors: ``generic``.

Where the options are: all in ``_CONFIG``:

    SID     '755001', the unit's number; another unit's brings nothing
    TREE    the categories, {id, name, children}; those named like a report column are asked for, else 0, that is all
    DETAIL  of an article: its text, and its files, which no anchor leads to

The list is ``<unit>/gkmlpt/api/all/<category>?page=&sid=``: 100 rows a page; page 0 and page 1 are the same. Units
stand beside one another as links to ``/<unit>/gkmlpt/``.
Example portals: 深圳市南山区 (www.szns.gov.cn), 韶关市武江区 (www.sgwjq.gov.cn).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import Any
from urllib.parse import urlsplit

from crawler import links
from crawler.families import answers, literals, organs
from crawler.families.base import Family, Next
from crawler.links import Link
from crawler.targets import Page, Portal, Target

SIZE = 100  # rows in one answer, whatever is asked
MOST_NODES = 3000  # nodes read of a tree
ALL = "0"  # the category that holds all others

_CONFIG = re.compile(r"\b_CONFIG\s{0,9}=")
_PLATFORM = re.compile(r"^((?:/[\w.-]{1,60}){0,3}/gkmlpt)(?:/(?:index(?:\.html)?)?)?$")
_API = re.compile(r"/gkmlpt/api/all/\d{1,12}$")
_TREE = re.compile(r"\bTREE[\"']?\s{0,9}[:=]\s{0,9}(?=[\[{])")
_DETAIL = re.compile(r"\bDETAIL[\"']?\s{0,9}[:=]\s{0,9}(?=\{)")
_NUMBER = re.compile(r"[0-9]{1,12}")


class Gkmlpt(Family):
    """The disclosure platform of 广东. Every list is JSON; a page without it shows nothing."""

    name = "gkmlpt"

    def recognise(self, page: Page) -> bool:
        path = urlsplit(page.url).path
        if _API.search(path):
            return True
        return _CONFIG.search(page.text) is not None and ("/gkmlpt" in path or "/gkmlpt/" in page.text)

    def links(self, page: Page) -> list[Link]:
        if not _API.search(urlsplit(page.url).path):
            return links.read(page)
        days = ("display_publish_time", "first_publish_time", "created_at", "date")
        found = answers.rows(answers.data(page), "articles")
        return answers.links(page, found, title=("title",), url=("url", "post_url"), day=days)

    def lists(self, page: Page, target: Target, portal: Portal) -> Iterator[Next]:
        platform = _PLATFORM.match(urlsplit(page.url).path)
        if target.page > 1 or platform is None:
            return
        if sid := literals.option(page.text, "SID"):
            wanted: list[tuple[str, str | None]] = [*_categories(page)] or [(ALL, None)]
            for category, name in wanted:
                url = page.resolve(f"{platform[1]}/api/all/{category}?page=1&sid={sid}")
                if url is not None:
                    yield Next(url, title=name)
        for link in links.read(page):
            other = _PLATFORM.match(urlsplit(link.url).path)
            # what is a unit by its name is followed anyway; what is known to publish no reports is not
            if (
                other
                and other[1] != platform[1]
                and not links.column_weight(link, within=target.url)
                and not organs.publishes_none(link.title)
            ):
                yield Next(link.url)

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        if not _API.search(urlsplit(page.url).path):
            return None
        value = answers.data(page)
        got = len(answers.rows(value, "articles"))
        total = answers.count(answers.at(value, "classify", "post_count"), answers.at(value, "total"))
        pager = answers.behind(target, got, got if page.json is None else SIZE, total)
        return None if pager is None else Next(answers.turn(target.url, "page", target.page + 1), pager)

    def files(self, page: Page) -> list[Link]:
        named = _files(page)
        known = {link.url for link in named}
        return [*(link for link in super().files(page) if link.url not in known), *named]


def _categories(page: Page) -> list[tuple[str, str]]:
    """Return number and name of the categories named like a report column, and of their parts under that name."""
    start = _TREE.search(page.text)
    waiting: list[tuple[Any, str]] = [(literals.read(page.text, start.end()), "")] if start else []
    found: dict[str, str] = {}
    seen = 0
    while waiting and seen < MOST_NODES:
        value, above = waiting.pop()
        if isinstance(value, list):
            waiting.extend((each, above) for each in reversed(value[:MOST_NODES]))
            continue
        if not isinstance(value, dict):
            continue
        seen += 1
        name = next((value[key] for key in ("name", "title", "label") if isinstance(value.get(key), str)), "")
        link = Link(page.url, name)
        if links.column_weight(link, within=page.url) >= links.SURE:
            above = name
        number = str(value.get("id", ""))
        wanted = above and (above == name or links.part_weight(link) or links.GENRE.search(name))
        if wanted and _NUMBER.fullmatch(number) and answers.count(value.get("post_count")) != 0:
            found.setdefault(number, above)
        waiting.extend((each, above) for each in reversed(value.values()) if isinstance(each, list | dict))
    return list(found.items())


def _files(page: Page) -> list[Link]:
    """Return the files of an article, which stand in its ``_CONFIG.DETAIL`` alone."""
    start = _DETAIL.search(page.text)
    if start is None:
        return []
    value = literals.read(page.text, start.end())
    rows = [row for name in ("attachment", "attachments") for row in answers.rows(value, name)]
    found = answers.links(page, rows, title=("name", "title", "url"), url=("url",), day=())
    return [link for link in found if links.is_file(link.url)]
