"""A year full of accidents ends with the archive of a quiet one: kill -9, a full disk, a torn file, a damaged page."""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fazhi_zoo.year import Year
from fazhi_zoo.year_script import VISITS

from archive import maintenance
from archive.warc_verify import verify

from . import test_maintenance
from .rehearsal import Rehearsal
from .zygote import Zygote

SEED = int(os.environ.get("FAZHI_SEED", "20270331"))
KILLS = 20
DAYS = (*VISITS[::4], VISITS[-1])
FULL = {5: 8_000, 9: 60_000}  # visit -> bytes that a file may have, as if the disk were full behind them

DAMAGED = {7: ("archive.db", "texts"), 10: ("crawl.db", "captures")}  # visit -> a page of this table


def kept(life: Rehearsal) -> dict[str, Any]:
    """Return what an archive holds, without what depends on which visit asked an old address again.

    A run that was killed is followed by another one on the same day, which may ask for what the quiet year asks for at
    a later visit. So the day on which a report was last seen differs, and that on which an old address was found to
    lead to a new one (``moved``), or whether it was asked at all.
    """
    return {
        "verdicts": life.verdicts(),
        "reports": {name: replace(told, last="") for name, told in life.reports().items()},
        "changes": [change for change in life.changes() if change[1] != "moved"],
        "coverage": life.coverage(),
        "rejected": sorted({(life.year.place(url), why) for url, why in life.rows("select url, reason from rejected")}),
        "twice": [
            *life.rows("select digest from reports group by digest having count(*) > 1"),
            *life.rows(
                "select url, digest from captures where role = 'report' and kind = 'response'"
                " group by url, digest having count(*) > 1",
                "crawl.db",
            ),
        ],
    }


def apart(found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, tuple[list[Any], list[Any]]]:
    """Return what only one of two archives tells, by name: a failure shows it, and not all the rest."""
    told = {}
    for name in wanted:
        one, other = (
            list(held[name].items()) if isinstance(held[name], dict) else held[name] for held in (found, wanted)
        )
        only = [item for item in one if item not in other], [item for item in other if item not in one]
        if any(only) or len(one) != len(other):
            told[name] = only
    return told


def kill(life: Rehearsal, after: int, pause: float) -> bool:
    """Begin a visit, kill it when so many requests were made and a moment later; say whether it was at work."""
    began, limit = len(life.year.log), time.monotonic() + 60
    process = life.begin()
    while len(life.year.log) - began < after and life.zygote.alive() and time.monotonic() < limit:
        time.sleep(0.002)
    time.sleep(pause)
    if life.zygote.alive():
        os.kill(process, signal.SIGKILL)
    return life.zygote.wait().returncode == -signal.SIGKILL


def tear(life: Rehearsal) -> bool:
    """Leave a half-written record at the end of the file that was being written; say whether there was one."""
    for file in (life.data / "warc").glob("*.open"):
        begun = file.read_bytes()[:150]
        with file.open("ab") as end:
            end.write(begun)
        return True
    return False


def spoil(life: Rehearsal, database: str, table: str) -> None:
    """Damage a page of a table while nobody is at work, and let `fazhi tidy` find it."""
    file = life.data / database
    maintenance.checkpoint(file, print)
    test_maintenance.spoil(file, test_maintenance.pages_of(file, table)[-1])
    done = life.fazhi("tidy")
    assert done.returncode == 0, done.output
    assert f"{database} was damaged" in done.output


@pytest.mark.slow
@pytest.mark.long
def test_a_year_of_accidents_ends_like_a_quiet_one(tmp_path: Path) -> None:
    dice = random.Random(SEED)
    killed = full = 0
    torn = None  # the visit in which it happened
    with Year() as year, Zygote(tmp_path) as zygote:
        calm, rough = Rehearsal(year, zygote, tmp_path / "calm"), Rehearsal(year, zygote, tmp_path / "rough")
        for number, day in enumerate(DAYS):
            year.at(day)
            began = len(year.log)
            done = calm.visit()
            assert done.returncode in (0, 3), done.output
            pages = len(year.log) - began
            for _ in range(2):
                killed += kill(rough, dice.randint(0, pages), dice.random() * 0.2)
            if number in FULL:
                done = rough.visit(largest=FULL[number])
                assert done.returncode == 1, done.output
                assert "make room" in done.output
                full += 1
            if torn is None and number >= 3 and tear(rough):
                torn = number
            if number in DAMAGED:
                spoil(rough, *DAMAGED[number])
            done = rough.visit()
            assert done.returncode in (0, 3), done.output
            if torn == number:
                assert "of a torn record cut off" in done.output
        assert killed >= KILLS
        assert full == 2
        assert torn is not None
        found = kept(rough)
        assert apart(found, kept(calm)) == {}
        assert found["twice"] == []
        assert list(verify(rough.data / "warc", progress=lambda done, total=None: None)) == []
        assert sorted((rough.data / "warc").glob("*.open")) == []
