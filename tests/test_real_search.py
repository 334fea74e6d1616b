"""The seeds, added as files and searched: exactly the reports that hold the words, by three ways in."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from datasette.app import Datasette

from archive import tokens
from archive.adding import add_files
from archive.datadir import DataDir
from crawler.cli import main

ROOT = Path(__file__).resolve().parents[1]
QUERIES = ["复议", "执法", "法", "行政复议", '"负责人出庭应诉"', "12348", "复议 应诉", "２０２０年", "枣阳"]


@pytest.fixture(scope="module")
def seeds(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    place = DataDir.open(tmp_path_factory.mktemp("seeds") / "data")
    added = add_files(place, sorted((shared / "seeds").glob("*.txt")), url=None, code=None)
    assert [item.outcome for item in added] == ["report"] * 5
    return place


@pytest.fixture(scope="module")
def texts(seeds: DataDir) -> dict[str, str]:
    """Id -> folded title and text, read past the index."""
    db = sqlite3.connect(seeds.archive_db)
    rows = db.execute("select id, coalesce(title, '') || '\n' || text from texts").fetchall()
    db.close()
    return {key: tokens.fold(text) for key, text in rows}


@pytest.mark.real
@pytest.mark.parametrize("query", QUERIES)
async def test_three_ways_find_what_a_scan_finds(seeds: DataDir, texts: dict[str, str], query: str) -> None:
    words = [tokens.fold(word.strip('"')) for word in query.split()]
    scanned = {key for key, text in texts.items() if all(word in text for word in words)}
    told = CliRunner().invoke(main, ["search", query, "--json", "--data", str(seeds.root)])
    assert {json.loads(line)["id"] for line in told.stdout.splitlines()} == scanned
    metadata = json.loads((ROOT / "datasette_metadata.json").read_text("utf-8"))
    datasette = Datasette([str(seeds.archive_db)], metadata=metadata)
    await datasette.invoke_startup()
    box = await datasette.client.get(f"/archive/reports.json?_search={quote(query)}&_shape=array")
    assert {row["id"] for row in box.json()} == scanned
    page = await datasette.client.get(f"/search?q={quote(query)}")
    assert {key for key in texts if f"/report/{key}" in page.text} == scanned
