"""robots.txt, obeyed without a gap. Takes the place of Scrapy's middleware, whose rules it parses with the same parser.

The stock middleware of Scrapy 2.19 lets every request through that waits while the file is being fetched, takes an
error page for rules, and a server that does not answer for permission. Here, after RFC 9309:

    2xx         the rules; a page of HTML is no robots.txt: all is allowed
    4xx         there is none: all is allowed (429 means: later); so it is where redirects never end
    5xx, none   all is forbidden until it can be had: the page is asked for again later

One lock a host, so nobody passes while the file is being fetched; and the first page waits its turn behind the file.
What the file tells beside rules is handed on: site maps (``session.sitemaps``), and that it was a page of HTML
(``session.no_rules``, for the portal's remark).
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser

from archive import clock
from crawler import discovery, guard, manners
from crawler.addresses import netloc
from crawler.manners import CRAWL_DELAY_CAP, Result
from crawler.session import Session
from crawler.targets import Target

SITEMAPS = 50  # lines kept of a file
LARGEST = 512_000  # bytes of rules read, as RFC 9309 asks at least; a file of 5 MB took seconds to parse

log = logging.getLogger(__name__)


class Forbidden(IgnoreRequest):
    """Raised when robots.txt forbids an address."""


class Wait(IgnoreRequest):
    """Raised when the file was fetched just now, so that the page must wait for the host's pause."""


class Unreachable(IgnoreRequest):
    """Raised when robots.txt cannot be had. ``result`` says what that means for the address."""

    def __init__(self, result: Result) -> None:
        super().__init__(f"robots.txt: {result.note}")
        self.result = result


class Robots(RobotsTxtMiddleware):
    """Named in ``settings.DOWNLOADER_MIDDLEWARES``."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._session: Session = crawler.spider.session  # type: ignore[union-attr]  # always a PortalSpider
        self._rules: dict[str, ProtegoRobotParser] = {}
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def process_request(self, request: Request) -> None:  # type: ignore[override]  # `spider` is deprecated
        """Let a request pass, or raise Forbidden, Unreachable or Wait."""
        if request.meta.get("dont_obey_robotstxt"):
            # Where the file is redirected to another host, it queues there with that host's own requests.
            request.meta["download_slot"] = netloc(request.url)
            return
        host = netloc(request.url)
        async with self._locks[host]:
            fresh = host not in self._rules
            if fresh:
                self._rules[host] = await self._ask(request, host)
        if not self._rules[host].allowed(request.url, self._default_useragent):
            raise Forbidden("Forbidden by robots.txt")
        if fresh and self._session.frontier.hosts.pause(host) > 0:
            raise Wait

    async def _ask(self, request: Request, host: str) -> ProtegoRobotParser:
        frontier = self._session.frontier
        asked = Request(
            f"{request.url.split('/', 1)[0]}//{host}/robots.txt",
            callback=NO_CALLBACK,
            meta={
                "dont_obey_robotstxt": True,
                "target": request.meta["target"],
                "root": request.meta["root"],
                "download_slot": host,
                "cookiejar": host,
            },
        )
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(asked)
        except IgnoreRequest:
            if self._session.fatal is not None:
                raise
            response = Response(asked.url, 404)  # redirects without end
        except Exception as error:
            if self._session.fatal is not None:
                raise
            what = f"robots.txt: {manners.in_words(error)}"
            trouble = manners.trouble(what, frontier.hosts.strikes(host), frontier.hosts.delay, answered=False)
            raise Unreachable(trouble) from error
        if (result := self._unreachable(response, host)) is not None:
            raise Unreachable(result)
        text = rules_of(response)
        if 200 <= response.status < 300 and not text and response.body.strip():
            self._session.no_rules.add(host)
        self._maps(sitemaps_of(text), host, request.meta["target"])
        rules = ProtegoRobotParser(text, self.crawler.spider)
        if (delay := rules.crawl_delay(self._default_useragent)) is not None:
            frontier.hosts.set_crawl_delay(host, min(max(delay, 0.0), CRAWL_DELAY_CAP))
            frontier.hosts.answered_at(host)  # the pause behind this very answer is the longer one too
        return rules

    def _maps(self, lines: list[str], host: str, target: Target) -> None:
        """Hand on the site maps of a host; they are asked where the portal's lists are to be found."""
        portal = self._session.portal(target)
        self._session.sitemaps[host] = lines
        if lines and not portal.listings and not portal.any_host:
            self._session.frontier.offer(discovery.from_robots(lines, portal))

    def _unreachable(self, response: Response, host: str) -> Result | None:
        """Return what an answer means that is neither rules nor their absence."""
        frontier = self._session.frontier
        strikes = frontier.hosts.strikes(host)
        if response.status in (429, 503):
            wait = manners.retry_after(text_of(response, "Retry-After"), clock.seconds())
            return manners.overloaded(response.status, wait, strikes, frontier.hosts.delay)
        if response.status < 500:
            return None
        if response.status in guard.REFUSED:
            return manners.refusal(f"status {response.status} at robots.txt", strikes)
        return manners.trouble(f"robots.txt: HTTP {response.status}", strikes, frontier.hosts.delay)


def rules_of(response: Response) -> bytes:
    """Return the rules of an answer; none where the file is absent or a page of HTML stands in its place.

    >>> rules_of(Response("http://a.gov.cn/robots.txt", body=b"User-agent: *"))
    b'User-agent: *'
    >>> rules_of(Response("http://a.gov.cn/robots.txt", body=b"<!doctype html><p>404"))
    b''
    """
    if not 200 <= response.status < 300:
        return b""
    head = response.body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<") or b"<html" in head:
        log.info("%s is a page of HTML: taken as absent", response.url)
        return b""
    return response.body[:LARGEST]


def sitemaps_of(text: bytes) -> list[str]:
    """Return the lines of a robots.txt that name site maps, the first ones.

    >>> sitemaps_of(b" sitemap : http://a.gov.cn/map.xml # all")
    ['Sitemap: http://a.gov.cn/map.xml']
    """
    found = []
    for line in text.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition("#")[0].partition(":")
        if name.strip().lower() == "sitemap" and 0 < len(value.strip()) <= 2000:
            found.append(f"Sitemap: {value.strip()}")
        if len(found) == SITEMAPS:
            break
    return found


def text_of(response: Response, name: str) -> str | None:
    """Return a header of an answer as text."""
    value = response.headers.get(name)
    return value.decode("latin-1") if value is not None else None
