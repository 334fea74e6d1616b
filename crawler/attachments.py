"""Files of a report page, wherever its page hides them: links, frames, viewers, scripts that open or write them. Pure.

    <a href="P0.pdf">   <iframe src="P0.pdf">   <iframe src="/viewer.html?file=/x/P0.pdf">
    onclick="window.open('P0.pdf')"   <script>document.write('<a href="P0.pdf">')</script>

What the archive makes of them is its own affair (``archive.filelinks``); here each is only an address to be asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl, urlsplit

from crawler import links
from crawler.links import Link
from crawler.rows import LOCATION
from crawler.targets import Page

MOST = 20  # files of one page
SCRIPT = 200_000  # characters of scripts that are looked at
_QUOTED = re.compile(
    r"['\"]([^'\"<>\s\\]{1,300}\.(?:docx?|wps|pdf|ofd|xlsx?|rar|zip)(?:\?[^'\"<>\s\\]{0,200})?)\\?['\"]", re.I
)
_EMBEDDED = (("iframe", "src"), ("frame", "src"), ("embed", "src"), ("object", "data"))
_NAMES = ("file", "url", "src", "path", "pdf")  # parameters of viewers


def found(page: Page) -> list[Link]:
    """Return the files a page leads to, each once, in the order above, ``MOST`` at most.

    >>> source = b"<iframe src='/v.html?file=%2Fy%2FP0.pdf'></iframe><a onclick=\\"open('b.doc')\\">"
    >>> [link.url for link in found(Page("http://a.gov.cn/x/", source))]
    ['http://a.gov.cn/y/P0.pdf', 'http://a.gov.cn/x/b.doc']
    """
    files: dict[str, Link] = {}
    for link in (*_anchors(page), *_hidden(page)):
        known = files.get(link.url)
        files[link.url] = known if known is not None and known.title else link
        if len(files) == MOST:
            break
    return list(files.values())


def shows_file(url: str) -> bool:
    """Say whether an address is a file's, or a viewer's that shows one.

    >>> shows_file("http://a.gov.cn/pdf/viewer.html?file=/x/P0.pdf"), shows_file("http://a.gov.cn/x.html?file=a")
    (True, False)
    """
    return any(links.is_file(address) for address in (url, *_viewed(url)))


def _anchors(page: Page) -> Iterator[Link]:
    yield from (link for link in links.read(page, files=True) if links.is_file(link.url))


def _hidden(page: Page) -> Iterator[Link]:
    for href in _addresses(page):
        url = page.resolve(unescape(href))
        if url is not None and links.is_file(url):
            yield Link(url, "")


def _addresses(page: Page) -> Iterator[str]:
    if page.root is None:
        return
    for tag, attribute in _EMBEDDED:
        for element in page.root.iter(tag):
            source = element.get(attribute) or ""
            yield from _viewed(source) or [source]
    for element in page.root.xpath("//*[@onclick]"):
        click = element.get("onclick")[:2000]
        yield from (*_QUOTED.findall(click), *LOCATION.findall(click))  # a program may hand the file out
    left = SCRIPT
    for script in page.root.iter("script"):
        text = (script.text or "")[:left]
        left -= len(text)
        yield from _QUOTED.findall(text)


def _viewed(address: str) -> list[str]:
    """Return the addresses that an address tells a viewer to show."""
    try:
        query = dict(parse_qsl(urlsplit(address).query)) if "?" in address else {}
    except ValueError:
        return []
    return [query[name] for name in _NAMES if name in query]
