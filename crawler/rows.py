"""The rows of a page: every anchor with the whole title it shows, the date beside it, and where it leads, if anywhere.

    read()    page -> Row: title, text shown, address (None where a script or nothing stands in its place), date

A row is the largest element around an anchor that holds no anchor with another address: a list item, a table row, a
cell. Titles that are cut in the text are whole in the title attribute; dates stand in the row, beside it, or there.
Who decides what a row means: ``crawler.links`` for a crawl, ``crawler.entries`` for what makes up a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from lxml.html import HtmlElement

from archive import dates
from crawler.targets import Page

NEIGHBOURS = 3  # how many elements beside a link may hold its date
LONGEST_ROW = 600  # characters; a longer stretch is no row of a list
LONGEST_TITLE = 500  # characters; what is longer is cut: it is no title, and may have been made to cost time
MOST = 10_000  # anchors read of one page, about two seconds; the largest real page seen had some 1,500

# A day in a box of its own, month and year below it or above it: 18 | 2021-03, 03-18 | 2021.
_BOXED = (
    re.compile(r"(?<![\d./-])(?P<day>\d{1,2})日? (?P<year>20\d\d)[-./年] ?(?P<month>\d{1,2})月?(?![\d./-])"),
    re.compile(r"(?<![\d./-])(?P<month>\d{1,2})[-./月](?P<day>\d{1,2})日? (?P<year>20\d\d)年?(?![\d./-])"),
    re.compile(r"(?<![\d./-])(?P<year>20\d\d)[-./年](?P<month>\d{1,2})月? (?P<day>\d{1,2})日?(?![\d./-])"),
)
# The clock in a page's header: no date of a row.
_CLOCK = re.compile(r"今[天日](?:是|[:：])|(?:现在|当前)(?:是|时间)|北京时间|星期[一二三四五六日天]")
_SPACE = re.compile(r"[\s\u00a0\u3000\u200b-\u200d\ufeff]+")
LOCATION = re.compile(r"(?:location(?:\.href)?\s*=|\bopen\s*\()\s*[\"']([^\"'<>]{1,500})[\"']")
LONGEST_CLICK = 1000  # characters of a script in a link
CUT = re.compile(r"(?:…+|\.{2,}|。。。)\s*$")


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """An anchor with what is around it. ``url`` is None for ``javascript:;``, ``#`` and the like; ``picture``: the
    anchor shows no text, its title is that of a picture."""

    href: str
    url: str | None
    title: str
    shown: str
    date: date | None
    element: HtmlElement
    picture: bool = False


def read(page: Page, *, wanted: re.Pattern[str] | None = None) -> Iterator[Row]:
    """Yield the rows of a page in page order, ``MOST`` at most; with ``wanted`` those whose address it finds.

    >>> page = Page("http://a.gov.cn/", "<li><a href='1.html'>一份报告</a><i>2021-03-18</i></li>".encode())
    >>> [(row.url, row.title, str(row.date)) for row in read(page)]
    [('http://a.gov.cn/1.html', '一份报告', '2021-03-18')]
    """
    if wanted is not None and not (page.root is not None and any(map(wanted.search, page.root.xpath("//a/@href")))):
        return  # most pages have no files, and need not be walked
    texts: dict[HtmlElement, str] = {}  # of rows: a row can hold one address thousands of times
    for element, row in islice(_rows(page), MOST):
        href = element.get("href") or ""
        if wanted is not None and not wanted.search(href):
            continue
        if row not in texts:
            texts[row] = _text(row)
        shown = _shown(element)[:LONGEST_TITLE]
        picture = not shown
        shown = shown or _clean(" ".join(element.xpath(".//img/@alt")))[:LONGEST_TITLE]
        title = _title(shown, _clean(element.get("title") or "")[:LONGEST_TITLE])
        yield Row(
            href,
            page.resolve(href) or _opened(page, element),
            title,
            shown,
            _date(element, row, texts[row]),
            row,
            picture,
        )


def _rows(page: Page) -> Iterator[tuple[HtmlElement, HtmlElement]]:
    """Yield every anchor with the largest element around it that holds no other address."""
    root = page.root
    if root is None:
        return
    many = "\n"  # no address holds a line break
    holds: dict[HtmlElement, str] = {}
    for element in reversed(list(root.iter())):
        key = holds.get(element, "")
        if element.tag == "a":
            own = (element.get("href") or "").strip()
            own = own if own and not own.lower().startswith(("javascript", "#")) else f"#{id(element)}"
            key = own if key in ("", own) else many
            holds[element] = key
        parent = element.getparent()
        if key and parent is not None:
            before = holds.get(parent, "")
            holds[parent] = key if before in ("", key) else many
    for element in root.iter("a"):
        row = element
        while (parent := row.getparent()) is not None and holds.get(parent) == holds[element] and parent.tag != "body":
            row = parent
        yield element, row


def _shown(element: HtmlElement) -> str:
    """Return the text of a link without a date that stands in it as a piece of its own."""
    pieces = [piece for piece in (_clean(text) for text in element.xpath(".//text()")) if piece]
    kept = [piece for piece in pieces if dates.alone(piece) is None] if len(pieces) > 1 else pieces
    return _clean(" ".join(kept) if any(p.isascii() for p in kept) else "".join(kept))


def _title(shown: str, attribute: str) -> str:
    """Return the whole title: the attribute where the text is empty or cut, else the text."""
    if not attribute or attribute == shown:
        return shown
    stem = CUT.sub("", shown)
    if not shown or (stem != shown and attribute.startswith(stem[:10])):
        return attribute
    return attribute if attribute.startswith(shown) and "：" not in attribute[len(shown) :] else shown


def _date(element: HtmlElement, row: HtmlElement, text: str) -> date | None:
    """Return the date beside a link: in its row, in the elements after or before it, in its title attribute.

    ``text`` is that of the row.
    """
    if len(text) <= LONGEST_ROW:
        own = _text(element)
        rest = text.replace(own, " ", 1) if row is not element else ""
        if (day := _day(rest) or _alone(element) or _boxed(pieces(row))) is not None:
            return day
    if (day := _day(row.tail or "")) is not None:
        return day
    for beside in (row.itersiblings(), row.itersiblings(preceding=True)):
        for _, sibling in zip(range(NEIGHBOURS), beside, strict=False):
            if not isinstance(sibling.tag, str):
                continue
            if sibling.tag in ("a", "script", "style") or next(sibling.iter("a"), None) is not None:
                break
            words = _text(sibling)
            if len(words) <= LONGEST_ROW and (day := _day(words)) is not None:
                return day
    return dates.first(element.get("title") or "")


def _opened(page: Page, element: HtmlElement) -> str | None:
    """Return the address that a click on a link without one opens: ``onclick="window.open('/zwgk/')"``."""
    told = LOCATION.search((element.get("onclick") or element.get("href") or "")[:LONGEST_CLICK])
    return page.resolve(told[1]) if told else None


def _day(text: str) -> date | None:
    """Return the date of a text beside a link; the clock of a page's header is none.

    >>> _day("[2021-03-18]"), _day("今天是:2026年11月22日 星期日")
    (datetime.date(2021, 3, 18), None)
    """
    return None if _CLOCK.search(text) else dates.first(text)


def _alone(element: HtmlElement) -> date | None:
    """Return a date that is a piece of its own inside the link."""
    for text in element.xpath(".//text()"):  # not itertext: it leaves out what follows an element within the link
        if (day := dates.alone(_clean(text))) is not None:
            return day
    return None


def _boxed(text: str) -> date | None:
    """Return a day that stands in two boxes at the beginning or the end of a row.

    >>> _boxed("18 2021-03 一份报告"), _boxed("一份报告 03-18 2021"), _boxed("第18 2021-03期的一份报告")
    (datetime.date(2021, 3, 18), datetime.date(2021, 3, 18), None)
    """
    for form in _BOXED:
        for match in form.finditer(text):
            if match.start() == 0 or match.end() == len(text):
                return dates.first(f"{match['year']}-{match['month']}-{match['day']}")
    return None


def pieces(element: HtmlElement) -> str:
    """Return the texts of an element with a space between any two."""
    return _clean(" ".join(element.xpath(".//text()")))


def _text(element: HtmlElement) -> str:
    return _clean(str(element.xpath("string()")))


def _clean(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
