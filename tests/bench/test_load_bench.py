"""Two hundred hosts at once: one request a host at a time, its delay kept, memory flat, CPU beside bare Scrapy.

The crowd is a process of its own, so its CPU is nobody's. Bare Scrapy asks for the same pages with the same delay; it
keeps nothing, knows no robots.txt, and parses no more than the addresses of links.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .crowding import HERE, Crowd, shortest

HOSTS, PAGES, DELAY = 200, 20, 0.2
FLAT = 1.10  # memory at most, against that after the first fifth
MOST = 2.0  # CPU of the crawler's main process a page, against bare Scrapy


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    with Crowd(tmp_path_factory.mktemp("crowd"), HOSTS, PAGES) as crowd:
        yield crowd


def run(crowd: Crowd, script: str, *arguments: str) -> str:
    crowd.clear()
    command = [sys.executable, str(HERE / script), *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=crowd.environment).stdout


@pytest.fixture(scope="module")
def bare(crowd: Crowd) -> float:
    """CPU milliseconds of bare Scrapy a page, after start-up."""
    lines = crowd.portals.read_text("utf-8").splitlines()
    homes = [line.split('"')[1] for line in lines if line.startswith("home")]
    pages, _, cpu = map(float, run(crowd, "bare_scrapy.py", str(DELAY), *homes).split())
    assert pages == HOSTS * (PAGES + 1)  # the home page beside the list and the reports
    return cpu * 1000 / pages


@pytest.mark.parametrize("what", ["fetch", "all"])
def test_two_hundred_hosts(crowd: Crowd, bare: float, tmp_path: Path, note: Any, what: str) -> None:
    """``fetch`` is the crawler's room: frontier, WARC, reading lists; ``all`` has extraction and saving beside it."""
    ours = json.loads(run(crowd, "load_crawl.py", str(crowd.portals), str(tmp_path), str(DELAY), what))
    asked = crowd.asked()
    assert ours["pages"] == HOSTS * PAGES
    assert {len({each.path for each in requests}) for requests in asked.values()} == {PAGES + 1}  # and robots.txt
    assert {len(requests) for requests in asked.values()} == {PAGES + 1}
    pauses = {number: shortest(requests) for number, requests in asked.items()}
    assert {number: pause for number, pause in pauses.items() if pause < DELAY} == {}
    early = max(memory for pages, memory in ours["memory"] if pages <= HOSTS * PAGES / 5)
    late = max(memory for pages, memory in ours["memory"] if pages > HOSTS * PAGES / 5)
    cpu = ours["cpu"] * 1000 / ours["pages"]
    told = {"fetch": "fetch, frontier, WARC", "all": "with extraction beside it, saving and index"}[what]
    asks = f"at most {MOST:g}" if what == "fetch" else ""
    note(f"200 hosts, {told}: CPU ms a page, main process", cpu, "bare Scrapy, trivial parse", bare, asks)
    note(f"200 hosts, {told}: most memory, MB", late / 1024, "in the first fifth", early / 1024, f"at most {FLAT:g}")
    note(f"200 hosts, {told}: shortest pause of any, s", min(pauses.values()), "delay", DELAY, "at least 1")
    assert late <= FLAT * early
    if what == "fetch":
        assert cpu <= MOST * bare
