"""The table of portals in ``archive.db``: which were looked at, when, and with what verdict.

It is what tells a report that was not found from one that nobody looked for. A crawl keeps it (``keep``), a rebuild
makes it again as far as the captures tell (``recover``). A portal counts as looked at when a crawl read all its lists;
one that refused, could not be reached or was left half-way keeps the dates it had.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from sqlite3 import DatabaseError

from archive import clock
from archive.captures import transaction
from archive.rows import moment

FINE = ("ok", "unchanged")
LOOKED = ("ok", "unchanged", "silent")  # verdicts of crawls that read all lists of a portal
COLUMNS = ("code", "name", "adcode", "home", "first_looked", "last_looked", "verdict", "remark", "verdict_since")
Row = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What a crawl found at a portal."""

    code: str
    name: str
    adcode: str | None
    home: str
    verdict: str
    remark: str = ""


def keep(archive: sqlite3.Connection, crawl_db: Path, looks: Iterable[Look]) -> None:
    """Keep what a crawl found, in one transaction; the dates are those of the pages of links in ``crawl.db``."""
    seen, now = _seen(crawl_db), moment(clock.now())
    known = {row[0]: row for row in _rows(archive)}
    rows = []
    for look in looks:
        _, _, first, last = seen.get(look.code, (None, None, None, None))
        if look.verdict not in LOOKED:
            first, last = known[look.code][4:6] if look.code in known else (None, None)
        *_, before, _, since = known.get(look.code, (None,) * len(COLUMNS))
        if before != look.verdict and not (before in FINE and look.verdict in FINE):
            since = now
        told = (look.verdict, look.remark or None, since)
        rows.append((look.code, look.name, look.adcode, look.home, first, last, *told))
    _put(archive, rows)


def recover(archive: sqlite3.Connection, crawl_db: Path, before: Path) -> None:
    """Fill the table of an archive that is being rebuilt: from the one it replaces, else from the captures.

    WARC files tell when pages of links were fetched and for which portal, not what a crawl made of it: name, verdict
    and remark stay null for a portal that ``before`` does not know.
    """
    rows: dict[str | None, Row] = {
        code: (code, None, adcode, home, first, last, None, None, None)
        for code, (adcode, home, first, last) in _seen(crawl_db).items()
    }
    if before.is_file():
        # A damaged one is no better than none.
        with (
            closing(sqlite3.connect(f"{before.absolute().as_uri()}?mode=ro", uri=True)) as old,
            suppress(DatabaseError),
        ):
            rows |= {row[0]: row for row in _rows(old)}
    _put(archive, rows.values())


def _rows(archive: sqlite3.Connection) -> list[Row]:
    if not archive.execute("select 1 from sqlite_master where name = 'portals'").fetchone():
        return []  # a file of version 1
    there = {row[1] for row in archive.execute("pragma table_info(portals)")}  # of an older version: not all
    return archive.execute(
        f"select {', '.join(name if name in there else 'null' for name in COLUMNS)} from portals"
    ).fetchall()


def _put(archive: sqlite3.Connection, rows: Iterable[Row]) -> None:
    with transaction(archive):
        archive.executemany(
            f"insert or replace into portals ({', '.join(COLUMNS)}) values ({', '.join('?' * len(COLUMNS))})", rows
        )


def _seen(crawl_db: Path) -> dict[str, tuple[str | None, str | None, str | None, str | None]]:
    """Return for each portal division, address of the first page of links, and when the first and last was fetched."""
    of = "FROM captures WHERE role = 'listing' AND status < 400 AND portal <> '' GROUP BY portal ORDER BY portal"
    with closing(sqlite3.connect(f"{crawl_db.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as db:
        # SQLite takes the other columns from the row that holds the minimum.
        firsts = db.execute(f"SELECT portal, adcode, target, min(fetched) {of}").fetchall()
        last = dict(db.execute(f"SELECT portal, max(fetched) {of}").fetchall())
    return {portal: (adcode, target, _moment(first), _moment(last[portal])) for portal, adcode, target, first in firsts}


def _moment(told: str | None) -> str | None:
    return moment(datetime.fromisoformat(told)) if told else None
