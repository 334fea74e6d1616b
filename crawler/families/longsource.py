"""龙讯 (LONGSOURCE): a page for each organ, whose list one label of the server fills; plain columns beside it.

How to recognise it: ``/public/column/<organ>`` (also ``/zwgk/public/…``), ``/content/column/<id>``; a script that names
the label ``publicInfoList`` or calls ``Ls.pagination``; an answer of ``/site/label/8888``.

Where the options are:

    organ     in the address; siteId, catId, pageSize, file in the script: in the label's query
              (``labelName=publicInfoList&siteId=…``) or as options of their own
    list      ``/site/label/8888?…labelName=publicInfoList&organId=&catId=&pageIndex=``: a piece of HTML
    pages     ``pageCount: 5`` in the page or the piece; ``/content/column/<id>?pageIndex=2`` with ``Ls.pagination``

An organ's catalogue is long, so the label is asked for titles that hold 法治政府 (``keyWords``): one request for all
reports of an organ, and one for each organ the page links to, whose own page need not be asked for, or only that of its
catalogue (type 4) in place of its guide (type 2). A catalogue column named like a report column is read whole besides:
older reports are called 依法行政. Where its rows would come from the label, the label is asked without its page.
Example portals: 合肥市瑶海区 (www.hfyaohai.gov.cn), 合肥市庐阳区 (www.ahhfly.gov.cn).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Set
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from crawler import links, walk
from crawler.families import answers, literals, organs, pagers
from crawler.families.base import SHORTEST_ENTRY, Family, Next
from crawler.links import Link
from crawler.targets import Page, Pager, Portal, Target

WORD = "法治政府"  # that every report's title holds
TITLE = "法治政府建设"  # what a list of such titles is a list of
SIZE = 20
MOST_ORGANS = 300  # organs asked for from one page
# The label's parameters with the values that are no option of the page, in the order the system writes them.
DEFAULTS = {
    "IsAjax": "1", "dataType": "html", "labelName": "publicInfoList", "siteId": "", "organId": "", "type": "4",
    "catId": "", "catIds": "", "pageSize": str(SIZE), "pageIndex": "1", "action": "list", "fuzzySearch": "false",
    "fromCode": "title", "keyWords": "", "sortType": "1", "isDate": "true", "dateFormat": "yyyy-MM-dd", "length": "80",
    "file": "/xxgk/publicInfoList_newest2020",
}  # fmt: skip

_ORGAN = re.compile(r"^(?:/[\w-]{1,60}){0,3}/public/column/(\d{1,12})/?$")
_COLUMN = re.compile(r"/content/column/\d{1,12}/?$")
_LABEL = re.compile(r"(?:/[\w-]{1,60}){0,3}/site/label/\d{1,9}")
_LITERAL = re.compile(r"[?&](?:amp;)?labelName=publicInfoList(?:&[^\"'\s<>]{0,2000})?")
_QUERY = re.compile(r"[\"'`]([^\"'`\s?]{0,200}/site/label/\d{1,9}\?[^\"'`\s<>]{0,2000})")
_PAGES = re.compile(r"\bpageCount[\"']?\s{0,9}[:=]\s{0,9}[\"']?(\d{1,6})(?!\d)")


class Longsource(Family):
    """龙讯 (LONGSOURCE). Reports are asked for by title, organ by organ."""

    name = "longsource"

    def recognise(self, page: Page) -> bool:
        path = urlsplit(page.url).path
        if _ORGAN.match(path) or _COLUMN.search(path) or _is_answer(page):
            return True
        return "publicInfoList" in page.text or "Ls.pagination" in page.text

    def links(self, page: Page) -> list[Link]:
        """Return the links of a page, without organs whose reports are asked for by title instead."""
        found = links.read(page)
        own = _options(page)
        others = _organs(found, own) if own else {}
        asked = {*others, *(link.url for link in _columns(page, found, own))}
        catalogues: dict[str, Link] = {}
        for link in found:
            if link.url not in asked and _organ(link.url) not in asked:
                url = _catalogue(link.url)
                catalogues.setdefault(url, replace(link, url=url))
        return list(catalogues.values())

    def lists(self, page: Page, target: Target, portal: Portal) -> Iterator[Next]:
        own = _options(page)
        if target.page > 1 or own is None:
            return
        if not walk.is_column(target):
            yield _by_title(page, own, own["organId"])
        elif not _shown(page):
            yield Next(_address(page, own))
        found = links.read(page)
        for link in _columns(page, found, own):
            yield Next(_address(page, own, type="4", catId=answers.query(link.url)["catId"]), title=link.title)
        for organ in _organs(found, own):
            yield _by_title(page, own, organ)

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        told = _PAGES.search(page.text)
        pages = int(told[1]) if told else None
        if _is_answer(page):
            size = answers.count(answers.query(target.url).get("pageSize")) or SIZE
            if not entries or (target.page >= pages if pages is not None else len(entries) < size):
                return None
            return _turned(target.url, target.page + 1, pages)
        own = _options(page)
        if own is not None and not walk.is_column(target):
            return None  # the titles are searched; the whole catalogue is not needed
        if (url := pagers.next_link(page, target.page)) is not None:
            return Next(url, Pager(declared=True, total=pages))
        if pages is None or target.page >= pages or not entries:
            return None
        return _turned(target.url if own is None else _address(page, own), target.page + 1, pages)


def _turned(url: str, number: int, pages: int | None) -> Next:
    return Next(answers.turn(url, "pageIndex", number), Pager(declared=True, total=pages))


def _is_answer(page: Page) -> bool:
    """Say whether a page is the piece of HTML with which the label answers."""
    parts = urlsplit(page.url)
    return _LABEL.fullmatch(parts.path) is not None and "publicInfoList" in parts.query


def _organ(url: str) -> str:
    """Return the number of the organ whose page an address is, empty if it is none's."""
    match = _ORGAN.match(urlsplit(url).path)
    return match[1] if match else ""


