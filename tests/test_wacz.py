"""``fazhi export --format wacz``: whole, indexed, described, and replayed by the tools of others.

The last test asks ``wacz validate`` and pywb, which are too heavy to be installed with the others: `make replay` makes
an environment for them and names it in FAZHI_REPLAY.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fazhi_zoo.records import library
from warcio.archiveiterator import ArchiveIterator

from archive import captures
from archive.cli import fazhi
from archive.datadir import DataDir
from archive.model import Capture, Role
from archive.pipeline import Pipeline
from archive.warc_write import WarcWriter

from .warc_samples import exchange, origin

HOST = "http://www.example.gov.cn"
SHEET = b"\xd0\xcf\x11\xe0" + b"figures" * 400


def page(number: int, charset: str) -> bytes:
    """Return a report page of the year 2016 + ``number``."""
    _, report = list(library(number + 1))[number]
    lines = "".join(f"<p>{line}</p>" for line in report.text.split("\n"))
    html = f"<html><head><meta charset={charset}><title>{report.title}</title></head><body><h1>{report.title}</h1>"
    return f"{html}<p>发布日期：{report.published}</p>{lines}<a href=/a.xls>附件</a></body></html>".encode(
        charset, "replace"
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    """Three reports, one in GBK, each seen thrice (the same bytes, then a 304), in three files; a list, a file."""
    place = DataDir.open(tmp_path_factory.mktemp("wacz") / "data")
    with closing(captures.connect(place.crawl_db)) as db:
        known = captures.Captures(db)
        with WarcWriter(place.warc, known=known.find_digest) as writer:
            firsts: dict[int, Capture] = {}
            for turn in range(3):
                for number, charset in enumerate(("utf-8", "gbk", "utf-8")):
                    url, seconds = f"{HOST}/t{number}.html?b=2&a=1", turn * 86_400.0 + number
                    headers = (("Content-Type", f"text/html; charset={charset}"), ("ETag", f'"{number}"'))
                    sent = exchange(
                        url, b"" if turn == 2 else page(number, charset), seconds=seconds, headers=headers,
                        **({"status": 304, "reason": "Not Modified"} if turn == 2 else {}),
                    )  # fmt: skip
                    taken = writer.write(
                        sent, origin(parent=f"{HOST}/"), target=url, confirms=firsts[number] if turn == 2 else None
                    )
                    firsts.setdefault(number, taken)
                    known.add(taken)
                list_page = b"<html>" + b"list %d" % turn * 300
                known.add(
                    writer.write(
                        exchange(f"{HOST}/", list_page, seconds=turn * 86_400 + 50),
                        origin(role=Role.LISTING), target=f"{HOST}/",
                    )
                )  # fmt: skip
                writer.close()
            known.add(
                writer.write(
                    exchange(f"{HOST}/a.xls", SHEET, seconds=90, headers=(("Content-Type", "application/msexcel"),)),
                    origin(role=Role.ATTACHMENT, parent=f"{HOST}/t1.html?b=2&a=1"), target=f"{HOST}/a.xls",
                )
            )  # fmt: skip
    counts = Pipeline(place).run()
    assert counts.get("report", 0) >= 3, counts
    return place


def export(place: DataDir, output: Path, *options: str, status: int = 0) -> str:
    arguments = ["export", "--format", "wacz", "--data", str(place.root), "--output", str(output), *options]
    result = CliRunner().invoke(fazhi, arguments)
    assert result.exit_code == status, result.output
    return result.stderr


def lines(package: zipfile.ZipFile) -> list[tuple[str, str, dict[str, str]]]:
    """Return the index as (key, moment, facts)."""
    found = []
    for line in gzip.decompress(package.read("indexes/index.cdx.gz")).decode().splitlines():
        key, stamp, facts = line.split(" ", 2)
        found.append((key, stamp, json.loads(facts)))
    return found


def check(file: Path) -> list[dict[str, str]]:
    """Hold a package against its own description and its index against the records; return the facts of the index."""
    with zipfile.ZipFile(file) as package:
        assert package.testzip() is None
        described = json.loads(package.read("datapackage.json"))
        assert described["wacz_version"] == "1.1.1"
        told = {each["path"]: (each["bytes"], each["hash"]) for each in described["resources"]}
        held = {name: package.read(name) for name in package.namelist() if not name.startswith("datapackage")}
        assert told == {n: (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}") for n, data in held.items()}
        digest = json.loads(package.read("datapackage-digest.json"))
        assert digest["hash"] == f"sha256:{hashlib.sha256(package.read('datapackage.json')).hexdigest()}"
        for info in package.infolist():
            if info.filename.endswith(".gz"):
                assert info.compress_type == zipfile.ZIP_STORED
        index = lines(package)
        assert index == sorted(index, key=lambda line: (line[0].encode(), line[1]))
        for _, stamp, facts in index:
            data = held[f"archive/{facts['filename']}"]
            start = int(facts["offset"])
            (record,) = ArchiveIterator(BytesIO(data[start : start + int(facts["length"])]))
            head = record.rec_headers
            assert head.get_header("WARC-Target-URI") == facts["url"]
            assert "".join(c for c in head.get_header("WARC-Date")[:19] if c.isdigit()) == stamp
            assert (record.rec_type == "revisit") == (facts["mime"] == "warc/revisit")
        blocks = package.read("indexes/index.idx").decode().splitlines()
        assert json.loads(blocks[0].removeprefix("!meta 0 "))["format"] == "cdxj-gzip-1.0"
        pages = [json.loads(line) for line in package.read("pages/pages.jsonl").decode().splitlines()]
        assert {page["url"] for page in pages[1:]} <= {facts["url"] for _, _, facts in index}
        return [facts for _, _, facts in index]


def test_everything_is_packed_as_it_is(place: DataDir, tmp_path: Path) -> None:
    told = export(place, tmp_path / "all.wacz")
    assert told == f"13 capture(s) exported to {tmp_path / 'all.wacz'}\n"
    facts = check(tmp_path / "all.wacz")
    assert [each["mime"] for each in facts].count("warc/revisit") == 6
    assert len([each for each in facts if "status" not in each]) == 3  # the answers 304
    with zipfile.ZipFile(tmp_path / "all.wacz") as package:
        for file in place.warc.iterdir():
            assert package.read(f"archive/{file.name}") == file.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.wacz"]


def test_what_belongs_to_a_chosen_report_comes_whole(place: DataDir, tmp_path: Path) -> None:
    export(place, tmp_path / "one.wacz", "--year", "2017")
    facts = check(tmp_path / "one.wacz")
    assert sorted(each["url"] for each in facts) == [f"{HOST}/a.xls", *[f"{HOST}/t1.html?b=2&a=1"] * 3]
    with zipfile.ZipFile(tmp_path / "one.wacz") as package:
        data = package.read("archive/fazhi-chosen.warc.gz")
        kinds = [record.rec_type for record in ArchiveIterator(BytesIO(data))]
    assert kinds.count("request") == 4
    assert kinds.count("warcinfo") == 4  # of each file it was taken from


def test_an_open_file_is_packed_up_to_its_last_whole_record(place: DataDir, tmp_path: Path) -> None:
    shutil.copytree(place.root, tmp_path / "data")
    copy = DataDir.open(tmp_path / "data")
    last = max(copy.warc.iterdir())
    with last.open("ab") as file:
        file.write(last.read_bytes()[:500])
    last.rename(last.with_name(last.name + ".open"))
    export(copy, tmp_path / "all.wacz")
    assert len(check(tmp_path / "all.wacz")) == 13


def test_a_broken_record_is_left_out_and_named(place: DataDir, tmp_path: Path) -> None:
    shutil.copytree(place.root, tmp_path / "data")
    copy = DataDir.open(tmp_path / "data")
    max(copy.warc.iterdir()).unlink()  # the attachment's
    told = export(copy, tmp_path / "one.wacz", "--year", "2017", status=1)
    assert "cannot be read; `fazhi verify` says why" in told
    assert "1 record(s) left out" in told
    assert len(check(tmp_path / "one.wacz")) == 3


def test_what_cannot_be_packed_leaves_no_file(place: DataDir, tmp_path: Path) -> None:
    assert "no page to export" in export(place, tmp_path / "none.wacz", "--year", "1999", status=2)
    assert "name a file with --output" in export(place, tmp_path / "none.wacz", "--metadata-only", status=2)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def tools() -> Path:
    """The folder of commands of an environment with wacz and pywb."""
    if "FAZHI_REPLAY" not in os.environ:
        pytest.skip("needs wacz and pywb: run `make replay`")
    return Path(os.environ["FAZHI_REPLAY"]).absolute() / "bin"


@pytest.fixture
def replay(tools: Path, place: DataDir, tmp_path: Path) -> Iterator[Any]:
    """pywb serving all of it; yields a function that asks for a moment and an address."""
    export(place, tmp_path / "all.wacz")
    folder = tmp_path / "pywb"
    folder.mkdir()
    run = {"cwd": folder, "capture_output": True, "text": True, "check": True}
    subprocess.run([tools / "wb-manager", "init", "zoo"], **run)
    subprocess.run([tools / "wb-manager", "add", "--unpack-wacz", "zoo", tmp_path / "all.wacz"], **run)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [tools / "wayback", "--bind", "127.0.0.1", "--port", str(port)], cwd=folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def ask(stamp: str, url: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", f"/zoo/{stamp}id_/{url}")
        with closing(connection):
            answer = connection.getresponse()
            return answer.status, answer.read()

    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield ask
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.mark.slow
def test_wacz_finds_it_valid(tools: Path, place: DataDir, tmp_path: Path) -> None:
    for name, options in (("all", []), ("one", ["--year", "2017"])):
        file = tmp_path / f"{name}.wacz"
        export(place, file, *options)
        done = subprocess.run(
            [tools / "wacz", "validate", "-f", file], capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert (done.returncode, "Valid" in done.stdout or "valid" in done.stdout) == (0, True), (
            done.stdout + done.stderr
        )


@pytest.mark.slow
def test_pywb_replays_it(replay: Any) -> None:
    for number, charset in enumerate(("utf-8", "gbk", "utf-8")):
        for day in (25, 26, 27):  # the response, the revisit of the same bytes, the 304
            found = replay(f"202611{day}01020{3 + number}", f"{HOST}/t{number}.html?b=2&a=1")
            assert found == (200, page(number, charset))
    assert replay("20261125010333", f"{HOST}/a.xls") == (200, SHEET)
