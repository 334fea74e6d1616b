"""The first page: search box, how complete the archive is, newest reports, and whether the crawler is well."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import Response
from markupsafe import Markup

from archive import portals, search
from archive.coverage import Status
from archive.site import language, pages
from archive.site.coverage import Held, as_json, bar, current, published

NEWEST = 10


async def home(datasette: Any, request: Any) -> Response:
    """Show the search box, the provinces' years, the newest reports, and when which portals were crawled."""
    held = await current(datasette)
    as_of = held.coverage.as_of
    more = {"places": held.places, "as_of": as_of and str(as_of), "matrix": await _matrix(datasette, request, held)}

    def ask(conn: sqlite3.Connection) -> dict[str, Any]:
        return _numbers(conn) | {"newest": search.browse(conn, limit=NEWEST).hits}

    return await pages.page(datasette, request, "fazhi_home.html", "home", ask, more)


async def _matrix(datasette: Any, request: Any, held: Held) -> Markup:
    """Return the table of provinces and years; made once for each language: its 341 cells cost more than the rest."""
    spoken = language.of(request)
    if held.coverage.years and spoken not in held.pieces:
        context = {
            "known": held.coverage, "bar": bar, "published": published, "statuses": list(map(str, Status)),
        }  # fmt: skip
        held.pieces[spoken] = await pages.made(datasette, request, "fazhi_matrix.html", "home", context)
    return Markup(held.pieces.get(spoken, ""))


async def home_json(datasette: Any, request: Any) -> Response:
    """Return what the first page shows: numbers, health, the matrix of provinces and years, the newest reports."""
    held = await current(datasette)

    def ask(conn: sqlite3.Connection) -> dict[str, Any]:
        newest = [hit.to_json() for hit in search.browse(conn, limit=NEWEST).hits]
        return _numbers(conn) | {"newest": newest}

    try:
        found = await pages.read(datasette, ask)
    except pages.TooSlowError:
        return as_json({"ok": False, "error": "the server is busy", "status": 503}, 503)
    known = held.coverage
    return as_json(
        {
            "ok": True, "reports": found["reports"], "places": held.places, "first_year": found["first"],
            "last_year": found["last"], "as_of": known.as_of and str(known.as_of), "portals": found["verdicts"],
            "years": list(known.years), "total": known.totals(), "provinces": known.matrix(),
            "newest": found["newest"],
        }
    )  # fmt: skip


def _numbers(conn: sqlite3.Connection) -> dict[str, Any]:
    """Return the numbers of the archive: reports, first and last year, latest fetch, portals by verdict."""
    reports, first, last = conn.execute("select count(*), min(year), max(year) from reports").fetchone()
    there = conn.execute("select 1 from sqlite_master where name = 'portals'").fetchone()
    verdicts = conn.execute("select verdict, count(*) from portals group by verdict order by 2 desc") if there else ()
    told = {v or "unknown": n for v, n in verdicts}
    fine = sum(n for verdict, n in told.items() if verdict in portals.FINE)
    ill = sum(told.values()) - fine - told.get("unknown", 0)
    return {"reports": reports, "first": first, "last": last, "verdicts": told, "fine": fine, "ill": ill}
