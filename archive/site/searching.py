"""The search page: hits with the passage where the words meet, ways to narrow them, and why there are none; its help.

/search         ``q`` in the language of ``archive.query``; year, region, level, kind, source, due narrow it in the same
                words; ``sort=newest``; ``page``. Every state is an address that can be passed on.
/search/help    the language, with examples
"""

from __future__ import annotations

import os
import sqlite3
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import Response
from markupsafe import Markup

from archive import facets, filters, search, tokens
from archive.query import Query, QueryError, parse
from archive.site import language, pages

PAGE = 20
FACETS_SHOWN = 40
PLACES_SHOWN = 600  # suggested while typing, provinces and cities first
REMEMBERED = 200  # queries whose hits and facets are kept until the archive changes
NARROWING = ("year", "region", "level", "kind", "source", "due")
LONGEST = 200  # characters of a value of an address


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query found: row numbers in order, whether there are more, and how they spread."""

    docids: list[int]
    total: int
    capped: bool
    facets: facets.Facets


_answers: OrderedDict[tuple[object, ...], Answer] = OrderedDict()
_places: dict[tuple[object, ...], Markup] = {}
_columns: dict[object, facets.Columns] = {}  # by file


async def search_page(datasette: Any, request: Any) -> Response:
    """Show the hits of a query with the passage where its words meet; without a query, all reports to browse."""
    query = (request.args.get("q") or "").strip()
    given = {name: (request.args.get(name) or "").strip()[:LONGEST] for name in NARROWING}
    given = {name: value for name, value in given.items() if value}
    newest = request.args.get("sort") == "newest"
    page = pages.number(request.args.get("page"), 1, search.CAP // PAGE) or 1
    t = language.speaker(request)
    refused: QueryError | None = None
    typed, asked = Query(), Query()
    try:
        typed = parse(query)
        asked = Query(typed.groups, typed.without, (*typed.filters, *narrowing(given)))
    except QueryError as error:
        refused = error
    file = datasette.get_database(pages.DATABASE).path
    path = language.path(datasette, request, "/search")

    def ask(conn: sqlite3.Connection) -> dict[str, Any]:
        state = stamp(file)
        found: dict[str, Any] = {"places": _suggestions(conn, state)}
        nothing = Answer([], 0, False, {})
        if refused:
            return found | {"answer": nothing, "hits": [], "why": {"kind": "refused", "error": refused}}
        if query and not typed:
            return found | {"answer": nothing, "hits": [], "why": {"kind": "wordless"}}
        try:
            answer = _answer(conn, asked, "newest" if newest else "relevance", page * PAGE, state)
        except QueryError as error:  # a place nobody knows
            return found | {"answer": nothing, "hits": [], "why": {"kind": "refused", "error": error}}
        hits = search.hits(conn, answer.docids[(page - 1) * PAGE : page * PAGE], asked)
        why = None if hits else _why_nothing(conn, asked, given, answer.total)
        return found | {"answer": answer, "hits": hits, "why": why, "region_name": _region_name(conn, given)}

    def link(**changes: Any) -> str:
        """Return the address of this search with other parameters; a page number only when named."""
        words = query
        for name in changes.keys() & set(NARROWING):
            if typed.value(name) is not None:  # said in the query, too: the choice takes its place
                words = str(typed.narrowed(name)) if words == query else words
        chosen = {"q": words or None, **given, "sort": "newest" if newest else None} | changes
        told = {k: v for k, v in chosen.items() if v is not None}
        return f"{path}?{urlencode(told)}" if told else path

    more = {
        "q": query, "conditions": given, "newest": newest, "page": page, "link": link, "page_size": PAGE,
        "shown": FACETS_SHOWN, "value_name": _value_name(t, language.words(language.of(request))), "cap": search.CAP,
        "year": given.get("year"), "region": given.get("region"), "worded": bool(typed.groups),
    }  # fmt: skip
    return await pages.page(datasette, request, "fazhi_search.html", "search", ask, more)


async def help_page(datasette: Any, request: Any) -> Response:
    """Show what can be typed into the search box."""
    context = {"longest": tokens.MAX_QUERY, "ranked": search.RANKED, "titled": search.TITLED, "texts": search.TEXTS}
    return await pages.render(datasette, request, "fazhi_search_help.html", "search-help", context)


def table_filters(datasette: Any, request: Any) -> Callable[[], Awaitable[Any]]:
    """Return what gives Datasette's table page the conditions of the field words in its own search box."""
    from datasette.filters import FilterArguments

    async def inner() -> Any:
        try:
            asked = parse(request.args.get("_search") or "").filters
            where, values = await pages.read(datasette, lambda conn: filters.where(conn, asked))
        except QueryError:
            return FilterArguments(["0"])  # the search page says what is wrong with it
        clause = [f"docid in (select r.docid from reports r where true{where})"] if where else []
        return FilterArguments(clause, params=values)

    return inner


