"""Search engines of the portals: what each asks for from a page with its box, and what it reads in the answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from archive.model import Role
from crawler import discovery
from crawler.discovery.clues import WORD
from crawler.discovery.engines import ENGINES
from crawler.discovery.engines.engine import MOST_PAGES, Engine, pairs
from crawler.families.base import Next
from crawler.links import Link
from crawler.targets import Page, Portal, Target

HOST = "http://www.shili.gov.cn"
HOME = HOST + "/"
PORTAL = Portal(code="990101", name="示例县人民政府", home=HOME, hosts=frozenset({"www.shili.gov.cn"}))
CODE = "0123456789abcdef0123456789abcdef"
DAY = date(2022, 3, 8)
REPORT = Link(HOST + "/zwgk/202203/t20220308_1.html", "示例县2021年法治政府建设情况报告", "", DAY)
MARKED = "示例县2021年<em>法治政府建设</em>情况报告"
FONT = "示例县2021年<font color='red'>法治政府建设</font>情况报告"
OTHER = "示例县召开<em>建设</em>工作会议"  # a hit of the words alone


def page(body: str, url: str = HOME, post: str | None = None) -> Page:
    whole = f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{body}</body></html>"
    return Page(url, whole.encode(), "text/html", 200, post)


def rows(count: int, made: Any) -> list[Any]:
    return [made(number) for number in range(count)]


@dataclass(frozen=True)
class Sample:
    """A page with an engine's box, the request it opens, an answer with ``REPORT`` as its hit, and the second page."""

    box: Page
    url: str
    fields: dict[str, Any]  # those of the request that matter
    answer: Any  # JSON, or the body of a page
    behind: dict[str, Any] | None  # fields of the request for page 2, None: no more
    style: str = "get"


def fields(url: str, post: str | None) -> dict[str, Any]:
    return dict(pairs(post if post is not None else urlsplit(url).query))


def hit(**names: str) -> dict[str, str]:
    return names


JCSE = (
    '<div class="jcse-news"><div class="jcse-news-title"><a href="/jsearchfront/visit/link.do?url='
    + quote(REPORT.url, safe="")
    + f'&q=x">{MARKED}</a></div><div class="jcse-news-url"><a href="/jsearchfront/visit/link.do?url='
    + quote(REPORT.url, safe="")
    + f'&q=x">{REPORT.url}</a></div><span class="jcse-news-date">2022-03-08</span></div>'
)
HTML_HIT = f"<ul><li><a href='{REPORT.url}' title='{REPORT.title}'>{MARKED}</a><span>2022-03-08</span></li></ul>"
NEXT = "<a href='{}'>下一页</a>"

