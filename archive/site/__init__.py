"""The site: a Datasette plugin that shows ``archive.db``, and from the WARC files beside it the archived pages.

    __init__.py   the hooks: routes, search function, safe settings, Chinese for Datasette's own pages
    pages.py      what every page of ours is made with; home.py, searching.py, report.py, compare.py, about.py are pages
    language.py   Chinese first, English under /en/
    body.py       turns a text into headings and paragraphs; versions.py: what else stood at an address; cite.py
    diff.py       two texts side by side; changes.py: what came, changed and vanished
    chinese.py    Datasette's own pages in Chinese; remarks.py says in Chinese what extraction noted
    snapshot.py   archived pages, without scripts and without the rights of this site
    guard.py      before every request: host, limits, security headers, CSV for spreadsheets; origin.py: the site's own
                  address; feeds.py: Atom; machine.py: robots.txt and site map; failing.py: errors in words
    serve.py      ``fazhi serve``

Works the same under ``fazhi serve`` and under plain ``datasette serve archive.db -m datasette_metadata.json``, on
Datasette 0.65 and 1.0. Writes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pluggy import HookimplMarker

from archive import filters, query, schema, store
from archive.errors import StorageError, UsageError
from archive.site import failing, feeds, guard, machine, origin
from archive.site.about import about_page
from archive.site.changes import changes_feed, changes_page
from archive.site.chinese import CODES, column_in_chinese, translate
from archive.site.compare import compare_page
from archive.site.coverage import coverage_csv, coverage_json, coverage_page
from archive.site.guard import HEADERS as HEADERS
from archive.site.home import home, home_json
from archive.site.pages import DATABASE
from archive.site.place import place_json, place_page
from archive.site.remarks import in_chinese
from archive.site.report import report_json, report_page, report_text
from archive.site.searching import help_page, search_page, table_filters, warm
from archive.site.snapshot import page as snapshot_page

hookimpl = HookimplMarker("datasette")  # as datasette.hookimpl, which carries no types

# Datasette's defaults suit an analyst's own machine: anybody may run any SQL and download the file. Only values that
# still are the default are changed, so an operator's --setting wins; where it names the default itself, the name must
# also stand in the metadata file: {"plugins": {"fazhi": {"asked": ["allow_download"]}}} (`fazhi serve --setting` does).
SAFE_SETTINGS: dict[str, bool | int | str] = {
    "default_allow_sql": False,
    "allow_download": False,
    "allow_csv_stream": False,
    "suggest_facets": False,
    "truncate_cells_html": 80,
    "max_returned_rows": 500,
}
# Copied from the settings into attributes when Datasette starts.
COPIED = ("max_returned_rows",)


@hookimpl(trylast=True)
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Make Datasette's own search box ask what the search page asks; last, because the stock function has its name."""
    conn.create_function("escape_fts", 1, query.match)
    filters.register(conn)


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    """Return the addresses of our own pages; they come before Datasette's."""
    return [
        (r"^/$", home),
        (r"^/home\.json$", home_json),
        (r"^/coverage$", coverage_page),
        (r"^/coverage\.json$", coverage_json),
        (r"^/coverage\.csv$", coverage_csv),
        (r"^/place/(?P<code>[0-9]{6}(?:[0-9]{3})?)$", place_page),
        (r"^/place/(?P<code>[0-9]{6}(?:[0-9]{3})?)\.json$", place_json),
        (r"^/search$", search_page),
        (r"^/search/help$", help_page),
        (r"^/report/(?P<id>[0-9a-z-]{1,100})$", report_page),
        (r"^/report/(?P<id>[0-9a-z-]{1,100})\.txt$", report_text),
        (r"^/report/(?P<id>[0-9a-z-]{1,100})\.json$", report_json),
        (r"^/compare$", compare_page),
        (r"^/changes$", changes_page),
        (r"^/about$", about_page),
        (r"^/snapshot/(?P<capture>[0-9]{14}-[0-9a-f]{10})$", snapshot_page),
        (r"^/feed/new\.xml$", feeds.new),
        (r"^/feed/place/(?P<code>[0-9]{6}(?:[0-9]{3})?)\.xml$", feeds.place),
        (r"^/feed/search\.xml$", feeds.of_search),
        (r"^/feed/changes\.atom$", changes_feed),
        (r"^/robots\.txt$", machine.robots),
        (r"^/sitemap\.xml$", machine.sitemap),
        (r"^/sitemap/(?P<number>[0-9]{1,6})\.xml$", machine.sitemap_part),
    ]


