"""The commands that need no network: inspect, extract, rebuild, verify, tidy, search, export, serve.

``crawler.cli`` adds the rest to the same group. Commands only parse arguments and
print; what they do lives in the rooms they call. Exit codes: 0 fine, 1 error, 2 usage, 3 some portals not fine,
130 interrupted (what was done is kept; run the command again to go on).
"""

from __future__ import annotations

import errno
import json
import os
import re
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from archive import __version__, damage, printing
from archive.datadir import DataDir
from archive.errors import FazhiError, UsageError
from archive.model import Origin, Reason, Rejection

DATA_HELP = "Data directory: warc/, crawl.db, archive.db."


def data_option(default: str = "data") -> Callable[[Any], Any]:
    """Return the ``--data`` option that every command with a data directory takes."""
    return click.option(
        "--data",
        "data",
        metavar="DIR",
        type=click.Path(path_type=Path),
        default=Path(default),
        show_default=True,
        help=DATA_HELP,
    )


class Group(click.Group):
    """Turn errors a user can act on into one line and the exit code they carry; an interrupt into 130."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FazhiError as error:
            click.echo(f"fazhi: {error}", err=True)
            ctx.exit(error.exit_code)
        except (sqlite3.DatabaseError, OSError) as error:
            if damage.is_damage(error):
                click.echo(f"fazhi: a database is damaged: {error} - run `fazhi tidy`, which mends it", err=True)
                ctx.exit(1)
            if not refused(error):
                raise
            click.echo(f"fazhi: the disk refuses: {error} - make room, then run the same command again", err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            click.echo("fazhi: interrupted - run the same command again to go on", err=True)
            ctx.exit(130)
        except BrokenPipeError:
            ctx.exit(0)  # `fazhi search ... | head` is no error


def refused(error: Exception) -> bool:
    """Tell whether the disk is at fault (full, read-only, broken), wherever in a command that came to light.

    >>> refused(OSError(errno.ENOSPC, "no space")), refused(FileNotFoundError(errno.ENOENT, "none"))
    (True, False)
    """
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
    return any(word in str(error) for word in ("disk", "readonly", "unable to open"))


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="fazhi")
def fazhi() -> None:
    """Crawl, archive and search China's 法治政府建设年度报告.

    Exit codes: 0 fine, 1 error, 2 usage, 3 some portals not fine, 130 interrupted and resumable.
    """


@fazhi.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--url", help="Address the page was saved from.")
@click.option("--code", help="GB/T 2260 code of the place whose portal it was saved from.")
@click.option("--link-title", help="Text of the link that led to the page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one for each file, in order.")
def inspect(files: tuple[Path, ...], url: str | None, code: str | None, link_title: str | None, as_json: bool) -> None:
    """Show what extraction makes of a saved page. Stores nothing.

    \b
    Example:
      fazhi inspect report.html --url http://www.example.gov.cn/zwgk/t20210331_1.html
      fazhi inspect *.html --json | jq .title
    """
    from archive import extract, saved

    check_code(code)
    check_url(url)
    unreadable = False
    for file in files:
        try:
            body = saved.read(file)
        except UsageError as error:
            # One unreadable file among many must not hide the others; the line keeps its place in the output.
            unreadable = True
            click.echo(f"fazhi: {error}", err=True)
            if as_json:
                nothing = Rejection(extractor=extract.EXTRACTOR, reason=Reason.UNREADABLE, detail=str(error))
                click.echo(json.dumps(extract.to_json(str(file), nothing), ensure_ascii=False))
            continue
        origin = Origin(
            url=url,
            portal=code,
            adcode=code[:6] if code else None,
            link_title=link_title,
            content_type=saved.content_type(file),
        )
        document = saved.examine(origin, body)
        if as_json:
            click.echo(json.dumps(extract.to_json(str(file), document), ensure_ascii=False))
        else:
            printing.document(str(file), document)
    if unreadable:
        raise click.exceptions.Exit(2)


@fazhi.command()
@click.argument("query")
@click.option("--year", type=int, help="Year reported on.")
@click.option("--region", metavar="CODE", help="Division code; a province or prefecture includes all below it.")
@click.option("--newest", is_flag=True, help="Last published first instead of best first.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Reports to show.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@data_option()
def search(
    query: str, year: int | None, region: str | None, newest: bool, limit: int, as_json: bool, data: Path
) -> None:  # fmt: skip
    """Full-text search in Chinese: exact for any run of characters.

    Words are joined by AND; OR between two asks for either, -word excludes, quotes keep together. Field words: title:,
    issuer:, year:2018-2020, region:枣阳市 (or a code), level:, kind:, source:, due:late. A QUERY that begins with a
    minus stands behind --.

    \b
    Example:
      fazhi search 行政复议 --year 2020
      fazhi search '"负责人出庭应诉" OR 12348 year:2018-2020 region:420000 -听证' --newest
    """
    from archive import search as engine
    from archive import store
    from archive.query import parse

    check_code(region)
    asked = parse(query)
    if not asked:
        raise UsageError("no word to search for", "give at least one character; punctuation is not searched")
    db = store.open_archive(DataDir.open(data, create=False).archive_db, create=False, readonly=True)
    order: engine.Order = "newest" if newest else "relevance"
    results = engine.search(db, asked, year=year, region=region, order=order, limit=limit)
    printing.results(query, results, as_json=as_json)


@fazhi.command()
@click.option("--stale", is_flag=True, help="Also read again what an older extractor produced.")
@data_option()
def extract(stale: bool, data: Path) -> None:
    """Read the captures that have no result yet (a crawl does this by itself while it runs).

    With --stale it prints what a newer extractor says otherwise, field by field.

    \b
    Example:
      fazhi extract --stale
    """
    from archive.pipeline import Pipeline

    place = DataDir.open(data, create=False)
    changes = printing.Changes()
    with place.lock(), printing.progress("reading pages") as tick:
        counts = Pipeline(place).run(progress=tick, stale=stale, changed=changes.add if stale else None)
    printing.counts(counts)
    if stale:
        changes.summary()


@fazhi.command()
@data_option()
def rebuild(data: Path) -> None:
    """Make both databases again from the WARC files alone. A site that is being served goes on meanwhile.

    Damaged ones are replaced; what can be saved of the crawler's own tables (what is queued, how crawls went) is.

    \b
    Example:
      fazhi rebuild --data /srv/fazhi
    """
    from archive.rebuild import rebuild as run

    broken: list[object] = []
    began = time.monotonic()
    with printing.progress("rebuilding") as tick:
        counts = run(DataDir.open(data, create=False), progress=tick, broken=broken.append, tell=click.echo)
    printing.counts(counts)
    seconds, number = time.monotonic() - began, sum(counts.values())
    if number:
        click.echo(f"{seconds:,.1f} s, {seconds / number * 1000:,.1f} s for 1,000 captures")
    for finding in broken:
        click.echo(str(finding), err=True)
    if broken:
        raise FazhiError(f"{len(broken)} broken record(s) left out", "restore the file from a copy and rebuild again")


@fazhi.command()
@click.option("--share", is_flag=True, help="Only the files whose day it is: run daily, each is checked once a month.")
@data_option()
def verify(share: bool, data: Path) -> None:
    """Check every digest in every WARC file and say which record is broken. Exit code 1 if one is.

    `fazhi status` tells of what is broken until a later check finds it whole. `fazhi schedule` checks a share each day.

    \b
    Example:
      fazhi verify --data /srv/fazhi
    """
    from archive import captures, checks, clock, warc_scan, warc_verify

    place = DataDir.open(data, create=False)
    names = [warc_scan.name_of(path) for path in warc_scan.files(place.warc)]
    today = warc_verify.share(place, clock.today()) if share else None
    found = []
    with captures.digests(place.crawl_db) as known, printing.progress("checking bytes") as tick:
        for finding in warc_verify.verify(place.warc, progress=tick, names=today, known=known if share else None):
            found.append(finding)
            click.echo(str(finding), err=True)
    if os.access(place.root, os.W_OK):  # a copy that cannot be written is checked all the same
        checks.keep(place, names if today is None else today, found)
    if found:
        raise FazhiError(
            f"{len(found)} broken record(s) in {place.warc}",
            "restore the file from a copy, or fetch the addresses again; the other records stay readable",
        )
    click.echo("all records whole" + (f" in {len(today)} of {len(names)} file(s)" if today is not None else ""))


@fazhi.command()
@data_option()
def tidy(data: Path) -> None:
    """Keep the databases fit: check every page, mend what is damaged, give empty pages back, write logs back.

    `fazhi schedule` does it every week. A damaged database is made again from the WARC files; the site goes on
    meanwhile. Nothing else is thrown away.

    \b
    Example:
      fazhi tidy --data /srv/fazhi
    """
    from archive import maintenance

    with printing.progress("tidying") as tick:
        maintenance.tidy(DataDir.open(data, create=False), tell=click.echo, progress=tick)
    click.echo("databases are in order")


@fazhi.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Port to listen on.")
@click.option(
    "--base-url",
    metavar="URL",
    envvar="FAZHI_BASE_URL",
    show_envvar=True,
    help="The site's own address, for feeds, site map and absolute links; needed behind a proxy.",
)
@click.option(
    "--setting",
    "settings",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help="A setting of Datasette in place of the safe one, for example: sql_time_limit_ms 3000",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=min(4, os.cpu_count() or 1),
    show_default="one a core, at most 4",
    help="Processes that answer on the port.",
)
@data_option()
def serve(
    host: str, port: int, base_url: str | None, settings: tuple[tuple[str, str], ...], workers: int, data: Path
) -> None:
    """Serve the archive: Datasette with our pages and safe settings. A crawl may run at the same time.

    \b
    Example:
      fazhi serve --port 8001
      fazhi serve --base-url https://archive.example.cn/      behind a proxy: see docs/deploy.md
    """  # fmt: skip
    from archive.site.serve import serve as run

    run(DataDir.open(data, create=False), host, port, base_url=base_url, settings=settings, workers=workers)


@fazhi.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv", "parquet", "datapackage", "wacz"]),
    default="jsonl",
    show_default=True,
    help="JSON lines, CSV for Excel, Parquet, a folder of described tables, or the pages themselves for replay (WACZ).",
)
@click.option("--metadata-only", is_flag=True, help="Without the texts.")
@click.option("--year", type=int, help="Year reported on.")
@click.option("--region", metavar="CODE", help="Division code; a province or prefecture includes all below it.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="File (datapackage: new folder) in place of the output."
)
@data_option()
def export(
    form: str, metadata_only: bool, year: int | None, region: str | None, output: Path | None, data: Path
) -> None:
    """Write the reports to a file, one by one: also a large archive needs little memory.

    CSV begins with a byte-order mark and disarms cells that a spreadsheet would run; the other formats hold values as
    they are (docs/api.md).

    \b
    Example:
      fazhi export --year 2020 > reports.jsonl
      fazhi export --format csv --metadata-only --region 420000 --output hubei.csv
      fazhi export --format datapackage --output package/
      fazhi export --format wacz --year 2020 --output reports-2020.wacz
    """  # fmt: skip
    from archive import datapackage, store, wacz
    from archive import export as engine

    check_code(region)
    if form == "datapackage" and output is None:
        raise UsageError("a data package is a folder", "name a new one with --output")
    if form == "parquet":
        engine.needs_pyarrow()
        if output is None and sys.stdout.isatty():
            raise UsageError("Parquet is no text for a terminal", "name a file with --output")
    if form == "wacz" and (output is None or metadata_only):
        raise UsageError("a WACZ holds whole pages, and its end is written last", "name a file with --output")
    place = DataDir.open(data, create=False)
    db = store.open_archive(place.archive_db, create=False, readonly=True).conn
    chosen, texts = engine.Selection(year, region), not metadata_only
    broken: list[str] = []
    if form == "datapackage" and output is not None:
        with printing.progress("exporting") as tick:
            number = datapackage.package(db, chosen, output, texts=texts, tick=tick)
    elif form == "wacz" and output is not None:
        with _written(output) as out, printing.progress("packing") as tick:
            number = wacz.write(place, db, chosen, out, output.absolute().parent, tick=tick, broken=broken.append)
    else:
        with _written(output) as out, printing.progress("exporting") as tick:
            number = engine.write(db, chosen, out, form=form, texts=texts, tick=tick)
    what = "capture(s)" if form == "wacz" else "report(s)"
    click.echo(f"{number:,} {what} exported" + (f" to {output}" if output else ""), err=True)
    for line in broken:
        click.echo(line, err=True)
    if broken:
        raise FazhiError(f"{len(broken)} record(s) left out", "restore the files from a copy and export again")


@contextmanager
def _written(output: Path | None) -> Iterator[IO[bytes]]:
    """Yield the binary stream to write to; a named file appears under its name only when it is whole."""
    if output is None:
        out = sys.stdout.buffer
        try:
            yield out
            out.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())  # or the interpreter complains at its end
            raise
        return
    part = output.with_name(output.name + ".part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(output)
    except OSError as error:
        if refused(error):
            raise
        raise UsageError(f"cannot write {output}: {error.strerror}", "name another file with --output") from None
    finally:
        part.unlink(missing_ok=True)


@fazhi.command()
@click.option("--year", type=int, help="Year reported on; the latest that is due where not given (--json: all).")
@click.option("--region", metavar="CODE", help="Division code: what lies right below it, townships below a county.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for each government and year.")
@data_option()
def coverage(year: int | None, region: str | None, as_json: bool, data: Path) -> None:
    """Tell which governments published their report on time, late or not, and which nobody looked for.

    \b
    Example:
      fazhi coverage --year 2020
      fazhi coverage --region 420600 --json
    """
    from archive import coverage as engine
    from archive import store

    check_code(region)
    db = store.open_archive(DataDir.open(data, create=False).archive_db, create=False, readonly=True)
    known = engine.compute(db.conn)
    if year is not None and year not in known.years:
        held = f"{known.years[0]} to {known.years[-1]}" if known.years else "no year yet"
        raise UsageError(f"no report on {year} was due by the archive's latest look", f"it knows {held}")
    years = known.years if year is None else (year,)
    code = region[:6] if region else None
    towns = engine.towns(db.conn, code, known.as_of, years) if code and engine.has_towns(known, code) else []
    cells = [cell for each in years for cell in (known.area(code, each) if code else known.of(each))]
    cells += [cell for town in towns for cell in town]
    if code and not cells and known.years:
        raise UsageError(f"no division {code} is known", "look it up with `fazhi portals --find NAME`")
    if as_json:
        for cell in cells:
            click.echo(json.dumps(cell.to_json(), ensure_ascii=False))
        return
    printing.coverage(known, year or known.latest, code, towns)


def check_code(code: str | None) -> None:
    """Refuse a division code that cannot be one, before any work is done.

    A county and above has six digits, a township nine, a department the code of its place and a name of its own.
    """
    if code is not None and not re.fullmatch(r"\d{6}(?:\d{3})?|\d{6}-[a-z0-9-]+", code):
        raise UsageError(f"'{code}' is no division code", "give six digits, for example 420683 (枣阳市)")


def check_url(url: str | None) -> None:
    """Refuse an address that cannot be one of the web, before any work is done."""
    if url is not None and not re.fullmatch(r"https?://[^\s/]+\S*", url, re.I):
        raise UsageError(f"no web address: {url}", "an address begins with http:// or https:// and a host")
