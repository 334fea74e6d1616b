"""A page as a person sees it: visible lines in order, each with where it stands; meta tags, links, scripts. Leaf.

The tree is parsed once (libxml2, no network, no huge trees) and walked once, without recursion. What comes out is flat:

    Block   one visible line: a paragraph, a piece between two <br>, a row of a data table (cells parted by tabs)
    Node    a block element and the blocks it spans, so that "the container" is a pair of numbers
    Page    both lists, with the meta tags, the links that may be files, and the scripts that may hold text

How white space is treated stands in ``page``. A <br> parts lines wherever it stands, inside a sentence too: that is
what a person sees, and nothing tells a hard wrap from a line of verse.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from archive.page import SOFT, Block, Link, Node, Page, cells, tidy

MAX_ELEMENTS = 300_000  # a page of a large table has 50,000; more is an attack or a dump
MAX_DEPTH = 250  # libxml2 reads no deeper than 256
_BLOCKS = frozenset((
    "html", "body", "div", "p", "section", "article", "main", "header", "footer", "nav", "aside", "h1", "h2",
    "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tfoot", "tr", "td",
    "th", "caption", "form", "fieldset", "legend", "blockquote", "pre", "center", "address", "hr", "figure",
    "figcaption", "details", "summary", "dialog", "marquee", "ucapcontent", "founder-content",
))  # fmt: skip
_DROPPED = frozenset((
    "script", "style", "template", "select", "option", "button", "textarea", "input", "datalist", "svg", "math",
    "iframe", "head", "object", "applet", "audio", "video", "canvas", "map", "noscript", "noframes", "frameset",
    "embed",
))  # fmt: skip
_MEDIA = frozenset(("img", "video", "audio", "object", "embed", "iframe"))
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|$)", re.I)
_PRE_STYLE = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.I)
_NUMBER = re.compile(r"[0-9０-９]{1,2}[、.．]")


def parse(text: str) -> etree._Element | None:
    """Parse HTML of any quality; None where there is no element at all."""
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, recover=True
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def read(root: etree._Element, *, hidden: Callable[[str], bool], show_hidden: bool = False) -> Page:
    """Walk a tree and return the page; ``hidden`` tells of an id or class token that it hides its element."""
    return _Reader(hidden, show_hidden).read(root)


class _Reader:
    def __init__(self, hidden: Callable[[str], bool], show_hidden: bool) -> None:
        self.page = Page()
        self.hidden = hidden
        self.show_hidden = show_hidden
        self.stack: list[int] = []  # numbers of the open block elements
        self.buffer: list[str] = []
        self.linked = 0
        self.anchors: list[tuple[etree._Element, int]] = []  # open links, and where in the buffer each began
        self.rows = 0  # depth of open data tables
        self.pre = 0

    def read(self, root: etree._Element) -> Page:
        walk = etree.iterwalk(root, events=("start", "end"))
        data_tables: set[etree._Element] = set()
        skipped: etree._Element | None = None
        count = 0
        for event, element in walk:
            tag = element.tag
            if not isinstance(tag, str):
                continue
            if event == "start":
                count += 1
                if count > MAX_ELEMENTS:
                    self.page.cut = True
                    break
                if tag in _DROPPED or (not self.show_hidden and self._is_hidden(element)):
                    self._note(element, tag)
                    walk.skip_subtree()
                    skipped = element
                    continue
                if tag in _BLOCKS:
                    self._open(element, tag, data_tables)
                elif tag == "br":
                    self._break()
                elif tag == "a":
                    self.anchors.append((element, len(self.buffer)))
                elif tag in ("img", "meta", "base", "title"):
                    self._note(element, tag)
                    if tag == "title":
                        walk.skip_subtree()
                        skipped = element
                        continue
                if element.text:
                    self._add(element.text)
                continue
            if element is skipped:
                skipped = None
            elif tag in _BLOCKS:
                self._close(element, tag, data_tables)
            elif tag == "a" and self.anchors and self.anchors[-1][0] is element:
                self._link(*self.anchors.pop())
            if element.tail:
                self._add(element.tail)
        self._flush()
        while self.stack:
            self.page.nodes[self.stack.pop()].end = len(self.page.blocks)
        return self.page

    def _is_hidden(self, element: etree._Element) -> bool:
        get = element.get
        style = get("style")
        if style and _HIDDEN_STYLE.search(style):
            return True
        if get("hidden") is not None:
            return True
        names = get("class")
        return bool(names) and any(self.hidden(name) for name in (names or "").lower().split())

    def _open(self, element: etree._Element, tag: str, data_tables: set[etree._Element]) -> None:
        if self.rows:
            if tag in ("td", "th"):
                if self.buffer:
                    self.buffer.append("\t")
            elif tag == "tr":
                self._flush()
            else:
                self._soft()
        else:
            self._flush()
        if tag == "table" and (self.rows or _is_data(element)):
            data_tables.add(element)
            self.rows += 1
        elif tag == "pre" or _PRE_STYLE.search(element.get("style") or ""):
            self.pre += 1
        parent = self.stack[-1] if self.stack else -1
        raw = f"{element.get('id') or ''} {element.get('class') or ''}"
        names = tuple(raw.lower().split()) if len(raw) > 1 else ()
        if len(self.stack) > MAX_DEPTH:
            self.page.cut = True
        self.stack.append(len(self.page.nodes))
        self.page.nodes.append(Node(tag, names, parent, len(self.page.blocks)))

    def _close(self, element: etree._Element, tag: str, data_tables: set[etree._Element]) -> None:
        if self.rows and tag != "tr" and tag != "table":
            if tag not in ("td", "th"):
                self._soft()
        else:
            self._flush()
        if tag == "table" and element in data_tables:
            self.rows -= 1
        elif tag == "pre" or _PRE_STYLE.search(element.get("style") or ""):
            self.pre -= 1
        node = self.page.nodes[self.stack.pop()]
        node.end = len(self.page.blocks)
        if node.media and self.stack:
            self.page.nodes[self.stack[-1]].media += node.media

    def _add(self, text: str) -> None:
        if self.pre and "\n" in text and not self.rows:
            first, *rest = text.split("\n")
            self._piece(first)
            for line in rest:
                self._flush()
                self._piece(line)
            return
        self._piece(text)

    def _piece(self, text: str) -> None:
        if "\t" in text:
            text = text.replace("\t", " ")  # a tab in a block parts the cells of a row
        if "\n" in text:
            text = SOFT.sub("", text)
        self.buffer.append(text)
        if self.anchors:
            self.linked += len(text.strip())

    def _break(self) -> None:
        if self.rows:
            self._soft()
        else:
            self._flush()

    def _soft(self) -> None:
        if self.buffer and self.buffer[-1] not in ("\t", " "):
            self.buffer.append(" ")

    def _flush(self) -> None:
        if not self.buffer:
            return
        raw = "".join(self.buffer)
        text = cells(raw)
        if text and self.stack:
            self.page.blocks.append(Block(text, self.stack[-1], min(self.linked, len(text))))
        self.buffer = []
        self.linked = 0
        if self.anchors:
            self.anchors = [(element, 0) for element, _ in self.anchors]

    def _link(self, element: etree._Element, start: int) -> None:
        href = element.get("href") or ""
        onclick = element.get("onclick") or ""
        names = tuple(
            v
            for v in (
                element.get("title"),
                element.get("alt"),
                element.get("download"),
                element.get("data-title"),
                onclick,
            )
            if v
        )
        text = tidy("".join(self.buffer[start:]).replace("\t", " "))
        if not text:
            text = tidy("".join(map(str, element.itertext())))[:200]
        if 0 < start <= 4 and (number := _NUMBER.fullmatch(tidy("".join(self.buffer[:start])))):
            text = number[0] + text
        if element.get("type") == "file":
            names = (*names, "type=file")
        node = self.stack[-1] if self.stack else 0
        self.page.links.append(Link(href.strip(), text, names, len(self.page.blocks), node))

    def _note(self, element: etree._Element, tag: str) -> None:
        """Keep what a dropped or empty element tells: meta tags, title, scripts, frames, media."""
        page = self.page
        if tag == "head":
            for child in element.iter("meta", "title", "base", "script"):
                self._note(child, child.tag)
        elif tag == "meta":
            name = (element.get("name") or element.get("property") or element.get("itemprop") or "").strip().lower()
            content = element.get("content") or element.get("\u00a0content") or ""
            if name and tidy(content) and len(content) < 5000:
                page.metas.setdefault(name, tidy(content))
        elif tag == "title":
            if not page.title:
                page.title = tidy("".join(map(str, element.itertext())))[:500]
        elif tag == "base":
            page.base = page.base or element.get("href")
        elif tag == "script":
            if element.text and len(element.text) < 4_000_000:
                page.scripts.append(element.text)
        elif tag == "textarea" and element.text and "<" in element.text:
            page.scripts.append("<![CDATA[" + element.text + "]]>")
        elif tag in ("iframe", "embed", "object"):
            source = element.get("src") or element.get("data") or ""
            if source:
                node = self.stack[-1] if self.stack else 0
                page.links.append(Link(source.strip(), "", (tag,), len(page.blocks), node))
        if tag in _MEDIA and self.stack:
            page.nodes[self.stack[-1]].media += 1


def _is_data(table: etree._Element) -> bool:
    """Tell a table of data from one that lays out the page.

    Layout: a table within it, one column, or one cell that holds most of the text in several paragraphs.
    """
    rows = wide = total = 0
    largest = 0
    largest_breaks = 0
    for cell in table.iter("table", "tr", "td", "th", "form", "h1"):
        tag = cell.tag
        if cell is table:
            continue
        if tag in ("table", "form", "h1"):
            return False
        if tag == "tr":
            rows += 1
            if len(cell) > 1:
                wide += 1
            continue
        size = len("".join(map(str, cell.itertext())).strip())
        total += size
        if size > largest:
            largest = size
            largest_breaks = sum(1 for _ in cell.iter("p", "br", "div", "li"))
        if rows > 2000:
            break
    if not rows or wide * 2 < rows or wide == 0:
        return False
    return not (largest > 200 and largest > 0.6 * total and largest_breaks >= 3)
