"""One portal as a table of answers: path -> what the server gives. Pages do not depend on its port."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from email.message import Message
from email.utils import formatdate
from urllib.parse import parse_qsl

from fazhi_zoo import pages
from fazhi_zoo.articles import Article, Truth, plan
from fazhi_zoo.dialects import DIALECTS, Dialect
from fazhi_zoo.pages import Link
from fazhi_zoo.places import PortalSpec

HOST = "__host__"  # stands in a page for host and port, see Site.hosted
MODIFIED = 1735689600  # 2025-01-01; pages of the zoo do not change


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. ``declared`` is a false Content-Length: the connection is cut after the body.

    ``pause`` seconds pass before the head is sent, and the body takes ``drip`` more. ``endless``: the body is sent over
    and over until the client goes away.
    """

    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    declared: int | None = None
    pause: float = 0.0
    drip: float = 0.0
    endless: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """What a page made on demand may look at; ``count`` is 1 the first time this path is asked for.

    >>> ask = Ask("/list?id=7&page=", Message(), 1, "POST", b"pageNo=2")
    >>> ask.route, ask.query, ask.form, ask.json
    ('/list', {'id': '7', 'page': ''}, {'pageNo': '2'}, None)
    """

    path: str
    headers: Message
    count: int
    method: str = "GET"
    body: bytes = b""

    @property
    def route(self) -> str:
        """The path without the query."""
        return self.path.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters, empty ones too; of a name given twice the last."""
        return dict(parse_qsl(self.path.partition("?")[2], keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """What was posted as a form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def json(self) -> object | None:
        """What was posted as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


Page = Answer | Callable[[Ask], Answer]


@dataclass(slots=True)
class Site:
    """A portal: its row for the catalogue, its pages by path with query, the truth about its articles.

    ``verdict`` is what a crawl must conclude, None = left open; ``listings`` are the paths for the portal file, none =
    to be discovered; ``fallback`` answers every other path; ``refuses`` = no server at all behind the port.

    ``routes`` answer every query and every body sent to a path (without query), ahead of ``pages``. ``minimum`` counts
    the requests of a perfect crawler that knew the listings, None where nobody counted; ``open`` are the paths of near
    misses whose title gives no hint, so that any crawler has to ask for them.

    ``secure`` names the certificate or the fault of a server that speaks TLS only, see ``secure``; ``told`` is the
    scheme that the portal file gives for the home page, where it is wrong.
    """

    spec: PortalSpec
    family: str
    pages: dict[str, Page] = field(default_factory=dict)
    truth: list[Truth] = field(default_factory=list)
    listings: tuple[str, ...] = ()
    verdict: str | None = "ok"
    fallback: Callable[[Ask], Answer] | None = None
    refuses: bool = False
    routes: dict[str, Callable[[Ask], Answer]] = field(default_factory=dict)
    minimum: int | None = None
    open: set[str] = field(default_factory=set)
    secure: str | None = None
    told: str | None = None

    def html(self, page: str, status: int = 200) -> Answer:
        """Return a page as this portal serves it: charset, validators, gzip."""
        return html(self.spec, page, status)

    def hosted(self, page: str) -> Page:
        """Return a page whose ``HOST`` is replaced by the name it is asked under, for links with host."""
        if HOST not in page:
            return self.html(page)
        return lambda ask: self.html(page.replace(HOST, ask.headers.get("Host", "")))


def html(spec: PortalSpec, page: str, status: int = 200) -> Answer:
    """Encode a page with the portal's charset and give it the portal's headers."""
    body = page.encode(spec.charset)
    headers: list[tuple[str, str]] = []
    if spec.validators and status == 200:
        headers += [
            ("ETag", f'"{hashlib.sha256(body).hexdigest()[:16]}"'),
            ("Last-Modified", formatdate(MODIFIED, usegmt=True)),
        ]
    if spec.gzip:
        body = gzip(body)
        headers.append(("Content-Encoding", "gzip"))
    # the header of a system that serves GBK tells no charset; only the page's own tag does
    content_type = "text/html" if spec.charset != "utf-8" else "text/html; charset=utf-8"
    return Answer(body, content_type, status, tuple(headers))


def gzip(body: bytes) -> bytes:
    """Compress without a time stamp, so the bytes are always the same."""
    squeeze = zlib.compressobj(wbits=31)
    return squeeze.compress(body) + squeeze.flush()


def build(spec: PortalSpec, reports: int, nears: int, per_page: int, extra: Sequence[Link] = ()) -> Site:
    """Build a portal with so many reports and near misses, its lists, home page, robots.txt and attachments.

    ``extra`` are rows that stand first in the list; their pages are the caller's business.
    """
    dialect = DIALECTS[spec.dialect](spec.path)
    site = Site(spec, dialect.family)
    articles = plan(spec, reports, nears)
    paths = [dialect.article(article.number, article.filed) for article in articles]
    links = [_link(article, path) for article, path in zip(articles, paths, strict=True)]
    column = add_lists(site, dialect, [*extra, *(replace(k, href=dialect.href(k.href)) for k in links)], per_page)
    site.listings = (column,)
    for position, (article, path) in enumerate(zip(articles, paths, strict=True)):
        near = (links[position - 1] if position else None, links[position + 1] if position + 1 < len(links) else None)
        related = [links[(position + step) % len(links)] for step in (2, 3, 5)] if len(links) > 5 else []
        site.pages[path] = site.html(pages.article_page(spec, article, column, near, related))
        truth = truth_of(article, path)
        site.truth.append(truth)
        for _, href in truth.attachments:
            site.pages[href] = Answer(PDF, "application/pdf")
    site.pages["/"] = site.html(pages.home_page(spec, column, links[:4]))
    site.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /search/\n", "text/plain")
    return site


def add_lists(site: Site, dialect: Dialect, links: list[Link], per_page: int) -> str:
    """Add the list pages of a column to a portal and return the address of the first."""
    total = max(1, -(-len(links) // per_page))
    for page in range(1, total + 1):
        rows = links[(page - 1) * per_page : page * per_page]
        pager = dialect.pager(page, total, len(links))
        site.pages[dialect.listing(page, total)] = site.html(pages.list_page(site.spec, rows, pager))
    for path, same in dialect.also(total).items():
        site.pages[path] = site.pages[same]
    return dialect.listing(1, total)


def _link(article: Article, path: str) -> Link:
    return Link(article.title, str(article.facts["link_title"]), path, article.published)


def truth_of(article: Article, path: str) -> Truth:
    """Return what must come out of an article's page at this path."""
    files = article.facts.get("attachments", ())
    base = path.rsplit("/", 1)[0]
    attachments = tuple((name, f"{base}/{href}") for name, href in files)  # type: ignore[attr-defined]  # plain objects
    return Truth(path=path, **{**article.facts, "attachments": attachments})  # type: ignore[arg-type]  # the same


PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
