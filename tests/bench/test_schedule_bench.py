"""Memory of a schedule over 500 crawls: nearly free children, and between them real crawls of portals on loopback.

    pytest tests/bench/test_schedule_bench.py -s        prints the resident memory after 50, 250 and 500 crawls

``FAZHI_BENCH_CRAWLS`` is how many there are, ``FAZHI_BENCH_REAL`` how many are real (5), ``FAZHI_BENCH_PORTALS`` how
many portals are planned before each (200; 0: the built-in catalogue, which takes half an hour).
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import captures
from archive.datadir import DataDir
from crawler import catalogue, due, tables
from crawler import schedule as engine
from crawler.children import Bell, Ended, run
from crawler.targets import Portal

from ..loopback import FAZHI, Loopback, portal, write_portals

CRAWLS = int(os.environ.get("FAZHI_BENCH_CRAWLS", "500"))
REAL = int(os.environ.get("FAZHI_BENCH_REAL", "5"))
PORTALS = int(os.environ.get("FAZHI_BENCH_PORTALS", "200"))
START = datetime(2027, 1, 1, 14, tzinfo=UTC)


class Sleeper:
    """Sleeps no longer than it takes to say so: the clock is set ahead instead."""

    def __init__(self) -> None:
        self.now = START
        self.stopped_by: str | None = None

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


def resident() -> float:
    """Return our resident memory in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def test_memory_stays_flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "REPLAN", timedelta(days=1))
    place, sleeper = DataDir.open(tmp_path / "data"), Sleeper()
    file = tmp_path / "many.toml" if PORTALS else None
    if file is not None:
        entries = (
            f'[98{n:04}]\nname = "示例"\nhome = "http://p{n}.gov.cn/"\nschedule = "daily"\n' for n in range(PORTALS)
        )
        file.write_text("\n".join(entries), encoding="utf-8")
    known = list(catalogue.load(file).values())
    figures: dict[int, float] = {}
    crawls = 0
    with Loopback(portal(2019, 2020), code="990101") as server, Bell() as bell, place.schedule_lock() as lock:
        write_portals(tmp_path / "portals.toml", server)
        real = [
            str(FAZHI),
            "crawl",
            "--portals",
            str(tmp_path / "portals.toml"),
            "--delay",
            "0",
            "--data",
            str(place.root),
        ]

        def child(command: tuple[str, ...], _: Sleeper, log: Path, *, keep: tuple[int, ...]) -> Ended:
            nonlocal crawls
            crawls += 1
            if crawls % (CRAWLS // REAL) == 0:
                assert run(real, bell, log, keep=keep).code == 0
            ended = run([sys.executable, "-S", "-c", "print('free')"], bell, log, keep=keep)
            leave_verdicts(place, known, sleeper.now, crawls)
            sleeper.now += timedelta(hours=1)
            if crawls in (50, 250, CRAWLS):
                figures[crawls] = resident()
            if crawls == CRAWLS:
                sleeper.stopped_by = "SIGTERM"
            return ended

        began = time.monotonic()
        schedule = engine.Schedule(
            place, engine.Options(portals=file), engine.Log(len, as_json=True),
            sleeper, keep=(lock,), run=child, now=lambda: sleeper.now, elapsed=lambda: sleeper.now.timestamp(),  # type: ignore[arg-type]
        )  # fmt: skip
        assert schedule.go() == 0
    with sqlite3.connect(place.crawl_db) as db:
        (verdicts,) = db.execute("SELECT count(*) FROM verdicts").fetchone()
    db.close()
    took = (time.monotonic() - began) / CRAWLS
    print(f"\n{CRAWLS} crawls of {len(known):,} portals, {REAL} real ones, {verdicts:,} verdicts, {took:.2f} s each")
    print({count: f"{size:.1f} MB" for count, size in figures.items()})
    assert figures[CRAWLS] < figures[50] * 1.03


def leave_verdicts(place: DataDir, known: list[Portal], now: datetime, number: int) -> None:
    """Leave behind what a crawl leaves behind: a verdict for each portal that was due."""
    with captures.connect(place.crawl_db) as db:
        captures.Captures(db)
        tables.create(db)
        crawl, moment = f"{now:%Y%m%dT%H%M%SZ}-{number:04}", now.isoformat()
        db.execute("INSERT INTO crawls(id,started,ended,state) VALUES(?,?,?,'finished')", (crawl, moment, moment))
        batch = due.due(due.visits(place.crawl_db, known, now), now)
        db.executemany(
            "INSERT INTO verdicts VALUES(?,?,'示例',?,9,1,0,'')", [(crawl, p.code, "unchanged") for p in batch]
        )
    db.close()
