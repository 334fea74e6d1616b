"""When each portal is to be visited again. ``next_visit`` is pure; ``visits`` reads what it needs from ``crawl.db``.

    never visited                at once, before all others
    interrupted, killed          at once: its round goes on
    unreachable blocked robots   after 1, 2, 4, ... days, one step for each day on which it failed, at most 28
    truncated                    the same, but never later than usual
    own ``schedule``             daily, weekly, monthly (30 days), "<n>d", never
    all others                   daily from 1 January to 15 April, weekly otherwise: reports fall due 1 March to 1 April

Days are China's where the season is concerned, otherwise 24 hours from the beginning of the last visit; up to ``EARLY``
before its time a portal counts as due, so that a timer that comes a few minutes early does not skip a day. What a clock
that went wrong put into the future does not count. A machine that slept for a month finds all due, each once.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from pathlib import Path

from archive.clock import CHINA
from archive.errors import UsageError
from archive.store import connect_readonly
from crawler.targets import Portal
from crawler.verdicts import Past

DAY = timedelta(days=1)
EARLY = timedelta(hours=3)
BACKOFF = 28 * DAY  # the longest that a portal is left alone because it fails
FAILING = ("unreachable", "blocked", "robots")
SEASON = (1, 1), (4, 15)  # month and day, both included
USUAL_DAYS = 7
NAMED = {"daily": 1, "weekly": 7, "monthly": 30}
NEW = datetime.min.replace(tzinfo=UTC)  # the next visit of a portal never visited: longer overdue than any
NEVER = datetime.max.replace(tzinfo=UTC)
# How the remark of a portal begins whose run was told to end before it was done.
STOPPED = INTERRUPTED, LIMITED, OUTSIDE, NO_ROOM = (
    "interrupted", "ended by --limit", "outside the hours of --window", "the disk is nearly full",
)  # fmt: skip
LOOK_BACK = 8  # visits of a portal that matter: six failures in a row reach the longest pause

_DAYS = re.compile(r"([1-9][0-9]{0,2})d")


@dataclass(frozen=True, slots=True)
class Visit:
    """A portal and when it is to be visited next: ``NEW`` where it never was, ``NEVER`` where it is not to be."""

    portal: Portal
    at: datetime


def next_visit(portal: Portal, past: Sequence[Past], now: datetime) -> datetime:
    """Return when a portal is to be visited next; ``past`` is what was found there, newest first.

    >>> place = Portal(code="990101", name="示例县", home="http://www.shili.gov.cn/")
    >>> def told(day, verdict="ok"):
    ...     return Past("990101", datetime(2027, *day, 14, tzinfo=UTC), verdict, 9, 1)
    >>> now = datetime(2027, 6, 1, tzinfo=UTC)
    >>> f"{next_visit(place, [told((5, 31))], now):%m-%d %H:%M}"
    '06-07 14:00'
    >>> f"{next_visit(place, [told((3, 9))], now):%m-%d %H:%M}"
    '03-10 14:00'
    >>> failed = [told((5, 9), "blocked"), told((5, 7), "unreachable"), told((5, 6), "unreachable"), told((4, 29))]
    >>> f"{next_visit(place, failed, now):%m-%d %H:%M}"
    '05-13 14:00'
    >>> next_visit(place, [], now) == NEW
    True
    """
    every = days(portal.schedule) if portal.schedule else USUAL_DAYS
    if every is None:
        return NEVER
    past = [visit for visit in past if visit.started <= now + EARLY]
    if not past:
        return NEW
    last = past[0]
    if unfinished(last):
        return last.started
    usual = last.started + every * DAY if portal.schedule else _in_season(last.started)
    if last.verdict in FAILING:
        return last.started + min(_pause(past, FAILING), max(BACKOFF, every * DAY))
    if last.verdict == "truncated":
        return min(usual, last.started + _pause(past, ("truncated",)))
    return usual


def days(schedule: str) -> int | None:
    """Return how many days lie between two visits of a ``schedule``, None for never. Raises ``UsageError``.

    >>> [days(schedule) for schedule in ("daily", "monthly", "10d", "never")]
    [1, 30, 10, None]
    """
    if schedule == "never":
        return None
    if found := _DAYS.fullmatch(schedule):
        return int(found[1])
    if schedule not in NAMED:
        raise UsageError(f"no schedule: {schedule!r}", 'one of "daily", "weekly", "monthly", "never", or days: "10d"')
    return NAMED[schedule]


def unfinished(visit: Past) -> bool:
    """Say whether a visit ended because the run was told to end, not because the portal was done."""
    return visit.verdict == "truncated" and visit.remark.startswith(STOPPED)


def season(day: date) -> bool:
    """Say whether reports are about to come on a day of China.

    >>> [season(date(2027, *day)) for day in ((12, 31), (1, 1), (4, 15), (4, 16))]
    [False, True, True, False]
    """
    return SEASON[0] <= (day.month, day.day) <= SEASON[1]


def _in_season(last: datetime) -> datetime:
    """Return the first moment after a visit that lies a day behind it in the season, or a week otherwise."""
    soon, late = last + DAY, last + USUAL_DAYS * DAY
    if season(soon.astimezone(CHINA).date()):
        return soon
    day = late.astimezone(CHINA).date()
    return datetime(day.year, *SEASON[0], tzinfo=CHINA).astimezone(UTC) if season(day) else late


def _pause(past: Iterable[Past], verdicts: Sequence[str]) -> timedelta:
    """Return how long a portal is left alone: doubled with each day on which it failed, without a success between."""
    row = takewhile(lambda visit: visit.verdict in verdicts, past)
    failed = {visit.started.astimezone(CHINA).date() for visit in row}
    return DAY * (1 << (len(failed) - 1))


def visits(crawl_db: Path, portals: Iterable[Portal], now: datetime) -> list[Visit]:
    """Return the next visit of each portal, new ones first, then the longest overdue; without those never to come."""
    if not crawl_db.is_file():
        found = [Visit(portal, next_visit(portal, (), now)) for portal in portals]
    else:
        with closing(connect_readonly(crawl_db)) as db:
            books = _Books(db, now)
            found = [Visit(portal, next_visit(portal, books.past(portal.code), now)) for portal in portals]
    return sorted((visit for visit in found if visit.at != NEVER), key=lambda visit: visit.at)


def due(planned: Iterable[Visit], now: datetime) -> list[Portal]:
    """Return the portals to be visited now, in the order of their visits."""
    return [visit.portal for visit in planned if visit.at <= now + EARLY]


def upcoming(planned: Iterable[Visit], now: datetime) -> datetime | None:
    """Return when the first portal falls due that is not to be visited now; None where there is none."""
    return next((visit.at for visit in planned if visit.at > now + EARLY), None)


class _Books:
    """The last visits of each portal: an index look-up each, however many years the book goes back."""

    def __init__(self, db: sqlite3.Connection, now: datetime) -> None:
        self._db, self._until = db, (now + EARLY).isoformat()
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='table'")}
        self._known = {"verdicts", "crawls", "rounds"} <= tables  # else nobody crawled here yet
        self._open: dict[str, datetime] = {}
        if self._known:
            rows = db.execute("SELECT portal,opened FROM rounds WHERE open")
            self._open = {code: datetime.fromisoformat(opened) for code, opened in rows}

    def past(self, code: str) -> list[Past]:
        """Return the last visits to a portal, newest first; one that was killed is told like one interrupted."""
        if not self._known:
            return []
        rows = self._db.execute(
            "SELECT c.started,coalesce(c.ended,c.started),v.verdict,v.pages,v.reports,v.remark"
            " FROM verdicts v JOIN crawls c ON c.id=v.crawl WHERE v.portal=? AND c.started<=?"
            " ORDER BY v.crawl DESC LIMIT ?",
            (code, self._until, LOOK_BACK),
        ).fetchall()
        found = [Past(code, datetime.fromisoformat(started), *rest) for started, _, *rest in rows]
        opened = self._open.get(code)
        # A round begun after the last verdict: the run that began it left none.
        if opened is not None and (not rows or opened > datetime.fromisoformat(rows[0][1])):
            found.insert(0, Past(code, opened, "truncated", 0, 0, INTERRUPTED))
        return found
