from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive.errors import UsageError
from archive.model import Capture, Origin, Role
from archive.warc_fields import capture_id, warc_date
from archive.warc_http import RENAMED, archived_headers, clean
from archive.warc_read import answer_of, body_of, read, walk
from archive.warc_write import WarcWriter

from .warc_samples import HTML, MOMENT, PAGE, exchange, fill, findings, only_file, origin, table

URL = "http://www.example.gov.cn/a.html"

names = st.from_regex(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}", fullmatch=True)
values = st.text(max_size=40) | st.binary(max_size=20).map(lambda raw: raw.decode("latin-1"))
headers = st.lists(st.tuples(names, values), max_size=8).map(tuple)


def test_a_capture_tells_what_was_written(tmp_path: Path) -> None:
    told = Origin(
        url="http://wrong.example/", portal="990101", adcode="990101", role=Role.REPORT, link_title="报告\n100%",
        link_date=date(2026, 3, 1), parent="http://www.example.gov.cn/list/", status=1,
        tls="self-signed; P-256",
    )  # fmt: skip
    extra = (HTML, ("ETag", '"1"'), ("Last-Modified", "yesterday"))
    with WarcWriter(tmp_path) as writer:
        capture = writer.write(
            exchange(URL, status=404, headers=extra), told, target="http://t.example/", depth=2, crawl="7"
        )
        writer.sync()
        assert only_file(tmp_path).name == capture.warc + ".open"
        assert read(tmp_path, capture.warc, capture.offset).capture == capture  # also while the file grows
    assert only_file(tmp_path).name == capture.warc
    assert re.fullmatch(rf"fazhi-\d{{14}}-\d{{5}}-{os.getpid()}\.warc\.gz", capture.warc)
    assert capture == Capture(
        id=capture_id(MOMENT, URL),
        target="http://t.example/",
        origin=replace(told, url=URL, content_type=HTML[1], status=404, fetched=MOMENT),
        digest=capture.digest,
        warc=capture.warc,
        offset=capture.offset,
        kind="response",
        depth=2,
        crawl="7",
        etag='"1"',
        last_modified="yesterday",
    )
    assert capture.offset > 0  # behind the warcinfo record
    assert list(walk(tmp_path)) == [capture]
    assert findings(tmp_path) == []


def test_other_tools_read_the_records(tmp_path: Path) -> None:
    body = gzip.compress(PAGE)
    sent = (
        HTML,
        ("Content-Encoding", "gzip"),
        ("Transfer-Encoding", "chunked"),
        ("Set-Cookie", "a"),
        ("Set-Cookie", "b"),
    )
    with WarcWriter(tmp_path, info={"robots": "obey", "operator": "示例"}) as writer:
        capture = writer.write(
            exchange(URL, body, headers=sent, ip="127.0.0.1", truncated="length", protocol="h2"), origin(), target=URL
        )
    with only_file(tmp_path).open("rb") as file:
        info, answer, asked = [
            (record.rec_headers, record.http_headers, record.raw_stream.read())
            for record in ArchiveIterator(file, check_digests="raise")
        ]
    assert info[0]["WARC-Type"] == "warcinfo"
    assert info[0]["WARC-Filename"] == capture.warc
    assert {"robots: obey", "operator: 示例", "format: WARC File Format 1.1"} < set(info[2].decode().splitlines())
    assert answer[2] == body
    assert (answer[1].protocol, answer[1].statusline) == ("HTTP/1.1", "200 OK")
    assert answer[1].headers == [
        HTML,
        ("Content-Encoding", "gzip"),
        ("X-Archive-Orig-Transfer-Encoding", "chunked"),
        ("Set-Cookie", "a"),
        ("Set-Cookie", "b"),
        ("Content-Length", str(len(body))),
    ]
    assert {
        "WARC-Type": "response",
        "WARC-Target-URI": URL,
        "WARC-Date": "2026-11-25T01:02:03.000045Z",
        "WARC-IP-Address": "127.0.0.1",
        "WARC-Truncated": "length",
        "WARC-Protocol": "h2",
        "WARC-Warcinfo-ID": info[0]["WARC-Record-ID"],
        "WARC-Fazhi-Portal": "990101",
    }.items() < dict(answer[0].headers).items()
    assert all(answer[0][f"WARC-{part}-Digest"].startswith("sha256:") for part in ("Block", "Payload"))
    assert (asked[1].protocol, asked[1].statusline) == ("GET", "/a.html HTTP/1.1")
    assert asked[1].headers == [("Host", "www.example.gov.cn"), ("User-Agent", "fazhi")]
    assert asked[0]["WARC-Concurrent-To"] == answer[0]["WARC-Record-ID"]
    assert asked[0]["WARC-Date"] == answer[0]["WARC-Date"]


