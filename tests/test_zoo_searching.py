"""The search engines of the sample portals answer as facts/portals.md says of the real ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit

import pytest
from fazhi_zoo import tree
from fazhi_zoo.asking import HOST, ask, code_of, hrefs, portal, reports, text
from fazhi_zoo.finding import FOREIGN
from fazhi_zoo.searching import ENGINES
from fazhi_zoo.site import Site

WORD = "法治政府建设"
REFERER = {"Referer": f"http://{HOST}/"}


def shut(engine: str) -> Site:
    """Return the portal whose reports only this engine opens."""
    return portal(code_of(lambda row: row.disclosure == "datacall" and row.search == engine))


def box(site: Site) -> tuple[str, dict[str, str]]:
    """Return where the box of the home page leads, and its hidden fields."""
    form = re.findall(r"<form action=\"([^\"]+)\".*?</form>", text(ask(site, "/")), re.DOTALL)
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text(ask(site, "/")))
    (action,) = form
    return action, dict(hidden)


def results(site: Site) -> str:
    """Return the page of results that the box leads to."""
    action, hidden = box(site)
    page = text(ask(site, f"{action}?{urlencode(hidden)}"))
    assert not set(hrefs(page)) & reports(site)
    return page


def field(page: str, name: str) -> str:
    """Return a value that stands in the script or in a hidden field of a page."""
    found = re.search(rf"""(?:\b{name}"?\s*[:=]|(?:id|name)="{name}"[^>]*?value=)\s*["']([^"']+)["']""", page)
    assert found, name
    return found[1]


def path_of(url: str) -> str:
    """Return an address of the portal without its host."""
    assert url.startswith(("/", f"http://{HOST}/")), url
    return urlsplit(url).path


Pages = Iterator[list[tuple[str, str]]]  # (title, address) of the hits, page by page


def get(site: Site, url: str, **values: object) -> dict:
    return json.loads(ask(site, f"{url}?{urlencode(values)}").body)


def post(site: Site, url: str, **values: object) -> dict:
    return json.loads(ask(site, url, urlencode(values), **REFERER).body)


def post_json(site: Site, url: str, **values: object) -> dict:
    return json.loads(ask(site, url, json.dumps(values), **REFERER).body)


def igs(site: Site) -> Pages:
    page = results(site)
    ids = {"code": field(page, "code"), "siteId": field(page, "siteId"), "searchWord": WORD, "pageSize": 10}
    assert get(site, "/igs/front/search.jhtml", **{**ids, "code": "0"}, position="TITLE")["page"]["content"] == []
    total = 1
    number = 1
    while number <= total:
        answer = get(site, "/igs/front/search.jhtml", **ids, position="TITLE", pageNumber=number)["page"]
        assert (FOREIGN in [item["url"] for item in answer["content"]]) == (number == 1)
        yield [(item["title"], item["url"]) for item in answer["content"] if item["url"] != FOREIGN]
        total, number = answer["totalPages"], number + 1


def irs(site: Site) -> Pages:
    page = results(site)
    ids = {"code": field(page, "code"), "dataTypeId": field(page, "dataTypeId"), "searchWord": WORD, "pageSize": 10}
    assert box(site)[1] == {name: ids[name] for name in ("code", "dataTypeId")}
    assert post_json(site, "/irs/front/search", **ids, searchBy="title")["data"] is None
    assert post_json(site, "/irs/front/search", **ids, orderBy="time")["data"] is None
    for number in range(1, 9):
        data = post_json(
            site, "/irs/front/search", **ids, orderBy="related", searchBy="title", pageNo=number, filters=[]
        )["data"]
        boxes = data["middle"]["listAndBox"]
        yield [(item["data"]["title"], item["data"]["url"]) for item in boxes]
        if number * 10 >= data["pager"]["total"]:
            return


