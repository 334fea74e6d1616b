"""Lists that answer in JSON: the rows as links, how many pages there are, the address of the next one.

    data(page)         the answer, and of a torn one what came before the tear
    rows(value, …)     the list at the end of a path of names
    links(page, …)     rows -> Link: title without markup, address made whole, day
    behind(target, …)  whether there is a page behind this one
    turn(url, …)       the same request for another page

Answers come from anywhere: names may be missing, numbers may be texts, lists may be something else.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from archive import dates
from crawler.families import literals
from crawler.links import Link
from crawler.targets import Page, Pager, Target, join

MOST = 10_000  # rows read of one answer
LONGEST_TITLE = 500  # characters
LARGEST = 10**9  # no list has more rows; such a number is something else

_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,500}>")
_BEIJING = timezone(timedelta(hours=8))
_OPENING = re.compile(r"\s*(?:/\*\*/)?\s*(?:[\w.$]{1,100}\s*\(\s*)?(?=[{\[])")


def data(page: Page) -> Any:
    """Return an answer read as JSON; of a torn one what came before the tear, None where it is something else.

    >>> data(Page("http://a.gov.cn/", b'{"rows": [{"url": "/1"}, {"url": "/2'))
    {'rows': [{'url': '/1'}, {}]}
    """
    if page.json is not None:
        return page.json
    text = page.text.lstrip("\ufeff")
    match = _OPENING.match(text)
    return literals.read(text, match.end()) if match else None


def at(value: Any, *names: str) -> Any:
    """Return what lies at the end of a path of names, None where it breaks off; JSON within a text is read.

    >>> at({"data": '{"results": [1]}'}, "data", "results")
    [1]
    """
    for name in names:
        value = _inner(value)
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return _inner(value)


def rows(value: Any, *names: str) -> list[dict[str, Any]]:
    """Return the objects of the list at the end of a path of names; empty where there is none."""
    found = at(value, *names)
    return [row for row in found[:MOST] if isinstance(row, dict)] if isinstance(found, list) else []


def links(
    page: Page, found: Iterable[dict[str, Any]], *, title: Sequence[str], url: Sequence[str], day: Sequence[str]
) -> list[Link]:
    """Return rows as links, each address once; ``title``, ``url`` and ``day`` name their fields, the best first.

    An address without a host or a leading slash is one of the site's root: the endpoint lies elsewhere.

    >>> row = {"title": "<em>法治政府</em>建设", "url": "//a.gov.cn/1.html", "day": "2021-03-18 10:00:00"}
    >>> links(Page("http://a.gov.cn/api/x", b""), [row], title=("title",), url=("url",), day=("day",))
    [Link(url='http://a.gov.cn/1.html', title='法治政府建设', shown='法治政府建设', date=datetime.date(2021, 3, 18))]
    """
    told: dict[str, Link] = {}
    root = join(page.url, "/") or page.url
    for row in found:
        words = next((clean(row[name]) for name in title if isinstance(row.get(name), str) and row[name].strip()), "")
        hrefs = [row[name] for name in url if isinstance(row.get(name), str) and row[name].strip()]
        address = next(filter(None, (join(root, html.unescape(href)) for href in hrefs)), None)
        if words and address and address not in told:
            told[address] = Link(address, words, words, next(filter(None, (_day(row.get(name)) for name in day)), None))
    return list(told.values())


def clean(title: str) -> str:
    """Return a title without the marks of a search, entities and spaces."""
    bare = html.unescape(_TAG.sub("", title[: 4 * LONGEST_TITLE]))
    return re.sub(r"[\s\u00a0\u3000\u200b-\u200d\ufeff]+", " ", bare).strip()[:LONGEST_TITLE]


def count(*values: Any) -> int | None:
    """Return the largest of some numbers, texts of digits included; None where there is none.

    >>> count(None, "12", 7, "viele"), count(True, 10**12)
    (12, None)
    """
    read = [
        int(value)
        for value in values
        if (isinstance(value, int) and not isinstance(value, bool))
        or (isinstance(value, str) and re.fullmatch(r"[0-9]{1,10}", value))
    ]
    return max((value for value in read if 0 <= value < LARGEST), default=None)


def behind(target: Target, got: int, size: int, total: int | None) -> Pager | None:
    """Return the pager of the page behind one with ``got`` rows, None at the end.

    ``size`` is the number of rows asked for, ``total`` that of all rows as far as the site tells it. A site may give
    fewer rows a page than asked, so that the first page tells how many pages there are.
    """
    if not got:
        return None
    pages = target.pager.total
    if target.page == 1 and total:
        pages = -(-total // got) if total >= got else total  # a total below the rows seen is one of pages
    if pages is None:
        return Pager(declared=True) if got >= size else None
    return Pager(declared=True, total=pages) if target.page < pages else None


def turn(url: str, name: str, value: int) -> str:
    """Return an address with one parameter of its query set; the others stay as they are.

    >>> turn("http://a.gov.cn/x?sort=&page=1", "page", 2), turn("http://a.gov.cn/x", "page", 2)
    ('http://a.gov.cn/x?sort=&page=2', 'http://a.gov.cn/x?page=2')
    """
    parts = urlsplit(url)
    pieces = [piece for piece in parts.query.split("&") if piece]
    found = [place for place, piece in enumerate(pieces) if piece.partition("=")[0] == name]
    if found:
        pieces[found[0]] = f"{name}={value}"
    else:
        pieces.append(f"{name}={value}")
    return urlunsplit(parts._replace(query="&".join(pieces)))


def query(url: str) -> dict[str, str]:
    """Return the parameters of an address; of one that stands there twice the first.

    >>> query("http://a.gov.cn/x?type=4&catId=&type=2")
    {'type': '4', 'catId': ''}
    """
    return dict(reversed(parse_qsl(urlsplit(url).query, keep_blank_values=True)))


def _inner(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value, strict=False)
        except (ValueError, RecursionError):
            return None
    return value


def _day(value: Any) -> date | None:
    """Return a day told as text or as seconds or milliseconds since 1970."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{10}|[0-9]{13}", value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        seconds = value / 1000 if value >= 10**11 else value
        if not 0 < seconds < 10**10:
            return None
        day: date | None = datetime.fromtimestamp(seconds, _BEIJING).date()
    else:
        day = dates.value(value[:100]) if isinstance(value, str) else None
    return day if day is not None and day >= dates.EARLIEST else None
