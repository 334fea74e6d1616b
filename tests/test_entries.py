"""The entries of a list page: told from menus, pagers and footers, in page order, dead addresses included."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import entries
from crawler.targets import Page

URL = "http://www.shili.gov.cn/zwgk/fzzf/index.html"
BASE = "http://www.shili.gov.cn/zwgk/fzzf/"
MENU = (
    "<div class='nav'><ul><li><a href='/zwgk/'>政务公开</a></li><li><a href='/hdjl/'>互动交流</a></li></ul></div>"
    "<div>今天是2026年11月26日</div><div class='path'><a href='/'>首页</a> &gt; <a href='./'>法治政府建设</a></div>"
)
FOOT = (
    "<div class='page'><a href='index_1.html'>2</a><a href='index_1.html'>下一页</a></div>"
    "<div class='foot'><a href='/wzdt/20200102_1.html'>网站地图</a><a href='http://www.gov.cn/'>中国政府网</a></div>"
)
DAY = date(2024, 3, 18)


def read(body: str) -> list[tuple[str, str | None, date | None]]:
    page = Page(URL, f"<html><body>{MENU}{body}{FOOT}</body></html>".encode())
    return [(each.title, each.url, each.date) for each in entries.read(page)]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            "<li><a href='1.html'>甲报告</a><span>2024-03-18</span></li><li><a href='javascript:;'>乙报告</a>"
            "<span>2024-03-18</span></li>",
            [("甲报告", BASE + "1.html", DAY), ("乙报告", None, DAY)],
        ),
        (  # the same filler ten times: each is an entry
            "<li><a href='#'>甲报告</a><span>2024-03-18</span></li>" * 3,
            [("甲报告", None, DAY)] * 3,
        ),
        (  # two links of one entry
            "<li><a href='1.html'></a><a href='1.html'>甲报告</a><i>2024-03-18</i></li>",
            [("甲报告", BASE + "1.html", DAY)],
        ),
        (  # the column beside the title under one date
            "<ul><li><a href='/bm/'>司法局</a><a href='1.html'>示例县司法局甲报告</a><i>2024-03-18</i></li>"
            "<li><a href='/bm/'>司法局</a><a href='2.html'>示例县司法局乙报告</a><i>2024-03-18</i></li></ul>",
            [("示例县司法局甲报告", BASE + "1.html", DAY), ("示例县司法局乙报告", BASE + "2.html", DAY)],
        ),
        (  # two entries in one cell, each with its date
            "<tr><td><a href='1.html'>甲报告</a> 2024-03-18<br><a href='2.html'>乙报告</a> 2024-03-18</td></tr>",
            [("甲报告", BASE + "1.html", DAY), ("乙报告", BASE + "2.html", DAY)],
        ),
        (  # day and month in boxes of their own
            "<li><b>18</b><i>2024-03</i><a href='1.html'>甲报告</a></li>"
            "<li><a href='2.html'>乙报告</a><i>2024年03月</i><b>18日</b></li>",
            [("甲报告", BASE + "1.html", DAY), ("乙报告", BASE + "2.html", DAY)],
        ),
        (  # no year anywhere: an entry all the same, its date is not told
            "<li><a href='1.html'>甲报告</a><i>[03-18]</i></li><li><a href='2.html'>乙报告</a><i>[03-18]</i></li>",
            [("甲报告", BASE + "1.html", None), ("乙报告", BASE + "2.html", None)],
        ),
        (  # a slider above the list, its picture and its title
            "<li><a href='content_1234'><img alt='甲'></a><p><a href='content_1234'>甲报告</a></p></li>"
            "<li><a href='content_1235'>乙报告</a><i>2024-03-18</i></li>",
            [("甲报告", BASE + "content_1234", None), ("乙报告", BASE + "content_1235", DAY)],
        ),
        (  # no dates: articles below the list's own directory
            "".join(f"<li><a href='2018/3/2/0123456789abcdef{n}.html'>单位{n}</a></li>" for n in range(3)),
            [(f"单位{n}", f"{BASE}2018/3/2/0123456789abcdef{n}.html", None) for n in range(3)],
        ),
        ("<div>今天是:2024年3月18日<a href='javascript:;'>设为首页</a><a href='/wza/'>无障碍</a></div>", []),
        ("<table><tr><td>标题</td><td>时间</td></tr><tr><td>共0条 0/0</td></tr></table>", []),
        (
            "<ul><li><a href='a/'>栏目一</a></li><li><a href='b/'>栏目二</a></li><li><a href='c/'>栏目三</a></li></ul>",
            [],
        ),
    ],
)
def test_entries_in_page_order(rows: str, told: list[tuple[str, str | None, date | None]]) -> None:
    assert read(f"<div class='list'>{rows}</div>" if rows.startswith("<li") else rows) == told


@pytest.mark.parametrize("body", [b"", b"%PDF-1.7", b"<", "<li>2024-03-18".encode("utf-16")])
def test_no_entries_where_there_is_no_list(body: bytes) -> None:
    assert entries.read(Page(URL, body)) == []


@given(st.text(max_size=300))
def test_never_raises(text: str) -> None:
    for each in entries.read(Page(URL, f"<li><a href='1.html'>{text}</a><i>2024-03-18</i></li>".encode())):
        assert each.title
