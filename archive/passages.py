"""The passage of a text that shows why it was found: where most terms meet, in pieces, what was looked for marked.

    snippet(terms, text)    a passage, or a short one for each term that stands apart
    marked(text, spans, a, b)    a stretch of a text cut into pieces

Finding the place is quick because the text is searched as it is, with every spelling of the term's characters at once;
only where that finds nothing is the text folded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import islice

from archive import tokens
from archive.tokens import Runs, Span

PASSAGE = 90  # characters of text in a snippet
BEFORE = 25  # of them before the first marked word
PASSAGES = 3  # at most, where the terms stand apart
SIDE = 15  # characters on each side of a term that is shown apart

Snippet = list[tuple[str, bool]]  # pieces of a passage; True: a word that was looked for


def snippet(wanted: Sequence[Runs], text: str) -> Snippet:
    """Return the passage of a text where most terms meet, in pieces, and short ones for terms not in it; the beginning
    of the text where no term stands in it.

    >>> snippet([("复议",)], "全年收到行政复议申请12件。")
    [('全年收到行政', False), ('复议', True), ('申请12件。', False)]
    """
    found = _spans(wanted, text)
    pieces: Snippet = []
    at = 0
    for start, end in _windows(found, len(text)):
        if start > at:
            pieces.append(("…", False))
        pieces += marked(text, found, start, end)
        at = end
    if at < len(text):
        pieces.append(("…", False))
    return [(" ".join(piece.split("\n")), mark) for piece, mark in pieces]


def count(term: Runs, text: str) -> int:
    """Return how often a term stands in a text, in its usual spellings.

    >>> count(("复议",), "行政復議、复议"), count(("复议",), "应诉")
    (2, 0)
    """
    pattern = _raw_pattern(term)
    return sum(1 for _ in pattern.finditer(text)) if pattern else len(tokens.spans([term], text))


def marked(text: str, found: list[Span], start: int, end: int) -> Snippet:
    """Return ``text[start:end]`` cut into pieces, those marked that lie in a span; overlapping spans become one."""
    pieces: Snippet = []
    at = start
    for span in found:
        left, right = max(span.start, at), min(span.end, end)
        if left >= right:
            continue
        if left > at:
            pieces.append((text[at:left], False))
        if pieces and pieces[-1][1] and left == at:
            pieces[-1] = (pieces[-1][0] + text[left:right], True)
        else:
            pieces.append((text[left:right], True))
        at = right
    if at < end:
        pieces.append((text[at:end], False))
    return pieces


def _windows(found: list[Span], length: int) -> list[tuple[int, int]]:
    """Return the stretches of a text to be shown, in order, apart from each other."""
    if not found:
        return [(0, min(PASSAGE, length))]
    best, met, last = found[0], 0, 0
    for first, span in enumerate(found):
        while last < len(found) and found[last].end <= span.start + PASSAGE - BEFORE:
            last += 1
        meeting = len({other.term for other in found[first:last]})
        if meeting > met:
            best, met = span, meeting
    start = max(0, min(best.start - BEFORE, length - PASSAGE))
    windows = [(start, min(length, max(start + PASSAGE, best.end)))]
    shown = {s.term for s in found if s.start >= windows[0][0] and s.end <= windows[0][1]}
    for span in found:
        if span.term not in shown and len(windows) < PASSAGES:
            shown.add(span.term)
            windows.append((max(0, span.start - SIDE), min(length, span.end + SIDE)))
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(windows):
        # A word is shown whole or not at all.
        begin = min([begin, *(s.start for s in found if s.start < begin < s.end)])
        end = max([end, *(s.end for s in found if s.start < end < s.end)])
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _spans(wanted: Sequence[Runs], text: str) -> list[Span]:
    """Return where terms stand in a text; of a term that stands in it in several spellings perhaps only the usual."""
    found: list[Span] = []
    most = PASSAGE if len(wanted) == 1 else None  # of one term those after the first passage are not shown
    for number, term in enumerate(wanted):
        pattern = _raw_pattern(term)
        hits = [Span(m.start(), m.end(), number) for m in islice(pattern.finditer(text), most)] if pattern else []
        if not hits:
            hits = [Span(s.start, s.end, number) for s in tokens.spans([term], text)]
        found += hits
    return sorted(found, key=lambda span: (span.start, -span.end, span.term)) if len(wanted) > 1 else found


@lru_cache(maxsize=512)
def _raw_pattern(term: Runs) -> re.Pattern[str] | None:
    """Return the pattern of a term in text as it is; None where its characters are beyond the table of spellings."""
    known = _spellings()
    if any(char not in known for run in term for char in run):
        return None
    return tokens.pattern(term, known)


@cache
def _spellings() -> dict[str, str]:
    """Return for each common character, folded, a pattern of all characters that fold to it."""
    ranges = (
        range(0x30, 0x7B), range(0xFF10, 0xFF5B), range(0x2E80, 0x2FE0), range(0x4E00, 0xA000), range(0xF900, 0xFB00),
    )  # fmt: skip
    spelt: dict[str, list[str]] = {}
    for code in (code for block in ranges for code in block):
        folded = tokens.fold(chr(code))
        if len(folded) == 1 and folded.isalnum():
            spelt.setdefault(folded, []).append(chr(code))
    for code, char in tokens.simplified().items():
        if chr(code) not in spelt.setdefault(char, []):
            spelt[char].append(chr(code))
    return {c: others[0] if len(others) == 1 else f"[{''.join(others)}]" for c, others in spelt.items()}
