"""Crawl what falls due, for years, in the foreground: what ``fazhi schedule`` does.

    plan      which portals are due (``due``), read anew each time: portal file, verdicts and clock may have changed
    crawl     a child process, ``fazhi crawl --due``, of some portals (``batches``), so that verdicts are kept
    chores    ``chores``, between two crawls
    sleep     until the next of all these by the clock on the wall, in steps: a machine that slept or a clock that was
              set is noticed within ``STEP`` seconds, and all is planned anew

Each step is one line of the log. A child that fails, dies or leaves as much due as before is told, and tried again
after 1, 2, 4, ... minutes, an hour at most; nothing but SIGTERM and SIGINT ends the loop. One schedule runs on a data
directory; its child holds the same lock, should the schedule be killed. Why no APScheduler: docs/decisions/.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from archive import clock
from archive.clock import CHINA
from archive.datadir import DataDir
from archive.errors import FazhiError
from crawler import catalogue, children, chores, due
from crawler.batches import Batches
from crawler.children import Bell, Ended
from crawler.manners import Window

STEP = 30.0  # seconds of sleep between two looks at the clock
REPLAN = timedelta(hours=1)  # the longest sleep: others crawl in this directory, too, and write portal files
JUMP = 120.0  # seconds that clock and sleep may differ before it is worth a line
RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=1)
NEEDS_PERSON = 3
WELL = (0, NEEDS_PERSON)  # exit codes of a child that did all it could


@dataclass(frozen=True, slots=True)
class Options:
    """What a schedule is asked for: ``portals`` a portal file, ``crawl`` further arguments of each crawl."""

    portals: Path | None = None
    crawl: tuple[str, ...] = ()
    window: Window | None = None
    chores: tuple[chores.Chore, ...] = ()
    program: tuple[str, ...] = (sys.executable, "-m", "crawler")
    once: bool = False


@dataclass(slots=True)
class Log:
    """One line for each event: for a person, or as JSON with its figures."""

    write: Callable[[str], object]
    as_json: bool = False

    def event(self, name: str, text: str, **figures: Any) -> None:
        """Write an event."""
        moment = f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
        if self.as_json:
            self.write(json.dumps({"time": moment, "event": name, "text": text, **figures}, ensure_ascii=False))
        else:
            self.write(f"{moment} {name}: {text}")


@dataclass(slots=True)
class Plan:
    """What is to be crawled now, and when there is more. ``new``: how many of them were never visited."""

    due: tuple[str, ...] = ()
    new: int = 0
    next: datetime | None = None


@dataclass(slots=True)
class Schedule:
    """The loop over one data directory whose schedule lock the caller holds (``keep`` is its file)."""

    place: DataDir
    options: Options
    log: Log
    bell: Bell
    keep: tuple[int, ...] = ()
    run: Callable[..., Ended] = children.run
    now: Callable[[], datetime] = clock.now
    elapsed: Callable[[], float] = time.monotonic
    failures: int = 0  # in a row
    troubles: int = 0  # in all
    _failing: str = ""  # the job that failed last
    _retry_at: datetime | None = None
    _told: datetime | None = None  # what the last line about sleeping said
    _batches: Batches = field(default_factory=Batches)
    _diary: chores.Diary = field(init=False)

    def __post_init__(self) -> None:
        self._diary = chores.Diary(self.place.root, self.options.chores, self.now())

    def go(self) -> int:
        """Run until a signal asks to end, or with ``once`` until nothing is due; return the exit code."""
        self.log.event("start", f"schedule of {self.place.root}, process {os.getpid()}", process=os.getpid())
        while not self.bell.stopped_by:
            if (chore := self._diary.due(self.now())) is not None:
                self._do(chore)
                continue
            if self.options.once and self.failures:
                break
            plan = self._plan()
            if plan is not None and plan.due:
                self._crawl(plan)
            elif self.options.once:
                break
            else:
                self._sleep(plan.next if plan is not None else None)
        if self.bell.stopped_by:
            self.log.event("stop", f"asked to by {self.bell.stopped_by}", signal=self.bell.stopped_by)
        return 1 if self.options.once and self.troubles else 0

    def _plan(self) -> Plan | None:
        """Return what is due, nothing of it while a failure or the window holds it back; None where nobody can tell."""
        now = self.now()
        if self._retry_at is not None and now < self._retry_at <= now + LONGEST_RETRY:
            return Plan(next=self._retry_at)
        try:
            visits = due.visits(self.place.crawl_db, catalogue.load(self.options.portals).values(), now)
        except (FazhiError, OSError, sqlite3.Error) as error:
            self._failed("plan", str(error))
            return None
        if self._failing == "plan":
            self._well()
        if not visits or visits[0].at > now:  # a loop has no timer that comes early: what is almost due waits
            return Plan(next=visits[0].at if visits else None)
        chosen = self._batches.free((portal.code for portal in due.due(visits, now)), now)
        if (opens := opening(self.options.window, now)) > now:
            return Plan(next=opens)
        new = sum(visit.at == due.NEW for visit in visits)
        later = [*self._batches.held.values(), *filter(None, [due.upcoming(visits, now)])]
        return Plan(chosen, new, min(later, default=None))

    def _crawl(self, plan: Plan) -> None:
        """Crawl a batch of what is due."""
        number, batch = len(plan.due), plan.due[: self._batches.size]
        first = f", {len(batch)} of them first" if number > len(batch) else ""
        self.log.event("crawl", f"{number:,} portals due, {plan.new:,} new{first}", due=number, new=plan.new)
        before = self._last_crawl()
        portals = ("--portals", str(self.options.portals)) if self.options.portals else ()
        named = batch if self._batches.held else ()  # without those held the first that are due are no others
        command = ("crawl", "--due", "--most", str(self._batches.size), *portals, *self.options.crawl, *named)
        ended = self._child("crawl", command)
        self._diary.crawled(self.now())
        if ended is None or self.bell.stopped_by:
            return
        held = self._batches.ended(batch, self.now(), died=ended.code < 0)
        if held is not None:
            self._hold(held, told(ended))
            return
        if ended.code not in WELL:
            self._failed("crawl", told(ended), code=ended.code)
            return
        found = self._found(before)
        verdicts = ", ".join(f"{count:,} {verdict}" for verdict, count in found["verdicts"].items()) or "no portal"
        text = f"{verdicts}; {found['pages']:,} pages, {found['reports']:,} reports in {ended.seconds:.0f} s"
        self.log.event("crawled", text, **found, seconds=round(ended.seconds, 1), code=ended.code)
        again = self._plan()
        if again is not None and set(again.due) == set(plan.due):
            self._failed("crawl", f"{number:,} portals are as due as before", code=ended.code)
        elif again is not None:
            self._well()

    def _hold(self, code: str, why: str) -> None:
        """Tell that a portal brings every crawl down; the others go on at once."""
        until = self._batches.held[code]
        text = f"{code}: its crawl {why}; {self.failures + 1} in a row, left out until {until:%Y-%m-%d %H:%M} UTC"
        self.log.event("held", text, portal=code, until=until.isoformat())
        self.troubles += 1
        self._well()

    def _do(self, chore: chores.Chore) -> None:
        """Do a chore."""
        ended = self._child(chore.name, chore.command)
        if self.bell.stopped_by:
            return  # due again after the restart
        well = ended is not None and ended.code in WELL
        self._diary.did(chore, self.now(), well=well)
        if ended is not None:
            self.troubles += not well
            person = "; something needs a person, `fazhi status` says what" if ended.code == NEEDS_PERSON else ""
            text = f"done in {ended.seconds:.0f} s{person}" if well else told(ended)
            self.log.event(chore.name, text, code=ended.code, seconds=round(ended.seconds, 1))

    def _child(self, name: str, command: Sequence[str]) -> Ended | None:
        """Run a command of ours on the data directory; None where it cannot be started, which is told."""
        whole = (*self.options.program, *command, "--data", str(self.place.root))
        try:
            return self.run(whole, self.bell, self.place.root / f"{name}.log", keep=self.keep)
        except OSError as error:
            self._failed(name, f"cannot be started: {error}")
            return None

    def _failed(self, job: str, text: str, **figures: Any) -> None:
        """Tell a failure, and hold the next crawl back: longer with each in a row."""
        self._failing, self.failures = job, self.failures + 1
        self.troubles += 1
        pause = min(RETRY * (1 << min(self.failures - 1, 10)), LONGEST_RETRY)
        self._retry_at = self.now() + pause
        again = f"{self._retry_at:%Y-%m-%d %H:%M} UTC"
        self.log.event(
            "failed",
            f"{job}: {text}; {self.failures} in a row, again {again}",
            job=job,
            failures=self.failures,
            **figures,
        )

    def _well(self) -> None:
        self._failing, self.failures, self._retry_at = "", 0, None

    def _sleep(self, until: datetime | None) -> None:
        """Sleep until a moment, the next chore or the next look at the plan, whichever is first."""
        wanted = [moment for moment in (until, self._retry_at) if moment is not None and moment > self.now()]
        chore = self._diary.next()
        end = min([self.now() + REPLAN, *wanted, *([chore] if chore else [])])
        told_end = min(wanted, default=None)
        if told_end != self._told:
            self._told = told_end
            text = f"nothing is due before {told_end:%Y-%m-%d %H:%M} UTC" if told_end else "nothing is due"
            self.log.event("sleep", text, until=told_end and told_end.isoformat())
        while not self.bell.stopped_by and (now := self.now()) < end:
            before = self.elapsed()
            self.bell.wait(min(STEP, (end - now).total_seconds()))
            jumped = (self.now() - now).total_seconds() - (self.elapsed() - before)
            if abs(jumped) > JUMP:
                way = "ahead: set, or the machine was asleep" if jumped > 0 else "back"
                self.log.event("clock", f"went {timedelta(seconds=round(abs(jumped)))} {way}", seconds=round(jumped))
                return

    def _last_crawl(self) -> int:
        """Return the number of the last run that ``crawl.db`` tells of."""
        rows = self._ask("SELECT coalesce(max(rowid),0) FROM crawls")
        return int(rows[0][0]) if rows else 0

    def _found(self, since: int) -> dict[str, Any]:
        """Return what the runs after one found: verdicts by name, pages, reports."""
        rows = self._ask(
            "SELECT v.verdict,v.pages,v.reports FROM verdicts v JOIN crawls c ON c.id=v.crawl WHERE c.rowid>?", since
        )
        counts = Counter(verdict for verdict, _, _ in rows)
        return {
            "verdicts": dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
            "pages": sum(pages for _, pages, _ in rows),
            "reports": sum(reports for _, _, reports in rows),
        }

    def _ask(self, query: str, *values: int) -> list[tuple[Any, ...]]:
        """Return rows of ``crawl.db``; none where it is not there or not to be read: the next plan will tell."""
        address = f"{self.place.crawl_db.absolute().as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=30)) as db:
                return db.execute(query, values).fetchall()
        except sqlite3.Error:
            return []


def told(ended: Ended) -> str:
    """Return how a child ended that did not end well.

    >>> told(Ended(-9, 2.0)), told(Ended(1, 2.0, "fazhi: the disk is nearly full"))
    ('died of signal 9', 'exit code 1: fazhi: the disk is nearly full')
    """
    how = f"died of signal {-ended.code}" if ended.code < 0 else f"exit code {ended.code}"
    return f"{how}: {ended.said}" if ended.said else how


def opening(window: Window | None, now: datetime) -> datetime:
    """Return the first moment from now on that lies in a window.

    >>> from datetime import UTC
    >>> noon = datetime(2027, 3, 1, 4, tzinfo=UTC)  # in China
    >>> f"{opening(Window(22, 6), noon):%d %H:%M}", opening(Window(22, 6), noon + timedelta(hours=12)).hour
    ('01 14:00', 16)
    """
    if window is None or window.open(now.timestamp()):
        return now
    there = now.astimezone(CHINA)
    opens = there.replace(hour=window.first, minute=0, second=0, microsecond=0)
    return (opens if opens > there else opens + timedelta(days=1)).astimezone(now.tzinfo)
