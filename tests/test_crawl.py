"""``fazhi crawl`` in a process of its own against servers on loopback: manners, faults, interruption."""

from __future__ import annotations

import gzip
import itertools
import random
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

import pytest

from archive.warc_verify import verify

from .loopback import (
    COLUMN,
    FAZHI,
    Answer,
    Ask,
    Loopback,
    Request,
    article,
    command,
    crawl,
    entry,
    fazhi,
    listing,
    portal,
    report,
    rows,
    write_portals,
)
from .zygote import Done

HTML = "text/html; charset=utf-8"


def once(refusal: Answer, page: str) -> object:
    """Answer the first request with a refusal, later ones with the page."""
    return lambda ask: refusal if ask.count == 1 else Answer(page.encode())


def robots(text: str, status: int = 200) -> Answer:
    return Answer(text.encode(), "text/plain", status)


def late(ask: Ask) -> Answer:
    """503 with a date two seconds ahead, the first time."""
    if ask.count > 1:
        return Answer(listing([entry(2020)]).encode())
    return Answer(b"busy", "text/plain", 503, (("Retry-After", formatdate(time.time() + 2, usegmt=True)),))


def torn(ask: Ask) -> Answer:
    """A gzip stream without its end, the first time; Scrapy takes it for a whole one."""
    body = gzip.compress(report(2020).encode())
    return Answer(body if ask.count > 1 else body[:-40], HTML, 200, (("Content-Encoding", "gzip"),))


def cut(ask: Ask) -> Answer:
    """A body shorter than its Content-Length, the first time."""
    body = report(2020).encode()
    return Answer(body) if ask.count > 1 else Answer(body[:900], declared=len(body))


JSL = "<script>document.cookie='__jsl_clearance=1';location.href=location.pathname</script>"
THREE_PAGES = '<script>createPageHTML(3, 0, "index", "html")</script>'
SCENES: dict[str, dict[str, object]] = {
    "plain": portal(2019, 2020, 2021),
    "wait_seconds": portal(2019, 2020)
    | {article(2020): once(Answer(b"", HTML, 429, (("Retry-After", "1"),)), report(2020))},
    "wait_date": {COLUMN: late, article(2020): report(2020)},
    "some_forbidden": {
        "/robots.txt": robots("User-agent: *\nDisallow: /secret/\n"),
        COLUMN: listing([entry(2020), *(entry(y, f"/secret/{y}.html") for y in range(2005, 2012))]),
        article(2020): report(2020),
    },
    "all_forbidden": portal(2020) | {"/robots.txt": robots("User-agent: *\nDisallow: /\n")},
    "robots_busy": portal(2020)
    | {"/robots.txt": lambda ask: robots("", 503) if ask.count == 1 else robots("User-agent: *\nDisallow: /x/")},
    "robots_broken": portal(2020) | {"/robots.txt": robots("User-agent: *\nAllow: /", 500)},
    "robots_html": portal(2020) | {"/robots.txt": "<html><body>Disallow: /</body></html>"},
    "crawl_delay": portal(2020) | {"/robots.txt": robots("User-agent: *\nCrawl-delay: 1\n")},
    "moved": {
        COLUMN: listing([entry(2020, "/old/1.html"), entry(2020), entry(2019, "/old/2.html")]),
        "/old/1.html": Answer(b"", HTML, 302, (("Location", article(2020)),)),
        "/old/2.html": Answer(b"", HTML, 301, (("Location", "http://127.0.0.1:9/foreign.html"),)),
        article(2020): report(2020),
    },
    "framed": portal(2020)
    | {
        article(2020): "<html><body><div>示例县人民政府</div><iframe src='/upload/text.html'></iframe></body></html>",
        "/upload/text.html": report(2020),
    },
    "turning": {
        COLUMN: listing([entry(2020), entry(2019, "/loop.html")]),
        "/loop.html": Answer(b"", HTML, 302, (("Location", "/loop.html?"),)),
        "/loop.html?": Answer(b"", HTML, 302, (("Location", "/loop.html"),)),
        article(2020): report(2020),
    },
    "cut_list": portal(2019, 2020) | {COLUMN: listing([entry(2020), entry(2019)], THREE_PAGES)},
    "page_sent_back": portal(2019, 2020)
    | {
        COLUMN: listing([entry(2020), entry(2019)], THREE_PAGES),
        COLUMN + "index_1.html": Answer(b"", HTML, 302, (("Location", COLUMN),)),
    },
    "page_sent_away": portal(2019, 2020)
    | {
        COLUMN: listing([entry(2020), entry(2019)], THREE_PAGES),
        COLUMN + "index_1.html": Answer(b"", HTML, 302, (("Location", "http://127.0.0.1:9/404.html"),)),
    },
    "page_broken": portal(2019, 2020) | {article(2019): Answer(b"oops", HTML, 500)},
    "page_gone": portal(2019, 2020) | {article(2019): Answer("<p>您访问的页面不存在</p>".encode(), HTML, 404)},
    "refusing": portal(2019, 2020) | {COLUMN: Answer(b"<script>0</script>", HTML, 521)},
    "challenge": portal(2019, 2020) | {article(2020): JSL},
    "torn": portal(2020) | {article(2020): torn},
    "lying_header": portal(2020)
    | {article(2020): Answer(report(2020).encode(), HTML, 200, (("Content-Encoding", "gzip"),))},
    "cut_body": portal(2020) | {article(2020): cut},
    "sent_on": portal(2020)
    | {COLUMN: '<meta http-equiv="refresh" content="0;url=/new/">', "/new/": listing([entry(2020, article(2020))])},
    "soft_404": portal(2020) | {article(2020): "<html><body><p>抱歉，您访问的页面不存在或已被删除</p></body></html>"},
    "empty": {COLUMN: listing([])},
    "dead": {},
}  # fmt: skip