def narrowing(given: dict[str, str]) -> tuple[Any, ...]:
    """Return the conditions that an address names; raise QueryError for what cannot be meant."""
    return tuple(f for name, value in given.items() for f in parse(f'{name}:"{value.replace(chr(34), "")}"').filters)


def warm(file: str) -> None:
    """Read what the first search of a process would have to read before it answers, without its limit of time."""
    with (
        closing(sqlite3.connect(f"{Path(file).absolute().as_uri()}?mode=ro", uri=True)) as conn,
        suppress(sqlite3.Error),
    ):
        _columns.setdefault(file, facets.Columns()).table(conn, stamp(file))


def stamp(file: str | None) -> tuple[object, ...]:
    """Return what changes whenever the archive's file or its write-ahead log does."""
    found: list[object] = [file]
    for name in (file, f"{file}-wal") if file else ():
        try:
            told = os.stat(name)
        except OSError:
            continue
        found += [told.st_mtime_ns, told.st_size]
    return tuple(found)


def _answer(
    conn: sqlite3.Connection, asked: Query, order: search.Order, count: int, state: tuple[object, ...]
) -> Answer:
    """Return at least the first ``count`` hits of a query, from memory where the archive has not changed since."""
    deep = 1 << max(8, (count - 1).bit_length())  # so that the next pages are there, too
    key = (state, str(asked), order, deep)
    if (known := _answers.get(key)) is not None:
        _answers.move_to_end(key)
        return known
    found = search.matches(conn, asked)
    docids = search.sort(conn, asked, found, order, deep)
    columns = _columns.setdefault(state[0], facets.Columns())
    spread = facets.facets(conn, asked, found=found, columns=columns, state=state if len(state) > 1 else None)
    answer = Answer(docids, found.total, found.capped, spread)
    if len(state) > 1:
        _answers[key] = answer
        while len(_answers) > REMEMBERED:
            _answers.popitem(last=False)
    return answer


def _suggestions(conn: sqlite3.Connection, state: tuple[object, ...]) -> Markup:
    """Return the options of the box for places: those that have reports."""
    newest = conn.execute("select max(docid) from reports").fetchone()[0]
    key = (state[0], newest)
    if key not in _places:
        _places.clear()
        option = Markup('<option value="{}">')
        _places[key] = Markup("").join(option.format(path) for _, path in filters.places(conn)[:PLACES_SHOWN])
    return _places[key]


def _why_nothing(conn: sqlite3.Connection, asked: Query, given: dict[str, str], total: int) -> dict[str, Any]:
    """Return what a reader needs to know where a page has no hits."""
    if total:
        return {"kind": "beyond"}
    if not conn.execute("select 1 from reports limit 1").fetchone():
        return {"kind": "empty"}

    def count(query: Query) -> int:
        return search.matches(conn, query, 1).total

    words = Query(asked.groups, asked.without)
    if asked.filters and (everywhere := count(words)):
        without = [(f, count(Query(asked.groups, asked.without, tuple(o for o in asked.filters if o != f))))
                   for f in asked.filters]  # fmt: skip
        told = [(str(f), f.field in given, f.field, n) for f, n in without if n and len(without) > 1]
        return {"kind": "filtered", "total": everywhere, "q": words.words, "without": told}
    if asked.without and (with_them := count(Query(asked.groups))):
        return {"kind": "excluded", "total": with_them, "q": Query(asked.groups).words}
    groups = [Query((group,)) for group in asked.groups[:10]]
    return {"kind": "nothing", "each": [(str(one), count(one)) for one in groups] if len(groups) > 1 else []}


def _region_name(conn: sqlite3.Connection, given: dict[str, str]) -> str | None:
    """Return the name of a chosen place as its reports tell it, else what was asked for."""
    region = given.get("region")
    if not region or not region.isdecimal():
        return region
    column = "town_code" if len(region) > 6 else "adcode"
    row = conn.execute(f"select region from reports where {column} = ? limit 1", (region,)).fetchone()
    if row and row[0]:
        return str(row[0]).rsplit("/", 1)[-1]
    stem = region.removesuffix("00").removesuffix("00")
    inside = f"select region from reports where {column} between ? and ? and region is not null limit 1"
    below = conn.execute(inside, (stem, stem + "~")).fetchone()
    depth = 0 if region.endswith("0000") else 1
    return str(below[0]).split("/")[depth] if below and below[0].count("/") >= depth else region


def _value_name(t: Callable[[str, str], str], words: dict[str, dict[str, str]]) -> Callable[[str, str], str]:
    """Return what says a value of a field in words of the page's language."""
    lists = {"level": "level", "kind": "issuer_kind", "source": "source_kind"}
    due = {"ontime": t("按时", "on time"), "late": t("逾期", "late"), "unknown": t("不详", "not known")}

    def name(field: str, value: str) -> str:
        if field == "due":
            return due.get(value, value)
        if field == "year":
            return t(f"{value} 年", value)
        return words[lists[field]].get(value, value) if field in lists else value

    return name
