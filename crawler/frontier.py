"""The transactional frontier: what is to be fetched, what came of it, and which host must be left alone until when.

The one principle: **the database knows no "in flight"**. An address is *queued* until everything learnt from it is
committed; what is being fetched is known in memory only. So a kill at any moment leaves the row queued, and the restart
rule is to do nothing: open the database and go on.

    offer()    insert-or-ignore targets; a listing settled in an earlier round is queued again
    next()     hand out the best due target of a host that is neither busy nor held; the host is busy then
    settle()   one transaction: state of the row, links, entries of the listing, hold of the host; the host is free

A *root* is the target a chain of requests began with (redirects go on under its id); it is settled exactly once. A
*round* is one complete crawl of a portal: an interrupted run goes on in its round, the next run after a complete one
begins a new round, in which listings are asked again, and captured reports by their age (``rounds``, ``revisit``).
Tables: ``crawler.tables``. This room knows no HTTP and no Scrapy; times are wall-clock seconds, as they must outlive
the process.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from archive import clock
from archive.captures import transaction
from archive.model import Role
from crawler import tables
from crawler.addresses import netloc
from crawler.agenda import Agenda
from crawler.budget import Budget
from crawler.hosts import Hosts
from crawler.intake import Intake
from crawler.manners import HORIZON, LIMITS, Limits, Result, Window
from crawler.rounds import STOPPED, Rounds
from crawler.targets import Portal, Target

HELD = 5.0  # seconds from which on a host that waits counts as held, and not as paced
LOST = ("failed", "refused", "absent", "gone")
PATIENCE = 60.0  # seconds at most that a page in flight when a run died waits behind all others


class Frontier:
    """The frontier of one run over some portals, on an open connection in autocommit mode (``captures.connect``)."""

    def __init__(
        self,
        db: sqlite3.Connection,
        portals: Iterable[Portal],
        *,
        delay: float = 2.0,
        limits: Limits = LIMITS,
        limit: int | None = None,
        window: Window | None = None,
        now: Callable[[], float] = clock.seconds,
    ) -> None:
        """``delay`` is the own pause between two requests to a host, ``limit`` the number of pages of this run,
        ``window`` the hours in which it may ask."""
        self.db, self.limits, self.limit, self.window, self.now = db, limits, limit, window, now
        self.portals = {portal.code: portal for portal in portals}
        self.only_lists = False  # hand out no report and no attachment: a portal is looked at
        self.stopped = False  # hand out nothing more: the run is ending
        self.pages = 0
        self.answered: dict[str, int] = defaultdict(int)  # portal -> pages of this run
        self.on_host: dict[str, int] = defaultdict(int)  # host -> addresses asked in this run
        # What was in flight when a run died may be what killed it: it waits until nothing else is left.
        self._patience = now() + PATIENCE
        self._flying: set[int] = set()  # roots handed out and not settled
        self._busy: dict[str, int] = {}  # host -> the root it is busy with
        self._blocked: set[str] = set()  # hosts whose last answer was a refusal
        self._agenda = Agenda(now, delay / limits.cluster)
        tables.create(db)
        self.rounds = Rounds(db, self.portals, now)
        with transaction(self.db):
            self.rounds.open()
        db.execute("CREATE TEMP TABLE run(portal TEXT PRIMARY KEY)")
        db.executemany("INSERT INTO run VALUES(?)", [(code,) for code in self.portals])
        self.hosts = Hosts(db, delay, now)
        self._intake, self._budget = Intake(db, self.rounds, limits), Budget(db, self.rounds, limits)
        self._plan_all()

    # what is to be fetched

    def offer(self, targets: Iterable[Target], *, force: bool = False) -> int:
        """Store targets that are not known yet and return how many came into the queue.

        ``force`` queues an address again whatever became of it: the user asked for it.
        """
        with transaction(self.db):
            hosts = [host for target in targets if (host := self._intake.insert(target, force=force).host)]
        for host in set(hosts):
            self._plan(host)
        return len(hosts)

    def unread(self) -> list[tuple[Target, str]]:
        """Return the targets in the queue whose page is on disk already, with the id of its capture.

        A run was killed between the commit of the capture and that of what the page leads to: it need not be asked
        for again. Captures of earlier rounds do not count, and no answer that was no content.
        """
        found = self.db.execute(
            "SELECT t.*,max(c.id) AS capture FROM targets t JOIN rounds r USING(portal)"
            " JOIN captures c ON c.target=t.url"
            " AND c.portal=t.portal AND c.role=t.role AND c.fetched>r.opened"
            " AND (c.status BETWEEN 200 AND 299 OR (c.status=304 AND c.kind='revisit'))"
            " WHERE t.state='queued' AND t.asked>0 AND t.portal IN (SELECT portal FROM run) GROUP BY t.id"
        )
        return [(tables.from_row(row), row["capture"]) for row in found.fetchall()]

    def next(self) -> Target | None:
        """Hand out the best due target of a host that is free, and make the host busy; None if there is none now."""
        if not self.open():
            return None
        while (host := self._agenda.pop()) is not None:
            if host in self._busy:
                continue  # planned again when it is free
            row = self._due_row(host)
            if row is None:
                self._plan(host)
                continue
            self.db.execute("UPDATE targets SET asked=asked+1 WHERE id=?", (row["id"],))
            target = tables.from_row(row)
            if target.guessed:
                self._budget.ask(target.portal)
            self._busy[host] = row["id"]
            self._flying.add(row["id"])
            self.on_host[host] += 1
            self._agenda.asked(host)
            return target
        now = self.now()
        if not self._flying and self._patience > now and self._only_suspects():
            self._patience = now
            self._plan_all()
            return self.next()
        return None

    def _due_row(self, host: str) -> sqlite3.Row | None:
        """Return the best row of a host that is due; guesses that are not worth a request any more are set aside."""
        now = self.now()
        while True:
            row = self._first("asked=0 AND +next_at<=? ORDER BY prio DESC,id", host, now)
            if row is None and now >= self._patience:
                row = self._first("asked>0 AND +next_at<=? ORDER BY asked,prio DESC,id", host, now)
            if row is None or not row["guessed"] or self._budget.allows(row["portal"], row["prio"]):
                return row
            with transaction(self.db):
                self._budget.skip(row["portal"], below=row["prio"])

    def _only_suspects(self) -> bool:
        """Say whether all that can be asked for while they wait was asked for before, by runs that died."""
        here = "FROM targets LEFT JOIN hosts USING(host) WHERE state='queued' AND portal IN (SELECT portal FROM run)"
        rows = self.db.execute(
            f"SELECT max(asked=0),max(asked>0) {here} AND max(next_at,ifnull(hold_until,0))<=?", (self._patience,)
        )
        return tuple(rows.fetchone()) == (0, 1)

    def open(self) -> bool:
        """Say whether this run may hand out anything more."""
        if self.stopped or (self.limit is not None and self.pages + len(self._flying) >= self.limit):
            return False
        return self.window is None or self.window.open(self.now())

    def claim(self, url: str, root: int) -> bool:
        """Make the host of a redirect's next address busy for a root; False while it must wait."""
        host = netloc(url)
        if self._busy.get(host, root) != root or self.hosts.held_until(host) > self.now():
            return False
        self._busy[host] = root
        return True

    def leave(self, url: str, root: int) -> None:
        """Free the host of an address that answered with a redirect elsewhere."""
        host = netloc(url)
        if self._busy.get(host) == root:
            del self._busy[host]
            self._plan(host)

    def redirect_known(self, url: str, portal: str) -> bool:
        """Say whether the address a redirect leads to was fetched already, as a target of its own."""
        row = self.db.execute("SELECT state,round FROM targets WHERE portal=? AND url=?", (portal, url)).fetchone()
        return row is not None and row["state"] == "done" and row["round"] == self.rounds[portal]

    def seen(self, target: Target) -> frozenset[str]:
        """Return the entries on the earlier pages of a listing, in this round."""
        rows = self.db.execute(
            "SELECT url FROM entries WHERE portal=? AND listing=? AND round=? AND page<?",
            (target.portal, target.listing or target.key, self.rounds[target.portal], target.page),
        )
        return frozenset(row["url"] for row in rows)

    def exhausted(self, target: Target) -> bool:
        """Say whether the try that is going on is the last one of a target."""
        row = self.db.execute("SELECT tries FROM targets WHERE id=?", (target.id,)).fetchone()
        return bool(row["tries"] + 1 >= self.limits.tries)

    # what came of it

    def settle(self, target: Target, result: Result) -> None:
        """Commit everything learnt from a root in one transaction, then free its hosts.

        If the commit fails the root stays queued in the database and busy in memory: the caller ends the run.
        """
        assert target.id is not None
        now = self.now()
        host = result.host or netloc(target.url)
        state, next_at = result.state, 0.0
        hold = max(self.hosts.held_until(host), now + result.hold if result.hold else 0.0)
        before = self.hosts.strikes(host)
        strikes = before + 1 if result.strike else (0 if result.answered else before)
        tries = self.db.execute("SELECT tries FROM targets WHERE id=?", (target.id,)).fetchone()["tries"] + 1
        if state == "again":
            state = "queued" if tries < self.limits.tries else "failed"
            next_at = now + result.hold
        elif result.gone and target.role is not Role.LISTING and self._intake.had(target):
            state = "gone"
        hosts = {netloc(target.url), host}
        note, fruitful, fresh = result.note, False, 0
        by = (target.listing or target.key) if target.role is Role.LISTING else None
        behind = [link for link in result.links if by is not None and link.page > 1 and link.listing == by]
        with transaction(self.db):
            for link in (link for link in result.links if link not in behind):
                entry = self._intake.insert(link, sent=result.sent, by=by)
                hosts.update(filter(None, [entry.host]))
                fresh += entry.new
                fruitful = fruitful or entry.first or (entry.host is not None and not link.guessed)
            if by is not None and state == "done" and self._intake.stops(target, fresh) and behind:
                note, behind = STOPPED, []
            for link in behind:
                hosts.update(filter(None, [self._intake.insert(link, sent=result.sent).host]))
            if state in LOST and (found := self._intake.release_double(target)) is not None:
                hosts.add(found)
            self.db.executemany(
                "INSERT OR IGNORE INTO entries(portal,listing,round,page,url) VALUES(?,?,?,?,?)",
                [
                    (target.portal, target.listing or target.key, self.rounds[target.portal], target.page, url)
                    for url in result.entries
                ],
            )
            self.db.execute(
                "UPDATE targets SET state=?,asked=0,tries=?,next_at=?,note=?,truncated=?,round=? WHERE id=?",
                (state, tries, next_at, note, result.truncated, self.rounds[target.portal], target.id),
            )
            if target.role is Role.LISTING and state == "done":
                self._intake.name(target.id, result.links)
            if result.also and result.also != target.url and state == "done":
                self._also(target, result.also)
            if (home := self.rounds.fall_back(target.portal, result)) is not None:
                hosts.add(home)
            self.hosts.store(host, hold, strikes, result.blocked)
        self.hosts.keep(host, hold, strikes)
        (self._blocked.add if result.blocked else self._blocked.discard)(host)
        if result.answered:
            self.pages += 1
            self.answered[target.portal] += 1
        if target.guessed:
            self._budget.learn(target.portal, fruitful=fruitful)
        self._flying.discard(target.id)
        for busy in [name for name, root in self._busy.items() if root == target.id]:
            del self._busy[busy]
            hosts.add(busy)
        for each in hosts:
            self._plan(each)

    def _also(self, target: Target, url: str) -> None:
        """Record the address a redirect ended at as fetched, so that it is not fetched again as a link of its own."""
        found = replace(target, url=url, post=None, prio=0)
        self.db.execute(
            f"{tables.INSERT} ON CONFLICT(portal,url) DO UPDATE SET state='done',round=excluded.round,"
            "note=excluded.note WHERE role<>'listing' OR excluded.role='listing'",
            (*tables.values(found), "done", self.rounds[target.portal], f"redirect from {target.url}"),
        )

    def close_rounds(self) -> None:
        """Close the round of every portal of the run that has nothing left in the queue. For a run that ends well.

        In the caller's transaction.
        """
        self.db.execute("UPDATE targets SET asked=0 WHERE state='queued' AND portal IN (SELECT portal FROM run)")
        self.rounds.close()

    # when to go on

    def _plan(self, host: str) -> None:
        """Note when the next target of a host falls due."""
        if host in self._busy:
            return
        if self.on_host[host] >= self.limits.host_pages:
            self._agenda.drop(host)
            return
        moments = []
        if (fresh := self._first("asked=0 ORDER BY next_at", host)) is not None:
            moments.append((fresh["next_at"], fresh["portal"]))
        if (suspect := self._first("asked>0 ORDER BY next_at", host)) is not None:
            moments.append((max(suspect["next_at"], self._patience), suspect["portal"]))
        if not moments:
            self._agenda.drop(host)
            return
        due, portal = min(moments)
        self._agenda.put(host, max(due, self.hosts.held_until(host)), self.portals[portal].cluster)

    def _plan_all(self) -> None:
        query = "SELECT DISTINCT host FROM targets WHERE state='queued' AND portal IN (SELECT portal FROM run)"
        for row in self.db.execute(query).fetchall():
            self._plan(row["host"])

    def _first(self, condition: str, host: str, *values: float) -> sqlite3.Row | None:
        """Return the first row of a host that waits: a root that a redirect led away is queued, and in flight."""
        rows = self.db.execute(
            # "+": not the index of this column, but the one of the order wanted.
            "SELECT * FROM targets WHERE host=? AND state='queued' AND +portal IN (SELECT portal FROM run)"
            + (" AND +role='listing'" if self.only_lists else "")
            + f" AND {condition}",
            (host, *values),
        )
        try:
            return next((row for row in rows if row["id"] not in self._flying), None)
        finally:
            rows.close()  # an open cursor would hold the database's past

    def wake_at(self) -> float | None:
        """Return when the next target falls due, None if nothing waits."""
        return self._agenda.next()

    def pending(self) -> bool:
        """Say whether this run still has something to do: a root in flight, or a target due within the horizon."""
        if self._flying:
            return True
        if not self.open():
            return False
        due = self.wake_at()
        return due is not None and due <= self.now() + HORIZON

    def standing(self) -> dict[str, Any]:
        """Return how the hosts of this run stand: ``hosts``, ``asking``, ``held``, ``held_until``, ``blocked``."""
        held = self._agenda.later(max(HELD, 2 * self.hosts.delay), but=self._blocked)
        return {
            "hosts": len(self.on_host),
            "asking": len(self._flying),
            "held": len(held),
            "held_until": max(held, default=None),
            "blocked": len(self._blocked),
        }

    def queued(self) -> int:
        """Return how many targets of this run's portals wait."""
        return int(
            self.db.execute(
                "SELECT count(*) FROM targets WHERE state='queued' AND portal IN (SELECT portal FROM run)"
            ).fetchone()[0]
        )
