"""Writes ``archive.db``: one capture at a time, each in one transaction. Reads no page, decides about no content.

    save()    a capture that was read            captures, evidence, issues, attachments: what it gave, replaced when it
                                                 is saved again; readings, sources: one row for each that is a report;
                                                 rejected: one for each that is none
    sight()   one that confirms an earlier one   its row in captures; last_seen and times of the source
    gone()    one that says: not there           its row in captures

and then ``settling`` makes reports, texts and the search index, ``history`` the table changes and what is missing.
Every row follows from the set of captures alone: they may come in any order, twice, or again from a newer extraction.
Only ``docid``, the row number in the search index, tells the order.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database as Database

from archive import copies, history, schema, tokens
from archive.captures import transaction
from archive.errors import StorageError, UsageError
from archive.model import Capture, Rejection, Report, Role
from archive.rows import address, captured, children, fields, identity, rejected, seen_at, unread
from archive.settling import BY_CAPTURE, index_version, insert, keep_texts, refill, settle, storable

BUSY_SECONDS = 30.0
TELLING = (Role.REPORT, Role.GONE)  # captures of these roles tell of reports; the others are the crawler's business
UNCOMPARED = ("id", "extractor", "fetched", "url", "detail", "reason")  # follow from others, or say nothing of the page


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
            conn = connect_readonly(path)
            version = schema.check(conn)
            if version < schema.VERSION and not writable(path):
                conn.close()
                raise StorageError(
                    f"{path} was made by an older fazhi, and cannot be brought up to date here",
                    "open it once where its folder can be written, for example with `fazhi status`",
                )
            if version < schema.VERSION or index_version(conn) != tokens.version() or copies.outdated(conn):
                conn.close()  # just begun, older, or filled by other rules: bring it up to date first
                open_archive(path).close()
                conn = connect_readonly(path)
            return Database(conn)
        conn = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        conn.execute("pragma journal_mode = wal")
        conn.execute("pragma synchronous = normal")
        schema.create(conn, history.derive)
        if index_version(conn) != tokens.version():
            with _transaction(conn):
                refill(conn)
        if copies.outdated(conn):
            with _transaction(conn):
                _settle(conn, copies.begin_anew(conn))
    except sqlite3.DatabaseError as error:
        raise StorageError(
            f"cannot open {path}: {error}", "check its permissions, or move it away and run `fazhi rebuild`"
        ) from error
    return Database(conn)


def connect_readonly(path: Path) -> sqlite3.Connection:
    """Open one of the two databases for reading only, also where nothing can be written beside it."""
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
            insert(conn, "rejected", rejected(capture, document))
        insert(conn, "captures", captured(capture, document))
        for table, rows in children(document).items():
            for number, row in enumerate(rows):
                insert(conn, table, {"capture": capture.id, "n": number, **row})
        _confirmed(conn, storable(address(capture)), capture.id)
        touched |= history.touching(conn, storable(address(capture)))
        _settle(conn, touched)
        saved: tuple[str | None] = conn.execute("select report from captures where id = ?", (capture.id,)).fetchone()
        return saved[0]


def sight(db: Database, capture: Capture, earlier: str) -> None:
    """Save that a capture showed the very bytes of an earlier one (its id) of the same address, which need not be here.

    It gives no reading of its own. Raises StorageError as ``save`` does.
    """
    conn = db.conn
    with _transaction(conn):
        touched = _forget(conn, capture.id)
        insert(conn, "captures", unread(capture, same_as=earlier))
        _confirmed(conn, storable(address(capture)), earlier)
        _settle(conn, touched)
        _refresh(conn, history.touching(conn, storable(address(capture))))


def gone(db: Database, capture: Capture) -> None:
    """Save that an address answered that its page is not there. Raises StorageError as ``save`` does."""
    conn = db.conn
    with _transaction(conn):
        touched = _forget(conn, capture.id)
        insert(conn, "captures", unread(capture, outcome="gone"))
        _settle(conn, touched)
        _refresh(conn, history.touching(conn, storable(address(capture)), storable(capture.target)))


def differences(db: Database, capture: Capture, document: Report | Rejection) -> list[Difference]:
    """Return field by field what a document says otherwise than the one saved for its capture; none where none is.

    ``outcome`` is ``report`` or the reason of a rejection. Fields only one of the two kinds has are left out.
    """
    conn = db.conn
    now = fields(capture, document) if isinstance(document, Report) else rejected(capture, document)
    now |= {"text": document.text, "outcome": "report" if isinstance(document, Report) else str(document.reason)}
    reading = conn.execute(
        "select r.fields, coalesce(r.text, t.text) from readings r left join reports p on p.digest = r.digest"
        " left join texts t on t.id = p.id where r.capture = ?",
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
    """Yield ids of the captures in crawl.db that tell of reports and have no result (``stale``: or an older one's)."""
    if not crawl_db.is_file():
        return
    done, parameters = "select id from done.captures", list[str]()
    if stale:
        from archive.extract import EXTRACTOR  # here, because extraction's libraries are slow to load

        done += " where extractor = ? or extractor is null"  # of what is not read: sightings, and what is gone
        parameters.append(EXTRACTOR)
    # A connection of its own: the caller may save, and so change the rows, between two ids.
    conn = sqlite3.connect(crawl_db, timeout=BUSY_SECONDS)
    try:
        if not conn.execute("select 1 from sqlite_master where name = 'captures'").fetchone():
            return
        conn.execute("attach ? as done", (db.execute("pragma database_list").fetchone()[2],))
        roles = ", ".join(f"'{role}'" for role in TELLING)
        rows = conn.execute(
            f"select id from captures where role in ({roles}) and id not in ({done}) order by rowid", parameters
        ).fetchall()
    finally:
        conn.close()
    yield from (row[0] for row in rows)


@contextmanager
def _transaction(conn: sqlite3.Connection) -> Iterator[None]:
    try:
        with transaction(conn):
            yield
    except sqlite3.OperationalError as error:
        raise StorageError(f"cannot write the archive: {error}", "free disk space, or end the other writer") from error


def _settle(conn: sqlite3.Connection, digests: Iterable[str]) -> None:
    """Make the rows of reports anew, and what follows from them."""
    concerned = copies.update(conn, digests)
    for digest in sorted(concerned):
        settle(conn, digest)
    _refresh(conn, concerned)


def _refresh(conn: sqlite3.Connection, digests: set[str]) -> None:
    for digest in sorted(digests):
        history.refresh(conn, digest)


def _forget(conn: sqlite3.Connection, capture: str) -> set[str]:
    """Delete what a capture gave before; return the digest of the report it was read as, if any."""
    digests = {row[0] for row in conn.execute("select digest from readings where capture = ?", (capture,))}
    for digest in digests:
        keep_texts(conn, digest)
    for table in ("readings", "sources", "rejected", *BY_CAPTURE):
        conn.execute(f"delete from {table} where capture = ?", (capture,))
    conn.execute("delete from captures where id = ?", (capture,))
    return digests


def _read(conn: sqlite3.Connection, capture: Capture, document: Report, digest: str) -> None:
    """Add a reading and its source; the reading carries its text until ``settle`` says whose text is shown."""
    keep_texts(conn, digest)
    # Made storable here, not on the way: what is read back later must equal what the row was made from.
    told = {k: storable(v) if isinstance(v, str) else v for k, v in fields(capture, document).items()}
    reading = {
        "capture": capture.id, "digest": digest, "fields": json.dumps(told, ensure_ascii=False, sort_keys=True),
        "text": document.text,
    }  # fmt: skip
    insert(conn, "readings", reading)
    insert(conn, "sources", seen_at(capture, document))


def _confirmed(conn: sqlite3.Connection, url: str, capture: str) -> None:
    """Write to the sightings of a capture what it gave, and to its source how often and until when it was seen."""
    conn.execute(
        "update captures set (outcome, report) = (select outcome, report from captures where id = ?2)"
        " where url = ?1 and same_as = ?2",
        (url, capture),
    )
    conn.execute(
        "update sources set times = 1 + n, last_seen = nullif(max(coalesce(fetched, ''), coalesce(latest, '')), '')"
        " from (select count(*) n, max(fetched) latest from captures where url = ?1 and same_as = ?2)"
        " where capture = ?2",
        (url, capture),
    )
