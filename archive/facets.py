"""How the hits of a query spread over years, places, levels, kinds: what the search page offers to narrow it by.

    facets(conn, query)    by field, each a list of Facet
    Columns                the few columns this needs, in memory: many times quicker than to join 10,000 hits

A field that is asked for is counted as if it were not, so that another value can be chosen.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from archive import filters, schema, search
from archive.query import Query

MUNICIPALITIES = ("11", "12", "31", "50")  # 直辖市: no prefecture between city and county
DIRECT_COUNTIES = "90"  # third and fourth digit of counties right below a province (省直辖县级行政区)
FRESH = 30.0  # seconds for which a changed value may be counted as it was; new reports are read at once
_SELECT = (
    f"select r.docid, r.year, r.adcode, r.level, r.issuer_kind, r.source_kind, {filters.DUE} from reports r"
    " where r.docid >= ?"
)
FIELDS = ("year", "region", "level", "kind", "source", "due")


@dataclass(frozen=True, slots=True)
class Facet:
    """A value that narrows a search, its label, and how many hits it leaves."""

    value: str
    label: str
    count: int


Facets = dict[str, list[Facet]]


class Columns:
    """The columns of ``FIELDS`` in memory, each a list of numbers by row number, and what value each number stands for.

    Numbers up to 255 are counted as bytes, in a tenth of the time that a ``Counter`` of the values takes.
    ``state`` tells of which state of the archive they are.
    """

    def __init__(self) -> None:
        self.lists: list[list[int]] = []
        self.values: list[dict[object, int]] = []
        self.places: dict[str, str] = {}  # code -> name, as far as asked for
        self.state: object = None
        self.read = 0.0

    def count(self, conn: sqlite3.Connection, docids: Sequence[int], state: object) -> list[Counter[object]]:
        """Return for each field how often these reports have each value, as they were ``FRESH`` seconds ago at most."""
        if state is None or state != self.state:
            now = time.monotonic()
            if state is None or not self.lists or now - self.read > FRESH:
                self.lists, self.values, self.read = [[] for _ in FIELDS], [{None: 0} for _ in FIELDS], now
                self.places.clear()
            size = len(self.lists[0])
            rows = conn.execute(_SELECT, (size,)).fetchall()
            more = max((row[0] for row in rows), default=-1) + 1 - size
            for number, (column, values) in enumerate(zip(self.lists, self.values, strict=True), 1):
                column.extend([0] * more)
                for row in rows:
                    column[row[0]] = values.setdefault(row[number], len(values))
            self.state = state
        known = len(self.lists[0])
        if docids and max(docids) >= known:
            docids = [docid for docid in docids if docid < known]
        return [_counted(column, values, docids) for column, values in zip(self.lists, self.values, strict=True)]


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

    def spread(asked: Query, hits: search.Matches | None = None) -> list[Counter[object]]:
        return columns.count(conn, (hits or search.matches(conn, asked)).docids, state)

    counted = dict(zip(FIELDS, spread(query, found), strict=True))
    for number, name in enumerate(FIELDS):
        if name != "region" and query.value(name) is not None:
            counted[name] = spread(query.narrowed(name))[number]
    words = schema.words()
    labels = {"level": words["level"], "kind": words["issuer_kind"], "source": words["source_kind"],
              "due": {"ontime": "按时", "late": "逾期"}}  # fmt: skip
    years = sorted((y for y in counted["year"] if isinstance(y, int)), reverse=True)
    made: Facets = {
        "year": [Facet(str(year), f"{year} 年", counted["year"][year]) for year in years],
        "region": _places(conn, counted["region"], query.value("region"), columns.places),
    }
    for name, told in labels.items():
        made[name] = [Facet(str(v), told.get(str(v), str(v)), n) for v, n in counted[name].most_common() if v]
    return made


def _places(conn: sqlite3.Connection, codes: Counter[object], region: str | None, known: dict[str, str]) -> list[Facet]:
    """Return the places one level below the chosen one in which the reports lie, by code; ``known`` are names."""
    chosen = region if region and region.isdecimal() else None
    below: Counter[str] = Counter()
    inside: dict[str, str] = {}
    for code, count in codes.items():
        if isinstance(code, str):
            place, _ = place_below(code, "", chosen)
            below[place] += count
            inside[place] = code
    named = "select region from reports where adcode = ? and region is not null limit 1"
    for place in below.keys() - known.keys():
        if row := conn.execute(named, (inside[place],)).fetchone():
            known[place] = place_below(inside[place], row[0], chosen)[1]
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
