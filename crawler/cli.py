"""The command line: everything of ``archive.cli`` and the commands that need the network. ``__main__`` starts it.

Commands import what they need themselves: loading Scrapy and the extraction takes longer than most of them.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.cells import cell_len, set_cell_size
from rich.table import Table

from archive import printing
from archive.cli import check_code, check_url, data_option
from archive.cli import fazhi as main
from archive.datadir import DataDir
from archive.errors import UsageError
from crawler import catalogue, progress
from crawler.addresses import canonical
from crawler.cli_schedule import Hours, falling_due, remind
from crawler.manners import Window
from crawler.status import tell, telling

if TYPE_CHECKING:
    from crawler.run import Summary

__all__ = ["main"]

SAMPLE_PORT = 8101  # of the first sample portal, the others follow

CAPTURE_ID = re.compile(r"\d{14}-[0-9a-f]{10}")


@main.command()
@click.argument("places", nargs=-1, metavar="[CODE|NAME|URL]...")
@click.option(
    "--portals", type=click.Path(path_type=Path), help="Portal file (TOML) in place of the built-in catalogue."
)
@click.option(
    "--due", "only_due", is_flag=True, help="Only those whose next visit has come, of the catalogue if none is named."
)
@click.option(
    "--most",
    type=click.IntRange(1),
    help="With --due: at most so many portals, new ones first, then the longest overdue.",
)
@click.option("--limit", type=click.IntRange(1), help="Stop after this many pages.")
@click.option("--delay", type=click.FloatRange(0), help="Seconds between two requests to a host (default 2).")
@click.option("--window", type=Hours(), help="Ask only in these hours of China's time, for example 22-6.")
@telling
@data_option()
def crawl(
    places: tuple[str, ...],
    portals: Path | None,
    only_due: bool,
    most: int | None,
    limit: int | None,
    delay: float | None,
    window: Window | None,
    notify: str | None,
    metrics: Path | None,
    data: Path,
) -> None:
    """Crawl portals and archive their reports; go on where an interrupted crawl stopped.

    \b
    Example:
      fazhi crawl 420683                     one place of the catalogue
      fazhi crawl --portals mine.toml        every place of a file of your own
      fazhi crawl --due                      what is due of the whole catalogue
    """
    from crawler import run

    known = catalogue.load(portals, places)
    if not places and portals is None and not only_due:
        raise UsageError(
            "say which portals to crawl",
            "name codes or places (see `fazhi portals`), give a file with --portals, or --due",
        )
    chosen = catalogue.select(known, places) if places else list(known.values())
    place = DataDir.open(data)
    expected = known.values() if portals else None
    if only_due and not (chosen := falling_due(place, chosen, window, most)):
        tell(place, notify, metrics, expected)
        return
    remind([portal.home for portal in chosen])
    try:
        with crawl_progress() as tick:
            summary = run.crawl(place, chosen, limit=limit, delay=delay, window=window, progress=tick)
        show(summary)
    finally:  # that a run failed is what most needs to be told
        tell(place, notify, metrics, expected)
    raise click.exceptions.Exit(summary.exit_code)


@main.command()
@click.option("--find", "word", metavar="WORD", help="Only where WORD stands in the name, place, code or host.")
@click.option(
    "--portals", type=click.Path(path_type=Path), help="Portal file (TOML) in place of the built-in catalogue."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def portals(word: str | None, portals: Path | None, as_json: bool) -> None:
    """List the catalogue of portals: code, name, dialect, home page, place, and what is doubtful of the entry.

    Aligned on a terminal, otherwise separated by tabs.

    \b
    Example:
      fazhi portals --find 枣阳
      fazhi portals --find 襄阳市            the city and all places in it
    """
    known = catalogue.load(portals)
    entries = list(known.values()) if word is None else catalogue.search(known, word)
    if not entries:
        raise UsageError(f"no portal matches '{word}'", "`fazhi portals` lists all")
    if as_json:
        for entry in entries:
            click.echo(json.dumps(catalogue.as_json(entry), ensure_ascii=False))
        return
    rows = [
        (p.code, p.name, p.family or "", p.home, "/".join(catalogue.place_names(p)), p.remark or "") for p in entries
    ]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    aligned = _on_terminal()
    for row in rows:
        cells = [set_cell_size(cell, width) for cell, width in zip(row, widths, strict=True)] if aligned else row
        click.echo("  ".join(cells).rstrip() if aligned else "\t".join(cells))


@main.command()
@click.argument("url")
@click.option("--delay", type=click.FloatRange(0), help="Seconds between two requests to a host (default 2).")
def probe(url: str, delay: float | None) -> None:
    """Look at a portal nobody knows: dialect, listings, reports by year. Prints the stanza for a portal file.

    Reads lists only, and stores nothing; what it saw stands in comments above the stanza. Exit code 3 where no list
    with reports was found.

    \b
    Example:
      fazhi probe http://www.example.gov.cn/
      fazhi probe http://www.example.gov.cn/zwgk/fzzfjsndbg/ >> mine.toml
    """
    from crawler import probe as looking
    from crawler import run

    remind([url])
    with tempfile.TemporaryDirectory(prefix="fazhi-probe-") as folder, crawl_progress() as tick:
        found = looking.probe(DataDir.open(Path(folder)), url, delay=delay, progress=tick)
    click.echo("\n".join(found.report()))
    if found.pages:
        click.echo(found.stanza())
    raise click.exceptions.Exit(run.FINE_EXIT if found.listings or found.engines else run.NOT_FINE_EXIT)


@main.command()
@click.argument("inputs", nargs=-1, required=True, metavar="FILE|URL...")
@click.option("--url", help="Address a single FILE was saved from.")
@click.option("--code", help="GB/T 2260 code of the place whose portal it comes from.")
@click.option(
    "--as", "verdict", type=click.Choice(["report"]), help="Let the pages count as reports, whatever the rules say."
)
@data_option()
def add(inputs: tuple[str, ...], url: str | None, code: str | None, verdict: str | None, data: Path) -> None:
    """Archive saved pages, texts, PDFs, WARC files, or single addresses.

    With --as report also captures that are here already, by their id: a rejected page is overruled.

    \b
    Example:
      fazhi add report.html --url http://www.example.gov.cn/zwgk/t20210331_1.html --code 420683
      fazhi add https://www.example.gov.cn/zwgk/t20210331_1.html
      fazhi add --as report 20260301080000-0123456789
    """
    from archive import adding, saved
    from crawler import run

    check_code(code)
    check_url(url)
    addresses = [item for item in inputs if item.lower().startswith(("http://", "https://"))]
    ids = [item for item in inputs if verdict and CAPTURE_ID.fullmatch(item)]
    files = [Path(item) for item in inputs if item not in (*addresses, *ids)]
    if url and (len(files) != 1 or addresses):
        raise UsageError("--url names the address of one file", "give one FILE with --url")
    for item in inputs:
        if "://" in item and item not in addresses:
            raise UsageError(f"no web address: {item}", "only http:// and https:// addresses can be fetched")
    for file in files:
        saved.check(file)
    place = DataDir.open(data)
    exit_code = 0
    if files:
        with printing.progress("archiving") as tick:
            added = adding.add_files(place, files, url=url, code=code, progress=tick)
        ids += [item.capture for item in added]
        if not verdict:
            printing.added(added)
    if addresses:
        remind(addresses)
        with crawl_progress() as tick:
            summary = run.fetch(place, addresses, code=code, progress=tick)
        show(summary)
        exit_code = summary.exit_code
        ids += adding.newest(place, [canonical(address) or address for address in addresses])
    if verdict:
        with printing.progress("reading again") as tick:
            printing.added(adding.decide_report(place, ids, progress=tick))
    raise click.exceptions.Exit(exit_code)


@main.command()
@click.option("--no-serve", is_flag=True, help="End after the crawl with a summary.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address the site listens on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Port of the site.")
@data_option("demo-data")
def demo(no_serve: bool, host: str, port: int, data: Path) -> None:
    """Crawl the sample portals on this machine, archive them, and serve the site.

    \b
    Example:
      fazhi demo --no-serve
    """
    from fazhi_zoo.server import Zoo

    from archive import search, store
    from archive.site.serve import check_port, serve
    from crawler import run

    place = DataDir.open(data)
    if not no_serve:
        check_port(host, port)
    with ExitStack() as stack:
        # The same addresses at every run, so that a second one is a visit to pages known; any free ones where taken.
        try:
            zoo = stack.enter_context(Zoo(base_port=SAMPLE_PORT))
        except OSError:
            zoo = stack.enter_context(Zoo())
        file = place.root / "sample-portals.toml"
        zoo.write_portals(file)
        click.echo("sample portals (fictional places):")
        for portal in catalogue.load(file).values():
            click.echo(f"  {portal.code}  {portal.name}  {portal.home}")
        with crawl_progress() as tick:
            summary = run.crawl(place, list(catalogue.load(file).values()), delay=0, progress=tick)
        show(summary)
        held = search.browse(store.open_archive(place.archive_db, create=False, readonly=True), limit=1).total
        click.echo(f"the archive holds {held:,} reports")  # a second run finds nothing new
        if no_serve or summary.exit_code == run.INTERRUPTED_EXIT:
            raise click.exceptions.Exit(summary.exit_code)
        serve(place, host, port)


def _on_terminal() -> bool:
    return sys.stdout.isatty()


@contextmanager
def crawl_progress() -> Iterator[progress.Progress]:
    """Yield the progress function of a crawl, and say at its end how long it took."""
    started = time.monotonic()
    with progress.shown() as tick:
        yield tick
    click.echo(f"crawled in {progress.span(time.monotonic() - started)}", err=True)


def show(summary: Summary) -> None:
    """Print a crawl's summary: a row a portal, its verdict and the evidence for it."""
    table = Table(box=None)
    for head in ("portal", "name", "verdict", "pages", "reports", "rejected", "remark"):
        table.add_column(head, justify="right" if head in ("pages", "reports", "rejected") else "left")
    for row in summary.portals:
        table.add_row(
            row.portal, row.name, row.verdict, str(row.pages), str(row.reports), str(row.rejected), row.remark
        )
    printing.console().print(table)
    click.echo(
        f"{summary.pages} pages, {summary.reports} reports, {summary.rejected} rejected, {summary.failed} failed"
    )
