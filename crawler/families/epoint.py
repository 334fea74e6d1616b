"""新点 (Epoint): the disclosure's lists come by a POST of JSON whose options a script of the site holds.

How to recognise it: ``/govInfoPub/`` in the address, ``EWB-FRONT`` in the page; an answer of
``rest/lightfrontaction/getgovinfolist``; the script ``webBuilderCommon.js``.

Where the options are:

    deptcode, categorynum    in the page's address, else in its script
    siteInfo                 ``{siteGuid: '…', projectName: '/EWB-FRONT'}``: in the page, else in the script
                             ``/js/webBuilderCommon.js``, which is then asked for once
    list                     POST ``<projectName>/rest/lightfrontaction/getgovinfolist`` with ``{deptcode, categorynum,
                             siteGuid, pageIndex, pageSize}``, pages from 1; rows in ``custom.data``

A page asks for its own list, or, where it links to categories named like a report column, for theirs, and for the
same category of the departments it links to. What is to be asked for travels in the script's ``Pager.form``.
Example portals: 丹东市 (www.dandong.gov.cn), 徐州市 (www.xz.gov.cn).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote, urlsplit

from crawler import links, walk
from crawler.families import answers, literals, organs, pagers
from crawler.families.base import SHORTEST_ENTRY, Family, Next
from crawler.links import Link
from crawler.targets import Page, Pager, Portal, Target, join

SIZE = 50  # rows asked for
MOST_SHELVES = 300  # lists asked for from one page
SCRIPT = "/js/webBuilderCommon.js"

_ACTION = "rest/lightfrontaction/getgovinfolist"
_SITE = re.compile(r"\bsiteInfo[\"']?\s{0,9}[:=]\s{0,9}(?=\{)")
_CODE = re.compile(r"[\w.-]{0,60}")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A list: a department, a category, and the name of its column where it is another one than the page's."""

    dept: str
    category: str
    title: str | None = None


class Epoint(Family):
    """新点 (Epoint). Lists are JSON for a POST of JSON."""

    name = "epoint"

    def recognise(self, page: Page) -> bool:
        path = urlsplit(page.url).path
        if _is_answer(page) or _is_script(page):
            return True
        return "govinfopub" in path.lower() or "EWB-FRONT" in page.text

    def links(self, page: Page) -> list[Link]:
        """Return the links of a page, without those whose lists are asked for instead."""
        if _is_script(page):
            return []
        if not _is_answer(page):
            return _to_follow(page)
        value = answers.data(page)
        found_rows = answers.rows(value, "custom", "data") or answers.rows(value, "custom", "infodata")
        days = ("infodate", "showdate", "webdate", "date")
        return answers.links(page, found_rows, title=("realtitle", "title"), url=("infourl", "url"), day=days)

    def lists(self, page: Page, target: Target, portal: Portal) -> Iterator[Next]:
        if target.page > 1 or _is_answer(page):
            return
        shelves = _carried(target) if _is_script(page) else _shelves(page, target)
        site = _site(page)
        if site is not None:
            yield from (found for shelf in shelves if (found := _post(page, site, shelf)) is not None)
        elif shelves and not _is_script(page):
            yield _script(page, target, shelves)

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        if not _is_answer(page):
            url = None if _is_script(page) else pagers.next_link(page, target.page)
            return None if url is None else Next(url, Pager(declared=True))
        value = answers.data(page)
        asked = _asked(page.post or target.post)
        if asked is None:
            return None
        names = ("total", "totalcount", "totalCount", "count")
        total = answers.count(*(answers.at(value, "custom", name) for name in names))
        got = len(self.links(page))
        pager = answers.behind(target, got, got if page.json is None else SIZE, total)
        if pager is None:
            return None
        return Next(target.url, pager, _json(asked | {"pageIndex": target.page + 1}))


def _is_answer(page: Page) -> bool:
    return urlsplit(page.url).path.endswith(_ACTION)


def _is_script(page: Page) -> bool:
    return urlsplit(page.url).path.endswith(SCRIPT.rsplit("/", 1)[-1])


def _site(page: Page) -> dict[str, str] | None:
    """Return the site's guid and project as the object ``siteInfo`` tells them, None where it does not stand here."""
    for match in islice(_SITE.finditer(page.text), 5):  # the first one that is told is it
        value = literals.read(page.text, match.end())
        if isinstance(value, dict) and isinstance(value.get("siteGuid"), str):
            project = value.get("projectName")
            return {"siteGuid": value["siteGuid"], "projectName": project if isinstance(project, str) else ""}
    guid = literals.option(page.text, "siteInfo.siteGuid")
    return {"siteGuid": guid, "projectName": literals.option(page.text, "siteInfo.projectName") or ""} if guid else None


def _has_site(page: Page) -> bool:
    """Say whether the options of the site are within reach: here, or in a script this page loads."""
    return _script_address(page) is not None or _site(page) is not None


