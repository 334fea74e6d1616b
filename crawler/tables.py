"""The crawler's tables in ``crawl.db``, beside ``captures``. Nothing in them is needed to rebuild the archive."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from datetime import date

from archive.captures import transaction
from archive.model import Role
from crawler.addresses import double_key, netloc
from crawler.targets import Pager, Target, split_key

STATES = {
    "queued": "to be asked for; also while it is being asked for, so a kill leaves it queued",
    "done": "had, and what it leads to is committed",
    "failed": "not to be had: 404, soft 404, redirect to a foreign host, tries used up",
    "gone": "an article or a file that was had before, and whose address now says that it is not there",
    "refused": "robots.txt forbids it",
    "absent": "it was only tried whether a list goes on there, and it does not",
    "skipped": "a guess that was not worth a request any more",
    "double": "most likely the same page as another address; asked for if that one fails",
}

SCHEMA = """
-- Every address met. queued: what is learnt from it is still to be committed; there is no "in flight".
CREATE TABLE IF NOT EXISTS targets (
    id INTEGER PRIMARY KEY,
    portal TEXT NOT NULL,            -- code of the catalogue; empty for single addresses the user gave
    url TEXT NOT NULL,               -- canonical; what is posted to it behind a '#' (Target.key)
    host TEXT NOT NULL,              -- with port
    role TEXT NOT NULL,              -- listing, report, attachment
    title TEXT, date TEXT, parent TEXT,
    depth INTEGER NOT NULL,
    prio INTEGER NOT NULL,
    listing TEXT,                    -- first page of the listing this page belongs to; of a report: that named it last
    page INTEGER NOT NULL,
    pager TEXT,                      -- JSON: how the listing goes on
    guessed INTEGER NOT NULL,        -- a column found by the look of its name
    state TEXT NOT NULL,             -- one of STATES
    round INTEGER NOT NULL,          -- round of the portal it was last queued or settled in
    asked INTEGER NOT NULL DEFAULT 0, -- times it was handed out in this round without a result
    tries INTEGER NOT NULL DEFAULT 0,
    next_at REAL NOT NULL DEFAULT 0, -- seconds since the epoch
    note TEXT NOT NULL DEFAULT '',
    truncated TEXT,                  -- why its listing was cut short here
    same TEXT,                       -- what doubles have in common (addresses.double_key); null for a POST
    listed INTEGER NOT NULL DEFAULT 0, -- of a report: round in which a list named it last
    fresh INTEGER NOT NULL DEFAULT 0, -- of a list page: reports it named in its round that were not known before
    UNIQUE (portal, url)
);
DROP INDEX IF EXISTS targets_queue;
CREATE INDEX IF NOT EXISTS targets_next ON targets(host, state, asked, prio DESC, id);
CREATE INDEX IF NOT EXISTS targets_due ON targets(host, state, asked, next_at);
CREATE INDEX IF NOT EXISTS targets_portal ON targets(portal, state);
CREATE INDEX IF NOT EXISTS targets_same ON targets(portal, same);
CREATE INDEX IF NOT EXISTS targets_guessed ON targets(portal, round) WHERE guessed;
CREATE INDEX IF NOT EXISTS targets_listed ON targets(portal, listed) WHERE listed>0;
CREATE INDEX IF NOT EXISTS captures_portal ON captures(portal, target, fetched);

-- What stood on the pages of a listing, so that a page can be told from a repetition. The key's columns come first:
-- SQLite before 3.41 takes any other order for damage ("NULL value in entries.page").
CREATE TABLE IF NOT EXISTS entries (
    portal TEXT NOT NULL, listing TEXT NOT NULL, round INTEGER NOT NULL, url TEXT NOT NULL, page INTEGER NOT NULL,
    PRIMARY KEY (portal, listing, round, url)
) WITHOUT ROWID;

-- What each list page named when it was last read that promised to be a report: a list that stops naming any is broken.
CREATE TABLE IF NOT EXISTS named (
    page INTEGER NOT NULL,           -- id of the list page in targets
    url TEXT NOT NULL, PRIMARY KEY (page, url)
) WITHOUT ROWID;

-- Servers, and until when each wants to be left alone. delay: Crawl-delay. blocked: name of the last refusal.
CREATE TABLE IF NOT EXISTS hosts (
    host TEXT PRIMARY KEY, hold_until REAL NOT NULL, delay REAL NOT NULL, strikes INTEGER NOT NULL, blocked TEXT
);

