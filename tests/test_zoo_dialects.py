"""The portals of the size ``dialects`` are sound: whole, the same every time, readable from home, rightly counted."""

from __future__ import annotations

import gzip
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from email.message import Message
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from fazhi_zoo import growing, tree
from fazhi_zoo.client import get
from fazhi_zoo.places import specs
from fazhi_zoo.server import DIALECTS, Zoo, portals
from fazhi_zoo.site import Answer, Ask, Site
from fazhi_zoo.systems import SYSTEMS
from fazhi_zoo.systems.base import Paged
from fazhi_zoo.table import Line, shown, table

HOST = "zoo.example:8100"
LINKS = (r'(?:href|src)="([^"]+)"', r"window\.open\('([^']+)'\)", r'\?file=([^"&]+)')
HOME = f"http://{HOST}/"
STATIC = [portal for portal in tree.portals() if issubclass(SYSTEMS[portal.disclosure or portal.system], Paged)]


def ask(site: Site, path: str, count: int = 1) -> Answer | None:
    """Answer as the server does, without one."""
    head = Message()
    head["Host"] = HOST
    asked = Ask(path, head, count)
    page = site.routes.get(asked.route) or site.pages.get(path) or site.fallback
    if page is None or isinstance(page, Answer):
        return page
    answer = page(asked)
    return answer if answer.status == 200 else None


def text_of(site: Site, answer: Answer) -> str:
    """Return a page as text."""
    body = gzip.decompress(answer.body) if ("Content-Encoding", "gzip") in answer.headers else answer.body
    return body.decode(site.spec.charset)


def behind(path: str, total: int) -> list[str]:
    """Return where further pages of a list without a link to them could be: every form of facts/portals.md."""
    folder, _, name = path.rpartition("/")
    stem = path.rpartition(".")[0] if "." in name else f"{folder}/index"
    stems = {stem, f"{folder}/index", f"{folder}/list"}
    return [f"{s}_{page}.{e}" for s in stems for e in ("html", "shtml") for page in range(1, total + 1)]


def reachable(site: Site) -> set[str]:
    """Return every path that links, frames and pagers lead to from home; the endless traps are left out."""
    seen, waiting = {"/"}, ["/"]
    while waiting:
        path = waiting.pop()
        answer = ask(site, path)
        if answer is None:
            seen.discard(path)
            continue
        if not answer.content_type.startswith("text/html"):
            continue
        page = text_of(site, answer)
        found = [part for sign in LINKS for part in re.findall(sign, page)]
        links = [unescape(part).strip() for part in found]
        paths = [parts for link in links if (parts := urlsplit(urljoin(HOME + path[1:], link))).netloc == HOST]
        targets = [re.sub(";jsessionid=[0-9A-F]+", "", p.path) + (f"?{p.query}" if p.query else "") for p in paths]
        if "listbox" in page:
            targets += behind(path, 9)
        for target in targets:
            if target not in seen and not target.startswith(("/gkrl/", "/bdyw/more")):
                seen.add(target)
                waiting.append(target)
    return seen


@pytest.mark.parametrize("portal", STATIC, ids=lambda portal: f"{portal.spec.code}-{portal.system}")
def test_every_report_can_be_reached_from_home(portal: tree.Portal) -> None:
    site = tree.site(portal)
    seen = reachable(site)
    assert {item.path for item in site.truth} <= seen
    assert {path for item in site.truth if item.is_report for _, path in item.attachments} <= seen


def test_same_every_time() -> None:
    first = portals(DIALECTS)
    assert [site.spec for site in first] == [portal.spec for portal in tree.portals()]
    for one, portal in list(zip(first, tree.portals(), strict=True))[::6]:
        again = tree.site(portal)
        assert one.truth == again.truth
        assert list(one.pages) == list(again.pages)
        assert [ask(one, path) for path in one.pages] == [ask(again, path) for path in again.pages]


def test_a_portal_of_every_system_with_reports_of_all_who_report() -> None:
    made = tree.portals()
    assert {name for portal in made for name in (portal.system, portal.disclosure) if name} == set(SYSTEMS)
    assert {portal.shape for portal in made} == set(growing.SHAPES)
    sites = portals(DIALECTS)
    assert len({site.spec.code for site in sites} | {spec.code for spec in specs()}) == len(sites) + len(specs())
    for site in sites:
        reports = [item for item in site.truth if item.is_report and item.copy_of is None]
        assert 15 <= len(reports) <= 40
        assert len({item.year for item in reports}) >= 4
        assert len({item.issuer for item in reports}) >= 4
        assert len({item.text for item in reports}) == len(reports)
        assert site.listings == ()
        nears = [item for item in site.truth if not item.is_report and "法治政府" in item.title]
        assert len(nears) >= 5
        assert site.open <= {item.path for item in nears}
    kinds = {item.issuer_kind for site in sites for item in site.truth if item.is_report}
    assert kinds >= {"government", "department", "subdistrict", "party_and_government", "law_committee"}