@dataclass
class Scene:
    """A portal after the crawl."""

    log: list[Request]
    verdict: str
    pages: int
    reports: int
    rejected: int
    remark: str
    captures: list[tuple[str, str, int]]  # address, role, status

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.log]

    def gaps(self) -> list[float]:
        return [b.time - a.time for a, b in itertools.pairwise(self.log)]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Scene]]:
    """All scenes in one crawl: a slow or hostile portal must not disturb the others anyway."""
    folder = tmp_path_factory.mktemp("scenes")
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(Loopback(pages, code=f"{420100 + n}"))  # type: ignore[arg-type]
            for n, (name, pages) in enumerate(SCENES.items())
        }
        done = crawl(folder, *servers.values())
        assert done.returncode == 3, done.stderr
        assert "Traceback" not in done.stderr
        told = {
            row[0]: row[1:] for row in rows(folder, "SELECT portal,verdict,pages,reports,rejected,remark FROM verdicts")
        }
        found: dict[str, Scene] = {}
        for name, server in servers.items():
            code = server.site.spec.code
            mine = rows(folder, f"SELECT url,role,status FROM captures WHERE portal='{code}' ORDER BY fetched")
            captures = [(str(url).removeprefix(server.base), str(role), int(str(status))) for url, role, status in mine]
            found[name] = Scene(sorted(server.log, key=lambda r: r.time), *told[code], captures)  # type: ignore[arg-type]
        yield found


@pytest.mark.parametrize(
    ("name", "verdict", "reports", "remark"),
    [
        ("plain", "ok", 3, ""),
        ("wait_seconds", "ok", 2, ""),
        ("wait_date", "ok", 1, ""),
        ("some_forbidden", "ok", 1, "7 forbidden by robots.txt"),
        ("all_forbidden", "robots", 0, "1 forbidden by robots.txt"),
        ("robots_busy", "ok", 1, ""),
        ("robots_broken", "unreachable", 0, "robots.txt: HTTP 500"),
        ("robots_html", "ok", 1, "robots.txt is a page of HTML, taken as absent"),
        ("crawl_delay", "ok", 1, ""),
        ("moved", "ok", 1, "1 failed: redirect to a foreign host: http://127.0.0.1:9/foreign.html"),
        ("framed", "ok", 1, ""),
        ("turning", "ok", 1, "1 failed: refused: a redirect to itself"),
        ("cut_list", "truncated", 2, "page 2 of 3 could not be had: "),
        ("page_sent_back", "truncated", 2, "page 2 of 3 could not be had: "),
        ("page_sent_away", "truncated", 2, "page 2 of 3 could not be had: "),
        ("page_broken", "ok", 1, "1 failed: HTTP 500"),
        ("page_gone", "ok", 1, "1 failed: HTTP 404"),
        ("refusing", "blocked", 0, ": status 521; not asked before "),
        ("challenge", "blocked", 1, ": challenge ("),
        ("torn", "ok", 1, ""),
        ("cut_body", "ok", 1, ""),
        ("lying_header", "ok", 1, ""),
        ("sent_on", "ok", 1, ""),
        ("soft_404", "silent", 0, "no report on 1 list page"),
        ("empty", "silent", 0, "no report on 1 list page"),
        ("dead", "unreachable", 0, "HTTP 404"),
    ],
)
def test_verdicts(scenes: dict[str, Scene], name: str, verdict: str, reports: int, remark: str) -> None:
    scene = scenes[name]
    assert (scene.verdict, scene.reports) == (verdict, reports), scene
    assert remark in scene.remark
    assert bool(remark) == bool(scene.remark)


