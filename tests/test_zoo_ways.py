"""Which way leads to the reports of a sample portal: links, a tree, the site map, sitemap.xml, or the engine alone."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from fazhi_zoo import tree
from fazhi_zoo.asking import HOST, ask, code_of, hrefs, pages_of, portal, reports, text
from fazhi_zoo.site import Site
from fazhi_zoo.systems.dynamic import DYNAMIC


def linked(site: Site) -> set[str]:
    """Return every path that links lead to from home; pages of articles are not gone through."""
    articles = {item.path for item in site.truth}
    seen, waiting = {"/"}, ["/"]
    while waiting:
        path = waiting.pop()
        answer = ask(site, path)
        if path in articles or path.startswith(("/gkrl/", "/bdyw/more")) or answer.status != 200:
            continue
        if answer.content_type.startswith("text/html"):
            base = f"http://{HOST}{path}"
            urls = [urlsplit(urljoin(base, href)) for href in hrefs(text(answer))]
            new = {url.path + f"?{url.query}" * bool(url.query) for url in urls if url.netloc == HOST} - seen
            seen |= new
            waiting += new
    return seen


@pytest.mark.parametrize(
    "row", [row for row in tree.portals() if row.disclosure == "datacall"], ids=lambda r: r.spec.code
)
def test_no_link_leads_to_reports_behind_a_datacall(row: tree.Portal) -> None:
    site = portal(row.spec.code)
    assert not linked(site) & reports(site)
    assert ask(site, "/igs/front/data/call.jhtml?key=list-1").status == 403
    shown = {href for page in pages_of(site, "igs.datacall").values() for href in hrefs(page)}
    assert not shown & reports(site)


def columns_of(site: Site) -> set[str]:
    """Return the addresses of the columns that hold reports, by the bread crumbs of these."""
    crumbs = (re.findall(r'class="position">(.*?)</div>', text(ask(site, path)), re.DOTALL) for path in reports(site))
    return {hrefs(crumb)[-1].partition("#")[0] for (crumb,) in crumbs}


OPEN = [row for row in tree.portals() if {row.system, row.disclosure} & {*DYNAMIC} - {"datacall", "veiled"}]


@pytest.mark.parametrize("code", [row.spec.code for row in OPEN if row.disclosure not in ("datacall", "veiled")])
def test_links_lead_to_every_column_with_reports_but_those_in_a_tree(code: str) -> None:
    site = portal(code)
    hidden = columns_of(site) - linked(site)
    assert hidden == (columns_of(site) if code == code_of(lambda row: row.system == "ucap_json") else set())


def test_sitemap_named_in_robots_holds_the_reports() -> None:
    site = portal(code_of(lambda row: row.disclosure == "datacall" and "xml" in row.maps))
    robots = ask(site, "/robots.txt").body.decode()
    (url,) = re.findall(r"^Sitemap: (\S+)$", robots, re.MULTILINE)
    xml = ask(site, urlsplit(url).path).body.decode()
    assert reports(site) <= {urlsplit(unescape(loc)).path for loc in re.findall(r"<loc>([^<]+)</loc>", xml)}
    assert "/wzdt/" not in site.pages


def test_site_map_alone_leads_to_the_reports() -> None:
    site = portal(code_of(lambda row: row.disclosure == "veiled"))
    (slug,) = (row.slugs["fzzfjsndbg"] for row in tree.portals() if row.spec.code == site.spec.code)
    (column,) = {href for href in hrefs(text(ask(site, "/wzdt/"))) if href.endswith(f"/{slug}/")}
    assert set(hrefs(text(ask(site, column)))) & reports(site)
    blind = replace(site, pages={path: page for path, page in site.pages.items() if path != "/wzdt/"})
    assert not linked(blind) & reports(site)


def test_walking_works_where_the_engine_is_broken() -> None:
    site = portal(code_of(lambda row: row.search == "broken"))
    assert columns_of(site) <= linked(site)
