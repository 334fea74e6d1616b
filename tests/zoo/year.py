"""The simulated year: portals on loopback that change from day to day, and the log of who asked for what on which.

    with Year() as year:
        year.write_portals(file)
        for day in VISITS:
            year.at(day)                     # from now on the servers give what stands there on that day
            ...                              # crawl, with FAZHI_CLOCK = year.clock
        truth.told(year.visits)              # what must have come out of it, see ``year_truth``

What happens when stands in ``year_script``. A portal that is down has a port on which nobody listens.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from fazhi_zoo.server import Zoo
from fazhi_zoo.serving import Request, Server
from fazhi_zoo.site import Site
from fazhi_zoo.year_pages import Portal
from fazhi_zoo.year_script import PORTALS, START, on

HOUR = 2  # of the visit, UTC: ten o'clock in China, so that the day is the same there and here


@dataclass(slots=True)
class Visit:
    """A day on which the crawler is started, and what it asked for: portal -> paths, in order, each as often."""

    day: date
    asked: dict[str, list[str]] = field(default_factory=dict)


class Year(Zoo):
    """The portals of the year as a zoo; ``at`` sets the day."""

    def __init__(self) -> None:
        super().__init__("none")
        self._sites = [_site(portal) for portal in PORTALS]
        self.visits: list[Visit] = []
        self.day = START

    def at(self, day: date) -> None:
        """Serve what stands on the portals on a day, and begin a visit."""
        self.day = day
        self.visits.append(Visit(day))
        for number, portal in enumerate(on(day).values()):
            server = self._servers[number]
            server.site.pages, server.site.fallback = portal.answers()
            if server.site.refuses != (portal.state == "down"):
                server.stop()
                server.site.refuses = portal.state == "down"
                self._servers[number] = Server(server.site, server.server_address[1], self._record)

    @property
    def clock(self) -> str:
        """The moment of the visit, as ``FAZHI_CLOCK`` takes it."""
        return datetime(*self.day.timetuple()[:3], HOUR, tzinfo=UTC).isoformat()

    def place(self, url: str) -> str:
        """Return an address with the portal's code for its host, which is another one in every run."""
        for code, home in self.homes.items():
            if url.startswith(home):
                return code + url[len(home) - 1 :]
        return url

    def _record(self, request: Request) -> None:
        super()._record(request)
        code = next((server.site.spec.code for server in self._servers if server.host == request.host), None)
        if code is not None and self.visits:
            with self._lock:
                self.visits[-1].asked.setdefault(code, []).append(request.path)


def _site(portal: Portal) -> Site:
    dialect = portal.dialect
    site = Site(portal.spec, dialect.family, listings=(dialect.listing(1, 1),) if portal.known else ())
    site.pages, site.fallback = portal.answers()
    return site
