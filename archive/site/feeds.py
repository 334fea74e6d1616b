"""Atom feeds (RFC 4287): the newest reports, those of a place and all below it, the hits of a search.

    /feed/new.xml    /feed/place/<code>.xml    /feed/search.xml?q=...  (and the other parameters of the search page)
    /feed/changes.atom is made in changes.py: an entry stands for an event there

An entry stands for a text. Its id is made from the text's digest, so it stays when place, year or title are corrected
and when the site moves to another name; a changed text is a new report and so a new entry. ``updated`` is when the
archive first saw the text, ``published`` the day the page gives. Fifty entries a page, older ones behind
``rel="next"`` (RFC 5005). Answers carry ``ETag`` and ``Last-Modified``; a reader that has them is told 304.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID, uuid5
from xml.etree import ElementTree

from datasette.utils.asgi import Response

from archive import __version__, regions, search
from archive.query import Query, QueryError, parse
from archive.site import language, origin, pages, searching

ATOM = "http://www.w3.org/2005/Atom"
TYPE = "application/atom+xml; charset=utf-8"
ENTRIES = 50  # a page
PAGES = 200
SUMMARY = 300  # characters of a report's text in an entry
SECONDS = 300  # that a cache may keep a feed
NAMESPACE = UUID("5d0f3a52-1c53-4b0e-9a43-3f6f5a2c8f10")  # of the ids of feeds and entries; never changes
NEVER = "1970-01-01T00:00:00Z"  # when a feed without entries changed
# What XML 1.0 cannot hold: a page may have given any of it.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COLUMNS = (
    "r.id, r.title, r.year, r.region, r.issuer, r.published, r.first_seen, r.url, r.source_kind, r.status, r.digest,"
    f" substr(t.text, 1, {SUMMARY}) text from reports r join texts t on t.id = r.id"
)

ElementTree.register_namespace("", ATOM)


async def new(datasette: Any, request: Any) -> Response:
    """Return the feed of the reports that came into the archive last."""
    t = language.speaker(request)

    def ask(conn: sqlite3.Connection, offset: int) -> list[dict[str, Any]]:
        sql = f"select {_COLUMNS} order by r.first_seen desc, r.id limit ? offset ?"
        return pages.rows(conn, sql, ENTRIES, offset)

    title = t("最新存档的报告", "Newest reports in the archive")
    return await answer(datasette, request, title=title, name="new", html="/search", ask=ask)


async def place(datasette: Any, request: Any) -> Response:
    """Return the feed of a place: its reports and those of every place below it."""
    code = request.url_vars["code"]
    t = language.speaker(request)
    region = regions.by_code(code)
    column, stem = ("town_code", code) if len(code) > 6 else ("adcode", code.removesuffix("00").removesuffix("00"))
    inside = f"r.{column} between ? and ?"

    def known(conn: sqlite3.Connection) -> str | None:
        told = conn.execute(f"select region from reports r where {inside} limit 1", (stem, stem + "~")).fetchone()
        return region.names[-1] if region else (code if told else None)

    def ask(conn: sqlite3.Connection, offset: int) -> list[dict[str, Any]]:
        sql = f"select {_COLUMNS} where {inside} order by r.first_seen desc, r.id limit ? offset ?"
        return pages.rows(conn, sql, stem, stem + "~", ENTRIES, offset)

    try:
        name = await pages.read(datasette, known)
    except pages.TooSlowError:
        return too_slow()
    if name is None:
        return Response.text(t("没有这个行政区划代码", "There is no such division code"), status=404)
    title = t(f"{name}的法治政府建设年度报告", f"Reports of {name}")
    return await answer(datasette, request, title=title, name=f"place/{code}", html=f"/place/{code}", ask=ask)


async def of_search(datasette: Any, request: Any) -> Response:
    """Return the feed of a search: what it finds, the reports that came into the archive last first."""
    query = (request.args.get("q") or "").strip()
    t = language.speaker(request)
    given = {name: (request.args.get(name) or "").strip()[: searching.LONGEST] for name in searching.NARROWING}
    try:
        typed = parse(query)
        narrowing = searching.narrowing({name: value for name, value in given.items() if value})
        asked = Query(typed.groups, typed.without, (*typed.filters, *narrowing))
    except QueryError as error:
        return Response.text(str(error), status=400)
    if not asked or (query and not typed):
        said = t("请用 q= 给出检索词", "name what to search for with q=")
        return Response.text(f"{said}: /feed/search.xml?q=%E8%A1%8C%E6%94%BF%E5%A4%8D%E8%AE%AE", status=400)

    def ask(conn: sqlite3.Connection, offset: int) -> list[dict[str, Any]]:
        docids = search.matches(conn, asked).docids[offset : offset + ENTRIES]
        passages = {hit.id: "".join(piece for piece, _ in hit.snippet) for hit in search.hits(conn, docids, asked)}
        sql = f"select {_COLUMNS} where r.id in ({', '.join('?' * len(passages))}) order by r.docid desc"
        return [row | {"text": passages[row["id"]]} for row in pages.rows(conn, sql, *passages)]

    title = t(f"检索：{str(asked)[:100]}", f"Search: {str(asked)[:100]}")
    try:
        return await answer(datasette, request, title=title, name="search", html="/search", ask=ask)
    except QueryError as error:  # a place nobody knows
        return Response.text(str(error), status=400)


def reports(conn: sqlite3.Connection, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return what an entry tells of each report, by id."""
    wanted = list(dict.fromkeys(ids))
    sql = f"select {_COLUMNS} where r.id in ({', '.join('?' * len(wanted))})"
    return {row["id"]: row for row in pages.rows(conn, sql, *wanted)}


