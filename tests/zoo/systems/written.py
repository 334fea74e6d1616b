"""How a page writes its links: ``WRITTEN`` holds the ways by the name used in ``data/portals_*.toml``.

plain     /zwgk/a.html                      relative  ./a.html, ../b/
upward    ../../zwgk/x/a.html               host      http://host/zwgk/a.html
scheme    //host/zwgk/a.html                session   /zwgk/a.html;jsessionid=…
entities  plain; the whole page writes its addresses with entities and stray spaces (``entities``)
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Callable

from fazhi_zoo.site import HOST

SESSION = re.compile(r";jsessionid=[0-9A-F]+")


def relative(page: str, address: str) -> str:
    """Return an address as seen from the page at a path.

    >>> relative("/zwgk/a/index_1.html", "/zwgk/a/202103/t1.html"), relative("/zwgk/a/", "/zwgk/b/?id=1")
    ('./202103/t1.html', '../b/?id=1')
    """
    path, mark, query = address.partition("?")
    found = posixpath.relpath(path, page.partition("?")[0].rpartition("/")[0] or "/")
    if path.endswith("/"):
        found += "/"
    return (found if found.startswith("..") else f"./{found}") + mark + query


def upward(page: str, address: str) -> str:
    """Return a relative address that first climbs to the top.

    >>> upward("/zwgk/a/index.html", "/zwgk/a/t1.html")
    '../../zwgk/a/t1.html'
    """
    steps = page.partition("?")[0].count("/") - 1
    return "../" * steps + address.removeprefix("/") if steps else address


def session(page: str, address: str) -> str:
    """Return an address with the id of a session, another on every page."""
    path, mark, query = address.partition("?")
    return f"{path};jsessionid={hashlib.sha256(page.encode()).hexdigest()[:32].upper()}{mark}{query}"


def without_session(path: str) -> str:
    """Return a path without the id of a session.

    >>> without_session("/a/list.jsp;jsessionid=0AF3?id=7")
    '/a/list.jsp?id=7'
    """
    return SESSION.sub("", path)


def entities(page: str) -> str:
    """Write the addresses of a page with entities, and a stray space before some.

    >>> entities('<a href="/zwgk/a.html">a</a>')
    '<a href=" &#47;zwgk&#x2F;a.html">a</a>'
    """
    return re.sub(r'href="/(\w+)/', r'href=" &#47;\1&#x2F;', page)


WRITTEN: dict[str, Callable[[str, str], str]] = {
    "plain": lambda page, address: address,
    "relative": relative,
    "upward": upward,
    "host": lambda page, address: f"http://{HOST}{address}",
    "scheme": lambda page, address: f"//{HOST}{address}",
    "session": session,
    "entities": lambda page, address: address,
}
