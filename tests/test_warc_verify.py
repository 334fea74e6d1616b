from __future__ import annotations

import gzip
import os
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import checks, clock
from archive.captures import digests
from archive.cli import fazhi
from archive.datadir import DataDir
from archive.warc_http import Exchange
from archive.warc_read import walk
from archive.warc_repair import repair
from archive.warc_scan import Raw, scan
from archive.warc_verify import Finding, share, verify
from archive.warc_write import WarcWriter

from .warc_samples import MOMENT, PAGE, exchange, fill, findings, only_file, origin, table


def spans(path: Path) -> list[tuple[int, int]]:
    """Return where each record of a whole file begins and ends."""
    return [(item.offset, item.end) for item in scan(path) if isinstance(item, Raw)]


def rewrite(path: Path, old: bytes, new: bytes) -> int:
    """Change the text of the first record that holds ``old``, pack it anew, and return its offset."""
    data = path.read_bytes()
    for start, end in spans(path):
        plain = gzip.decompress(data[start:end])
        if old in plain:
            path.write_bytes(data[:start] + gzip.compress(plain.replace(old, new)) + data[end:])
            return start
    raise AssertionError(f"{old!r} is in no record")


def test_a_flipped_byte_names_its_record_and_no_other(tmp_path: Path) -> None:
    captures = fill(tmp_path, 3)
    path = only_file(tmp_path)
    data, where = path.read_bytes(), spans(path)
    harmless = range(4, 10)  # time, hints and system in a gzip header: no content
    for start, end in where[3:5]:  # response and request in the middle
        for position in range(start, end):
            if position - start in harmless:
                continue
            broken = bytearray(data)
            broken[position] ^= 0x55
            path.write_bytes(broken)
            found = findings(tmp_path)
            assert [(finding.file, finding.offset) for finding in found] == [(path.name, start)], position
            assert list(walk(tmp_path)) == [c for c in captures if c.offset != start]


def test_all_broken_records_are_found(tmp_path: Path) -> None:
    captures = fill(tmp_path, 6)
    path = only_file(tmp_path)
    data = bytearray(path.read_bytes())
    where = spans(path)
    hit = [where[number] for number in (0, 3, 4, 8, len(where) - 1)]
    for _, end in hit:
        data[end - 6] ^= 1  # the checksum
    path.write_bytes(data)
    found = findings(tmp_path)
    assert [finding.offset for finding in found] == [start for start, end in hit]
    assert str(found[0]) == f"{path.name}:0: damaged gzip data (incorrect data check)"
    assert list(walk(tmp_path)) == [c for c in captures if c.offset not in {start for start, end in hit}]


def test_a_torn_end_is_found(tmp_path: Path) -> None:
    fill(tmp_path, 2)
    path = only_file(tmp_path)
    last = spans(path)[-1][0]
    os.truncate(path, path.stat().st_size - 1)
    assert findings(tmp_path) == [Finding(path.name, last, "torn: the file ends inside the record")]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"\r\n\r\npage 1", b"\r\n\r\npage 2", "block digest does not fit the bytes"),
        (b"Content-Length: 104\r\n\r\nHTTP", b"Content-Length: 100\r\n\r\nHTTP", "its Content-Length says 100"),
        (b"Content-Length: 104\r\n\r\nHTTP", b"Content-Length: 999\r\n\r\nHTTP", "its Content-Length says 999"),
        (b"Content-Length: 104\r\n\r\nHTTP", b"Content-Length: -1\r\n\r\nHTTP", "Content-Length is no number: '-1'"),
        (b"WARC/1.1", b"WORC/1.1", "no WARC record begins here"),
        (b"WARC-Payload-Digest: sha256:A", b"WARC-Payload-Digest: sha256:B", "payload digest does not fit the bytes"),
        (b"WARC-Payload-Digest: sha256:", b"WARC-Payload-Digest: sha256:!", "payload digest does not fit the bytes"),
        (b"HTTP/1.1 200", b"HTTP/1.1 2x0", "block digest does not fit"),
        (b"WARC-Type: request", b"WARC-Tope: request", "no WARC-Type"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, old: bytes, new: bytes, problem: str) -> None:
    with WarcWriter(tmp_path) as writer:
        for number in range(400):  # until a payload digest begins with A
            capture = writer.write(exchange("http://a.example/", b"page 1%d" % number), origin(), target="t")
            if capture.digest[7] == "0" and int(capture.digest[8], 16) < 8:
                break
    path = only_file(tmp_path)
    data = path.read_bytes()
    plain = gzip.decompress(data[slice(*spans(path)[1])])
    told = plain.partition(b"\r\n\r\nHTTP")[0].rpartition(b"Content-Length: ")[2]
    offset = rewrite(path, old.replace(b"104", told), new)  # 104 stands for the true length
    (found,) = findings(tmp_path)
    assert found.offset == offset
    assert problem in found.problem


