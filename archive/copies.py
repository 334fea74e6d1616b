"""Which texts are near copies of which: the tables ``compared`` and ``bands``, kept in the caller's transaction.

    update(conn, digests)    look again at texts whose readings came, went or changed; returns what to settle anew
    leader(conn, digest)     the text a near copy belongs to; itself for one that is none
    of(conn, digest)         the near copies of a text, with how alike each is
    outdated, begin_anew     signatures are made by the rules of a version, as the words of the search index are

A text is a near copy of another where both are of one year and of one place (or the place of one is not known), no
site shows both (there one follows the other: a version), and they are alike (``nearness.alike``). Who leads among
them follows from the set alone: the best kind of site, then the first seen, leads all that are near to it; then the
next that is no copy yet. So they may come in any order.
"""

from __future__ import annotations

import heapq
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from archive import nearness
from archive.rows import SOURCE_RANK

KEY_DIGITS = 15  # of a digest, as the number by which ``bands`` knows a text
META = "nearness"


@dataclass(frozen=True, slots=True)
class _Text:
    """What of a text decides whose copy it is. ``rank`` orders texts: the least leads."""

    digest: str
    rank: tuple[int, str, str, str]
    year: int | None
    place: str
    issuer_kind: str | None
    hosts: frozenset[str]
    text: str


def update(conn: sqlite3.Connection, digests: Iterable[str]) -> set[str]:
    """Find anew the leaders of some texts, and of those for which that makes a difference.

    Returns these texts and all whose rows follow from another leader now, old and new leaders included.
    """
    known = _Known(conn)
    before: dict[str, str] = {}
    for digest in digests:
        for one in (digest, *of(conn, digest)):
            before[one] = leader(conn, one)
    for digest in sorted(before):
        known.enter(digest)
    changed = set(before) | set(before.values())
    fresh = set(before)
    # A text's leader depends on texts of lower rank alone: in order of rank each is looked at once.
    todo = [(text.rank, digest) for digest in before if (text := known.text(digest))]
    heapq.heapify(todo)
    done = set[str]()
    while todo:
        rank, digest = heapq.heappop(todo)
        if digest in done:
            continue
        done.add(digest)
        was = before[digest] if digest in before else leader(conn, digest)
        followers = of(conn, digest)
        now, alike = known.lead(digest)
        conn.execute(
            "update compared set leader = ?, similarity = ? where digest = ?",
            (None if now == digest else now, alike, digest),
        )
        if was != now:
            changed |= {digest, was, now}
        concerned = set(followers) if now != digest else set()
        if now == digest and (was != now or digest in fresh):
            concerned |= known.after(digest)
        for other in concerned - done:
            text = known.text(other)
            if text and text.rank > rank:
                heapq.heappush(todo, (text.rank, other))
    return changed


def leader(conn: sqlite3.Connection, digest: str) -> str:
    """Return the text that a near copy belongs to, the text itself where it is none."""
    row = conn.execute("select leader from compared where digest = ?", (digest,)).fetchone()
    return (row and row[0]) or digest


def of(conn: sqlite3.Connection, digest: str) -> dict[str, float]:
    """Return the near copies of a text, each with how alike it is."""
    return dict(conn.execute("select digest, similarity from compared where leader = ?", (digest,)).fetchall())


def outdated(conn: sqlite3.Connection) -> bool:
    """Tell whether signatures were made by other rules, or never."""
    row = conn.execute("select value from meta where key = ?", (META,)).fetchone()
    return row is None or row[0] != nearness.VERSION


def begin_anew(conn: sqlite3.Connection) -> list[str]:
    """Forget all signatures; return the texts that are to be looked at again."""
    for table in ("compared", "bands"):
        conn.execute(f"delete from {table}")
    conn.execute("insert or replace into meta (key, value) values (?, ?)", (META, nearness.VERSION))
    return [row[0] for row in conn.execute("select distinct digest from readings order by 1")]


