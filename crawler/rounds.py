"""Rounds: when one begins, how far it looks, what it asks again though no list says so. Part of the frontier; no HTTP.

A round is one complete crawl of a portal. The first reads every list to its end and walks from the home page; so does
each *deep* one, every 28 days, in the season every 7. The rounds between are *shallow*: lists that ever named a report
are asked, each until two pages in a row bring no report that was not known (``intake``), and no guesses are made. Where
no list names a report any more, the walk from the home page is made at once: the site was rebuilt.

What is asked besides is put into the queue as the round opens, in the transaction that opens it: articles and files by
their age and history (``revisit``), and articles that none of the lists named in the round before, though the list that
named them last was read to its end, or is not there any more: a site that was rebuilt has them elsewhere. Where
``crawl.db`` was lost, addresses come back from the captures of a rebuild.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from archive.clock import CHINA
from archive.model import Role
from archive.warc_fields import parse_date, warc_date
from crawler import due, revisit, tables
from crawler.addresses import netloc
from crawler.manners import Result
from crawler.targets import Portal, Target, split_key

DEEP_DAYS = 28
SEASON_DEEP_DAYS = 7
FIRST_PRIO = 100  # of a home page that is walked from: as a seed of ``families``
AGAIN_PRIO = 55  # of what is asked again by its age: after lists, reports that are new, and files; before guesses
STOPPED = "nothing new: the rest of the list is left to a deep round"
_PLAIN = "asked=0,tries=0,next_at=0,note='',truncated=NULL"
_SEEN = (Role.REPORT, Role.ATTACHMENT, Role.GONE)


class Rounds(Mapping[str, int]):
    """The current rounds of a run's portals, on an open ``crawl.db``: portal -> number."""

    def __init__(self, db: sqlite3.Connection, portals: Mapping[str, Portal], now: Callable[[], float]) -> None:
        """Every method works in the caller's transaction."""
        self._db, self._portals = db, portals
        self._seconds = now
        self._numbers: dict[str, int] = {}
        self.deep: set[str] = set()  # portals whose lists are read to their end
        self.walks: set[str] = set()  # portals where guesses are made

    def __getitem__(self, code: str) -> int:
        return self._numbers[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def open(self) -> None:
        """Go on in the rounds that are open; begin new ones where the last one is complete, and queue what is due."""
        known = {}
        for code in self._portals:
            row = known[code] = self._db.execute("SELECT * FROM rounds WHERE portal=?", (code,)).fetchone()
            if row is None or not row["open"]:
                row = self._begin(code, row)
            self._numbers[code] = row["round"]
            (self.deep.add if row["deep"] else self.deep.discard)(code)
            (self.walks.add if row["walk"] else self.walks.discard)(code)
        for code, before in known.items():
            if self._portals[code].any_host:
                continue  # single addresses: asked when the user says so
            if before is None:
                self._restore(code)
            if before is None or not before["open"]:
                self._ask_again(code)

    def close(self) -> None:
        """Close the round of every portal that has nothing left in the queue."""
        for code in self._portals:
            if not self._waits(code):
                self._db.execute("UPDATE rounds SET open=0 WHERE portal=?", (code,))

    def fall_back(self, code: str, result: Result) -> str | None:
        """Queue the home page of a portal where all is read and no list named a report; return its host, else None.

        A server that refuses or cannot be reached has said nothing about its lists.
        """
        told = result.answered and not result.blocked and (result.gone or result.state in ("done", "absent"))
        portal = self._portals[code]
        if not told or code in self.walks or portal.any_host or self._waits(code) or self._named(code, self[code]):
            return None
        self.walks.add(code)
        self._db.execute("UPDATE rounds SET walk=1 WHERE portal=?", (code,))
        home = Target(
            url=portal.home, role=Role.LISTING, portal=code, prio=FIRST_PRIO, listing=portal.home, guessed=True
        )
        self._db.execute(
            f"{tables.INSERT} ON CONFLICT(portal,url) DO UPDATE SET state='queued',round=excluded.round,guessed=1,"
            f"role=excluded.role,listing=excluded.listing,prio=excluded.prio,{_PLAIN}",
            (*tables.values(home), "queued", self[code], ""),
        )
        return netloc(home.url)

    def _begin(self, code: str, before: sqlite3.Row | None) -> dict[str, Any]:
        """Begin a round and return its row."""
        now = datetime.fromtimestamp(self._seconds(), UTC)
        number = before["round"] + 1 if before is not None else 1
        deep = before is None or self._deep_is_due(before["deepened"], now)
        walk = deep or not self._named(code, number - 1)
        opened = warc_date(now)
        deepened = opened if deep or before is None else before["deepened"]
        self._db.execute("DELETE FROM entries WHERE portal=?", (code,))  # of rounds that are over: nobody asks again
        if deep:  # until then a list that was cut short stays so
            self._db.execute("UPDATE targets SET truncated=NULL WHERE portal=? AND truncated IS NOT NULL", (code,))
        row = {
            "portal": code, "round": number, "open": 1, "opened": opened, "deep": int(deep), "walk": int(walk),
            "deepened": deepened,
        }  # fmt: skip
        self._db.execute(
            "INSERT OR REPLACE INTO rounds(portal,round,open,opened,deep,walk,deepened)"
            " VALUES(:portal,:round,:open,:opened,:deep,:walk,:deepened)",
            row,
        )
        return row

    def _deep_is_due(self, last: str | None, now: datetime) -> bool:
        if last is None:
            return True  # a file of before there were shallow rounds
        days = SEASON_DEEP_DAYS if due.season(now.astimezone(CHINA).date()) else DEEP_DAYS
        since = now - parse_date(last)
        return since < -revisit.EARLY or since >= timedelta(days=days) - revisit.EARLY

    def _named(self, code: str, number: int) -> bool:
        """Say whether a list named a report in a round."""
        row = self._db.execute(
            "SELECT 1 FROM targets WHERE portal=? AND role='report' AND listed=? LIMIT 1", (code, number)
        ).fetchone()
        return row is not None

    def _waits(self, code: str) -> bool:
        row = self._db.execute(
            "SELECT 1 FROM targets WHERE portal=? AND state='queued' LIMIT 1", (code,)
        ).fetchone()  # fmt: skip
        return row is not None

    def _ask_again(self, code: str) -> None:
        """Queue what a round asks for besides its seeds: lists that ever named a report, and what is due."""
        number = self[code]
        unlisted = self._unlisted(code)  # before the lists are queued for this round
        home = self._portals[code].home if code in self.walks else ""  # its walk is a guess, and a seed
        self._db.execute(
            f"UPDATE targets SET state='queued',round=?,guessed=0,{_PLAIN} WHERE portal=? AND role='listing'"
            " AND state NOT IN ('queued','double') AND url<>? AND url IN"
            " (SELECT listing FROM targets WHERE portal=? AND role='report' AND listing IS NOT NULL)",
            (number, code, home, code),
        )
        self._db.execute(  # pages without which a list was cut short
            f"UPDATE targets SET state='queued',round=?,{_PLAIN} WHERE portal=? AND role='listing' AND state='failed'"
            " AND truncated IS NOT NULL",
            (number, code),
        )
        chosen = dict.fromkeys(unlisted, 0.0) | dict(self._due(code))
        self._db.executemany(
            f"UPDATE targets SET state='queued',round=?,prio=?,{_PLAIN} WHERE id=?",
            [(number, AGAIN_PRIO, key) for key in sorted(chosen)],
        )
        waiting = [(moment, key) for key, moment in chosen.items() if moment > self._seconds()]
        self._db.executemany("UPDATE targets SET next_at=? WHERE id=?", waiting)
        # Once is enough: from now on age decides, until a list names them again.
        self._db.executemany("UPDATE targets SET listed=0 WHERE id=?", [(key,) for key in unlisted])

    def _due(self, code: str) -> Iterator[tuple[int, float]]:
        """Yield the articles and files that are due by their history, each with the second from which on."""
        now = datetime.fromtimestamp(self._seconds(), UTC)
        rows = self._db.execute(
            "SELECT t.id,t.role,c.fetched,c.status,c.role AS told,c.digest FROM targets t"
            " JOIN captures c ON c.target=t.url AND c.portal=t.portal"
            " WHERE t.portal=? AND t.role IN ('report','attachment') AND t.state IN ('done','failed','gone')"
            " AND c.fetched IS NOT NULL ORDER BY t.id,c.fetched,c.id",
            (code,),
        )
        for (key, role), visits in groupby(rows, lambda row: (row["id"], Role(row["role"]))):
            past = revisit.sights(
                ((parse_date(row["fetched"]), row["status"], row["told"], row["digest"]) for row in visits), role
            )
            if (moment := revisit.due_at(past, role, now)) is not None:
                yield key, moment.timestamp()

    def _unlisted(self, code: str) -> list[int]:
        """Return the articles that the round before did not name, though their list was read to its end, or is gone."""
        before = self[code] - 1
        rows = self._db.execute(
            "WITH pages AS (SELECT listing,page,state,note,truncated FROM targets"
            "  WHERE portal=?1 AND role='listing' AND round=?2),"
            " whole AS (SELECT listing FROM pages WHERE page=1 AND state='done' AND listing NOT IN (SELECT listing"
            "  FROM pages WHERE listing IS NOT NULL AND (state NOT IN ('done','absent') OR truncated IS NOT NULL"
            "  OR note=?3)) UNION SELECT listing FROM pages WHERE page=1 AND state='failed'"
            "  AND (note IN ('HTTP 404','HTTP 410') OR note LIKE 'no page: %'))"
            " SELECT id FROM targets WHERE portal=?1 AND role='report' AND state='done' AND listed BETWEEN 1 AND ?2-1"
            " AND listing IN (SELECT listing FROM whole)",
            (code, before, STOPPED),
        )
        return [row["id"] for row in rows]

    def _restore(self, code: str) -> None:
        """Make the addresses of a portal known again from its captures: ``crawl.db`` was lost and made from WARC."""
        newest: dict[str, Target] = {}
        state: dict[str, str] = {}
        for row in self._db.execute(
            f"SELECT * FROM captures WHERE portal=? AND role IN ({','.join('?' * len(_SEEN))}) ORDER BY fetched,id",
            (code, *_SEEN),
        ):
            url, post = split_key(row["target"])
            gone = row["role"] == Role.GONE
            newest[row["target"]] = Target(
                url=url, post=post, role=Role.REPORT if gone else Role(row["role"]), portal=code, title=row["title"],
                date=datetime.fromisoformat(row["date"]).date() if row["date"] else None, parent=row["parent"],
                depth=row["depth"], prio=AGAIN_PRIO,
            )  # fmt: skip
            state[row["target"]] = ("gone" if row["target"] in state else "failed") if gone else "done"
        self._db.executemany(
            f"{tables.INSERT} ON CONFLICT(portal,url) DO NOTHING",
            [(*tables.values(target), state[key], 0, "") for key, target in newest.items()],
        )
