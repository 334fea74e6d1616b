"""The simulated year, visit by visit: at its end the archive tells what the script knows, to the day and nothing else.

The script is ``fazhi_zoo.year_script``, what must come of it ``fazhi_zoo.year_truth``. A reader asks the site all the
while, also while the archive is made again from its WARC files.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fazhi_zoo.year import Year
from fazhi_zoo.year_promises import overdue
from fazhi_zoo.year_script import VISITS
from fazhi_zoo.year_truth import Truth

from archive.timeline import Kind
from archive.warc_verify import verify

from .reader import PAGES, REPORTS, Reader
from .rehearsal import Rehearsal, dump
from .zygote import Zygote

VERDICTS = {"ok", "unchanged", "silent", "unreachable", "blocked", "changed-layout"}
STATES = {"on_time", "late", "copy_only", "not_found", "not_looked", "blocked", "removed"}


@pytest.mark.slow
def test_a_year_of_visits_is_told_as_it_was(tmp_path: Path) -> None:
    with Year() as year, Zygote(tmp_path) as zygote:
        life = Rehearsal(year, zygote, tmp_path / "life")
        first, *others = VISITS
        year.at(first)
        done = life.visit()
        assert done.returncode == 3, done.output  # one portal has nothing
        with Reader(life.data, year.clock) as reader:
            for day in others:
                year.at(day)
                done = life.visit()
                assert done.returncode in (0, 3), done.output
            truth = Truth(year.visits)
            assert {kind for _, kind, *_ in truth.changes} == set(Kind)  # nothing that can happen is left out
            assert set(truth.verdicts.values()) == VERDICTS
            assert {status for status, _ in truth.coverage.values()} == STATES
            assert life.verdicts() == truth.verdicts
            assert life.reports() == truth.reports
            assert life.changes() == truth.changes
            feed = [(at[:10], kind, year.place(url)) for kind in Kind for at, url in reader.feed(kind)]
            assert sorted(feed) == sorted((day, kind, page) for day, kind, _, page in truth.changes)
            assert life.coverage() == truth.coverage
            assert overdue(truth) == []
            assert list(verify(life.data / "warc", progress=lambda done, total=None: None)) == []

            before = {name: dump(life.data / f"{name}.db") for name in ("archive", "crawl")}
            done = life.fazhi("rebuild")
            assert done.returncode == 0, done.output
            assert {name: dump(life.data / f"{name}.db") for name in before} == before
            assert reader.get(REPORTS) == 200
        assert reader.trouble == []
        assert set(PAGES) <= set(reader.pages)
        assert reader.pages.total() >= 30
        assert len(reader.reports) == len(truth.reports)

        alone = Rehearsal(year, zygote, tmp_path / "alone")  # from the WARC files, and nothing else
        shutil.copytree(life.data / "warc", alone.data / "warc")
        done = alone.fazhi("rebuild")
        assert done.returncode == 0, done.output
        again = dump(alone.data / "archive.db")
        # Verdicts are of the runs, not of the pages, and coverage tells by them who looked.
        apart = dict.fromkeys(("portals", "coverage"))
        assert again | apart == before["archive"] | apart
        assert dump(alone.data / "crawl.db")["captures"] == before["crawl"]["captures"]
