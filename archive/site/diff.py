"""Two texts side by side: which paragraphs are the same, which were changed, and what in them.

    compare(old, new)     paragraphs in pairs, the changed words of a pair marked
    changes(rows)         only the changes, with a paragraph around each
    align(n, m, score)    two sequences in pairs, in order, by how alike their members are
    alike(a, b)           how alike two short texts are, from 0 to 1

Time is bounded whatever the texts hold: after ``SECONDS`` the rest is shown as it is, unmarked, and the result says so.
Built on difflib: it finds long common stretches first, which reads better than the shortest edit script. Pure.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from typing import Literal

SECONDS = 0.6  # for one comparison
MAX_LINES = 3000  # of each text; what lies beyond is shown as taken out and put in
FINE = 600_000  # characters times characters up to which two paragraphs are compared by character, beyond by clause
PAIRS = 40_000  # paragraphs times paragraphs up to which the members of a changed stretch are paired by likeness
LIKE = 0.35  # from here on two paragraphs are one that was changed
AROUND = 1  # unchanged paragraphs shown beside a change

_TOKEN = re.compile(r"\d+(?:\.\d+)?%?|[A-Za-z]+|\s+|.", re.S)
_CLAUSE = re.compile(r"[^，。；：！？、,;]*[，。；：！？、,;]|[^，。；：！？、,;]+")

Pieces = list[tuple[str, bool]]  # a text in pieces; True: not in the other one
Kind = Literal["same", "changed", "removed", "added", "gap"]


@dataclass(frozen=True, slots=True)
class Row:
    """Paragraphs that belong together: one of each text, or of one only. A gap stands for ``hidden`` same ones."""

    kind: Kind
    left: Pieces | None = None
    right: Pieces | None = None
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """All rows in order, how many characters were taken out and put in, and whether time or length cut it short."""

    rows: list[Row]
    removed: int
    added: int
    cut: bool

    @property
    def equal(self) -> bool:
        """Tell whether no difference was met."""
        return all(row.kind == "same" for row in self.rows)


class _Bounded(SequenceMatcher[str]):
    """A matcher that raises TimeoutError at a point in time."""

    def __init__(self, a: Sequence[str], b: Sequence[str], end: float, *, autojunk: bool) -> None:
        self.end = end
        super().__init__(None, a, b, autojunk=autojunk)

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        """Find the longest match while there is time."""
        if time.monotonic() > self.end:
            raise TimeoutError
        return super().find_longest_match(alo, ahi, blo, bhi)


def compare(old: str, new: str, seconds: float = SECONDS) -> Comparison:
    """Return the paragraphs of two texts in pairs, the changed words marked.

    >>> found = compare("一、工作\\n办案12件。\\n完", "一、工作\\n办案15件。\\n完")
    >>> [(row.kind, row.left, row.right) for row in found.rows if row.kind != "same"]
    [('changed', [('办案', False), ('12', True), ('件。', False)], [('办案', False), ('15', True), ('件。', False)])]
    >>> found.removed, found.added
    (2, 2)
    """
    end = time.monotonic() + seconds
    lefts, rights = _lines(old), _lines(new)
    rest = (lefts[MAX_LINES:], rights[MAX_LINES:]) if lefts != rights else ([], [])
    cut = any(rest)
    if cut:
        lefts, rights = lefts[:MAX_LINES], rights[:MAX_LINES]
    rows: list[Row] = []
    # Long texts repeat some lines often (form letters): those must not be where a match begins.
    try:
        codes = _Bounded(lefts, rights, end, autojunk=True).get_opcodes()
    except TimeoutError:
        codes, cut = [("replace", 0, len(lefts), 0, len(rights))], True
    for code, a, b, c, d in codes:
        if code == "equal":
            rows += [Row("same", [(line, False)], [(line, False)]) for line in lefts[a:b]]
        else:
            changed, in_time = _changed(lefts[a:b], rights[c:d], end)
            rows += changed
            cut |= not in_time
    rows += [Row("removed", [(line, True)], None) for line in rest[0]]
    rows += [Row("added", None, [(line, True)]) for line in rest[1]]
    removed = sum(len(text) for row in rows for text, mark in row.left or () if mark)
    added = sum(len(text) for row in rows for text, mark in row.right or () if mark)
    return Comparison(rows, removed, added, cut)


def changes(rows: Sequence[Row], around: int = AROUND) -> list[Row]:
    """Return the rows that differ, each with its neighbours, and gaps for what was left out.

    >>> rows = [Row("same", [(n, False)], [(n, False)]) for n in "abcde"] + [Row("added", None, [("f", True)])]
    >>> [(row.kind, row.hidden) for row in changes(rows)]
    [('gap', 4), ('same', 0), ('added', 0)]
    """
    near = {
        other
        for number, row in enumerate(rows)
        if row.kind != "same"
        for other in range(number - around, number + around + 1)
    }
    shown: list[Row] = []
    for number, row in enumerate(rows):
        if number in near:
            shown.append(row)
        elif shown and shown[-1].kind == "gap":
            shown[-1] = Row("gap", hidden=shown[-1].hidden + 1)
        else:
            shown.append(Row("gap", hidden=1))
    return shown


def align(n: int, m: int, score: Callable[[int, int], float]) -> list[tuple[int | None, int | None]]:
    """Return 0..n-1 and 0..m-1 in pairs, in order, so that the scores add up to the most; 0 or less makes no pair.

    Takes n times m calls and memory.

    >>> align(2, 3, lambda i, j: [[0, .9, .1], [0, 0, .8]][i][j])
    [(None, 0), (0, 1), (1, 2)]
    """
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    scores = [[score(i, j) for j in range(m)] for i in range(n)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            paired = scores[i][j] + best[i + 1][j + 1] if scores[i][j] > 0 else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    made: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < n and j < m:
        if scores[i][j] > 0 and best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            made.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            made.append((i, None))
            i += 1
        else:
            made.append((None, j))
            j += 1
    return made + [(k, None) for k in range(i, n)] + [(None, k) for k in range(j, m)]


def alike(a: set[str], b: set[str]) -> float:
    """Return the share of pairs of characters (``pairs``) that two texts have in common, from 0 to 1.

    >>> alike(pairs("主要工作"), pairs("主要举措")), alike(pairs(""), pairs(""))
    (0.3333333333333333, 0.0)
    """
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def pairs(text: str) -> set[str]:
    """Return the pairs of neighbouring characters of a text; the text itself where it is shorter."""
    return {text[i : i + 2] for i in range(len(text) - 1)} or ({text} if text else set())


def _lines(text: str) -> list[str]:
    return [stripped for line in text.split("\n") if (stripped := line.strip())]


def _changed(lefts: list[str], rights: list[str], end: float) -> tuple[list[Row], bool]:
    """Return the rows of a stretch that differs, and whether there was time to mark all of it."""
    in_time = len(lefts) * len(rights) <= PAIRS
    couples: list[tuple[int | None, int | None]]
    try:
        couples = _couples(lefts, rights, end if in_time else 0)
    except TimeoutError:
        in_time = False
        couples = [*((i, None) for i in range(len(lefts))), *((None, j) for j in range(len(rights)))]
    rows = []
    for i, j in couples:
        if j is None:
            rows.append(Row("removed", [(lefts[i or 0], True)], None))
        elif i is None:
            rows.append(Row("added", None, [(rights[j], True)]))
        else:
            try:
                rows.append(Row("changed", *_marked(lefts[i], rights[j], end)))
            except TimeoutError:
                in_time = False
                rows.append(Row("changed", [(lefts[i], True)], [(rights[j], True)]))
    return rows, in_time


def _couples(lefts: list[str], rights: list[str], end: float) -> list[tuple[int | None, int | None]]:
    """Return which paragraph became which; raises TimeoutError."""
    a, b = [pairs(line) for line in lefts], [pairs(line) for line in rights]

    def score(i: int, j: int) -> float:
        if time.monotonic() > end:
            raise TimeoutError
        likeness = alike(a[i], b[j])
        return likeness if likeness >= LIKE else 0.0

    return align(len(a), len(b), score)


def _marked(old: str, new: str, end: float) -> tuple[Pieces, Pieces]:
    """Return two like paragraphs in pieces; raises TimeoutError."""
    cutter = _TOKEN if len(old) * len(new) <= FINE else _CLAUSE
    a, b = cutter.findall(old), cutter.findall(new)
    left: Pieces = []
    right: Pieces = []
    codes = _Bounded(a, b, end, autojunk=cutter is _CLAUSE).get_opcodes()
    for number, (code, i, j, k, m) in enumerate(codes):
        # One character that happens to be the same between two changes is no help to a reader.
        lone = code == "equal" and len("".join(a[i:j])) == 1 and 0 < number < len(codes) - 1
        mark = code != "equal" or lone
        _add(left, "".join(a[i:j]), mark)
        _add(right, "".join(b[k:m]), mark)
    return left, right


def _add(pieces: Pieces, text: str, mark: bool) -> None:
    if pieces and pieces[-1][1] == mark:
        pieces[-1] = (pieces[-1][0] + text, mark)
    elif text:
        pieces.append((text, mark))