SAMPLES = {
    "search: trs igs": Sample(
        page(f"<script>var o = {{ code: '{CODE}', siteId: 34 }}; $.get('/igs/front/search.jhtml', o)</script>"),
        HOST + "/igs/front/search.jhtml",
        {"code": CODE, "siteId": "34", "searchWord": WORD, "pageNumber": "1", "position": "TITLE"},
        {"page": {"content": [hit(title=MARKED, url=REPORT.url, trs_time="2022-03-08T08:00:00")], "totalPages": 3}},
        {"pageNumber": "2", "searchWord": WORD, "code": CODE},
    ),
    "search: trs irs": Sample(
        page("<a href='/irs-c-web/search.shtml?code=17d1d69aaaa&dataTypeId=259'>搜索</a>"),
        HOST + "/irs/front/search",
        {"code": "17d1d69aaaa", "dataTypeId": "259", "searchWord": WORD, "pageNo": 1, "orderBy": "related"},
        {
            "data": {
                "middle": {"listAndBox": [{"data": hit(title=MARKED, url=REPORT.url, time="2022-03-08")}]},
                "pager": {"total": 25},
            }
        },
        {"pageNo": 2, "searchBy": "title"},
        "json",
    ),
    "search: trs was5": Sample(
        page(
            "<form action='/was5/web/search' method='get'><input name='searchword' type='text'>"
            "<input type='hidden' name='channelid' value='265001'></form>"
        ),
        HOST + "/was5/web/search",
        {"channelid": "265001", "searchword": WORD, "page": "1"},
        HTML_HIT + NEXT.format(f"search?channelid=265001&searchword={quote(WORD)}&page=2"),
        {"page": "2", "channelid": "265001"},
    ),
    "search: trs-search": Sample(
        page(
            "<input type='hidden' id='siteId' value='13'>"
            "<script>var u = '/trs-search/trssearch/v2/searchAll.do?allKeywords=' + k</script>"
        ),
        HOST + "/trs-search/trssearch/v2/searchAll.do",
        {"siteId": "13", "allKeywords": WORD, "pageNum": "1"},
        {"data": {"total": 25, "data": [hit(title=FONT, docpuburl=REPORT.url, docpubtime="2022-03-08 10:00:00")]}},
        {"pageNum": "2"},
    ),
    "search: hanweb jpaas": Sample(
        page(
            "<script>var serviceId = 'e3ef28ec652b47ce', cateid = '071f5fdb';"
            "ask('/api-gateway/jpaas-jsearch-web-server/interface/search/info')</script>"
        ),
        HOST + "/api-gateway/jpaas-jsearch-web-server/interface/search/info",
        {"serviceId": "e3ef28ec652b47ce", "cateid": "071f5fdb", "q": WORD, "p": "1", "pos": "title"},
        {
            "data": {
                "searchResult": {
                    "total": 12,
                    "result": [
                        f"<div class='titleWrapper'><a href='{REPORT.url}' data-title='{REPORT.title}'>示例县…</a>"
                        "</div><div><span>发布</span><span>2022-03-08</span></div>"
                    ],
                }
            }
        },
        {"p": "2"},
    ),
    "search: hanweb jsearch": Sample(
        page(
            "<script>var p = { websiteid: '990101000000000', cateid: '142', tpl: '1321' };"
            "$.post('/jsearchfront/interfaces/cateSearch.do', p)</script>"
        ),
        HOST + "/jsearchfront/interfaces/cateSearch.do",
        {"websiteid": "990101000000000", "cateid": "142", "tpl": "1321", "q": WORD, "p": "1", "pos": "title"},
        {"total": 11, "result": [JCSE, "<div>没有链接</div>"]},
        {"p": "2", "q": WORD},
        "form",
    ),
    "search: hanweb jrobot": Sample(
        page("<form action='/jrobot/search.do'><input type='hidden' name='webid' value='7'><input name='q'></form>"),
        HOST + "/jrobot/search.do",
        {"webid": "7", "q": WORD, "p": "1"},
        "<div id='jsearch-result-items'><div class='jsearch-result-box'><div class='jsearch-result-title'>"
        f"<a href='visit/link.do?url={quote(REPORT.url, safe='')}'>{MARKED}</a></div>"
        "<span class='jsearch-result-date'>2022-03-08</span></div></div>共2页",
        {"p": "2", "webid": "7"},
    ),
    "search: guangdong": Sample(
        page("<form action='http://search.gd.gov.cn/search/all/163/'><input type='text' name='keywords'></form>"),
        "https://search.gd.gov.cn/api/search/all",
        {"site_id": "163", "keywords": WORD, "position": "title", "page": "1", "gdbsDivision": "990101"},
        {"data": {"news": {"total": 40, "list": [hit(title=MARKED, url=REPORT.url, pub_time="2022-03-08 09:00:00")]}}},
        {"page": "2", "site_id": "163"},
        "form",
    ),
    "search: hunan": Sample(
        page("<script>location = 'http://searching.hunan.gov.cn:8977/hunan/991101000/news?q=' + word</script>"),
        "http://searching.hunan.gov.cn:8977/hunan/991101000/news",
        {"q": WORD, "p": "0"},
        f"<div id='hits'>{HTML_HIT}</div><a href='news?q={quote(WORD)}&p=1'>2</a>",
        {"q": WORD, "p": "1"},
    ),
    "search: henan solr": Sample(
        page(
            "<input type='hidden' name='token4' value='9f2c4e81'>"
            "<script>$.post('/search/SolrSearch/searchData', d)</script>"
        ),
        HOST + "/search/SolrSearch/searchData",
        {"token4": "9f2c4e81", "q": WORD, "offset": "0", "limit": "50"},
        {
            "totalPage": 2,
            "rows": [hit(articleTitle=MARKED, articleUri=REPORT.url, articlePublishTime="2022-03-08 10:00")],
        },
        {"offset": "1", "limit": "50"},
        "form",
    ),
    "search: longsource": Sample(
        page("<form action='/site/search/6799001'><input type='text' name='keywords'></form>"),
        HOST + "/site/search/6799001",
        {"keywords": WORD, "fromCode": "title", "pageIndex": "1"},
        f"<div id='search_list'>{HTML_HIT}</div><script>Ls.pagination('#p', {{ pageCount:3, pageIndex:1 }})</script>",
        {"pageIndex": "2", "keywords": WORD},
    ),
    "search: epoint": Sample(
        page("<script>var u = '/inteligentsearch/rest/esinteligentsearch/getFullTextDataNew'</script>"),
        HOST + "/inteligentsearch/rest/esinteligentsearch/getFullTextDataNew",
        {"wd": WORD, "fields": "title", "pn": 0, "rn": 50},
        {"result": {"totalcount": 21, "records": [hit(title=MARKED, linkurl=REPORT.url, showdate="2022-03-08")]}},
        {"pn": 1, "rn": 50},
        "json",
    ),
    "search: search5": Sample(
        page("<a href='/search5/html/searchResult.html?siteCode=9901010001'>搜索</a>"),
        HOST + "/search5/search/s",
        {"siteCode": "9901010001", "searchWord": WORD, "pageNum": "1"},
        {"searchResultAll": {"total": 11, "searchTotal": [hit(title=MARKED, url=REPORT.url, pubDate="2022-03-08")]}},
        {"pageNum": "2"},
        "form",
    ),
    "search: guestweb": Sample(
        page(
            "<form action='/guestweb4/s?uc=1&amp;siteCode=9901010001' method='post'><input name='searchWord'></form>"
        ),
        HOST + "/guestweb4/s",
        {"siteCode": "9901010001", "searchWord": WORD, "pageNum": "0"},
        {"searchResultAll": {"total": "11", "searchTotal": [hit(title=MARKED, url=REPORT.url, pubDate="2022-03-08")]}},
        {"pageNum": "1"},
    ),
    "search: so-gov": Sample(
        page(
            "<input id='wordToken' type='hidden' value='c7cacdfaeefea291'><input id='timestamp' value='1715746031058'>"
            "<script>$.post('https://api.so-gov.cn/s', { siteCode: '9901010001' })</script>"
        ),
        "https://api.so-gov.cn/s",
        {"siteCode": "9901010001", "wordToken": "c7cacdfaeefea291", "timestamp": "1715746031058", "qt": WORD},
        {"data": {"search": {"totalHits": 12, "searchs": [hit(title=FONT, viewUrl=REPORT.url, docDate="2022-3-8")]}}},
        {"page": "2", "qt": WORD},
        "form",
    ),
    "search: form": Sample(
        page("<form action='/plus/seek/?x=1'><input type='hidden' name='m' value='2'><input name='skey'></form>"),
        HOST + "/plus/seek/",
        {"m": "2", "skey": WORD},
        HTML_HIT + NEXT.format(f"?m=2&skey={quote(WORD)}&currpage=2"),
        {"m": "2", "skey": WORD, "currpage": "2"},
    ),
}  # fmt: skip
BY_NAME = {engine.name: engine for engine in ENGINES}
NAMES = pytest.mark.parametrize("name", SAMPLES)


