"""The plain text of a report as blocks of a page: headings, paragraphs, tables, signature, each in numbered pieces.

The text holds one paragraph a line, and cells of a table between tabs. What a line is, its form tells: the numbering
of official documents (GB/T 9704-2012, 7.3.3: 一、（一） 1. （1）) and the signature at the end. Pure;
no HTML is made here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from archive.passages import marked
from archive.query import spans
from archive.tokens import Span, fold

HEADING_CHARS = 60  # a longer line is a paragraph that begins like a heading
LEAD_CHARS = 45  # of the first sentence of such a paragraph, to be set off as one
MIN_HEADING, BARE_HEADING = 4, 24  # of a heading without a number
OUTLINE_CHARS = 24
SIGNATURE_LINES = 4
SIGNATURE_CHARS = 40
MEETING = 65  # characters within which the words of a query are said to meet: as in archive.passages

_NUMBER = "[一二三四五六七八九十百]{1,4}"
_FIRST = re.compile(rf"(?:{_NUMBER}、|第{_NUMBER}(?:部分|章)[\s、：:]?)")
_SECOND = re.compile(rf"[（(]{_NUMBER}[)）]")
_LEAD = re.compile(rf"(?:[（(]?{_NUMBER}[)）、]|{_NUMBER}是|\d{{1,2}}[.．、])[^。\n]{{2,{LEAD_CHARS}}}。")
_OPEN_END = re.compile(r"[。；;，,：:、]$")
_FULL_STOP = re.compile(r"[。；;：:！？.][”’）)]*$")
_PUNCTUATION = re.compile(r"[^\w《》〈〉“”（）()、\s]|\d{4}年\d")
_DATE = re.compile(r"^[（(]?(?:20\d\d|[一二][〇○零Ｏ一二三四五六七八九]{3})\s*年.{2,8}日[)）]?$")
_DOC_NO = re.compile(r"^\S{2,12}[〔\[【（(]20\d\d[〕\]】）)]\s*\d+\s*号$")


Pieces = list[tuple[str, int]]  # pieces of a text with the number of the mark each is, 0 for none


@dataclass(slots=True)
class Block:
    """A block: ``kind`` is h2, h3, p, centre, right or table. Rows only for a table, else ``pieces``."""

    kind: str
    id: str
    pieces: Pieces = field(default_factory=list)
    lead: Pieces = field(default_factory=list)
    rows: list[list[Pieces]] = field(default_factory=list)

    @property
    def plain(self) -> str:
        """Text of the block without marks."""
        return "".join(piece for piece, _ in [*self.lead, *self.pieces])


@dataclass(frozen=True, slots=True)
class Body:
    """A text in blocks; how many words of a query are marked in it, and the number of the mark to begin reading at."""

    blocks: list[Block]
    marks: int
    passage: int


class _Marker:
    """Cuts a text into pieces and numbers the marked ones, in reading order."""

    def __init__(self, text: str, query: str) -> None:
        self.text = text
        self.found = spans(query, text) if query else []
        self.start = _meeting(self.found)
        self.marks = 0
        self.passage = 0

    def pieces(self, start: int, end: int) -> Pieces:
        made: Pieces = []
        for piece, mark in marked(self.text, self.found, start, end):
            if mark:
                self.marks += 1
                if start <= self.start < start + len(piece):
                    self.passage = self.marks
            made.append((piece, self.marks if mark else 0))
            start += len(piece)
        return made


def read(text: str, title: str | None = None, query: str = "") -> Body:
    """Return the blocks of a text, the words of a query marked.

    >>> [(b.kind, b.plain) for b in read("一、主要工作\\n全年推进。\\n某区人民政府\\n2021年3月1日").blocks]
    [('h2', '一、主要工作'), ('p', '全年推进。'), ('right', '某区人民政府'), ('right', '2021年3月1日')]
    >>> found = read("执法。复议和执法。", query="执法 复议")
    >>> found.blocks[0].pieces, found.marks, found.passage
    ([('执法', 1), ('。', 0), ('复议', 2), ('和', 0), ('执法', 3), ('。', 0)], 3, 1)
    """
    marker = _Marker(text, query)
    lines = list(_lines(text))
    last = _signature_begins([line for _, line in lines])
    made: list[Block] = []
    for number, (start, line) in enumerate(lines):
        if "\t" in line:
            if not made or made[-1].kind != "table":
                made.append(Block("table", f"p{number}"))
            made[-1].rows.append(list(_cells(marker, start, line)))
            continue
        block = Block(_kind(line, number, title), f"p{number}")
        if number >= last:
            block.kind = "right"
        cut = start
        if block.kind == "p" and (lead := _LEAD.match(line)):
            cut += lead.end()
            block.lead = marker.pieces(start, cut)
        block.pieces = marker.pieces(cut, start + len(line))
        made.append(block)
    if not any(block.kind == "h2" for block in made):
        _unnumbered(made)
    return Body(made, marker.marks, marker.passage)


def outline(made: list[Block]) -> list[tuple[str, str, str]]:
    """Return kind, id and shortened text of the headings."""
    heads = [(block.kind, block.id, block.plain.strip().rstrip("。")) for block in made if block.kind in ("h2", "h3")]
    return [(k, i, t if len(t) <= OUTLINE_CHARS else t[: OUTLINE_CHARS - 1] + "…") for k, i, t in heads]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield offset and text of the lines that are not empty."""
    at = 0
    for line in text.split("\n"):
        if line.strip():
            yield at, line
        at += len(line) + 1


