"""Databases for years: damaged pages are found and mended, empty ones given back, logs written back; readers go on."""

from __future__ import annotations

import random
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive import captures, damage, maintenance, schema, store
from archive.adding import add_files
from archive.cli import fazhi
from archive.datadir import DataDir
from archive.errors import StorageError
from crawler import run

from .test_rebuild import dump

Broke = Callable[[Path], None]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, sample_files: list[Path]) -> DataDir:
    """A data directory with 20 pages, and some rows of a crawler's table that no WARC file tells."""
    place = DataDir.open(tmp_path_factory.mktemp("original") / "data")
    add_files(place, sample_files[:20], url=None, code=None)
    with closing(captures.connect(place.crawl_db)) as db:
        db.execute("create table crawls (id text primary key, note text not null)")
        for number in range(2000):
            db.execute("insert into crawls values (?, ?)", (f"{number:05d}", "x" * 200))
    with closing(store.open_archive(place.archive_db)) as archive:
        archive.conn.execute("insert into portals (code, name) values ('990102', '临溪区人民政府')")
    for path in (place.crawl_db, place.archive_db):
        maintenance.checkpoint(path, print)
    return place


@pytest.fixture
def place(tmp_path: Path, original: DataDir) -> DataDir:
    shutil.copytree(original.root, tmp_path / "data")
    return DataDir.open(tmp_path / "data")


