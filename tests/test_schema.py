"""The tables as data, and what is made from them."""

from __future__ import annotations

import json
import sqlite3
from enum import StrEnum
from pathlib import Path

import pytest

from archive import model, schema, timeline

ROOT = Path(__file__).resolve().parents[1]


def test_the_database_has_the_tables_of_the_data() -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(db)
    schema.create(db)  # a second time changes nothing
    made = {
        name: [(row[1], row[2].lower()) for row in db.execute(f"pragma table_info({name})")]
        for (name,) in db.execute("select name from sqlite_master where type = 'table' and name not like '%fts%'")
    }
    assert made == {
        name: [(column.name, column.type) for column in table.columns] for name, table in schema.tables().items()
    }
    assert db.execute("pragma user_version").fetchone() == (schema.VERSION,)
    # Datasette fails on a reference that does not name its column.
    links = [row for name in schema.tables() for row in db.execute(f"pragma foreign_key_list({name})")]
    assert len(links) > 5
    assert all(row[4] == "id" for row in links)


def test_the_public_contract_of_reports() -> None:
    promised = {"id", "title", "year", "adcode", "region", "level", "issuer", "issuer_kind", "published", "doc_no",
                "index_no", "source_kind", "url", "first_seen", "last_seen", "status"}  # fmt: skip
    reports = schema.tables()["reports"]
    assert promised <= set(reports.names)
    assert reports.key == ("id",)
    assert "text" not in reports.names


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("reason", model.Reason), ("issue", model.IssueCode), ("source_kind", model.SourceKind),
        ("issuer_kind", model.IssuerKind), ("level", model.Level), ("value_source", model.ValueSource),
        ("change", timeline.Kind),
    ],
)  # fmt: skip
def test_every_code_has_its_words(name: str, values: type[StrEnum]) -> None:
    assert list(schema.words()[name]) == [str(value) for value in values]
    assert all(schema.words()[name].values())


def test_every_list_is_documented() -> None:
    assert set(schema.LISTS) == set(schema.words())
    page = schema.markdown()
    for table in schema.tables().values():
        assert f"\n## {table.name}\n" in page
        assert all(f"| `{column.name}` |" in page and column.zh and column.en for column in table.columns)


def test_datasette_metadata_is_current() -> None:
    """Made by `make docs`."""
    assert json.loads((ROOT / "datasette_metadata.json").read_text(encoding="utf-8")) == schema.metadata()


def test_datasette_metadata_hides_and_refuses() -> None:
    archive = schema.metadata()["databases"]["archive"]  # type: ignore[index]  # JSON has no deeper type
    assert archive["allow_sql"] is False
    reports = archive["tables"]["reports"]
    assert (reports["fts_table"], reports["fts_pk"]) == ("reports_fts", "docid")
    assert {name for name, table in archive["tables"].items() if table.get("allow") is False} == set(schema.FTS_SHADOWS)
    for table in archive["tables"].values():
        known = set(table.get("columns", ()))
        assert set(table.get("facets", ())) | set(table.get("sortable_columns", ())) <= known
        assert not known or {table.get("sort_desc"), table.get("label_column")} - {None} <= known
