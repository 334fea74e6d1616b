"""The disk guard: a crawl neither begins nor goes on where the disk of the data directory is nearly full.

A full disk loses nothing here, but it is everybody's on the machine. The mark is 2 GB, on a disk smaller than 100 GB
2 % of it; ``FAZHI_MIN_FREE`` sets another one: ``500M``, ``5G``, ``10%``, or ``0`` for none. What counts is what a
user without privileges may still fill. A run that is stopped ends in good order: its answers are read, its verdicts
kept.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

from archive.errors import StorageError, UsageError

SMALLEST = 2_000_000_000
SHARE = 0.02
PAUSE = 1.0  # seconds between two looks
UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([KMGT%]?)B?", re.I)


def mark(total: int) -> int:
    """Return how many bytes of a disk of so many must be free. Raises ``UsageError`` where the environment tells none.

    >>> [mark(total) for total in (10**12, 2 * 10**10)]
    [2000000000, 400000000]
    """
    told = os.environ.get("FAZHI_MIN_FREE", "").strip()
    if not told:
        return min(SMALLEST, int(total * SHARE))
    found = _SIZE.fullmatch(told)
    if found is None or (found[2] == "%" and float(found[1]) > 100):
        raise UsageError(f"FAZHI_MIN_FREE is no size: {told}", "write for example 500M, 2G, 5%, or 0 for no limit")
    number, unit = float(found[1]), found[2].upper()
    return int(total * number / 100) if unit == "%" else int(number * UNITS[unit])


def check(root: Path) -> None:
    """Raise ``StorageError`` where the disk of a directory has less room than the mark."""
    disk = os.statvfs(root)
    free, least = disk.f_bavail * disk.f_frsize, mark(disk.f_blocks * disk.f_frsize)
    if free < least:
        raise StorageError(
            f"the disk of {root} is nearly full: {size(free)} free, less than {size(least)}",
            "make room or move the data directory; FAZHI_MIN_FREE sets another mark; the next run goes on from here",
        )


class Guard:
    """Looks while a crawl runs, a second apart at least. What it found stays found: the run is ending."""

    def __init__(self, root: Path, now: Callable[[], float] = time.monotonic) -> None:
        check(root)
        self.full: StorageError | None = None
        self._root, self._now = root, now
        self._looked = now()

    def low(self) -> bool:
        """Say whether the disk is nearly full."""
        if self.full is None and self._now() - self._looked >= PAUSE:
            self._looked = self._now()
            try:
                check(self._root)
            except StorageError as error:
                self.full = error
        return self.full is not None


def size(number: int) -> str:
    """Return a number of bytes as a person says it.

    >>> [size(number) for number in (999, 12_300_000, 2_000_000_000)]
    ['999 bytes', '12.3 MB', '2.0 GB']
    """
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if number >= factor:
            return f"{number / factor:.1f} {unit}"
    return f"{number} bytes"
