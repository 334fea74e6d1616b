"""A zoo that is crawled twice, unchanged: what each crawl costs, and what the archive holds after it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fazhi_zoo.server import Zoo

from .zygote import Zygote

MOST_BYTES, MOST_REQUESTS = 0.15, 0.40  # of a second crawl, by those of the first, where nothing changed
CLOCKS = "2027-06-01T08:00:00Z", "2027-06-02T08:00:00Z"


@dataclass(frozen=True, slots=True)
class Cost:
    """A crawl: requests, bytes of the bodies that came, and the reports and changes in the archive after it."""

    requests: int
    size: int
    archive: tuple[Any, ...]


def twice(zygote: Zygote, folder: Path, size: str) -> list[Cost]:
    """Crawl a zoo of a size on two days in a row and return what each crawl cost."""
    costs = []
    with Zoo(size) as zoo:
        zoo.write_portals(folder / "portals.toml")
        command = ("crawl", "--portals", str(folder / "portals.toml"), "--data", str(folder / "data"), "--delay", "0")
        for clock in CLOCKS:
            zoo.log.clear()
            done = zygote.run(*command, FAZHI_CLOCK=clock, FAZHI_DIVISIONS=os.environ["FAZHI_DIVISIONS"])
            assert done.returncode in (0, 3), done.output
            costs.append(cost(zoo, folder / "data"))
    return costs


def cost(zoo: Zoo, data: Path) -> Cost:
    """Return what a crawl cost whose requests are the zoo's whole log."""
    return Cost(len(zoo.log), sum(request.size for request in zoo.log), held(data))


def held(data: Path) -> tuple[Any, ...]:
    """Return the reports and the changes of an archive."""
    with closing(sqlite3.connect(f"file:{data / 'archive.db'}?mode=ro", uri=True)) as db:
        return (
            db.execute("SELECT id,digest,capture,status FROM reports ORDER BY id").fetchall(),
            db.execute("SELECT report,kind,url FROM changes ORDER BY report,at,kind,url").fetchall(),
        )
