"""Both databases again from the WARC files alone: same ids, same rows."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from fazhi_zoo.records import library

from archive import captures
from archive.adding import add_files, decide_report
from archive.datadir import DataDir
from archive.errors import UsageError
from archive.model import Rejection, Role
from archive.pipeline import Pipeline, read_page
from archive.rebuild import rebuild
from archive.saved import is_warc
from archive.warc_write import Exchange, WarcWriter

from .warc_samples import exchange, origin

SEARCH_INDEX = "reports_fts"


def dump(path: Path) -> list[tuple[object, ...]]:
    """Return every row of a database but the search index and its row numbers, which only tell the order of saving."""
    db = sqlite3.connect(path)
    names = [row[0] for row in db.execute("select name from sqlite_master where type = 'table' order by name")]
    rows = []
    for name in names:
        if not name.startswith(SEARCH_INDEX):
            columns = [column[1] for column in db.execute(f"pragma table_info([{name}])") if column[1] != "docid"]
            listed = ", ".join(f"[{column}]" for column in columns)
            rows += [(name, *row) for row in db.execute(f"select {listed} from [{name}]")]
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


def test_a_person_overrules_a_rejection_and_a_rebuild_remembers(archived: DataDir) -> None:
    db = sqlite3.connect(archived.archive_db)
    key, reason = db.execute("select capture, reason from rejected where chars > 300 order by capture").fetchone()
    db.close()
    (item,) = decide_report(archived, [key])
    assert item.outcome == "report"
    assert item.report is not None
    after = dump(archived.archive_db)
    (issue,) = [row for row in after if row[0] == "issues" and row[1] == key and "overruled" in row]
    assert any(str(value).startswith(f"{reason}: ") for value in issue)
    archived.crawl_db.unlink()
    rebuild(archived)
    assert dump(archived.archive_db) == after


def test_an_id_of_no_page_is_refused(archived: DataDir) -> None:
    files = sorted(file.name for file in archived.warc.iterdir())
    with pytest.raises(UsageError, match="no page 20200101000000-0123456789"):
        decide_report(archived, ["20200101000000-0123456789"])
    db = captures.connect(archived.crawl_db)
    (key,) = db.execute("select min(id) from captures").fetchone()
    db.execute("update captures set role = 'listing' where id = ?", (key,))
    db.close()
    with pytest.raises(UsageError, match=f"no page {key} that could be a report"):
        decide_report(archived, [key])
    assert sorted(file.name for file in archived.warc.iterdir()) == files


def test_stale_results_are_read_again_and_told_field_by_field(archived: DataDir) -> None:
    db = sqlite3.connect(archived.archive_db)
    (key, digest), (gone,) = (
        db.execute("select capture, digest from readings order by capture").fetchone(),
        db.execute("select capture from rejected order by capture").fetchone(),
    )
    db.execute("update captures set extractor = '0' where id in (?, ?)", (key, gone))
    db.execute("update readings set fields = json_set(fields, '$.year', 1999) where capture = ?", (key,))
    db.execute("update texts set text = 'older text' where id = (select id from reports where digest = ?)", (digest,))
    db.execute("update rejected set reason = 'news' where capture = ?", (gone,))
    db.commit()
    year = db.execute("select year from reports where digest = ?", (digest,)).fetchone()[0]
    reason = original_reason(archived, gone)
    told: dict[str, list[tuple[str, object, object]]] = {}
    counts = Pipeline(archived).run(
        stale=True,
        changed=lambda capture, found: told.update({capture.id: [(d.field, d.before, d.now) for d in found]}),
    )
    assert sum(counts.values()) == 2
    assert [(name, before) for name, before, _ in told[key]] == [("year", 1999), ("text", "older text")]
    assert told[key][0][2] == year
    assert told.get(gone, []) == ([("outcome", "news", reason)] if reason != "news" else [])
    assert Pipeline(archived).run(stale=True) == {}
    db.close()


def original_reason(place: DataDir, key: str) -> str:
    db = captures.connect(place.crawl_db)
    capture = captures.Captures(db).get(key)
    db.close()
    assert capture is not None
    document = read_page(str(place.warc), str(place.crawl_db), capture)
    assert isinstance(document, Rejection)
    return str(document.reason)


ADDRESS = "http://www.shili.gov.cn/fzbg/2025.html"
ARTICLE = """<html><head><title>示例县2025年法治政府建设年度报告</title></head><body>
<h1>示例县2025年法治政府建设年度报告</h1><p>发布日期：2026-03-20</p><div id="zoom"><p>一、主要工作</p>%s
<p>示例县人民政府</p><p>2026年3月18日</p></div><div>%s</div></body></html>"""
BODY = "".join(f"<p>{line}</p>" for line in next(library(1))[1].text.splitlines()) + "<p>办结案件12件。</p>"


def answer(page: str, days: int, status: int = 200) -> Exchange:
    return exchange(ADDRESS, page.encode("gbk"), seconds=86400 * days, status=status)


def test_looks_over_a_year_come_back_from_the_warc_files(tmp_path: Path) -> None:
    """Seen again with the same bytes, by a 304, with another footer, gone, confirmed, there again with another text."""
    place = DataDir.open(tmp_path / "data")
    page = ARTICLE % (BODY, "访问量：1")
    footer = page.replace("访问量：1", "访问量：2")
    edited = page.replace("12件", "13件")
    lost = origin(role=Role.GONE)
    db = captures.connect(place.crawl_db)
    table = captures.Captures(db)
    counts = Counter[str]()
    with WarcWriter(place.warc, known=table.find_digest) as writer:
        first = None
        for day, text, status in [
            (0, page, 200), (7, page, 200), (30, "", 304), (60, footer, 200), (90, "没有", 404), (92, "没有", 404),
            (95, "没有", 404), (200, edited, 200),
        ]:  # fmt: skip
            about = lost if status == 404 else origin()
            confirms = first if status == 304 else None
            made = writer.write(answer(text, day, status), about, target=ADDRESS, confirms=confirms)
            writer.sync()
            table.add(made)
            first = first or made
            if day in (0, 92):  # a crawl ends
                counts.update(Pipeline(place, workers=1).run())
    db.close()
    counts.update(Pipeline(place, workers=1).run())
    assert counts == {"report": 3, "seen again": 2, "gone": 3}
    archive = sqlite3.connect(place.archive_db)
    assert archive.execute("select kind from changes order by at").fetchall() == [
        ("came",), ("missing",), ("removed",), ("changed",),
    ]  # fmt: skip
    assert archive.execute("select times, substr(last_seen, 1, 10) from sources order by fetched").fetchall() == [
        (3, "2026-12-25"), (1, "2027-01-24"), (1, "2027-06-13"),
    ]  # fmt: skip
    archive.close()
    before = dump(place.archive_db), dump(place.crawl_db)
    place.crawl_db.unlink()
    assert rebuild(place) == counts
    assert (dump(place.archive_db), dump(place.crawl_db)) == before


def test_a_sighting_that_a_person_calls_a_report_is_read(tmp_path: Path) -> None:
    place = DataDir.open(tmp_path / "data")
    page = (ARTICLE % (BODY, "")).replace("年度报告", "工作要点")
    db = captures.connect(place.crawl_db)
    table = captures.Captures(db)
    with WarcWriter(place.warc, known=table.find_digest) as writer:
        made = []
        for day in (0, 7):
            made.append(writer.write(answer(page, day), origin(), target=ADDRESS))
            writer.sync()
            table.add(made[-1])
    db.close()
    assert Pipeline(place, workers=1).run() == {"rejected: points": 1, "seen again": 1}
    (item,) = decide_report(place, [made[1].id])
    assert (item.capture, item.outcome) == (made[1].id, "report")
    after = dump(place.archive_db)
    rebuild(place)
    assert dump(place.archive_db) == after
