"""Damaged databases: how they are noticed, and what of one can still be read. Leaf.

SQLite notices a damaged page only when it comes to it, and then says "malformed". ``problem`` looks at all of them.
What stands in the databases is made again from the WARC files (``rebuild``); only the crawler's own tables in
``crawl.db`` (what is queued, how crawls went) are nowhere else: ``salvage`` saves of them what it can.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

SIGNS = ("malformed", "not a database")
MOST = 1_000_000  # findings, so that real damage behind false ones is seen
HEAD = "*** in database"
NO_DAMAGE = "NULL value in "  # so says SQLite before 3.41 of sound tables without rowid that do not begin with the key
BESIDE = ("-wal", "-shm")  # files that belong to a database
ASIDE = ".damaged"


def is_damage(error: BaseException | None) -> bool:
    """Tell whether an error, or what it came from, says that a database is damaged.

    >>> is_damage(sqlite3.DatabaseError("database disk image is malformed")), is_damage(ValueError("malformed"))
    (True, False)
    """
    while error is not None:
        if isinstance(error, sqlite3.DatabaseError) and any(sign in str(error) for sign in SIGNS):
            return True
        error = error.__cause__
    return False


def problem(path: Path, *, thorough: bool = False, index: str | None = None) -> str:
    """Say in a line what is wrong with a database; empty where nothing is, or there is none.

    About 4 s a GB; ``thorough`` compares indexes with their tables too, about 13 s. ``index`` is a full-text index to
    look at as well; the caller holds the lock of the directory then.
    """
    if not path.exists():
        return ""
    check = "integrity_check" if thorough else "quick_check"
    try:
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as db:
            lines = (line for row in db.execute(f"pragma {check}({MOST})") for line in str(row[0]).splitlines())
            found = next((line for line in lines if not line.startswith((HEAD, NO_DAMAGE))), "ok")
            if (
                found == "ok"
                and index
                and db.execute("select 1 from sqlite_master where name = ?", (index,)).fetchone()
            ):
                db.execute(f"insert into {index}({index}) values ('integrity-check')")
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        found = str(error)
    return "" if found == "ok" else found


def salvage(damaged: Path, target: sqlite3.Connection, leave_out: Collection[str]) -> dict[str, int]:
    """Copy into another database the tables of a damaged one as far as they can be read; return name -> rows.

    Rows are read from both ends of a table up to its damaged pages.
    """
    saved: dict[str, int] = {}
    with closing(sqlite3.connect(f"{damaged.absolute().as_uri()}?mode=ro", uri=True)) as old:
        try:
            tables = old.execute(
                "select name, sql from sqlite_master where type = 'table' and sql is not null"
            ).fetchall()
        except sqlite3.DatabaseError:
            return {}
        for name, sql in tables:
            if name in leave_out or name.startswith("sqlite_"):
                continue
            target.execute(sql)
            if not _copy(old, target, name, "") and "without rowid" not in sql.lower():
                _copy(old, target, name, " order by rowid desc")
            saved[name] = target.execute(f'select count(*) from "{name}"').fetchone()[0]
    return saved


def _copy(old: sqlite3.Connection, target: sqlite3.Connection, table: str, order: str) -> bool:
    """Copy rows one by one; tell whether the end of the table was reached."""
    try:
        for row in old.execute(f'select * from "{table}"{order}'):
            target.execute(f'insert or ignore into "{table}" values ({", ".join("?" * len(row))})', row)
    except sqlite3.DatabaseError:
        return False
    return True


def replace(path: Path, fresh: Path) -> Path | None:
    """Put a new database in the place of a damaged one; return where the damaged one was put, if there was one.

    There is a database under the name at every moment. Whoever has the old one open goes on reading that.
    """
    aside = None
    if path.exists():
        aside = path.with_name(path.name + ASIDE)
        part = path.with_name(path.name + ".part")
        shutil.copyfile(path, part)
        os.replace(part, aside)
        for ending in BESIDE:
            path.with_name(path.name + ending).unlink(missing_ok=True)
    os.replace(fresh, path)
    return aside
