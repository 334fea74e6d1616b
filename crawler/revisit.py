"""When an address is asked again: ever more rarely with its age, soon after a change, once more to be sure it is gone.

    article    7, 30, 90 and 365 days after it was first had, then yearly; files 30 and 365: they get new names instead
    changed    7 days after the change besides, unless the visit before brought a change too: a page that counts its
               visitors changes always, and says nothing by it
    gone       when a removal can be confirmed, then 30, 90 and 365 days after it went, then yearly: some come back
    never had  in the next round, as lists are often there before their articles; from then on as one that is gone

An article that lists no longer name is asked in the next round, whatever its age: ``rounds`` tells. Pure: a history and
a moment in, a decision out. Moments are aware; a day is 24 hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from archive.model import Role
from archive.timeline import CONFIRM_DAYS
from crawler.manners import HORIZON

ARTICLE_AGES = (7, 30, 90, 365)  # days
FILE_AGES = (30, 365)
GONE_AGES = (CONFIRM_DAYS, 30, 90, 365)
YEARLY = timedelta(days=365)
EARLY = timedelta(hours=12)  # so much before its time a visit counts: rounds do not begin by the minute
SOON = timedelta(seconds=HORIZON)  # a run waits as long as this for what falls due
NO_PAGE = (404, 410)


@dataclass(frozen=True, slots=True)
class Sight:
    """A visit that told something: the digest of the content that was there, None where nothing was."""

    moment: datetime
    digest: str | None


def sights(visits: Iterable[tuple[datetime, int, str, str]], role: Role) -> list[Sight]:
    """Return what the captures of an address tell, each (moment, status, role, digest) and in order of time.

    Refusals, errors and torn answers tell nothing. A 304 carries the digest of what it confirms.

    >>> from datetime import UTC
    >>> day = datetime(2027, 3, 1, tzinfo=UTC)
    >>> found = sights([(day, 200, "report", "a"), (day, 503, "other", "b"), (day, 404, "gone", "c")], Role.REPORT)
    >>> [sight.digest for sight in found]
    ['a', None]
    """
    found = []
    for moment, status, told, digest in visits:
        if told == Role.GONE or status in NO_PAGE:
            found.append(Sight(moment, None))
        elif told == role and (200 <= status < 300 or status == 304):
            found.append(Sight(moment, digest))
    return found


def due_at(past: Sequence[Sight], role: Role, now: datetime) -> datetime | None:
    """Return the moment from which on an address is to be asked in a round that begins now; None: not in this round.

    ``past`` is in order of time. What seems to have been seen in the future was seen by a clock that went wrong, and
    does not count. A removal that can be confirmed within minutes is waited for: daily rounds are a day apart.

    >>> from datetime import UTC
    >>> def on(*days):
    ...     return [Sight(datetime(2027, 1, 1, tzinfo=UTC) + timedelta(day), "a") for day in days]
    >>> now = datetime(2027, 1, 9, tzinfo=UTC)
    >>> due_at(on(0), Role.REPORT, now) == now, due_at(on(0, 7), Role.REPORT, now), due_at(on(0), Role.ATTACHMENT, now)
    (True, None, None)
    >>> due_at([], Role.REPORT, now), due_at(on(900), Role.REPORT, now) == now
    (None, True)
    >>> gone = [Sight(now - timedelta(days=9), "a"), Sight(now - timedelta(days=2, hours=23, minutes=58), None)]
    >>> due_at(gone, Role.REPORT, now) - now
    datetime.timedelta(seconds=120)
    """
    known = [sight for sight in past if sight.moment <= now + EARLY]
    if not known:
        return now if past else None
    moment = next_visit(known, ARTICLE_AGES if role is Role.REPORT else FILE_AGES)
    if moment <= now:
        return now
    return moment if known[-1].digest is None and moment <= now + SOON else None


def next_visit(past: Sequence[Sight], ages: Sequence[int] = ARTICLE_AGES) -> datetime:
    """Return when an address that was seen before is to be asked again; ``past`` is in order of time and not empty.

    >>> from datetime import UTC
    >>> def days(*seen):
    ...     past = [Sight(datetime(2027, 1, 1, 12, tzinfo=UTC) + timedelta(day), what) for day, what in seen]
    ...     return (next_visit(past) - past[0].moment) / timedelta(days=1)
    >>> days((0, "a")), days((0, "a"), (7, "a")), days((0, "a"), (100, "a")), days((0, "a"), (365, "a"))
    (6.5, 29.5, 364.5, 730.0)
    >>> days((0, "a"), (30, "b")), days((0, "a"), (7, "b"), (14, "c"))  # changed; changes always
    (36.5, 29.5)
    >>> days((0, "a"), (50, None)), days((0, "a"), (50, None), (53, None)), days((0, "a"), (50, None), (51, "a"))
    (53.0, 79.5, 89.5)
    >>> days((0, None)), days((0, None), (1, None)), days((0, None), (3, None))
    (0.0, 3.0, 29.5)
    """
    had = [number for number, sight in enumerate(past) if sight.digest is not None]
    last = past[-1]
    if last.digest is not None:
        due = _step(past[had[0]].moment, last.moment, ages)
        contents = [past[number].digest for number in had[-3:]]
        changed = [before != after for before, after in pairwise(contents)]
        if changed and changed[-1] and changed[:-1] != [True]:
            due = min(due, last.moment + timedelta(days=ages[0]) - EARLY)
        return due
    since = past[had[-1] + 1].moment if had else past[0].moment
    if not had and len(past) == 1:
        return since
    sure = since + timedelta(days=CONFIRM_DAYS)  # not a minute early: the second look would not count
    return sure if last.moment < sure else _step(since, last.moment, GONE_AGES[1:])


def _step(begin: datetime, last: datetime, ages: Sequence[int]) -> datetime:
    """Return the first moment of an age that lies behind the last visit."""
    for days in ages:
        moment = begin + timedelta(days=days) - EARLY
        if moment > last:
            return moment
    return last + YEARLY
