"""Near copies: how alike two texts are, and which of many may be near one without comparing it with all. Pure; leaf.

    alike(a, b)        how alike two texts are where one is a near copy of the other: words alike, figures too
    near(a, b)         whether it is one
    similarity(a, b)   of two texts, exact: the share of their shingles that both have (Jaccard)
    figures(a, b)      the same of their figures: a template keeps its words from year to year, never its figures
    signature(text)    what is kept of a text to find its like: 160 minima (MinHash, by rensa)
    bands(signature)   40 keys; two texts of NEAR or more have one in common, but for 4 in 10,000 pairs

A shingle is four characters in a row of the folded text, and of that only Han characters and digits: punctuation,
spaces, Latin letters, traditional characters and pinyin put between (實(shí)施) make no difference. The keys only
propose; ``near`` decides, so no verdict depends on the version of a library. Measured in docs/evaluation.md.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections import Counter
from collections.abc import Sequence

from rensa import RMinHash

from archive import tokens

NEAR = 0.65  # of the words: what copies keep that were cut, retyped or renamed
FIGURES = 0.3  # of the figures: copies keep more, reports on one template have less in common
FEW = 8  # where a text has fewer figures the words must be SURE: a template alone keeps as many as a copy
SURE = 0.9
SHORT = 200  # characters compared; a shorter text is near to nothing: too little to tell a copy from a formula
LONG = 200_000  # characters compared of a text; what stands behind them is not looked at
SHINGLE = 4
BANDS, ROWS = 40, 4
SEED = 20150101
# Signatures of different versions have nothing to say to each other: whoever keeps them makes them again.
VERSION = f"1-{RMinHash.ALGORITHM_VERSION}"

# Figures of two digits and more, years left out: content farms raise them.
_FIGURE = re.compile(r"(?<![\d.])(?!(?:19|20)\d\d(?!\d))\d{2,}(?:\.\d+)?|(?<![\d.])\d\.\d+")
_LEFT_OUT = re.compile(rf"[^{tokens.HAN}0-9]+")


def shingles(text: str) -> set[str]:
    """Return what of a text is compared; nothing of a short one.

    >>> sorted(shingles("第１條 法治（fǎzhì）政府" * 30))
    ['1条法治', '府第1条', '政府第1', '条法治政', '治政府第', '法治政府', '第1条法']
    """
    kept = _LEFT_OUT.sub("", tokens.fold(text[: 4 * LONG]))[:LONG]
    return {kept[i : i + SHINGLE] for i in range(len(kept) - SHINGLE + 1)} if len(kept) >= SHORT else set()


def similarity(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 to 1; 0 where one is short.

    >>> similarity("法治政府建设" * 40, "法治政府，建設！" * 50), similarity("法治", "法治")
    (1.0, 0.0)
    """
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b) if a and b else 0.0


def figures(one: str, other: str) -> float | None:
    """Return which share of their figures two texts have in common, from 0 to 1; None where one has few.

    >>> figures("".join(f"{n}件" for n in range(20, 30)), "".join(f"{n}件" for n in range(22, 40)))
    0.4
    """
    a, b = (Counter(_FIGURE.findall(tokens.fold(text[: 4 * LONG]))) for text in (one, other))
    return (a & b).total() / (a | b).total() if min(a.total(), b.total()) >= FEW else None


def alike(one: str, other: str) -> float | None:
    """Return how alike two texts are where one is a near copy of the other, else None.

    Whose they are and of which year is not looked at.
    """
    words = similarity(one, other)
    if words < NEAR:
        return None
    shared = figures(one, other)
    return words if (words >= SURE if shared is None else shared >= FIGURES) else None


def near(one: str, other: str) -> bool:
    """Tell whether one of two texts is a near copy of the other."""
    return alike(one, other) is not None


def signature(text: str) -> bytes:
    """Return the signature of a text, 640 bytes; empty where the text is short."""
    found = shingles(text)
    if not found:
        return b""
    minima = RMinHash(num_perm=BANDS * ROWS, seed=SEED)
    minima.update(list(found))
    return struct.pack(f"<{BANDS * ROWS}I", *minima.digest())


def estimate(one: bytes, other: bytes) -> float:
    """Return about how alike the texts of two signatures are, within 0.1 nearly always; 0 where one is empty."""
    a, b = _minima(one), _minima(other)
    return sum(x == y for x, y in zip(a, b, strict=True)) / len(a) if a and b else 0.0


def bands(signed: bytes) -> list[int]:
    """Return the keys of a signature, positive integers that fit SQLite; none of an empty one."""
    size = 4 * ROWS
    return [number << 32 | zlib.crc32(signed[at : at + size]) for number, at in enumerate(range(0, len(signed), size))]


def _minima(signed: bytes) -> Sequence[int]:
    return struct.unpack(f"<{len(signed) // 4}I", signed)
