"""What is told of an archive's health: ``Need``, something a person should look at, and ``Health``, all of it.

disk            little room is left: crawls will stop before it is full
damaged         a WARC file has broken records (`fazhi verify`), or a database cannot be read
died            the latest run ended without a word or with an error: killed, disk full, a defect
changed-layout  a portal's verdict, as are the next five; see docs/crawling.md
silent
truncated
blocked
unreachable
robots
overdue         portals were to be visited and were not: does the schedule run?
unfinished      the latest run was told to end before the portal was done: run it again
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from archive.history import Change

# What a person should see first. A portal that only now began to fail comes before those known for long.
FIRST = ("disk", "damaged", "died")
PORTAL = ("changed-layout", "silent", "truncated", "blocked", "unreachable", "robots")
LAST = ("overdue", "unfinished")
KINDS = (*FIRST, *PORTAL, *LAST)


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs a person. ``subject`` is a portal's code, a file or a run; ``since`` when it began.

    ``times`` counts the visits in a row that found it; ``fresh`` says that the latest was the first.
    """

    kind: str
    subject: str
    name: str
    since: datetime
    told: str
    times: int = 1
    fresh: bool = False

    @property
    def key(self) -> str:
        """What tells one need from another: the same trouble, come back later, is another one.

        A portal that fails for one reason and then for another has not got well meanwhile.
        """
        kind = "portal" if self.kind in PORTAL else self.kind
        return f"{kind} {self.subject}" + ("" if self.since_now else f" {self.since:%Y-%m-%dT%H:%M:%S}")

    @property
    def since_now(self) -> bool:
        """Whether nobody knows when it began, so that ``since`` is the moment it was looked for."""
        return self.kind == "disk" or (self.kind == "damaged" and self.subject.endswith(".db"))

    @property
    def rank(self) -> tuple[int, bool, int, str]:
        """What to look at first: the archive itself, what began just now, what is known for long."""
        group = 0 if self.kind in FIRST else 2 if self.kind in LAST else 1
        return group, not self.fresh, KINDS.index(self.kind), self.subject


@dataclass(frozen=True, slots=True)
class Crawl:
    """A run of the crawler: its verdicts by number, and ``note``, what it failed of."""

    id: str
    started: datetime
    ended: datetime | None
    state: str
    note: str
    verdicts: Mapping[str, int]
    pages: int
    reports: int


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of a data directory at a moment. ``needs`` in order; ``portals`` counts the latest verdicts.

    ``notes`` are what a person may look at some day; ``crawls`` the latest runs, newest first; ``changes`` and
    ``latest`` what came, changed, vanished since a day; ``coverage`` the counts of the year ``year``.
    """

    root: Path
    at: datetime
    since: date
    needs: Sequence[Need]
    notes: Sequence[str]
    portals: Mapping[str, int]
    crawls: Sequence[Crawl]
    changes: Mapping[str, int]
    latest: Sequence[Change]
    year: int | None
    as_of: date | None
    coverage: Mapping[str, int]
    reports: int
    captures: int
    warc_bytes: int
    free_bytes: int
    due: int
    busy: bool

    def to_json(self) -> dict[str, object]:
        """Return it as plain values: moments and days as text."""
        return {
            "at": _text(self.at), "since": str(self.since), "fine": not self.needs,
            "needs": [
                asdict(need) | {"since": _text(need.since), "key": need.key} for need in self.needs
            ],
            "notes": list(self.notes), "portals": dict(self.portals), "due": self.due, "busy": self.busy,
            "crawls": [
                asdict(crawl) | {"started": _text(crawl.started), "ended": crawl.ended and _text(crawl.ended)}
                for crawl in self.crawls
            ],
            "changes": dict(self.changes), "latest": [change.to_json() for change in self.latest],
            "coverage": {"year": self.year, "as_of": self.as_of and str(self.as_of), "counts": dict(self.coverage)},
            "reports": self.reports, "captures": self.captures, "warc_bytes": self.warc_bytes,
            "free_bytes": self.free_bytes,
        }  # fmt: skip


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
