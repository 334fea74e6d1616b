"""What the crawler tells of itself: verdicts over time, what needs a person first, webhook, metrics."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive import captures
from crawler import tables, verdicts
from crawler.verdicts import Past, Row


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    conn = captures.connect(tmp_path / "crawl.db")
    tables.create(conn)
    yield conn
    conn.close()


def ran(file: Path, day: str, *rows: Row, state: str = "finished") -> None:
    """Let a crawl have taken place on a day, with its verdicts."""
    crawl = f"{day.replace('-', '')}T080000Z-0000"
    with sqlite3.connect(file) as conn:
        conn.execute("INSERT INTO crawls VALUES(?,?,?,?)", (crawl, f"{day}T08:00:00+00:00", None, state))
    conn.close()
    verdicts.store(file, crawl, list(rows))


def line(code: str, verdict: str, pages: int = 5, reports: int = 0, remark: str = "") -> Row:
    return Row(code, f"{code}门户", verdict, pages, reports, 0, remark)


def test_the_history_of_portals_is_told_newest_first(db: sqlite3.Connection, tmp_path: Path) -> None:
    file = tmp_path / "crawl.db"
    ran(file, "2027-03-01", line("990101", "ok", 9, 4), line("990102", "blocked", 1, 0, "HTTP 403"))
    ran(file, "2027-03-02", line("990101", "unchanged"), line("-", "ok"))
    first, second = datetime(2027, 3, 1, 8, tzinfo=UTC), datetime(2027, 3, 2, 8, tzinfo=UTC)
    assert verdicts.history(db) == [
        Past("990101", second, "unchanged", 5, 0),
        Past("990101", first, "ok", 9, 4),
        Past("990102", first, "blocked", 1, 0, "HTTP 403"),
    ]
    assert verdicts.history(db, "990101", most=1) == [Past("990101", second, "unchanged", 5, 0)]
    assert verdicts.history(db, "990103") == []


def test_a_database_no_crawl_has_seen_has_no_history(tmp_path: Path) -> None:
    conn = captures.connect(tmp_path / "crawl.db")
    assert verdicts.history(conn) == []
    conn.close()
