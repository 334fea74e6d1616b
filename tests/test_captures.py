from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.captures import COLUMNS, Captures, connect
from archive.errors import NewerSchemaError, StorageError
from archive.model import Capture, Origin, Role

FULL = Capture(
    id="20261125010203-0123456789",
    target="http://www.example.gov.cn/a",
    origin=Origin(
        url="http://www.example.gov.cn/a.html",
        portal="990101-sfj",
        adcode="990101",
        role=Role.ATTACHMENT,
        link_title="示例县2025年度报告",
        link_date=date(2026, 3, 1),
        parent="http://www.example.gov.cn/list/",
        content_type="text/html; charset=gbk",
        status=404,
        fetched=datetime(2026, 11, 25, 1, 2, 3, 45, tzinfo=UTC),
        tls="expired, wrong name; legacy",
    ),
    digest="sha256:" + "0" * 64,
    warc="fazhi-1.warc.gz",
    offset=2**40,
    kind="response",
    depth=3,
    crawl="7",
    etag='"x"',
    last_modified="Wed, 25 Nov 2026 00:00:00 GMT",
)
BARE = Capture(id="x", target="t", origin=Origin(), digest="d", warc="w", offset=0)
text = st.text(st.characters(exclude_categories=["Cs"]))
captures = st.builds(
    Capture,
    id=text,
    target=text,
    origin=st.builds(
        Origin,
        url=st.none() | text,
        role=st.sampled_from(Role),
        link_title=st.none() | text,
        link_date=st.none() | st.dates(),
        content_type=st.none() | text,
        fetched=st.none() | st.datetimes(timezones=st.just(UTC)),
    ),
    digest=text,
    warc=text,
    offset=st.integers(0, 2**63 - 1),
    etag=st.none() | text,
)


def test_rows_come_back_equal(tmp_path: Path) -> None:
    db = connect(tmp_path / "crawl.db")
    table = Captures(db)
    table.add(FULL)
    table.add(BARE)
    assert list(table.all()) == [FULL, BARE]
    assert (table.get(FULL.id), table.get("none"), table.count()) == (FULL, None, 2)
    assert [row[1] for row in db.execute("PRAGMA table_info(captures)")] == list(COLUMNS)
    db.close()
    again = connect(tmp_path / "crawl.db", readonly=True)
    assert list(Captures(again).all()) == [FULL, BARE]
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        Captures(again).add(FULL)
    again.close()


@given(st.lists(captures, max_size=5))
def test_any_capture_comes_back_equal(some: list[Capture]) -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.row_factory = sqlite3.Row
    table = Captures(db)
    for capture in some:
        table.add(capture)
    last = {capture.id: capture for capture in some}
    assert {capture.id: capture for capture in table.all()} == last
    assert table.count() == len(last)
    db.close()


def test_a_file_of_version_1_is_brought_up(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "crawl.db")
    table = Captures(old)
    table.add(BARE)
    old.execute("ALTER TABLE captures DROP COLUMN tls")
    old.execute("PRAGMA user_version = 1")
    old.commit()
    old.close()
    db = connect(tmp_path / "crawl.db")
    table = Captures(db)
    table.add(FULL)
    assert list(table.all()) == [FULL, BARE]
    assert db.execute("PRAGMA user_version").fetchone()[0] == 2
    db.close()


def test_a_capture_added_again_keeps_its_rowid(tmp_path: Path) -> None:
    db = connect(tmp_path / "crawl.db")
    table = Captures(db)
    for capture in (FULL, BARE, replace(FULL, crawl="8")):
        table.add(capture)
    rows = db.execute("SELECT rowid, id, crawl FROM captures ORDER BY rowid").fetchall()
    assert [tuple(row) for row in rows] == [(1, FULL.id, "8"), (2, BARE.id, None)]
    db.close()


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    db = connect(tmp_path / "crawl.db")
    table = Captures(db)
    table.add(BARE)

    def fail() -> None:
        with table.transaction():
            table.clear()
            table.add(FULL)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(table.all()) == [BARE]
    with table.transaction():
        Captures(db).add(FULL)  # asking for the table again commits nothing
        assert db.in_transaction
    assert table.count() == 2
    table.clear()
    assert list(table.all()) == []
    db.close()


def test_find_digest_takes_the_first_response_and_the_same_address_before_others(tmp_path: Path) -> None:
    table = Captures(db := connect(tmp_path / "crawl.db"))

    def put(key: str, url: str, day: int, kind: str = "response") -> None:
        seen = replace(FULL.origin, url=url, fetched=datetime(2026, 1, day, tzinfo=UTC))
        table.add(replace(FULL, id=key, origin=seen, kind=kind))

    put("r", "a", 1, "revisit")
    put("s", "a", 1, "resource")
    assert table.find_digest(FULL.digest, "a") is None
    put("1", "b", 2)
    put("2", "a", 4)
    put("3", "a", 3)
    assert table.find_digest(FULL.digest, "a") == ("a", "2026-01-03T00:00:00.000000Z")
    assert table.find_digest(FULL.digest, "c") == ("b", "2026-01-02T00:00:00.000000Z")
    assert table.find_digest("sha256:other", "a") is None
    db.close()


def test_of_target_is_in_order_of_time(tmp_path: Path) -> None:
    table = Captures(db := connect(tmp_path / "crawl.db"))
    later = replace(FULL, id="a", origin=replace(FULL.origin, fetched=datetime(2027, 1, 1, tzinfo=UTC)))
    for capture in (later, FULL, BARE):
        table.add(capture)
    assert table.of_target(FULL.target) == [FULL, later]
    db.close()


def test_connect_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database at all, but long enough to be looked at" * 20)
    with pytest.raises(StorageError, match=r"not a database - .*fazhi tidy"):
        connect(tmp_path / "text.db")
    with pytest.raises(StorageError, match="unable to open"):
        connect(tmp_path / "none" / "crawl.db")
    with pytest.raises(StorageError, match="unable to open"):
        connect(tmp_path / "none.db", readonly=True)
    db = connect(tmp_path / "new.db")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(NewerSchemaError, match=r"newer fazhi \(schema 99"):
        connect(tmp_path / "new.db")


def test_connect_sets_what_the_crawl_relies_on(tmp_path: Path) -> None:
    db = connect(tmp_path / "crawl.db")
    asked = ("journal_mode", "synchronous", "user_version", "busy_timeout")
    assert [db.execute(f"PRAGMA {name}").fetchone()[0] for name in asked] == ["wal", 1, 2, 30_000]
    assert db.isolation_level is None
    db.close()
