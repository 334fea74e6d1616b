"""Search of the archive: which reports a query finds, in what order, with the passage that shows why.

    search(db, query)     hits of one page: the command line, the search page and feeds ask this
    browse(db)            reports of a year or place, last published first

The language is ``archive.query``, conditions on rows are ``archive.filters``, passages ``archive.passages``. The search
box of Datasette asks the same index the same expression, so all give the same hits.

Time is bounded, not only by patience. At most ``CAP`` matches are counted, fewer of long runs, which cost more.
Relevance is bm25 with the title counting more; a word that stands in more than ``RANKED`` reports tells little about
any of them, nor does a long run that stands in more than ``TEXTS``, mostly once: they are weighed by the title alone,
among the ``TITLED`` matches saved last, then what was saved last comes first.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlite_utils import Database

from archive import filters, passages, schema, tokens
from archive.passages import Snippet, snippet
from archive.query import Filter, Query, Word, parse

CAP = 10_000  # matches that are counted; of more, the latest saved are shown
COUNTED = 1_000  # matches that are counted of any run of characters: the longer it is, the more each costs
TEXTS = 100  # reports that are ranked by a long run, read from their texts: bm25 would read the index twice more
LONG = 4  # pairs of characters from which on a run is long
RANKED = 2_000  # matches that are ranked by bm25; a word in more reports is not weighed
SPARE = 1.25  # of row numbers that should hold so many matches, so many times are read
LOOKED_UP = 100  # reports that are looked up in the index one by one before all matches are read
SORTED = 8  # to sort one match by its day costs as much as to read so many reports in the order of days
TITLED = 300  # matches that are weighed by their titles, where words are common
K1, B = 1.2, 0.75  # of bm25, as FTS5 has them
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
    """Row numbers of what a query finds, the last saved first: all from ``low`` on, which is 0 where these are all.

    ``total`` counts all up to ``CAP``.
    """

    docids: list[int]
    total: int
    capped: bool
    low: int = 0


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
    if query.match and not where:
        cap = max(min(COUNTED, CAP), CAP // _pairs(query) // 100 * 100)
        return _worded(conn, query.match, min(most, cap), cap)
    cap, most = CAP, min(most, CAP)
    values |= {"match": query.match, "limit": cap + 1}
    if query.match is None:
        source = f"docid from reports r where true{where} order by docid desc"
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
    docids = _numbers(conn, f"select {source} limit {most + 1}", values)
    total = len(docids)
    if total > most and most < cap:
        # To count is many times faster than to fetch.
        total = conn.execute(f"select count(*) from (select {source} limit :limit)", values).fetchone()[0]
    return _latest(docids, total, most, cap)


def _pairs(query: Query) -> int:
    """Return how many pairs of characters the longest run of a query has."""
    return max((len(tokens.phrase(word.runs).split()) for group in query.groups for word in group), default=1)


def _latest(docids: list[int], total: int, most: int, cap: int) -> Matches:
    """Return the first ``most`` of row numbers that go down."""
    low = docids[most - 1] if len(docids) > most or total > most else 0
    return Matches(docids[:most], min(total, cap), total > cap, low)


def _worded(conn: sqlite3.Connection, match: str, most: int, cap: int) -> Matches:
    """Return what an expression finds in all reports.

    The index is read upwards, because downwards it costs twice as much: the row numbers at the end are read that most
    likely hold as many matches as are wanted.
    """
    index = f"select rowid from {schema.FTS} where {schema.FTS} match :match and rowid > :low"

    def read(low: int, limit: int) -> list[int]:
        values = {"match": match, "low": low, "limit": limit}
        return _numbers(conn, f"{index} limit :limit", values)

    first = most // 4 + 1
    found = read(0, first)
    if len(found) < first:
        return Matches(found[::-1], len(found), False)
    size = conn.execute("select max(docid) from reports").fetchone()[0]
    span = int((found[-1] - found[0] + 1) * 4 * SPARE)
    found = read(size - span, -1) if span < size else found + read(found[-1], -1)
    while len(found) < most and span < size:
        span *= 2
        found = read(size - span, -1)
    total = len(found)
    if span < size and total <= cap:  # to count is many times faster than to fetch
        values = {"match": match, "low": 0, "limit": cap + 1}
        total = conn.execute(f"select count(*) from ({index} limit :limit)", values).fetchone()[0]
    return _latest(found[::-1], total, most, cap)


def _few(conn: sqlite3.Connection, where: str, values: filters.Values) -> bool:
    """Tell whether so few reports meet the conditions that each is better looked up than all matches read."""
    sql = f"select count(*) from (select 1 from {schema.FTS} where {schema.FTS} match :match limit :limit)"
    matching = conn.execute(sql, values).fetchone()[0]
    bound = values | {"bound": matching // PROBED}
    meeting = f"select count(*) from (select 1 from reports r where true{where} limit :bound + 1)"
    return bool(conn.execute(meeting, bound).fetchone()[0] <= bound["bound"])


def sort(conn: sqlite3.Connection, query: Query, found: Matches, order: Order, count: int) -> list[int]:
    """Return the first ``count`` row numbers of what was found, in order."""
    count = min(count, CAP)
    if order == "relevance" and query.groups:
        return _ranked(conn, query, found)[:count]
    return _newest(conn, query, found, count)


def _newest(conn: sqlite3.Connection, query: Query, found: Matches, count: int) -> list[int]:
    """Return row numbers by day of publication, the last first."""
    where, values = filters.where(conn, query.filters)
    values |= {"match": query.match, "count": count}
    if query.match is None:
        sql = f"select docid from reports r where true{where} order by r.published desc, r.rowid desc limit :count"
        return _numbers(conn, sql, values)
    if not where or not found.low:
        docids = _latest_published(conn, query.match, found, count)
        if docids is not None:
            return docids
    inner = f"select rowid from {schema.FTS} where {schema.FTS} match :match"
    if not found.low:
        inner, where, values = "select value from json_each(:docids)", "", {"docids": str(found.docids), "count": count}
    sql = (
        f"select r.docid from reports r where r.docid in ({inner}){where}"
        " order by r.published desc, r.rowid desc limit :count"
    )
    return _numbers(conn, sql, values)


def _latest_published(conn: sqlite3.Connection, match: str, found: Matches, count: int) -> list[int] | None:
    """Return the matches published last, read from the reports published last; None where that costs more than to sort
    all matches."""
    size = conn.execute("select coalesce(max(docid), 0) from reports").fetchone()[0]
    # Reports published last among which so many meet the query, evenly spread, and as many again to be sure.
    last = 2 * count * (size - found.low) // max(1, len(found.docids)) + count
    if last > SORTED * found.total:
        return None
    known = set(found.docids)
    lookups = LOOKED_UP
    one = f"select 1 from {schema.FTS} where {schema.FTS} match ? and rowid = ?"
    docids = []
    latest = "select docid from reports order by published desc, rowid desc limit :last"
    for docid in _numbers(conn, latest, {"last": last}):
        if docid < found.low:
            lookups -= 1
            if lookups < 0:
                return None
            held = conn.execute(one, (match, docid)).fetchone() is not None
        else:
            held = docid in known
        if held:
            docids.append(docid)
            if len(docids) == count:
                return docids
    return None


def _ranked(conn: sqlite3.Connection, query: Query, found: Matches) -> list[int]:
    """Return row numbers by relevance: the ``RANKED`` saved last by bm25 of the words that are not common, or by title
    where all are; the rest as they are."""
    words = [word for group in query.groups for word in group]
    ranked, rest = found.docids[:RANKED], found.docids[RANKED:]
    if not ranked:
        return []
    single = len(words) == 1
    long = single and _pairs(query) >= LONG
    weighed = TEXTS if long else RANKED
    rare = [word for word in words if not (found.capped or found.total > weighed if single else _common(conn, word))]
    if not rare:
        first = _titled(conn, words, ranked[:TITLED])
    elif long:
        first = _by_text(conn, words[0], ranked)
    else:
        sql = f"select rowid from {schema.FTS} where {schema.FTS} match :match and rowid >= :low"
        values: filters.Values = {"match": " OR ".join(word.match for word in rare), "low": min(ranked)}
        if not single or query.without or query.filters:  # the expression finds others, too
            sql += " and +rowid in (select value from json_each(:docids))"
            values["docids"] = str(ranked)
        sql += f" order by bm25({schema.FTS}, 1.0, {TITLE_WEIGHT}), rowid desc limit {RANKED}"
        first = _numbers(conn, sql, values)
    known = set(first)
    return [*first, *(docid for docid in ranked if docid not in known), *rest]


def _by_text(conn: sqlite3.Connection, word: Word, docids: Sequence[int]) -> list[int]:
    """Return some reports that hold a word by how often, as bm25 does: the texts tell it, and not the index."""
    sql = (
        "select r.docid, r.title, t.text from reports r join texts t on t.id = r.id"
        " where r.docid in (select value from json_each(?))"
    )
    found = [
        (docid, passages.count(word.runs, text) + TITLE_WEIGHT * passages.count(word.runs, title or ""), len(text))
        for docid, title, text in conn.execute(sql, (str(docids),)).fetchall()
    ]
    mean = sum(length for _, _, length in found) / max(1, len(found)) or 1

    def worth(often: float, length: int) -> float:
        return often / (often + K1 * (1 - B + B * length / mean))

    return [docid for docid, often, length in sorted(found, key=lambda f: (-worth(*f[1:]), -f[0]))]


def _titled(conn: sqlite3.Connection, words: Sequence[Word], docids: Sequence[int]) -> list[int]:
    """Return those of some reports, in their order, in whose titles all words stand. Read from the titles themselves:
    the index keeps the words of titles and texts together, and would pass over all texts."""
    sql = "select docid, title from reports where docid in (select value from json_each(?)) and title is not null"
    titles = dict(conn.execute(sql, (str(docids),)).fetchall())
    return [d for d in docids if d in titles and all(passages.count(word.runs, titles[d]) for word in words)]


def _common(conn: sqlite3.Connection, word: Word) -> bool:
    sql = f"select count(*) from (select 1 from {schema.FTS} where {schema.FTS} match ? limit ?)"
    return bool(conn.execute(sql, (word.match, RANKED + 1)).fetchone()[0] > RANKED)


def _numbers(conn: sqlite3.Connection, sql: str, values: filters.Values) -> list[int]:
    """Return the one column of a query, in order, fetched as one row.

    Between two rows Python lets other threads run, and in a server under load each of thousands of rows waits for them.
    The query must have a limit: without one SQLite need not keep the order.
    """
    name = sql.split(maxsplit=2)[1].rpartition(".")[2]
    told = conn.execute(f"select json_group_array({name}) from ({sql})", values).fetchone()[0]
    found: list[int] = json.loads(told)
    return found


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
