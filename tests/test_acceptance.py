"""The queries of docs/acceptance.md: each runs, and gives what it says it gives on an archive whose truth is known."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fazhi_zoo.records import capture, report

from archive import covered, store
from archive.model import Level, Region, Role

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "acceptance.md").read_text("utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.S)
TABLE = """level	code	parent	name
1	970000		样例省
1	980000		另例省
2	970100	970000	石浦市
"""
NAMES = {"970000": "样例省", "980000": "另例省"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """An archive of May 2022: one province on time, one late for 2018; a report of 2016 that was removed."""
    folder = tmp_path_factory.mktemp("acceptance")
    (folder / "divisions.tsv").write_text(TABLE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAZHI_DIVISIONS", os.pathsep.join([str(folder / "divisions.tsv")]))
        db = store.open_archive(folder / "archive.db")
        published = [("970000", 2016, "2017-03-01"), ("970000", 2018, "2019-03-31"), ("980000", 2018, "2019-04-01")]
        for number, (code, year, day) in enumerate(published, 1):
            taken = capture(number)
            taken = replace(taken, origin=replace(taken.origin, fetched=datetime(2022, 5, 1, tzinfo=UTC)))
            told = {
                "year": year, "published": date.fromisoformat(day), "issuer": f"{NAMES[code]}人民政府",
                "region": Region(code, (NAMES[code],), Level.PROVINCE),
            }  # fmt: skip
            assert store.save(db, taken, report(f"一、主要工作\n第{number}份。" + "各项任务按期完成。" * 40, **told))
        for day in (2, 9):
            made = capture(1, day=day)
            told_gone = replace(
                made.origin, url=capture(1).origin.url, role=Role.GONE, status=404,
                fetched=datetime(2024, 6, day, tzinfo=UTC),
            )  # fmt: skip
            store.gone(db, replace(made, origin=told_gone, target=capture(1).target))
        later = replace(capture(9).origin, fetched=datetime(2024, 6, 1, tzinfo=UTC))
        more = {"year": 2020, "region": Region("970000", ("样例省",), Level.PROVINCE), "issuer": "样例省人民政府"}
        store.save(db, replace(capture(9), origin=later), report("二、其他工作\n" + "各项任务按期完成。" * 41, **more))
        covered.refresh(db.conn, date(2024, 7, 1))
        yield db.conn
        db.close()


def test_each_query_runs(archive: sqlite3.Connection) -> None:
    assert len(QUERIES) == 10
    for query in QUERIES:
        rows = archive.execute(query).fetchall()
        assert rows, query


def asked(archive: sqlite3.Connection, number: int) -> list[tuple[object, ...]]:
    return archive.execute(QUERIES[number]).fetchall()


def test_they_say_what_they_should(archive: sqlite3.Connection) -> None:
    provinces = 31 + 2  # the invented two beside the real ones, of which nothing is known
    assert asked(archive, 1) == [(provinces, 1, 0, provinces - 1)]
    assert [row[:4] for row in asked(archive, 2)[:2]] == [
        ("样例省", "on_time", "2019-03-31", 0), ("另例省", "late", "2019-04-01", 1),
    ]  # fmt: skip
    assert asked(archive, 3) == [("样例省", 1)]
    assert asked(archive, 4) == [(2018, provinces, 2, 1), (2019, provinces, 0, 0)]
    assert [row[:4] for row in asked(archive, 5)] == [(2018, 49, 0, 0), (2019, 49, 0, 0)]  # all 49 names are divisions
    assert asked(archive, 6) == [(2020, 1, 0)]
    assert next(row for row in asked(archive, 7) if row[:2] == (2018, "province")) == (2018, "province", 2, 50.0)
    assert asked(archive, 8) == [(3, 1, 33.3)]
