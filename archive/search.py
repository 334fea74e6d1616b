"""Queries of the archive: full-text search with passages, browsing, and how the hits spread over years and places.

Exact for every run of Han characters, from one up; the rules are in ``archive.tokens``. The command line, the search
page and Datasette's own search box all ask the same index the same expression, so they give the same hits.
Time is bounded, not only by patience: at most ``CAP`` matches, the ones saved last, are ranked and counted.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlite_utils import Database

from archive import schema, tokens
from archive.errors import UsageError

CAP = 10_000  # matches that are counted and ranked; of more, the latest saved
PASSAGE = 90  # characters of text in a snippet
BEFORE = 25  # of them before the first marked word
PASSAGES = 3  # at most, where the terms stand apart
SIDE = 15  # characters on each side of a term that is shown apart
TITLE_WEIGHT = 5.0  # a word in the title counts as five in the text

MUNICIPALITIES = ("11", "12", "31", "50")  # 直辖市: no prefecture between city and county
DIRECT_COUNTIES = "90"  # third and fourth digit of counties right below a province (省直辖县级行政区)

Snippet = list[tuple[str, bool]]  # pieces of a passage; True: a word that was looked for


@dataclass(frozen=True, slots=True)
class Hit:
    """One report that holds every term, with the passage where most of them meet."""

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


def search(
    db: Database | sqlite3.Connection, query: str, *, year: int | None = None, region: str | None = None,
    limit: int = 20, offset: int = 0,
) -> Results:  # fmt: skip
    """Return the reports that hold every term of a query, best first; none where the query has no word to look for.

    ``region`` is a division code; a province or prefecture includes all below it. Raises UsageError for a query
    beyond ``tokens.MAX_QUERY`` characters.
    """
    if len(query) > tokens.MAX_QUERY:
        raise UsageError(
            f"the query has {len(query):,} characters, {tokens.MAX_QUERY:,} are possible", "search for a part of it"
        )
    conn = _connection(db)
    where, values = _filters(year, region)
    values["match"] = tokens.match(query)
    matches = f"from {schema.FTS} f{_join(where)} where {schema.FTS} match :match{where} order by f.rowid desc"
    total, capped = _count(conn, matches, values)
    ranked = conn.execute(
        f"select i from (select f.rowid i, bm25({schema.FTS}, {TITLE_WEIGHT}, 1.0) score {matches} limit {CAP})"
        " order by score, i desc limit :limit offset :offset",
        values | {"limit": limit, "offset": min(offset, CAP)},
    )
    ids = [row[0] for row in ranked.fetchall()]
    return Results(_hits(conn, ids, query), total, capped)


def browse(
    db: Database | sqlite3.Connection, *, year: int | None = None, region: str | None = None,
    limit: int = 20, offset: int = 0,
) -> Results:  # fmt: skip
    """Return all reports of a year or place, last published first; the passage is the beginning of the text."""
    conn = _connection(db)
    where, values = _filters(year, region)
    total, capped = _count(conn, f"from reports r where true{where}", values)
    rows = conn.execute(
        f"select r.docid from reports r where true{where} order by r.published desc, r.id limit :limit offset :offset",
        values | {"limit": limit, "offset": min(offset, CAP)},
    )
    ids = [row[0] for row in rows.fetchall()]
    return Results(_hits(conn, ids, ""), total, capped)


def facets(
    db: Database | sqlite3.Connection, query: str, *, year: int | None = None, region: str | None = None
) -> tuple[list[Facet], list[Facet]]:
    """Return how the hits spread over years (latest first, whatever year is chosen) and over the places one level
    below the chosen one (by code). Over at most ``CAP`` hits of a query; over all reports where there is none."""
    conn = _connection(db)

    def spread(columns: str, where: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
        if query:
            values |= {"match": tokens.match(query)}
            source = (
                f"{schema.FTS} f cross join reports r on r.docid = f.rowid"
                f" where {schema.FTS} match :match{where} order by f.rowid desc limit {CAP}"
            )
        else:
            source = f"reports r where true{where}"
        return conn.execute(
            f"select {columns}, count(*) from (select r.year, r.adcode, r.region from {source}) group by {columns}",
            values,
        ).fetchall()

    years = [Facet(str(y), f"{y} 年", n) for y, n in spread("year", *_filters(None, region)) if y is not None]
    places: dict[str, tuple[str, int]] = {}
    for code, names, count in spread("adcode, region", *_filters(year, region)):
        if code is None or names is None:
            continue
        below, label = place_below(code, names, region)
        places[below] = (label, places.get(below, ("", 0))[1] + count)
    return (
        sorted(years, key=lambda facet: facet.value, reverse=True),
        [Facet(code, *places[code]) for code in sorted(places)],
    )


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


def snippet(query: str, text: str) -> Snippet:
    """Return the passage of a text where most terms of a query meet, in pieces, and short ones for terms not in it;
    the beginning of the text where no term stands in it.

    >>> snippet("复议", "全年收到行政复议申请12件。")
    [('全年收到行政', False), ('复议', True), ('申请12件。', False)]
    """
    found = tokens.spans(query, text)
    pieces: Snippet = []
    at = 0
    for start, end in _windows(found, len(text)):
        if start > at:
            pieces.append(("…", False))
        pieces += marked(text, found, start, end)
        at = end
    if at < len(text):
        pieces.append(("…", False))
    return [(" ".join(piece.split("\n")), mark) for piece, mark in pieces]


def _windows(found: list[tokens.Span], length: int) -> list[tuple[int, int]]:
    """Return the stretches of a text to be shown, in order, apart from each other."""
    if not found:
        return [(0, min(PASSAGE, length))]
    best, met, last = found[0], 0, 0
    for first, span in enumerate(found):
        while last < len(found) and found[last].end <= span.start + PASSAGE - BEFORE:
            last += 1
        meeting = len({other.term for other in found[first:last]})
        if meeting > met:
            best, met = span, meeting
    start = max(0, min(best.start - BEFORE, length - PASSAGE))
    windows = [(start, min(length, max(start + PASSAGE, best.end)))]
    shown = {s.term for s in found if s.start >= windows[0][0] and s.end <= windows[0][1]}
    for span in found:
        if span.term not in shown and len(windows) < PASSAGES:
            shown.add(span.term)
            windows.append((max(0, span.start - SIDE), min(length, span.end + SIDE)))
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(windows):
        # A word is shown whole or not at all.
        begin = min([begin, *(s.start for s in found if s.start < begin < s.end)])
        end = max([end, *(s.end for s in found if s.start < end < s.end)])
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def marked(text: str, found: list[tokens.Span], start: int, end: int) -> Snippet:
    """Return ``text[start:end]`` cut into pieces, those marked that lie in a span; overlapping spans become one."""
    pieces: Snippet = []
    at = start
    for span in found:
        left, right = max(span.start, at), min(span.end, end)
        if left >= right:
            continue
        if left > at:
            pieces.append((text[at:left], False))
        if pieces and pieces[-1][1] and left == at:
            pieces[-1] = (pieces[-1][0] + text[left:right], True)
        else:
            pieces.append((text[left:right], True))
        at = right
    if at < end:
        pieces.append((text[at:end], False))
    return pieces


def _connection(db: Database | sqlite3.Connection) -> sqlite3.Connection:
    return db.conn if isinstance(db, Database) else db


def _filters(year: int | None, region: str | None) -> tuple[str, dict[str, object]]:
    """Return conditions on ``reports r`` and their values."""
    where, values = "", dict[str, object]()
    if year is not None:
        where += " and r.year = :year"
        values["year"] = year
    if region is not None:
        region = region.split("-")[0]  # a catalogue key such as 110000-sfj names a place too
        column = "town_code" if len(region) > 6 else "adcode"
        stem = region if len(region) > 6 else region.removesuffix("00").removesuffix("00")
        where += f" and r.{column} between :low and :high"
        values |= {"low": stem, "high": stem + "~"}
    return where, values


def _join(where: str) -> str:
    return " cross join reports r on r.docid = f.rowid" if where else ""


def _count(conn: sqlite3.Connection, matches: str, values: dict[str, object]) -> tuple[int, bool]:
    """Return the number of matches, and whether it was cut at ``CAP``."""
    number = conn.execute(f"select count(*) from (select 1 {matches} limit {CAP + 1})", values).fetchone()[0]
    return min(number, CAP), number > CAP


def _hits(conn: sqlite3.Connection, docids: list[int], query: str) -> list[Hit]:
    found = []
    for docid in docids:
        row = conn.execute(
            "select r.id, r.title, r.region, r.year, r.published, r.issuer, t.text, r.level, r.status, r.source_kind"
            " from reports r join texts t on t.id = r.id where r.docid = ?",
            (docid,),
        ).fetchone()
        if row is None:
            continue  # removed by a writer since the index was asked
        published = date.fromisoformat(row[4]) if row[4] else None
        name, title, region, year, _, issuer, text, level, status, kind = row
        found.append(Hit(name, title, region, year, published, issuer, snippet(query, text), level, status, kind))
    return found
