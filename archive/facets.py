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
    """The columns of ``FIELDS``, each a list by row number; ``state`` tells of which state of the archive they are."""

    def __init__(self) -> None:
        self.lists: list[list[object]] = [[] for _ in FIELDS]
        self.state: object = None
        self.read = 0.0

    def count(self, conn: sqlite3.Connection, docids: Sequence[int], state: object) -> list[Counter[object]]:
        """Return for each field how often these reports have each value, as they were ``FRESH`` seconds ago at most."""
        if state is None or state != self.state:
            now = time.monotonic()
            if state is None or not self.lists[0] or now - self.read > FRESH:
                self.lists, self.read = [[] for _ in FIELDS], now
            size = len(self.lists[0])
            rows = conn.execute(_SELECT, (size,)).fetchall()
            more = max((row[0] for row in rows), default=-1) + 1 - size
            for number, column in enumerate(self.lists, 1):
                column.extend([None] * more)
                for row in rows:
                    column[row[0]] = row[number]
            self.state = state
        known = len(self.lists[0])
        if docids and max(docids) >= known:
            docids = [docid for docid in docids if docid < known]
        return [Counter(map(column.__getitem__, docids)) for column in self.lists]


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
        "region": _places(conn, counted["region"], query.value("region")),
    }
    for name, told in labels.items():
        made[name] = [Facet(str(v), told.get(str(v), str(v)), n) for v, n in counted[name].most_common() if v]
    return made


def _places(conn: sqlite3.Connection, codes: Counter[object], region: str | None) -> list[Facet]:
    """Return the places one level below the chosen one in which the reports lie, by code."""
    chosen = region if region and region.isdecimal() else None
    below: Counter[str] = Counter()
    inside: dict[str, str] = {}
    for code, count in codes.items():
        if isinstance(code, str):
            place, _ = place_below(code, "", chosen)
            below[place] += count
            inside[place] = code
    made = []
    for place in sorted(below):
        named = "select region from reports where adcode = ? and region is not null limit 1"
        row = conn.execute(named, (inside[place],)).fetchone()
        if row:
            made.append(Facet(place, place_below(inside[place], row[0], chosen)[1], below[place]))
    return made


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
