"""Portals that misbehave, one fault each. ``FAULTS`` maps the name of a fault to a function that builds the portal.

Each is a small portal of ``articles`` reports with one thing wrong. ``Site.verdict`` is what a crawl must conclude;
None leaves it open. ``Site.truth`` holds the articles that can be read all the same.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from fazhi_zoo import pages
from fazhi_zoo.pages import Link
from fazhi_zoo.places import PortalSpec, divisions
from fazhi_zoo.site import Answer, Ask, Site, build

FAULTS: dict[str, Callable[[], Site]] = {}
DAY = date(2023, 3, 9)
HUGE = 30_000_000  # bytes


def fault(make: Callable[[PortalSpec], Site]) -> Callable[[PortalSpec], Site]:
    """Register a fault under the name of its function, with the next fictional county as its place."""
    if make.__name__ in FAULTS:  # its module was imported under another name, too
        return make
    code = f"9903{21 + len(FAULTS)}"
    name = divisions()[code][0]
    dialect = "next_anchor" if len(FAULTS) % 2 else "trs_zero"
    spec = PortalSpec(code=code, name=f"示例省{name}人民政府", site_name=f"{name}人民政府", dialect=dialect)
    FAULTS[make.__name__] = lambda: make(spec)
    return make


def small(spec: PortalSpec, *extra: Link, articles: int = 3, per_page: int = 5) -> Site:
    return build(spec, articles, 1, per_page, extra)


def link(path: str, title: str = "关于2022年度推进法治政府建设情况的报告") -> Link:
    return Link(title, title, path, DAY)


def _lists(site: Site) -> list[str]:
    """Paths of the list pages; the pages of articles, the home page and robots.txt are all known otherwise."""
    known = {truth.path for truth in site.truth} | {"/", "/robots.txt"}
    return [path for path, page in site.pages.items() if path not in known and not path.endswith(".pdf")]


def take(site: Site) -> str:
    """Strike the first report from the truth, for a page about to be spoilt; return its path."""
    truth = next(item for item in site.truth if item.is_report)
    site.truth.remove(truth)
    return truth.path


def first_asks(page: Answer, times: int, refusal: Answer) -> Callable[[Ask], Answer]:
    """Answer the first ``times`` requests with ``refusal``."""
    return lambda ask: refusal if ask.count <= times else page


def answer(site: Site, path: str) -> Answer:
    page = site.pages[path]
    assert isinstance(page, Answer)
    return page


@fault
def retry_after(spec: PortalSpec) -> Site:
    """429 with Retry-After on the list and on one article, the first time they are asked for."""
    site = small(spec)
    refusal = Answer(b"too many requests", "text/plain", 429, (("Retry-After", "1"),))
    for path in (site.listings[0], site.truth[0].path):
        site.pages[path] = first_asks(answer(site, path), 1, refusal)
    return site


@fault
def unavailable(spec: PortalSpec) -> Site:
    """503 with Retry-After, once, on an article."""
    site = small(spec)
    path = site.truth[0].path
    refusal = Answer(b"busy", "text/plain", 503, (("Retry-After", "1"),))
    site.pages[path] = first_asks(answer(site, path), 1, refusal)
    return site


@fault
def robots(spec: PortalSpec) -> Site:
    """robots.txt forbids everything."""
    site = small(spec)
    site.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /\n", "text/plain")
    site.verdict, site.truth = "robots", []
    return site


@fault
def crawl_delay(spec: PortalSpec) -> Site:
    """robots.txt asks for a second between requests and forbids one article."""
    site = small(spec)
    hidden = take(site)
    site.pages["/robots.txt"] = Answer(f"User-agent: *\nCrawl-delay: 1\nDisallow: {hidden}\n".encode(), "text/plain")
    return site


@fault
def robots_is_html(spec: PortalSpec) -> Site:
    """robots.txt is the home page, with status 200."""
    site = small(spec)
    site.pages["/robots.txt"] = site.pages["/"]
    return site


@fault
def redirects(spec: PortalSpec) -> Site:
    """The list moved twice, an article moved, and one link runs in a circle."""
    site = small(spec, link("/loop/a.html"))
    site.pages |= {
        "/old/": Answer(status=301, headers=(("Location", "/older/"),)),
        "/older/": Answer(status=302, headers=(("Location", site.listings[0]),)),
        "/loop/a.html": Answer(status=302, headers=(("Location", "/loop/b.html"),)),
        "/loop/b.html": Answer(status=302, headers=(("Location", "/loop/a.html"),)),
    }
    moved = site.truth[0]
    site.pages[f"/moved{moved.path}"] = site.pages[moved.path]
    site.pages[moved.path] = Answer(status=301, headers=(("Location", f"/moved{moved.path}"),))
    site.truth[0] = replace(moved, path=f"/moved{moved.path}")
    site.listings, site.verdict = ("/old/",), None
    return site


@fault
def cut_short(spec: PortalSpec) -> Site:
    """An article's connection breaks in the middle of the body, every time."""
    site = small(spec)
    path = take(site)
    whole = answer(site, path)
    site.pages[path] = replace(whole, body=whole.body[: len(whole.body) // 2], declared=len(whole.body), headers=())
    site.verdict = None
    return site


@fault
def gzip(spec: PortalSpec) -> Site:
    """Everything compressed, whether asked for or not; one article torn, one declared gzip and plain."""
    site = small(replace(spec, gzip=True))
    torn, plain = take(site), take(site)
    whole = answer(site, torn)
    site.pages[torn] = replace(whole, body=whole.body[: len(whole.body) // 2], headers=(("Content-Encoding", "gzip"),))
    body = zlib.decompress(answer(site, plain).body, wbits=31)
    site.pages[plain] = Answer(body, headers=(("Content-Encoding", "gzip"),))
    site.verdict = None
    return site


@fault
def soft_404(spec: PortalSpec) -> Site:
    """A dead link in the list; whatever is not there answers 200."""
    site = small(spec, link("/gone/t20230309_1.html"))
    site.fallback = lambda ask: site.html(pages.missing_page(site.spec))
    return site


@fault
def challenge_521(spec: PortalSpec) -> Site:
    """Every path, robots.txt included, is a script that sets a cookie, with status 521."""
    return shielded(spec, 521, b"<script>document.cookie='__jsl_clearance_s=1';location.href=location.href</script>")


@fault
def challenge_412(spec: PortalSpec) -> Site:
    """Every path answers 412 with a script."""
    return shielded(spec, 412, b"<html><head><script>var $_ts=window['$_ts'];</script></head><body></body></html>")


def shielded(spec: PortalSpec, status: int, body: bytes) -> Site:
    site = small(spec)
    site.pages.clear()
    site.truth.clear()
    site.fallback = lambda ask: Answer(body, "text/html", status)
    site.verdict = "blocked"
    return site


@fault
def huge(spec: PortalSpec) -> Site:
    """One link of the list leads to a page of 30 MB."""
    site = small(spec, link("/big/t20230309_1.html"))
    line = "<p>本年度继续做好有关工作。</p>\n".encode()
    site.pages["/big/t20230309_1.html"] = lambda ask: Answer(
        b"<html><body>" + line * (HUGE // len(line)) + b"</body></html>"
    )
    site.verdict = None
    return site


@fault
def calendar(spec: PortalSpec) -> Site:
    """A calendar without end hangs on the list: every month links the next, under words a crawler looks for."""
    site = small(spec, link("/rl/?month=1", "法治政府建设年度报告公开日历"))

    def month(ask: Ask) -> Answer:
        number = ask.path.rpartition("=")[2]
        if not ask.path.startswith("/rl/?month=") or not number.isdigit():
            return site.html(pages.missing_page(site.spec), 404)
        rows = [
            link(f"/rl/?month={int(number) + step}", f"{2016 + int(number) // 12}年法治政府建设年度报告公开日历")
            for step in (1, 2)
        ]
        pager = f'<div class="pages"><a href="/rl/?month={int(number) + 1}">下一页</a></div>'
        return site.html(pages.list_page(site.spec, rows, pager))

    site.fallback = month
    site.verdict = None
    return site


@fault
def says_utf8_is_gbk(spec: PortalSpec) -> Site:
    """Header and page say UTF-8, the bytes are GBK."""
    site = small(replace(spec, charset="gb18030", label="utf-8"))
    return _relabel(site, "text/html; charset=utf-8")


@fault
def says_gbk_is_utf8(spec: PortalSpec) -> Site:
    """Header and page say GBK, the bytes are UTF-8."""
    site = small(replace(spec, charset="utf-8", label="gbk"))
    return _relabel(site, "text/html; charset=gbk")


def _relabel(site: Site, content_type: str) -> Site:
    for path, page in site.pages.items():
        if isinstance(page, Answer) and page.content_type.startswith("text/html"):
            site.pages[path] = replace(page, content_type=content_type)
    return site


@fault
def duplicate(spec: PortalSpec) -> Site:
    """The same articles stand under a second column as well."""
    site = small(spec)
    rows = []
    for truth in list(site.truth):
        files = [path for _, path in truth.attachments]
        second = {path: "/zwgk/gzbg/" + path.removeprefix(spec.path) for path in (truth.path, *files)}
        site.pages |= {copy: site.pages[path] for path, copy in second.items()}
        attachments = tuple((name, second[path]) for name, path in truth.attachments)
        copy = second[truth.path]
        site.truth.append(replace(truth, path=copy, copy_of=truth.path, attachments=attachments))
        rows.append(Link(truth.title, truth.title, copy, truth.published))
    column = "/zwgk/gzbg/index.html"
    site.pages[column] = site.html(pages.list_page(replace(spec, column="工作报告"), rows, ""))
    site.listings = (*site.listings, column)
    return site


@fault
def broken_list(spec: PortalSpec) -> Site:
    """Page 2 of the list always fails with 500."""
    site = small(spec, articles=8, per_page=4)
    second = next(path for path in _lists(site) if "_1." in path or "_2." in path)
    site.pages[second] = site.html("<html><body>服务器内部错误</body></html>", 500)
    shown = answer(site, site.listings[0]).body.decode()
    site.truth = [truth for truth in site.truth if truth.title in shown]
    site.verdict = "truncated"
    return site


@fault
def empty_list(spec: PortalSpec) -> Site:
    """The list is there and holds nothing."""
    site = build(spec, 0, 0, 5)
    site.verdict = "silent"
    return site


@fault
def unreachable(spec: PortalSpec) -> Site:
    """Nobody listens on the port."""
    site = small(spec)
    site.truth.clear()
    site.verdict, site.refuses = "unreachable", True
    return site


@fault
def no_listings(spec: PortalSpec) -> Site:
    """A healthy portal whose catalogue entry names no list; the home page links it."""
    site = small(spec)
    site.listings = ()
    return site


# Each registers its own; they are modules of their own for their length only.
from fazhi_zoo import failing, refusing  # noqa: E402, F401
