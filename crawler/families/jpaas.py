"""jpaas, the newer cloud of Hanweb (大汉): lists built by a unit of the publishing server.

How to recognise it: ``jpaas-publish-server`` in the page. Where the options are: ``webId``, ``pageId``, ``tplSetId``
and ``tagId`` (a Chinese name) in the ``queryData`` of the pager's element, an object in quotes, or as ``webId: '…'`` in
a script, or in an address of the endpoint that is written out; beside ``queryData`` the endpoint (``unitUrl``), the
number of records (``count`` or ``total``) and of those shown (``rows``). The first rows mostly stand in the page.

GET ``/api-gateway/jpaas-publish-server/front/page/build/unit`` with these and ``paramJson={"pageNo":2,"pageSize":15}``;
a page number anywhere else is ignored. The answer is JSON whose ``data.html``, or ``data`` itself, is a piece of HTML.
100 records are asked for at once, from the first on; a server that shows as many as it likes is then asked for page 2.
Example portals: 浙江省钱塘区 (www.qiantang.gov.cn), 济南市钢城区 (www.gangcheng.gov.cn).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.families import jpage
from crawler.families.base import Family, Next
from crawler.links import Link
from crawler.targets import Page, Pager, Portal, Target, join

MARK = "jpaas-publish-server"
UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
NEEDED = ("webId", "pageId", "tplSetId")
KEYS = (*NEEDED, "tagId", "parseType", "pageType", "editType")
USUAL = {"parseType": "bulidstatic", "pageType": "column", "editType": "null"}  # the server's own spelling
SIZE, SHOWN = 100, 15
OWN_SIZES = (10, 12, 15, 18, 20, 25, 30, 50)  # rows that a server gives when it does not obey pageSize
MOST = 8  # lists of one page; where there are more it is a way to columns, and they have pages of their own
TOTALS, SHOWNS = ("count", "total", "totalcount"), ("rows", "pagesize")

_ADDRESS = re.compile(r"jpaas-publish-server/front/page/build/unit\?([^\"'<>\s]{1,2000})")
_PAGE_SIZE = re.compile(r"pageSize[\"'\\]{0,3}\s{0,9}[:=]\s{0,9}[\"']?(\d{1,4})(?!\d)")
_HOME = re.compile(r"/?(?:index\.\w{1,8})?")


@dataclass(frozen=True, slots=True)
class Unit:
    """A list of a page: endpoint, ids, number of records, records on a display page, whether rows stand in the page."""

    url: str
    ids: dict[str, str]
    total: int | None
    shown: int
    filled: bool


class Jpaas(Family):
    """Lists of the publishing server."""

    name = "jpaas"

    def recognise(self, page: Page) -> bool:
        return MARK in page.text or MARK in urlsplit(page.url).path

    def links(self, page: Page) -> list[Link]:
        return jpage.read(_fragment(page), page.url) if _is_answer(page) else super().links(page)

    def lists(self, page: Page, target: Target, portal: Portal) -> Iterable[Next]:
        """Yield page 1 of the lists that stand empty in the page; of a known column also of its further lists."""
        if _is_answer(page) or target.page > 1 or _HOME.fullmatch(urlsplit(page.url).path):
            return
        found = _units(page)
        own = next((unit for unit in found if unit.filled), None)
        for unit in found[:MOST]:
            goes_on = not target.guessed and unit.total is not None and unit.total > unit.shown
            wanted = unit is not own and goes_on if unit.filled else unit.total != 0
            if wanted and (url := _ask(unit.url, unit.ids, 1, SIZE)):
                yield Next(url)

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        if _is_answer(page):
            return _behind(page, target)
        if _HOME.fullmatch(urlsplit(page.url).path):
            return None
        unit = next((unit for unit in _units(page) if unit.filled), None)
        if unit is None or (unit.total is not None and unit.total <= unit.shown):
            return None
        if unit.total is None and len(entries) < unit.shown:
            return None
        forms = [_ask(unit.url, unit.ids, 1, SIZE), _ask(unit.url, unit.ids, 2, unit.shown)]
        first, *rest = [form for form in forms if form] or [""]
        pages = -(-unit.total // unit.shown) if unit.total is not None else None
        return Next(first, Pager(unit.total is not None, pages, rest=tuple(rest))) if first else None


def _behind(page: Page, target: Target) -> Next | None:
    """Return the request behind an answer."""
    sent = jpage.fields(urlsplit(page.url).query)
    asked = _json(sent.get("paramJson", ""))
    turn, size = (jpage.number(str(asked.get(name, ""))) or 0 for name in ("pageNo", "pageSize"))
    got = len(jpage.read(_fragment(page), page.url))
    if not got or not turn or not size:
        return None
    total = _number(_fragment(page), TOTALS)
    done = (turn - 1) * size + got
    if total is not None and total < got:
        total = None  # it does not even count what is here
    if total is None and target.pager.total is not None and target.page >= target.pager.total:
        return None
    if total is None and got < size and (turn > 1 or got not in OWN_SIZES):
        return None
    if total is not None and done >= total:
        return None
    if turn == 1 and got < size:
        size = got  # pages of the server's own size
    url = _ask(page.url.split("?")[0], sent, turn + 1, size)
    pages = target.page + -(-(total - done) // min(size, SHOWN)) if total is not None else target.pager.total
    return Next(url, Pager(total is not None or target.pager.declared, pages)) if url else None


def _is_answer(page: Page) -> bool:
    return MARK in urlsplit(page.url).path


def _fragment(page: Page) -> str:
    """Return the HTML in an answer; an answer that is no JSON, or torn, as it stands."""
    if not isinstance(page.json, dict):
        return jpage.unescaped(page.text)
    data = page.json.get("data")
    data = data.get("html") if isinstance(data, dict) else data
    return data if isinstance(data, str) else ""


def _units(page: Page) -> list[Unit]:
    """Return the lists of a page whose ids are all there, each once."""
    found: dict[str, Unit] = {}
    if page.root is not None:
        for element in page.root.xpath("//*[@querydata]")[: jpage.MOST]:
            ids = _ids(element.get("querydata"))
            path = element.get("uniturl") or UNIT
            total = _first(element.get(name) for name in TOTALS)
            if made := _unit(page, path, ids, total, _first(element.get(name) for name in SHOWNS), element):
                found.setdefault(made.ids["pageId"] + made.ids.get("tagId", ""), made)
    if not found:
        text = page.text.replace("&amp;", "&")
        address = _ADDRESS.search(text)
        ids = {key: value for key, value in jpage.fields(address[1]).items() if key in KEYS} if address else {}
        path = f"{jpage.path_before(text, address.start())}{UNIT[UNIT.index(MARK) :]}" if address else UNIT
        if made := _unit(page, path, _ids(text) | ids, None, None, None):
            found[""] = made
    return list(found.values())


def _unit(
    page: Page, path: str, ids: dict[str, str], total: int | None, shown: int | None, element: HtmlElement | None
) -> Unit | None:
    url = join(page.base, path)
    if url is None or not all(ids.get(name) for name in NEEDED):
        return None
    size = _PAGE_SIZE.search(element.get("paramjson") or "" if element is not None else page.text)
    return Unit(url, USUAL | ids, total, shown or (int(size[1]) if size else 0) or SHOWN, _filled(page, ids))


def _filled(page: Page, ids: dict[str, str]) -> bool:
    """Say whether a list has rows in the page: in the element named by its tag, else anywhere, by their dates."""
    if page.root is None:
        return False
    boxes = page.root.xpath("//*[@id=$tag]", tag=ids["tagId"]) if ids.get("tagId") else []
    if boxes:
        return any(box.xpath("boolean(.//a[string-length(@href) > 1])") for box in boxes)
    return sum(link.date is not None for link in Family().links(page)) >= 2


def _ids(text: str) -> dict[str, str]:
    """Return the ids written in an object or a script.

    >>> _ids("{'webId':'7','pageId':\\"9\\",'tplSetId':'aB_1', 'tagId': '信息列表'}")
    {'webId': '7', 'pageId': '9', 'tplSetId': 'aB_1', 'tagId': '信息列表'}
    """
    text = html.unescape(text)
    found = {}
    for key in KEYS:
        match = re.search(rf"(?<!\w){key}[\"'\\]{{0,3}}\s{{0,9}}[:=]\s{{0,9}}\\?[\"']([^\"'\\<>\n]{{1,100}})", text)
        if match is None:
            match = re.search(rf"(?<!\w){key}[\"'\\]{{0,3}}\s{{0,9}}[:=]\s{{0,9}}(\d{{1,20}})(?!\d)", text)
        if match is not None:
            found[key] = match[1].strip()
    return found


def _number(text: str, names: Iterable[str]) -> int | None:
    """Return a number given under one of some names: ``count="92"``, ``total: 92``."""
    for name in names:
        if match := re.search(
            rf"(?i)(?<![\w.]){name}[\"'\\]{{0,3}}\s{{0,9}}[:=]\s{{0,9}}[\"'\\]{{0,2}}(\d{{1,9}})(?!\d)", text
        ):
            return int(match[1])
    return None


def _first(values: Iterable[str | None]) -> int | None:
    return next((number for value in values if (number := jpage.number(value)) is not None), None)


def _json(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _ask(url: str, sent: dict[str, str], turn: int, size: int) -> str | None:
    paging = json.dumps({"pageNo": turn, "pageSize": size}, separators=(",", ":"))
    return join(url, "?" + jpage.query(sent | {"paramJson": paging}))
