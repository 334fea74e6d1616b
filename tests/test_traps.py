# ruff: noqa: E501  # markup reads better unbroken
"""Single traps of markup and metadata, each the smallest page that shows it: what a person sees must come out."""

from __future__ import annotations

import pytest

from archive.extract import extract
from archive.model import Document, IssueCode, Origin

P = "示例县各级行政机关坚持依法行政，完善制度，严格执法，群众满意度不断提高，营商环境持续优化。"
LINES = [P + n for n in "一二三四"]
BODY = "".join(f"<p>　　{line}</p>" for line in LINES)
MENU = "".join(f"<li><a href=/{n}/>{w}</a></li>" for n, w in enumerate(("首页", "政务公开", "办事服务", "互动交流")))
FOOT = "<div class=footer>主办：示例县人民政府办公室 示ICP备00000000号 网站标识码：9901010001</div>"
NOTICE = "示例县人民政府关于印发《示例县防汛应急预案》的通知"


def read(main: str, title: str = NOTICE, url: str | None = None) -> Document:
    page = f"<html><head><title>{title}</title></head><body><ul>{MENU}</ul>{main}{FOOT}</body></html>"
    return extract(Origin(content_type="text/html", url=url), page.encode())


def article(info: str = "<p>发布时间：2021-03-09</p>", body: str = f"<div class=c>{BODY}</div>") -> Document:
    return read(f"<h1>{NOTICE}</h1>{info}{body}")


@pytest.mark.parametrize(
    ("main", "title"),
    [
        ("<h1>示例县人民政府门户网站</h1><div class=x><div>{t}</div><p>发布时间：2021-03-09</p>{b}</div>", "示例县人民政府"),
        ("<h1>示例县人民政府关于印发<br>《示例县防汛应急预案》的通知</h1><p>发布时间：2021-03-09</p><div id=zoom>{b}</div>", "示例县人民政府"),
        ("<h1>{t}</h1><h2>——经县政府常务会议通过</h2><p>发布时间：2021-03-09</p><div id=zoom>{b}</div>", NOTICE),
        ("<h2>{t} <small>2021-03-09 来源：示例局</small></h2><div class=q>{b}</div>", NOTICE + "_示例县人民政府"),
        ("<h1>{t}</h1><p>发布时间：2021-03-09</p><div id=zoom>{b}</div>", "旧的通知"),
        ("<h1>{t}</h1><p>发布时间：2021-03-09</p><div id=zoom>{b}</div><h4>附件：</h4><a href=a.doc>表.doc</a>", "示例网"),
    ],
)  # fmt: skip
def test_the_title_a_person_sees(main: str, title: str) -> None:
    found = read(main.format(t=NOTICE, b=BODY), title)
    assert found.title == NOTICE
    assert str(found.published) == "2021-03-09"
    assert found.text.split("\n") == LINES


@pytest.mark.parametrize(
    ("info", "day", "publisher"),
    [
        ("<p>2021年03月08日 来源：示例局 作者：张某 浏览量：12次</p>", "2021-03-08", "示例局"),
        ("<p>更新时间：2023-03-08 发布时间：2021-03-08 来源：示例局</p>", "2021-03-08", "示例局"),
        ("<p>2021-03-08 15:30:00　来源：示例局　【字体：大 中 小】 打印</p>", "2021-03-08", "示例局"),
        ("<p>[2021/3/8] 信息来源 ： 示例局</p>", "2021-03-08", "示例局"),
        ("<li>2021年03月08日 09时10分</li><li>来源: <a href=/>示例市财政局</a></li>", "2021-03-08", "示例市财政局"),
        (
            "<span>时间发布：2021-03-08</span><span>来源：示例局</span><span>字体：[大 中 小]</span>",
            "2021-03-08",
            "示例局",
        ),
        ("<p>【来源： 示例局】 发布日期：2021-03-08 19:21:00</p>", "2021-03-08", "示例局"),
        ("<li>[发文机构]<i>示例局</i></li><li>[发布日期]<i>2021-03-08</i></li>", "2021-03-08", "示例局"),
        ("<p>来源：本站</p><p>发布机构：示例局</p><p>发布时间：2021-03-08</p>", "2021-03-08", "示例局"),
        ("<p>发布日期：2021-03-08　来源：示例局　<a>下载</a>　<span>收藏</span></p>", "2021-03-08", "示例局"),
    ],
)
def test_the_line_under_the_title(info: str, day: str, publisher: str) -> None:
    found = article(info)
    assert (str(found.published), found.publisher) == (day, publisher)
    assert found.text.split("\n") == LINES


