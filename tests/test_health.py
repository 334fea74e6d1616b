"""What the crawler tells of itself: verdicts over time, what needs a person first, webhook, metrics."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive import captures, checks
from archive.checks import Broken
from archive.cli import fazhi
from archive.datadir import DataDir
from archive.warc_scan import Finding
from crawler import tables, verdicts
from crawler.verdicts import Past, Row

from .loopback import COLUMN, Answer, Loopback, Page, article, crawl, entry, listing, portal, report
from .loopback import rows as query

NEWS = "/xwzx/"
YEARS = (2019, 2020, 2021)
ENTRIES = [entry(year) for year in YEARS]
STUB = "<html><head><title>法治政府建设年度报告</title></head><body><div id='app'></div></body></html>"
MEETINGS = [(f"/xw/{n}.html", f"示例县第{n}次常务会议", "2022-01-01") for n in (1, 2, 3)]
MOVED = "/fzzf/ndbg/"
HOME = "<html><body><h1>示例县人民政府</h1><a href='{0}'>法治政府建设年度报告</a></body></html>"
GONE = Answer("<p>您访问的页面不存在</p>".encode(), "text/html; charset=utf-8", 404)
BUSY = Answer(b"busy", "text/plain", 500)
Pages = dict[str, Page | str]

# What a portal shows at first and, a day later, in place of that; the verdict of the second crawl and its remark.
REDESIGNS: dict[str, tuple[Pages, Pages, str, str]] = {
    "same": (portal(*YEARS), {}, "unchanged", ""),
    "stub": (
        portal(*YEARS), {COLUMN: STUB}, "changed-layout",
        "3 reports known, none named by 0 list pages; {base}/zwgk/fzzfjsndbg/: no page: a stub of 104 bytes;"
        " 1 failed: no page: a stub of 104 bytes",
    ),
    "empty": (
        portal(*YEARS), {COLUMN: listing([])}, "changed-layout",
        "3 reports known, none named by 1 list page; {base}/zwgk/fzzfjsndbg/: names none",
    ),
    "other_entries": (
        portal(*YEARS), {COLUMN: listing(MEETINGS)},
        "changed-layout", "3 reports known, none named by 1 list page; {base}/zwgk/fzzfjsndbg/: names none",
    ),
    "list_gone": (
        portal(*YEARS), {COLUMN: GONE}, "changed-layout",
        "3 reports known, none named by 0 list pages; {base}/zwgk/fzzfjsndbg/: HTTP 404; 1 failed: HTTP 404",
    ),
    "server_broken": (portal(*YEARS), {COLUMN: BUSY}, "unreachable", "HTTP 500"),
    "list_moved": (
        portal(*YEARS) | {"/": HOME.format(COLUMN)},
        {"/": HOME.format(MOVED), COLUMN: GONE, MOVED: listing([entry(year, article(year)) for year in YEARS])},
        "unchanged", "",
    ),
    "texts_moved": (
        portal(*YEARS) | {"/": HOME.format(COLUMN)},
        {"/": HOME.format(MOVED), COLUMN: GONE, MOVED: listing([entry(year, f"{year}.html") for year in YEARS])}
        | {f"{MOVED}{year}.html": report(year) for year in YEARS},
        "unchanged", "",
    ),
    "one_new": (portal(*YEARS), {COLUMN: listing([entry(2022)]), article(2022): report(2022)}, "ok", ""),
    "never_any": (
        {COLUMN: listing([])}, {COLUMN: listing(MEETINGS)}, "silent",
        "no report on 1 list page; due by law: 2015 to 2026",
    ),
}  # fmt: skip


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    conn = captures.connect(tmp_path / "crawl.db")
    tables.create(conn)
    yield conn
    conn.close()


def ran(file: Path, day: str, *rows: Row, state: str = "finished") -> None:
    """Let a crawl have taken place on a day, with its verdicts."""
    crawl = f"{day.replace('-', '')}T080000Z-0000"
    with sqlite3.connect(file) as conn:
        conn.execute(
            "INSERT INTO crawls(id,started,ended,state) VALUES(?,?,?,?)", (crawl, f"{day}T08:00:00+00:00", None, state)
        )
    conn.close()
    verdicts.store(file, crawl, list(rows))


def line(code: str, verdict: str, pages: int = 5, reports: int = 0, remark: str = "") -> Row:
    return Row(code, f"{code}门户", verdict, pages, reports, 0, remark)


def test_the_history_of_portals_is_told_newest_first(db: sqlite3.Connection, tmp_path: Path) -> None:
    file = tmp_path / "crawl.db"
    ran(file, "2027-03-01", line("990101", "ok", 9, 4), line("990102", "blocked", 1, 0, "HTTP 403"))
    ran(file, "2027-03-02", line("990101", "unchanged"), line("-", "ok"))
    first, second = datetime(2027, 3, 1, 8, tzinfo=UTC), datetime(2027, 3, 2, 8, tzinfo=UTC)
    assert verdicts.history(db) == [
        Past("990101", second, "unchanged", 5, 0),
        Past("990101", first, "ok", 9, 4),
        Past("990102", first, "blocked", 1, 0, "HTTP 403"),
    ]
    assert verdicts.history(db, "990101", most=1) == [Past("990101", second, "unchanged", 5, 0)]
    assert verdicts.history(db, "990103") == []


def test_a_database_no_crawl_has_seen_has_no_history(tmp_path: Path) -> None:
    conn = captures.connect(tmp_path / "crawl.db")
    assert verdicts.history(conn) == []
    conn.close()


def test_what_a_check_found_is_kept_until_a_later_one_takes_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = DataDir.open(tmp_path)
    first, second = datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 3, 2, tzinfo=UTC)
    for name in ("a.warc.gz", "b.warc.gz", "c.warc.gz.open"):
        (place.warc / name).write_bytes(b"x")
    monkeypatch.setattr(checks.clock, "now", lambda: first)
    checks.keep(place, ["a.warc.gz", "b.warc.gz"], [Finding("a.warc.gz", 7, "torn"), Finding("b.warc.gz", 9, "torn")])
    assert checks.oldest(place) is None  # one file was never checked
    monkeypatch.setattr(checks.clock, "now", lambda: second)
    checks.keep(place, ["b.warc.gz", "c.warc.gz"], [Finding("b.warc.gz", 9, "cut"), Finding("b.warc.gz", 11, "cut")])
    assert checks.broken(place) == [
        Broken("a.warc.gz", 7, "torn", first), Broken("b.warc.gz", 9, "cut", first),
        Broken("b.warc.gz", 11, "cut", second),
    ]  # fmt: skip
    assert checks.oldest(place) == first
    (place.warc / "a.warc.gz").unlink()
    checks.keep(place, ["b.warc.gz"], [])
    assert (checks.broken(place), checks.oldest(place)) == ([], second)
    (tmp_path / "verify.json").write_text('{"a.warc.gz": 7', "utf-8")
    assert checks.broken(place) == []


def test_a_check_on_the_command_line_is_kept(tmp_path: Path) -> None:
    place = DataDir.open(tmp_path)
    (place.warc / "a.warc.gz").write_bytes(b"no WARC")
    assert CliRunner().invoke(fazhi, ["verify", "--data", str(tmp_path)]).exit_code == 1
    assert [(each.file, each.offset) for each in checks.broken(place)] == [("a.warc.gz", 0)]


@pytest.mark.slow
def test_a_redesign_that_hides_the_reports_is_told_from_nothing_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAZHI_CLOCK", "2027-04-30T08:00:00Z")
    with ExitStack() as stack:
        servers = {}
        for number, (name, (before, *_)) in enumerate(REDESIGNS.items()):
            known = () if name.endswith("_moved") else (COLUMN,)
            servers[name] = stack.enter_context(Loopback(before, code=f"{420600 + number}", listings=known))
        first = crawl(tmp_path, *servers.values())
        assert first.returncode == 3, first.stderr  # one has no report
        for name, server in servers.items():
            for path, page in REDESIGNS[name][1].items():
                server.site.pages[path] = Answer(page.encode()) if isinstance(page, str) else page
        monkeypatch.setenv("FAZHI_CLOCK", "2027-05-01T08:00:00Z")
        second = crawl(tmp_path, *servers.values())
        assert second.returncode == 3, second.stderr
    said = query(
        tmp_path, "SELECT v.portal,verdict,remark FROM verdicts v JOIN crawls c ON c.id=v.crawl ORDER BY c.rowid"
    )
    told = {str(code): (verdict, remark) for code, verdict, remark in said}  # the later one of each
    found = {name: told[server.site.spec.code] for name, server in servers.items()}
    expected = {
        name: (verdict, remark.format(base=servers[name].base)) for name, (_, _, verdict, remark) in REDESIGNS.items()
    }
    assert found == expected
