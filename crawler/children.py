"""One child process at a time, and the signals of a service that starts them: nothing waits longer than it must.

    Bell   sleeps until it is told to end, a child ends or time is up
    run    a child to its end; told to end, it gets ``GRACE`` seconds for it, and is killed then with all it started

A child has a process group of its own: Ctrl-C on a terminal reaches the parent alone, which hands it on once. What it
prints goes to a file and never through a pipe, so that the death of the parent does not disturb it.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from archive import clock

GRACE = 8.0  # seconds a child has to end in good order; a crawl gives answers in flight 5, pages to be read 2
TAIL = 4096  # bytes of a child's output in which its last line is looked for
ENDING = (signal.SIGTERM, signal.SIGINT)


class Bell:
    """Wakes a sleeper on SIGTERM, SIGINT and the end of a child. Use as a context manager, in the main thread."""

    def __init__(self) -> None:
        self.stopped_by: str | None = None  # the signal that asked to end
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Bell:
        # A byte in a pipe for each signal: one that comes just before the sleep begins ends it, too.
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._before = {number: signal.signal(number, self._ring) for number in (*ENDING, signal.SIGCHLD)}
        self._before_fd = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        signal.set_wakeup_fd(self._before_fd)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._read)
        os.close(self._write)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if number in ENDING and self.stopped_by is None:
            self.stopped_by = signal.Signals(number).name

    def wait(self, seconds: float) -> None:
        """Sleep for so long, or until a signal comes."""
        if select.select([self._read], [], [], max(seconds, 0.0))[0]:
            with suppress(BlockingIOError):
                while os.read(self._read, 512):
                    pass


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: exit code (negative: the signal that killed it), seconds it took, the last line it printed."""

    code: int
    seconds: float
    said: str = ""


def run(command: Sequence[str], bell: Bell, log: Path, *, keep: Sequence[int] = ()) -> Ended:
    """Run a child to its end; its output is written to ``log``. It inherits the open files ``keep``.

    Raises ``OSError`` where it cannot be started.
    """
    began = time.monotonic()
    environment = dict(os.environ)
    if "FAZHI_CLOCK" in environment:  # a rehearsal: the child's clock starts where ours has come to
        environment["FAZHI_CLOCK"] = clock.now().isoformat()
    with log.open("wb") as out:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment,
            pass_fds=tuple(keep), start_new_session=True,
        )  # fmt: skip
    last: float | None = None  # the moment at which patience ends
    while child.poll() is None:
        if bell.stopped_by and last is None:
            last = time.monotonic() + GRACE
            child.terminate()
        if last is not None and time.monotonic() >= last:
            _kill(child.pid)
        bell.wait(1.0 if last is None else min(1.0, max(last - time.monotonic(), 0.05)))
    if child.returncode < 0:
        _kill(child.pid)  # the processes it had started may live on, and hold our lock
    return Ended(child.returncode, time.monotonic() - began, said(log))


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def said(log: Path) -> str:
    """Return the last line of an output that is not blank; empty where there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - TAIL))
            text = file.read(TAIL).decode("utf-8", "replace")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
