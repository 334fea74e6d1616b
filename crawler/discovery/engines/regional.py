"""Engines of single provinces or vendors: Guangdong, Hunan, Henan Solr, LONGSOURCE (Anhui), Epoint.

    Guangdong   POST form https://search.gd.gov.cn/api/search/all keywords, site_id, range=site, position=title, page,
                sort, gdbsDivision, service_area; JSON data.news{total, list[]{title, url, pub_time}}
    Hunan       GET searching.hunan.gov.cn[:8977]/hunan/<9 digits>/news?q=&p= (p from 0); HTML #hits
    Henan Solr  POST form /search/SolrSearch/searchData q, offset, limit, token4; JSON totalPage,
                rows[]{articleTitle, articleUri, articlePublishTime}
    LONGSOURCE  GET /site/search/<siteId>?keywords=&fromCode=title&pageIndex=&pageSize=; HTML #search_list
    Epoint      POST JSON /inteligentsearch/rest/esinteligentsearch/getFullTextDataNew wd, fields, pn (an offset), rn;
                JSON result{totalcount, records[]{title, linkurl, showdate}}

Where the options are: site_id in the address /search/all/<site_id> of the box (one engine for all of Guangdong), or as
SID beside it; the area of Hunan and the site of LONGSOURCE in the address; token4 in Henan's search page.
Examples: 江门, 中山 (search.gd.gov.cn); 长沙, 株洲 (searching.hunan.gov.cn); 焦作 (www.jiaozuo.gov.cn), 周口; 合肥
(www.hefei.gov.cn), 六安 (www.luan.gov.cn); 许昌 (www.xuchang.gov.cn), 阿勒泰.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from crawler.discovery.clues import TOKEN, WORD, Option
from crawler.discovery.engines.engine import SIZE, Engine
from crawler.targets import Portal

_PLACE = re.compile(r"/search/(?:all|site|file|local)/(\d{1,9})(?![\d.])")


class Guangdong(Engine):
    """The one engine of all Guangdong."""

    name = "search: guangdong"
    mark = re.compile(
        r"//search\.gd\.gov\.cn(?:/|$)|/search/(?:all|site|file)/\d{1,9}(?=[/?]|$)|/api/search/(?:all|site|file)"
    )
    api = re.compile(r"/api/search/(?:all|site|file)(?=\?|$)")
    needs = (Option("site_id", r"\d{1,9}", ("siteId", "SID")),)
    takes = (Option("service_area", r"\d{1,6}", ("SERVICE_AREA_ID",)), Option("gdbsDivision", r"\d{6,12}"))
    style, other = "form", "json"
    turn = "page"
    rows = ("data.news.list",)
    totals = ("data.news.total",)

    def told(self, urls: Iterable[str]) -> dict[str, str]:
        found = next((match[1] for url in urls if (match := _PLACE.search(url))), None)
        return {"site_id": found} if found else {}

    def address(self, url: str) -> str:
        parts = urlsplit(url)
        scheme = "https" if parts.hostname == "search.gd.gov.cn" else parts.scheme
        return f"{scheme}://{parts.netloc}/api/search/all"

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        site = options["site_id"]
        area = options.get("service_area") or (site[:3] if len(site) == 6 else 1)
        return {
            "keywords": WORD, "site_id": site, "range": "site", "position": "title", "page": 1, "sort": "smart",
            "gdbsDivision": options.get("gdbsDivision") or portal.adcode or "", "service_area": area, "recommand": 1,
        }  # fmt: skip


class Hunan(Engine):
    """The one engine of all Hunan; pages count from 0."""

    name = "search: hunan"
    mark = re.compile(r"/hunan/\d{9}(?=[/?]|$)")
    api = re.compile(r"/hunan/\d{9}/news(?=\?)")
    endpoint = "{mark}/news"
    turn, first = "p", 0

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        return {
            "q": WORD, "searchfields": "", "sm": 0, "columnCN": "", "iszq": "", "aggr_iszq": "", "p": 0,
            "timetype": "timeqb",
        }  # fmt: skip


class HenanSolr(Engine):
    """Henan's SolrSearch."""

    name = "search: henan solr"
    mark = re.compile(r"/SolrSearch/")
    api = re.compile(r"/SolrSearch/searchData(?=\?|$)")
    endpoint = "{mark}searchData"
    needs = (Option("token4", rf"{TOKEN}{{4,80}}"),)
    takes = (Option("siteId", r"[0-9a-f]{32}"),)
    style = "form"
    turn, first, stride = "offset", 0, SIZE
    rows = ("rows",)
    pages = ("totalPage",)
    totals = ("total",)

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        return {
            "q": WORD, "type": "", "timeType": "", "sort": "", "order": "", "forCatalogType": 0,
            "token4": options["token4"], "siteId": options.get("siteId", ""), "offset": 0, "limit": SIZE,
            "infoType": "",
        }  # fmt: skip


class Longsource(Engine):
    """LONGSOURCE: the whole site's search, by title."""

    name = "search: longsource"
    mark = re.compile(r"/site/search/\d+|/site/tpl/\d+(?=\?[^#]{0,500}keywords=)")
    api = re.compile(r"/site/(?:search|tpl)/\d+(?=\?[^#]{0,500}keywords=)")
    turn = "pageIndex"

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        return {
            "keywords": WORD, "fromCode": "title", "fuzzySearch": "false", "isAllSite": "true", "typeCode": "all",
            "sort": "intelligent", "pageIndex": 1, "pageSize": SIZE,
        }  # fmt: skip


class Epoint(Engine):
    """Epoint's search; pages are offsets."""

    name = "search: epoint"
    mark = re.compile(r"/inteligentsearch(?=[/?]|$)|/[\w-]{1,40}/rest/(?:es)?inteligent[sS]earch/")
    api = re.compile(r"/rest/(?:es)?inteligent[sS]earch/getFullTextData(?:New)?(?=\?|$)")
    endpoint = "/inteligentsearch/rest/esinteligentsearch/getFullTextDataNew"
    style = "json"
    turn, first, stride = "pn", 0, SIZE
    rows = ("result.records",)
    totals = ("result.totalcount",)

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        return {
            "token": "", "pn": 0, "rn": SIZE, "sdt": "", "edt": "", "wd": WORD, "inc_wd": "", "exc_wd": "",
            "fields": "title", "cnum": "", "sort": "", "ssort": "title", "cl": 500, "terminal": "", "condition": None,
            "time": None, "highlights": "title", "statistics": None, "unionCondition": None, "accuracy": "",
            "noParticiple": "0", "searchRange": None,
        }  # fmt: skip
