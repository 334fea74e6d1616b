"""Reading pages that are too large for the event loop: in a process of its own, with limits of time and memory.

A page of 20 MB with 100,000 links takes seconds to parse. In the event loop every other host would wait for it; here
only its own host does, and a page that takes too long is given up: its WARC record stays.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Set
from dataclasses import dataclass
from multiprocessing import get_context

from pebble import ProcessExpired, ProcessPool

from crawler import reading
from crawler.manners import Result
from crawler.targets import Page, Portal, Target

HEAVY = 400_000  # bytes; the largest real list page seen had some 200 KB
SECONDS = 30.0
MEMORY = 2 << 30  # bytes of address space


@dataclass(frozen=True, slots=True)
class Job:
    """A page as it goes to the other process: a parsed tree cannot."""

    url: str
    body: bytes
    content_type: str | None
    status: int
    post: str | None
    target: Target
    portal: Portal
    seen: Set[str]


class HeavyReader:
    """One process that is started with the first large page. Use ``close`` at the end of the run."""

    def __init__(self) -> None:
        self._pool: ProcessPool | None = None

    async def read(self, page: Page, target: Target, portal: Portal, seen: Set[str]) -> Result:
        """Return what a page leads to; a page that costs too much is ``failed``."""
        if self._pool is None:
            context = get_context("forkserver")
            self._pool = ProcessPool(max_workers=1, initializer=_limit, context=context)
        job = Job(page.url, page.body, page.content_type, page.status, page.post, target, portal, seen)
        future = self._pool.schedule(_read, args=[job], timeout=SECONDS)
        try:
            return await asyncio.wrap_future(future)
        except TimeoutError:
            return Result(state="failed", note=f"reading the page took longer than {SECONDS:g} s")
        except MemoryError:
            return Result(state="failed", note=f"reading the page needed more than {MEMORY >> 20} MB")
        except ProcessExpired as death:
            return Result(state="failed", note=f"the process that read the page died with exit code {death.exitcode}")

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None


def _read(job: Job) -> Result:
    page = Page(job.url, job.body, job.content_type, job.status, job.post)
    return reading.read(page, job.target, job.portal, job.seen)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
