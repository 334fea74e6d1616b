"""Keep what ``coverage`` works out in the table of that name of ``archive.db``, for queries and for Datasette.

The table says what ``fazhi coverage`` says of county level and above, as of the latest change of the archive: a crawl,
``add``, ``extract`` and ``rebuild`` bring it up to date at their end. Only rows that differ are written.
"""

from __future__ import annotations

import sqlite3
from datetime import date
from operator import itemgetter

from archive import coverage, schema
from archive.captures import transaction

TABLE = "coverage"


def refresh(conn: sqlite3.Connection, today: date | None = None) -> int:
    """Bring the table up to date, in one transaction; return how many rows were written or removed."""
    names = schema.tables()[TABLE].names
    known = coverage.compute(conn, today)
    row_of = itemgetter(*map(coverage.Cell._fields.index, names))
    now = {(cell.year, cell.key): row_of(cell) for cell in known.cells.values()}
    with transaction(conn):
        before = {(row[0], row[1]): row for row in conn.execute(f"select {', '.join(names)} from {TABLE}")}
        gone = before.keys() - now.keys()
        new = [row for key, row in now.items() if before.get(key) != row]
        conn.executemany(f"delete from {TABLE} where year = ? and key = ?", sorted(gone))
        conn.executemany(f"insert or replace into {TABLE} values ({', '.join('?' * len(names))})", new)
    return len(gone) + len(new)
