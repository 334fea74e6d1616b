"""kill -9 at random moments loses nothing: the final archive equals that of an undisturbed crawl."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import time
from pathlib import Path

import pytest
from fazhi_zoo.server import Zoo

from archive.warc_verify import verify

from .loopback import command, rows

KILLS = 6
SEED = int(os.environ.get("FAZHI_SEED", "20210318"))


def archive(folder: Path) -> dict[str, object]:
    """Return what the archive holds, without what depends on when a page was fetched."""
    texts = rows(folder, "SELECT id,title,text FROM texts ORDER BY id", database="archive.db")
    return {
        "reports": rows(
            folder,
            "SELECT id,title,year,adcode,issuer,published,written,url FROM reports ORDER BY id",
            database="archive.db",
        ),
        "digests": [(i, hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()) for i, title, text in texts],
        "sources": sorted(set(rows(folder, "SELECT report,url,portal FROM sources", database="archive.db"))),
        "rejected": sorted(set(rows(folder, "SELECT url,reason FROM rejected", database="archive.db"))),
        "targets": rows(folder, "SELECT portal,url,role,state,title,date,page FROM targets ORDER BY portal,url"),
    }


@pytest.mark.slow
def test_six_kills_leave_the_same_archive(tmp_path: Path) -> None:
    dice = random.Random(SEED)
    calm, killed = tmp_path / "calm", tmp_path / "killed"
    with Zoo(size="large") as zoo:
        for folder in (calm, killed):
            folder.mkdir()
            zoo.write_portals(folder / "portals.toml")
        done = subprocess.run(command(calm), capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        pages = len(zoo.log)
        assert pages >= 300
        zoo.log.clear()

        landed = 0
        for _ in range(KILLS):
            began = len(zoo.log)
            process = subprocess.Popen(
                command(killed, "--delay", "0.03"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            aim = dice.randint(10, pages // KILLS - 5)
            while len(zoo.log) - began < aim and process.poll() is None:
                time.sleep(0.002)
            time.sleep(dice.random() * 0.05)
            landed += process.poll() is None
            process.kill()
            process.wait(timeout=10)
        assert landed >= 5  # each kill hit a crawl at work
        last = subprocess.run(command(killed), capture_output=True, text=True, timeout=120)
        assert last.returncode == 0, last.stdout + last.stderr
        asked = {url: n for url, n in zoo.requests.items() if not url.endswith("/robots.txt")}
        found = archive(killed)
        rebuilt = subprocess.run(
            [command(killed)[0], "rebuild", "--data", str(killed / "data")], capture_output=True, text=True, timeout=120
        )
        assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr

    assert found == archive(calm)
    assert archive(killed) == found  # from the WARC files alone
    assert len(rows(killed, "SELECT id FROM reports", database="archive.db")) >= 200
    assert {url: n for url, n in asked.items() if n > 2} == {}
    assert list(verify(killed / "data" / "warc", progress=lambda done, total=None: None)) == []
    assert sorted((killed / "data" / "warc").glob("*.open")) == []
