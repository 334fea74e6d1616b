"""Print the health: what needs a person first, then how the portals stand, what came and vanished, coverage."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from archive import printing
from archive.history import Change
from crawler import space
from crawler.health.model import PORTAL, Health, Need

NEEDS = 30  # lines; --json has all
CRAWLS = 5


def show(health: Health) -> None:
    """Print the health on standard output."""
    out = printing.console()

    def say(line: str, style: str = "") -> None:
        out.print(escape(line), style=style, highlight=False, soft_wrap=True)

    if not health.needs:
        say("nothing needs a person", "green")
    else:
        say(f"{len(health.needs)} finding(s) need a person:", "bold")
        for need in health.needs[:NEEDS]:
            say(f"  {line(need)}")
        if len(health.needs) > NEEDS:
            say(f"  and {len(health.needs) - NEEDS} more (--json)")
    for note in health.notes:
        say(f"note: {note}")
    counted = ", ".join(f"{number} {verdict}" for verdict, number in health.portals.items() if number)
    say(f"portals: {counted or 'none crawled yet'}" + (f"; {health.due} due now" if health.due else ""))
    if health.crawls:
        table = Table(box=None, padding=(0, 1))
        for head in ("run", "state", "portals", "not fine", "pages", "reports"):
            table.add_column(head, justify="left" if head in ("run", "state") else "right")
        for crawl in health.crawls[:CRAWLS]:
            fine = crawl.verdicts.get("ok", 0) + crawl.verdicts.get("unchanged", 0)
            number = sum(crawl.verdicts.values())
            state = (
                "killed"
                if crawl.state == "running" and not (health.busy and crawl is health.crawls[0])
                else crawl.state
            )
            table.add_row(
                f"{crawl.started:%Y-%m-%d %H:%M}", state, str(number), str(number - fine), str(crawl.pages),
                str(crawl.reports),
            )  # fmt: skip
        out.print(table)
    happened = ", ".join(f"{number} {kind}" for kind, number in health.changes.items() if number)
    say(f"since {health.since}: {happened or 'no change of any report'}")
    for change in health.latest:
        say(f"  {_change(change)}")
    if health.year is not None:
        counts = ", ".join(f"{number} {status}" for status, number in health.coverage.items() if number)
        say(f"reports on {health.year}, as of {health.as_of}: {counts}")
    say(
        f"{health.reports:,} reports, {health.captures:,} captures, {space.size(health.warc_bytes)} of WARC files,"
        f" {space.size(health.free_bytes)} free"
    )


def line(need: Need) -> str:
    """Return a need in one line."""
    subject = " ".join(filter(None, (need.subject, need.name)))
    times = f", {need.times} visits in a row" if need.kind in PORTAL and need.times > 1 else ""
    new = "new, " if need.fresh else ""
    return f"{need.kind:<15} {subject}: {need.told} [{new}since {need.since:%Y-%m-%d}{times}]"


def _change(change: Change) -> str:
    return " ".join(filter(None, (change.at[:10], change.kind, change.title or change.report, change.url)))
