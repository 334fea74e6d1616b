"""Our side of the load benchmark: a crawl in this process, with or without extraction beside it.

python load_crawl.py PORTALS DATA DELAY fetch|all

Prints one object of JSON: ``pages``, ``cpu`` seconds of this process after start-up, ``start`` seconds of it before,
``memory``: pairs of pages and resident kilobytes, some five a second.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from archive.datadir import DataDir
from crawler import catalogue, run
from crawler.progress import State
from crawler.session import Session

KILOBYTES = os.sysconf("SC_PAGE_SIZE") // 1024


def resident() -> int:
    """Return the memory of this process, in kilobytes."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * KILOBYTES


def main(portals: str, data: str, delay: str, what: str) -> None:
    """Crawl and print the figures."""
    place = DataDir.open(Path(data))
    chosen = list(catalogue.load(Path(portals)).values())
    memory: list[tuple[int, int]] = []

    def look(state: State) -> None:
        memory.append((state.pages, resident()))

    started = time.process_time()
    with place.lock(), Session(place, chosen, delay=float(delay), progress=look) as session:
        session.seed()
        run.work(session, extraction=what == "all")
        pages = session.frontier.pages
    print(json.dumps({"pages": pages, "cpu": time.process_time() - started, "start": started, "memory": memory}))


if __name__ == "__main__":
    main(*sys.argv[1:])
