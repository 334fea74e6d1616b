"""Large pages are read in a process of their own: the same result, within limits, and the next page after a death."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator

import pytest

from archive.model import Role
from crawler import heavy, reading
from crawler.heavy import HEAVY, HeavyReader
from crawler.manners import Result
from crawler.targets import Page, Portal, Target, own_hosts

from .loopback import listing

HOME = "http://shili.gov.cn/"
COLUMN = f"{HOME}zwgk/fzzfjsndbg/"
PORTAL = Portal(code="420683", name="示例县人民政府", home=HOME, listings=(COLUMN,), hosts=own_hosts(HOME))
TARGET = Target(url=COLUMN, role=Role.LISTING, portal="420683", listing=COLUMN, prio=100, id=1)


def page(rows: int) -> Page:
    """Return a list page of so many rows."""
    title = "示例县{}年法治政府建设情况报告"
    entries = [(f"./202303/t20230312_{n}.html", title.format(2000 + n % 24), "2023-03-12") for n in range(rows)]
    return Page(COLUMN, listing(entries, "<a href='index_2.html'>下一页</a>").encode(), "text/html; charset=utf-8")


@pytest.fixture(scope="module")
def reader() -> Iterator[HeavyReader]:
    reader = HeavyReader()
    yield reader
    reader.close()


def die(job: heavy.Job) -> Result:
    """What reads a page that kills its process."""
    os._exit(9)


def dawdle(job: heavy.Job) -> Result:
    """What reads a page for ever."""
    time.sleep(3600)
    return Result(state="done")


def swell(job: heavy.Job) -> Result:
    """What reads a page that wants more memory than there is."""
    return Result(state="done", note=str(len(bytes(heavy.MEMORY))))


async def test_the_result_is_that_of_reading_here(reader: HeavyReader) -> None:
    large = page(4000)
    assert len(large.body) > HEAVY
    here = reading.read(large, TARGET, PORTAL, frozenset())
    assert len(here.links) > 4000
    assert await reader.read(large, TARGET, PORTAL, frozenset()) == here


async def test_a_death_a_dawdler_and_a_glutton_cost_their_page_only(
    reader: HeavyReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = page(3)
    expected = reading.read(small, TARGET, PORTAL, frozenset())
    for what, note in (
        (die, "the process that read the page died with exit code 9"),
        (dawdle, "reading the page took longer than 1 s"),
        (swell, f"reading the page needed more than {heavy.MEMORY >> 20} MB"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(heavy, "_read", what)
            patch.setattr(heavy, "SECONDS", 1.0)
            lost = await reader.read(small, TARGET, PORTAL, frozenset())
        assert lost == Result(state="failed", note=note)
        assert await reader.read(small, TARGET, PORTAL, frozenset()) == expected


async def test_the_event_loop_goes_on_meanwhile(reader: HeavyReader) -> None:
    """A large page takes longer to read than the loop is ever held up."""
    waits: list[float] = []

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.01)
            waits.append(time.perf_counter() - before)

    await reader.read(page(3), TARGET, PORTAL, frozenset())  # the process is up
    ticking = asyncio.create_task(tick())
    began = time.perf_counter()
    await reader.read(page(10_000), TARGET, PORTAL, frozenset())
    took = time.perf_counter() - began
    ticking.cancel()
    assert max(waits) < took / 2
