"""What came, changed and vanished: the table ``changes``, what is missing of ``reports``. ``timeline`` works it out.

    refresh(conn, digest)            write what follows from all captures of a report's addresses, where it differs
    changes(conn, since, ...)        what happened since a day, newest first
    counts(conn, since, ...)         how much of each kind
    addresses(conn, report)          where a report stands or stood, and since when it does not
    touching(conn, ...)              reports whose history a capture may change

Everything follows from the captures: the same in any order, and after a rebuild.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from archive import clock, copies, timeline
from archive.rows import moment
from archive.timeline import Addresses, Kind, Look

WRITTEN = ("report", "at", "kind", "url", "other", "detail")
FIRST, LAST = date(1990, 1, 1), date(9990, 1, 1)  # no capture lies beyond
TOLD = ("title", "year", "region", "issuer", "status")  # of the report, beside the event


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to a report. ``at`` is as stored; ``other`` the report whose place a changed text took.

    ``detail`` holds ``fields`` (name -> [before, now]), ``from`` (an address) or ``missing_since``, by kind. The rest
    is of the report as it is now.
    """

    report: str
    at: str
    kind: str
    url: str
    other: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    title: str | None = None
    year: int | None = None
    region: str | None = None
    issuer: str | None = None
    status: str | None = None

    def to_json(self) -> dict[str, object]:
        """Return the change as plain values."""
        return {name: getattr(self, name) for name in (*WRITTEN, *TOLD)}


def refresh(conn: sqlite3.Connection, digest: str) -> None:
    """Bring status, missing, last seen and changes of the report of a text up to date, in the caller's transaction.

    Nothing is written where nothing changed. A text that is no report (any more) has no history.
    """
    cursor = conn.execute(
        "select id, status, missing_since, removed, last_seen from reports where digest = ?", (digest,)
    )
    report = cursor.fetchone()
    if report is None:
        return
    name, *before = report
    looks = _looks(conn, digest)
    stands = timeline.standing(digest, looks)
    assert stands is not None, "a report has readings"
    last = max((look.at for seen in looks.values() for look in seen if look.text == digest), default="") or None
    now = [stands.status, stands.missing_since, stands.removed, last]
    if now != before:
        conn.execute(
            "update reports set status = ?, missing_since = ?, removed = ?, last_seen = ? where id = ?", (*now, name)
        )
    ids: dict[str, str | None] = {}
    found = set()
    for event in timeline.events(digest, looks):
        if event.other and event.other not in ids:
            row = conn.execute("select id from reports where digest = ?", (event.other,)).fetchone()
            ids[event.other] = row and row[0]
        detail = json.dumps(event.detail, ensure_ascii=False, sort_keys=True) if event.detail else None
        found.add((name, event.at, str(event.kind), event.url, event.other and ids[event.other], detail))
    there = set(conn.execute(f"select {', '.join(WRITTEN)} from changes where report = ?", (name,)).fetchall())
    for row in there - found:
        conn.execute("delete from changes where report = ? and at = ? and kind = ? and url = ?", row[:4])
    conn.executemany(f"insert into changes ({', '.join(WRITTEN)}) values (?, ?, ?, ?, ?, ?)", found - there)


def derive(conn: sqlite3.Connection) -> None:
    """Work out the history of every report of an archive that an older fazhi made."""
    conn.execute("update sources set last_seen = fetched, times = 1 where times is null")
    for (digest,) in conn.execute("select digest from reports").fetchall():
        refresh(conn, digest)


def touching(conn: sqlite3.Connection, url: str, asked: str | None = None) -> set[str]:
    """Return the digests of the texts that an address ever showed; ``asked``: or one that this address led to."""
    sql = "select distinct r.digest from sources s join readings r on r.capture = s.capture where s.url = ?"
    found = {row[0] for row in conn.execute(sql, (url,))}
    if asked is not None:
        led = conn.execute("select distinct url from captures where target = ? and outcome = 'report'", (asked,))
        for (address,) in led.fetchall():
            found |= {row[0] for row in conn.execute(sql, (address,))}
    return found | {copies.leader(conn, digest) for digest in found}


def changes(
    conn: sqlite3.Connection,
    since: date | None,
    until: date | None = None,
    place: str | None = None,
    limit: int | None = None,
    *,
    kind: str | None = None,
    offset: int = 0,
) -> list[Change]:
    """Return what happened from one day to another (days of China, both included), newest first.

    ``place`` is a division code: all that lies in it.
    """
    if not _there(conn):
        return []
    return _changes(conn, *_where(since, until, place, kind), limit, offset)


def of_report(conn: sqlite3.Connection, report: str, limit: int | None = None) -> list[Change]:
    """Return what happened to one report, newest first."""
    return _changes(conn, "c.report = ?", [report], limit, 0) if _there(conn) else []


