"""truecms (南通, 如皋): lists that a script loads as JSONP, ``…/messageController/getMessage.do``.

How to recognise it: ``messageController/getMessage.do`` in the page. Where the options are: the endpoint is the
``proxyUrl`` of the pager's call, ``columnId`` (a UUID) stands in it or in its ``ajaxParam``, and ``totalRecord``. Some
pages hold the first rows in a hidden ``#initData`` and some show them, most do neither. The answer is
``cb({"result": "<datastore>…"})`` (see ``jpage``) or HTML in its place, counted by ``startrecord``; without a Referer
it is 404. How many records an answer may have differs by site, and more is refused, cut or brings nothing: 50 is tried,
then 20, then 10.
Example portals: 南通市 (www.nantong.gov.cn), 如皋市 (www.rugao.gov.cn).
"""

from __future__ import annotations

import re
from collections.abc import Set
from urllib.parse import urlsplit

from crawler.families import jpage
from crawler.families.base import Family, Followed, Next
from crawler.links import Link
from crawler.targets import Page, Pager, Portal, Target, join

CALL = "messageController/getMessage.do"
SIZES = (50, 20, 10)

_CALL = re.compile(r"messageController/getMessage\.do", re.IGNORECASE)
_URL = re.compile(r"[\"']([^\"'<>\s]{0,300}messageController/getMessage\.do[^\"'<>\s]{0,300})", re.IGNORECASE)
_TEMPLATE = re.compile(r"\$\{|\{\{|<%")


class Truecms(Family):
    """truecms. What a page does not hold comes from the endpoint, from record 1 on."""

    name = "truecms"

    def recognise(self, page: Page) -> bool:
        return _is_answer(page) or _CALL.search(page.text) is not None

    def links(self, page: Page) -> list[Link]:
        if not _is_answer(page):
            return [link for link in super().links(page) if not _TEMPLATE.search(link.title)]
        result = _result(page)
        records = [record for store in jpage.stores(result) for record in store.records]
        return jpage.rows(records, page.url) if records else jpage.read(result, page.url)

    def follow(self, page: Page, target: Target, portal: Portal, seen: Set[str] = frozenset()) -> Followed:
        """Follow a page; the first answer may repeat what the page itself shows, and does not end the list by that."""
        first = _is_answer(page) and jpage.fields(urlsplit(page.url).query).get("startrecord") == "1"
        return super().follow(page, target, portal, frozenset() if first else seen)

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        if _is_answer(page):
            return _behind(page, target)
        options = jpage.options(page.text)
        called = _URL.search(page.text)
        address = options.get("proxyurl") or (called[1] if called else f"/truecms/{CALL}")
        path, _, query = address.partition("?")
        column = options.get("columnid") or jpage.fields(query).get("columnId")
        total = jpage.number(options.get("totalrecord"))
        if not column or total == 0:
            return None
        held = _held(page)
        if held and total is not None and held >= total:
            return None
        start = held + 1
        sent = {"columnId": column, "callback": "cb"}
        made = [_ask(join(page.base, path), sent, start, size) for size in SIZES]
        first, *rest = [form for form in made if form] or [""]
        if not first:
            return None
        pages = target.page + -(-(total - held) // SIZES[-1]) if total is not None else None
        return Next(first, Pager(declared=total is not None, total=pages, rest=tuple(rest)))


def _behind(page: Page, target: Target) -> Next | None:
    """Return the request behind an answer, for as many records as it had."""
    store = next(iter(jpage.stores(_result(page))), None)
    sent = jpage.fields(urlsplit(page.url).query)
    start, size = (jpage.number(sent.get(name)) or 0 for name in ("startrecord", "perpage"))
    got = len(store.records) if store else len(jpage.read(_result(page), page.url))
    total = store.total if store else None
    done = max(start, 1) - 1 + got
    if not got or (got < size if total is None else done >= total):
        return None
    url = _ask(page.url.split("?")[0], sent, done + 1, got)
    pages = target.page + -(-(total - done) // got) if total is not None else target.pager.total
    return Next(url, Pager(declared=total is not None or target.pager.declared, total=pages)) if url else None


def _is_answer(page: Page) -> bool:
    return _CALL.search(urlsplit(page.url).path) is not None


def _result(page: Page) -> str:
    """Return the XML or HTML in an answer; one that is no JSONP, or torn, as it stands."""
    answer = page.json
    if isinstance(answer, dict) and isinstance(answer.get("result"), str):
        return str(answer["result"])
    return jpage.unescaped(page.text)


def _held(page: Page) -> int:
    """Return how many records a page holds where they can be counted, else 0."""
    if page.root is None:
        return 0
    return len(page.root.xpath("//*[@id='initData']//li[.//a[@href]]"))


def _ask(url: str | None, sent: dict[str, str], start: int, size: int) -> str | None:
    asked = {"startrecord": str(start), "endrecord": str(start + size - 1), "perpage": str(size)}
    return join(url, "?" + jpage.query(sent | asked)) if url else None
