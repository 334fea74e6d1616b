"""robots.txt: nobody passes while it is being fetched, and what each answer means for the pages behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response
from scrapy.settings import Settings

from archive.model import Role
from crawler.manners import CRAWL_DELAY_CAP
from crawler.robots import SITEMAPS, Forbidden, Robots, Unreachable, Wait, sitemaps_of
from crawler.targets import Portal, Target

RULES = b"User-agent: *\nDisallow: /secret/\n"


class FakeHosts:
    """The part of the hosts that robots.txt needs."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.crawl_delay: dict[str, float] = {}

    def strikes(self, host: str) -> int:
        return 0

    def pause(self, host: str) -> float:
        return max(self.delay, self.crawl_delay.get(host, 0.0))

    def set_crawl_delay(self, host: str, seconds: float) -> None:
        self.crawl_delay[host] = seconds

    def answered_at(self, host: str) -> None:
        pass


class Desk:
    """A middleware with an engine that answers robots.txt after a moment."""

    def __init__(self, answer: Callable[[], Response], *, delay: float = 0.0) -> None:
        self.asked: list[str] = []
        self.hosts = FakeHosts(delay)
        self.offered: list[str] = []
        self.portal = Portal(code="990101", name="示例县", home="http://a.gov.cn/", hosts=frozenset({"a.gov.cn"}))
        frontier = SimpleNamespace(hosts=self.hosts, offer=lambda found: self.offered.extend(t.url for t in found))
        self.session = SimpleNamespace(
            frontier=frontier, fatal=None, sitemaps={}, no_rules=set(), portal=lambda target: self.portal
        )

        async def download(request: Request) -> Response:
            self.asked.append(request.url)
            await asyncio.sleep(0.01)
            return answer()

        settings = Settings({"ROBOTSTXT_OBEY": True, "USER_AGENT": "fazhi/1"})
        spider = SimpleNamespace(session=self.session)
        crawler: Any = SimpleNamespace(
            settings=settings, stats=None, spider=spider, engine=SimpleNamespace(download_async=download)
        )
        self.middleware = Robots(crawler)

    async def ask(self, *paths: str, host: str = "a.gov.cn") -> list[object]:
        """Send requests together; return what came of each: None = it may go."""
        requests = [
            Request(
                f"http://{host}{path}",
                meta={"target": Target(url="x", role=Role.REPORT, portal="990101"), "root": 1},
            )
            for path in paths
        ]
        results = await asyncio.gather(*map(self.middleware.process_request, requests), return_exceptions=True)
        return [type(result) if isinstance(result, BaseException) else result for result in results]


def page(body: bytes, status: int = 200, **headers: str) -> Callable[[], Response]:
    return lambda: Response("http://a.gov.cn/robots.txt", status, headers, body)


async def test_nobody_passes_while_the_file_is_being_fetched() -> None:
    desk = Desk(page(RULES))
    told = await desk.ask("/ok", "/secret/1", "/secret/2", "/secret/3", "/secret/4", "/fine")
    assert told == [None, Forbidden, Forbidden, Forbidden, Forbidden, None]
    assert desk.asked == ["http://a.gov.cn/robots.txt"]
    assert await desk.ask("/secret/5", host="b.gov.cn:8080") == [Forbidden]
    assert desk.asked[1:] == ["http://b.gov.cn:8080/robots.txt"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (page(RULES), Forbidden),
        (page(b"\xef\xbb\xbf" + RULES), Forbidden),
        (page(b"User-agent: fazhi\nDisallow: /\n\nUser-agent: *\nAllow: /\n"), Forbidden),
        (page(b"User-agent: other\nDisallow: /\n"), None),
        (page(b""), None),
        (page(b"<html><body>User-agent: *\nDisallow: /</body></html>"), None),
        (page(RULES, 404), None),
        (page(RULES, 403), None),
        (page(b"", 500), Unreachable),
        (page(b"", 521), Unreachable),
        (page(b"", 429), Unreachable),
        (page(b"\x00\xff" * 99), None),
    ],
)
async def test_what_an_answer_means(answer: Callable[[], Response], told: object) -> None:
    assert await Desk(answer).ask("/secret/1") == [told]


