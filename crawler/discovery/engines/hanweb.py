"""Search engines of Hanweb: jsearch (jrobotfront), the older jrobot, the newer jpaas-jsearch.

    jsearch        POST form /jsearchfront/interfaces/cateSearch.do websiteid, q, p, pg, cateid, tpl, pos=title
                   (Zhejiang: search.zj.gov.cn/jrobotfront/…); JSON total, result[] = pieces of HTML
    jrobot         GET /jrobot/search.do?webid=&q=&p=&pg=&pos=title; a page of HTML
    jpaas-jsearch  GET /api-gateway/jpaas-jsearch-web-server/interface/search/info?serviceId=&cateid=&websiteid=&q=&p=
                   JSON data.searchResult{total, result[] = pieces of HTML}

Where the options are: websiteid is the six digits of the place and zeros; the home page's form gives it, cateid and tpl
stand in the script of /jsearchfront/search.do. webid stands in the form, serviceId and cateid in the search page.
Hits are wrapped: visit/link.do?url=…. Examples: jsearch 威海 (www.weihai.gov.cn), 济南 (www.jinan.gov.cn); jrobot 承德
(www.chengde.gov.cn), 信阳 (search1.henan.gov.cn); jpaas-jsearch 鹤壁 (www.hebi.gov.cn), 白银 (www.baiyin.gov.cn).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crawler.discovery.clues import TOKEN, WORD, Option
from crawler.discovery.engines.engine import SIZE, Engine
from crawler.targets import Portal

_WEBSITE = Option("websiteid", r"\d{12,15}")


class Jsearch(Engine):
    """jsearchfront, jrobotfront."""

    name = "search: hanweb jsearch"
    mark = re.compile(r"/(?:jsearchfront|jrobotfront)/")
    api = re.compile(r"/(?:jsearchfront|jrobotfront)/interfaces/(?:cateS|s)earch\.do")
    endpoint = "{mark}interfaces/cateSearch.do"
    wants = (_WEBSITE, Option("cateid", r"\d{1,8}"), Option("tpl", r"\d{1,8}"))
    style = "form"
    turn = "p"
    rows = ("result",)
    totals = ("total",)

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        website = options.get("websiteid") or f"{portal.adcode or '':0<15}"
        return {
            "websiteid": website, "q": WORD, "p": 1, "pg": 20, "cateid": options.get("cateid", ""), "pos": "title",
            "pq": "", "oq": "", "eq": "", "begin": "", "end": "", "tpl": options.get("tpl", ""),
        }  # fmt: skip


class Jrobot(Engine):
    """The older jrobot: results are a page of HTML."""

    name = "search: hanweb jrobot"
    mark = re.compile(r"/jrobot/")
    api = re.compile(r"/jrobot/search\.do")
    endpoint = "{mark}search.do"
    needs = (Option("webid", r"\d{1,8}"),)
    turn = "p"

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        return {
            "webid": options["webid"], "pg": SIZE, "p": 1, "tpl": "", "category": "", "q": WORD, "pos": "title",
            "od": "", "date": "",
        }  # fmt: skip


class Jpaas(Engine):
    """The newer jpaas-jsearch."""

    name = "search: hanweb jpaas"
    mark = re.compile(r"/jpaas-jsearch-web-server/")
    api = re.compile(r"/jpaas-jsearch-web-server/interface/search/(?:app/)?info")
    endpoint = "{mark}interface/search/info"
    needs = (Option("serviceId", rf"{TOKEN}{{8,64}}", ("searchid",)),)
    wants = (Option("cateid", rf"{TOKEN}{{4,64}}"), _WEBSITE)
    turn = "p"
    rows = ("data.searchResult.result",)
    totals = ("data.searchResult.total",)

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        return {
            "websiteid": options.get("websiteid", ""), "q": WORD, "pg": SIZE, "p": 1, "pos": "title",
            "cateid": options.get("cateid", ""), "serviceId": options["serviceId"],
        }  # fmt: skip
