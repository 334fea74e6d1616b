"""The dialects of Hanweb and its kin: hanweb, xxgk, jpaas, truecms. Pages are ours; a made-up server answers a walk."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from archive.model import Role
from crawler.families.base import Family, Next
from crawler.families.hanweb import Hanweb
from crawler.families.jpaas import Jpaas
from crawler.families.truecms import Truecms
from crawler.families.xxgk import Xxgk
from crawler.links import Link
from crawler.targets import Page, Pager, Portal, Target

HOME = "http://www.hezhu.gov.cn"
COLUMN = f"{HOME}/col/col9901/index.html"
PORTAL = Portal(
    code="990101", name="鹤渚市人民政府", home=f"{HOME}/", listings=(COLUMN,), hosts=frozenset({"www.hezhu.gov.cn"})
)
TARGET = Target(url=COLUMN, role=Role.LISTING, portal="990101", listing=COLUMN, title="法治政府建设年度报告")
FAMILIES: tuple[Family, ...] = (Hanweb(), Xxgk(), Truecms(), Jpaas())  # in the order in which pages are tried

NEW, OLD = "/module/web/jpage/dataproxy.jsp", "/module/jpage/dataproxy.jsp"
UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
MESSAGE = "/truecms/messageController/getMessage.do"
SEARCH, TREE = "/module/xxgk/search.jsp", "/module/xxgk/tree.jsp"


# pages


def page(body: str, url: str = COLUMN, post: str | None = None) -> Page:
    return Page(url, f"<html><head><meta charset='utf-8'></head><body>{body}</body></html>".encode(), post=post)


def article(number: int, column: int = 9901) -> str:
    return f"/art/2021/3/18/art_{column}_{number}.html"


def item(number: int, column: int = 9901) -> str:
    return f"<li><a href='{article(number, column)}'>{name(number)}</a><span>2021-03-18</span></li>"


def name(number: int) -> str:
    return f"鹤渚市{number}号局2020年法治政府建设情况报告"


def link(number: int, column: int = 9901) -> Link:
    return Link(HOME + article(number, column), name(number), name(number), date(2021, 3, 18))


def store(numbers: Sequence[int], total: int | None = None, group: str = "", column: int = 9901) -> str:
    records = "".join(f"<record><![CDATA[{item(n, column)}]]></record>" for n in numbers)
    declared = f"<totalrecord>{total}</totalrecord>" if total is not None else ""
    following = f'<nextgroup><![CDATA[<a href="{group}"></a>]]></nextgroup>' if group else ""
    return f"<datastore>{following}{declared}<recordset>{records}</recordset></datastore>"


def script(xml: str) -> str:
    return f'<div id="7001"></div><script type="text/xml">{xml}</script>'


def jpage(total: int, proxy: str = NEW, *, shown: int = 15, column: int = 9901, unit: int = 7001) -> str:
    return (
        f"<script>$('#{unit}').jpage({{proxyUrl:'{proxy}', totalRecord:{total}, perPage:{shown}, groupSize:3,"
        f" ajaxParam:{{col:1,appid:1,webid:12,path:'/',columnid:{column},sourceContentType:1,unitid:'{unit}',"
        "webname:'鹤渚市',permissiontype:0}});</script>"
    )


def column_page(have: int, total: int, proxy: str = NEW) -> str:
    return script(store(range(1, have + 1), total)) + jpage(total, proxy)


NEWS = "".join(f"<li><a href='{article(n, 12)}'>鹤渚市召开第{n}次会议</a><span>2021-03-19</span></li>" for n in (8, 9))
MENU = f"<a href='/col/col1/index.html'>政务公开</a>{NEWS}"


# a walk over a server


@dataclass
class Walk:
    """What a crawl of one listing asked for and found."""

    asked: list[str] = field(default_factory=list)
    reports: set[str] = field(default_factory=set)
    truncated: list[str] = field(default_factory=list)


Answer = str | None  # None = 404
Server = Callable[[str, dict[str, str], "str | None"], Answer]


def walk(family: Family, server: Server, start: Target = TARGET, most: int = 60) -> Walk:
    """Follow a listing to its end, as the spider does: each key once, what failed to its next trial."""
    seen: dict[tuple[str, int], frozenset[str]] = {}
    queue, done, result = [start], set(), Walk()
    while queue and len(result.asked) < most:
        queue.sort(key=lambda target: -target.prio)
        target = queue.pop(0)
        if target.key in done:
            continue
        done.add(target.key)
        result.asked.append(target.key.removeprefix(HOME))
        fields = dict(parse_qsl(urlsplit(target.url).query)) | dict(parse_qsl(target.post or ""))
        body = server(urlsplit(target.url).path, fields, target.post)
        listing = target.listing or target.key
        if body is None:
            followed = family.missing(target)
        else:
            known = frozenset().union(
                *(urls for (of, turn), urls in seen.items() if of == listing and turn < target.page)
            )
            followed = family.follow(Page(target.url, body.encode(), post=target.post), target, PORTAL, known)
            seen[listing, target.page] = followed.entries
        queue += [found for found in followed.targets if found.role is Role.LISTING]
        result.reports |= {found.url for found in followed.targets if found.role is Role.REPORT}
        result.truncated += [followed.truncated] if followed.truncated else []
    return result


def everything(count: int, column: int = 9901) -> set[str]:
    return {HOME + article(n, column) for n in range(1, count + 1)}


def whole(body: str) -> str:
    return f"<html><head></head><body>{body}</body></html>"


def jcms(have: int, count: int, habit: str, *, path: str = NEW, most: int = 300, told: int | None = None) -> Server:
    """A server of ``count`` records; ``habit`` says what it obeys."""
    total = count if told is None else told

    def answer(asked: str, fields: dict[str, str], post: str | None) -> Answer:
        if asked == urlsplit(COLUMN).path:
            return whole(MENU + column_page(have, total, path))
        if asked != path or (fields.get("columnid"), fields.get("unitid")) != ("9901", "7001"):
            return None
        if habit == "post" and (post is None or "page" in fields):
            return None
        size = min(int(fields["perpage"]), most)
        start = (int(fields.get("page", 1)) - 1) * size + 1
        if habit in ("startrecord", "post"):
            start = int(fields["startrecord"])
            size = min(int(fields["endrecord"]) - start + 1, most)
        elif habit == "own":
            size, start = have, (int(fields.get("page", 1)) - 1) * have + 1
        elif habit == "both" and fields.get("page", "1") != "1" and fields["startrecord"] != "1":
            return store((), total)  # counts twice: the window is cut out of the page
        return store(range(start, min(start + size, count + 1)), total)

    return answer


@pytest.mark.parametrize(
    ("have", "count", "habit", "most", "requests"),
    [
        (15, 15, "page", 300, 1),
        (60, 75, "page", 300, 2),
        (60, 75, "startrecord", 300, 2),
        (15, 230, "page", 300, 4),
        (15, 230, "startrecord", 300, 4),
        (15, 130, "page", 40, 5),  # a smaller page than asked for
        (15, 130, "startrecord", 40, 5),
        (15, 130, "both", 300, 4),
        (15, 40, "own", 300, 4),  # page 1 of it is known: one request too many
        (15, 40, "post", 300, 5),
        (0, 130, "page", 300, 3),
        (0, 130, "startrecord", 300, 3),
        (120, 300, "page", 300, 3),
        (120, 300, "startrecord", 300, 3),
    ],
)
def test_a_jcms_column_is_read_to_its_end(have: int, count: int, habit: str, most: int, requests: int) -> None:
    for path in (NEW, OLD):
        found = walk(Hanweb(), jcms(have, count, habit, most=most, path=path))
        assert found.reports == everything(count)
        assert (len(found.asked), found.truncated) == (requests, []), found.asked


def test_a_total_that_lies_is_told() -> None:
    found = walk(Hanweb(), jcms(15, 40, "page", told=500))
    assert found.reports == everything(40)
    assert len(found.truncated) == 1
    assert "brought nothing new" in found.truncated[0]


def test_deep_pages_that_come_back_empty_are_told() -> None:
    def answer(path: str, fields: dict[str, str], post: str | None) -> Answer:
        if path != NEW:
            return whole(script(store(range(1, 16), 90, f"{NEW}?page=1&amp;columnid=3FA9C1&amp;unitid=77B0")))
        return store((), 0)

    found = walk(Hanweb(), answer)
    assert found.reports == everything(15)
    assert len(found.truncated) == 1
    assert "of 5 brought nothing new" in found.truncated[0]
    assert any("columnid=9901" in key for key in found.asked)  # in the end the column's own number is tried


def test_what_is_asked_behind_a_column_page() -> None:
    proxy = f"{HOME}{NEW}?"
    ids = f"appid=1&webid=12&path=%2F&columnid=9901&sourceContentType=1&unitid=7001&webname={quote('鹤渚市')}"
    ids = f"columnid=9901&unitid=7001&col=1&appid=1&webid=12&path=%2F&sourceContentType=1&webname={quote('鹤渚市')}"
    found = Hanweb().next_page(page(column_page(60, 75)), TARGET, frozenset())
    assert found is not None
    assert dict(parse_qsl(urlsplit(found.url).query)) == dict(parse_qsl(ids)) | {
        "permissiontype": "0", "page": "1", "startrecord": "1", "endrecord": "100", "perpage": "100",
    }  # fmt: skip
    assert found.url.startswith(proxy)
    assert (found.post, found.pager.declared, found.pager.total) == (None, True, 5)
    shapes = [
        {k: v for k, v in parse_qsl(urlsplit(form).query) if k in ("page", "startrecord", "endrecord", "perpage")}
        for form in found.pager.rest
    ]
    assert shapes == [
        {"page": "2", "startrecord": "61", "endrecord": "120", "perpage": "60"},
        {"startrecord": "61", "endrecord": "160", "perpage": "100"},
        {"startrecord": "61", "endrecord": "160", "perpage": "100"},
    ]
    assert ["#" in form for form in found.pager.rest] == [False, False, True]


@pytest.mark.parametrize(
    "body",
    [
        # double quotes, &amp;, ids only in the query
        script(store(range(1, 16), 40, f"{NEW}?page=1&amp;webid=12&amp;columnid=9901&amp;unitid=7001")),
        script(store(range(1, 16), 40)) + f'<script>$("#7001").jpage({{"proxyUrl": "{NEW}"}})</script>',
        # no total, but a full display page
        script(store(range(1, 16))) + f"<script>$('#7001').jpage({{proxyUrl:'{NEW}',perPage:15}})</script>",
        # a torn page: neither the last record nor the store nor the script end
        script(store(range(1, 16), 40)).replace("</recordset></datastore></script>", "<record><![CDATA[<li><a hr")
        + jpage(40).replace("</script>", ""),
        # the XML stands behind the call
        jpage(40) + script(store(range(1, 16), 40)),
        # records escaped instead of CDATA
        script(store(range(1, 16), 40).replace("<![CDATA[", "").replace("]]>", "").replace("<li>", "&lt;li>"))
        + jpage(40),
    ],
    ids=["amp", "div_id", "no_total", "torn", "before", "escaped"],
)  # fmt: skip
def test_ids_are_found_wherever_they_stand(body: str) -> None:
    family, shown = Hanweb(), page(body)
    assert family.recognise(shown)
    found = family.next_page(shown, TARGET, frozenset())
    assert found is not None
    assert urlsplit(found.url).path == NEW
    sent = dict(parse_qsl(urlsplit(found.url).query))
    assert (sent["columnid"], sent["unitid"], sent["perpage"]) == ("9901", "7001", "100")
    assert found.pager.declared is ("no_total" not in body and "totalrecord" in body)


def test_the_entries_are_the_records_in_any_encoding() -> None:
    family = Hanweb()
    body = f"<html><head><meta charset='gbk'></head><body>{MENU}{column_page(3, 3)}</body></html>"
    for shown in (page(MENU + column_page(3, 3)), Page(COLUMN, body.encode("gbk"), "text/html")):
        assert family.entries(shown, TARGET) == [link(n) for n in (1, 2, 3)]
        assert [found.title for found in family.links(shown)][:4] == [name(1), name(2), name(3), "政务公开"]
        assert family.next_page(shown, TARGET, frozenset()) is None
    answer = Page(f"{HOME}{NEW}?columnid=9901&unitid=7001", store((4, 5)).replace("/art/", "../../art/").encode())
    assert family.links(answer) == family.entries(answer, TARGET) == [link(4), link(5)]
    old = f'totalRecord = 1; dataStore = ["<table><tr><td><a href=\\"{article(4)}\\">{name(4)}</a></td><td>2021-03-18"]'
    assert family.links(Page(f"{HOME}{OLD}?columnid=9901", old.encode())) == [link(4)]


def test_of_several_lists_the_page_s_own_goes_on_and_the_others_are_lists_of_their_own() -> None:
    other = script(store(range(30, 45), 90, column=9902)) + jpage(90, column=9902, unit=7002)
    full = script(store(range(50, 53), 3, column=9903)) + jpage(3, column=9903, unit=7003)
    shown = page(other + column_page(15, 40) + full)
    family = Hanweb()
    found = family.next_page(shown, TARGET, frozenset())
    (listed,) = family.lists(shown, TARGET, PORTAL)
    sent = [dict(parse_qsl(urlsplit(each.url).query)) for each in (found, listed) if each]
    assert [(each["columnid"], each["unitid"], each["page"]) for each in sent] == [
        ("9901", "7001", "1"), ("9902", "7002", "1"),
    ]  # fmt: skip
    assert list(family.lists(shown, replace(TARGET, guessed=True), PORTAL)) == []


def test_a_home_page_s_lists_are_not_followed() -> None:
    shown = page(MENU + column_page(15, 40), f"{HOME}/index.html")
    assert Hanweb().recognise(shown)
    assert Hanweb().next_page(shown, TARGET, frozenset()) is None
    assert list(Hanweb().lists(shown, TARGET, PORTAL)) == []


def test_lists_that_are_all_there_or_embedded_as_json() -> None:
    family = Hanweb()
    url = f"{HOME}/channels/ch00232/"
    paged = page("<script>var totalCount = 2;</script>" + "".join(
        f"<div class='pagedContent' style='display:none'><ul>{item(n)}</ul></div>" for n in (1, 2)), url)  # fmt: skip
    assert family.recognise(paged)
    assert family.entries(paged, replace(TARGET, url=url, listing=url)) == [link(1), link(2)]
    assert family.next_page(paged, TARGET, frozenset()) is None

    groups = [{"infolist": [{"url": f"/fz/2021/i{n}.html", "title": name(n), "daytime": "2021-03-18"}]} for n in (1, 2)]
    url = f"{HOME}/fz/index.html"
    body = f"<script>var pagesData = {{curPageNo:1,pageTotal:5}}; var dataList = {json.dumps(groups)};</script>"
    shown = page(body, url)
    assert family.recognise(shown)
    assert [(x.url, x.title, x.date) for x in family.entries(shown, TARGET)] == [
        (f"{HOME}/fz/2021/i{n}.html", name(n), date(2021, 3, 18)) for n in (1, 2)
    ]
    assert family.next_page(shown, TARGET, frozenset()) == Next(f"{HOME}/fz/index_3.html", Pager(True, 4))
    assert family.next_page(page(body.replace("pageTotal:5", "pageTotal:2"), url), TARGET, frozenset()) is None

    flat = [{"url": f"/fz/2021/i{n}.html", "title": name(n), "pubDate": "2021-03-18"} for n in (1, 2)]
    told = page(f"<script>var dataList = {json.dumps(flat)};</script>", url)
    assert family.recognise(told)
    assert family.entries(told, TARGET) == family.entries(shown, TARGET)
    assert family.next_page(told, TARGET, frozenset()) is None


def test_a_plain_list_goes_on_by_its_anchors() -> None:
    shown = page(item(1) + item(2) + "<a href='index_2.html'>下一页</a>")
    assert Hanweb().recognise(shown)
    found = Hanweb().next_page(shown, TARGET, frozenset())
    assert found == Next(f"{HOME}/col/col9901/index_2.html", Pager(declared=True))


# recognise


HEX = "ab" * 16
SAMPLES = {
    "hanweb": [
        page(column_page(3, 3)),
        page(script(store((1, 2)))),
        page(jpage(40, OLD)),
        page(item(1) + item(2)),
        page(f"<a href='/art/2026/art_{HEX}.html'>甲</a><a href='/col9/art/2026/art_9_1.html'>乙</a>"),
        page("<p>空</p>", f"{HOME}/channels/ch00232/"),
        Page(f"{HOME}{NEW}?columnid=9", b"<datastore></datastore>"),
    ],
    "xxgk": [
        page(f"{item(1)}{item(2)}<iframe src='{TREE}?area=1'></iframe>"),
        page(f"<script>$.post('{SEARCH}', {{area:'1'}})</script>"),
        Page(f"{HOME}{SEARCH}", f"<table>{item(1)}{item(2)}</table>".encode(), post="area=1"),
        Page(f"{HOME}{TREE}?area=1", b"<ul></ul>"),
    ],
    "truecms": [
        page(f"{item(1)}{item(2)}<script>x.jpage({{contentTemplate:'<datastore></datastore>', proxyUrl:'{MESSAGE}'}})"),
        Page(
            f"{HOME}/TrueCMS/messageController/getMessage.do?columnId=1",
            f"cb({json.dumps({'result': store((1, 2))})})".encode(),
        ),
    ],
    "jpaas": [
        page(f"{item(1)}{item(2)}<div unitUrl='{UNIT}'></div>"),
        Page(f"{HOME}{UNIT}?pageId=1", json.dumps({"data": {"html": item(1) + item(2)}}).encode()),
    ],
    "none": [
        page("<p>没有链接</p>"),
        page("<a href='/zwgk/202103/t20210318_1.html'>甲</a><a href='/zwgk/202103/t20210318_2.html'>乙</a>"),
        page(item(1)),
        Page(COLUMN, b""),
        Page(COLUMN, b"%PDF-1.7"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", SAMPLES)
def test_each_claims_its_own_pages(kind: str) -> None:
    claimed = [next((f.name for f in FAMILIES if f.recognise(each)), "none") for each in SAMPLES[kind]]
    assert claimed == [kind] * len(claimed)


# xxgk


AREA = "11990101000000000A"


def shell(call: str = "") -> str:
    return (
        f"<iframe src='{TREE}?area={AREA}&amp;divid=div9901'></iframe><div id='list'></div><script>$.post('{SEARCH}',"
        f" {{ area:'{AREA}', infotypeId:'{call}', jdid:'12', divid:'div9901', vc_title:'', currpage:1 }})</script>"
    )


def table(numbers: Sequence[tuple[int, int, str]], turn: int = 1, pages: int = 1) -> str:
    lines = "".join(
        f"<tr class='tr_main_value_{'even' if place % 2 else 'odd'}'><td>{place}</td><td><a href='{article(n, column)}'"
        f" title='{title}'>{title[:9]}…</a></td><td>2021-03-18</td></tr>"
        for place, (n, column, title) in enumerate(numbers)
    )
    return f"<table>{lines}</table><p>共&nbsp;{pages}&nbsp;页 <a href='javascript:go({turn + 1})'>下一页</a></p>"


def module(
    count: int, *, titles: bool = True, word: str = "法治政府", category: str = "", others: int = 40, first: int = 0
) -> Server:
    """A disclosure module: ``titles``: whether ``vc_title`` is obeyed; the reports' titles hold ``word``; ``first``:
    how many of them stand before the other papers."""
    reports = [(n, 9901, f"鹤渚市{n}号局2020年{word}建设情况报告") for n in range(1, count + 1)]
    rest = [(n, 9902, f"关于第{n}号事项的公示2020年情况") for n in range(500, 500 + others)]

    def answer(path: str, fields: dict[str, str], post: str | None) -> Answer:
        if path == TREE:
            nodes = f"<a href=\"javascript:show('{AREA}','B01')\">财政信息</a>"
            if category:
                nodes += f"<a onclick=\"funclick('{category}','x');\">法治政府建设</a>"
            return whole(nodes)
        if path != SEARCH:
            return whole(MENU + shell())
        if post is None or fields.get("area") != AREA:
            return whole("")
        rows = (
            reports
            if category and fields.get("infotypeId") == category
            else [*reports[:first], *rest, *reports[first:]]
        )
        if titles and fields.get("vc_title"):
            rows = [row for row in rows if fields["vc_title"] in row[2]]
        turn = int(fields["currpage"])
        pages = -(-len(rows) // 15)
        return table(rows[(turn - 1) * 15 : turn * 15], turn, max(pages, 1))

    return answer


def test_the_disclosure_module_is_searched_by_title() -> None:
    found = walk(Xxgk(), module(20))
    assert found.reports == everything(20)
    assert len(found.asked) == 3
    form = dict(parse_qsl(found.asked[1].partition("#")[2], keep_blank_values=True))
    assert form == {
        "infotypeId": "", "area": AREA, "jdid": "12", "vc_title": "法治政府", "vc_number": "", "currpage": "1",
    }  # fmt: skip


def test_where_the_search_finds_nothing_the_whole_list_is_read() -> None:
    found = walk(Xxgk(), module(20, word="法治"))
    assert found.reports == everything(20)
    assert len(found.asked) == 1 + 1 + 1 + 4  # page, search, tree, everything


def test_where_the_search_is_not_obeyed_the_whole_list_is_read_as_a_guess() -> None:
    found = walk(Xxgk(), module(20, titles=False))
    assert found.reports == everything(20)
    assert len(found.asked) == 1 + 1 + 1 + 4
    (search,) = [t for t in _follow(Xxgk(), page(shell()), TARGET) if t.role is Role.LISTING]
    answer = Page(search.url, module(20, titles=False)(SEARCH, dict(parse_qsl(search.post or "")), "")
                  .encode(), post=search.post)  # fmt: skip
    (tree, rest) = [t for t in _follow(Xxgk(), answer, search) if t.role is Role.LISTING]
    assert (tree.url, rest.guessed, rest.title) == (f"{HOME}{TREE}?area={AREA}&jdid=12", True, "政府信息公开")


def test_a_search_that_only_looked_obeyed_goes_on_as_the_whole_list() -> None:
    found = walk(Xxgk(), module(40, titles=False, first=20))
    assert found.reports == everything(40)
    assert len(found.asked) == 1 + 2 + 1 + 4  # page, the search on two pages, tree, the rest of everything


def test_one_table_of_everything_is_enough() -> None:
    found = walk(Xxgk(), module(3, titles=False, others=9))
    assert found.reports == everything(3)
    assert len(found.asked) == 1 + 1


def test_a_category_of_the_tree_is_asked_for() -> None:
    found = walk(Xxgk(), module(3, word="法治", category="B07"))
    assert found.reports == everything(3)
    assert any("infotypeId=B07" in key for key in found.asked)


def test_a_known_column_asks_for_its_category() -> None:
    (found,) = Xxgk().lists(page(shell("B07")), TARGET, PORTAL)
    assert "infotypeId=B07&" in (found.post or "")
    assert "vc_title=&" in (found.post or "")
    assert (found.url, found.title) == (HOME + SEARCH, None)
    url = f"{COLUMN}?vc_xxgkarea={AREA}&number=KL0511"
    (found,) = Xxgk().lists(page(f"<script src='/{'module/xxgk/'}x.js'></script>", url), TARGET, PORTAL)
    assert f"infotypeId=KL0511&area={AREA}" in (found.post or "")
    (guessed,) = Xxgk().lists(page(shell("B07")), replace(TARGET, title="财政信息"), PORTAL)
    assert "infotypeId=&" in (guessed.post or "")


def test_rows_of_other_columns_count_only_by_their_title() -> None:
    rows = [(1, 9901, "2020年度报告"), (2, 9902, "2020年度报告"), (3, 9902, name(3))]
    shown = Page(HOME + SEARCH, table(rows).encode(), post=f"area={AREA}&infotypeId=B07&divid=div9901&currpage=1")
    assert [x.url for x in Xxgk().links(shown)] == [HOME + article(1), HOME + article(3, 9902)]
    assert len(Xxgk().entries(shown, TARGET)) == 3


def test_the_nodes_of_a_tree() -> None:
    body = (
        f"<a href=\"javascript:show('{AREA}','C1')\">法治政府建设年度报告</a><a onclick='funclick(\\'C2\\',\\'a\\');'>"
        "依法行政工作</a><script>d.add('7','1','依法行政',\"javascript:funclick('C3')\");"
        "d.add(8,1,'人事任免','');</script>"
    )
    found = list(Xxgk().lists(Page(f"{HOME}{TREE}?area={AREA}", body.encode()), TARGET, PORTAL))
    assert [(x.title, dict(parse_qsl(x.post or ""))["infotypeId"]) for x in found] == [
        ("法治政府建设年度报告", "C1"), ("依法行政工作", "C2"), ("依法行政", "C3"),
    ]  # fmt: skip


def _follow(family: Family, shown: Page, target: Target) -> tuple[Target, ...]:
    return family.follow(shown, target, PORTAL).targets


# jpaas


QUERY = (
    "{'webId':'12','pageId':'9901','parseType':'bulidstatic','pageType':'column','tagId':'信息列表','tplSetId':'aB_c1'}"
)


def cloud(have: int, count: int, *, own: int = 0, most: int = 100, shape: str = "html", told: bool = True) -> Server:
    """A publishing server; ``own``: it shows pages of that size, whatever is asked; ``told``: and says how many."""

    def answer(path: str, fields: dict[str, str], post: str | None) -> Answer:
        if path != UNIT:
            rows = "".join(item(n) for n in range(1, have + 1))
            pager = f'<table class="pagination" unitUrl="{UNIT}" queryData="{QUERY}" count="{count}" rows="15">'
            pager = pager if told else pager.replace("count=", "name=")
            return whole(f"{MENU}<div id='信息列表'><ul>{rows}</ul>{pager}</table></div>")
        if (fields.get("webId"), fields.get("pageId"), fields.get("tagId")) != ("12", "9901", "信息列表"):
            return json.dumps({"success": False, "data": None})
        asked = json.loads(fields["paramJson"])
        size = own or min(asked["pageSize"], most)
        start = (asked["pageNo"] - 1) * size + 1
        items = "".join(item(n) for n in range(start, min(start + size, count + 1)))
        html = f"<ul>{items}</ul>" + (f"<table count='{count}'></table>" if told else "")
        return json.dumps({"success": True, "data": {"html": html} if shape == "html" else html})

    return answer


@pytest.mark.parametrize(
    ("have", "count", "own", "most", "shape", "requests"),
    [
        (15, 15, 0, 100, "html", 1),
        (15, 40, 0, 100, "html", 2),
        (15, 240, 0, 100, "data", 4),
        (15, 40, 15, 100, "html", 4),  # page 1 of it is known: one request too many
        (15, 120, 0, 50, "html", 4),
        (0, 120, 0, 100, "html", 3),
        (0, 40, 15, 100, "html", 4),
    ],
)
def test_a_jpaas_list_is_read_to_its_end(have: int, count: int, own: int, most: int, shape: str, requests: int) -> None:
    found = walk(Jpaas(), cloud(have, count, own=own, most=most, shape=shape))
    assert found.reports == everything(count)
    assert (len(found.asked), found.truncated) == (requests, []), found.asked


@pytest.mark.parametrize(
    ("count", "own", "requests"), [(40, 15, 1 + 3), (45, 15, 1 + 4), (30, 0, 1 + 2), (17, 0, 1 + 1)]
)
def test_a_jpaas_server_that_gives_its_own_pages_and_no_count(count: int, own: int, requests: int) -> None:
    found = walk(Jpaas(), cloud(0, count, own=own, told=False))
    assert found.reports == everything(count)
    assert (len(found.asked), found.truncated) == (requests, []), found.asked


@pytest.mark.parametrize(
    "body",
    [
        f'<div unitUrl="{UNIT}" queryData="{QUERY}"></div>',
        f"<div unitUrl='{UNIT}' queryData='{{&quot;webId&quot;:&quot;12&quot;,&quot;pageId&quot;:&quot;9901&quot;,"
        "&quot;tplSetId&quot;:&quot;aB_c1&quot;,&quot;tagId&quot;:&quot;信息列表&quot;}'></div>",
        f"<script>load('{UNIT}', {{webId: '12', \"pageId\": '9901', tplSetId: 'aB_c1', tagId: '信息列表'}})</script>",
        f"<script>var u='{UNIT}?webId=12&amp;pageId=9901&amp;tplSetId=aB_c1&amp;tagId={quote('信息列表')}';</script>",
    ],
    ids=["attribute", "escaped", "script", "address"],
)
def test_the_ids_of_a_unit(body: str) -> None:
    (found,) = Jpaas().lists(page(body), TARGET, PORTAL)
    sent = dict(parse_qsl(urlsplit(found.url).query))
    assert sent == {
        "webId": "12", "pageId": "9901", "tplSetId": "aB_c1", "tagId": "信息列表", "parseType": "bulidstatic",
        "pageType": "column", "editType": "null", "paramJson": '{"pageNo":1,"pageSize":100}',
    }  # fmt: skip
    assert urlsplit(found.url).path == UNIT


def test_a_unit_without_its_ids_is_left_alone() -> None:
    shown = page(f"<div unitUrl=\"{UNIT}\" queryData=\"{{'webId':'12'}}\"></div>")
    assert list(Jpaas().lists(shown, TARGET, PORTAL)) == []
    assert Jpaas().next_page(shown, TARGET, frozenset()) is None


# truecms


UUID = "7c1e9f00-0000-4000-8000-000000009901"


def messages(count: int, most: int, *, strict: bool = False, held: int = 0, told: bool = True) -> Server:
    """A truecms server; ``strict``: what asks for more than ``most`` records is 404."""

    def answer(path: str, fields: dict[str, str], post: str | None) -> Answer:
        if path != MESSAGE:
            total = f"totalRecord:{count}," if told else ""
            rows = "".join(item(n) for n in range(1, held + 1))
            row = '<datastore><record><![CDATA[<a href="${m.path}">${m.title}</a>]]></record></datastore>'
            call = f"x.jpage({{contentTemplate:'{row}',"
            call += f"proxyUrl:'{HOME}{MESSAGE}',{total}perPage:10,ajaxParam:{{columnId:'{UUID}'}}}})"
            return whole(f"{MENU}<ul id='initData' style='display:none'>{rows}</ul><script>{call}</script>")
        size = int(fields["perpage"])
        if fields["columnId"] != UUID or (strict and size > most):
            return None
        start = int(fields["startrecord"])
        stop = start + min(size, most)
        result = store(range(start, min(stop, count + 1)), count if told else None)
        return f"{fields['callback']}({json.dumps({'result': result})})"

    return answer


@pytest.mark.parametrize(
    ("count", "most", "strict", "held", "told", "requests"),
    [
        (40, 50, False, 0, True, 2),
        (70, 50, False, 0, True, 3),
        (70, 20, True, 0, True, 1 + 1 + 4),  # 50 is refused
        (35, 10, True, 0, True, 1 + 2 + 4),
        (70, 20, False, 0, True, 1 + 4),
        (90, 50, False, 60, True, 2),
        (60, 50, False, 60, True, 1),
        (70, 50, False, 0, False, 3),
    ],
)
def test_a_truecms_list_is_read_to_its_end(
    count: int, most: int, strict: bool, held: int, told: bool, requests: int
) -> None:
    found = walk(Truecms(), messages(count, most, strict=strict, held=held, told=told))
    assert found.reports == everything(count)
    assert (len(found.asked), found.truncated) == (requests, []), found.asked


def shown_first(count: int, most: int, shown: int) -> Server:
    """A truecms server whose page shows its first rows; the column stands in the address of the call."""
    given = messages(count, most)

    def answer(path: str, fields: dict[str, str], post: str | None) -> Answer:
        if path == MESSAGE:
            return given(path, fields, post)
        rows = "".join(item(n) for n in range(1, shown + 1))
        call = f"var proxyUrl = '{HOME}{MESSAGE}?columnId={UUID}'; x.jpage({{totalRecord:{count}}})"
        return whole(f"{MENU}<ul>{rows}</ul><script>{call}</script>")

    return answer


@pytest.mark.parametrize(("count", "shown", "requests"), [(70, 20, 1 + 4), (70, 0, 1 + 4), (45, 10, 1 + 3)])
def test_rows_that_the_page_shows_already_do_not_end_its_list(count: int, shown: int, requests: int) -> None:
    found = walk(Truecms(), shown_first(count, 20, shown))
    assert found.reports == everything(count)
    assert (len(found.asked), found.truncated) == (requests, []), found.asked


def test_a_torn_answer_gives_what_is_there() -> None:
    whole_answer = "cb(" + json.dumps({"result": store((1, 2, 3))})[:-60]
    shown = Page(f"{HOME}{MESSAGE}?columnId={UUID}&startrecord=1&perpage=50", whole_answer.encode())
    assert Truecms().links(shown)[:2] == [link(1), link(2)]
    plain = Page(f"{HOME}{MESSAGE}?columnId={UUID}", f"cb({json.dumps({'result': item(4)})})".encode())
    assert Truecms().links(plain) == [link(4)]


# hostile pages


BODIES = {
    "records": "<datastore>dataproxy.jsp?" + "<record>" * 30_000,
    "stores": "dataproxy.jsp" + "<datastore>" * 30_000,
    "calls": "dataproxy.jsp?a=1&" * 20_000,
    "options": "dataproxy.jsp ajaxParam:{" * 20_000,
    "spaces": "dataproxy.jsp proxyUrl" + " " * 500_000,
    "numbers": f"<datastore><totalrecord>{'9' * 5000}</totalrecord> dataproxy.jsp totalRecord:{'9' * 5000}",
    "quotes": "jpaas-publish-server webId" + "'" * 300_000,
    "units": f"<div queryData='webId:{'x' * 200}'></div>" * 2_000 + "jpaas-publish-server",
    "addresses": "a" * 300_000 + "jpaas-publish-server/front/page/build/unit?" * 2_000,
    "module": "module/xxgk/search.jsp?area=" * 20_000,
    "nodes": "module/xxgk/" + "(" * 300_000,
    "adds": "module/xxgk/" + ".add(('" * 50_000,
    "message": "messageController/getMessage.do'" * 10_000 + "<" * 300_000,
    "list": "var dataList = " + "[" * 100_000 + " infolist",
    "deep": "dataproxy.jsp" + "<div>" * 20_000 + "<a href='/art/2021/art_1_2.html'>x</a>",
}
ANSWERS = {
    "hanweb": [(f"{HOME}{NEW}?page=1", None)],
    "xxgk": [(HOME + SEARCH, "currpage=1"), (f"{HOME}{TREE}?area=1", None)],
    "jpaas": [(HOME + UNIT, None)],
    "truecms": [(HOME + MESSAGE, None)],
}


@pytest.mark.parametrize("name", BODIES)
def test_a_page_made_to_cost_time_is_read_all_the_same(name: str) -> None:
    body = BODIES[name].encode()
    for family in FAMILIES:
        for url, post in ((COLUMN, None), *ANSWERS[family.name]):
            shown = Page(url, body, post=post)
            if family.recognise(shown):
                found = family.follow(shown, replace(TARGET, url=url, post=post), PORTAL)
                assert {target.role for target in found.targets} <= {Role.LISTING}
