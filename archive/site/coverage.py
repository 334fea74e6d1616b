"""The coverage page: which report is there, late, not found, not looked for; from the country down to the townships.

    /coverage?year=2020&region=420000     tables, for the country a map of tiles; also ``.json`` and ``.csv``

What is known is worked out once and kept until the database file changes. While a crawl writes, it is worked out again
at most after ``PATIENCE`` times what that took, so that pages stay quick; reports themselves always are current.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from datasette.utils.asgi import Response

from archive import coverage, deadline, divisions, schema
from archive.coverage import Cell, Coverage, Line, Status
from archive.site import language, pages

PATIENCE = 10
RACY = 0.1  # seconds: a file changed this recently may change again within the same tick of its clock
TILE = 64
SHADES = (20, 40, 60, 80)  # per cent published, between the shades of the map
COLUMNS = ("year", "code", "name", "level", "status", "status_zh", "published", "days", "looked", "report", "key")
HEADS = (
    "年度",
    "当年代码",
    "地区",
    "层级",
    "状态码",
    "状态",
    "发布日期",
    "距截止日天数",
    "最近查完门户",
    "报告编号",
    "现代码",
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Held:
    """What was worked out, from which state of the file, when, and what it took in seconds."""

    coverage: Coverage
    places: int
    stamp: tuple[int, ...] | None
    made: float
    cost: float
    pieces: dict[str, str]  # of pages, by language: what only a new state of the file changes


_held: WeakKeyDictionary[Any, Held] = WeakKeyDictionary()
_running: WeakKeyDictionary[Any, asyncio.Task[Held]] = WeakKeyDictionary()


async def current(datasette: Any) -> Held:
    """Return what is known now; requests that come meanwhile wait for the same work."""
    held = _held.get(datasette)
    if held:
        fresh = held.stamp is not None and held.stamp == _stamp(datasette)
        if fresh or time.monotonic() - held.made < PATIENCE * held.cost:
            return held
    task = _running.get(datasette)
    if task is None or task.done() or task.get_loop() is not asyncio.get_running_loop():
        task = _running[datasette] = asyncio.ensure_future(_work_out(datasette))
    return await asyncio.shield(task)


async def _work_out(datasette: Any) -> Held:
    stamp, began = _stamp(datasette), time.monotonic()

    def ask(conn: sqlite3.Connection) -> tuple[Coverage, int]:
        found = coverage.compute(conn)
        found.matrix()
        places = "select count(*) from (select distinct adcode, town_code from reports where adcode is not null)"
        return found, conn.execute(places).fetchone()[0]

    found, places = await snapshot(datasette, ask)
    now = time.monotonic()
    _held[datasette] = held = Held(found, places, stamp, now, now - began, {})
    return held


async def snapshot(datasette: Any, ask: Callable[[sqlite3.Connection], T]) -> T:
    """Run reads whose work is bounded by the archive's size in one snapshot of it, without the site's time limit."""

    def reading(conn: sqlite3.Connection) -> T:
        conn.execute("begin")
        try:
            return ask(conn)
        finally:
            conn.execute("rollback")

    result: T = await datasette.get_database(pages.DATABASE).execute_fn(reading)
    return result


def _stamp(datasette: Any) -> tuple[int, ...] | None:
    """Return what tells one state of the database from another: size and time of the file and of its write-ahead log.

    None where that cannot be told: in memory, or changed just now.
    """
    path = datasette.get_database(pages.DATABASE).path
    if path is None:
        return None
    found: list[int] = []
    for file in (Path(path), Path(f"{path}-wal")):
        try:
            told = file.stat()
        except OSError:
            found += (0, 0)
            continue
        if abs(time.time() - told.st_mtime) < RACY:
            return None
        found += (told.st_size, told.st_mtime_ns)
    return tuple(found)


async def _asked(datasette: Any, request: Any) -> dict[str, Any]:
    """Return what a request asks for: ``known``, ``year``, ``region``, its ``path``, ``lines`` and ``towns``."""
    known = (await current(datasette)).coverage
    year = pages.number(request.args.get("year"), 1949, 2200)
    year = year if year in known.years else known.latest
    region = (pages.code(request.args.get("region")) or "")[:6] or None
    found: dict[str, Any] = {"known": known, "year": year, "region": region, "lines": [], "path": [], "towns": []}
    if year is None:
        return found
    if region:
        cell = known.own(region, year)
        found["path"] = path_of(known, region, year)
        if cell is None and not known.area(region, year):
            return found | {"unknown": True}
    found["lines"] = known.lines(region, year)
    if region and not found["lines"] and not region.endswith("0000"):
        found["towns"] = await snapshot(datasette, lambda conn: coverage.towns(conn, region, known.as_of, known.years))
        found["lines"] = [
            Line(cell.key, cell.code, cell.name, cell.level, cell, coverage.counted([cell]))
            for town in found["towns"]
            for cell in town
            if cell.year == year
        ]
    return found


def path_of(known: Coverage, code: str, year: int | None = None) -> list[tuple[str, str]]:
    """Return code of today and name of a place and of what lies above it, province first."""
    found: list[tuple[str, str]] = []
    year = year or max(known.years, default=None)
    at: str | None = code
    while at and year and len(found) < 4:
        cell = known.own(at, year)
        if cell is None:
            break
        found.append((cell.key, cell.name))
        at = cell.parent
    if not found or not found[-1][0].endswith("0000"):
        province = code[:2] + "0000"
        if province in known.provinces and all(key != province for key, _ in found):
            found.append((province, known.provinces[province]))
    return found[::-1]


async def coverage_page(datasette: Any, request: Any) -> Response:
    """Show how complete the archive is in a year, for the country or for a place."""
    asked = await _asked(datasette, request)
    t = language.speaker(request)
    known, year, region = asked["known"], asked["year"], asked["region"]
    if asked.get("unknown"):
        said = t(f"{year} 年没有代码为 {region} 的地区。", f"There was no division {region} in {year}.")
        return await pages.message(datasette, request, 404, t("没有这个地区", "No such place"), said)
    own = known.own(region, year) if region and year else None
    lines = asked["lines"]
    total = coverage.added([line.counts for line in lines] + ([coverage.counted([own])] if own else []))
    by_year = {}
    if region:
        for when in known.years:
            towns = [cell for town in asked["towns"] for cell in town if cell.year == when]
            by_year[when] = coverage.counted([*known.area(region, when), *towns])
    elif known.years:
        by_year = known.totals()
    placed = [] if region or year is None else tiles(known, year)
    context = {
        "year": year, "region": region, "years": known.years, "lines": lines, "own": own, "total": total,
        "by_year": by_year, "place_path": asked["path"], "as_of": known.as_of, "statuses": list(map(str, Status)),
        "tiles": placed, "tile": TILE, "width": TILE + max((item["x"] for item in placed), default=0),
        "height": TILE + max((item["y"] for item in placed), default=0),
        "due": deadline.last_day(year) if year else None, "bar": bar, "share": share,
        "towns": bool(asked["towns"]),
    }  # fmt: skip
    return await pages.render(datasette, request, "fazhi_coverage.html", "coverage", context)


async def coverage_json(datasette: Any, request: Any) -> Response:
    """Return what the page shows: ``year``, ``as_of``, ``deadline``, ``total``, ``lines``."""
    asked = await _asked(datasette, request)
    known, year, region = asked["known"], asked["year"], asked["region"]
    if asked.get("unknown"):
        return as_json({"ok": False, "error": f"no division {region} in {year}", "status": 404}, 404)
    own = known.own(region, year) if region and year else None
    lines = asked["lines"]
    total = coverage.added([line.counts for line in lines] + ([coverage.counted([own])] if own else []))
    return as_json(
        {
            "ok": True, "year": year, "years": list(known.years), "region": region,
            "path": [{"code": code, "name": name} for code, name in asked["path"]],
            "as_of": known.as_of and str(known.as_of),
            "deadline": str(deadline.last_day(year)) if year else None, "total": total,
            "own": own.to_json() if own else None, "lines": [line.to_json() for line in lines],
        }
    )  # fmt: skip


async def coverage_csv(datasette: Any, request: Any) -> Response:
    """Return a row for each government of the place (or the country) and year; ``year=all`` gives all years."""
    asked = await _asked(datasette, request)
    known, region = asked["known"], asked["region"]
    every = request.args.get("year") == "all"
    cells: Iterable[Cell] = ()
    if region:
        years = known.years if every else filter(None, [asked["year"]])
        cells = [cell for year in years for cell in known.area(region, year)]
        cells += [cell for town in asked["towns"] for cell in town if every or cell.year == asked["year"]]
    else:
        cells = [cell for cell in known.cells.values() if every or cell.year == asked["year"]]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS if request.args.get("heads") == "en" else HEADS)
    words, levels = schema.words()["coverage"], schema.words()["level"]
    for cell in sorted(cells, key=lambda cell: (cell.year, cell.code)):
        writer.writerow(
            (
                cell.year, cell.code, cell.name, levels[cell.level], cell.status, words[cell.status], cell.published,
                cell.days, cell.looked, cell.report, cell.key,
            )
        )  # fmt: skip
    name = f"coverage-{region or 'china'}-{'all' if every else asked['year']}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def as_json(document: object, status: int = 200) -> Response:
    """Return a JSON answer with its characters readable."""
    body = json.dumps(document, ensure_ascii=False, default=str)
    return Response(body, status=status, content_type="application/json; charset=utf-8")


def published(counts: coverage.Counts) -> int:
    """Return how many published, in time or not, taken off since or not; a copy elsewhere is no publication."""
    return counts["on_time"] + counts["late"] + counts["date_unknown"] + counts["removed"]


def share(counts: coverage.Counts) -> int | None:
    """Return the per cent that published, None where nobody looked and nothing is there.

    >>> share(coverage.added([])), share(coverage.added([]) | {"expected": 3, "late": 1, "not_found": 2})
    (None, 33)
    """
    seen = counts["expected"] - counts["blocked"] - counts["not_looked"] - counts["not_due"]
    return published(counts) * 100 // counts["expected"] if seen else None


def bar(counts: coverage.Counts) -> str:
    """Return the stops of a bar's stripes: on time, late, without a date or as a copy, taken off, not found."""
    at, stops = 0, []
    for name, statuses in (
        ("a", ("on_time",)), ("b", ("late",)), ("c", ("date_unknown", "copy_only")), ("d", ("removed",)),
        ("e", ("not_found",)),
    ):  # fmt: skip
        at += sum(counts[status] for status in statuses)
        stops.append(f"--{name}:{at * 100 / max(1, counts['expected']):.3g}%")
    return ";".join(stops)


def tiles(known: Coverage, year: int) -> list[dict[str, Any]]:
    """Return the tiles of the map: code, names, place, counts, shade; provinces no map knows in a row of their own."""
    placed = _tiles()
    bottom = max(row for _, _, row in placed.values()) + 1
    found, extra = [], 0
    for row in known.matrix():
        counts = row["years"][year]
        if row["code"] in placed:
            short, x, y = placed[row["code"]]
        else:
            short, x, y = divisions.short(row["name"]), extra, bottom + 1
            extra += 1
        part = share(counts)
        shade = "none" if part is None else str(sum(part >= limit for limit in SHADES))
        found.append(
            {
                "code": row["code"], "name": row["name"], "short": short, "x": x * TILE, "y": y * TILE,
                "counts": counts, "share": part, "shade": shade,
            }
        )  # fmt: skip
    return found


@cache
def _tiles() -> dict[str, tuple[str, int, int]]:
    rows = resources.files("archive").joinpath("data/tiles.tsv").read_text("utf-8").splitlines()[1:]
    return {code: (short, int(x), int(y)) for code, short, x, y in (row.split("\t") for row in rows)}
