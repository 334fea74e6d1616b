"""Which report is there, which is late, which was looked for and not found: worked out from ``archive.db`` alone.

    compute()        the governments of county level and above, every year since they must publish: a Coverage
    towns()          the same for the townships of a county
    Coverage         cells by place and year; matrix of the provinces, lines of a place and what lies below it
    departments()    what the departments of a place published: they are bound too, but nobody knows how many there are

A cell says what is known of the report of one government for one year. Its place is what it was at the end of that
year (``archive.divisions``), its ``key`` the code of what that is today, so that 静海县 and 静海区 are one line. Rules
of the law stand in ``data/duty.toml``. Not found is said only where the place's own portal was read to the end after
the deadline (table ``portals``); else nobody looked, or could: it refused. Days count from the last day in time: 0 and
below is on time. A report that was published and taken off is told as that, with its date.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from archive import clock, deadline, divisions, duty
from archive.divisions import Place
from archive.model import Level


class Status(StrEnum):
    """What is known of a report that is due, best first. Closed list; ``words.toml`` says each in Chinese."""

    ON_TIME = "on_time"
    LATE = "late"
    DATE_UNKNOWN = "date_unknown"  # published on an official site, nobody knows when
    REMOVED = "removed"  # published, in time or not, and taken off since: no official site has it any more
    COPY_ONLY = "copy_only"  # only on sites that do not count as publication
    NOT_FOUND = "not_found"  # the portal was read to the end after the deadline
    BLOCKED = "blocked"  # nobody could look: the portal refused its latest crawl
    NOT_LOOKED = "not_looked"
    NOT_DUE = "not_due"  # the archive's latest look was before the deadline


FOUND = (Status.ON_TIME, Status.LATE, Status.DATE_UNKNOWN, Status.REMOVED, Status.COPY_ONLY)
Counts = dict[str, int]  # status -> number of governments, and their sum under "expected"


class Cell(NamedTuple):
    """A government and a year. ``code``, ``name``, ``parent`` are those of that year, ``key`` is the code today.

    ``report`` is the one that decided the status; ``days`` from the last day in time to its publication; ``looked``
    the day its portal was last read to the end.
    """

    key: str
    code: str
    name: str
    level: str
    parent: str | None
    year: int
    status: Status
    report: str | None = None
    published: str | None = None
    days: int | None = None
    looked: str | None = None

    def to_json(self) -> dict[str, object]:
        """Return the cell as plain values."""
        return {name: getattr(self, name) for name in FIELDS} | {"status": str(self.status)}


_Made = tuple[str, str, str, str, str | None]  # key, code, name, level, parent
FIELDS = ("code", "name", "level", "parent", "year", "status", "report", "published", "days", "looked", "key")


@dataclass(frozen=True, slots=True)
class Line:
    """A place in a table: its own report (None where it is not expected), and all of its area, itself included."""

    key: str
    code: str
    name: str
    level: str
    own: Cell | None
    counts: Counts

    def to_json(self) -> dict[str, object]:
        """Return the line as plain values."""
        return {
            "code": self.code, "name": self.name, "level": self.level, "key": self.key,
            "own": self.own.to_json() if self.own else None, "counts": self.counts,
        }  # fmt: skip


@dataclass(slots=True)
class Coverage:
    """The cells of county level and above. ``as_of`` is the day of the archive's latest look, None for an empty one."""

    as_of: date | None
    years: tuple[int, ...]
    cells: dict[tuple[str, int], Cell]
    provinces: dict[str, str]
    _trees: dict[int, dict[str | None, list[Cell]]] = field(default_factory=dict)
    _matrix: list[dict[str, Any]] = field(default_factory=list)

    @property
    def latest(self) -> int | None:
        """The latest year whose deadline lay before the archive's latest look, else the latest of all."""
        due = [year for year in self.years if self.as_of and self.as_of > deadline.last_day(year)]
        return max(due or self.years, default=None)

    def matrix(self) -> list[dict[str, Any]]:
        """Return a row for each province: ``code``, ``name``, ``years`` (year -> Counts of its whole area)."""
        if not self._matrix:
            counted: dict[str, dict[int, Counter[str]]] = {code: {} for code in self.provinces}
            for cell in self.cells.values():
                years = counted[cell.key[:2] + "0000"]
                years.setdefault(cell.year, Counter())[cell.status] += 1
            self._matrix += [
                {
                    "code": code, "name": self.provinces[code],
                    "years": {year: _summed(years.get(year, Counter())) for year in self.years},
                }
                for code, years in sorted(counted.items())
            ]  # fmt: skip
        return self._matrix

    def totals(self) -> dict[int, Counts]:
        """Return for each year the counts of the whole country."""
        return {year: added(row["years"][year] for row in self.matrix()) for year in self.years}

    def lines(self, code: str | None, year: int) -> list[Line]:
        """Return what lies right below a place (None: the provinces) in a year, each with the counts of its area."""
        tree = self._tree(year)
        if code is None:
            found = {cell.code: cell for cell in tree.get(None, ())}
            rows = {row["code"]: row for row in self.matrix() if row["years"][year]["expected"]}
            return [
                Line(province, province, row["name"], "province", found.get(province), row["years"][year])
                for province, row in rows.items()
            ]
        return [
            Line(cell.key, cell.code, cell.name, cell.level, cell, counted(self.area(cell.code, year)))
            for cell in sorted(tree.get(self.then(code, year), ()), key=lambda cell: cell.code)
        ]

    def of(self, year: int) -> list[Cell]:
        """Return all cells of a year."""
        return [cell for cell in self.cells.values() if cell.year == year]

    def own(self, code: str, year: int) -> Cell | None:
        """Return the cell of a place, None where its government did not exist or is not known."""
        return self.cells.get((code, year)) or self.cells.get((_year(year, _environment()).key(code), year))

    def area(self, code: str, year: int) -> list[Cell]:
        """Return the cells of a place and of all that lay in it in a year."""
        tree, cell = self._tree(year), self.own(code, year)
        found = [cell] if cell else []
        todo = [self.then(code, year)]
        while todo:
            inside = tree.get(todo.pop(), [])
            found += inside
            todo += [cell.code for cell in inside]
        return found

    def then(self, code: str, year: int) -> str:
        """Return the code a place had in a year."""
        cell = self.own(code, year)
        return cell.code if cell else code

    def _tree(self, year: int) -> dict[str | None, list[Cell]]:
        if year not in self._trees:
            tree: dict[str | None, list[Cell]] = {}
            for cell in self.cells.values():
                if cell.year == year:
                    tree.setdefault(cell.parent, []).append(cell)
            self._trees[year] = tree
        return self._trees[year]


