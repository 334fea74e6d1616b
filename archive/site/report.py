"""The page of one report: what is known of it and from where, its outline, its body, its versions; as text and JSON.

/report/<id>         the page; ``q`` marks words, each mark leads to the next, ``#passage`` is where they meet
/report/<id>.txt     the text alone, as it was read: offsets of the archive are offsets into it
/report/<id>.json    everything the page tells
"""

from __future__ import annotations

import json
import re
import sqlite3
from typing import Any

from datasette.utils.asgi import Response

from archive import clock, deadline, facets, history
from archive.site import cite, language, pages, versions
from archive.site.body import outline, read
from archive.site.changes import teller
from archive.timeline import PUBLICATION

RELATED = 40
EVENTS = 40  # of a report's history, the last ones
HOPS = 400  # marks that lead to the next; of more, only the first are linked
TOLD_OF_EVENTS = ("at", "kind", "url", "other", "detail")
PRIVATE = ("docid", "digest", "capture")  # columns of ``reports`` the page has no use for


def find(conn: sqlite3.Connection, name: str) -> dict[str, Any] | None:
    """Return the row of a report with its ``text`` and ``days_late``; under an id that changed, too."""
    sql = "select r.*, t.text from reports r join texts t on t.id = r.id where r.id = ?"
    report = pages.row(conn, sql, name)
    if report is None and (moved := _moved(conn, name)):
        report = pages.row(conn, sql, moved)
    return report and report | {"days_late": deadline.days_late(report["year"], report["published"])}


def facts(conn: sqlite3.Connection, report: dict[str, Any]) -> dict[str, Any]:
    """Return what is known about a report beside its row: evidence, issues, attachments, sources, versions."""
    name, capture = report["id"], report["capture"]
    return {
        "evidence": pages.rows(
            conn, "select field, value, source, quote from evidence where capture = ? order by n", capture
        ),
        "issues": pages.rows(conn, "select code, field, detail from issues where capture = ? order by n", capture),
        "attachments": pages.rows(conn, "select name, url from attachments where capture = ? order by n", capture),
        "sources": _sources(conn, name),
        "versions": versions.chain(conn, name),
        "gone": None if report["missing_since"] else versions.gone(conn, name),
        "history": history.of_report(conn, name, EVENTS),
    }


def _sources(conn: sqlite3.Connection, name: str) -> list[dict[str, Any]]:
    """Return the addresses of a report, each with when and how often it was seen, and since when it is not there."""
    gone = history.addresses(conn, name)
    found = pages.rows(
        conn,
        "select url, source_kind, min(fetched) first, max(last_seen) last, sum(times) times, min(capture) capture,"
        " max(similarity) similarity"
        " from sources where report = ? group by url, source_kind order by first",
        name,
    )
    for row in found:
        spell = gone.get(row["url"])
        row["missing_since"], row["removed"] = (spell.since, spell.removed) if spell else (None, None)
    return found


async def report_page(datasette: Any, request: Any) -> Response:
    """Show one report; an id of before a correction leads to the present one."""
    name = request.url_vars["id"]
    query = (request.args.get("q") or "").strip()

    def ask(conn: sqlite3.Connection) -> dict[str, Any] | None:
        report = find(conn, name)
        if report is None:
            return None
        body = read(report["text"], report["title"], query)
        told = facts(conn, report)
        return {
            **told, "report": report, "body": body, "blocks": body.blocks, "outline": outline(body.blocks),
            "witness": {e["field"]: e["source"] for e in reversed(told["evidence"])},
            "newer": versions.newest(conn, report), "related": _related(conn, report, told["versions"]), "hops": HOPS,
            "trail": trail(report), "counts": report["source_kind"] in PUBLICATION,
        }  # fmt: skip

    try:
        found = await pages.read(datasette, ask)
    except pages.TooSlowError:
        return await _busy(datasette, request)
    if found is None:
        return await _missing(datasette, request, name)
    report = found["report"]
    if report["id"] != name:
        return Response.redirect(language.path(datasette, request, f"/report/{report['id']}"))
    work, today = _work(datasette, request, report), clock.today()
    more = {
        "q": query, "citations": [("GB/T 7714-2015", cite.gb7714(work, today)), ("BibTeX", cite.bibtex(work, today))],
        "due": deadline.last_day(report["year"]) if report["days_late"] is not None else None,
        "tell": teller(request),
    }  # fmt: skip
    return await pages.render(datasette, request, "fazhi_report.html", "report", {**found, **more})


async def report_text(datasette: Any, request: Any) -> Response:
    """Return the text of a report alone."""
    name = request.url_vars["id"]
    try:
        report = await pages.read(datasette, lambda conn: find(conn, name))
    except pages.TooSlowError:
        return Response.text("busy, try again later\n", status=503)
    if report is None:
        return Response.text(f"no report {name}\n", status=404)
    return Response.text(report["text"] + "\n", headers={"X-Robots-Tag": "noindex"})


