from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.captures import connect
from archive.errors import StorageError
from archive.warc_read import walk
from archive.warc_repair import repair
from archive.warc_scan import Raw, scan

from .warc_samples import fill, findings, only_file


def opened(folder: Path) -> Path:
    """Give the folder's one file the name it has while it is written."""
    path = only_file(folder)
    return path.rename(path.with_name(path.name + ".open"))


def test_a_whole_file_is_only_closed(tmp_path: Path) -> None:
    captures = fill(tmp_path, 3)
    name = only_file(tmp_path).name
    opened(tmp_path)
    assert repair(tmp_path) == [f"{name}: closed after a crash, all records whole"]
    assert list(walk(tmp_path)) == captures
    assert repair(tmp_path) == []


def test_a_file_cut_anywhere_in_its_last_two_records_is_repaired(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut at every byte, repair, append, walk: all that was whole is there, and what was appended."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # some 900 times: only its time would matter
    whole = tmp_path / "whole"
    whole.mkdir()
    captures = fill(whole, 3)
    data, name = only_file(whole).read_bytes(), only_file(whole).name
    ends = [item.end for item in scan(only_file(whole)) if isinstance(item, Raw)]
    more = data[captures[0].offset : captures[1].offset]  # a response and its request, to be appended
    folder = tmp_path / "cut"
    for size in range(ends[-3], len(data) + 1):  # the last two records: a response and its request
        folder.mkdir()
        (folder / (name + ".open")).write_bytes(data[:size])
        kept = max(end for end in ends if end <= size)
        (said,) = repair(folder)
        expected = f"{size - kept} bytes of a torn record cut off at {kept}" if size > kept else "all records whole"
        assert said == f"{name}: closed after a crash, {expected}"
        assert (folder / name).read_bytes() == data[:kept]
        assert findings(folder) == []
        with (folder / name).open("ab") as file:
            file.write(more)
        assert [c.id for c in walk(folder)] == [c.id for c in captures if c.offset < kept] + [captures[0].id]
        shutil.rmtree(folder)


def test_a_new_file_is_begun_after_a_repair(tmp_path: Path) -> None:
    first = fill(tmp_path, 2)
    path = opened(tmp_path)
    os.truncate(path, path.stat().st_size - 700)
    assert "torn record" in repair(tmp_path)[0]
    second = fill(tmp_path, 2)
    assert list(walk(tmp_path)) == first[:1] + second
    assert findings(tmp_path) == []


@pytest.mark.parametrize("tail", [b"\0" * 5000, b"\x1f\x8b\x08\0\0", b"garbage"])
def test_what_a_power_cut_leaves_at_the_end_is_cut_off(tmp_path: Path, tail: bytes) -> None:
    captures = fill(tmp_path, 2)
    whole = only_file(tmp_path).read_bytes()
    path = opened(tmp_path)
    path.write_bytes(whole + tail)
    assert f"{len(tail):,} bytes of a torn record cut off at {len(whole)}" in repair(tmp_path)[0]
    assert only_file(tmp_path).read_bytes() == whole
    assert list(walk(tmp_path)) == captures


def test_a_damaged_record_in_the_middle_costs_only_itself(tmp_path: Path) -> None:
    captures = fill(tmp_path, 3)
    path = opened(tmp_path)
    data = bytearray(path.read_bytes())
    data[captures[1].offset : captures[1].offset + 100] = bytes(100)
    path.write_bytes(data + b"torn")
    assert "4 bytes of a torn record cut off" in repair(tmp_path)[0]
    assert list(walk(tmp_path)) == [captures[0], captures[2]]
    assert [finding.offset for finding in findings(tmp_path)] == [captures[1].offset]


@pytest.mark.parametrize("size", [0, 1, 100])
def test_a_file_without_a_whole_record_is_removed(tmp_path: Path, size: int) -> None:
    fill(tmp_path, 1)
    path = opened(tmp_path)
    os.truncate(path, size)
    assert repair(tmp_path) == [f"{path.name}: removed, it held no whole record ({size} bytes)"]
    assert list(tmp_path.iterdir()) == []


def test_two_files_of_one_name_are_left_alone(tmp_path: Path) -> None:
    captures = fill(tmp_path, 1)
    path = only_file(tmp_path)
    shutil.copy(path, tmp_path / (path.name + ".open"))
    assert repair(tmp_path) == [
        f"{path.name}.open: left alone, as {path.name} is there too; remove the one that is a copy"
    ]
    assert list(walk(tmp_path)) == captures


def test_other_files_are_not_touched(tmp_path: Path) -> None:
    for name in ("a.warc.gz", "b.warc.open", "notes.open"):
        (tmp_path / name).write_bytes(b"x")
    assert repair(tmp_path) == []
    assert repair(tmp_path / "none") == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.warc.gz", "b.warc.open", "notes.open"]


def test_a_disk_that_refuses_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, 1)
    opened(tmp_path)

    def refuse(path: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(StorageError, match=r"cannot repair .*: Permission denied - check the disk"):
        repair(tmp_path)


CRAWL = """
import os, sys
from pathlib import Path
from archive.captures import Captures, connect
from archive.warc_write import WarcWriter
from tests.warc_samples import exchange, origin
real = os.write
os.write = lambda descriptor, data: real(descriptor, data[:500])  # many small writes: a kill finds one half done
folder, start = Path(sys.argv[1]), int(sys.argv[2])
table = Captures(connect(folder.parent / "crawl.db"))
print("begun", flush=True)
with WarcWriter(folder, max_bytes=100_000, known=table.find_digest) as writer:
    for number in range(start, start + 100_000):
        body = os.urandom(20_000) if number % 3 else b"the same" * 200
        capture = writer.write(exchange(f"http://a.example/{number}", body, seconds=number), origin(), target="t")
        writer.sync()
        table.add(capture)
"""


def test_a_writer_killed_at_any_moment_loses_nothing_that_has_a_row(tmp_path: Path) -> None:
    folder = tmp_path / "warc"
    folder.mkdir()
    said: list[str] = []
    dice = random.Random(20261125)
    for turn in range(6):
        command = [sys.executable, "-c", CRAWL, str(folder), str(turn * 100_000)]
        root = Path(__file__).resolve().parents[1]
        with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"begun\n"
            time.sleep(dice.uniform(0.01, 0.3))
            child.send_signal(signal.SIGKILL)
        said += repair(folder)
        assert not list(folder.glob("*.open"))
    assert findings(folder) == []
    db = connect(tmp_path / "crawl.db")
    rows = {tuple(row) for row in db.execute('SELECT id, digest, warc, "offset" FROM captures')}
    db.close()
    captures = list(walk(folder))
    found = {(c.id, c.digest, c.warc, c.offset) for c in captures}
    assert rows <= found
    assert len(found - rows) <= 6  # the one record in each turn whose row did not come to be written
    assert len(rows) > 6
    assert said
