"""How Chinese text becomes words a search index can hold, and a query a search for them. Leaf: standard library only.

SQLite's tokenizers keep a whole run of Han characters as one word, or need three characters. So the text is cut here,
before it is indexed, and the index (FTS5, ``tokenize='ascii'``) takes the words as they are:

    fold(text)      full width to half, traditional to simplified, lower case; spaces inside Han text are dropped
    runs(text)      maximal runs of Han characters, and of other letters and digits; all else only separates
    tokens(text)    what is indexed: pairs of neighbouring Han characters, other runs whole, and each character once
    phrase(term)    the words that follow each other in the index exactly where the term stands in a text
    spans(t, text)  where terms stand in the text, for marking them

A term is a tuple of runs (``archive.query`` cuts a query into terms). Between its runs any punctuation may stand.
A Han term is found wherever it stands, from one character up; a number or a Latin word only as a whole (``20`` is not
in 2020).
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from operator import add

RULES = 2  # raise it when the code below changes what is indexed: every archive then fills its index again
MAX_QUERY = 2000  # characters; a longer query is refused, cutting it would silently answer another question

# CJK unified ideographs with extensions A to G, the compatibility block and the zero of 二〇二〇.
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
OTHER = rf"(?:(?![{HAN}])[^\W_])"
_RUN = re.compile(rf"[{HAN}]+|{OTHER}+")
_IS_HAN = re.compile(rf"[{HAN}]")
# A paragraph is a line, so a line break stays a border; zero-width characters are what sites put in to defeat copying.
_INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufeff"
_GAP = rf"(?:[^\S\n]|[{_INVISIBLE}])*"
_GAP_IN_HAN = re.compile(rf"(?<=[{HAN}])(?:[^\S\n]|[{_INVISIBLE}])+(?=[{HAN}])")
# Each Han character of a text is indexed once more behind this mark, so that a query of one character is one look-up
# and not a scan of every pair that begins with it. The mark keeps these words out of every phrase. Alone it stands in
# every text, so that "all but those with this word" is an expression too.
SINGLE = "·"

Runs = tuple[str, ...]


@cache
def simplified() -> dict[int, str]:
    """Return the traditional-to-simplified table for ``str.translate`` (OpenCC, see the head of the file)."""
    rows = resources.files("archive").joinpath("data/simplified.tsv").read_text(encoding="utf-8").splitlines()
    return {ord(row[0]): row[2] for row in rows if not row.startswith("#")}


@cache
def version() -> str:
    """Return the version of what is indexed: the rules and the character table."""
    table = "".join(f"{key}{value}" for key, value in sorted(simplified().items()))
    return f"{RULES}-{zlib.crc32(table.encode()):08x}"


class _Folded(dict[int, str]):
    """Characters and what they fold to, filled as they are met: for ``str.translate``."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = unicodedata.normalize("NFKC", chr(code)).translate(simplified()).lower()
        return folded


_FOLDED = _Folded()


def fold(text: str) -> str:
    """Return the text as it is compared: width, script and case do not matter, spaces between Han characters neither.

    >>> fold("行政復議　１２ 件，ＶＲ 體驗")
    '行政复议 12 件,vr 体验'
    >>> fold("法 治 政 府")
    '法治政府'
    """
    folded = text.translate(_FOLDED)
    if not unicodedata.is_normalized("NFKC", folded):  # an accent or a jamo belongs to its neighbour
        folded = unicodedata.normalize("NFKC", text).translate(simplified()).lower()
    return _GAP_IN_HAN.sub("", folded)


def runs(folded: str) -> list[str]:
    """Cut folded text into runs of Han characters and runs of other letters and digits.

    >>> runs("2020年,法治_vr体验")
    ['2020', '年', '法治', 'vr', '体验']
    """
    return _RUN.findall(folded)


def tokens(text: str | None) -> str | None:
    """Return the words of a text to be indexed, joined by spaces.

    First the mark alone, which every text has; each Han character once, marked; then, in order, other runs whole, and
    of each Han run its first character, every pair, its last character. First and last make the border between Han
    and digits exact.

    >>> tokens("2020年行政VR")
    '· ·年 ·政 ·行 2020 年 年行 行政 政 vr'
    """
    if text is None:
        return None
    folded = fold(text)
    words = [SINGLE, *sorted(SINGLE + char for char in set(folded) if is_han(char))]
    for run in runs(folded):
        words += _pieces(run, lead=True, tail=True)
    return " ".join(words)


def _pieces(run: str, *, lead: bool, tail: bool) -> list[str]:
    """Return the words of one run, with or without its first and last character alone."""
    if len(run) == 1 or not is_han(run):
        return [run]
    return [*(run[:1] if lead else ""), *map(add, run, run[1:]), *(run[-1:] if tail else "")]


def is_han(run: str) -> bool:
    """Tell whether a run is of Han characters."""
    return _IS_HAN.match(run) is not None


def phrase(term: Runs) -> str:
    """Return the words that follow each other in the index exactly where a term, given as its runs, stands in a text.

    >>> phrase(("2020", "年")), phrase(("行政复议",)), phrase(("法",))
    ('2020 年', '行政 政复 复议', '·法')
    """
    if len(term) == 1 and len(term[0]) == 1 and is_han(term[0]):
        return SINGLE + term[0]
    last = len(term) - 1
    # At its outer ends a term may stand inside a longer Han run; between its runs the border must be there.
    return " ".join(w for i, run in enumerate(term) for w in _pieces(run, lead=i > 0, tail=i < last))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the original text where a term stands; ``term`` is its place in the query."""

    start: int
    end: int
    term: int


def spans(wanted: Sequence[Runs], text: str) -> list[Span]:
    """Return where terms stand in a text, in order, as offsets into the text as it is.

    >>> spans([("复议",)], "行政復議、复 议")
    [Span(start=2, end=4, term=0), Span(start=5, end=8, term=0)]
    """
    if not wanted:
        return []
    folded, source = _fold_with_source(text)
    found = []
    for number, term in enumerate(wanted):
        hits = pattern(term).finditer(folded)
        found += [Span(source[hit.start()], source[hit.end() - 1] + 1, number) for hit in hits]
    return sorted(found, key=lambda span: (span.start, -span.end, span.term))


def _fold_with_source(text: str) -> tuple[str, Sequence[int]]:
    """Return the text folded character by character (so that spaces stay), and where each character came from."""
    folded = text.translate(_FOLDED)
    if len(folded) == len(text):  # nothing folds to nothing, so each character folds to one
        return folded, range(len(text))
    return folded, [i for i, char in enumerate(text) for _ in _FOLDED[ord(char)]]


def pattern(term: Runs, spellings: Mapping[str, str] | None = None) -> re.Pattern[str]:
    """Return the pattern of a term in text folded character by character; with ``spellings``, which give a pattern for
    each folded character, in text as it is."""
    pieces = []
    for i, run in enumerate(term):
        if i:
            # Between two runs of one kind something must stand; between Han and digits nothing need.
            pieces.append(r"[\W_]+" if is_han(run) == is_han(term[i - 1]) else r"[\W_]*")
        chars = [spellings[char] for char in run] if spellings else list(map(re.escape, run))
        if is_han(run):
            pieces.append(_GAP.join(chars))
        else:
            pieces.append(rf"(?<!{OTHER}){''.join(chars)}(?!{OTHER})")
    return re.compile("".join(pieces))
