"""What the commands print for a person: tables, progress, one document. No logic, no input.

On a terminal a progress bar; in a log a plain line every ten seconds. A pipe that closes early (``| head``) is fine.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from archive.coverage import Cell, Coverage, Status, counted
from archive.coverage import added as added_up
from archive.deadline import last_day
from archive.model import Capture, Document, Evidence, Rejection

if TYPE_CHECKING:  # loading them takes longer than most commands
    from archive.adding import Added
    from archive.search import Results
    from archive.store import Difference

Tick = Callable[[int, int | None], None]  # done so far, total if known

BODY_LINES_SHOWN = 12
LOG_SECONDS = 10.0


def console() -> Console:
    """Return a console for standard output; wide when it is no terminal, so that lines in a log do not wrap."""
    plain = _Console()
    return plain if plain.is_terminal else _Console(width=1000)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave quietly: whoever read had enough. The stock console ends with an error."""
        try:
            super().on_broken_pipe()
        except SystemExit:
            raise SystemExit(0) from None


@contextmanager
def progress(what: str) -> Iterator[Tick]:
    """Yield a function to be called with (done, total or None) as work goes on; show it on standard error."""
    err = Console(stderr=True)
    if err.is_terminal:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[counted]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=err, transient=True) as bar:
            task = bar.add_task(what, total=None, counted="")

            def update(done: int, total: int | None = None) -> None:
                counted = f"{done:,}" if total is None else f"{done:,} of {total:,}"
                bar.update(task, completed=done, total=total, counted=counted)

            yield update
        return
    last = time.monotonic()

    def tick(done: int, total: int | None = None) -> None:
        nonlocal last
        if time.monotonic() - last >= LOG_SECONDS:
            last = time.monotonic()
            click.echo(f"{what}: {done}" + (f" of {total}" if total else ""), err=True)

    yield tick


def counts(numbers: Mapping[str, int]) -> None:
    """Print how many captures ended how, one a line, most frequent first."""
    if not numbers:
        click.echo("nothing to do")
    for name, number in sorted(numbers.items(), key=lambda item: (-item[1], item[0])):
        click.echo(f"{number:>8,}  {name}")


class Changes:
    """Prints what a newer extraction says otherwise: a line a field as it comes, at the end how often each changed."""

    def __init__(self) -> None:
        self.pages = 0
        self.fields: Counter[str] = Counter()

    def add(self, capture: Capture, differences: Sequence[Difference]) -> None:
        """Print the changed fields of one capture."""
        self.pages += 1
        click.echo(f"{capture.id}  {capture.origin.url or capture.target}")
        for item in differences:
            self.fields[item.field] += 1
            before, now = (
                f"{len(str(value))} characters" if item.field == "text" else value for value in (item.before, item.now)
            )
            click.echo(f"  {item.field}: {before} -> {now}")

    def summary(self) -> None:
        """Print on how many pages anything changed, and how often each field did."""
        told = ", ".join(f"{name} {number}" for name, number in self.fields.most_common())
        click.echo(f"{self.pages} page(s) changed" + (f": {told}" if told else ""))


def added(items: Sequence[Added]) -> None:
    """Print a line for each added file: report or reason, id, file, title. Long lines are the terminal's to wrap.

    An id broken over two lines of a narrow table could not be copied.
    """
    out = console()
    outcomes = [item.outcome + (" (already here)" if item.known else "") for item in items]
    width = max(map(len, outcomes), default=0)
    keys = max((len(item.report or item.capture) for item in items), default=0)
    for item, outcome in zip(items, outcomes, strict=True):
        style = "green" if item.report else "yellow"
        title = item.title or ("(no title)" if item.report else f"({item.detail})")
        name = item.file.rsplit("/", 1)[-1]
        out.print(
            f"[{style}]{outcome:{width}}[/]  {item.report or item.capture:{keys}}  {escape(name)}  {escape(title)}",
            soft_wrap=True, highlight=False,
        )  # fmt: skip
    reports = sum(item.report is not None for item in items)
    click.echo(f"{len(items)} page(s): {reports} report(s), {len(items) - reports} rejected")


