"""What else stood at the addresses of a report: earlier and later texts, and pages that are no report.

A report whose address later gave another text is ``superseded``; the texts that followed each other at one address are
the versions of each other. An address that carries the report of a new year each spring makes such a chain too: the
years tell it apart from a correction.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from archive.site import pages

SHOWN = 50


def chain(conn: sqlite3.Connection, name: str) -> list[dict[str, Any]]:
    """Return the reports that stood at an address of this one, itself among them, first seen first; ``[]`` if alone.

    Each has ``id title year status chars first last``; first and last tell when it was seen at such an address.
    """
    found = pages.rows(
        conn,
        "select r.id, r.title, r.year, r.status, r.chars, min(v.fetched) first, max(v.last_seen) last"
        " from (select distinct url from sources where report = ?) o join sources v on v.url = o.url"
        f" join reports r on r.id = v.report group by r.id order by first, last, r.id limit {SHOWN}",
        name,
    )
    return found if len(found) > 1 else []


def newest(conn: sqlite3.Connection, report: dict[str, Any]) -> str | None:
    """Return the report that now stands at an address of a superseded one."""
    if report["status"] != "superseded":
        return None
    row = conn.execute(
        "select n.report from sources o join sources n on n.url = o.url join reports r on r.id = n.report"
        " where o.report = ? and r.status != 'superseded' order by n.last_seen desc limit 1",
        (report["id"],),
    ).fetchone()
    return row[0] if row else None


def gone(conn: sqlite3.Connection, name: str) -> dict[str, Any] | None:
    """Return ``fetched reason capture url`` of the first page that was no report, where every address gave one last."""
    later = pages.rows(
        conn,
        "select o.url, c.id capture, c.fetched, x.reason from"
        " (select url, max(last_seen) last from sources where report = ? group by url) o"
        " left join captures c on c.url = o.url and c.outcome = 'rejected' and c.fetched > o.last"
        f" left join rejected x on x.capture = c.id order by c.fetched limit {SHOWN}",
        name,
    )
    if not later or any(row["capture"] is None for row in later):
        return None
    return later[0]


def same_address(conn: sqlite3.Connection, one: str, other: str) -> bool:
    """Tell whether two reports stood at one address."""
    sql = "select 1 from sources a join sources b on b.url = a.url where a.report = ? and b.report = ? limit 1"
    return conn.execute(sql, (one, other)).fetchone() is not None
