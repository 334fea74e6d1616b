"""Hanweb JCMS (大汉): columns ``/col/colN/index.html`` whose list stands in the page as XML and goes on by an endpoint.

How to recognise it: ``dataproxy.jsp`` or a ``<datastore>`` in the page; articles ``/art/YYYY/M/D/art_COL_ID.html``,
``/art/YYYY/art_<32 hex>.html`` or ``/colN/art/YYYY/art_COL_ID.html``; ``/channels/chNNNNN/`` with ``pagedContent``.

Where the options are:

    page 1       the records of ``<script type="text/xml"><datastore>``: often several display pages at once
    endpoint     ``proxyUrl`` of the ``jpage`` call, else the path written before ``dataproxy.jsp?``, else the usual
    query        ``ajaxParam`` of the call and what stands behind ``dataproxy.jsp?`` (in ``<nextgroup>``), which some
                 sites encrypt; a column's number stands in its address too, a unit's in the id of its element
    totals       ``<totalrecord>``, ``totalRecord``; the larger one counts

Servers have two habits: some obey ``page`` and ignore ``startrecord``, some the other way round. So what is asked for
is right under both: first records 1 to 100 as page 1 of 100 (the page held some of them, but this is right whatever
size a server's pages really have), then page 2 of 100 with ``startrecord=101`` …. If that brings nothing new, page 2
of as many as the page held, and what a browser would send. A page of ``pagedContent`` has everything at once; one with
``var dataList = [{infolist: […]}]`` (Huzhou) has the first pages, or the entries themselves.
Example portals: 嵊州市 (www.szzj.gov.cn), 江苏省阜宁县 (www.funing.gov.cn).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from archive import dates
from crawler.families import jpage
from crawler.families.base import Next
from crawler.families.generic import Generic
from crawler.links import Link
from crawler.targets import Page, Pager, Portal, Target, join, key_of

PROXY = "dataproxy.jsp"
USUAL, OLDER = "/module/web/jpage/dataproxy.jsp", "/module/jpage/dataproxy.jsp"
SIZE = 100  # records of one request; servers cut what is larger than about 300
SHOWN = 20  # records of a display page, where nothing tells
PAGING = ("page", "startrecord", "endrecord", "perpage")
KEYS = ("col", "appid", "webid", "path", "columnid", "sourceContentType", "unitid", "webname", "permissiontype")
OTHERS = ("module/xxgk/", "messageController/getMessage.do", "jpaas-publish-server")  # dialects with the same articles
FEWEST = 2  # articles by whose addresses a page is recognised

_ARTICLE = re.compile(r"/art/\d{4}/(?:\d{1,2}/\d{1,2}/)?art_(?:\d{1,12}_\d{1,12}|[0-9a-f]{32})\.html")
_HOME = re.compile(r"/?(?:index\.\w{1,8})?")
_COLUMN = re.compile(r"/col/?col(\d{1,12})(?:/|$)")
_CHANNEL = re.compile(r"/channels/ch\d{1,12}/")
_PAGED = re.compile(r"class\s{0,9}=\s{0,9}[\"'][^\"'<>]{0,200}\bpagedContent\b")
_PAGED_TOTAL = re.compile(r"\btotalCount\s{0,9}=\s{0,9}[\"']?(\d{1,9})(?!\d)")
_CALL = re.compile(r"\$\(\s{0,9}[\"']#(\w{1,40})[\"']\s{0,9}\)\s{0,9}\.jpage\b")
_AJAX = re.compile(r"\bajaxParam\s{0,9}[:=]\s{0,9}\{([^{}]{0,4000})\}")
_QUERY = re.compile(r"dataproxy\.jsp(?:\?([^'\"<>\s\]]{1,2000}))?")
_DAYS = ("daytime", "pubDate", "date")  # names of an entry's date
_DATA_LIST = re.compile(r"\bdataList\s{0,9}=\s{0,9}(?=\[)")
_DATA_PAGES = re.compile(r"\bpageTotal[\"']?\s{0,9}:\s{0,9}[\"']?(\d{1,6})(?!\d)")


@dataclass(frozen=True, slots=True)
class Unit:
    """One list of a page: where the rest of it is, what is to be sent there, how much there is, what is here.

    ``path`` is None where the page does not tell it; ``plain`` the fields with no number of them encrypted.
    """

    path: str | None
    fields: dict[str, str]
    plain: dict[str, str]
    total: int | None
    shown: int  # entries a display page holds
    records: tuple[str, ...]


class Hanweb(Generic):
    """Hanweb JCMS. Columns without an endpoint go on as ``generic`` ones do."""

    name = "hanweb"

    def recognise(self, page: Page) -> bool:
        text = page.text
        if _is_answer(page) or PROXY in text:
            return True
        if any(mark in text or mark in page.url for mark in OTHERS):
            return False
        if "<datastore" in text or _CHANNEL.search(urlsplit(page.url).path) or _PAGED.search(text):
            return True
        if _entries(page):
            return True
        return len({match[0] for match in _ARTICLE.finditer(text)}) >= FEWEST

    def links(self, page: Page) -> list[Link]:
        listed = _listed(page)
        known = {link.url for link in listed}
        if _is_answer(page):
            return listed or jpage.read(jpage.unescaped(page.text), _base(page))
        return [*listed, *(link for link in super().links(page) if link.url not in known)]

    def entries(self, page: Page, target: Target, seen: Set[str] = frozenset()) -> list[Link]:
        return _listed(page) or super().entries(page, target, seen)

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        if _is_answer(page):
            return _behind(page, target)
        if _HOME.fullmatch(urlsplit(page.url).path):
            return None  # its lists are excerpts of columns
        found = _units(page)
        if found:
            unit = _own(page, found) or (found[0] if len(found) == 1 or not target.guessed else None)
            return _rest(page, target, unit) if unit else None
        paged = len(_PAGED.findall(page.text))
        if paged:
            total = _PAGED_TOTAL.search(page.text)
            return super().next_page(page, target, entries) if total and int(total[1]) > paged else None
        if groups := _groups(_data_list(page)):
            total = _DATA_PAGES.search(page.text)
            if total is None or int(total[1]) <= len(groups):
                return None
            url = join(page.base, f"index_{len(groups) + 1}.html")
            return Next(url, Pager(declared=True, total=int(total[1]) - len(groups) + 1)) if url else None
        return super().next_page(page, target, entries)

    def lists(self, page: Page, target: Target, portal: Portal) -> Iterable[Next]:
        """Yield the further lists of a page that has several, as far as they go on behind what the page holds."""
        if _is_answer(page) or target.guessed or target.page > 1 or _HOME.fullmatch(urlsplit(page.url).path):
            return
        found = _units(page)
        own = _own(page, found) or (found[0] if found else None)
        for unit in found:
            if unit is not own and (behind := _rest(page, target, unit)) is not None:
                yield Next(behind.url, Pager(), behind.post)


def _is_answer(page: Page) -> bool:
    return urlsplit(page.url).path.endswith(PROXY)


def _base(page: Page) -> str:
    """Return where the relative links of an answer start from: the column page they are put into."""
    column = {**jpage.fields(urlsplit(page.url).query), **jpage.fields(page.post)}.get("columnid", "")
    return join(page.url, f"/col/col{column}/index.html") or page.url if jpage.number(column) else page.url


def _listed(page: Page) -> list[Link]:
    """Return the entries of a page that stand in its XML or JSON."""
    base = _base(page) if _is_answer(page) else page.base
    if records := [record for store in jpage.stores(page.text) for record in store.records]:
        return jpage.rows(records, base)
    return _entries(page)


def _entries(page: Page) -> list[Link]:
    """Return the entries in ``var dataList = […]``."""
    found = {}
    held = _data_list(page)
    for entry in [entry for group in _groups(held) for entry in group] or held:
        if not isinstance(entry, dict) or not isinstance(entry.get("title"), str):
            continue
        url = page.resolve(str(entry.get("url") or ""))
        if url and (title := entry["title"].strip()):
            day = next((str(entry[name]) for name in _DAYS if entry.get(name)), "")
            found[url] = Link(url, title, title, dates.first(day))
    return list(found.values())


def _data_list(page: Page) -> list[object]:
    """Return what ``var dataList = […]`` holds: entries, or display pages of them."""
    match = _DATA_LIST.search(page.text)
    if match is None:
        return []
    try:
        data, _ = json.JSONDecoder(strict=False).raw_decode(page.text, match.end())
    except (ValueError, RecursionError):
        return []
    return data if isinstance(data, list) else []


def _groups(held: list[object]) -> list[list[object]]:
    """Return the display pages among them."""
    return [group["infolist"] for group in held if isinstance(group, dict) and isinstance(group.get("infolist"), list)]


def _units(page: Page) -> list[Unit]:
    """Return the lists of a page that go on by the endpoint."""
    text = page.text
    if PROXY not in text:
        return []
    found = jpage.stores(text)
    if not found:
        return [_unit(page, text, jpage.Store(()))]
    # The script that pages a list stands behind it; a page with one list may have it anywhere.
    scripts = [store.behind for store in found] if len(found) > 1 else [text]
    read = [_unit(page, f"{store.group} {script}", store) for script, store in zip(scripts, found, strict=True)]
    return [unit for unit in read if unit.fields.get("columnid") or unit.fields.get("unitid")]


def _unit(page: Page, text: str, store: jpage.Store) -> Unit:
    options = jpage.options(text)
    path: str | None = None
    sent: dict[str, str] = {}
    for match in islice(_QUERY.finditer(text), jpage.MOST):
        before = jpage.path_before(text, match.start())
        path = path or (before + PROXY if before.strip("./:-") else None)
        sent = sent or jpage.fields(match[1])
    path = options.get("proxyurl", "").split("?")[0] or path
    ajax = _AJAX.search(text)
    told = jpage.options(ajax[1]) if ajax else options
    sent |= {key: told[key.lower()] for key in KEYS if told.get(key.lower())}
    sent = {key: value for key, value in sent.items() if key not in PAGING}
    column, call = _COLUMN.search(urlsplit(page.url).path), _CALL.search(text)
    known = {"columnid": column[1] if column else "", "unitid": call[1] if call else ""}
    sent = {key: value for key, value in known.items() if value} | sent
    plain = sent | {key: value for key, value in known.items() if value and jpage.number(sent.get(key)) is None}
    totals = [total for total in (store.total, jpage.number(options.get("totalrecord"))) if total is not None]
    shown = jpage.number(options.get("perpage")) or 0
    return Unit(path, sent, plain, max(totals, default=None), shown, store.records)


def _own(page: Page, found: list[Unit]) -> Unit | None:
    """Return the list of the column that the page's address names."""
    column = _COLUMN.search(urlsplit(page.url).path)
    return next((unit for unit in found if column and unit.plain.get("columnid") == column[1]), None)


