"""Run a crawl: lock, repair, extraction beside it, Scrapy, verdicts. What ``fazhi crawl`` and ``fazhi add URL`` do.

Scrapy's reactor can be started once in a process, so a process runs one crawl. Ctrl-C or SIGTERM ends it in good order
with exit code 130; the next run goes on where it stopped. So does one after ``kill -9``.
"""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from archive import covered, damage, maintenance, store
from archive.datadir import DataDir
from archive.errors import StorageError, UsageError
from archive.model import Role
from archive.pipeline import Pipeline
from archive.portals import Look, keep
from crawler import due, reading, verdicts
from crawler.addresses import canonical, netloc
from crawler.families.base import SEED
from crawler.manners import Window
from crawler.progress import Progress
from crawler.session import Session
from crawler.spider import PortalSpider
from crawler.targets import Portal, Target
from crawler.verdicts import FINE, Row

__all__ = ["Progress", "Row", "Summary", "crawl", "fetch"]

log = logging.getLogger(__name__)

LAST_ANSWERS = 5.0  # seconds that requests in flight get when a run is told to end
LAST_READS = 2.0  # seconds that extraction gets then; what is left is read by the next run
FINE_EXIT, NOT_FINE_EXIT, INTERRUPTED_EXIT = 0, 3, 130


@dataclass(slots=True)
class Summary:
    """What a run did: a row a portal, and totals. ``exit_code``: 0, 3 where a verdict is not fine, 130 interrupted."""

    portals: list[Row] = field(default_factory=list)
    pages: int = 0
    reports: int = 0
    rejected: int = 0
    failed: int = 0
    exit_code: int = FINE_EXIT


