"""What stands before Datasette on every request: the site's own host, security headers, limits, CSV that Excel reads.

``through(app, datasette)`` wraps the whole application, our pages and Datasette's alike:

- the host is the operator's, not the visitor's (``origin.py``); the language prefix is taken off (``language.py``)
- pages made for looking inside a server (paths of files, threads, permissions) are not there
- limits Datasette has no setting for: facets a request may ask for, parameters, rows of tables that hold long texts
- every answer has the security headers of ``HEADERS`` unless it has its own, as a snapshot does
- CSV begins with a byte-order mark, without which Excel takes it for another encoding, and its cells are no formulas:
  a title that begins with ``=`` is a program for a spreadsheet. ``?_raw=1`` gives the bytes as they are.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from datasette.utils import tilde_decode
from datasette.utils.asgi import Request, Response

from archive import schema
from archive.sheets import BOM, safe_csv
from archive.site import language, origin
from archive.site.pages import DATABASE, message

App = Callable[[Any, Any, Any], Awaitable[None]]

# Stock pages need inline scripts and styles; nothing comes from another host.
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; img-src 'self' data:;"
        " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

# Our own pages need no script in the page: should a hostile title ever come through unescaped, nothing of it runs.
OWN_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
OWN_HEADERS = HEADERS | {"content-security-policy": OWN_POLICY}
_OWN = re.compile(rf"/(?:(?:{'|'.join(filter(None, language.PAGES))})(?:/.*)?)?")

# They tell paths of files and threads of the process, or are tools for whoever sets up permissions.
INSIDE = re.compile(
    r"/-/(?:databases|threads|tasks|config|permissions|allow-debug|patterns|messages|actions|allowed|rules|check"
    r"|debug/.*|api|create-token)(?:\.\w+)?/?"
)
FACETS = 4  # that one request may ask for, beside those of the metadata: each may take facet_time_limit_ms
FACET_VALUES = 100
PARAMETERS = 100
LONG_TABLES = {"texts": 50, "readings": 50}  # rows a request may ask for of tables that hold whole texts
EXACT = "_raw"  # parameter of a CSV address: no mark, cells as they are


def through(app: App, datasette: Any) -> App:
    """Return an ASGI application that is ``app`` behind all of the above."""

    async def guarded(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        scope = dict(scope)
        origin.enter(scope, datasette)
        language.enter(scope, datasette.setting("base_url"))
        path = _path(scope, datasette.setting("base_url"))
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        send = with_headers(send, OWN_HEADERS if _OWN.fullmatch(path) else HEADERS)
        if path.endswith(".csv") and (EXACT, "1") not in query:
            send = for_spreadsheets(send)
        request = Request({**scope, "csrftoken": str}, receive)  # templates ask for the token, no form of ours sends it
        if answer := await _refused(datasette, request, path, query):
            await answer.asgi_send(send)
            return
        await app(scope, receive, send)

    return guarded


async def _refused(datasette: Any, request: Request, path: str, query: list[tuple[str, str]]) -> Response | None:
    """Return the answer to a request that goes no further, None for all others."""
    if INSIDE.fullmatch(path):
        t = language.speaker(request)
        head = t("没有这个页面", "There is no such page")
        return await message(datasette, request, 404, head, t("本站不提供这类页面。", "This site does not offer it."))
    why = beyond(path, query)
    if why is None:
        return None
    if path.endswith(".json"):
        said = json.dumps({"ok": False, "error": why, "status": 400, "title": None})
        return Response(said, status=400, content_type="application/json; charset=utf-8")
    return await message(datasette, request, 400, "超出本站限度", why)


def beyond(path: str, query: Sequence[tuple[str, str]]) -> str | None:
    """Return which limit a request to Datasette's own pages is beyond, None where it is within all.

    >>> beyond("/archive/texts.json", [("_size", "max")])
    '_size of texts must be a number up to 50'
    >>> beyond("/archive/reports", [("_facet", "year"), ("year", "2020")]) is None
    True
    """
    if len(query) > PARAMETERS:
        return f"at most {PARAMETERS} parameters"
    if not path.startswith(f"/{DATABASE}"):
        return None
    given = dict(query)
    facets = [value for name, value in query if name.startswith("_facet") and name != "_facet_size"]
    if len(facets) > FACETS:
        return f"at most {FACETS} facets"
    if not _up_to(given.get("_facet_size"), FACET_VALUES):
        return f"_facet_size must be a number up to {FACET_VALUES}"
    table = tilde_decode(path.split("/")[2].rsplit(".", 1)[0]) if path.count("/") == 2 else ""
    columns = schema.tables()[table].names if table in schema.tables() else ()
    if columns and not set(facets) <= set(columns):  # Datasette fails on each, and only after it has counted the rows
        return f"a facet is a column of {table}"
    rows = LONG_TABLES.get(table.lower())
    if rows is not None:
        if facets:
            return f"no facets of {table}"
        if not _up_to(given.get("_size"), rows):
            return f"_size of {table} must be a number up to {rows}"
    return None


def _up_to(value: str | None, limit: int) -> bool:
    return not value or (re.fullmatch("[0-9]{1,9}", value) is not None and int(value) <= limit)


def _path(scope: MutableMapping[str, Any], base_url: str) -> str:
    """Return the path as Datasette's router sees it: undecoded, without the prefix of the site."""
    raw = scope.get("raw_path")
    path = str(raw.decode("latin-1") if raw else scope["path"]).partition("?")[0]
    return "/" + path.removeprefix(base_url).removeprefix("/")


