"""Dialects of whole site systems: vsb, whose page numbers go down, and longsource, whose lists a label fills."""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest

from archive.model import Role
from crawler.families.base import Family, prefix
from crawler.families.generic import Generic
from crawler.families.longsource import DEFAULTS, Longsource
from crawler.families.vsb import Vsb
from crawler.targets import Page, Pager, Target

from .fake_portal import HOME, PLACE, html, listing, page, title, walk

FAMILIES: tuple[Family, ...] = (Longsource(), Vsb(), Generic())
INFO = "<a href='info/1078/2001.htm'>一</a><a href='../info/1079/2002.htm'>二</a>"
EGOV = "/xxgk_list.jsp?urltype=egovinfo.EgovInfoList&wbtreeid=1043&sccode=f&subtype=1&dpcode=A01&gilevel=2"
TREE = "urltype=tree.TreeTempUrl"
ORGAN = "/public/column/6601?type=4&catId=&action=list"


def claims(shown: Page) -> str | None:
    """Return which of our dialects claim a page, in one word."""
    return "+".join(family.name for family in FAMILIES[:-1] if family.recognise(shown)) or None


@pytest.mark.parametrize(
    ("shown", "claimed"),
    [
        (page("<div class='p_pages'><span class='p_next p_fun'></span></div>", "/zwgk/fzzf.htm"), "vsb"),
        (page("<span class=\"p_next_d\">下页</span><span class='x p_no'><a>1</a></span>", "/zwgk/fzzf.htm"), "vsb"),
        (page("<div id='vsb_content_2'></div>", "/info/1078/2001.htm"), "vsb"),
        (page(INFO, "/zwgk/fzzf.htm"), "vsb"),
        (page("<a href='/info/egovinfo/1001/xxgk_content/1a-02_A-2021-1.htm'>一</a>" + INFO, "/x.jsp"), "vsb"),
        (page("", "/list.jsp?totalpage=3&PAGENUM=2&urltype=tree.TreeTempUrl&wbtreeid=1043"), "vsb"),
        (page("", EGOV), "vsb"),
        (page("<a href='/info/1078/2001.htm'>一</a>", "/zwgk/"), None),
        (page("<a href='/zwgk/list.jsp?id=3'>政务公开</a><i class='top_pages'></i>", "/list.jsp?id=3"), None),
        (page("", ORGAN), "longsource"),
        (page("", "/zwgk/public/column/6601"), "longsource"),
        (page("", "/content/column/6790"), "longsource"),
        (page("<script>Ls.pagination('#page', go, {pageCount: 3})</script>", "/xwzx/"), "longsource"),
        (page("<script>$.ajax('/site/label/8888?labelName=publicInfoList&siteId=1')</script>", "/xxgk/"), "longsource"),
        (Page(f"{HOME}/site/label/8888?IsAjax=1&labelName=publicInfoList&organId=1", b""), "longsource"),
        (page("<a href='/public/6601/12345.html'>一份报告</a>", "/public/columns/"), None),
        (page("<p>没有链接</p>"), None),
        (Page(HOME + "/", b""), None),
        (Page(HOME + "/", b"%PDF-1.7"), None),
    ],
)  # fmt: skip
def test_claims_its_own_and_no_other_s(shown: Page, claimed: str | None) -> None:
    assert claims(shown) == claimed