@hookimpl
def filters_from_request(request: Any, database: str, table: str, datasette: Any) -> Any:
    """Make the field words of a query (``year:2020``) count in Datasette's own search box, too."""
    return table_filters(datasette, request) if (database, table) == (DATABASE, "reports") else None


@hookimpl
def startup(datasette: Any) -> None:
    """Close what Datasette leaves open by default. ``_settings`` is private; a test fails when this stops working."""
    from datasette import handle_exception as stock
    from datasette.app import DEFAULT_SETTINGS
    from datasette.utils import StartupError

    # Where rich is installed, Datasette prints every error with all local variables through it, and fails itself where
    # an address is merely unknown: rich finds no traceback to print.
    stock.rich = None
    try:
        base = origin.configured(datasette)
        _bring_up_to_date(datasette)
    except (StorageError, UsageError) as error:
        raise StartupError(str(error)) from None
    wanted = SAFE_SETTINGS | ({"base_url": base.path} if base else {})
    asked = (datasette.plugin_config("fazhi") or {}).get("asked") or ()
    for name, value in wanted.items():
        if name not in asked and datasette._settings.get(name) == DEFAULT_SETTINGS[name]:
            datasette._settings[name] = value
            if name in COPIED:
                setattr(datasette, name, value)


def _bring_up_to_date(datasette: Any) -> None:
    """Give an archive of an older fazhi what our pages read, which plain ``datasette serve`` would not; read what the
    first search needs."""
    path = datasette.databases[DATABASE].path if DATABASE in datasette.databases else None
    if path:
        store.open_archive(Path(path), create=False, readonly=True).close()
        warm(path)


@hookimpl(tryfirst=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Callable[[], Awaitable[Any]] | None:
    """Say in words what came to nothing (``failing.py``)."""
    return failing.told(datasette, request, exception)


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    """Put Datasette's own pages into Chinese as far as that goes."""
    translate(env)


@hookimpl
def extra_css_urls(template: str | None, datasette: Any) -> list[str]:
    """Return the style of Datasette's own pages."""
    return [datasette.urls.static_plugins("fazhi", "datasette.css")]


@hookimpl
def menu_links(datasette: Any) -> list[dict[str, str]]:
    """Return the way from Datasette's own pages to ours."""
    return [{"href": datasette.urls.path("/search"), "label": "检索报告"}]


@hookimpl
def render_cell(value: Any, column: str, table: str | None, database: str, datasette: Any) -> Markup | str | None:
    """Link report and capture ids in Datasette's tables to our pages, and say codes in words (not in JSON or CSV)."""
    if database != DATABASE or not isinstance(value, str):
        return None
    if (table, column) in (("reports", "id"), ("texts", "id")):
        return Markup('<a href="{}">{}</a>').format(datasette.urls.path(f"/report/{value}"), value)
    if (table, column) == ("captures", "id"):
        return Markup('<a href="{}">{}</a>').format(datasette.urls.path(f"/snapshot/{value}"), value)
    if table in ("issues", "rejected") and column == "detail":
        return in_chinese(value)
    if table in ("issues", "evidence") and column == "field":
        return column_in_chinese(value, "reports")
    return schema.words().get(CODES.get(column, ""), {}).get(value)


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """Return what stands before every request: host, language, limits, security headers (``guard.py``)."""
    return partial(guard.through, datasette=datasette)