def asked(name: str) -> Next:
    found = list(BY_NAME[name].box(SAMPLES[name].box, PORTAL))
    assert len(found) == 1
    return found[0]


def target(request: Next, number: int = 1) -> Target:
    return Target(url=request.url, post=request.post, role=Role.LISTING, portal=PORTAL.code, page=number, guessed=True)


def answer(name: str, body: Any = None) -> tuple[Page, Target]:
    """Return an answer to an engine's request, the sample's where none is given, with its target."""
    request = asked(name)
    body = SAMPLES[name].answer if body is None else body
    if isinstance(body, str):
        return page(body, request.url, request.post), target(request)
    raw = json.dumps(body, ensure_ascii=False).encode()
    return Page(request.url, raw, "application/json", 200, request.post), target(request)


def test_every_engine_has_a_sample() -> None:
    assert [engine.name for engine in ENGINES] == list(SAMPLES)


@NAMES
def test_a_box_opens_its_own_engine_and_no_other(name: str) -> None:
    opened = {other: [engine.name for engine in ENGINES if list(engine.box(sample.box, PORTAL))]
              for other, sample in SAMPLES.items()}  # fmt: skip
    assert [other for other, engines in opened.items() if name in engines] == [name]


@NAMES
def test_an_engine_claims_its_own_answer_and_no_other_s(name: str) -> None:
    claimed = {other: BY_NAME[name].recognise(answer(other)[0]) for other in SAMPLES}
    assert claimed == {other: other == name for other in SAMPLES}
    assert discovery.owner(answer(name)[0]) is BY_NAME[name]


