"""Portals whose line or server is in a bad way, and portals with too many addresses: one fault each, see ``faults``."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from fazhi_zoo import pages
from fazhi_zoo.faults import answer, fault, link, small, take
from fazhi_zoo.places import PortalSpec
from fazhi_zoo.site import Answer, Ask, Site

CHUNK = b"<p>" + b"x" * 65_000 + b"</p>"


@fault
def https_only(spec: PortalSpec) -> Site:
    """The portal file says http, the server speaks TLS only."""
    return replace(small(spec), secure="self-signed", told="http")


@fault
def http_only(spec: PortalSpec) -> Site:
    """The portal file says https, the server speaks plain HTTP only."""
    return replace(small(spec), told="https")


@fault
def self_signed(spec: PortalSpec) -> Site:
    """The certificate is signed by itself."""
    return replace(small(spec), secure="self-signed")


@fault
def expired(spec: PortalSpec) -> Site:
    """The certificate ran out a year ago."""
    return replace(small(spec), secure="expired")


@fault
def wrong_name(spec: PortalSpec) -> Site:
    """The certificate is that of another host."""
    return replace(small(spec), secure="wrong-name")


@fault
def old_tls(spec: PortalSpec) -> Site:
    """The server knows TLS 1.0 only."""
    return replace(small(spec), secure="old")


@fault
def picky_tls(spec: PortalSpec) -> Site:
    """The server hangs up on whoever offers it another curve than P-256."""
    return replace(small(spec), secure="picky")


@fault
def hanging(spec: PortalSpec) -> Site:
    """The server takes every request and never answers."""
    site = small(spec)
    site.pages.clear()
    site.truth.clear()
    site.fallback = lambda ask: Answer(b"", pause=3600)
    site.verdict = "unreachable"
    return site


@fault
def slow(spec: PortalSpec) -> Site:
    """Every answer takes a second, drop by drop."""
    site = small(spec)
    site.pages = {path: replace(answer(site, path), pause=0.2, drip=0.8) for path in site.pages}
    return site


@fault
def hanging_article(spec: PortalSpec) -> Site:
    """One article's body stops in the middle and never goes on; all others are well."""
    site = small(spec)
    path = take(site)
    site.pages[path] = replace(answer(site, path), drip=3600)
    return site


@fault
def endless(spec: PortalSpec) -> Site:
    """A link of the list leads to a page without length or end."""
    site = small(spec, link("/big/t20230309_1.html"))
    site.pages["/big/t20230309_1.html"] = Answer(CHUNK, endless=True)
    return site


@fault
def sessions(spec: PortalSpec) -> Site:
    """Every page has its links with a session of its own, and those of the list also for telephones."""
    site = small(spec)
    number = iter(range(10**9))

    def with_session(page: Answer) -> Answer:
        def marked(match: re.Match[str]) -> str:
            return f'{match[1]};jsessionid={next(number):032X}"'

        text = re.sub(r'(<a href="[^"?#:]+\.html)"', marked, page.body.decode())
        return replace(page, body=text.encode(), headers=())

    def stripped(ask: Ask) -> Answer:
        path = re.sub(r";jsessionid=\w+", "", ask.path).removesuffix("?mobile=1")
        page = site.pages.get(path)
        if page is None:
            return site.html(pages.missing_page(site.spec), 404)
        return page if isinstance(page, Answer) else page(ask)

    row = re.compile(r'(<li><a href="([^"]+\.html)".*?</li>)')
    for path in (site.listings[0], "/"):
        whole = answer(site, path)
        doubled = row.sub(r'\1<li><a href="\2?mobile=1">手机版</a></li>', whole.body.decode())
        site.pages[path] = partial(lambda page, ask: with_session(page), replace(whole, body=doubled.encode()))
    site.fallback = stripped
    return site


@fault
def telephone_doubles(spec: PortalSpec) -> Site:
    """Every list has a copy for telephones and one for the blind, and the home page links all three."""
    site = small(spec)
    column = site.listings[0]
    folder = column.rpartition("/")[0].rstrip("/")
    copies = [f"{folder}_wap/", f"/wza{folder}/"]
    for copy in copies:
        site.pages[copy] = site.pages[column]
        for truth in site.truth:
            site.pages[truth.path.replace(folder, copy.rstrip("/"), 1)] = site.pages[truth.path]
    links = "".join(f'<a href="{copy}">法治政府建设年度报告</a>' for copy in copies)
    home = answer(site, "/")
    site.pages["/"] = replace(home, body=home.body.replace(b"</body>", links.encode() + b"</body>"), headers=())
    return replace(site, listings=())


@fault
def growing_paths(spec: PortalSpec) -> Site:
    """A list below which every page links, relative to itself, one folder deeper, under words a crawler looks for."""
    site = small(spec, link("/sd/x/", "法治政府建设年度报告汇总"))

    def deeper(ask: Ask) -> Answer:
        if not ask.path.startswith("/sd/"):
            return site.html(pages.missing_page(site.spec), 404)
        rows = [link("x/", "法治政府建设年度报告汇总"), link("y/", "法治政府建设情况报告公开")]
        return site.html(pages.list_page(site.spec, rows, ""))

    site.fallback = deeper
    site.verdict = None
    return site
