"""The query language: what a reader types, as one structure, and what that structure asks of the index. Leaf.

    复议 应诉              both words; a run of Han characters is found wherever it stands, from one character up
    "负责人 出庭"           quotes keep together what spaces would part
    复议 OR 应诉           one of them; OR (or |) binds closer than the spaces around it
    -复核                  without it
    title:年度报告          in the title; issuer:司法局 in the name of the issuing body
    year:2020  year:2018-2020  year:2018-  region:420683  region:枣阳市  level:county  kind:department
    source:official  due:late    each with its Chinese name too (年度：2020); several values by comma; ``-`` excludes

``parse()`` gives a ``Query``; ``str()`` of it is the same query in one spelling. Everything is folded first
(``archive.tokens``), so full-width quotes, colons and digits do. Punctuation elsewhere only separates. What cannot be
meant is refused with a ``QueryError`` that says what to do: silently answering another question is worse.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from archive import schema, tokens
from archive.errors import UsageError
from archive.tokens import Runs, Span

YEARS = (1900, 2199)
EVERYTHING = f'"{tokens.SINGLE}"'  # stands in every text
NOTHING = '""'
# What the fields are called in an address and on paper; the first is the name in ``Filter.field``.
FIELDS = {
    "title": ("标题", "题目"),
    "issuer": ("机关", "发布机关", "发文机关"),
    "year": ("年度", "年份", "报告年度"),
    "region": ("地区", "place", "所属地区"),
    "level": ("层级", "行政层级"),
    "kind": ("机关类型", "issuer_kind"),
    "source": ("来源", "source_kind", "来源类型"),
    "due": ("时限", "按时"),
}
LISTS = {"level": "level", "kind": "issuer_kind", "source": "source_kind"}  # field -> list in words.toml
DUE = {
    "ontime": ("按时", "按期", "准时", "on-time"),
    "late": ("逾期", "迟", "迟发", "超期"),
    "unknown": ("不详", "未知"),
}
ERRORS = {
    "long": (
        "检索式有 {} 个字，最多 {} 个字。", "the query has {} characters, {} are possible", "search for a part of it"
    ),
    "or_alone": (
        "OR 的两边都要有词。", "OR needs a word on each side", "write 复议 OR 应诉; put it in quotes to look for it"
    ),
    "or_minus": ("OR 不能与排除（-）连用。", "OR cannot join an excluded word", "exclude each word: -复议 -应诉"),
    "or_field": (
        "OR 只连接词语，不连接“{}：”。", "OR joins words, not {}:", "give several values by comma: year:2019,2021"
    ),
    "empty_field": ("“{}：”后面要有内容。", "nothing after {}:", "write for example year:2020 or region:枣阳市"),
    "unknown_field": (
        "没有“{}”这个字段，可用的有：{}。", "no field {}; there are {}", "put the words in quotes to search for them"
    ),
    "year_bad": ("“{}”不是年度。", "{} is no year", "write year:2020, year:2018-2020 or year:2018-"),
    "value_bad": ("“{}：”没有“{}”这个值，可用的有：{}。", "{}: has no value {}; there are {}", "take one of these"),
    "region_unknown": (
        "没有查到“{}”这个地区。", "no place is called {}", "write the full name (枣阳市) or its code of six digits"
    ),
}  # fmt: skip

# Quotes that a Chinese keyboard makes; a pair of them groups words as straight ones do.
_QUOTES = str.maketrans("“”„‟〝〞＂", '"' * 7)
_ITEM = re.compile(r'"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+)|"')
_FIELD = re.compile(r"(?P<name>[^\W\d]{1,20}):\s*")
_VALUE = re.compile(r'"([^"]*)"|([^\s"]+)')
_YEAR = re.compile(r"(?P<low>\d{4})?年?度?(?P<to>\s*(?:-|~|–|—|至|到|\.\.)\s*)?(?P<high>\d{4})?年?度?")
_COMMA = re.compile(r"[,、;]")


class QueryError(UsageError):
    """Raised for a query that cannot be meant: ``code`` is a key of ``ERRORS``, ``about`` what the message names."""

    def __init__(self, code: str, *about: object) -> None:
        chinese, english, remedy = ERRORS[code]
        self.code, self.about = code, about
        self.chinese = chinese.format(*about)
        super().__init__(english.format(*about), remedy)


@dataclass(frozen=True, slots=True)
class Word:
    """One term as its runs; ``title``: only in the title counts."""

    runs: Runs
    title: bool = False

    def __str__(self) -> str:
        return ("title:" if self.title else "") + _spelt(self.runs)

    @property
    def match(self) -> str:
        """The FTS5 expression that finds it."""
        return ("title : " if self.title else "") + f'"{tokens.phrase(self.runs)}"'


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on the report's row: one of ``values`` holds; for ``excluded`` none."""

    field: str
    values: tuple[str, ...]
    excluded: bool = False

    def __str__(self) -> str:
        value = ",".join(f'"{v}"' if re.search(r"[\s,]", v) else v for v in self.values)
        return f"{'-' if self.excluded else ''}{self.field}:{value}"


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: each of ``groups`` must be met by one of its words, none of ``without`` may stand, all ``filters``
    hold."""

    groups: tuple[tuple[Word, ...], ...] = ()
    without: tuple[Word, ...] = ()
    filters: tuple[Filter, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.groups or self.without or self.filters)

    def __str__(self) -> str:
        parts = [" OR ".join(map(str, group)) for group in self.groups]
        return " ".join([*parts, *(f"-{word}" for word in self.without), *map(str, self.filters)])

    @property
    def words(self) -> str:
        """The query without its filters, spelt out."""
        return str(Query(self.groups, self.without))

    @property
    def match(self) -> str | None:
        """The FTS5 expression of the words; None where any text will do."""
        if not self.groups and not self.without:
            return None
        wanted = [
            group[0].match if len(group) == 1 else "(" + " OR ".join(word.match for word in group) + ")"
            for group in self.groups
        ]
        expression = " AND ".join(wanted) or EVERYTHING
        if self.without:
            unwanted = " OR ".join(word.match for word in self.without)
            return f"({expression}) NOT ({unwanted})"
        return expression

    @property
    def marks(self) -> list[Runs]:
        """The terms to be marked in a text that was found."""
        return list(dict.fromkeys(word.runs for group in self.groups for word in group))

    def narrowed(self, field: str, *values: str) -> Query:
        """Return the query with a field asked for these values only; with none, without any condition on the field."""
        kept = tuple(f for f in self.filters if f.field != field or f.excluded)
        return Query(self.groups, self.without, (*kept, Filter(field, values)) if values else kept)

    def value(self, field: str) -> str | None:
        """Return the values asked for in a field as they are spelt; None where it is not asked for."""
        chosen = [f for f in self.filters if f.field == field and not f.excluded]
        return str(chosen[0]).partition(":")[2] if chosen else None


def parse(text: str) -> Query:
    """Return the structure of a query as a reader typed it; raise QueryError for what cannot be meant.

    >>> query = parse('行政復議 OR 应诉 -复核 year:2018-2020 地区：枣阳市')
    >>> str(query)
    '行政复议 OR 应诉 -复核 year:2018-2020 region:枣阳市'
    >>> query.match
    '(("行政 政复 复议" OR "应诉")) NOT ("复核")'
    """
    if len(text) > tokens.MAX_QUERY:
        raise QueryError("long", f"{len(text):,}", f"{tokens.MAX_QUERY:,}")
    return _Reader(unicodedata.normalize("NFKC", text.translate(_QUOTES))).query()


def match(text: str | None) -> str:
    """Return the FTS5 expression of a query's words, for Datasette's own search box: never an error.

    Filters are not part of it; a query that is refused finds nothing.

    >>> match("复议 -应诉"), match("year:2020"), match("OR"), match("-")
    ('("复议") NOT ("应诉")', '"·"', '""', '""')
    """
    try:
        query = parse(text or "")
    except QueryError:
        return NOTHING
    return query.match or (EVERYTHING if query else NOTHING)


def spans(text: str, body: str) -> list[Span]:
    """Return where the words of a query stand in a body; none for a query that is refused."""
    try:
        return tokens.spans(parse(text).marks, body)
    except QueryError:
        return []


class _Reader:
    """Reads a query from left to right, item by item."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.groups: list[list[Word]] = []
        self.without: list[Word] = []
        self.filters: dict[tuple[str, bool], list[str]] = {}
        self.issuers: list[Filter] = []
        self.joins = False  # an OR stands before the next item
        self.joinable = False  # the last item was a word that OR may follow

    def query(self) -> Query:
        while self._skip_space():
            self._item()
        if self.joins:
            raise QueryError("or_alone")
        groups = tuple(dict.fromkeys(tuple(dict.fromkeys(group)) for group in self.groups))
        filters = [Filter(f, tuple(dict.fromkeys(values)), excluded) for (f, excluded), values in self.filters.items()]
        return Query(groups, tuple(dict.fromkeys(self.without)), (*dict.fromkeys(self.issuers), *filters))

    def _skip_space(self) -> bool:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at < len(self.text)

    def _item(self) -> None:
        fresh = self.at == 0 or self.text[self.at - 1].isspace()
        excluded = fresh and self.text[self.at] == "-"
        if excluded:
            self.at += 1
        field = _FIELD.match(self.text, self.at) if fresh else None
        name = _names().get(field["name"].lower()) if field else None
        if field and not name and _looks_like_field(field["name"], self.text[field.end() : field.end() + 1]):
            raise QueryError("unknown_field", field["name"], ", ".join(FIELDS))
        if field and name:
            self.at = field.end()
            value = _VALUE.match(self.text, self.at)
            words = (value[1] if value[1] is not None else value[2]).strip() if value else ""
            if not value or not words or (name in ("title", "issuer") and not tokens.runs(tokens.fold(words))):
                raise QueryError("empty_field", field["name"])
            self.at = value.end()
            if name == "title":
                self._word(Word(tuple(tokens.runs(tokens.fold(words))), title=True), excluded)
            else:
                self._filter(name, field["name"], words, excluded)
            return
        item = _ITEM.match(self.text, self.at)
        if item is None:  # a minus at the very end
            return
        self.at = item.end()
        if item["bare"] in ("OR", "|", "||") and not excluded:
            if self.joins or not self.joinable:
                raise QueryError("or_alone")
            self.joins = True
            return
        runs = tuple(tokens.runs(tokens.fold(item["quoted"] or item["bare"] or "")))
        if runs:
            self._word(Word(runs), excluded)

    def _word(self, word: Word, excluded: bool) -> None:
        if excluded:
            if self.joins:
                raise QueryError("or_minus")
            self.without.append(word)
        elif self.joins:
            self.groups[-1].append(word)
        else:
            self.groups.append([word])
        self.joins, self.joinable = False, not excluded

    def _filter(self, name: str, written: str, words: str, excluded: bool) -> None:
        if self.joins:
            raise QueryError("or_field", written)
        self.joinable = False
        if name == "issuer":
            self.issuers.append(Filter(name, (_spelt(tuple(tokens.runs(tokens.fold(words)))),), excluded))
            return
        values = [_value(name, written, value.strip()) for value in _COMMA.split(words) if value.strip()]
        if not all(values) or not values:
            raise QueryError("empty_field", written)
        self.filters.setdefault((name, excluded), []).extend(values)