def _script_address(page: Page) -> str | None:
    """Return the address of the script with the options, None where the page loads none."""
    sources = page.root.xpath("//script/@src") if page.root is not None else []
    return next((page.resolve(source) for source in sources if SCRIPT.rsplit("/", 1)[-1] in source), None)


def _to_follow(page: Page) -> list[Link]:
    """Return the links of a list page without the categories whose lists are asked for, and without departments, of
    which the same is asked for."""
    found = links.read(page)
    asked = {link.url for link in found if _reach(page, link) is not None}
    if not asked or not _has_site(page):
        return found
    own = _own(page)
    for link in found:
        aim = _aim(link)
        if aim is not None and aim.dept and (own is None or aim.dept != own.dept):
            asked.add(link.url)
    return [link for link in found if link.url not in asked]


def _own(page: Page) -> Shelf | None:
    """Return department and category of a list page."""
    asked = answers.query(page.url)
    if "govinfopub" not in urlsplit(page.url).path.lower() and not asked.keys() & {"deptcode", "categorynum"}:
        return None
    dept, category = (asked.get(name) or literals.option(page.text, name) or "" for name in ("deptcode", "categorynum"))
    return Shelf(dept, category) if (dept or category) and _CODE.fullmatch(dept + category) else None


def _aim(link: Link) -> Shelf | None:
    """Return department and category of the list page a link leads to."""
    asked = answers.query(link.url)
    dept, category = asked.get("deptcode", ""), asked.get("categorynum", "")
    return Shelf(dept, category) if (dept or category) and _CODE.fullmatch(dept + category) else None


def _named(page: Page, link: Link) -> bool:
    return links.column_weight(Link(page.url, link.title), within=page.url) >= links.SURE


def _reach(page: Page, link: Link) -> Shelf | None:
    """Return the list of a link that is asked for from this page, None where the link is to be followed."""
    aim = _aim(link)
    if aim is None or not _named(page, link):
        return None
    own = _own(page)
    return Shelf(aim.dept or (own.dept if own else ""), aim.category, link.title)


def _shelves(page: Page, target: Target) -> list[Shelf]:
    """Return the lists to be asked for from a list page: report columns, its own and those of its departments."""
    found = links.read(page)
    own = _own(page)
    shelves = {shelf: None for link in found if (shelf := _reach(page, link)) is not None}
    shown = any(link.date is not None and len(link.title) >= SHORTEST_ENTRY for link in found)
    inside = own is not None and walk.is_column(target)
    if own is not None and not shown and (inside or not shelves):
        shelves = {own: None, **shelves}
    category = own.category if own is not None and inside else next((shelf.category for shelf in shelves), "")
    name = target.title if inside else next((shelf.title for shelf in shelves), None)
    if name and (inside or any(shelf.title for shelf in shelves)):
        for link in found:
            aim = _aim(link)
            other = aim is not None and aim.dept and (own is None or aim.dept != own.dept) and not _named(page, link)
            if aim is not None and other and not organs.publishes_none(link.title):
                shelves[Shelf(aim.dept, category, name)] = None
    return list(shelves)[:MOST_SHELVES]


def _post(page: Page, site: dict[str, str], shelf: Shelf) -> Next | None:
    project = site["projectName"].strip("/") if "//" not in site["projectName"] else site["projectName"].rstrip("/")
    url = join(join(page.url, "/") or page.url, f"{project}/{_ACTION}" if project else _ACTION)
    asked = {
        "deptcode": shelf.dept, "categorynum": shelf.category, "siteGuid": site["siteGuid"], "pageIndex": 1,
        "pageSize": SIZE,
    }  # fmt: skip
    return None if url is None else Next(url, post=_json(asked), title=shelf.title)


def _script(page: Page, target: Target, shelves: list[Shelf]) -> Next:
    """Return the request for the script. It is asked once for all lists of a page; the page of a department, or one
    behind another list page, marks its own request, for the script is known by then and would not be asked again."""
    url = _script_address(page) or join(page.url, SCRIPT) or SCRIPT
    own = _own(page)
    if own and ("govinfopub" in (target.parent or "").lower() or links.unit_weight(target.title or "")):
        mark = "&" if "?" in url else "?"
        url += f"{mark}deptcode={quote(own.dept)}&categorynum={quote(own.category)}"
    carried = json.dumps([[s.dept, s.category, s.title] for s in shelves], ensure_ascii=False, separators=(",", ":"))
    return Next(url, Pager(declared=True, form=carried), title=next((s.title for s in shelves if s.title), None))


def _carried(target: Target) -> list[Shelf]:
    """Return the lists for which a script was asked for."""
    try:
        rows = json.loads(target.pager.form or "[]")
        return [Shelf(dept, category, title) for dept, category, title in rows]
    except (ValueError, TypeError):
        return []


def _asked(post: str | None) -> dict[str, Any] | None:
    try:
        asked = json.loads(post or "")
    except ValueError:
        return None
    return asked if isinstance(asked, dict) else None


def _json(asked: dict[str, Any]) -> str:
    return json.dumps(asked, ensure_ascii=False, separators=(",", ":"))
