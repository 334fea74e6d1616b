"""Precision and recall of the title test on the table of real titles and near misses (``tests/data/titles.tsv``)."""

from __future__ import annotations

import csv
from pathlib import Path

from archive import titles

TABLE = Path(__file__).resolve().parents[1] / "data" / "titles.tsv"


def precision_and_recall() -> tuple[int, float, float]:
    """Return the number of rows; how many titles taken for reports are; how many titles of reports are taken.

    A ``doubtful`` title is not taken: it waits for a person.
    """
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    real = {row["title"] for row in rows if row["kind"] == "report"}
    taken = {row["title"] for row in rows if titles.read(row["title"]).kind is titles.Kind.REPORT}
    return len(rows), len(real & taken) / len(taken), len(real & taken) / len(real)
