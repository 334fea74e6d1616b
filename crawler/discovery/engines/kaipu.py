"""Search engines of 开普 and so-gov: search5, the family of search4, guestweb and so4, and so-gov.

    search5   POST form /search5/search/s (search.sanya.gov.cn: /search/s) siteCode, searchWord, column, uc, pageSize,
              pageNum from 1; JSON searchResultAll{total, searchTotal[]{title, url, pubDate}}; wants a Referer
    guestweb  GET /guestweb4/s, /search4/s, /so4/s, /s?searchWord= with the same fields, pageNum from 0; HTML or JSON
    so-gov    POST form https://api.so-gov.cn/s or /so/ss/s siteCode, qt, page, pageSize, tab, timestamp, wordToken;
              JSON data.search{totalHits, searchs[]{title, viewUrl, docDate}}, newer resultDocs[].data{titleO, url}

Where the options are: siteCode is the ten-digit 政府网站标识码 of the place, in the form's address, in the search page
or in the meta tag SiteIDCode; wordToken and timestamp only in the search page /so/s?siteCode=&qt=.
Examples: search5 文昌 (wenchang.hainan.gov.cn), 三亚; guestweb 成都 (www.chengdu.gov.cn), 拉萨 (www.lasa.gov.cn);
so-gov 石家庄 (www.sjz.gov.cn), 太原 (www.taiyuan.gov.cn).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crawler.discovery.clues import TOKEN, WORD, Option
from crawler.discovery.engines.engine import SIZE, Engine
from crawler.targets import Page, Portal

_SITE = Option("siteCode", r"\w{10}", ("SiteIDCode",))


class Search5(Engine):
    """search5."""

    name = "search: search5"
    mark = re.compile(r"/search5/|/search/s(?=\?[^#]{0,300}searchWord=)")
    api = re.compile(r"/(?:search5/)?search/s(?=\?|$)")
    endpoint = "/search5/search/s"
    needs = (_SITE,)
    style = "form"
    turn = "pageNum"
    rows = ("searchResultAll.searchTotal",)
    totals = ("searchResultAll.total",)

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        return {
            "siteCode": options["siteCode"], "searchWord": WORD, "column": "", "wordPlace": 1, "uc": 1,
            "left_right_index": "", "pageSize": SIZE, "pageNum": 1,
        }  # fmt: skip


class Guestweb(Engine):
    """guestweb, search4, so4."""

    name = "search: guestweb"
    mark = re.compile(r"/(?:search4|so4|guestweb\d?)/|//[^/?]{1,100}/(?=s\?[^#]{0,300}searchWord=)")
    api = re.compile(
        r"^[^?]+/(?:search4/|so4/|guestweb\d?/)s(?:Html)?(?=\?|$)|^https?://[^/?]+/s(?=\?[^#]{0,300}searchWord=)"
    )
    endpoint = "{mark}s"
    needs = (_SITE,)
    turn, first = "pageNum", 0
    rows = ("searchResultAll.searchTotal",)
    totals = ("searchResultAll.total",)

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        return {
            "searchWord": WORD, "column": "全部", "wordPlace": 1, "orderBy": 0, "pageSize": SIZE, "pageNum": 0,
            "timeStamp": 0, "siteCode": options["siteCode"], "sonSiteCode": "", "checkHandle": 1,
            "areaSearchFlag": -1, "countKey": 0, "uc": 0,
        }  # fmt: skip


class SoGov(Engine):
    """so-gov. Its search page gives the token; without the page there is no request."""

    name = "search: so-gov"
    mark = re.compile(r"//api\.so-gov\.cn/(?:query/)?s\b|/so/ss/(?:query/)?s\b|/(?:so|sousuo|search)/s(?=\?|$)")
    api = re.compile(r"//api\.so-gov\.cn/(?:query/)?s(?=\?|$)|/so/ss/(?:query/)?s(?=\?|$)")
    needs = (Option("wordToken", rf"{TOKEN}{{8,80}}"), _SITE)
    takes = (Option("timestamp", r"\d{10,13}"),)
    style = "form"
    turn = "page"
    rows = ("data.search.searchs", "resultDocs")
    totals = ("data.search.totalHits", "totalHits")

    def address(self, url: str) -> str:
        return url.partition("?")[0] if self.api.search(url) else "https://api.so-gov.cn/s"

    def recognise(self, page: Page) -> bool:
        return page.post is not None and super().recognise(page)

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        return {
            "siteCode": options["siteCode"], "tab": "all", "timestamp": options.get("timestamp", ""),
            "wordToken": options["wordToken"], "page": 1, "pageSize": 20, "qt": WORD, "timeOption": 0,
            "sort": "relevance", "keyPlace": 1, "fileType": "",
        }  # fmt: skip