@NAMES
def test_a_box_is_no_answer(name: str) -> None:
    assert discovery.owner(SAMPLES[name].box) is None
    assert discovery.owner(page("<p>搜索</p>", asked(name).url.partition("?")[0])) is None


@NAMES
def test_the_request_searches_titles_with_the_options_of_the_page(name: str) -> None:
    sample, request = SAMPLES[name], asked(name)
    sent = fields(request.url, request.post)
    assert (request.url.partition("?")[0], {key: sent.get(key) for key in sample.fields}) == (sample.url, sample.fields)
    assert (request.post is None, (request.post or "").startswith("{")) == (
        sample.style == "get",
        sample.style == "json",
    )


@NAMES
def test_hits_are_read_whole(name: str) -> None:
    found = BY_NAME[name].links(answer(name)[0])
    assert [(link.url, link.title, link.date) for link in found] == [(REPORT.url, REPORT.title, DAY)]


@NAMES
def test_the_second_page_is_asked_for_as_the_first(name: str) -> None:
    sample, (first, asked_first) = SAMPLES[name], answer(name)
    behind = BY_NAME[name].next_page(first, asked_first, {REPORT.url})
    assert behind is not None
    sent = fields(behind.url, behind.post)
    assert (behind.url.partition("?")[0], {key: sent.get(key) for key in sample.behind or {}}) == (
        sample.url,
        sample.behind,
    )
    assert (behind.post is None) == (sample.style == "get")
    assert discovery.owner(Page(behind.url, first.body, None, 200, behind.post)) is BY_NAME[name]


@NAMES
def test_a_search_ends_at_its_last_page(name: str) -> None:
    first, _ = answer(name)
    last = target(asked(name), MOST_PAGES)
    assert BY_NAME[name].next_page(first, last, {REPORT.url}) is None


HOSTILE: list[Any] = [
    "<title>502</title>服务器内部错误",
    "<form><img src='captcha.jpg'>请输入验证码<input name='code'></form>",
    {"code": 500, "message": "<em>法治政府建设</em>参数不合法", "data": None},
    {"data": [], "result": {}, "rows": "无", "page": 7, "searchResultAll": None, "docs": {}},
    {"data": {"data": [], "news": {"list": []}, "middle": {"listAndBox": []}, "search": {"searchs": []}}},
    {"result": [None, 7, [], {}, "", "<", {"title": 7, "url": 8}, {"title": MARKED, "url": "javascript:;"}]},
    ["法治政府建设"],
]


