"""Reading what an engine answers: hits in JSON, in HTML strings within JSON, or in a page of HTML; and their number.

A hit is a link: its title without ``<em>`` and ``<font>``, its address out of the wrapper that counts clicks
(``visit/link.do?url=…``), its date. Only hits whose title is about the subject are kept: a page of results has
menus too, and an engine that ignores the word gives the whole site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import lxml.html
from lxml import etree

from archive import dates, titles
from crawler import links, rows
from crawler.links import Link
from crawler.rows import LONGEST_TITLE
from crawler.targets import Page, join

HITS = 500  # hits read of one answer; pages of results have 10 to 100
LONGEST = 20_000  # characters of one hit's HTML
SUBJECT = ("法治政府", "依法行政", "法治建设")
_TITLES = (
    "title", "doctitle", "DOCTITLE", "_doctitle", "titleO", "title_no_tag", "articleTitle", "realtitle",
    "news_doctitle", "content_title", "TITLE", "subject", "name",
)  # fmt: skip
_URLS = (
    "url", "docpuburl", "DOCPUBURL", "puburl", "articleUri", "linkurl", "viewUrl", "infourl", "link", "selfUrl",
    "content_pageUrl", "xqurl", "URL", "href",
)  # fmt: skip
_DATES = (
    "time", "pub_time", "docreltime", "DOCRELTIME", "trs_time", "docpubtime", "pubtime", "pubDate", "PUBDATE",
    "articlePublishTime", "showdate", "infodate", "docDate", "publishDate", "createDate", "date", "MOD_TIME",
)  # fmt: skip
_TAG = re.compile(r"<[^<>]{0,300}>")
_WIDE_GAP = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")
_WRAPPER = re.compile(r"visit|link\.do|redirect|jump|goto|click|transfer", re.IGNORECASE)
_PAGES = re.compile(
    r"(?:pageCount|totalPages?|page_?total)[\"']?\s{0,4}[:=]\s{0,4}[\"']?(\d{1,5})(?!\d)|共\s{0,4}(\d{1,5})\s{0,4}页"
    r"|第?\s{0,4}\d{1,4}\s{0,4}页?\s{0,4}/\s{0,4}(?:共\s{0,4})?(\d{1,4})\s{0,4}页",
    re.IGNORECASE,
)
_CHINA = timedelta(hours=8)


def dig(value: Any, path: str) -> Any:
    """Return what lies at a path of keys in an answer, None where there is no such path.

    >>> dig({"page": {"content": [1]}}, "page.content"), dig([1], "page.content")
    ([1], None)
    """
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def records(answer: Any, paths: Iterable[str]) -> list[Any] | None:
    """Return the list of hits of an answer, None where it has none at any of the paths: that is no answer."""
    found = [value for path in paths if isinstance(value := dig(answer, path), list)]
    return max(found, key=len) if found else None


def number(answer: Any, paths: Iterable[str]) -> int | None:
    """Return the first count that stands at one of the paths.

    >>> number({"total": "23"}, ("page.totalPages", "total"))
    23
    """
    for path in paths:
        value = dig(answer, path)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return None


def hits(found: Iterable[Any], base: str) -> list[Link]:
    """Return the hits of an answer that are about the subject, each address once."""
    kept: dict[str, Link] = {}
    for item in islice(found, HITS):
        for link in _fragment(item, base) if isinstance(item, str) else _record(item, base):
            if about_subject(link.title):
                kept.setdefault(link.url, link)
    return list(kept.values())


def page_hits(page: Page) -> list[Link]:
    """Return the links of a page of results that are about the subject, unwrapped, each address once."""
    kept: dict[str, Link] = {}
    for row in rows.read(page):  # not links.read: of two links the longer may be the address printed below the title
        title = clean(row.title)
        if row.url is not None and about_subject(title) and (url := unwrap(row.url)) is not None:
            known = kept.get(url)
            kept[url] = (
                Link(url, title, title, row.date) if known is None else replace(known, date=known.date or row.date)
            )
    return list(kept.values())


def page_count(text: str) -> int | None:
    """Return how many pages of results a page of HTML tells of.

    >>> page_count("<script>Ls.pagination('#p', { pageCount:3, pageIndex:1 })</script>"), page_count("共 12 页")
    (3, 12)
    """
    match = _PAGES.search(text)
    return int(next(filter(None, match.groups()))) if match else None


def about_subject(title: str) -> bool:
    """Say whether a title is about the subject at all; what it promises is for ``links`` to say.

    >>> [about_subject(title) for title in ("示例县2021年法治政府建设情况报告", "政务公开", "")]
    [True, False, False]
    """
    return any(word in title for word in SUBJECT) or titles.read(title).kind in links.PROMISING


def _record(item: Any, base: str) -> Iterator[Link]:
    """Yield the hit of one record; some engines keep it under ``data``."""
    if not isinstance(item, dict):
        return
    inner = item.get("data")
    record = inner if isinstance(inner, dict) else item
    title = next((clean(value) for key in _TITLES if isinstance(value := record.get(key), str) and value.strip()), "")
    for key in _URLS:
        value = record.get(key)
        if isinstance(value, str) and value.strip() and (url := join(base, unescape(_TAG.sub("", value)))) is not None:
            url = unwrap(url)
            if url is not None:
                day = next((day for key in _DATES if (day := _day(record.get(key))) is not None), None)
                yield Link(url, title, title, day)
            return


def _fragment(markup: str, base: str) -> Iterator[Link]:
    """Yield the hits of a piece of HTML: its titles are links, its date stands beside them."""
    try:
        root = lxml.html.fragment_fromstring(markup[:LONGEST], create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return
    day = dates.first(clean(str(root.xpath("string()"))))
    for anchor in root.iter("a"):
        title = clean(anchor.get("data-title") or "") or clean(str(anchor.xpath("string()")))
        if rows.CUT.search(title):
            title = clean(anchor.get("title") or "") or title
        if not title or title.startswith(("http:", "https:", "www.")):
            continue  # the address printed below the title
        url = join(base, anchor.get("href") or "")
        if url is not None and (url := unwrap(url)) is not None:
            yield Link(url, title, title, day)


def _day(value: Any) -> date | None:
    """Return the day of a field: text, or seconds or milliseconds since 1970, read as Chinese time."""
    if isinstance(value, str):
        if value.isascii() and value.isdigit() and len(value) in (10, 13):
            value = int(value)
        else:
            return dates.value(value[:100])
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e14:
        return None
    seconds = value / 1000 if value > 1e11 else value
    return (datetime.fromtimestamp(seconds, UTC) + _CHINA).date()


def clean(text: str) -> str:
    """Return a title without tags, character references and the gaps that highlighting leaves.

    >>> clean("2021年<em>法治政府&#24314;设</em> 情况报告")
    '2021年法治政府建设情况报告'
    """
    bare = _TAG.sub("", unescape(_TAG.sub("", text[:LONGEST])))
    return _WIDE_GAP.sub("", " ".join(bare.split()))[:LONGEST_TITLE]


def unwrap(url: str) -> str | None:
    """Return the address a link means: that in its query, where the link itself only counts clicks.

    >>> unwrap("http://s.a.gov.cn/jsearchfront/visit/link.do?url=http%3A%2F%2Fwww.a.gov.cn%2F1.html&q=x")
    'http://www.a.gov.cn/1.html'
    """
    parts = urlsplit(url)
    if not parts.query or not _WRAPPER.search(parts.path):
        return url
    for key, value in parse_qsl(parts.query):
        if key.lower() in ("url", "link", "target", "href", "to") and value.lower().startswith(("http", "//", "/")):
            return join(url, value)
    return url
