"""Which blocks of a page are the document. Pure; works on the flat page that ``html`` makes.

    1. a container that CMS dialects use for the text (``data/chrome.toml``), the one that holds most running text
    2. else the smallest element that holds most of the running text after the title and its info line
    3. both are widened to the parent where that adds more text than links and chrome
    4. head and tail are trimmed by the vocabulary of ``chrome``
    5. nothing found: text inside scripts (``embedded``), hidden containers, at last trafilatura on a pruned page

Links alone, menus and footers have no weight, so a page with three characters of text gives these three characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive import chrome, dates, filelinks, labels, vocabulary
from archive.chrome import Kind
from archive.page import Block, Page

MOSTLY = 0.6  # share of a block's characters in links that makes it a link
ABOVE = 0.3  # share of a page's running text that must follow its title
NEARLY = 0.75  # share of a container's text that a container within it must hold to be taken instead
SHARE = 0.6  # share of the running text the first guess must hold
COPY = 60  # characters that stand twice before a page is said to hold its text twice
SIGNATURE = 4  # lines of a signature
SIGNED = 40  # characters of such a line
TITLE_REACH = 40  # blocks between a title and the line under it


@dataclass(frozen=True, slots=True)
class Region:
    """The document: its blocks, the block numbers it spans, where its head zone begins, and the way it was found."""

    lines: tuple[str, ...]
    start: int
    end: int
    how: str  # container | density | plain | embedded
    inner: bool  # the text lies in a named container


@dataclass(slots=True)
class _Judged:
    """Weights of a page's blocks as prefix sums: ``text`` of anything that may be text, ``sentences`` of whole
    sentences alone, ``junk`` of links and chrome."""

    text: list[int]
    junk: list[int]
    sentences: list[int]

    def mass(self, start: int, end: int) -> int:
        return self.text[end] - self.text[start] if end > start else 0

    def prose(self, start: int, end: int) -> int:
        return self.sentences[end] - self.sentences[start] if end > start else 0

    def waste(self, start: int, end: int) -> int:
        return self.junk[end] - self.junk[start] if end > start else 0


def is_link(block: Block) -> bool:
    """Tell whether a block is nothing but a link (or several)."""
    return block.linked > MOSTLY * len(block.text)


def find(page: Page, title: str | None) -> Region:
    """Find the document in a page; ``title`` is the title as far as the head of the page declares it."""
    blocks, nodes = page.blocks, page.nodes
    if not nodes:
        return Region((), 0, 0, "plain", False)
    if len(nodes) == 1:
        return _trim(page, 0, len(blocks), title, "plain", inner=False)
    zoned, bodied = _zones(page)
    judged = _weigh(page, zoned, bodied)
    low, high = _window(page, judged, title)
    anchored = low > 0
    container = _container(page, judged, zoned)
    if container is not None and judged.mass(nodes[container].start, nodes[container].end) < 0.25 * judged.mass(
        low, high
    ):
        container = None  # a teaser or a widget of that name, not the text
    if container is not None:
        low = low if low <= nodes[container].start else 0
        wider = _widen(page, judged, container, low, len(blocks), sentences=True)
        inner = wider == container
        return _trim(page, nodes[wider].start, nodes[wider].end, title, "container", inner=inner, zoned=zoned)
    if not judged.mass(low, high):
        return Region((), low, low, "density", False)
    node = _densest(page, judged, low, high)
    node = _widen(page, judged, node, low, high)
    start, end = max(low, nodes[node].start), min(high, nodes[node].end)
    end = _signed(page, end, high, zoned)
    return _trim(page, start, end, title, "density", inner=anchored and start == low, zoned=zoned)


def _signed(page: Page, end: int, high: int, zoned: Sequence[bool]) -> int:
    """Widen the end over a signature that stands behind the element of the text: organs and a date, nothing else."""
    for number in range(end, min(end + SIGNATURE, high)):
        block = page.blocks[number]
        if zoned[block.node] or is_link(block) or chrome.kind(block.text) or len(block.text) > SIGNED:
            break
        if dates.alone(block.text):
            return number + 1
    return end


@dataclass(frozen=True, slots=True)
class Whole:
    """A page that is nothing but a document: its region, and whether it is made of links (a list in a data store)."""

    region: Region
    lines: tuple[str, ...]
    linked: bool


def whole(page: Page) -> Whole:
    """Take a whole page, for example HTML found in a script, for the document."""
    region = _trim(page, 0, len(page.blocks), None, "embedded", inner=True)
    linked = sum(is_link(block) for block in page.blocks)
    return Whole(region, region.lines, linked * 2 > len(page.blocks))


def outside(page: Page) -> list[bool]:
    """Tell of each node whether it lies in a menu, a footer or another part named as chrome."""
    return _zones(page)[0]


def _zones(page: Page) -> tuple[list[bool], list[bool]]:
    """Tell of each node whether it lies in a part named as chrome, and whether it lies in one named as the body.

    A name is a hint: a part that holds most sentences of the page is no menu, whatever it is called.
    """
    sums = [0]
    for block in page.blocks:
        size = 0 if is_link(block) or not chrome.is_prose(block.text) or chrome.kind(block.text) else len(block.text)
        sums.append(sums[-1] + size)
    zoned: list[bool] = []
    bodied: list[bool] = []
    for node in page.nodes:
        above = node.parent >= 0
        zone = above and zoned[node.parent]
        body = above and bodied[node.parent]
        if not body and any(vocabulary.name_is("body", name) for name in node.names):
            body = True
        if not zone and not body and (not sums[-1] or (sums[node.end] - sums[node.start]) * 2 <= sums[-1]):
            zone = node.tag in ("nav", "footer", "aside", "dialog") or (
                node.tag not in ("html", "body", "form")
                and any(vocabulary.name_is("zone", name) for name in node.names)
            )
        zoned.append(zone)
        bodied.append(body and not zone)
    return zoned, bodied


def _weigh(page: Page, zoned: Sequence[bool], bodied: Sequence[bool]) -> _Judged:
    text, junk, sentences = [0], [0], [0]
    for block in page.blocks:
        size = len(block.text)
        chromed = zoned[block.node] or is_link(block) or chrome.kind(block.text) is not None
        text.append(text[-1] + (0 if chromed else size))
        junk.append(junk[-1] + (size if chromed else 0))
        sentences.append(sentences[-1] + (size if not chromed and chrome.is_prose(block.text) else 0))
    return _Judged(text, junk, sentences)


def _window(page: Page, judged: _Judged, title: str | None) -> tuple[int, int]:
    """Return the blocks between the line under the title and the footer, as far as these can be told."""
    blocks = page.blocks
    low = anchor(page, title) + 1
    texts = [block.text for block in blocks]
    total = judged.prose(low, len(blocks))
    little = judged.mass(low, len(blocks)) < ABOVE * judged.mass(0, len(blocks))
    if little and total < ABOVE * judged.prose(0, len(blocks)):
        low, total = 0, judged.prose(0, len(blocks))  # not the title of the text: a signature, a related link
    for index in range(low, len(blocks)):
        found = chrome.kind(blocks[index].text)
        ends = found is Kind.MORE or (found is Kind.FOOTER and chrome.closes(texts, index))
        if ends and judged.prose(index, len(blocks)) <= 0.2 * total:
            return low, index
    return low, len(blocks)


def anchor(page: Page, title: str | None) -> int:
    """Return the number of the last block of the head: title, info line, metadata box; -1 where none is seen."""
    blocks = page.blocks
    found = -1
    for index, block in enumerate(blocks):
        if not is_link(block) and _is_title(blocks, index, title):
            below = _info_below(page, index)
            if below > index:
                return below
            if found < 0:
                found = index
    if found >= 0:
        return found
    for index, block in enumerate(blocks):
        if chrome.kind(block.text) is Kind.INFO and not is_link(block) and len(labels.pairs(block.text)) >= 1:
            return _info_below(page, index - 1)
        if chrome.is_sentence(block.text) and not is_link(block):
            break
    return -1


def _is_title(blocks: Sequence[Block], index: int, title: str | None) -> bool:
    """Tell whether a block is the title, or the last line of one that is broken over two or three."""
    if not title or len(blocks[index].text) > len(title) + 10:
        return False
    whole = chrome.fold(title)
    line = chrome.fold(blocks[index].text)
    if line == whole:
        return True
    if not line or not whole.endswith(line):
        return False
    for first in (index - 1, index - 2):
        if first >= 0 and chrome.fold("".join(block.text for block in blocks[first : index + 1])) == whole:
            return True
    return False


def _info_below(page: Page, index: int) -> int:
    """Return the last block of the head below a title. Buttons under a line that may be text stand at the end."""
    blocks = page.blocks
    last = index
    free = False  # a line that may be text was passed
    for number in range(index + 1, min(index + TITLE_REACH, len(blocks))):
        text = blocks[number].text
        found = chrome.kind(text)
        if found in (Kind.INFO, Kind.BOX) or (found in (Kind.CRUMB, Kind.WIDGET) and not free):
            last = number
        elif last == number - 1 and (page.nodes[blocks[number].node].tag == "dd" or text in labels.EMPTY):
            last = number  # the value of a label
        elif (
            chrome.is_sentence(text)
            or found in (Kind.FOOTER, Kind.MORE)
            or number - last > 6
            or filelinks.is_file_name(text)
        ):
            break
        elif not is_link(blocks[number]) and found is None:
            free = True
    return last


def _container(page: Page, judged: _Judged, zoned: Sequence[bool]) -> int | None:
    """Return the node named as the body that holds most running text; of nested ones the smallest that holds most."""
    named: list[tuple[int, int]] = []
    empty: int | None = None
    for number, node in enumerate(page.nodes):
        if zoned[number] or not any(vocabulary.name_is("body", name) for name in node.names):
            continue
        mass = judged.mass(node.start, node.end)
        if mass:
            named.append((number, mass))
        elif empty is None and (node.media or node.end > node.start):
            empty = number
    if not named:
        return empty
    best, most = max(named, key=lambda row: row[1])
    for number, mass in named:
        if mass >= NEARLY * most and _inside(page, number, best):
            best = number
    return best


def _inside(page: Page, number: int, other: int) -> bool:
    return page.nodes[other].start <= page.nodes[number].start and page.nodes[number].end <= page.nodes[other].end


def _densest(page: Page, judged: _Judged, low: int, high: int) -> int:
    """Return the innermost node that holds most of the running text of the window."""
    total = judged.mass(low, high)
    best = 0
    for number, node in enumerate(page.nodes):
        mass = judged.mass(max(low, node.start), min(high, node.end))
        if mass >= SHARE * total and node.start >= page.nodes[best].start and node.end <= page.nodes[best].end:
            best = number
    return best


def _widen(page: Page, judged: _Judged, number: int, low: int, high: int, *, sentences: bool = False) -> int:
    """Climb while the parent adds more text (or whole sentences) than links and chrome."""
    measure = judged.prose if sentences else judged.mass
    nodes = page.nodes
    chosen = current = number
    while (parent := nodes[current].parent) >= 0 and nodes[parent].tag not in ("html", "body"):
        now = max(low, nodes[chosen].start), min(high, nodes[chosen].end)
        wide = max(low, nodes[parent].start), min(high, nodes[parent].end)
        added = measure(*wide) - measure(*now)
        waste = judged.waste(*wide) - judged.waste(*now)
        if added > waste and added > 0:
            chosen = parent
        elif waste > 0:
            break
        current = parent
    return chosen


def _trim(
    page: Page, start: int, end: int, title: str | None, how: str, *, inner: bool, zoned: Sequence[bool] | None = None
) -> Region:
    numbers = [n for n in range(start, end) if zoned is None or not zoned[page.blocks[n].node]]
    lines = [page.blocks[n].text for n in numbers]
    first = chrome.head(lines, title, inner=inner)
    if (second := _second_copy(lines, first)) is not None:
        while second > first and (
            is_link(page.blocks[numbers[second - 1]])
            or chrome.kind(lines[second - 1])
            or chrome.same(lines[second - 1], title)
        ):
            second -= 1  # menu, title and info line of the second copy
        lines, numbers = lines[:second], numbers[:second]
    last = chrome.tail(lines, [is_link(page.blocks[n]) for n in numbers], first, inner=inner)
    kept = _once(lines[first:last])
    if kept and (glued := chrome.without_editor(kept[-1])) != kept[-1]:
        kept[-1] = glued  # 2021年3月1日责任编辑：… : an inline element after the last break
    begin = numbers[first] if first < len(numbers) else end
    finish = numbers[last - 1] + 1 if last > first else begin
    return Region(tuple(kept), begin, finish, how, inner)


def _second_copy(lines: list[str], first: int) -> int | None:
    """Return where a second copy of the text begins that has the site's menu and footer between it and the first."""
    start = next((n for n in range(first, len(lines)) if chrome.is_sentence(lines[n])), None)
    if start is None or lines[start] not in lines[start + 1 :]:
        return None
    again = lines.index(lines[start], start + 1)
    same = 0
    while again + same < len(lines) and start + same < again and lines[again + same] == lines[start + same]:
        same += 1
    copied = sum(map(len, lines[again : again + same]))
    rest = sum(len(line) for line in lines[again + same :] if chrome.kind(line) is None)
    if copied < COPY or rest > copied / 4:
        return None
    while start > first and lines[again - 1] == lines[start - 1]:  # headings before the first sentence
        start, again = start - 1, again - 1
    return again


def _once(lines: list[str]) -> list[str]:
    """Drop the second of two equal copies that follow each other: one for the desk, one for the phone."""
    half, odd = divmod(len(lines), 2)
    if not odd and half >= 2 and lines[:half] == lines[half:] and sum(map(len, lines[:half])) >= 100:
        return lines[:half]
    return lines
