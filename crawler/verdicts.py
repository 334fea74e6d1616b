"""What a run found at each portal, in one word with the evidence for it. Zero is a finding, and never silent.

ok              new reports came
unchanged       all lists were read, nothing new
silent          all lists were read, and the portal has no report at all, though some were due by law
changed-layout  reports were found earlier, and none of the lists read now names one: moved, or read no more
truncated       a list could not be read to its end, or the run ended before the portal did
blocked         the server refused; nothing was solved
unreachable     no list could be had
robots          robots.txt forbids every list
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from archive import clock, duty
from archive.datadir import DataDir
from crawler import layout
from crawler.layout import Lost
from crawler.manners import REFUSED
from crawler.targets import Portal
from crawler.walk import LAST_RESORT, SEARCH

FINE = ("ok", "unchanged")
VERDICTS = (*FINE, "silent", "changed-layout", "truncated", "blocked", "unreachable", "robots")
LOST = "no report named any more by"  # in the remark of a portal that is fine, though one of its lists is not
NOT_THERE = ("HTTP 404", "HTTP 410", "no page:", "redirect to a foreign host", "sends on to a foreign host")
LIST_GONE = NOT_THERE[:3]  # notes of an address that is not there, on a server that answers


@dataclass(frozen=True, slots=True)
class Row:
    """A portal's line in the summary of a run."""

    portal: str
    name: str
    verdict: str
    pages: int
    reports: int
    rejected: int
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the databases tell of a portal after a run.

    ``listings`` had in this round, ``waiting`` addresses queued, ``new`` reports not known before this round (what a
    run brought that was killed is news of the run that ends it), ``ever`` all the portal's reports; ``blocked`` names a
    refusal that still holds, ``denied`` one that a list met with, ``note`` tells what befell the most of what failed.
    """

    listings: int
    waiting: int
    refused: int
    failed: int
    new: int
    ever: int
    blocked: str | None = None
    denied: str | None = None
    truncated: tuple[str, ...] = ()
    note: str = ""
    lost: str = ""  # which list named reports before, and what became of it, where none names one now
    due: str = ""  # which reports were due by law
    exempt: str = ""  # why none was
    stopped: str = ""  # why the run ended before the portal did: --limit, interrupted


def judge(facts: Facts) -> tuple[str, str]:
    """Return verdict and remark.

    >>> judge(Facts(listings=2, waiting=0, refused=0, failed=0, new=3, ever=3))
    ('ok', '')
    >>> judge(Facts(listings=0, waiting=0, refused=0, failed=1, new=0, ever=0, note="HTTP 404"))
    ('unreachable', 'HTTP 404')
    >>> judge(Facts(listings=0, waiting=0, refused=0, failed=1, new=0, ever=0, denied="refused: status 403"))
    ('blocked', 'refused: status 403')
    >>> judge(Facts(listings=1, waiting=0, refused=0, failed=0, new=0, ever=0))
    ('silent', 'no report on 1 list page')
    >>> judge(Facts(listings=2, waiting=0, refused=0, failed=0, new=0, ever=4, lost="http://a.gov.cn/x/: HTTP 404"))
    ('changed-layout', '4 reports known, none named by 2 list pages; http://a.gov.cn/x/: HTTP 404')
    """
    remark = []
    if facts.refused:
        remark.append(f"{facts.refused} forbidden by robots.txt")
    if facts.failed:
        remark.append(f"{facts.failed} failed: {facts.note}")
    if facts.blocked:
        return "blocked", facts.blocked
    if facts.denied and not facts.ever:
        return "blocked", facts.denied
    if not facts.listings and not facts.ever:
        if facts.stopped and not (facts.failed or facts.refused):
            return "truncated", f"{facts.stopped}; {facts.waiting} addresses wait"
        if facts.refused and not facts.failed and not facts.waiting:
            return "robots", remark[0]
        # A server that only ever asks to wait refuses.
        return "blocked" if facts.note.startswith("HTTP 429") else "unreachable", facts.note or "no list could be had"
    if facts.waiting and not facts.listings and facts.note and not facts.stopped:
        # Reports are known from better days: nothing was to be had this time, and what waits is tried later.
        return "blocked" if facts.note.startswith("HTTP 429") else "unreachable", facts.note
    if facts.waiting:
        why = facts.stopped or facts.note or "the server asks to wait"
        return "truncated", "; ".join([f"{why}; {facts.waiting} addresses wait", *facts.truncated[:1]])
    if facts.truncated:
        more = f" (and {len(facts.truncated) - 1} more)" if len(facts.truncated) > 1 else ""
        return "truncated", "; ".join([facts.truncated[0] + more, *remark])
    pages = f"{facts.listings} list {'page' if facts.listings == 1 else 'pages'}"
    if facts.lost:
        known = "1 report known" if facts.ever == 1 else f"{facts.ever} reports known"
        return "changed-layout", f"{known}, none named by {pages}; {facts.lost}"
    if not facts.listings:
        return "unreachable", facts.note or "no list could be had"
    if not facts.ever and facts.exempt:
        return "unchanged", "; ".join([f"no report on {pages}, none due: {facts.exempt}", *remark])
    if not facts.ever:
        return "silent", "; ".join([f"no report on {pages}", *([facts.due] if facts.due else []), *remark])
    return ("ok" if facts.new else "unchanged"), "; ".join(remark)


@dataclass(frozen=True, slots=True)
class Past:
    """What an earlier crawl found at a portal; ``started`` is when that crawl began, in UTC."""

    portal: str
    started: datetime
    verdict: str
    pages: int
    reports: int
    remark: str = ""


def history(db: sqlite3.Connection, code: str | None = None, *, most: int | None = None) -> list[Past]:
    """Return what earlier crawls found, newest first: at one portal, or at all that were ever crawled.

    ``db`` is ``crawl.db``, open for reading or writing; ``most`` bounds how many verdicts of each portal are returned.
    A database that no crawl has seen yet has no past. Single addresses of a user are nobody's portal.
    """
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name='verdicts'").fetchone():
        return []
    rows = db.execute(
        "SELECT portal,started,verdict,pages,reports,remark FROM (SELECT v.*,c.started,"
        " row_number() OVER (PARTITION BY v.portal ORDER BY c.started DESC,c.rowid DESC) AS n"
        " FROM verdicts v JOIN crawls c ON c.id=v.crawl WHERE v.portal<>'-' AND v.portal=coalesce(?1,v.portal))"
        " WHERE n<=coalesce(?2,n) ORDER BY started DESC,portal",
        (code, most),
    )
    return [
        Past(portal, datetime.fromisoformat(started).astimezone(UTC), verdict, pages, reports, remark)
        for portal, started, verdict, pages, reports, remark in rows
    ]


class Books:
    """Both databases, open for reading, to gather the facts of one run."""

    def __init__(self, place: DataDir, crawl: str) -> None:
        self._crawl = crawl
        self._db = sqlite3.connect(f"file:{place.crawl_db}?mode=ro", uri=True)
        self._db.row_factory = sqlite3.Row
        self._archive = place.archive_db if place.archive_db.exists() else None
        if self._archive:
            self._db.execute("ATTACH ? AS public", (f"file:{self._archive}?mode=ro",))
        self._found: dict[str | None, tuple[int, int, int, int]] | None = None
        self._known: dict[str, dict[str, set[str]]] | None = None

    def close(self) -> None:
        """Close the databases."""
        self._db.close()

    def row(self, portal: Portal, pages: int, stopped: str) -> Row:
        """Return the line of a portal."""
        reports, rejected, new, ever = self._reports(portal)
        facts = self._facts(portal, new, ever, stopped)
        lost, most = self._lost(portal, facts.listings, ever - new)
        told = "; ".join(
            [f"{each.url}: {each.note}" for each in lost[:1]]
            + ([f"and {len(lost) - 1} more lists"] if lost[1:] else [])
        )
        years, exempt = duty.due(portal.code, clock.today(), since=portal.since)
        due = f"due by law: {years[0]} to {years[-1]}" if years else ""
        verdict, remark = judge(replace(facts, lost=told if most else "", due=due, exempt=exempt))
        if told and verdict in FINE:
            remark = "; ".join(filter(None, [remark, f"{LOST} {told}"]))
        return Row(portal.code, portal.name, verdict, pages, reports, rejected, remark)

    def addresses(self, portal: Portal, pages: int) -> Row:
        """Return the line of single addresses: they have no lists, each is had or not."""
        reports, rejected, _, _ = self._reports(portal)
        facts = self._facts(portal, 0, 0, "")
        if facts.blocked:
            verdict, remark = "blocked", facts.blocked
        elif facts.refused:
            verdict, remark = "robots", f"{facts.refused} forbidden by robots.txt"
        elif facts.failed or facts.waiting:
            verdict, remark = "unreachable", facts.note
        else:
            verdict, remark = "ok", ""
        return Row("-", portal.name, verdict, pages, reports, rejected, remark)

    def failed(self) -> int:
        """Return how many addresses are not to be had, in the current rounds of all portals."""
        return self._count("SELECT count(*) FROM targets JOIN rounds USING(portal,round) WHERE state='failed'")

    def _reports(self, portal: Portal) -> tuple[int, int, int, int]:
        """Return reports and rejected pages of this run, reports not known before this round, all of the portal."""
        if self._found is None:
            self._found = self._counted()
        return self._found.get(portal.code or None, (0, 0, 0, 0))

    def _counted(self) -> dict[str | None, tuple[int, int, int, int]]:
        """Return the numbers of ``_reports`` of all portals: one pass over the captures, not four for each portal."""
        if self._archive is None:
            return {}
        rows = self._db.execute(
            "SELECT p.portal,"
            " count(DISTINCT CASE WHEN c.crawl=?1 AND p.outcome='report' THEN p.report END),"
            " count(DISTINCT CASE WHEN c.crawl=?1 AND p.outcome='rejected' THEN p.url END),"
            " count(DISTINCT CASE WHEN coalesce(c.fetched<=r.opened,1) AND p.outcome='report' THEN p.report END),"
            " count(DISTINCT CASE WHEN p.outcome='report' THEN p.report END)"
            " FROM public.captures p LEFT JOIN main.captures c ON c.id=p.id"
            " LEFT JOIN main.rounds r ON r.portal=p.portal GROUP BY p.portal",
            (self._crawl,),
        )
        return {code: (reports, rejected, ever - before, ever) for code, reports, rejected, before, ever in rows}

    def _facts(self, portal: Portal, new: int, ever: int, stopped: str) -> Facts:
        here = "FROM targets t JOIN rounds r ON r.portal=t.portal AND r.round=t.round WHERE t.portal=?"
        # Where reports were found, a search that failed took nothing away.
        ways = f" AND NOT (guessed AND prio IN ({SEARCH},{LAST_RESORT}))" if ever else ""
        here += ways
        code = portal.code
        note = self._db.execute(
            f"SELECT note,count(*) AS n {here} AND state IN ('failed','queued') AND note<>''"
            " GROUP BY note ORDER BY min(prio) DESC, n DESC LIMIT 1",
            (code,),
        ).fetchone()
        blocked = self._db.execute(
            "SELECT host,blocked,hold_until FROM hosts WHERE blocked IS NOT NULL AND hold_until>?"
            f" AND host IN (SELECT host FROM targets WHERE portal=? AND state IN ('queued','failed'){ways}) LIMIT 1",
            (clock.seconds(), code),
        ).fetchone()
        denied = self._db.execute(
            f"SELECT note {here} AND role='listing' AND state IN ('failed','queued') AND note LIKE ? LIMIT 1",
            (code, f"{REFUSED}%"),
        ).fetchone()
        listings = self._count(f"SELECT count(*) {here} AND state='done' AND role='listing'", code)
        return Facts(
            listings=listings,
            waiting=self._count(f"SELECT count(*) {here} AND state='queued'", code),
            refused=self._count(f"SELECT count(*) {here} AND state='refused'", code),
            failed=self._count(f"SELECT count(*) {here} AND state='failed'", code),
            new=new,
            ever=ever,
            blocked=blocked
            and f"{blocked['host']}: {blocked['blocked']}; not asked before {_clock(blocked['hold_until'])}",
            denied=denied and denied["note"],
            truncated=(*self._cut(code, ways), *(self._unread(code) if listings else ())),
            note=note["note"] if note else "",
            stopped=stopped,
        )

    def _cut(self, code: str, ways: str) -> list[str]:
        """Return why lists were cut short, also in the last deep round: those that stop early do not read on there."""
        query = f"SELECT truncated FROM targets WHERE portal=? AND truncated IS NOT NULL{ways} ORDER BY id"
        return [row[0] for row in self._db.execute(query, (code,))]

    def _unread(self, code: str) -> list[str]:
        """Return the lists, other ones having been read, that are there and could not be had: nothing is known of them.

        Neither guesses nor searches: they are ways to find a list.
        """
        rows = self._db.execute(
            "SELECT t.url,t.note FROM targets t JOIN rounds r ON r.portal=t.portal AND r.round=t.round WHERE t.portal=?"
            f" AND role='listing' AND state='failed' AND page=1 AND pager IS NULL AND truncated IS NULL AND NOT guessed"
            f" AND prio NOT IN ({SEARCH},{LAST_RESORT}) ORDER BY t.id",
            (code,),
        )
        return [f"{url} could not be had: {note}" for url, note in rows if not note.startswith(NOT_THERE)]

    def _lost(self, portal: Portal, listings: int, before: int) -> tuple[list[Lost], bool]:
        """Return the lists that name no report any more, and whether these had most of what was known before.

        A round that could not read any list tells nothing, unless the server says that the lists are not there.
        """
        if not before:
            return [], False
        if self._known is None:
            self._known = layout.known(self._db)
        gave = self._known.get(portal.code, {})
        found = layout.lost(self._db, portal.code, "" if portal.listings else portal.home, gave)
        if not listings:
            found = [each for each in found if each.note.startswith(LIST_GONE)]
        gone = {report for each in found for report in each.reports}
        there = {report for reports in gave.values() for report in reports}
        return found, 2 * len(gone) > len(there)

    def _count(self, query: str, *values: str | None) -> int:
        return int(self._db.execute(query, values).fetchone()[0])


def store(db: sqlite3.Connection, crawl: str, rows: Iterable[Row]) -> None:
    """Write the verdicts of a run into ``crawl.db``, in the caller's transaction."""
    db.executemany(
        "INSERT OR REPLACE INTO verdicts(crawl,portal,name,verdict,pages,reports,rejected,remark)"
        " VALUES(?,?,?,?,?,?,?,?)",
        [(crawl, r.portal, r.name, r.verdict, r.pages, r.reports, r.rejected, r.remark) for r in rows],
    )


def _clock(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M} UTC"