def test_every_trait_is_there() -> None:
    sites = portals(DIALECTS)
    cut = [item for site in sites for item in site.truth if item.is_report and item.link_title.endswith("…")]
    assert len(cut) >= len(sites)
    assert any(item.copy_of for site in sites for item in site.truth if item.is_report)
    written = "".join(
        text_of(site, page)
        for site in sites
        for path in site.pages
        if (page := ask(site, path)) and page.content_type.startswith("text/html")
    )
    for sign in ('href="./', 'href="../', f'href="http://{HOST}/', f'href="//{HOST}/', "&#47;", ";jsessionid=",
                 "window.open('", "<iframe src=", "viewer.html?file=", 'href="/wzdt/"'):  # fmt: skip
        assert sign in written, sign
    assert sum("/sitemap.xml" in site.pages for site in sites) >= 3
    assert sum("/wzdt/" in site.pages for site in sites) >= 8


def test_minimum_counted_by_hand() -> None:
    portal = next(portal for portal in tree.portals() if portal.spec.code == "990424")
    site = tree.site(portal)
    reports = [item for item in site.truth if item.is_report and item.copy_of is None]
    column = "/zwgk/zfxxgk/fdzdgknr/fzzfjsndbg/"
    lists = {path for path in site.pages if path == column or re.fullmatch(column + r"index_\d\.html", path)}
    units = {
        path for path in site.pages if re.fullmatch(r"/zwgk/(?:bmxxgk|xzjdxxgk)/\w+/fzzfjs/(?:index_\d\.html)?", path)
    }
    second = {path for path in site.pages if re.fullmatch(r"/zwgk/zfxxgk/fdzdgknr/qtfdgkxx/(?:index_\d.html)?", path)}
    files = [file for item in reports for _, file in item.attachments]
    counted = (len(lists), len(units), len(second), len(reports), len(files), len(site.open))
    assert counted == (2, 3, 1, 30, 8, 3)
    assert site.minimum == 1 + 2 + 3 + 1 + 30 + 8 + 3


def test_the_table_tells_what_was_found_and_what_it_cost(tmp_path: Path) -> None:
    with Zoo(DIALECTS, only=("990424", "990425")) as zoo:
        reports = [item for item in zoo.reports if item.portal == "990424" and item.copy_of is None]
        twin = next(item for item in zoo.reports if item.copy_of == reports[0].path)
        near = next(item for item in zoo.truth if item.portal == "990424" and not item.is_report)
        file = next(urljoin(item.url, path) for item in reports for _, path in item.attachments)
        for url in (zoo.homes["990424"], file, twin.url):
            get(url)
        with closing(sqlite3.connect(tmp_path / "archive.db")) as db, db:
            db.execute("create table sources (url)")
            db.executemany("insert into sources values (?)", [(twin.url,), (reports[1].url,), (near.url,)])
        with closing(sqlite3.connect(tmp_path / "crawl.db")) as db, db:
            db.execute("create table verdicts (portal, verdict)")
            db.executemany("insert into verdicts values ('990424', ?)", [("silent",), ("ok",)])
        line, other = table(zoo, tmp_path)
    assert replace(line, missed=()) == Line("990424", "trs", 30, 2, 1, 8, 1, 3, 48, "ok")
    assert set(line.missed) >= {item.url for item in reports[2:]}
    assert len(line.missed) == 28 + 7
    assert (other.found, other.requests, other.verdict) == (0, 0, "-")
    assert shown([line, other]).split("\n")[1].split() == [
        "990424", "trs", "30", "2", "1", "1/8", "3", "48", "0.06", "ok",
    ]  # fmt: skip


def test_the_portal_file_names_only_the_home(tmp_path: Path) -> None:
    with Zoo(DIALECTS) as zoo:
        zoo.write_portals(tmp_path / "portals.toml")
        lines = (tmp_path / "portals.toml").read_text("utf-8").split("\n")
        assert {line.split(" ")[0] for line in lines if " = " in line} == {"name", "home"}
        assert set(zoo.minimum) == set(zoo.homes)