def test_one_request_a_host_at_a_time(scenes: dict[str, Scene]) -> None:
    assert {name: max(r.inflight for r in scene.log) for name, scene in scenes.items()} == dict.fromkeys(scenes, 1)


def test_robots_txt_comes_first_and_once(scenes: dict[str, Scene]) -> None:
    for name, scene in scenes.items():
        assert scene.paths[0] == "/robots.txt", name
        if not name.startswith("robots_"):
            assert scene.paths.count("/robots.txt") == 1, name


def test_nothing_forbidden_is_asked_for(scenes: dict[str, Scene]) -> None:
    assert scenes["some_forbidden"].paths == ["/robots.txt", COLUMN, article(2020)]
    assert scenes["all_forbidden"].paths == ["/robots.txt"]
    assert set(scenes["robots_broken"].paths) == {"/robots.txt"}  # a server in trouble gives no permission
    assert scenes["robots_busy"].paths == ["/robots.txt", "/robots.txt", COLUMN, article(2020)]


def test_retry_after_is_obeyed(scenes: dict[str, Scene]) -> None:
    for name, status, least in (("wait_seconds", 429, 1.0), ("wait_date", 503, 0.9)):
        scene = scenes[name]
        at = next(n for n, request in enumerate(scene.log) if request.status == status)
        assert scene.gaps()[at] >= least, name
        assert scene.paths.count(scene.paths[at]) == 2, name


def test_crawl_delay_is_obeyed(scenes: dict[str, Scene]) -> None:
    gaps = scenes["crawl_delay"].gaps()
    assert len(gaps) == 2
    assert min(gaps) >= 1.0
    assert max(gaps) < 2.5  # the engine is woken in time, not by its heartbeat of 5 s


def test_a_broken_server_is_not_hammered(scenes: dict[str, Scene]) -> None:
    asked = [request.time for request in scenes["page_broken"].log if request.path == article(2019)]
    gaps = [b - a for a, b in itertools.pairwise(asked)]
    assert len(gaps) == 3
    assert gaps[0] >= 0.2
    assert gaps[1] >= 0.4
    assert gaps[2] >= 0.8


def test_a_refusal_ends_it(scenes: dict[str, Scene]) -> None:
    assert scenes["refusing"].paths == ["/robots.txt", COLUMN]
    assert scenes["refusing"].captures[1:] == [(COLUMN, "other", 521)]
    assert scenes["challenge"].captures[-1] == (article(2020), "other", 200)  # never archived as a report


def test_redirects_are_followed_and_their_end_fetched_once(scenes: dict[str, Scene]) -> None:
    moved = scenes["moved"]
    assert moved.paths.count(article(2020)) == 1
    assert sorted(moved.captures) == sorted(
        [
            ("/robots.txt", "robots", 404),
            (COLUMN, "listing", 200),
            ("/old/1.html", "other", 302),
            (article(2020), "report", 200),
            ("/old/2.html", "other", 301),
        ]
    )
    assert len(scenes["turning"].paths) < 12


def test_torn_bodies_are_asked_for_again_and_kept_apart(scenes: dict[str, Scene]) -> None:
    for name in ("torn", "cut_body"):
        assert scenes[name].captures[2:] == [(article(2020), "other", 200), (article(2020), "report", 200)], name


def test_a_page_that_sends_on_is_no_list(scenes: dict[str, Scene]) -> None:
    assert scenes["sent_on"].captures[1:3] == [(COLUMN, "other", 200), ("/new/", "listing", 200)]


def test_the_delay_is_kept_and_not_overslept(tmp_path: Path) -> None:
    with Loopback(portal(2019, 2020, 2021)) as server:
        crawl(tmp_path, server, arguments=("--delay", "0.4"))
        times = [request.time for request in server.log]
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert len(gaps) == 4  # robots.txt, the list, three reports
    assert min(gaps) >= 0.4
    assert max(gaps) < 1.4


