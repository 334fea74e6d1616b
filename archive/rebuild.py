"""Make both databases again from the WARC files alone: same ids, same rows.

The captures table is replaced in one transaction. archive.db is filled beside the old one and then copied over it page
by page with SQLite's backup, in one transaction: a site that is being served goes on without a restart, and a rebuild
that is killed leaves the old archive whole.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

from archive import captures, decisions, portals, store, warc_read, warc_repair
from archive.datadir import DataDir
from archive.model import Capture
from archive.pipeline import Pipeline
from archive.warc_scan import Finding

Tick = Callable[[int, int | None], None]
BEGIN = datetime.min.replace(tzinfo=UTC)


def rebuild(
    place: DataDir, *, progress: Tick | None = None, broken: Callable[[Finding], None] | None = None
) -> dict[str, int]:
    """Rebuild crawl.db's captures and the whole of archive.db; return outcome -> number of pages read.

    ``broken`` is called with each record that cannot be read; the others come back all the same.
    """
    with place.lock():
        warc_repair.repair(place.warc)
        db = captures.connect(place.crawl_db)
        table = captures.Captures(db)
        with table.transaction():
            table.clear()
            decisions.forget(db)
            decide = partial(decisions.keep, db)
            for capture in sorted(warc_read.walk(place.warc, broken, decide), key=_age):
                table.add(capture)
        db.close()
        work = place.root / ".rebuild"
        shutil.rmtree(work, ignore_errors=True)  # of a rebuild that was killed
        work.mkdir()
        fresh = work / "archive.db"
        counts = Pipeline(place, archive_db=fresh).run(progress=progress)
        with closing(store.open_archive(fresh)) as archive:
            portals.recover(archive.conn, place.crawl_db, place.archive_db)
        source, target = sqlite3.connect(fresh), sqlite3.connect(place.archive_db, timeout=60)
        source.backup(target)
        source.close()
        target.close()
        shutil.rmtree(work)
    return counts


def _age(capture: Capture) -> tuple[datetime, str, int]:
    """Order captures as they came, so that row numbers come out as they were."""
    return capture.origin.fetched or BEGIN, capture.warc, capture.offset