@settings(max_examples=80, deadline=None)
@given(headers=headers, body=st.binary(max_size=3000), status=st.integers(100, 999), reason=st.text(max_size=10))
def test_any_answer_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    headers: tuple[tuple[str, str], ...],
    body: bytes,
    status: int,
    reason: str,
) -> None:
    folder = tmp_path_factory.mktemp("warc")
    seen = exchange(URL, body, headers=headers, status=status, reason=reason)
    with WarcWriter(folder) as writer:
        capture = writer.write(seen, origin(), target=URL)
    record = read(folder, capture.warc, capture.offset)
    assert (record.body, record.status, record.headers) == (body, status, archived_headers(seen))
    assert record.capture == capture
    assert list(walk(folder)) == [capture]
    assert findings(folder) == []
    with only_file(folder).open("rb") as file:
        stored = [record.http_headers for record in ArchiveIterator(file, check_digests="raise")][1]
    # warcio strips more from the ends of a line than was written, else it sees the same names in the same order
    assert [name for name, value in stored.headers] == [name for name, value in archived_headers(seen)]
    assert all(value.isascii() for name, value in stored.headers)


@settings(max_examples=80, deadline=None)
@given(
    st.builds(
        Origin,
        portal=st.none() | st.text(),
        adcode=st.none() | st.text(),
        role=st.sampled_from(Role),
        link_title=st.none() | st.text(),
        link_date=st.none() | st.dates(),
        parent=st.none() | st.text(),
    ),
    st.text(),
    st.integers(0, 10**8),
    st.none() | st.text(),
)
def test_any_facts_come_back(
    tmp_path_factory: pytest.TempPathFactory, told: Origin, address: str, depth: int, crawl: str | None
) -> None:
    folder = tmp_path_factory.mktemp("warc")
    url = "http://www.example.gov.cn/" + address
    with WarcWriter(folder) as writer:
        page = writer.write(exchange(url), told, target=url, depth=depth, crawl=crawl)
        file = writer.write_resource(replace(told, url=url, fetched=MOMENT), PAGE, target=url)
    assert list(walk(folder)) == [page, file]
    assert (page.depth, page.origin.role, page.origin.link_date) == (depth, told.role, told.link_date)
    whole = told.link_title is None or not re.search("[\ud800-\udfff]", told.link_title)
    assert page.origin.link_title == told.link_title or not whole
    store = table(folder)
    for capture in (page, file):
        store.add(capture)  # nothing in it that SQLite would refuse
    assert {c.id: c for c in store.all()} == {page.id: file}  # same moment, same address: same id


def test_headers_are_put_right_for_replay() -> None:
    def names_of(status: int = 200, method: str = "GET", *pairs: tuple[str, str]) -> list[tuple[str, str]]:
        return list(archived_headers(exchange(URL, b"12345", status=status, headers=pairs, request_line_method=method)))

    assert names_of(200, "GET", ("content-length", "5")) == [("content-length", "5")]
    assert names_of(200, "GET", ("A", "1")) == [("A", "1"), ("Content-Length", "5")]
    wrong = [("Content-Length", "5"), ("content-length", "9")]
    assert names_of(200, "GET", *wrong) == [(RENAMED + n, v) for n, v in wrong] + [("Content-Length", "5")]
    assert names_of(200, "HEAD", ("Content-Length", "9")) == [("Content-Length", "9")]
    assert names_of(304) == names_of(204) == names_of(100) == []
    odd = [("X Odd:\n", " a\r\nSet-Cookie: evil\0"), ("B", "\ud800\t")]
    assert clean(odd) == [("X%20Odd%3A%0A", "a  Set-Cookie: evil"), ("B", "\ufffd")]


def test_a_resource_keeps_its_bytes(tmp_path: Path) -> None:
    told = origin(url="urn:sha256:00", content_type="text/plain", fetched=MOMENT)
    with WarcWriter(tmp_path) as writer:
        named = writer.write_resource(told, b"\xb1\xa8", target="urn:sha256:00")
        before = datetime.now(UTC)
        bare = writer.write_resource(Origin(), b"", target="urn:x")
    assert named.origin == told
    assert (bare.origin.url, bare.origin.content_type) == ("urn:x", "application/octet-stream")
    assert bare.origin.fetched is not None
    assert bare.origin.fetched >= before
    assert list(walk(tmp_path)) == [named, bare]
    assert [body_of(tmp_path, capture, {}) for capture in (named, bare)] == [b"\xb1\xa8", b""]
    with pytest.raises(ValueError, match="aware"), WarcWriter(tmp_path) as writer:
        writer.write_resource(Origin(fetched=datetime(2026, 1, 1)), b"", target="urn:x")  # noqa: DTZ001  # the point
    assert len(list(tmp_path.iterdir())) == 1


