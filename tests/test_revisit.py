"""Later rounds: what is asked again, when, and what it costs; nothing is lost, nothing is twice."""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import sqlite3
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.datadir import DataDir
from archive.model import Role
from archive.warc_verify import verify
from crawler import copies
from crawler.session import Session
from crawler.targets import Portal, Target

from .again import MOST_BYTES, MOST_REQUESTS, twice
from .loopback import COLUMN, Answer, Ask, Loopback, article, entry, listing, portal, report, write_portals
from .zygote import Done, Zygote

ROBOTS = "/robots.txt"
DAY = "2027-06-{:02}T08:00:00Z".format  # out of season: a deep round every 28 days


@pytest.fixture(scope="module")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    with Zygote(tmp_path_factory.mktemp("zygote")) as started:
        yield started


class Place:
    """A data directory that is crawled at given moments."""

    def __init__(self, zygote: Zygote, folder: Path, *servers: Loopback) -> None:
        self.zygote, self.folder, self.servers = zygote, folder, servers
        write_portals(folder / "portals.toml", *servers)

    def crawl(self, clock: str, *arguments: str) -> list[str]:
        """Crawl to the end; return the paths asked for, robots.txt left out."""
        for server in self.servers:
            server.log.clear()
        done = self.run(clock, "crawl", "--portals", str(self.folder / "portals.toml"), "--delay", "0", *arguments)
        assert done.returncode in (0, 3), done.output
        return [path for server in self.servers for path in server.paths if path != ROBOTS]

    def run(self, clock: str, *arguments: str) -> Done:
        return self.zygote.run(*arguments, "--data", str(self.folder / "data"), FAZHI_CLOCK=clock)

    def rows(self, query: str, database: str = "archive.db") -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.folder / 'data' / database}?mode=ro", uri=True)) as db:
            return db.execute(query).fetchall()

    def statuses(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT year,status FROM reports ORDER BY year,status")

    def captures(self, path: str) -> list[tuple[Any, ...]]:
        """Return role, status and kind of the captures of a path, in order of time."""
        query = f"SELECT role,status,kind FROM captures WHERE url LIKE '%{path}' ORDER BY fetched,id"
        return self.rows(query, "crawl.db")

    def sound(self) -> None:
        """Check every record of the WARC files."""
        assert list(verify(self.folder / "data" / "warc", progress=lambda done, total: None)) == []


def tagged(page: str, tag: str = '"1"') -> Answer:
    """Return a page with an ETag."""
    return Answer(page.encode(), headers=(("ETag", tag),))


def tagged_portal(*years: int) -> dict[str, Any]:
    return {path: tagged(page) if path != COLUMN else page for path, page in portal(*years).items()}  # type: ignore[arg-type]


def lists(*pages: list[tuple[str, str, str]]) -> dict[str, Answer]:
    """Return the pages of a list in the column."""
    made = {}
    for number, entries in enumerate(pages):
        onward = f'<a href="{COLUMN}index_{number + 1}.html">下一页</a>' if number + 1 < len(pages) else ""
        page = listing(entries, onward)
        made[f"{COLUMN}index_{number}.html" if number else COLUMN] = tagged(page, f'"{zlib.crc32(page.encode())}"')
    return made


def pages_of(*years: int, each: int = 2) -> list[list[tuple[str, str, str]]]:
    entries = [entry(year, article(year)) for year in sorted(years, reverse=True)]
    return [entries[start : start + each] for start in range(0, len(entries), each)]


@pytest.mark.slow
def test_an_unchanged_zoo_costs_little_the_second_time(zygote: Zygote, tmp_path: Path) -> None:
    """That of the dialects is visited twice in test_zoo_crawl."""
    first, second = twice(zygote, tmp_path, "large")
    assert second.requests <= MOST_REQUESTS * first.requests
    assert second.size <= MOST_BYTES * first.size
    assert second.archive == first.archive
    assert len(first.archive[0]) > 200
    assert list(verify(tmp_path / "data" / "warc", progress=lambda done, total: None)) == []


@pytest.mark.slow
def test_articles_are_asked_for_ever_more_rarely_and_answers_confirm(zygote: Zygote, tmp_path: Path) -> None:
    with Loopback(tagged_portal(2024, 2025)) as server:
        place = Place(zygote, tmp_path, server)
        assert place.crawl("2027-06-01T08:00:00Z") == [COLUMN, article(2024), article(2025)]
        before = place.rows("SELECT id,digest,capture,status FROM reports ORDER BY id")
        asked = {
            clock: place.crawl(f"{clock}T08:00:00Z")[1:]
            for clock in (
                "2027-06-02",
                "2027-06-08",
                "2027-06-15",
                "2027-07-01",
                "2027-07-09",
                "2028-06-01",
                "2028-06-02",
            )
        }
        both = [article(2024), article(2025)]
        assert asked == {
            "2027-06-02": [], "2027-06-08": both, "2027-06-15": [], "2027-07-01": both, "2027-07-09": [],
            "2028-06-01": both, "2028-06-02": [],
        }  # fmt: skip
        assert place.captures(article(2024)) == [("report", 200, "response"), *3 * [("report", 304, "revisit")]]
        assert place.rows("SELECT id,digest,capture,status FROM reports ORDER BY id") == before
        assert place.rows("SELECT DISTINCT last_seen FROM reports")[0][0].startswith("2028-06-01")
        place.sound()


@pytest.mark.slow
def test_what_changes_is_a_version_and_what_only_counts_visitors_is_none(zygote: Zygote, tmp_path: Path) -> None:
    def counting(ask: Ask) -> Answer:
        return Answer(report(2025).replace("</body>", f"<p>浏览次数：{ask.count}</p></body>").encode())

    with Loopback({**portal(2024, 2025), article(2025): counting}) as server:
        place = Place(zygote, tmp_path, server)
        place.crawl(DAY(1))
        server.site.pages[article(2024)] = Answer(report(2024).replace("按期完成", "提前完成").encode())
        assert place.crawl(DAY(8)) == [COLUMN, article(2024), article(2025)]
        assert place.statuses() == [(2024, "current"), (2024, "superseded"), (2025, "current")]
        assert [row[1:] for row in place.captures(article(2025))] == [(200, "response"), (200, "response")]
        assert place.crawl(DAY(15)) == [COLUMN, article(2024), article(2025)]  # both changed: looked at soon again
        assert place.crawl(DAY(22)) == [COLUMN]  # one did not again, the other always does
        assert place.statuses() == [(2024, "current"), (2024, "superseded"), (2025, "current")]


@pytest.mark.slow
def test_a_page_that_is_gone_is_confirmed_days_later_and_may_come_back(zygote: Zygote, tmp_path: Path) -> None:
    with Loopback(tagged_portal(2024, 2025)) as server:
        place = Place(zygote, tmp_path, server)
        place.crawl(DAY(1))
        page = server.site.pages.pop(article(2024))
        assert place.crawl(DAY(8))[1:] == [article(2024), article(2025)]
        assert place.statuses() == [(2024, "current"), (2025, "current")]
        assert place.rows(f"SELECT state FROM targets WHERE url LIKE '%{article(2024)}'", "crawl.db") == [("gone",)]
        assert place.crawl(DAY(9))[1:] == []  # the list names it as before: too early to be sure
        assert place.crawl(DAY(11))[1:] == [article(2024)]
        assert place.captures(article(2024))[1:] == [("gone", 404, "response"), ("gone", 404, "revisit")]
        assert place.statuses() == [(2024, "removed"), (2025, "current")]
        missing, removed = place.rows("SELECT missing_since,removed FROM reports WHERE year=2024")[0]
        assert (missing[:10], removed[:10]) == ("2027-06-08", "2027-06-11")
        assert place.crawl(DAY(12))[1:] == []
        server.site.pages[article(2024)] = page
        assert place.crawl("2027-07-08T08:00:00Z")[1:] == [article(2024), article(2025)]
        assert place.statuses() == [(2024, "current"), (2025, "current")]
        place.sound()


@pytest.mark.slow
def test_a_page_that_sends_to_the_home_page_is_gone(zygote: Zygote, tmp_path: Path) -> None:
    with Loopback(portal(2024, 2025)) as server:
        place = Place(zygote, tmp_path, server)
        place.crawl(DAY(1))
        server.site.pages[article(2024)] = Answer(b"", status=302, headers=(("Location", "/"),))
        for day in (8, 11):
            assert article(2024) in place.crawl(DAY(day))
        assert place.captures(article(2024))[1:] == 2 * [("gone", 302, "response")]
        assert place.statuses() == [(2024, "removed"), (2025, "current")]


@pytest.mark.slow
def test_an_article_that_no_list_names_any_more_is_looked_at_in_the_next_round(zygote: Zygote, tmp_path: Path) -> None:
    with Loopback(tagged_portal(2023, 2024, 2025)) as server:
        place = Place(zygote, tmp_path, server)
        place.crawl(DAY(1))
        server.site.pages[COLUMN] = Answer(listing([entry(2025)]).encode())
        server.site.pages.pop(article(2024))
        assert place.crawl(DAY(2)) == [COLUMN]
        assert sorted(place.crawl(DAY(3))) == sorted([COLUMN, article(2023), article(2024)])
        assert place.crawl(DAY(4)) == [COLUMN]  # once is enough for the one that is still there
        assert place.crawl(DAY(6)) == [COLUMN, article(2024)]
        assert place.statuses() == [(2023, "current"), (2024, "removed"), (2025, "current")]


@pytest.mark.slow
def test_a_page_that_moved_is_a_source_more(zygote: Zygote, tmp_path: Path) -> None:
    moved = "/zwgk/new/1.html"
    with Loopback(portal(2024, 2025)) as server:
        place = Place(zygote, tmp_path, server)
        place.crawl(DAY(1))
        server.site.pages.pop(article(2024))
        server.site.pages[moved] = Answer(report(2024).encode())
        server.site.pages[COLUMN] = Answer(listing([entry(2025), entry(2024, moved)]).encode())
        assert place.crawl(DAY(2)) == [COLUMN, moved]
        assert place.crawl(DAY(3)) == [COLUMN, article(2024)]
        place.crawl(DAY(6))
        assert place.statuses() == [(2024, "current"), (2025, "current")]
        assert {url.partition("127.0.0.1")[2].partition("/")[2] for (url,) in place.rows(
            "SELECT DISTINCT s.url FROM sources s JOIN reports r ON r.id=s.report WHERE r.year=2024"
        )} == {article(2024)[1:], moved[1:]}  # fmt: skip


@pytest.mark.slow
def test_a_shallow_round_stops_and_a_deep_one_finds_what_was_posted_late(zygote: Zygote, tmp_path: Path) -> None:
    years = range(2016, 2026)
    late = 2010  # a report that comes late, under an old date, far down the list
    site = {**{article(year): report(year) for year in (*years, late)}, **lists(*pages_of(*years))}
    pagers = [COLUMN, *(f"{COLUMN}index_{number}.html" for number in range(1, 5))]
    with Loopback(site) as server:
        place = Place(zygote, tmp_path, server)
        first = place.crawl(DAY(1))
        assert [path for path in first if path in pagers] == pagers
        entries = pages_of(*years)
        entries[3] = [entries[3][0], entry(late, article(late)), entries[3][1]]
        server.site.pages.update(lists(*entries))
        assert place.crawl(DAY(2)) == pagers[:2]
        assert place.rows("SELECT note FROM targets WHERE page=2", "crawl.db")[0][0].startswith("nothing new")
        deep = place.crawl(DAY(29))
        assert [path for path in deep if path in pagers] == pagers
        assert (late, "current") in place.statuses()
        entries[1] = [entry(2026, article(2026)), *entries[1]]
        server.site.pages.update({**lists(*entries), article(2026): Answer(report(2026).encode())})
        assert place.crawl(DAY(30)) == [*pagers[:4], article(2026)]  # it goes on while there is something new


@pytest.mark.slow
def test_where_no_list_names_a_report_any_more_the_home_page_is_asked(zygote: Zygote, tmp_path: Path) -> None:
    new = "/new/fzzfjsndbg/"
    with Loopback(portal(2024, 2025)) as server:
        place = Place(zygote, tmp_path, server)
        place.crawl(DAY(1))
        server.site.pages.pop(COLUMN)
        server.site.pages["/"] = Answer(
            f"<html><body><a href='{new}'>法治政府建设年度报告</a><a href='/x/'>新闻</a></body></html>".encode()
        )
        server.site.pages[new] = Answer(listing([entry(2026, new + "1.html")]).encode())
        server.site.pages[new + "1.html"] = Answer(report(2026).encode())
        assert place.crawl(DAY(2)) == [COLUMN, "/", new, new + "1.html"]
        # The new list is known from now on; what the old one named is looked at once, as it may live elsewhere now.
        assert sorted(place.crawl(DAY(3))) == sorted([COLUMN, new, article(2024), article(2025)])
        assert place.crawl(DAY(4)) == [COLUMN, new]


def test_a_304_that_nobody_asked_for_and_one_with_a_body_lose_nothing(zygote: Zygote, tmp_path: Path) -> None:
    """A page first answered with 304, asked without a condition; then a condition, answered by a 304 with a body."""

    def stubborn(ask: Ask) -> Answer:
        if ask.count == 1:
            return Answer(b"", status=304)
        return tagged(report(2025), f'"{ask.count}"')

    with Loopback({**portal(2024, 2025), article(2025): stubborn}) as server:
        place = Place(zygote, tmp_path, server)
        place.crawl(DAY(1))
        assert place.captures(article(2025)) == [("other", 304, "response"), ("report", 200, "response")]
        assert place.statuses() == [(2024, "current"), (2025, "current")]
        place.sound()


@pytest.mark.slow
def test_a_304_with_a_body_is_kept_as_what_it_is(zygote: Zygote, tmp_path: Path) -> None:
    """The bytes behind the head of a 304 are no part of it: the connection is spoilt, the page is asked for again."""
    body = report(2025).encode()

    def serve(listener: socket.socket, asked: list[bytes]) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                head = connection.recv(65536)
                asked.append(head)
                path = head.split(b" ")[1].decode()
                told = b'HTTP/1.1 200 OK\r\nETag: "1"\r\n'
                data = {COLUMN: listing([entry(2025)]).encode(), article(2025): body}.get(path)
                if data is None:
                    told, data = b"HTTP/1.1 404 Not Found\r\n", b"no"
                elif b"If-None-Match" in head:
                    told = b"HTTP/1.1 304 Not Modified\r\n"
                kind = b"Content-Type: text/html; charset=utf-8\r\nConnection: close\r\n"
                connection.sendall(told + kind + b"Content-Length: %d\r\n\r\n" % len(data) + data)

    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener, Loopback({}) as server:
        thread = threading.Thread(target=serve, args=(listener, asked), daemon=True)
        thread.start()
        server.host = f"127.0.0.1:{listener.getsockname()[1]}"
        server.base = f"http://{server.host}"
        place = Place(zygote, tmp_path, server)
        place.crawl(DAY(1))
        place.crawl(DAY(8))
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=5)
    assert sum(b'If-None-Match: "1"' in head for head in asked) == 1
    assert place.captures(article(2025)) == [("report", 200, "response"), ("report", 304, "revisit")]
    assert place.statuses() == [(2025, "current")]
    place.sound()


