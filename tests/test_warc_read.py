from __future__ import annotations

import gzip
import hashlib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.errors import BrokenRecordError
from archive.model import Capture, Origin, Role
from archive.warc_fields import capture_id
from archive.warc_read import body_of, read, walk, walk_file
from archive.warc_scan import Finding
from archive.warc_write import WarcWriter

from .warc_samples import HTML, MOMENT, PAGE, exchange, fill, findings, only_file, origin

DATE = "2020-03-01T08:00:00Z"
SEEN = datetime(2020, 3, 1, 8, tzinfo=UTC)
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gbk\r\n"
    b"Content-Disposition: inline; filename=" + "报告.htm".encode("gbk") + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
)
CHUNKED = b"3\r\nabc\r\n5\r\ndefgh\r\n0\r\n\r\n"


def raw_record(kind: str, url: str, block: bytes, **more: str) -> bytes:
    """Return a record as another tool might write it, uncompressed."""
    media = "application/http" if kind in ("response", "request", "revisit") else "text/html"
    fields = {"WARC-Type": kind, "WARC-Target-URI": url, "WARC-Date": DATE, "Content-Type": media} | {
        name.replace("_", "-"): value for name, value in more.items()
    }
    fields["Content-Length"] = str(len(block))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return b"WARC/1.0\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


def foreign(url: str, body: bytes, offset: int, **more: object) -> Capture:
    """Return the capture a record of another tool must give."""
    known = {"status": 200, "content_type": "text/html", "role": Role.REPORT} | more
    kind = str(known.pop("kind", "response"))
    return Capture(
        id=capture_id(SEEN, url),
        target=url,
        origin=Origin(url=url, fetched=SEEN, **known),  # type: ignore[arg-type]  # the fields of Origin
        digest="sha256:" + hashlib.sha256(body).hexdigest(),
        warc="other.warc",
        offset=offset,
        kind=kind,
    )


