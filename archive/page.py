"""A page as a person sees it, flat: blocks, nodes, links; and the white space of a line. Pure; leaf.

Text is changed as little as possible: invisible characters go (zero width, soft hyphen, byte order mark), white space
(NBSP and source line breaks included) becomes one space, none is left at either end, and a source line break between
two Chinese characters, which no reader sees, goes. U+3000 inside a line stays. Nothing else is touched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
_SPACES = re.compile(r"[ \t\n\r\f\v\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f]+")
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
SOFT = re.compile(r"(?<=[\u2e80-\u9fff\uff00-\uffef])[ \t]*\n[ \t\n]*(?=[\u2e80-\u9fff\uff00-\uffef])")
EDGES = " \t\n\u3000\ufeff"


@dataclass(slots=True)
class Node:
    """A block element: its tag, its id and class tokens, its parent's number, and its blocks (end exclusive)."""

    tag: str
    names: tuple[str, ...]
    parent: int
    start: int
    end: int = -1
    media: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """A visible line; ``linked`` of its characters stand in links, ``node`` is the innermost block element."""

    text: str
    node: int
    linked: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A link or frame: address as written, visible text, other names, its block (the next one) and its element."""

    href: str
    text: str
    names: tuple[str, ...]
    block: int
    node: int = 0


@dataclass(slots=True)
class Page:
    """What was seen of a page."""

    blocks: list[Block] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    metas: dict[str, str] = field(default_factory=dict)
    title: str = ""
    base: str | None = None
    links: list[Link] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    cut: bool = False  # the page had more elements than are read


def tidy(text: str) -> str:
    """Normalise the white space of one line; see the module's docstring.

    >>> tidy(" \\u3000\\xa0一、法治\\n政府\\xa0\\xa0建设 ")
    '一、法治政府 建设'
    """
    if "\n" in text:
        text = SOFT.sub("", text)
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip(EDGES)


def cells(raw: str) -> str:
    """Tidy a line whose cells are parted by tabs; empty cells stay inside the row and go at its ends."""
    return "\t".join(tidy(cell) for cell in raw.split("\t")).strip("\t" + EDGES) if "\t" in raw else tidy(raw)


def of_lines(text: str) -> Page:
    """Return a page of plain text: every line that is not empty is a block."""
    page = Page(nodes=[Node("body", (), -1, 0)])
    for line in text.split("\n"):
        if tidied := cells(line):
            page.blocks.append(Block(tidied, 0))
    page.nodes[0].end = len(page.blocks)
    return page
