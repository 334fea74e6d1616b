"""Pages a second with one worker process and with two: extraction alone, as the pipeline runs it.

Beside it the same for plain arithmetic: what two processes gain on the machine at hand is the limit of any program.
"""

from __future__ import annotations

import time
from multiprocessing import get_context

import pytest
from fazhi_zoo import client
from fazhi_zoo.server import Zoo
from pebble import ProcessPool

from archive.extract import extract
from archive.model import Origin

ROUNDS = 4


@pytest.fixture(scope="module")
def pages() -> list[bytes]:
    with Zoo("large") as zoo:
        return [client.read(item.url).encode() for item in zoo.truth] * ROUNDS


def arithmetic(number: int) -> int:
    return sum(i * i for i in range(number))


def sums_a_second(workers: int) -> float:
    with get_context("forkserver").Pool(workers) as pool:
        pool.map(arithmetic, [1000] * workers)
        begin = time.perf_counter()
        pool.map(arithmetic, [1_000_000] * 16 * workers, chunksize=1)
        return 16 * workers / (time.perf_counter() - begin)


def pages_a_second(workers: int, pages: list[bytes]) -> float:
    context = get_context("forkserver")
    context.set_forkserver_preload(["archive.extract"])
    with ProcessPool(max_workers=workers, context=context) as pool:
        origin = Origin(content_type="text/html")
        for future in [pool.schedule(extract, args=[origin, body]) for body in pages[: 20 * workers]]:
            future.result()  # workers are up, tables are loaded
        begin = time.perf_counter()
        for future in [pool.schedule(extract, args=[origin, body]) for body in pages]:
            future.result()
        return len(pages) / (time.perf_counter() - begin)


@pytest.mark.benchmark(group="parallel")
def test_two_workers(benchmark, pages: list[bytes], note) -> None:
    one = max(pages_a_second(1, pages) for _ in range(2))
    two: list[float] = []
    benchmark.pedantic(lambda: two.append(pages_a_second(2, pages)), rounds=2)
    assert min(one, *two) > 0
    note("this machine, two processes: sums a second (wall)", sums_a_second(2), "one process", sums_a_second(1))
    note("extract(), two workers: pages a second (wall)", max(two), "one worker", one, "at least 1.8")
