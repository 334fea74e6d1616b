"""Rules without a network: pauses, Retry-After, refusals, verdicts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import guard, manners
from crawler.manners import BACKOFF_CAP, GIVE_UP, HOLD_CAP, HORIZON, LATER
from crawler.targets import Page
from crawler.verdicts import Facts, judge

URL = "http://www.shili.gov.cn/"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        (" 120 ", 120.0),
        ("1.5", None),
        ("0", 0.0),
        ("-1", 0.0),
        ("31536000", HOLD_CAP),
        ("Thu, 18 Mar 2021 00:01:00 GMT", 60.0),
        ("Thu, 18 Mar 2021 08:01:00 +0800", 60.0),
        ("Wed, 17 Mar 2021 00:00:00 GMT", 0.0),
        ("Sat, 18 Mar 2051 00:00:00 GMT", HOLD_CAP),
        ("Thu, 99 Mar 2021 00:00:00 GMT", None),
        ("明天", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert manners.retry_after(value, 1616025600.0) == seconds


@given(st.text(max_size=40))
def test_retry_after_never_raises(value: str) -> None:
    seconds = manners.retry_after(value, 1616025600.0)
    assert seconds is None or 0 <= seconds <= HOLD_CAP


@given(st.integers(0, 10_000), st.floats(0, 60))
def test_pauses_grow_to_a_cap_and_then_the_host_is_left_alone(strikes: int, delay: float) -> None:
    pause, longer = manners.backoff(strikes, delay), manners.backoff(strikes + 1, delay)
    assert 0 < pause <= longer
    if strikes < GIVE_UP:
        assert pause <= BACKOFF_CAP <= HORIZON
    else:
        assert pause == LATER > HORIZON


def test_a_server_that_asks_to_wait_is_heard_and_a_refusal_lasts() -> None:
    assert manners.overloaded(503, 6.0, 0, 2.0).hold == 6.0
    assert manners.overloaded(503, 0.0, 0, 2.0).hold == 2.0  # never below the own delay
    assert manners.overloaded(429, None, 1, 2.0).hold == 10.0
    assert [manners.refusal("x", n).hold / 3600 for n in range(4)] == [6, 12, 24, 24]
    assert manners.refusal("x", 0).hold > HORIZON


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        ("<p>x</p>", 403, True),
        ("", 412, True),
        ("", 468, True),
        ("", 521, True),
        ("<p>404</p>", 404, False),
        ("", 500, False),
        ("", 429, False),
        ("", 202, True),
        ("<p> </p>", 202, True),
        ("<script>$_ts=window['$_ts'];</script>", 200, True),
        ("<script>eval(atob('x'))</script>", 200, True),
        ("<noscript>x</noscript><script>go()</script>", 200, True),
        ("<html><body>您的访问过于频繁，请稍后再试</body></html>", 200, True),
        ("<html><body>请完成安全验证</body></html>", 200, True),
        ("<script>track('__jsluid')</script><p>" + "法治政府建设稳步推进。" * 70 + "</p>", 200, False),
        ("<p>请完成安全验证</p>" + "<a href='/x'>栏目</a>" * 9, 200, False),
        ("<meta http-equiv='refresh' content='0;url=/x'><script>1</script>", 200, False),
        ("<p>短</p>", 200, False),
        ("", 200, False),
    ],
)
def test_refusals(body: str, status: int, named: bool) -> None:
    found = guard.look(Page(URL, body.encode(), "text/html", status))
    assert (found is not None and found.kind in ("refusal", "denied")) is named


@pytest.mark.parametrize(
    ("content", "url"),
    [
        ("0;url=/new/", URL + "new/"),
        ("0; URL='http://www.shili.gov.cn/new/'", URL + "new/"),
        ("5,url=new.html", URL + "new.html"),
        ("600;url=/", None),
        ("0;url=/", None),  # itself
        ("3", None),
        ("0;url=javascript:;", None),
    ],
)
def test_a_page_that_sends_on(content: str, url: str | None) -> None:
    page = Page(URL, f'<html><meta http-equiv="Refresh" content="{content}"><p>x</p></html>'.encode())
    assert guard.refresh(page) == url


def facts(**more: object) -> Facts:
    plain: dict[str, object] = {"listings": 1, "waiting": 0, "refused": 0, "failed": 0, "new": 0, "ever": 0}
    return Facts(**(plain | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "verdict", "remark"),
    [
        (facts(new=2, ever=5), "ok", ""),
        (facts(ever=5), "unchanged", ""),
        (facts(), "silent", "no report on 1 list page"),
        (facts(new=2, ever=2, failed=1, note="HTTP 404"), "ok", "1 failed: HTTP 404"),
        (facts(new=2, ever=2, refused=3), "ok", "3 forbidden by robots.txt"),
        (facts(listings=0, refused=1), "robots", "1 forbidden by robots.txt"),
        (facts(listings=0, failed=1, note="HTTP 404"), "unreachable", "HTTP 404"),
        (facts(listings=0, failed=1, ever=5, note="HTTP 404"), "unreachable", "HTTP 404"),
        (facts(listings=0, waiting=1, note="DownloadTimeoutError"), "unreachable", "DownloadTimeoutError"),
        (facts(listings=0, waiting=1, stopped="interrupted"), "truncated", "interrupted; 1 addresses wait"),
        (facts(new=1, ever=1, waiting=4, stopped="by --limit"), "truncated", "by --limit; 4 addresses wait"),
        (facts(new=1, ever=1, truncated=("page 2 could not be had",)), "truncated", "page 2 could not be had"),
        (facts(new=1, ever=1, truncated=("a", "b", "c")), "truncated", "a (and 2 more)"),
        (facts(new=1, ever=1, blocked="a.gov.cn: status 521", truncated=("a",)), "blocked", "a.gov.cn: status 521"),
    ],
)  # fmt: skip
def test_verdicts(found: Facts, verdict: str, remark: str) -> None:
    assert judge(found) == (verdict, remark)