def counts(
    conn: sqlite3.Connection, since: date | None, until: date | None = None, place: str | None = None
) -> dict[str, int]:
    """Return how many changes of each kind there were, every kind named, in the time and place of ``changes``."""
    found = dict.fromkeys(map(str, Kind), 0)
    if _there(conn):
        where, values = _where(since, until, place, None)
        join = " join reports r on r.id = c.report" if place else ""
        found |= dict(
            conn.execute(f"select c.kind, count(*) from changes c{join} where {where} group by c.kind", values)
        )
    return found


def addresses(conn: sqlite3.Connection, report: str) -> dict[str, timeline.Spell]:
    """Return the addresses of a report that are gone now, each with since when and whether it was confirmed."""
    row = conn.execute("select digest from reports where id = ?", (report,)).fetchone()
    found = {}
    for url, looks in (_looks(conn, row[0]) if row else {}).items():
        spells = timeline.missing(looks)
        if spells and spells[-1].until is None:
            found[url] = spells[-1]
    return found


def _changes(conn: sqlite3.Connection, where: str, values: list[str], limit: int | None, offset: int) -> list[Change]:
    columns = ", ".join([*(f"c.{name}" for name in WRITTEN), *(f"r.{name}" for name in TOLD)])
    rows = conn.execute(
        f"select {columns} from changes c join reports r on r.id = c.report where {where}"
        " order by c.at desc, c.report, c.kind, c.url limit ? offset ?",
        (*values, -1 if limit is None else limit, offset),
    )
    found = (dict(zip((*WRITTEN, *TOLD), row, strict=True)) for row in rows)
    return [Change(**row | {"detail": json.loads(row["detail"] or "{}")}) for row in found]


def _where(since: date | None, until: date | None, place: str | None, kind: str | None) -> tuple[str, list[str]]:
    conditions, values = ["1"], list[str]()
    if since:
        conditions.append("c.at >= ?")
        values.append(_begin(since))
    if until:
        conditions.append("c.at < ?")
        values.append(_begin(min(until, LAST) + timedelta(days=1)))
    if kind:
        conditions.append("c.kind = ?")
        values.append(kind)
    if place:
        town = len(place) > 6
        stem = place if town else place.removesuffix("00").removesuffix("00")
        conditions.append(f"r.{'town_code' if town else 'adcode'} between ? and ?")
        values += [stem, stem + "~"]
    return " and ".join(conditions), values


def _begin(day: date) -> str:
    """Return the moment a day of China begins, as stored; days out of all bounds are brought within."""
    return moment(datetime.combine(min(max(day, FIRST), LAST), time(), clock.CHINA)) or ""


def _there(conn: sqlite3.Connection) -> bool:
    """Tell whether the archive has the table: one of an older fazhi that nobody could bring up to date lacks it."""
    return conn.execute("select 1 from sqlite_master where name = 'changes'").fetchone() is not None


def _looks(conn: sqlite3.Connection, digest: str) -> Addresses:
    """Return all looks of every address that ever showed a text or a near copy of it, which counts as that text."""
    urls = conn.execute(
        "select distinct s.url from readings r join sources s on s.capture = r.capture"
        " where r.digest in (select ?1 union all select digest from compared where leader = ?1)",
        (digest,),
    ).fetchall()
    return {url: timeline.shortened(sorted(_of_address(conn, url), key=_age)) for (url,) in urls}


def _of_address(conn: sqlite3.Connection, url: str) -> Iterator[Look]:
    rows = conn.execute(
        "select coalesce(c.fetched, ''), c.id, c.target, c.portal, r.capture, coalesce(n.leader, r.digest), r.fields,"
        " r.digest from captures c join readings r on r.capture = coalesce(c.same_as, c.id)"
        " left join compared n on n.digest = r.digest where c.url = ?",
        (url,),
    ).fetchall()
    fields: dict[str, Mapping[str, Any]] = {}
    for at, capture, asked, portal, read, text, told, digest in rows:
        if read not in fields:
            fields[read] = json.loads(told) | {"digest": digest}
        yield Look(
            at=at, capture=capture, url=url, text=text, asked=asked, portal=portal, read=read, fields=fields[read]
        )
    # Where it was only ever reached by way of other addresses, what they answer is all that is known of it.
    ways = {row[2] for row in rows}
    places = {url} if url in ways else ways
    gone = conn.execute(
        "select distinct coalesce(fetched, ''), id from captures where role = 'gone' and"
        f" (url = ? or target in ({', '.join('?' * len(places))}))",
        (url, *places),
    )
    for at, capture in gone:
        yield Look(at=at, capture=capture, url=url)


def _age(look: Look) -> tuple[str, str]:
    return look.at, look.capture
