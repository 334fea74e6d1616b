"""Who must publish a report, and since when: the rules of ``data/duty.toml`` for one code. Pure.

rules()    the rules as they stand in the file
due()      the years whose report a body must have published by a day, and why none where there are none
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from archive import deadline, divisions, schema


@cache
def rules() -> dict[str, Any]:
    """Return the rules of ``data/duty.toml``."""
    return schema.toml("duty.toml")


def due(code: str, today: date, *, since: int | None = None) -> tuple[tuple[int, ...], str]:
    """Return the years whose reports were due before a day, first to last; without any, why there are none.

    ``code`` is a division's, or a portal's below one (``110000-sfj``): a department or another body of its own. A code
    that no table knows counts as a county: what is not known to be exempt is bound. ``since`` is the year from which a
    body of the catalogue reports, where it is told.

    >>> due("420683", date(2017, 4, 1))
    ((2015, 2016), '')
    >>> due("420683-sfj", date(2020, 3, 31)), due("810000", date(2026, 1, 1))
    (((), 'the first report, on 2019, is due by 2020-03-31'), ((), 'the rules do not reach Hong Kong, Macao, Taiwan'))
    """
    exempt, years = rules()["exempt"], rules()["since"]
    if code[:2] in exempt["provinces"]:
        return (), "the rules do not reach Hong Kong, Macao, Taiwan"
    place = next(iter(divisions.by_code(code)), None)
    if place is not None and place.level == "township" and place.name.endswith(tuple(exempt["townships"])):
        return (), "an office of the government above, no government"
    level = "department" if "-" in code else str(place.level) if place is not None else "county"
    first = max(years[level], since or 0)
    last = today.year - (1 if today > deadline.last_day(today.year - 1) else 2)
    if first > last:
        return (), f"the first report, on {first}, is due by {deadline.last_day(first)}"
    return tuple(range(first, last + 1)), ""