# --- vsb --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "path", "number", "behind"),
    [
        ("1/5<span class='p_next p_fun'><a href='fzzf/4.htm'>下页</a></span>", "/zwgk/fzzf.htm", 1,
         ("/zwgk/fzzf/4.htm", 5)),
        ("1/5<a class='p_next' href='fzzf/4.htm'><img></a>", "/zwgk/fzzf.htm", 1, ("/zwgk/fzzf/4.htm", 5)),
        ("<i class='p_no'><a href='fzzf/4.htm'>2</a></i><i class='p_no'><a href='fzzf/3.htm'>3</a></i>",
         "/zwgk/fzzf.htm", 1, ("/zwgk/fzzf/4.htm", None)),
        ("2/5<i class='p_next'><a href='3.htm'>下页</a></i>", "/zwgk/fzzf/4.htm", 2, ("/zwgk/fzzf/3.htm", 5)),
        ("共41条 1/5 <a href='javascript:;' onclick='goto(5)'>转到</a>", "/zwgk/fzzf.htm", 1, ("/zwgk/fzzf/4.htm", 5)),
        ("共41条 4/5", "/zwgk/fzzf/2.htm", 4, ("/zwgk/fzzf/1.htm", 5)),
        ("共41条 4/5", "/zwgk/fzzf/3.htm", 4, None),  # numbers that do not fit
        ("共41条 5/5", "/zwgk/fzzf/1.htm", 5, None),
        ("共41条 1/5", "/list.jsp?urltype=tree.TreeTempUrl", 1, None),
        ("5/5<i class='p_next_d'>下页</i><i class='p_no'><a href='2.htm'>4</a></i>", "/zwgk/fzzf/1.htm", 5, None),
        (f"<a href='?PAGENUM=2&{TREE}&wbtreeid=1043'>下页</a>", f"/list.jsp?{TREE}&wbtreeid=1043", 1,
         (f"/list.jsp?PAGENUM=2&{TREE}&wbtreeid=1043", None)),
        (f"<a href='?PAGENUM=3&{TREE}'>尾页</a><a href='?PAGENUM=2&{TREE}'>&gt;</a>",
         f"/list.jsp?totalpage=3&PAGENUM=1&{TREE}", 1, (f"/list.jsp?PAGENUM=2&{TREE}", 3)),
        ("<a href='?ainfolist15t=40&ainfolist15p=3'>末</a><a href='?ainfolist15t=40&ainfolist15p=2'>二</a>",
         EGOV, 1, ("/xxgk_list.jsp?ainfolist15t=40&ainfolist15p=2", None)),
        ("<i class='p_next'><a href='javascript:;'>下页</a></i>", "/zwgk/fzzf.htm", 1, None),
        ("<a href='info/1078/2001.htm?PAGENUM=x'>x</a><a href='http://[?PAGENUM=2'>2</a>", "/zwgk/fzzf.htm", 1, None),
        ("", "/zwgk/fzzf.htm", 1, None),
    ],
)  # fmt: skip
def test_vsb_follows_what_the_page_names(
    body: str, path: str, number: int, behind: tuple[str, int | None] | None
) -> None:
    shown = page(f"<div class='p_pages'>{body}</div>", path)
    target = Target(url=shown.url, role=Role.LISTING, portal="990300", page=number)
    found = Vsb().next_page(shown, target, frozenset())
    assert (found and (found.url, found.pager)) == (
        behind and (HOME + behind[0], Pager(declared=True, total=behind[1]))
    )  # fmt: skip


def vsb_list(rows: range, here: int, pages: int) -> str:
    """Return a list page; its articles lie in two trees, newest first; pages count down to 1."""
    items = "".join(
        f"<li><a href='/info/{1078 + (n < 2012)}/{n}.htm'>{title(n)}</a><span>{n + 1}-03-01</span></li>"
        for n in reversed(rows)
    )
    behind = pages - here  # the number in the name of the page behind this one
    step = (
        f"<span class='p_next'><a href='/zwgk/fzzf/{behind}.htm'>下页</a></span>"
        if behind
        else "<span class='p_next_d'>下页</span>"
    )
    return f"<ul>{items}</ul><div class='p_pages'>{here}/{pages}{step}</div>"


