"""The crowd of ``crowd.py`` for tests: started and stopped, and its log read."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

HERE = Path(__file__).parent


class Asked(NamedTuple):
    """A request: when it was read, when its answer was made, what for."""

    began: float
    ended: float
    path: str


@dataclass
class Crowd:
    """Healthy hosts in a process of its own, and ``silent`` ones that never answer. Use as a context manager."""

    folder: Path
    hosts: int
    pages: int
    silent: int = 0

    def __enter__(self) -> Crowd:
        command = [sys.executable, str(HERE / "crowd.py"), str(self.hosts), str(self.pages), str(self.folder)]
        self._process = subprocess.Popen(
            [*command, str(self.silent)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()

    @property
    def portals(self) -> Path:
        """The portal file."""
        return self.folder / "portals.toml"

    @property
    def environment(self) -> dict[str, str]:
        """What a crawler's process needs to know the places."""
        known = [self.folder / "divisions.tsv", *filter(None, [os.environ.get("FAZHI_DIVISIONS")])]
        return {**os.environ, "FAZHI_DIVISIONS": os.pathsep.join(map(str, known))}

    def asked(self) -> dict[int, list[Asked]]:
        """Return the requests of each host so far, in their order."""
        found: dict[int, list[Asked]] = defaultdict(list)
        for line in (self.folder / "log.tsv").read_text("utf-8").split("\n")[:-1]:
            number, began, ended, path = line.split("\t")
            found[int(number)].append(Asked(float(began), float(ended), path))
        return dict(found)

    def clear(self) -> None:
        """Begin the log anew; nobody may be asking."""
        os.truncate(self.folder / "log.tsv", 0)


def shortest(asked: list[Asked]) -> float:
    """Return the shortest pause between an answer of a host and the next request, in seconds; below 0: two at once."""
    ordered = sorted(asked)
    return min((later.began - before.ended for before, later in pairwise(ordered)), default=1e9)
