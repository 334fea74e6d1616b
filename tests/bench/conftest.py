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
    """A function that takes one row of the table: what, ours, peer, unit. Rows of other benchmarks are kept."""
    rows: list[str] = []
    today = datetime.now(UTC).date().isoformat()

    def take(what: str, ours: float, peer_name: str, peer: float, limit: str = "") -> None:
        rows.append(f"| {what} | {ours:.2f} | {peer_name} {peer:.2f} | {ours / peer:.2f} | {limit} | {today} |")

    yield take
    if not rows:
        return
    libraries = ", ".join(f"{name} {version(name)}" for name in ("scrapy", "trafilatura", "lxml", "warcio"))
    head, rest = PAGE.read_text("utf-8").split(BEGIN)
    before, behind = rest.split(END)
    kept = [line for line in before.splitlines() if line.startswith("| ")][1:]
    known = {line.split(" | ")[0]: line for line in [*kept, *rows]}
    table = [
        f"Last on Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {libraries};"
        f" {platform.machine()}.\n\n",
        "| figure | ours | peer | ratio | asked | measured |\n|---|---|---|---|---|---|\n",
        *(line + "\n" for line in known.values()),
    ]
    PAGE.write_text(head + BEGIN + "\n" + "".join(table) + "\n" + END + behind, "utf-8")
    print("\n" + "".join(table))
