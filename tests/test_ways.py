"""Hosts that live under another scheme or name than the one that is told: what is tried, once, and what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.exceptions import CannotResolveHostError
from twisted.python.failure import Failure

from archive.datadir import DataDir
from archive.model import Role
from crawler.manners import UNREACHED, Ways, alternatives
from crawler.scheduler import Scheduler
from crawler.session import Session
from crawler.spider import PortalSpider
from crawler.targets import Portal, Target

TOLD = "http://www.shili.gov.cn/x/1.html"
DNS = "CannotResolveHostError"


@pytest.mark.parametrize(
    "url", [TOLD, "https://shili.gov.cn/?a=b", "http://127.0.0.1:81/", "http://sfj.shili.gov.cn/x"]
)
def test_alternatives_lead_back(url: str) -> None:
    others = alternatives(url)
    assert url not in others
    assert len(set(others)) == len(others)
    assert all(url in alternatives(other) for other in others)


def test_each_is_tried_once_and_then_never_again() -> None:
    ways = Ways()
    url, trail = TOLD, ()
    while (other := ways.onward(url, DNS, trail)) is not None:
        url, trail = other, (*trail, url)
    assert (*trail, url) == (TOLD, *alternatives(TOLD))
    assert ways.onward(TOLD, DNS, ()) is None
    assert ways.of(TOLD) == TOLD


def test_what_works_is_kept_for_all_addresses_of_the_host() -> None:
    ways = Ways()
    other = ways.onward(TOLD, "HandshakeError", ())
    assert other == "https://www.shili.gov.cn/x/1.html"
    ways.answered(other, (TOLD,))
    assert ways.of("http://www.shili.gov.cn/y?z=1") == "https://www.shili.gov.cn/y?z=1"
    assert ways.of("http://www.shili.gov.cn.evil.cn/y") == "http://www.shili.gov.cn.evil.cn/y"
    assert ways.of("http://shili.gov.cn/y") == "http://shili.gov.cn/y"


def test_a_redirect_since_then_is_no_way() -> None:
    ways = Ways()
    ways.answered("https://www.elsewhere.gov.cn/x/1.html", (TOLD,))
    assert ways.of(TOLD) == TOLD


@pytest.mark.parametrize("error", ["ResponseDataLossError", "IgnoreRequest", "NoneType", "DownloadCancelledError"])
def test_other_errors_are_none_of_the_address(error: str) -> None:
    assert error not in UNREACHED
    assert Ways().onward(TOLD, error, ()) is None


def test_a_host_that_answered_is_there() -> None:
    ways = Ways()
    ways.answered(TOLD)
    assert ways.onward("http://www.shili.gov.cn/y", "DownloadTimeoutError", ()) is None


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    hosts = frozenset({"www.shili.gov.cn", "shili.gov.cn"})
    portal = Portal(code="990101", name="示例县", home="http://www.shili.gov.cn/", hosts=hosts)
    with Session(DataDir.open(tmp_path), [portal], delay=0.0) as opened:
        for number in (1, 2):
            target = Target(url=f"http://www.shili.gov.cn/x/{number}.html", role=Role.REPORT, portal="990101")
            opened.frontier.offer([target])
        yield opened


def desk(session: Session) -> tuple[Scheduler, PortalSpider]:
    """Return scheduler and spider of a run without an engine."""
    spider = PortalSpider(session)
    crawler: Any = SimpleNamespace(engine=SimpleNamespace(_slot=None))
    scheduler = Scheduler(crawler)
    crawler.engine.scheduler = scheduler
    spider.crawler = crawler
    scheduler.open(spider)
    return scheduler, spider


def fail(spider: PortalSpider, request: Any, error: Exception) -> None:
    failure = Failure(error)
    failure.request = request  # type: ignore[attr-defined]
    spider.failed(failure)


async def test_a_root_goes_on_under_each_name_and_is_settled_once(session: Session) -> None:
    scheduler, spider = desk(session)
    asked = []
    while (request := scheduler.next_request()) is not None and request.meta["target"].url == TOLD:
        asked.append(request.url)
        fail(spider, request, CannotResolveHostError("no such host"))
        if len(asked) > 9:
            break
    assert asked == [TOLD, *alternatives(TOLD)]
    row = session.db.execute("SELECT state,tries,note FROM targets WHERE url=?", (TOLD,)).fetchone()
    assert tuple(row) == ("queued", 1, "the name of the host is not known")
    held = session.db.execute("SELECT host,strikes FROM hosts").fetchall()
    assert [tuple(row) for row in held] == [("www.shili.gov.cn", 1)]


async def test_later_addresses_go_where_the_host_was_found(session: Session) -> None:
    scheduler, _ = desk(session)
    session.ways.answered("https://shili.gov.cn/", ("http://www.shili.gov.cn/",))
    request = scheduler.next_request()
    assert request is not None
    assert (request.url, request.meta["target"].url) == ("https://shili.gov.cn/x/1.html", TOLD)
    assert request.meta["download_slot"] == request.meta["cookiejar"] == "shili.gov.cn"
    assert scheduler.next_request() is None  # one at a time, under either name
    assert not session.frontier.claim("http://shili.gov.cn/z", request.meta["root"] + 1)
