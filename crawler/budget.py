"""How far the search for report columns goes at a portal whose listings are not known. Part of the frontier; no HTTP.

A *guess* is a page that only looks as if it led somewhere: a weak column, the portal's search, its site map. Guesses
are asked best first. Three rules end them, and what then waits is set aside as ``skipped``:

    budget       so many guessed pages a round (``Limits.discovery``)
    patience     reports are known, and so many guesses in a row led to nothing new (``Limits.patience``)
    last resort  a guess of the lowest priority is asked only while no report is known (guessed ones do not count)
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping

from crawler.manners import Limits
from crawler.walk import LAST_RESORT


class Budget:
    """The guesses of all portals of a run, on an open ``crawl.db``."""

    def __init__(self, db: sqlite3.Connection, rounds: Mapping[str, int], limits: Limits) -> None:
        self._db, self._rounds, self._limits = db, rounds, limits
        self._spent: dict[str, int] = {}
        self._fruitless: dict[str, int] = defaultdict(int)  # guesses in a row that led to nothing new
        self._found: set[str] = set()  # portals with a report

    def allows(self, portal: str, prio: int) -> bool:
        """Say whether a guess of this priority may be asked now."""
        if self.spent(portal) >= self._limits.discovery:
            return False
        if not self._has_report(portal):
            return True
        return prio > LAST_RESORT and self._fruitless[portal] < self._limits.patience

    def spent(self, portal: str) -> int:
        """Return how many guesses were asked in this round of a portal."""
        if portal not in self._spent:
            (count,) = self._db.execute(
                "SELECT count(*) FROM targets WHERE portal=? AND round=? AND guessed"
                " AND state NOT IN ('queued','skipped','double')",
                (portal, self._rounds[portal]),
            ).fetchone()
            self._spent[portal] = count
        return self._spent[portal]

    def ask(self, portal: str) -> None:
        """Count a guess that is asked."""
        self._spent[portal] = self.spent(portal) + 1

    def learn(self, portal: str, *, fruitful: bool) -> None:
        """Note whether a guess led to a report or a sure listing not met in this round."""
        self._fruitless[portal] = 0 if fruitful else self._fruitless[portal] + 1

    def skip(self, portal: str, *, below: int) -> None:
        """Set the guesses aside that wait, up to this priority; in the caller's transaction."""
        self._db.execute(
            "UPDATE targets SET state='skipped',round=? WHERE portal=? AND state='queued' AND guessed AND prio<=?",
            (self._rounds[portal], portal, below),
        )

    def _has_report(self, portal: str) -> bool:
        if portal not in self._found:
            row = self._db.execute(
                "SELECT 1 FROM targets WHERE portal=? AND role='report' AND NOT guessed LIMIT 1", (portal,)
            ).fetchone()
            if row is None:
                return False
            self._found.add(portal)
        return True