def compute(conn: sqlite3.Connection, today: date | None = None) -> Coverage:
    """Return what the archive knows of every government of county level and above.

    ``today`` bounds the years: no page can have been seen later, whatever a WARC file says. One pass over the reports
    and one over their sources; 100,000 reports take about a second of CPU.
    """
    as_of = _as_of(conn, today or clock.today())
    years = tuple(range(min(duty.rules()["since"].values()), as_of.year)) if as_of else ()
    if as_of is None:
        return Coverage(None, (), {}, {})
    looked, blocked = _looked(conn), _blocked(conn)
    best = _best(conn, "r.town_code is null and r.level is not 'township'", "adcode", duty.rules()["report"]["issuers"])
    cells: dict[tuple[str, int], Cell] = {}
    names: dict[str, str] = {}
    by_year: dict[int, list[tuple[str, _Seen]]] = {}
    for (code, year), seen in best.items():
        by_year.setdefault(year, []).append((code, seen))
    away = looked.keys() | blocked  # what lies off the beaten track: of all others nothing is known
    for year in years:
        known = _year(year, _environment())
        found: dict[str, list[_Seen]] = {}
        for code, seen in by_year.get(year, ()):
            found.setdefault(known.key(code), []).append(seen)
        due = as_of > _last_day(year)[0]
        empty = Status.NOT_LOOKED if due else Status.NOT_DUE
        for key, made in known.made.items():
            code = made[1]
            if not (key in found or key in away or code in away):
                cells[key, year] = Cell(*made, year, empty)
                continue
            seen_here = min(found.pop(key, ()), key=_order, default=None)
            look = looked.get(key) or looked.get(code)
            cells[key, year] = _cell(made, year, seen_here, look, as_of, bool({key, code} & blocked))
        for key, several in found.items():
            # In no table of divisions for that year; what was found counts all the same.
            seen = min(several, key=_order)
            path = (seen.region or key).split("/")
            level = "province" if key.endswith("0000") else seen.level or "county"
            parent = None if level == "province" else key[:4] + "00" if level == "county" else key[:2] + "0000"
            if parent and parent not in known.codes and (parent, year) not in cells and parent not in found:
                parent = key[:2] + "0000"
            cells[key, year] = _cell((key, key, path[-1], level, parent), year, seen, looked.get(key), as_of)
            names.setdefault(key[:2] + "0000", path[0])
    for key, _ in cells:
        code = key[:2] + "0000"
        if code not in names:
            names[code] = next((place.name for place in divisions.by_code(code)), code)
    _leave_out_unused(cells, names, looked)
    return Coverage(as_of, years, cells, dict(sorted(names.items())))


