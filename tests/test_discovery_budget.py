"""What the frontier sets aside: guesses that are not worth a request any more, and doubles; and its paces."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive import captures
from archive.model import Role
from crawler.frontier import Frontier
from crawler.manners import Limits, Result, Window
from crawler.targets import Portal, Target
from crawler.walk import LAST_RESORT

A = "http://www.a.gov.cn/"
CODES = ("990101", "990102", "990203")
PORTALS = [Portal(code=code, name=code, home=f"http://h{code}.gov.cn/") for code in CODES]
GUESS = Target(url=A, role=Role.LISTING, portal="990101", prio=20, guessed=True)
REPORT = Target(url=A + "zwgk/fzzf/202303/t20230309_12.html", role=Role.REPORT, portal="990101", prio=80)
DONE, FAILED = Result(state="done"), Result(state="failed", note="HTTP 404")


class Clock:
    def __init__(self) -> None:
        self.time = 1_000_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = captures.connect(tmp_path / "crawl.db")
    captures.Captures(connection)
    yield connection
    connection.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(db: sqlite3.Connection, clock: Clock, **options: object) -> Frontier:
    db.execute("DROP TABLE IF EXISTS temp.run")
    return Frontier(db, PORTALS, now=clock, **{"delay": 0.0, **options})  # type: ignore[arg-type]  # any option


def states(db: sqlite3.Connection) -> Counter[str]:
    return Counter(row["state"] for row in db.execute("SELECT state FROM targets"))


def guesses(count: int, **more: object) -> list[Target]:
    return [replace(GUESS, url=f"{A}{number}/", **more) for number in range(count)]  # type: ignore[arg-type]  # any field


def run(frontier: Frontier, results: dict[str, Result] | None = None) -> list[str]:
    """Settle whatever is handed out; return the addresses in that order."""
    asked = []
    while (target := frontier.next()) is not None:
        asked.append(target.url)
        frontier.settle(target, (results or {}).get(target.url, DONE))
    assert not frontier.pending()
    return asked


def test_a_portal_without_reports_gets_the_whole_budget_and_no_more(db: sqlite3.Connection, clock: Clock) -> None:
    frontier = opened(db, clock, limits=Limits(discovery=5, patience=2))
    frontier.offer(guesses(9))
    assert run(frontier) == [f"{A}{number}/" for number in range(5)]
    assert states(db) == {"done": 5, "skipped": 4}


def test_a_run_that_died_does_not_get_a_second_budget(db: sqlite3.Connection, clock: Clock) -> None:
    limits = Limits(discovery=3)
    frontier = opened(db, clock, limits=limits)
    frontier.offer(guesses(9))
    for _ in range(2):
        target = frontier.next()
        assert target is not None
        frontier.settle(target, DONE)
    assert run(opened(db, clock, limits=limits)) == [f"{A}2/"]


def test_once_reports_are_known_patience_ends_the_search(db: sqlite3.Connection, clock: Clock) -> None:
    frontier = opened(db, clock, limits=Limits(patience=2))
    frontier.offer(guesses(9))
    listing = replace(GUESS, url=A + "fzzf/", guessed=False, prio=70)
    found = {f"{A}1/": Result(state="done", links=[REPORT]), f"{A}3/": Result(state="done", links=[listing])}
    # 0 brings nothing, 1 a report, 2 nothing, 3 a sure listing; 4 and 5 are the two that patience allows.
    asked = [url.removeprefix(A) for url in run(frontier, found)]
    assert asked == ["0/", "1/", REPORT.url.removeprefix(A), "2/", "3/", "fzzf/", "4/", "5/"]
    assert states(db) == {"done": 8, "skipped": 3}


def test_a_last_resort_is_asked_only_where_nothing_was_found(db: sqlite3.Connection, clock: Clock) -> None:
    resort = replace(GUESS, url=A + "sitemap.xml", prio=LAST_RESORT)
    frontier = opened(db, clock)
    frontier.offer([resort, GUESS])
    assert run(frontier) == [A, resort.url]
    other = replace(resort, portal="990102", url="http://b.gov.cn/sitemap.xml")
    frontier.offer([other, replace(REPORT, portal="990102", url="http://b.gov.cn/t20230309_1.html")])
    assert run(frontier) == ["http://b.gov.cn/t20230309_1.html"]
    assert states(db)["skipped"] == 1


def test_articles_that_were_only_guessed_are_no_reports_yet(db: sqlite3.Connection, clock: Clock) -> None:
    loose = [replace(REPORT, url=f"{A}fzzf/{number}.html", prio=LAST_RESORT, guessed=True) for number in range(3)]
    frontier = opened(db, clock)
    frontier.offer([*loose, GUESS])
    assert run(frontier) == [A, *(each.url for each in loose)]
    known = [replace(each, portal="990102", url=each.url.replace("www.a", "b")) for each in loose]
    frontier.offer([*known, replace(REPORT, portal="990102", url="http://b.gov.cn/t20230309_1.html")])
    assert run(frontier) == ["http://b.gov.cn/t20230309_1.html"]


def test_a_guess_that_a_page_names_is_one_no_more(db: sqlite3.Connection, clock: Clock) -> None:
    loose = replace(REPORT, prio=LAST_RESORT, guessed=True, title=None)
    named = replace(REPORT, title="某县2022年法治政府建设情况报告")
    frontier = opened(db, clock, limits=Limits(discovery=0))
    frontier.offer([loose])
    frontier.offer([named])
    target = frontier.next()
    assert target is not None
    assert replace(target, id=None) == named
    frontier.settle(target, DONE)
    frontier.offer([GUESS, replace(loose, url=loose.url + "?x")])
    assert run(frontier) == []  # set aside
    frontier.offer([replace(GUESS, guessed=False)])
    assert run(frontier) == [GUESS.url]


def test_skipped_guesses_are_asked_in_a_later_round(db: sqlite3.Connection, clock: Clock) -> None:
    limits = Limits(discovery=1)
    frontier = opened(db, clock, limits=limits)
    frontier.offer(guesses(2))
    run(frontier)
    frontier.close_rounds()
    later = opened(db, clock, limits=limits)
    later.offer(guesses(2)[1:])
    assert run(later) == [f"{A}1/"]


def test_an_article_in_two_columns_is_fetched_once(db: sqlite3.Connection, clock: Clock) -> None:
    double = replace(REPORT, url=A + "sfj/202303/t20230309_12.html")
    frontier = opened(db, clock)
    assert frontier.offer([REPORT, double]) == 1
    assert run(frontier) == [REPORT.url]
    assert states(db) == {"done": 1, "double": 1}
    note = db.execute("SELECT note FROM targets WHERE state='double'").fetchone()["note"]
    assert note == f"the same page as {REPORT.url}"


def test_where_a_page_only_sends_on_to_its_double_it_is_asked(db: sqlite3.Connection, clock: Clock) -> None:
    index = replace(GUESS, url=A + "index.html")
    frontier = opened(db, clock)
    frontier.offer([GUESS])
    assert run(frontier, {A: Result(state="done", links=(index,))}) == [A]  # a link on the page, and no more
    frontier = opened(db, clock)
    other = replace(GUESS, portal="990102")
    frontier.offer([other])
    to, back = replace(index, portal="990102"), Result(state="done", links=(other,), sent=True)
    assert run(frontier, {A: Result(state="done", links=(to,), sent=True), to.url: back}) == [A, to.url]
    sent = Result(state="done", links=(replace(index, portal="990203"),), sent=True)
    frontier.offer([replace(GUESS, portal="990203"), replace(index, portal="990203")])  # known as a double before
    assert run(frontier, {A: sent}) == [A, index.url]


def test_a_double_is_asked_when_the_first_address_fails(db: sqlite3.Connection, clock: Clock) -> None:
    double = replace(REPORT, url=A + "sfj/202303/t20230309_12.html")
    frontier = opened(db, clock)
    frontier.offer([REPORT, double])
    assert run(frontier, {REPORT.url: FAILED}) == [REPORT.url, double.url]
    assert states(db) == {"failed": 1, "done": 1}


def test_the_same_number_under_another_title_is_another_article(db: sqlite3.Connection, clock: Clock) -> None:
    other = replace(REPORT, url=A + "sfj/202303/t20230309_12.html", title="示例县2021年法治政府建设情况报告")
    frontier = opened(db, clock)
    assert frontier.offer([replace(REPORT, title="示例县2022年法治政府建设情况报告"), other]) == 2


def test_what_is_posted_tells_one_request_from_another(db: sqlite3.Connection, clock: Clock) -> None:
    pages = [replace(GUESS, guessed=False, post=f"page={number}") for number in (1, 2, 2)]
    frontier = opened(db, clock)
    assert frontier.offer(pages) == 2
    target = frontier.next()
    assert target is not None
    assert (target.url, target.post) == (A, "page=1")


def test_the_hosts_of_a_prefecture_share_a_pace(db: sqlite3.Connection, clock: Clock) -> None:
    frontier = opened(db, clock, delay=2.0, limits=Limits(cluster=4))
    frontier.offer([Target(url=p.home, role=Role.LISTING, portal=p.code, listing=p.home) for p in PORTALS])
    begun: dict[str, float] = {}
    start = clock.time
    for _ in range(20):
        # Nothing is settled: a host that hangs must not hold up its neighbour.
        while (target := frontier.next()) is not None:
            begun[target.portal] = round(clock.time - start, 1)
        clock.time += 0.1
    assert begun == {"990101": 0.0, "990102": pytest.approx(0.5, abs=0.11), "990203": 0.0}


def test_nothing_is_handed_out_outside_the_window(db: sqlite3.Connection, clock: Clock) -> None:
    clock.time = 12 * 3600.0  # 20:00 in China
    frontier = opened(db, clock, window=Window(22, 6))
    frontier.offer([GUESS])
    assert (frontier.next(), frontier.pending()) == (None, False)
    clock.time += 2 * 3600
    assert frontier.pending()
    assert frontier.next() is not None


def test_a_file_of_before_doubles_is_brought_up_to_date(db: sqlite3.Connection, clock: Clock) -> None:
    opened(db, clock).offer([REPORT])
    db.execute("DROP INDEX targets_same")
    db.execute("ALTER TABLE targets DROP COLUMN same")
    frontier = opened(db, clock)
    assert run(frontier) == [REPORT.url]