@pytest.mark.slow
def test_a_copy_that_cannot_be_read_is_asked_for_whole_and_written_again(zygote: Zygote, tmp_path: Path) -> None:
    with Loopback(tagged_portal(2024, 2025)) as server:
        place = Place(zygote, tmp_path, server)
        place.crawl(DAY(1))
        (offset,) = place.rows(f"SELECT offset FROM captures WHERE url LIKE '%{article(2024)}'", "crawl.db")[0]
        (file,) = (tmp_path / "data" / "warc").glob("*.warc.gz")
        data = file.read_bytes()
        file.write_bytes(
            data[: offset + 60] + bytes(b ^ 0xFF for b in data[offset + 60 : offset + 64]) + data[offset + 64 :]
        )
        place.crawl(DAY(8))
        assert place.captures(article(2024)) == 2 * [("report", 200, "response")]
        assert place.captures(article(2025)) == [("report", 200, "response"), ("report", 304, "revisit")]
        assert place.statuses() == [(2024, "current"), (2025, "current")]


@pytest.mark.slow
def test_nothing_comes_twice_where_the_crawler_s_database_was_lost(zygote: Zygote, tmp_path: Path) -> None:
    with Loopback(tagged_portal(2023, 2024, 2025)) as server:
        place = Place(zygote, tmp_path, server)
        place.crawl(DAY(1))
        server.site.pages[COLUMN] = Answer(listing([entry(2024), entry(2025)]).encode())
        server.site.pages.pop(article(2024))
        place.crawl(DAY(8))
        for file in (tmp_path / "data").glob("crawl.db*"):
            file.unlink()
        assert place.run(DAY(8), "rebuild").returncode == 0
        before = place.rows("SELECT id,digest,status FROM reports ORDER BY id")
        assert place.crawl(DAY(9)) == [COLUMN]
        assert place.crawl(DAY(11)) == [COLUMN, article(2024)]  # it had been missing since the 8th
        assert place.statuses() == [(2023, "current"), (2024, "removed"), (2025, "current")]
        assert place.crawl("2027-07-01T08:00:00Z") == [COLUMN, article(2023), article(2025)]
        after = place.rows("SELECT id,digest,status FROM reports ORDER BY id")
        assert [row[:2] for row in after] == [row[:2] for row in before]