@pytest.mark.parametrize(
    ("answer", "hold", "blocked", "note"),
    [
        (page(b"", 500), 5.0, None, "robots.txt: HTTP 500"),
        (page(b"", 503, **{"Retry-After": "7"}), 7.0, None, "HTTP 503"),
        (page(b"", 521), 6 * 3600.0, "status 521 at robots.txt", "refused: status 521 at robots.txt"),
    ],
)
async def test_trouble_with_the_file_is_trouble_of_the_page(
    answer: Callable[[], Response], hold: float, blocked: str | None, note: str
) -> None:
    desk = Desk(answer, delay=2.0)
    request = Request("http://a.gov.cn/x", meta={"target": None, "root": 1})
    with pytest.raises(Unreachable) as caught:
        await desk.middleware.process_request(request)
    result = caught.value.result
    assert (result.state, result.hold, result.blocked, result.note) == ("again", hold, blocked, note)
    assert await desk.ask("/x") == [Unreachable]  # not remembered: asked again
    assert len(desk.asked) == 2


MAPS = b"Sitemap: http://a.gov.cn/map.xml\nUser-agent: *\nsitemap:/other.xml\nSitemap: http://b.cn/map.xml\n"


async def test_site_maps_are_handed_on_and_asked_where_lists_are_not_known() -> None:
    desk = Desk(page(MAPS))
    assert await desk.ask("/x") == [None]
    told = ["Sitemap: http://a.gov.cn/map.xml", "Sitemap: /other.xml", "Sitemap: http://b.cn/map.xml"]
    assert desk.session.sitemaps == {"a.gov.cn": told}
    assert desk.offered == ["http://a.gov.cn/map.xml", "http://a.gov.cn/other.xml"]
    desk = Desk(page(MAPS))
    desk.portal = replace(desk.portal, listings=("http://a.gov.cn/l/",))
    await desk.ask("/x")
    assert desk.offered == []


@pytest.mark.parametrize(
    ("answer", "noted"),
    [
        (page(b"<html>404"), True),
        (page(RULES), False),
        (page(b""), False),
        (page(b"<html>404", 404), False),
        (page(b"<html>moved", 302), False),
    ],
)
async def test_a_page_of_html_in_its_place_is_noted(answer: Callable[[], Response], noted: bool) -> None:
    desk = Desk(answer)
    await desk.ask("/x")
    assert desk.session.no_rules == ({"a.gov.cn"} if noted else set())


async def test_a_thousand_site_maps_are_too_many() -> None:
    assert len(sitemaps_of(b"Sitemap: http://a.gov.cn/m.xml\n" * 1000)) == SITEMAPS
    assert sitemaps_of(b"Sitemap: /" + b"x" * 5000) == []


async def test_no_answer_is_no_permission_but_a_circle_is_no_file() -> None:
    def fail() -> Response:
        raise DownloadTimeoutError("slow")

    assert await Desk(fail).ask("/x") == [Unreachable]

    def loop() -> Response:
        raise IgnoreRequest("max redirections reached")

    assert await Desk(loop).ask("/x") == [None]


async def test_the_first_page_waits_behind_the_file() -> None:
    desk = Desk(page(RULES), delay=2.0)
    assert await desk.ask("/x") == [Wait]
    assert await desk.ask("/x") == [None]
    assert await desk.ask("/secret/") == [Forbidden]
    assert await Desk(page(RULES), delay=0.0).ask("/x") == [None]


@pytest.mark.parametrize(("asked", "kept"), [("7", 7.0), ("0.5", 0.5), ("86400", CRAWL_DELAY_CAP), ("-1", 0.0)])
async def test_crawl_delay_is_remembered_and_capped(asked: str, kept: float) -> None:
    desk = Desk(page(f"User-agent: *\nCrawl-delay: {asked}\n".encode()))
    await desk.ask("/x")
    assert desk.hosts.crawl_delay.get("a.gov.cn", 0.0) == kept
