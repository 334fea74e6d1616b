"""Writes ``archive.db``: one document at a time, each in one transaction. Reads no page, decides about no content.

    captures, evidence, issues, attachments    what one capture gave: replaced when it is saved again
    readings                                   the fields each capture of a report gave
    reports, texts, reports_fts                one row for each text, from the leading source among its readings
    sources                                    one row for each capture of a report
    rejected                                   one row for each capture that is no report

Which source leads (best kind of site, then first fetched, then address), which text an address shows last, and so every
row, follows from the set of readings alone: captures may come in any order, twice, or again from a newer extraction.
Only ``docid``, the row number in the search index, tells the order.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database as Database

from archive import schema, tokens
from archive.captures import transaction
from archive.errors import StorageError, UsageError
from archive.model import Capture, Rejection, Report, SourceKind
from archive.rows import address, captured, children, fields, identity, rejected, seen_at

BUSY_SECONDS = 30.0
UNCOMPARED = ("id", "extractor", "fetched", "url", "detail", "reason")  # follow from others, or say nothing of the page
ID_DIGITS = (8, 16, 64)  # of the text's digest in a report's id: more only where two texts of a place and year collide

# Strongest first; only the first three count as publication.
SOURCE_ORDER = (
    SourceKind.OFFICIAL, SourceKind.DEPARTMENT_SITE, SourceKind.UPPER_LEVEL_PORTAL, SourceKind.REPOST,
    SourceKind.UNKNOWN, SourceKind.CONTENT_FARM, SourceKind.DOCUMENT_MILL, SourceKind.HIJACKED_MIRROR,
)  # fmt: skip
_RANK = {str(kind): rank for rank, kind in enumerate(SOURCE_ORDER)}
_BY_CAPTURE = ("evidence", "issues", "attachments")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of which a newer extraction says otherwise."""

    field: str
    before: object
    now: object


def open_archive(path: Path, *, create: bool = True, readonly: bool = False) -> Database:
    """Open an archive, making its tables where absent and its search index anew where made by other rules.

    Raises UsageError if the file is missing and not to be created, NewerSchemaError if a newer fazhi made it,
    StorageError if it is no archive or cannot be written.
    """
    if not create and not path.is_file():
        raise UsageError(f"no archive at {path}", "begin with `fazhi crawl` or `fazhi add`, or name it with --data")
    try:
        if readonly:
            conn = _connect_readonly(path)
            version = schema.check(conn)
            older = version < schema.VERSION and writable(path)  # one that cannot be written does without new tables
            if version == 0 or older or _index_version(conn) != tokens.version():
                conn.close()  # just begun, older, or filled by other rules: bring it up to date first
                open_archive(path).close()
                conn = _connect_readonly(path)
            return Database(conn)
        conn = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        conn.execute("pragma journal_mode = wal")
        conn.execute("pragma synchronous = normal")
        schema.create(conn)
        if _index_version(conn) != tokens.version():
            _refill(conn)
    except sqlite3.DatabaseError as error:
        raise StorageError(
            f"cannot open {path}: {error}", "check its permissions, or move it away and run `fazhi rebuild`"
        ) from error
    return Database(conn)


def _connect_readonly(path: Path) -> sqlite3.Connection:
    # Without the right to write beside it, SQLite reads a WAL database only as one that cannot change, and then without
    # what is still in the WAL; while a writer is at work the files it needs are there anyway.
    alone = not writable(path) and not path.with_name(path.name + "-wal").exists()
    uri = f"{path.absolute().as_uri()}?{'immutable=1' if alone else 'mode=ro'}"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def writable(path: Path) -> bool:
    """Tell whether files may be made beside an archive, as every writer and most readers of it need."""
    return os.access(path.absolute().parent, os.W_OK | os.X_OK)


def save(db: Database, capture: Capture, document: Report | Rejection) -> str | None:
    """Save what a capture gave, in one transaction, in place of what it gave before; return the report's id.

    Raises StorageError when the disk refuses; the archive is then as it was.
    """
    conn = db.conn
    with _transaction(conn):
        touched = _forget(conn, capture.id)
        report = None
        if isinstance(document, Report):
            report = identity(document)
            touched.add(report)
            _read(conn, capture, document, report)
        else:
            _insert(conn, "rejected", rejected(capture, document))
        _insert(conn, "captures", captured(capture, document))
        for table, rows in children(document).items():
            for number, row in enumerate(rows):
                _insert(conn, table, {"capture": capture.id, "n": number, **row})
        url = address(capture)
        same_address = conn.execute(
            "select distinct r.digest from sources s join readings r on r.capture = s.capture where s.url = ?", (url,)
        )
        touched.update(row[0] for row in same_address)
        ids = {digest: _settle(conn, digest) for digest in sorted(touched)}
        return ids[report] if report else None


