"""The whole zoo crawled from its home pages alone: every report, no near miss, the right verdicts, few requests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fazhi_zoo.server import DIALECTS, Zoo
from fazhi_zoo.table import Line, shown, table

MOST = 1.5  # requests sent by those of a perfect crawler that knew the listings


def crawl(folder: Path, *codes: str) -> tuple[list[Line], dict[str, str | None]]:
    """Crawl portals of the zoo by the command line; return the table and the verdicts there must be."""
    with Zoo(DIALECTS, only=codes) as zoo:
        zoo.write_portals(folder / "portals.toml")
        command = [sys.executable, "-m", "crawler", "crawl", "--portals", str(folder / "portals.toml"), "--delay", "0"]
        subprocess.run(
            [*command, "--data", str(folder / "data")], capture_output=True, timeout=600, check=False, env=os.environ
        )
        lines = table(zoo, folder / "data")
        crowded = [request for request in zoo.log if request.inflight > 1]
    print(shown(lines))
    assert crowded == []  # one request a host at a time
    return lines, zoo.verdicts


@pytest.mark.slow
def test_crawl_from_home_alone(tmp_path: Path) -> None:
    lines, verdicts = crawl(tmp_path)
    assert {line.portal: line.missed for line in lines if line.missed} == {}
    assert {line.portal: line.wrong for line in lines if line.wrong} == {}
    assert {line.portal: line.verdict for line in lines} == verdicts
    assert {line.portal: line.ratio for line in lines if line.ratio is None or line.ratio > MOST} == {}