def test_vsb_walks_down_to_page_1_over_articles_of_several_trees() -> None:
    told = walk(
        FAMILIES,
        {
            "/zwgk/fzzf.htm": vsb_list(range(2018, 2024), 1, 3),
            "/zwgk/fzzf/2.htm": vsb_list(range(2012, 2018), 2, 3),
            "/zwgk/fzzf/1.htm": vsb_list(range(2006, 2012), 3, 3),
        },
        listing("/zwgk/fzzf.htm"),
    )
    assert sorted(told.reports) == [title(year) for year in range(2006, 2024)]
    assert prefix(HOME + told.reports[title(2006)]) != prefix(HOME + told.reports[title(2023)])
    assert (told.asked, told.cut) == (["/zwgk/fzzf.htm", "/zwgk/fzzf/2.htm", "/zwgk/fzzf/1.htm"], [])


def test_vsb_finds_the_catalogue_in_its_frame() -> None:
    rows = f"<tr><td><a href='/info/egovinfo/1001/xxgk_content/a-1.htm'>{title(2020)}</a></td><td>2021-03-01</td></tr>"
    told = walk(
        FAMILIES,
        {"/xxgk.htm": f"<div id='vsb_content'></div><iframe src='{EGOV}'></iframe>", EGOV: f"<table>{rows}</table>"},
        listing("/xxgk.htm"),
    )
    assert told.reports == {title(2020): "/info/egovinfo/1001/xxgk_content/a-1.htm"}
    shown = page(INFO.replace("一", "一份报告的标题</a>2021-03-01<a>") + f"<iframe src='{EGOV}'></iframe>", "/xxgk.htm")
    assert list(Vsb().lists(shown, listing("/xxgk.htm"), PLACE)) == []


# --- longsource -------------------------------------------------------------------------------------------------


def label(organ: str, *, word: str = "法治政府", category: str = "", number: int = 1, **more: str) -> str:
    """Return the address of the label's answer."""
    asked = DEFAULTS | {"siteId": "67", "organId": organ, "catId": category, "keyWords": word, "pageIndex": str(number)}
    return f"/site/label/8888?{urlencode(asked | more, safe='/')}"


SCRIPT = """<script>var siteId = '67', organId = "6601", catId = '%s';
Ls.load("/site/label/8888", { labelName: 'publicInfoList', siteId: siteId, file: '%s', pageSize: 20 });</script>"""
OTHERS = (
    "<a href='/public/column/6602?type=4&action=list'>鹤渚市司法局</a><a href='/public/column/6602?type=2'>司法局</a>"
    "<a href='/public/column/6603?type=4&action=list'>鹤渚市融媒体中心</a>"
    "<a href='/public/column/6604?type=4&action=list'>鹤渚市税务局</a>"
    "<a href='/public/column/6601?type=4&catId=71&action=list'>法治政府建设年度报告</a>"
)
COLUMN = "法治政府建设年度报告"
PLAIN = "/xxgk/publicInfoList_newest2020"
DATED = "<li><a href='/public/6601/1.html'>一份完整的标题</a>2021-03-01</li>"


@pytest.mark.parametrize(
    ("body", "target", "lists"),
    [
        (SCRIPT % ("", PLAIN), listing(ORGAN), [(label("6601"), "法治政府建设")]),
        (SCRIPT % ("", PLAIN) + OTHERS, listing(ORGAN),
         [(label("6601"), "法治政府建设"), (label("6601", category="71", word=""), COLUMN),
          *((label(organ), "法治政府建设") for organ in ("6602", "6603"))]),
        (SCRIPT % ("", "/sfj/xxgk/publicInfoList_newest2022") + OTHERS, listing(ORGAN),
         [(label("6601", file="/sfj/xxgk/publicInfoList_newest2022"), "法治政府建设"),
          (label("6601", category="71", word="", file="/sfj/xxgk/publicInfoList_newest2022"), COLUMN)]),
        (SCRIPT % ("71", PLAIN), listing(ORGAN, title=COLUMN), [(label("6601", category="71", word=""), None)]),
        (SCRIPT % ("71", PLAIN) + DATED, listing(ORGAN, title=COLUMN), []),
        ("<script>$.get('/zwgk/site/label/8888?IsAjax=1&amp;labelName=publicInfoList&amp;siteId=67&amp;organId=1"
         "&amp;pageSize=15&amp;file=/xxgk/publicInfoList_newest2022')</script>", listing("/zwgk" + ORGAN),
         [("/zwgk" + label("6601", pageSize="15", file="/xxgk/publicInfoList_newest2022"), "法治政府建设")]),
        ("<script>var u = '?labelName=publicInfoList&siteId=67&pageSize=9999'</script>", listing(ORGAN),
         [(label("6601"), "法治政府建设")]),
        ("<script>publicInfoList; siteId = '../x'</script>", listing(ORGAN), []),
        ("<script>publicInfoList; siteId = '67'</script>", listing("/public/"), []),
        ("", listing(ORGAN), []),
        (SCRIPT % ("", PLAIN), listing(ORGAN, page=2), []),
    ],
)  # fmt: skip
def test_longsource_asks_for_titles_organ_by_organ(
    body: str, target: Target, lists: list[tuple[str, str | None]]
) -> None:
    told = [
        (each.url.removeprefix(HOME), each.title)
        for each in Longsource().lists(Page(target.url, html(body)), target, PLACE)
    ]
    assert told == lists


