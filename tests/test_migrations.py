"""Databases of older versions are brought up to date when they are opened for writing, and end as if made today.

``data/archive-N.sql`` and ``crawl-N.sql`` are dumps of what older commits made of the captures below, without the
search index, which each opening can fill again. A version that changes the schema adds its predecessor's dumps.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fazhi_zoo.records import capture, rejection, report

from archive import captures, damage, schema, search, store
from archive.datadir import DataDir
from archive.errors import NewerSchemaError, StorageError
from archive.model import Capture, Rejection, Report, SourceKind
from archive.query import parse
from crawler import tables

from .test_rebuild import dump

DATA = Path(__file__).parent / "data"
TEXTS = ["一、主要工作\n" + f"本区第{n}年依照年初安排推进各项任务，共办结{n}2件。" * 9 for n in range(4)]
TAKEN: tuple[tuple[Capture, Report | Rejection], ...] = (
    (capture(0), report(TEXTS[0])),
    (capture(1, url="http://www.example0.gov.cn/t0.html"), report(TEXTS[1])),  # its text changed
    (capture(2, url="http://news.example.com/1.html"), report(TEXTS[1], source_kind=SourceKind.REPOST)),
    (capture(3), report(TEXTS[2], place=1, year=2019)),
    (capture(4), rejection()),
)
CRAWLS = ["crawl-1", "crawl-2", "crawl-2-verdicts"]


def load(name: str, path: Path) -> Path:
    """Make the database of a dump."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript((DATA / f"{name}.sql").read_text("utf-8"))
    return path


def rows(path: Path) -> dict[str, list[list[tuple[str, object]]]]:
    """Return table -> rows, columns by name: those that came later stand behind the others. Without looks and index."""
    found = {}
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        for name in set(schema.tables()) - {"portals"}:
            listed = [sorted(dict(row).items()) for row in db.execute(f"select * from {name}")]
            found[name] = sorted(([pair for pair in row if pair[0] != "docid"] for row in listed), key=repr)
    return found


def test_a_dump_for_each_older_version() -> None:
    kept = {
        name: {int(file.stem.split("-")[1]) for file in DATA.glob(f"{name}-*.sql")} for name in ("archive", "crawl")
    }
    assert kept == {"archive": set(range(1, schema.VERSION)), "crawl": set(range(1, captures.VERSION + 1))}


@pytest.mark.parametrize("version", range(1, schema.VERSION))
def test_an_older_archive_ends_as_one_made_today(tmp_path: Path, version: int) -> None:
    old = load(f"archive-{version}", tmp_path / "old.db")
    with closing(store.open_archive(old)) as db:
        assert db.conn.execute("pragma user_version").fetchone()[0] == schema.VERSION
    with closing(store.open_archive(tmp_path / "new.db")) as new:
        for taken, document in TAKEN:
            store.save(new, taken, document)
    assert rows(old) == rows(tmp_path / "new.db")
    assert damage.problem(old, thorough=True, index=schema.FTS) == ""

    # It is written and read on like any other.
    for path in (old, tmp_path / "new.db"):
        with closing(store.open_archive(path)) as db:
            store.save(db, capture(9), report(TEXTS[3], year=2022))
            store.save(db, *TAKEN[0])
    assert rows(old) == rows(tmp_path / "new.db")
    with closing(store.open_archive(old, readonly=True)) as db:
        found = search.search(db, parse("年初安排"))
        assert len(found.hits) == 4


@pytest.mark.parametrize("version", range(1, schema.VERSION))
def test_an_older_archive_opened_for_reading_first(
    tmp_path: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = load(f"archive-{version}", tmp_path / "old.db")
    copy = Path(shutil.copy(old, tmp_path / "copy.db"))
    with closing(store.open_archive(old, readonly=True)) as db:
        assert db.conn.execute("select count(*) from changes").fetchone()[0] >= 3
    monkeypatch.setattr(store, "writable", lambda path: False)
    with pytest.raises(StorageError, match="older fazhi"):
        store.open_archive(copy, readonly=True)


@pytest.mark.parametrize("name", CRAWLS)
def test_an_older_crawl_db_is_read_and_written_on(tmp_path: Path, name: str) -> None:
    place = DataDir.open(tmp_path)
    load(name, place.crawl_db)
    before = dump(place.crawl_db)
    with closing(captures.connect(place.crawl_db)) as db:
        known = captures.Captures(db)
        tables.create(db)
        assert list(known.all()) == [taken for taken, _ in TAKEN]
        known.add(capture(7))
        assert known.get(capture(7).id) == capture(7)
        for table in ("targets", "hosts", "rounds", "crawls", "verdicts", "entries"):
            (row,) = db.execute(f"select * from {table}").fetchall()
            # What stood there still does; columns that came later have their defaults.
            (old,) = [old[1:] for old in before if old[0] == table]
            assert sorted(map(repr, old)) == sorted(repr(row[at]) for at in names_of(name, table))
        tables.create(db)  # twice is once
        assert db.execute("pragma user_version").fetchone()[0] == captures.VERSION
    assert damage.problem(place.crawl_db, thorough=True) == ""


def names_of(name: str, table: str) -> list[str]:
    """Return the columns that a table had in a dump."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript((DATA / f"{name}.sql").read_text("utf-8"))
        return [row[1] for row in db.execute(f"pragma table_info({table})")]


def test_a_newer_one_is_refused_and_left_alone(tmp_path: Path) -> None:
    for name, opened in (("archive-1", store.open_archive), ("crawl-1", captures.connect)):
        path = load(name, tmp_path / f"{name}.db")
        with closing(sqlite3.connect(path)) as db:
            db.execute("pragma user_version = 99")
        before = dump(path)
        with pytest.raises(NewerSchemaError):
            opened(path)
        assert dump(path) == before
