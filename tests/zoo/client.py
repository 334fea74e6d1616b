"""A plain client for tests of the zoo: asks without following anything, and walks a list by its pager."""

from __future__ import annotations

import gzip
import re
from html import unescape
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import HTTPRedirectHandler, Request, build_opener


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def get(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask for an address without following redirects: status, headers, body as received."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with build_opener(_Stay).open(Request(url, headers=names, method=method), timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def read(url: str) -> str:
    """Return a page as text, by the charset the portal really uses."""
    status, headers, body = get(url)
    assert status == 200, (url, status)
    if headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return body.decode("gb18030" if b"charset=gb2312" in body else "utf-8")


def words(page: str) -> str:
    """Return what a reader sees, without white space."""
    page = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"[\s\u3000\xa0]+", "", unescape(re.sub(r"<[^>]+>", "", page)))


def next_page(url: str, page: str) -> str | None:
    """Return the next list page, by the three kinds of pager the portals have."""
    if call := re.search(r"createPageHTML\(([^)]*)\)", page):
        arguments = [part.strip() for part in call[1].split(",")]
        named = not arguments[0].isdigit()  # an id first: pages from 1
        total, current = (int(n) for n in (arguments[1:3] if named else arguments[:2]))
        name, ext = (part.strip("'\"") for part in (arguments[3:5] if named else arguments[2:4]))
        number = current + 1
        return urljoin(url, f"{name}_{number}.{ext}") if number < total + named else None
    if anchor := re.search(r'<a href="([^"]+)">(?:下一页|下页)</a>', page):
        href = unescape(str(anchor[1]))
        return None if href.startswith("javascript") else urljoin(url, href)
    if number_link := re.search(r'<b>\d+</b> <a href="([^"]+)">\d+</a>', page):
        return urljoin(url, str(number_link[1]))
    return None


def walk(url: str | None) -> list[tuple[str, str]]:
    """Return (address, text) of every row of a list, over all its pages."""
    rows = []
    while url is not None:
        page = read(url)
        for href, shown in re.findall(r'<a href="([^"]+)"[^>]* target="_blank">([^<]+)</a>', page):
            rows.append((urljoin(url, unescape(href)), unescape(shown)))
        url = next_page(url, page)
    return rows
