"""Scrapy's scheduler over the frontier: hands out one request a host, and wakes the engine when the next falls due.

What Scrapy enqueues by itself are redirects only; they go on under the root they began with and wait for their host
like any other request. Links and seeds enter the frontier as data. After a kill there is nothing to restore: the
frontier's rows are the queue.
"""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

from scrapy import Request
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler

from archive import clock
from archive.model import Role
from crawler import copies, guard, manners
from crawler.addresses import canonical, netloc
from crawler.manners import Result
from crawler.session import Session
from crawler.targets import Target

# Everything but redirects goes to the callback: what an answer means is decided there.
STATUSES = [*range(100, 300), 300, 304, 305, 306, *range(309, 1000)]


class Scheduler(BaseScheduler):
    """Named in ``settings.SCHEDULER``."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._follow: list[Request] = []  # requests that continue a root: redirects, and pages after robots.txt
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Scheduler:
        """Make the scheduler of a crawler."""
        return cls(crawler)

    def open(self, spider: Any) -> None:
        """Take the session from the spider, a ``PortalSpider``."""
        self._spider = spider
        self._session: Session = spider.session
        self._frontier = self._session.frontier
        self._session.wake = self._wake

    def close(self, reason: str) -> None:
        """Forget the timer; what is queued is queued."""
        if self._timer is not None:
            self._timer.cancel()

    def has_pending_requests(self) -> bool:
        """Say whether this run still has something to do."""
        return bool(self._follow) or self._frontier.pending()

    def enqueue_request(self, request: Request) -> bool:
        """Take a request that continues a root; settle the root where it must not go on."""
        target: Target = request.meta["target"]
        before = request.meta.get("redirect_urls", [])
        try:
            if before and netloc(before[-1]) != netloc(request.url):
                self._frontier.leave(before[-1], request.meta["root"])
            end = self._end_of_redirect(request, target)
        except sqlite3.Error as error:
            self._session.stop(error)
            return False
        if end is not None:
            self._spider.settle(target, end)
            return False
        self._follow.append(self._conditional(request, target))
        return True

    def _end_of_redirect(self, request: Request, target: Target) -> Result | None:
        url = canonical(request.url)
        # A portal's search may lie on a host of its own: there it may go on.
        at_home = url is not None and netloc(url) == netloc(target.url)
        if url is None or not (at_home or self._session.portal(target).owns(url)):
            return Result(state="failed", note=f"redirect to a foreign host: {request.url}")
        if guard.circle([*request.meta.get("redirect_urls", ()), request.url]):
            host, hosts = netloc(request.url), self._frontier.hosts
            means = manners.denied if host in self._session.known.answering else manners.refusal
            return means("a redirect to itself", hosts.strikes(host), hosts.delay)
        if guard.sends_home(target, request.meta.get("redirect_urls", ()), url):
            return manners.missing("redirected to the home page")
        if "redirect_urls" in request.meta and self._frontier.redirect_known(url, target.portal):
            # A further page of a list that leads back to a known one is not there: its listing must know.
            state = "failed" if target.role is Role.LISTING and target.page > 1 else "done"
            return Result(state=state, note=f"redirect to a known page: {url}")
        return None

    def next_request(self) -> Request | None:
        """Return a request that may go now, or None and set the timer for the next one."""
        try:
            return self._next()
        except sqlite3.Error as error:  # the disk refuses: Scrapy would log it, and ask again for ever
            self._session.stop(error)
            return None

    def _next(self) -> Request | None:
        for request in self._follow:
            if self._frontier.claim(request.url, request.meta["root"]):
                self._follow.remove(request)
                return request.replace(meta={**request.meta, "download_slot": netloc(request.url)})
        target = self._frontier.next()
        if target is None:
            self._arm()
            return None
        url = self._session.ways.of(target.url)
        request = Request(
            url,
            method="GET" if target.post is None else "POST",
            body=target.post or "",
            headers=_headers(target),
            callback=self._spider.parse,
            errback=self._spider.failed,
            dont_filter=True,
            meta={
                "root": target.id,
                "target": target,
                "download_slot": netloc(url),
                "cookiejar": netloc(url),
                "handle_httpstatus_list": STATUSES,
            },
        )
        request = self._conditional(request, target)
        if netloc(url) == netloc(target.url):
            return request
        self._follow.append(request)  # it waits for the host that works; the one that is told stays busy with it
        return self._next()

    def _conditional(self, request: Request, target: Target) -> Request:
        """Return a request under the conditions of the copy that the archive has of its address, and of no other."""
        copy = None
        if not self._session.portal(target).any_host:  # single addresses: the user wants them again, whole
            copy = copies.find(self._session.place.warc, self._session.captures, target, request.url)
        headers = request.headers.copy()
        for name in copies.CONDITIONS:
            headers.pop(name, None)  # a redirect hands them on
        if copy is not None:
            headers.update(copy.headers)
        return request.replace(headers=headers, meta={**request.meta, "copy": copy})

    def _arm(self) -> None:
        """Set one timer for when the next request falls due."""
        times = [self._frontier.hosts.held_until(netloc(request.url)) for request in self._follow]
        if (due := self._frontier.wake_at()) is not None:
            times.append(due)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        later = [moment - clock.seconds() for moment in times if moment > clock.seconds()]
        if later:
            self._timer = asyncio.get_running_loop().call_later(min(later) + 0.001, self._wake)

    def _wake(self) -> None:
        """Make the engine ask now; by itself it asks after each finished request and every 5 seconds.

        The attribute is private to Scrapy; without it all stays right, only slower (a test measures it).
        """
        slot = getattr(self._crawler.engine, "_slot", None)
        if slot is not None:
            slot.nextcall.schedule()


def _headers(target: Target) -> dict[str, str]:
    """Return what a browser would send too: the page the link stood on, and the kind of what is posted.

    >>> _headers(Target(url="http://a.gov.cn/s", role=Role.LISTING, portal="", parent="http://a.gov.cn/", post="[1]"))
    {'Referer': 'http://a.gov.cn/', 'Content-Type': 'application/json'}
    """
    headers = {"Referer": target.parent} if target.parent else {}
    if target.post is not None:
        form = "application/x-www-form-urlencoded"
        headers["Content-Type"] = "application/json" if target.post.startswith(("{", "[")) else form
    return headers
