"""Makes the rows of a report from all its readings, in the caller's transaction.

    settle(conn, digest)     reports, texts, the search index: from the leading source among the readings of one text;
                             none for a near copy of another text (``copies``), whose captures are sources of that one
    keep_texts(conn, digest) before a reading comes or goes
    insert, storable         how a value is written
    refill, index_version    the search index

Which source leads (best kind of site, then first fetched, then address) follows from the set of readings alone. What
its addresses showed since, and so whether it is current, is ``history``'s to say.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from archive import copies, schema, tokens

ID_DIGITS = (8, 16, 64)  # of the text's digest in a report's id: more only where two texts of a place and year collide
FIRST_SEEN = (
    "select min(s.fetched) from readings r join sources s on s.capture = r.capture"
    " where r.digest in (select ?1 union all select digest from compared where leader = ?1)"
)
BY_CAPTURE = ("evidence", "issues", "attachments")
_HISTORY = ("status", "missing_since", "removed", "last_seen")  # of ``reports``, kept until ``history`` says otherwise
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def keep_texts(conn: sqlite3.Connection, digest: str) -> None:
    """Copy the shown text back to the readings that share it, because the leading source may change."""
    conn.execute(
        "update readings set text = (select t.text from texts t join reports r on r.id = t.id where r.digest = ?1)"
        " where digest = ?1 and text is null",
        (digest,),
    )


def settle(conn: sqlite3.Connection, digest: str) -> str | None:
    """Make the rows of one report from its readings, or remove them with the last; return its id."""
    old = conn.execute(
        f"select r.id, r.docid, r.title, t.text, {', '.join(_HISTORY)} from reports r join texts t on t.id = r.id"
        " where r.digest = ?",
        (digest,),
    ).fetchone()
    readings = conn.execute(
        "select s.source_kind, s.fetched, s.url, s.capture from readings r join sources s on s.capture = r.capture"
        " where r.digest = ?",
        (digest,),
    ).fetchall()
    if not readings or copies.leader(conn, digest) != digest:
        if old:
            keep_texts(conn, digest)
            _remove(conn, old)
        return None
    lead = min(readings, key=lambda source: copies.leading(*source))[3]
    told, text = conn.execute("select fields, text from readings where capture = ?", (lead,)).fetchone()
    row = json.loads(told)
    text = old[3] if text is None else text
    if old:
        conn.execute("delete from reports where digest = ?", (digest,))
    row["id"] = _free_id(conn, row["id"], digest)
    row |= dict(zip(_HISTORY, old[4:] if old else ("current", None, None, None), strict=True)) | {
        "digest": digest, "capture": lead,
        "first_seen": conn.execute(FIRST_SEEN, (digest,)).fetchone()[0],
        "docid": old[1] if old else conn.execute("select coalesce(max(docid), 0) + 1 from reports").fetchone()[0],
    }  # fmt: skip
    insert(conn, "reports", row)
    before, now = old and (old[0], *old[2:4]), (row["id"], row["title"], text)
    if before != now:
        if old:
            conn.execute("delete from texts where id = ?", (old[0],))
            for column in ("report", "other"):
                conn.execute(f"update changes set {column} = ? where {column} = ?", (row["id"], old[0]))
        insert(conn, "texts", {"id": row["id"], "title": row["title"], "text": text})
    if before is None or before[1:] != now[1:]:
        if old:
            _unindex(conn, *old[1:4])
        index(conn, row["docid"], row["title"], text)
    conn.execute("update readings set text = null where digest = ? and text = ?", (digest, text))
    _name(conn, digest, row["id"], None)
    for copy, alike in copies.of(conn, digest).items():
        _name(conn, copy, row["id"], alike)
    return str(row["id"])


def insert(conn: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> None:
    """Insert a row, its texts made storable."""
    columns = ", ".join(f'"{name}"' for name in row)
    conn.execute(
        f"insert into {table} ({columns}) values ({', '.join('?' * len(row))})",
        [storable(value) if isinstance(value, str) else value for value in row.values()],
    )


def storable(text: str) -> str:
    """Replace what SQLite cannot hold as text: NUL ends a string in its functions, lone surrogates are no Unicode."""
    return _UNSTORABLE.sub("\ufffd", text)


def index(conn: sqlite3.Connection, docid: int, title: str | None, text: str) -> None:
    """Put a report's words into the search index."""
    words = (docid, tokens.tokens(title), tokens.tokens(text))
    conn.execute(f"insert into {schema.FTS}(rowid, title, text) values (?, ?, ?)", words)


def index_version(conn: sqlite3.Connection) -> str | None:
    """Return by which rules the search index was filled, None where it never was."""
    row: Sequence[str] | None = conn.execute("select value from meta where key = 'tokens'").fetchone()
    return row[0] if row else None


def refill(conn: sqlite3.Connection) -> None:
    """Fill the search index anew by the rules of this version."""
    conn.execute(f"drop table {schema.FTS}")
    conn.execute(schema.FTS_SQL)
    rows = conn.execute("select r.docid, r.title, t.text from reports r join texts t on t.id = r.id order by docid")
    for docid, title, text in rows:
        index(conn, docid, title, text)
    conn.execute("insert or replace into meta (key, value) values ('tokens', ?)", (tokens.version(),))


def _name(conn: sqlite3.Connection, digest: str, report: str, alike: float | None) -> None:
    """Write the id of a report to all rows of the captures of a text and of their sightings."""
    captures = "(select capture from readings where digest = ?2)"
    for table in ("sources", *BY_CAPTURE):
        conn.execute(
            f"update {table} set report = ?1 where report is not ?1 and capture in {captures}", (report, digest)
        )
    conn.execute(
        f"update sources set similarity = ?1 where similarity is not ?1 and capture in {captures}", (alike, digest)
    )
    conn.execute(f"update captures set report = ?1 where report is not ?1 and id in {captures}", (report, digest))
    conn.execute(
        "update captures set report = ?1 where report is not ?1"
        f" and url in (select url from sources where capture in {captures}) and same_as in {captures}",
        (report, digest),
    )


def _remove(conn: sqlite3.Connection, old: Sequence[Any]) -> None:
    name, docid, title, text = old[:4]
    _unindex(conn, docid, title, text)
    conn.execute("delete from reports where id = ?", (name,))
    conn.execute("delete from texts where id = ?", (name,))
    conn.execute("delete from changes where report = ?", (name,))


def _free_id(conn: sqlite3.Connection, stem: str, digest: str) -> str:
    ids = [f"{stem}-{digest[:digits]}" for digits in ID_DIGITS]
    taken = "select 1 from reports where id = ?"
    return next(candidate for candidate in ids if not conn.execute(taken, (candidate,)).fetchone())


def _unindex(conn: sqlite3.Connection, docid: int, title: str | None, text: str) -> None:
    # A contentless index forgets a row only when told the very words it was given.
    words = (docid, tokens.tokens(title), tokens.tokens(text))
    conn.execute(f"insert into {schema.FTS}({schema.FTS}, rowid, title, text) values ('delete', ?, ?, ?)", words)
