"""When each host may be asked next: a heap of hosts by the moment their next target falls due. Part of the frontier.

Hosts of one prefecture often stand in one machine room, behind one guard: a refusal to one is a refusal to all. So
beside the pause of each host there is one for the cluster: its hosts together get a few requests a pause, no more. A
pace, and no limit of requests at once: a host that hangs would hold up its neighbours.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Set


class Agenda:
    """Hosts in the order in which they fall due; ``pace`` is the seconds between two requests to one cluster."""

    def __init__(self, now: Callable[[], float], pace: float) -> None:
        self._now, self._pace = now, pace
        self._due: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []
        self._cluster: dict[str, str] = {}  # host -> first four digits of its portal's code
        self._next: dict[str, float] = {}  # cluster -> when the next request may go there

    def put(self, host: str, due: float, cluster: str | None = None) -> None:
        """Note when a host's next target falls due, and the cluster of that target's portal."""
        if cluster:
            self._cluster[host] = cluster
        if self._due.get(host) != due:
            self._due[host] = due
            heapq.heappush(self._heap, (due, host))

    def drop(self, host: str) -> None:
        """Forget a host that has nothing left."""
        self._due.pop(host, None)

    def pop(self) -> str | None:
        """Take the first host that is due and whose cluster may be asked, None if there is none now."""
        now = self._now()
        while self._heap and self._heap[0][0] <= now:
            due, host = heapq.heappop(self._heap)
            if self._due.get(host) != due:
                continue  # planned anew since
            del self._due[host]
            wait = self._next.get(self._cluster.get(host, ""), 0.0)
            if wait > now:
                self.put(host, wait)
                continue
            return host
        return None

    def asked(self, host: str) -> None:
        """Pace the cluster of a host that was handed a target."""
        if (cluster := self._cluster.get(host)) is not None:
            self._next[cluster] = self._now() + self._pace

    def next(self) -> float | None:
        """Return when the first host falls due, None if nothing waits."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def later(self, seconds: float, *, but: Set[str]) -> list[float]:
        """Return when the hosts fall due that are not so within these seconds, some left out."""
        return [due for host, due in self._due.items() if due > self._now() + seconds and host not in but]