@NAMES
@pytest.mark.parametrize("body", HOSTILE)
def test_an_error_or_a_captcha_is_no_result_and_no_error(name: str, body: Any) -> None:
    engine = BY_NAME[name]
    got, wanted = answer(name, body)
    followed = engine.follow(got, wanted, PORTAL)
    assert [each for each in followed.targets if each.role is not Role.LISTING] == []
    assert (followed.entries, followed.truncated) == (frozenset(), None)
    assert len(followed.targets) <= 1  # the same search sent the other way
    assert {each.url for each in followed.targets} <= {wanted.url}


@NAMES
@pytest.mark.parametrize("raw", [b"", b"{", b'{"page":' + b"[" * 50_000, b"\x1f\x8b\x08rubbish", b"\xff\xfe\x00"])
def test_broken_bytes_are_no_result(name: str, raw: bytes) -> None:
    request = asked(name)
    followed = BY_NAME[name].follow(Page(request.url, raw, None, 200, request.post), target(request), PORTAL)
    assert (followed.targets, followed.entries) == ((), frozenset())


@NAMES
def test_a_page_without_reports_ends_the_search(name: str) -> None:
    body = json.loads(json.dumps(SAMPLES[name].answer).replace(json.dumps(MARKED)[1:-1], json.dumps(OTHER)[1:-1])
                      .replace(json.dumps(FONT)[1:-1], json.dumps(OTHER)[1:-1])
                      .replace(json.dumps(REPORT.title)[1:-1], json.dumps("示例县召开工作会议")[1:-1]))  # fmt: skip
    got, wanted = answer(name, body)
    assert (BY_NAME[name].links(got), BY_NAME[name].next_page(got, wanted, set())) == ([], None)


@NAMES
def test_reports_of_other_sites_are_not_followed(name: str) -> None:
    foreign = REPORT.url.replace("www.shili", "www.bieshi")
    raw = json.dumps(SAMPLES[name].answer).replace(REPORT.url, foreign)
    raw = raw.replace(quote(REPORT.url, safe=""), quote(foreign, safe=""))
    got, wanted = answer(name, json.loads(raw))
    reports = [each.url for each in BY_NAME[name].follow(got, wanted, PORTAL).targets if each.role is Role.REPORT]
    assert reports == []
    own = BY_NAME[name].follow(*answer(name), PORTAL).targets
    assert [each.url for each in own if each.role is Role.REPORT] == [REPORT.url]


def test_a_huge_answer_is_cut() -> None:
    many = [hit(title=MARKED, url=f"{HOST}/{number}.html") for number in range(20_000)]
    got, _ = answer("search: trs igs", {"page": {"content": many, "totalPages": 10**12}})
    assert len(BY_NAME["search: trs igs"].links(got)) == 500


def test_a_malformed_answer_is_asked_for_the_other_way_once() -> None:
    engine = BY_NAME["search: guangdong"]
    got, wanted = answer(engine.name, {"code": 400})
    again = list(engine.lists(got, wanted, PORTAL))
    assert [(each.url, json.loads(each.post or "")["keywords"]) for each in again] == [(wanted.url, WORD)]
    other = Page(wanted.url, got.body, None, 200, again[0].post)
    assert list(engine.lists(other, target(again[0]), PORTAL)) == []


def test_an_engine_that_counts_from_one_is_asked_again() -> None:
    engine = BY_NAME["search: guestweb"]
    got, wanted = answer(engine.name, {"searchResultAll": {"total": 3, "searchTotal": []}})
    again = list(engine.lists(got, wanted, PORTAL))
    assert [fields(each.url, each.post)["pageNum"] for each in again] == ["1"]
    assert list(engine.lists(got, target(again[0]), PORTAL)) == []


