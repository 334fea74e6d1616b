"""The zoo: sample portals on loopback, one port each, in threads of this process.

    with Zoo() as zoo:                       # or size="dialects", faults=("retry_after", ...), only=("990424", ...)
        zoo.write_portals(file)              # what `fazhi crawl --portals FILE` reads
        zoo.truth                            # what must come out of every article page
        zoo.reports                          # of these, the reports
        zoo.log, zoo.requests                # who asked for what, when; address -> how often

``Zoo`` sets ``FAZHI_DIVISIONS`` while it runs, so that this process and its children know the fictional places.
"""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from fazhi_zoo import tree
from fazhi_zoo.articles import Truth
from fazhi_zoo.faults import FAULTS
from fazhi_zoo.places import DIVISIONS, specs
from fazhi_zoo.serving import Request, Server
from fazhi_zoo.site import Site, build
from fazhi_zoo.wrap import Wrapped, wrap

__all__ = ["Request", "Truth", "Wrapped", "Zoo", "read_log"]

SIZES = {"none": (0, 0, 1), "demo": (4, 4, 5), "large": (28, 8, 12)}  # reports, near misses, rows a list page; a portal
DIALECTS = "dialects"


_lending = threading.Lock()
_lent: list[str | None] = []  # what FAZHI_DIVISIONS was before the first zoo, then one entry for each further one


def read_log(file: Path) -> list[Request]:
    """Return the requests that a zoo in another process wrote to its log file, without a torn last line."""
    lines = file.read_text("utf-8").split("\n")[:-1] if file.exists() else []
    return [Request(**json.loads(line)) for line in lines]


@cache
def portals(size: str) -> tuple[Site, ...]:
    """Return the portals of a size, built once a process; they hold no state.

    ``dialects`` are whole portals with a tree of columns, one a content system, to be crawled from home alone.
    """
    if size == DIALECTS:
        return tuple(tree.site(portal) for portal in tree.portals())
    reports, nears, per_page = SIZES[size]
    return tuple(build(spec, reports, nears, per_page) for spec in specs() if size in spec.sizes)


class Zoo:
    """Sample portals on loopback, as a context manager; see the head of this module."""

    def __init__(
        self,
        size: str = "demo",
        *,
        base_port: int = 0,
        log: Path | None = None,
        faults: Sequence[str] = (),
        only: Collection[str] = (),
    ) -> None:
        self._sites = [site for site in portals(size) if not only or site.spec.code in only]
        self._sites += [FAULTS[name]() for name in faults]
        self._base_port = base_port
        self._log_file = log
        self._lock = threading.Lock()
        self._servers: list[Server] = []
        self.log: list[Request] = []

    def __enter__(self) -> Self:
        with _lending:
            if not _lent:
                _lent.append(os.environ.get("FAZHI_DIVISIONS"))
                files = _lent[0].split(os.pathsep) if _lent[0] else []
                os.environ["FAZHI_DIVISIONS"] = os.pathsep.join([*files, str(DIVISIONS)])
            else:  # several at a time may end in any order
                _lent.append(None)
        try:
            for site in self._sites:
                self._start(site)
        except OSError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _lending:
            if len(_lent) > 1:
                _lent.pop()
            elif _lent and (before := _lent.pop()) is not None:
                os.environ["FAZHI_DIVISIONS"] = before
            else:
                os.environ.pop("FAZHI_DIVISIONS", None)
        for server in self._servers:
            server.stop()
        self._servers.clear()

    def wrap(
        self,
        articles: Sequence[Wrapped],
        code: str,
        *,
        name: str | None = None,
        dialect: str = "trs_zero",
        per_page: int = 5,
    ) -> dict[str, str]:
        """Add a portal that publishes these pages, while the zoo runs; return name -> address of each page."""
        site, paths = wrap(articles, code, name=name, dialect=dialect, per_page=per_page)
        self._sites.append(site)
        base = self._start(site).base
        return {name: base + path for name, path in paths.items()}

    def _start(self, site: Site) -> Server:
        port = self._base_port + len(self._servers) if self._base_port else 0
        server = Server(site, port, self._record)
        self._servers.append(server)
        return server

    def _record(self, request: Request) -> None:
        with self._lock:
            self.log.append(request)
            if self._log_file is not None:
                with self._log_file.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(request)) + "\n")

    @property
    def sites(self) -> tuple[Site, ...]:
        """The portals, in the order of their ports."""
        return tuple(self._sites)

    @property
    def homes(self) -> dict[str, str]:
        """Portal code -> address of its home page."""
        return {server.site.spec.code: server.base + "/" for server in self._servers}

    @property
    def verdicts(self) -> dict[str, str | None]:
        """Portal code -> the verdict a whole crawl must reach; None where it is left open."""
        return {site.spec.code: site.verdict for site in self._sites}

    @property
    def truth(self) -> list[Truth]:
        """What must come out of every article page, portal by portal, newest first."""
        return [replace(item, url=server.base + item.path) for server in self._servers for item in server.site.truth]

    @property
    def reports(self) -> list[Truth]:
        """The truth about the reports; a copy under a second address is an entry of its own."""
        return [item for item in self.truth if item.is_report]

    @property
    def requests(self) -> Counter[str]:
        """Address (``#`` and the body behind it where it was posted to) -> how often it was asked for, robots.txt
        included."""
        with self._lock:
            return Counter(request.key for request in self.log)

    @property
    def minimum(self) -> dict[str, int | None]:
        """Portal code -> requests of a perfect crawler that knew the listings; None where nobody counted."""
        return {site.spec.code: site.minimum for site in self._sites}

    def write_portals(self, file: Path) -> None:
        """Write the portal file that the crawler reads; a portal to be discovered has no more than its home page."""
        stanzas = ["# Sample portals on this machine. Places and texts are invented.\n"]
        for server in self._servers:
            site = server.site
            home = f"{site.told}://{server.host}/" if site.told else f"{server.base}/"
            lines = [
                f'["{site.spec.code}"]',
                f'name = "{site.spec.name}"',
                f'home = "{home}"',
            ]
            if site.listings:
                lines += [f'family = "{site.family}"', f"listings = {json.dumps(site.listings)}"]
            stanzas.append("\n".join(lines) + "\n")
        file.write_text("\n".join(stanzas), "utf-8")