def test_revisits_must_refer_to_something_whole(tmp_path: Path) -> None:
    known = table(tmp_path)
    with WarcWriter(tmp_path, known=known.find_digest) as writer:
        for number, url in enumerate(["http://a.example/1", "http://a.example/2"]):
            known.add(writer.write(exchange(url, seconds=number), origin(), target=url))
    page, again = walk(tmp_path)
    assert (page.kind, again.kind) == ("response", "revisit")
    path = only_file(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: page.offset] + data[page.offset :].replace(b"\x1f\x8b\x08", b"\0\0\0", 1))
    text = "refers to a record that is not here or broken (revisit http://a.example/2)"
    assert [(found.offset, found.problem) for found in findings(tmp_path)] == [
        (page.offset, "damaged gzip data (incorrect header check)"),
        (again.offset, text),
    ]
    path.write_bytes(data)
    rewrite(path, b"WARC-Refers-To-Date: 2026", b"WARC-Refers-To-Date: 2025")
    assert [(found.offset, found.problem) for found in findings(tmp_path)] == [(again.offset, text)]
    path.write_bytes(data)
    changed = again.digest
    assert findings(tmp_path) == []
    with WarcWriter(
        tmp_path, known=lambda digest, url: ("http://a.example/1", "2026-11-25T01:02:03.000045Z")
    ) as writer:
        wrong = writer.write(exchange("http://a.example/1", PAGE + b"x", seconds=9), origin(), target="t")
    assert wrong.digest != changed
    assert [str(found) for found in findings(tmp_path)] == [
        f"{wrong.warc}:{wrong.offset}: refers to a record with other bytes (revisit http://a.example/1)"
    ]


def test_a_304_refers_to_something_whole_and_is_one(tmp_path: Path) -> None:
    url = "http://a.example/1"
    with WarcWriter(tmp_path) as writer:
        page = writer.write(exchange(url), origin(), target=url)
        seen = exchange(url, b"", seconds=1, status=304, headers=())
        again = writer.write(seen, origin(), target=url, confirms=page)
        named = writer.write(replace(seen, fetched=MOMENT + timedelta(2)), origin(), target=url, confirms=page)
    assert findings(tmp_path) == []
    path = only_file(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: page.offset] + data[page.offset :].replace(b"\x1f\x8b\x08", b"\0\0\0", 1))
    text = f"refers to a record that is not here or broken (revisit {url})"
    assert [(found.offset, found.problem) for found in findings(tmp_path)][1:] == [
        (again.offset, text), (named.offset, text)
    ]  # fmt: skip


def test_a_200_in_the_place_of_a_304_of_another_tool_is_told(tmp_path: Path) -> None:
    block = b"HTTP/1.1 200 OK\r\n\r\nbody"
    (tmp_path / "other.warc").write_bytes(
        b"WARC/1.1\r\nWARC-Type: revisit\r\nWARC-Target-URI: http://a.example/\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
        b"WARC-Profile: http://netpreserve.org/warc/1.1/revisit/server-not-modified\r\n"
        b"Content-Type: application/http\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n" % (len(block), block)
    )
    text = "status 200 with 4 bytes in the place of a 304 (revisit http://a.example/)"
    assert [found.problem for found in findings(tmp_path)] == [text]


def forgery(family: str) -> Exchange:
    """Return a page whose gzip body, stored as it is, looks like a record of ours."""
    block = b"HTTP/1.1 200 OK\r\n\r\nforged"
    record = (
        b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://forged.example/\r\n"
        b"WARC-Date: 2026-01-01T00:00:00Z\r\nContent-Type: application/http\r\nWARC-Fazhi-Portal: 990101\r\n"
        b"WARC-Warcinfo-ID: " + family.encode() + b"\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n" % (len(block), block)
    )
    noise = os.urandom(40_000)
    return exchange("http://evil.example/", noise + gzip.compress(record) + noise)