def differences(db: Database, capture: Capture, document: Report | Rejection) -> list[Difference]:
    """Return field by field what a document says otherwise than the one saved for its capture; none where none is.

    ``outcome`` is ``report`` or the reason of a rejection. Fields only one of the two kinds has are left out.
    """
    conn = db.conn
    now = fields(capture, document) if isinstance(document, Report) else rejected(capture, document)
    now |= {"text": document.text, "outcome": "report" if isinstance(document, Report) else str(document.reason)}
    reading = conn.execute(
        "select r.fields, coalesce(r.text, t.text) from readings r join reports p on p.digest = r.digest"
        " join texts t on t.id = p.id where r.capture = ?",
        (capture.id,),
    ).fetchone()
    if reading:
        before = json.loads(reading[0]) | {"text": reading[1], "outcome": "report"}
    else:
        cursor = conn.execute("select *, reason as outcome from rejected where capture = ?", (capture.id,))
        row = cursor.fetchone()
        if row is None:
            return []
        before = dict(zip((column[0] for column in cursor.description), row, strict=True))
    return [
        Difference(name, before[name], now[name])
        for name in now
        if name in before and name not in UNCOMPARED and before[name] != now[name]
    ]


def pending(db: Database, crawl_db: Path, *, stale: bool = False) -> Iterator[str]:
    """Yield ids of the captures in crawl.db that may be reports and have no result (``stale``: or an older one's)."""
    if not crawl_db.is_file():
        return
    done = "select id from captures"
    parameters: tuple[str, ...] = ()
    if stale:
        from archive.extract import EXTRACTOR  # here, because extraction's libraries are slow to load

        done += " where extractor = ?"
        parameters = (EXTRACTOR,)
    # A connection of its own: the caller may save, and so change the rows, between two ids.
    conn = sqlite3.connect(crawl_db, timeout=BUSY_SECONDS)
    try:
        if not conn.execute("select 1 from sqlite_master where name = 'captures'").fetchone():
            return
        rows = conn.execute("select id from captures where role = 'report' order by rowid").fetchall()
    finally:
        conn.close()
    known = {row[0] for row in db.execute(done, parameters)}
    yield from (row[0] for row in rows if row[0] not in known)


@contextmanager
def _transaction(conn: sqlite3.Connection) -> Iterator[None]:
    try:
        with transaction(conn):
            yield
    except sqlite3.OperationalError as error:
        raise StorageError(f"cannot write the archive: {error}", "free disk space, or end the other writer") from error


def _forget(conn: sqlite3.Connection, capture: str) -> set[str]:
    """Delete what a capture gave before; return the digest of the report it was read as, if any."""
    digests = {row[0] for row in conn.execute("select digest from readings where capture = ?", (capture,))}
    for digest in digests:
        _keep_texts(conn, digest)
    for table in ("readings", "sources", "rejected", *_BY_CAPTURE):
        conn.execute(f"delete from {table} where capture = ?", (capture,))
    conn.execute("delete from captures where id = ?", (capture,))
    return digests


def _read(conn: sqlite3.Connection, capture: Capture, document: Report, digest: str) -> None:
    """Add a reading and its source; the reading carries its text until ``_settle`` says whose text is shown."""
    _keep_texts(conn, digest)
    # Made storable here, not on the way: what is read back later must equal what the row was made from.
    told = {k: _storable(v) if isinstance(v, str) else v for k, v in fields(capture, document).items()}
    reading = {
        "capture": capture.id, "digest": digest, "fields": json.dumps(told, ensure_ascii=False, sort_keys=True),
        "text": document.text,
    }  # fmt: skip
    _insert(conn, "readings", reading)
    _insert(conn, "sources", seen_at(capture, document))


def _keep_texts(conn: sqlite3.Connection, digest: str) -> None:
    """Copy the shown text back to the readings that share it, because the leading source may change."""
    conn.execute(
        "update readings set text = (select t.text from texts t join reports r on r.id = t.id where r.digest = ?1)"
        " where digest = ?1 and text is null",
        (digest,),
    )