def document(file: str, doc: Document) -> None:
    """Print one document: verdict, fields with where each came from, beginning and end of the body, what was cut."""
    out = console()
    if isinstance(doc, Rejection):
        out.print(f"[bold]{escape(file)}[/]  [yellow]rejected: {doc.reason}[/] {escape(doc.detail)}")
    else:
        out.print(f"[bold]{escape(file)}[/]  [green]report[/]")
    table = Table(show_header=False, box=None, padding=(0, 1))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(style="dim", overflow="fold")
    for name, value in fields(doc):
        table.add_row(name, escape(value), escape(witnesses(doc.evidence, name)))
    out.print(table)
    for issue in doc.issues:
        out.print(f"  [yellow]{issue.code}[/] {escape(issue.field)} {escape(issue.detail)}".rstrip())
    lines = doc.text.split("\n") if doc.text else []
    shown = lines if len(lines) <= BODY_LINES_SHOWN else [*lines[: BODY_LINES_SHOWN - 2], "…", lines[-1]]
    out.print(f"  body: {len(lines)} paragraphs, {len(doc.text)} characters; {len(doc.removed)} lines cut as chrome")
    for line in shown:
        out.print("    " + escape(line if len(line) <= 76 else line[:75] + "…"), highlight=False)
    for line in doc.removed[:BODY_LINES_SHOWN]:
        out.print("  [dim]- " + escape(line[:76]) + "[/]", highlight=False)
    out.print()


def fields(doc: Document) -> list[tuple[str, str]]:
    """Return the fields of a document that hold a value, as text, in reading order."""
    region = doc.region
    values = {
        "title": doc.title,
        "title_in_body": doc.title_in_body,
        "year": doc.year,
        "published": doc.published,
        "written": doc.written,
        "region": "/".join(region.names) if region else None,
        "adcode": region.adcode if region else None,
        "town_code": region.town_code if region else None,
        "issuer": doc.issuer,
        "issuer_kind": doc.issuer_kind,
        "publisher": doc.publisher,
        "doc_no": doc.doc_no,
        "index_no": doc.index_no,
        "topic": doc.topic,
        "validity": doc.validity,
        "site_name": doc.site_name,
        "site_code": doc.site_code,
        "source_kind": doc.source_kind,
    }
    return [(name, str(value)) for name, value in values.items() if value is not None]


def witnesses(evidence: tuple[Evidence, ...], name: str) -> str:
    """Return where a field was read, strongest witness first: ``label: 发布日期: 2021年03月31日``."""
    return "; ".join(f"{e.source}: {e.quote or e.value}"[:80] for e in evidence if e.field == name)


def results(query: str, found: Results, *, as_json: bool) -> None:
    """Print search hits: title, id, place and year, the passage with the words marked."""
    if as_json:
        for hit in found.hits:
            click.echo(json.dumps(hit.to_json(), ensure_ascii=False))
        return
    out = console()
    if not found.hits:
        advice = "try fewer or shorter words: all must stand in it, but for those joined by OR"
        out.print(f"no report holds {escape(query)!r} - {advice}")
        return
    for hit in found.hits:
        out.print(f"[bold]{escape(hit.title or '(no title)')}[/]  [dim]{hit.id}[/]", highlight=False)
        place = " · ".join(str(part) for part in (hit.region, hit.year, hit.published) if part)
        out.print(f"  {escape(place)}", style="cyan", highlight=False)
        snippet = [(t.replace("\n", " ").replace("\t", " "), marked) for t, marked in hit.snippet]
        passage = "".join(f"[bold yellow]{escape(t)}[/]" if marked else escape(t) for t, marked in snippet)
        out.print(f"  {passage}\n", highlight=False)
    more = "" if found.total <= len(found.hits) else f", {len(found.hits)} shown (--limit)"
    out.print(f"{found.total:,}{'+' if found.capped else ''} report(s){more}")


def coverage(known: Coverage, year: int | None, code: str | None, towns: Sequence[Sequence[Cell]]) -> None:
    """Print a table of the places right below one (None: the provinces): their own state, and counts of their area."""
    out = console()
    if year is None:
        out.print("nothing is known yet - begin with `fazhi crawl`")
        return
    own = known.own(code, year) if code else None
    shown = [(cell, counted([cell])) for town in towns for cell in town if cell.year == year]
    rows = [(line.code, line.name, line.own, line.counts) for line in known.lines(code, year)] if not shown else []
    rows += [(cell.code, cell.name, cell, counts) for cell, counts in shown]
    if own:
        rows.insert(0, (own.code, own.name, own, counted([own])))
    table = Table(box=None, padding=(0, 1))
    for head in ("code", "place", "must", *(str(status) for status in Status), "own report"):
        table.add_column(head, justify="left" if head in ("code", "place", "own report") else "right", no_wrap=True)
    for place, name, cell, counts in rows:
        told = "" if cell is None else " ".join(filter(None, (cell.status, cell.published, cell.report)))
        table.add_row(place, escape(name), *(str(n) for n in counts.values()), escape(told))
    total = added_up(counts for _, _, _, counts in rows)
    table.add_row("", "total", *(str(n) for n in total.values()), "", style="bold")
    out.print(table)
    out.print(f"reports on {year}, due by {last_day(year)}, as of {known.as_of}", highlight=False)
