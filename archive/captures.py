"""The table of captures in ``crawl.db``: one row for every answer on disk, made by the recorder, read by the pipeline.

``crawl.db`` can be deleted: ``fazhi rebuild`` makes the table again from the WARC files. Its schema version stands in
``PRAGMA user_version`` and covers the frontier's tables in the same file too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from archive.errors import NewerSchemaError, StorageError
from archive.model import Capture, Origin, Role
from archive.warc_fields import warc_date

VERSION = 2  # 2: captures.tls

SCHEMA = """
CREATE TABLE IF NOT EXISTS captures (
    id TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    url TEXT,
    portal TEXT,
    adcode TEXT,
    role TEXT NOT NULL,
    title TEXT,
    date TEXT,
    parent TEXT,
    fetched TEXT,
    status INTEGER NOT NULL,
    mime TEXT,
    digest TEXT NOT NULL,
    warc TEXT NOT NULL,
    "offset" INTEGER NOT NULL,
    kind TEXT NOT NULL,
    depth INTEGER NOT NULL,
    crawl TEXT,
    etag TEXT,
    last_modified TEXT,
    tls TEXT
);
CREATE INDEX IF NOT EXISTS captures_digest ON captures (digest, kind);
CREATE INDEX IF NOT EXISTS captures_url ON captures (url, fetched);
CREATE INDEX IF NOT EXISTS captures_target ON captures (target, fetched);
"""

COLUMNS = (
    "id", "target", "url", "portal", "adcode", "role", "title", "date", "parent", "fetched", "status", "mime",
    "digest", "warc", "offset", "kind", "depth", "crawl", "etag", "last_modified", "tls",
)  # fmt: skip
UPSERT = f"INSERT INTO captures VALUES ({', '.join('?' * len(COLUMNS))}) ON CONFLICT (id) DO UPDATE SET " + ", ".join(
    f'"{name}" = excluded."{name}"' for name in COLUMNS[1:]
)


def connect(path: Path, *, readonly: bool = False) -> sqlite3.Connection:
    """Open ``crawl.db`` (made where absent) in autocommit, WAL, rows as ``sqlite3.Row``.

    Raise StorageError where it cannot be opened or is no database, NewerSchemaError where a newer fazhi made it.
    """
    db = None
    try:
        if readonly:
            db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30, isolation_level=None)
        else:
            db = sqlite3.connect(path, timeout=30, isolation_level=None)
        db.row_factory = sqlite3.Row
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found > VERSION:
            raise NewerSchemaError(
                f"{path} was made by a newer fazhi (schema {found}, known {VERSION})", "update fazhi"
            )
        if not readonly:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            if found < VERSION:
                db.execute(f"PRAGMA user_version = {VERSION}")
    except (sqlite3.Error, NewerSchemaError) as error:
        if db:
            db.close()
        if isinstance(error, NewerSchemaError):
            raise
        raise StorageError(
            f"cannot open {path}: {error}", "check its permissions; if it is damaged, run `fazhi tidy`"
        ) from error
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Commit at once what happens inside on a connection in autocommit mode, or nothing of it."""
    db.execute("BEGIN IMMEDIATE")  # a deferred one could fail half-way, when another writer was quicker
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # SQLite rolls back by itself where the disk is full
            db.execute("ROLLBACK")
        raise