def trs_search(site: Site) -> Pages:
    ids = {"siteId": field(results(site), "siteId"), "allKeywords": WORD, "pageSize": 10}
    url = "/trs-search/trssearch/v2/searchAll.do"
    assert get(site, url, **{**ids, "siteId": "0"}, pageNum=1)["data"]["total"] == 0
    for number in range(1, 9):
        data = get(site, url, **ids, pageNum=number, position=1)["data"]
        yield [(item["title"], item["docpuburl"]) for item in data["data"]]
        if number * 10 >= data["total"]:
            return


def guangdong(site: Site) -> Pages:
    ids = {"site_id": field(results(site), "site_id"), "keywords": WORD, "range": "site", "position": "title"}
    assert post_json(site, "/api/search/all", **{**ids, "site_id": "0"})["data"]["news"]["total"] == 0
    for number in range(1, 9):
        news = post_json(site, "/api/search/all", **ids, page=number)["data"]["news"]
        assert news == post(site, "/api/search/all", **ids, page=number)["data"]["news"]
        yield [(item["title"], item["url"]) for item in news["list"]]
        if number * 20 >= news["total"]:
            return


def jsearch(site: Site) -> Pages:
    page = results(site)
    ids = {name: field(page, name) for name in ("websiteid", "cateid", "tpl", "pg")}
    assert ids["websiteid"] == box(site)[1]["websiteid"] == site.spec.adcode + "0" * 9
    url = "/jsearchfront/interfaces/cateSearch.do"
    assert get(site, url, **ids, q=WORD, p=1)["total"] == 0
    for number in range(1, 9):
        answer = post(site, url, **ids, q=WORD, p=number, pos="title")
        found = []
        for item in answer["result"]:
            title = re.findall(r'jcse-news-title"><a [^>]*>(.*?)</a>', item)[0]
            wrapped = hrefs(item)[0]
            (sent_on,) = (value for name, value in ask(site, wrapped).headers if name == "Location")
            assert sent_on == dict(parse_qsl(urlsplit(wrapped).query))["url"]
            found.append((title, sent_on))
        yield found
        if number * 10 >= answer["total"]:
            return


def search5(site: Site) -> Pages:
    ids = {"siteCode": field(results(site), "siteCode"), "searchWord": WORD, "column": "全部", "uc": 1, "pageSize": 10}
    assert ids["siteCode"] == site.spec.site_code
    assert ask(site, "/search5/search/s", urlencode(ids)).status == 403
    for number in range(1, 9):
        answer = post(site, "/search5/search/s", **ids, pageNum=number)["searchResultAll"]
        yield [(item["title"], item["url"]) for item in answer["searchTotal"]]
        if number * 10 >= answer["total"]:
            return


def so_gov(site: Site) -> Pages:
    page = results(site)
    ids = {"siteCode": field(page, "siteCode"), "wordToken": field(page, "wordToken"), "tab": "all", "qt": WORD}
    assert post(site, "/so/ss/s", **{**ids, "wordToken": ""}, page=1)["data"] is None
    for number in range(1, 9):
        answer = post(site, "/so/ss/s", **ids, page=number, pageSize=20)["data"]["search"]
        yield [(item["title"], item["viewUrl"]) for item in answer["searchs"]]
        if number * 20 >= answer["totalHits"]:
            return


def epoint(site: Site) -> Pages:
    page = results(site)
    url = "/inteligentsearch/rest/esinteligentsearch/getFullTextDataNew"
    ids = {"wd": WORD, "fields": "title", "rn": 10, "cnum": field(page, "cnum")}
    assert post_json(site, url, **{**ids, "cnum": "0"}, pn=0)["result"]["totalcount"] == 0
    for first in range(0, 90, 10):
        answer = post_json(site, url, **ids, pn=first)["result"]
        yield [(item["title"], item["linkurl"]) for item in answer["records"]]
        if first + 10 >= answer["totalcount"]:
            return


