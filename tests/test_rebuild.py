"""Both databases again from the WARC files alone: same ids, same rows."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from archive import captures
from archive.adding import add_files
from archive.datadir import DataDir
from archive.errors import UsageError
from archive.rebuild import rebuild
from archive.saved import is_warc

SEARCH_INDEX = "reports_fts"


def dump(path: Path) -> list[tuple[object, ...]]:
    """Return every row of every table of a database but the inner tables of the search index."""
    db = sqlite3.connect(path)
    names = [row[0] for row in db.execute("select name from sqlite_master where type = 'table' order by name")]
    rows = [
        (name, *row)
        for name in names
        if not name.startswith(SEARCH_INDEX)
        for row in db.execute(f"select * from [{name}]")
    ]
    db.close()
    return sorted(rows, key=repr)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, sample_files: list[Path]) -> DataDir:
    place = DataDir.open(tmp_path_factory.mktemp("original") / "data")
    added = add_files(place, sample_files, url=None, code=None)
    assert {item.outcome for item in added} > {"report"}  # reports and rejected pages, or the tests show little
    return place


@pytest.fixture
def archived(tmp_path: Path, original: DataDir) -> DataDir:
    shutil.copytree(original.root, tmp_path / "data")
    return DataDir.open(tmp_path / "data")


def test_databases_come_back_from_the_warc_files(archived: DataDir) -> None:
    before = dump(archived.archive_db), dump(archived.crawl_db)
    for database in (archived.archive_db, archived.crawl_db):
        for file in database.parent.glob(database.name + "*"):
            file.unlink()
    rebuild(archived)
    assert (dump(archived.archive_db), dump(archived.crawl_db)) == before


def test_a_broken_record_is_told_and_the_others_come_back(archived: DataDir) -> None:
    (file,) = archived.warc.iterdir()
    with file.open("r+b") as stream:
        stream.seek(file.stat().st_size // 2)
        stream.write(b"\0" * 64)
    whole = len(dump(archived.crawl_db))
    told: list[str] = []
    rebuild(archived, broken=lambda finding: told.append(str(finding)))
    assert len(told) == 1
    assert file.name in told[0]
    assert len(dump(archived.crawl_db)) == whole - 1


def test_a_rebuild_keeps_a_reader_of_the_old_file_going(archived: DataDir) -> None:
    reader = sqlite3.connect(archived.archive_db)
    ids = reader.execute("select id from reports order by id").fetchall()
    reader.execute("delete from sources")
    reader.commit()
    rebuild(archived)
    assert reader.execute("select id from reports order by id").fetchall() == ids
    assert reader.execute("select count(*) from sources").fetchone()[0] >= len(ids)
    reader.close()


def test_adding_again_adds_nothing(archived: DataDir, sample_files: list[Path]) -> None:
    before = dump(archived.archive_db)
    again = add_files(archived, sample_files, url=None, code=None)
    assert all(item.known for item in again)
    assert dump(archived.archive_db) == before


def test_the_same_page_with_its_place_told_is_another_capture(archived: DataDir, sample_files: list[Path]) -> None:
    (item,) = add_files(archived, sample_files[:1], url=None, code="420683")
    assert not item.known


def test_a_warc_file_comes_in_byte_for_byte(archived: DataDir, tmp_path: Path) -> None:
    source = next(file for file in archived.warc.iterdir() if is_warc(file))
    other = DataDir.open(tmp_path / "other")
    added = add_files(other, [source], url=None, code=None)
    assert added
    assert not any(item.known for item in added)
    (copy,) = other.warc.iterdir()
    assert copy.read_bytes() == source.read_bytes()
    assert all(item.known for item in add_files(other, [source], url=None, code=None))

    def reports(place: DataDir) -> list[tuple[object, ...]]:
        db = sqlite3.connect(place.archive_db)
        rows = db.execute("select id, title, year, chars from reports order by id").fetchall()
        db.close()
        return rows

    assert reports(other) == reports(archived)


def test_a_warc_file_takes_no_address(archived: DataDir, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="carry their own"):
        add_files(archived, [tmp_path / "x.warc.gz"], url="http://a.gov.cn/", code=None)


def test_a_missing_file_leaves_the_others_archived(archived: DataDir, tmp_path: Path) -> None:
    page = tmp_path / "new.html"
    page.write_text("<title>新页面</title><p>内容</p>", encoding="utf-8")
    before = captures_of(archived)
    with pytest.raises(UsageError, match="no such file"):
        add_files(archived, [page, tmp_path / "missing.html"], url=None, code=None)
    assert captures_of(archived) == before + 1


def captures_of(place: DataDir) -> int:
    db = captures.connect(place.crawl_db)
    try:
        return captures.Captures(db).count()
    finally:
        db.close()