def test_an_engine_that_counts_from_zero_is_asked_for_the_page_before() -> None:
    engine = BY_NAME["search: search5"]
    got, wanted = answer(engine.name, {"searchResultAll": {"total": 3, "searchTotal": []}})
    again = list(engine.lists(got, wanted, PORTAL))
    assert [fields(each.url, each.post)["pageNum"] for each in again] == ["0"]
    assert list(engine.lists(got, target(again[0]), PORTAL)) == []

    first, wanted = answer(engine.name)  # it tells of a second page, which is not there
    (behind,) = [each for each in engine.follow(first, wanted, PORTAL).targets if each.role is Role.LISTING]
    (last,) = engine.missing(behind).targets
    assert (fields(behind.url, behind.post)["pageNum"], fields(last.url, last.post)["pageNum"]) == ("2", "0")
    assert engine.missing(last).targets == ()


def test_a_full_page_of_html_has_another_behind_it() -> None:
    engine = BY_NAME["search: hunan"]
    rows = [f"<li><a href='{HOST}/{n}.html'>示例县20{n}年法治政府建设情况报告</a></li>" for n in range(10, 20)]
    for shown, turned in ((10, "1"), (9, None)):
        got, wanted = answer(engine.name, f"<div id='hits'>{''.join(rows[:shown])}</div>")
        behind = engine.next_page(got, wanted, set())
        assert (behind and fields(behind.url, behind.post)["p"]) == turned


def test_a_hit_cut_short_is_read_from_its_title_attribute() -> None:
    cut = f'<div><a href="{REPORT.url}" title="{REPORT.title}">{REPORT.title[:6]}…</a><span>{DAY}</span></div>'
    got, _ = answer("search: hanweb jsearch", {"total": 1, "result": [cut]})
    found = BY_NAME["search: hanweb jsearch"].links(got)
    assert [(link.url, link.title, link.date) for link in found] == [(REPORT.url, REPORT.title, DAY)]


def test_the_nearest_value_of_an_option_counts() -> None:
    other = "f" * 32
    body = (
        f"<script>stat({{ code: '{other}', siteId: 99 }})</script>" + "<p>文字</p>" * 500
        + f"<script>var c = {{ code: '{CODE}', siteId: 34 }}; get('/igs/front/search.jhtml', c)</script>"
    )  # fmt: skip
    found = list(BY_NAME["search: trs igs"].box(page(body), PORTAL))
    assert [dict(parse_qsl(urlsplit(each.url).query))["code"] for each in found] == [CODE]


@pytest.mark.parametrize(
    "options",
    [
        f"<div id='s' data-code='{CODE}' data-site-id='34'></div>",
        f"<input type='hidden' id='code' value='{CODE}'><input type='hidden' name='siteId' value='34'>",
        f'<script>window.igs = {{ "code": "{CODE}", "siteId": 34 }}</script>',
        f"<script>var code='{CODE}';var siteid = \"34\";</script>",
        f"<script>form.setAttribute('code', '{CODE}'); form.setAttribute('siteId', '34')</script>",
        f"<a href='/igs/front/search.jhtml?code={CODE}&amp;siteId=34&amp;searchWord='>搜索</a>",
        f"<script>location = '\\/igs\\/front\\/search.jhtml?code={CODE}\\u0026siteId=34'</script>",
    ],
)
def test_options_are_found_however_a_page_writes_them(options: str) -> None:
    body = options + "<script>ask('/igs/front/search.jhtml', code, siteId)</script>"
    found = [fields(each.url, each.post) for each in BY_NAME["search: trs igs"].box(page(body), PORTAL)]
    assert [(each["code"], each["siteId"]) for each in found] == [(CODE, "34")]


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("http://search.shili.gov.cn/s?siteCode=9901010001&searchWord=", ("search: guestweb", "get")),
        ("http://search.shili.gov.cn/search/s?searchWord=&siteCode=9901010001", ("search: search5", "post")),
        ("/so4/s?siteCode=9901010001", ("search: guestweb", "get")),
        ("/search5/search/s?siteCode=9901010001", ("search: search5", "post")),
        ("/so/s?siteCode=9901010001&qt=", None),  # so-gov: no token here
    ],
)
def test_hosts_of_their_own_tell_the_kin_of_an_engine_apart(address: str, opened: tuple[str, str] | None) -> None:
    box = page(f"<a href='{address}'>搜索</a>")
    found = [(engine.name, "get" if each.post is None else "post") for engine in ENGINES
             for each in engine.box(box, PORTAL)]  # fmt: skip
    assert found == ([opened] if opened else [])


