"""The frontier: what is handed out when, what a kill leaves behind, rounds, holds, quotas."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from archive import captures
from archive.model import Role
from crawler.frontier import PATIENCE, Frontier
from crawler.manners import HOLD_CAP, HORIZON, Limits, Result
from crawler.targets import Pager, Portal, Target

A, B = "http://a.gov.cn/", "http://b.gov.cn/"
PORTALS = [
    Portal(code="990101", name="甲县", home=A, hosts=frozenset({"a.gov.cn"})),
    Portal(code="990202", name="乙县", home=B, hosts=frozenset({"b.gov.cn"})),
]
LIST = Target(url=A + "list/", role=Role.LISTING, portal="990101", prio=100, listing=A + "list/")
ENTRY = Target(url=A + "list/1.html", role=Role.REPORT, portal="990101", title="一份报告", parent=A + "list/", depth=1)


class Clock:
    """Time that only moves when told."""

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


def reopen(db: sqlite3.Connection, clock: Clock, **options: object) -> Frontier:
    """Open the frontier as a new process would some time later: nothing but the database is left."""
    db.execute("DROP TABLE IF EXISTS temp.run")
    return Frontier(db, PORTALS, now=clock, **{"delay": 0.0, **options})  # type: ignore[arg-type]


def states(db: sqlite3.Connection) -> dict[str, str]:
    return {row["url"]: row["state"] for row in db.execute("SELECT url,state FROM targets ORDER BY url")}


def taken(frontier: Frontier) -> Target:
    target = frontier.next()
    assert target is not None
    return target


BLOCKED_FOR_HOURS = Result(state="again", hold=6 * 3600.0, blocked="status 521")
DONE = Result(state="done")


def test_a_target_comes_back_as_it_was_offered(db: sqlite3.Connection, clock: Clock) -> None:
    frontier = reopen(db, clock)
    pager = Pager(declared=True, total=9, form="x{p}", rest=("y", "z"))
    offered = replace(LIST, title="栏目", parent=A, depth=3, page=2, pager=pager, guessed=True)
    assert frontier.offer([offered, offered, ENTRY]) == 2
    assert taken(frontier) == replace(offered, id=1)


def test_one_target_a_host_and_the_best_first(db: sqlite3.Connection, clock: Clock) -> None:
    frontier = reopen(db, clock)
    other = replace(LIST, url=B + "list/", portal="990202", prio=1)
    frontier.offer([ENTRY, LIST, other])
    first, second = taken(frontier), taken(frontier)
    assert {first.url, second.url} == {LIST.url, other.url}
    assert frontier.next() is None
    frontier.settle(first if first.url == LIST.url else second, DONE)
    assert taken(frontier).url == ENTRY.url


def test_a_kill_before_the_commit_changes_nothing(db: sqlite3.Connection, clock: Clock) -> None:
    frontier = reopen(db, clock)
    frontier.offer([LIST])
    taken(frontier)
    again = reopen(db, clock)  # killed: what was in flight is simply still queued
    target = taken(again)
    assert target.url == LIST.url
    again.settle(target, replace(DONE, links=[ENTRY]))
    assert states(db) == {LIST.url: "done", ENTRY.url: "queued"}
    assert taken(reopen(db, clock)).url == ENTRY.url


def test_a_page_on_disk_that_nobody_read_is_told(db: sqlite3.Connection, clock: Clock) -> None:
    frontier = reopen(db, clock)
    frontier.offer([LIST, ENTRY])
    for number, (fetched, role, status, url) in enumerate(
        [
            ("1970-01-01T00:00:00.000000Z", "listing", 200, LIST.url),  # of an earlier round
            ("2000-01-01T00:00:00.000000Z", "listing", 200, LIST.url),
            ("2000-01-01T00:00:01.000000Z", "other", 200, LIST.url),
            ("2000-01-01T00:00:02.000000Z", "report", 200, ENTRY.url),  # never asked for: not ours
        ]
    ):
        db.execute(
            "INSERT INTO captures(id,target,portal,role,status,digest,warc,offset,kind,depth,fetched)"
            " VALUES(?,?,'990101',?,?,'','',0,'response',1,?)",
            (str(number), url, role, status, fetched),
        )
    target = taken(frontier)
    assert reopen(db, clock).unread() == [(target, "1")]


def test_what_was_asked_without_a_result_waits_until_nothing_else_is_left(db: sqlite3.Connection, clock: Clock) -> None:
    other = replace(ENTRY, url=B + "1.html", portal="990202")
    frontier = reopen(db, clock)
    frontier.offer([LIST, ENTRY])
    assert taken(frontier).url == LIST.url
    frontier = reopen(db, clock)  # killed: it may be what killed us
    frontier.offer([other])
    for url in (ENTRY.url, other.url):
        target = taken(frontier)
        assert target.url == url
        if url == ENTRY.url:
            frontier.settle(target, DONE)
            continue
        assert frontier.next() is None
        assert frontier.wake_at() == clock.time + PATIENCE
        frontier.settle(target, DONE)
    assert taken(frontier).url == LIST.url

    frontier = reopen(db, clock)  # killed again, and now there is much else to do
    frontier.offer([replace(other, url=f"{B}{n}.html") for n in range(2, 9)])
    assert [taken(frontier).url, frontier.next()] == [B + "2.html", None]
    clock.time += PATIENCE
    assert taken(frontier).url == LIST.url  # it does not wait for ever


def test_what_is_held_for_hours_makes_no_suspect_wait(db: sqlite3.Connection, clock: Clock) -> None:
    other = replace(ENTRY, url=B + "1.html", portal="990202")
    frontier = reopen(db, clock)
    frontier.offer([LIST, other])
    frontier.settle(next(t for t in (taken(frontier), taken(frontier)) if t.url == other.url), BLOCKED_FOR_HOURS)
    frontier = reopen(db, clock)  # killed while the list was in flight; the other host refuses
    assert taken(frontier).url == LIST.url


def test_a_commit_that_fails_leaves_all_as_it_was(db: sqlite3.Connection, clock: Clock) -> None:
    frontier = reopen(db, clock)
    frontier.offer([LIST])
    target = taken(frontier)
    db.execute("CREATE TEMP TRIGGER full BEFORE INSERT ON main.hosts BEGIN SELECT RAISE(ABORT,'disk full'); END")
    with pytest.raises(sqlite3.IntegrityError, match="disk full"):
        frontier.settle(target, replace(DONE, links=[ENTRY], entries=[ENTRY.url]))
    assert states(db) == {LIST.url: "queued"}
    assert not db.in_transaction
    assert frontier.next() is None  # its host stays busy: the run ends
    db.execute("DROP TRIGGER full")
    assert taken(reopen(db, clock)).url == LIST.url


def test_a_round_asks_listings_again_and_reports_not(db: sqlite3.Connection, clock: Clock) -> None:
    gone = replace(ENTRY, url=A + "list/2.html")
    frontier = reopen(db, clock)
    frontier.offer([LIST])
    frontier.settle(taken(frontier), replace(DONE, links=[ENTRY, gone], entries=[ENTRY.url, gone.url]))
    frontier.settle(taken(frontier), DONE)
    frontier.settle(taken(frontier), Result(state="failed", note="HTTP 404"))
    frontier.close_rounds()

    frontier = reopen(db, clock)
    assert frontier.rounds["990101"] == 2
    frontier.offer([LIST])
    target = taken(frontier)
    assert (target.url, frontier.seen(replace(target, page=2))) == (LIST.url, frozenset())
    frontier.settle(target, replace(DONE, links=[ENTRY, gone]))
    assert taken(frontier).url == gone.url  # what failed is tried once more each round
    assert states(db)[ENTRY.url] == "done"


def test_an_interrupted_round_goes_on(db: sqlite3.Connection, clock: Clock) -> None:
    frontier = reopen(db, clock)
    frontier.offer([LIST])
    frontier.settle(taken(frontier), replace(DONE, links=[ENTRY], entries=[ENTRY.url]))
    frontier.close_rounds()  # an entry is left: the round stays open
    frontier = reopen(db, clock)
    frontier.offer([LIST])
    assert frontier.rounds["990101"] == 1
    assert taken(frontier).url == ENTRY.url
    assert frontier.seen(replace(LIST, page=2)) == {ENTRY.url}


def test_captured_pages_are_known_where_the_database_was_made_again(db: sqlite3.Connection, clock: Clock) -> None:
    db.execute(
        "INSERT INTO captures(id,target,portal,role,status,digest,warc,offset,kind,depth)"
        " VALUES('1',?,'990101','report',200,'','',0,'response',1)",
        (ENTRY.url,),
    )
    frontier = reopen(db, clock)
    assert frontier.offer([LIST, ENTRY]) == 1
    assert states(db) == {LIST.url: "queued", ENTRY.url: "done"}
    assert frontier.offer([ENTRY], force=True) == 1  # the user asked for it


def test_the_end_of_a_redirect_is_not_fetched_again(db: sqlite3.Connection, clock: Clock) -> None:
    frontier = reopen(db, clock)
    moved, far = A + "new/1.html", B + "1.html"
    frontier.offer([ENTRY, replace(ENTRY, url=moved, prio=-1)])
    frontier.settle(taken(frontier), replace(DONE, also=moved))
    assert states(db) == {ENTRY.url: "done", moved: "done"}
    assert frontier.next() is None
    assert frontier.redirect_known(moved, "990101")
    assert not frontier.redirect_known(far, "990101")


def test_a_redirect_waits_for_its_host(db: sqlite3.Connection, clock: Clock) -> None:
    frontier = reopen(db, clock, delay=2.0)
    frontier.offer([ENTRY, replace(LIST, url=B, portal="990202")])
    roots = {target.url: target for target in (taken(frontier), taken(frontier))}
    root = roots[ENTRY.url]
    assert root.id is not None
    frontier.leave(ENTRY.url, root.id)
    assert frontier.next() is None  # the root is in flight, though no host is busy with it
    assert not frontier.claim(B + "1.html", root.id)  # the other root is there
    frontier.hosts.answered_at("b.gov.cn")
    frontier.settle(roots[B], DONE)
    assert not frontier.claim(B + "1.html", root.id)  # free, but its pause is not over
    clock.time += 2.0
    assert frontier.claim(B + "1.html", root.id)
    frontier.offer([replace(ENTRY, url=A + "2.html")])
    assert taken(frontier).url == A + "2.html"  # the host it left is free
    frontier.settle(root, replace(DONE, host="b.gov.cn"))
    assert frontier.pending()


def test_hosts_are_paced_held_and_the_hold_survives(db: sqlite3.Connection, clock: Clock) -> None:
    frontier = reopen(db, clock, delay=2.0)
    frontier.offer([LIST, ENTRY])
    target = taken(frontier)
    frontier.hosts.answered_at("a.gov.cn")
    frontier.settle(target, replace(DONE))
    assert (frontier.next(), frontier.wake_at()) == (None, clock.time + 2.0)
    clock.time += 2.0
    target = taken(frontier)
    frontier.hosts.set_crawl_delay("a.gov.cn", 7.0)
    frontier.settle(target, Result(state="again", hold=60.0, strike=True))
    assert frontier.hosts.strikes("a.gov.cn") == 1
    frontier = reopen(db, clock, delay=2.0)
    assert (frontier.next(), frontier.wake_at(), frontier.pending()) == (None, clock.time + 60.0, True)
    assert (frontier.hosts.strikes("a.gov.cn"), frontier.hosts.pause("a.gov.cn")) == (1, 7.0)
    clock.time += 60.0
    frontier.settle(taken(frontier), DONE)
    assert frontier.hosts.strikes("a.gov.cn") == 0


def test_tries_are_counted_and_end(db: sqlite3.Connection, clock: Clock) -> None:
    frontier = reopen(db, clock, limits=Limits(tries=3))
    frontier.offer([ENTRY])
    left = []
    while (target := frontier.next()) is not None:
        left.append(frontier.exhausted(target))
        frontier.settle(target, Result(state="again", note="HTTP 500", hold=1.0))
        clock.time += 1.0
    assert left == [False, False, True]
    assert states(db) == {ENTRY.url: "failed"}
    assert not frontier.pending()


def test_a_run_does_not_wait_for_ever(db: sqlite3.Connection, clock: Clock) -> None:
    frontier = reopen(db, clock)
    frontier.offer([LIST, ENTRY])
    frontier.settle(taken(frontier), Result(state="again", hold=HORIZON + 1, blocked="status 521"))
    assert not frontier.pending()
    frontier.close_rounds()
    assert db.execute("SELECT open FROM rounds WHERE portal='990101'").fetchone()["open"] == 1
    db.execute("UPDATE hosts SET hold_until=?", (clock.time + 2 * HOLD_CAP,))
    assert taken(reopen(db, clock)).url == ENTRY.url  # a hold that far ahead is a clock that jumped


def test_limits(db: sqlite3.Connection, clock: Clock) -> None:
    frontier = reopen(db, clock, limits=Limits(host_pages=2, discovery=2, depth=3), limit=10)
    many = [replace(ENTRY, url=f"{A}{n}.html") for n in range(5)]
    guesses = [replace(LIST, url=f"{B}{n}/", portal="990202", guessed=True) for n in range(5)]
    assert frontier.offer(many) == 5
    assert frontier.offer(guesses) == 5
    assert frontier.offer([replace(ENTRY, url=A + "deep.html", depth=4)]) == 0
    for _ in range(4):
        frontier.settle(taken(frontier), DONE)
    assert (frontier.next(), frontier.pending(), frontier.queued()) == (None, False, 6)
    frontier = reopen(db, clock, limit=2)
    frontier.settle(taken(frontier), DONE)
    taken(frontier)
    assert frontier.next() is None  # the one in flight counts
    assert frontier.pages == 1


def test_only_the_portals_of_the_run(db: sqlite3.Connection, clock: Clock) -> None:
    both = reopen(db, clock)
    both.offer([LIST, replace(LIST, url=B, portal="990202")])
    db.execute("DROP TABLE temp.run")
    frontier = Frontier(db, PORTALS[1:], delay=0.0, now=clock)
    assert (taken(frontier).url, frontier.next(), frontier.queued()) == (B, None, 1)


class Kills(RuleBasedStateMachine):
    """Whatever is settled in whatever order, with kills anywhere: nothing is lost, nothing is done twice."""

    flying: Bundle[Target] = Bundle("flying")

    @initialize()
    def begin(self) -> None:
        self.db = captures.connect(Path(":memory:"))
        captures.Captures(self.db)
        self.clock = Clock()
        self.generation = 0
        self.settled: dict[str, str] = {}
        self.committed: set[str] = set()
        self.frontier = reopen(self.db, self.clock)
        self.offer(0)

    def offer(self, number: int) -> list[Target]:
        """Each address leads to two more, so the whole is a tree of known size."""
        links = [n for n in (2 * number + 1, 2 * number + 2) if n < 30] if number or self.committed else [0]
        targets = [
            replace(ENTRY, url=f"{(A, B)[n % 2]}{n}.html", portal=("990101", "990202")[n % 2], title=str(n))
            for n in links
        ]
        if not self.committed and not number:
            self.frontier.offer(targets)
            self.committed |= {t.url for t in targets}
        return targets

    @rule(target=flying)
    def take(self) -> Target | None:  # type: ignore[return]
        target = self.frontier.next()
        if target is None:
            return replace(ENTRY, id=None, depth=-1)
        assert target.url not in self.settled
        return replace(target, depth=self.generation)

    @rule(flown=consumes(flying), state=st.sampled_from(["done", "failed", "refused", "again"]))
    def settle(self, flown: Target, state: str) -> None:
        if flown.id is None or flown.depth != self.generation:
            return  # nothing was taken, or it was in flight when the process was killed
        links = self.offer(int(flown.title or 0)) if state == "done" else []
        hold = 5.0 if state == "again" else 0.0
        last = self.frontier.exhausted(flown)
        self.frontier.settle(flown, Result(state=state, links=links, hold=hold))
        self.committed |= {link.url for link in links}
        if state != "again" or last:
            self.settled[flown.url] = "failed" if state == "again" else state

    @rule()
    def kill(self) -> None:
        self.generation += 1
        self.frontier = reopen(self.db, self.clock)

    @rule(seconds=st.sampled_from([1.0, 5.0]))
    def wait(self, seconds: float) -> None:
        self.clock.time += seconds

    @invariant()
    def nothing_is_lost_or_done_twice(self) -> None:
        wanted = {url: self.settled.get(url, "queued") for url in self.committed}
        assert states(self.db) == wanted

    @invariant()
    def a_host_is_busy_with_one_root(self) -> None:
        assert len(self.frontier._busy) <= 2
        if "queued" in states(self.db).values():
            assert self.frontier.pending()

    def teardown(self) -> None:
        self.db.close()


TestKills = Kills.TestCase
TestKills.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)


def test_the_entries_of_an_older_file_are_kept_and_pass_the_check_of_pages(
    db: sqlite3.Connection, clock: Clock
) -> None:
    db.execute(
        "CREATE TABLE entries(portal TEXT NOT NULL, listing TEXT NOT NULL, round INTEGER NOT NULL,"
        " page INTEGER NOT NULL, url TEXT NOT NULL, PRIMARY KEY (portal, listing, round, url)) WITHOUT ROWID"
    )
    db.execute("INSERT INTO entries VALUES('990303','list',1,2,'url')")
    for _ in range(2):
        reopen(db, clock)
        found = [tuple(row) for row in db.execute("SELECT portal,listing,round,page,url FROM entries")]
        assert found == [("990303", "list", 1, 2, "url")]
        assert [tuple(row) for row in db.execute("PRAGMA integrity_check")] == [("ok",)]
