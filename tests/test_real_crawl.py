"""The seeds and the real article pages, published by sample portals and crawled over HTTP: as from files."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from fazhi_zoo.server import Wrapped, Zoo

from archive.extract import extract
from archive.model import Origin, Report

# Read from the page itself, so they must not depend on the way the page came.
FIELDS = ("title", "year", "published", "written", "issuer", "issuer_kind", "doc_no", "index_no")


def fazhi(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("fazhi")), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=os.environ)


@pytest.fixture(scope="module")
def crawled(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[sqlite3.Connection, dict[str, str]]:
    """One crawl over two portals; the database, and the address of each file."""
    folder = tmp_path_factory.mktemp("real")
    labels = json.loads((shared / "pages" / "labels.json").read_text("utf-8"))["articles"]
    seeds = [
        Wrapped(name=file.name, body=file.read_bytes(), content_type="text/plain", title=title_of(file), date=None)
        for file in sorted((shared / "seeds").glob("*.txt"))
    ]
    # Titles that lie, so that every page is fetched and must be told by itself.
    articles = [
        Wrapped(
            name=label["file"], body=(shared / "pages" / label["file"]).read_bytes(), content_type="text/html",
            title=f"示例单位{2000 + number}年法治政府建设年度报告", date=None,
        )
        for number, label in enumerate(labels)
    ]  # fmt: skip
    with Zoo("none") as zoo:
        addresses = zoo.wrap(seeds, "420700", dialect="trs_zero", per_page=2)
        addresses |= zoo.wrap(articles, "220000", dialect="next_anchor", per_page=7)
        zoo.write_portals(folder / "portals.toml")
        result = fazhi("crawl", "--portals", folder / "portals.toml", "--delay", "0", "--data", folder / "data")
    assert result.returncode == 3, result.stderr  # the portal of the articles is `silent`: no report there
    db = sqlite3.connect(folder / "data" / "archive.db")
    db.row_factory = sqlite3.Row
    return db, addresses


def title_of(file: Path) -> str:
    document = extract(Origin(content_type="text/plain"), file.read_bytes())
    return document.title or "关于法治政府建设情况的报告"


@pytest.mark.real
def test_the_five_seeds_come_out_as_from_files(crawled, shared: Path) -> None:
    db, addresses = crawled
    for file in sorted((shared / "seeds").glob("*.txt")):
        from_file = extract(Origin(content_type="text/plain"), file.read_bytes())
        assert isinstance(from_file, Report)
        row = db.execute(
            "select r.*, t.text from sources s join reports r on r.id = s.report join texts t on t.id = r.id"
            " where s.url = ?",
            (addresses[file.name],),
        ).fetchone()
        assert row is not None, f"{file.name} was not found by the crawl"
        # A text without a title gets the one its portal gives it.
        names = [name for name in FIELDS if name != "title" or from_file.title]
        expected = {name: getattr(from_file, name) for name in names}
        found = {name: row[name] for name in names}
        assert found == {k: v if isinstance(v, int | None) else str(v) for k, v in expected.items()}, file.name
        assert row["text"] == from_file.text, file.name
    assert db.execute("select count(*) from reports").fetchone()[0] == 5


@pytest.mark.real
def test_the_article_pages_are_rejected_with_a_reason(crawled) -> None:
    db, addresses = crawled
    pages = {name: url for name, url in addresses.items() if name.startswith("html/")}
    reasons = {
        name: db.execute("select reason from rejected where url = ?", (url,)).fetchone() for name, url in pages.items()
    }
    assert len(pages) == 33
    assert [name for name, row in reasons.items() if row is None] == []