def test_what_could_not_be_read_back_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.warc_file.MAX_RECORD", 16_003_000)
    with WarcWriter(tmp_path) as writer:
        kept = writer.write_resource(origin(), bytes(3_000), target="urn:x")
        with pytest.raises(UsageError, match="3,001 bytes are more than a record may hold - leave the file out"):
            writer.write_resource(origin(), bytes(3_001), target="urn:x")
        long = writer.write(exchange(URL + "?" + "x" * 10**5), origin(link_title="\n" * 10**5), target=URL)
    assert list(walk(tmp_path)) == [kept, long]


SMALL, LARGE = b"ok", b"x" * 1000


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        (exchange("http://a.example/", SMALL), exchange("http://a.example/", SMALL, seconds=1), "revisit"),
        (exchange("http://a.example/", SMALL), exchange("http://a.example/", SMALL, seconds=1, status=500), "revisit"),
        (exchange("http://a.example/", LARGE), exchange("http://b.example/", LARGE, seconds=1), "revisit"),
        (exchange("http://a.example/", LARGE), exchange("http://b.example/", LARGE[1:], seconds=1), "response"),
        (exchange("http://a.example/", LARGE[1:]), exchange("http://b.example/", LARGE[1:], seconds=1), "response"),
        (exchange("http://a.example/", LARGE), exchange("http://b.example/", LARGE, seconds=1, status=500), "response"),
        (exchange("http://a.example/", b""), exchange("http://a.example/", b"", seconds=1), "response"),
        (exchange("http://a.example/"), exchange("http://a.example/", seconds=1, truncated="length"), "response"),
    ],
)
def test_revisit_rules(tmp_path: Path, first, second, kind: str) -> None:
    known = table(tmp_path)
    with WarcWriter(tmp_path, known=known.find_digest) as writer:
        captures = []
        for seen in (first, second, replace(second, fetched=MOMENT.replace(year=2030))):
            captures.append(writer.write(seen, origin(), target=seen.url))
            known.add(captures[-1])
    assert [capture.kind for capture in captures[:2]] == ["response", kind]
    assert list(walk(tmp_path)) == captures
    assert [body_of(tmp_path, capture, known) for capture in captures] == [first.body, second.body, second.body]
    assert findings(tmp_path) == []
    if kind == "revisit":
        record = read(tmp_path, captures[1].warc, captures[1].offset)
        assert (record.body, record.status, record.refers_to) == (b"", second.status, captures[0].id)
        assert dict(record.fields)["WARC-Refers-To-Target-URI"] == first.url
        assert dict(record.fields)["WARC-Refers-To-Date"] == warc_date(first.fetched)


def test_a_304_is_a_revisit_of_what_it_confirms(tmp_path: Path) -> None:
    """Packed bytes: the head of the 304 says nothing of their coding, that of the answer it confirms does."""
    known = table(tmp_path)
    packed = (HTML, ("Content-Encoding", "gzip"), ("ETag", 'W/"1"'))
    with WarcWriter(tmp_path, known=known.find_digest) as writer:
        page = writer.write(exchange(URL, gzip.compress(PAGE, mtime=0), headers=packed), origin(), target=URL)
        known.add(page)
        seen = exchange(URL, b"", seconds=5, status=304, headers=(("ETag", 'W/"1"'),), reason="Not Modified")
        confirmed = writer.write(seen, origin(), target=URL, confirms=page)
        known.add(confirmed)
        for wrong, of in [
            (exchange(URL, b"x", status=304), page), (exchange(URL, b""), page), (seen, confirmed)
        ]:  # fmt: skip
            with pytest.raises(ValueError, match="only a 304 without a body confirms"):
                writer.write(wrong, origin(), target=URL, confirms=of)
    assert list(walk(tmp_path)) == [page, confirmed]
    assert (confirmed.kind, confirmed.digest, confirmed.origin.status) == ("revisit", page.digest, 304)
    assert (confirmed.etag, confirmed.origin.role) == ('W/"1"', Role.REPORT)
    record = read(tmp_path, confirmed.warc, confirmed.offset)
    assert (record.body, record.refers_to) == (b"", page.id)
    assert {
        "WARC-Type": "revisit",
        "WARC-Profile": "http://netpreserve.org/warc/1.1/revisit/server-not-modified",
        "WARC-Refers-To-Target-URI": URL,
        "WARC-Refers-To-Date": warc_date(MOMENT),
    }.items() < dict(record.fields).items()
    assert [body_of(tmp_path, capture, known) for capture in (page, confirmed)] == [PAGE, PAGE]
    whole = answer_of(tmp_path, record, known)
    assert (whole.status, whole.content_type) == (200, HTML[1])
    assert findings(tmp_path) == []
    assert_warcio_is_content(tmp_path, passes=4)