def test_an_honest_agent_with_a_contact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAZHI_CONTACT", "mailto:archive@shili.example")
    seen = set()

    def page(ask: Ask) -> Answer:
        seen.add(ask.headers["User-Agent"])
        return Answer(listing([]).encode())

    with Loopback({COLUMN: page, "/robots.txt": page}) as server:
        write_portals(tmp_path / "portals.toml", server)
        subprocess.run(command(tmp_path), capture_output=True, timeout=60)
    (agent,) = seen
    assert agent.startswith("fazhi/")
    assert "contact mailto:archive@shili.example" in agent


@pytest.mark.slow
def test_the_limit_counts_pages_and_the_next_run_goes_on(tmp_path: Path) -> None:
    with Loopback(portal(2018, 2019, 2020, 2021)) as server:
        first = crawl(tmp_path, server, arguments=("--limit", "2"))
        assert first.returncode == 3
        assert "ended by --limit 2; 3 addresses wait" in first.stdout
        assert len(server.log) == 3  # robots.txt is no page
        second = crawl(tmp_path, server)
        assert second.returncode == 0, second.stdout
        asked = [path for path in server.paths if path != "/robots.txt"]
    assert sorted(asked) == sorted([COLUMN, *map(article, (2018, 2019, 2020, 2021))])
    assert len(rows(tmp_path, "SELECT id FROM reports", database="archive.db")) == 4