@pytest.mark.real
def test_boxes_of_real_pages(shared: Path) -> None:
    def opened(file: str, home: str) -> list[tuple[str, dict[str, Any]]]:
        place = Portal(code="990101", name="", home=home)
        got = Page(home, (shared / "pages" / "html" / file).read_bytes(), "text/html")
        start = Target(url=home, role=Role.LISTING, portal="990101", listing=home, guessed=True)
        made = [each for each in discovery.ways(got, start, place) if each.title == discovery.TITLE]
        return [(each.url.partition("?")[0], fields(each.url, each.post)) for each in made]

    ((url, sent),) = opened("jilin__gfxwj_index.html", "http://www.jl.gov.cn/")
    assert (url, sent["channelid"], sent["searchword"]) == (
        "http://122.137.242.29:8083/was5/web/search",
        "265496",
        WORD,
    )
    ((url, sent),) = opened("sc__scedu_c102583_zfxxgk_gknr.html", "http://www.sc.gov.cn/")
    assert (url, sent["siteCode"], sent["searchWord"]) == ("http://zs.kaipuyun.cn/search4/s", "5100000016", WORD)
    ((url, sent),) = opened("gd__gzqxn_index.html", "http://www.gd.gov.cn/")
    assert (url, sent["site_id"], sent["keywords"]) == ("https://search.gd.gov.cn/api/search/all", "163", WORD)


def test_engines_inside_the_crawler_s_network_are_left_alone() -> None:
    body = f"<a href='http://10.0.0.8/igs/front/search.jhtml?code={CODE}&siteId=3'>搜索</a>"
    assert [list(engine.box(page(body), PORTAL)) for engine in ENGINES] == [[]] * len(ENGINES)


def test_a_form_is_sent_in_the_page_s_encoding() -> None:
    body = "<html><head><meta charset='gb2312'></head><body>站内信息搜索，请输入您要找的内容" \
           "<form action='/search.asp' method='post'><input name='keyword'></form></body></html>"  # fmt: skip
    gbk = Page(HOME, body.encode("gb18030"), "text/html")
    found = list(BY_NAME["search: form"].box(gbk, PORTAL))
    assert [(each.url, each.post) for each in found] == [
        (HOST + "/search.asp", "keyword=" + quote(WORD, encoding="gb18030"))
    ]
    assert discovery.owner(page("<p>结果</p>", found[0].url, found[0].post)) is BY_NAME["search: form"]


@pytest.mark.parametrize(
    "form",
    [
        "<form action='/login'><input name='keyword'><input type='password' name='p'></form>",
        "<form action='/mail/subscribe'><input name='mail' placeholder='邮箱'></form>",
        "<form action='http://www.bieshi.gov.cn/search'><input name='q'></form>",
        "<form action=''><input name='q'></form>",
        "<form action='javascript:search()'><input name='q'></form>",
        "<form action='/search'><input id='q'></form>",
        "<form action='/vote'><input name='name' placeholder='姓名'></form>",
    ],
)
def test_other_forms_are_left_alone(form: str) -> None:
    assert list(BY_NAME["search: form"].box(page(form), PORTAL)) == []


def test_engines_differ_in_name() -> None:
    assert len(BY_NAME) == len(ENGINES)
    assert all(isinstance(engine, Engine) for engine in ENGINES)
