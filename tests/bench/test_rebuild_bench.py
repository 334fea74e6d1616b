"""``fazhi rebuild`` against crawling the same on loopback without a delay: whole commands, start-up included.

A rebuild of the first visit alone spares only the fetching: every page is read, compared and indexed as it was then.
Later visits bring what it passes over, as what was seen again was read already.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from fazhi_zoo.places import DIVISIONS

TIMES = 4.0  # so much faster at least
VISITS = (
    12  # of the portals, a week apart: an archive is made of visits, and most answers of a later one say nothing new
)


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The large zoo in a process of its own; the portal file."""
    file = tmp_path_factory.mktemp("zoo") / "portals.toml"
    command = [sys.executable, "-m", "fazhi_zoo", "--size", "large", "--portals", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready")
        yield file
        process.terminate()


def fazhi(*arguments: str, day: date = date(2027, 5, 3)) -> tuple[float, float, str]:
    """Run a command; return its wall seconds, the CPU seconds of it and its workers, and what it said."""
    environment = os.environ | {"FAZHI_DIVISIONS": str(DIVISIONS), "FAZHI_CLOCK": f"{day}T02:00:00Z"}
    began, before = time.monotonic(), os.times()
    done = subprocess.run(
        [sys.executable, "-m", "crawler", *arguments], capture_output=True, text=True, check=False, env=environment
    )
    after = os.times()
    assert done.returncode in (0, 3), done.stderr
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.monotonic() - began, cpu, done.stdout


@pytest.mark.benchmark(group="rebuild")
def test_rebuild(benchmark, zoo: Path, note, tmp_path: Path) -> None:
    crawled, rebuilt = [], []
    for week in range(VISITS):
        crawl = ("crawl", "--portals", str(zoo), "--data", str(tmp_path), "--delay", "0")
        crawled.append(fazhi(*crawl, day=date(2027, 5, 3) + timedelta(weeks=week)))
        if week == 0:
            rebuilt.append(fazhi("rebuild", "--data", str(tmp_path)))
    benchmark.pedantic(lambda: rebuilt.append(fazhi("rebuild", "--data", str(tmp_path))), rounds=1)
    crawls, cpu = sum(wall for wall, _, _ in crawled), sum(cpu for _, cpu, _ in crawled)
    told = re.search(r"([\d.]+) s for 1,000 captures", rebuilt[1][2])
    assert told is not None
    print("\n", [(round(wall, 1), round(cpu, 1)) for wall, cpu, _ in (*crawled, *rebuilt)], rebuilt[1][2])
    note("rebuild of one visit: CPU s", rebuilt[0][1], "the crawl without delay", crawled[0][1])
    note(f"rebuild of {VISITS} visits: CPU s", rebuilt[1][1], "the crawls without delay", cpu)
    note(f"rebuild of {VISITS} visits: wall s", rebuilt[1][0], "the crawls without delay", crawls, "0.25")
    assert crawls / rebuilt[1][0] >= TIMES