async def answer(
    datasette: Any, request: Any, *, title: str, name: str, html: str,
    ask: Callable[[sqlite3.Connection, int], list[dict[str, Any]]], ending: str = "xml",
) -> Response:  # fmt: skip
    """Answer with a feed of the rows that ``ask`` gives from an offset on, or with 304 where the reader has it."""
    number = pages.number(request.args.get("page"), 1, PAGES) or 1
    changed = _changed(datasette)
    try:
        found = await pages.read(datasette, lambda conn: ask(conn, (number - 1) * ENTRIES))
    except pages.TooSlowError:
        return too_slow()
    asked = [(key, value) for key, value in parse_qsl(request.query_string) if key not in ("page", "lang")]

    def link(address: str, **more: int) -> str:
        query = urlencode([*asked, *more.items()])
        path = language.path(datasette, request, address)
        return origin.full(datasette, request, f"{path}?{query}" if query else path)

    links = {
        "self": link(f"/feed/{name}.{ending}", **({"page": number} if number > 1 else {})),
        "alternate": link(html),
    }
    if number > 1:
        links["first"] = link(f"/feed/{name}.{ending}")
    if len(found) == ENTRIES and number < PAGES:
        links["next"] = link(f"/feed/{name}.{ending}", page=number + 1)
    spoken = language.of(request)
    made = atom(
        found, urn=identifier("feed", spoken, name, urlencode(asked)), title=title, links=links,
        lang=language.TAGS[spoken], t=language.speaker(request),
        page=lambda id: origin.full(datasette, request, language.path(datasette, request, f"/report/{id}")),
    )  # fmt: skip
    return unless_known(request, made, when=changed)


def atom(
    found: Sequence[dict[str, Any]], *, urn: str, title: str, links: dict[str, str], lang: str,
    t: Callable[[str, str], str], page: Callable[[str], str],
) -> bytes:  # fmt: skip
    """Return an Atom feed as XML; each row gives an entry, ``page`` the address of a report's page.

    A row is a report's; with a ``urn`` of its own it is an event's, seen first when it happened.
    """
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": lang})
    site = t("法治政府建设年度报告档案", "Archive of reports on law-based government")
    _add(feed, "id", urn)
    _add(feed, "title", f"{title} - {site}")
    _add(feed, "updated", _stamp(max((row["first_seen"] or NEVER for row in found), default=NEVER)))
    for rel, href in links.items():
        kind = "text/html" if rel == "alternate" else "application/atom+xml"
        _add(feed, "link", rel=rel, type=kind, href=href)
    _add(_add(feed, "author"), "name", site)
    _add(feed, "generator", "fazhi", version=__version__)
    said = "报告由各级政府及部门发布，以原网站为准。"
    _add(feed, "rights", t(said, "The reports are documents of their publishers; the original site is authoritative."))
    for row in found:
        entry = _add(feed, "entry")
        _add(entry, "id", row.get("urn") or identifier("report", row["digest"]))
        _add(entry, "title", row["title"] or t("（网页没有标题）", "(no title)"))
        _add(entry, "updated", _stamp(row["first_seen"] or NEVER))
        if row["published"]:
            _add(entry, "published", f"{row['published']}T00:00:00+08:00")  # a day in China
        _add(entry, "link", rel="alternate", type="text/html", href=page(row["id"]))
        if pages.is_web(row["url"]) and row["source_kind"] in pages.OPEN_KINDS:
            _add(entry, "link", rel="via", href=_iri(row["url"]))
        _add(_add(entry, "author"), "name", row["issuer"] or t("发布机关不详", "issuer not known"))
        for scheme in ("year", "region", "source_kind", "status", "change"):
            if row.get(scheme):
                _add(entry, "category", scheme=f"urn:fazhi:{scheme}", term=str(row[scheme]))
        _add(entry, "summary", " ".join(row["text"].split()), type="text")
    made: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return made


