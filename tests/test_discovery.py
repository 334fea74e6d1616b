"""The ways to reports that no column leads to: which requests a home page opens, site maps, and whole searches."""

from __future__ import annotations

import gzip
from collections import deque
from urllib.parse import quote, urljoin

import pytest
from fazhi_zoo import tree
from fazhi_zoo.asking import HOST, ask, portal, reports

from archive.model import Role
from crawler import discovery, guard, walk
from crawler.discovery import sitemaps
from crawler.discovery.clues import WORD
from crawler.targets import Page, Portal, Target

SITE = "http://www.shili.gov.cn"
HOME = SITE + "/"
PORTAL = Portal(code="990101", name="示例县人民政府", home=HOME, hosts=frozenset({"www.shili.gov.cn"}))
AT_HOME = Target(url=HOME, role=Role.LISTING, portal="990101", listing=HOME, prio=100, guessed=True)
CODE = "0123456789abcdef0123456789abcdef"
SCRIPT = f"<script>var o = {{ code: '{CODE}', siteId: 3 }}; get('/igs/front/search.jhtml', o)</script>"
BOX = "<form action='/search/index.html'><input name='searchWord' type='text'></form>"
ASKED = SITE + "/search/index.html?searchWord=" + quote(WORD)


def page(body: str, url: str = HOME) -> Page:
    return Page(url, f"<html><head><meta charset='utf-8'></head><body>{body}</body></html>".encode(), "text/html")


def ways(body: str, url: str = HOME, target: Target = AT_HOME) -> list[tuple[str, int]]:
    """Return address and priority of what a page opens, the usual address of a site map left out."""
    found = list(discovery.ways(page(body, url), target, PORTAL))
    assert all((each.role, each.guessed, each.depth) == (Role.LISTING, True, target.depth + 1) for each in found)
    assert all(each.listing == each.key for each in found)
    return [(each.url, each.prio) for each in found if each.url != SITE + "/sitemap.xml"]


def search(url: str) -> Target:
    return Target(url=url, role=Role.LISTING, portal="990101", title=discovery.TITLE, prio=walk.SEARCH, depth=1,
                  listing=url, guessed=True)  # fmt: skip


def paths(found: list[tuple[str, int]]) -> list[str]:
    return [url.removeprefix(SITE).partition("?")[0] for url, _ in found]


def test_a_home_page_opens_the_engine_whose_options_it_has() -> None:
    found = ways(SCRIPT + BOX)
    assert (paths(found), [prio for _, prio in found]) == (["/igs/front/search.jhtml"], [walk.SEARCH])


def test_else_its_form_leads_to_the_page_that_has_them() -> None:
    assert ways(BOX) == [(ASKED, walk.SEARCH)]
    assert paths(ways(SCRIPT, ASKED, search(ASKED))) == ["/igs/front/search.jhtml"]


def test_else_a_link_leads_there_and_its_form_on() -> None:
    address = SITE + "/ss/"
    assert ways("<a href='/ss/'>站内搜索</a><a href='/zwgk/'>政务公开</a>") == [(address, walk.SEARCH)]
    assert ways(BOX, address, search(address)) == [(ASKED, walk.SEARCH)]


def test_a_script_that_opens_an_address_gets_the_word() -> None:
    body = "<script>location.href = '/jsearchfront/search.do?websiteid=990101000000000&q=' + w;</script>"
    assert ways(body) == [
        (f"{SITE}/jsearchfront/search.do?websiteid=990101000000000&q={quote(WORD)}", walk.SEARCH)
    ]  # fmt: skip


def test_the_engine_s_page_is_asked_where_the_home_page_knows_half() -> None:
    form = (
        "<form action='/jsearchfront/search.do'><input type='hidden' name='websiteid' value='990101000000000'>"
        "<input type='text' name='q'></form>"
    )
    assert paths(ways(form + "<a href='/jsearchfront/search.do'>高级搜索</a>")) == ["/jsearchfront/search.do"]
    half = "<script>var websiteid = '990101000000000'; post('/jsearchfront/interfaces/cateSearch.do')</script>"
    assert paths(ways(half)) == ["/jsearchfront/interfaces/cateSearch.do"]  # no page to ask: better than nothing


def test_a_page_opens_nothing_it_came_from() -> None:
    assert ways(BOX, ASKED, search(ASKED)) == []
    answer = SITE + f"/igs/front/search.jhtml?code={CODE}&searchWord={quote(WORD)}"
    assert ways(SCRIPT, answer, search(answer)) == []


def test_other_pages_open_nothing() -> None:
    column = Target(url=SITE + "/zwgk/", role=Role.LISTING, portal="990101", listing=SITE + "/zwgk/", depth=1)
    second = Target(url=HOME, role=Role.LISTING, portal="990101", listing=HOME, page=2)
    report = Target(url=HOME, role=Role.REPORT, portal="990101")
    assert [ways(SCRIPT + BOX, SITE + "/zwgk/", column)] == [[]]
    assert [list(discovery.ways(page(SCRIPT + BOX), target, PORTAL)) for target in (second, report)] == [[], []]