def _catalogue(url: str) -> str:
    """Return the address of an organ's catalogue for that of its guide, any other as it is."""
    if not _organ(url) or answers.query(url).get("type") != "2":
        return url
    return f"{url.partition('?')[0]}?type=4&action=list"


def _columns(page: Page, found: list[Link], own: dict[str, str] | None) -> list[Link]:
    """Return the report columns in an organ's catalogue, on a page whose own rows a script brings."""
    if own is None or _shown(page):
        return []
    mine = [link for link in found if _organ(link.url) == own["organId"] and answers.query(link.url).get("catId")]
    return [link for link in mine if links.column_weight(link, within=page.url) >= links.SURE]


def _options(page: Page) -> dict[str, str] | None:
    """Return the label's parameters as an organ's page tells them, None where it is no such page."""
    if _is_answer(page) or "publicInfoList" not in page.text:
        return None
    told = dict(DEFAULTS)
    asked = answers.query(page.url)
    told |= {name: asked[name] for name in ("type", "catId") if asked.get(name)}
    for name in ("siteId", "organId", "catId", "pageSize", "file"):
        if value := literals.option(page.text, name):
            told[name] = value
    told |= {name: value for name, value in _literal(page).items() if name in told and value}
    told["organId"] = _organ(page.url) or told["organId"]
    told["labelName"], told["pageIndex"], told["keyWords"] = "publicInfoList", "1", ""
    if not re.fullmatch(r"[1-9]\d?", told["pageSize"]):
        told["pageSize"] = str(SIZE)
    if not told["file"].startswith("/"):
        told["file"] = DEFAULTS["file"]
    return told if re.fullmatch(r"\d{1,12}", told["organId"]) and told["siteId"].isalnum() else None


def _literal(page: Page) -> dict[str, str]:
    """Return the parameters of the label's query, where it stands in the script as one piece."""
    found = [match[1] for match in _QUERY.finditer(page.text) if "publicInfoList" in match[1]]
    piece = found[0] if found else next((match[0] for match in _LITERAL.finditer(page.text)), "")
    return answers.query("http://label.invalid/?" + html.unescape(piece).partition("?")[2])


def _address(page: Page, own: dict[str, str], **other: str) -> str:
    label = _LABEL.search(page.text)
    url = f"{label[0] if label else '/site/label/8888'}?{urlencode(own | other, safe='/')}"
    return page.resolve(url) or url


def _by_title(page: Page, own: dict[str, str], organ: str) -> Next:
    other = {"organId": organ, "type": "4", "catId": "", "catIds": "", "fromCode": "title", "keyWords": WORD}
    return Next(_address(page, own, **other), title=TITLE)


def _organs(found: list[Link], own: dict[str, str]) -> dict[str, str]:
    """Return the other organs a page links to, number -> name, where the label serves them alike; those that are known
    to publish no reports are left out."""
    if not own["file"].startswith("/xxgk/"):
        return {}  # a template of this organ alone: another's page tells its own
    others: dict[str, str] = {}
    for link in found:
        organ = _organ(link.url)
        if organ and organ != own["organId"] and not organs.publishes_none(link.title) and len(others) < MOST_ORGANS:
            others.setdefault(organ, link.title)
    return others


def _shown(page: Page) -> bool:
    """Say whether a page shows entries without its script."""
    return any(link.date is not None and len(link.title) >= SHORTEST_ENTRY for link in links.read(page))
