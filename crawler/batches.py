"""Find the portal that brings every crawl down: halve what is crawled until one is left, and hold that one for a day.

A page that makes a library crash or eats all memory kills the process of the crawl, and with it the verdicts of all
portals in it: they would be due again, and die again. So each death halves the next crawl, each that lives doubles it,
and a portal that dies alone again and again is left out for ``HELD``. An error that is told (a full disk, a lock) is
nobody's fault and changes nothing. What is held is kept in memory: a schedule that is started again finds it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LARGEST = 500  # portals of one crawl: as many as are asked at one time
HELD = timedelta(days=1)
DEATHS = 3  # of a portal alone, in a row: one may be an accident, or a person


@dataclass(slots=True)
class Batches:
    """How many portals the next crawl takes, and which are left out until when."""

    size: int = field(default_factory=lambda: LARGEST)
    held: dict[str, datetime] = field(default_factory=dict)
    alone: int = 0  # deaths in a row of a single portal

    def free(self, due: Iterable[str], now: datetime) -> tuple[str, ...]:
        """Return those of the due portals that are not held, in their order; holds that are over are forgotten.

        A hold that ends later than it can have begun is one of a clock that was set back, and over as well.
        """
        self.held = {code: until for code, until in self.held.items() if now < until <= now + HELD}
        return tuple(code for code in due if code not in self.held)

    def ended(self, batch: tuple[str, ...], now: datetime, *, died: bool) -> str | None:
        """Take note of how the crawl of a batch ended; return the portal that is held for it, if any.

        >>> from datetime import UTC
        >>> batches, noon = Batches(), datetime(2027, 3, 1, 12, tzinfo=UTC)
        >>> batches.ended(("a", "b", "c"), noon, died=True), batches.size
        (None, 1)
        >>> [batches.ended(("a",), noon, died=True) for _ in range(DEATHS)], batches.size
        ([None, None, 'a'], 500)
        >>> batches.free("abc", noon)
        ('b', 'c')
        """
        if not died:
            self.size, self.alone = min(2 * self.size, LARGEST), 0
            return None
        self.size = max(1, len(batch) // 2)
        self.alone = self.alone + 1 if len(batch) == 1 else 0
        if self.alone < DEATHS:
            return None
        self.size, self.alone = LARGEST, 0
        self.held[batch[0]] = now + HELD
        return batch[0]
