"""Crawls as processes of their own that start at once: forked from a parent that has imported everything.

Scrapy's reactor starts once in a process, so each crawl is a process; the imports cost more than a small crawl.
``Zygote`` is that parent: a child of the test, without threads, that forks for each command line. The pool of the
extraction is forked from a server that is started once too. All else is as in ``python -m crawler``, kill -9 included.
"""

from __future__ import annotations

import atexit
import json
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

# All of the archive, Scrapy, and what Scrapy imports late.
PRELOADED = (
    "crawler.cli", "crawler.cookies", "crawler.recorder", "crawler.robots", "crawler.run", "crawler.scheduler",
    "crawler.tls", "archive.adding", "archive.rebuild", "scrapy.core.downloader.handlers.http11",
    "scrapy.downloadermiddlewares.redirect", "twisted.internet.asyncioreactor",
)  # fmt: skip

YEARS = range(2015, 2030)  # who existed in them is worked out once


class Done(subprocess.CompletedProcess[str]):
    """A command that has ended."""

    @property
    def output(self) -> str:
        """All that it printed."""
        return f"{self.stdout}{self.stderr}"


@cache
def shared() -> Zygote:
    """Return the parent of a test process's own commands."""
    folder = tempfile.TemporaryDirectory()
    zygote = Zygote(Path(folder.name)).__enter__()
    atexit.register(folder.cleanup)
    atexit.register(zygote.__exit__, None, None, None)
    return zygote


class Zygote:
    """Runs command lines of fazhi, one at a time. Use as a context manager.

    A command gets the environment there is then, but ``crawler.settings`` are as they were when the zygote began.
    """

    def __init__(self, folder: Path) -> None:
        self._outputs = folder / "stdout.txt", folder / "stderr.txt"

    def __enter__(self) -> Zygote:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=30)
        assert self._process.stdout
        self._process.stdout.close()

    def start(self, *arguments: str, largest: int | None = None, **environment: str) -> int:
        """Start a command and return its process; ``largest`` bytes a file may have, more is refused as if the disk
        were full."""
        self._arguments = arguments
        job = {
            "arguments": arguments, "environment": {**os.environ, **environment}, "largest": largest,
            "folder": os.getcwd(), "outputs": list(map(str, self._outputs)),
        }  # fmt: skip
        assert self._process.stdin
        self._process.stdin.write(json.dumps(job).encode() + b"\n")
        return int(self._answer())

    def alive(self) -> bool:
        """Say whether the command that was started still runs."""
        return not select.select([self._process.stdout], [], [], 0)[0]

    def wait(self) -> Done:
        """Wait until the command that was started has ended."""
        code = int(self._answer())
        return Done(self._arguments, code, *(file.read_text("utf-8", "replace") for file in self._outputs))

    def run(self, *arguments: str, largest: int | None = None, **environment: str) -> Done:
        """Run a command to its end."""
        self.start(*arguments, largest=largest, **environment)
        return self.wait()

    def _answer(self) -> bytes:
        assert self._process.stdout
        line: bytes = self._process.stdout.readline()
        assert line, "the zygote has died"
        return line


def main() -> None:
    """Fork for every line of the standard input."""
    from importlib import import_module
    from multiprocessing import forkserver, get_context

    from archive import coverage

    for name in PRELOADED:
        import_module(name)
    for year in YEARS:
        coverage._year(year, os.environ.get("FAZHI_DIVISIONS", ""))

    get_context("forkserver").set_forkserver_preload(["archive.pipeline"])
    forkserver.ensure_running()
    for line in sys.stdin:
        job = json.loads(line)
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            _child(job)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _child(job: dict[str, Any]) -> None:
    """Be the command."""
    from multiprocessing import forkserver

    from archive import clock
    from crawler.__main__ import main as fazhi

    # The server is the zygote's child, not ours, and runs as long as we do.
    for where in (forkserver, forkserver._forkserver):  # type: ignore[attr-defined]
        where.ensure_running = lambda: None
    os.environ.clear()
    os.environ |= job["environment"]
    os.chdir(job["folder"])
    clock._ahead.cache_clear()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, output in enumerate(job["outputs"], 1):
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), number)
    if job["largest"]:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails, as on a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (job["largest"], job["largest"]))
    sys.argv = ["fazhi", *job["arguments"]]
    code = 1
    try:
        fazhi()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
