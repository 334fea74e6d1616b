"""What passes between the crawler's pure rooms: a place, an address to fetch, a page that was fetched.

    Portal   a row of the catalogue: code, name, home page, known listings
    Target   an address with everything that is known of it before it is fetched; what the frontier stores
    Page     an answer as the dialects see it: bytes, decoded once, parsed once
    Pager    how a listing goes on: the declared total, or the address forms still to be tried

No Scrapy, no database, no clock. When two addresses are one: ``crawler.addresses``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urljoin

import lxml.html
from lxml import etree

from archive import charset
from archive.model import Role
from crawler.addresses import canonical, netloc

_PARSER = lxml.html.HTMLParser(encoding="utf-8")
_JSONP = re.compile(r"(?:/\*\*/)?\s*[\w.$\[\]]{1,100}\s*\(\s*(?=[{\[])")
_WHOLE = re.compile(r"(?i)<(?:html|head|body)\b|<!doctype html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """A place of the catalogue. ``code`` is a GB/T 2260 code, for a department's own site with a suffix
    (``110000-sfj``). ``listings`` are absolute; empty means: to be found from the home page. ``remark`` says what is
    doubtful of the entry."""

    code: str
    name: str
    home: str
    listings: tuple[str, ...] = ()
    family: str | None = None
    since: int | None = None
    hosts: frozenset[str] = frozenset()
    remark: str | None = None
    schedule: str | None = None  # how often it is visited, see crawler.due; None: as the season wants
    any_host: bool = False  # single addresses given by the user lie wherever they lie
    division: str | None = None  # code the user gave for them

    @property
    def adcode(self) -> str | None:
        """The six digits of the division, None where nobody told them."""
        return self.division or self.code[:6] or None

    @property
    def cluster(self) -> str | None:
        """The first four digits of the code: the prefecture, whose portals often share a machine room."""
        return (self.adcode or "")[:4] or None

    def owns(self, url: str) -> bool:
        """Say whether an address lies on one of the portal's own hosts."""
        return self.any_host or netloc(url) in self.hosts

    def near(self, url: str) -> bool:
        """Say whether an address lies on one of the portal's hosts or on one below its domain: its departments' sites.

        国办发〔2017〕47号 asks for ○○○.□□□.gov.cn below the portal's own name.

        >>> place = Portal(code="990101", name="示例县", home="http://www.shili.gov.cn/")
        >>> [place.near(url) for url in ("http://sfj.shili.gov.cn/1.html", "http://www.bieli.gov.cn/1.html")]
        [True, False]
        """
        domain = netloc(self.home).removeprefix("www.")
        return self.owns(url) or (domain.endswith(".gov.cn") and netloc(url).endswith(f".{domain}"))


