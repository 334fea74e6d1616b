"""How far a crawl is, for a person: a live view on a terminal, plain lines in a log.

crawling  312 pages, 88 wait   4.1 pages/s, at least 21 s to go
hosts     14: 9 being asked, 3 held (the longest until 14:32), 1 blocked
found     41 reports, 12 rejected
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table

LOG_SECONDS = 10.0
RECENT = 30.0  # seconds over which the speed is taken


@dataclass(frozen=True, slots=True)
class State:
    """How far a run is: pages had, addresses that wait, hosts and how they stand, what extraction has found.

    ``held`` hosts asked to wait or are left alone after trouble, ``held_until`` is the moment of the last of them;
    ``blocked`` refused.
    """

    pages: int
    queued: int
    hosts: int = 0
    asking: int = 0
    held: int = 0
    held_until: float | None = None
    blocked: int = 0
    reports: int = 0
    rejected: int = 0


Progress = Callable[[State], None]


class Speed:
    """Pages a second, over the last half minute."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, pages: int) -> float:
        """Note how many pages there are now and return the speed.

        >>> moment = iter((0.0, 10.0, 20.0))
        >>> speed = Speed(lambda: next(moment))
        >>> [speed.add(pages) for pages in (0, 20, 60)]
        [0.0, 2.0, 3.0]
        """
        self._seen.append((self._now(), pages))
        while len(self._seen) > 2 and self._seen[-1][0] - self._seen[0][0] > RECENT:
            self._seen.popleft()
        (began, before), (end, after) = self._seen[0], self._seen[-1]
        return (after - before) / (end - began) if end > began else 0.0


def lines(state: State, speed: float) -> list[tuple[str, str]]:
    """Return the view as (what, text).

    >>> lines(State(pages=312, queued=88, hosts=14, asking=9, blocked=1, reports=41), 4.0)[0]
    ('crawling', '312 pages, 88 wait, 4.0 pages/s, at least 22 s to go')
    """
    crawling = f"{state.pages:,} pages, {state.queued:,} wait"
    if speed > 0:
        crawling += f", {speed:.1f} pages/s"
        if state.queued:
            crawling += f", at least {span(state.queued / speed)} to go"
    held = f", {state.held} held" if state.held else ""
    if state.held and state.held_until is not None:
        held += f" (the longest until {time.strftime('%H:%M:%S', time.localtime(state.held_until))})"
    hosts = f"{state.hosts:,}: {state.asking} being asked{held}" + (
        f", {state.blocked} blocked" if state.blocked else ""
    )
    return [
        ("crawling", crawling),
        ("hosts", hosts),
        ("found", f"{state.reports:,} reports, {state.rejected:,} rejected"),
    ]


def span(seconds: float) -> str:
    """Return a length of time as a person says it.

    >>> [span(seconds) for seconds in (22, 600, 9000)]
    ['22 s', '10 min', '2.5 h']
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


@contextmanager
def shown() -> Iterator[Progress]:
    """Yield the progress function of a crawl; show it on standard error."""
    err = Console(stderr=True)
    speed = Speed()
    if err.is_terminal:
        with Live(console=err, transient=True, auto_refresh=False) as live:
            yield lambda state: live.update(_table(lines(state, speed.add(state.pages))), refresh=True)
        return
    last = time.monotonic()

    def plain(state: State) -> None:
        nonlocal last
        rate = speed.add(state.pages)
        if time.monotonic() - last >= LOG_SECONDS:
            last = time.monotonic()
            click.echo("; ".join(f"{what}: {text}" for what, text in lines(state, rate)), err=True)

    yield plain


def _table(rows: list[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    for row in rows:
        table.add_row(*row)
    return table