def towns(conn: sqlite3.Connection, code: str, as_of: date | None, years: Iterable[int]) -> list[list[Cell]]:
    """Return the cells of the townships right below a county (or a city without counties), a list for each town.

    Towns are those of today: the table knows no earlier ones. A 街道办事处 appears only in years it published.
    """
    if as_of is None:
        return []
    rules = duty.rules()
    low, high = code, code + "~"
    if code.endswith("00"):  # a city without counties: its towns' codes begin with its own first four digits
        low, high = code[:4], code[:4] + "~"
    best = _best(conn, "r.town_code between ? and ?", "town_code", rules["report"]["town_issuers"], low, high)
    looked, blocked = _looked(conn).get(code), code in _blocked(conn)
    places = {place.code: place for place in divisions.below(code) if place.level is Level.TOWNSHIP}
    for (town, _), seen in best.items():
        if town not in places:
            path = (seen.region or town).split("/")
            places[town] = Place(town, path[-1], Level.TOWNSHIP, code)
    found = []
    for place in sorted(places.values(), key=lambda place: place.code):
        exempt = place.name.endswith(tuple(rules["exempt"]["townships"]))
        line = []
        for year in years:
            seen_here = best.get((place.code, year))
            if seen_here or (year >= rules["since"]["township"] and not exempt):
                made = (place.code, place.code, place.name, str(place.level), code)
                line.append(_cell(made, year, seen_here, looked, as_of, blocked))
        if line or exempt:
            found.append(line)
    return [line for line in found if line]


def has_towns(known: Coverage, code: str) -> bool:
    """Tell whether townships lie right below a place: a county, or a city without counties."""
    return not code.endswith("0000") and not any(known.lines(code, year) for year in known.years)


def departments(conn: sqlite3.Connection, code: str) -> list[dict[str, Any]]:
    """Return the reports of a place's departments: ``issuer`` and ``reports`` (id, year, published), by name."""
    rows = conn.execute(
        "select issuer, id, year, published, source_kind from reports where adcode = ? and town_code is null"
        " and issuer_kind in ('department', 'vertical', 'zone') and status != 'superseded'"
        " order by issuer, year desc, published, id",
        (code,),
    ).fetchall()
    found: dict[str, list[dict[str, Any]]] = {}
    for issuer, report, year, published, kind in rows:
        found.setdefault(issuer or "", []).append(
            {"id": report, "year": year, "published": published, "source_kind": kind}
        )
    return [{"issuer": issuer or None, "reports": reports} for issuer, reports in found.items()]