def _rest(page: Page, target: Target, unit: Unit) -> Next | None:
    """Return the first request for what a page does not hold of a list, with the forms to try should it fail."""
    have, total = len(unit.records), unit.total
    if total is not None and total < have:
        total = None  # it does not even count what is here
    if have and (have == total or (total is None and have < unit.shown)):
        return None
    if not have and total == 0:
        return None
    path = unit.path or USUAL

    def ask(paging: dict[str, int], values: dict[str, str], path: str = path, *, post: bool = False) -> str | None:
        numbers = {name: str(number) for name, number in paging.items()}
        url = join(page.base, f"{path}?{jpage.query(numbers if post else values | numbers)}")
        return url and key_of(url, jpage.query(values) if post else None)

    size = have or SIZE
    start = have + 1
    both = {"page": start // size + 1 if have else 1, **_window(start, size)}
    browser = _window(start, max(size, SIZE))
    forms = [
        ask({"page": 1, **_window(1, SIZE)}, unit.fields) if have < SIZE else None,
        ask(both, unit.fields) if have else None,
        ask(browser, unit.fields),
        ask(browser, unit.fields, post=True),
        ask({"page": 1, **_window(1, SIZE)}, unit.plain) if unit.plain != unit.fields else None,
        ask(both, unit.fields, OLDER) if unit.path is None else None,
    ]
    first, *others = [form for form in forms if form]
    if total is None:
        others = others[:1]
    pages = -(-total // (unit.shown or SHOWN)) if total is not None else None
    url, _, post = first.partition("#")
    return Next(url, Pager(declared=total is not None, total=pages, rest=tuple(others)), post or None)


def _behind(page: Page, target: Target) -> Next | None:
    """Return the request behind an answer of the endpoint, in the same habit."""
    sent = jpage.fields(urlsplit(page.url).query)
    paging = {name: jpage.number(sent.get(name)) or 0 for name in PAGING}
    store = next(iter(jpage.stores(page.text)), None)
    got = len(store.records) if store else 0
    size = paging["perpage"] or max(0, paging["endrecord"] - paging["startrecord"] + 1) or got
    if not got or not size:
        return None
    turn, start = paging["page"], paging["startrecord"]
    done = (turn - 1) * size + got if turn else max(start, 1) - 1 + got
    total = store.total if store else None
    if total is not None and done >= total:
        return None
    if total is None and (got < size or (target.pager.total is not None and target.page >= target.pager.total)):
        return None
    if turn <= 1 and start <= 1 and got != size:
        size = got  # pages of the server's own size
    if turn > 1 and start <= 1:
        asked = {"page": turn + 1, **_window(1, size)}
    elif turn:
        asked = {"page": turn + 1, **_window(turn * size + 1, size)}
    else:
        asked = _window(done + 1, size)
    rest: tuple[str, ...] = ()
    if turn == 1:  # which habit the server has shows from page 2 on
        only_page = _again(page, sent, {"page": 2, **_window(1, size)})
        only_start = _again(page, sent, _window(size + 1, size))
        rest = tuple(form for form in (only_page, only_start) if form)
    url = _again(page, sent, asked)
    if url is None:
        return None
    pages = target.page + -(-(total - done) // min(size, SHOWN)) if total is not None else target.pager.total
    pager = Pager(declared=total is not None or target.pager.declared, total=pages, rest=rest)
    return Next(url.partition("#")[0], pager, page.post)


def _again(page: Page, sent: dict[str, str], asked: dict[str, int]) -> str | None:
    """Return the form of the request that brought a page, for other records."""
    values = {key: value for key, value in sent.items() if key not in PAGING}
    url = join(page.url, "?" + jpage.query(values | {name: str(number) for name, number in asked.items()}))
    return url and key_of(url, page.post)


def _window(start: int, size: int) -> dict[str, int]:
    return {"startrecord": start, "endrecord": start + size - 1, "perpage": size}
