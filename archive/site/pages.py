"""What every page of ours is made with: one read of the archive under a time limit, a template, cautious parameters.

Numbers and codes of an address are untrusted: what cannot be one is ignored.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from datasette.utils.asgi import Response
from jinja2 import Environment, Template

from archive.site import language
from archive.site.remarks import in_chinese

DATABASE = "archive"
STEPS = 50_000  # of SQLite's machine between two looks at the clock: about a millisecond
OPEN_KINDS = {"official", "department_site", "upper_level_portal", "repost", "unknown"}  # the others are not linked

T = TypeVar("T")


class _AtOnce(Template):
    """A template that awaits nothing: Datasette's own way of rendering, which may await at every step, takes twice the
    time for pages like ours."""

    async def render_async(self, *args: Any, **kwargs: Any) -> str:
        return self.render(*args, **kwargs)


_environments: WeakKeyDictionary[Environment, Environment] = WeakKeyDictionary()


class TooSlowError(Exception):
    """Raised when a query took longer than the site's time limit."""


async def message(datasette: Any, request: Any, status: int, head: str, text: str) -> Response:
    """Return a page that says one thing, with an HTTP status."""
    answer = await render(datasette, request, "fazhi_message.html", "message", {"head": head, "text": text})
    answer.status = status
    return answer


async def read(datasette: Any, ask: Callable[[sqlite3.Connection], T]) -> T:
    """Run reads of the archive in one snapshot of it, under the site's time limit; raise TooSlowError beyond that."""
    limit = datasette.setting("sql_time_limit_ms")

    def guarded(conn: sqlite3.Connection) -> T:
        try:
            with _time_limit(conn, limit):
                conn.execute("begin")
                try:
                    return ask(conn)
                finally:
                    conn.execute("rollback")
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise TooSlowError from error
            raise

    result: T = await datasette.get_database(DATABASE).execute_fn(guarded)
    return result


@contextmanager
def _time_limit(conn: sqlite3.Connection, milliseconds: float) -> Iterator[None]:
    """Interrupt queries that run longer than this in all.

    Datasette's own way asks every 1,000 steps of SQLite, and each time waits for all other threads to let it.
    """
    end = time.perf_counter() + milliseconds / 1000
    conn.set_progress_handler(lambda: int(time.perf_counter() > end), STEPS)
    try:
        yield
    finally:
        conn.set_progress_handler(None, STEPS)


async def page(
    datasette: Any, request: Any, template: str, name: str, ask: Callable[[sqlite3.Connection], dict[str, Any]],
    more: dict[str, Any] | None = None,
) -> Response:  # fmt: skip
    try:
        found = await read(datasette, ask)
    except TooSlowError:
        t = language.speaker(request)
        head = t("检索超时", "The search took too long")
        said = "这个词出现得太多或服务器繁忙。可加上年份、地区，或换更长的词再试。"
        text = t(said, "The word is too frequent, or the server is busy. Add a year or a place, or use a longer word.")
        return await message(datasette, request, 503, head, text)
    return await render(datasette, request, template, name, {**found, **(more or {})})


async def render(datasette: Any, request: Any, template: str, name: str, context: dict[str, Any]) -> Response:
    """Return a page made from a template."""
    return Response.html(await made(datasette, request, template, name, context))


async def made(datasette: Any, request: Any, template: str, name: str, context: dict[str, Any]) -> str:
    """Return what a template makes of a context and of what all pages share."""
    spoken = language.of(request)
    shared = {
        "words": language.words(spoken), "columns": language.columns(spoken), "t": language.speaker(request),
        "lang": spoken, "lang_tag": language.TAGS[spoken], "switch": language.other(datasette, request),
        "css": datasette.urls.static_plugins("fazhi", "fazhi.css"), "page_name": name,
        "path": partial(language.path, datasette, request),
        "day": partial(language.day, spoken=spoken), "open_kinds": OPEN_KINDS, "is_web": is_web,
        "in_chinese": in_chinese if spoken == language.CHINESE else str,
    }  # fmt: skip
    found = _environment(datasette, request).get_template(template)
    html = await datasette.render_template(found, shared | context, request=request, view_name=f"fazhi-{name}")
    return str(html)


def _environment(datasette: Any, request: Any) -> Environment:
    """Return Datasette's templates, ours and those an operator put in their place, as ones that await nothing."""
    if hasattr(datasette, "get_jinja_environment"):  # Datasette 1.0
        theirs: Environment = datasette.get_jinja_environment(request)
    else:
        theirs = datasette.jinja_env
    if theirs not in _environments:
        ours = theirs.overlay(enable_async=False)
        ours.template_class = _AtOnce
        _environments[theirs] = ours
    return _environments[theirs]


def is_web(url: str | None) -> bool:
    """Tell whether an address may become a link: http or https, nothing that runs.

    >>> is_web("http://www.example.gov.cn/"), is_web("javascript:alert(1)"), is_web(None)
    (True, False, False)
    """
    return url is not None and re.match(r"https?://[^\s]+$", url, re.I) is not None


def rows(conn: sqlite3.Connection, sql: str, *values: Any) -> list[dict[str, Any]]:
    """Return what a query gives, each row as name -> value."""
    cursor = conn.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def row(conn: sqlite3.Connection, sql: str, *values: Any) -> dict[str, Any] | None:
    """Return the first row of a query, None where there is none."""
    return next(iter(rows(conn, sql, *values)), None)


def number(value: str | None, low: int, high: int) -> int | None:
    """Return a number of an address within bounds, None for anything else."""
    return int(value) if value and re.fullmatch("[0-9]{1,6}", value) and low <= int(value) <= high else None


def code(value: str | None) -> str | None:
    """Return a division code of an address, None for anything else."""
    return value if value and re.fullmatch("[0-9]{6}|[0-9]{9}", value) else None