def test_uncompressed_files_of_other_tools(tmp_path: Path) -> None:
    plain = b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n"
    pieces = [
        raw_record("warcinfo", "", b"software: wget\r\n"),
        raw_record("response", "<http://a.example/1>", plain + b"one"),
        raw_record("request", "http://a.example/1", b"GET / HTTP/1.1\r\n\r\n"),
        raw_record("response", "http://a.example/2", HEAD + CHUNKED),
        raw_record("response", "http://a.example/3", b"HTTP/2 404 Not Found\r\nContent-Type: text/html\r\n\r\n"),
        raw_record("response", "http://a.example/4", b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF"),
        raw_record(
            "response", "dns:a.example", b"20200301080000\na.example. 1 IN A 127.0.0.1", Content_Type="text/dns"
        ),
        raw_record("resource", "http://a.example/5", b"<p>saved"),
        raw_record("resource", "urn:pageinfo:http://a.example/", b"{}", Content_Type="application/json"),
        raw_record("metadata", "http://a.example/1", b"via: x"),
    ]
    (tmp_path / "other.warc").write_bytes(b"".join(pieces))
    offsets = [sum(map(len, pieces[:number])) for number in range(len(pieces))]
    assert list(walk(tmp_path)) == [
        foreign("http://a.example/1", b"one", offsets[1]),
        foreign("http://a.example/2", b"abcdefgh", offsets[3], content_type="text/html; charset=gbk"),
        foreign("http://a.example/3", b"", offsets[4], status=404, role=Role.OTHER),
        foreign("http://a.example/4", b"%PDF", offsets[5], content_type="application/pdf", role=Role.OTHER),
        foreign("http://a.example/5", b"<p>saved", offsets[7], kind="resource"),
        foreign(
            "urn:pageinfo:http://a.example/", b"{}", offsets[8],
            kind="resource", content_type="application/json", role=Role.OTHER,
        ),
    ]  # fmt: skip
    assert list(walk_file(tmp_path, "other.warc")) == list(walk(tmp_path))
    assert findings(tmp_path) == []
    record = read(tmp_path, "other.warc", offsets[3])
    assert (record.header("content-disposition"), record.body) == ("inline; filename=报告.htm", b"abcdefgh")
    assert (record.mime, record.reason, record.truncated) == ("text/html", "OK", None)


def test_compressed_files_of_other_tools_with_revisits(tmp_path: Path) -> None:
    with (tmp_path / "other.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)

        def put(kind: str, url: str, date: str, body: bytes, **more: object) -> None:
            head = StatusAndHeaders("200 OK", [HTML], protocol="HTTP/1.1")
            if kind == "revisit":
                record = writer.create_revisit_record(
                    url, "sha1:" + "A" * 32, "http://a.example/1", DATE, http_headers=head,
                    warc_headers_dict={"WARC-Date": date},
                )  # fmt: skip
            else:
                record = writer.create_warc_record(
                    url, kind, payload=BytesIO(body), length=len(body), http_headers=head,
                    warc_headers_dict={"WARC-Date": date},
                )  # fmt: skip
            writer.write_record(record)

        put("response", "http://a.example/1", DATE, PAGE)
        put("revisit", "http://a.example/2", "2020-03-02T08:00:00Z", b"")
    page, again = walk(tmp_path)
    assert (page.digest, page.origin.portal) == ("sha256:" + hashlib.sha256(PAGE).hexdigest(), None)
    assert (again.kind, again.digest) == ("revisit", "sha1:" + "A" * 32)
    assert body_of(tmp_path, again, {page.id: page}) == PAGE
    assert findings(tmp_path) == []
    with pytest.raises(BrokenRecordError, match="refers to a capture that is not here"):
        body_of(tmp_path, again, {})
    with pytest.raises(BrokenRecordError, match="refers to a capture that is not here"):
        body_of(tmp_path, again, {page.id: again})  # a ring


def test_damaged_facts_do_not_hide_a_capture(tmp_path: Path) -> None:
    block = b"HTTP/1.1 200 OK\r\n\r\nx"
    odd = {"WARC_Fazhi_Link_Date": "soon", "WARC_Fazhi_Depth": "9" * 5000, "WARC_Fazhi_Header_7": "x"}
    (tmp_path / "other.warc").write_bytes(
        raw_record("response", "http://a.example/", block, WARC_Fazhi_Role="listing", **odd)
        + raw_record("response", "http://a.example/", block, WARC_Fazhi_Role="king")
        + raw_record("response", "http://a.example/", block, WARC_Date="yesterday")
        + raw_record("response", "", block)
        + raw_record("response", "http://a.example/", b"not HTTP")
    )
    seen: list[Finding] = []
    captures = list(walk(tmp_path, seen.append))
    told = [(c.origin.role, c.depth, c.origin.link_date) for c in captures]
    assert told == [(Role.LISTING, 0, None), (Role.OTHER, 0, None)]
    assert [finding.problem for finding in seen] == [
        "WARC-Date is no date: 'yesterday'",
        "no WARC-Target-URI",
        "no HTTP status line: 'not HTTP'",
    ]
    assert [finding.problem.rpartition(" (")[0] for finding in findings(tmp_path)] == [f.problem for f in seen]


def test_read_refuses_what_is_no_capture(tmp_path: Path) -> None:
    (capture,) = fill(tmp_path, 1)
    for warc, offset, problem in [
        (capture.warc, 0, "no capture but a warcinfo record"),
        (capture.warc, capture.offset + 1, "damaged gzip data"),
        (capture.warc, 10**9, "torn: the file ends inside the record"),
        ("none.warc.gz", 0, "no such file"),
        ("../" + capture.warc, 0, "no plain file name"),
    ]:
        with pytest.raises(BrokenRecordError) as caught:
            read(tmp_path, warc, offset)
        assert caught.value.message.startswith(f"{warc}:{offset}: {problem}")
        assert "fazhi verify" in caught.value.remedy


def test_a_file_closed_while_it_is_read_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (capture,) = fill(tmp_path, 1)
    closed = only_file(tmp_path)
    still_open = closed.with_name(closed.name + ".open")
    closed.rename(still_open)
    real, asked = Path.is_file, []

    def is_file(path: Path) -> bool:
        asked.append(path.name)
        found = real(path)
        if len(asked) == 1:
            still_open.rename(closed)
        return found

    monkeypatch.setattr(Path, "is_file", is_file)
    assert read(tmp_path, capture.warc, capture.offset).capture == capture
    assert asked == [closed.name, still_open.name, closed.name]


def test_walk_goes_by_file_name_and_offset(tmp_path: Path) -> None:
    later = fill(tmp_path, 2)
    only_file(tmp_path).rename(tmp_path / "b.warc.gz")
    earlier = fill(tmp_path, 2)
    only = next(path for path in tmp_path.iterdir() if path.name != "b.warc.gz")
    only.rename(tmp_path / "a.warc.gz.open")
    (tmp_path / "notes.txt").write_text("not a WARC file")
    (tmp_path / "folder.warc.gz").mkdir()
    (tmp_path / "empty.warc").touch()
    got = [(capture.warc, capture.offset) for capture in walk(tmp_path)]
    assert got == [("a.warc.gz", c.offset) for c in earlier] + [("b.warc.gz", c.offset) for c in later]
    assert list(walk(tmp_path / "none")) == []


def test_a_whole_file_in_one_gzip_member_is_told(tmp_path: Path) -> None:
    records = [raw_record("response", f"http://a.example/{n}", b"HTTP/1.1 200 OK\r\n\r\nx") for n in range(3)]
    (tmp_path / "other.warc.gz").write_bytes(gzip.compress(b"".join(records)))
    seen: list[Finding] = []
    assert [capture.origin.url for capture in walk(tmp_path, seen.append)] == ["http://a.example/0"]
    assert [str(finding)[:90] for finding in seen] == [
        "other.warc.gz:0: further records in the same gzip member cannot be addressed: run `warcio "
    ]
    assert len(findings(tmp_path)) == 1


def test_the_payload_is_decoded_and_the_body_is_not(tmp_path: Path) -> None:
    packed = gzip.compress(PAGE)
    with WarcWriter(tmp_path) as writer:
        fine = writer.write(exchange(body=packed, headers=(HTML, ("Content-Encoding", "gzip"))), origin(), target="t")
        lied = writer.write(exchange(seconds=1, headers=(HTML, ("Content-Encoding", "br"))), origin(), target="t")
    assert read(tmp_path, fine.warc, fine.offset).body == packed
    assert body_of(tmp_path, fine, {}) == PAGE
    assert body_of(tmp_path, lied, {}) == PAGE
    assert read(tmp_path, fine.warc, fine.offset).date == MOMENT
