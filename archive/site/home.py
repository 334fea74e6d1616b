"""The first page: search box, numbers of the archive, newest reports, ways to browse."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import Response

from archive import search
from archive.site import pages


async def home(datasette: Any, request: Any) -> Response:
    """Show the search box, the numbers of the archive, the newest reports, and ways to browse."""

    def ask(conn: sqlite3.Connection) -> dict[str, Any]:
        numbers = conn.execute(
            "select (select count(*) from reports), (select count(distinct coalesce(town_code, adcode)) from reports),"
            " (select min(year) from reports), (select max(year) from reports), (select count(*) from captures),"
            " (select max(fetched) from captures)"
        ).fetchone()
        years, places = search.facets(conn, "")
        newest = search.browse(conn, limit=10).hits
        return {"numbers": numbers, "years": years, "places": places, "newest": newest}

    return await pages.page(datasette, request, "fazhi_home.html", "home", ask)