def test_the_copies_of_other_addresses_do_not_count(tmp_path: Path) -> None:
    home = "http://www.shili.gov.cn/"
    place = Portal(code="990101", name="示例县", home=home, hosts=frozenset({"www.shili.gov.cn"}))
    target = Target(url=home + "1.html", role=Role.REPORT, portal="990101")
    with Session(DataDir.open(tmp_path), [place]) as session:
        assert copies.find(session.place.warc, session.captures, target, target.url) is None
        write(session, target, home + "2.html", etag='W/"2"')
        assert copies.find(session.place.warc, session.captures, target, target.url) is None  # it was redirected then
        capture = write(session, target, target.url, etag='W/"1"', last_modified="Tue, 01 Jun 2027 08:00:00 GMT")
        copy = copies.find(session.place.warc, session.captures, target, target.url)
        assert copy is not None
        assert (copy.response, copy.broken) == (capture, False)
        assert copy.headers == {"If-None-Match": 'W/"1"', "If-Modified-Since": "Tue, 01 Jun 2027 08:00:00 GMT"}
        assert (copy.page.body, copy.page.status) == (b"<p>page</p>", 200)  # type: ignore[union-attr]  # it is not broken
        assert copy.confirmed_by(target.url, 304, b"")
        wrong = [(target.url, 200, b""), (target.url, 304, b"x"), (home, 304, b"")]
        assert [copy.confirmed_by(*each) for each in wrong] == [False, False, False]
        first = replace(target, role=Role.LISTING)
        assert copies.find(session.place.warc, session.captures, first, target.url) is None
        write(session, target, target.url, etag="报告")
        found = copies.find(session.place.warc, session.captures, target, target.url)
        assert found is not None
        assert found.headers == {}  # no header could carry it