def counted(cells: Iterable[Cell]) -> Counts:
    """Return how many cells have which status, and how many there are.

    >>> counted([])["expected"], list(counted([]))[0]
    (0, 'expected')
    """
    return _summed(Counter(str(cell.status) for cell in cells))


def added(several: Iterable[Mapping[str, int]]) -> Counts:
    """Return the sum of several counts."""
    total: Counter[str] = Counter()
    for counts in several:
        total.update(counts)
    return {name: total[name] for name in ("expected", *map(str, Status))}


def _summed(counts: Mapping[str, int]) -> Counts:
    return {"expected": sum(counts.values())} | {str(status): counts.get(status, 0) for status in Status}


@dataclass(frozen=True, slots=True)
class _Seen:
    """The report that speaks best for a place and year: its date where it has a believable one of publication."""

    report: str
    official: bool
    published: str | None
    fetched: str | None
    region: str | None
    level: str | None
    status: str


def _order(seen: _Seen) -> tuple[bool, bool, str, str, str]:
    """Order reports of a place and year: published first, those without a day behind, what was taken off, copies."""
    return not seen.official, seen.status == "removed", seen.published or "9", seen.fetched or "9", seen.report


def _chosen(several: Iterable[_Seen]) -> _Seen:
    """Return the report that speaks best for a place and year; an old version does not stand where the last is gone."""
    official = [seen for seen in several if seen.official]
    states = {seen.status for seen in official}
    if "removed" in states and "current" not in states:
        official = [replace(seen, status="removed") for seen in official]
    return min(official or several, key=_order)


def _best(
    conn: sqlite3.Connection, where: str, column: str, issuers: list[str], *values: str
) -> dict[tuple[str, int], _Seen]:
    """Return the best report for each code and year; its dates are the first on sites that count as publication."""
    rules = duty.rules()
    kinds = ", ".join(f"'{kind}'" for kind in rules["report"]["publication"])
    bodies = ", ".join(f"'{kind}'" for kind in issuers)
    undated = ", ".join(f"'{source}'" for source in rules["report"]["undated"])
    believable = (
        f"s.published >= r.year || '-{rules['earliest']}' and ifnull(r.published_source, '') not in ({undated})"
    )
    # The + keeps SQLite from reading all reports in the order of their ids where the condition names a few.
    rows = conn.execute(
        f"select r.{column}, r.year, r.id, max(s.source_kind in ({kinds})),"
        f" min(case when s.source_kind in ({kinds}) and {believable} then s.published end),"
        f" min(case when s.source_kind in ({kinds}) then s.fetched end), r.region, r.level, r.status"
        f" from reports r join sources s on s.report = r.id where r.{column} is not null and r.year >= ? and {where}"
        f" and (r.issuer_kind is null or r.issuer_kind in ({bodies})) group by +r.id",
        (min(rules["since"].values()), *values),
    )
    found: dict[tuple[str, int], list[_Seen]] = {}
    for code, year, *seen in rows:
        found.setdefault((code, year), []).append(_Seen(seen[0], bool(seen[1]), *seen[2:]))
    return {place: _chosen(several) for place, several in found.items()}


def _cell(place: _Made, year: int, seen: _Seen | None, looked: str | None, as_of: date, blocked: bool = False) -> Cell:
    last = _last_day(year)
    day = looked[:10] if looked else None
    if seen is None:
        if as_of <= last[0]:
            return Cell(*place, year, Status.NOT_DUE, looked=day)
        if day and day > last[1]:
            return Cell(*place, year, Status.NOT_FOUND, looked=day)
        return Cell(*place, year, Status.BLOCKED if blocked else Status.NOT_LOOKED, looked=day)
    if not seen.official:
        return Cell(*place, year, Status.COPY_ONLY, seen.report, looked=day)
    removed = seen.status == "removed"
    if seen.published:
        days = (date.fromisoformat(seen.published) - last[0]).days
        status = Status.REMOVED if removed else Status.ON_TIME if days <= 0 else Status.LATE
        return Cell(*place, year, status, seen.report, seen.published, days, day)
    # No date, but it was there in time.
    status = Status.ON_TIME if seen.fetched and seen.fetched[:10] <= last[1] else Status.DATE_UNKNOWN
    return Cell(*place, year, Status.REMOVED if removed else status, seen.report, looked=day)


