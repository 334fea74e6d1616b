"""Dialects: which page each claims, where page 2 is, and when a listing ends."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from archive.model import Role
from crawler import families, guard, links
from crawler.families import pagers
from crawler.families.base import PAGES, Next, entries_of, prefix
from crawler.links import Link
from crawler.targets import Page, Pager, Portal, Target
from crawler.walk import DEPTH

HOME = "http://www.shili.gov.cn/"
LIST = HOME + "zwgk/fzzfjsndbg/"
PORTAL = Portal(
    code="990101", name="示例县人民政府", home=HOME, listings=(LIST,), hosts=frozenset({"www.shili.gov.cn"})
)
TARGET = Target(url=LIST, role=Role.LISTING, portal="990101", listing=LIST)


def page(body: str, url: str = LIST) -> Page:
    return Page(url, f"<html><head><meta charset='utf-8'></head><body>{body}</body></html>".encode())


def rows(*names: str) -> str:
    return (
        "<ul>"
        + "".join(f"<li><a href='{n}'>{t}</a><span>2021-03-18</span></li>" for n, t in map(_row, names))
        + "</ul>"
    )


def _row(name: str) -> tuple[str, str]:
    return name, f"示例县{name[-9:-5]}号2020年法治政府建设情况报告"


TRS_ROWS = rows("./202103/t20210318_0001.html", "./202003/t20200318_0002.html")
POST_ROWS = rows("content/post_0001.html", "content/post_0002.html")
HEX_ROWS = rows(f"2021/3/18/{'ab' * 16}.html", f"2021/3/18/{'cd' * 16}.html")
# One row a dialect: pages of its kind, each with the name of what it shows.
SAMPLES = {
    "trs": [
        page(TRS_ROWS),
        page(POST_ROWS + '<script>createPageHTML(25, 0, "index", "html");</script>'),
        page(TRS_ROWS + '<script>createPageHTML(25,0,"index","shtml","black2",500);</script>'),
        page(TRS_ROWS + "<script>createPageHTML('paging',25,1,'index','html',500);</script>"),
        page(POST_ROWS + "<script>createPage(25);</script>"),
        page(POST_ROWS + "<script>var pagination_script_config = {total: 25};</script>"),
        page(POST_ROWS + '<script>$("#p").pagination("setPage", 1, 25)</script>'),
        page(POST_ROWS + "<script>Pager({size:25, current:0, prefix:'index', suffix:'html'});</script>"),
    ],
    "ucap": [
        page(HEX_ROWS + "<script>createPageHTML('page_div',20, 1,'list','shtml',383);</script>"),
        page("<meta name='channelid'>" + POST_ROWS + "<script>createPageHTML('p',9,1,'l','htm',9)</script>"),
    ],
    "hanweb": [page(rows("/art/2021/3/18/art_1_0001.html", "/art/2021/3/18/art_1_0002.html"))],
    "generic": [
        page(POST_ROWS + '<a href="index_2.html">下一页</a>'),
        page("<p>没有链接</p>"),
        Page(LIST, b""),
        Page(LIST, b"%PDF-1.7"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", families.names())
def test_a_dialect_claims_its_own_pages_and_no_other_s(name: str) -> None:
    family = families.get(name)
    claimed = {kind: [families.choose(each) is family for each in pages] for kind, pages in SAMPLES.items()}
    assert claimed == {kind: [kind == name] * len(pages) for kind, pages in SAMPLES.items()}


def test_the_catalogue_s_word_is_last() -> None:
    assert families.choose(SAMPLES["generic"][0], "trs").name == "trs"
    assert families.get("unknown").name == families.get(None).name == "generic"


@pytest.mark.parametrize(
    ("script", "url", "behind"),
    [
        ('createPageHTML(25, 0, "index", "html")', LIST, (LIST + "index_1.html", 25)),
        ('createPageHTML(25, 1, "index", "html")', LIST + "index_1.html", (LIST + "index_2.html", 25)),
        ('createPageHTML(25, 24, "index", "html")', LIST + "index_24.html", None),
        ('createPageHTML(1, 0, "index", "html")', LIST, None),
        ('createPageHTML(25,0,"index","shtml","black2",500)', LIST, (LIST + "index_1.shtml", 25)),
        ("createPageHTML('25', '0', 'list', '.htm')", LIST, (LIST + "list_1.htm", 25)),
        ("createPageHTML('paging',25,1,'index','html',500)", LIST, (LIST + "index_2.html", 25)),
        ("createPageHTML('paging',25,2,'index','html',500)", LIST + "index_2.html", (LIST + "index_3.html", 25)),
        ("createPageHTML('paging',25,25,'index','html',500)", LIST, None),
        ("createPageHTML('page_div',20,1,'xwzx_list','shtml',383)", LIST, (LIST + "xwzx_list_2.shtml", 20)),
        ("createPage(25)", LIST, (LIST + "index_1.html", 25)),
        ("createPage(25)", LIST + "list_3.html", (LIST + "list_4.html", 25)),
        ("pagination_script_config.total = '25';", LIST, (LIST + "index_1.html", 25)),
        ("pagination_script_config = {\n size: 20,\n total: 25\n}", LIST + "index_1.html", (LIST + "index_2.html", 25)),
        ('x.pagination("setPage", 1, 322)', LIST, (LIST + "index_2.html", 322)),
        ('x.pagination("setPage", 322, 322)', LIST, None),
        ("Pager({size:3, current:0, prefix:'index',suffix:'html'});", LIST, (LIST + "index_1.html", 3)),
        ("Pager({size:1, current:0, prefix:'index',suffix:'html'});", LIST, None),
        ("function createPageHTML(_nPageCount, _nCurrIndex, _sPageName) {}", LIST, None),
        ("function Pager(settings){ return {size: 3, current: 0, prefix: 1} }", LIST, None),
        ("// createPageHTML(25, 0, 'index', 'html');\n", LIST, None),
        ("createPageHTML(countPage, 0, 'index', 'html')", LIST, None),
    ],
)  # fmt: skip
def test_reads_the_pager_call(script: str, url: str, behind: tuple[str, int] | None) -> None:
    shown = page(f"{TRS_ROWS}<script>\n{script}\n</script>", url)
    found = families.get("trs").next_page(shown, TARGET, frozenset())
    assert found == (behind and Next(behind[0], Pager(declared=True, total=behind[1])))


@pytest.mark.parametrize(
    ("anchors", "number", "behind"),
    [
        ('<a href="index_2.html">下一页</a>', 1, "index_2.html"),
        ('<a href="?page=2"> 下页 > </a>', 1, "?page=2"),
        ('<a href="2.html" title="下一页"><img src="r.gif"></a>', 1, "2.html"),
        ('<a href="javascript:;">下一页</a>', 1, None),
        (f'<a href="{LIST}">下一页</a>', 1, None),
        ('<a href="x.html">下一页的内容更精彩请看这里</a>', 1, None),
        ('<a>1</a><a href="index_1.html">2</a><a href="index_2.html">3</a>', 1, "index_1.html"),
        ('<a href="index_1.html">2</a><a href="index_2.html">3</a>', 2, "index_2.html"),
        ('<a href="/calendar/2.html">2</a>', 1, None),
    ],
)
def test_follows_the_link_to_the_next_page(anchors: str, number: int, behind: str | None) -> None:
    found = pagers.next_link(page(anchors), number)
    assert found == (behind and LIST + behind)


def test_page_2_is_tried_form_by_form_and_then_given_up() -> None:
    generic = families.get("generic")
    first = generic.follow(page(POST_ROWS + "<div class='page'>共 3 页</div>"), TARGET, PORTAL)
    (second,) = [t for t in first.targets if t.role is Role.LISTING]
    tried = [second]
    while more := generic.missing(tried[-1]).targets:
        tried += more
    assert [t.url for t in tried] == [LIST + "2", LIST + "index_1.html", LIST + "index_2.html"]
    assert {t.page for t in tried} == {2}
    assert generic.missing(tried[-1]) == families.Followed()  # no page 2 at all: nothing is lost


def test_a_form_that_worked_makes_the_pages_behind() -> None:
    generic = families.get("generic")
    second = replace(TARGET, url=LIST + "index_1.html", page=2, pager=Pager(form=LIST + "index_{p-1}.html"))
    seen = frozenset({LIST + "content/post_0001.html"})
    found = generic.follow(page(POST_ROWS, second.url), second, PORTAL, seen)
    assert [(t.url, t.page) for t in found.targets if t.role is Role.LISTING] == [(LIST + "index_2.html", 3)]


def test_a_guessed_column_is_worth_trials_only_where_it_holds_reports() -> None:
    generic, guessed = families.get("generic"), replace(TARGET, guessed=True)
    other = page(POST_ROWS.replace("法治政府建设情况报告", "政务公开工作要点") + "共3页")
    found = generic.follow(other, guessed, PORTAL)
    assert [t for t in found.targets if t.role is Role.LISTING] == []
    found = generic.follow(page(POST_ROWS + "共3页"), guessed, PORTAL)
    assert [t.page for t in found.targets if t.role is Role.LISTING] == [2]


@pytest.mark.parametrize(
    ("body", "pager", "truncated"),
    [
        (TRS_ROWS, Pager(declared=True, total=2), None),  # the last page repeats: the end
        (TRS_ROWS, Pager(declared=True), None),
        (TRS_ROWS, Pager(declared=True, total=9), f"page 2 of 9 brought nothing new: {LIST}index_1.html"),
        ("<p>stub</p>", Pager(declared=True, total=9), f"page 2 of 9 brought nothing new: {LIST}index_1.html"),
        (TRS_ROWS, Pager(form=LIST + "index_{p-1}.html"), None),
    ],
)
def test_a_page_without_new_entries_ends_the_listing(body: str, pager: Pager, truncated: str | None) -> None:
    trs = families.get("trs")
    seen = trs.follow(page(TRS_ROWS), TARGET, PORTAL).entries
    assert len(seen) == 2
    second = replace(TARGET, url=LIST + "index_1.html", page=2, pager=pager)
    script = '<script>createPageHTML(9, 1, "index", "html")</script>'
    assert trs.follow(page(body + script, second.url), second, PORTAL, seen) == families.Followed(truncated=truncated)


def test_a_page_of_another_column_does_not_count() -> None:
    trs = families.get("trs")
    seen = trs.follow(page(TRS_ROWS), TARGET, PORTAL).entries
    second = replace(TARGET, url=LIST + "index_1.html", page=2, pager=Pager(form=LIST + "index_{p-1}.html"))
    news = rows("/xwzx/202103/t20210318_0007.html", "/xwzx/202103/t20210318_0008.html")
    assert trs.follow(page(news, second.url), second, PORTAL, seen) == families.Followed()


def test_a_declared_page_that_fails_marks_the_listing() -> None:
    second = replace(TARGET, url=LIST + "index_1.html", page=2, pager=Pager(declared=True, total=3))
    told = f"page 2 of 3 could not be had: {LIST}index_1.html"
    assert families.get("trs").missing(second).truncated == told
    assert families.get("trs").missing(TARGET) == families.Followed()


def test_an_endless_listing_is_cut() -> None:
    trs = families.get("trs")
    last = replace(TARGET, page=PAGES, url=LIST + f"index_{PAGES - 1}.html")
    shown = page(f'{TRS_ROWS}<script>createPageHTML(999, {PAGES - 1}, "index", "html")</script>', last.url)
    found = trs.follow(shown, last, PORTAL, frozenset({LIST + "202003/t20200318_0009.html"}))
    assert found.truncated == f"more than {PAGES} pages"
    assert [t.page for t in found.targets if t.role is Role.LISTING] == []


def test_a_listing_leads_to_reports_with_what_is_known_of_them() -> None:
    body = (
        "<li><a href='./202103/t20210318_1.html' title='示例县2020年法治政府建设情况报告'>示例县2020年…</a>"
        "<i>2021-03-18</i></li>"
        "<li><a href='http://www.foreign.cn/1.html'>别处2020年法治政府建设情况报告</a><i>2021-03-18</i></li>"
        "<li><a href='./202103/t20210318_2.html'>2020年法治政府建设情况报告解读</a><i>2021-03-18</i></li>"
    )
    found = families.get("trs").follow(page(body), replace(TARGET, depth=1), PORTAL)
    assert [(t.url, t.title, str(t.date), t.parent, t.depth, t.role) for t in found.targets] == [
        (LIST + "202103/t20210318_1.html", "示例县2020年法治政府建设情况报告", "2021-03-18", LIST, 2, Role.REPORT)
    ]  # fmt: skip


def test_a_report_leads_to_its_files() -> None:
    target = replace(TARGET, url=LIST + "1.html", role=Role.REPORT, depth=1)
    body = "<a href='./P0202103.docx'>附件：全文.docx</a><a href='http://www.foreign.cn/a.pdf'>x.pdf</a>"
    found = families.get("trs").follow(page(body, target.url), target, PORTAL)
    assert [(t.url, t.role, t.depth) for t in found.targets] == [(LIST + "P0202103.docx", Role.ATTACHMENT, 2)]


def test_a_file_that_a_program_hands_out_is_found_behind_a_click() -> None:
    target = replace(TARGET, url=LIST + "show/1.html", role=Role.REPORT, depth=1)
    body = (
        "<span onclick=\"window.open('../OpennessContent/download/4801.html')\">附件</span><i onclick=\"open('/x/')\">"
    )
    found = families.get("trs").follow(page(body, target.url), target, PORTAL)
    assert [t.url for t in found.targets] == [LIST + "OpennessContent/download/4801.html"]


def test_an_article_in_a_frame_is_followed_under_its_title() -> None:
    target = replace(TARGET, url=LIST + "1.html", role=Role.REPORT, depth=1, title="示例县2020年法治政府建设情况报告")
    frames = (
        "<div>示例县人民政府</div><iframe src='/upload/text.html'></iframe><iframe src='http://www.foreign.cn/x'></iframe>"
        "<iframe src='/module/visitcount/visit.jsp?type=3'></iframe>"
    )
    found = families.get("generic").follow(page(frames, target.url), target, PORTAL).targets
    assert [(t.url, t.role, t.title, t.parent, t.depth) for t in found] == [
        (HOME + "upload/text.html", Role.REPORT, target.title, target.url, 2)
    ]
    article = f"<p>{'全年各项任务按期完成。' * 20}</p>{frames}"
    assert families.get("generic").follow(page(article, target.url), target, PORTAL).targets == ()


def test_columns_are_found_from_the_home_page_and_only_sure_ones_beside_known_listings() -> None:
    menu = (
        "<a href='/zwgk/'>政务公开</a><a href='/zwgk/fzzfjsndbg/'>法治政府建设年度报告</a><a href='/hdjl/'>互动交流</a>"
        "<a href='/zfxxgk/nb/'>政府信息公开年报</a>"
    )
    start = Target(url=HOME, role=Role.LISTING, portal="990101", listing=HOME, guessed=True)
    free = replace(PORTAL, listings=())
    generic = families.get("generic")
    assert generic.seeds(free)[0].url == HOME
    assert [t.url for t in generic.seeds(PORTAL)] == [LIST]
    found = {t.url: (t.guessed, t.prio) for t in generic.follow(page(menu, HOME), start, free).targets}
    assert found == {HOME + "zwgk/": (True, 10), HOME + "zwgk/fzzfjsndbg/": (False, 70)}
    known = generic.follow(page(menu, HOME), start, PORTAL).targets
    assert [t.url for t in known] == [HOME + "zwgk/fzzfjsndbg/"]
    deep = generic.follow(page(menu, HOME), replace(start, depth=DEPTH), free).targets
    assert deep == ()


def test_reports_on_the_sites_of_departments_are_fetched_their_columns_are_not() -> None:
    body = (
        "<a href='http://sfj.shili.gov.cn/1.html'>示例县司法局2022年法治政府建设年度报告</a>"
        "<a href='http://sfj.shili.gov.cn/zwgk/'>政务公开</a>"
        "<a href='http://www.bieli.gov.cn/2.html'>别例县2022年法治政府建设年度报告</a>"
    )
    found = families.get("generic").follow(page(body), TARGET, PORTAL)
    assert [t.url for t in found.targets] == ["http://sfj.shili.gov.cn/1.html"]


def test_parts_of_a_report_column_are_columns() -> None:
    body = (
        "<a href='xzjd/'>乡镇街道</a><a href='bm/'>部门</a><a href='/o/xzjd/'>乡镇街道</a><a href='./'>法治政府建设</a>"
    )
    found = families.get("trs").follow(page(body), TARGET, PORTAL)
    assert [t.url for t in found.targets] == [LIST + "xzjd/", LIST + "bm/"]


def test_parts_beside_a_report_column_are_guesses_before_others() -> None:
    body = "<a href='/fzzf_xq/'>县区</a><a href='/o/'>市直部门</a><a href='/o2/'>互动交流</a><a href='/o3/'>更多</a>"
    found = families.get("generic").follow(page(body), TARGET, replace(PORTAL, listings=()))
    told = {t.url: (t.guessed, t.prio) for t in found.targets}
    assert told == {HOME + "fzzf_xq/": (False, 70), HOME + "o/": (True, 29)}


def test_the_columns_of_a_unit_come_before_the_next_unit() -> None:
    unit = Target(url=HOME + "sqz/", role=Role.LISTING, portal="990101", prio=7, depth=3, guessed=True)
    body = "<a href='/sqz/tzgg/'>通知公告</a><a href='/dhz/'>东河镇</a>"
    found = families.get("generic").follow(page(body, unit.url), unit, replace(PORTAL, listings=()))
    assert [(t.url, t.prio) for t in found.targets] == [(HOME + "sqz/tzgg/", 8), (HOME + "dhz/", 8)]


def test_entries_are_the_dated_rows_not_the_menu() -> None:
    menu = [Link(f"{HOME}zwgk/m{n}.html", "一个菜单里的栏目") for n in range(20)]
    dated = [Link(f"{HOME}info/1078/{n}.htm", "一份完整的报告标题", date=DAY) for n in range(3)]
    assert entries_of([*menu, *dated], HOME + "zwgk/tzgg.htm", frozenset()) == {link.url for link in dated}


DAY = date(2021, 3, 18)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (LIST + "202103/t20210318_1.html", "www.shili.gov.cn/zwgk/fzzfjsndbg"),
        (HOME + "fzzf/2021-03/18/x.html", "www.shili.gov.cn/fzzf"),
        (HOME + "info/1078/2622.htm", "www.shili.gov.cn/info/1078"),
        (HOME + "index.html", "www.shili.gov.cn"),
    ],
)
def test_prefix(url: str, told: str) -> None:
    assert prefix(url) == told


@pytest.mark.real
def test_page_2_of_real_list_pages(shared: Path) -> None:
    """Where the label tells how the list goes on, the dialect goes on there; where it ends, it is not said to go on."""
    labels = json.loads((shared / "pages/labels.json").read_text(encoding="utf-8"))["lists"]
    told = {}
    wanted = {}
    for label in labels:
        url = label["url"] or "http://list.invalid/staticmores/003/003-1.html"
        if label["url"] is None and "003-2" in label["file"]:
            url = "http://list.invalid/staticmores/003/003-2.html"
        shown = Page(url, (shared / "pages" / label["file"]).read_bytes())
        number = label.get("page") or 1
        target = Target(url=url, role=Role.LISTING, portal="x", page=number)
        found = families.choose(shown).next_page(shown, target, frozenset())
        declared = found is not None and found.pager.declared
        told[label["name"]] = found.url.rsplit("/", 1)[1] if found and declared else None
        wanted[label["name"]] = label["next_page"]
    assert told == wanted


@pytest.mark.parametrize(
    "body",
    [
        "<p>x</p>" + "\n" * 2_000_000,
        "<!--" * 500_000,
        "<" * 2_000_000,
        "pagination_script_config" + " " * 2_000_000,
        "pagination_script_config.total=" + "9" * 5000,
        "<script>$('#p').pagination('setPage', 1, " + "9" * 5000 + ")</script>",
        "<p>法治</p><script>Pager({size:²,current:0,prefix:'index'})</script>",
        "<a href='/l/x.html'>" + "…" * 600_000 + "x</a>",
        "<div>" + "<a href='/l/x.html'>法治政府建设</a>" * 20_000 + "</div>",
    ],
    ids=["blank", "comments", "tags", "spaces", "total", "set_page", "pager", "title", "one_address"],
)
def test_a_page_made_to_cost_time_is_read_all_the_same(body: str) -> None:
    """Each took minutes or raised: time that grows with the square of the length, and numbers too long for ``int``."""
    listing = "http://127.0.0.1:1/l/"
    page = Page(listing, body.encode())
    place = Portal(code="990101", name="示例县", home=listing, listings=(listing,), hosts=frozenset({"127.0.0.1:1"}))
    target = Target(url=listing, role=Role.LISTING, portal="990101", listing=listing)
    assert guard.look(page) is None
    found = families.choose(page).follow(page, target, place)
    assert found.truncated is None or "links" in found.truncated


def test_a_page_with_too_many_links_is_cut_short_aloud() -> None:
    listing = "http://127.0.0.1:1/l/"
    row = "<li><a href='/l/{0}.html'>示例县{0}年法治政府建设情况报告</a></li>"
    page = Page(listing, "".join(row.format(n) for n in range(links.MOST_LINKS + 1)).encode())
    place = Portal(code="990101", name="示例县", home=listing, listings=(listing,), hosts=frozenset({"127.0.0.1:1"}))
    found = families.choose(page).follow(page, Target(url=listing, role=Role.LISTING, portal="990101"), place)
    assert (found.truncated or "").startswith("more than 10,000 links")
