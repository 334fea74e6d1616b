"""When portals fall due: the rules with moments told, and the same from the books of real runs."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import captures
from archive.errors import UsageError
from crawler import due, tables
from crawler.due import DAY, EARLY, NEVER, NEW, next_visit, visits
from crawler.targets import Portal
from crawler.verdicts import Past

from .loopback import Loopback, command, fazhi, portal, rows, write_portals

PLACE = Portal(code="990101", name="示例县", home="http://www.shili.gov.cn/")
SUMMER = datetime(2027, 6, 1, 14, tzinfo=UTC)
SPRING = datetime(2027, 3, 1, 14, tzinfo=UTC)


def own(schedule: str) -> Portal:
    return Portal(code="990101", name="示例县", home="http://www.shili.gov.cn/", schedule=schedule)


def told(started: datetime, verdict: str = "ok", remark: str = "") -> Past:
    return Past("990101", started, verdict, 9, 1, remark)


def failing(verdict: str, *days: int, since: datetime = SUMMER) -> list[Past]:
    """Return visits on some days after a moment, newest first, behind one that went well."""
    return [told(since + day * DAY, verdict) for day in reversed(days)] + [told(since - 7 * DAY)]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (SUMMER, SUMMER + 7 * DAY),
        (SPRING, SPRING + DAY),
        # China's days: 15:59 UTC on the 31st of December is a minute before the new year there.
        (datetime(2026, 12, 30, 15, 59, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)),
        (datetime(2026, 12, 30, 16, 0, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)),
        (datetime(2026, 12, 20, 14, tzinfo=UTC), datetime(2026, 12, 27, 14, tzinfo=UTC)),
        (datetime(2026, 12, 27, 14, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)),
        (datetime(2027, 4, 14, 15, 59, tzinfo=UTC), datetime(2027, 4, 15, 15, 59, tzinfo=UTC)),
        (datetime(2027, 4, 14, 16, 0, tzinfo=UTC), datetime(2027, 4, 21, 16, 0, tzinfo=UTC)),
    ],
)
def test_daily_in_the_season_and_weekly_otherwise(last: datetime, expected: datetime) -> None:
    assert next_visit(PLACE, [told(last)], last) == expected


@pytest.mark.parametrize("verdict", ["ok", "unchanged", "silent", "changed-layout"])
def test_what_answered_is_visited_as_usual(verdict: str) -> None:
    assert next_visit(PLACE, [told(SUMMER, verdict)], SUMMER) == SUMMER + 7 * DAY


@pytest.mark.parametrize("verdict", ["unreachable", "blocked", "robots"])
def test_what_fails_is_asked_ever_more_rarely_and_never_given_up(verdict: str) -> None:
    visited, pauses = [0], []
    for _ in range(8):
        at = next_visit(PLACE, failing(verdict, *visited)[:8], SUMMER + 999 * DAY)
        pauses.append((at - SUMMER).days - visited[-1])
        visited.append((at - SUMMER).days)
    assert pauses == [1, 2, 4, 8, 16, 28, 28, 28]


def test_a_success_between_ends_the_pauses() -> None:
    past = [told(SUMMER, "blocked"), told(SUMMER - DAY), *failing("blocked", -9, -8, -7, -6)]
    assert next_visit(PLACE, past, SUMMER) == SUMMER + DAY


def test_a_person_who_tries_again_five_times_is_no_worse_off() -> None:
    past = [told(SUMMER - n * timedelta(minutes=5), "unreachable") for n in range(5)]
    assert next_visit(PLACE, past, SUMMER) == SUMMER + DAY


def test_a_list_cut_short_is_read_again_soon_but_no_later_than_usual() -> None:
    for days, pause in (((0,), 1), ((0, 1), 2), ((0, 1, 3), 4), ((0, 1, 3, 7), 7), ((0, 1, 3, 7, 14), 7)):
        past = failing("truncated", *days)
        assert next_visit(PLACE, past, past[0].started) == past[0].started + pause * DAY
    spring = [told(SPRING + DAY, "truncated"), told(SPRING, "truncated")]
    assert next_visit(PLACE, spring, SPRING + DAY) == SPRING + 2 * DAY


@pytest.mark.parametrize(
    "remark",
    [
        "interrupted; 3 addresses wait",
        "ended by --limit 5; 3 addresses wait",
        "outside the hours of --window 22-6; 1 addresses wait",
        "the disk is nearly full",
    ],
)
def test_what_was_told_to_end_goes_on_at_once(remark: str) -> None:
    assert next_visit(PLACE, [told(SUMMER, "truncated", remark), told(SUMMER - DAY)], SUMMER) == SUMMER


def test_an_own_schedule_knows_no_season() -> None:
    told_once = {each: next_visit(own(each), [told(SPRING)], SPRING) - SPRING for each in ("daily", "weekly", "45d")}
    assert told_once == {"daily": DAY, "weekly": 7 * DAY, "45d": 45 * DAY}
    assert next_visit(own("never"), [told(SPRING)], SPRING) == NEVER
    assert next_visit(own("never"), [], SPRING) == NEVER
    rare = own("90d")
    assert next_visit(rare, [told(SPRING, "blocked")], SPRING) == SPRING + DAY  # a failure is looked into sooner
    long = failing("blocked", 0, 1, 3, 7, 15, 31, 63, since=SPRING)
    assert next_visit(rare, long, long[0].started) == long[0].started + 64 * DAY


@pytest.mark.parametrize("schedule", ["", "hourly", "0d", "7", "-1d", "1000d", "Daily", "７d"])
def test_what_is_no_schedule(schedule: str) -> None:
    with pytest.raises(UsageError, match="no schedule"):
        due.days(schedule)


def test_a_visit_in_the_future_counts_for_nothing() -> None:
    wrong = told(datetime(2099, 1, 1, tzinfo=UTC))
    assert next_visit(PLACE, [wrong], SUMMER) == NEW
    assert next_visit(PLACE, [wrong, told(SUMMER)], SUMMER) == SUMMER + 7 * DAY


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  given a zone
VERDICTS = st.sampled_from(["ok", "unchanged", "silent", "truncated", "blocked", "unreachable", "robots"])


@given(st.lists(st.tuples(MOMENTS, VERDICTS), max_size=12), MOMENTS)
def test_no_portal_is_ever_silenced_or_hammered(past: list[tuple[datetime, str]], now: datetime) -> None:
    visits = [told(moment, verdict) for moment, verdict in sorted(past, reverse=True)]
    at = next_visit(PLACE, visits, now)
    assert at == NEW or DAY <= at - max(v.started for v in visits if v.started <= now + EARLY) <= 28 * DAY
    assert at <= now + EARLY + 28 * DAY


def book(file: Path, *visits: tuple[str, datetime, str], open_since: dict[str, datetime] | None = None) -> None:
    """Write ``crawl.db`` as runs over one portal each would have left it."""
    with captures.connect(file) as db:
        captures.Captures(db)
        tables.create(db)
        for number, (code, started, verdict) in enumerate(visits):
            crawl = f"{started:%Y%m%dT%H%M%SZ}-{number:04}"
            ended = (started + timedelta(minutes=10)).isoformat()
            db.execute(
                "INSERT INTO crawls(id,started,ended,state) VALUES(?,?,?,'finished')",
                (crawl, started.isoformat(), ended),
            )
            db.execute("INSERT INTO verdicts VALUES(?,?,'示例县',?,9,1,0,'')", (crawl, code, verdict))
        for code, opened in (open_since or {}).items():
            db.execute(
                "INSERT INTO rounds(portal,round,open,opened) VALUES(?,1,1,?)", (code, f"{opened:%Y-%m-%dT%H:%M:%SZ}")
            )
    db.close()


def places(*codes: str) -> list[Portal]:
    return [Portal(code=code, name=code, home=f"http://p{code}.gov.cn/") for code in codes]


def test_new_ones_first_then_the_longest_overdue(tmp_path: Path) -> None:
    file = tmp_path / "crawl.db"
    known = places("990101", "990102", "990103", "990104", "990105")
    assert [v.at for v in visits(file, known, SUMMER)] == [NEW] * 5  # no database yet
    book(
        file,
        ("990101", SUMMER - 8 * DAY, "ok"),
        ("990102", SUMMER - 30 * DAY, "ok"),
        ("990104", SUMMER - 7 * DAY + EARLY, "ok"),  # a timer that came early
        ("990105", SUMMER - 6 * DAY, "ok"),
    )
    planned = visits(file, known, SUMMER)
    assert [portal.code for portal in due.due(planned, SUMMER)] == ["990103", "990102", "990101", "990104"]
    assert due.upcoming(planned, SUMMER) == SUMMER + DAY


def test_a_clock_that_had_jumped_ahead(tmp_path: Path) -> None:
    ahead = datetime(2041, 1, 1, tzinfo=UTC)
    history = [("990101", ahead + n * DAY, "ok") for n in range(20)]  # more than are looked at
    book(tmp_path / "crawl.db", *history, ("990101", SUMMER - DAY, "ok"))
    assert [v.at for v in visits(tmp_path / "crawl.db", places("990101"), SUMMER)] == [SUMMER + 6 * DAY]


def test_a_killed_run_goes_on_at_once_and_a_host_that_asks_to_wait_does_not(tmp_path: Path) -> None:
    past = SUMMER - 3 * DAY
    book(
        tmp_path / "crawl.db",
        ("990101", past, "ok"),
        ("990102", past, "truncated"),
        open_since={"990101": SUMMER - DAY, "990102": past + timedelta(seconds=2), "990103": SUMMER - DAY},
    )
    planned = visits(tmp_path / "crawl.db", places("990101", "990102", "990103"), SUMMER - DAY / 2)
    assert [(v.portal.code, v.at) for v in planned] == [
        ("990102", past + DAY),
        ("990101", SUMMER - DAY),
        ("990103", SUMMER - DAY),
    ]


def test_a_database_without_the_crawlers_tables(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "crawl.db").close()
    assert [v.at for v in visits(tmp_path / "crawl.db", places("990101"), SUMMER)] == [NEW]


def at(moment: str, folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Run ``fazhi crawl --due`` at a moment; return exit code and what it said."""
    done = fazhi(*command(folder, *arguments)[1:], "--due", FAZHI_CLOCK=moment)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
