"""Lists that named reports in an earlier round and name none of them now: how a redesign shows, which fails silently.

A list *led to* the reports whose links were first met on one of its pages. It is lost when none of its pages names a
report any more, or no way leads to it from the home page, and most of what it led to is named by no other list either.
Not lost is a list of which only the first pages were read (a round that looks for what is new stops early) as long as
these still have entries; nor one that this round did not look for; nor one whose reports were removed from their site;
nor the home page, whose news roll on.

Reports are compared, not addresses: a column that moved and names the same texts under new addresses is not missed.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass

Known = Mapping[str, Set[str]]  # address asked for -> the reports it gave


@dataclass(frozen=True, slots=True)
class Lost:
    """A list that is lost: the page that led to most reports, what became of it, and the reports nobody names now."""

    url: str
    note: str
    reports: frozenset[str]


@dataclass(slots=True)
class _Page:
    url: str
    state: str
    current: bool  # settled in this round
    note: str
    named: set[str]
    led: set[str]


def known(db: sqlite3.Connection) -> dict[str, dict[str, set[str]]]:
    """Return for each portal which addresses gave which reports, those that are missing from their site left out.

    ``db`` is ``crawl.db`` with ``archive.db`` attached as ``public``. One pass over the captures.
    """
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    rows = db.execute(
        "SELECT c.portal,c.target,c.report FROM public.captures c JOIN public.reports r ON r.id=c.report"
        " WHERE c.outcome='report' AND c.portal IS NOT NULL AND c.target IS NOT NULL AND r.missing_since IS NULL"
    )
    for portal, target, report in rows:
        found[portal][target].add(report)
    return found


def lost(db: sqlite3.Connection, portal: str, home: str, gave: Known) -> list[Lost]:
    """Return the lists of a portal that are lost in its current round, those that led to most reports first."""
    lists = _lists(db, portal, gave)
    named = {report for pages in lists.values() for page in pages if page.current for report in page.named}
    found = []
    for listing, pages in lists.items():
        led = {report for page in pages for report in page.led}
        gone = led - named
        if listing == home or 2 * len(gone) <= len(led) or not _silent(db, portal, listing, pages):
            continue
        first = max(pages, key=lambda page: len(page.led))
        note = (first.note or "names none") if first.current else "nothing leads to it"
        found.append(Lost(first.url, note, frozenset(gone)))
    return sorted(found, key=lambda each: (-len(each.reports), each.url))


def _silent(db: sqlite3.Connection, portal: str, listing: str, pages: list[_Page]) -> bool:
    """Tell whether a list is known to name no report in this round."""
    asked = [page for page in pages if page.current]
    if not asked:  # where the walk from the home page was made, nothing leads to it any more
        walk = db.execute("SELECT walk FROM rounds WHERE portal=?", (portal,)).fetchone()
        return bool(walk and walk[0])
    if any(page.named for page in asked) or any(page.state in ("queued", "skipped") for page in asked):
        return False
    if all(page.current for page in pages):
        return True
    entries = db.execute(
        "SELECT 1 FROM entries e JOIN rounds r USING(portal,round) WHERE e.portal=? AND e.listing=? LIMIT 1",
        (portal, listing),
    )
    return entries.fetchone() is None


def _lists(db: sqlite3.Connection, portal: str, gave: Known) -> dict[str, list[_Page]]:
    """Return the pages of each list, with the reports that each names now and first led to."""
    alike: dict[str, set[str]] = defaultdict(set)  # what doubles have in common -> the reports under any address
    led: dict[str, set[str]] = defaultdict(set)
    for url, parent, same in db.execute(
        "SELECT url,parent,same FROM targets WHERE portal=? AND role<>'listing'", (portal,)
    ):
        reports = gave.get(url, set())
        if same:
            alike[same] |= reports
        if parent:
            led[parent] |= reports
    named: dict[int, set[str]] = defaultdict(set)
    for page, url, same in db.execute(
        "SELECT n.page,n.url,t.same FROM targets l JOIN named n ON n.page=l.id"
        " LEFT JOIN targets t ON t.portal=l.portal AND t.url=n.url WHERE l.portal=? AND l.role='listing'",
        (portal,),
    ):
        named[page] |= gave.get(url, set()) | (alike.get(same, set()) if same else set())
    lists: dict[str, list[_Page]] = defaultdict(list)
    for page, url, listing, state, current, note in db.execute(
        "SELECT t.id,t.url,coalesce(t.listing,t.url),t.state,t.round=r.round,t.note FROM targets t"
        " JOIN rounds r USING(portal) WHERE t.portal=? AND t.role='listing' AND t.state<>'double'",
        (portal,),
    ):
        settled = bool(current) and state == "done"
        mine = named.get(page, set()) if settled else set()
        lists[listing].append(_Page(url, state, bool(current), note, mine, led.get(url, set())))
    return lists
