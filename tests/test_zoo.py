"""The sample portals are what they claim to be: invented, deterministic, complete, and honest in their log."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from itertools import pairwise
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from fazhi_zoo import faults, text
from fazhi_zoo.places import DIVISIONS, divisions, issuer, path_of, specs
from fazhi_zoo.server import SIZES, Wrapped, Zoo, portals, read_log
from fazhi_zoo.serving import Server
from fazhi_zoo.site import Answer, Ask
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model import IssuerKind, Reason

TABLES = Path(__file__).parents[1] / "archive" / "data"


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def get(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask for an address without following redirects: status, headers, body as received."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with build_opener(_Stay).open(Request(url, headers=names, method=method), timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def read(url: str) -> str:
    """Return a page as text, by the charset the portal really uses."""
    status, headers, body = get(url)
    assert status == 200, (url, status)
    if headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return body.decode("gb18030" if b"charset=gb2312" in body else "utf-8")


def words(page: str) -> str:
    """Return what a reader sees, without white space."""
    page = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"[\s\u3000\xa0]+", "", unescape(re.sub(r"<[^>]+>", "", page)))


def next_page(url: str, page: str) -> str | None:
    """Return the next list page, by the three kinds of pager the portals have."""
    if call := re.search(r"createPageHTML\(([^)]*)\)", page):
        arguments = [part.strip() for part in call[1].split(",")]
        named = not arguments[0].isdigit()  # an id first: pages from 1
        total, current = (int(n) for n in (arguments[1:3] if named else arguments[:2]))
        name, ext = (part.strip("'\"") for part in (arguments[3:5] if named else arguments[2:4]))
        number = current + 1
        return urljoin(url, f"{name}_{number}.{ext}") if number < total + named else None
    if anchor := re.search(r'<a href="([^"]+)">(?:下一页|下页)</a>', page):
        return None if anchor[1].startswith("javascript") else urljoin(url, unescape(anchor[1]))
    if number_link := re.search(r'<b>\d+</b> <a href="([^"]+)">\d+</a>', page):
        return urljoin(url, number_link[1])
    return None


def walk(url: str | None) -> list[tuple[str, str]]:
    """Return (address, text) of every row of a list, over all its pages."""
    rows = []
    while url is not None:
        page = read(url)
        for href, shown in re.findall(r'<a href="([^"]+)"[^>]* target="_blank">([^<]+)</a>', page):
            rows.append((urljoin(url, unescape(href)), unescape(shown)))
        url = next_page(url, page)
    return rows


@pytest.fixture(scope="module")
def zoo() -> Iterator[Zoo]:
    with Zoo() as zoo:
        yield zoo


@pytest.mark.parametrize(("size", "hosts", "articles", "reports"), [("demo", 5, 40, 20), ("large", 9, 305, 233)])
def test_sizes(size: str, hosts: int, articles: int, reports: int) -> None:
    truth = [item for site in portals(size) for item in site.truth]
    assert (len(portals(size)), len(truth), sum(item.is_report for item in truth)) == (hosts, articles, reports)


def test_same_every_time() -> None:
    first, again = portals.__wrapped__("demo"), portals.__wrapped__("demo")
    assert [(site.pages, site.truth) for site in first] == [(site.pages, site.truth) for site in again]


def test_every_truth_is_served(zoo: Zoo) -> None:
    for item in zoo.truth:
        page = read(item.url)
        seen = words(page)
        at = 0
        for line in item.paragraphs:
            at = seen.index(words(line), at) + len(words(line))
        assert all(words(cell) in seen for cell in item.cells)
        assert item.title in unescape(page)
        assert f"{item.published}" in page or f"{item.published:%Y年%m月%d日}" in page
        assert ("ArticleTitle" in page) == (item.published_source == "meta")
        for name, path in item.attachments:
            assert name in page
            assert get(urljoin(item.url, path))[2].startswith(b"%PDF")


def test_pagers_lead_to_every_article(zoo: Zoo, tmp_path: Path) -> None:
    zoo.write_portals(tmp_path / "portals.toml")
    entries = tomllib.loads((tmp_path / "portals.toml").read_text("utf-8"))
    found = [
        row for entry in entries.values() for path in entry["listings"] for row in walk(urljoin(entry["home"], path))
    ]
    assert found == [(item.url, item.link_title) for item in zoo.truth]


def test_long_lists_have_pages_of_every_pager() -> None:
    with Zoo("large") as zoo:
        for site in portals("large"):
            home = zoo.homes[site.spec.code]
            found = [url for url, _ in walk(urljoin(home, site.listings[0]))]
            assert found == [urljoin(home, item.path) for item in site.truth]
            assert len(found) > SIZES["large"][2]


def test_truth_is_consistent() -> None:
    items = [item for site in portals("large") for item in site.truth]
    reports = [item for item in items if item.is_report]
    assert {item.issuer_kind for item in reports} <= set(IssuerKind)
    assert {reason for item in items for reason in item.reasons} <= set(Reason)
    assert len({item.text for item in items}) == len(items)
    assert len({(item.issuer, item.year) for item in reports}) == len(reports)
    for item in reports:
        assert item.year is not None
        assert item.issuer == item.issuers[0]
        assert item.published.year == item.year + 1
        assert item.region == path_of(item.town_code or item.adcode)
        assert item.written is None or item.written <= item.published
        assert str(item.year) in item.title
        assert item.title_where != "head" or f"{item.year}年" in item.paragraphs[0]
        for word in text.WORDS:
            assert (word in item.text) == (word in item.features), (item.title, word)
    for item in items:
        assert item.is_report != bool(item.reasons)


def test_every_trait_is_there() -> None:
    demo = [item for site in portals("demo") for item in site.truth]
    reports = [item for item in demo if item.is_report]
    assert {item.title_where for item in reports} == {"page", "body", "head"}
    assert {item.issuer_kind for item in reports} == {
        "government", "department", "subdistrict", "party_and_government", "law_committee", "office",
    }  # fmt: skip
    assert {reason for item in demo for reason in item.reasons} >= {
        "interpretation", "points", "disclosure_report", "notice", "plan", "news",
    }  # fmt: skip
    assert any(item.published > date(item.published.year, 4, 1) for item in reports)
    assert any(item.cells for item in reports)
    assert any(item.attachments for item in reports)
    assert any(item.doc_no for item in reports)
    assert any(item.link_title.endswith("…") for item in reports)
    assert any(item.town_code for item in reports)
    assert {item.published_source for item in reports} == {"meta", "label"}
    assert {word: sum(word in item.features for item in reports) > 3 for word in text.WORDS} == dict.fromkeys(
        text.WORDS, True
    )


def test_search_words_stand_nowhere_else(zoo: Zoo) -> None:
    for item in zoo.truth:
        page = read(item.url)
        assert {word for word in text.WORDS if word in page} == item.features
    for site in portals("demo"):
        for path in (*site.listings, "/"):
            assert not any(word in read(urljoin(zoo.homes[site.spec.code], path)) for word in text.WORDS)


def test_places_are_fictional() -> None:
    real = "\n".join((TABLES / name).read_text("utf-8") for name in ("divisions.tsv", "division_changes.tsv"))
    taken = set(re.findall(r"[\u4e00-\u9fff]+", real))
    stems = {re.sub("(?:省|市|区|县|镇|乡|街道)$", "", name) for name in taken}
    for code, (name, _) in divisions().items():
        assert name not in taken
        assert re.sub("(?:省|市|区|县|镇|乡|街道)$", "", name) not in stems
        assert not re.search(rf"\b{code}(?:000000)?\b", real)
    assert DIVISIONS.read_text("utf-8").splitlines()[0] == real.splitlines()[0]
    assert all(spec.adcode in divisions() for spec in specs())


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    features=st.frozensets(st.sampled_from(text.WORDS)),
    layout=st.sampled_from(("parts", "groups", "run_on")),
    year=st.integers(2016, 2024),
)
def test_reports_hold_their_words_and_no_slot(seed: int, features: frozenset[str], layout: str, year: int) -> None:
    by = issuer("town:990121100", "990121")
    shape = text.Shape(layout=layout, other=True, table=True)  # type: ignore[arg-type]  # one of the three literals
    blocks = text.report(random.Random(seed), by.words, year, features, shape)
    body = "\n".join(block.text for block in blocks)
    assert {word for word in text.WORDS if word in body} == features
    assert not re.search(r"[{}]", body)
    assert 1500 < len(body) < 9000
    assert f"{year}年" in body
    assert blocks == text.report(random.Random(seed), by.words, year, features, shape)


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
    sites = {name: make() for name, make in faults.FAULTS.items()}
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
        for name, site in sites.items():
            for item in site.truth:
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


def cut_path(pages: dict[str, object]) -> str:
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
