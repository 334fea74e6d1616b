"""The tables of ``archive.db``, made from ``data/schema.toml``, as are ``docs/data.md`` and the site's settings.

One place for one fact: a column is named, typed and explained there and nowhere else.

A file of an older version gets the tables and columns it lacks when it is next opened for writing, and what follows
from its rows is worked out then. A newer file is refused with the advice to update fazhi, a foreign one with that to
move it away.
"""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from archive.errors import NewerSchemaError, StorageError

VERSION = 3  # of the tables, kept in ``pragma user_version``; 2: portals; 3: changes, sightings, what is missing

FTS = "reports_fts"
FTS_SHADOWS = tuple(f"{FTS}_{part}" for part in ("data", "idx", "docsize", "config"))
# `ascii` takes every character beyond ASCII as part of a word: the words of archive.tokens come through untouched,
# whatever Unicode version SQLite was built with.
# The text comes first: a word in the first column takes two bytes less than in any other, a quarter of the index.
FTS_SQL = f"create virtual table {FTS} using fts5(text, title, content='', tokenize='ascii')"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: name, SQLite type, meaning in Chinese (for readers of the site) and in English (for docs)."""

    name: str
    type: str
    zh: str
    en: str
    references: str | None = None  # table whose primary key it holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: columns, primary key, indexes (each a tuple of columns) and ``site``, further settings of Datasette."""

    name: str
    title: str
    zh: str
    en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    hidden: bool = False
    rowid: bool = True  # without, the rows lie in the index of the key: a third of the size for narrow rows
    site: dict[str, object] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class View:
    """A query that is kept in the database under a name."""

    name: str
    title: str
    zh: str
    en: str
    sql: str


def toml(name: str) -> dict[str, Any]:
    """Return the content of a data file of this package."""
    return tomllib.loads(resources.files("archive").joinpath(f"data/{name}").read_text(encoding="utf-8"))


@cache
def tables() -> dict[str, Table]:
    """Return the tables by name, in order of the file."""
    found = {}
    for row in toml("schema.toml")["tables"]:
        columns = tuple(Column(**column) for column in row.pop("columns"))
        lists = {name: tuple(map(tuple, row.pop(name, ()))) for name in ("indexes", "unique")}
        found[row["name"]] = Table(**row | lists | {"columns": columns, "key": tuple(row["key"])})
    return found


@cache
def views() -> dict[str, View]:
    """Return the views by name."""
    return {row["name"]: View(**row) for row in toml("schema.toml")["views"]}


@cache
def words() -> dict[str, dict[str, str]]:
    """Return the closed lists in Chinese words: ``words()["issue"]["year_unknown"]``.

    >>> words()["level"]["county"]
    '县级'
    """
    return toml("words.toml")


def create(db: sqlite3.Connection, derive: Callable[[sqlite3.Connection], None] | None = None) -> None:
    """Make the tables and columns an empty or older database lacks, in one transaction.

    ``derive`` is called with an older database, to fill what is new in it from the rows it has. Raises
    NewerSchemaError or StorageError for a database of no use.
    """
    if check(db) == VERSION:
        return
    db.execute("begin immediate")
    try:
        before = check(db)
        if before != VERSION:  # another process may have been quicker
            _complete(db)
            if before and derive:
                derive(db)
            db.execute(f"pragma user_version = {VERSION}")
        db.execute("commit")
    except BaseException:
        if db.in_transaction:  # SQLite rolls back by itself where the disk is full
            db.execute("rollback")
        raise


def _complete(db: sqlite3.Connection) -> None:
    there = {name for (name,) in db.execute("select name from sqlite_master")}
    for table in tables().values():
        if table.name not in there:
            db.execute(_table(table))
        known = {row[1] for row in db.execute(f"pragma table_info({table.name})")}
        for column in table.columns:
            if column.name not in known:
                db.execute(f"alter table {table.name} add column {_column(column)}")
        for name, statement in _indexes(table).items():
            if name not in there:
                db.execute(statement)
    for view in views().values():
        if view.name not in there:
            db.execute(f"create view {view.name} as {view.sql.strip()}")
    if FTS not in there:
        db.execute(FTS_SQL)


def check(db: sqlite3.Connection) -> int:
    """Return the schema version of a database, 0 for an empty one; raise for one this program cannot use."""
    version = int(db.execute("pragma user_version").fetchone()[0])
    if version > VERSION:
        raise NewerSchemaError(
            f"the archive was made by a newer fazhi (its format is {version}, this one knows {VERSION})", "update fazhi"
        )
    if version == 0 and db.execute("select 1 from sqlite_master").fetchone():
        raise StorageError("archive.db holds tables that are not fazhi's", "move the file away, then `fazhi rebuild`")
    return version


