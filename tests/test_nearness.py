"""Near copies: what is one, what is none, and that the keys find it. The table is in docs/evaluation.md."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from fazhi_zoo import places
from fazhi_zoo import text as words

from archive import nearness
from archive.nearness import NEAR

sys.path.insert(0, str(Path(__file__).parent))  # tests/eval is a program of its own, not part of an installed package

from eval import copies  # needs the line above

TEXTS = 8


@pytest.fixture(scope="module")
def made() -> list[str]:
    return copies.texts(TEXTS)


def _told(changes: dict[str, copies.Change], made: list[str], draws: int = 1) -> dict[str, tuple[float, float, int]]:
    """Return for each change the least and the greatest similarity, and how many were near."""
    told = {}
    for name, change in changes.items():
        found = copies.spread(made, change, draws)
        told[name] = min(found)[0], max(found)[0], sum(near for *_, near in found)
    return told


def test_every_kind_of_copy_is_near(made: list[str]) -> None:
    told = _told(copies.COPIES, made)
    assert {name: near for name, (_, _, near) in told.items()} == dict.fromkeys(copies.COPIES, TEXTS)
    # Floors of the table, with room for another draw.
    assert told["another footer and counter"][0] > 0.94
    assert told["traditional with pinyin between"][0] > 0.98
    assert told["hijacked mirror: names, 10 % cut, pinyin"][0] > 0.84
    assert told["content farm: years, names, 10 % cut, footer"][0] > 0.80
    assert told["20 % cut out"][0] > 0.77


def test_reports_on_one_template_are_not_near(made: list[str]) -> None:
    told = _told(copies.others(made), made)
    assert {name: near for name, (_, _, near) in told.items() if near} == {}
    assert told["another report"][1] < 0.12


def test_a_template_without_figures_is_not_taken_for_a_copy(made: list[str]) -> None:
    """Nor is a copy that lost its figures: what words alone can tell is less."""
    text = "".join(char for char in made[0] if not char.isdigit())
    change = copies.same_template(0.8, made)
    assert not nearness.near(text, "".join(c for c in change(random.Random(1), text) if not c.isdigit()))
    assert nearness.figures(text, text) is None
    assert nearness.near(text, copies.footer(random.Random(1), text))


def test_reports_of_sister_counties_on_the_sample_portals_are_not_near() -> None:
    """The same shape, features and year: only the deals of the phrase book differ."""
    shape, features = words.Shape(table=True), frozenset(words.WORDS)
    found = []
    for number, code in enumerate(("990121", "990102", "990100") * 4):
        blocks = words.report(random.Random(number), places.issuer("government", code).words, 2020, features, shape)
        found.append("\n".join(block.text for block in blocks))
    pairs = [nearness.similarity(a, b) for number, a in enumerate(found) for b in found[:number]]
    assert max(pairs) < 0.4


@pytest.mark.real
def test_the_real_reports(shared: Path) -> None:
    made = [file.read_text("utf-8") for file in sorted((shared / "seeds").glob("0*.txt"))]
    assert len(made) == 5
    assert max(nearness.similarity(a, b) for number, a in enumerate(made) for b in made[:number]) < 0.05
    told = _told(copies.COPIES, made)
    assert {name: near for name, (_, _, near) in told.items()} == dict.fromkeys(copies.COPIES, 5)
    told = _told(copies.others(made), made)
    assert {name: near for name, (_, _, near) in told.items() if near} == {}
    assert told[copies.LAZY][0] > NEAR  # the words alone would not tell: the figures do


def test_the_keys_find_what_is_near_and_little_else(made: list[str]) -> None:
    signed = [nearness.signature(text) for text in made]
    keys = [set(nearness.bands(each)) for each in signed]
    assert {len(each) for each in keys} == {nearness.BANDS}
    for name, change in copies.COPIES.items():
        for number, text in enumerate(made):
            other = nearness.signature(change(random.Random(number), text))
            assert keys[number] & set(nearness.bands(other)), (name, number)
    pairs = [(a, b) for number, a in enumerate(keys) for b in keys[:number]]
    assert sum(bool(a & b) for a, b in pairs) <= len(pairs) * 0.01


def test_a_pair_just_near_is_missed_less_than_once_in_a_thousand() -> None:
    """The chance by the numbers of bands and rows, and that the library's minima keep to it."""
    assert (1 - NEAR**nearness.ROWS) ** nearness.BANDS < 1e-3
    rng = random.Random(1)
    stock = [chr(code) for code in range(0x4E00, 0x9FFF)]
    missed, apart = 0, []
    for _ in range(300):
        size = 1500
        common = "".join(rng.choices(stock, k=round(2 * size * NEAR / (1 + NEAR))))
        one, other = ("".join(rng.choices(stock, k=size - len(common))) for _ in range(2))
        a, b = nearness.signature(common + one), nearness.signature(common + other)
        missed += not set(nearness.bands(a)) & set(nearness.bands(b))
        apart.append(nearness.estimate(a, b) - nearness.similarity(common + one, common + other))
    assert missed <= 2  # 0.1 expected
    assert abs(sum(apart) / len(apart)) < 0.01
    assert max(map(abs, apart)) < 0.15


def test_the_signature_is_the_same_everywhere() -> None:
    """A library that counts otherwise calls itself another version, and VERSION with it: then pin both anew."""
    text = "".join(chr(0x4E00 + 7 * number % 5000) for number in range(600))
    golden = "c5e6da4a"
    code = (
        "import hashlib, sys; from archive import nearness;"
        "print(nearness.VERSION, hashlib.sha256(nearness.signature(sys.stdin.read())).hexdigest()[:8])"
    )
    for seed in ("0", "4711"):
        told = subprocess.run(
            [sys.executable, "-c", code],
            input=text,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.split() == ["1-2", golden]
    signed = nearness.signature(text)
    assert (len(signed), hashlib.sha256(signed).hexdigest()[:8]) == (640, golden)
    assert nearness.bands(signed)[:2] == [2329383505, 4957526566]


@pytest.mark.parametrize("text", ["", " \n", "法治" * 99, "a1!" * 60, "word " * 1000], ids=["", "", "short", "", ""])
def test_a_short_text_is_near_to_nothing(text: str) -> None:
    assert (nearness.signature(text), nearness.bands(b""), nearness.similarity(text, text)) == (b"", [], 0.0)
    assert not nearness.near(text, text)
    assert nearness.estimate(b"", b"") == nearness.estimate(b"", nearness.signature("法治政府" * 60)) == 0.0


def test_a_huge_text_costs_no_more_than_its_first_part() -> None:
    rng = random.Random(2)
    text = "".join(chr(rng.randrange(0x4E00, 0x9FFF)) for _ in range(nearness.LONG))
    assert len(nearness.shingles(text * 5)) == nearness.LONG - nearness.SHINGLE + 1
    assert nearness.signature(text * 5) == nearness.signature(text)
