"""extract(): pages whole, bytes hostile, nothing invented."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import charset
from archive import extract as room
from archive.extract import extract, to_json
from archive.model import Document, IssueCode, Origin, Reason, Rejection, Report

PAGES = Path(__file__).parent / "pages"
PAGE = (PAGES / "report.html").read_bytes()
PARAGRAPHS = json.loads((PAGES / "report.json").read_text("utf-8"))


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_a_report_page_whole() -> None:
    document = extract(Origin(), PAGE)
    assert isinstance(document, Report)
    assert document.text.split("\n") == PARAGRAPHS
    assert (document.title, document.year) == ("示例县人民政府关于2020年度推进法治政府建设情况的报告", 2020)
    assert (document.published, document.written) == (date(2021, 3, 18), date(2021, 3, 1))
    assert [attachment.name for attachment in document.attachments] == ["附件：统计表.xlsx"]
    assert not any(line in document.removed for line in PARAGRAPHS)


def test_plain_text_goes_the_same_way() -> None:
    words = "\n\n".join(
        [
            "当前位置:首页 > 法治",
            "示例县2020年法治政府建设工作报告",
            "日期:2021-03-18  来源:示例县司法局",
            *PARAGRAPHS,
            "分享",
            "关闭",
        ]
    )
    document = extract(Origin(content_type="text/plain"), words.encode("gbk"))
    assert document.text.split("\n") == PARAGRAPHS
    assert (document.title, document.publisher) == ("示例县2020年法治政府建设工作报告", "示例县司法局")


@pytest.mark.parametrize(
    ("body", "origin", "reason"),
    [
        (b"", Origin(), Reason.EMPTY),
        (b" \n\xc2\xa0", Origin(), Reason.EMPTY),
        (b"%PDF-1.7", Origin(), Reason.UNSUPPORTED),
        (b"PK\x03\x04", Origin(), Reason.UNSUPPORTED),
        (bytes(range(32)) * 50, Origin(), Reason.UNREADABLE),
        (b"<p>" + b"x" * room.MAX_BYTES, Origin(), Reason.TOO_LARGE),
        (b"", Origin(status=521), Reason.REFUSAL),
        (b"<html><body></body></html>", Origin(), Reason.EMPTY),
        (b"<p>x</p>", Origin(status=404), Reason.ERROR_PAGE),
        (b"<html><script>var a='__jsl_clearance_s=1'</script></html>", Origin(), Reason.REFUSAL),
        ("<title>提示</title><p>抱歉，您访问的页面不存在或已删除</p>".encode(), Origin(), Reason.ERROR_PAGE),
    ],
)
def test_what_is_no_page(body: bytes, origin: Origin, reason: Reason) -> None:
    document = extract(origin, body)
    assert isinstance(document, Rejection)
    assert document.reason is reason


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 100_000 + b"x",
        b"<p>" + b"<span><a href=x>" * 30_000,
        ("<p>" + "示例，文字。" * 100_000).encode(),
        b"<script>" + b"<![CDATA[" * 100_000 + b"</script>x",
        b"<script>" + b"document.write('<a href=x.pdf>" * 30_000,
        b"<" * 500_000,
        b"<!--" * 200_000,
        b"<p style='" + b"display:" * 100_000,
        b"<table>" * 3_000 + b"x",
        ("<p>" + "来源：发布时间：" * 50_000).encode(),
        b"<p>\x00a\x00</p>" * 100,
        b"1" * 100_000,
    ],
)
def test_hostile_pages_are_quick(body: bytes) -> None:
    assert isinstance(extract(Origin(), body), Document)


def test_text_too_long_for_the_parser_is_not_lost() -> None:
    document = extract(Origin(), ("<p>" + "示例，文字。" * 600_000 + "</p>").encode())
    assert len(document.text) == 3_600_000
    assert IssueCode.LIMIT_EXCEEDED in [issue.code for issue in document.issues]


@given(st.binary(max_size=600))
@settings(deadline=None)
def test_never_raises_on_bytes(body: bytes) -> None:
    document = extract(Origin(), body)
    assert "Error" not in getattr(document, "detail", "")


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_mutated_pages_give_only_words_of_the_page(data: st.DataObject) -> None:
    body = bytearray(PAGE[: data.draw(st.integers(1, len(PAGE)))])
    for _ in range(data.draw(st.integers(0, 8))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    document = extract(Origin(), bytes(body))
    assert not re.match(r"\w+Error:", getattr(document, "detail", ""))
    # How damaged bytes are read is tested with charset; here, that nothing is added to what was read.
    assert set(document.text) <= set(charset.decode(bytes(body), None).text) | set(" \t\n\xa0&<>\"'")


def test_extraction_of_its_own_text_changes_nothing() -> None:
    first = extract(Origin(), PAGE)
    again = extract(Origin(content_type="text/plain"), f"{first.title}\n\n{first.text}".encode())
    assert again.text == first.text


def test_json_has_the_keys_of_the_contract() -> None:
    shown = to_json("a.html", extract(Origin(), PAGE))
    assert list(shown) == [
        "file",
        "kind",
        "reason",
        "title",
        "year",
        "published",
        "published_source",
        "written",
        "adcode",
        "region",
        "level",
        "issuer",
        "issuer_kind",
        "publisher",
        "doc_no",
        "index_no",
        "source_kind",
        "text",
        "sections",
        "parts",
        "indicators",
        "issues",
        "attachments",
        "extractor",
    ]
    assert json.loads(json.dumps(shown, ensure_ascii=False)) == shown


def test_a_page_that_needs_too_much_memory_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(room, "_extract", greedy)
    document = extract(Origin(link_title="示例"), PAGE)
    assert isinstance(document, Rejection)
    assert (document.reason, [issue.code for issue in document.issues]) == (
        Reason.CRASHED, [IssueCode.LIMIT_EXCEEDED],
    )  # fmt: skip
