"""The server of the sample portals: validators, an honest log, faults that do what they say, pages from elsewhere."""

from __future__ import annotations

import gc
import gzip
import http.client
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from fazhi_zoo import faults, server
from fazhi_zoo.client import get, read, walk
from fazhi_zoo.places import DIVISIONS
from fazhi_zoo.server import Wrapped, Zoo, portals, read_log
from fazhi_zoo.serving import Request, Server
from fazhi_zoo.site import Answer, Ask


@pytest.fixture(scope="module")
def zoo() -> Iterator[Zoo]:
    with Zoo() as zoo:
        yield zoo


def test_portal_file(zoo: Zoo, tmp_path: Path) -> None:
    zoo.write_portals(tmp_path / "portals.toml")
    assert tomllib.loads((tmp_path / "portals.toml").read_text("utf-8")) == {
        site.spec.code: {
            "name": site.spec.name,
            "home": zoo.homes[site.spec.code],
            "family": site.family,
            "listings": list(site.listings),
        }
        for site in portals("demo")
    }


def test_validators_and_head(zoo: Zoo) -> None:
    url = zoo.homes["990121"] + "qhx/zfxxgkml/fzzfjsbg/"
    status, headers, body = get(url)
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    status, head, nothing = get(url, "HEAD")
    assert (status, head["Content-Length"], nothing) == (200, str(len(body)), b"")
    assert get(url, If_None_Match=headers["ETag"])[::2] == (304, b"")
    assert get(url, If_Modified_Since=headers["Last-Modified"])[0] == 304
    assert get(url, If_None_Match='"other"', If_Modified_Since=headers["Last-Modified"])[0] == 200
    assert get(url, If_Modified_Since="no date")[0] == 200
    assert "ETag" not in get(zoo.homes["990100-sfj"])[1]
    assert get(zoo.homes["990100"] + "nothing.html")[0] == 404


def test_log_counts_what_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    assert read_log(file) == []
    with Zoo(log=file) as zoo:
        home = zoo.homes["990100"]
        get(home)
        get(home + "robots.txt", "HEAD")
        get(home)
        assert zoo.requests == Counter({home: 2, home + "robots.txt": 1})
        log = list(zoo.log)
    assert [(r.method, r.path, r.status, r.inflight) for r in log] == [
        ("GET", "/", 200, 1),
        ("HEAD", "/robots.txt", 200, 1),
        ("GET", "/", 200, 1),
    ]
    assert all(before.time <= after.time for before, after in pairwise(log))
    assert read_log(file) == log
    file.write_text(file.read_text() + '{"time": 1', "utf-8")
    assert read_log(file) == log


