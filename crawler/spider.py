"""The one spider, for all places: an answer in, one ``Result`` out. A place is data, a dialect a class of ``families``.

Every root is settled exactly once, on whatever way its request ends; a root left unsettled would keep its host busy for
ever. ``scrapy crawl portal -a code=420683`` works too: the spider then makes its own session.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure

from archive import clock
from archive.datadir import DataDir
from archive.errors import UsageError
from crawler import catalogue, families, guard, manners, reading
from crawler.addresses import netloc
from crawler.heavy import HEAVY, HeavyReader
from crawler.manners import Result
from crawler.revisit import NO_PAGE
from crawler.robots import Forbidden, Unreachable, Wait, text_of
from crawler.session import Session
from crawler.targets import Page, Target

log = logging.getLogger(__name__)

UNASKED = "HTTP 304 for a page that is not here"


class PortalSpider(Spider):
    """Crawls the portals of a session."""

    name = "portal"

    def __init__(
        self,
        session: Session | None = None,
        code: str | None = None,
        portals: str | None = None,
        data: str = "data",
        delay: str | None = None,
        limit: str | None = None,
        **kwargs: Any,
    ) -> None:
        """``session`` comes from ``run``; the others are the ``-a`` arguments of ``scrapy crawl``."""
        super().__init__(**kwargs)
        self._own = None
        if session is None:
            if code is None and portals is None:
                raise UsageError(
                    "say which portal to crawl", "add -a code=420683, or -a portals=FILE for all of a file"
                )
            known = catalogue.load(Path(portals) if portals else None, [code] if code else ())
            chosen = catalogue.select(known, [code]) if code else list(known.values())
            place = DataDir.open(Path(data))
            self._own = place.lock()
            self._own.__enter__()
            session = Session(
                place, chosen, delay=float(delay) if delay else None, limit=int(limit) if limit else None
            )  # fmt: skip
            session.seed()
        self.session = session
        self._heavy = HeavyReader()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> PortalSpider:
        """Make the spider and tell the session how to end it."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.session.close_spider = lambda reason: _close(crawler, reason)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Yield nothing: what is to be fetched stands in the frontier."""
        nothing: tuple[Any, ...] = ()
        for request in nothing:
            yield request

    def closed(self, reason: str) -> None:
        """Remember why the crawl ended; close a session of our own."""
        self.session.reason = reason
        self._heavy.close()
        if self._own is not None:
            if self.session.fatal is None:
                self.session.close_rounds()
            self.session.close()
            self._own.__exit__(None, None, None)

    async def parse(self, response: Response) -> None:
        """Settle the root of an answer."""
        assert response.request is not None
        target: Target = response.request.meta["target"]
        try:
            result = await self._result(response, response.request, target)
        except sqlite3.Error as error:
            self.session.stop(error)
            return
        except Exception as error:
            log.exception("%s could not be read", target.url)
            result = Result(state="failed", note=f"defect: {type(error).__name__}: {error}")
        self.settle(target, replace(result, host=netloc(response.url)))

    def failed(self, failure: Failure) -> None:
        """Settle the root of a request that brought no answer."""
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        error = failure.value
        if isinstance(error, Wait) and self.session.fatal is None:
            self._later(request)
            return
        if self._goes_another_way(request, error):
            return
        result = self._without_answer(request, error)
        if trail := request.meta.get("trail"):  # what is told is what befell the address that was meant
            request, result = request.replace(url=trail[0]), replace(result, note=request.meta["why"])
        self.settle(request.meta["target"], replace(result, host=netloc(request.url)))

    def settle(self, target: Target, result: Result) -> None:
        """Settle a root, with what a failure means for its listing; once the run is lost, leave it queued."""
        if self.session.fatal is not None:
            return
        try:
            result = self._failed(target, result)
        except Exception as error:  # an unsettled root would keep the run from ending
            self.session.stop(error)
            return
        self.session.settle(target, result)

    def _without_answer(self, request: Request, error: BaseException | None) -> Result:
        if isinstance(error, Forbidden):
            return Result(state="refused", note="forbidden by robots.txt", answered=False)
        if isinstance(error, Unreachable):
            return error.result
        if isinstance(error, DownloadCancelledError):
            return Result(state="failed", note=f"larger than {self.settings.getint('DOWNLOAD_MAXSIZE'):,} bytes")
        if isinstance(error, IgnoreRequest):
            return Result(state="failed", note=str(error) or type(error).__name__)
        frontier = self.session.frontier
        what = manners.in_words(error)
        return manners.trouble(what, frontier.hosts.strikes(netloc(request.url)), frontier.hosts.delay, answered=False)

    def _goes_another_way(self, request: Request, error: BaseException | None) -> bool:
        """Go on under another scheme or name of a host that cannot be reached; say whether there is one to try."""
        trail = request.meta.get("trail", ())
        cause = error.__cause__ if isinstance(error, Unreachable) else error
        url = self.session.ways.onward(request.url, type(cause).__name__, trail)
        if url is None or not self.session.portal(request.meta["target"]).owns(url) or self.session.fatal is not None:
            return False
        if netloc(url) != netloc(request.url):
            self.session.frontier.leave(request.url, request.meta["root"])
        why = request.meta.get("why") or manners.in_words(cause)
        trail = (*trail, request.url)
        self._later(
            request.replace(url=url, meta={**request.meta, "trail": trail, "why": why, "cookiejar": netloc(url)})
        )
        return True

    def _later(self, request: Request) -> None:
        """Hand a page back to the scheduler that has to wait behind its robots.txt."""
        assert self.crawler.engine is not None
        scheduler = self.crawler.engine.scheduler
        assert scheduler is not None
        scheduler.enqueue_request(request)
        self.session.wake()

    async def _result(self, response: Response, request: Request, target: Target) -> Result:
        frontier = self.session.frontier
        strikes = frontier.hosts.strikes(netloc(response.url))
        page: Page = request.meta["page"]
        if finding := request.meta["finding"]:
            return self._no_page(finding, netloc(response.url), target)
        if response.status in (429, 503):
            wait = manners.retry_after(text_of(response, "Retry-After"), clock.seconds())
            return manners.overloaded(response.status, wait, strikes, frontier.hosts.delay)
        if torn := request.meta.get("torn"):
            return manners.trouble(f"the body is not whole ({torn})", strikes, frontier.hosts.delay)
        if response.status >= 500:
            return manners.trouble(f"HTTP {response.status}", strikes, frontier.hosts.delay)
        if page.status == 304:  # and no copy of ours that it could mean: asked again without a condition
            return replace(manners.trouble(UNASKED, strikes, frontier.hosts.delay), strike=False)
        if not 200 <= page.status < 300:  # that of the copy, where a 304 confirmed one
            return Result(state="failed", note=f"HTTP {page.status}", gone=page.status in NO_PAGE)
        if len(page.body) > HEAVY:
            portal, seen = self.session.portal(target), frontier.seen(target)
            return replace(await self._heavy.read(page, target, portal, seen), also=page.url)
        return replace(reading.content(self.session, page, target), also=page.url)

    def _no_page(self, finding: guard.Finding, host: str, target: Target) -> Result:
        """Return what an answer means that is no page, by its kind."""
        hosts, answering = self.session.frontier.hosts, host in self.session.known.answering
        # A search is often behind a wall where the pages are not: what was only guessed is refused for itself.
        alone = finding.kind == "denied" or (target.guessed and answering)
        # Behind the last page of a list some sites give a script of 300 bytes.
        behind = answering and target.page > 1 and finding.name == guard.SCRIPT_SHELL
        if finding.kind == "missing" or behind:
            return manners.missing(finding.name)
        if finding.kind == "trouble":
            return manners.trouble(finding.name, hosts.strikes(host), hosts.delay)
        if alone:
            return manners.denied(finding.name, hosts.strikes(host), hosts.delay)
        return manners.refusal(finding.name, hosts.strikes(host), hosts.delay, answering=answering)

    def _failed(self, target: Target, result: Result) -> Result:
        """Add to a failure for good what it means for the target's listing: another trial, or cut short."""
        last = result.state == "failed" or (result.state == "again" and self.session.frontier.exhausted(target))
        if not last:
            return result
        family = families.get(self.session.portal(target).family)
        lost = family.missing(target)
        state = "absent" if result.state == "failed" and family.tried(target) else result.state
        return replace(result, state=state, links=lost.targets, truncated=lost.truncated)


def _close(crawler: Crawler, reason: str) -> None:
    """End the crawl from inside a callback."""
    assert crawler.engine is not None
    task = asyncio.ensure_future(crawler.engine.close_spider_async(reason=reason))
    _ENDING.add(task)
    task.add_done_callback(_ENDING.discard)


_ENDING: set[asyncio.Future[None]] = set()  # the event loop keeps weak references only