@pytest.mark.parametrize("damage", ["middle", "torn"])
def test_a_record_inside_a_broken_record_is_not_taken(tmp_path: Path, damage: str) -> None:
    with WarcWriter(tmp_path) as writer:
        first = writer.write(exchange("http://a.example/"), origin(), target="t")
        evil = writer.write(forgery("<urn:uuid:guessed>"), origin(), target="t")
        last = writer.write(exchange("http://b.example/"), origin(), target="t")
    path = only_file(tmp_path)
    data = bytearray(path.read_bytes())
    assert data.count(b"\x1f\x8b\x08") == 8  # the forgery is there to be found: 7 records and it
    if damage == "middle":
        data[evil.offset + 20] ^= 0x55
        path.write_bytes(data)
        assert list(walk(tmp_path)) == [first, last]
        assert [found.offset for found in findings(tmp_path)] == [evil.offset]
    else:
        path.rename(path.with_name(path.name + ".open")).write_bytes(data[: last.offset - 800])
        repair(tmp_path)
        assert path.stat().st_size == evil.offset
        assert list(walk(tmp_path)) == [first]


def test_uncompressed_files_are_checked_too(tmp_path: Path) -> None:
    fill(tmp_path, 3)
    packed = only_file(tmp_path)
    plain = gzip.decompress(packed.read_bytes())
    packed.unlink()
    path = tmp_path / "a.warc"
    path.write_bytes(plain)
    assert findings(tmp_path) == []
    offsets = [capture.offset for capture in walk(tmp_path)]
    assert len(offsets) == 3
    where = spans(path)
    for position, hit in ((plain.index(b"page 1"), offsets[1]), (plain.index(b"WARC/1.1", 5), where[1][0])):
        broken = bytearray(plain)
        broken[position] ^= 1
        path.write_bytes(broken)
        assert [found.offset for found in findings(tmp_path)] == [hit]
    for size in range(where[-1][0] + 1, where[-1][1] - 4):
        path.write_bytes(plain[:size])
        assert [found.offset for found in findings(tmp_path)] == [where[-1][0]]


def test_bombs_and_nonsense_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.warc_scan.MAX_RECORD", 100_000)
    (tmp_path / "bomb.warc.gz").write_bytes(gzip.compress(b"WARC/1.1\r\n\r\n" + bytes(10**6)))
    (tmp_path / "head.warc.gz").write_bytes(gzip.compress(b"WARC/1.1\r\n" + b"a: b\r\n" * 10_000))
    (tmp_path / "huge.warc").write_bytes(b"WARC/1.1\r\nContent-Length: 999999999999\r\n\r\n")
    (tmp_path / "magic.warc.gz").write_bytes(b"\x1f\x8b\x08" * 10_000)
    (tmp_path / "noise.warc").write_bytes(bytes(range(256)) * 100)
    assert [str(found) for found in findings(tmp_path)] == [
        "bomb.warc.gz:0: record larger than 100,000 bytes",
        "head.warc.gz:0: the head of the record does not end",
        "huge.warc:0: record larger than 100,000 bytes",
        "magic.warc.gz:0: torn: the file ends inside the record",
        "noise.warc:0: no WARC record begins here",
    ]
    assert list(walk(tmp_path)) == []


def test_a_few_bytes_in_front_do_not_make_a_packed_file_a_plain_one(tmp_path: Path) -> None:
    captures = fill(tmp_path, 3)
    path = only_file(tmp_path)
    path.write_bytes(b"WARC/" + path.read_bytes())
    assert [capture.id for capture in walk(tmp_path)] == [capture.id for capture in captures]


@settings(max_examples=100, deadline=None)
@given(where=st.floats(0, 1), length=st.integers(0, 1000), new=st.binary(max_size=300))
def test_any_damage_costs_only_the_records_it_touches(
    tmp_path_factory: pytest.TempPathFactory, where: float, length: int, new: bytes
) -> None:
    folder = tmp_path_factory.mktemp("warc")
    captures = fill(folder, 4)
    path = only_file(folder)
    whole, records = path.read_bytes(), spans(path)
    start = int(where * len(whole))
    end = min(len(whole), start + length)
    path.write_bytes(whole[:start] + new + whole[end:])
    ends = dict(records)
    untouched = [c.id for c in captures if ends[c.offset] <= start or c.offset >= end]
    got = [c.id for c in walk(folder)]
    assert [key for key in got if key in untouched] == untouched
    assert set(got) <= {c.id for c in captures}
    if new != whole[start:end] and not any(s + 4 <= start and end <= s + 10 for s, e in records):
        inside = any(s < start < e or s < end < e for s, e in records)
        assert findings(folder) or not inside