def _settle(conn: sqlite3.Connection, digest: str) -> str | None:
    """Make the rows of one report from its readings, or remove them with the last; return its id."""
    old = conn.execute(
        "select r.id, r.docid, r.title, t.text from reports r join texts t on t.id = r.id where r.digest = ?", (digest,)
    ).fetchone()
    readings = conn.execute(
        "select s.capture, r.fields, coalesce(r.text, ?2) as text, s.url, s.source_kind, s.fetched"
        " from readings r join sources s on s.capture = r.capture where r.digest = ?1",
        (digest, old and old[3]),
    ).fetchall()
    if old:
        conn.execute("delete from reports where digest = ?", (digest,))
        conn.execute("delete from texts where id = ?", (old[0],))
    if not readings:
        if old:
            _unindex(conn, old[1], old[2], old[3])
        return None
    lead = min(readings, key=lambda r: (_RANK[r[4]], r[5] or "9", r[3], r[0]))
    capture, told, text = lead[0], json.loads(lead[1]), lead[2]
    seen = [r[5] for r in readings if r[5]]
    row = told | {
        "digest": digest, "capture": capture, "first_seen": min(seen, default=None),
        "last_seen": max(seen, default=None), "status": _status(conn, digest, {r[3] for r in readings}),
        "docid": old[1] if old else conn.execute("select coalesce(max(docid), 0) + 1 from reports").fetchone()[0],
    }  # fmt: skip
    row["id"] = _free_id(conn, told["id"], digest)
    _insert(conn, "reports", row)
    _insert(conn, "texts", {"id": row["id"], "title": row["title"], "text": text})
    conn.execute("update readings set text = null where digest = ? and text = ?", (digest, text))
    for table in ("sources", *_BY_CAPTURE):
        conn.execute(
            f"update {table} set report = ?1 where report is not ?1"
            " and capture in (select capture from readings where digest = ?2)",
            (row["id"], digest),
        )
    conn.execute(
        "update captures set report = ?1 where report is not ?1"
        " and id in (select capture from readings where digest = ?2)",
        (row["id"], digest),
    )
    if old and (old[2], old[3]) != (row["title"], text):
        _unindex(conn, old[1], old[2], old[3])
    if not old or (old[2], old[3]) != (row["title"], text):
        _index(conn, row["docid"], row["title"], text)
    return str(row["id"])


def _status(conn: sqlite3.Connection, digest: str, urls: set[str]) -> str:
    """Return ``current`` while any address of the report shows it last, else ``superseded``."""
    for url in urls:
        last = conn.execute(
            "select r.digest from sources s join readings r on r.capture = s.capture where s.url = ?"
            " order by s.fetched desc, s.capture desc limit 1",
            (url,),
        ).fetchone()
        if last[0] == digest:
            return "current"
    return "superseded"


def _free_id(conn: sqlite3.Connection, stem: str, digest: str) -> str:
    ids = [f"{stem}-{digest[:digits]}" for digits in ID_DIGITS]
    taken = "select 1 from reports where id = ?"
    return next(candidate for candidate in ids if not conn.execute(taken, (candidate,)).fetchone())


def _insert(conn: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> None:
    columns = ", ".join(f'"{name}"' for name in row)
    conn.execute(
        f"insert into {table} ({columns}) values ({', '.join('?' * len(row))})",
        [_storable(value) if isinstance(value, str) else value for value in row.values()],
    )


def _storable(text: str) -> str:
    """Replace what SQLite cannot hold as text: NUL ends a string in its functions, lone surrogates are no Unicode."""
    return _UNSTORABLE.sub("\ufffd", text)


def _index(conn: sqlite3.Connection, docid: int, title: str | None, text: str) -> None:
    words = (docid, tokens.tokens(title), tokens.tokens(text))
    conn.execute(f"insert into {schema.FTS}(rowid, title, text) values (?, ?, ?)", words)


def _unindex(conn: sqlite3.Connection, docid: int, title: str | None, text: str) -> None:
    # A contentless index forgets a row only when told the very words it was given.
    words = (docid, tokens.tokens(title), tokens.tokens(text))
    conn.execute(f"insert into {schema.FTS}({schema.FTS}, rowid, title, text) values ('delete', ?, ?, ?)", words)


def _index_version(conn: sqlite3.Connection) -> str | None:
    row: Sequence[str] | None = conn.execute("select value from meta where key = 'tokens'").fetchone()
    return row[0] if row else None


def _refill(conn: sqlite3.Connection) -> None:
    """Fill the search index anew by the rules of this version."""
    with _transaction(conn):
        conn.execute(f"drop table {schema.FTS}")
        conn.execute(schema.FTS_SQL)
        rows = conn.execute("select r.docid, r.title, t.text from reports r join texts t on t.id = r.id order by docid")
        for docid, title, text in rows:
            _index(conn, docid, title, text)
        conn.execute("insert or replace into meta (key, value) values ('tokens', ?)", (tokens.version(),))
