"""Benchmarks: every figure beside its peer, in one run. ``make bench`` also writes the table of docs/performance.md."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- figures: written by `make bench` -->\n", "<!-- end of figures -->\n"

Note = Callable[..., None]


@pytest.fixture(scope="session")
def note() -> Iterator[Note]:
    """A function that takes one row of the table: what, ours, peer, unit."""
    rows: list[str] = []

    def take(what: str, ours: float, peer_name: str, peer: float, limit: str = "") -> None:
        rows.append(f"| {what} | {ours:.2f} | {peer_name} {peer:.2f} | {ours / peer:.2f} | {limit} |")

    yield take
    if not rows:
        return
    libraries = ", ".join(f"{name} {version(name)}" for name in ("scrapy", "trafilatura", "lxml", "warcio"))
    table = [
        f"Measured {datetime.now(UTC).date().isoformat()}, Python {platform.python_version()},"
        f" SQLite {sqlite3.sqlite_version}, {libraries}; {platform.machine()}.\n\n",
        "| figure | ours | peer | ratio | asked |\n|---|---|---|---|---|\n",
        *(row + "\n" for row in rows),
    ]
    text = PAGE.read_text("utf-8")
    head, rest = text.split(BEGIN)
    PAGE.write_text(head + BEGIN + "\n" + "".join(table) + "\n" + END + rest.split(END)[1], "utf-8")
    print("\n" + "".join(table))