def pages_of(path: Path, table: str) -> list[int]:
    """Return the leaf pages of a table, counted from 1."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("select pageno from dbstat where name = ? and pagetype = 'leaf' order by 1", (table,))
        return [number for (number,) in rows]


def spoil(path: Path, *pages: int) -> None:
    """Overwrite pages."""
    noise = random.Random(1).randbytes(4096)
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * 4096)
            file.write(noise)


def tidy(place: DataDir) -> list[str]:
    told: list[str] = []
    maintenance.tidy(place, tell=told.append)
    return told


def test_what_is_in_order_stays_as_it_is(place: DataDir) -> None:
    before = dump(place.archive_db), dump(place.crawl_db)
    assert tidy(place) == []
    assert (dump(place.archive_db), dump(place.crawl_db)) == before
    assert tidy(DataDir.open(place.root / "empty")) == []


def test_a_table_that_older_sqlite_misjudges_is_no_damage(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as db, db:
        db.execute("create table t (a text not null, page integer not null, b text, primary key (a, b)) without rowid")
        db.executemany("insert into t values (?, ?, 'x')", [(str(number), number) for number in range(500)])
    assert damage.problem(tmp_path / "a.db", thorough=True) == ""


def test_a_damaged_page_of_captures_is_mended_from_the_warc_files(place: DataDir) -> None:
    before = dump(place.archive_db), dump(place.crawl_db)
    (leaf,) = pages_of(place.crawl_db, "captures")[:1]
    spoil(place.crawl_db, leaf)
    (line,) = tidy(place)
    assert line.startswith("crawl.db was damaged (")
    assert "rows saved of the crawler's own tables: 2,000 of crawls; the damaged file is" in line
    assert (dump(place.archive_db), dump(place.crawl_db)) == before
    assert tidy(place) == []
    assert (place.root / "crawl.db.damaged").exists()


def test_rows_around_a_damaged_page_of_the_crawlers_tables_are_saved(place: DataDir) -> None:
    before = dump(place.archive_db)
    middle = pages_of(place.crawl_db, "crawls")[40]
    spoil(place.crawl_db, middle)
    (line,) = tidy(place)
    with closing(sqlite3.connect(place.crawl_db)) as db:
        kept = db.execute("select count(*) from crawls").fetchone()[0]
    assert 1950 < kept < 2000
    assert f"{kept:,} of crawls" in line
    assert dump(place.archive_db) == before


@pytest.mark.parametrize("table", ["reports", "texts", "captures", "evidence"])
def test_a_damaged_page_of_the_archive_is_mended_while_a_reader_looks_on(place: DataDir, table: str) -> None:
    before = dump(place.archive_db)
    with closing(sqlite3.connect(place.archive_db)) as reader:
        assert reader.execute("select count(*) from reports").fetchone()[0] > 5
        spoil(place.archive_db, pages_of(place.archive_db, table)[-1])
        (line,) = tidy(place)
        assert line.startswith("archive.db was damaged (")
        assert line.endswith("): made again from the WARC files")
        after = reader.execute("select count(*), count(name) from portals").fetchone()
        assert after == (1, 1)
    assert dump(place.archive_db) == before


@pytest.mark.parametrize("name", ["crawl.db", "archive.db"])
@pytest.mark.parametrize(
    ("broke", "told"),
    [
        (lambda path: spoil(path, 1), True),
        (lambda path: path.write_bytes(b""), False),  # an empty file is an empty database
        (lambda path: path.write_bytes(b"no database at all\n" * 1000), True),
        (lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 3]), True),
    ],
    ids=["first page", "empty", "text", "cut"],
)
def test_a_rebuild_replaces_what_cannot_even_be_opened(place: DataDir, name: str, broke: Broke, told: bool) -> None:
    before = [row for row in dump(place.archive_db) if row[0] != "portals"]
    taken = [row for row in dump(place.crawl_db) if row[0] == "captures"]
    broke(place.root / name)
    result = CliRunner().invoke(fazhi, ["rebuild", "--data", str(place.root)])
    assert result.exit_code == 0, result.output
    assert (f"{name} was damaged" in result.stdout) == told
    assert [row for row in dump(place.archive_db) if row[0] != "portals"] == before
    assert [row for row in dump(place.crawl_db) if row[0] == "captures"] == taken
    assert tidy(place) == []


def test_a_damaged_search_index_is_filled_again(place: DataDir) -> None:
    with closing(sqlite3.connect(place.archive_db)) as db:
        db.execute("update reports_fts_data set block = zeroblob(length(block)) where id > 10")
        db.commit()
    (line,) = tidy(place)
    assert line.startswith("the search index was damaged (")
    assert damage.problem(place.archive_db, index=schema.FTS) == ""
    assert CliRunner().invoke(fazhi, ["search", "行政", "--data", str(place.root)]).exit_code == 0


def test_a_command_that_meets_damage_says_what_to_do(place: DataDir) -> None:
    spoil(place.archive_db, *pages_of(place.archive_db, "texts"))
    result = CliRunner().invoke(fazhi, ["export", "--data", str(place.root)])
    assert result.exit_code == 1
    assert "fazhi: a database is damaged: database disk image is malformed - run `fazhi tidy`" in result.stderr


def test_empty_pages_are_given_back_and_no_reader_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = DataDir.open(tmp_path)
    path = place.archive_db
    with closing(store.open_archive(path)) as db:
        text = "".join(map(chr, range(0x4E00, 0x5600)))
        for number in range(6000):
            db.conn.execute("insert into texts values (?, '', ?)", (str(number), text + str(number)))
        db.conn.execute("delete from texts where id > '2'")
    full = path.stat().st_size
    assert full > 40_000_000
    slowest, stop = [0.0], threading.Event()

    def read() -> None:
        with closing(sqlite3.connect(path)) as reader:
            while not stop.is_set():
                began = time.monotonic()
                reader.execute("select sum(length(text)) from texts where id like '1%'").fetchone()
                slowest[0] = max(slowest[0], time.monotonic() - began)
                time.sleep(0.001)

    reading = threading.Thread(target=read)
    reading.start()
    try:
        monkeypatch.setattr(shutil, "disk_usage", lambda where: shutil._ntuple_diskusage(10**9, 10**9, 1000))  # type: ignore[attr-defined]  # the type it returns
        assert [line.split(":")[0] for line in tidy(place)] == ["archive.db not vacuumed"]
        monkeypatch.undo()
        told = tidy(place)
    finally:
        stop.set()
        reading.join()
    assert told[0].startswith("archive.db vacuumed: ")
    assert path.stat().st_size < full / 2
    assert slowest[0] < 2.0  # a plain read is 5 ms, on a busy machine more; a writer's lock would hold it for all of it


def test_a_crawl_that_meets_damage_mends_it(place: DataDir) -> None:
    before = dump(place.archive_db)
    spoil(place.crawl_db, 1)
    with pytest.raises(StorageError, match="run the same command again"):
        run.crawl(place, [])
    assert tidy(place) == []
    assert dump(place.archive_db) == before
    with pytest.raises(sqlite3.DatabaseError, match="malformed"), run.mending(place):
        raise sqlite3.DatabaseError("database disk image is malformed")  # nothing is found: then it is told as it is


def test_a_directory_at_work_is_left_alone(place: DataDir) -> None:
    with place.lock(), pytest.raises(StorageError, match="another fazhi"):
        tidy(place)