class Captures:
    """The captures of a ``crawl.db``. Every method runs in the caller's transaction, or commits by itself."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'captures_target'").fetchone():
            for statement in filter(str.strip, SCHEMA.split(";")):
                db.execute(statement)  # not executescript: that would commit the caller's transaction
        if not db.execute("SELECT 1 FROM pragma_table_info('captures') WHERE name = 'tls'").fetchone():
            db.execute("ALTER TABLE captures ADD COLUMN tls TEXT")  # a file of version 1

    def transaction(self) -> AbstractContextManager[None]:
        """Commit what happens inside at once, or nothing of it."""
        return transaction(self._db)

    def add(self, capture: Capture) -> None:
        """Insert a capture, or put it in the place of the one of the same id (which keeps its rowid)."""
        self._db.execute(UPSERT, to_row(capture))

    def clear(self) -> None:
        """Delete all rows: a rebuild fills the table anew."""
        self._db.execute("DELETE FROM captures")

    def of_target(self, target: str) -> list[Capture]:
        """Return the captures of an address that was asked for, oldest first."""
        rows = self._db.execute("SELECT * FROM captures WHERE target = ? ORDER BY fetched, id", (target,))
        return [from_row(row) for row in rows]

    def get(self, key: str, /) -> Capture | None:
        """Return the capture of an id, or None."""
        row = self._db.execute("SELECT * FROM captures WHERE id = ?", (key,)).fetchone()
        return None if row is None else from_row(row)

    def find_digest(self, digest: str, url: str) -> tuple[str, str] | None:
        """Return address and WARC-Date of the first response with these bytes, one of the same address first."""
        row = self._db.execute(
            "SELECT url, fetched FROM captures WHERE digest = ? AND kind = 'response'"
            " ORDER BY url = ? DESC, fetched, id LIMIT 1",
            (digest, url),
        ).fetchone()
        return None if row is None else (row["url"], row["fetched"])

    def sighting_of(self, capture: Capture) -> str | None:
        """Return the id of the first capture with the bytes of a revisit at its own address; None for one to be read.

        The first one is read, whatever it is: bytes known from another address are a new witness here.
        """
        if capture.kind != "revisit":
            return None
        # The + keeps SQLite from walking all pages with these bytes: an error page may stand at thousands of addresses.
        row = self._db.execute(
            "SELECT id FROM captures WHERE url = ? AND +digest = ? AND role = ? ORDER BY fetched, id LIMIT 1",
            (capture.origin.url, capture.digest, Role.REPORT.value),
        ).fetchone()
        return row["id"] if row and row["id"] != capture.id else None

    def all(self) -> Iterator[Capture]:
        """Yield all captures in order of id, that is of time."""
        for row in self._db.execute("SELECT * FROM captures ORDER BY id"):
            yield from_row(row)

    def count(self) -> int:
        """Return the number of captures."""
        return int(self._db.execute("SELECT count(*) FROM captures").fetchone()[0])


@contextmanager
def digests(path: Path) -> Iterator[Callable[[str], str | None] | None]:
    """Yield a look-up of a capture's digest by its id, or None where ``crawl.db`` is not there or damaged."""
    try:
        db = connect(path, readonly=True)
        db.execute("SELECT digest FROM captures LIMIT 1").fetchone()
    except (StorageError, sqlite3.Error):
        yield None
        return

    def digest(identity: str) -> str | None:
        row = db.execute("SELECT digest FROM captures WHERE id = ?", (identity,)).fetchone()
        return row["digest"] if row else None

    with closing(db):
        yield digest


def to_row(capture: Capture) -> tuple[str | int | None, ...]:
    """Return a capture as values in the order of ``COLUMNS``; ``mime`` holds the Content-Type as received."""
    origin = capture.origin
    return (
        capture.id,
        capture.target,
        origin.url,
        origin.portal,
        origin.adcode,
        origin.role.value,
        origin.link_title,
        origin.link_date.isoformat() if origin.link_date else None,
        origin.parent,
        warc_date(origin.fetched) if origin.fetched else None,
        origin.status,
        origin.content_type,
        capture.digest,
        capture.warc,
        capture.offset,
        capture.kind,
        capture.depth,
        capture.crawl,
        capture.etag,
        capture.last_modified,
        origin.tls,
    )


def from_row(row: sqlite3.Row) -> Capture:
    """Return the capture of a row."""
    return Capture(
        id=row["id"],
        target=row["target"],
        origin=Origin(
            url=row["url"],
            portal=row["portal"],
            adcode=row["adcode"],
            role=Role(row["role"]),
            link_title=row["title"],
            link_date=date.fromisoformat(row["date"]) if row["date"] else None,
            parent=row["parent"],
            content_type=row["mime"],
            status=row["status"],
            fetched=datetime.fromisoformat(row["fetched"]).astimezone(UTC) if row["fetched"] else None,
            tls=row["tls"],
        ),
        digest=row["digest"],
        warc=row["warc"],
        offset=row["offset"],
        kind=row["kind"],
        depth=row["depth"],
        crawl=row["crawl"],
        etag=row["etag"],
        last_modified=row["last_modified"],
    )
