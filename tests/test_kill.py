"""kill -9 at random moments loses nothing: the final archive equals that of an undisturbed crawl."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import time
from pathlib import Path

import pytest
from fazhi_zoo.server import DIALECTS, Zoo

from archive.warc_verify import verify
from crawler.addresses import double_key

from .loopback import command, rows

KILLS = 6
# Without closes_later: what was in flight at a kill waits behind the others, and there the host is held by then.
FAULTS = (
    "retry_after", "unavailable", "redirects", "cut_short", "gzip", "soft_404", "challenge_521", "huge", "calendar",
    "duplicate", "broken_list", "empty_list", "unreachable", "no_listings", "forbidden_article",
    "sessions", "cookie_once", "soft_404_bare", "hanging_article", "robots",
)  # fmt: skip
PORTALS = ("990501", "990528", "990624")  # of dialects, crawled from their home pages
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


def murder(folder: Path, zoo: Zoo, kills: int, pages: int, dice: random.Random) -> int:
    """Crawl and kill the crawl at random moments so many times; return how often it was at work."""
    landed = 0
    for _ in range(kills):
        began = len(zoo.log)
        process = subprocess.Popen(
            command(folder, "--delay", "0.03"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        aim = dice.randint(10, pages // kills - 5)
        while len(zoo.log) - began < aim and process.poll() is None:
            time.sleep(0.002)
        time.sleep(dice.random() * 0.05)
        landed += process.poll() is None
        process.kill()
        process.wait(timeout=10)
    return landed


@pytest.mark.slow
@pytest.mark.long
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

        landed = murder(killed, zoo, KILLS, pages, dice)
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


def outcome(folder: Path) -> dict[str, object]:
    """Return what a crawl came to, without what depends on the order in which pages were met.

    What was in flight at a kill waits behind all else. So of two lists with the same articles the other one may come
    first: it is then the other copy that is asked for (``double_key`` is the same), under the title and date of the
    other list. And of guesses in a row that lead to nothing a few more or fewer may be asked.
    """
    whole = archive(folder)
    reports = [(*rest, double_key(str(url))) for *rest, url in whole["reports"]]  # type: ignore[attr-defined]
    sources = [(report, double_key(str(url)), portal) for report, url, portal in whole["sources"]]  # type: ignore[attr-defined]
    targets = "SELECT portal,url,role,state FROM targets WHERE NOT guessed AND instr(url,'#')=0"
    verdicts = "SELECT portal,verdict FROM verdicts WHERE crawl=(SELECT id FROM crawls ORDER BY rowid DESC LIMIT 1)"
    return {
        **whole,
        "reports": sorted(reports),
        "sources": sorted(sources),
        "rejected": sorted((double_key(str(url)), reason) for url, reason in whole["rejected"]),  # type: ignore[attr-defined]
        "targets": sorted((portal, double_key(str(url)), *rest) for portal, url, *rest in rows(folder, targets)),
        "verdicts": sorted(rows(folder, verdicts)),
    }


@pytest.mark.slow
@pytest.mark.long
def test_kills_amid_faults_and_from_home_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAZHI_TIMEOUT", "2")
    dice = random.Random(SEED)
    found, pages, port = [], 0, 0
    for name in ("calm", "killed"):  # each has a zoo of its own: some faults befall a path the first time only
        folder = tmp_path / name
        folder.mkdir()
        with zoo_at(port, dice) as zoo:
            port = int(next(iter(zoo.homes.values())).rpartition(":")[2].strip("/"))
            zoo.write_portals(folder / "portals.toml")
            if name == "killed":
                assert murder(folder, zoo, 4, pages, dice) >= 3
            done = subprocess.run(command(folder), capture_output=True, text=True, timeout=120)
            assert done.returncode == 3, done.stdout + done.stderr  # some verdicts are not fine
            pages = len(zoo.log)
        found.append(outcome(folder))
        assert list(verify(folder / "data" / "warc", progress=lambda done, total=None: None)) == []
    assert found[1] == found[0]
    assert len(found[0]["reports"]) >= 110  # type: ignore[arg-type]


def zoo_at(port: int, dice: random.Random) -> Zoo:
    """Return a zoo on ports in a row, beginning with this one; 0: any that are free."""
    for _ in range(20):
        first = port or dice.randrange(20000, 30000)
        zoo = Zoo(DIALECTS, only=PORTALS, faults=FAULTS, base_port=first)
        try:
            with zoo:
                return Zoo(DIALECTS, only=PORTALS, faults=FAULTS, base_port=first)
        except OSError:
            continue  # another program has one of them
    raise AssertionError("no free ports")
