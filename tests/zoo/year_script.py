"""The script of the simulated year, as data: who publishes what at the start, and what befalls whom on which day.

    PORTALS    thirteen portals on 1 December 2026, each with the trouble it is there for
    EVENTS     what happens until the end of November 2027, in order of days
    VISITS     the days on which the crawler is started
    on(day)    the portals as they stand on a day: everything until then has happened; pure

An event is (day, portal, what, and its details):

    post       a page comes: its name, the place and the year of the report, the date it claims; ``near``: reworded
    edit       the text of a page is another one from now on
    meta       only the date of publication or the document number of a page changes
    chrome     a new footer on every page, and nothing else
    move       a page has a new address; ``onward``: the old one sends on to it, else it is not there
    delete     a page is not there any more; ``soft``: and says so under status 200
    restore    a deleted page stands again at its address, and in the list
    redesign   another content system: other addresses for everything, the old ones gone, or sending on
    state      open, down, blocked, unreadable
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from fazhi_zoo.year_pages import Paper, Portal, Post, spec_of

START = date(2026, 12, 1)
YEAR = 2026  # the year that the reports which fall due in this one are about


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens on a day, before anybody visits."""

    day: date
    portal: str
    what: str
    name: str = ""
    place: str = ""
    year: int = 0
    published: date | None = None
    doc_no: str | None = None
    near: bool = False
    onward: bool = False
    soft: bool = False
    dialect: str = ""
    path: str = ""
    state: str = ""


CITY, EDITS, LATE, DEEP, DELETES, MOVES, SENDS_ON, REBUILT = (
    "990400", "990424", "990425", "990426", "990427", "990428", "990429", "990430",
)  # fmt: skip
UNREADABLE, DOWN, BLOCKED, SILENT, REPOSTS, WALLED = "990431", "990432", "990433", "990434", "990435", "990437"
NO_PORTAL = "990436"  # a county that nobody crawls: its report is seen on another's portal only


def _portals() -> Iterator[Portal]:
    yield Portal(spec_of(CITY, "next_anchor"), known=True)
    yield Portal(spec_of(EDITS, "trs_zero", label="box"), known=True)
    yield Portal(spec_of(LATE, "trs_one", label="inline"), known=True, visitors=0, tags="none")
    yield Portal(spec_of(DEEP, "trs_zero"), known=True)
    yield Portal(spec_of(DELETES, "numbered"), known=True)
    yield Portal(spec_of(MOVES, "trs_shtml", label="inline"), known=True, tags="modified")
    yield Portal(spec_of(SENDS_ON, "trs_zero"), known=False)
    yield Portal(spec_of(REBUILT, "trs_one"), known=False)
    yield Portal(spec_of(UNREADABLE, "next_anchor"), known=True)
    yield Portal(spec_of(DOWN, "trs_zero"), known=True)
    yield Portal(spec_of(BLOCKED, "trs_zero", label="box"), known=True)
    yield Portal(spec_of(SILENT, "trs_zero"), known=True)
    yield Portal(spec_of(REPOSTS, "numbered"), known=True)
    yield Portal(spec_of(WALLED, "trs_zero"), known=True)


PORTALS = tuple(_portals())
OLD = {
    DEEP: range(2006, 2026),
    DELETES: range(2021, 2026),
    SILENT: range(0),
}  # years reported on before; else 2024, 2025


def _before() -> Iterator[Event]:
    for portal in PORTALS:
        code = portal.spec.code
        for year in OLD.get(code, range(2024, 2026)):
            if (code, year) != (DEEP, 2010):  # that one is posted in June, with its old date
                day = date(year + 1, 2, 10) + timedelta(days=int(code) % 30)
                yield Event(START, code, "post", str(year), code, year, day)


