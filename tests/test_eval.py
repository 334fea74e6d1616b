"""The measured quality never falls: floors of ``eval/floors.json`` on fingerprinted corpora."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # tests/eval is a program of its own, not part of an installed package

from eval import headings, run  # needs the line above

FLOORS = json.loads(run.FLOORS.read_text("utf-8"))


def _check(corpus: str) -> None:
    found, score = run.measure(corpus)
    floors = dict(FLOORS[corpus])
    # The generated pages follow the sample portals' words: their shares are pinned, not their bytes.
    assert found == floors.pop("fingerprint", found), (
        "the corpus changed: measure again, pin new floors (run.py --floors)"
    )
    reached = {name: round(score.share(name), 4) for name in floors}
    assert all(reached[name] >= floor for name, floor in floors.items()), (reached, floors, score.faults)


@pytest.mark.real
@pytest.mark.parametrize("corpus", ["pages", "seeds"])
def test_real_pages_keep_their_floors(shared: Path, corpus: str) -> None:
    _check(corpus)


@pytest.mark.real
def test_targets_on_real_pages(shared: Path) -> None:
    _, score = run.measure("pages")
    assert score.share("kept") >= 0.995
    assert score.share("clean") >= 0.995
    assert score.share("title") == score.share("published") == 1.0


@pytest.mark.parametrize("corpus", ["shapes", "dialects", "nameless", "zoo"])
def test_generated_pages_keep_their_floors(corpus: str) -> None:
    _check(corpus)


def test_titles_keep_precision_and_recall(capsys: pytest.CaptureFixture[str]) -> None:
    rows, precision, recall = headings.precision_and_recall()
    with capsys.disabled():
        print(f"\ntitles: {rows} rows, precision {precision:.3f}, recall {recall:.3f}")
    assert rows >= 200
    assert (precision, recall) == (1.0, 1.0)
