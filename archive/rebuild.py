"""Make both databases again from the WARC files alone: same ids, same rows.

The captures table is replaced in one transaction. archive.db is filled beside the old one and then copied over it page
by page with SQLite's backup, in one transaction: a site that is being served goes on without a restart, and a rebuild
that is killed leaves the old archive whole.

A damaged database is no obstacle: crawl.db is made anew beside it, with what can be saved of the crawler's own tables,
and takes its place; so does archive.db where it cannot even be written over (then the site is to be restarted).
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from archive import captures, covered, damage, decisions, portals, store, warc_read, warc_repair
from archive.datadir import DataDir
from archive.model import Capture
from archive.pipeline import Pipeline
from archive.warc_scan import Finding

Tick = Callable[[int, int | None], None]
Tell = Callable[[str], None]
Broken = Callable[[Finding], None]
BEGIN = datetime.min.replace(tzinfo=UTC)
MADE_AGAIN = ("captures", "decisions")  # tables of crawl.db that the WARC files tell


def rebuild(
    place: DataDir, *, progress: Tick | None = None, broken: Broken | None = None, tell: Tell | None = None
) -> dict[str, int]:
    """Rebuild crawl.db's captures and the whole of archive.db; return outcome -> number of pages read.

    ``broken`` is called with each record that cannot be read; the others come back all the same. ``tell`` is called
    with a line for each database that was damaged.
    """
    with place.lock():
        renew_captures(place, damage.problem(place.crawl_db), broken=broken, tell=tell)
        return renew_archive(place, damage.problem(place.archive_db), progress=progress, tell=tell)


def renew_captures(place: DataDir, wrong: str = "", *, broken: Broken | None = None, tell: Tell | None = None) -> None:
    """Fill the captures of crawl.db anew; ``wrong`` says what is damaged in it. The caller holds the lock."""
    warc_repair.repair(place.warc)
    if not wrong:
        with closing(captures.connect(place.crawl_db)) as db:
            _fill(db, place, broken)
        return
    fresh = _work(place) / place.crawl_db.name
    with closing(captures.connect(fresh)) as db:
        with captures.transaction(db):
            saved = damage.salvage(place.crawl_db, db, MADE_AGAIN)
        _fill(db, place, broken)
    aside = damage.replace(place.crawl_db, fresh)
    if tell:
        kept = ", ".join(f"{number:,} of {name}" for name, number in sorted(saved.items()) if number) or "none"
        tell(
            f"{place.crawl_db.name} was damaged ({wrong}): its captures were made again from the WARC files;"
            f" rows saved of the crawler's own tables: {kept}; the damaged file is {aside}"
        )


def _fill(db: sqlite3.Connection, place: DataDir, broken: Broken | None) -> None:
    table = captures.Captures(db)
    with table.transaction():
        table.clear()
        decisions.forget(db)
        decide = partial(decisions.keep, db)
        for capture in sorted(warc_read.walk(place.warc, broken, decide), key=_age):
            table.add(capture)


def renew_archive(
    place: DataDir, wrong: str = "", *, progress: Tick | None = None, tell: Tell | None = None
) -> dict[str, int]:
    """Make archive.db anew from the captures; return outcome -> number of pages read. The caller holds the lock."""
    fresh = _work(place) / place.archive_db.name
    counts = Pipeline(place, archive_db=fresh).run(progress=progress)
    with closing(store.open_archive(fresh)) as archive:
        portals.recover(archive.conn, place.crawl_db, place.archive_db)
        covered.refresh(archive.conn)
    over = _copied(fresh, place.archive_db)
    if not over:
        damage.replace(place.archive_db, fresh)
        place.archive_db.with_name(place.archive_db.name + damage.ASIDE).unlink()  # nothing in it is nowhere else
    if wrong and tell:
        tell(
            f"{place.archive_db.name} was damaged ({wrong}): made again from the WARC files"
            + ("" if over else "; restart the site that serves it")
        )
    shutil.rmtree(fresh.parent)
    return counts


def _copied(fresh: Path, target: Path) -> bool:
    """Copy a database over another page by page; False where the other is too damaged for that."""
    try:
        with closing(sqlite3.connect(fresh)) as source, closing(sqlite3.connect(target, timeout=60)) as over:
            source.backup(over)
    except sqlite3.DatabaseError as error:
        if not damage.is_damage(error):
            raise
        return False
    return not damage.problem(target)


def _work(place: DataDir) -> Path:
    """Return an empty folder to work in."""
    work = place.root / ".rebuild"
    shutil.rmtree(work, ignore_errors=True)  # of a rebuild that was killed
    work.mkdir()
    return work


def _age(capture: Capture) -> tuple[datetime, str, int]:
    """Order captures as they came, so that row numbers come out as they were."""
    return capture.origin.fetched or BEGIN, capture.warc, capture.offset
