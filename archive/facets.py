"""How the hits of a query spread over years, places, levels, kinds: what the search page offers to narrow it by.

    facets(conn, query)    by field, each a list of Facet
    Columns                the few columns this needs, in memory: many times quicker than to join 10,000 hits

A field that is asked for is counted as if it were not, so that another value can be chosen.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from archive import filters, schema, search
from archive.query import Query

MUNICIPALITIES = ("11", "12", "31", "50")  # 直辖市: no prefecture between city and county
DIRECT_COUNTIES = "90"  # third and fourth digit of counties right below a province (省直辖县级行政区)
FRESH = 30.0  # seconds for which a changed value may be counted as it was; new reports are read at once
_SELECT = (
    f"select r.docid, r.year, r.adcode, r.level, r.issuer_kind, r.source_kind, {filters.DUE}, substr(r.adcode, 1, 2)"
    " from reports r where r.docid >= ?"
)
FIELDS = ("year", "region", "level", "kind", "source", "due")
COLUMNS = (*FIELDS, "province")  # its two digits: many times quicker to count than all places


@dataclass(frozen=True, slots=True)
class Facet:
    """A value that narrows a search, its label, and how many hits it leaves."""

    value: str
    label: str
    count: int


Facets = dict[str, list[Facet]]


@dataclass(slots=True)
class _Table:
    """Columns as they were in one state of the archive; never changed once others see it, but for ``places``."""

    lists: list[list[int]]
    values: list[dict[object, int]]
    state: object
    read: float  # when all of it was read
    places: dict[str, str]  # code -> name, as far as asked for


class Columns:
    """``COLUMNS`` in memory, each a list of numbers by row number, and what value each number stands for.

    Numbers up to 255 are counted as bytes, in a tenth of the time that a ``Counter`` of the values takes. Several
    threads may count; one of them reads what is new.
    """

    def __init__(self) -> None:
        self._table: _Table | None = None
        self._reading = threading.Lock()

    def count(
        self, conn: sqlite3.Connection, docids: Sequence[int], state: object, names: Iterable[str]
    ) -> dict[str, Counter[object]]:
        """Return for each column how often these reports have each value, as they were ``FRESH`` seconds ago at most.

        ``state`` tells of which state of the archive they are; None where that is not known.
        """
        table = self.table(conn, state)
        known = len(table.lists[0])
        if docids and max(docids) >= known:
            docids = [docid for docid in docids if docid < known]
        numbers = {name: COLUMNS.index(name) for name in names}
        return {name: _counted(table.lists[n], table.values[n], docids) for name, n in numbers.items()}

    @property
    def places(self) -> dict[str, str]:
        """Names of places by code, as far as asked for; add to it."""
        return self._table.places if self._table else {}

    def table(self, conn: sqlite3.Connection, state: object) -> _Table:
        """Return the columns, read anew where the archive has changed."""
        table = self._table
        if table is not None and state is not None and table.state == state:
            return table
        with self._reading:
            table = self._table  # perhaps another thread has read it meanwhile
            if table is None or state is None or table.state != state:
                table = self._table = _read(conn, None if state is None else table, state)
        return table


def _read(conn: sqlite3.Connection, before: _Table | None, state: object) -> _Table:
    now = time.monotonic()
    if before is None or now - before.read > FRESH:
        before = _Table([[] for _ in COLUMNS], [{None: 0} for _ in COLUMNS], None, now, {})
    size = len(before.lists[0])
    rows = conn.execute(_SELECT, (size,)).fetchall()
    more = max((row[0] for row in rows), default=-1) + 1 - size
    lists, values = [column + [0] * more for column in before.lists], [dict(known) for known in before.values]
    for number, (column, known) in enumerate(zip(lists, values, strict=True), 1):
        for row in rows:
            column[row[0]] = known.setdefault(row[number], len(known))
    return _Table(lists, values, state, before.read, before.places)


def _counted(column: list[int], values: dict[object, int], docids: Sequence[int]) -> Counter[object]:
    """Return how often each value stands in some rows of a column."""
    picked = itemgetter(*docids)(column) if len(docids) > 1 else [column[docid] for docid in docids]
    if len(values) <= 256:
        found = bytes(picked)
        return Counter({value: n for value, number in values.items() if (n := found.count(number))})
    told = list(values)
    return Counter({told[number]: n for number, n in Counter(picked).items()})


def facets(
    conn: sqlite3.Connection, query: Query, *, found: search.Matches | None = None, columns: Columns | None = None,
    state: object = None,
) -> Facets:  # fmt: skip
    """Return how the hits of a query spread, by field; of places those one level below the chosen one. Of at most
    ``search.CAP`` hits.

    ``found`` is what the query finds, where that is known. Values come in order of count, but the latest year first,
    and places by code.
    """
    columns = columns or Columns()

    def spread(asked: Query, names: Iterable[str], hits: search.Matches | None = None) -> dict[str, Counter[object]]:
        return columns.count(conn, (hits or search.matches(conn, asked)).docids, state, names)

    region = query.value("region")
    chosen = region if region and region.isdecimal() else None
    places = "region" if chosen else "province"
    counted = spread(query, [places, *(name for name in FIELDS if name != "region")], found)
    for name in FIELDS:
        if name != "region" and query.value(name) is not None:
            counted |= spread(query.narrowed(name), [name])
    words = schema.words()
    labels = {"level": words["level"], "kind": words["issuer_kind"], "source": words["source_kind"],
              "due": {"ontime": "按时", "late": "逾期"}}  # fmt: skip
    years = sorted((y for y in counted["year"] if isinstance(y, int)), reverse=True)
    made: Facets = {
        "year": [Facet(str(year), f"{year} 年", counted["year"][year]) for year in years],
        "region": _places(conn, counted[places], chosen, columns.places),
    }
    for name, told in labels.items():
        made[name] = [Facet(str(v), told.get(str(v), str(v)), n) for v, n in counted[name].most_common() if v]
    return made


def _places(conn: sqlite3.Connection, codes: Counter[object], chosen: str | None, known: dict[str, str]) -> list[Facet]:
    """Return the places one level below the chosen one in which the reports lie, by code; ``known`` are names.

    ``codes`` begin as the codes of the divisions do: whole, or two digits where no place is chosen.
    """
    below: Counter[str] = Counter()
    inside: dict[str, str] = {}
    for code, count in codes.items():
        if isinstance(code, str):
            place, _ = place_below(code, "", chosen)
            below[place] += count
            inside[place] = code
    named = "select adcode, region from reports where adcode between ? and ? and region is not null limit 1"
    for place in below.keys() - known.keys():
        if row := conn.execute(named, (inside[place], inside[place] + "~")).fetchone():
            known[place] = place_below(row[0], row[1], chosen)[1]
    return [Facet(place, known[place], below[place]) for place in sorted(below.keys() & known.keys())]


@lru_cache(maxsize=1 << 14)
def place_below(code: str, names: str, region: str | None) -> tuple[str, str]:
    """Return code and name of the place one level below ``region`` in which a division lies.

    >>> place_below("420704", "湖北省/鄂州市/鄂城区", None)
    ('420000', '湖北省')
    >>> place_below("420704", "湖北省/鄂州市/鄂城区", "420000")
    ('420700', '鄂州市')
    >>> place_below("110108", "北京市/海淀区", "110000")
    ('110108', '海淀区')
    """
    path = names.split("/")
    direct = code[:2] in MUNICIPALITIES or code[2:4] == DIRECT_COUNTIES
    if region is None:
        return code[:2] + "0000", path[0]
    if region.endswith("0000") and not direct:
        return code[:4] + "00", path[min(1, len(path) - 1)]
    depth = 1 if direct else 2
    return code, path[min(depth, len(path) - 1)]
