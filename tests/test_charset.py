"""Bytes to text, right and wrong labels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import charset
from archive.model import IssueCode

TEXT = "示例县人民政府关于2020年度法治政府建设情况的报告，全面推进依法行政。"
ENCODINGS = ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be")


@pytest.mark.parametrize("label", ["utf-8", "gb2312", "gbk", "big5", "iso-8859-1", "no-such"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_label_is_only_a_hint(label: str, encoding: str) -> None:
    page = f'<html><head><meta charset="{label}"></head><body><p>{TEXT}</p></body></html>'
    assert charset.decode(page.encode(encoding)).text == page


@pytest.mark.parametrize(("label", "encoding"), [("utf-8", "gbk"), ("gb2312", "utf-8")])
def test_wrong_label_is_flagged(label: str, encoding: str) -> None:
    decoded = charset.decode(TEXT.encode(encoding), f"text/html; charset={label}")
    assert [issue.code for issue in decoded.issues] == [IssueCode.CHARSET_MISLABELLED]


def test_right_label_is_not_flagged() -> None:
    assert charset.decode(TEXT.encode("gbk"), "text/html; charset=gb2312").issues == ()


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_damaged_bytes_cost_only_themselves(encoding: str) -> None:
    body = (TEXT * 20).encode(encoding)
    decoded = charset.decode(body[:300] + b"\xff" + body[300:])
    assert decoded.text.count(TEXT) >= 18
    assert IssueCode.BYTES_REPLACED in [issue.code for issue in decoded.issues]


def test_big5_without_label() -> None:
    words = "示例縣政府關於推進依法行政、建設法治政府情況的報告" * 3
    decoded = charset.decode(words.encode("big5"))
    assert (decoded.text, decoded.encoding) == (words, "big5")
    assert charset.is_traditional(decoded.text)


@pytest.mark.parametrize(
    "magic", [b"%PDF-1.7\n1 0 obj", b"PK\x03\x04xx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x89PNG\r\n", bytes(99)]
)
def test_binary_is_named_not_decoded(magic: bytes) -> None:
    decoded = charset.decode(magic)
    assert decoded.binary
    assert decoded.text == ""


@given(st.binary(max_size=400), st.none() | st.text(max_size=40))
def test_never_raises(body: bytes, content_type: str | None) -> None:
    assert "\x00" not in charset.decode(body, content_type).text


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=60))
def test_utf8_round_trip(text: str) -> None:
    assert charset.decode(text.encode()).text == text
