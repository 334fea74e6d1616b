"""Hebei: columns and articles named by UUIDs, further pages of a list from a block of its template.

How to recognise it: the list is ``/columns/<uuid>/index.html``, articles ``/columns/<uuid>/YYYYMM/DD/<uuid>.html``; the
page, or its script, names the block of the template that makes the list:
``/columns/<uuid>/templates/<uuid>/blocks/<uuid>``. Where the options are: the block's address; ``?page=2&fix=0`` behind
it gives the rows of page 2 as a piece of HTML. Without a block, page 2 is as for any other portal (``generic``).
Example portals: 赵县 (www.zhaoxian.gov.cn), 灵寿县 (www.lingshou.gov.cn). The block: seen in public code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from urllib.parse import urlsplit

from crawler import entries as shown
from crawler.families import pagers
from crawler.families.base import Next, step
from crawler.families.generic import Generic
from crawler.targets import Page, Pager, Portal, Target

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
LIST = re.compile(rf"/columns/{_UUID}/(?:index(?:_\d+)?\.html)?")
ARTICLE = re.compile(rf"/columns/{_UUID}/\d{{6}}/\d{{2}}/{_UUID}\.html")
BLOCK = re.compile(rf"/columns/(?:{_UUID}|0)/templates/{_UUID}/blocks/{_UUID}")
FEWEST = 2  # articles; a single one may be a link to a neighbour's site


class Hebei(Generic):
    """Columns named by UUIDs. Page 2 is a block of the template, asked by number."""

    name = "hebei"

    def recognise(self, page: Page) -> bool:
        path = urlsplit(page.url).path
        if LIST.fullmatch(path) or BLOCK.fullmatch(path):
            return True
        return len({match[0] for match in ARTICLE.finditer(page.text)}) >= FEWEST

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        block = _block(page)
        if block is None or pagers.next_link(page, target.page) is not None or pagers.call(page) is not None:
            return super().next_page(page, target, entries)
        return step(f"{block}?page={{p}}&fix=0", target.page + 1, Pager()) if entries else None

    def lists(self, page: Page, target: Target, portal: Portal) -> Iterable[Next]:
        block = _block(page)
        if block is not None and page.whole and not shown.read(page):
            return (step(f"{block}?page={{p}}&fix=0", 1, Pager()),)
        return super().lists(page, target, portal)


def _block(page: Page) -> str | None:
    """Return the address of the block that makes the page's list, None where the page names none."""
    found = BLOCK.search(urlsplit(page.url).path) or BLOCK.search(page.text)
    return page.resolve(found[0]) if found else None