@dataclass(frozen=True, slots=True)
class Pager:
    """How a listing goes on behind this page.

    ``total`` is the number of pages the site declares. ``declared`` says that the site itself named this page; a page
    that was only tried may be missing without anything being lost. ``form`` is the address form the page was made
    from (``{p}`` and ``{p-1}`` stand for its number), ``rest`` the forms still to be tried should it fail. ``full`` is
    the number of entries on the first page, ``short`` says that the page before this one had fewer.
    """

    declared: bool = False
    total: int | None = None
    form: str | None = None
    rest: tuple[str, ...] = ()
    full: int = 0
    short: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address to fetch. ``id`` is the frontier's key, None before it was stored. ``listing`` is the ``key`` of the
    first page of the listing a page belongs to, ``page`` its number there; ``parent`` the page the link was found on.

    ``post`` is the body of a POST: JSON where it begins with a bracket, else a form; None means GET.
    """

    url: str
    role: Role
    portal: str
    title: str | None = None
    date: date | None = None
    parent: str | None = None
    depth: int = 0
    prio: int = 0
    listing: str | None = None
    page: int = 1
    pager: Pager = field(default_factory=Pager)
    guessed: bool = False  # found from the home page by the look of its words: counts against the discovery budget
    post: str | None = None
    id: int | None = None

    @property
    def key(self) -> str:
        """What tells one request from another: the address, with what is posted to it behind a ``#``.

        >>> Target(url="http://a.gov.cn/s", role=Role.LISTING, portal="", post="page=2").key
        'http://a.gov.cn/s#page=2'
        """
        return key_of(self.url, self.post)


@dataclass(frozen=True)
class Page:
    """A page that was fetched. ``body`` is content-decoded; text, tree and JSON are made when first asked for.
    ``post`` is what was posted to get it."""

    url: str
    body: bytes
    content_type: str | None = None
    status: int = 200
    post: str | None = None

    @cached_property
    def text(self) -> str:
        """The decoded page, empty where the bytes are no text. The declared character set is a hint only."""
        return charset.decode(self.body, self.content_type).text

    @cached_property
    def root(self) -> lxml.html.HtmlElement | None:
        """The parsed page, None where there is nothing to parse."""
        try:
            return lxml.html.document_fromstring(self.text.encode(errors="replace"), parser=_PARSER)
        except (etree.ParserError, etree.XMLSyntaxError, ValueError):
            return None

    @cached_property
    def json(self) -> Any:
        """The answer read as JSON, or as JSONP (``back({...})``); None where it is neither.

        >>> Page("http://a.gov.cn/", b'back({"a": [1]});').json
        {'a': [1]}
        """
        text = self.text.strip().lstrip("\ufeff")
        if (call := _JSONP.match(text)) and text.rstrip("; \r\n").endswith(")"):
            text = text.rstrip("; \r\n")[call.end() : -1]
        if not text.startswith(("{", "[")):
            return None
        try:
            return json.loads(text, strict=False)
        except (ValueError, RecursionError):
            return None

    @cached_property
    def whole(self) -> bool:
        """Whether this is a page of its own, with head or body, and no fragment that a script puts into one."""
        return self.json is None and _WHOLE.search(self.text[:5000]) is not None

    @cached_property
    def base(self) -> str:
        """The address relative links start from (``<base href>`` obeyed)."""
        if self.root is None:
            return self.url
        href = self.root.xpath("string(//base/@href)").strip()
        return join(self.url, href) or self.url if href else self.url

    def resolve(self, href: str) -> str | None:
        """Return the canonical address of a link, None where it leads nowhere (``javascript:``, ``#``, empty)."""
        return join(self.base, href)


def key_of(url: str, post: str | None) -> str:
    """Return the key of a request; canonical addresses have no ``#``, so ``split_key`` takes it apart again."""
    return url if post is None else f"{url}#{post}"


def split_key(key: str) -> tuple[str, str | None]:
    """Return address and posted body of a key.

    >>> split_key("http://a.gov.cn/s#page=2"), split_key("http://a.gov.cn/")
    (('http://a.gov.cn/s', 'page=2'), ('http://a.gov.cn/', None))
    """
    url, mark, post = key.partition("#")
    return url, post if mark else None


def join(base: str, href: str) -> str | None:
    """Return the canonical address of a link on a page, None where it leads nowhere.

    >>> join("http://a.gov.cn/x/y.html", "../z.html#top"), join("http://a.gov.cn/", "javascript:;")
    ('http://a.gov.cn/z.html', None)
    """
    href = re.sub(r"[\t\r\n]", "", href).strip()
    if not href or href.startswith("#") or len(href) > 2000:
        return None
    try:
        return canonical(urljoin(base, href))
    except ValueError:
        return None


def own_hosts(*urls: str) -> frozenset[str]:
    """Return the hosts of some addresses, each with and without ``www.``.

    >>> sorted(own_hosts("http://www.shili.gov.cn/", "http://127.0.0.1:81/"))
    ['127.0.0.1:81', 'shili.gov.cn', 'www.shili.gov.cn']
    """
    hosts = {netloc(url) for url in urls} - {""}
    names = {host for host in hosts if host.endswith(".gov.cn")}
    bare = {host.removeprefix("www.") for host in names}
    return frozenset(hosts | bare | {f"www.{host}" for host in bare})
