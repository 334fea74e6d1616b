"""A slow, dead or hostile host never delays the others: healthy hosts with such neighbours and without.

Measured on the log of the healthy ones: from the first request to any of them to the last. Their delay leaves the
processor idle most of the time, so what the neighbours cost is seen. The crawl is ended when the healthy hosts are
through; hosts that hang would keep it for minutes.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from fazhi_zoo.server import Zoo

from ..loopback import COLUMN, Answer, Loopback, write_portals
from .crowding import HERE, Crowd

HOSTS, PAGES, DELAY = 30, 20, 1.0
SILENT = 100  # hosts that take every request and never answer
FAULTS = (
    "hanging", "hanging_article", "slow", "unreachable", "huge", "endless", "calendar", "growing_paths", "cut_short",
    "challenge_521",
)  # fmt: skip
LINKS = 100_000
PATIENCE = 240.0  # seconds after which the healthy hosts will not come to their end
TOLERATED = 1.10


def links() -> bytes:
    """Return a list page of about 19 MB with so many links, each to a report by its title."""
    title = "示例县2022年法治政府建设情况报告（{0}）"
    row = f'<li><a href="./202303/t20230309_{{0}}.html">{title}</a><span>2023-03-09</span><i>{{1}}</i></li>'
    rows = "\n".join(row.format(number, "无" * 20) for number in range(LINKS))
    return f"<html><head><title>法治政府建设年度报告</title></head><body><ul>{rows}</ul></body></html>".encode()


def hostile() -> list[Loopback]:
    """Return three more hosts: a huge list, the same packed, one that always answers 429."""
    page = links()
    packed = Answer(gzip.compress(page, 1), headers=(("Content-Encoding", "gzip"),))
    busy = Answer(b"", "text/plain", 429, (("Retry-After", "1"),))
    rules = {"/robots.txt": Answer(b"", "text/plain")}
    return [
        Loopback({COLUMN: what, **rules}, code=code)
        for code, what in (("990401", Answer(page)), ("990402", packed), ("990403", busy))
    ]


def seconds(crowd: Crowd, data: Path, *others: Path) -> float:
    """Crawl the crowd and the portals of other files; return how long the healthy hosts took."""
    crowd.clear()
    portals = data.with_suffix(".toml")
    portals.write_text("\n".join(file.read_text("utf-8") for file in (*others, crowd.portals)), "utf-8")
    command = [sys.executable, str(HERE / "load_crawl.py"), str(portals), str(data), str(DELAY), "all"]
    crawl = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=crowd.environment)
    try:
        began = time.monotonic()
        while sum(map(len, crowd.asked().values())) < HOSTS * (PAGES + 1):
            assert time.monotonic() - began < PATIENCE
            assert crawl.poll() is None or sum(map(len, crowd.asked().values())) == HOSTS * (PAGES + 1)
            time.sleep(0.1)
    finally:
        crawl.terminate()
        crawl.wait()
    asked = crowd.asked()
    assert {len({each.path for each in requests}) for requests in asked.values()} == {PAGES + 1}
    return max(r[-1].began for r in asked.values()) - min(r[0].began for r in asked.values())


def test_neighbours(tmp_path: Path, note: Any) -> None:
    places, neighbours, zoo_file = tmp_path / "crowd", tmp_path / "neighbours.toml", tmp_path / "zoo.toml"
    places.mkdir()
    with ExitStack() as stack:
        zoo = stack.enter_context(Zoo("none", faults=FAULTS))
        crowd = stack.enter_context(Crowd(places, HOSTS, PAGES, SILENT))
        servers = [stack.enter_context(server) for server in hostile()]
        zoo.write_portals(zoo_file)
        write_portals(neighbours, *servers)
        whole = crowd.portals.read_text("utf-8")
        crowd.portals.write_text("\n\n".join(whole.split("\n\n")[:HOSTS]) + "\n", "utf-8")
        alone = min(seconds(crowd, tmp_path / f"alone{turn}") for turn in range(2))
        crowd.portals.write_text(whole, "utf-8")
        beside = seconds(crowd, tmp_path / "beside", zoo_file, neighbours)
        # All of them were met: the comparison is with a crawl that had them.
        asked = {request.host for request in zoo.log}
        assert len(asked) >= len(FAULTS) - 2  # nobody listens behind one, one may never end its first answer
        assert [COLUMN in server.paths for server in servers] == [True, True, True]
    note(
        f"{HOSTS} healthy hosts beside {SILENT + len(FAULTS) + len(servers)} dead, slow and hostile ones:"
        " seconds to their last page", beside, "without those", alone, f"at most {TOLERATED:g}",
    )  # fmt: skip
    assert beside <= TOLERATED * alone
