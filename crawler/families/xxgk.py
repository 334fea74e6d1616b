"""The disclosure module of Hanweb (大汉): ``/module/xxgk/``, a tree in a frame and a table that a script loads.

How to recognise it: ``module/xxgk/`` in the page and no ``dataproxy.jsp``. Where the options are: ``area`` (code of the
unit, often 11 and 16 more digits) in ``tree.jsp?area=`` or as ``vc_xxgkarea`` in the address, ``jdid`` and ``divid``
in the call of ``search.jsp``, the category as ``infotypeId`` there or as ``number`` in the column's address.

POST ``/module/xxgk/search.jsp`` with these and ``currpage`` answers a table, rows of class ``tr_main_value_odd`` and
``…even``. In some places it leaves the category out of account and answers with everything of the unit. So first
``vc_title`` asks for titles with 法治政府, which is one request a unit whatever columns lead to it. If that brings
nothing, or is not obeyed (and the answer goes on behind its page), the tree is asked for categories of that name, and
the whole list is read, as one that was only guessed. A column that names the subject and its category is asked for that
category.
Of a table over several columns, rows of other columns than the page's (``art_<column>_``) count only where their title
names the subject.
Example portals: 山东省垦利区 (www.kenli.gov.cn), 江西省鹰潭市 (www.yingtan.gov.cn).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from itertools import islice
from urllib.parse import urlsplit

from crawler import links
from crawler.families import jpage
from crawler.families.base import Family, Next
from crawler.links import Link
from crawler.targets import Page, Pager, Portal, Target, join
from crawler.walk import is_column

MARK = "module/xxgk/"
SEARCH, TREE = "/module/xxgk/search.jsp", "/module/xxgk/tree.jsp"
WORD = "法治政府"
OWN = "法治政府建设"  # what a list of titles with that word amounts to, as the name of a column
WHOLE = "政府信息公开"  # the same for the list of everything
FULL_PAGE = 10  # rows from which on a table may go on without telling so

_CALL = re.compile(r"module/xxgk/\w{1,20}\.jsp")
CALLS = 50  # addresses of the module looked at in one page
_REACH = 600  # characters behind an address of the module in which its fields may stand
_FIELD = re.compile(
    r"(?<!\w)(area|jdid|divid|infotypeId|standardXxgk|sortfield)\s{0,9}(=|:)\s{0,9}([\"']?)([\w,:-]{0,60})"
)
_AREA = re.compile(r"vc_xxgkarea=([\w-]{1,60})")
_DYNAMIC = re.compile(r"[\"']\s{0,9},\s{0,9}[\"'](div\d{1,12})[\"']\s{0,9},\s{0,9}[\"']([\w-]{0,60})[\"']")
_NODE = re.compile(r"\(([^()<>]{0,200})\)[^<>]{0,60}>\s{0,20}([^<>]{2,60})<")
_ADDED = re.compile(r"\.add\(([^()<>]{1,300}(?:\([^()<>]{0,200}\)[^()<>]{0,100})?)\)")
_QUOTED = re.compile(r"\\?[\"']([^\"'\\<>]{1,60})\\?[\"']")
_PAGES = re.compile(r"(?:第\s{0,9}\d{1,6}\s{0,9}/\s{0,9}|共\s{0,9})(\d{1,6})\s{0,9}页")
_ARTICLE = re.compile(r"art_(\d{1,12})_\d")
_ROWS = "//*[contains(@class,'tr_main_value')]//a/@href"


class Xxgk(Family):
    """The disclosure module."""

    name = "xxgk"

    def recognise(self, page: Page) -> bool:
        if MARK in urlsplit(page.url).path:
            return True
        return MARK in page.text and "dataproxy.jsp" not in page.text

    def links(self, page: Page) -> list[Link]:
        path = urlsplit(page.url).path
        if path.endswith(TREE):
            return []  # its nodes call a script
        if not path.endswith(SEARCH):
            return super().links(page)
        found, sent = _rows(page), _sent(page)
        columns = {match[1] for link in found if (match := _ARTICLE.search(link.url))}
        column = sent.get("divid", "").removeprefix("div")
        if sent.get("vc_title"):
            return [link for link in found if links.promises_report(link)]
        if len(columns) < 2:
            return found
        return [link for link in found if f"art_{column}_" in link.url or links.promises_report(link)]

    def entries(self, page: Page, target: Target, seen: Set[str] = frozenset()) -> list[Link]:
        return _rows(page) or ([] if _is_search(page) else super().entries(page, target, seen))

    def lists(self, page: Page, target: Target, portal: Portal) -> Iterable[Next]:
        """Yield the search by title, the category of a known column; behind a search in vain the tree and the rest."""
        if urlsplit(page.url).path.endswith(TREE):
            yield from _nodes(page)
        elif _is_search(page):
            yield from _instead(page, target)
        elif target.page == 1 and any((known := _known(page)).get(key) for key in ("area", "jdid", "infotypeId")):
            sure, held = is_column(target), bool(_rows(page))
            if sure and held:
                return  # it holds its own list, see next_page
            if sure and known.get("infotypeId"):
                yield from _search(page, known, {})
            else:
                yield from _search(page, _unit(known), {"vc_title": WORD}, OWN)

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        rows = _rows(page)
        if not rows:
            return None
        sent = _sent(page)
        turn = (jpage.number(sent.get("currpage")) or 1) if _is_search(page) else 1
        pager = _pager(page, target, turn, rows)
        if pager is None:
            return None
        if not _is_search(page):
            return next(iter(_search(page, _known(page), {"currpage": "2"}, pager=pager)), None)
        if sent.get("vc_title") and not _obeyed(rows):
            return None
        asked = {"currpage": str(turn + 1)}
        if page.post is not None:
            return Next(page.url, pager, jpage.query(jpage.fields(page.post) | asked))
        url = join(page.url, "?" + jpage.query(sent | asked))
        return Next(url, pager) if url else None


def _is_search(page: Page) -> bool:
    return urlsplit(page.url).path.endswith(SEARCH)


def _sent(page: Page) -> dict[str, str]:
    return jpage.fields(urlsplit(page.url).query) | jpage.fields(page.post)


def _rows(page: Page) -> list[Link]:
    """Return the rows of a table; of an answer without the classes known, its links."""
    if page.root is None or not (_is_search(page) or "tr_main_value" in page.text):
        return []
    wanted = {page.resolve(href) for href in page.root.xpath(_ROWS)}
    return [link for link in links.read(page) if not wanted or link.url in wanted]


def _obeyed(rows: list[Link]) -> bool:
    """Say whether a search by title was one: most titles hold the word, as far as they are shown."""
    return 2 * sum(WORD in link.title for link in rows) >= len(rows)


def _pager(page: Page, target: Target, turn: int, rows: list[Link]) -> Pager | None:
    """Return the pager of the page behind a table, None at its end."""
    text = re.sub(r"\s+", " ", page.root.text_content()) if page.root is not None else ""
    told = [int(number) for number in _PAGES.findall(text)]
    if told:
        left = max(told) - turn
        return Pager(declared=True, total=target.page + left) if left > 0 else None
    return Pager() if len(rows) >= FULL_PAGE else None


def _known(page: Page) -> dict[str, str]:
    """Return what a column page tells of its list."""
    address = jpage.fields(urlsplit(page.url).query)
    text = page.text.replace("&amp;", "&")
    found = {"area": address.get("vc_xxgkarea", ""), "infotypeId": address.get("number", "")}
    for call in islice(_CALL.finditer(text), CALLS):
        for name, sign, quote, value in _FIELD.findall(text, call.end(), call.end() + _REACH):
            if value and not found.get(name) and (sign == "=" or quote or value.isdecimal()):
                found[name] = value
    if not found["area"] and (area := _AREA.search(text)):
        found["area"] = area[1]
    if (arguments := _DYNAMIC.search(text)) and not found.get("divid"):
        found["divid"] = arguments[1]
        found["infotypeId"] = found["infotypeId"] or (arguments[2] if arguments[2] != "0" else "")
    return {key: value for key, value in found.items() if value}


def _unit(known: dict[str, str]) -> dict[str, str]:
    """Return what is the same for all columns of a unit, so that they ask for the same."""
    return {key: value for key, value in known.items() if key in ("area", "jdid")}


def _search(
    page: Page, known: dict[str, str], asked: dict[str, str], title: str | None = None, pager: Pager | None = None
) -> Iterable[Next]:
    form = {"infotypeId": "", "area": "", "vc_title": "", "vc_number": "", "currpage": "1"} | known | asked
    if url := join(page.base, SEARCH):
        yield Next(url, pager or Pager(), jpage.query(form), title)


def _instead(page: Page, target: Target) -> Iterable[Next]:
    """Yield what to ask for where an answer has no row, or was no search by title."""
    sent, rows = _sent(page), _rows(page)
    unit, turn = _unit(sent), jpage.number(sent.get("currpage")) or 1
    if turn > 1 and not (rows and sent.get("vc_title")):
        return
    if not sent.get("vc_title"):
        if not rows and sent.get("infotypeId") and unit:
            yield from _search(page, unit, {"vc_title": WORD}, OWN)
        return
    if rows and (_obeyed(rows) or _pager(page, target, turn, rows) is None):
        return  # one table of everything holds the reports too
    if tree := join(page.base, f"{TREE}?{jpage.query(unit)}"):
        yield Next(tree)
    # newest first, the first page can look as if only titles with the word had been found: go on from there
    yield from _search(page, unit, {"currpage": str(turn + 1)} if turn > 1 else {}, WHOLE)


def _nodes(page: Page) -> Iterable[Next]:
    """Yield the categories of a tree, each under its name.

    They stand as ``<a href="javascript:show('area','code')">name</a>``, as ``funclick('code', …)`` in an ``onclick``,
    or as ``d.add('7','1','name',"javascript:funclick('code')")``.
    """
    unit = _unit(_sent(page))
    found: dict[str, str] = {}
    text = page.text.replace("&amp;", "&").replace("&#39;", "'").replace("&quot;", '"')
    for match in _NODE.finditer(text):
        codes = [code for code in _QUOTED.findall(match[1]) if code != unit.get("area") and not code.startswith("div")]
        if codes:
            found.setdefault(codes[0], match[2].strip())
    for match in _ADDED.finditer(text):
        words = _QUOTED.findall(match[1])
        named = [word for word in words if re.search(r"[\u4e00-\u9fff]", word) and "(" not in word]
        inner = re.search(r"\(([^()]*)\)?", match[1])
        codes = re.findall(r"[A-Za-z0-9]{1,60}", inner[1]) if inner else [word for word in words if word.isalnum()]
        codes = [code for code in codes if code != unit.get("area")]
        if named and codes:
            found.setdefault(codes[0], named[0])
    for code, name in found.items():
        if links.column_weight(Link(page.url, name)):
            yield from _search(page, unit, {"infotypeId": code}, name)
