"""The search page: hits with the passage where the words meet, ways to narrow them, and why there are none."""

from __future__ import annotations

import sqlite3
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from archive import search, tokens
from archive.site import pages

PAGE = 20
FACETS_SHOWN = 40


async def search_page(datasette: Any, request: Any) -> Response:
    """Show the hits of a query with the passage where its terms meet; without a query, all reports to browse."""
    query = (request.args.get("q") or "").strip()
    year = pages.number(request.args.get("year"), 1949, 2200)
    region = pages.code(request.args.get("region"))
    page = pages.number(request.args.get("page"), 1, search.CAP // PAGE) or 1

    def ask(conn: sqlite3.Connection) -> dict[str, Any]:
        chosen: dict[str, Any] = {"year": year, "region": region}
        found = search.Results([], 0, False)
        why: dict[str, Any] | None = None
        if len(query) > tokens.MAX_QUERY:
            why = {"kind": "long", "limit": tokens.MAX_QUERY}
        elif query and not tokens.terms(query):
            why = {"kind": "wordless"}
        else:
            ask_for = {**chosen, "limit": PAGE, "offset": (page - 1) * PAGE}
            found = search.search(conn, query, **ask_for) if query else search.browse(conn, **ask_for)
            if not found.hits:
                why = _why_nothing(conn, query, year, region, found.total)
        years, places = ([], []) if why else search.facets(conn, query, **chosen)
        return {
            "results": found, "why": why, "years": years[:FACETS_SHOWN], "places": places[:FACETS_SHOWN],
            "region_name": _region_name(conn, region), "pages": -(-found.total // PAGE),
        }  # fmt: skip

    def link(**changes: Any) -> str:
        """Return the address of this search with other parameters; a page number only when named."""
        chosen = {"q": query or None, "year": year, "region": region} | changes
        path = datasette.urls.path("/search")
        given = {k: v for k, v in chosen.items() if v is not None}
        return f"{path}?{urlencode(given)}" if given else str(path)

    more = {"q": query, "year": year, "region": region, "page": page, "link": link}
    return await pages.page(datasette, request, "fazhi_search.html", "search", ask, more)


def _why_nothing(
    conn: sqlite3.Connection, query: str, year: int | None, region: str | None, total: int
) -> dict[str, Any]:
    """Return what a reader needs to know where a page has no hits."""
    if total:
        return {"kind": "beyond", "total": total}
    if not conn.execute("select 1 from reports limit 1").fetchone():
        return {"kind": "empty"}
    if year is not None or region is not None:
        everywhere = search.search(conn, query, limit=1) if query else search.browse(conn, limit=1)
        if everywhere.total:
            return {"kind": "filtered", "total": everywhere.total}
    found = tokens.terms(query)
    each = [(" ".join(term), search.search(conn, '"' + " ".join(term) + '"', limit=1).total) for term in found]
    return {"kind": "nothing", "each": each if len(each) > 1 else []}


def _region_name(conn: sqlite3.Connection, region: str | None) -> str | None:
    """Return the name of a division as its reports tell it, else its code."""
    if region is None:
        return None
    column = "town_code" if len(region) > 6 else "adcode"
    row = conn.execute(f"select region from reports where {column} = ? limit 1", (region,)).fetchone()
    if row and row[0]:
        return str(row[0]).rsplit("/", 1)[-1]
    stem = region.removesuffix("00").removesuffix("00")
    inside = f"select region from reports where {column} between ? and ? and region is not null limit 1"
    below = conn.execute(inside, (stem, stem + "~")).fetchone()
    depth = 0 if region.endswith("0000") else 1
    return str(below[0]).split("/")[depth] if below and below[0].count("/") >= depth else region
