"""Search of the archive: which reports a query finds, in what order, with the passage that shows why.

    search(db, query)     hits of one page: the command line, the search page and feeds ask this
    browse(db)            reports of a year or place, last published first
    facets(db, query)     how the hits spread over years, places, levels, kinds

The language is ``archive.query``, conditions on rows are ``archive.filters``, passages ``archive.passages``. The search
box of Datasette asks the same index the same expression, so all give the same hits.

Time is bounded, not only by patience. At most ``CAP`` matches, the ones saved last, are counted and sorted. Relevance
is bm25 with the title counting more, over the ``RANKED`` matches saved last; a word that stands in more than ``COMMON``
reports tells little about any of them: such words are weighed by the title alone, then what was saved last comes first.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sqlite_utils import Database

from archive import filters, schema
from archive.passages import Snippet, snippet
from archive.query import Filter, Query, Word, parse

CAP = 10_000  # matches that are counted and sorted; of more, the latest saved
RANKED = 2_000  # of these are ranked by bm25
COMMON = 10_000  # reports; a word in more of them is not weighed
TITLE_WEIGHT = 5.0  # a word in the title counts as five in the text
PROBED = 12  # a look-up of one report in the index costs as much as reading so many matches in a row

MUNICIPALITIES = ("11", "12", "31", "50")  # 直辖市: no prefecture between city and county
DIRECT_COUNTIES = "90"  # third and fourth digit of counties right below a province (省直辖县级行政区)

Order = Literal["relevance", "newest"]
Facets = dict[str, list["Facet"]]


@dataclass(frozen=True, slots=True)
class Hit:
    """One report that meets a query, with the passage where most of its words meet."""

    id: str
    title: str | None
    region: str | None
    year: int | None
    published: date | None
    issuer: str | None
    snippet: Snippet
    level: str | None = None
    status: str = "current"
    source_kind: str = "unknown"

    def to_json(self) -> dict[str, object]:
        """Return the hit as plain values; the passage as text, its marks as ``[start, end]`` into it."""
        marks, at = [], 0
        for piece, marked in self.snippet:
            if marked:
                marks.append([at, at + len(piece)])
            at += len(piece)
        return {
            "id": self.id, "title": self.title, "region": self.region, "year": self.year,
            "published": self.published.isoformat() if self.published else None, "issuer": self.issuer,
            "level": self.level, "status": self.status, "source_kind": self.source_kind,
            "snippet": "".join(piece for piece, _ in self.snippet), "marks": marks,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Results:
    """Hits of one page; ``total`` counts all, up to ``CAP``, and ``capped`` tells that there are more."""

    hits: list[Hit]
    total: int
    capped: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A value that narrows a search, its label, and how many hits it leaves."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Matches:
    """Row numbers of what a query finds, the last saved first, at most ``CAP``; ``capped``: there are more."""

    docids: list[int] = field(default_factory=list)
    capped: bool = False


def search(
    db: Database | sqlite3.Connection, query: str | Query, *, year: int | None = None, region: str | None = None,
    order: Order = "relevance", limit: int = 20, offset: int = 0,
) -> Results:  # fmt: skip
    """Return the reports that meet a query; none where there is nothing in it to look for.

    ``year`` and ``region`` (a division code; a province or prefecture includes all below it) are conditions besides
    those of the query. A query without words is answered newest first. Raises QueryError for one that cannot be meant.
    """
    conn = connection(db)
    asked = _asked(query, year, region)
    if not (parse(query) if isinstance(query, str) else query):  # conditions beside no query are no query
        return Results([], 0, False)
    found = matches(conn, asked)
    docids = sort(conn, asked, found, order, offset + limit)[offset : offset + limit]
    return Results(hits(conn, docids, asked), len(found.docids), found.capped)


def browse(
    db: Database | sqlite3.Connection, *, year: int | None = None, region: str | None = None,
    limit: int = 20, offset: int = 0,
) -> Results:  # fmt: skip
    """Return all reports of a year or place, last published first; the passage is the beginning of the text."""
    conn = connection(db)
    asked = _asked("", year, region)
    found = matches(conn, asked)
    docids = sort(conn, asked, found, "newest", offset + limit)[offset : offset + limit]
    return Results(hits(conn, docids, asked), len(found.docids), found.capped)


def matches(conn: sqlite3.Connection, query: Query) -> Matches:
    """Return what a query finds, the last saved first."""
    where, values = filters.where(conn, query.filters)
    values |= {"match": query.match, "limit": CAP + 1}
    if query.match is None:
        sql = f"select docid from reports r where true{where} order by docid desc limit :limit"
    elif not where:
        sql = f"select rowid from {schema.FTS} where {schema.FTS} match :match order by rowid desc limit :limit"
    elif _few(conn, where, values):
        sql = (
            f"select r.docid from reports r cross join {schema.FTS} f on f.rowid = r.docid"
            f" where {schema.FTS} match :match{where} order by r.docid desc limit :limit"
        )
    else:
        sql = (
            f"select f.rowid from {schema.FTS} f where {schema.FTS} match :match"
            f" and +f.rowid in (select docid from reports r where true{where}) order by f.rowid desc limit :limit"
        )
    docids = [row[0] for row in conn.execute(sql, values).fetchall()]
    return Matches(docids[:CAP], len(docids) > CAP)


def _few(conn: sqlite3.Connection, where: str, values: filters.Values) -> bool:
    """Tell whether so few reports meet the conditions that each is better looked up than all matches read."""
    sql = f"select count(*) from (select 1 from {schema.FTS} where {schema.FTS} match :match limit :limit)"
    matching = conn.execute(sql, values).fetchone()[0]
    bound = values | {"bound": matching // PROBED}
    meeting = f"select count(*) from (select 1 from reports r where true{where} limit :bound + 1)"
    return bool(conn.execute(meeting, bound).fetchone()[0] <= bound["bound"])


def sort(conn: sqlite3.Connection, query: Query, found: Matches, order: Order, count: int) -> list[int]:
    """Return the first ``count`` row numbers of what was found, in order."""
    words = [word for group in query.groups for word in group]
    if order == "relevance" and words:
        return _ranked(conn, words, found, len(query.groups) == 1)[:count]
    chosen = "select value from json_each(:docids)"
    values: filters.Values = {"docids": str(found.docids), "count": count}
    if found.capped and not query.filters and query.match:
        # So many that going through the reports by date meets enough of them soon.
        sql = (
            f"select r.docid from reports r indexed by idx_reports_published cross join {schema.FTS} f"
            f" on f.rowid = r.docid where {schema.FTS} match :match order by r.published desc limit :count"
        )
        values["match"] = query.match
    elif found.capped:
        where, more = filters.where(conn, query.filters)
        values |= more | {"match": query.match}
        if query.match:
            where += f" and r.docid in (select rowid from {schema.FTS} where {schema.FTS} match :match)"
        sql = f"select r.docid from reports r where true{where} order by r.published desc limit :count"
    else:
        sql = f"select docid from reports where docid in ({chosen}) order by published desc, docid desc limit :count"
    return [row[0] for row in conn.execute(sql, {**values, "count": min(count, CAP)}).fetchall()]


def _ranked(conn: sqlite3.Connection, words: Sequence[Word], found: Matches, alone: bool) -> list[int]:
    """Return row numbers by relevance: the ``RANKED`` saved last by bm25 of the words that are not common, the rest as
    they are."""
    ranked, rest = found.docids[:RANKED], found.docids[RANKED:]
    if not ranked:
        return []
    single = alone and len(words) == 1
    rare = [word for word in words if not (found.capped if single else _common(conn, word))]
    title = [Word(word.runs, title=True) for word in words]
    if rare:
        sql = (
            f"select rowid from {schema.FTS} where {schema.FTS} match :match and rowid >= :low"
            f" and +rowid in (select value from json_each(:docids))"
            f" order by bm25({schema.FTS}, 1.0, {TITLE_WEIGHT}), rowid desc"
        )
        match = " OR ".join(word.match for word in rare)
    else:
        sql = (
            f"select rowid from {schema.FTS} where {schema.FTS} match :match and rowid >= :low"
            " and +rowid in (select value from json_each(:docids)) order by rowid desc"
        )
        match = " AND ".join(word.match for word in title)
    values = {"match": match, "low": min(ranked), "docids": str(ranked)}
    first = [row[0] for row in conn.execute(sql, values).fetchall()]
    known = set(first)
    return [*first, *(docid for docid in ranked if docid not in known), *rest]


def _common(conn: sqlite3.Connection, word: Word) -> bool:
    sql = f"select count(*) from (select 1 from {schema.FTS} where {schema.FTS} match ? limit ?)"
    return bool(conn.execute(sql, (word.match, COMMON + 1)).fetchone()[0] > COMMON)


def hits(conn: sqlite3.Connection, docids: Sequence[int], query: Query) -> list[Hit]:
    """Return the reports of these row numbers, in order, with their passages."""
    marks, found = query.marks, []
    for docid in docids:
        row = conn.execute(
            "select r.id, r.title, r.region, r.year, r.published, r.issuer, t.text, r.level, r.status, r.source_kind"
            " from reports r join texts t on t.id = r.id where r.docid = ?",
            (docid,),
        ).fetchone()
        if row is None:
            continue  # removed by a writer since the index was asked
        name, title, region, year, told, issuer, text, level, status, kind = row
        published = date.fromisoformat(told) if told else None
        found.append(Hit(name, title, region, year, published, issuer, snippet(marks, text), level, status, kind))
    return found


def facets(
    db: Database | sqlite3.Connection, query: str | Query, *, year: int | None = None, region: str | None = None,
    found: Matches | None = None,
) -> Facets:  # fmt: skip
    """Return how the hits spread, by field: ``year``, ``region`` (one level below the chosen place), ``level``,
    ``kind``, ``source``, ``due``.

    A field that is asked for is counted as if it were not, so that another value can be chosen; at most ``CAP`` hits.
    ``found`` is what the query finds where that is known. Values in order of count, years latest first, places by code.
    """
    conn = connection(db)
    asked = _asked(query, year, region)
    common = _spread(conn, (found or matches(conn, asked)).docids, asked.value("region"))
    for name in ("year", "level", "kind", "source", "due"):
        if asked.value(name) is not None:
            free = asked.narrowed(name)
            common[name] = _spread(conn, matches(conn, free).docids, asked.value("region"))[name]
    return common


def _spread(conn: sqlite3.Connection, docids: list[int], region: str | None) -> Facets:
    rows = conn.execute(
        f"select r.year, r.adcode, r.level, r.issuer_kind, r.source_kind, {filters.DUE} from reports r"
        " where r.docid in (select value from json_each(?))",
        (str(docids),),
    ).fetchall()
    years, codes, levels, kinds, sources, due = map(Counter, zip(*rows, strict=True)) if rows else [Counter()] * 6
    names = {"level": schema.words()["level"], "kind": schema.words()["issuer_kind"],
             "source": schema.words()["source_kind"], "due": {"ontime": "按时", "late": "逾期"}}  # fmt: skip
    spread = {"level": levels, "kind": kinds, "source": sources, "due": due}
    made: Facets = {
        "year": [Facet(str(y), f"{y} 年", n) for y, n in sorted(years.items(), key=lambda item: -(item[0] or 0)) if y],
        "region": _places(conn, codes, region),
    }
    for name, counted in spread.items():
        told = names[name]
        made[name] = [Facet(v, told.get(v, v), n) for v, n in counted.most_common() if v is not None]
    return made


def _places(conn: sqlite3.Connection, codes: Counter[str | None], region: str | None) -> list[Facet]:
    """Return the places one level below the chosen one in which the reports lie, by code."""
    named = "select region from reports where adcode = ? and region is not null limit 1"
    below: dict[str, tuple[str, int]] = {}
    chosen = region if region and region.isascii() and "," not in region else None
    for code, count in codes.items():
        row = conn.execute(named, (code,)).fetchone() if code else None
        if code is None or row is None:
            continue
        place, label = place_below(code, row[0], chosen)
        below[place] = (label, below.get(place, ("", 0))[1] + count)
    return [Facet(code, *below[code]) for code in sorted(below)]


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


def connection(db: Database | sqlite3.Connection) -> sqlite3.Connection:
    """Return the connection of a database of either kind."""
    return db.conn if isinstance(db, Database) else db


def _asked(query: str | Query, year: int | None, region: str | None) -> Query:
    """Return a query with the conditions given besides."""
    asked = parse(query) if isinstance(query, str) else query
    more = [Filter("year", (str(year),))] if year is not None else []
    more += [Filter("region", (region,))] if region is not None else []
    return Query(asked.groups, asked.without, (*asked.filters, *more)) if more else asked
