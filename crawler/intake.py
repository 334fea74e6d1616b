"""What may enter the queue: each address once a round, within depth, and a page's doubles only if the page fails.

Part of the frontier; works in the caller's transaction. A *double* is an address that most likely shows a page known
under another one (``addresses.double_key``): the same article in several columns, http beside https, with and without
``www.``, the copy for telephones. It is kept as a row, and asked for once the page under the first address is not to
be had.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from archive.model import Role
from crawler import tables
from crawler.addresses import double_key, netloc, titles_agree
from crawler.manners import Limits
from crawler.targets import Target


class Intake:
    """Inserts targets into an open ``crawl.db``; ``rounds`` are the current ones of the run's portals."""

    def __init__(self, db: sqlite3.Connection, rounds: Mapping[str, int], limits: Limits) -> None:
        self._db, self._rounds, self._limits = db, rounds, limits

    def insert(self, target: Target, *, force: bool = False, sent: bool = False) -> str | None:
        """Insert or requeue a target; return its host if it is queued by that, else None.

        ``sent``: a page does no more than send on to it, so that it is no double of that page.
        """
        code, turn = target.portal, self._rounds[target.portal]
        if target.depth > self._limits.depth and not force:
            return None
        row = self._db.execute(
            "SELECT id,state,round,guessed FROM targets WHERE portal=? AND url=?", (code, target.key)
        ).fetchone()
        if row is not None:
            again = row["state"] not in ("queued", "double") and row["round"] < turn
            again = again and (target.role is Role.LISTING or row["state"] != "done")
            # What waits as a guess is one no more once a page names it.
            surer = row["guessed"] and not target.guessed and row["state"] in ("queued", "skipped")
            onward = sent and row["state"] == "double"
            if not (again or surer or onward or force):
                return None
            self._db.execute(
                f"UPDATE targets SET ({tables.FIELDS},state,round,note)=({tables.MARKS}),"
                "asked=0,tries=0,next_at=0,truncated=NULL WHERE id=?",
                (*tables.values(target), "queued", turn, "", row["id"]),
            )
            return netloc(target.url)
        if target.guessed and self._waiting(code) >= self._limits.guesses:
            return None
        state, note = "queued", ""
        if not (force or sent) and (first := self._double_of(target)) is not None:
            state, note = "double", f"the same page as {first}"
        elif target.role is not Role.LISTING and not force and self._captured(code, target.key):
            state = "done"  # databases were rebuilt from the WARC files: the page is there already
        self._db.execute(tables.INSERT, (*tables.values(target), state, turn, note))
        return netloc(target.url) if state == "queued" else None

    def name(self, page: int, links: Iterable[Target]) -> None:
        """Remember which reports a list page names, in place of those it named before: ``verdicts`` asks for them."""
        self._db.execute("DELETE FROM named WHERE page=?", (page,))
        reports = [(page, link.key) for link in links if link.role is Role.REPORT]
        self._db.executemany("INSERT OR IGNORE INTO named(page,url) VALUES(?,?)", reports)

    def release_double(self, target: Target) -> str | None:
        """Queue a double of a page that is not to be had; return its host, None if there is none."""
        row = self._db.execute(
            "SELECT id,host FROM targets WHERE portal=? AND same=? AND state='double' ORDER BY id LIMIT 1",
            (target.portal, tables.same(target)),
        ).fetchone()
        if row is None:
            return None
        turn = self._rounds[target.portal]
        self._db.execute("UPDATE targets SET state='queued',round=?,note='' WHERE id=?", (turn, row["id"]))
        return str(row["host"])

    def _double_of(self, target: Target) -> str | None:
        """Return the address under which a page is known already that this target most likely shows too."""
        if target.post is not None:
            return None
        rows = self._db.execute(
            "SELECT url,title FROM targets WHERE portal=? AND same=? AND role=? AND state IN ('queued','done')",
            (target.portal, double_key(target.url), target.role),
        )
        return next((row["url"] for row in rows.fetchall() if titles_agree(row["title"], target.title)), None)

    def _waiting(self, code: str) -> int:
        (count,) = self._db.execute(
            "SELECT count(*) FROM targets WHERE portal=? AND guessed AND state='queued'", (code,)
        ).fetchone()
        return int(count)

    def _captured(self, code: str, key: str) -> bool:
        row = self._db.execute(
            "SELECT 1 FROM captures WHERE target=? AND portal IS ? AND status=200 AND role IN ('report','attachment')",
            (key, code or None),
        ).fetchone()
        return row is not None
