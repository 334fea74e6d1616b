"""The clock: the machine's, or the one a rehearsal sets."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from archive import clock

ASK = "from archive import clock; print(clock.now().isoformat(), clock.today(), clock.seconds())"


def run(told: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", ASK], env={**os.environ, "FAZHI_CLOCK": told}, capture_output=True, text=True
    )


def test_it_is_the_machines() -> None:
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_it_can_be_set_for_a_process_and_goes_on_from_there() -> None:
    moment, day, seconds = run("2027-03-31T17:00:00Z").stdout.split()
    set_to = datetime(2027, 3, 31, 17, tzinfo=UTC)
    assert set_to <= datetime.fromisoformat(moment) < set_to + timedelta(seconds=30)
    assert day == "2027-04-01"  # in China it is past midnight
    assert 0 <= float(seconds) - set_to.timestamp() < 30


@pytest.mark.parametrize("told", ["tomorrow", "2027-13-01"])
def test_what_is_no_moment_is_refused(told: str) -> None:
    assert f"FAZHI_CLOCK is no moment: {told}" in run(told).stderr