def _cells(marker: _Marker, start: int, line: str) -> Iterator[Pieces]:
    for cell in line.split("\t"):
        yield marker.pieces(start, start + len(cell))
        start += len(cell) + 1


def _unnumbered(made: list[Block]) -> None:
    """Take short lines without punctuation as headings where each parts two paragraphs: the text has no others."""
    for before, block, after in zip(made, made[1:], made[2:], strict=False):
        plain = block.plain.strip()
        if (
            block.kind == "p"
            and MIN_HEADING <= len(plain) <= BARE_HEADING
            and not _PUNCTUATION.search(plain)
            and (before.kind in ("centre", "table", "h3") or _FULL_STOP.search(before.plain.strip()))
            and (after.kind in ("table", "h3") or (after.kind == "p" and _FULL_STOP.search(after.plain.strip())))
        ):
            block.kind = "h2"


def _meeting(found: list[Span]) -> int:
    """Return where the stretch begins in which the most terms of a query meet; -1 where none was found."""
    best, met, last = -1, 0, 0
    for first, span in enumerate(found):
        while last < len(found) and found[last].end <= span.start + MEETING:
            last += 1
        meeting = len({other.term for other in found[first:last]})
        if meeting > met:
            best, met = span.start, meeting
    return best


def _kind(line: str, number: int, title: str | None) -> str:
    line = line.strip()
    if number < 3 and (_DOC_NO.match(line) or (title and _bare(line) == _bare(title))):
        return "centre"
    if len(line) <= LEAD_CHARS and not re.search("[，,。](?!$)", line):
        line = line.removesuffix("。")  # a heading with a full stop: one short sentence alone, without a comma
    if len(line) <= HEADING_CHARS and not _OPEN_END.search(line):
        if _FIRST.match(line):
            return "h2"
        if _SECOND.match(line):
            return "h3"
    return "p"


def _bare(text: str) -> str:
    return re.sub(r"\W+", "", fold(text))


def _signature_begins(lines: list[str]) -> int:
    """Return the number of the line where the signature begins; the number of lines where there is none."""
    end = len(lines)
    dated = end - 1
    if end < 2 or not _DATE.match(lines[dated].strip()):
        return end
    begin = dated
    while begin > max(1, end - SIGNATURE_LINES) and _signs(lines[begin - 1].strip()):
        begin -= 1
    return begin


def _signs(line: str) -> bool:
    return len(line) <= SIGNATURE_CHARS and not re.search(r"[。；;：:，,\t]", line) and not _FIRST.match(line)
