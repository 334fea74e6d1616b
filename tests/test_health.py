"""What the crawler tells of itself: verdicts over time, what needs a person first, webhook, metrics."""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from archive import captures, checks, clock, schema, store
from archive.checks import Broken
from archive.datadir import DataDir
from archive.warc_scan import Finding
from crawler import health, tables, verdicts
from crawler.cli import main
from crawler.health import Health, Need, model, webhook
from crawler.targets import Portal
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
        "3 reports known, none named by 0 list pages; {base}/zwgk/fzzfjsndbg/: no page: a stub of 104 bytes",
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
        "3 reports known, none named by 0 list pages; {base}/zwgk/fzzfjsndbg/: HTTP 404",
    ),
    "server_broken": (portal(*YEARS), {COLUMN: BUSY}, "unreachable", "HTTP 500"),
    "list_moved": (
        portal(*YEARS) | {"/": HOME.format(COLUMN)},
        {"/": HOME.format(MOVED), COLUMN: GONE, MOVED: listing([entry(year, article(year)) for year in YEARS])},
        "unchanged", "1 failed: HTTP 404",
    ),
    "texts_moved": (
        portal(*YEARS) | {"/": HOME.format(COLUMN)},
        {"/": HOME.format(MOVED), COLUMN: GONE, MOVED: listing([entry(year, f"{year}.html") for year in YEARS])}
        | {f"{MOVED}{year}.html": report(year) for year in YEARS},
        "unchanged", "1 failed: HTTP 404",
    ),
    "one_of_two": (
        portal(*YEARS) | {"/b/": listing([entry(2018, "/b/1.html")]), "/b/1.html": report(2018)}, {"/b/": BUSY},
        "truncated", "{base}/b/ could not be had: HTTP 500; 1 failed: HTTP 500",
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
    captures.Captures(conn)
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
        verdicts.store(conn, crawl, rows)
    conn.close()


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
    assert CliRunner().invoke(main, ["verify", "--data", str(tmp_path)]).exit_code == 1
    assert [(each.file, each.offset) for each in checks.broken(place)] == [("a.warc.gz", 0)]


def status(root: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Return exit code and JSON of ``fazhi status``."""
    done = CliRunner().invoke(main, ["status", "--json", "--data", str(root), *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout)


def told(root: Path, now: str, **more: Any) -> list[tuple[str, str, str, int, bool]]:
    """Return kind, subject, day of the beginning, visits in a row and whether it is new, of all needs in order."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "_ahead", lambda: datetime.fromisoformat(f"{now}T12:00:00Z").timestamp() - time.time())
        found = health.report(DataDir.open(root), **more)
    return [(n.kind, n.subject, f"{n.since:%m-%d}", n.times, n.fresh) for n in found.needs]


def test_what_needs_a_person_comes_in_order(db: sqlite3.Connection, tmp_path: Path) -> None:
    file = tmp_path / "crawl.db"
    ran(file, "2027-03-01", line("990101", "ok"), line("990102", "ok"), line("990103", "blocked"), line("990104", "ok"))
    ran(file, "2027-03-02", line("990101", "unreachable"), line("990102", "ok"), line("990103", "unreachable"),
        line("990104", "truncated", remark="interrupted; 7 addresses wait"))  # fmt: skip
    ran(file, "2027-03-03", line("990101", "unchanged"), line("990102", "changed-layout", remark="why"),
        line("990103", "unreachable", remark="HTTP 500"), line("990105", "silent"))  # fmt: skip
    assert told(tmp_path, "2027-03-03") == [
        ("changed-layout", "990102", "03-03", 1, True),
        ("silent", "990105", "03-03", 1, True),
        ("unreachable", "990103", "03-01", 3, False),
        ("unfinished", "20270303T080000Z-0000", "03-03", 1, False),
    ]
    found = health.report(DataDir.open(tmp_path))
    assert found.portals == dict.fromkeys(verdicts.VERDICTS, 0) | {
        "ok": 1, "unchanged": 1, "changed-layout": 1, "unreachable": 1, "silent": 1,
    }  # fmt: skip
    assert [need.told for need in found.needs if need.kind != "overdue"][:3] == [
        "why (fine on 2027-03-02)", "no more is known (never fine)", "HTTP 500 (never fine)",
    ]  # fmt: skip


def test_a_run_that_died_is_told_until_another_ended(db: sqlite3.Connection, tmp_path: Path) -> None:
    file = tmp_path / "crawl.db"
    ran(file, "2027-03-01", line("990101", "ok"))
    ran(file, "2027-03-02", state="running")
    assert told(tmp_path, "2027-03-02") == [("died", "20270302T080000Z-0000", "03-02", 1, False)]
    with DataDir.open(tmp_path).lock():
        assert told(tmp_path, "2027-03-02") == []  # it runs
    ran(file, "2027-03-03", line("990101", "ok"))
    assert told(tmp_path, "2027-03-03") == []
    ran(file, "2027-03-04", state="failed")
    assert told(tmp_path, "2027-03-04") == [("died", "20270304T080000Z-0000", "03-04", 1, False)]


def test_pages_that_nobody_could_read_are_noted(db: sqlite3.Connection, tmp_path: Path) -> None:
    db.execute("INSERT INTO rounds(portal,round,open,opened) VALUES('990101',3,0,'2027-03-01T08:00:00Z')")
    for number, state, note in ((3, "failed", "defect: KeyError: 'x'"), (2, "failed", "defect: old"), (3, "done", "")):
        db.execute(
            "INSERT INTO targets(portal,url,host,role,depth,prio,page,guessed,state,round,note)"
            f" VALUES('990101','http://a.gov.cn/{number}{state}','a.gov.cn','listing',0,1,1,0,?,?,?)",
            (state, number, note),
        )
    archive = store.open_archive(tmp_path / "archive.db")
    with archive.conn:
        for name, day in (("early", "2027-01-01"), ("late", "2027-03-01")):
            archive.execute("insert into captures (id, fetched) values (?, ?)", (name, f"{day}T00:00:00.000000Z"))
            archive.execute("insert into rejected (capture, reason) values (?, 'crashed')", (name,))
    archive.close()
    assert health.report(DataDir.open(tmp_path), date(2027, 2, 1)).notes == [
        "1 page(s) met a defect of the crawler, please report it: http://a.gov.cn/3failed",
        "1 page(s) could not be read by extraction (rejected: crashed), capture late",
    ]


def test_overdue_visits_are_one_finding(db: sqlite3.Connection, tmp_path: Path) -> None:
    ran(tmp_path / "crawl.db", "2027-05-01", line("990101", "ok"), line("990102", "unchanged"))
    assert told(tmp_path, "2027-05-09") == []  # a week, and two days of grace
    assert told(tmp_path, "2027-05-11") == [("overdue", "990101", "05-08", 1, False)]
    never = [Portal(code=code, name="示例县", home="", schedule="never") for code in ("990101", "990102")]
    assert told(tmp_path, "2027-05-11", portals=never) == []


def test_broken_records_and_a_full_disk_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = DataDir.open(tmp_path)
    (place.warc / "a.warc.gz").write_bytes(b"x")
    checks.keep(place, ["a.warc.gz"], [Finding("a.warc.gz", 7, "torn"), Finding("a.warc.gz", 9, "cut")])
    monkeypatch.setenv("FAZHI_MIN_FREE", "100%")
    code, found = status(tmp_path)
    assert code == 3
    assert [(need["kind"], need["subject"]) for need in found["needs"]] == [
        ("disk", str(tmp_path)), ("damaged", "a.warc.gz"),
    ]  # fmt: skip
    assert found["needs"][1]["told"] == ("2 broken record(s), the first at byte 7: torn; restore the file from a copy")


def test_status_of_an_empty_and_of_a_read_only_directory(db: sqlite3.Connection, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    code, found = status(tmp_path / "none")
    assert (code, found["needs"], found["crawls"], found["reports"]) == (0, [], [], 0)
    ran(tmp_path / "crawl.db", "2027-03-01", line("990101", "blocked"))
    store.open_archive(tmp_path / "archive.db").close()
    db.close()
    code, found = status(tmp_path)
    assert (code, found["needs"][0]["kind"]) == (3, "blocked")
    there = {path.name for path in tmp_path.iterdir() if not path.name.endswith(("-shm", "-wal"))}
    assert there == {"archive.db", "crawl.db", "none"}  # nothing was written
    with pytest.MonkeyPatch.context() as patch:  # root may write anywhere: let the folder say that it is not to be
        patch.setattr(store, "writable", lambda path: False)
        assert status(tmp_path)[1]["needs"] == found["needs"]
    printed = CliRunner().invoke(main, ["status", "--data", str(tmp_path)])
    assert printed.exit_code == 3
    assert "blocked         990101 990101门户: no more is known (never fine) [new, since 2027-03-01]" in printed.stdout
    assert CliRunner().invoke(main, ["status", "--since", "soon", "--data", str(tmp_path)]).exit_code == 2


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as server:
        yield server


class Hook(ThreadingHTTPServer):
    """A webhook on loopback that answers as its ``answers`` say, the last one again and again; counts what it got."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hooked)
        self.got: list[dict[str, Any]] = []
        self.answers: list[int | str] = [204]
        self.url = f"http://127.0.0.1:{self.server_port}/hook?token=1"

    def __enter__(self) -> Hook:
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class Hooked(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        assert self.path == "/hook?token=1"
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, int):
            self.send_response(answer)
            if answer == 302:
                self.send_header("Location", f"{self.server.url}&again")
            self.end_headers()
            return
        with suppress(OSError):  # the other side hangs up
            if answer == "huge":
                self.send_response(200)
                self.end_headers()
                for _ in range(2000):
                    self.wfile.write(b"x" * 100_000)
            elif answer == "drip":
                for _ in range(200):
                    self.wfile.write(b"H")
                    time.sleep(0.05)
            else:
                self.wfile.write(b"this is no HTTP\r\n\r\n")

    def log_message(self, *_: object) -> None:
        pass


def ill(root: Path, *needs: Need) -> Health:
    """Return the health of an empty directory with these needs."""
    return replace(health.report(DataDir.open(root)), needs=needs)


def need(subject: str, kind: str = "blocked", day: int = 1) -> Need:
    return Need(kind, subject, "示例县", datetime(2027, 3, day, tzinfo=UTC), "HTTP 403", fresh=True)


def test_a_webhook_is_told_of_each_finding_once(hook: Hook, tmp_path: Path) -> None:
    assert health.notify(hook.url, ill(tmp_path)) == ""
    assert hook.got == []
    first = ill(tmp_path, need("990101"), need("990102", "silent"))
    assert health.notify(hook.url, first) == ""
    assert hook.got == [
        {
            "service": "fazhi", "at": f"{first.at:%Y-%m-%dT%H:%M:%SZ}", "data": str(tmp_path), "needs": 2,
            "text": "fazhi: 2 new finding(s) need a person - blocked 示例县; silent 示例县",
            "new": [
                {
                    "kind": kind, "subject": code, "name": "示例县", "since": "2027-03-01T00:00:00Z",
                    "told": "HTTP 403", "times": 1, "fresh": True, "key": f"portal {code} 2027-03-01T00:00:00",
                }
                for kind, code in (("blocked", "990101"), ("silent", "990102"))
            ],
        }
    ]  # fmt: skip
    hook.got.clear()
    for again in (first, ill(tmp_path, need("990101", "unreachable")), ill(tmp_path)):
        assert health.notify(hook.url, again) == ""
    assert hook.got == []  # the same trouble, the same under another verdict, and none
    assert health.notify(hook.url, ill(tmp_path, need("990101", day=9))) == ""
    assert [each["subject"] for each in hook.got[0]["new"]] == ["990101"]  # it came back
    other = hook.url.replace("127.0.0.1", "localhost")
    assert health.notify(other, ill(tmp_path, need("990101", day=9))) == ""
    assert len(hook.got) == 2  # another webhook has not heard of it
    assert "token" not in (tmp_path / "told.json").read_text("utf-8")


@pytest.mark.parametrize(
    ("answers", "problem", "tries"),
    [
        ([500, 503, 200], "", 3),
        ([500], "HTTP 500", 3),
        ([429, 204], "", 2),
        ([404], "HTTP 404", 1),
        ([302], "HTTP 302: redirects are not followed, give the address it leads to", 1),
        (["huge"], "", 1),
        (["drip"], "TimeoutError: no answer within 0.4 s", 3),
        (["noise"], "BadStatusLine: this is no HTTP\r\n", 3),
    ],
)  # fmt: skip
def test_a_webhook_in_trouble_is_tried_again_and_nothing_is_lost(
    hook: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: list[int | str], problem: str, tries: int
) -> None:
    monkeypatch.setattr(webhook, "PAUSES", (0.01, 0.02))
    monkeypatch.setattr(webhook, "SECONDS", 0.4)
    hook.answers = answers
    said = health.notify(hook.url, ill(tmp_path, need("990101")))
    assert (said, len(hook.got)) == (problem, tries)
    hook.got.clear()
    hook.answers = [200]
    assert health.notify(hook.url, ill(tmp_path, need("990101"))) == ""
    assert len(hook.got) == (1 if problem else 0)  # told now, if it was not before


def test_no_webhook_ends_a_schedule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "PAUSES", ())
    found = ill(tmp_path, need("990101"))
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        assert "ConnectionRefusedError" in health.notify(f"http://127.0.0.1:{port}/", found)
    assert health.notify("file:///etc/passwd", found) == webhook.checked("ftp://a.example/")
    assert "blank" in health.notify("http://127.0.0.1/a\r\nX: 1", found)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(webhook, "_message", lambda *_: 1 / 0)
        assert health.notify(f"http://127.0.0.1:{port}/", found) == "ZeroDivisionError: division by zero"


def test_commands_tell_webhook_and_prometheus(hook: Hook, db: sqlite3.Connection, tmp_path: Path) -> None:
    ran(tmp_path / "crawl.db", "2027-03-01", line("990101", "blocked"))
    file = tmp_path / "fazhi.prom"
    for _ in range(2):
        assert status(tmp_path, "--notify", hook.url, "--metrics", str(file))[0] == 3
    assert [[each["kind"] for each in message["new"]] for message in hook.got] == [["blocked"]]
    assert [path.name for path in tmp_path.glob("*.prom*")] == ["fazhi.prom"]
    for wrong in ("ftp://a.example/", "a.example", "http://"):
        assert CliRunner().invoke(main, ["status", "--notify", wrong, "--data", str(tmp_path)]).exit_code == 2
    broken = CliRunner().invoke(main, ["status", "--metrics", "/none/x.prom", "--data", str(tmp_path)])
    assert (broken.exit_code, broken.stderr.splitlines()[-1]) == (
        3, "fazhi: cannot write /none/x.prom: No such file or directory - name a file in a folder that exists and may"
        " be written",
    )  # fmt: skip


def test_metrics_are_read_by_the_parser_of_prometheus(db: sqlite3.Connection, tmp_path: Path) -> None:
    ran(tmp_path / "crawl.db", "2027-03-01", line("990101", "blocked"), line("990102", "ok", 9, 4))
    store.open_archive(tmp_path / "archive.db").close()
    found = health.report(DataDir.open(tmp_path))
    file = tmp_path / "fazhi.prom"
    health.write_metrics(file, found)
    families = list(text_string_to_metric_families(file.read_text("utf-8")))
    assert all(family.type == "gauge" and family.documentation for family in families)
    assert {family.name: len(family.samples) for family in families} == {
        "fazhi_build_info": 1, "fazhi_status_timestamp_seconds": 1, "fazhi_needs": len(health.KINDS),
        "fazhi_portals": len(verdicts.VERDICTS), "fazhi_portals_due": 1, "fazhi_reports": 1, "fazhi_captures": 1,
        "fazhi_warc_bytes": 1, "fazhi_disk_free_bytes": 1, "fazhi_crawl_running": 1,
        "fazhi_recent_changes": len(schema.words()["change"]), "fazhi_last_crawl_start_timestamp_seconds": 1,
    }  # fmt: skip
    values = {(sample.name, *sample.labels.values()): sample.value for each in families for sample in each.samples}
    assert values["fazhi_portals", "blocked"] == values["fazhi_portals", "ok"] == values["fazhi_needs", "blocked"] == 1
    assert values["fazhi_last_crawl_start_timestamp_seconds",] == datetime(2027, 3, 1, 8, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("name", ["crawl.db", "archive.db"])
def test_a_database_that_cannot_be_read_needs_a_person(db: sqlite3.Connection, tmp_path: Path, name: str) -> None:
    ran(tmp_path / "crawl.db", "2027-03-01", line("990101", "ok"))
    store.open_archive(tmp_path / "archive.db").close()
    db.close()
    for path in tmp_path.glob(f"{name}*"):
        path.unlink()
    (tmp_path / name).write_bytes(b"SQLite format 3\0" + b"\x07" * 5000)
    code, found = status(tmp_path)
    assert code == 3
    assert [(each["kind"], each["subject"], each["key"]) for each in found["needs"]][:1] == [
        ("damaged", name, f"damaged {name}")
    ]
    assert "fazhi rebuild" in found["needs"][0]["told"]


def test_verdicts_are_one_closed_list() -> None:
    assert set(verdicts.VERDICTS) == set(schema.words()["verdict"])
    assert list(health.KINDS) == [row.split()[0] for row in str(model.__doc__).partition("\n\n")[2].splitlines()]


@pytest.mark.slow
def test_a_redesign_that_hides_the_reports_is_told_from_nothing_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAZHI_CLOCK", "2027-04-30T08:00:00Z")
    with ExitStack() as stack:
        servers = {}
        for number, (name, (before, *_)) in enumerate(REDESIGNS.items()):
            known = () if name.endswith("_moved") else (COLUMN, "/b/") if name == "one_of_two" else (COLUMN,)
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


@pytest.mark.slow
def test_a_verdict_stands_until_something_changes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = '<script>createPageHTML(2, 0, "index", "html")</script>'
    found: dict[str, list[str]] = {"rebuilt": [], "cut": [], "plain": []}
    with (
        Loopback(portal(*YEARS), code="420601") as rebuilt,
        Loopback(portal(*YEARS) | {COLUMN: listing(ENTRIES, declared)}, code="420602") as cut,
        Loopback(portal(*YEARS), code="420603") as plain,
    ):
        servers = {"rebuilt": rebuilt, "cut": cut, "plain": plain}
        for day in ("06-01", "06-08", "06-15", "06-22", "07-06", "07-13"):  # deep: the first, and that of July 6
            monkeypatch.setenv("FAZHI_CLOCK", f"2027-{day}T08:00:00Z")
            if day == "06-08":
                rebuilt.site.pages[COLUMN] = Answer(listing(MEETINGS).encode())
            if day == "07-13":
                rebuilt.site.pages[COLUMN] = Answer(listing(ENTRIES).encode())
                cut.site.pages[f"{COLUMN}index_1.html"] = Answer(listing([entry(2018)]).encode())
                cut.site.pages[article(2018)] = Answer(report(2018).encode())
            crawl(tmp_path, *servers.values())
            said = query(
                tmp_path,
                "SELECT portal,verdict FROM verdicts WHERE crawl=(SELECT id FROM crawls ORDER BY rowid DESC LIMIT 1)",
            )
            for name, server in servers.items():
                found[name].append(str(dict(said)[server.site.spec.code]))
    assert found == {
        "rebuilt": ["ok", *["changed-layout"] * 4, "unchanged"],
        "cut": [*["truncated"] * 5, "ok"],
        "plain": ["ok", *["unchanged"] * 5],
    }