def test_progress_ends_at_the_whole(tmp_path: Path) -> None:
    fill(tmp_path, 5, max_bytes=2_000)
    seen: list[tuple[int, int | None]] = []
    assert list(verify(tmp_path, progress=lambda done, total: seen.append((done, total)))) == []
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert seen[-1] == (size, size)
    assert seen == sorted(seen)
    assert list(verify(tmp_path / "none", progress=lambda done, total: None)) == []


def test_a_wrong_length_in_an_uncompressed_file_is_found(tmp_path: Path) -> None:
    record = b"WARC/1.1\r\nWARC-Type: metadata\r\nContent-Length: %d\r\n\r\n12345\r\n\r\n"
    (tmp_path / "a.warc").write_bytes(record % 5 + record % 3 + record % 5 + record % 500)
    size = len(record % 5)
    assert [str(found) for found in findings(tmp_path)] == [
        f"a.warc:{size}: no line end after the 3 bytes its Content-Length says",
        f"a.warc:{size * 3}: torn: record has 9 bytes, its Content-Length says 500",
    ]


DAY = date(2027, 5, 1)


def many(place: DataDir, count: int) -> list[str]:
    """Write so many closed files of one page each, and return their names."""
    for number in range(count):
        with WarcWriter(place.warc) as writer:
            url = f"http://www.example.gov.cn/{number}.html"
            writer.write(exchange(url, b"page %d" % number, seconds=number), origin(), target=url)
    return sorted(path.name for path in place.warc.iterdir())


def test_each_file_has_one_day_in_thirty(tmp_path: Path) -> None:
    place = DataDir.open(tmp_path)
    names = many(place, 60)
    checks.keep(place, names, [])
    today = clock.today()
    days = [share(place, today + timedelta(days=number), 30) for number in range(30)]
    # The clock stands still, so no check is late: what is left is each file's own day.
    assert sorted(name for day in days for name in day) == names
    assert len([day for day in days if day]) > 15
    assert share(place, today + timedelta(days=30), 30) == days[0]


def test_a_new_file_comes_first_and_a_missed_day_is_made_up_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = DataDir.open(tmp_path)
    names = many(place, 60)
    assert names[-1] in share(place, DAY, 30)  # none was ever checked: the newest, and no more than a day's work
    assert 2 <= len(share(place, DAY, 30)) < 12
    monkeypatch.setattr("archive.clock._ahead", lambda: datetime(2027, 5, 1, 4, tzinfo=UTC).timestamp() - time.time())
    checks.keep(place, names, [])
    seen: set[str] = set()
    for number in range(40, 80):  # asleep for a month and ten days
        seen |= set(share(place, DAY + timedelta(days=number), 30))
    assert seen == set(names)
    assert len(share(place, DAY + timedelta(days=40), 30)) < 12


def test_a_share_leaves_out_what_is_still_open_and_finds_what_revisits_refer_to(tmp_path: Path) -> None:
    place = DataDir.open(tmp_path)
    known = table(tmp_path)
    url = "http://www.example.gov.cn/a.html"
    with WarcWriter(place.warc, known=known.find_digest) as writer:
        known.add(writer.write(exchange(url), origin(), target=url))
        writer.close()
        known.add(writer.write(exchange(url, seconds=60), origin(), target=url))
        writer.close()
        writer.write(exchange(url, b"other", seconds=90), origin(), target=url)
        closed = sorted(path.name for path in place.warc.glob("*.gz"))
        assert {name for number in range(30) for name in share(place, DAY + timedelta(days=number))} == set(closed)

    def told(**options: object) -> list[str]:
        found = verify(place.warc, progress=lambda done, total: None, names=closed[1:2], **options)  # type: ignore[arg-type]  # a table of options
        return [finding.problem for finding in found]

    with digests(tmp_path / "crawl.db") as known_digest:
        assert told(known=known_digest) == []
        assert told(known=lambda identity: None) == [f"refers to a record that is not here or broken (revisit {url})"]
    (tmp_path / "damaged.db").write_bytes(b"no database" * 100)
    with digests(tmp_path / "damaged.db") as none:
        assert none is None
        assert told(known=none) == []


def test_a_share_is_done_by_the_command(tmp_path: Path) -> None:
    place = DataDir.open(tmp_path)
    names = many(place, 2)
    today = share(place, clock.today())
    result = CliRunner().invoke(fazhi, ["verify", "--share", "--data", str(tmp_path)])
    assert (result.exit_code, result.stdout) == (0, f"all records whole in {len(today)} of 2 file(s)\n")
    assert sorted(checks.last(place)) == today
    rest = share(place, clock.today())  # those of today, and the one that was never checked
    assert set(rest) | set(today) == set(names)
