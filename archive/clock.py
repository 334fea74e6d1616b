"""What time it is: the one place that asks the machine. Leaf.

``FAZHI_CLOCK`` (a moment of ISO 8601, for example ``2027-03-31T08:00:00Z``) sets the clock of a process and of its
children: it starts there and goes on from there. For rehearsals of years and for tests; nobody else needs it.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache

from archive.errors import UsageError

CHINA = timezone(timedelta(hours=8), "CST")  # one zone for the whole country, no summer time since 1991


@cache
def _ahead() -> float:
    """Return how many seconds our clock is ahead of the machine's."""
    told = os.environ.get("FAZHI_CLOCK")
    if not told:
        return 0.0
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        raise UsageError(f"FAZHI_CLOCK is no moment: {told}", "write for example 2027-03-31T08:00:00Z") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - time.time()


def seconds() -> float:
    """Return the seconds since the epoch."""
    return _ahead() + time.time()  # in this order: the first call starts at the very moment


def now() -> datetime:
    """Return the moment, aware, in UTC."""
    return datetime.fromtimestamp(seconds(), UTC)


def today() -> date:
    """Return the day it is in China."""
    return datetime.fromtimestamp(seconds(), CHINA).date()
