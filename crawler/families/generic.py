"""Any other portal: static lists read by their links alone.

How to recognise it: by nothing, it is what remains when no other dialect claims a page. Page 2 is, in this order,

    1. where a 下一页 link with a real address leads,
    2. what a pager call in a script says (see ``pagers.call``),
    3. a trial of the usual forms (see ``pagers.forms``), where the page looks as if it went on.

A trial counts only if it answers 200 and brings new entries with the same path prefix; each failed form costs one
request. So a column that was only guessed is tried only where it holds reports. A list page without a list of its own
is often a shell around a frame of the same host that has it (常州, 淮安): the frame is read in its place.
Example portals: 徐闻县 (www.xuwen.gov.cn, ``content/post_N.html``), 朝阳区 (www.bjchy.gov.cn).
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from archive.vocabulary import is_widget_frame
from crawler import entries, links
from crawler.families import pagers
from crawler.families.base import Family, Next
from crawler.targets import Page, Portal, Target

FRAMES = 3  # frames of one list page


class Generic(Family):
    """Lists read by their links alone."""

    name = "generic"

    def recognise(self, page: Page) -> bool:
        return True

    def forms(self, url: str) -> tuple[str, ...]:
        """Return the address forms to be tried first for the pages behind a list."""
        return ()

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        worth = not target.guessed or any(links.promises_report(link) for link in self.links(page))
        return pagers.next_page(page, target, len(entries), self.forms(target.url), worth=worth)

    def lists(self, page: Page, target: Target, portal: Portal) -> Iterable[Next]:
        return framed(page)


def framed(page: Page) -> Iterable[Next]:
    """Yield the frames that may hold the list of a list page that has none itself.

    >>> shell = "<body><a href='/'>首页</a><iframe src='/login.jsp'></iframe><iframe src='list.html'></iframe>"
    >>> [found.url for found in framed(Page("http://a.gov.cn/x/", shell.encode()))]
    ['http://a.gov.cn/x/list.html']
    """
    if page.root is None or not page.whole or entries.read(page):
        return
    count = 0
    for source in page.root.xpath("//iframe/@src | //frame/@src"):
        url = page.resolve(source)
        if url is None or url == page.url or is_widget_frame(source) or "tree.jsp" in source:
            continue
        count += 1
        if count > FRAMES:
            return
        yield Next(url)
