"""A data package: a folder after the Data Package specification (datapackage.org, 2.0) that explains itself.

    datapackage.json    what the folder holds: every table and column, sizes, checksums, licence note
    reports.csv, texts.csv, sources.csv, evidence.csv, issues.csv, attachments.csv
    README.md, SHA256SUMS

CSV for programs: UTF-8 without a byte-order mark, values as they are.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path
from typing import Any

from archive import __version__, clock, schema
from archive.errors import StorageError, UsageError
from archive.export import DAYS, MOMENT_FORMAT, MOMENTS, Selection, Tick, columns, counted, rows, snapshot, write_exact

PARTS = ("sources", "evidence", "issues", "attachments")  # tables beside reports and texts


def package(db: sqlite3.Connection, chosen: Selection, folder: Path, *, texts: bool = True, tick: Tick) -> int:
    """Write a data package into a new or empty folder; return the number of reports.

    Raises UsageError where the folder holds something. ``datapackage.json`` is written last: a folder that has it is
    whole.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty", "name a new folder with --output")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make {folder}: {error.strerror}", "name another folder with --output") from None
    where, values = chosen.where()
    resources = []
    with snapshot(db):
        total = int(db.execute(f"select count(*) from reports r where {where}", values).fetchone()[0])
        for table in ("reports", *(["texts"] if texts else []), *PARTS):
            names = columns(table)
            listed = ", ".join(f'x."{name}"' for name in names)
            if table == "reports":
                sql = f"select {listed} from reports x join reports r on r.id = x.id where {where} order by x.id"
            else:
                link = "id" if table == "texts" else "report"
                key = ", ".join(f'x."{name}"' for name in schema.tables()[table].key)
                sql = f'select {listed} from {table} x join reports r on r.id = x."{link}" where {where} order by {key}'
            expected = total if table in ("reports", "texts") else None
            path = folder / f"{table}.csv"
            with path.open("wb") as file:
                number = write_exact(file, names, counted(rows(db, sql, values), expected, tick))
            resources.append(_resource(table, names, path, number, texts=texts))
    readme = folder / "README.md"
    readme.write_text(_readme(chosen, resources), encoding="utf-8")
    sums = [f"{_sha256(folder / name)}  {name}" for name in ("README.md", *(f"{r['name']}.csv" for r in resources))]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="ascii")
    described = json.dumps(_description(chosen, resources), ensure_ascii=False, indent=2) + "\n"
    (folder / "datapackage.json").write_text(described, encoding="utf-8")
    return total


def _resource(table: str, names: list[str], path: Path, number: int, *, texts: bool) -> dict[str, Any]:
    """Return the description of one file of a package."""
    known = schema.tables()[table]
    columns = {column.name: column for column in known.columns}
    there = {"reports", *(["texts"] if texts else []), *PARTS}
    fields = []
    for name in names:
        column = columns[name]
        kind: dict[str, Any] = {"type": "integer" if column.type == "integer" else "string"}
        if name in DAYS:
            kind = {"type": "date"}
        elif name in MOMENTS:
            kind = {"type": "datetime", "format": MOMENT_FORMAT}
        fields.append({"name": name, **kind, "title": column.zh, "description": column.en})
    links = [
        {"fields": [name], "reference": {"resource": columns[name].references, "fields": ["id"]}}
        for name in names
        if columns[name].references in there
    ]
    described: dict[str, Any] = {"fields": fields, "primaryKey": list(known.key), "missingValues": [""]}
    if links:
        described["foreignKeys"] = links
    return {
        "name": table, "type": "table", "path": path.name, "title": known.title, "description": known.en,
        "format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "bytes": path.stat().st_size,
        "hash": f"sha256:{_sha256(path)}", "rowCount": number, "schema": described,
    }  # fmt: skip


LICENCE = (
    "The reports are official documents of the bodies that issued them. Article 5 of the Copyright Law of the People's "
    "Republic of China excludes laws and regulations, resolutions, decisions and orders of state organs, and other "
    "documents of legislative, administrative or judicial nature from copyright; whether that covers a given report is "
    "for whoever uses it to judge. Whoever made this package claims no rights in the texts. Name the issuer and the "
    "address in `reports.url` when you cite; the original site is authoritative."
)


def _description(chosen: Selection, resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "fazhi-reports", "title": "法治政府建设年度报告 (annual reports on law-based government)",
        "description": _scope(chosen), "created": clock.now().isoformat(timespec="seconds"),
        "licenses": [{"path": "README.md", "title": "Licence note: official documents, see README.md"}],
        "contributors": [{"title": f"fazhi {__version__}", "roles": ["software"]}],
        "keywords": ["法治政府", "annual reports", "China", "local government"], "resources": resources,
    }  # fmt: skip


def _scope(chosen: Selection) -> str:
    parts = [f"reports on {chosen.year}"] if chosen.year is not None else ["reports on all years"]
    parts.append(f"of {chosen.region} and all below it" if chosen.region else "of all places in the archive")
    return " ".join(parts)


def _readme(chosen: Selection, resources: list[dict[str, Any]]) -> str:
    lines = [
        "# 法治政府建设年度报告",
        "",
        f"Content: {_scope(chosen)}.",
        "",
        "| file | rows | content |",
        "|---|--:|---|",
    ]
    lines += [f"| `{r['path']}` | {r['rowCount']:,} | {r['title']}. {r['description']} |" for r in resources]
    lines += [
        "", "`datapackage.json` explains every column (Data Package 2.0); `sha256sum -c SHA256SUMS` checks the files.",
        "CSV in UTF-8 without a byte-order mark, values as they are: made for programs. Some begin with `=` or `+`",
        "and a spreadsheet would run them; for Excel take `fazhi export --format csv`.",
        "", "## Licence", "", LICENCE, "",
    ]  # fmt: skip
    return "\n".join(lines)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