def identifier(*parts: str) -> str:
    """Return an id that depends on nothing but the parts.

    >>> identifier("report", "00ff")
    'urn:uuid:51b3e8a3-68b7-5101-91fc-42f86ea3fe07'
    """
    return f"urn:uuid:{uuid5(NAMESPACE, chr(31).join(parts))}"


def _changed(datasette: Any) -> datetime | None:
    """Return when the archive last changed, in whole seconds; None where that may still be going on.

    The time of its rows would not do: a report is read a while after it was fetched, so an older one may come later.
    """
    path = datasette.get_database(pages.DATABASE).path
    files = [Path(path), Path(f"{path}-wal")] if path else []
    last = max((file.stat().st_mtime for file in files if os.path.exists(file)), default=time.time())
    return datetime.fromtimestamp(int(last), UTC) if last < time.time() - 2 else None


def unless_known(request: Any, body: bytes, *, when: datetime | None, kind: str = TYPE) -> Response:
    """Return an answer with ``ETag`` and, where known, ``Last-Modified``; 304 where the request names the same."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": f"public, max-age={SECONDS}"}
    if when:
        headers["Last-Modified"] = format_datetime(when, usegmt=True)
    if is_known(request.headers, tag, when):
        return Response("", status=304, headers=headers, content_type=kind)
    return Response(body, headers=headers, content_type=kind)


def is_known(sent: dict[str, str], tag: str, when: datetime | None) -> bool:
    """Tell whether a reader has the very answer: by its tag where it sends tags, else by the time (RFC 9110, 13.1).

    >>> is_known({"if-none-match": 'W/"a", "b"'}, '"b"', datetime(2026, 3, 1, tzinfo=UTC))
    True
    >>> is_known({"if-modified-since": "no date"}, '"b"', datetime(2026, 3, 1, tzinfo=UTC))
    False
    """
    tags = sent.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in tags.split(",")]
    try:
        since = parsedate_to_datetime(sent.get("if-modified-since", ""))
    except ValueError:
        return False
    return when is not None and when <= (since if since.tzinfo else since.replace(tzinfo=UTC))


def too_slow() -> Response:
    """Return the answer of a machine's page whose query took too long."""
    return Response.text("查询超时 / took too long", status=503, headers={"Retry-After": "60"})


def _add(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    clean = {key: _NO_XML.sub("\ufffd", value) for key, value in attributes.items()}
    element = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", clean)
    element.text = None if text is None else _NO_XML.sub("\ufffd", text)
    return element


def _iri(url: str) -> str:
    """Return an address without what may stand in no IRI: a page's links are as its author typed them.

    >>> _iri("http://www.example.gov.cn/报告 a<b>.html")
    'http://www.example.gov.cn/报告%20a%3Cb%3E.html'
    """
    return re.sub(r'[\x00-\x20<>"{}|\\^`\x7f]', lambda match: f"%{ord(match[0]):02X}", url)


def _stamp(moment: str) -> str:
    """Return a moment of the archive in whole seconds.

    >>> _stamp("2026-03-01T08:00:00.000001Z")
    '2026-03-01T08:00:00Z'
    """
    return f"{moment[:19]}Z"
