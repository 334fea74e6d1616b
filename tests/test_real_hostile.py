"""Real pages, spoiled: cut at every hundredth, bits flipped. Nothing raises, nothing is added to what was read."""

from __future__ import annotations

import random
import re
from html import unescape
from pathlib import Path

import pytest

from archive import charset
from archive.extract import extract
from archive.model import Document, Origin

MARKS = set(" \t\n")


def check(body: bytes) -> Document:
    document = extract(Origin(content_type="text/html"), body)
    # A defect would be caught inside and end as unreadable with the error's name.
    assert not re.match(r"\w*(Error|Exception)\b", getattr(document, "detail", "")), document
    assert set(document.text) <= set(unescape(charset.decode(body, "text/html").text)) | MARKS
    return document


@pytest.fixture(scope="module")
def pages(shared: Path) -> list[Path]:
    return sorted((shared / "pages" / "html").glob("*.html"))


@pytest.mark.real
@pytest.mark.slow
def test_cut_at_every_hundredth(pages: list[Path]) -> None:
    for page in pages[::7]:
        body = page.read_bytes()
        for hundredth in range(101):
            check(body[: len(body) * hundredth // 100])


@pytest.mark.real
def test_bits_flipped(pages: list[Path]) -> None:
    dice = random.Random(20210318)
    for page in pages:
        body = bytearray(page.read_bytes())
        for _ in range(2):
            for _ in range(len(body) // 500):
                body[dice.randrange(len(body))] ^= 1 << dice.randrange(8)
            check(bytes(body))


@pytest.mark.real
def test_seeds_cut_anywhere(shared: Path) -> None:
    for seed in sorted((shared / "seeds").glob("*.txt")):
        body = seed.read_bytes()
        for hundredth in range(101):
            document = extract(Origin(content_type="text/plain"), body[: len(body) * hundredth // 100])
            assert "Error" not in getattr(document, "detail", "")
