"""``fazhi serve``: Datasette with our pages and safe settings, the same as plain ``datasette serve`` gives."""

from __future__ import annotations

import inspect
import json
import os
import secrets
import socket
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import uvicorn
from datasette.app import DEFAULT_SETTINGS, Datasette
from datasette.cli import cli

from archive import schema, store
from archive.datadir import DataDir
from archive.errors import StorageError, UsageError
from archive.site import origin

ARGUMENTS = "FAZHI_SERVE"  # the variable by which a worker knows what to serve


def serve(
    place: DataDir, host: str, port: int, *, base_url: str | None = None, settings: Sequence[tuple[str, str]] = (),
    workers: int = 1,
) -> None:  # fmt: skip
    """Serve an archive until interrupted. Raises UsageError where there is none, or the port is taken.

    ``base_url`` is the address visitors know the site by; ``settings`` of Datasette win over the safe ones; so many
    ``workers`` are processes that answer on the one port: Python keeps each on one core.
    """
    if not place.archive_db.is_file():
        raise UsageError(f"no archive at {place.archive_db}", "begin with `fazhi crawl` or `fazhi add`")
    store.open_archive(place.archive_db, create=False, readonly=True).close()  # refuses or updates what is not current
    check_port(host, port)
    base = origin.parse(base_url) if base_url else None
    for name, _ in settings:  # 1.0 would take an unknown one without a word
        if name not in DEFAULT_SETTINGS:
            raise UsageError(f"Datasette has no setting '{name}'", "`datasette --help-settings` lists them")
    with tempfile.TemporaryDirectory(prefix="fazhi-") as folder:
        file = Path(folder) / "datasette_metadata.json"
        plugin = {"asked": [name for name, _ in settings], **({"base_url": str(base)} if base else {})}
        told = {**schema.metadata(), "plugins": {"fazhi": plugin}}
        file.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        if port:
            behind = f", for visitors at {base}" if base else ""
            click.echo(f"fazhi: the archive is at {address(host, port)}{behind} (Ctrl-C ends)")
        # Ctrl-C is how a server ends: no error, whichever way this Datasette tells of it.
        with suppress(KeyboardInterrupt, click.Abort):
            try:
                given = arguments(place.archive_db, file, host, port, settings)
                if workers > 1:
                    _serve_by_many(given, host, port, workers)
                else:
                    cli.main(given, "datasette", standalone_mode=False)
            except click.UsageError as error:  # a value the setting cannot have
                raise UsageError(error.format_message(), "`datasette --help-settings` lists them") from None


def _serve_by_many(given: list[str], host: str, port: int, workers: int) -> None:
    """Serve by several processes; uvicorn starts them, and starts anew one that died."""
    instance(given)  # tells here of a setting that cannot be
    os.environ.setdefault("DATASETTE_SECRET", secrets.token_hex(32))  # what one worker signs the others must know
    os.environ[ARGUMENTS] = json.dumps(given)
    uvicorn.run("archive.site.serve:application", factory=True, host=host, port=port, log_level="info", lifespan="on",
                workers=workers)  # fmt: skip


def application() -> Any:
    """Return the application of a worker."""
    return instance(json.loads(os.environ[ARGUMENTS])).app()


def instance(given: list[str]) -> Datasette:
    """Return the Datasette that ``datasette`` would serve for these arguments."""
    command = cli.commands["serve"]
    with command.make_context("datasette serve", given[1:]) as context:
        assert command.callback is not None
        made: Datasette = command.callback(**context.params, return_instance=True)
    return made


def arguments(archive: Path, file: Path, host: str, port: int, settings: Sequence[tuple[str, str]] = ()) -> list[str]:
    """Return the arguments of ``datasette`` for an archive and the file of metadata.

    Datasette 1.0 parts texts (metadata) from behaviour (config) and wants the same file twice.
    """
    given = ["serve", *(() if store.writable(archive) else ("-i",)), str(archive), "--metadata", str(file)]
    if "config" in inspect.signature(Datasette.__init__).parameters:
        given += ["--config", str(file)]
    for name, value in settings:
        given += ["--setting", name, value]
    return [*given, "--host", host, "--port", str(port)]


def address(host: str, port: int) -> str:
    """Return the address to open in a browser.

    >>> address("0.0.0.0", 8001), address("::1", 80)
    ('http://127.0.0.1:8001/', 'http://[::1]:80/')
    """
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def check_port(host: str, port: int) -> None:
    """Raise UsageError where nothing can listen on the port, before anything is loaded; 0 means any free one."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise UsageError(f"'{host}' is no address of this machine ({error.strerror})", "try --host 127.0.0.1") from None
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(where)
        except OSError as error:
            raise StorageError(
                f"cannot listen on {host}:{port} ({error.strerror})", "end the other server or choose another --port"
            ) from None
