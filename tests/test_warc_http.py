from __future__ import annotations

import gzip
import random
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import BrokenRecordError
from archive.warc_coding import decode, zstd
from archive.warc_fields import (
    decode_text,
    digest_hex,
    encode_text,
    header_fields,
    parse_date,
    parse_digest,
    restored,
    uri,
)
from archive.warc_http import Head, header_text, parse_answer, parse_lines, replayable, split_head, unchunked

TEXT = "法治政府建设年度报告，示例县。".encode() * 20_000
PACKERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda body: brotli.compress(body, quality=4),
    "zstd": zstd.compress,
}


@pytest.mark.parametrize("name", PACKERS)
def test_every_coding_is_undone(name: str) -> None:
    noise = random.Random(1).randbytes(300_000)
    for body in (b"x", TEXT, noise):
        packed = PACKERS[name](body)
        assert decode(packed, name) == body
        assert decode(packed, f" {name.upper()} ") == body
        assert decode(gzip.compress(packed), f"{name}, identity, gzip") == body
    half = decode(PACKERS[name](noise)[:200_000], name)
    assert noise.startswith(half)
    assert len(half) > 100_000
    assert decode(b"<html>not packed", name) == b"<html>not packed"
    assert decode(b"", name) == b""
    assert decode(PACKERS[name](TEXT), name, limit=1000) == TEXT[:1000]


def test_codings_as_servers_really_send_them() -> None:
    bare = zlib.compressobj(wbits=-15)
    assert decode(bare.compress(TEXT) + bare.flush(), "deflate") == TEXT
    assert decode(gzip.compress(TEXT) + gzip.compress(b"more") + b"\0\0", "gzip") == TEXT + b"more"
    damaged = bytearray(gzip.compress(random.Random(1).randbytes(100_000)))
    damaged[-5] ^= 1  # the checksum: browsers show the page all the same
    assert len(decode(bytes(damaged), "gzip")) > 80_000
    assert decode(b"abc", "compress") == b"abc"
    assert decode(b"abc", None) == decode(b"abc", "") == b"abc"


@pytest.mark.parametrize("name", PACKERS)
def test_a_bomb_stops_at_the_limit(name: str) -> None:
    assert len(decode(PACKERS[name](bytes(30_000_000)), name, limit=1_000_000)) == 1_000_000


@given(st.binary(), st.sampled_from([*PACKERS, "gzip, br", "zstd, deflate"]))
def test_decoding_never_fails(body: bytes, name: str) -> None:
    assert isinstance(decode(body, name), bytes)


@given(st.text())
def test_text_fits_a_header_and_comes_back(text: str) -> None:
    clean = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    field = encode_text(text)
    assert decode_text(field) == clean
    assert field == field.strip()
    assert "".join(field.splitlines()) == field


@given(st.text())
def test_an_address_fits_a_header(text: str) -> None:
    assert uri(uri(text)) == uri(text)
    assert not set(' <>"\r\n\t') & set(uri(text))
    assert uri("http://例.example/a?b=%E6#c") == "http://例.example/a?b=%E6#c"


@given(st.lists(st.tuples(st.sampled_from(["A", "Location", "Content-Disposition"]), st.text(max_size=9)), max_size=4))
def test_headers_are_restored_exactly(pairs: list[tuple[str, str]]) -> None:
    headers = tuple((n, "".join(c for c in v if not "\ud800" <= c <= "\udfff")) for n, v in pairs)
    stored = tuple((name, replayable(name, value)) for name, value in headers)
    assert all(value.isascii() for name, value in stored)
    assert restored(stored, tuple(header_fields(headers).items())) == headers


def test_values_are_decoded_by_what_they_are() -> None:
    assert [header_text("报告é".encode(name)) for name in ("utf-8", "gb18030")] == ["报告é", "报告é"]
    assert header_text(b"caf\xe9") == "café"
    assert replayable("Location", "http://a.example/报告?x=1&y=%20") == "http://a.example/%E6%8A%A5%E5%91%8A?x=1&y=%20"
    named = replayable("Content-Disposition", "attachment; FileName=报告 1.doc; size=3")
    assert named == "attachment; filename*=UTF-8''%E6%8A%A5%E5%91%8A%201.doc; size=3"


def test_heads_as_servers_really_send_them() -> None:
    assert parse_lines(b"X\nA : 1 \r\n\tfolded \r\nno colon\n:empty name\nB:") == (
        "X",
        (("A", "1 folded"), ("", "empty name"), ("B", "")),
    )
    assert split_head(b"a\r\n\r\nb\r\n\r\nc") == (b"a", b"b\r\n\r\nc")
    assert split_head(b"a\nb\n\nc") == (b"a\nb", b"c")
    assert split_head(b"a") == (b"a", b"")
    assert parse_answer(b"HTTP/1.0 521 \xd5\xcf\r\nA: 1\r\n\r\nx") == (Head(521, "障", (("A", "1"),)), b"x")
    for bad in (b"", b"HTTP/1.1", b"HTTP/1.1 OK", b"<html>", b"HTTP/1.1 2000 x"):
        with pytest.raises(BrokenRecordError, match="no HTTP status line"):
            parse_answer(bad)


@given(st.binary())
def test_unchunking_never_fails(body: bytes) -> None:
    assert isinstance(unchunked(Head(200, "", (("transfer-encoding", "Chunked"),)), body), bytes)
    assert unchunked(Head(200, "", ()), body) == body


def test_dates_and_digests_of_other_tools() -> None:
    texts = ["2020-03-01T08:00:00Z", "2020-03-01T08:00:00.000000000Z", "2020-03-01T16:00:00+08:00", "2020-03-01T08:00"]
    assert len({parse_date(text) for text in texts}) == 1
    for bad in (None, "", "soon", "2020", "0001-01-01T00:00:00+10:00"):
        with pytest.raises(BrokenRecordError, match="WARC-Date is no date"):
            parse_date(bad)
    sha = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    base32 = "4OYMIQUY7QOBJGX36TEJS35ZEQT24QPEMSNZGTFESWMRW6CSXBKQ===="
    same = [f"sha256:{sha}", f"SHA-256:{sha.upper()}", f"sha256:{base32}", f"sha256:{base32.lower()}"]
    assert [digest_hex(field) for field in same] == [f"sha256:{sha}"] * 4
    assert [digest_hex(f) for f in (None, "", "sha256:", "sha256:xyz", "sha1:" + "A" * 32)] == [None] * 5
    assert parse_digest("sha1:" + "A" * 32) == ("sha1", bytes(20))
    assert parse_digest("shake_128:00") == ("shake_128", None)
