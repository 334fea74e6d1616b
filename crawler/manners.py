"""Good manners as pure rules: what an answer means for its address, its host and the rest of the run.

    done      the page was had
    again     asked once more later (network errors, 5xx, 429, 503, a refusal), until the tries are used up
    failed    it is not to be had (404, a redirect to a foreign host)
    refused   robots.txt forbids it
    absent    it was only tried whether a listing goes on there, and it does not

A 429 or 503 is never hammered: the host is held for what Retry-After says, else for a pause that doubles with every
strike. A refusal (403, 412, 468, 521, challenge page) holds it for hours. Nothing is solved, nothing is disguised.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from crawler.targets import Target

HOLD_CAP = 24 * 3600.0  # no host is held longer at once; a stored hold further ahead is a clock that jumped
HORIZON = 15 * 60.0  # a run does not wait for what falls due later than this
CRAWL_DELAY_CAP = 60.0
BACKOFF_CAP = 600.0
GIVE_UP = 6  # strikes in a row after which a host is left to a later run
LATER = 3600.0
REFUSED_HOLD = 6 * 3600.0
_WORDS = {  # Scrapy's exceptions, by name: this room does not know Scrapy
    "CannotResolveHostError": "the name of the host is not known",
    "DownloadConnectionRefusedError": "the host refuses the connection",
    "DownloadTimeoutError": "no whole answer in time",
    "ResponseDataLossError": "the answer breaks off",
    "UnsupportedURLSchemeError": "no web address",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may ask for: addresses of a host, columns guessed at a portal, guesses in a row that may lead to
    nothing once reports are known, guesses that may wait, tries of an address, links deep, requests to the hosts of
    one prefecture during one pause."""

    host_pages: int = 5000
    discovery: int = 60
    patience: int = 8
    guesses: int = 500
    cluster: int = 4
    tries: int = 4
    depth: int = 12


LIMITS = Limits()


CHINA = timezone(timedelta(hours=8))  # one zone, no summer time


@dataclass(frozen=True, slots=True)
class Window:
    """Hours in which portals may be asked, in China's time: from ``first`` until ``last`` o'clock, over midnight too.

    >>> night, noon = Window(22, 6), 4 * 3600.0  # 04:00 UTC is 12:00 in China
    >>> night.open(noon), night.open(noon + 12 * 3600), night.open(noon + 18 * 3600), Window(0, 24).open(noon)
    (False, True, False, True)
    """

    first: int
    last: int

    def open(self, now: float) -> bool:
        """Say whether the moment, in seconds since the epoch, lies within the window."""
        hour = datetime.fromtimestamp(now, CHINA).hour
        if self.first < self.last:
            return self.first <= hour < self.last
        return hour >= self.first or hour < self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a root. ``host`` is the one that answered, where a redirect led to another than the target's.

    ``hold`` seconds the host is left alone; ``strike`` counts that for the back-off. ``answered``: a server did, so it
    is a page of the run. ``blocked`` names a refusal. ``also`` is the address a redirect ended at.
    """

    state: str
    note: str = ""
    links: Sequence[Target] = ()
    entries: Iterable[str] = field(default=())
    truncated: str | None = None
    hold: float = 0.0
    strike: bool = False
    answered: bool = True
    blocked: str | None = None
    also: str | None = None
    host: str | None = None


def backoff(strikes: int, delay: float) -> float:
    """Return how long a host is left alone that gave no reason, after so many strikes before this one.

    >>> [backoff(n, 2.0) for n in (0, 1, 2, 5, 6)]
    [5.0, 10.0, 20.0, 160.0, 3600.0]
    """
    if strikes >= GIVE_UP:
        return LATER
    return min(max(0.2, 2.5 * delay) * float(1 << strikes), BACKOFF_CAP)


def retry_after(value: str | None, now: float) -> float | None:
    """Return the seconds a Retry-After header asks for, given as seconds or as an HTTP date; None if it says nothing.

    >>> retry_after("6", 0), retry_after("Thu, 01 Jan 1970 00:01:40 GMT", 40), retry_after("soon", 0)
    (6.0, 60.0, None)
    >>> retry_after("-5", 0), retry_after("99999999999", 0)
    (0.0, 86400.0)
    >>> retry_after("9" * 4000, 0)
    86400.0
    """
    text = (value or "").strip()
    if not text:
        return None
    try:
        seconds = float(min(int(text), int(HOLD_CAP)))
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, OverflowError):
            return None
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
    return min(max(seconds, 0.0), HOLD_CAP)


def overloaded(status: int, wait: float | None, strikes: int, delay: float) -> Result:
    """Return the result of a 429 or 503: the host is held, the address asked again."""
    hold = backoff(strikes, delay) if wait is None else max(wait, delay)
    return Result(state="again", note=f"HTTP {status}", hold=hold, strike=True)


def refusal(name: str, strikes: int) -> Result:
    """Return the result of a refusal: the host is held for hours, longer each time."""
    hold = min(REFUSED_HOLD * 2 ** min(strikes, 2), HOLD_CAP)
    return Result(state="again", note=f"refused: {name}", hold=hold, strike=True, blocked=name)


def in_words(error: BaseException | None) -> str:
    """Return a download error as an operator reads it; one that has no words here by its name and text.

    >>> in_words(TimeoutError("after 60 s"))
    'TimeoutError: after 60 s'
    """
    name = type(error).__name__
    return _WORDS.get(name) or f"{name}: {error}"[:300]


def trouble(what: str, strikes: int, delay: float, *, answered: bool = True) -> Result:
    """Return the result of a network error, a torn answer or a 5xx: the address is asked again after a pause."""
    return Result(state="again", note=what, hold=backoff(strikes, delay), strike=True, answered=answered)
