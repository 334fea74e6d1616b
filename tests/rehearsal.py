"""The simulated year and one archive of it: visits as processes, and what it tells in the words of the truth."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from fazhi_zoo.year import Year
from fazhi_zoo.year_truth import Change, Told, texts

from archive import coverage

from .zygote import Done, Zygote

__all__ = ["Rehearsal", "dump"]

# Tables of the search index, and columns that tell when rows were saved and not what was seen.
INDEX, UNCOMPARED = "reports_fts", {"docid"}


class Rehearsal:
    """One archive of the year, in a folder."""

    def __init__(self, year: Year, zygote: Zygote, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.year, self.zygote, self.folder, self.data = year, zygote, folder, folder / "data"
        self._names = texts()
        self._day, self._runs = year.day, -1
        year.write_portals(folder / "portals.toml")

    @property
    def command(self) -> tuple[str, ...]:
        """The command of a visit."""
        return (
            "crawl", "--due", "--portals", str(self.folder / "portals.toml"), "--data", str(self.data), "--delay", "0",
        )  # fmt: skip

    def begin(self, *, largest: int | None = None) -> int:
        """Begin to crawl what is due and return the process; each run of a day begins a minute after the last."""
        self._runs = self._runs + 1 if self._day == self.year.day else 0
        self._day = self.year.day
        clock = self.year.clock.replace(":00:00", f":{self._runs:02}:00", 1) if self._runs else self.year.clock
        return self.zygote.start(*self.command, largest=largest, FAZHI_CLOCK=clock)

    def visit(self, *, largest: int | None = None) -> Done:
        """Crawl what is due, to the end."""
        self.begin(largest=largest)
        return self.zygote.wait()

    def fazhi(self, *arguments: str) -> Done:
        """Run another command on the archive, on the day it is."""
        return self.zygote.run(*arguments, "--data", str(self.data), FAZHI_CLOCK=self.year.clock)

    def rows(self, query: str, database: str = "archive.db") -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with closing(sqlite3.connect(f"file:{self.data / database}?mode=ro", uri=True)) as db:
            return db.execute(query).fetchall()

    def reports(self) -> dict[str, Told]:
        """Return what the archive tells of every text; one that nobody wrote is told under its own first words."""
        pages: dict[str, set[str]] = {}
        for report, url in self.rows("select report, url from sources"):
            pages.setdefault(report, set()).add(self.year.place(url))
        found = {}
        for report, text, status, first, last, missing, removed in self.rows(
            "select r.id, t.text, r.status, r.first_seen, r.last_seen, r.missing_since, r.removed"
            " from reports r join texts t on t.id = r.id"
        ):
            told = Told(status, _day(first), _day(last), _none(missing), _none(removed), tuple(sorted(pages[report])))
            found[self._named(text)] = told
        return dict(sorted(found.items()))

    def changes(self) -> list[Change]:
        """Return the feed."""
        return sorted(
            (_day(at), kind, self._named(text), self.year.place(url))
            for at, kind, text, url in self.rows(
                "select c.at, c.kind, t.text, c.url from changes c join texts t on t.id = c.report"
            )
        )

    def verdicts(self) -> dict[tuple[str, str], str]:
        """Return (day, portal) -> verdict of every visit."""
        query = (
            "select c.started, v.portal, v.verdict from verdicts v join crawls c on c.id = v.crawl order by c.started"
        )
        return {(_day(started), portal): verdict for started, portal, verdict in self.rows(query, "crawl.db")}

    def coverage(self) -> dict[tuple[str, int], tuple[str, str | None]]:
        """Return (place, year) -> status and date of publication, for the fictional province."""
        with closing(sqlite3.connect(f"file:{self.data / 'archive.db'}?mode=ro", uri=True)) as db:
            known = coverage.compute(db, self.year.day)
        return {
            (cell.code, cell.year): (str(cell.status), cell.published)
            for cell in known.cells.values()
            if cell.code.startswith("99")
        }

    def _named(self, text: str) -> str:
        return self._names.get(text, text[:60])


def dump(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of a database by table, without the search index and without empty tables."""
    found = {}
    with closing(sqlite3.connect(file)) as db:
        names = [row[0] for row in db.execute("select name from sqlite_master where type = 'table' order by name")]
        for name in names:
            if not name.startswith((INDEX, "sqlite_")):
                columns = [row[1] for row in db.execute(f"pragma table_info([{name}])") if row[1] not in UNCOMPARED]
                listed = ", ".join(f"[{column}]" for column in columns)
                if rows := db.execute(f"select {listed} from [{name}]").fetchall():
                    found[name] = sorted(rows, key=repr)
    return found


def _day(moment: str) -> str:
    return moment[:10]


def _none(moment: str | None) -> str | None:
    return moment and moment[:10]