@pytest.mark.slow
def test_the_next_crawl_asks_lists_again_and_finds_what_is_new(tmp_path: Path) -> None:
    with Loopback(portal(2019, 2020)) as server:
        assert crawl(tmp_path, server).returncode == 0
        server.log.clear()
        again = crawl(tmp_path, server)
        assert (again.returncode, server.paths) == (0, ["/robots.txt", COLUMN])
        assert " unchanged " in again.stdout
        server.log.clear()
        server.site.pages.update({COLUMN: Answer(listing([entry(y) for y in (2019, 2020, 2021)]).encode())})
        server.site.pages[article(2021)] = Answer(report(2021).encode())
        third = crawl(tmp_path, server)
        assert server.paths == ["/robots.txt", COLUMN, article(2021)]
        assert " ok " in third.stdout


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_good_order(tmp_path: Path, number: signal.Signals) -> None:
    years = range(2010, 2020)
    with Loopback(portal(*years)) as server:
        write_portals(tmp_path / "portals.toml", server)
        process = subprocess.Popen(
            command(tmp_path, "--delay", "0.3"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 20
        while len(server.log) < 4 and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(number)
        began = time.monotonic()
        out, err = process.communicate(timeout=20)
        assert process.returncode == 130, err
        assert time.monotonic() - began < 25
        assert "interrupted; " in out
        assert "Traceback" not in err
        assert len(server.log) < 9
        done = crawl(tmp_path, server)
        assert done.returncode == 0, done.stdout
        asked = [path for path in server.paths if path != "/robots.txt"]
    assert sorted(asked) == sorted([COLUMN, *map(article, years)])  # each exactly once
    assert len(rows(tmp_path, "SELECT id FROM reports", database="archive.db")) == len(years)


@pytest.mark.slow
def test_a_second_signal_ends_it_at_once_and_blames_no_portal(tmp_path: Path) -> None:
    with Loopback(portal(2019, 2020) | {COLUMN: lambda ask: time.sleep(6) or Answer(b"")}) as server:
        write_portals(tmp_path / "portals.toml", server)
        process = subprocess.Popen(command(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 30
        while not server.log and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)  # robots.txt was had, the list is being waited for
        for _ in range(2):
            process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "interrupted; 1 addresses wait" in out
    assert "unreachable" not in out


@pytest.mark.slow
def test_one_signal_ends_it_within_ten_seconds_whatever_hangs(tmp_path: Path) -> None:
    with Loopback(portal(2019, 2020) | {COLUMN: lambda ask: time.sleep(14) or Answer(b"")}) as server:
        write_portals(tmp_path / "portals.toml", server)
        process = subprocess.Popen(command(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 30
        while not server.log and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
        took = time.monotonic() - began
    assert process.returncode == 130, err
    assert took < 10
    assert "interrupted; 1 addresses wait" in out


def test_capture_rows_carry_what_the_list_told(tmp_path: Path) -> None:
    with Loopback(portal(2020)) as server:
        crawl(tmp_path, server)
        (row,) = rows(
            tmp_path, "SELECT url,target,portal,adcode,title,date,parent,depth,status FROM captures WHERE role='report'"
        )
        url = server.base + article(2020)
        title = "示例县2020年法治政府建设情况报告"
        assert row == (url, url, "420683", "420683", title, "2021-03-12", server.base + COLUMN, 1, 200)


def test_no_server_at_all(tmp_path: Path) -> None:
    (tmp_path / "portals.toml").write_text(
        '[420683]\nname = "示例县"\nhome = "http://127.0.0.1:9/"\n', encoding="utf-8"
    )
    done = subprocess.run(command(tmp_path), capture_output=True, text=True, timeout=60)
    assert done.returncode == 3
    assert " unreachable " in done.stdout
    assert "Traceback" not in done.stderr


def test_reports_are_found_from_the_home_page(tmp_path: Path) -> None:
    def menu(*links: tuple[str, str]) -> str:
        return "".join(f"<a href='{url}'>{text}</a>" for url, text in links)

    pages = portal(2019, 2020) | {
        "/": menu(("/zwgk/", "政务公开"), ("/xw/", "新闻中心"), ("/hd/", "互动交流")),
        "/zwgk/": menu(("/zwgk/fd/", "法定主动公开内容"), ("/xw/", "新闻中心")),
        "/zwgk/fd/": menu((COLUMN, "法治政府建设年度报告"), ("/", "首页")),
    }
    with Loopback(pages, listings=()) as server:
        done = crawl(tmp_path, server)
        assert done.returncode == 0, done.stdout
        assert server.paths == ["/robots.txt", "/", "/zwgk/", "/zwgk/fd/", COLUMN, article(2019), article(2020)]


@pytest.mark.slow
def test_single_addresses(tmp_path: Path) -> None:
    pages = portal(2019, 2020) | {"/moved": Answer(b"", HTML, 302, (("Location", article(2019)),))}
    with Loopback(pages) as server:

        def add(*paths: str) -> Done:
            addresses = (server.base + path for path in paths)
            return fazhi("add", *addresses, "--code", "420683", "--data", str(tmp_path / "data"))

        done = add(article(2020), "/moved", "/none.html")
        assert done.returncode == 3, done.stderr
        assert "unreachable" in done.stdout
        assert "HTTP 404" in done.stdout
        again = add(article(2020))
        assert again.returncode == 0, again.stdout  # asked for, so fetched again
        assert server.paths.count(article(2020)) == 2
    found = rows(tmp_path, "SELECT url,portal,adcode,role FROM captures WHERE role='report' ORDER BY fetched")
    wanted = [article(2020), article(2019), article(2020)]
    assert [(str(url).removeprefix(server.base), p, a, r) for url, p, a, r in found] == [
        (path, None, "420683", "report") for path in wanted
    ]
    assert len(rows(tmp_path, "SELECT id FROM reports", database="archive.db")) == 2


def test_scrapy_s_own_command_works(tmp_path: Path) -> None:
    with Loopback(portal(2019, 2020)) as server:
        write_portals(tmp_path / "portals.toml", server)
        given = {"code": "420683", "portals": tmp_path / "portals.toml", "data": tmp_path / "data", "delay": 0}
        line = [str(FAZHI.with_name("scrapy")), "crawl", "portal"]
        line += [word for key, value in given.items() for word in ("-a", f"{key}={value}")]
        done = subprocess.run(line, capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[1])
        assert (done.returncode, done.stderr) == (0, "")
        assert server.paths == ["/robots.txt", COLUMN, article(2019), article(2020)]
    assert rows(tmp_path, "SELECT state FROM crawls") == [("finished",)]
    assert len(rows(tmp_path, "SELECT id FROM captures WHERE role='report'")) == 2


@pytest.mark.slow
def test_a_full_disk_stops_it_and_loses_nothing(tmp_path: Path) -> None:
    years = range(2000, 2016)
    pages = portal(*years)
    for year in years:  # text that does not compress
        words = "".join(chr(0x4E00 + n % 20000) for n in random.Random(year).randbytes(12_000))
        pages[article(year)] = report(year).replace("</div>", f"<p>{words}</p></div>")
    with Loopback(pages) as server:
        write_portals(tmp_path / "portals.toml", server)
        full = subprocess.run(
            command(tmp_path), capture_output=True, text=True, timeout=60,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)),
        )  # fmt: skip
        assert full.returncode == 1
        told = full.stderr.splitlines()[-1]
        assert told.startswith("fazhi: cannot write to ")
        assert "make room" in told
        done = crawl(tmp_path, server)
        assert done.returncode == 0, done.stderr
    assert len(rows(tmp_path, "SELECT id FROM reports", database="archive.db")) == len(years)
    assert list(verify(tmp_path / "data" / "warc", progress=lambda done, total=None: None)) == []
