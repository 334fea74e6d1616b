"""One run of the crawler: the open database, frontier and WARC writer that Scrapy's components share.

``run`` makes a session and hands it to the spider; scheduler, recorder and robots middleware take it from there.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

from archive import captures, clock, warc_repair
from archive.datadir import DataDir
from archive.warc_write import WarcWriter
from crawler import families, guard, settings, space, verdicts
from crawler.frontier import Frontier
from crawler.manners import LIMITS, Limits, Result, Ways, Window
from crawler.progress import Progress, State
from crawler.targets import Portal, Target
from crawler.verdicts import Row

log = logging.getLogger(__name__)

TICK = 0.2  # seconds between two reports of progress


class Session:
    """A run over some portals in a data directory whose lock the caller holds. Use as a context manager."""

    def __init__(
        self,
        place: DataDir,
        portals: Sequence[Portal],
        *,
        delay: float | None = None,
        limit: int | None = None,
        limits: Limits = LIMITS,
        window: Window | None = None,
        progress: Progress | None = None,
    ) -> None:
        """``delay`` is the own pause between two requests to a host, ``limit`` the number of pages of the run,
        ``window`` the hours in which it may ask."""
        self.place = place
        self.room = space.Guard(place.root)
        self.portals = {portal.code: portal for portal in portals}
        self.crawl = f"{clock.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        self.fatal: BaseException | None = None  # what ended the run: a full disk, a defect
        self.reason = ""  # Scrapy's reason for the end: finished, shutdown
        self.wake: Callable[[], None] = lambda: None  # set by the scheduler: look for work now
        self.close_spider: Callable[[str], None] = lambda reason: None  # set by the spider
        self.read: Mapping[str, int] = {}  # outcome -> captures that extraction has read in this run
        self.known = guard.Known()
        self.ways = Ways()
        self.sitemaps: dict[str, list[str]] = {}  # host -> the lines of its robots.txt that name site maps
        self.no_rules: set[str] = set()  # hosts that give a page of HTML for robots.txt
        self._progress, self._ticked = progress, 0.0
        self.db = captures.connect(place.crawl_db)
        self.captures = captures.Captures(self.db)
        for done in warc_repair.recover(place.warc, self.captures):
            log.warning("%s", done)
        self.frontier = Frontier(
            self.db,
            portals,
            delay=settings.DELAY if delay is None else delay,
            limit=limit,
            limits=limits,
            window=window,
        )
        self.db.execute(
            "INSERT INTO crawls(id,started,state) VALUES(?,?,'running')", (self.crawl, clock.now().isoformat())
        )
        self.writer = WarcWriter(
            place.warc,
            known=self.captures.find_digest,
            info={"robots": "obey", "http-header-user-agent": settings.USER_AGENT, "isPartOf": self.crawl},
        )

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._failed(error)
        self.close()

    def _failed(self, error: BaseException) -> None:
        """Leave word why the run failed, as far as the disk still takes it: ``fazhi status`` tells of it."""
        note = f"{type(error).__name__}: {error}"[:500]
        try:
            self.db.execute(
                "UPDATE crawls SET ended=?,state='failed',note=? WHERE id=? AND state='running'",
                (clock.now().isoformat(), note, self.crawl),
            )
        except sqlite3.Error as trouble:
            log.warning("why the run failed could not be written (%s): %s", trouble, note)

    def seed(self) -> None:
        """Offer where each portal's crawl begins; what is known is ignored, so this is done at every start."""
        for portal in self.portals.values():
            self.frontier.offer(families.get(portal.family).seeds(portal))

    def portal(self, target: Target) -> Portal:
        """Return the portal a target belongs to."""
        return self.portals[target.portal]

    def settle(self, target: Target, result: Result) -> None:
        """Commit what came of a root; a failure to commit ends the run and leaves the root queued."""
        try:
            self.frontier.settle(target, result)
        except Exception as error:
            self.stop(error)
            return
        if self.room.low():
            self.frontier.stopped = True  # what is in flight is still kept
        self.tick()
        self.wake()

    def stop(self, error: BaseException) -> None:
        """End the run in good order because of an error that no later page can be spared."""
        if self.fatal is None:
            self.fatal = error
            self.frontier.stopped = True
            self.close_spider("storage")

    def tick(self, *, now: bool = False) -> None:
        """Report progress, a few times a second at most."""
        if self._progress and (now or time.monotonic() - self._ticked >= TICK):
            self._ticked = time.monotonic()
            self._progress(
                State(
                    pages=self.frontier.pages,
                    queued=self.frontier.queued(),
                    reports=self.read.get("report", 0),
                    rejected=sum(number for what, number in dict(self.read).items() if what.startswith("rejected")),
                    **self.frontier.standing(),
                )
            )

    def close_rounds(self, rows: Sequence[Row] = ()) -> None:
        """Close the rounds of portals with nothing left to do, and keep what was found there: both or nothing of it.

        What is left is taken up by the next run. A round that was closed without its verdict would be followed by
        another one at once.
        """
        state = "interrupted" if self.reason == "shutdown" else "finished"
        with self.captures.transaction():
            self.frontier.close_rounds()
            self.db.execute(
                "UPDATE crawls SET ended=?,state=? WHERE id=?", (clock.now().isoformat(), state, self.crawl)
            )
            verdicts.store(self.db, self.crawl, rows)

    def close(self) -> None:
        """Close writer and database."""
        try:
            self.writer.close()
        finally:
            self.db.close()
