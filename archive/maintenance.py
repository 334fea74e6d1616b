"""What keeps a data directory fit for years: ``fazhi tidy``, which a schedule runs every week.

    mend()   databases with damaged pages are made again from the WARC files
    tidy()   mend, then vacuum where much of a file is empty, and write the logs back

WARC files are never touched, and no row is thrown away (docs/decisions/0017-growth.md). Readers go on meanwhile: in
WAL mode neither a vacuum nor a checkpoint makes them wait.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from archive import captures, damage, rebuild, schema, settling, store
from archive.datadir import DataDir

Tick = Callable[[int, int | None], None]
Tell = Callable[[str], None]

EMPTY_SHARE = 0.25  # of a file's pages, and so many bytes of them: then a vacuum is worth its time
EMPTY_BYTES = 16_000_000
ROOM = 2.2  # times the size of a file that a vacuum may need: a copy, and the log of writing it back
WAIT = 5.0  # seconds that a checkpoint waits for readers; what is left is written back by the next


def tidy(place: DataDir, *, tell: Tell, progress: Tick | None = None) -> None:
    """Mend, vacuum and checkpoint both databases; call ``tell`` with a line for each thing that was done.

    Raises StorageError when another fazhi is at work in the directory, or the disk refuses.
    """
    with place.lock():
        mend_locked(place, tell=tell, progress=progress)
        for path in (place.crawl_db, place.archive_db):
            if path.exists():
                vacuum(path, tell)
                checkpoint(path, tell)


def mend(place: DataDir, *, tell: Tell, progress: Tick | None = None) -> bool:
    """Make damaged databases again; tell whether there was one. Raises as ``tidy`` does."""
    with place.lock():
        return mend_locked(place, tell=tell, progress=progress)


def mend_locked(place: DataDir, *, tell: Tell, progress: Tick | None = None) -> bool:
    """Do what ``mend`` does for a caller that holds the lock."""
    crawl = damage.problem(place.crawl_db, thorough=True)
    if crawl:
        rebuild.renew_captures(place, crawl, tell=tell)
    archive = damage.problem(place.archive_db, thorough=True)
    if archive:
        rebuild.renew_archive(place, archive, progress=progress, tell=tell)
    elif index := damage.problem(place.archive_db, index=schema.FTS):
        with closing(store.open_archive(place.archive_db)) as db, captures.transaction(db.conn):
            settling.refill(db.conn)
        tell(f"the search index was damaged ({index}): filled again from the texts")
        archive = index
    return bool(crawl or archive)


def vacuum(path: Path, tell: Tell) -> None:
    """Give the empty pages of a database back to the disk, where that is worth it and there is room to."""
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as db:
        size, pages, free = (
            db.execute(f"pragma {name}").fetchone()[0] for name in ("page_size", "page_count", "freelist_count")
        )
        if free * size < EMPTY_BYTES or free < pages * EMPTY_SHARE:
            return
        needed = int((pages - free) * size * ROOM)
        room = shutil.disk_usage(path.parent).free
        if room < needed:
            tell(f"{path.name} not vacuumed: {needed / 1e6:,.0f} MB are needed, {room / 1e6:,.0f} MB are free")
            return
        with _temporary_files(path.parent):
            db.execute("vacuum")
        tell(f"{path.name} vacuumed: {free * size / 1e6:,.0f} MB of {pages * size / 1e6:,.0f} MB given back")


def checkpoint(path: Path, tell: Tell) -> None:
    """Write the log of a database back into it, and empty the log."""
    log = path.with_name(path.name + "-wal")
    before = log.stat().st_size if log.exists() else 0
    with closing(sqlite3.connect(path, timeout=WAIT, isolation_level=None)) as db:
        if db.execute("pragma journal_mode").fetchone()[0] != "wal":
            return
        db.execute("pragma optimize")
        busy = db.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
    if busy:
        tell(f"{path.name}: its log of {before / 1e6:,.0f} MB is still being read; the next time empties it")
    elif before > EMPTY_BYTES:
        tell(f"{path.name}: log of {before / 1e6:,.0f} MB written back")


@contextmanager
def _temporary_files(folder: Path) -> Iterator[None]:
    """Let SQLite keep its temporary files beside the database: /tmp may be small, or memory."""
    before = os.environ.get("SQLITE_TMPDIR")
    os.environ["SQLITE_TMPDIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["SQLITE_TMPDIR"]
        else:
            os.environ["SQLITE_TMPDIR"] = before
