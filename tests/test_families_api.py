"""Dialects whose lists are JSON: ucap, gkmlpt, epoint. Pages of our own in the shapes of the systems."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from archive.model import Role
from crawler.families import answers, literals
from crawler.families.base import Family
from crawler.families.epoint import Epoint
from crawler.families.generic import Generic
from crawler.families.gkmlpt import Gkmlpt
from crawler.families.ucap import Ucap
from crawler.links import Link
from crawler.targets import Page, Pager, Target

from .fake_portal import HOME, PLACE, html, listing, page, title, walk

FAMILIES: tuple[Family, ...] = (Ucap(), Gkmlpt(), Epoint(), Generic())
CHANNEL = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
HEX = "ab" * 16
HEXES = f"<a href='{{0}}/{HEX}.shtml'>1</a><a href='{{0}}/{'cd' * 16}.shtml'>2</a>"
TRS = "<a href='./202103/t20210318_1.html'>x</a>"
META = f'<meta name="channelid" content="{CHANNEL}">'
QUERY = (
    "?sort=&_isAgg=true&_isJson=true&_pageSize=20&_template=index&_rangeTimeGte=&_rangeTimeLt=&_channelName=&page={}"
)
JSON_LIST = f"/common/search/{CHANNEL}{QUERY}"
CONFIG = "<script>window._CONFIG = {{SID: '990301', SITE_NAME: '鹤渚市', TREE: {}}};</script>"
PUB = "/govInfoPub/list.html?deptcode=A01&categorynum=003"
POST = f"{HOME}/EWB-FRONT/rest/lightfrontaction/getgovinfolist"
SITE = "<script>var siteInfo = {siteGuid: 'g-1', projectName: '/EWB-FRONT'};</script>"


def name(shown: Page) -> str | None:
    """Return which of our dialects claim a page, in one word."""
    return "+".join(family.name for family in FAMILIES[:-1] if family.recognise(shown)) or None


@pytest.mark.parametrize(
    ("shown", "claimed"),
    [
        (page(META, "/hz/c100503/list.shtml"), "ucap"),
        (page(f"<META CONTENT='{CHANNEL}' NAME=channelid>", "/index.shtml"), "ucap"),
        (page("<script>createPageHTML('page_div',20, 1,'list','shtml',383);</script>", "/hz/l.shtml"), "ucap"),
        (page("", "/hz/c100503/common_list.shtml"), "ucap"),
        (page("", "/hz/c100503/zfxxgk_fdzd.shtml"), "ucap"),
        (page(HEXES.format("2021/3/18"), "/hz/c100503/x.shtml"), "ucap"),
        (Page(HOME + JSON_LIST.format(1), b"{}"), "ucap"),
        (Page(f"{HOME}/searchList/{CHANNEL}?page=1", b"torn"), "ucap"),
        (Page(f"{HOME}/u/channel/treeNew/hz", b"cb([])"), "ucap"),
        (page(f"{TRS}<script>createPageHTML('page_div',9,1,'index','html',99)</script>", "/zwgk/"), None),
        (page(HEXES.format("/cols/2021/3/18"), "/cols/"), None),
        (page("<script>createPageHTML('paging',25,1,'index','html',500)</script>", "/zwgk/"), None),
        (page(CONFIG.format("[]"), "/gkmlpt/index"), "gkmlpt"),
        (page(CONFIG.format("[]"), "/sfj/gkmlpt/content/1/1/post_1.html"), "gkmlpt"),
        (page("<script>window._CONFIG = {}</script>", "/zwgk/"), None),
        (page("<a href='post_1.html'>x</a><a href='/gkmlpt/index'>政府信息公开</a>", "/zwgk/index_2.html"), None),
        (Page(f"{HOME}/sfj/gkmlpt/api/all/0?page=1&sid=1", b"{"), "gkmlpt"),
        (page("", PUB), "epoint"),
        (page("", "/dynamic/zwgk/govInfoPubright.html?categorynum=003001002"), "epoint"),
        (page("<div class='EWB-FRONT'></div>", "/zwgk/"), "epoint"),
        (Page(POST, b"{}", post="{}"), "epoint"),
        (Page(HOME + "/js/webBuilderCommon.js", b"var siteInfo = {}"), "epoint"),
        (page("<p>没有链接</p>"), None),
        (Page(HOME + "/", b""), None),
        (Page(HOME + "/", b"%PDF-1.7"), None),
    ],
)  # fmt: skip
def test_claims_its_own_and_no_other_s(shown: Page, claimed: str | None) -> None:
    assert name(shown) == claimed


# --- ucap -------------------------------------------------------------------------------------------------------


def found(rows: Sequence[tuple[str, str, str]], **more: object) -> bytes:
    """Return an answer of the JSON list; ``rows`` are (address, title, day)."""
    results = [{"title": t, "url": u, "publishedTimeStr": f"{d} 09:30:00", "contentHtml": "<p>"} for u, t, d in rows]
    return json.dumps({"data": {"results": results, **more}}).encode()


def test_ucap_reads_its_json_list() -> None:
    rows = [
        (f"//www.hezhu.gov.cn/hz/c1/{HEX}.shtml", "<em>法治政府</em>建设&amp;依法行政", "2021-03-18"),
        ("/hz/c1/2.shtml", " ", "2021-03-18"),
        ("javascript:;", "没有地址", "2021-03-18"),
        ("hz/c1/3.shtml", title(2020), "1970-01-01"),
    ]
    shown = Page(HOME + JSON_LIST.format(1), found(rows))
    assert Ucap().links(shown) == [
        Link(f"{HOME}/hz/c1/{HEX}.shtml", "法治政府建设&依法行政", "法治政府建设&依法行政", date(2021, 3, 18)),
        Link(f"{HOME}/hz/c1/3.shtml", title(2020), title(2020), None),
    ]


SHELL = page(
    META + '<script>$.getJSON("/common/search/" + channelId, {_pageSize:20})</script>', "/hz/c100503/list.shtml"
)


@pytest.mark.parametrize(
    ("shown", "lists"),
    [
        (SHELL, [JSON_LIST.format(1)]),
        (page(META, "/hz/c100503/list.shtml"), [JSON_LIST.format(1)]),
        (page(META, "/hz/index.shtml"), []),
        (page(META, "/hz/c100503/zfxxgk.shtml"), []),
        (
            page(META + "<script>var u = '/searchList/' + id, o = {_pageSize: 15}</script>", "/a.shtml"),
            [f"/searchList/{CHANNEL}{QUERY.format(1).replace('=20', '=15')}"],
        ),
        (page(f"<script>var channelId = '{CHANNEL}';</script>", "/hz/c100503/xlist.shtml"), [JSON_LIST.format(1)]),
        (page(META + "<script>createPageHTML('page_div',2,1,'list','shtml')</script>", "/hz/c100503/list.shtml"), []),
        (page(META + "<li><a href='1.shtml'>一份完整的标题</a>2021-03-18</li>", "/hz/c100503/list.shtml"), []),
        (page(META.replace(CHANNEL, "../x"), "/hz/c100503/list.shtml"), []),
        (
            page("<script>$.ajax({url: '/u/channel/treeNew/hz'})</script>", "/hz/c100503/zfxxgk.shtml"),
            ["/u/channel/treeNew/hz"],
        ),
        (
            page("<script>var u = '/u/channel/treeNew/' + site;</script>", "/hz/c100503/zfxxgk.shtml"),
            ["/u/channel/treeNew/hz"],
        ),
        (page("<ul id='treeDemo'></ul>", "/hz/c100503/zfxxgk_fdzd.shtml"), ["/u/channel/treeNew/hz"]),
    ],
)  # fmt: skip
def test_ucap_asks_for_the_lists_of_its_script(shown: Page, lists: list[str]) -> None:
    target = Target(url=shown.url, role=Role.LISTING, portal="990300", listing=shown.url)
    assert [each.url.removeprefix(HOME) for each in Ucap().lists(shown, target, PLACE)] == lists


def test_ucap_reads_its_tree_whatever_its_nesting() -> None:
    nodes = [
        {
            "name": "法治政府建设", "url": "/hz/c1/null.shtml", "id": CHANNEL,
            "children": [{"title": "镇街", "href": "/hz/c2/list.shtml"}],
        },
        {"name": "工作报告", "channelCode": "c100504"},
        {"url": "/hz/c4/list.shtml"},
        {"name": "空"},
    ]  # fmt: skip
    shown = Page(f"{HOME}/u/channel/treeNew/hz", f"callback({json.dumps({'data': nodes})});".encode())

    def forms(code: str) -> list[str]:
        return [f"{HOME}/hz/{code}/{real}.shtml" for real in ("xlist", "xxgkList", "list", "index")]

    told = [(each.url, each.pager.rest, each.title) for each in Ucap().lists(shown, listing("/"), PLACE)]
    assert told == [
        (forms("c1")[0], (*forms("c1")[1:], HOME + JSON_LIST.format(1)), "法治政府建设"),
        (f"{HOME}/hz/c2/list.shtml", (), "镇街"),
        (forms("c100504")[0], tuple(forms("c100504")[1:]), "工作报告"),
    ]
    assert Ucap().links(shown) == []


@pytest.mark.parametrize(
    ("rows", "more", "number", "behind"),
    [
        (20, {}, 1, (2, None)),
        (19, {}, 1, None),
        (20, {"total": 45}, 1, (2, 3)),
        (20, {"total": "45"}, 3, None),
        (10, {"total": 45}, 1, (2, 5)),  # the site gives fewer rows than asked
        (20, {"total": 3}, 1, (2, 3)),  # a total of pages
        (20, {"total": 20}, 1, None),
        (0, {"total": 45}, 1, None),
        (20, {"total": "viele"}, 1, (2, None)),
    ],
)
def test_ucap_turns_the_pages_of_its_json_list(rows: int, more: dict[str, object], number: int, behind: object) -> None:
    shown = Page(
        HOME + JSON_LIST.format(number), found([(f"/{n}.shtml", "标题", "2021-03-18") for n in range(rows)], **more)
    )
    pager = Pager(declared=True, total=3) if number > 1 else Pager()
    target = Target(url=shown.url, role=Role.LISTING, portal="990300", page=number, pager=pager)
    told = Ucap().next_page(shown, target, frozenset())
    assert (told and (told.url, told.pager)) == (
        behind and (HOME + JSON_LIST.format(behind[0]), Pager(declared=True, total=behind[1]))  # type: ignore[index]
    )


def test_ucap_walks_tree_json_and_static_pages_to_the_end() -> None:
    years = range(2003, 2025)
    rows = [(f"//www.hezhu.gov.cn/hz/c{year}/{HEX}.shtml", title(year), f"{year + 1}-03-01") for year in years]
    static = [f"<li><a href='/hz/c9/{n:032x}.shtml'>{title(n, '石桥镇')}</a><i>{n + 1}-02-01</i></li>" for n in years]
    pager = "<script>createPageHTML('page_div',2,{},'list','shtml',22)</script>"
    nodes = json.dumps(
        [{"name": "法治政府建设", "url": "/hz/c100001/list.shtml"}, {"name": "机构职能", "url": "/hz/c3/list.shtml"}]
    )
    told = walk(
        FAMILIES,
        {
            "/hz/c100000/zfxxgk.shtml": "<script>url = '/u/channel/treeNew/hz';</script>"
            "<a href='/hz/c100009/list.shtml'>法治政府建设年度报告</a>",
            "/u/channel/treeNew/hz": f"callback({nodes})".encode(),
            "/hz/c100001/list.shtml": META,
            JSON_LIST.format(1): found(rows[:20], total=22),
            JSON_LIST.format(2): found(rows[20:], total=22),
            "/hz/c100009/list.shtml": "".join(static[:15]) + pager.format(1),
            "/hz/c100009/list_2.shtml": "".join(static[15:]) + pager.format(2),
        },
        listing("/hz/c100000/zfxxgk.shtml"),
    )
    assert sorted(told.reports) == sorted([title(year) for year in years] + [title(year, "石桥镇") for year in years])
    assert (len(told.asked), told.cut) == (7, [])


# --- gkmlpt -----------------------------------------------------------------------------------------------------


def articles(rows: Sequence[dict[str, object]], total: int, **more: object) -> bytes:
    """Return an answer of the list."""
    return json.dumps({"classify": {"post_count": total}, "total": total, "articles": list(rows), **more}).encode()


def article(number: int, **more: object) -> dict[str, object]:
    """Return a row of the list."""
    return {
        "id": number,
        "title": f"文件{number}号",
        "url": f"{HOME}/gkmlpt/content/0/{number}.html",
        "date": "",
    } | more


def test_gkmlpt_reads_its_list() -> None:
    rows = [
        article(1, url="", post_url="\\/zwgk\\/post_1.html".replace("\\", ""), display_publish_time="2021-03-18"),
        article(2, created_at=1616032800),
        article(3, created_at="1616032800000", title=None),
        article(4, title="第四号&nbsp;文件", first_publish_time="", created_at="2021-03-17 23:59:59"),
    ]
    assert Gkmlpt().links(Page(f"{HOME}/gkmlpt/api/all/0?page=1&sid=1", articles(rows, 4))) == [
        Link(f"{HOME}/zwgk/post_1.html", "文件1号", "文件1号", date(2021, 3, 18)),
        Link(f"{HOME}/gkmlpt/content/0/2.html", "文件2号", "文件2号", date(2021, 3, 18)),
        Link(f"{HOME}/gkmlpt/content/0/4.html", "第四号 文件", "第四号 文件", date(2021, 3, 17)),
    ]


TREE = [
    {"id": 1, "name": "机构职能", "children": []},
    {
        "id": 2,
        "name": "法定主动公开内容",
        "children": [
            {
                "id": "21",
                "name": "法治政府建设",
                "children": [{"id": 211, "name": "年度报告"}, {"id": 212, "name": "工作动态"}],
            },
            {"id": 22, "name": "法治政府建设年度报告", "post_count": 0},
        ],
    },
]


@pytest.mark.parametrize(
    ("tree", "lists"),
    [
        (json.dumps(TREE), [("21", "法治政府建设"), ("211", "法治政府建设")]),
        (
            json.dumps(TREE, ensure_ascii=False).replace('"', "'").replace("'id'", "id"),
            [("21", "法治政府建设"), ("211", "法治政府建设")],
        ),
        (json.dumps(TREE)[:180] + "…", [("0", None)]),
        ("[]", [("0", None)]),
        ("tree()", [("0", None)]),
    ],
)
def test_gkmlpt_asks_for_the_categories_of_reports_else_for_all(tree: str, lists: list[tuple[str, str | None]]) -> None:
    for prefix in ("", "/sfj"):
        shown = page(CONFIG.format(tree.replace("/", "\\/")), f"{prefix}/gkmlpt/index")
        told = [(each.url, each.title) for each in Gkmlpt().lists(shown, listing("/"), PLACE)]
        assert told == [(f"{HOME}{prefix}/gkmlpt/api/all/{c}?page=1&sid=990301", n) for c, n in lists]


def test_gkmlpt_goes_to_the_units_beside_it() -> None:
    units = "".join(
        f"<li><a href='/{unit}/gkmlpt/index'>{unit_name}</a></li>"
        for unit, unit_name in {"sfj": "鹤渚市司法局", "sjj": "鹤渚市融媒体中心", "swj": "鹤渚市税务局"}.items()
    )
    shown = page(units + "<a href='/gkmlpt/index#12'>本级</a><a href='/gkmlpt/policy'>政策</a>", "/gkmlpt/index")
    assert [each.url for each in Gkmlpt().lists(shown, listing("/gkmlpt/index"), PLACE)] == [f"{HOME}/sjj/gkmlpt/index"]
    followed = Gkmlpt().follow(page(CONFIG.format("[]") + units, "/gkmlpt/index"), listing("/gkmlpt/index"), PLACE)
    assert {made.url.removeprefix(HOME) for made in followed.targets} == {
        "/gkmlpt/api/all/0?page=1&sid=990301", "/sfj/gkmlpt/index", "/sjj/gkmlpt/index",
    }  # fmt: skip


def test_the_list_of_a_guessed_unit_comes_before_the_page_of_the_next() -> None:
    guess = replace(listing("/gkmlpt/index"), guessed=True, prio=20)
    followed = Gkmlpt().follow(page(CONFIG.format("[]"), "/gkmlpt/index"), guess, PLACE)
    assert [(each.url, each.prio, each.guessed) for each in followed.targets] == [
        (f"{HOME}/gkmlpt/api/all/0?page=1&sid=990301", 21, True)
    ]


def test_gkmlpt_walks_to_the_end_of_every_unit() -> None:
    def answer(path: str, query: dict[str, str], post: str | None) -> str | bytes | None:
        if path == "/gkmlpt/index":
            return CONFIG.format("[]") + "<a href='/sfj/gkmlpt/index'>鹤渚市司法局</a>"
        if path == "/sfj/gkmlpt/index":
            return CONFIG.format(json.dumps(TREE)).replace("990301", "990302")
        number, sid = max(int(query.get("page", 1)), 1), query.get("sid")
        if path == "/gkmlpt/api/all/0" and sid == "990301":
            rows = [article(n) for n in range(249)] + [article(999, title=title(2020))]
            return articles(rows[100 * (number - 1) : 100 * number], 250)
        if path == "/sfj/gkmlpt/api/all/21" and sid == "990302":
            return articles([article(5, title=title(2021, "鹤渚市司法局"))], 1)
        return articles([], 0) if "/api/" in path else None

    told = walk(FAMILIES, answer, listing("/gkmlpt/index"))
    assert set(told.reports) == {title(2020), title(2021, "鹤渚市司法局")}
    assert (len(told.asked), told.cut) == (2 + 3 + 2, [])


def test_gkmlpt_says_when_a_declared_page_is_not_there() -> None:
    first = articles([article(n) for n in range(100)], 250)
    told = walk(FAMILIES, {"/gkmlpt/api/all/0?page=1&sid=1": first}, listing("/gkmlpt/api/all/0?page=1&sid=1"))
    assert told.cut == [f"page 2 of 3 could not be had: {HOME}/gkmlpt/api/all/0?page=2&sid=1"]


def test_gkmlpt_reads_what_came_of_a_torn_answer() -> None:
    whole = articles([article(n) for n in range(100)], 250)
    torn = Page(f"{HOME}/gkmlpt/api/all/0?page=1&sid=1", whole[: len(whole) // 2])
    assert [link.title for link in Gkmlpt().links(torn)][:2] == ["文件0号", "文件1号"]
    behind = Gkmlpt().next_page(torn, listing("/gkmlpt/api/all/0?page=1&sid=1"), frozenset())
    assert behind is not None
    assert behind.url == f"{HOME}/gkmlpt/api/all/0?page=2&sid=1"


def test_gkmlpt_finds_the_files_of_an_article_in_its_script() -> None:
    detail = {
        "title": title(2020), "content": "<p>正文</p>",
        "attachment": [{"name": "全文", "url": "/a/b.pdf"}, {"name": "图", "url": "/a/c.png"}, {"name": "x"}],
    }  # fmt: skip
    body = f"<script>window._CONFIG = {{SID:'1', DETAIL: {json.dumps(detail)}}};</script><a href='/a/z.doc'>附件</a>"
    target = Target(url=f"{HOME}/gkmlpt/content/1/1/post_1.html", role=Role.REPORT, portal="990300", depth=2)
    made = Gkmlpt().follow(Page(target.url, html(body)), target, PLACE).targets
    assert [(each.url, each.title, each.role, each.depth) for each in made] == [
        (f"{HOME}/a/z.doc", "附件", Role.ATTACHMENT, 3),
        (f"{HOME}/a/b.pdf", "全文", Role.ATTACHMENT, 3),
    ]


# --- epoint -----------------------------------------------------------------------------------------------------


def asked(dept: str, category: str, number: int = 1) -> str:
    """Return what is posted for a page of a list."""
    told = {"deptcode": dept, "categorynum": category, "siteGuid": "g-1", "pageIndex": number, "pageSize": 50}
    return json.dumps(told, separators=(",", ":"))


CLASSES = (
    "<a href='list.html?deptcode=A01&amp;categorynum=003'>法定主动公开内容</a>"
    "<a href='list.html?deptcode=A01&amp;categorynum=003008'>法治政府建设</a>"
    "<a href='list.html?deptcode=B02&amp;categorynum='>鹤渚市司法局</a>"
    "<a href='list.html?deptcode=C03&amp;categorynum='>鹤渚市税务局</a>"
)


def test_epoint_posts_for_the_lists_of_a_page() -> None:
    lists = list(Epoint().lists(page(SITE, PUB), listing(PUB), PLACE))
    assert [(each.url, each.post, each.title) for each in lists] == [(POST, asked("A01", "003"), None)]
    lists = list(Epoint().lists(page(SITE + CLASSES, PUB), listing(PUB), PLACE))
    assert [(each.url, each.post, each.title) for each in lists] == [
        (POST, asked("A01", "003008"), "法治政府建设"),
        (POST, asked("B02", "003008"), "法治政府建设"),
    ]
    assert [link.title for link in Epoint().links(page(SITE + CLASSES, PUB))] == ["法定主动公开内容"]


def test_epoint_asks_for_the_options_of_the_site_once_for_all_lists() -> None:
    script = "<script src='../js/webBuilderCommon.js'></script>"
    (found,) = Epoint().lists(page(script + CLASSES, PUB), listing(PUB), PLACE)
    assert (found.url, found.post, found.title) == (f"{HOME}/js/webBuilderCommon.js", None, "法治政府建设")
    target = Target(url=found.url, role=Role.LISTING, portal="990300", pager=found.pager)
    shown = Page(found.url, b'var siteInfo = {\n "siteGuid": "g-1",\n "projectName": "/EWB-FRONT"\n};')
    lists = list(Epoint().lists(shown, target, PLACE))
    assert [(each.url, each.post) for each in lists] == [(POST, asked("A01", "003008")), (POST, asked("B02", "003008"))]
    assert Epoint().links(shown) == []
    behind = listing(PUB, parent=f"{HOME}/govInfoPub/")
    (again,) = Epoint().lists(page("", PUB), behind, PLACE)
    assert again.url == f"{HOME}/js/webBuilderCommon.js?deptcode=A01&categorynum=003"


@pytest.mark.parametrize("form", [None, "", "{", "[1]", "[[1,2]]", '{"a":1}'])
def test_epoint_takes_no_harm_of_a_script_nobody_asked_for(form: str | None) -> None:
    target = Target(url=HOME, role=Role.LISTING, portal="990300", pager=Pager(form=form))
    shown = Page(HOME + "/js/webBuilderCommon.js", b"var siteInfo = {siteGuid: 'g-1'};")
    assert list(Epoint().lists(shown, target, PLACE)) == []


def test_epoint_reads_its_list_and_turns_the_page() -> None:
    rows = [
        {"infourl": "/hz/1.html", "title": "鹤渚市2020年法治…", "realtitle": title(2020), "infodate": "2021-03-18"},
        {"infourl": "govxxgk/2.html", "title": "二号<font color=red>文件</font>", "realtitle": ""},
    ]
    shown = Page(POST, json.dumps({"custom": {"total": 3, "data": rows}}).encode(), post=asked("A01", "003"))
    assert Epoint().links(shown) == [
        Link(f"{HOME}/hz/1.html", title(2020), title(2020), date(2021, 3, 18)),
        Link(f"{HOME}/govxxgk/2.html", "二号文件", "二号文件", None),
    ]
    target = Target(url=POST, role=Role.LISTING, portal="990300", post=shown.post)
    behind = Epoint().next_page(shown, target, frozenset())
    assert behind is not None
    assert (behind.url, behind.post, behind.pager) == (POST, asked("A01", "003", 2), Pager(declared=True, total=2))
    text = json.dumps({"custom": json.dumps({"data": rows})}).encode()  # JSON within a text, and no total
    assert len(Epoint().links(Page(POST, text, post=shown.post))) == 2
    assert Epoint().next_page(Page(POST, text, post=shown.post), target, frozenset()) is None


def test_epoint_walks_over_the_script_to_the_end() -> None:
    shelves = {
        ("A01", "003008"): [("/hz/a.html", title(2020)), *[(f"/hz/{n}.html", f"文件{n}号") for n in range(60)]],
        ("B02", "003008"): [("/hz/b.html", title(2021, "鹤渚市司法局"))],
    }

    def answer(path: str, query: dict[str, str], post: str | None) -> str | bytes | None:
        if path == "/govInfoPub/list.html":
            return "<script src='/js/webBuilderCommon.js'></script>" + CLASSES if query["categorynum"] == "003" else ""
        if path == "/js/webBuilderCommon.js":
            return "var siteInfo={siteGuid:'g-1',projectName:'/EWB-FRONT'};".encode("gbk")
        if post is None:
            return None
        told = json.loads(post)
        rows = shelves.get((told["deptcode"], told["categorynum"]), [])
        first = (told["pageIndex"] - 1) * told["pageSize"]
        data = [{"infourl": u, "title": t} for u, t in rows[first : first + told["pageSize"]]]
        return json.dumps({"custom": {"data": data}}).encode()

    told = walk(FAMILIES, answer, listing(PUB))
    assert set(told.reports) == {title(2020), title(2021, "鹤渚市司法局")}
    assert (len(told.asked), told.cut) == (5, [])


# --- what all share ---------------------------------------------------------------------------------------------


HOSTILE = (
    b"", b"{", b"[]", b"null", b'{"data": []}', b'{"data": {"results": {}}}', b'{"articles": [1, null, "x"]}',
    b'{"articles": [{"title": 1, "url": []}], "total": "x"}', b'{"custom": {"data": "["}}', b"\xff\xfe\x00",
    b'{"data": {"results": [{"title": "x", "url": "http://[", "publishedTimeStr": 1e999}]}}',
    b"[" * 100_000, b'{"a":' * 100_000, b"x(" * 100_000, b'"' * 500_001, b'{"a":"' + b"\\" * 500_000,
    b"{" + b" " * 500_000, b"/*" * 200_000, b"<script>TREE: " + b"[" * 100_000, b"siteInfo = {" * 50_000,
    b"siteInfo=" + b" " * 500_000 + b"{", b"<meta " * 100_000, b"'/common/search" * 50_000, b"_CONFIG" * 100_000,
)  # fmt: skip
ADDRESSES = (
    JSON_LIST.format(1), "/u/channel/treeNew/hz", "/gkmlpt/index", "/gkmlpt/api/all/0?page=1&sid=1", PUB,
    "/EWB-FRONT/rest/lightfrontaction/getgovinfolist", "/js/webBuilderCommon.js", "/hz/c100503/list.shtml",
)  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_answers_of_any_kind_are_read_without_harm(body: bytes) -> None:
    """No report comes of them, and no time that grows faster than their length."""
    for address in ADDRESSES:
        shown = Page(HOME + address, body, post=asked("A", "1") if "rest" in address else None)
        begin = time.process_time()
        for family in FAMILIES[:-1]:
            if family.recognise(shown):
                made = family.follow(shown, listing(address), PLACE)
                assert [each.title for each in made.targets if each.role is Role.REPORT] == []
        assert time.process_time() - begin < 3, address


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{a: 'x\\'y', \"b\": \"\\u6cd5\\ud83d\\ude00\"}", {"a": "x'y", "b": "法😀"}),
        ("{c: -3, d: true, e: null, f: fn(), }", {"c": -3, "d": True, "e": None, "f": None}),
        ("{ // a note: {\n a /* b: */ : [1, 'x', [2]], b: {c: 1} } tail", {"a": [1, "x", [2]], "b": {"c": 1}}),
        ("{a: 'x' + y, b: p ? 'q' : 'r'}", {"a": "x", "b": None}),
        ("{a: 1", {"a": 1}), ("[1,", [1]), ("}", None), (",", None), ("", None), ("'x'", "x"), ("12", 12),
        ("{n: 123456789012345678901234567890}", {"n": None}),
    ],
)  # fmt: skip
def test_reads_the_literals_of_a_script(text: str, told: object) -> None:
    assert literals.read(text) == told


def test_reads_options_and_turns_pages() -> None:
    text = "data-siteId='7'; var xsiteId = 8; site.siteId = \"9\"; size = '';"
    assert [literals.option(text, name) for name in ("siteId", "size", "none")] == ["9", None, None]
    assert answers.turn(f"{HOME}/x?a=1&page=1&b=", "page", 3) == f"{HOME}/x?a=1&page=3&b="
    assert answers.query(f"{HOME}/x?a=1&a=2&b=%E6%B3%95&c=") == {"a": "1", "b": "法", "c": ""}