def test_longsource_leaves_out_organs_whose_titles_are_searched() -> None:
    shown = page(SCRIPT % ("", PLAIN) + OTHERS, ORGAN)
    assert [link.title for link in Longsource().links(shown)] == ["鹤渚市税务局"]
    assert len(Longsource().links(page(OTHERS, ORGAN))) == 4


def test_longsource_asks_for_an_organ_s_catalogue_in_place_of_its_guide() -> None:
    guides = "<a href='/public/column/6602?type=2'>司法局</a><a href='/public/column/6603?type=6'>教育局</a>"
    shown = page(guides, ORGAN)
    assert [link.url.removeprefix(HOME) for link in Longsource().links(shown)] == [
        "/public/column/6602?type=4&action=list", "/public/column/6603?type=6",
    ]  # fmt: skip


def test_longsource_asks_for_the_page_of_a_column_where_pages_show_their_rows() -> None:
    shown = page(SCRIPT % ("", PLAIN) + DATED + OTHERS, ORGAN)
    assert COLUMN in [link.title for link in Longsource().links(shown)]
    assert all("keyWords=&" not in each.url for each in Longsource().lists(shown, listing(ORGAN), PLACE))


def piece(rows: Mapping[str, str], pages: int | None = None) -> bytes:
    """Return the label's answer, in GBK; ``rows`` are address -> title."""
    items = "".join(
        f"<ul class='xxgk_navli'><li><a href='{url}' title='{name}'>{name[:9]}…</a></li>"
        "<li><span class='date'>2021-03-01</span></li></ul>"
        for url, name in rows.items()
    )
    script = f"<script>Ls.pagination('#p', go, {{pageCount:{pages}, pageIndex:1}})</script>" if pages else ""
    return f"{items or '<div>暂无相关信息</div>'}{script}".encode("gbk")


@pytest.mark.parametrize(
    ("rows", "pages", "number", "behind"),
    [(20, None, 1, None), (20, 3, 1, 3), (20, 3, 3, None), (3, 3, 2, 3), (0, 3, 1, None), (19, None, 1, None)],
)
def test_longsource_turns_the_pages_of_an_answer(rows: int, pages: int | None, number: int, behind: int | None) -> None:
    address = label("6601", number=number)
    shown = Page(HOME + address, piece({f"/public/6601/{n}.html": title(2000 + n) for n in range(rows)}, pages))
    target = listing(address, page=number)
    found = Longsource().next_page(shown, target, {link.url for link in Longsource().links(shown)})
    if rows == 20 and pages is None:  # a full answer that does not say how many there are
        assert found is not None
        assert (found.url, found.pager) == (HOME + label("6601", number=2), Pager(declared=True))
        return
    assert (found and (found.url, found.pager)) == (
        behind and (HOME + label("6601", number=number + 1), Pager(declared=True, total=behind))
    )  # fmt: skip