def with_headers(send: Any, wanted: Mapping[str, str]) -> Any:
    """Return a ``send`` that adds headers to an answer that has none of that name."""

    async def adding(event: MutableMapping[str, Any]) -> None:
        if event["type"] == "http.response.start":
            event = {**event, "headers": with_defaults(event.get("headers") or [], wanted)}
        await send(event)

    return adding


def with_defaults(headers: Sequence[Sequence[bytes]], wanted: Mapping[str, str]) -> list[Sequence[bytes]]:
    """Return HTTP headers together with the wanted ones that are not among them.

    >>> with_defaults([(b"X-A", b"its own")], {"x-a": "a", "x-b": "b"})
    [(b'X-A', b'its own'), (b'x-b', b'b')]
    """
    there = {bytes(name).lower() for name, _ in headers}
    missing = [(n.encode(), v.encode()) for n, v in wanted.items() if n.encode() not in there]
    return [*headers, *missing]


def for_spreadsheets(send: Any) -> Any:
    """Return a ``send`` that makes a CSV answer safe for spreadsheets; answers of another kind go through untouched.

    Works on whole rows as they come, so a long answer is not held back.
    """
    state = {"csv": False, "begun": False}
    waiting: list[bytes] = []  # of a row that is not whole yet

    async def changing(event: MutableMapping[str, Any]) -> None:
        if event["type"] == "http.response.start":
            headers = event.get("headers") or []
            kind = next((bytes(v) for n, v in headers if bytes(n).lower() == b"content-type"), b"")
            state["csv"] = event["status"] == 200 and kind.startswith((b"text/csv", b"text/plain"))
            if state["csv"]:  # the length is another one
                headers = [(n, v) for n, v in headers if bytes(n).lower() != b"content-length"]
            await send({**event, "headers": headers})
            return
        if not state["csv"] or event["type"] != "http.response.body":
            await send(event)
            return
        waiting.append(event.get("body", b""))
        more = event.get("more_body", False)
        body = b"".join(waiting)
        if more and (not body.endswith(b"\n") or body.count(b'"') % 2):
            return
        waiting.clear()
        out = safe_csv(body.decode("utf-8", "replace").removeprefix(BOM)).encode("utf-8")
        if out and not state["begun"]:
            state["begun"] = True
            out = codecs.BOM_UTF8 + out
        await send({**event, "body": out})

    return changing