@pytest.mark.parametrize(
    ("row", "doc_no", "index_no"),
    [
        ("<td>索引号: </td><td>文件编号: 示政发〔2021〕1号</td>", "示政发〔2021〕1号", None),
        ("<td>[ 索引号 ]</td><td>0123/2021-0001</td><td>[ 文号 ]</td><td>第12号令</td>", "第12号令", "0123/2021-0001"),
        ("<td>索 引 号</td><td></td><td>文　　号</td><td>2020年度 法治</td>", None, None),
    ],
)
def test_numbers_in_the_box(row: str, doc_no: str | None, index_no: str | None) -> None:
    found = article(f"<table><tr>{row}</tr></table><p>发布时间：2021-03-09</p>")
    assert (found.doc_no, found.index_no) == (doc_no, index_no)


def test_a_short_text_without_a_named_container_is_kept() -> None:
    for text in ("因检修，11月3日8时停水，请储水。", "问：如何参保？<br>答：到窗口办理。<br>咨询电话：0000-1"):
        found = article(body=f"<div><p>{text}</p></div><p>扫一扫在手机打开当前页</p><a>【关闭窗口】</a>")
        assert found.text == text.replace("<br>", "\n")


def test_signatures_and_editors() -> None:
    found = article(body=f"<div>{BODY}示例县财政局　示例县教育局<br>二○二一年三月八日<span>责任编辑：某某</span></div>")
    assert str(found.written) == "2021-03-08"
    assert found.text.endswith("二○二一年三月八日")
    beside = article(body=f"<div class=c>{BODY}</div><p>示例县财政局</p><p>2021年3月8日</p>")
    assert beside.text.split("\n")[-2:] == ["示例县财政局", "2021年3月8日"]


def test_two_copies_with_menu_and_footer_between() -> None:
    half = f"<div><ul>{MENU}</ul><h1>{NOTICE}</h1><p>发布时间：2021-03-09</p><div>{BODY}</div><div>{FOOT}</div></div>"
    assert read(half + half).text.split("\n") == LINES


def test_labelled_lines_of_a_second_copy_are_not_those_of_the_page() -> None:
    body = f"<div class=TRS_Editor>{BODY}<p>时间：2022年6月22日至2022年6月28日</p></div>"
    found = article("<p>2021-03-09 10:10 来源：示例局</p>", body + f"<div class=m>{body}</div>")
    assert str(found.published) == "2021-03-09"


def test_a_frame_in_place_of_the_text_is_reported() -> None:
    url = "http://www.example.gov.cn/a.html"
    found = read(f"<h1>{NOTICE}</h1><p>发布时间：2021-03-09</p><iframe src='/upload/text.html'></iframe>", url=url)
    assert any(i.code is IssueCode.BODY_SHORT and "/upload/text.html" in i.detail for i in found.issues)
    viewer = "<iframe src='/pdf/web/viewer.html?file=/upload/a.pdf'></iframe>"
    found = read(f"<h1>{NOTICE}</h1><p>发布时间：2021-03-09</p>{viewer}", url=url)
    assert [a.url for a in found.attachments] == ["http://www.example.gov.cn/upload/a.pdf"]


def test_files_of_all_forms() -> None:
    links = (
        "<p><a href='#' onclick=\"window.open('/f/b.pdf')\">申报表</a></p><p><a href='/download?id=1&amp;n=c.xlsx'>c.xlsx</a></p>"
        "<p><a href='/f/d%20e.docx' title='汇总表.docx'>点击下载</a></p>"
    )
    found = article(body=f"<div id=zoom>{BODY}{links}</div>")
    assert [a.name for a in found.attachments] == ["申报表", "c.xlsx", "汇总表.docx"]