def test_a_home_page_has_last_resorts() -> None:
    found = list(discovery.ways(page("<a href='/wzdt/'>网站地图</a>"), AT_HOME, PORTAL))
    assert [(each.url, each.prio) for each in found] == [
        (SITE + "/wzdt/", walk.LAST_RESORT),
        (SITE + "/sitemap.xml", walk.LAST_RESORT),
    ]


@pytest.mark.parametrize(
    "body",
    ["", "<form action='http://[::1'><input name='q'></form>", "<form><form><form>", "'\"`/" * 50_000,
     "<form action='/s'>" + "<input name='q'>" * 20_000, "<a href='/igs/front/" + "x" * 100_000 + "'>x</a>",
     "<script>code" + " = code" * 50_000 + "</script>" + BOX, "\x00\ufffe"],
)  # fmt: skip
def test_hostile_home_pages_open_little(body: str) -> None:
    assert len(ways(body)) <= 2


def test_a_page_that_only_its_engine_fills_is_no_refusal() -> None:
    assert guard.look(page(SCRIPT, ASKED)) is None
    other = guard.look(page("<script>go('/challenge/x.js')</script>", ASKED))
    assert other is not None
    assert other.kind == "refusal"


# site maps

COLUMN = SITE + "/zwgk/fdzdgknr/fzzfjsndbg/"
IN_MAP = Target(url=SITE + "/sitemap.xml", role=Role.LISTING, portal="990101", prio=walk.LAST_RESORT, depth=1)


def urlset(*urls: str, extra: str = "") -> str:
    rows = "".join(f"<url><loc>{url}</loc>{extra}</url>" for url in urls)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'


def read(body: str | bytes, url: str = IN_MAP.url) -> list[tuple[str, str, int]]:
    """Return role, address and priority of what a site map leads to."""
    got = Page(url, body.encode() if isinstance(body, str) else body, "text/xml")
    reader = discovery.owner(got)
    assert reader is not None
    assert reader.name == "sitemap"
    followed = reader.follow(got, IN_MAP, PORTAL)
    assert (followed.entries, followed.truncated, reader.next_page(got, IN_MAP, set())) == (frozenset(), None, None)
    return [(each.role.value, each.url, each.prio) for each in followed.targets]


LISTED = [("listing", COLUMN, walk.SURE_PRIO)]


def test_a_map_leads_to_the_column_it_names() -> None:
    body = urlset(HOME, SITE + "/zwgk/xwdt/", COLUMN, "http://www.b.gov.cn/fzzfjs/")
    assert read(body) == LISTED
    assert read(gzip.compress(body.encode())) == LISTED
    assert read(
        body.replace("<url>", "<s:url>").replace("</url>", "</s:url>").replace("<urlset", "<urlset xmlns:s='x'")
    ) == (LISTED)


def test_a_map_of_articles_leads_to_their_directory_and_to_them() -> None:
    articles = [COLUMN + f"202{n}03/t202{n}0318_{n}.html" for n in range(3)]
    assert read(urlset(SITE + "/xwdt/202103/t20210318_9.html", *articles)) == [
        *LISTED,
        *(("report", url, walk.LAST_RESORT) for url in articles),
    ]
    assert read(urlset(COLUMN + "index.html", articles[0])) == [
        ("listing", COLUMN + "index.html", walk.SURE_PRIO),
        ("report", articles[0], walk.LAST_RESORT),
    ]


def test_titles_in_a_map_tell_reports() -> None:
    body = urlset(SITE + "/a/1.html", extra="<n:title>示例县2020年法治政府建设情况报告</n:title>").replace(
        "<urlset", "<urlset xmlns:n='news'"
    )
    assert read(body) == [("report", SITE + "/a/1.html", 80)]


def test_an_index_leads_to_its_most_promising_maps() -> None:
    names = ["a.xml", "b.xml", "c.xml", "d.xml", "e.xml", "sitemap_zwgk.xml", "sitemap-fzzfjsbg.xml.gz"]
    rows = "".join(f"<sitemap><loc>{SITE}/{name}</loc></sitemap>" for name in [*names, "a.xml"])
    index = f"<sitemapindex>{rows}<sitemap><loc>http://www.b.gov.cn/c.xml</loc></sitemap></sitemapindex>"
    assert read(index) == [
        ("listing", f"{SITE}/{name}", walk.LAST_RESORT)
        for name in ("sitemap-fzzfjsbg.xml.gz", "sitemap_zwgk.xml", "a.xml", "b.xml")
    ]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True))
    + ']><urlset><url><loc>&i;</loc></url><url><loc>' + COLUMN + "</loc></url></urlset>"
)  # fmt: skip
OUTER = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><urlset><url><loc>http://www.shili.gov.cn/&f;</loc></url></urlset>'