def test_bytes_whose_record_is_broken_are_written_again(tmp_path: Path) -> None:
    known = table(tmp_path)
    with WarcWriter(tmp_path, known=known.find_digest) as writer:
        captures = []
        for second, whole in enumerate((False, False, True)):
            captures.append(writer.write(exchange(URL, seconds=second), origin(), target=URL, whole=whole))
            known.add(captures[-1])
    assert [capture.kind for capture in captures] == ["response", "revisit", "response"]


def test_files_are_closed_at_their_size(tmp_path: Path) -> None:
    captures = fill(tmp_path, 30, max_bytes=4_000)
    files = sorted(tmp_path.iterdir())
    assert len(files) > 3
    assert all(path.name.endswith(".warc.gz") for path in files)
    assert all(4_000 <= path.stat().st_size < 6_000 for path in files[:-1])
    assert [capture.warc for capture in captures] == sorted(capture.warc for capture in captures)
    assert list(walk(tmp_path)) == captures
    for path in files:
        with path.open("rb") as file:
            first = next(iter(ArchiveIterator(file)))
            assert (first.rec_type, first.rec_headers["WARC-Filename"]) == ("warcinfo", path.name)


def test_writers_never_share_a_file(tmp_path: Path) -> None:
    writers = [WarcWriter(tmp_path) for _ in range(5)]
    captures = [
        writer.write(exchange(f"http://a.example/{turn}/{number}"), origin(), target="http://a.example/")
        for turn in range(3)
        for number, writer in enumerate(writers)
    ]
    for writer in writers:
        writer.close()
        writer.close()  # a second time does nothing
    assert len({capture.warc for capture in captures}) == len(list(tmp_path.iterdir())) == 5
    assert set(walk(tmp_path)) == set(captures)


def test_an_existing_name_is_never_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = fill(tmp_path, 1)[0].warc
    number = int(first.split("-")[2])

    still = datetime.strptime(first.split("-")[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    monkeypatch.setattr("archive.clock.now", lambda: still)
    monkeypatch.setattr("archive.warc_file.SERIAL", iter(range(number, number + 10)))
    (tmp_path / first.replace(f"-{number:05d}-", f"-{number + 1:05d}-")).with_suffix(".gz.open").touch()
    kept = (tmp_path / first).read_bytes()
    assert fill(tmp_path, 1)[0].warc == first.replace(f"-{number:05d}-", f"-{number + 2:05d}-")
    assert (tmp_path / first).read_bytes() == kept


def test_nothing_is_made_without_a_record(tmp_path: Path) -> None:
    with WarcWriter(tmp_path) as writer:
        writer.sync()
    assert list(tmp_path.iterdir()) == []


def test_the_request_line_is_one_line(tmp_path: Path) -> None:
    with WarcWriter(tmp_path) as writer:
        writer.write(exchange("http://u:p@h.example/a b\r\nX: 1?q=法", request_body=b"k=v"), origin(), target="t")
        writer.write(exchange("http://h.example", request_headers=(("host", "x"),)), origin(), target="t")
    with only_file(tmp_path).open("rb") as file:
        asked = [(r.http_headers, r.raw_stream.read()) for r in ArchiveIterator(file) if r.rec_type == "request"]
    assert [(head.statusline, head.headers, body) for head, body in asked] == [
        ("/a%20b%0D%0AX:%201?q=%E6%B3%95 HTTP/1.1", [("Host", "h.example"), ("User-Agent", "fazhi")], b"k=v"),
        ("/ HTTP/1.1", [("host", "x")], b""),
    ]


def test_warcio_check_is_content(tmp_path: Path) -> None:
    fill(tmp_path, 3)
    assert_warcio_is_content(tmp_path, passes=7)


def assert_warcio_is_content(folder: Path, *, passes: int) -> None:
    warcio = Path(sys.executable).with_name("warcio")
    done = subprocess.run([warcio, "check", "-v", only_file(folder)], capture_output=True, text=True)
    assert (done.returncode, done.stdout.count("digest pass")) == (0, passes)
