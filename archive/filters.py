"""Conditions of a query on the rows of ``reports``, as SQL. Names of places become codes. Leaf.

where(conn, filters)    conditions and their values
resolve(conn, name)     the codes a name of a place stands for
places(conn)            the places that have reports, largest first
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from functools import lru_cache

from archive import deadline, divisions, tokens
from archive.query import Filter, QueryError

COLUMNS = {"level": "level", "kind": "issuer_kind", "source": "source_kind"}
_LAST_DAY = deadline.last_day(2000).strftime("-%m-%d")
_ON_TIME = f"substr(r.published, 1, 10) <= (r.year + 1) || '{_LAST_DAY}'"
_DUE = f"r.year >= {deadline.FIRST_YEAR} and r.published is not null"
DUE = f"case when {_DUE} then case when {_ON_TIME} then 'ontime' else 'late' end end"
_SUFFIXES = ("省", "市", "区", "县", "自治区", "旗", "镇", "乡", "街道", "自治州", "地区", "盟")

Values = dict[str, object]


def where(conn: sqlite3.Connection, filters: Iterable[Filter]) -> tuple[str, Values]:
    """Return conditions on ``reports r``, each with `` and `` before it, and their values.

    Raises QueryError for a place nobody knows.
    """
    text, values = "", Values()
    for condition in filters:
        alternatives = [_one(conn, condition.field, value, values) for value in condition.values]
        joined = " or ".join(alternatives)
        text += f" and not coalesce({joined}, 0)" if condition.excluded else f" and ({joined})"
    if "fazhi_fold" in text:
        register(conn)
    return text, values


def register(conn: sqlite3.Connection) -> None:
    """Give a connection the function by which the names of issuers are compared."""
    conn.create_function("fazhi_fold", 1, _folded, deterministic=True)


def _one(conn: sqlite3.Connection, field: str, value: str, values: Values) -> str:
    def put(told: object) -> str:
        name = f"v{len(values)}"
        values[name] = told
        return f":{name}"

    if field == "year":
        low, _, high = value.partition("-") if "-" in value else (value, "", value)
        ends = [f"r.year >= {put(int(low))}"] if low else []
        ends += [f"r.year <= {put(int(high))}"] if high else []
        return f"({' and '.join(ends)})"
    if field == "region":
        codes = [value] if re.match(r"\d{6}", value) else resolve(conn, value)
        return "(" + " or ".join(_inside(code, put) for code in codes) + ")"
    if field == "issuer":
        return f"instr(fazhi_fold(r.issuer), {put(value)}) > 0"
    if field == "due":
        return f"coalesce({DUE}, 'unknown') = {put(value)}"
    return f"r.{COLUMNS[field]} = {put(value)}"


def _inside(code: str, put: object) -> str:
    """Return the condition that a report is of a division or of one below it."""
    assert callable(put)
    code = code.split("-")[0]  # a catalogue key such as 110000-sfj names a place too
    column = "town_code" if len(code) > 6 else "adcode"
    stem = code if len(code) > 6 else code.removesuffix("00").removesuffix("00")
    return f"r.{column} between {put(stem)} and {put(stem + '~')}"


@lru_cache(maxsize=4096)
def _folded(issuer: str | None) -> str | None:
    """Return an issuer's name as queries spell it: runs joined, a comma where two of one kind met."""
    if issuer is None:
        return None
    return ",".join(tokens.runs(tokens.fold(issuer)))


def resolve(conn: sqlite3.Connection, name: str) -> list[str]:
    """Return the codes of the places called so, with or without 省, 市, 县; a path (湖北省襄阳市) names its last place.

    Raises QueryError where neither the division table nor the archive knows one.
    """
    name = name.replace("/", "")
    found = [place.code for place in divisions.by_name(name)]
    found = found or [place.code for suffix in _SUFFIXES for place in divisions.by_name(name + suffix)]
    if not found:
        found = [p.code for m in divisions.mentions(name) if m.start == 0 and m.end == len(name) for p in m.places]
    # Only those with reports, where there are any: 28 county names and 3,714 township names are shared.
    own = [code for code, path in places(conn) if _named(path, name)]
    codes = list(dict.fromkeys([*own, *found]))
    if not codes:
        raise QueryError("region_unknown", name)
    return codes


def _named(path: str, name: str) -> bool:
    last = path.rsplit("/", 1)[-1]
    return name == last or path.replace("/", "").endswith(name) or any(name + suffix == last for suffix in _SUFFIXES)


def places(conn: sqlite3.Connection) -> Sequence[tuple[str, str]]:
    """Return code and path of names of every division with reports of its own or of one below it, provinces first."""
    found: dict[str, str] = {}
    code = ""
    while row := conn.execute(
        "select adcode, region from reports where adcode > ? order by adcode limit 1", (code,)
    ).fetchone():
        code = row[0]
        if row[1]:
            names = row[1].split("/")
            if code.endswith("0000"):
                names = names[:1]
            elif code.endswith("00"):
                names = names[:2]
            else:
                names = names[:3]
                if len(names) == 3:
                    found.setdefault(code[:4] + "00", "/".join(names[:2]))
            found[code] = "/".join(names)
            found.setdefault(code[:2] + "0000", names[0])
    return sorted(found.items(), key=lambda place: (place[1].count("/"), place[0]))
