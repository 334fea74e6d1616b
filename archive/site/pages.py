"""Home, search and report page: each asks the archive in one read, then fills a template. Everything in Chinese.

Numbers and codes of an address are untrusted: what cannot be one is ignored. A query runs under Datasette's time limit.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import Response

from archive import schema, search, tokens
from archive.site.body import blocks, outline
from archive.site.remarks import in_chinese

DATABASE = "archive"
PAGE = 20
FACETS_SHOWN = 40
RELATED = 30
OPEN_KINDS = {"official", "department_site", "upper_level_portal", "repost", "unknown"}  # the others are not linked

T = TypeVar("T")


class TooSlowError(Exception):
    """Raised when a query took longer than the site's time limit."""


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

    return await _page(datasette, request, "fazhi_home.html", "home", ask)


async def search_page(datasette: Any, request: Any) -> Response:
    """Show the hits of a query with the passage where its terms meet; without a query, all reports to browse."""
    query = (request.args.get("q") or "").strip()
    year = _number(request.args.get("year"), 1949, 2200)
    region = _code(request.args.get("region"))
    page = _number(request.args.get("page"), 1, search.CAP // PAGE) or 1

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
    return await _page(datasette, request, "fazhi_search.html", "search", ask, more)


async def report_page(datasette: Any, request: Any) -> Response:
    """Show one report: what is known of it and from where, its outline and its body; ``q`` marks words."""
    name = request.url_vars["id"]
    query = (request.args.get("q") or "").strip()

    def ask(conn: sqlite3.Connection) -> dict[str, Any]:
        row = _row(conn, "select * from reports where id = ?", name)
        if row is None:
            return {"moved": _moved(conn, name)}
        (text,) = conn.execute("select text from texts where id = ?", (name,)).fetchone()
        made = blocks(text, row["title"], query)
        capture = row["capture"]
        evidence = _rows(conn, "select field, source, quote, value from evidence where capture = ? order by n", capture)
        return {
            "report": row, "blocks": made, "outline": outline(made), "evidence": evidence,
            "witness": {e["field"]: e["source"] for e in reversed(evidence)},
            "issues": _rows(conn, "select code, field, detail from issues where capture = ? order by n", capture),
            "attachments": _rows(conn, "select name, url from attachments where capture = ? order by n", capture),
            "sources": _rows(
                conn,
                "select url, source_kind, min(fetched) first, max(fetched) last, count(*) times, min(capture) capture"
                " from sources where report = ? group by url, source_kind order by first",
                name,
            ),
            "newer": _newer(conn, row),
            "related": _rows(
                conn,
                "select id, year, issuer, status from reports where adcode = ?1 and town_code is ?2 and id != ?3"
                f" and year is not null order by year desc, issuer limit {RELATED}",
                row["adcode"], row["town_code"], name,
            ),
        }  # fmt: skip

    try:
        found = await read(datasette, ask)
    except TooSlowError:
        return await message(datasette, request, 503, "读取超时", "服务器繁忙，请稍后再试。")
    if "moved" in found:
        if found["moved"]:
            return Response.redirect(datasette.urls.path(f"/report/{found['moved']}"))
        return await message(datasette, request, 404, "没有这份报告", f"库中没有编号为 {name} 的报告。")
    return await _render(datasette, request, "fazhi_report.html", "report", {**found, "q": query})


async def message(datasette: Any, request: Any, status: int, head: str, text: str) -> Response:
    """Return a page that says one thing, with an HTTP status."""
    answer = await _render(datasette, request, "fazhi_message.html", "message", {"head": head, "text": text})
    answer.status = status
    return answer


async def read(datasette: Any, ask: Callable[[sqlite3.Connection], T]) -> T:
    """Run reads of the archive in one snapshot of it, under the site's time limit; raise TooSlowError beyond that."""
    limit = datasette.setting("sql_time_limit_ms")

    def guarded(conn: sqlite3.Connection) -> T:
        try:
            with sqlite_timelimit(conn, limit):
                conn.execute("begin")
                try:
                    return ask(conn)
                finally:
                    conn.execute("rollback")
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise TooSlowError from error
            raise

    result: T = await datasette.get_database(DATABASE).execute_fn(guarded)
    return result


async def _page(
    datasette: Any, request: Any, template: str, name: str, ask: Callable[[sqlite3.Connection], dict[str, Any]],
    more: dict[str, Any] | None = None,
) -> Response:  # fmt: skip
    try:
        found = await read(datasette, ask)
    except TooSlowError:
        return await message(
            datasette, request, 503, "检索超时", "这个词出现得太多或服务器繁忙。可加上年份、地区，或换更长的词再试。"
        )
    return await _render(datasette, request, template, name, {**found, **(more or {})})


async def _render(datasette: Any, request: Any, template: str, name: str, context: dict[str, Any]) -> Response:
    shared = {
        "words": schema.words(), "columns": {c.name: c.zh for c in schema.tables()["reports"].columns},
        "css": datasette.urls.static_plugins("fazhi", "fazhi.css"), "path": datasette.urls.path, "page_name": name,
        "open_kinds": OPEN_KINDS, "is_web": is_web, "in_chinese": in_chinese,
    }  # fmt: skip
    html = await datasette.render_template(template, shared | context, request=request, view_name=f"fazhi-{name}")
    return Response.html(html)


def is_web(url: str | None) -> bool:
    """Tell whether an address may become a link: http or https, nothing that runs.

    >>> is_web("http://www.example.gov.cn/"), is_web("javascript:alert(1)"), is_web(None)
    (True, False, False)
    """
    return url is not None and re.match(r"https?://[^\s]+$", url, re.I) is not None


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


def _moved(conn: sqlite3.Connection, name: str) -> str | None:
    """Return the present id of a report whose place or year was corrected: the end of an id tells the text."""
    digest = name.rsplit("-", 1)[-1]
    if not re.fullmatch("[0-9a-f]{8,64}", digest):
        return None
    same = "select id from reports where digest between ? and ? limit 2"
    rows = conn.execute(same, (digest, digest + "~")).fetchall()
    return rows[0][0] if len(rows) == 1 else None


def _newer(conn: sqlite3.Connection, report: dict[str, Any]) -> str | None:
    """Return the report that now stands at an address of a superseded one."""
    if report["status"] != "superseded":
        return None
    row = conn.execute(
        "select n.report from sources o join sources n on n.url = o.url join reports r on r.id = n.report"
        " where o.report = ? and r.status = 'current' order by n.fetched desc limit 1",
        (report["id"],),
    ).fetchone()
    return row[0] if row else None


def _rows(conn: sqlite3.Connection, sql: str, *values: Any) -> list[dict[str, Any]]:
    cursor = conn.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _row(conn: sqlite3.Connection, sql: str, *values: Any) -> dict[str, Any] | None:
    return next(iter(_rows(conn, sql, *values)), None)


def _number(value: str | None, low: int, high: int) -> int | None:
    return int(value) if value and re.fullmatch("[0-9]{1,6}", value) and low <= int(value) <= high else None


def _code(value: str | None) -> str | None:
    return value if value and re.fullmatch("[0-9]{6}|[0-9]{9}", value) else None
