"""Links of a page: whole titles, dates beside them, and what each is by title and address alone."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import links
from crawler.addresses import canonical
from crawler.links import Kind, Link
from crawler.targets import Page, join

URL = "http://www.shili.gov.cn/zwgk/fzzf/index.html"
BASE = "http://www.shili.gov.cn/zwgk/fzzf/"


def read(body: str) -> list[tuple[str, str, date | None]]:
    return [(link.url, link.title, link.date) for link in links.read(Page(URL, body.encode()))]


DAY = date(2021, 3, 18)
TITLE = "一份报告"


@pytest.mark.parametrize(
    ("row", "entry"),
    [
        ('<li><a href="1.html">一份报告</a><span>2021-03-18</span></li>', (BASE + "1.html", TITLE, DAY)),
        ('<li><span>[2021/3/18 16:35]</span><a href="./1.html">一份报告</a></li>', (BASE + "1.html", TITLE, DAY)),
        ('<tr><td><a href="1.html">一份报告</a></td><td>2021年3月18日</td></tr>', (BASE + "1.html", TITLE, DAY)),
        ('<dl><dt><a href="1.html">一份报告</a></dt><dd>2021.03.18</dd></dl>', (BASE + "1.html", TITLE, DAY)),
        ('<a href="1.html"><p>一份报告</p><span>2021-03-18</span></a>', (BASE + "1.html", TITLE, DAY)),
        ('<a href="1.html">一份报告</a>　2021-03-18<br>', (BASE + "1.html", TITLE, DAY)),
        ('<li><a href="1.html">一份报告</a><!-- 2018-01-16 --><i>2021-03-18</i></li>', (BASE + "1.html", TITLE, DAY)),
        ('<li><a href="1.html"></a><a href="1.html">一份报告</a><b>2021-03-18</b></li>', (BASE + "1.html", TITLE, DAY)),
        ('<li><a href="1.html"><a href="1.html">一份报告</a></a><b>2021-03-18</b></li>', (BASE + "1.html", TITLE, DAY)),
        ('<li><a href="1.html" title="2021年的报告">2021年…</a></li>', (BASE + "1.html", "2021年的报告", None)),
        ('<li><a href="1.html" title="2021年的报告">2021年</a></li>', (BASE + "1.html", "2021年的报告", None)),
        ('<li><a href="1.html" title="点此打开">一份报告</a></li>', (BASE + "1.html", TITLE, None)),
        ('<a href="1.html" title="标题：报告&#10;发表时间：2021-03-18">一份报告</a>', (BASE + "1.html", TITLE, DAY)),
        ('<li><a href="1.html"><img src="x.jpg" alt="一份报告"></a></li>', (BASE + "1.html", TITLE, None)),
        ('<li><a href="1.html">截至2021年3月18日的报告</a></li>', (BASE + "1.html", "截至2021年3月18日的报告", None)),
        ('<li><a href="/a/../1.html#x">一份报告</a></li>', ("http://www.shili.gov.cn/1.html", TITLE, None)),
        ('今天是:2021年3月18日 <a href="1.html">一份报告</a>', (BASE + "1.html", TITLE, None)),
        ('<i>2021年3月18日 星期四</i><a href="1.html">一份报告</a>', (BASE + "1.html", TITLE, None)),
        ("<a href='javascript:;' onclick=\"window.open('1.html')\">一份报告</a>", (BASE + "1.html", TITLE, None)),
        ("<a href='#' onclick=\"location.href = '/1.html'\">一份报告</a>",
         ("http://www.shili.gov.cn/1.html", TITLE, None)),
        ("<a href=\"javascript:window.open('./1.html')\">一份报告</a>", (BASE + "1.html", TITLE, None)),
        ('<base href="/b/"><a href=" 1.html\n">一份报告</a>', ("http://www.shili.gov.cn/b/1.html", TITLE, None)),
    ],
)  # fmt: skip
def test_reads_title_and_date_of_a_row(row: str, entry: tuple[str, str, date | None]) -> None:
    assert read(f"<html><body><div>{row}</div></body></html>") == [entry]


def test_a_row_s_date_is_not_its_neighbour_s() -> None:
    rows = "".join(f'<li><a href="{n}.html">第{n}份报告</a><span>2021-03-{n:02}</span></li>' for n in (1, 2, 3))
    assert read(f"<ul>{rows}</ul>") == [(f"{BASE}{n}.html", f"第{n}份报告", date(2021, 3, n)) for n in (1, 2, 3)]


@pytest.mark.parametrize(
    "href", ["", "#", "#top", "javascript:;", "JavaScript:void(0)", "mailto:a@b.cn", "http://[", "tel:1"]
)
def test_passes_over_links_that_lead_nowhere(href: str) -> None:
    assert read(f'<a href="{href}">一份报告</a>') == []


@pytest.mark.parametrize(
    "body", [b"", b"\0", b"%PDF-1.7 <a href='x'>x</a>", b"<", "<a href='x".encode("utf-16"), b"\xff" * 50]
)
def test_reads_nothing_from_what_is_no_page(body: bytes) -> None:
    assert links.read(Page(URL, body)) == []


def test_reads_deep_and_wide_pages() -> None:
    deep = "<div>" * 5000 + '<a href="1.html">一份报告</a>'
    assert len(read(deep)) <= 1
    wide = "".join(f'<li><a href="{n}.html">第{n}份报告</a></li>' for n in range(5000))
    assert len(read(wide)) == 5000


@given(st.binary(max_size=400))
def test_never_raises(body: bytes) -> None:
    for link in links.read(Page(URL, b"<a href='x.html'>" + body)):
        assert links.kind_of(link) in Kind


@given(st.text(max_size=60), st.text(max_size=60))
def test_an_address_in_its_one_form_stays_as_it_is(path: str, query: str) -> None:
    url = canonical(f"http://www.shili.gov.cn/{path}?{query}")
    if url is not None:
        assert canonical(url) == url
        assert url.isascii()
        assert "#" not in url
        assert join(url, "") is None


@pytest.mark.parametrize(
    ("title", "path", "in_column", "kind"),
    [
        ("示例县2023年法治政府建设情况报告", "/x/1.html", False, Kind.REPORT),
        ("示例县人民政府关于2023年度推进法治政府建设情况的报告", "/x/1.html", False, Kind.REPORT),
        ("2023年法治政府建设年度报告", "/x/1.pdf", False, Kind.REPORT),
        ("示例县人民政府关于2023年度法治政府建设…", "/x/1.html", False, Kind.REPORT),
        ("关于印发2020年法治政府建设情况报告的通知", "/x/1.html", False, Kind.REPORT),  # doubtful
        ("法治政府建设年度报告", "/x/fzzfjsndbg/", False, Kind.LISTING),
        ("法治政府建设", "/x/", False, Kind.LISTING),
        ("更多", "/zwgk/fzzfjsbg/", False, Kind.LISTING),
        ("政府信息公开", "/zfxxgk/", False, Kind.LISTING),
        ("2021年度报告", "/x/1.html", False, Kind.NO),
        ("2021年度报告", "/x/1.html", True, Kind.REPORT),
        ("2021年度政府信息公开工作年度报告", "/x/1.html", True, Kind.NO),
        ("《2023年法治政府建设情况报告》解读", "/x/1.html", True, Kind.NO),
        ("示例县2023年法治政府建设工作要点", "/x/1.html", True, Kind.NO),
        ("附件1", "/x/1.docx", False, Kind.ATTACHMENT),
        ("附件1", "/OpennessContent/download/48.html", False, Kind.ATTACHMENT),
        ("附件1", "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&wbfileid=7", False, Kind.ATTACHMENT),
        ("示例县2023年法治政府建设情况报告", "/x/1.jpg", False, Kind.NO),
        ("县政府召开常务会议", "/x/1.html", False, Kind.NO),
        ("县政府召开常务会议", "/fzzfjsbg/202403/t20240312_12345.html", False, Kind.NO),
    ],
)  # fmt: skip
def test_judges_a_link_by_title_and_address(title: str, path: str, in_column: bool, kind: Kind) -> None:
    assert links.kind_of(Link(f"http://www.shili.gov.cn{path}", title), in_column=in_column) is kind


def test_the_name_of_a_column_with_a_date_is_an_entry() -> None:
    link = Link("http://www.shili.gov.cn/x/1.html", "法治政府建设年度报告", date=DAY)
    assert links.kind_of(link) is Kind.REPORT


@pytest.mark.parametrize(
    ("title", "in_column", "kind"),
    [
        ("示例县人民政府关于2023年度推进法治政…", False, Kind.REPORT),  # cut within the subject: the page has it whole
        ("示例县人民政府关于2023年度推进法治...", False, Kind.REPORT),
        ("示例县人民政府关于2023年度…", False, Kind.NO),
        ("示例县人民政府关于2023年度…", True, Kind.REPORT),
        ("《示例县2023年法治政府建设情况报告》解…", False, Kind.REPORT),  # doubtful
        ("一图读懂示例县2023年法治政府…", True, Kind.NO),
        ("中共示例县石桥镇委员会 示例县石桥镇人民政府关…", True, Kind.REPORT),  # no word of the subject is left
        ("中共示例县石桥镇委员会 示例县石桥镇人民政府关…", False, Kind.NO),
        ("中共示例县石桥镇委员会 示例县石桥镇人民政府", True, Kind.NO),
        ("示例县石桥镇召开党政办公会议传达…", True, Kind.NO),
        ("示例县领导到石桥镇调研…", True, Kind.NO),
        ("示例县2023年度政府信息公开工作年度…", True, Kind.NO),
    ],
)
def test_a_cut_title_is_completed_from_its_page_where_it_may_be_a_report_s(
    title: str, in_column: bool, kind: Kind
) -> None:
    assert links.kind_of(Link("http://www.shili.gov.cn/x/1.html", title), in_column=in_column) is kind


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("示例县2023年法治政府建设情况报告", 2023),
        ("关于2023年度法治政府建设情况的报告（2024年1月）", 2023),
        ("示例县2016-2020年法治政府建设总结", None),
        ("法治政府建设年度报告", None),
    ],
)
def test_tells_the_year_of_a_link(title: str, year: int | None) -> None:
    assert Link("http://www.shili.gov.cn/x/1.html", title, date=DAY).year == year


@pytest.mark.parametrize(
    ("title", "path", "weight"),
    [
        ("法治政府建设年度报告", "/c1/", 100),
        ("更多>>", "/zwgk_209/fzzfjsndbg/", 100),
        ("更多>>", "/zwgk/fzzfjsndbg.htm", 100),
        ("更多>>", "/xxgk-list-fzzfjsbg.html", 100),
        ("更多>>", "/szf/fzzfxqvgmv/list.shtml", 80),  # the initials, and what the system puts behind them
        ("县区", "/szf/fzzfxqvgmv/202602/de5cd6bc162f49b38db67a6cb0017f98.shtml", 0),
        ("其他法定信息", "/c1/", 40),
        ("法定主动公开内容", "/c1/", 40),
        ("公开内容", "/zfxxgk/fdzdgknr/", 40),
        ("新闻动态", "/zfxxgk/fdzdgknr/xw/", 0),  # only the last directory tells, unless it names the subject
        ("其他", "/c1/", 20),
        ("其他政策", "/c1/", 0),
        ("通知公告", "/c1/", 10),
        ("行政执法", "/c1/", 20),
        ("行政执法统计年报", "/c1/", 0),
        ("关于公告的通知", "/c1/", 0),
        ("部门信息公开", "/c1/", 35),
        ("部门信息公开目录", "/c1/", 35),
        ("主动公开基本目录", "/c1/", 0),
        ("乡镇街道信息公开", "/c1/", 35),
        ("示例县司法局", "/c1/", 40),
        ("石桥镇", "/c1/", 15),
        ("走进石桥镇", "/c1/", 0),
        ("示例县综合行政执法局", "/c1/", 20),  # a department, for all that its name holds
        ("示例县自然资源和规划局", "/c1/", 15),
        ("县政府部门", "/c1/", 30),
        ("县级部门预算", "/c1/", 0),
        ("东城街道办事处", "/c1/", 15),
        ("国家税务总局示例县税务局", "/c1/", 0),
        ("政务服务大厅", "/c1/", 0),
        ("网站地图", "/c1/", 25),
        ("政府信息公开指南", "/zfxxgk/zn/", 0),
        ("政府信息公开年报", "/zfxxgk/nb/", 0),
        ("依申请公开", "/zwgk/ysqgk/", 0),
        ("行政执法三项制度", "/c1/", 0),
        ("互动交流", "/hdjl/", 0),
        ("示例县举行一次会议", "/fzzfjsbg/202403/t20240312_12345.html", 0),
    ],
)
def test_weighs_what_leads_to_reports(title: str, path: str, weight: int) -> None:
    link = Link(f"http://www.shili.gov.cn{path}", title)
    assert links.column_weight(link) == weight
    assert links.kind_of(link) is (Kind.LISTING if weight else Kind.NO)


def test_what_has_a_date_beside_it_is_no_weak_column() -> None:
    named = ("县司法局开展信息公开工作", "信息公开", "石桥镇", "法治政府建设专栏")
    found = [Link("http://www.shili.gov.cn/c1/", name, date=DAY) for name in named]
    assert [links.column_weight(link) for link in found] == [0, 0, 0, 90]


def test_the_site_map_is_known_by_name() -> None:
    told = [links.is_map(Link("http://www.shili.gov.cn/x", name)) for name in ("网站地图", "> 站点地图", "示例县地图")]
    assert told == [True, True, False]


def test_the_table_of_columns_is_whole() -> None:
    kinds = {"column", "name", "not", "slug", "stem", "subcolumn", "place", "unit", "map"}
    tables = {kind: links.vocabulary(kind) for kind in kinds}
    assert {kind for kind, table in tables.items() if not table} == set()
    lines = (Path(links.titles.__file__).parent / "data/columns.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")][1:]
    assert {row[0] for row in rows} == kinds
    assert [row for row in rows if len(row) != 4 or not 0 <= int(row[2]) <= 100 or not row[3]] == []
    assert len({(kind, word) for kind, word, *_ in rows}) == len(rows)


@pytest.mark.real
def test_real_list_pages_are_read_entry_by_entry(shared: Path) -> None:
    """Every labelled entry with a live address: whole title and date exact."""
    labels = json.loads((shared / "pages/labels.json").read_text(encoding="utf-8"))["lists"]
    wrong, checked = [], 0
    for label in labels:
        page = Page(
            label["url"] or "http://list.invalid/staticmores/003/003-1.html",
            (shared / "pages" / label["file"]).read_bytes(),
        )
        found = {link.url: link for link in links.read(page)}
        for entry in label["entries"]:
            url = entry.get("url") and canonical(entry["url"])
            if not url:
                continue
            checked += 1
            link = found.get(url)
            title = squeeze(entry.get("title_attr") or entry["title"])
            told = link and (squeeze(link.title), link.date and link.date.isoformat())
            if told != (title, entry["date"]):
                wrong.append((label["name"], entry, told))
    assert wrong == []
    assert checked >= 100


def squeeze(text: str) -> str:
    return re.sub(r"[\s\u200b-\u200d\ufeff]+", "", text)