def write(session: Session, target: Target, url: str, *, etag: str, last_modified: str | None = None) -> Any:
    from .warc_samples import exchange, origin

    headers = [("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("ETag", etag)]
    headers += [("Last-Modified", last_modified)] if last_modified else []
    body = gzip.compress(b"<p>page</p>", mtime=len(list(session.captures.all())))
    seconds = session.captures.count()
    answer = exchange(url, body, headers=tuple(headers), seconds=seconds)
    capture = session.writer.write(answer, origin(role=Role.REPORT), target=target.key)
    session.captures.add(capture)
    session.writer.sync()
    return capture


@pytest.mark.slow
def test_kills_amid_a_second_round_lose_nothing_and_double_nothing(zygote: Zygote, tmp_path: Path) -> None:
    years = tuple(range(2006, 2026))
    calm, killed = tmp_path / "calm", tmp_path / "killed"
    with Loopback({**tagged_portal(*years), **lists(*pages_of(*years, each=5))}) as server:
        calm.mkdir()
        first = Place(zygote, calm, server)
        first.crawl(DAY(1))
        shutil.copytree(calm, killed)
        server.site.pages[article(2010)] = Answer(report(2010).replace("按期完成", "提前完成").encode())
        server.site.pages.pop(article(2011))
        server.site.pages[article(2026)] = tagged(report(2026))
        server.site.pages.update(lists(*pages_of(*years[1:], 2026, each=5)))
        second = Place(zygote, killed, server)
        landed = 0
        for aim in (2, 5, 4, 6):
            server.log.clear()
            process = zygote.start(
                "crawl", "--portals", str(killed / "portals.toml"), "--data", str(killed / "data"), "--delay", "0.02",
                FAZHI_CLOCK=DAY(8),
            )  # fmt: skip
            while len(server.log) < aim and zygote.alive():
                time.sleep(0.001)
            landed += zygote.alive()
            with suppress(ProcessLookupError):  # it has come to its end
                os.kill(process, 9)
            zygote.wait()
        assert landed >= 3
        second.crawl(DAY(8))
        first.crawl(DAY(8))
        for place in (first, second):
            place.crawl(DAY(11))
    query = "SELECT id,digest,year,status,substr(missing_since,1,10),substr(removed,1,10) FROM reports ORDER BY id"
    assert second.rows(query) == first.rows(query)
    changes = "SELECT report,kind,substr(at,1,10),url FROM changes ORDER BY 1,2,3,4"
    assert second.rows(changes) == first.rows(changes)
    targets = "SELECT url,role,state,round FROM targets ORDER BY url"
    assert second.rows(targets, "crawl.db") == first.rows(targets, "crawl.db")
    assert Counter(status for _, status in second.statuses()) == {"current": 20, "superseded": 1, "removed": 1}
    first.sound()
    second.sound()
