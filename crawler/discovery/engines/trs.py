"""Search engines of TRS: IGS, IRS, WAS5 and trs-search.

    IGS         GET /igs/front/search.jhtml?code=&siteId=&searchWord=&pageNumber=&pageSize=&position=TITLE
                JSON page.content[]{title, url, docreltime or trs_time}, page.totalPages; without code: status 500
    IRS         POST JSON /irs/front/search {code, dataTypeId, searchWord, orderBy, searchBy, pageNo, pageSize, …};
                data.middle.listAndBox[].data{title, url, time}, data.pager.total; orderBy and searchBy are mandatory
    WAS5        GET /was5/web/search?channelid=&searchword=&page=&perpage=&orderby=; a page of HTML, rarely JSON
    trs-search  GET /trs-search/trssearch/v2/searchAll.do?siteId=&allKeywords=&pageNum=&pageSize=;
                data.data[]{title, docpuburl, docpubtime}, data.total

Where the options are: code (32 hex) and siteId in the script of the search page or in its address; code and dataTypeId
of IRS in the address of /irs-c-web/search.shtml; channelid as a hidden input of the form, on the home page too.
Examples: IGS 南京 (www.nanjing.gov.cn), 天津 (www.tj.gov.cn); IRS 海口 (www.haikou.gov.cn), 临汾 (www.linfen.gov.cn);
WAS5 邢台 (www.xingtai.gov.cn), 枣庄 (www.zaozhuang.gov.cn); trs-search 长治 (www.changzhi.gov.cn), 吕梁.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crawler.discovery.clues import WORD, Option
from crawler.discovery.engines.engine import SIZE, Engine
from crawler.targets import Portal


class Igs(Engine):
    """TRS IGS."""

    name = "search: trs igs"
    mark = re.compile(r"/igs/front/")
    api = re.compile(r"/igs/front/search\.jhtml")
    endpoint = "{mark}search.jhtml"
    needs = (Option("code", r"[0-9a-f]{32}", ("searchCode", "igsCode")),)
    wants = (Option("siteId", r"\d{1,8}"),)
    turn = "pageNumber"
    rows = ("page.content", "content")
    pages = ("page.totalPages", "totalPages")
    totals = ("page.total", "page.totalElements")

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        return {
            "code": options["code"], "siteId": options.get("siteId", ""), "searchWord": WORD, "pageNumber": 1,
            "pageSize": SIZE, "position": "TITLE",
        }  # fmt: skip


class Irs(Engine):
    """TRS IRS."""

    name = "search: trs irs"
    mark = re.compile(r"/irs/front/|/irs-c-web/")
    api = re.compile(r"/irs/front/search(?=\?|$)")
    endpoint = "/irs/front/search"
    needs = (Option("code", r"[0-9a-f]{6,40}", ("searchCode", "irsCode")), Option("dataTypeId", r"\d{1,8}"))
    style, other = "json", "form"
    turn = "pageNo"
    rows = ("data.middle.listAndBox", "data.middle.list")
    pages = ("data.pager.pageCount",)
    totals = ("data.pager.total",)

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        return {
            "code": options["code"], "dataTypeId": options["dataTypeId"], "searchWord": WORD, "orderBy": "related",
            "searchBy": "title", "pageNo": 1, "pageSize": SIZE, "granularity": "ALL", "appendixType": "",
            "beginDateTime": "", "endDateTime": "", "isSearchForced": 0, "filters": [],
        }  # fmt: skip


class Was5(Engine):
    """TRS WAS5."""

    name = "search: trs was5"
    mark = re.compile(r"/(?:was5/web|searchweb)/|/search/(?=search\?[^#]{0,300}channelid=)")
    api = re.compile(r"/(?:(?:was5/web|searchweb)/(?:search|outlinecontent)|search/search)(?=\?)")
    endpoint = "{mark}search"
    needs = (Option("channelid", r"\d[\d,]{0,40}"),)
    turn = "page"
    rows = ("docs",)
    totals = ("count",)

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        return {
            "channelid": options["channelid"], "searchword": WORD, "page": 1, "perpage": SIZE,
            "orderby": "-docreltime",
        }  # fmt: skip


class TrsSearch(Engine):
    """trs-search."""

    name = "search: trs-search"
    mark = re.compile(r"/trssearch/")
    api = re.compile(r"/trssearch/(?:v2/)?searchAll\.do")
    endpoint = "{mark}v2/searchAll.do"
    needs = (Option("siteId", r"\d{1,8}"),)
    turn = "pageNum"
    rows = ("data.data",)
    totals = ("data.total",)

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        return {
            "siteId": options["siteId"], "searchTag": "all", "allKeywords": WORD, "position": 0, "pageNum": 1,
            "pageSize": SIZE, "isAlways": 1,
        }  # fmt: skip
