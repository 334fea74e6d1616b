"""The page of one report: what is known of it and from where, its outline and its body."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from datasette.utils.asgi import Response

from archive.site import pages
from archive.site.body import blocks, outline

RELATED = 30


async def report_page(datasette: Any, request: Any) -> Response:
    """Show one report: what is known of it and from where, its outline and its body; ``q`` marks words."""
    name = request.url_vars["id"]
    query = (request.args.get("q") or "").strip()

    def ask(conn: sqlite3.Connection) -> dict[str, Any]:
        row = pages.row(conn, "select * from reports where id = ?", name)
        if row is None:
            return {"moved": _moved(conn, name)}
        (text,) = conn.execute("select text from texts where id = ?", (name,)).fetchone()
        made = blocks(text, row["title"], query)
        capture = row["capture"]
        evidence = pages.rows(
            conn, "select field, source, quote, value from evidence where capture = ? order by n", capture
        )
        return {
            "report": row, "blocks": made, "outline": outline(made), "evidence": evidence,
            "witness": {e["field"]: e["source"] for e in reversed(evidence)},
            "issues": pages.rows(conn, "select code, field, detail from issues where capture = ? order by n", capture),
            "attachments": pages.rows(conn, "select name, url from attachments where capture = ? order by n", capture),
            "sources": pages.rows(
                conn,
                "select url, source_kind, min(fetched) first, max(fetched) last, count(*) times, min(capture) capture"
                " from sources where report = ? group by url, source_kind order by first",
                name,
            ),
            "newer": _newer(conn, row),
            "related": pages.rows(
                conn,
                "select id, year, issuer, status from reports where adcode = ?1 and town_code is ?2 and id != ?3"
                f" and year is not null order by year desc, issuer limit {RELATED}",
                row["adcode"], row["town_code"], name,
            ),
        }  # fmt: skip

    try:
        found = await pages.read(datasette, ask)
    except pages.TooSlowError:
        return await pages.message(datasette, request, 503, "读取超时", "服务器繁忙，请稍后再试。")
    if "moved" in found:
        if found["moved"]:
            return Response.redirect(datasette.urls.path(f"/report/{found['moved']}"))
        return await pages.message(datasette, request, 404, "没有这份报告", f"库中没有编号为 {name} 的报告。")
    return await pages.render(datasette, request, "fazhi_report.html", "report", {**found, "q": query})


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
