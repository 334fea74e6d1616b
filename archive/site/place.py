"""The page of a place: every year's report or what is missing, its departments, what lies in it, its neighbours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from datasette.utils.asgi import Response

from archive import coverage, deadline, divisions, duty
from archive.coverage import Cell, Coverage
from archive.model import Level
from archive.site import language, pages
from archive.site.coverage import as_json, current, path_of, snapshot

NEIGHBOURS = 60


async def place_page(datasette: Any, request: Any) -> Response:
    """Show a place; a code it had earlier leads to the one of today."""
    code = request.url_vars["code"]
    found = await _place(datasette, code)
    if found is None:
        t = language.speaker(request)
        said = t(f"没有代码为 {code} 的地区。", f"There is no division {code}.")
        return await pages.message(datasette, request, 404, t("没有这个地区", "No such place"), said)
    if found["code"] != code:
        return Response.redirect(language.path(datasette, request, f"/place/{found['code']}"))
    return await pages.render(datasette, request, "fazhi_place.html", "place", {**found, "region": code})


async def place_json(datasette: Any, request: Any) -> Response:
    """Return what the page of a place shows."""
    found = await _place(datasette, request.url_vars["code"])
    if found is None:
        return as_json({"ok": False, "error": f"no division {request.url_vars['code']}", "status": 404}, 404)
    names = ("code", "name", "level", "former", "until", "portals", "departments", "unplaced")
    return as_json(
        {
            "ok": True, **{name: found[name] for name in names},
            "path": [{"code": code, "name": name} for code, name in found["path_names"]],
            "years": [
                {"year": row["year"], "cell": row["cell"].to_json() if row["cell"] else None, "reports": row["reports"]}
                for row in found["rows"]
            ],
            "below": [
                {"code": code, "name": name, "years": {str(cell.year): cell.to_json() for cell in cells}}
                for code, name, cells in found["below"]
            ],
            "neighbours": [{"code": code, "name": name} for code, name in found["neighbours"]],
        }
    )  # fmt: skip


async def _place(datasette: Any, code: str) -> dict[str, Any] | None:
    """Return all that is known of a place, None where neither the table of divisions nor a report knows the code."""
    known = (await current(datasette)).coverage
    key = _today(known, code)
    former = divisions.before(key)
    codes = list(dict.fromkeys([key, *(place.code for place in former)]))
    town = len(key) > 6
    county = key[:6] if town else key

    def ask(conn: sqlite3.Connection) -> dict[str, Any]:
        marks = ", ".join("?" * len(codes))
        where = f"town_code in ({marks})" if town else f"adcode in ({marks}) and town_code is null"
        reports = pages.rows(
            conn,
            "select id, title, year, region, level, issuer, issuer_kind, published, status, source_kind from reports"
            f" where {where} order by year desc, status, published, id",
            *codes,
        )
        there = conn.execute("select 1 from sqlite_master where name = 'portals'").fetchone()
        portals = f"select * from portals where adcode in ({marks}) order by code" if there else ""
        lists = coverage.towns(conn, _town_parent(key), known.as_of, known.years) if _has_towns(known, key) else []
        return {
            "reports": reports, "portals": pages.rows(conn, portals, *codes) if there else [],
            "departments": [] if town else coverage.departments(conn, key), "towns": lists,
        }  # fmt: skip

    found = await snapshot(datasette, ask)
    place = next(iter(divisions.by_code(key)), None)
    if place is None and not found["reports"] and not any(c.key == key for line in found["towns"] for c in line):
        return None
    told = (found["reports"][0]["region"] or key).split("/") if found["reports"] else [key]
    cells = {cell.year: cell for line in found["towns"] for cell in line if cell.key == key} if town else None
    if cells is None:
        cells = {year: cell for year in known.years if (cell := known.own(key, year))}
    name = place.name if place else told[-1]
    below: list[tuple[str, str, list[Cell]]] = []
    if town:
        path = [*path_of(known, county), (key, name)]
        neighbours = [(line[0].key, line[0].name) for line in found["towns"] if line[0].key != key]
    else:
        path = path_of(known, key) or [(key, name)]
        inside = _inside(known, key)
        below = inside or _towns(key, found["towns"])
        neighbours = _neighbours(known, key)
    return {
        "code": key, "name": name, "level": str(place.level) if place else _level(found["reports"], key),
        "path_names": path, "former": [{"code": p.code, "name": p.name, "until": p.until} for p in former],
        "until": place.until if place else None, "portals": found["portals"],
        "rows": _rows(cells, [r for r in found["reports"] if town or not _lower(r)]),
        "unplaced": [r for r in found["reports"] if not town and _lower(r)], "departments": found["departments"],
        "below": below, "neighbours": neighbours[:NEIGHBOURS], "years": known.years, "as_of": known.as_of, "town": town,
        "due": {year: deadline.last_day(year) for year in known.years}, "county": county,
    }  # fmt: skip


def _today(known: Coverage, code: str) -> str:
    """Return the code of today: of what the code stood for last."""
    for place in divisions.by_code(code):
        if place.until is None:
            return code
        return divisions.in_year(place, None).code
    return code


def _level(reports: list[dict[str, Any]], code: str) -> str | None:
    return "township" if len(code) > 6 else next((report["level"] for report in reports if report["level"]), None)


def _town_parent(key: str) -> str:
    """Return the county of a township's code, or the city without counties; a county itself."""
    if len(key) == 6:
        return key
    place = next(iter(divisions.by_code(key)), None)
    return (place.parent if place else None) or key[:6]


