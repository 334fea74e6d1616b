"""What the archive holds after captures were saved: in any order, twice, again from a newer extraction."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from fazhi_zoo.records import capture, rejection, report

from archive import nearness, schema, search, settling, store, tokens
from archive.errors import NewerSchemaError, StorageError, UsageError
from archive.model import Attachment, Capture, Issue, IssueCode, Region, Rejection, Report, SourceKind

Saved = tuple[Capture, Report | Rejection]


@pytest.fixture
def db(tmp_path: Path) -> store.Database:
    return store.open_archive(tmp_path / "archive.db")


def rows(db: store.Database) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table but the docid, and the words of the index by report id."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for table in schema.tables().values():
        names = ", ".join(f'"{name}"' for name in table.names if name != "docid")
        found[table.name] = sorted(db.execute(f"select {names} from {table.name}").fetchall(), key=repr)
    db.execute(f"create virtual table if not exists temp.v using fts5vocab(main, {schema.FTS}, 'instance')")
    words = db.execute("select r.id, v.term, v.col, v.offset from v left join reports r on r.docid = v.doc")
    found["words"] = sorted(words.fetchall(), key=repr)
    db.execute("drop table temp.v")
    return found


def fill(path: Path, saved: list[Saved]) -> dict[str, list[tuple[object, ...]]]:
    db = store.open_archive(path)
    for item in saved:
        store.save(db, *item)
    found = rows(db)
    db.close()
    return found


BODY = "一、主要工作\n全年办结行政复议案件12件，" + "各项任务按期完成。" * 30


def test_a_report_with_everything(db: store.Database) -> None:
    document = report(
        BODY,
        issues=(Issue(IssueCode.BODY_BY_FALLBACK, "text", "trafilatura"),),
        attachments=(Attachment("附件.docx", "http://www.example1.gov.cn/a.docx"),),
    )
    taken = capture(1)
    name = store.save(db, taken, document)
    assert name == "990102-2020-" + store.identity(document)[:8]
    (row,) = db.execute("select * from reports").fetchall()
    assert dict(zip(schema.tables()["reports"].names, row, strict=True)) == {
        "id": name, "title": "临溪区2020年法治政府建设年度报告", "year": 2020, "region": "示例省/鹤渚市/临溪区",
        "level": "county", "issuer": "临溪区人民政府", "issuer_kind": "government", "published": "2021-03-31",
        "published_source": "label", "written": None, "doc_no": None, "index_no": None, "topic": None,
        "validity": None, "publisher": None, "adcode": "990102", "town_code": None, "source_kind": "official",
        "url": "http://www.example1.gov.cn/t1.html", "site_name": None, "site_code": None, "title_in_body": None,
        "first_seen": "2026-03-02T08:00:00.000001Z", "last_seen": "2026-03-02T08:00:00.000001Z", "status": "current",
        "missing_since": None, "removed": None,
        "chars": len(BODY), "capture": taken.id, "extractor": "1", "digest": store.identity(document), "docid": 1,
    }  # fmt: skip
    apart = ("reports", "words", "readings", "portals", "compared", "bands", "coverage")
    held = {table: values for table, values in rows(db).items() if table not in apart}
    assert held == {
        "texts": [(name, document.title, BODY)],
        "sources": [(taken.id, name, "http://www.example1.gov.cn/t1.html", "990102", "official", "2021-03-31",
                     "2026-03-02T08:00:00.000001Z", "2026-03-02T08:00:00.000001Z", None, 1)],
        "changes": [(name, "2026-03-02T08:00:00.000001Z", "came", "http://www.example1.gov.cn/t1.html", None, None)],
        "rejected": [],
        "evidence": [(taken.id, 0, name, "published", "2021-03-31", "label", "发布日期：2021-03-31")],
        "issues": [(taken.id, 0, name, "body_by_fallback", "text", "trafilatura")],
        "attachments": [(taken.id, 0, name, "附件.docx", "http://www.example1.gov.cn/a.docx")],
        "captures": [(taken.id, "http://www.example1.gov.cn/t1.html", "http://www.example1.gov.cn/t1.html", "990102",
                      "990102", "report", None, None, None, "2026-03-02T08:00:00.000001Z", 200, "text/html",
                      taken.digest, "fazhi-1.warc.gz", 1, "response", "report", name, "1", None)],
        "meta": [("nearness", nearness.VERSION), ("tokens", tokens.version())],
    }  # fmt: skip


def test_a_rejected_page(db: store.Database) -> None:
    taken = capture(1)
    assert store.save(db, taken, rejection()) is None
    assert db.execute("select capture, title, reason, detail, year, chars from rejected").fetchall() == [
        (taken.id, "临溪区召开推进会", "news", "标题中的“召开”", None, 3)
    ]
    assert db.execute("select outcome, report from captures").fetchall() == [("rejected", None)]
    assert db.execute("select code, field, report from issues").fetchall() == [("year_unknown", "year", None)]


SAME = report(BODY)
COPY = replace(
    SAME, text=BODY.replace("12", "１２").replace("，", "， "), source_kind=SourceKind.CONTENT_FARM, title="范文"
)
OTHER = report(BODY + "另有补充。")
MIX: list[Saved] = [
    (capture(1), COPY),  # first seen on a content farm, in full width
    (capture(2), SAME),
    (capture(3), replace(SAME, source_kind=SourceKind.UPPER_LEVEL_PORTAL, year=2019)),
    (capture(2, day=9), OTHER),  # the official address shows another text later
    (capture(5), rejection()),
]


def test_the_order_of_saving_does_not_matter(tmp_path: Path) -> None:
    *reports, page = MIX
    orders = [list(order) for order in itertools.permutations(reports)]
    for number, order in enumerate(orders):
        order.insert(number % 5, page)
    outcomes = [fill(tmp_path / f"{number}.db", order) for number, order in enumerate(orders)]
    assert all(outcome == outcomes[0] for outcome in outcomes[1:])
    names = [row[0] for row in outcomes[0]["reports"]]
    assert len(names) == 2
    assert len(outcomes[0]["sources"]) == 4


def test_saving_again_changes_nothing(tmp_path: Path) -> None:
    once = fill(tmp_path / "once.db", MIX)
    assert fill(tmp_path / "twice.db", MIX + MIX[::-1] + MIX) == once


def test_a_newer_reading_replaces_the_older_without_a_trace(tmp_path: Path) -> None:
    """Every document is first read as something else; the index must forget those words too."""
    wrong: list[Saved] = [
        (taken, rejection() if isinstance(document, Report) else report("错读" * 150)) for taken, document in MIX
    ]
    shifted: list[Saved] = [(MIX[i][0], MIX[i - 1][1]) for i in range(len(MIX))]
    assert fill(tmp_path / "b.db", wrong + shifted + MIX) == fill(tmp_path / "a.db", MIX)


def test_the_leading_source_is_the_best_then_the_first(db: store.Database) -> None:
    farm, official, upper, *_ = MIX
    lead = "select source_kind, url, year, first_seen, status from reports order by last_seen limit 1"
    store.save(db, *farm)
    assert db.execute(lead).fetchone()[:3] == ("content_farm", "http://www.example1.gov.cn/t1.html", 2020)
    store.save(db, *upper)
    assert db.execute(lead).fetchone()[:3] == ("upper_level_portal", "http://www.example3.gov.cn/t3.html", 2019)
    store.save(db, *official)
    name, title = db.execute("select id, title from reports").fetchone()
    assert (name[:12], title) == ("990102-2020-", SAME.title)
    assert db.execute("select text from texts").fetchall() == [(BODY,)]
    # Only the copy that is written otherwise keeps a text of its own.
    assert db.execute("select capture, text from readings where text is not null").fetchall() == [
        (farm[0].id, COPY.text)
    ]
    store.save(db, official[0], rejection())
    assert db.execute(lead).fetchone()[:3] == ("upper_level_portal", "http://www.example3.gov.cn/t3.html", 2019)
    store.save(db, upper[0], rejection())
    assert db.execute("select t.text, r.title from texts t join reports r using (id)").fetchone() == (COPY.text, "范文")


def test_a_text_is_superseded_when_every_address_shows_another(db: store.Database) -> None:
    states = "select year, status from reports order by year"
    for number in (1, 2):
        store.save(db, capture(number), SAME)
    store.save(db, capture(1, day=9), replace(OTHER, year=2021))
    assert db.execute(states).fetchall() == [(2020, "current"), (2021, "current")]
    store.save(db, capture(2, day=9), replace(OTHER, year=2021))
    assert db.execute(states).fetchall() == [(2020, "superseded"), (2021, "current")]
    store.save(db, capture(2, day=10), rejection())  # an error page is no other text
    assert db.execute(states).fetchall() == [(2020, "superseded"), (2021, "current")]
    store.save(db, capture(1, day=11), SAME)  # put back
    assert db.execute(states).fetchall() == [(2020, "current"), (2021, "current")]


def test_a_short_text_is_no_witness(db: store.Database) -> None:
    """全文见附件 stands on many pages; only with title, place and year it is the same report."""
    short = report("全文见附件。")
    for number, document in enumerate((short, short, replace(short, year=2021), report("全文见附件。", place=5))):
        store.save(db, capture(number), document)
    assert db.execute("select year, adcode from reports order by 1, 2").fetchall() == [
        (2020, "980221"), (2020, "990102"), (2021, "990102"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("region", "year", "stem"),
    [
        (Region("990102", ("示例省", "鹤渚市", "临溪区", "石桥镇"), None, "990102101"), 2020, "990102101-2020-"),
        (Region("990100", ("示例省", "鹤渚市"), None), None, "990100-undated-"),
        (Region(None, ("示例省", "鹤渚市", "临港开发区"), None, parent="990100"), 2020, "unknown-2020-"),
        (None, None, "unknown-undated-"),
    ],
)
def test_ids_are_readable(db: store.Database, region: Region | None, year: int | None, stem: str) -> None:
    name = store.save(db, capture(), report(BODY, region=region, year=year))
    assert name is not None
    assert (name[:-8], len(name) - len(stem)) == (stem, 8)


def test_two_texts_whose_ids_collide_both_stay(db: store.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "identity", lambda document: "0" * 63 + ("1" if document is SAME else "2"))
    other = capture(2, url=f"{capture(1).target}?2")  # of the same site: no copy
    names = [store.save(db, capture(1), SAME), store.save(db, other, OTHER)]
    assert names == ["990102-2020-00000000", "990102-2020-0000000000000000"]
    assert db.execute("select count(*) from texts").fetchone() == (2,)


def test_characters_sqlite_cannot_hold(tmp_path: Path) -> None:
    odd = report("法\x00治\ud800政府" + BODY, title="报\x00告\udfff")
    saved: list[Saved] = [(capture(1), odd), (capture(2), rejection(title="\ud800", detail="\x00"))]
    once = fill(tmp_path / "a.db", saved)
    assert [row[1:] for row in once["texts"]] == [("报\ufffd告\ufffd", "法\ufffd治\ufffd政府" + BODY)]
    assert fill(tmp_path / "b.db", saved * 2) == once


def test_a_failed_save_leaves_the_archive_as_it_was(db: store.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save(db, capture(1), SAME)
    before = rows(db)

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(settling, "index", full)
    with pytest.raises(StorageError, match="disk is full"):
        store.save(db, capture(1, day=9), OTHER)
    assert rows(db) == before


def test_a_newer_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    db = store.open_archive(path)
    db.execute(f"pragma user_version = {schema.VERSION + 1}")
    db.close()
    for readonly in (False, True):
        with pytest.raises(NewerSchemaError, match="update fazhi"):
            store.open_archive(path, readonly=readonly)


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with pytest.raises(UsageError, match="no archive at"):
        store.open_archive(path, create=False)
    path.write_bytes(b"<html>not a database" * 100)
    for readonly in (False, True):
        with pytest.raises(StorageError, match="cannot open"):
            store.open_archive(path, readonly=readonly)
    other = tmp_path / "other.db"
    sqlite3.connect(other).execute("create table songs (id)")
    with pytest.raises(StorageError, match="not fazhi's"):
        store.open_archive(other)
    with pytest.raises(StorageError, match="cannot open"):
        store.open_archive(tmp_path / "missing" / "archive.db")


def test_a_reader_cannot_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "archive.db"
    fill(path, MIX)
    for may_write in (True, False):
        monkeypatch.setattr(store, "writable", lambda _, may=may_write: may)
        db = store.open_archive(path, readonly=True)
        assert search.search(db, "行政复议").total == 2
        with pytest.raises(StorageError, match="readonly"):
            store.save(db, capture(7), SAME)


@pytest.mark.parametrize("readonly", [False, True])
def test_an_index_made_by_other_rules_is_filled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, readonly: bool
) -> None:
    path = tmp_path / "archive.db"
    with monkeypatch.context() as older:
        older.setattr(tokens, "tokens", lambda text: "旧")
        older.setattr(tokens, "version", lambda: "0")
        fill(path, MIX)
    db = store.open_archive(path, readonly=readonly)
    assert rows(db) == fill(tmp_path / "fresh.db", MIX)


def test_pending_lists_captures_without_a_result(tmp_path: Path, db: store.Database) -> None:
    crawl_db = tmp_path / "crawl.db"
    assert list(store.pending(db, crawl_db)) == []
    crawl = sqlite3.connect(crawl_db)
    crawl.execute("create table targets (id)")
    assert list(store.pending(db, crawl_db)) == []
    crawl.execute("create table captures (id text primary key, role text)")
    waiting = [capture(n) for n in range(3)]
    crawl.executemany("insert into captures values (?, 'report')", [(c.id,) for c in waiting])
    crawl.execute("insert into captures values ('a-listing', 'listing')")
    crawl.commit()
    store.save(db, waiting[1], SAME)
    assert list(store.pending(db, crawl_db)) == [waiting[0].id, waiting[2].id]


def test_pending_stale_lists_what_an_older_extractor_read(tmp_path: Path, db: store.Database) -> None:
    from archive.extract import EXTRACTOR

    crawl = sqlite3.connect(tmp_path / "crawl.db")
    crawl.execute("create table captures (id text primary key, role text)")
    taken = [capture(n) for n in range(2)]
    crawl.executemany("insert into captures values (?, 'report')", [(c.id,) for c in taken])
    crawl.commit()
    store.save(db, taken[0], replace(SAME, extractor=EXTRACTOR))
    store.save(db, taken[1], rejection(extractor="0"))
    assert list(store.pending(db, tmp_path / "crawl.db", stale=True)) == [taken[1].id]


def test_readers_read_while_a_writer_writes(tmp_path: Path) -> None:
    """A reader never waits, never sees half a report: every hit of the index has its row and its text."""
    path = tmp_path / "archive.db"
    store.open_archive(path).close()
    number, stop, seen, faults = 120, threading.Event(), [0], list[str]()

    def read() -> None:
        db = store.open_archive(path, readonly=True)
        while not stop.is_set():
            total = search.search(db, "复议", limit=200)
            if not total.hits and total.total:
                faults.append("matches without rows")
            if total.total < seen[0]:
                faults.append("a report went away")
            seen[0] = total.total
            if any(("复议", True) not in hit.snippet for hit in total.hits):
                faults.append("a row without its text")

    reader = threading.Thread(target=read)
    reader.start()
    db = store.open_archive(path)
    for n in range(number):
        store.save(db, capture(n, url=f"http://www.shili.gov.cn/{n}.html"), report(f"{BODY}第{n}号"))
    stop.set()
    reader.join()
    assert faults == []
    assert search.search(db, "复议").total == number
