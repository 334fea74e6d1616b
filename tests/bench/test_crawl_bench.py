"""CPU of a crawl for each page, start-up included, against bare Scrapy with a trivial parse on the same portals."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fazhi_zoo.places import DIVISIONS

from crawler import catalogue

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The large zoo in a process of its own, so that its CPU is nobody's; the portal file."""
    file = tmp_path_factory.mktemp("zoo") / "portals.toml"
    command = [sys.executable, "-m", "fazhi_zoo", "--size", "large", "--portals", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready")
        yield file
        process.terminate()


def run(script: str, *arguments: str) -> list[float]:
    environment = os.environ | {"FAZHI_DIVISIONS": str(DIVISIONS)}
    command = [sys.executable, str(HERE / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return [float(word) for word in done.stdout.split()]


@pytest.mark.benchmark(group="crawl")
def test_crawl(benchmark, zoo: Path, note, tmp_path: Path) -> None:
    homes = [portal.home for portal in catalogue.load(zoo).values()]
    rounds: list[list[float]] = []

    def ours() -> None:
        rounds.append(run("our_crawl.py", str(zoo), str(tmp_path / f"data{len(rounds)}")))

    peers = [run("bare_scrapy.py", "0", *homes) for _ in range(2)]
    benchmark.pedantic(ours, rounds=2)
    bare = min(cpu * 1000 / pages for pages, cpu, _ in peers)
    fetching = min(cpu * 1000 / pages for pages, cpu, _ in rounds)
    reading = min(cpu * 1000 / pages for pages, _, cpu in rounds)
    assert all(pages > 300 for pages, *_ in rounds)
    note(
        "crawl (fetch, WARC, frontier, saving with index): CPU ms a page", fetching, "bare Scrapy, trivial parse", bare
    )
    note(
        "the same with extraction in the workers: CPU ms a page", fetching + reading, "bare Scrapy, trivial parse", bare
    )
