"""What a crawl of the zoo found and what it cost, portal by portal: ``print(shown(table(zoo, data)))``."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fazhi_zoo.server import Zoo


@dataclass(frozen=True, slots=True)
class Line:
    """A portal: its reports, how many of them the archive has, pages archived as reports that are none, requests sent
    and needed, the verdict. ``missed`` are addresses of reports that were not found."""

    portal: str
    family: str
    reports: int
    found: int
    wrong: int
    requests: int
    minimum: int | None
    verdict: str
    missed: tuple[str, ...] = ()

    @property
    def ratio(self) -> float | None:
        """Requests sent by requests needed."""
        return self.requests / self.minimum if self.minimum else None


def table(zoo: Zoo, data: Path) -> list[Line]:
    """Return a line for each portal of a zoo that was crawled into a data folder.

    A report counts as found when the archive has one of its addresses as a source of a report.
    """
    sources = _rows(data / "archive.db", "select url from sources")
    verdicts = dict(_rows(data / "crawl.db", "select portal, verdict from verdicts order by rowid"))
    archived = {url for (url,) in sources}
    asked = Counter(request.host for request in zoo.log)
    lines = []
    for site in zoo.sites:
        code, home = site.spec.code, zoo.homes[site.spec.code]
        base = home.rstrip("/")
        copies: dict[str, set[str]] = {}
        for item in site.truth:
            if item.is_report:
                copies.setdefault(item.copy_of or item.path, set()).add(base + item.path)
        found = [path for path, urls in copies.items() if urls & archived]
        right = {url for urls in copies.values() for url in urls}
        host = urlsplit(home).netloc
        lines.append(
            Line(
                code,
                site.family,
                len(copies),
                len(found),
                sum(urlsplit(url).netloc == host for url in archived - right),
                asked[host],
                site.minimum,
                verdicts.get(code, "-"),
                tuple(path for path in copies if path not in found),
            )
        )
    return lines


def shown(lines: Sequence[Line]) -> str:
    """Return the table as text."""
    head = ("portal", "family", "reports", "found", "wrong", "requests", "minimum", "ratio", "verdict")
    rows = [
        (k.portal, k.family, k.reports, k.found, k.wrong, k.requests, k.minimum, f"{k.ratio or 0:.2f}", k.verdict)
        for k in lines
    ]
    return "\n".join("{:12} {:12} {:>7} {:>6} {:>6} {:>9} {:>8} {:>6}  {}".format(*row) for row in (head, *rows))


def _rows(file: Path, query: str) -> list[tuple[str, ...]]:
    db = sqlite3.connect(file)
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()