def _has_towns(known: Coverage, key: str) -> bool:
    return len(key) > 6 or coverage.has_towns(known, key)


def _inside(known: Coverage, key: str) -> list[tuple[str, str, list[Cell]]]:
    """Return the places right below one, in any year: code, latest name, cells."""
    found: dict[str, list[Cell]] = {}
    for year in known.years:
        for line in known.lines(key, year) if len(key) == 6 else ():
            if line.own:
                found.setdefault(line.key, []).append(line.own)
    return [(code, cells[-1].name, cells) for code, cells in sorted(found.items())]


def _towns(county: str, lists: list[list[Cell]]) -> list[tuple[str, str, list[Cell]]]:
    """Return the townships of a county; of a 街道 that published nothing the name alone."""
    cells = {line[0].key: line for line in lists}
    names = {place.code: place.name for place in divisions.below(county) if place.level is Level.TOWNSHIP}
    names |= {line[0].key: line[0].name for line in lists}
    return [(code, name, cells.get(code, [])) for code, name in sorted(names.items())]


def _neighbours(known: Coverage, key: str) -> list[tuple[str, str]]:
    """Return code and name of the other places with the same upper level, in the latest year the place was there."""
    for year in reversed(known.years):
        if cell := known.own(key, year):
            if cell.parent is None:
                return [(code, name) for code, name in known.provinces.items() if code != key]
            return [(line.key, line.name) for line in known.lines(cell.parent, year) if line.key != key]
    return []


def _lower(report: dict[str, Any]) -> bool:
    """Tell whether a report is that of a township or 街道 of the county, though nobody knows of which."""
    return bool(report["level"] == "township" or report["issuer_kind"] == "subdistrict")


def _rows(cells: dict[int, Cell], reports: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row for each year, latest first: the cell, the government's reports with their days to the deadline."""
    rules = duty.rules()["report"]
    by_year: dict[int | None, list[dict[str, Any]]] = {}
    for report in reports:
        if report["issuer_kind"] is None or report["issuer_kind"] in rules["town_issuers"]:
            days = deadline.days_late(report["year"], report["published"])
            by_year.setdefault(report["year"], []).append(report | {"days": days})
    years = sorted({*cells, *(year for year in by_year if year)}, reverse=True)
    found = [{"year": year, "cell": cells.get(year), "reports": by_year.get(year, [])} for year in years]
    if None in by_year:
        found.append({"year": None, "cell": None, "reports": by_year[None]})
    return found