def test_longsource_walks_over_organs_the_column_and_plain_columns() -> None:
    def answer(path: str, query: dict[str, str], post: str | None) -> str | bytes | None:
        if path == "/public/column/6601":
            return SCRIPT % (query["catId"], PLAIN) + OTHERS + "<a href='/content/column/6790'>法治政府建设</a>"
        if path == "/content/column/6790":
            number = int(query.get("pageIndex", 1))
            items = "".join(
                f"<li><a href='/content/detail/{n}.html' title='{title(n, '石桥镇')}'>石桥镇{n}年…</a>2021-01-01</li>"
                for n in range(2000 + number, 2024, 2)
            )
            return f"<ul>{items}</ul><script>Ls.pagination('#p', go, {{currPage: {number}, pageCount: 2}})</script>"
        organ, word = query.get("organId"), query.get("keyWords", "")
        rows = {f"/public/6601/{n}.html": title(n) for n in range(2000, 2022)} if organ == "6601" else {}
        if organ == "6601" and query["catId"] == "71":
            rows = {"/public/6601/9.html": "鹤渚市2009年依法行政工作报告"}
        if organ == "6602":
            rows = {"/public/6602/1.html": title(2020, "鹤渚市司法局"), "/public/6602/2.html": "机构职能"}
        if "/site/label/" not in path:
            return None
        names = {url: name for url, name in rows.items() if word in name}
        first = 20 * (int(query["pageIndex"]) - 1)
        return piece(dict(list(names.items())[first : first + 20]), -(-len(names) // 20))

    told = walk(FAMILIES, answer, listing(ORGAN))
    wanted = {title(n) for n in range(2000, 2022)} | {title(n, "石桥镇") for n in range(2001, 2024)}
    assert set(told.reports) == wanted | {title(2020, "鹤渚市司法局"), "鹤渚市2009年依法行政工作报告"}
    # the organ, its titles on two pages, those of two others, the rows of the column, the plain column's two pages
    assert (len(told.asked), told.cut) == (1 + 2 + 2 + 1 + 2, [])


def test_longsource_pages_a_column_that_shows_its_rows() -> None:
    column = listing(ORGAN.replace("catId=", "catId=71"), title="法治政府建设年度报告")
    body = SCRIPT % ("71", PLAIN) + DATED + "<script>pageCount:3,</script>"
    found = Longsource().next_page(Page(column.url, html(body)), column, {"x"})
    assert found is not None
    assert (found.url, found.pager) == (
        HOME + label("6601", category="71", word="", number=2),
        Pager(declared=True, total=3),
    )
    whole = listing(ORGAN)
    assert Longsource().next_page(Page(whole.url, html(body)), whole, {"x"}) is None


HOSTILE = (
    b"", b"<", b"\xff\xfe\x00", b"labelName=publicInfoList&" * 30_000, b"'" * 500_000, b"pageCount " * 50_000,
    b"pageCount:" + b"9" * 5000, b"publicInfoList siteId:'1' organId:'" + b"9" * 400 + b"'", b"/info/1" * 100_000,
    b"<div class='p_pages'>" + b"1/" * 200_000, b"<div class='p_pages'>" * 20_000, b"class='" * 100_000,
    b"<span class='p_next'><a href='x'>" * 5_000, b"'/site/label/8888?" * 30_000, b"siteId " * 100_000,
)  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_pages_of_any_kind_are_read_without_harm(body: bytes) -> None:
    """No report comes of them, and no time that grows faster than their length."""
    for address in ("/zwgk/fzzf.htm", EGOV, ORGAN, label("6601"), "/content/column/6790"):
        shown = Page(HOME + address, body)
        begin = time.process_time()
        for family in FAMILIES[:-1]:
            if family.recognise(shown):
                made = family.follow(shown, listing(address), PLACE)
                assert [each.title for each in made.targets if each.role is Role.REPORT] == []
        assert time.process_time() - begin < 3, address
