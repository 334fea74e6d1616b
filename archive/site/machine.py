"""What search engines ask for first: ``robots.txt``, and a site map of the reports and places.

    /robots.txt               leaves out pages without an end: searches, comparisons, Datasette's filters
    /sitemap.xml              an index of the parts
    /sitemap/<n>.xml          reports by their number in the archive, ``PART`` a part; part 0: fixed pages and places

A robots.txt counts at the root of a host only: where the base URL has a path, its lines belong into the host's own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from datasette.utils.asgi import Response

from archive.site import feeds, origin, pages

PART = 5_000  # reports a part; the protocol allows 50,000, the time limit of the site fewer
XML = "application/xml; charset=utf-8"
FIXED = ("/", "/coverage")
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
# Pages that a robot could ask for without end, or that show what stands on others.
ENDLESS = ("/search", "/en/search", "/compare", "/en/compare", "/snapshot/", "/feed/search.xml", "/archive/", "/-/")


async def robots(datasette: Any, request: Any) -> Response:
    """Return robots.txt."""
    path = datasette.urls.path
    lines = ["User-agent: *", *(f"Disallow: {path(address)}" for address in ENDLESS), "Allow: /", ""]
    lines.append(f"Sitemap: {origin.full(datasette, request, path('/sitemap.xml'))}")
    return Response.text("\n".join(lines) + "\n", headers={"Cache-Control": "public, max-age=86400"})


async def sitemap(datasette: Any, request: Any) -> Response:
    """Return the index of the site map's parts."""

    def ask(conn: sqlite3.Connection) -> int:
        return int(conn.execute("select coalesce(max(docid), 0) from reports").fetchone()[0])

    try:
        last = await pages.read(datasette, ask)
    except pages.TooSlowError:
        return feeds.too_slow()
    parts = range(-(-last // PART) + 1)
    entries = (_entry("sitemap", _full(datasette, request, f"/sitemap/{number}.xml")) for number in parts)
    return _answer(request, "sitemapindex", entries)


async def sitemap_part(datasette: Any, request: Any) -> Response:
    """Return one part of the site map; an empty one where no report has such a number."""
    number = int(request.url_vars["number"])

    def ask(conn: sqlite3.Connection) -> list[tuple[str, str | None]]:
        if number == 0:
            codes = conn.execute(
                "select adcode, max(first_seen) from reports where adcode is not null group by adcode order by adcode"
            )
            return [(f"/place/{code}", seen) for code, seen in codes.fetchall()]
        found = conn.execute(
            "select id, first_seen from reports where docid between ? and ? and status != 'superseded' order by docid",
            ((number - 1) * PART + 1, number * PART),
        )
        return [(f"/report/{name}", seen) for name, seen in found.fetchall()]

    try:
        found = await pages.read(datasette, ask)
    except pages.TooSlowError:
        return feeds.too_slow()
    listed = [*((address, None) for address in FIXED if number == 0), *found]
    return _answer(
        request, "urlset", (_entry("url", _full(datasette, request, address), seen) for address, seen in listed)
    )


def _full(datasette: Any, request: Any, address: str) -> str:
    return origin.full(datasette, request, datasette.urls.path(address))


def _entry(name: str, address: str, seen: str | None = None) -> str:
    changed = f"<lastmod>{escape(seen[:10])}</lastmod>" if seen else ""
    return f"<{name}><loc>{escape(address)}</loc>{changed}</{name}>"


def _answer(request: Any, root: str, entries: Iterable[str]) -> Response:
    inner = "\n".join(entries)
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_SITEMAPS}">\n{inner}\n</{root}>\n'
    return feeds.unless_known(request, body.encode("utf-8", "replace"), when=None, kind=XML)
