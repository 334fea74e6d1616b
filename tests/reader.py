"""A reader of a site that is being served while others write to its archive: asks all day, and notes what fails."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from types import TracebackType
from xml.etree import ElementTree

PAGES = (
    "/", "/coverage", "/changes", "/search?q=%E8%A1%8C%E6%94%BF%E5%A4%8D%E8%AE%AE", "/place/990400", "/place/990427",
    "/feed/changes.atom", "/archive/changes.json?_shape=objects", "/coverage?year=2026",
)  # fmt: skip
ATOM = "{http://www.w3.org/2005/Atom}"
REPORTS = "/archive/reports.json?_shape=arrayfirst&_col=id&_size=max"


class Reader:
    """Serves an archive by ``fazhi serve`` and reads it in a thread. Use as a context manager.

    ``trouble`` holds what was answered otherwise than with 200; ``pages`` counts what was read. A report that was ever
    shown must be shown for ever: versions and removed ones stay readable.
    """

    def __init__(self, data: Path, clock: str, *, pause: float = 1.0) -> None:
        self._data, self._clock, self._pause = data, clock, pause
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read, name="reader")
        self.trouble: list[str] = []
        self.pages: Counter[str] = Counter()
        self.reports: set[str] = set()

    def __enter__(self) -> Reader:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._base = f"http://127.0.0.1:{port}"
        self._log = (self._data.parent / "site.log").open("w", encoding="utf-8")
        self._server = subprocess.Popen(
            [sys.executable, "-m", "crawler", "serve", "--data", str(self._data), "--port", str(port)],
            stdout=self._log, stderr=subprocess.STDOUT, env={**os.environ, "FAZHI_CLOCK": self._clock},
        )  # fmt: skip
        limit = time.monotonic() + 60
        while self.get("/") != 200:
            assert self._server.poll() is None, "the site ended at once"
            assert time.monotonic() < limit, "the site does not answer"
            time.sleep(0.2)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        self._server.send_signal(signal.SIGINT)
        self._server.wait(timeout=30)
        self._log.close()

    def get(self, page: str) -> int | str:
        """Return the status of a page, or what befell the request."""
        try:
            with urllib.request.urlopen(self._base + page, timeout=60) as answer:
                body = answer.read()
                if page == REPORTS:
                    self.reports |= set(json.loads(body))
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except (OSError, ValueError) as error:
            return repr(error)

    def feed(self, kind: str) -> list[tuple[str, str]]:
        """Return moment and address of the page of every entry in the feed of a kind of changes, page by page."""
        found, address = [], f"{self._base}/feed/changes.atom?kind={kind}"
        while address:
            with urllib.request.urlopen(address, timeout=60) as answer:
                feed = ElementTree.fromstring(answer.read())
            for entry in feed.iter(f"{ATOM}entry"):
                links = {link.get("rel"): link.get("href") or "" for link in entry.iter(f"{ATOM}link")}
                found.append((entry.findtext(f"{ATOM}updated") or "", links["via"]))
            address = next(
                (link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "next"), None
            )
        return found

    def _read(self) -> None:
        turn = 0
        while not self._ended.wait(self._pause):
            known = sorted(self.reports)
            pages = [REPORTS, *PAGES, *(f"/report/{name}" for name in known[turn % 7 :: 7][:6])]
            page = pages[turn % len(pages)]
            turn += 1
            self.pages[page] += 1
            status = self.get(page)
            if status != 200:
                self.trouble.append(f"{page}: {status}")
