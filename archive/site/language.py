"""Chinese first, English by a switch: which of the two a page of ours speaks, and how its links keep that.

The choice is part of the address: ``/en/search?q=...`` is the English page of ``/search?q=...``. So an address that is
passed on shows the same page to everybody, a cache in front needs no cookie to tell pages apart, and search engines
can be told of both. ``?lang=en`` (or ``zh``) on any page of ours does the same for one visit, and its links lead on
under the prefix. Datasette's own pages have one language and no prefix.

For templates: ``{{ t("报告年度", "Report year") }}``, ``{{ path("/search") }}?q=...`` (keeps the language),
``day("2021-01-05")``,
``lang`` (``zh`` or ``en``). In Python: ``language.of(request)``, ``language.path(datasette, request, "/search")``,
``language.speaker(request)("中文", "English")``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from archive import schema

CHINESE, ENGLISH = "zh", "en"
TAGS = {CHINESE: "zh-Hans", ENGLISH: "en"}  # BCP 47, for the lang attribute
PREFIX = "/en"
MONTHS = (
    "", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_KEY = "fazhi.language"
# First part of the addresses that have an English page; the others are Datasette's, or speak no language.
PAGES = ("", "search", "report", "place", "coverage", "snapshot", "compare", "changes", "help", "about", "feed")
_OURS = re.compile(rf"/(?:{'|'.join(PAGES)})(?:/.*)?")


def enter(scope: MutableMapping[str, Any], base_url: str = "/") -> None:
    """Take the English prefix off the path of an ASGI scope and note the language there instead.

    >>> scope = {"path": "/en/search", "raw_path": b"/en/search"}
    >>> enter(scope)
    >>> scope["path"], scope["raw_path"], scope["fazhi.language"]
    ('/search', b'/search', 'en')
    """
    root = base_url.rstrip("/")
    path = str(scope["path"])
    if not path.startswith(f"{root}{PREFIX}"):
        return
    rest = path[len(root) + len(PREFIX) :] or "/"
    if _OURS.fullmatch(rest):
        scope[_KEY] = ENGLISH
        scope["path"] = root + rest
        if raw := scope.get("raw_path"):
            scope["raw_path"] = root.encode() + (raw[len(root) + len(PREFIX) :] or b"/")


def of(request: Any) -> str:
    """Return the language a page is asked for in: ``zh`` or ``en``."""
    if "lang=" not in request.query_string:  # asked for every link of a page: to read all arguments takes long
        return str(request.scope.get(_KEY, CHINESE))
    asked = request.args.get("lang")
    return asked if asked in TAGS else str(request.scope.get(_KEY, CHINESE))


def speaker(request: Any) -> Callable[[str, str], str]:
    """Return what picks from a Chinese and an English text the one a page is asked for in."""
    english = of(request) == ENGLISH
    return lambda chinese, in_english: in_english if english else chinese


def path(datasette: Any, request: Any, address: str) -> str:
    """Return the address of a page within the site, in the language of the present one.

    ``address`` begins with ``/`` and may have a query. Raises nothing: Datasette's own pages keep their address.
    """
    if of(request) == ENGLISH and _OURS.fullmatch(address.partition("?")[0].partition("#")[0]):
        address = PREFIX + address
    return str(datasette.urls.path(address))


def other(datasette: Any, request: Any) -> str:
    """Return the address of the same page in the other language."""
    address = request.path
    root = datasette.setting("base_url").rstrip("/")
    address = address.removeprefix(root) if root else address
    query = urlencode([(k, v) for k, v in parse_qsl(request.query_string, keep_blank_values=True) if k != "lang"])
    prefix = PREFIX if of(request) == CHINESE and _OURS.fullmatch(address) else ""
    return str(datasette.urls.path(prefix + address)) + (f"?{query}" if query else "")


def day(told: str | date | None, spoken: str) -> str:
    """Return a day as readers write it; what is no ISO 8601 date (or moment) as it is.

    >>> day("2021-01-05", "zh"), day("2021-01-05T08:00:00Z", "en"), day("unknown", "zh"), day(None, "zh")
    ('2021年1月5日', '5 January 2021', 'unknown', '')
    """
    try:
        when = told if isinstance(told, date) else date.fromisoformat((told or "")[:10])
    except ValueError:
        return str(told or "")
    return (
        f"{when.year}年{when.month}月{when.day}日"
        if spoken == CHINESE
        else f"{when.day} {MONTHS[when.month]} {when.year}"
    )


@cache
def words(language: str) -> dict[str, dict[str, str]]:
    """Return the closed lists in words of a language; what has no English word is said in Chinese.

    >>> words("en")["level"]["county"], words("zh")["level"]["county"]
    ('county', '县级')
    """
    chinese = schema.words()
    if language == CHINESE:
        return chinese
    english = schema.toml("words.en.toml")
    return {name: told | english.get(name, {}) for name, told in chinese.items()}


@cache
def columns(language: str) -> dict[str, str]:
    """Return what the columns of ``reports`` are called.

    >>> columns("zh")["doc_no"], columns("en")["doc_no"]
    ('文号', 'Document number')
    """
    chinese = {column.name: column.zh for column in schema.tables()["reports"].columns}
    return chinese if language == CHINESE else chinese | schema.toml("words.en.toml")["column"]