def henan_solr(site: Site) -> Pages:
    token = field(results(site), "token4")
    url = "/search/SolrSearch/searchData"
    assert ask(site, url, urlencode({"q": WORD, "offset": 0, "limit": 10})).status == 500
    for number in range(1, 9):
        answer = post(site, url, q=WORD, offset=(number - 1) * 10, limit=10, token4=token)
        yield [(item["articleTitle"], item["articleUri"]) for item in answer["rows"]]
        if number >= answer["totalPage"]:
            return


def anchors(page: str, mark: str) -> list[tuple[str, str]]:
    """Return (title, address) of the hits of a page of HTML; ``mark`` stands before each."""
    found = re.findall(rf'{mark}<a href="([^"]+)"[^>]*>(.*?)</a>', page)
    return [(title, unescape(href)) for href, title in found]


def was5(site: Site) -> Pages:
    action, hidden = box(site)
    assert "频道不存在" in text(ask(site, f"{action}?{urlencode({'searchword': WORD})}"))
    url = f"{action}?{urlencode({**hidden, 'searchword': WORD})}"
    while True:
        page = text(ask(site, url))
        yield anchors(page, "<li><div>")
        after = re.findall(r'<a class="next-page" href="([^"]+)">', page)
        if not after:
            return
        url = urljoin(url, unescape(after[0]))


def longsource(site: Site) -> Pages:
    action, hidden = box(site)
    for number in range(1, 9):
        values = {**hidden, "keywords": WORD, "fromCode": "title", "pageIndex": number, "pageSize": 10}
        page = text(ask(site, f"{action}?{urlencode(values)}"))
        yield anchors(page, 'search-title">')
        if number >= int(re.findall(r"pageCount:(\d+)", page)[0]):
            return


def hunan(site: Site) -> Pages:
    action, _ = box(site)
    assert re.fullmatch(r"/hunan/\d{9}/news", action)
    first = text(ask(site, f"{action}?{urlencode({'q': WORD})}"))
    assert anchors(first, 'title">') == anchors(
        text(ask(site, f"{action}?{urlencode({'q': WORD, 'p': 0})}")), 'title">'
    )
    number = 0
    while True:
        page = text(ask(site, f"{action}?{urlencode({'q': WORD, 'p': number})}"))
        yield anchors(page, 'title">')
        number += 1
        if f"p={number}" not in unquote(page):
            return


WAYS: dict[str, Callable[[Site], Pages]] = {
    way.__name__: way
    for way in (
        igs, irs, trs_search, guangdong, jsearch, search5, so_gov, epoint, henan_solr, was5, longsource, hunan,
    )
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(WAYS))
def test_engine_finds_every_report_in_pages(name: str) -> None:
    site = shut(name)
    pages = list(WAYS[name](site))
    hits = [path_of(url) for page in pages for _, url in page]
    titles = {item.path: item.title for item in site.truth}
    assert len(pages) > 1
    assert all(pages)
    assert len(hits) == len(set(hits))
    assert reports(site) <= set(hits)
    assert len(set(hits) - reports(site)) > 2  # near misses
    for title, url in (hit for page in pages for hit in page if WORD in titles[path_of(hit[1])]):
        assert re.search(r"<(em|font)[^>]*>法治政府建设</\1>", title)
        assert unescape(re.sub(r"<[^>]+>", "", title)) == titles[path_of(url)]


def test_every_engine_is_somewhere_needed() -> None:
    needed = {row.search for row in tree.portals() if row.disclosure == "datacall" and row.search}
    assert needed == set(WAYS) == set(ENGINES) - {"broken"}


def test_broken_engine_fails_where_walking_works() -> None:
    site = portal(code_of(lambda row: row.search == "broken"))
    assert field(results(site), "code")
    answer = ask(site, f"/igs/front/search.jhtml?{urlencode({'searchWord': WORD})}")
    assert (answer.status, answer.content_type) == (500, "text/html; charset=utf-8")
    assert b"Disallow: /search/" not in ask(site, "/robots.txt").body