-- A round is one complete crawl of a portal; an interrupted run leaves it open and the next run goes on in it.
-- deep: lists are read to their end. walk: guesses are made. deepened: when the last deep round was opened.
CREATE TABLE IF NOT EXISTS rounds (
    portal TEXT PRIMARY KEY, round INTEGER NOT NULL, open INTEGER NOT NULL, opened TEXT NOT NULL,
    deep INTEGER NOT NULL DEFAULT 1, walk INTEGER NOT NULL DEFAULT 1, deepened TEXT
);

-- Runs of the crawler, and what each found at each portal.
-- state: running (killed, where no process holds the lock), finished, interrupted, failed (note says of what).
CREATE TABLE IF NOT EXISTS crawls (
    id TEXT PRIMARY KEY, started TEXT NOT NULL, ended TEXT, state TEXT NOT NULL, note TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS verdicts (
    crawl TEXT NOT NULL, portal TEXT NOT NULL, name TEXT NOT NULL, verdict TEXT NOT NULL, pages INTEGER NOT NULL,
    reports INTEGER NOT NULL, rejected INTEGER NOT NULL, remark TEXT NOT NULL,
    PRIMARY KEY (crawl, portal)
);
CREATE INDEX IF NOT EXISTS verdicts_portal ON verdicts(portal, crawl); -- a portal's last visits, however long the book
"""

ADDED = (  # columns that files of earlier versions lack
    ("targets", "same", "TEXT"),
    ("targets", "listed", "INTEGER NOT NULL DEFAULT 0"),
    ("targets", "fresh", "INTEGER NOT NULL DEFAULT 0"),
    ("rounds", "deep", "INTEGER NOT NULL DEFAULT 1"),
    ("rounds", "walk", "INTEGER NOT NULL DEFAULT 1"),
    ("rounds", "deepened", "TEXT"),
    ("crawls", "note", "TEXT NOT NULL DEFAULT ''"),
)
FIELDS = "portal,url,host,role,title,date,parent,depth,prio,listing,page,pager,guessed,same"
MARKS = ",".join("?" * 17)  # of the fields and what follows them
INSERT = f"INSERT INTO targets({FIELDS},state,round,note) VALUES({MARKS})"


def create(db: sqlite3.Connection) -> None:
    """Create the crawler's tables where they are absent, in one transaction; ``captures`` must exist."""
    with transaction(db):
        for table, name, kind in ADDED:
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            if columns and name not in columns:
                db.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
        columns = [row[1] for row in db.execute("PRAGMA table_info(entries)")]
        if old := bool(columns) and columns[-1] != "page":
            db.execute("ALTER TABLE entries RENAME TO entries_before")
        for statement in filter(str.strip, SCHEMA.split(";\n")):
            db.execute(statement)
        if old:
            db.execute("INSERT INTO entries SELECT portal,listing,round,url,page FROM entries_before")
            db.execute("DROP TABLE entries_before")


def values(target: Target) -> tuple[str | int | None, ...]:
    """Return a target as values in the order of ``FIELDS``."""
    pager = None if target.pager == Pager() else json.dumps(asdict(target.pager), ensure_ascii=False)
    day = target.date.isoformat() if target.date else None
    return (
        target.portal, target.key, netloc(target.url), target.role, target.title, day, target.parent, target.depth,
        target.prio, target.listing, target.page, pager, int(target.guessed), same(target),
    )  # fmt: skip


def same(target: Target) -> str | None:
    """Return what the doubles of a target have in common with it."""
    return double_key(target.url) if target.post is None else None


def from_row(row: sqlite3.Row) -> Target:
    """Return the target of a row."""
    pager = json.loads(row["pager"]) if row["pager"] else {}
    url, post = split_key(row["url"])
    return Target(
        url=url,
        post=post,
        role=Role(row["role"]),
        portal=row["portal"],
        title=row["title"],
        date=date.fromisoformat(row["date"]) if row["date"] else None,
        parent=row["parent"],
        depth=row["depth"],
        prio=row["prio"],
        listing=row["listing"],
        page=row["page"],
        pager=Pager(**{**pager, "rest": tuple(pager["rest"])}) if pager else Pager(),
        guessed=bool(row["guessed"]),
        id=row["id"],
    )
