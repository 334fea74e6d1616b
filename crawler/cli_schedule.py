"""The command ``schedule``, and what ``crawl`` shares with it: hours of the day, what is due, who is asking."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from archive import clock
from archive.cli import data_option, fazhi
from archive.datadir import DataDir
from crawler import catalogue, children, due
from crawler import schedule as engine
from crawler.addresses import netloc
from crawler.chores import chores
from crawler.manners import Window
from crawler.settings import CONTACT
from crawler.status import telling
from crawler.targets import Portal

LOCAL = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?")


class Hours(click.ParamType[Window]):
    """Hours of the day, as in 22-6."""

    name = "HOURS"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Window:
        """Return the window that the text means."""
        if isinstance(value, Window):
            return value
        match = re.fullmatch(r"(\d{1,2})-(\d{1,2})", str(value).strip())
        if match is None or int(match[1]) > 23 or int(match[2]) > 24 or int(match[1]) == int(match[2]):
            self.fail(f"{value!r} is no window of hours: write for example 22-6", param, context)
        return Window(int(match[1]), int(match[2]))


@fazhi.command()
@click.option(
    "--portals", type=click.Path(path_type=Path), help="Portal file (TOML) in place of the built-in catalogue."
)
@click.option("--delay", type=click.FloatRange(0), help="Seconds between two requests to a host (default 2).")
@click.option("--window", type=Hours(), help="Ask only in these hours of China's time, for example 22-6.")
@telling
@click.option("--once", is_flag=True, help="End when nothing is due any more; exit code 1 if anything failed.")
@click.option("--json", "as_json", is_flag=True, help="Log as JSON, one object a line.")
@data_option()
def schedule(
    portals: Path | None,
    delay: float | None,
    window: Window | None,
    notify: str | None,
    metrics: Path | None,
    once: bool,
    as_json: bool,
    data: Path,
) -> None:
    """Crawl portals as they fall due, until told to stop: in the foreground, for systemd or a container.

    Daily from January to mid-April, weekly otherwise, failing portals ever more rarely; a portal's own `schedule` in
    its file counts first. Each crawl is a process of its own, its output lies in DIR/crawl.log. Between crawls a share
    of the WARC files is checked each day, the databases are tidied each week. SIGTERM and Ctrl-C end it within ten
    seconds, exit code 0. A second schedule on the same directory says so and exits with 1.

    \b
    Example:
      fazhi schedule --data /srv/fazhi --window 22-6
      fazhi schedule --portals mine.toml --once
    """
    known = catalogue.load(portals)
    remind([portal.home for portal in known.values()])
    place = DataDir.open(data)
    hours = f"{window.first}-{window.last}" if window else ""
    options = engine.Options(
        portals=portals,
        crawl=(*(("--delay", str(delay)) if delay is not None else ()), *(("--window", hours) if hours else ())),
        window=window,
        chores=tuple(chores(portals, notify, metrics)),
        once=once,
    )
    with place.schedule_lock() as lock, children.Bell() as bell:
        raise click.exceptions.Exit(
            engine.Schedule(place, options, engine.Log(click.echo, as_json), bell, keep=(lock,)).go()
        )


def falling_due(place: DataDir, portals: Sequence[Portal], window: Window | None, most: int | None) -> list[Portal]:
    """Return the portals to be visited now; where there are none, say when the next is."""
    now = clock.now()
    if window is not None and not window.open(now.timestamp()):
        click.echo(f"outside the hours of --window {window.first}-{window.last}: nothing is asked")
        return []
    planned = due.visits(place.crawl_db, portals, now)
    if not (found := due.due(planned, now)):
        first = due.upcoming(planned, now)
        click.echo(f"nothing is due before {first:%Y-%m-%d %H:%M} UTC" if first else "nothing is ever due")
    return found[:most]


def remind(addresses: Sequence[str]) -> None:
    """Say that a contact is missing where servers of others are about to be asked."""
    foreign = any(not LOCAL.fullmatch(netloc(address)) for address in addresses)
    if foreign and not os.environ.get("FAZHI_CONTACT"):
        click.echo(
            f"fazhi: FAZHI_CONTACT is not set - set it to where a webmaster can reach you; it is {CONTACT} now",
            err=True,
        )