class _Known:
    """The texts that were looked at within one update."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._texts: dict[str, _Text | None] = {}
        self._bands: dict[str, list[int]] = {}

    def text(self, digest: str) -> _Text | None:
        """Return a text, None where no reading has it."""
        if digest not in self._texts:
            self._texts[digest] = _load(self._conn, digest)
        return self._texts[digest]

    def enter(self, digest: str) -> None:
        """Bring the rows of a text up to date; those of one without readings go."""
        text = self.text(digest)
        now = (text.year, text.place) if text and text.year is not None and self.bands(text) else None
        before = self._conn.execute("select year, place, bands from compared where digest = ?", (digest,)).fetchone()
        if before and before[:2] == now:
            return
        if before:
            self._conn.execute("delete from compared where digest = ?", (digest,))
            self._conn.executemany(
                "delete from bands where band = ? and year = ? and place = ? and text = ?",
                [(band, *before[:2], _key(digest)) for band in json.loads(before[2])],
            )
        if text and now:
            bands = self.bands(text)
            self._conn.execute(
                "insert into compared (digest, year, place, bands) values (?, ?, ?, ?)",
                (digest, *now, json.dumps(bands, separators=(",", ":"))),
            )
            rows = [(band, *now, _key(digest)) for band in bands]
            self._conn.executemany("insert or ignore into bands (band, year, place, text) values (?, ?, ?, ?)", rows)

    def lead(self, digest: str) -> tuple[str, float | None]:
        """Return the first leading text of lower rank that a text is near to, and how near; else itself."""
        text = self.text(digest)
        assert text
        earlier = [other for other in self._proposed(text) if other.rank < text.rank]
        for other in sorted(earlier, key=lambda other: other.rank):
            if leader(self._conn, other.digest) == other.digest and (alike := nearness.alike(text.text, other.text)):
                return other.digest, alike
        return digest, None

    def after(self, digest: str) -> set[str]:
        """Return the texts of higher rank that are near to one."""
        text = self.text(digest)
        assert text
        return {
            other.digest
            for other in self._proposed(text)
            if other.rank > text.rank and nearness.alike(text.text, other.text)
        }

    def bands(self, text: _Text) -> list[int]:
        """Return the keys of a text."""
        if text.digest not in self._bands:
            self._bands[text.digest] = nearness.bands(nearness.signature(text.text))
        return self._bands[text.digest]

    def _proposed(self, text: _Text) -> list[_Text]:
        """Return the texts that may be near to one, by their keys and by what is told of them."""
        row = self._conn.execute("select bands from compared where digest = ?", (text.digest,)).fetchone()
        if row is None:
            return []
        bands = json.loads(row[0])
        places = "place in (?, '')" if text.place else "place >= ?"
        keys = self._conn.execute(
            f"select distinct text from bands where band in ({', '.join('?' * len(bands))}) and year = ? and {places}",
            (*bands, text.year, text.place),
        ).fetchall()
        found = []
        for (key,) in keys:
            begin = f"{key:0{KEY_DIGITS}x}"
            same = "select distinct digest from readings where digest between ? and ?"
            for (digest,) in self._conn.execute(same, (begin, begin + "~")).fetchall():
                other = self.text(digest)
                if digest != text.digest and other and _may_be(text, other):
                    found.append(other)
        return found


def _load(conn: sqlite3.Connection, digest: str) -> _Text | None:
    rows = conn.execute(
        "select s.source_kind, s.fetched, s.url, s.capture from readings r join sources s on s.capture = r.capture"
        " where r.digest = ?",
        (digest,),
    ).fetchall()
    if not rows:
        return None
    kind, fetched, url, capture = min(rows, key=lambda row: leading(*row))
    fields, text = conn.execute(
        "select r.fields, coalesce(r.text, t.text) from readings r left join reports p on p.digest = r.digest"
        " left join texts t on t.id = p.id where r.capture = ?",
        (capture,),
    ).fetchone()
    told: dict[str, Any] = json.loads(fields)
    return _Text(
        digest, (*leading(kind, fetched, url, capture)[:3], digest), told["year"],
        told["town_code"] or told["adcode"] or "", told["issuer_kind"], frozenset(host_of(row[2]) for row in rows),
        text,
    )  # fmt: skip


def leading(kind: str, fetched: str | None, url: str, capture: str) -> tuple[int, str, str, str]:
    """Return what orders sources, the leading one first: kind of site, then when it was seen, then its address."""
    return SOURCE_RANK[kind], fetched or "9", url, capture


def _may_be(one: _Text, other: _Text) -> bool:
    """Tell whether two texts may be copies of each other, before they are compared."""
    kinds = {one.issuer_kind, other.issuer_kind} - {None}
    places = {one.place, other.place} - {""}
    return one.year == other.year and len(kinds) < 2 and len(places) < 2 and not one.hosts & other.hosts


def host_of(url: str) -> str:
    """Return the host of an address without ``www.``, with its port where it names one; else the address itself.

    >>> host_of("http://www.shili.gov.cn/1.html"), host_of("http://127.0.0.1:8101/"), host_of("urn:sha256:0")
    ('shili.gov.cn', '127.0.0.1:8101', 'urn:sha256:0')
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return url
    return host.removeprefix("www.") + (f":{port}" if port else "") if host else url


def _key(digest: str) -> int:
    return int(digest[:KEY_DIGITS], 16)