@cache
def _names() -> dict[str, str]:
    return {name: field for field, others in FIELDS.items() for name in (field, *others)}


def _looks_like_field(name: str, after: str) -> bool:
    """Tell whether a Latin word before a colon was meant as a field; ``http://`` is not."""
    return len(name) > 2 and name.isascii() and after not in ("", "/")


def _spelt(runs: Runs) -> str:
    """Return runs in a form that is cut into the same runs again.

    >>> _spelt(("2020", "年")), _spelt(("法治", "政府"))
    ('2020年', '法治,政府')
    """
    made = runs[0]
    for before, run in pairwise(runs):
        made += ("," if tokens.is_han(before) == tokens.is_han(run) else "") + run
    return made


def _value(field: str, written: str, value: str) -> str:
    """Return a value of a field in its one spelling."""
    if field == "year":
        return _years(value)
    if field == "region":
        return re.sub(r"\s+", "", tokens.fold(value)).strip("/")
    choices = _choices(field)
    if (chosen := choices.get(tokens.fold(value))) is None:
        known = dict.fromkeys(choices.values())
        raise QueryError("value_bad", written, value, ", ".join(known))
    return chosen


@cache
def _choices(field: str) -> dict[str, str]:
    """Return what may be written for the values of a field -> the value."""
    if field == "due":
        return {written: value for value, others in DUE.items() for written in (value, *others)}
    told = schema.words()[LISTS[field]]
    return {tokens.fold(written): value for value, words in told.items() for written in (value, words)}


def _years(value: str) -> str:
    """Return a year or a range of years, the lower first; an open end stays open.

    >>> _years("2020年"), _years("2020-2018"), _years("2018年至2020年"), _years("2018-"), _years("-2018")
    ('2020', '2018-2020', '2018-2020', '2018-', '-2018')
    """
    found = _YEAR.fullmatch(value)
    low, high, to = (found["low"], found["high"], found["to"]) if found else (None, None, None)
    if not (low or high) or (low and high and not to) or (high and not low and not to):
        raise QueryError("year_bad", value)
    if any(year and not YEARS[0] <= int(year) <= YEARS[1] for year in (low, high)):
        raise QueryError("year_bad", value)
    if not to:
        return str(low)
    low, high = (min(low, high), max(low, high)) if low and high else (low, high)
    return low if low and low == high else f"{low or ''}-{high or ''}"
