"""Search of the archive: which reports a query finds, in what order, with the passage that shows why.

    search(db, query)     hits of one page: the command line, the search page and feeds ask this
    browse(db)            reports of a year or place, last published first

The language is ``archive.query``, conditions on rows are ``archive.filters``, passages ``archive.passages``. The search
box of Datasette asks the same index the same expression, so all give the same hits.

Time is bounded, not only by patience. At most ``CAP`` matches, the ones saved last, are counted and sorted. Relevance
is bm25 with the title counting more, over the ``RANKED`` matches saved last; a word that stands in more than ``COMMON``
reports tells little about any of them: such words are weighed by the title alone, then what was saved last comes first.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlite_utils import Database

from archive import filters, schema
from archive.passages import Snippet, snippet
from archive.query import Filter, Query, Word, parse

CAP = 10_000  # matches that are counted and sorted; of more, the latest saved
RANKED = 2_000  # of these are ranked by bm25
COMMON = 4_000  # reports; a word in more of them is not weighed
LOOKED_UP = 27  # to look one report up in the index costs as much as to read so many matches and sort them
TITLE_WEIGHT = 5.0  # a word in the title counts as five in the text
PROBED = 12  # a look-up of one report in the index costs as much as reading so many matches in a row

Order = Literal["relevance", "newest"]


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
class Matches:
    """Row numbers of what a query finds, the last saved first; ``total`` counts all up to ``CAP``."""

    docids: list[int]
    total: int
    capped: bool


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
    return _page(conn, asked, order, limit, offset)


def browse(
    db: Database | sqlite3.Connection, *, year: int | None = None, region: str | None = None,
    limit: int = 20, offset: int = 0,
) -> Results:  # fmt: skip
    """Return all reports of a year or place, last published first; the passage is the beginning of the text."""
    conn = connection(db)
    asked = _asked("", year, region)
    return _page(conn, asked, "newest", limit, offset)


def _page(conn: sqlite3.Connection, asked: Query, order: Order, limit: int, offset: int) -> Results:
    found = matches(conn, asked, max(RANKED, offset + limit))
    docids = sort(conn, asked, found, order, offset + limit)[offset : offset + limit]
    return Results(hits(conn, docids, asked), found.total, found.capped)


def matches(conn: sqlite3.Connection, query: Query, most: int = CAP) -> Matches:
    """Return what a query finds, the last saved first: at most ``most`` row numbers, and how many there are."""
    where, values = filters.where(conn, query.filters)
    most = min(most, CAP)
    values |= {"match": query.match, "limit": CAP + 1}
    if query.match is None:
        source = f"docid from reports r where true{where} order by docid desc"
    elif not where:
        source = f"rowid from {schema.FTS} where {schema.FTS} match :match order by rowid desc"
    elif _few(conn, where, values):
        source = (
            f"r.docid from reports r cross join {schema.FTS} f on f.rowid = r.docid"
            f" where {schema.FTS} match :match{where} order by r.docid desc"
        )
    else:
        source = (
            f"f.rowid from {schema.FTS} f where {schema.FTS} match :match"
            f" and +f.rowid in (select docid from reports r where true{where}) order by f.rowid desc"
        )
    docids = [row[0] for row in conn.execute(f"select {source} limit {most + 1}", values).fetchall()]
    total = len(docids)
    if total > most and most < CAP:
        # To count is many times faster than to fetch.
        counted = f"select count(*) from (select {source} limit :limit)"
        if query.match and not where:
            counted = f"select count(*) from (select 1 from {schema.FTS} where {schema.FTS} match :match limit :limit)"
        total = conn.execute(counted, values).fetchone()[0]
    return Matches(docids[:most], min(total, CAP), total > CAP)


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
    count = min(count, CAP)
    if order == "relevance" and words:
        return _ranked(conn, words, found, len(query.groups) == 1)[:count]
    return _newest(conn, query, found, count)


def _newest(conn: sqlite3.Connection, query: Query, found: Matches, count: int) -> list[int]:
    """Return row numbers by day of publication, the last first."""
    where, values = filters.where(conn, query.filters)
    values |= {"match": query.match, "count": count}
    if query.match is None:
        sql = f"select docid from reports r where true{where} order by r.published desc, r.rowid desc limit :count"
        return [row[0] for row in conn.execute(sql, values).fetchall()]
    size = conn.execute("select coalesce(max(docid), 0) from reports").fetchone()[0]
    last = (
        count * size // max(1, found.total)
    )  # reports published last among which so many meet the query, evenly spread
    if last * LOOKED_UP < found.total:
        latest = "select docid, published from reports order by published desc, rowid desc limit :last"
        narrowed = f" and r.docid in (select r.docid from reports r where true{where})" if where else ""
        sql = (
            f"select r.docid from ({latest}) r cross join {schema.FTS} f on f.rowid = r.docid"
            f" where {schema.FTS} match :match{narrowed} limit :count"
        )
        docids = [row[0] for row in conn.execute(sql, {**values, "last": 3 * last + count}).fetchall()]
        if len(docids) == count:
            return docids
    inner = f"select rowid from {schema.FTS} where {schema.FTS} match :match"
    if not found.capped and len(found.docids) == found.total:
        inner, where, values = "select value from json_each(:docids)", "", {"docids": str(found.docids), "count": count}
    sql = (
        f"select r.docid from reports r where r.docid in ({inner}){where}"
        " order by r.published desc, r.rowid desc limit :count"
    )
    return [row[0] for row in conn.execute(sql, values).fetchall()]


def _ranked(conn: sqlite3.Connection, words: Sequence[Word], found: Matches, alone: bool) -> list[int]:
    """Return row numbers by relevance: the ``RANKED`` saved last by bm25 of the words that are not common, the rest as
    they are."""
    ranked, rest = found.docids[:RANKED], found.docids[RANKED:]
    if not ranked:
        return []
    single = alone and len(words) == 1
    rare = [word for word in words if not (found.total > COMMON if single else _common(conn, word))]
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


def connection(db: Database | sqlite3.Connection) -> sqlite3.Connection:
    """Return the connection of a database of either kind."""
    return db.conn if isinstance(db, Database) else db


def _asked(query: str | Query, year: int | None, region: str | None) -> Query:
    """Return a query with the conditions given besides."""
    asked = parse(query) if isinstance(query, str) else query
    more = [Filter("year", (str(year),))] if year is not None else []
    more += [Filter("region", (region,))] if region is not None else []
    return Query(asked.groups, asked.without, (*asked.filters, *more)) if more else asked