async def report_json(datasette: Any, request: Any) -> Response:
    """Return everything the page tells as one JSON object; ``docs/api.md`` describes it."""
    name = request.url_vars["id"]

    def ask(conn: sqlite3.Connection) -> tuple[dict[str, Any], dict[str, Any]] | None:
        report = find(conn, name)
        return (report, facts(conn, report)) if report else None

    try:
        found = await pages.read(datasette, ask)
    except pages.TooSlowError:
        return _json({"ok": False, "error": "busy, try again later"}, 503)
    if found is None:
        return _json({"ok": False, "error": f"no report {name}"}, 404)
    report, told = found
    work, today = _work(datasette, request, report), clock.today()
    row = {key: value for key, value in report.items() if key not in PRIVATE}
    links = {
        "page": work.archived, "text": f"{work.archived}.txt",
        "snapshot": _full(datasette, request, f"/snapshot/{report['capture']}"),
    }  # fmt: skip
    citation = {"gb7714": cite.gb7714(work, today), "bibtex": cite.bibtex(work, today)}
    events = [{part: change.to_json()[part] for part in TOLD_OF_EVENTS} for change in told["history"]]
    return _json({"ok": True, **row, **told, "history": events, "links": links, "citation": citation}, 200)


def trail(report: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Return the places a report lies in, from the province down, each with its code where that is certain.

    >>> trail({"region": "湖北省/襄阳市/枣阳市", "adcode": "420683", "town_code": None})
    [('湖北省', '420000'), ('襄阳市', '420600'), ('枣阳市', '420683')]
    >>> trail({"region": "北京市/海淀区", "adcode": "110108", "town_code": None})
    [('北京市', '110000'), ('海淀区', '110108')]
    """
    names = (report["region"] or "").split("/") if report["region"] else []
    code = report["adcode"]
    if not code or not names:
        return [(name, None) for name in names]
    codes = [code[:2] + "0000"]
    direct = code[:2] in facets.MUNICIPALITIES or code[2:4] == facets.DIRECT_COUNTIES
    if not direct and code[2:4] != "00":
        codes.append(code[:4] + "00")
    if code[4:] != "00":
        codes.append(code)
    if report["town_code"]:
        codes.append(report["town_code"])
    return list(zip(names, codes if len(codes) == len(names) else [None] * (len(names) - 1) + [codes[-1]], strict=True))


def _work(datasette: Any, request: Any, report: dict[str, Any]) -> cite.Work:
    named = pages.is_web(report["url"]) and report["source_kind"] in pages.OPEN_KINDS
    return cite.Work(
        report["id"], report["title"], report["issuer"], report["published"], report["url"] if named else None,
        _full(datasette, request, f"/report/{report['id']}"),
    )  # fmt: skip


def _full(datasette: Any, request: Any, address: str) -> str:
    """Return an absolute address; without the prefix of a language, because it is to be kept."""
    return str(datasette.absolute_url(request, datasette.urls.path(address)))


def _json(content: dict[str, Any], status: int) -> Response:
    return Response(
        json.dumps(content, ensure_ascii=False), status=status, content_type="application/json; charset=utf-8"
    )


async def _busy(datasette: Any, request: Any) -> Response:
    t = language.speaker(request)
    said = t("服务器繁忙，请稍后再试。", "The server is busy. Please try again later.")
    return await pages.message(datasette, request, 503, t("读取超时", "This took too long"), said)


async def _missing(datasette: Any, request: Any, name: str) -> Response:
    t = language.speaker(request)
    said = t(f"库中没有编号为 {name} 的报告。", f"The archive has no report with the id {name}.")
    return await pages.message(datasette, request, 404, t("没有这份报告", "There is no such report"), said)


def _related(conn: sqlite3.Connection, report: dict[str, Any], chain: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the other reports of a place, latest year first, those of the same issuer first; no versions of this."""
    found = pages.rows(
        conn,
        "select id, year, issuer, status from reports where adcode = ?1 and town_code is ?2 and id != ?3"
        f" and year is not null order by issuer is not ?4, year desc, issuer, status limit {RELATED}",
        report["adcode"], report["town_code"], report["id"], report["issuer"],
    )  # fmt: skip
    versions_of_it = {version["id"] for version in chain if version["year"] == report["year"]}
    return [row for row in found if row["id"] not in versions_of_it]


def _moved(conn: sqlite3.Connection, name: str) -> str | None:
    """Return the present id of a report whose place or year was corrected: the end of an id tells the text."""
    digest = name.rsplit("-", 1)[-1]
    if not re.fullmatch("[0-9a-f]{8,64}", digest):
        return None
    same = "select id from reports where digest between ? and ? limit 2"
    found = conn.execute(same, (digest, digest + "~")).fetchall()
    return found[0][0] if len(found) == 1 else None
