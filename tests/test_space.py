"""The disk guard: with a disk that is told, and on file systems of a few megabytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from archive.errors import StorageError, UsageError
from crawler import space
from crawler.space import Guard, check, mark

from .loopback import FAZHI, Answer, Loopback, command, entry, fazhi, listing, portal, report, rows, write_portals

# As root, or where users may mount in a name space of their own.
MOUNTS = shutil.which("unshare") and (
    subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode == 0
)


def disk(monkeypatch: pytest.MonkeyPatch, total: int, free: Callable[[], int]) -> None:
    monkeypatch.setattr(
        os, "statvfs", lambda root: SimpleNamespace(f_frsize=1000, f_blocks=total // 1000, f_bavail=free() // 1000)
    )


@pytest.mark.parametrize(
    ("told", "total", "expected"),
    [
        ("500M", 10**12, 500_000_000), ("1.5 gb", 10**12, 1_500_000_000), ("10%", 10**9, 100_000_000), ("0", 10**9, 0),
        ("800", 10**9, 800), ("", 50 * 10**9, 10**9), ("  ", 10**13, 2 * 10**9), ("3TB", 10**12, 3 * 10**12),
    ],
)  # fmt: skip
def test_the_mark(monkeypatch: pytest.MonkeyPatch, told: str, total: int, expected: int) -> None:
    monkeypatch.setenv("FAZHI_MIN_FREE", told)
    assert mark(total) == expected


@pytest.mark.parametrize("told", ["much", "-1", "5 %%", "101%", "1e9", "nan", "２G5"])
def test_what_is_no_size(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("FAZHI_MIN_FREE", told)
    with pytest.raises(UsageError, match="FAZHI_MIN_FREE is no size"):
        mark(10**9)


def test_nearly_full_is_told_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk(monkeypatch, 10**12, lambda: 1_999_999_000)
    with pytest.raises(StorageError) as caught:
        check(tmp_path)
    assert str(caught.value).startswith(f"the disk of {tmp_path} is nearly full: 2.0 GB free, less than 2.0 GB - make")
    with pytest.raises(StorageError):
        Guard(tmp_path)
    disk(monkeypatch, 10**12, lambda: 2 * 10**9)
    check(tmp_path)


def test_the_guard_looks_once_a_second_and_does_not_forget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free, moment, looks = [9 * 10**9], [0.0], [0]

    def told() -> int:
        looks[0] += 1
        return free[0]

    disk(monkeypatch, 10**12, told)
    guard = Guard(tmp_path, lambda: moment[0])
    free[0] = 0
    seen = []
    for moment[0] in (0.5, 0.9, 1.0, 1.1, 5.0):
        seen.append(guard.low())
        free[0] = 0 if moment[0] < 1 else 9 * 10**9
    assert (seen, looks[0]) == ([False, False, True, True, True], 2)


FULL_SOON = """
import os, sys
from types import SimpleNamespace
from crawler.__main__ import main
looks = 0
def statvfs(root):
    global looks
    looks += 1
    return SimpleNamespace(f_frsize=1000, f_blocks=10**9, f_bavail=10**7 if looks < 3 else 1)
os.statvfs = statvfs
sys.argv[0] = "fazhi"
main()
"""


@pytest.mark.slow
def test_a_crawl_ends_in_good_order_and_the_next_goes_on(tmp_path: Path) -> None:
    years = range(2008, 2023)
    with Loopback(portal(*years), code="990101") as server:
        write_portals(tmp_path / "portals.toml", server)
        line = command(tmp_path, "--delay", "0.3")
        full = subprocess.run([sys.executable, "-c", FULL_SOON, *line[1:]], capture_output=True, text=True, timeout=60)
        assert (full.returncode, "Traceback" in full.stderr) == (1, False), full.stderr
        assert full.stderr.splitlines()[-1].startswith(f"fazhi: the disk of {tmp_path / 'data'} is nearly full: 1.0 KB")
        ((verdict, remark),) = rows(tmp_path, "SELECT verdict,remark FROM verdicts")
        assert (verdict, str(remark).partition(";")[0]) == ("truncated", "the disk is nearly full")
        assert rows(tmp_path, "SELECT state FROM crawls") == [("finished",)]
        assert 0 < len(server.log) < len(years)
        done = fazhi(*line[1:], "--due")
        assert (done.returncode, "ok" in done.stdout) == (0, True), done.stderr
        assert [path for path in set(server.paths) if server.paths.count(path) > 1 and path != "/robots.txt"] == []
    assert rows(tmp_path, "SELECT count(*) FROM reports", database="archive.db") == [(len(years),)]


@pytest.mark.skipif(not MOUNTS, reason="no file system may be mounted here")
@pytest.mark.slow
def test_on_a_real_disk_of_24_megabytes(tmp_path: Path) -> None:
    """The crawl stops before the disk is full, keeps all that it has, and goes on where there is room."""
    years = range(2008, 2023)
    pages = portal(*years)
    for year in years:  # of bytes that do not compress
        path = entry(year)[0].removeprefix("./")
        noise = os.urandom(1_500_000).hex()
        pages[f"/zwgk/fzzfjsndbg/{path}"] = report(year).replace("</body>", f"<!--{noise}--></body>")
    pages["/zwgk/fzzfjsndbg/"] = listing([entry(year) for year in years])
    kept = tmp_path / "kept"
    kept.mkdir()
    script = (
        f'mount -t tmpfs -o size=24m none "$1" && cd "$1" && cp "{tmp_path}/portals.toml" . && mkdir data || exit 9;'
        f' shift; "$@"; code=$?; df --output=avail -B1 . | tail -1 > "{kept}/free"; cp -r data "{kept}/"; exit $code'
    )
    with Loopback(pages, code="990101") as server:
        write_portals(tmp_path / "portals.toml", server)
        (tmp_path / "disk").mkdir()
        line = [str(FAZHI), "crawl", "--portals", "portals.toml", "--data", "data", "--delay", "0.6"]
        full = subprocess.run(
            ["unshare", "-rm", "sh", "-c", script, "sh", str(tmp_path / "disk"), *line],
            capture_output=True, text=True, timeout=90, env={**os.environ, "FAZHI_MIN_FREE": "8M"},
        )  # fmt: skip
        assert (full.returncode, "Traceback" in full.stderr) == (1, False), full.stderr
        assert "fazhi: the disk of data is nearly full: " in full.stderr
        assert int((kept / "free").read_text()) > 0  # closing the databases may have given back some of it
        kept_rows = rows(kept, "SELECT count(*) FROM captures WHERE role='report'")
        assert 0 < kept_rows[0][0] < len(years)  # type: ignore[operator]
        shutil.copy(tmp_path / "portals.toml", kept)
        done = fazhi(*command(kept)[1:], "--due")
        assert done.returncode == 0, done.stderr
    assert rows(kept, "SELECT count(*) FROM reports", database="archive.db") == [(len(years),)]
    assert space.size(int((kept / "free").read_text())).endswith("MB")


def test_add_is_refused_the_same(tmp_path: Path) -> None:
    with Loopback({"/a.html": Answer(report(2020).encode())}) as server:
        done = subprocess.run(
            [str(FAZHI), "add", f"{server.base}/a.html", "--data", str(tmp_path / "data")],
            capture_output=True, text=True, timeout=60, env={**os.environ, "FAZHI_MIN_FREE": "100%"},
        )  # fmt: skip
        assert (done.returncode, server.log) == (1, [])
        assert "is nearly full" in done.stderr
