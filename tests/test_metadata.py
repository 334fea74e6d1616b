"""Fields of a page: titles, dates, numbers, publisher, site, files."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from archive import body, embedded, filelinks, heading, html, metadata, refusals, vocabulary
from archive.model import Attachment, IssueCode, Origin, Reason, ValueSource

TITLE = "示例县2020年法治政府建设工作报告"
NOWHERE = Origin()
PROSE = "<p>2020年，示例县坚持依法行政，完善制度体系，严格规范公正文明执法，各项工作取得新成效，现将情况报告如下。</p>"


def gather(head: str, page: str, origin: Origin = NOWHERE) -> tuple[metadata.Fields, str | None]:
    root = html.parse(f"<html><head>{head}</head><body>{page}</body></html>")
    assert root is not None
    seen = html.read(root, hidden=vocabulary.hides)
    known = heading.declared(seen)
    region = body.find(seen, known.text)
    title = heading.locate(seen, region, known).text
    return metadata.gather(seen, region, title, origin), title


@pytest.mark.parametrize(
    ("head", "above", "title"),
    [
        (f"<meta name=ArticleTitle content='{TITLE}'><title>站</title>", "", TITLE),
        (f"<title>{TITLE}_法治政府建设_示例县人民政府</title>", "", TITLE),
        (f"<title>{TITLE}-示例县人民政府门户网站</title>", "", TITLE),
        (f"<title>示例县人民政府 政府信息公开 {TITLE}</title>", f"<h2 class=con-title>{TITLE}</h2>", TITLE),
        ("<title>示例县人民政府</title>", f"<h1>{TITLE}</h1><p>来源：示例局 发布时间：2021-03-01</p>", TITLE),
        ("", f"<div>{TITLE}</div><div>发布时间：2021-03-01 来源：示例局</div>", TITLE),
        ("<title>示例县人民政府</title>", "", None),
    ],
)
def test_titles(head: str, above: str, title: str | None) -> None:
    assert gather(head, above + f"<div id=zoom>{PROSE}</div>")[1] == title


def test_a_shown_date_beats_the_time_of_generation() -> None:
    meta = "<meta name=PubDate content='2024-09-26 03:45:44'>"
    told, _ = gather(meta, f"<h1>{TITLE}</h1><p>发布时间：2021-03-18　浏览次数：</p><div id=zoom>{PROSE}</div>")
    assert (told.published, told.published_source) == (date(2021, 3, 18), ValueSource.LABEL)
    assert [issue.code for issue in told.issues] == [IssueCode.DATE_CONFLICT]


def test_a_tag_that_repeats_the_generation_tells_nothing() -> None:
    meta = (
        "<meta name=PubDate content='2024-09-26 03:45:44'><meta name=others content='页面生成时间 2024-09-26 03:45:44'>"
    )
    assert gather(meta, f"<h1>{TITLE}</h1><div id=zoom>{PROSE}</div>")[0].published is None


def test_frozen_headers_and_copyright_years_are_no_dates() -> None:
    page = f"<div>今天是2019年10月31日</div><h1>{TITLE}</h1><div id=zoom>{PROSE}</div><p>版权所有 2005-2026 示例县</p>"
    assert gather("", page)[0].published is None


def test_link_and_address_are_the_last_resort() -> None:
    page = f"<h1>{TITLE}</h1><div id=zoom>{PROSE}</div>"
    url = "http://www.example.gov.cn/zwgk/202103/t20210318_1.html"
    assert gather("", page, Origin(url=url))[0].published_source is ValueSource.URL
    told, _ = gather("", page, Origin(url=url, link_date=date(2021, 3, 17)))
    assert (told.published, told.published_source) == (date(2021, 3, 17), ValueSource.LINK)


def test_days_after_the_fetch_are_refused() -> None:
    page = f"<h1>{TITLE}</h1><p>发布时间：2031-03-18</p><div id=zoom>{PROSE}</div>"
    told, _ = gather("", page, Origin(fetched=datetime(2026, 1, 1, tzinfo=UTC)))
    assert told.published is None
    assert IssueCode.DATE_INVALID in [issue.code for issue in told.issues]


def test_box_signature_and_site() -> None:
    box = (
        "<table><tr><th>索&nbsp;引&nbsp;号：</th><td>11990100000000000A/2021-00012</td><th>发文字号：</th><td>示政发〔2021〕7号</td></tr>"
        "<tr><th>发布机构：</th><td>示例县司法局</td><th>成文日期：</th><td></td></tr>"
        "<tr><th>主题分类：</th><td>司法</td><th>有效性：</th><td>有效</td></tr></table>"
    )
    page = (
        f"{box}<h1>{TITLE}</h1><div id=zoom>{PROSE}<p>示例县人民政府</p><p>二〇二一年三月一日</p></div>"
        "<div class=footer><p>示ICP备0号 网站标识码：9901000001</p></div>"
    )
    told, _ = gather("<meta name=SiteName content=示例县人民政府>", page)
    assert (told.index_no, told.doc_no, told.publisher) == (
        "11990100000000000A/2021-00012",
        "示政发〔2021〕7号",
        "示例县司法局",
    )
    assert (told.topic, told.validity, told.written) == ("司法", "有效", date(2021, 3, 1))
    assert (told.signature, told.site_code, told.site_name) == (("示例县人民政府",), "9901000001", "示例县人民政府")


@pytest.mark.parametrize(("value", "issue"), [("2020年度 法治", True), ("无", False), ("〔〕 号", False), ("", False)])
def test_junk_document_numbers(value: str, issue: bool) -> None:
    told, _ = gather(
        "", f"<p>索引号：0001/2021-1 发文字号：{value} 发布机构：示例局</p><h1>{TITLE}</h1><div id=zoom>{PROSE}</div>"
    )
    assert told.doc_no is None
    assert (IssueCode.DOC_NO_INVALID in [i.code for i in told.issues]) is issue


def test_a_cited_number_is_not_the_documents_own() -> None:
    told, _ = gather("", f"<h1>{TITLE}</h1><div id=zoom>{PROSE}<p>按照示政发〔2019〕3号文件要求落实。</p></div>")
    assert told.doc_no is None


def test_files_of_all_kinds() -> None:
    root = html.parse(
        "<p>正文</p><a href='./P02.pdf'>一.pdf</a><a href='v.html?file=/x/二.docx'>二</a>"
        "<a onclick=\"window.open('/三.xls')\">三</a>"
        "<a href='javascript:;' title='四.doc'>附件四</a><a href='/n.html'>新闻</a><iframe src='五.ofd'></iframe>"
        "<script>document.write('<a href=\"./六.zip\">六.zip<BR><a href=./七.doc>七.doc</a>')</script>"
    )
    assert root is not None
    page = html.read(root, hidden=vocabulary.hides)
    found = filelinks.find(page, 0, len(page.blocks), url="http://www.example.gov.cn/a/b.html")
    base = "http://www.example.gov.cn/"
    assert found == (
        Attachment("一.pdf", base + "a/P02.pdf"),
        Attachment("二", base + "x/二.docx"),
        Attachment("三", base + "三.xls"),
        Attachment("附件四", ""),
        Attachment("五.ofd", base + "a/五.ofd"),
        Attachment("六.zip", base + "a/六.zip"),
        Attachment("七.doc", base + "a/七.doc"),
    )


def test_documents_in_scripts() -> None:
    text = "<p>" + "示例" * 40 + "</p>"
    found = embedded.find([f"<![CDATA[{text}]]>", '{"content": "<p>短</p>"}', '{"DETAIL": [[['])
    assert found is not None
    assert found.html == text


@pytest.mark.parametrize(
    ("visible", "reason"),
    [
        ("您的访问行为存在异常，已被拦截", Reason.REFUSAL),
        ("请完成安全验证", Reason.REFUSAL),
        ("抱歉，您访问的页面不存在", Reason.ERROR_PAGE),
        ("404 Not Found", Reason.ERROR_PAGE),
        ("全县共立案404件", None),
    ],
)
def test_refusals(visible: str, reason: Reason | None) -> None:
    told = refusals.judge(title="", visible=visible, source="", body=0)
    assert (told[0] if told else None) is reason
