"""Changchun: disclosure columns whose lists come as JSONP from the city's gate.

How to recognise it: the page's script names ``govsearch/jsonp/gkml/zf_list.jsp``, or the page is an answer of it:
``result({"num": 62, "nPage": 4, "data": [{"title", "puburl", "tip": {"dates"}}]})``. Where the options are: in the
address that the script makes (``lb``, ``channelId``, ``pubURL``); ``page`` counts from 1, ``nPage`` is the number of
pages. The date may be that of a change. Example portals: 农安县 (zwgk.changchun.gov.cn/na), 长春市.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Set

from crawler.families import answers
from crawler.families.base import Family, Next
from crawler.links import Link
from crawler.links import read as anchors
from crawler.targets import Page, Pager, Portal, Target

GATE = "govsearch/jsonp/gkml/zf_list.jsp"
_ADDRESS = re.compile(rf"[\"']((?:https?:)?[\w./:-]{{0,200}}{re.escape(GATE)}\?[^\"'<>\s]{{1,800}})[\"']")


class Changchun(Family):
    """Lists that the city's gate answers as JSONP, page by page."""

    name = "changchun"

    def recognise(self, page: Page) -> bool:
        return GATE in page.url or _ADDRESS.search(page.text) is not None

    def links(self, page: Page) -> list[Link]:
        if GATE not in page.url:
            return anchors(page)
        found = answers.rows(answers.data(page), "data")
        rows = [{**row, "date": answers.at(row, "tip", "dates")} for row in found]
        return answers.links(page, rows, title=("title",), url=("puburl",), day=("date",))

    def lists(self, page: Page, target: Target, portal: Portal) -> Iterable[Next]:
        if GATE in page.url:
            return
        for address in dict.fromkeys(match[1] for match in _ADDRESS.finditer(page.text)):
            if (url := page.resolve(html.unescape(address))) is not None:
                yield Next(answers.turn(url, "page", 1))

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        if GATE not in page.url:
            return None
        total = answers.count(answers.at(answers.data(page), "nPage"))
        if not entries or total is None or target.page >= total:
            return None
        return Next(answers.turn(page.url, "page", target.page + 1), Pager(declared=True, total=total))
