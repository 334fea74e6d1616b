"""Gather the health of a data directory from both databases, the last checks of the WARC files and the disk.

Reads only, also where nothing may be written and where nothing was crawled yet. A portal that was told to stop half-way
(``due.STOPPED``) is neither well nor ill by that; what its verdicts before say goes on.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from archive import checks, clock, coverage, duty, history, store
from archive.datadir import DataDir
from archive.errors import FazhiError
from archive.warc_scan import files
from crawler import catalogue, due, space
from crawler.health.model import Crawl, Health, Need
from crawler.targets import Portal
from crawler.verdicts import FINE, LOST, VERDICTS

CRAWLS = 10  # of the runs that are told of
CHANGES = 20  # of the newest changes
SINCE = 7  # days back, where nobody says since when
LATE = timedelta(days=2)  # a visit that much behind its time is overdue
NEAR = 2  # times the room at which crawls stop: little room is left
BEHIND = 2  # reports missing at the end of a portal's row that are worth a note: one may just be late
NAMED = 5  # portals named in a note
# The portals that were ever crawled, each found by a step in the index: a DISTINCT reads it from end to end.
PORTALS = (
    "WITH RECURSIVE p(code) AS (SELECT min(portal) FROM verdicts WHERE portal>'-'"
    " UNION ALL SELECT (SELECT min(portal) FROM verdicts WHERE portal>code) FROM p WHERE code IS NOT NULL)"
    " SELECT code FROM p WHERE code IS NOT NULL"
)


@dataclass(slots=True)
class _Standing:
    """How a portal stands: its latest verdict, since when and how often in a row it was not fine.

    ``stopped`` is the remark of a later visit that was told to end before the portal was done.
    """

    portal: str
    name: str
    verdict: str = "truncated"  # of a portal that was never read to its end, but in runs told to stop
    remark: str = ""
    last: datetime | None = None
    first: datetime | None = None
    times: int = 0
    fine: datetime | None = None
    stopped: str = ""


def report(place: DataDir, since: date | None = None, portals: Iterable[Portal] | None = None) -> Health:
    """Return the health of a data directory, with what changed since a day (of China; a week ago where not told).

    ``portals`` are those that ought to be visited, by default those ever crawled, as the built-in catalogue has them.
    """
    now, since = clock.now(), since or clock.today() - timedelta(days=SINCE)
    disk = os.statvfs(place.root)
    free, least = disk.f_bavail * disk.f_frsize, space.mark(disk.f_blocks * disk.f_frsize)
    needs, notes = [], []
    if free < NEAR * least:
        told = f"{space.size(free)} free; crawls stop below {space.size(least)} (FAZHI_MIN_FREE)"
        needs.append(Need("disk", str(place.root), "", now, told))
    needs += _damaged(place)
    crawls: list[Crawl] = []
    latest = dict.fromkeys(VERDICTS, 0)
    waiting, captures, busy = 0, 0, place.busy()
    if place.crawl_db.is_file():
        try:
            with closing(store.connect_readonly(place.crawl_db)) as db:
                captures, crawls, standing = _count(db, "captures"), _crawls(db), _standing(db)
                notes += _defects(db)
            overdue, waiting = _due(place, standing, now, portals)
        except (sqlite3.Error, FazhiError) as error:
            needs.append(_unreadable(place.crawl_db, error, now))
        else:
            latest |= Counter(each.verdict for each in standing)
            needs += [*_died(crawls, busy), *_failing(standing), *overdue]
            needs += [] if busy else _unfinished(standing, crawls)
            notes += _notes(standing)
    found: dict[str, Any] = {
        "changes": {}, "latest": [], "year": None, "as_of": None, "coverage": {}, "reports": 0,
    }  # fmt: skip
    if place.archive_db.is_file():
        try:
            with closing(store.open_archive(place.archive_db, create=False, readonly=True)) as archive:
                found = _archive(archive.conn, since)
                notes += [*_behind(archive.conn, clock.today()), *_crashed(archive.conn, since)]
        except (sqlite3.Error, FazhiError) as error:
            needs.append(_unreadable(place.archive_db, error, now))
    return Health(
        root=place.root, at=now, since=since, needs=sorted(needs, key=lambda need: need.rank), notes=notes,
        portals=latest, crawls=crawls, captures=captures, due=waiting, busy=busy, free_bytes=free,
        warc_bytes=sum(path.stat().st_size for path in files(place.warc)), **found,
    )  # fmt: skip


def _unreadable(file: Path, error: Exception, now: datetime) -> Need:
    remedy = "" if isinstance(error, FazhiError) else " - move it away and run `fazhi rebuild`"
    return Need("damaged", file.name, "", now, f"cannot be read: {error}{remedy}")


def _damaged(place: DataDir) -> list[Need]:
    found: dict[str, list[checks.Broken]] = {}
    for each in checks.broken(place):
        found.setdefault(each.file, []).append(each)
    return [
        Need(
            "damaged", name, "", min(each.found for each in rows),
            f"{len(rows)} broken record(s), the first at byte {rows[0].offset}: {rows[0].problem};"
            " restore the file from a copy",
        )
        for name, rows in found.items()
    ]  # fmt: skip


def _crawls(db: sqlite3.Connection) -> list[Crawl]:
    """Return the latest runs, newest first."""
    if not _has(db, "crawls"):
        return []
    noted = "note" in [row[1] for row in db.execute("PRAGMA table_info(crawls)")]  # a file of an older version
    found = []
    for crawl, started, ended, state, note in db.execute(
        f"SELECT id,started,ended,state,{'note' if noted else repr('')} FROM crawls ORDER BY rowid DESC LIMIT {CRAWLS}"
    ).fetchall():
        rows = db.execute(
            "SELECT verdict,count(*),sum(pages),sum(reports) FROM verdicts WHERE crawl=? GROUP BY verdict", (crawl,)
        ).fetchall()
        number = {row[0]: row[1] for row in rows}
        pages, reports = sum(row[2] for row in rows), sum(row[3] for row in rows)
        end = _moment(ended) if ended else None
        found.append(Crawl(crawl, _moment(started), end, state, note, number, pages, reports))
    return found


def _standing(db: sqlite3.Connection) -> list[_Standing]:
    """Return how each portal stands that was ever crawled; of each only the visits since it was fine are read."""
    if not _has(db, "verdicts"):
        return []
    found = []
    for (code,) in db.execute(PORTALS).fetchall():
        visits = db.execute(
            "SELECT v.name,v.verdict,v.remark,c.started FROM verdicts v JOIN crawls c ON c.id=v.crawl"
            " WHERE v.portal=? ORDER BY v.crawl DESC",
            (code,),
        )
        one = _Standing(code, code)
        for number, (name, verdict, remark, told) in enumerate(visits):
            at = _moment(told)
            one.name = name if number == 0 else one.name
            if verdict == "truncated" and remark.startswith(due.STOPPED):
                one.stopped = one.stopped or (remark if number == 0 else "")
                continue
            if one.last is None:
                one.verdict, one.remark, one.last = verdict, remark, at
            if verdict in FINE:
                one.fine = at
                break
            one.first, one.times = at, one.times + 1
        visits.close()
        found.append(one)
    return found


def _died(crawls: list[Crawl], busy: bool) -> list[Need]:
    """Return the latest run where it ended badly; one that came after it has taken up what was left."""
    for crawl in crawls[:1]:
        if crawl.state == "failed":
            return [Need("died", crawl.id, "", crawl.started, f"{crawl.note}; the next run goes on from there")]
        if crawl.state == "running" and not busy:
            told = "ended without a word (killed?); what it had is kept, the next run goes on from there"
            return [Need("died", crawl.id, "", crawl.started, told)]
    return []


def _failing(standing: Iterable[_Standing]) -> list[Need]:
    """Return the portals whose latest verdict is not fine, with since when and how often in a row."""
    return [
        Need(
            each.verdict, each.portal, each.name, each.first,
            f"{each.remark or 'no more is known'} ({f'fine on {each.fine:%Y-%m-%d}' if each.fine else 'never fine'})",
            each.times, fresh=each.times == 1,
        )
        for each in standing
        if each.first is not None
    ]  # fmt: skip


def _unfinished(standing: Iterable[_Standing], crawls: Sequence[Crawl]) -> list[Need]:
    """Return the latest run where it was interrupted, or stopped for want of room; hours and limits are wanted."""
    waiting = [each for each in standing if each.stopped.startswith((due.INTERRUPTED, due.NO_ROOM))]
    if not waiting or not crawls:
        return []
    told = f"{len(waiting)} portal(s) wait for the next run, {waiting[0].name} first: {waiting[0].stopped}"
    return [Need("unfinished", crawls[0].id, "", crawls[0].started, told)]


def _notes(standing: Iterable[_Standing]) -> list[str]:
    """Return which portals are fine though a list names no report any more, and how many wait for hours or limits."""
    notes = [
        f"{each.portal} {each.name}: {each.remark}"
        for each in standing
        if each.verdict in FINE and LOST in each.remark
    ]  # fmt: skip
    waiting = sum(each.stopped.startswith((due.LIMITED, due.OUTSIDE)) for each in standing)
    return notes + ([f"{waiting} portal(s) wait for the next run (--limit, --window)"] if waiting else [])


def _due(
    place: DataDir, standing: Sequence[_Standing], now: datetime, portals: Iterable[Portal] | None
) -> tuple[list[Need], int]:
    """Return one need for all portals whose visit is overdue, and how many are due now."""
    if portals is None:
        known = catalogue.load() if standing else {}
        portals = [known.get(each.portal) or Portal(code=each.portal, name=each.name, home="") for each in standing]
    planned = due.visits(place.crawl_db, portals, now)
    late = [visit for visit in planned if due.NEW < visit.at < now - LATE]
    count = len(due.due(planned, now))
    if not late:
        return [], count
    first = late[0]
    told = (
        f"{len(late)} portal(s) were to be visited more than {LATE.days} days ago, {first.portal.name} first:"
        " is `fazhi schedule` running, or `fazhi crawl --due` called?"
    )
    return [Need("overdue", first.portal.code, first.portal.name, first.at, told)], count


def _behind(archive: sqlite3.Connection, today: date) -> list[str]:
    """Return which portals were read to their end, and have nothing for the last years that were due."""
    rows = archive.execute(
        "select p.code, p.name, max(r.year) from portals p join captures c on c.portal = p.code"
        " join reports r on r.id = c.report where p.verdict in ('ok', 'unchanged') group by p.code"
    )
    found = []
    for code, name, year in rows.fetchall():
        years, _ = duty.due(code, today)
        if year is not None and years and years[-1] - year >= BEHIND:
            found.append((year, f"{name or code} ({year})"))
    if not found:
        return []
    named = ", ".join(told for _, told in sorted(found)[:NAMED])
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return [f"{len(found)} portal(s) are read to the end and have no report of the last {BEHIND} years: {named}{more}"]


def _defects(db: sqlite3.Connection) -> list[str]:
    """Return how many pages the crawler could not read by a fault of its own, in the latest rounds."""
    if not _has(db, "targets"):
        return []
    (number, first) = db.execute(
        "SELECT count(*),min(t.url) FROM targets t JOIN rounds r ON r.portal=t.portal AND r.round=t.round"
        " WHERE t.state='failed' AND t.note LIKE 'defect:%'"
    ).fetchone()
    return [f"{number} page(s) met a defect of the crawler, please report it: {first}"] if number else []


def _crashed(archive: sqlite3.Connection, since: date) -> list[str]:
    """Return how many pages extraction could not read within its limits, of those fetched since a day."""
    (number, first) = archive.execute(
        "select count(*), min(c.id) from rejected r join captures c on c.id = r.capture"
        " where r.reason = 'crashed' and c.fetched >= ?",
        (str(since),),
    ).fetchone()
    return [f"{number} page(s) could not be read by extraction (rejected: crashed), capture {first}"] if number else []


def _archive(conn: sqlite3.Connection, since: date) -> dict[str, Any]:
    known = coverage.compute(conn)
    year = known.latest
    return {
        "changes": history.counts(conn, since), "latest": history.changes(conn, since, limit=CHANGES),
        "year": year, "as_of": known.as_of, "coverage": known.totals()[year] if year else {},
        "reports": _count(conn, "reports"),
    }  # fmt: skip


def _has(db: sqlite3.Connection, table: str) -> bool:
    return db.execute("SELECT 1 FROM sqlite_master WHERE name=?", (table,)).fetchone() is not None


def _count(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) if _has(db, table) else 0


def _moment(told: str) -> datetime:
    return datetime.fromisoformat(told).astimezone(UTC)
