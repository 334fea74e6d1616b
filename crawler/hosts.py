"""When a host may be asked again: own delay, Crawl-delay, Retry-After and back-off. Part of the frontier; no HTTP.

Holds are wall-clock seconds and lie in the table ``hosts``, as they must outlive the process. In memory they may be
ahead of the table: a pause of two seconds is not worth a commit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from crawler.manners import HOLD_CAP


class Hosts:
    """The holds of all hosts ever met, read from an open ``crawl.db``."""

    def __init__(self, db: sqlite3.Connection, delay: float, now: Callable[[], float]) -> None:
        """``delay`` is the own pause between two requests to a host, in seconds."""
        self._db, self.delay, self._now = db, delay, now
        self._hold: dict[str, float] = {}
        self._crawl_delay: dict[str, float] = {}
        self._strikes: dict[str, int] = {}
        for row in db.execute("SELECT host,hold_until,delay,strikes FROM hosts"):
            self._hold[row["host"]] = row["hold_until"] if row["hold_until"] <= now() + HOLD_CAP else 0.0
            self._crawl_delay[row["host"]] = row["delay"]
            self._strikes[row["host"]] = row["strikes"]

    def answered_at(self, host: str) -> None:
        """Pace a host: nothing more goes there before its delay is over. Called for every answer, robots.txt too."""
        self._hold[host] = max(self.held_until(host), self._now() + self.pause(host))

    def pause(self, host: str) -> float:
        """Return the seconds between two requests to a host: the own delay or its Crawl-delay, whichever is longer."""
        return max(self.delay, self._crawl_delay.get(host, 0.0))

    def set_crawl_delay(self, host: str, seconds: float) -> None:
        """Remember what robots.txt asks for; stored with the next hold of the host."""
        self._crawl_delay[host] = seconds

    def strikes(self, host: str) -> int:
        """Return how often in a row a host has asked to be left alone."""
        return self._strikes.get(host, 0)

    def held_until(self, host: str) -> float:
        """Return when a host may be asked again, in seconds since the epoch."""
        return self._hold.get(host, 0.0)

    def store(self, host: str, hold: float, strikes: int, blocked: str | None) -> None:
        """Write what a settled root means for its host, in the caller's transaction; ``keep`` follows its commit."""
        self._db.execute(
            "INSERT OR REPLACE INTO hosts(host,hold_until,delay,strikes,blocked) VALUES(?,?,?,?,?)",
            (host, hold, self._crawl_delay.get(host, 0.0), strikes, blocked),
        )

    def keep(self, host: str, hold: float, strikes: int) -> None:
        """Remember what was committed."""
        self._hold[host], self._strikes[host] = hold, strikes
