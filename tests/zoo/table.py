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
    """A portal: its reports, how many of them the archive has, pages archived as reports that are none, their files and
    how many were asked for, requests sent and needed, the verdict. ``missed`` are reports and files not found."""

    portal: str
    family: str
    reports: int
    found: int
    wrong: int
    files: int
    fetched: int
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
    requests = zoo.requests
    asked = Counter(request.host for request in zoo.log)
    lines = []
    for site in zoo.sites:
        code, home = site.spec.code, zoo.homes[site.spec.code]
        base = home.rstrip("/")
        copies: dict[str, set[str]] = {}
        files: set[str] = set()
        for item in site.truth:
            if item.is_report:
                copies.setdefault(item.copy_of or item.path, set()).add(base + item.path)
                files |= {base + file for _, file in item.attachments if not item.copy_of}
        found = {path for path, urls in copies.items() if urls & archived}
        absent = {file for file in files if not requests[file]}
        right = {url for urls in copies.values() for url in urls}
        host = urlsplit(home).netloc
        lines.append(
            Line(
                portal=code,
                family=site.family,
                reports=len(copies),
                found=len(found),
                wrong=sum(urlsplit(url).netloc == host for url in archived - right),
                files=len(files),
                fetched=len(files) - len(absent),
                requests=asked[host],
                minimum=site.minimum,
                verdict=verdicts.get(code, "-"),
                missed=(*(base + path for path in copies if path not in found), *sorted(absent)),
            )
        )
    return lines


def shown(lines: Sequence[Line]) -> str:
    """Return the table as text, totals below."""
    head = ("portal", "family", "reports", "found", "wrong", "files", "requests", "minimum", "ratio", "verdict")
    rows = [
        (k.portal, k.family, k.reports, k.found, k.wrong, f"{k.fetched}/{k.files}", k.requests, k.minimum or "-",
         f"{k.ratio or 0:.2f}", k.verdict)
        for k in lines
    ]  # fmt: skip
    reports, found = sum(k.reports for k in lines), sum(k.found for k in lines)
    total = ("all", "", reports, found, sum(k.wrong for k in lines), "", sum(k.requests for k in lines), "", "", "")
    form = "{:12} {:12} {:>7} {:>6} {:>6} {:>7} {:>9} {:>8} {:>6}  {}"
    return "\n".join(form.format(*row).rstrip() for row in (head, *rows, total))


def _rows(file: Path, query: str) -> list[tuple[str, ...]]:
    db = sqlite3.connect(file)
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()