def test_log_sees_two_requests_at_a_time() -> None:
    site = replace(portals("demo")[0], pages={})
    both = threading.Barrier(2, timeout=10)

    def wait(ask: Ask) -> Answer:
        both.wait()
        return Answer(b"")

    site.pages["/slow"] = wait
    seen: list[int] = []
    server = Server(site, 0, lambda request: seen.append(request.inflight))
    try:
        clients = [threading.Thread(target=get, args=(server.base + "/slow",)) for _ in range(2)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
    finally:
        server.stop()
    assert sorted(seen) == [1, 2]


def test_environment_is_lent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_lent", [])  # the zoo of this module runs, too
    monkeypatch.setenv("FAZHI_DIVISIONS", "/other.tsv")
    with Zoo("none"):
        assert os.environ["FAZHI_DIVISIONS"] == f"/other.tsv{os.pathsep}{DIVISIONS}"
    assert os.environ["FAZHI_DIVISIONS"] == "/other.tsv"
    monkeypatch.delenv("FAZHI_DIVISIONS")
    with Zoo("none"):
        with Zoo("none"):
            assert os.environ["FAZHI_DIVISIONS"] == str(DIVISIONS)
        assert os.environ["FAZHI_DIVISIONS"] == str(DIVISIONS)
    assert "FAZHI_DIVISIONS" not in os.environ
    first, second = Zoo("none"), Zoo("none")
    with ExitStack() as later:
        with first:
            later.enter_context(second)
        assert os.environ["FAZHI_DIVISIONS"] == str(DIVISIONS)  # the second one still runs
    assert "FAZHI_DIVISIONS" not in os.environ


def test_port_in_use_leaves_nothing_behind(zoo: Zoo) -> None:
    taken = urlsplit(zoo.homes["990100"]).port
    assert taken is not None
    with pytest.raises(OSError, match="in use"), Zoo(base_port=taken):
        pytest.fail("the port is taken")


def test_wrapped_pages(zoo: Zoo, tmp_path: Path) -> None:
    given_pages = [
        Wrapped(
            name=f"p{number}",
            body=body,
            content_type=content_type,
            title=f"样本区{2016 + number}年法治政府建设年度报告",
            date=None if number == 2 else date(2017 + number, 3, 1),
        )
        for number, (body, content_type) in enumerate(
            [
                ("第一段。\n\n 第二段<数字>。".encode(), "text/plain; charset=utf-8"),
                (b"<html>\xb7\xa8</html>", "text/html; charset=gbk"),
                (b"%PDF-1.4", "application/pdf"),
            ]
        )
    ]
    with Zoo("none") as small:
        urls = small.wrap(given_pages, "990102", name="样本区人民政府", dialect="next_anchor", per_page=2)
        small.write_portals(tmp_path / "portals.toml")
        (entry,) = tomllib.loads((tmp_path / "portals.toml").read_text("utf-8")).values()
        assert entry["name"] == "样本区人民政府"
        rows = walk(urljoin(entry["home"], entry["listings"][0]))
        assert rows == [(urls[page.name], page.title) for page in given_pages]
        assert "<p>第一段。</p>\n<p> 第二段&lt;数字&gt;。</p>" in read(urls["p0"])
        assert get(urls["p1"])[2] == given_pages[1].body
        assert get(urls["p1"])[1]["Content-Type"] == "text/html; charset=gbk"
        assert not re.search(r"\d{8}", urls["p2"])
    assert zoo.homes.keys() != small.homes.keys()


def ask(zoo: Zoo, name: str, path: str) -> tuple[int, dict[str, str], bytes]:
    """Ask a portal that misbehaves."""
    return get(urljoin(zoo.homes[faults.FAULTS[name]().spec.code], path))


def test_faults_do_what_they_say() -> None:
    sites = {name: site for name, make in faults.FAULTS.items() if not (site := make()).secure}
    assert len({site.spec.code for site in sites.values()}) == len(sites)
    with Zoo("none", faults=list(sites)) as zoo:
        assert zoo.verdicts == {site.spec.code: site.verdict for site in sites.values()}
        refused = [ask(zoo, "retry_after", sites["retry_after"].listings[0]) for _ in range(2)]
        assert [(status, head.get("Retry-After")) for status, head, _ in refused] == [(429, "1"), (200, None)]
        path = sites["unavailable"].truth[0].path
        assert [ask(zoo, "unavailable", path)[0] for _ in range(3)] == [503, 200, 200]
        assert b"Disallow: /\n" in ask(zoo, "robots", "/robots.txt")[2]
        assert b"Crawl-delay: 1" in ask(zoo, "crawl_delay", "/robots.txt")[2]
        assert b"<html" in ask(zoo, "robots_is_html", "/robots.txt")[2]
        assert [ask(zoo, "redirects", p)[1]["Location"] for p in ("/old/", "/loop/a.html", "/loop/b.html")] == [
            "/older/", "/loop/b.html", "/loop/a.html",
        ]  # fmt: skip
        with pytest.raises(http.client.IncompleteRead):
            ask(zoo, "cut_short", cut_path(sites["cut_short"].pages))
        assert ask(zoo, "soft_404", "/gone/t20230309_1.html")[0] == 200
        assert (ask(zoo, "challenge_521", "/")[0], ask(zoo, "challenge_412", "/robots.txt")[0]) == (521, 412)
        assert len(ask(zoo, "huge", "/big/t20230309_1.html")[2]) > 29_900_000
        assert b'/rl/?month=100"' in ask(zoo, "calendar", "/rl/?month=99")[2]
        assert ask(zoo, "calendar", "/elsewhere")[0] == 404
        assert "法治政府".encode("gb18030") in ask(zoo, "says_utf8_is_gbk", "/")[2]
        assert "法治政府".encode() in ask(zoo, "says_gbk_is_utf8", "/")[2]
        statuses = {f"challenge_{status}": status for status in (200, 202, 468, 512)} | {"wall": 200, "fenced": 403}
        assert {name: ask(zoo, name, "/x.html")[0] for name in statuses} == statuses
        assert len(ask(zoo, "challenge_200", "/")[2]) > 12_000
        assert 1000 < len(ask(zoo, "shell", "/")[2]) < 3000
        loop = ask(zoo, "cookie_loop", "/x?y=1")
        assert (loop[0], loop[1]["Location"], loop[1]["Set-Cookie"]) == (302, "/x?y=1", "CT6T=1; path=/")
        assert ask(zoo, "soft_404_home", "/nowhere/") == ask(zoo, "soft_404_home", "/")
        errors = ["NullPointerException" in str(ask(zoo, "error_200", sites["error_200"].listings[0])) for _ in "12"]
        assert errors == [True, False]
        shown = [ask(zoo, "sessions", sites["sessions"].listings[0])[2] for _ in range(2)]
        assert shown[0] != shown[1]
        assert b";jsessionid=" in shown[0]
        for name, site in sites.items():
            for item in site.truth if name != "cookie_once" else ():
                assert 200 in (ask(zoo, name, item.path)[0] for _ in range(2)), (name, item.path)
        copies = [item for item in sites["duplicate"].truth if item.copy_of]
        for item in copies:
            assert ask(zoo, "duplicate", item.path)[2] == ask(zoo, "duplicate", str(item.copy_of))[2]
        assert len(copies) * 2 == len(sites["duplicate"].truth)
        assert any(isinstance(page, Answer) and page.status == 500 for page in sites["broken_list"].pages.values())
        assert 0 < len(sites["broken_list"].truth) < 9
        assert "暂无" in ask(zoo, "empty_list", sites["empty_list"].listings[0])[2].decode()
        assert sites["no_listings"].listings == ()
        with pytest.raises(OSError, match="refused"):
            ask(zoo, "unreachable", "/")
    torn, plain = (
        page
        for page in sites["gzip"].pages.values()
        if isinstance(page, Answer) and page.headers == (("Content-Encoding", "gzip"),)
    )
    with pytest.raises(EOFError):
        gzip.decompress(torn.body)
    assert plain.body.startswith(b"<!DOCTYPE")


def cut_path(pages: Mapping[str, object]) -> str:
    """Return the path of the answer that promises more than it gives."""
    (path,) = (path for path, page in pages.items() if isinstance(page, Answer) and page.declared)
    return path


def test_serves_from_a_process_of_its_own(tmp_path: Path) -> None:
    file, log = tmp_path / "portals.toml", tmp_path / "log.jsonl"
    command = [sys.executable, "-m", "fazhi_zoo", "--size", "none", "--portals", str(file), "--log", str(log)]
    with subprocess.Popen([*command, "--fault", "no_listings"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == f"ready: 1 portals, FAZHI_DIVISIONS={DIVISIONS}\n"
            (entry,) = tomllib.loads(file.read_text("utf-8")).values()
            assert get(entry["home"])[0] == 200
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert [json.loads(line)["path"] for line in log.read_text().splitlines()] == ["/"]


def test_posts_are_read_answered_and_logged() -> None:
    site = replace(portals("demo")[0], routes={"/api": lambda ask: Answer(repr((ask.query, ask.form)).encode())})
    log: list[Request] = []
    server = Server(site, 0, log.append)
    try:
        assert post(server.base + "/api?id=7", b"page=2&q=") == (200, b"({'id': '7'}, {'page': '2', 'q': ''})")
        assert get(server.base + "/api?id=8")[2] == b"({'id': '8'}, {})"
        assert post(server.base + "/", b"x=1")[0] == 405
    finally:
        server.stop()
    assert [(request.method, request.key.removeprefix(server.base)) for request in log] == [
        ("POST", "/api?id=7#page=2&q="), ("GET", "/api?id=8"), ("POST", "/#x=1"),
    ]  # fmt: skip


def post(url: str, body: bytes) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("POST", url.removeprefix(f"http://{parts.netloc}"), body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_clients_that_go_away_leave_no_socket_open(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: told.append(str(what.exc_value)))
    with Zoo("none", faults=("picky_tls", "self_signed", "challenge_200")) as zoo:
        for home in zoo.homes.values():
            for number in range(10):
                client = socket.create_connection(("127.0.0.1", int(home.rstrip("/").rpartition(":")[2])))
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close by a reset
                if number % 2:
                    client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                time.sleep(0.005)
                client.close()
    gc.collect()
    assert told == []