@pytest.mark.parametrize(
    "body",
    [BOMB, OUTER, urlset(), urlset("", "javascript:;", "http://[::1"), "<urlset>", "<sitemapindex><sitemap><loc>",
     "<urlset>" + "<url>" * 100_000, b"\x1f\x8b\x08" + b"x" * 50],
)  # fmt: skip
def test_hostile_maps_lead_nowhere_else(body: str | bytes) -> None:
    got = Page(IN_MAP.url, body.encode() if isinstance(body, str) else body)
    followed = sitemaps.Sitemap().follow(got, IN_MAP, PORTAL)
    assert {each.url for each in followed.targets} <= {COLUMN}


def test_a_map_that_unpacks_to_gigabytes_is_cut() -> None:
    start = urlset(COLUMN).removesuffix("</urlset>").encode()
    assert read(gzip.compress(start + b" " * 80_000_000, 1)) == LISTED


def test_a_map_cut_off_is_read_as_far_as_it_goes() -> None:
    assert read(urlset(COLUMN, SITE + "/xwdt/")[:-30]) == LISTED
    packed = gzip.compress(urlset(COLUMN, *(f"{SITE}/{hash(n)}/" for n in range(3000))).encode())
    assert read(packed[: len(packed) // 2]) == LISTED


def test_a_huge_map_is_read_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MOST", 10)
    assert read(urlset(*(f"{SITE}/{n}/" for n in range(10)), COLUMN)) == []


def test_pages_that_are_no_maps() -> None:
    bodies = [b"", b"<html>urlset</html>", b"<rss/>", "网站地图".encode(), b"\x1f\x8b"]
    assert [discovery.owner(Page(IN_MAP.url, body)) for body in bodies] == [None] * len(bodies)


def test_maps_that_robots_names() -> None:
    lines = ["User-agent: *", "SITEMAP:  http://www.shili.gov.cn/m.xml", "Sitemap: http://b.cn/m.xml", "sitemap:", "x"]
    found = discovery.from_robots(lines, PORTAL)
    assert [(each.url, each.prio, each.guessed) for each in found] == [(SITE + "/m.xml", sitemaps.PRIO, True)]


# whole searches, of sample portals that only their engine opens

SHUT = {row.search: row.spec.code for row in tree.portals() if row.disclosure == "datacall" and row.search}


def found_by_search(code: str) -> tuple[set[str], int]:
    """Return the paths of what the search of a sample portal finds, and with how many requests."""
    site, home = portal(code), f"http://{HOST}/"
    place = Portal(code=code, name=site.spec.name, home=home, hosts=frozenset({HOST}))
    queue = deque([Target(url=home, role=Role.LISTING, portal=code, listing=home, guessed=True)])
    found: set[str] = set()
    seen: set[str] = set()
    while queue:
        target = queue.popleft()
        if target.key in seen:
            continue
        seen.add(target.key)
        answer = ask(site, target.url.removeprefix(home[:-1]), target.post, Referer=target.parent or "")
        body = gzip.decompress(answer.body) if ("Content-Encoding", "gzip") in answer.headers else answer.body
        got = Page(target.url, body, answer.content_type, answer.status, target.post)
        reader = discovery.owner(got)
        leads = list(reader.follow(got, target, place, found).targets) if reader else []
        found |= {each.url for each in leads if each.role is Role.REPORT}
        leads += discovery.ways(got, target, place)
        queue.extend(each for each in leads if each.role is Role.LISTING and each.prio > walk.LAST_RESORT)
    return found, len(seen)


@pytest.mark.parametrize("engine", SHUT)
def test_a_search_finds_every_report_of_a_portal_that_nothing_else_opens(engine: str) -> None:
    code = SHUT[engine]
    found, requests = found_by_search(code)
    wanted = {urljoin(f"http://{HOST}/", path) for path in reports(portal(code))}
    assert wanted - found == set()
    assert len(found - wanted) <= 3  # near misses whose titles leave it open
    assert requests <= 5


def test_a_site_map_that_robots_names_opens_a_sample_portal() -> None:
    code = next(row.spec.code for row in tree.portals() if row.disclosure == "datacall" and "xml" in row.maps)
    site, home = portal(code), f"http://{HOST}/"
    place = Portal(code=code, name=site.spec.name, home=home, hosts=frozenset({HOST}))
    (start,) = discovery.from_robots(ask(site, "/robots.txt").body.decode().splitlines(), place)
    got = Page(start.url, ask(site, start.url.removeprefix(home[:-1])).body)
    reader = discovery.owner(got)
    assert reader is not None
    found = {each.url for each in reader.follow(got, start, place).targets}
    wanted = {urljoin(home, path) for path in reports(site)}
    assert wanted - found == set()
