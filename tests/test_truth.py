"""The sample portals crawled whole: what the archive says of every page is what was put there, field by field."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys

import pytest
from fazhi_zoo.articles import Truth
from fazhi_zoo.server import Zoo

FIELDS = ("year", "title", "adcode", "town_code", "region", "issuer_kind", "published", "written", "doc_no", "index_no",
          "topic", "validity")  # fmt: skip


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[sqlite3.Connection, list[Truth]]:
    folder = tmp_path_factory.mktemp("truth")
    with Zoo("large") as zoo:
        zoo.write_portals(folder / "portals.toml")
        done = subprocess.run(
            [sys.executable, "-m", "crawler", "crawl", "--portals", str(folder / "portals.toml"), "--delay", "0",
             "--data", str(folder / "data")],
            capture_output=True, text=True, timeout=120, check=False, env=os.environ,
        )  # fmt: skip
        truth = zoo.truth
        crowded = [request for request in zoo.log if request.inflight > 1]
    assert done.returncode == 0, done.stdout + done.stderr
    assert crowded == []  # one request a host at a time
    db = sqlite3.connect(folder / "data" / "archive.db")
    db.row_factory = sqlite3.Row
    return db, truth


def squeezed(text: str | None) -> str:
    return re.sub(r"\s+", "", text or "")


def test_every_report_is_there_with_every_field(crawled: tuple[sqlite3.Connection, list[Truth]]) -> None:
    db, truth = crawled
    wrong = []
    for item in truth:
        if not item.is_report:
            continue
        row = db.execute(
            "select r.*, t.text from sources s join reports r on r.id = s.report join texts t on t.id = r.id"
            " where s.url = ?",
            (item.url,),
        ).fetchone()
        if row is None:
            wrong.append((item.url, "not found", item.title, None))
            continue
        for name in FIELDS:
            told = "/".join(item.region) if name == "region" else getattr(item, name)
            told = told if isinstance(told, int | None) else str(told)
            if row[name] != told:
                wrong.append((item.url, name, told, row[name]))
        if row["issuer"] not in (item.issuers or (item.issuer,)):
            wrong.append((item.url, "issuer", item.issuers, row["issuer"]))
        if row["source_kind"] not in ("official", "department_site", "upper_level_portal"):
            wrong.append((item.url, "source_kind", "official", row["source_kind"]))
        body = squeezed(row["text"]).removeprefix(squeezed(item.title))
        wrong += [(item.url, "cell", cell, None) for cell in item.cells if squeezed(cell) not in body]
        if not item.cells and body != squeezed("".join(item.paragraphs)):
            wrong.append((item.url, "text", "", json.dumps(row["text"][:200], ensure_ascii=False)))
    assert wrong == []
    assert db.execute("select count(*) from reports").fetchone()[0] == sum(item.is_report for item in truth)


def test_near_misses_are_rejected_for_an_acceptable_reason(crawled: tuple[sqlite3.Connection, list[Truth]]) -> None:
    db, truth = crawled
    reasons = dict(db.execute("select url, reason from rejected").fetchall())
    misses = {item.url: item.reasons for item in truth if not item.is_report}
    fetched = {url: reason for url, reason in reasons.items() if url in misses}
    assert fetched  # some bear titles that only the page itself gives away
    assert {url: (reason, misses[url]) for url, reason in fetched.items() if reason not in misses[url]} == {}