@cache
def _last_day(year: int) -> tuple[date, str]:
    last = deadline.last_day(year)
    return last, str(last)


def _as_of(conn: sqlite3.Connection, today: date) -> date | None:
    last = conn.execute("select max(fetched) from sources").fetchone()[0]
    looks = [look for look in _looked(conn).values() if look]
    latest = max(filter(None, (last, *looks)), default=None)
    return min(date.fromisoformat(latest[:10]), today) if latest else None


def _looked(conn: sqlite3.Connection) -> dict[str, str]:
    """Return when the own portal of a place was last read to its end. A department's site says nothing of it."""
    if not conn.execute("select 1 from sqlite_master where name = 'portals'").fetchone():
        return {}  # an archive that an older fazhi made and nobody could bring up to date
    rows = conn.execute(
        "select adcode, max(last_looked) from portals"
        " where adcode is not null and last_looked is not null and code not like '%-%' group by adcode"
    )
    return dict(rows.fetchall())


def _blocked(conn: sqlite3.Connection) -> set[str]:
    """Return the divisions whose own portal refused its latest crawl."""
    if not conn.execute("select 1 from sqlite_master where name = 'portals'").fetchone():
        return set()
    sql = "select adcode from portals where verdict = 'blocked' and adcode is not null and code not like '%-%'"
    return {row[0] for row in conn.execute(sql)}


def _leave_out_unused(cells: dict[tuple[str, int], Cell], names: dict[str, str], looked: Mapping[str, str]) -> None:
    """Drop provinces that only ``FAZHI_DIVISIONS`` knows (sample portals) where the archive has nothing of them."""
    used = {key[:2] for (key, _), cell in cells.items() if cell.report} | {code[:2] for code in looked}
    for code in list(names):
        if code[:2] >= "90" and code[:2] not in used:
            del names[code]
            for key in [key for key in cells if key[0][:2] == code[:2]]:
                del cells[key]


def _environment() -> str:
    return os.environ.get("FAZHI_DIVISIONS", "")


class _Year:
    """The governments of county level and above that existed at the end of a year, by the code of today.

    ``made`` holds what every cell of theirs begins with.
    """

    def __init__(self, year: int) -> None:
        self.year = year
        self.codes: dict[str, str] = {}
        places: dict[str, Place] = {}
        since, exempt = duty.rules()["since"], duty.rules()["exempt"]["provinces"]
        for place in divisions.at(year):
            if place.code[:2] not in exempt and year >= since[str(place.level)]:
                key = divisions.in_year(place, None).code
                key = place.code if key in places else key
                places[key] = place
                self.codes[place.code] = key
        self._keys: dict[str, str] = {}
        self.made: dict[str, _Made] = {
            key: (key, place.code, place.name, str(place.level), self._above(place)) for key, place in places.items()
        }

    def key(self, code: str) -> str:
        """Return the code of today for a code that a page or the catalogue gives; itself where nothing is known."""
        if code in self.codes:
            return self.codes[code]
        if code not in self._keys:
            then = (divisions.in_year(place, self.year).code for place in divisions.by_code(code))
            self._keys[code] = next((self.codes[c] for c in then if c in self.codes), code)
        return self._keys[code]

    def _above(self, place: Place) -> str | None:
        """Return the code, in this year, of what a place lay in."""
        if place.level is Level.PROVINCE:
            return None
        if place.parent in self.codes:
            return place.parent
        for above in divisions.by_code(place.parent or ""):
            then = divisions.in_year(above, self.year).code
            if then in self.codes:
                return then
        return place.code[:2] + "0000"


@cache
def _year(year: int, _further: str) -> _Year:
    return _Year(year)
