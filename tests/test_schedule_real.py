"""``fazhi schedule`` as a process: how it ends, what its death leaves, and that there is one of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.datadir import DataDir
from archive.errors import StorageError
from crawler import children
from crawler.children import Bell

from .loopback import FAZHI, Answer, Ask, Loopback, article, portal, report, rows, write_portals

PATIENCE = 120.0
RUNNING: list[subprocess.Popen[str]] = []
STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    time.sleep(60)
print("deaf", flush=True)
time.sleep(60)
"""


def schedule(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start ``fazhi schedule`` over ``folder/portals.toml``; its output goes to files beside it."""
    command = [
        str(FAZHI), "schedule", "--portals", str(folder / "portals.toml"), "--data", str(folder / "data"),
        "--delay", "0", "--json", *arguments,
    ]  # fmt: skip
    with (folder / "out").open("a") as out, (folder / "err").open("a") as err:
        RUNNING.append(subprocess.Popen(command, stdout=out, stderr=err, text=True))
    return RUNNING[-1]


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def events(folder: Path) -> list[str]:
    return [json.loads(line)["event"] for line in (folder / "out").read_text("utf-8").splitlines()]


def locked(folder: Path) -> bool:
    """Say whether any process holds one of the locks."""
    place = DataDir(folder / "data")
    try:
        with place.schedule_lock(), place.lock():
            return False
    except StorageError:
        return True


class Hanging(Loopback):
    """A portal one of whose articles does not answer until it is told to."""

    def __init__(self) -> None:
        self.asked, self.free = threading.Event(), threading.Event()
        super().__init__(portal(2018, 2019, 2020, **{article(2019): self.late}), code="990101")

    def late(self, ask: Ask) -> Answer:
        self.asked.set()
        self.free.wait(PATIENCE)
        return Answer(report(2019).encode())

    def __exit__(self, *error: Any) -> None:
        self.free.set()
        super().__exit__(*error)


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that a test started: none outlives it."""
    yield RUNNING
    for process in RUNNING:
        process.kill()
        process.wait(30)
    RUNNING.clear()


pytestmark = pytest.mark.usefixtures("started")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_within_ten_seconds_while_a_server_hangs_and_goes_on_later(tmp_path: Path, number: int) -> None:
    with Hanging() as server:
        write_portals(tmp_path / "portals.toml", server)
        process = schedule(tmp_path)
        assert server.asked.wait(PATIENCE)
        began = time.monotonic()
        process.send_signal(number)
        assert process.wait(30) == 0
        assert time.monotonic() - began < 10
        assert not locked(tmp_path)
        assert (events(tmp_path), (tmp_path / "err").read_text("utf-8")) == (["start", "crawl", "stop"], "")
        assert rows(tmp_path, "SELECT state,verdict FROM crawls JOIN verdicts ON crawl=id") == [
            ("interrupted", "truncated")
        ]
        server.free.set()
        assert schedule(tmp_path, "--once").wait(PATIENCE) == 0
    assert events(tmp_path)[3:] == ["start", "crawl", "crawled", "status"]
    assert rows(tmp_path, "SELECT count(*) FROM reports", database="archive.db") == [(3,)]


@pytest.mark.slow
def test_one_schedule_a_directory_also_when_the_first_was_killed(tmp_path: Path) -> None:
    with Hanging() as server:
        write_portals(tmp_path / "portals.toml", server)
        first = schedule(tmp_path)
        assert server.asked.wait(PATIENCE)
        second = schedule(tmp_path)
        assert second.wait(PATIENCE) == 1
        told = (tmp_path / "err").read_text("utf-8")
        assert told.startswith(f"fazhi: another fazhi schedule (process {first.pid}) runs on {tmp_path / 'data'}")
        assert (told.count("\n"), " - wait until" in told) == (1, True)

        first.kill()
        first.wait(10)
        assert locked(tmp_path)  # by the crawl, which goes on
        assert schedule(tmp_path).wait(PATIENCE) == 1
        server.free.set()
        until(lambda: not locked(tmp_path))
        assert schedule(tmp_path, "--once").wait(PATIENCE) == 0
        asked = {path: server.paths.count(path) for path in (article(2018), article(2020))}
    assert rows(tmp_path, "SELECT state FROM crawls")[0] == ("finished",)  # the orphan came to its end
    assert asked == {article(2018): 1, article(2020): 1}


@pytest.mark.slow
def test_a_killed_crawl_is_told_and_taken_up(tmp_path: Path) -> None:
    with Hanging() as server:
        write_portals(tmp_path / "portals.toml", server)
        process = schedule(tmp_path)
        assert server.asked.wait(PATIENCE)
        os.kill(int((tmp_path / "data" / ".lock").read_text()), signal.SIGKILL)
        until(lambda: "failed" in events(tmp_path))
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    told = json.loads((tmp_path / "out").read_text("utf-8").splitlines()[2])
    assert (told["job"], told["code"], told["failures"]) == ("crawl", -9, 1)
    assert not locked(tmp_path)


@pytest.mark.slow
def test_a_rehearsal_hands_its_clock_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAZHI_CLOCK", "2027-06-01T14:00:00Z")
    with Loopback(portal(2020), code="990101") as server:
        write_portals(tmp_path / "portals.toml", server)
        assert schedule(tmp_path, "--once").wait(PATIENCE) == 0
        monkeypatch.setenv("FAZHI_CLOCK", "2027-06-08T15:00:00Z")
        assert schedule(tmp_path, "--once").wait(PATIENCE) == 0
    started = [str(row[0])[:13] for row in rows(tmp_path, "SELECT started FROM crawls ORDER BY id")]
    assert started == ["2027-06-01T14", "2027-06-08T15"]
    lines = [json.loads(line) for line in (tmp_path / "out").read_text("utf-8").splitlines()]
    assert [line["verdicts"] for line in lines if line["event"] == "crawled"] == [{"ok": 1}, {"unchanged": 1}]


def test_a_deaf_child_is_killed_with_all_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "GRACE", 0.5)
    log = tmp_path / "job.log"
    with Bell() as bell:

        def wait(seconds: float) -> None:
            Bell.wait(bell, min(seconds, 0.1))
            if log.read_bytes():
                os.kill(os.getpid(), signal.SIGTERM)

        monkeypatch.setattr(bell, "wait", wait)
        place = DataDir.open(tmp_path / "data")
        with place.schedule_lock() as lock:
            ended = children.run([sys.executable, "-c", STUBBORN], bell, log, keep=(lock,))
    assert (ended.code, ended.said, bell.stopped_by) == (-9, "deaf", "SIGTERM")
    assert ended.seconds < 10
    until(lambda: not locked(tmp_path))  # so that of the grandchild is gone too


def test_a_signal_is_not_missed_and_handlers_are_given_back(tmp_path: Path) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)]
    with Bell() as bell:
        os.kill(os.getpid(), signal.SIGINT)  # before the sleep begins
        began = time.monotonic()
        bell.wait(30)
        assert (bell.stopped_by, time.monotonic() - began < 5) == ("SIGINT", True)
        bell.wait(0.01)  # rung once
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)] == before
    with Bell() as bell:
        ended = children.run([sys.executable, "-c", "print('a\\n\\n b \\n'); exit(7)"], bell, tmp_path / "log")
    assert (ended.code, ended.said) == (7, "b")
    assert children.said(tmp_path / "absent") == ""
