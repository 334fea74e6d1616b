"""Downloader middleware: every answer becomes a WARC record and a capture row before anything else sees it.

It stands between the network and all other middlewares, so it sees bodies as received, every hop of a redirect, every
attempt, and robots.txt. Order: record written, fsync, row committed, answer goes on; so a row always points to bytes.
An answer that is no content (redirect, error, refusal, torn body) is archived under the role ``other``: it is kept, and
never taken for a report; one that says that an article is not there has the role ``gone``. A 304 to a condition of ours
stands for the copy it confirms (``copies``), which is read in its place. What brings no answer at all (time-out, reset)
becomes the note of its target.
"""

from __future__ import annotations

import logging
import zlib
from http import HTTPStatus
from urllib.parse import urljoin

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from archive import clock, warc_coding
from archive.model import Origin, Role
from archive.warc_http import Exchange, first, header_text
from crawler import guard, settings
from crawler.addresses import canonical, netloc
from crawler.copies import Copy
from crawler.revisit import NO_PAGE
from crawler.session import Session
from crawler.targets import Page, Target

GZIP = ("gzip", "x-gzip")
STEP = 1 << 16

log = logging.getLogger(__name__)


class Recorder:
    """Named in ``settings.DOWNLOADER_MIDDLEWARES``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Recorder:
        """Make the recorder of a crawler whose spider carries a session."""
        spider = crawler.spider
        return cls(spider.session)  # type: ignore[union-attr]  # the spider is PortalSpider, made before this

    def process_response(self, request: Request, response: Response) -> Response:
        """Archive an answer and pace its host; a disk that refuses ends the run and leaves the root queued."""
        session = self._session
        session.frontier.hosts.answered_at(netloc(request.url))
        session.ways.answered(request.url, request.meta.get("trail", ()))
        target: Target = request.meta["target"]
        torn = torn_by(response)
        exchange = exchange_of(request, response, torn)
        copy: Copy | None = request.meta.get("copy")
        if (
            copy is not None
            and copy.page is not None
            and copy.confirmed_by(request.url, response.status, exchange.body)
        ):
            page, confirms = copy.page, copy.response  # read as if it had come now
        else:
            page, confirms = page_of(exchange, None if is_robots(request) else target.post), None
        # Decoded, parsed and judged once: the spider goes on with these.
        request.meta.update(torn=torn, page=page, finding=finding_of(page, request, session.known, torn))
        try:
            capture = session.writer.write(
                exchange,
                origin_of(session, target, page, request, exchange),
                target=request.url if is_robots(request) else target.key,
                depth=target.depth,
                crawl=session.crawl,
                confirms=confirms,
                whole=copy is not None and copy.broken,
            )
            session.writer.sync()
            session.captures.add(capture)
        except Exception as error:
            session.stop(error)
            raise
        return honest(response)


def is_robots(request: Request) -> bool:
    """Say whether a request asks for robots.txt."""
    return bool(request.meta.get("dont_obey_robotstxt"))


def finding_of(page: Page, request: Request, known: guard.Known, torn: str | None) -> guard.Finding | None:
    """Say what an answer is instead of a page; one that cannot be judged is archived all the same."""
    if is_robots(request) or (torn and page.status < 300):
        return None
    try:
        finding = guard.look(page, known)
        if finding is None and 200 <= page.status < 300:
            known.note(page)
        return finding
    except Exception:
        log.exception("%s could not be judged", page.url)
        return None


def exchange_of(request: Request, response: Response, torn: str | None) -> Exchange:
    """Return what went over the wire, as far as Scrapy tells: no reason phrase, header names in title case."""
    try:
        reason = HTTPStatus(response.status).phrase
    except ValueError:
        reason = ""
    asked = [("Host", netloc(request.url)), *_headers(request)]
    return Exchange(
        url=request.url,
        status=response.status,
        reason=reason,
        protocol=response.protocol or "HTTP/1.1",
        headers=tuple(_headers(response)),
        body=response.body,
        request_line_method=request.method,
        request_headers=tuple(asked),
        request_body=request.body,
        fetched=clock.now(),
        ip=str(response.ip_address) if response.ip_address else None,
        truncated=torn,
    )


def page_of(exchange: Exchange, post: str | None = None) -> Page:
    """Return an answer as the dialects see it; ``post`` is what was posted to get it."""
    values: dict[str, str] = {}
    for name, value in exchange.headers:
        values[name.lower()] = f"{values[name.lower()]}, {value}" if name.lower() in values else value
    body = warc_coding.decode(exchange.body, values.get("content-encoding"), settings.DOWNLOAD_MAXSIZE)
    url = canonical(exchange.url) or exchange.url
    return Page(url, body, values.get("content-type"), exchange.status, post)


def origin_of(session: Session, target: Target, page: Page, request: Request, exchange: Exchange) -> Origin:
    """Return what is known of an answer before it is read; its role says whether extraction may see it."""
    portal = session.portal(target)
    role = target.role
    if is_robots(request):
        role = Role.ROBOTS
    elif target.role is Role.REPORT and is_gone(target, request, exchange):
        role = Role.GONE
    elif not 200 <= page.status < 300 or request.meta["torn"] or request.meta["finding"] or guard.refresh(page):
        role = Role.OTHER
    plain = role is Role.ROBOTS
    return Origin(
        url=request.url,
        portal=target.portal or None,
        adcode=portal.adcode,
        role=role,
        link_title=None if plain else target.title,
        link_date=None if plain else target.date,
        parent=None if plain else target.parent,
        fetched=exchange.fetched,
        tls=request.meta.get("tls") if request.url.startswith("https:") else None,  # redirects hand meta on
    )


def is_gone(target: Target, request: Request, exchange: Exchange) -> bool:
    """Say whether an answer says that an article is not there: by its status, its words, or a way to the home page."""
    finding: guard.Finding | None = request.meta["finding"]
    if exchange.status in NO_PAGE or (finding is not None and finding.kind == "missing"):
        return True
    onward = first(exchange.headers, "Location") if 300 <= exchange.status < 400 else None
    url = canonical(urljoin(exchange.url, onward)) if onward else None
    return url is not None and guard.sends_home(target, [*request.meta.get("redirect_urls", ()), exchange.url], url)


def honest(response: Response) -> Response:
    """Return an answer without a Content-Encoding that is not true: a browser shows such a page all the same.

    >>> honest(Response("http://a.gov.cn/", headers={"Content-Encoding": "gzip"}, body=b"<p>plain")).headers
    {}
    """
    if _coding(response) in GZIP and not response.body.startswith(warc_coding.GZIP_MAGIC):
        headers = response.headers.copy()
        del headers["Content-Encoding"]
        return response.replace(headers=headers)
    return response


def torn_by(response: Response) -> str | None:
    """Return why a body is not whole, in the words of WARC, or None. Scrapy takes a cut gzip stream for a whole one.

    >>> import gzip
    >>> whole = gzip.compress(b"x" * 1000)
    >>> answer = Response("http://a.gov.cn/", headers={"Content-Encoding": "gzip"}, body=whole[:-9])
    >>> torn_by(answer), torn_by(answer.replace(body=whole))
    ('disconnect', None)
    """
    if "dataloss" in response.flags:
        return "disconnect"
    if _coding(response) not in GZIP or not response.body.startswith(warc_coding.GZIP_MAGIC):
        return None
    stream = zlib.decompressobj(31)
    data = response.body
    unpacked = 0
    try:
        while data and not stream.eof:
            unpacked += len(stream.decompress(data, STEP))
            if unpacked > settings.DOWNLOAD_MAXSIZE:
                return None  # a bomb, whole or not: Scrapy refuses to unpack it
            data = stream.unconsumed_tail
    except zlib.error:
        return "unspecified"
    return None if stream.eof else "disconnect"


def _coding(response: Response) -> str:
    return (response.headers.get("Content-Encoding") or b"").decode("latin-1").strip().lower()


def _headers(message: Request | Response) -> list[tuple[str, str]]:
    """Return the headers of a message, each value of a repeated one, decoded."""
    return [
        (header_text(name), header_text(value))
        for name, values in message.headers.items()
        for value in ([values] if isinstance(values, bytes) else values)
    ]
