"""Any other portal: static lists read by their links alone.

How to recognise it: by nothing, it is what remains when no other dialect claims a page. Page 2 is, in this order,

    1. where a 下一页 link with a real address leads,
    2. what a pager call in a script says (see ``pagers.call``),
    3. a trial of the usual forms (see ``pagers.forms``), where the page looks as if it went on.

A trial counts only if it answers 200 and brings new entries with the same path prefix; each failed form costs one
request. Example portals: 徐闻县 (www.xuwen.gov.cn, ``content/post_N.html``), 朝阳区 (www.bjchy.gov.cn).
"""

from __future__ import annotations

from collections.abc import Set

from crawler.families import pagers
from crawler.families.base import Family, Next, step
from crawler.targets import Page, Pager, Target


class Generic(Family):
    """Lists read by their links alone."""

    name = "generic"

    def recognise(self, page: Page) -> bool:
        return True

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        if (url := pagers.next_link(page, target.page)) is not None:
            return Next(url, Pager(declared=True))
        if (found := pagers.call(page)) is not None:
            if found.current >= found.total:
                return None
            return step(found.form, found.current + 1, Pager(declared=True, total=found.total))
        if target.page > 1:
            form = target.pager.form
            return step(form, target.page + 1, Pager(form=form)) if form else None
        if target.guessed or len(entries) < 2 or page.root is None:
            return None  # a column that was only guessed is not worth a trial
        if pagers.SIGNS.search(page.text) or len(entries) >= pagers.FULL_PAGE:
            pager = pagers.trial(target.url)
            return step(pager.form or "", 2, pager)
        return None
