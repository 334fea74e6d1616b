"""What makes up a list page: its entries in page order, as they are shown, those with dead addresses included.

    read()    page -> Entry: title, text shown, href as written, address, date

Menus, breadcrumbs, pagers and footers are links, too. An entry is told from them by the date beside it, which hardly
any menu has; where a page has dates, an undated link with an address of the same form as the dated ones is an entry
as well (a slider above the list). A list without dates is told by its addresses: three or more of one article form
below the list's own directory. What has neither is no list: an empty page of messages has no entries.

For a crawl, which asks what is new on page 2, ``families.base.entries_of`` looks at addresses alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urljoin, urlsplit

from archive import dates
from crawler import rows
from crawler.rows import Row
from crawler.targets import Page

FEWEST = 3  # addresses of one form that make a list without dates
MOST_IN_ROW = 3  # links of one entry: its title, its column, its department
_ARTICLE = re.compile(r"\d{4}|[0-9a-f]{16}")
_NUMBER = re.compile(r"[0-9a-f]{16,}|\d+")
_DATE = re.compile(r"(?:19|20)\d\d(?:[-_]?\d{1,2}){0,2}|\d{1,2}(?:-\d{1,2})?")
_DAY = re.compile(r"[\[(（]?(?:0?[1-9]|1[0-2])[-/月](?:0?[1-9]|[12]\d|3[01])日?[\])）]?")
_UNITS = ("li", "tr", "dd", "dt")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a list. ``title`` is the whole one where the page tells it, ``shown`` the text of the link;
    ``url`` is None where the address leads nowhere (``javascript:;``, ``#``)."""

    title: str
    shown: str
    href: str
    url: str | None
    date: date | None


def read(page: Page) -> list[Entry]:
    """Return the entries of a list page in page order.

    >>> menu = "<ul><li><a href='/a/'>政务公开</a></li><li><a href='/b/'>互动交流</a></li></ul>"
    >>> rows = "".join(f"<li><a href='{n}.html'>第{n}份报告</a><i>2021-03-0{n}</i></li>" for n in (1, 2))
    >>> [entry.title for entry in read(Page("http://a.gov.cn/x/", f"{menu}<ul>{rows}</ul>".encode()))]
    ['第1份报告', '第2份报告']
    """
    found = _merged([row for row in rows.read(page) if row.title])
    dated = _titles_only([row for row in found if row.date is not None or _has_day(row)])
    if dated:
        forms = {_form(row.url) for row in dated if row.url and _ARTICLE.search(_name(row.url))}
        kept = {id(row) for row in dated}
        others = {row.url for row in dated}
        kept |= {id(row) for row in found if row.url and row.url not in others and _form(row.url) in forms}
        found = [row for row in found if id(row) in kept]
    else:
        below = urljoin(page.base, ".")
        counts = Counter(_form(url) for url in {row.url for row in found if row.url} if _is_article(url, below))
        found = [row for row in found if row.url and _is_article(row.url, below) and counts[_form(row.url)] >= FEWEST]
    return [Entry(row.title, row.shown, row.href, row.url, row.date) for row in found]


def _merged(found: Sequence[Row]) -> list[Row]:
    """Make one of the anchors of one row, and of a picture and a text that lead to the same address."""
    texts = {row.url for row in found if row.url and not row.picture}
    kept: dict[tuple[int, str], Row] = {}
    for row in found:
        if row.picture and row.url in texts:
            continue
        key = (id(row.element), row.url or row.href + str(len(kept)))
        known = kept.get(key)
        if known is None or len(row.title) > len(known.title):
            kept[key] = row
    return list(kept.values())


def _titles_only(found: Sequence[Row]) -> list[Row]:
    """Leave out what stands beside the title in one list item under one date: its column, its department."""
    units: dict[int, list[Row]] = {}
    for row in found:
        unit = next((each for each in (row.element, *row.element.iterancestors()) if each.tag in _UNITS), row.element)
        units.setdefault(id(unit), []).append(row)
    dropped: set[int] = set()
    for members in units.values():
        if 1 < len(members) <= MOST_IN_ROW:
            unit = members[0].element.getparent()
            days = dates.find(str(unit.xpath("string()"))[: rows.LONGEST_ROW]) if unit is not None else []
            if len(days) == 1:
                longest = max(members, key=lambda row: len(row.title))
                dropped |= {id(row) for row in members if row is not longest}
    return [row for row in found if id(row) not in dropped]


def _has_day(row: Row) -> bool:
    """Say whether a day without its year stands in the row as a piece of its own: ``[03-18]``."""
    return row.element.tag != "a" and any(_DAY.fullmatch(text.strip()) for text in row.element.xpath(".//text()"))


def _name(url: str) -> str:
    return urlsplit(url).path.rsplit("/", 1)[-1]


def _is_article(url: str, below: str) -> bool:
    return url.startswith(below) and _ARTICLE.search(_name(url)) is not None


def _form(url: str) -> str:
    """Return the form of an address: what differs from article to article of one column is left out.

    >>> _form("http://a.gov.cn/c12/2021/3/18/post_123.html"), _form("http://a.gov.cn/x/0123456789abcdef.html")
    ('a.gov.cn/c12/post_0.html', 'a.gov.cn/x/0.html')
    """
    parts = urlsplit(url)
    *directories, name = parts.path.split("/")
    kept = [part for part in directories if not _DATE.fullmatch(part)]
    return parts.netloc + "/".join([*kept, _NUMBER.sub("0", name)])
