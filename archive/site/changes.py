"""What came, changed and vanished: the page ``/changes`` and the feed ``/feed/changes.atom``.

Both take ``since=YYYY-MM-DD``, ``place=`` (a division code, with all below it) and ``kind=``; the page shows the last
30 days where ``since`` is not given, the feed what happened last. JSON and CSV of the table are Datasette's:
``/archive/changes.json``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from archive import clock, divisions, history, schema
from archive.history import Change
from archive.site import feeds, language, pages
from archive.site.coverage import current
from archive.timeline import TOLD

DAYS = 30  # shown where no day is given
PAGE = 50
LAST_PAGE = 200
LONGEST = 80  # characters of a value that changed


async def changes_page(datasette: Any, request: Any) -> Response:
    """Show what happened since a day, newest first, a heading a day."""
    asked = {"since": _day(request.args.get("since")), **_asked(request)}
    since = asked["since"] or clock.today() - timedelta(days=DAYS)
    page = pages.number(request.args.get("page"), 1, LAST_PAGE) or 1
    place, kind = asked["place"], asked["kind"]
    tell = teller(request)

    def ask(conn: sqlite3.Connection) -> dict[str, Any]:
        found = history.changes(conn, since, place=place, kind=kind, limit=PAGE + 1, offset=(page - 1) * PAGE)
        shown = [(change, tell(change)) for change in found[:PAGE]]
        days = [(day, list(group)) for day, group in groupby(shown, key=lambda pair: _china(pair[0].at))]
        return {"days": days, "more": len(found) > PAGE, "counts": history.counts(conn, since, place=place)}

    path = language.path(datasette, request, "/changes")

    def link(**changed: Any) -> str:
        """Return the address of this page with other parameters; a page number only when named."""
        query = urlencode({name: value for name, value in (asked | changed).items() if value is not None})
        return f"{path}?{query}" if query else path

    provinces = (await current(datasette)).coverage.provinces
    more = {
        "since": since, "today": clock.today(), "place": place, "kind": kind, "page": page, "last_page": LAST_PAGE,
        "link": link, "place_name": place and name_of(place), "provinces": provinces,
        "feed": urlencode({name: value for name, value in (("place", place), ("kind", kind)) if value}),
    }  # fmt: skip
    return await pages.page(datasette, request, "fazhi_changes.html", "changes", ask, more)


async def changes_feed(datasette: Any, request: Any) -> Response:
    """Return the feed of what happened last, of everything or of a place."""
    asked, since = _asked(request), _day(request.args.get("since"))
    place, kind = asked["place"], asked["kind"]
    t, tell = language.speaker(request), teller(request)
    words = language.words(language.of(request))["change"]

    def ask(conn: sqlite3.Connection, offset: int) -> list[dict[str, Any]]:
        found = history.changes(conn, since, place=place, kind=kind, limit=feeds.ENTRIES, offset=offset)
        rows = feeds.reports(conn, [change.report for change in found])
        return [
            rows[change.report]
            | {
                "urn": feeds.identifier("change", rows[change.report]["digest"], change.at, change.kind, change.url),
                "title": f"{words[change.kind]}{t('：', ': ')}{change.title or t('（网页没有标题）', '(no title)')}",
                "first_seen": change.at, "text": tell(change), "url": change.url, "change": change.kind,
            }
            for change in found
        ]  # fmt: skip

    title = t("报告的变动", "Changes of reports")
    if place:
        title = f"{title}{t('：', ': ')}{name_of(place)}"
    return await feeds.answer(datasette, request, title=title, name="changes", html="/changes", ask=ask, ending="atom")


def teller(request: Any) -> Callable[[Change], str]:
    """Return what says in a sentence, in the language of a page, what happened to a report."""
    t, spoken = language.speaker(request), language.of(request)
    columns = language.columns(spoken)

    def told(change: Change) -> str:
        detail = change.detail
        if change.kind == "metadata":
            fields = sorted(detail["fields"].items(), key=lambda pair: TOLD.index(pair[0]))
            none = t("无", "none")
            told = [f"{columns[name]}{t('：', ': ')}{_short(a, none)} → {_short(b, none)}" for name, (a, b) in fields]
            return t("；", "; ").join(told)
        if change.kind == "removed":
            since = language.day(_china(detail["missing_since"]), spoken)
            english = f"Not there since {since}; a second look, days later, confirmed it."
            return t(f"{since}起网页不见，隔几天再看仍不在。", english)
        if change.kind == "moved":
            return t(f"原网址 {detail['from']} 不再使用。", f"It left its address {detail['from']}.")
        return {
            "came": t("存档首次见到这份报告。", "The archive saw this report for the first time."),
            "changed": t("同一网址换上了改动过的文本。", "Its address shows a changed text."),
            "copied": t("又一个网站刊登了同一文本。", "A further site shows the same text."),
            "missing": t("网址回答说页面不存在；几天后再看，方能确认是否撤下。",
                         "The address says that the page is not there; a second look, days later, will tell for good."),
            "returned": t("网页又能打开了。", "The page is there again."),
        }[change.kind]  # fmt: skip

    return told


def name_of(place: str) -> str:
    """Return the name of a place, its code where nobody knows it."""
    return next((found.name for found in divisions.by_code(place)), place)


def _asked(request: Any) -> dict[str, Any]:
    kind = request.args.get("kind")
    return {"place": pages.code(request.args.get("place")), "kind": kind if kind in schema.words()["change"] else None}


def _day(told: str | None) -> date | None:
    try:
        return date.fromisoformat(told or "")
    except ValueError:
        return None


def _china(at: str) -> date:
    """Return the day of China of a moment as stored."""
    return datetime.fromisoformat(at).astimezone(clock.CHINA).date()


def _short(value: object, none: str) -> str:
    told = none if value in (None, "") else str(value)
    return told if len(told) <= LONGEST else told[:LONGEST] + "…"
