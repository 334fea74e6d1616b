"""博达 (VSB): static lists whose page numbers go down, lists by JSP, the disclosure catalogue by JSP.

How to recognise it: the pager's classes ``p_pages``, ``p_next``; ids ``vsb_content…``; articles
``/info/<tree>/<id>.htm``; lists ``list.jsp?urltype=tree.TreeTempUrl…``,
``xxgk_list.jsp?urltype=egovinfo.EgovInfoList…``.

Where the options are: nowhere; what comes next is followed. Page 2 of ``xx.htm`` with 5 pages is ``xx/4.htm`` and the
last one ``xx/1.htm``, so that every new entry moves all of them. The step is, in this order,

    1. the anchor in ``span.p_next``, or the one that reads 下页
    2. the anchor of the next number in the pager (``span.p_no``)
    3. an anchor whose query names the next page: ``PAGENUM=2``, ``ainfolist1500p=2``
    4. counted down from ``1/5`` in a pager without anchors (its 转到 is a script); nothing else is made up

A list holds articles of several trees, so that all of ``/info/`` are its entries, whichever came first.
Example portals: 德阳市 (www.deyang.gov.cn), 安阳市滑县 (www.hnhx.gov.cn).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from urllib.parse import urlsplit

from crawler.families import answers, pagers
from crawler.families.base import SHORTEST_ENTRY, Family, Next
from crawler.links import Link
from crawler.targets import Page, Pager, Portal, Target

FEWEST = 2  # articles named by their tree; a single one may be a link to a neighbour's site

_SIGNS = re.compile(
    r"class\s{0,3}=\s{0,3}[\"'][^\"'<>]{0,80}?\bp_(?:pages|next|no|dot)\b|\bvsb_content|urltype=egovinfo\.EgovInfoList"
    r"|urltype=(?:tree\.TreeTempUrl|news\.DownloadAttachUrl)"
)
_ARTICLE = re.compile(r"\binfo/(?:\d{1,9}|egovinfo/[\w/]{1,60})/\w{1,60}\.htm\b")
_JSP = re.compile(r"/(?:xxgk_)?list\.jsp$")
_TOTAL = re.compile(r"(?<![\d/])(\d{1,5})\s{0,9}/\s{0,9}(\d{1,5})(?![\d/])")
_STATIC = re.compile(r"((?:/[^/]{1,200}){0,30}/([^/]{1,200}))\.htm")
_STEP = re.compile(r"(?:^|&)(?:PAGENUM|ainfolist\d{1,9}p)=(\d{1,6})(?:&|$)", re.IGNORECASE)
_CLASS = "contains(concat(' ', normalize-space(@class), ' '), ' {} ')"


class Vsb(Family):
    """博达 (VSB). Page numbers go down: only the page itself knows where it goes on."""

    name = "vsb"

    def recognise(self, page: Page) -> bool:
        parts = urlsplit(page.url)
        if _JSP.search(parts.path) and "urltype=" in parts.query:
            return True
        if _SIGNS.search(page.text):
            return True
        return len({match[0] for match in _ARTICLE.finditer(page.text)}) >= FEWEST

    def entries(self, page: Page, target: Target, seen: Set[str] = frozenset()) -> list[Link]:
        found = self.links(page)
        rows = [link for link in found if _ARTICLE.search(link.url) and len(link.title) >= SHORTEST_ENTRY]
        dated = [link for link in rows if link.date is not None]
        return dated or rows or super().entries(page, target, seen)

    def lists(self, page: Page, target: Target, portal: Portal) -> Iterator[Next]:
        if target.page > 1 or page.root is None or self._shows_entries(page):
            return
        for source in page.root.xpath("//iframe/@src | //frame/@src"):
            url = page.resolve(source)
            if url is not None and _JSP.search(urlsplit(url).path):
                yield Next(url)

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        if page.root is None:
            return None
        total = _total(page, target.page)
        url = _next_of_pager(page) or pagers.next_link(page, target.page) or _numbered(page, target.page + 1)
        url = url or _counted_down(page, target.page, total)
        return None if url is None else Next(url, Pager(declared=True, total=total))

    def _shows_entries(self, page: Page) -> bool:
        return any(link.date is not None and len(link.title) >= SHORTEST_ENTRY for link in self.links(page))


def _next_of_pager(page: Page) -> str | None:
    """Return where the pager's own 下页 leads; the last page has the words without a link."""
    assert page.root is not None
    for href in page.root.xpath(f"//*[{_CLASS.format('p_next')}]//a/@href | //a[{_CLASS.format('p_next')}]/@href"):
        if (url := page.resolve(href)) is not None and url != page.url:
            return url
    return None


def _numbered(page: Page, number: int) -> str | None:
    """Return where the next number of the pager leads, or an anchor whose query names the next page."""
    assert page.root is not None
    for anchor in page.root.xpath(f"//*[{_CLASS.format('p_no')}]//a[@href]"):
        if str(anchor.xpath("normalize-space()")) == str(number):
            return page.resolve(anchor.get("href") or "")
    for anchor in page.root.xpath("//a[contains(@href, '=')]"):
        url = page.resolve(anchor.get("href") or "")
        told = _STEP.search(urlsplit(url).query) if url else None
        if url is not None and told is not None and int(told[1]) == number:
            return url
    return None


def _counted_down(page: Page, number: int, total: int | None) -> str | None:
    """Return the page behind page ``number`` of a static list whose pager tells ``number/total`` and no address."""
    match = _STATIC.fullmatch(urlsplit(page.url).path)
    if match is None or total is None or number >= total:
        return None
    if number == 1:
        return page.resolve(f"{match[1]}/{total - 1}.htm")
    return page.resolve(f"{total - number}.htm") if match[2] == str(total - number + 1) else None


def _total(page: Page, number: int) -> int | None:
    """Return the number of pages: of a pager that says ``1/5``, of a query that says ``totalpage=5``."""
    assert page.root is not None
    if (told := answers.count(answers.query(page.url).get("totalpage"))) is not None:
        return told
    for pager in page.root.xpath(f"//*[{_CLASS.format('p_pages')}]"):
        match = _TOTAL.search(str(pager.xpath("string()"))[:2000])
        if match and int(match[1]) == number <= int(match[2]):
            return int(match[2])
    return None
