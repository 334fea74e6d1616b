"""Where the document of a page lies: in the visible tree, a script, a hidden element, or by trafilatura. Leaf.

The result is a ``Reading``: the page, the region of the document, what its head declares, and remarks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import unescape

import trafilatura
from lxml import etree

from archive import body as bodies
from archive import chrome, embedded, heading, html, listing, vocabulary
from archive.body import Region
from archive.embedded import Embedded
from archive.heading import Title
from archive.model import Issue, IssueCode
from archive.page import Page, of_lines, tidy

DOUBTED = 300  # characters of text under which scripts are looked at: a footer's address may have been taken
SHORT = 20  # characters of text under which other places are looked at for the document
LIST_ENTRIES = 5  # dated links on a page without text that make it a list
LONG = 1_000_000  # characters of source without any visible text: the parser dropped what was too long for it


_TAG = re.compile(r"<(?:script|style)\b.{0,100000}?</(?:script|style)>|<[^<>]{0,2000}>", re.I | re.S)
_MARKUP = re.compile(
    r"<(?:!doctype|html|head|body|div|p|br|span|table|td|meta|script|a|font|ul|ol|li|title|frameset|b|i|u|em|strong|center|h[1-6]|section|pre|img)\b",
    re.I,
)


@dataclass(slots=True)
class Reading:
    """A page on its way: what was seen, where the document lies, what it was taken from."""

    page: Page
    region: Region
    known: Title
    found: Embedded | None = None
    inner: Page | None = None  # the page inside a script
    listed: int = 0  # links that a script holds, and nothing else
    issues: tuple[Issue, ...] = ()


def read(text: str) -> Reading:
    root = html.parse(text) if _MARKUP.search(text[:200_000]) else None
    if root is None:
        page = of_lines(text)
        return Reading(page, bodies.find(page, None), Title(None))
    page = html.read(root, hidden=vocabulary.hides)
    if not page.blocks and len(text) > LONG:
        return _by_lines(text)
    known = heading.declared(page)
    reading = Reading(page, bodies.find(page, known.text or page.metas.get("columnname")), known)
    size = sum(map(len, reading.region.lines))
    if size < DOUBTED:
        _look_elsewhere(reading, root, size)
    if page.cut:
        reading.issues += (Issue(IssueCode.LIMIT_EXCEEDED, "text", "more or deeper elements than are read"),)
    return reading


def _by_lines(text: str) -> Reading:
    """Read a page that holds more text in one piece than the parser takes: tags part lines, nothing else is known."""
    page = of_lines(unescape(_TAG.sub("\n", text)))
    return Reading(
        page,
        bodies.find(page, None),
        Title(None),
        issues=(Issue(IssueCode.LIMIT_EXCEEDED, "text", "too long a piece of text"),),
    )


def _look_elsewhere(reading: Reading, root: etree._Element, size: int) -> None:
    """Find a document that is not in the visible tree: in a script, a hidden container, or where no rule looks."""
    page, region = reading.page, reading.region
    if found := embedded.find(page.scripts):
        inner_root = html.parse(f"<div>{found.html}</div>")
        inner = html.read(inner_root, hidden=vocabulary.hides) if inner_root is not None else of_lines(found.html)
        inside = bodies.whole(inner)
        reading.listed = len(inside.lines) if inside.linked else 0
        told = bool(found.fields) and not size  # an object that describes the document, short or empty as it may be
        if (told or sum(map(len, inside.lines)) >= max(SHORT, 2 * size)) and not inside.linked:
            start = region.start or bodies.anchor(page, reading.known.text) + 1
            reading.found, reading.inner = found, inner
            reading.region = replace(inside.region, start=start, end=start)
            return
    if size >= SHORT or region.lines or region.how == "container":
        return
    shown = html.read(root, hidden=vocabulary.hides, show_hidden=True)
    hidden = bodies.find(shown, reading.known.text)
    if hidden.how == "container" and sum(map(len, hidden.lines)) >= SHORT:
        reading.page, reading.region = shown, hidden
        reading.issues = (Issue(IssueCode.BODY_BY_FALLBACK, "text", "the text stands in a hidden element"),)
        return
    if listing.entries(page) >= LIST_ENTRIES:
        return
    lines = _by_trafilatura(root, page)
    if lines:
        reading.region = replace(region, lines=lines)
        reading.issues = (Issue(IssueCode.BODY_BY_FALLBACK, "text", "found by trafilatura"),)


def _by_trafilatura(root: etree._Element, page: Page) -> tuple[str, ...]:
    """Return what trafilatura takes for the text, less every line that is chrome, a link, or not a line of the page."""
    usable = {
        chrome.fold(block.text)
        for block in page.blocks
        if not bodies.is_link(block) and chrome.kind(block.text) is None
    }
    if not usable:
        return ()
    text = trafilatura.extract(root, favor_precision=True, include_comments=False, include_tables=True) or ""
    return tuple(tidied for line in text.split("\n") if (tidied := tidy(line)) and chrome.fold(tidied) in usable)
