"""What a person decided about a page against the rules (``fazhi add --as report``); applied after extraction.

A decision is a WARC ``metadata`` record (``WARC-Fazhi-Capture``, ``WARC-Fazhi-Verdict``), so a rebuild knows it too;
the table in ``crawl.db`` is its index. The document it makes says so by the issue ``overruled``.
"""

from __future__ import annotations

import sqlite3
from dataclasses import fields

from archive.model import Document, Issue, IssueCode, Report

REPORT = "report"
SCHEMA = "CREATE TABLE IF NOT EXISTS decisions (capture TEXT PRIMARY KEY, verdict TEXT NOT NULL)"


def keep(db: sqlite3.Connection, capture: str, verdict: str) -> None:
    """Remember the decision on a capture (of ``crawl.db``); the last one counts."""
    db.execute(SCHEMA)
    db.execute("INSERT OR REPLACE INTO decisions VALUES (?, ?)", (capture, verdict))


def forget(db: sqlite3.Connection) -> None:
    """Delete all decisions: a rebuild fills the table anew."""
    db.execute(SCHEMA)
    db.execute("DELETE FROM decisions")


def of(db: sqlite3.Connection, capture: str) -> str | None:
    """Return the decision on a capture, or None."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'decisions'").fetchone():
        return None
    row = db.execute("SELECT verdict FROM decisions WHERE capture = ?", (capture,)).fetchone()
    return None if row is None else str(row[0])


def as_report(document: Document) -> Report:
    """Return a document as the report a person says it is; what extraction said against it stays as an issue.

    >>> as_report(Report(extractor="1")).issues
    ()
    """
    if isinstance(document, Report):
        return document
    values = {field.name: getattr(document, field.name) for field in fields(Document)}
    said = f"{getattr(document, 'reason', '')}: {getattr(document, 'detail', '')}"
    return Report(**values | {"issues": (*document.issues, Issue(IssueCode.OVERRULED, "", said))})
