"""The reports of the archive as one file: JSON lines, CSV or Parquet. ``datapackage.py`` makes a folder of tables.

    Selection    which reports: all, of a year, of a place and all below it
    write()      one stream of reports, each with its text unless only metadata is wanted

Rows are read in one snapshot of the archive and written as they come: memory does not grow with the archive, and a
crawl that writes meanwhile changes nothing. Order is that of the reports' ids, so two exports of the same archive are
the same bytes (those of Parquet as far as pyarrow does the same).
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import IO, Any

from archive import __version__, schema, sheets
from archive.errors import UsageError

FORMATS = ("jsonl", "csv", "parquet", "datapackage")
BATCH = 500  # rows held in memory at a time
LEFT_OUT = ("docid",)  # a row number of the search index: says nothing, and a rebuild may change it
DAYS = {"published", "written"}
MOMENTS = {"first_seen", "last_seen", "fetched"}
MOMENT_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"

Tick = Callable[[int, int | None], None]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which reports are meant; None does not narrow. A region's code includes all places below it."""

    year: int | None = None
    region: str | None = None

    def where(self) -> tuple[str, dict[str, object]]:
        """Return conditions on ``reports r`` and their values.

        >>> Selection(2020, "420600").where()
        ('r.year = :year and r.adcode between :low and :high', {'year': 2020, 'low': '4206', 'high': '4206~'})
        """
        parts, values = list[str](), dict[str, object]()
        if self.year is not None:
            parts.append("r.year = :year")
            values["year"] = self.year
        if self.region is not None:
            code = self.region.split("-")[0]  # a catalogue key such as 110000-sfj names a place too
            column = "town_code" if len(code) > 6 else "adcode"
            stem = code if len(code) > 6 else code.removesuffix("00").removesuffix("00")
            parts.append(f"r.{column} between :low and :high")
            values |= {"low": stem, "high": stem + "~"}
        return " and ".join(parts) or "true", values


def write(
    db: sqlite3.Connection, chosen: Selection, out: IO[bytes], *, form: str = "jsonl", texts: bool = True, tick: Tick
) -> int:
    """Write the chosen reports to a binary stream as ``jsonl``, ``csv`` or ``parquet``; return how many.

    Raises UsageError where Parquet is wanted and pyarrow is not installed.
    """
    writers = {"jsonl": _write_jsonl, "csv": _write_csv, "parquet": _write_parquet}
    names = [*columns("reports"), *(["text"] if texts else [])]
    with snapshot(db):
        where, values = chosen.where()
        total = int(db.execute(f"select count(*) from reports r where {where}", values).fetchone()[0])
        listed = ", ".join(f't."{name}"' if name == "text" else f'r."{name}"' for name in names)
        joined = " join texts t on t.id = r.id" if texts else ""
        found = rows(db, f"select {listed} from reports r{joined} where {where} order by r.id", values)
        return writers[form](out, names, counted(found, total, tick))


def columns(table: str) -> list[str]:
    """Return the columns of a table that are exported."""
    return [name for name in schema.tables()[table].names if name not in LEFT_OUT]


@contextmanager
def snapshot(db: sqlite3.Connection) -> Iterator[None]:
    """Read one state of the archive, whatever a writer does meanwhile."""
    db.execute("begin")
    try:
        yield
    finally:
        db.execute("rollback")


def rows(db: sqlite3.Connection, sql: str, values: dict[str, object]) -> Iterator[Row]:
    """Yield the rows of a query as name -> value, ``BATCH`` in memory."""
    cursor = db.execute(sql, values)
    names = [column[0] for column in cursor.description]
    while batch := cursor.fetchmany(BATCH):
        for row in batch:
            yield dict(zip(names, row, strict=True))


def counted(rows: Iterator[Row], total: int | None, tick: Tick) -> Iterator[Row]:
    """Yield rows and tell how many went by."""
    for number, row in enumerate(rows, 1):
        yield row
        if number % 100 == 0 or number == total:
            tick(number, total)


def _write_jsonl(out: IO[bytes], names: list[str], rows: Iterator[Row]) -> int:
    number = 0
    for row in rows:
        number += 1
        out.write(json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n")
    return number


def _write_csv(out: IO[bytes], names: list[str], rows: Iterator[Row]) -> int:
    out.write(sheets.BOM.encode("utf-8"))
    return _write_rows(out, names, ([sheets.cell(row[name]) for name in names] for row in rows))


def write_exact(out: IO[bytes], names: list[str], rows: Iterator[Row]) -> int:
    """Write rows as CSV with their values as they are; return how many."""
    return _write_rows(out, names, ([row[name] for name in names] for row in rows))


def _write_rows(out: IO[bytes], names: list[str], rows: Iterator[list[Any]]) -> int:
    number = 0
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(names)
    for number, row in enumerate(rows, 1):
        writer.writerow(row)
        if number % 50 == 0:
            out.write(buffer.getvalue().encode("utf-8"))
            buffer.seek(0)
            buffer.truncate()
    out.write(buffer.getvalue().encode("utf-8"))
    return number


def needs_pyarrow() -> Any:
    """Return pyarrow with its Parquet writer. Raises UsageError where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError(
            "Parquet needs pyarrow, which is not installed",
            "pip install pyarrow (or fazhi with its extra `parquet`), or export with --format jsonl",
        ) from None
    return pyarrow


def _write_parquet(out: IO[bytes], names: list[str], rows: Iterator[Row]) -> int:
    pyarrow = needs_pyarrow()
    numbers = {c.name for c in schema.tables()["reports"].columns if c.type == "integer"}

    def kind(name: str) -> Any:
        if name in numbers:
            return pyarrow.int64()
        if name in DAYS:
            return pyarrow.date32()
        return pyarrow.timestamp("us", "UTC") if name in MOMENTS else pyarrow.string()

    about = {b"source": f"fazhi {__version__}".encode()}
    table = pyarrow.schema([(name, kind(name)) for name in names], metadata=about)
    number = 0
    batch: list[Row] = []
    with pyarrow.parquet.ParquetWriter(out, table, compression="zstd") as writer:
        for row in rows:
            number += 1
            batch.append({name: _typed(name, row[name]) for name in names})
            if len(batch) == BATCH:
                writer.write_table(pyarrow.Table.from_pylist(batch, schema=table))
                batch.clear()
        writer.write_table(pyarrow.Table.from_pylist(batch, schema=table))
    return number


def _typed(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in DAYS:
        return date.fromisoformat(value)
    return datetime.strptime(value, MOMENT_FORMAT).replace(tzinfo=UTC) if name in MOMENTS else value