def test_crawl_due_does_what_is_due_and_stops(tmp_path: Path) -> None:
    with Loopback(portal(2019, 2020), code="990101") as first, Loopback(portal(2020), code="990102") as second:
        write_portals(tmp_path / "portals.toml", first, second)
        code, out, _ = at("2027-06-01T14:00:00Z", tmp_path, "--most", "1")
        assert (code, len(first.log) > 0, second.log) == (0, True, [])
        code, out, _ = at("2027-06-01T14:10:00Z", tmp_path)
        assert (code, "990101" in out, len(second.log) > 0) == (0, False, True)
        asked = len(first.log), len(second.log)
        assert at("2027-06-08T10:59:00Z", tmp_path) == (0, "nothing is due before 2027-06-08 14:00 UTC\n", "")
        assert at("2027-06-08T12:00:00Z", tmp_path, "--window", "22-6")[:2] == (
            0, "outside the hours of --window 22-6: nothing is asked\n",
        )  # fmt: skip
        assert (len(first.log), len(second.log)) == asked
        code, out, _ = at("2027-07-20T14:00:00Z", tmp_path)  # asleep for six weeks: each once
        assert (code, out.count("unchanged")) == (0, 2)
        assert at("2027-07-20T15:00:00Z", tmp_path)[1] == "nothing is due before 2027-07-27 14:00 UTC\n"


def test_a_run_that_ended_early_goes_on_at_once(tmp_path: Path) -> None:
    with Loopback(portal(2018, 2019, 2020), code="990101") as server:
        write_portals(tmp_path / "portals.toml", server)
        assert at("2027-06-01T14:00:00Z", tmp_path, "--limit", "2")[0] == 3
        assert rows(tmp_path, "SELECT verdict FROM verdicts") == [("truncated",)]
        code, out, _ = at("2027-06-01T14:01:00Z", tmp_path)
        assert (code, "ok" in out) == (0, True)
        assert sorted(path for path in set(server.paths) if server.paths.count(path) > 2) == []


def test_a_place_that_is_never_due_is_crawled_when_named(tmp_path: Path) -> None:
    with Loopback(portal(2020), code="990101") as server:
        write_portals(tmp_path / "portals.toml", server)
        file = tmp_path / "portals.toml"
        file.write_text(file.read_text("utf-8") + 'schedule = "never"\n', encoding="utf-8")
        assert at("2027-03-01T14:00:00Z", tmp_path) == (0, "nothing is ever due\n", "")
        assert server.log == []
        assert fazhi(*command(tmp_path, "990101")[1:]).returncode == 0
