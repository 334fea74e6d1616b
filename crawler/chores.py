"""What a schedule does besides crawling: each chore is a command of ``fazhi`` of its own, and is run as a child.

    verify   every day      a thirtieth of the WARC files is checked: all of them once a month
    tidy     every week     the databases are checked, vacuumed and their logs written back
    status   every day, and after each crawl: who is told, and the metrics

When each was done last stands in ``schedule.json`` of the data directory, so that a restart does not begin anew. A
chore that failed is tried again the next day at the latest.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

DAY = timedelta(days=1)
FILE = "schedule.json"


@dataclass(frozen=True, slots=True)
class Chore:
    """A command, without the data directory, and how often it is due; ``after_crawls``: behind each crawl as well."""

    name: str
    command: tuple[str, ...]
    every: timedelta
    after_crawls: bool = False


def chores(portals: Path | None = None, notify: str | None = None, metrics: Path | None = None) -> list[Chore]:
    """Return the chores of a schedule."""
    told = (
        *(("--portals", str(portals)) if portals else ()),
        *(("--notify", notify) if notify else ()),
        *(("--metrics", str(metrics)) if metrics else ()),
    )
    return [
        Chore("verify", ("verify", "--share"), DAY),
        Chore("tidy", ("tidy",), 7 * DAY),
        Chore("status", ("status", *told), DAY, after_crawls=True),
    ]


class Diary:
    """When each chore is due. What nobody did yet is due one ``every`` after the schedule began."""

    def __init__(self, folder: Path, known: Sequence[Chore], now: datetime) -> None:
        self._file, self._known = folder / FILE, known
        self._due = {chore.name: now + chore.every for chore in known}
        for name, told in self._read().items():
            with suppress(ValueError, TypeError):
                moment = datetime.fromisoformat(told)
                if name in self._due and moment.tzinfo is not None:
                    self._due[name] = moment
        self._write()

    def due(self, now: datetime) -> Chore | None:
        """Return a chore that is due now, if there is one."""
        for chore in self._known:
            # What lies farther ahead than its pause was written by a clock that has been set back since.
            if not now < self._due[chore.name] <= now + chore.every:
                return chore
        return None

    def next(self) -> datetime | None:
        """Return when the first chore is due; None where there are none."""
        return min(self._due.values(), default=None)

    def crawled(self, now: datetime) -> None:
        """Make the chores due that follow a crawl."""
        for chore in self._known:
            if chore.after_crawls:
                self._due[chore.name] = now

    def did(self, chore: Chore, now: datetime, *, well: bool) -> None:
        """Take down that a chore was done, or that it failed."""
        self._due[chore.name] = now + (chore.every if well else min(chore.every, DAY))
        self._write()

    def _read(self) -> dict[str, str]:
        try:
            told = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # the first time, or damaged: the chores are done a little later than they might
        return told if isinstance(told, dict) else {}

    def _write(self) -> None:
        part = self._file.with_suffix(".part")
        with suppress(OSError):  # a full disk: the chores are done once more after a restart
            part.write_text(json.dumps({name: at.isoformat() for name, at in self._due.items()}), encoding="utf-8")
            os.replace(part, self._file)
