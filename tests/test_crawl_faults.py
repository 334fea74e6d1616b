"""``fazhi crawl`` over a zoo of nothing but faults: every refusal and trouble gets its name, and delays no other."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fazhi_zoo.faults import FAULTS
from fazhi_zoo.server import Request, Zoo

from .loopback import command, rows

OLD = {"retry_after", "unavailable", "robots", "crawl_delay", "robots_is_html", "redirects", "cut_short", "gzip",
       "soft_404", "challenge_521", "challenge_412", "huge", "calendar", "says_utf8_is_gbk", "says_gbk_is_utf8",
       "duplicate", "broken_list", "empty_list", "unreachable", "no_listings"}  # fmt: skip
NEW = sorted(FAULTS.keys() - OLD)
REMARKS = {
    "challenge_468": "status 468; not asked before ",
    "challenge_512": "status 512 at robots.txt; not asked before ",
    "challenge_202": "status 202 without a page; not asked before ",
    "challenge_200": "acw_sc__v2",
    "challenge_yunsuo": "challenge (security_verify_data); not asked before ",
    "challenge_wzws": "challenge (wzws); not asked before ",
    "cookie_loop": "a redirect to itself; not asked before ",
    "wall": "网站防火墙",
    "wall_405": "您的访问被阻断",
    "forbidden": "refused: 403 Forbidden",
    "forbidden_article": "1 failed: refused: status 403",
    "fenced": "status 403",
    "sign_in": "a page to sign in",
    "shell": "a shell that only a script fills; not asked before ",
    "closes_later": "status 521; not asked before ",
    "soft_404_bare": "7 failed: no page: ",
    "hanging": "no whole answer in time",
    "hanging_article": "1 failed: no whole answer in time",
    "endless": "1 failed: larger than 20,000,000 bytes",
}


@dataclass
class Told:
    """What a crawl told of a portal, and what its server saw."""

    verdict: str
    remark: str
    found: set[str]
    log: list[Request]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Told]]:
    """All portals in one crawl, which gives up on an answer after three seconds."""
    folder = tmp_path_factory.mktemp("faults")
    with Zoo("none", faults=NEW) as zoo:
        zoo.write_portals(folder / "portals.toml")
        done = subprocess.run(
            command(folder), capture_output=True, text=True, timeout=150,
            env={**os.environ, "FAZHI_TIMEOUT": "3", "COLUMNS": "200"},
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == 3, done.stderr
        codes = {FAULTS[name]().spec.code: name for name in NEW}
        found: dict[str, set[str]] = {name: set() for name in NEW}
        for code, url in rows(folder, "SELECT portal,url FROM captures WHERE outcome='report'", database="archive.db"):
            found[codes[str(code)]].add("/" + str(url).split("/", 3)[3])
        verdicts = rows(folder, "SELECT portal,verdict,remark FROM verdicts")
        yield {
            codes[str(code)]: Told(
                str(verdict),
                str(remark),
                found[codes[str(code)]],
                sorted((r for r in zoo.log if zoo.homes[str(code)].endswith(f"{r.host}/")), key=lambda r: r.time),
            )
            for code, verdict, remark in verdicts
        }


@pytest.mark.slow
@pytest.mark.parametrize("name", NEW)
def test_verdict_and_reports(told: dict[str, Told], name: str) -> None:
    site, crawl = FAULTS[name](), told[name]
    assert (crawl.verdict, crawl.remark) == (site.verdict or crawl.verdict, crawl.remark), crawl.log
    assert REMARKS.get(name, "") in crawl.remark
    assert crawl.found == {truth.path for truth in site.truth if truth.is_report}, crawl.remark


@pytest.mark.slow
def test_no_host_ever_has_two_requests(told: dict[str, Told]) -> None:
    # A server that hangs does not notice that its client has gone.
    most = {name: max(r.inflight for r in crawl.log) for name, crawl in told.items() if not name.startswith("hang")}
    assert most == dict.fromkeys(most, 1)


@pytest.mark.slow
def test_a_wall_is_not_knocked_at(told: dict[str, Told]) -> None:
    walls = [name for name in NEW if name.startswith(("challenge_2", "challenge_4", "challenge_5", "wall", "shell"))]
    for name in walls:
        asked = [request.path for request in told[name].log]
        assert len(asked) <= 2, (name, asked)
    assert len(told["cookie_loop"].log) <= 9
    assert len(told["closes_later"].log) <= 9
    assert sum(re.search(r"\d{7}\.html", request.path) is not None for request in told["sign_in"].log) == 3


@pytest.mark.slow
def test_the_dead_do_not_delay_the_living(told: dict[str, Told]) -> None:
    began = min(crawl.log[0].time for crawl in told.values() if crawl.log)
    well = [name for name in NEW if name in ("forbidden_article", "self_signed", "sessions", "cookie_once")]
    assert max(told[name].log[-1].time - began for name in well) < 30


@pytest.mark.slow
def test_a_page_is_asked_for_once_whatever_its_address(told: dict[str, Told]) -> None:
    for name in ("sessions", "telephone_doubles"):
        site = FAULTS[name]()
        names = [r.path.partition(";")[0].partition("?")[0].rpartition("/")[2] for r in told[name].log]
        articles = {truth.path.rpartition("/")[2] for truth in site.truth if truth.is_report}
        assert {path: names.count(path) for path in articles} == dict.fromkeys(articles, 1), name


@pytest.mark.slow
def test_pages_without_end_are_left(told: dict[str, Told]) -> None:
    assert len(told["growing_paths"].log) < 60
    gaps = [b.time - a.time for a, b in itertools.pairwise(told["hanging"].log)]
    assert len(told["hanging"].log) <= 6
    assert all(gap >= 2.5 for gap in gaps)
