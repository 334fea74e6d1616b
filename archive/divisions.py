"""The division table (GB/T 2260, 民政部 2025-12-31) and its changes since 1980: by code, by name, by year. Leaf.

    Place         a division as it was for a stretch of years: code, name, level, first and last year
    by_code()     the places a code stood for, today's first
    below()       the places right below a code
    at()          the places of county level and above in a year; before() what one was earlier
    by_name()     the places of that name; 28 county names and 3,714 township names are shared
    mentions()    the names of divisions in a text, with neighbours joined to a path (深圳市龙华区)
    path()        a place and what lies above it, province first
    related()     whether two places are the same, one inside the other, or one the other's predecessor
    in_year()     the place a place was in an earlier year: 静海区 in 2014 is 静海县

Read lazily, once: 42,000 rows in well under 0.3 s. Codes are strings of six digits (nine for townships). Sources: see
``data/divisions.tsv`` and ``data/division_changes.tsv`` (not complete after 2021). The environment variable
``FAZHI_DIVISIONS`` may name further files (separated as in ``PATH``) with the columns of the first, for places no
table has (sample portals).
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from archive.errors import UsageError
from archive.model import Level

SINCE = 1998  # older events lie before the first report
_LEVELS = {"1": Level.PROVINCE, "2": Level.PREFECTURE, "3": Level.COUNTY, "4": Level.TOWNSHIP}
_SAME_PLACE = {"同名改码", "更名", "撤县设市", "撤县设区", "撤地设市", "撤市设区", "撤旗设区", "区划调整"}
_END = re.compile("[省市区县旗盟州镇乡道木所]")
_LONGEST = 15  # 积石山保安族东乡族撒拉族自治县


@dataclass(frozen=True, slots=True)
class Place:
    """A division from the year ``since`` (None: always) until before the year ``until`` (None: today).

    ``successor`` is the code that took its place, ``same`` whether that is the same place under another code or name.
    """

    code: str
    name: str
    level: Level
    parent: str | None
    since: int | None = None
    until: int | None = None
    successor: str | None = None
    same: bool = False

    def valid(self, year: int | None) -> bool:
        """Tell whether the place existed in a year; the year after its end still reports under its name."""
        return year is None or (
            (self.since is None or self.since <= year) and (self.until is None or year <= self.until)
        )


@dataclass(frozen=True, slots=True)
class Mention:
    """A name, or a path of names, in ``text[start:end]``, and the places it may mean. ``depth`` counts its names."""

    start: int
    end: int
    name: str
    places: tuple[Place, ...]
    depth: int = 1


def by_code(code: str) -> tuple[Place, ...]:
    """Return what a code stands for today and what it stood for before.

    >>> [p.name for p in by_code("120223")], [p.name for p in by_code("320282109")], by_code("999999")
    (['静海县'], ['杨巷镇'], ())
    """
    table = _table()
    today = (table.today(code),) if code in table.rows else ()
    return (*today, *table.former.get(code, ()))


def by_name(name: str) -> tuple[Place, ...]:
    """Return the places with that official name, today's and former ones.

    >>> [p.code for p in by_name("龙华区")]
    ['440309', '460106']
    """
    return _table().named(name)


def below(code: str) -> tuple[Place, ...]:
    """Return today's divisions right below a code.

    >>> [p.name for p in below("360113")][-2:]
    ['流湖镇', '厚田镇']
    """
    table = _table()
    if not table.inside:
        for row in table.rows.values():
            table.inside.setdefault(row[2], []).append(row[1])
    return tuple(table.today(inner) for inner in table.inside.get(code, ()))


def at(year: int) -> tuple[Place, ...]:
    """Return the divisions of county level and above as they were at the end of a year, each code once.

    A division that was dissolved in the year is not among them, its successor is. Township changes are not known.

    >>> from collections import Counter
    >>> Counter(str(place.level) for place in at(2016) if place.code[:2] == "12")
    Counter({'county': 16, 'province': 1})
    """
    table = _table()
    if not table.upper:
        table.upper += [table.today(row[1]) for row in table.rows.values() if row[0] != "4"]
    former = (place for places in table.former.values() for place in places if year < (place.until or 0))
    found: dict[str, Place] = {}
    for place in (*table.upper, *former):
        if place.since is None or place.since <= year:
            found.setdefault(place.code, place)
    return tuple(found.values())


def before(code: str) -> tuple[Place, ...]:
    """Return what a division was before, under other codes or names, latest first.

    >>> [(p.code, p.name, p.until) for p in before("120118")]
    [('120223', '静海县', 2015)]
    """
    found: list[Place] = []
    todo = [code]
    while todo:
        todo_next = [p for c in todo for p in _table().before.get(c, ()) if p.same and p not in found]
        found += todo_next
        todo = [p.code for p in todo_next if p.code not in {code, *todo}]
    return tuple(sorted(found, key=lambda p: -(p.until or 0)))


def path(place: Place) -> tuple[Place, ...]:
    """Return a place and what lies above it, province first.

    >>> "/".join(p.name for p in path(by_code("320282109")[0]))
    '江苏省/无锡市/宜兴市/杨巷镇'
    """
    found = [place]
    while found[-1].parent and len(found) < 5:
        above = by_code(found[-1].parent)
        if not above:
            break
        found.append(above[0])
    return tuple(reversed(found))


def related(one: Place, other: Place) -> bool:
    """Tell whether one place is the other, lies in it, or became it."""
    return one.code in _line(other.code) or other.code in _line(one.code)


def within(place: Place, above: Place) -> bool:
    """Tell whether a place is, or lies in, another or what that became."""
    return bool(_line(place.code) & {above.code, above.successor or above.code})


def in_year(place: Place, year: int | None) -> Place:
    """Return the place as it was in a year, or (None) as it is today; itself where nothing else is known.

    >>> in_year(by_code("120118")[0], 2014).name, in_year(by_code("120223")[0], 2020).code
    ('静海县', '120118')
    """
    year = 9999 if year is None else year
    for _ in range(8):
        if place.since is not None and year < place.since:
            before = [p for p in _table().before.get(place.code, ()) if p.same and p.until == place.since]
            if len(before) != 1:
                return place
            place = before[0]
        elif place.until is not None and year >= place.until and place.same and place.successor:
            after = [p for p in by_code(place.successor) if p.since == place.until or p.until is None]
            if not after or after[0] == place:
                return place
            place = after[0]
        else:
            return place
    return place


def mentions(text: str) -> list[Mention]:
    """Return the names of divisions in a text, longest first at each place, neighbours joined to a path where they fit.

    >>> [(m.name, [p.code for p in m.places]) for m in mentions("深圳市龙华区的龙华街道")][0]
    ('深圳市龙华区', ['440309'])
    """
    table = _table()
    found: list[Mention] = []
    edge = 0
    for match in _END.finditer(text):
        end = match.end()
        for start in range(max(edge, end - _LONGEST), end - 1):
            if (name := text[start:end]) in table.names:
                found.append(Mention(start, end, name, table.named(name)))
                edge = end
                break
    return _joined(found)


def short(name: str) -> str:
    """Return the name without its suffix and the names of peoples; a single character is no name.

    >>> short("枣阳市"), short("积石山保安族东乡族撒拉族自治县"), short("赵县"), short("新疆维吾尔自治区")
    ('枣阳', '积石山', '赵县', '新疆')
    """
    words = vocabulary()["short"]
    for suffix in words["suffixes"]:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            name = name[: -len(suffix)]
            break
    changed = True
    while changed:
        changed = False
        for people in words["peoples"]:
            if name.endswith(people) and len(name) - len(people) >= 2:
                name, changed = name[: -len(people)], True
    return name


@cache
def vocabulary() -> dict[str, Any]:
    """Return the words around names of places (``data/regions.toml``)."""
    return tomllib.loads(_read("regions.toml"))


def _joined(found: Sequence[Mention]) -> list[Mention]:
    joined: list[Mention] = []
    for mention in found:
        if joined and joined[-1].end == mention.start:
            above = joined[-1]
            fits = tuple(p for p in mention.places if any(within(p, a) and p.code != a.code for a in above.places))
            if fits:
                joined[-1] = Mention(above.start, mention.end, above.name + mention.name, fits, above.depth + 1)
                continue
        joined.append(mention)
    return joined


def _line(code: str) -> frozenset[str]:
    """Return the codes of a place, of what it became and of what lies above them."""
    lines = _table().lines
    if code in lines:
        return lines[code]
    first, line = code, set[str]()
    todo = [code]
    while todo:
        code = todo.pop()
        if code in line:
            continue
        line.add(code)
        for place in by_code(code):
            todo += [c for c in (place.parent, place.successor) if c]
    lines[first] = frozenset(line)
    return lines[first]


class _Table:
    """Indexes over today's rows, kept raw and made to places on demand (most never are), and over former places."""

    def __init__(self, rows: Iterable[tuple[str, ...]], changes: Iterable[tuple[str, ...]]) -> None:
        self.rows: dict[str, tuple[str, ...]] = {}
        self.names: dict[str, list[str]] = {}
        for row in rows:
            self.rows[row[1]] = row
            self.names.setdefault(row[3], []).append(row[1])
        self._named: dict[str, tuple[Place, ...]] = {}
        self.lines: dict[str, frozenset[str]] = {}
        self.since: dict[tuple[str, str], int] = {}
        self.former: dict[str, list[Place]] = {}
        self.former_names: dict[str, list[Place]] = {}
        self.before: dict[str, list[Place]] = {}
        self.inside: dict[str, list[str]] = {}  # filled when asked for, as is the next
        self.upper: list[Place] = []
        for change in changes:
            self._change(*change)
        for places in self.former.values():
            places.sort(key=lambda p: -(p.until or 0))
        for name in self.former_names:
            self.names.setdefault(name, [])

    def _change(self, year: str, kind: str, level: str, old: str, old_name: str, new: str, new_name: str) -> None:
        if int(year) < SINCE or kind == "码位改派":
            return
        old, new = old[:6], new[:6]
        if (old, old_name) == (new, new_name):
            return  # its borders changed
        if new and kind != "撤销":
            self.since[new, new_name] = int(year)
        if not old:
            return
        same = kind in _SAME_PLACE
        # A union inside one prefecture; a row that says otherwise paired two places by their name.
        kept = new if same or (new and new[:4] == old[:4]) else None
        above = (
            old[:2] + "0000" if level == "2" or old[:2] in ("11", "12", "31", "50") or old[2] == "9" else old[:4] + "00"
        )
        parent = None if level == "1" else above if above in self.rows or above in self.former else old[:2] + "0000"
        since = self.since.get((old, old_name))
        place = Place(old, old_name, _LEVELS[level], parent, since, int(year), kept or None, same)
        self.former.setdefault(old, []).append(place)
        self.former_names.setdefault(old_name, []).append(place)
        if kept:
            self.before.setdefault(kept, []).append(place)

    def today(self, code: str) -> Place:
        level, _, parent, name = self.rows[code]
        return Place(code, name, _LEVELS[level], parent or None, self.since.get((code, name)))

    def named(self, name: str) -> tuple[Place, ...]:
        if name not in self.names:
            return ()
        if name not in self._named:
            self._named[name] = self._find(name)
        return self._named[name]

    def _find(self, name: str) -> tuple[Place, ...]:
        return (*(self.today(code) for code in self.names.get(name, ())), *self.former_names.get(name, ()))


def _table() -> _Table:
    return _load(os.environ.get("FAZHI_DIVISIONS", ""))


@cache
def _load(further: str) -> _Table:
    lines = _read("divisions.tsv").splitlines()[1:]
    for file in filter(None, further.split(os.pathsep)):
        try:
            lines += Path(file).read_text("utf-8").splitlines()[1:]
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot read the divisions of {file}: {error}", "check FAZHI_DIVISIONS") from None
    rows = (tuple(line.split("\t")) for line in lines if line.count("\t") == 3)
    changes = (tuple(line.split("\t", 7)[:7]) for line in _read("division_changes.tsv").splitlines()[1:])
    return _Table(rows, sorted(changes, key=lambda c: c[0]))


def _read(name: str) -> str:
    return resources.files("archive").joinpath("data", name).read_text("utf-8")
