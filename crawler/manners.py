"""Good manners as pure rules: what an answer means for its address, its host and the rest of the run.

    done      the page was had
    again     asked once more later (network errors, 5xx, 429, 503, a refusal), until the tries are used up
    failed    it is not to be had (404, a redirect to a foreign host)
    refused   robots.txt forbids it
    absent    it was only tried whether a listing goes on there, and it does not

A 429 or 503 is never hammered: the host is held for what Retry-After says, else for a pause that doubles with every
strike. A refusal (challenge, firewall, 412, 521) holds it for hours, at once where the host gave no page in this run,
else with the third in a row: one page behind a wall must not cost all others. An address that is refused for itself
(403, login wall) is not asked again in the round, and holds the host for hours only with the third in a row. Nothing is
solved, nothing is disguised.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
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
PATIENT = 2  # refusals in a row after which the next one holds the host for hours
REFUSED = "refused: "  # how the note of a refused address begins
_WORDS = {  # Scrapy's exceptions, by name: this room does not know Scrapy
    "CannotResolveHostError": "the name of the host is not known",
    "DownloadConnectionRefusedError": "the host refuses the connection",
    "DownloadTimeoutError": "no whole answer in time",
    "HandshakeError": "no secure connection:",
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
    ``gone``: the server says that the page is not there.
    ``sent``: the page only sends on to ``links``, which are no doubles of it then, whatever their addresses say.
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
    sent: bool = False
    gone: bool = False


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


def refusal(name: str, strikes: int, delay: float = 0.0, *, answering: bool = False) -> Result:
    """Return the result of a refusal of the host. ``answering``: it gave pages in this run, so it is no wall all round.

    >>> [refusal("status 521", n).hold / 3600 for n in range(4)]
    [6.0, 12.0, 24.0, 24.0]
    >>> [refusal("status 521", n, 2.0, answering=True).hold for n in range(4)]
    [5.0, 10.0, 21600.0, 43200.0]
    """
    before = strikes - PATIENT if answering else strikes
    hold = backoff(strikes, delay) if before < 0 else min(REFUSED_HOLD * 2 ** min(before, 2), HOLD_CAP)
    return Result(state="again", note=f"{REFUSED}{name}", hold=hold, strike=True, blocked=name)


def denied(name: str, strikes: int, delay: float) -> Result:
    """Return the result of an address that is refused for itself, by 403 or a login wall: others may be open.

    >>> [(found.state, found.hold) for n in range(3) if (found := denied("status 403", n, 2.0))]
    [('failed', 5.0), ('failed', 10.0), ('failed', 21600.0)]
    """
    return replace(refusal(name, strikes, delay, answering=True), state="failed")


def missing(name: str) -> Result:
    """Return the result of a page that is not there, though the status says so: nothing is held.

    >>> missing("访问的页面不存在").note
    'no page: 访问的页面不存在'
    """
    return Result(state="failed", note=f"no page: {name}", gone=True)


def in_words(error: BaseException | None) -> str:
    """Return a download error as an operator reads it; one that has no words here by its name and text.

    >>> in_words(TimeoutError("after 60 s"))
    'TimeoutError: after 60 s'
    """
    name = type(error).__name__
    words = _WORDS.get(name, f"{name}:")
    return f"{words} {error}"[:300] if words.endswith(":") else words


def trouble(what: str, strikes: int, delay: float, *, answered: bool = True) -> Result:
    """Return the result of a network error, a torn answer or a 5xx: the address is asked again after a pause."""
    return Result(state="again", note=what, hold=backoff(strikes, delay), strike=True, answered=answered)


# What a host does not survive that lives under another scheme or name: by name, see above.
UNREACHED = frozenset(
    {
        "CannotResolveHostError",
        "DownloadConnectionRefusedError",
        "DownloadFailedError",
        "DownloadTimeoutError",
        "HandshakeError",
    }
)


def alternatives(url: str) -> tuple[str, ...]:
    """Return other addresses of the same page: under the other scheme, with or without ``www.``, and both.

    Only portals are known under both names; a department's host or an IP address is not.

    >>> alternatives("http://www.a.gov.cn/x")
    ('https://www.a.gov.cn/x', 'http://a.gov.cn/x', 'https://a.gov.cn/x')
    >>> alternatives("https://a.gov.cn/"), alternatives("http://127.0.0.1:81/x")
    (('http://a.gov.cn/', 'https://www.a.gov.cn/', 'http://www.a.gov.cn/'), ('https://127.0.0.1:81/x',))
    >>> alternatives("http://sfj.a.gov.cn/")
    ('https://sfj.a.gov.cn/',)
    """
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0]
    other = "http" if scheme == "https" else "https"
    found = [f"{other}://{rest}"]
    name = ""
    if host.startswith("www."):
        name = rest.removeprefix("www.")
    elif host.endswith(".gov.cn") and host.count(".") == 2:
        name = f"www.{rest}"
    if name:
        found += [f"{scheme}://{name}", f"{other}://{name}"]
    return tuple(found)


class Ways:
    """Under which address the hosts of a run can be reached, where the one that is told does not work.

    A host that never answered in the run is tried once under each of its ``alternatives``; what worked holds for all
    its addresses until the run ends.

    >>> ways = Ways()
    >>> ways.onward("http://a.gov.cn/x", "DownloadTimeoutError", ())
    'https://a.gov.cn/x'
    >>> ways.answered("https://a.gov.cn/x", ("http://a.gov.cn/x",)); ways.of("http://a.gov.cn/y")
    'https://a.gov.cn/y'
    >>> ways.onward("http://a.gov.cn/z", "DownloadTimeoutError", ()) is None
    True
    """

    def __init__(self) -> None:
        self._met: set[str] = set()  # hosts that gave any answer
        self._tried: set[str] = set()
        self._found: dict[str, str] = {}  # scheme and host told -> those that work

    def of(self, url: str) -> str:
        """Return the address to ask for."""
        told = _origin(url)
        return self._found[told] + url[len(told) :] if told in self._found else url

    def onward(self, url: str, error: str, trail: Sequence[str]) -> str | None:
        """Return where to try next after an error, None to give up; ``trail`` are the addresses that failed before."""
        first = trail[0] if trail else url
        told = _origin(first)
        if error not in UNREACHED or told in self._met or (told in self._tried and not trail):
            return None
        self._tried.add(told)
        return next((other for other in alternatives(first) if other != url and other not in trail), None)

    def answered(self, url: str, trail: Sequence[str] = ()) -> None:
        """Note that a host gave an answer, behind the addresses that failed before it."""
        self._met.add(_origin(url))
        if trail and _origin(url) in map(_origin, alternatives(trail[0])):  # and not where it was redirected to since
            self._met.add(_origin(trail[0]))
            self._found[_origin(trail[0])] = _origin(url)


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