def _table(table: Table) -> str:
    lines = [*map(_column, table.columns), f"primary key ({_quoted(table.key)})"]
    return f"create table {table.name} ({', '.join(lines)})" + ("" if table.rowid else " without rowid")


def _column(column: Column) -> str:
    # The referred column is named too, because Datasette fails on a reference that leaves it out.
    to = column.references
    return f'"{column.name}" {column.type}' + (f" references {to} ({_quoted(tables()[to].key)})" if to else "")


def _indexes(table: Table) -> dict[str, str]:
    made = {}
    for columns, unique in [*((c, "") for c in table.indexes), *((c, "unique ") for c in table.unique)]:
        name = f"idx_{table.name}_{'_'.join(columns)}"
        made[name] = f"create {unique}index {name} on {table.name} ({_quoted(columns)})"
    return made


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def metadata() -> dict[str, object]:
    """Return the content of ``datasette_metadata.json``: titles, columns, facets, search, what is hidden or refused."""
    shown: dict[str, object] = {}
    for table in tables().values():
        shown[table.name] = {
            "title": table.title,
            "description": table.zh,
            "columns": {c.name: c.zh for c in table.columns},
            **({"hidden": True} if table.hidden else {}),
            **table.site,
        }
    for view in views().values():
        shown[view.name] = {"title": view.title, "description": view.zh}
    shown[FTS] = {"hidden": True}
    for shadow in FTS_SHADOWS:
        shown[shadow] = {"hidden": True, "allow": False}
    archive = {
        "title": "年度报告库",
        "description": "reports 报告，texts 正文，sources 来源，changes 变动，issues 存疑事项，rejected 未收录网页，"
        "portals 门户，coverage 收录情况。",
        "allow_sql": False,
        "tables": shown,
    }
    return {
        "title": "法治政府建设年度报告档案",
        "description": "各级政府及部门法治政府建设年度报告的存档、全文检索与来源核验。",
        "databases": {"archive": archive},
    }


DATA_HEAD = f"""\
# Tables of archive.db

Generated from `archive/data/schema.toml`; do not edit (`make docs`). Dates are ISO 8601, moments UTC, unknown is null.
The file can be deleted: `fazhi rebuild` makes it again from the WARC files with the same ids and rows
(excepted are `docid` and, of `portals`, name, verdict, its beginning and remark, which WARC files do not tell:
a rebuild takes them from the archive.db it replaces, and without one leaves them null). The schema has version
{VERSION} (`pragma user_version`).

The full-text index `{FTS}` is contentless and holds words cut by `archive/tokens.py`: overlapping pairs of Han
characters, other words whole. Its row number is `reports.docid`.
"""
LISTS = {
    "reason": "Why a page is no report: `rejected.reason`",
    "issue": "What a reader should know: `issues.code`",
    "source_kind": "Kinds of source: `source_kind`",
    "issuer_kind": "Kinds of issuer: `issuer_kind`",
    "level": "Levels: `level`",
    "status": "Versions: `status`",
    "change": "What happened to a report: `changes.kind`",
    "value_source": "Where a value was read: `evidence.source`, `published_source`",
    "verdict": "What a crawl found at a portal: `portals.verdict`",
    "verdict_told": "The same for readers: the page of a place",
    "coverage": "What is known of a report that is due: `fazhi coverage`, `/coverage`",
}


def markdown() -> str:
    """Return docs/data.md: every table and column, and the closed lists of values."""
    lines = [DATA_HEAD]
    for table in tables().values():
        lines += [f"## {table.name}", "", table.zh, table.en, ""]
        lines += ["| column | type | 含义 | meaning |", "|---|---|---|---|"]
        for c in table.columns:
            kind = f"{c.type}, primary key" if c.name in table.key else c.type
            link = f" → [{c.references}](#{c.references})" if c.references else ""
            lines.append(f"| `{c.name}` | {kind} | {c.zh} | {c.en}{link} |")
        lines.append("")
    for view in views().values():
        lines += [f"## {view.name} (view)", "", view.zh, view.en, "", "```sql", view.sql.strip(), "```", ""]
    for name, head in LISTS.items():
        lines += [f"## {head}", "", "| value | 含义 |", "|---|---|"]
        lines += [f"| `{value}` | {text} |" for value, text in words()[name].items()]
        lines.append("")
    return "\n".join(lines)
