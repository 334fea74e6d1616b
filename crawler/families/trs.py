"""TRS WCM and 海云: static pages, lists in directories, articles named by date.

How to recognise it: articles are ``/a/b/YYYYMM/tYYYYMMDD_ID.html`` (or ``.shtml``); the list calls one of the pagers

    createPageHTML(25, 0, "index", "html")                  0-based: page 2 is index_1.html
    createPageHTML('paging', 25, 1, 'index', 'html', 500)   Hunan: 1-based, page 2 is index_2.html
    createPage(25)   pagination_script_config.total = 25   Pager({size: 25, current: 0, prefix: 'index'})
    .pagination("setPage", 1, 25)                           1-based; <div id="pageDec" pagecount="25"> is 0-based

Where the options are: total and current page in the call; the name in the address is ``index`` unless the call says so.
A total may be too large: the pages behind the last answer 404 or a stub of some hundred bytes, which ends the list.
Example portals: 重庆市丰都县 (www.cqfd.gov.cn), 天津市静海区 (www.tjjh.gov.cn).
"""

from __future__ import annotations

import re
from collections.abc import Set
from urllib.parse import urljoin

from crawler.families import pagers
from crawler.families.base import Next, step
from crawler.families.generic import Generic
from crawler.targets import Page, Pager, Target

ARTICLE = re.compile(r"/t(?:19|20)\d{6}_\d+\.s?html?")
UCAP = re.compile(r"<meta\s+name=[\"']channelid[\"']|/[0-9a-f]{32}\.s?html", re.IGNORECASE)  # the same call, not TRS
FEWEST = 2  # articles named by date; a single one may be a link to a neighbour's site


class Trs(Generic):
    """TRS WCM / 海云. Page 2 is what the pager call says; where there is none, as for any other portal."""

    name = "trs"

    def recognise(self, page: Page) -> bool:
        if UCAP.search(page.text):
            return False
        if pagers.call(page) is not None:
            return True
        return len({match[0] for match in ARTICLE.finditer(page.text)}) >= FEWEST

    def forms(self, url: str) -> tuple[str, ...]:
        return (urljoin(url, "index_") + "{p-1}.html",) if url.endswith(("/", "/index.html")) else ()

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        if (found := pagers.call(page)) is None:
            sign = pagers.SIGNS.search(page.text)  # the system always writes a pager where there is more than a page
            return super().next_page(page, target, entries if sign else frozenset())
        if found.current >= found.total:
            return None
        return step(found.form, found.current + 1, Pager(declared=True, total=found.total))