def _during() -> Iterator[Event]:
    def event(month: int, day: int, portal: str, what: str, name: str = "", **more: Any) -> Event:
        return Event(date(2027, month, day), portal, what, name, **more)

    def report(month: int, day: int, code: str, claimed: date | None = None) -> Event:
        published = claimed or date(2027, month, day)
        return event(month, day, code, "post", str(YEAR), place=code, year=YEAR, published=published)

    yield event(1, 6, REBUILT, "state", state="open")  # nothing: a day on which a portal does nothing at all
    yield event(1, 9, WALLED, "state", state="blocked")  # and for good
    yield event(1, 20, DELETES, "delete", "2021")  # for good
    yield event(1, 23, EDITS, "edit", "2025")
    yield report(2, 1, MOVES)
    yield event(2, 3, BLOCKED, "state", state="blocked")
    yield event(2, 12, MOVES, "chrome")
    yield report(2, 20, CITY)
    yield event(2, 21, LATE, "edit", "2025")
    yield event(2, 22, DELETES, "delete", "2022", soft=True)
    yield report(2, 26, EDITS)
    yield report(3, 2, BLOCKED)  # nobody can see it before the block ends
    yield report(3, 4, SENDS_ON)
    yield report(3, 8, DOWN)
    yield event(3, 9, DELETES, "delete", "2023")  # back before anybody can confirm it
    yield event(3, 9, CITY, "post", "copy", place=EDITS, year=YEAR, published=date(2027, 3, 9))
    yield event(3, 11, DOWN, "state", state="down")
    yield event(3, 17, DELETES, "restore", "2023")
    yield report(3, 18, UNREADABLE)
    yield event(3, 20, EDITS, "meta", str(YEAR), doc_no="葭政发〔2027〕7号")
    yield event(3, 22, BLOCKED, "meta", "2025", published=date(2026, 3, 1))
    yield event(3, 24, BLOCKED, "state", state="open")
    yield report(3, 26, REBUILT)
    yield report(3, 30, DELETES)
    yield report(3, 31, REPOSTS)
    yield event(4, 2, MOVES, "move", "2025")
    yield event(4, 10, MOVES, "move", "2024", onward=True)
    yield event(4, 12, DOWN, "state", state="open")
    yield event(4, 28, DELETES, "restore", "2022")  # long after it was confirmed
    yield event(5, 10, REPOSTS, "post", "copy", place=NO_PORTAL, year=YEAR, published=date(2027, 5, 10))
    yield event(5, 12, EDITS, "edit", str(YEAR))
    yield event(5, 20, SENDS_ON, "redesign", dialect="next_anchor", path="/gongkai/fzzf/", onward=True)
    yield report(6, 2, LATE)
    yield event(6, 8, REBUILT, "redesign", dialect="numbered", path="/xxgk/ndfzzfjsbg/")
    yield report(6, 20, DEEP, date(2027, 3, 20))  # late, and says otherwise
    yield event(6, 21, DEEP, "post", "2010", place=DEEP, year=2010, published=date(2011, 2, 26))
    yield event(7, 5, REPOSTS, "post", "near", place=LATE, year=YEAR, published=date(2027, 7, 5), near=True)
    yield event(8, 10, UNREADABLE, "state", state="unreadable")
    yield event(9, 20, EDITS, "chrome")


EVENTS = tuple(sorted((*_before(), *_during()), key=lambda event: event.day))


def _visits() -> Iterator[date]:
    day = START
    while day < date(2027, 12, 1):
        yield day
        # Weekly in the quiet months and a little less, every few days while reports fall due.
        day += timedelta(days=8 if day < date(2027, 1, 1) else 4 if day < date(2027, 4, 16) else 11)


VISITS = tuple(_visits())


@cache
def on(day: date) -> dict[str, Portal]:
    """Return the portals as they stand on a day, by code."""
    portals = {portal.spec.code: portal for portal in PORTALS}
    for event in EVENTS:
        if event.day <= day:
            portals[event.portal] = after(portals[event.portal], event)
    for code, portal in portals.items():
        if portal.visitors is not None:
            portals[code] = replace(portal, visitors=100 + 7 * (day - START).days)
    return portals


def after(portal: Portal, event: Event) -> Portal:
    """Return a portal after something happened to it."""
    posts, onward, numbers = dict(portal.posts), dict(portal.onward), portal.numbers
    post = posts.get(event.name)
    match event.what:
        case "post":
            assert event.published is not None
            numbers += 1
            paper = Paper(event.place, event.year, near=event.near)
            path = portal.dialect.article(numbers, event.published)
            posts[event.name] = Post(event.name, paper, event.published, path, event.day)
        case "edit":
            assert post is not None
            paper = replace(post.paper, edition=post.paper.edition + 1)
            posts[event.name] = replace(post, paper=paper, touched=event.day)
        case "meta":
            assert post is not None
            told = {"published": event.published or post.published, "doc_no": event.doc_no or post.doc_no}
            posts[event.name] = replace(post, **told, touched=event.day)
        case "chrome":
            return replace(portal, foot=f"{portal.foot}　{event.day.year}年改版", touched=event.day)
        case "move":
            assert post is not None
            numbers += 1
            path = portal.dialect.article(numbers + 50, post.published)
            if event.onward:
                onward[post.path] = path
            posts[event.name] = replace(post, path=path, touched=event.day)
        case "delete":
            assert post is not None
            how = "soft" if event.soft else "404"
            posts[event.name] = replace(post, gone=how, listed=False, touched=event.day)
        case "restore":
            assert post is not None
            posts[event.name] = replace(post, gone="", listed=True, touched=event.day)
        case "redesign":
            spec = replace(portal.spec, dialect=event.dialect, path=event.path)
            dialect = replace(portal, spec=spec).dialect
            for name, old in posts.items():
                numbers += 1
                posts[name] = replace(old, path=dialect.article(numbers, old.published), touched=event.day)
                if event.onward:
                    onward[old.path] = posts[name].path
            return replace(portal, spec=spec, posts=posts, onward=onward, numbers=numbers, touched=event.day)
        case "state":
            return replace(portal, state=event.state, touched=event.day)
        case _:
            raise ValueError(event.what)
    return replace(portal, posts=posts, onward=onward, numbers=numbers)
