"""``fazhi status``, and what ``crawl`` and ``schedule`` share with it: ``--notify``, ``--metrics``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click

from archive.cli import data_option
from archive.cli import fazhi as main
from archive.datadir import DataDir
from archive.errors import FazhiError
from crawler import catalogue, health
from crawler.health import Health
from crawler.health.webhook import checked
from crawler.targets import Portal

NOT_FINE_EXIT = 3


class Webhook(click.ParamType[str]):
    """The address of a webhook."""

    name = "URL"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> str:
        """Return the address, or refuse what is none."""
        if problem := checked(str(value)):
            self.fail(problem, param, context)
        return str(value)


class Day(click.ParamType[date]):
    """A day, as in 2027-03-31."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> date:
        """Return the day that the text means."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value).strip())
        except ValueError:
            self.fail(f"{value!r} is no day: write for example 2027-03-31", param, context)


def telling(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options ``--notify`` and ``--metrics`` to a command; ``tell`` does what they say."""
    notify = click.option(
        "--notify", type=Webhook(), help="Post what newly needs a person to this webhook, as JSON; each finding once."
    )
    metrics = click.option(
        "--metrics",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write the state to this file for Prometheus.",
    )
    return notify(metrics(command))


def tell(
    place: DataDir, notify: str | None, metrics: Path | None, portals: Iterable[Portal] | None = None
) -> Health | None:
    """Tell webhook and Prometheus how a data directory is, where asked to; what goes wrong is said and ends nothing."""
    if not notify and not metrics:
        return None
    try:
        found = health.report(place, portals=portals)
    except (FazhiError, OSError, sqlite3.Error) as error:
        click.echo(f"fazhi: the state could not be told: {error}", err=True)
        return None
    _tell(found, notify, metrics)
    return found


def _tell(found: Health, notify: str | None, metrics: Path | None) -> None:
    if metrics:
        try:
            health.write_metrics(metrics, found)
        except FazhiError as error:
            click.echo(f"fazhi: {error}", err=True)
    if notify and (problem := health.notify(notify, found)):
        click.echo(f"fazhi: the webhook was not told: {problem}", err=True)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--since", type=Day(), help="Tell what came, changed and vanished since this day (default: a week ago).")
@click.option(
    "--portals", type=click.Path(path_type=Path), help="Portal file (TOML): what ought to be visited, and how often."
)
@telling
@data_option()
def status(
    as_json: bool, since: date | None, portals: Path | None, notify: str | None, metrics: Path | None, data: Path
) -> None:
    """Tell what needs a person first, how the portals stand, and what came, changed and vanished.

    Exit code 3 when something needs a person. Reads only.

    \b
    Example:
      fazhi status
      fazhi status --since 2027-03-01 --json
      fazhi status --metrics /var/lib/node_exporter/fazhi.prom --notify https://chat.example/hook
    """
    known = catalogue.load(portals).values() if portals else None
    found = health.report(DataDir.open(data, create=False), since, known)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
    else:
        health.show(found)
    _tell(found, notify, metrics)
    raise click.exceptions.Exit(NOT_FINE_EXIT if found.needs else 0)