def crawl(
    place: DataDir,
    portals: Sequence[Portal],
    *,
    limit: int | None = None,
    delay: float | None = None,
    window: Window | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Crawl portals and archive what they publish; go on where an interrupted run stopped.

    Raises ``StorageError`` when the disk refuses, or comes near to it (then the verdicts are kept, too), or another
    fazhi holds the directory; what was fetched until then is kept, and what was not is still queued.
    """
    with (
        mending(place),
        place.lock(),
        Session(place, portals, limit=limit, delay=delay, window=window, progress=progress) as session,
    ):
        session.seed()
        reading.catch_up(session)
        interrupted = work(session)
        return _ended(session, _summary(session, interrupted, limit))


def fetch(
    place: DataDir, addresses: Sequence[str], *, code: str | None = None, progress: Progress | None = None
) -> Summary:
    """Fetch single addresses and archive them as possible reports; ``code`` is the division they belong to.

    They are fetched again if they were before: the user asked for it.
    """
    targets = []
    for address in addresses:
        url = canonical(address)
        if url is None:
            raise UsageError(f"no web address: {address}", "an address begins with http:// or https:// and a host")
        targets.append(Target(url=url, role=Role.REPORT, portal="", prio=SEED))
    name = netloc(targets[0].url) if len({netloc(t.url) for t in targets}) == 1 else f"{len(targets)} addresses"
    loose = Portal(code="", name=name, home=targets[0].url, any_host=True, division=code)
    with mending(place), place.lock(), Session(place, [loose], progress=progress) as session:
        session.frontier.offer(targets, force=True)
        interrupted = work(session)
        return _ended(session, _summary(session, interrupted, None))


@contextmanager
def mending(place: DataDir) -> Iterator[None]:
    """Make a database again that turns out damaged, once the lock is free; the run itself is over then.

    Raises StorageError in place of the damage that was met, as the same command will do better the next time.
    """
    try:
        yield
    except (sqlite3.DatabaseError, StorageError) as error:
        if not damage.is_damage(error) or not maintenance.mend(place, tell=log.warning):
            raise
        raise StorageError("a database was damaged and has been mended", "run the same command again") from error


def work(session: Session, *, extraction: bool = True) -> bool:
    """Run Scrapy, with extraction beside it, to the end; return whether the user interrupted it."""
    pipeline = Pipeline(session.place) if extraction else None
    if pipeline is not None:
        session.read = pipeline.counts
        pipeline.start()
    interrupted = False
    try:
        with _handlers():
            settings = Settings()
            settings.setmodule("crawler.settings")
            process = _Process(settings)
            process.crawl(PortalSpider, session=session)
            process.start()
        # A second signal ends Scrapy before it has told any reason.
        interrupted = session.fatal is None and session.reason != "finished"
    finally:
        try:
            if pipeline is not None:
                pipeline.finish(within=LAST_READS if interrupted else None)
        except KeyboardInterrupt:
            interrupted = True
        except Exception as error:
            session.fatal = session.fatal or error
    session.tick(now=True)
    if session.fatal is not None:
        raise _told(session.fatal, session.place)
    return interrupted


class _Process(AsyncCrawlerProcess):
    """Scrapy's process, which waits on the first signal for whatever is in flight and ends at once on a second one.

    A server that hangs must not keep a service from stopping: the second signal comes by itself. The method is
    private to Scrapy; a test measures how long a run takes to end.
    """

    _again: threading.Timer | None = None

    def _signal_shutdown(self, signum: int, frame: Any) -> None:
        super()._signal_shutdown(signum, frame)
        self._again = threading.Timer(LAST_ANSWERS, os.kill, (os.getpid(), signum))
        self._again.daemon = True
        self._again.start()

    def start(self, *arguments: Any, **named: Any) -> None:
        """Run to the end; afterwards no signal comes any more."""
        try:
            super().start(*arguments, **named)
        finally:
            if self._again is not None:
                self._again.cancel()


def _told(error: BaseException, place: DataDir) -> BaseException:
    """Return an error as the user should see it: a disk that refuses is no defect of ours."""
    if isinstance(error, OSError | sqlite3.OperationalError):
        why = error.strerror if isinstance(error, OSError) else str(error)
        told = StorageError(
            f"cannot write to {place.root}: {why}",
            "make room or choose another directory with --data; the next run goes on where this one stopped",
        )
        told.__cause__ = error
        return told
    return error


def _ended(session: Session, summary: Summary) -> Summary:
    """Return the summary, or raise what the disk guard found once all that was told is kept."""
    if session.room.full is not None:
        raise session.room.full
    return summary


def _summary(session: Session, interrupted: bool, limit: int | None) -> Summary:
    if interrupted:
        session.reason = "shutdown"
    stopped = ""
    if interrupted:
        stopped = due.INTERRUPTED
    elif session.room.full is not None:
        stopped = due.NO_ROOM
    elif limit is not None and session.frontier.pages >= limit:
        stopped = f"{due.LIMITED} {limit}"
    elif (window := session.frontier.window) is not None and not window.open(session.frontier.now()):
        stopped = f"{due.OUTSIDE} {window.first}-{window.last}"
    with closing(verdicts.Books(session.place, session.crawl)) as books:
        rows = []
        for portal in session.portals.values():
            pages = session.frontier.answered[portal.code]
            row = books.addresses(portal, pages) if portal.any_host else books.row(portal, pages, stopped)
            told = "robots.txt is a page of HTML, taken as absent" if session.no_rules & portal.hosts else ""
            rows.append(replace(row, remark="; ".join(filter(None, (row.remark, told)))))
        failed = books.failed()
    session.close_rounds(rows)
    _publish(session, rows)
    code = FINE_EXIT if all(row.verdict in FINE for row in rows) else NOT_FINE_EXIT
    return Summary(
        portals=rows,
        pages=session.frontier.pages,
        reports=sum(row.reports for row in rows),
        rejected=sum(row.rejected for row in rows),
        failed=failed,
        exit_code=INTERRUPTED_EXIT if interrupted else code,
    )


def _publish(session: Session, rows: Sequence[Row]) -> None:
    """Tell the readers of archive.db which portals were looked at, and with what verdict."""
    looks = []
    for row in rows:
        portal = session.portals.get(row.portal)
        if portal is not None and not portal.any_host:  # single addresses are nobody's portal
            looks.append(Look(row.portal, row.name, portal.adcode, portal.home, row.verdict, row.remark))
    with closing(store.open_archive(session.place.archive_db)) as archive:
        keep(archive.conn, session.place.crawl_db, looks)
        if session.room.full is None:  # some 35,000 rows, the first time: the next run has room for them
            covered.refresh(archive.conn)


@contextmanager
def _handlers() -> Iterator[None]:
    """Give the signals back after Scrapy, which keeps them for a reactor that no longer runs."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
