"""What may enter the queue: each address once a round, within depth, and a page's doubles only if the page fails.

Part of the frontier; works in the caller's transaction. A *double* is an address that most likely shows a page known
under another one (``addresses.double_key``): the same article in several columns, http beside https, with and without
``www.``, the copy for telephones. It is kept as a row, and asked for once the page under the first address is not to
be had.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace

from archive.model import Role
from crawler import tables
from crawler.addresses import double_key, netloc, titles_agree
from crawler.manners import Limits
from crawler.rounds import Rounds
from crawler.targets import Target


@dataclass(frozen=True, slots=True)
class Entry:
    """What an address was to the queue: the ``host`` where it waits by that, ``new``: a report nobody knew before,
    ``first``: a report that no list named before in this round."""

    host: str | None = None
    new: bool = False
    first: bool = False


class Intake:
    """Inserts targets into an open ``crawl.db`` whose ``rounds`` are open."""

    def __init__(self, db: sqlite3.Connection, rounds: Rounds, limits: Limits) -> None:
        self._db, self._rounds, self._limits = db, rounds, limits

    def insert(self, target: Target, *, force: bool = False, sent: bool = False, by: str | None = None) -> Entry:
        """Insert or requeue a target and say what it was.

        ``sent``: a page does no more than send on to it, so that it is no double of that page. ``by``: the list that
        names it.
        """
        code, turn = target.portal, self._rounds[target.portal]
        if (target.depth > self._limits.depth or (target.guessed and code not in self._rounds.walks)) and not force:
            return Entry()
        if target.role is Role.REPORT and by is not None:
            target = replace(target, listing=by)
        else:
            by = None
        row = self._db.execute(
            "SELECT id,state,round,guessed,listed FROM targets WHERE portal=? AND url=?", (code, target.key)
        ).fetchone()
        if row is None:
            return self._add(target, force=force, sent=sent, named=by is not None)
        # What waits as a guess is one no more once a page names it.
        surer = row["guessed"] and not target.guessed and row["state"] in ("queued", "skipped")
        onward = sent and row["state"] == "double"
        queued = force or surer or onward or self._again(target, row)
        if queued:
            self._db.execute(
                f"UPDATE targets SET ({tables.FIELDS},state,round,note)=({tables.MARKS}),"
                "asked=0,tries=0,next_at=0,truncated=NULL WHERE id=?",
                (*tables.values(target), "queued", turn, "", row["id"]),
            )
        if by is not None and row["listed"] < turn:
            self._db.execute("UPDATE targets SET listed=?,listing=? WHERE id=?", (turn, by, row["id"]))
        first = by is not None and row["listed"] < turn and row["state"] != "double"
        return Entry(netloc(target.url) if queued else None, first=first)

    def _add(self, target: Target, *, force: bool, sent: bool, named: bool) -> Entry:
        """Insert a target that is not known."""
        code, turn = target.portal, self._rounds[target.portal]
        if target.guessed and self._waiting(code) >= self._limits.guesses:
            return Entry()
        state, note = "queued", ""
        if not (force or sent) and (first := self._double_of(target)) is not None:
            state, note = "double", f"the same page as {first}"
        elif target.role is not Role.LISTING and not force and self.had(target):
            state = "done"  # it was fetched by itself (``fazhi add``), or came in with a WARC file
        cursor = self._db.execute(tables.INSERT, (*tables.values(target), state, turn, note))
        if named:
            self._db.execute("UPDATE targets SET listed=? WHERE id=?", (turn, cursor.lastrowid))
        queued = state == "queued"
        return Entry(netloc(target.url) if queued else None, queued and named, named and state != "double")

    def _again(self, target: Target, row: sqlite3.Row) -> bool:
        """Say whether a target that was settled in an earlier round is asked again because a page names it.

        What answers that it is not there is asked again by its history (``revisit``), as lists go on to name it; but
        also once a list names it that did not before.
        """
        turn = self._rounds[target.portal]
        if row["state"] in ("queued", "double") or row["round"] >= turn:
            return False
        if target.role is Role.LISTING:
            return True
        if row["state"] == "done":
            return False
        return row["listed"] < turn - 1 or not (row["state"] == "gone" or self._gone(target))

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

    def had(self, target: Target) -> bool:
        """Say whether the page of a target is in the archive."""
        row = self._db.execute(
            "SELECT 1 FROM captures WHERE target=? AND portal IS ? AND status=200 AND role IN ('report','attachment')",
            (target.key, target.portal or None),
        ).fetchone()
        return row is not None

    def _gone(self, target: Target) -> bool:
        row = self._db.execute(
            "SELECT 1 FROM captures WHERE target=? AND portal IS ? AND role='gone'", (target.key, target.portal or None)
        ).fetchone()
        return row is not None

    def stops(self, page: Target, fresh: int) -> bool:
        """Note how many new reports a list page named; say whether a shallow round reads its list no further.

        That is so behind two pages in a row without a new one. The first page alone says little: what stands on top
        there may be there for good.
        """
        self._db.execute("UPDATE targets SET fresh=? WHERE id=?", (fresh, page.id))
        if fresh or page.page == 1 or page.portal in self._rounds.deep:
            return False
        row = self._db.execute(
            "SELECT fresh FROM targets WHERE portal=? AND role='listing' AND listing=? AND page=? AND round=?",
            (page.portal, page.listing or page.key, page.page - 1, self._rounds[page.portal]),
        ).fetchone()
        return row is not None and not row["fresh"]
