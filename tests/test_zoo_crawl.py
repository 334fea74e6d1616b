"""The whole zoo crawled from its home pages alone: every report, no near miss, the right verdicts, few requests; and
once more, unchanged: far fewer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fazhi_zoo.server import DIALECTS, Zoo
from fazhi_zoo.table import shown, table

from .again import MOST_BYTES, MOST_REQUESTS, Cost, cost

MOST = 1.5  # requests sent by those of a perfect crawler that knew the listings


def crawl(zoo: Zoo, folder: Path) -> Cost:
    """Crawl the portals of the zoo by the command line; return what it cost."""
    command = [sys.executable, "-m", "crawler", "crawl", "--portals", str(folder / "portals.toml"), "--delay", "0"]
    zoo.log.clear()
    subprocess.run(
        [*command, "--data", str(folder / "data")], capture_output=True, timeout=600, check=False, env=os.environ
    )
    return cost(zoo, folder / "data")


@pytest.mark.slow
def test_crawl_from_home_alone(tmp_path: Path) -> None:
    with Zoo(DIALECTS) as zoo:
        zoo.write_portals(tmp_path / "portals.toml")
        first = crawl(zoo, tmp_path)
        lines = table(zoo, tmp_path / "data")
        crowded = [request for request in zoo.log if request.inflight > 1]
        second = crawl(zoo, tmp_path)
    print(shown(lines))
    assert crowded == []  # one request a host at a time
    assert {line.portal: line.missed for line in lines if line.missed} == {}
    assert {line.portal: line.wrong for line in lines if line.wrong} == {}
    assert {line.portal: line.verdict for line in lines} == zoo.verdicts
    assert {line.portal: line.ratio for line in lines if line.ratio is None or line.ratio > MOST} == {}
    assert second.requests <= MOST_REQUESTS * first.requests
    assert second.size <= MOST_BYTES * first.size
    assert second.archive == first.archive
