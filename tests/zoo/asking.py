"""Ask a sample portal without a server: for tests of what it answers.

ask()       one request, a POST where there is a body
text()      an answer as text, hrefs() the addresses in it, pages_of() the static pages that hold something
portal()    the first sample portal of a system or engine; reports() the paths of its reports
rows()      invented rows, for an answer made without a portal
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from email.message import Message
from functools import cache
from html import unescape

from fazhi_zoo import tree
from fazhi_zoo.pages import Link
from fazhi_zoo.site import Answer, Ask, Site

HOST = "zoo.example:8100"
HREF = re.compile(r"""<a [^>]*?href=["']([^"']+)["']""")


@cache
def portal(code: str) -> Site:
    """Return a portal of the size ``dialects``, built once."""
    return next(tree.site(row) for row in tree.portals() if row.spec.code == code)


def code_of(test: Callable[[tree.Portal], bool]) -> str:
    """Return the code of the first portal whose row passes a test."""
    return next(row.spec.code for row in tree.portals() if test(row))


def of_system(system: str) -> Site:
    """Return the first portal whose disclosure (without one, the whole) a system publishes."""
    return portal(code_of(lambda row: (row.disclosure or row.system) == system))


def ask(site: Site, path: str, post: str | None = None, **headers: str) -> Answer:
    """Answer as the server does; without a page 404."""
    head = Message()
    head["Host"] = HOST
    for name, value in headers.items():
        head[name.replace("_", "-")] = value
    asked = Ask(path, head, 1, "GET" if post is None else "POST", (post or "").encode())
    page = site.routes.get(asked.route) or site.pages.get(path)
    if page is None:
        return Answer(status=404)
    return page if isinstance(page, Answer) else page(asked)


def text(answer: Answer) -> str:
    """Return an answer in UTF-8 as text."""
    packed = ("Content-Encoding", "gzip") in answer.headers
    return (gzip.decompress(answer.body) if packed else answer.body).decode()


def hrefs(body: str) -> list[str]:
    """Return the addresses of the links of a page or a piece of one, in order."""
    return [unescape(href) for href in HREF.findall(body)]


def jsonp(answer: Answer, name: str) -> object:
    """Return what a JSONP answer wraps."""
    body = answer.body.decode()
    assert (body[: len(name) + 1], body[-1]) == (f"{name}(", ")")
    return json.loads(body[len(name) + 1 : -1])


def pages_of(site: Site, pattern: str) -> dict[str, str]:
    """Return the static pages whose text matches, by path."""
    answers = {path: ask(site, path) for path in site.pages}
    pages = {path: text(answer) for path, answer in answers.items() if answer.content_type.startswith("text/html")}
    return {path: page for path, page in pages.items() if re.search(pattern, page)}


def reports(site: Site) -> set[str]:
    """Return the paths of a portal's reports."""
    return {item.path for item in site.truth if item.is_report}


def rows(count: int) -> list[Link]:
    """Return invented rows, newest first."""
    days = [date(2024, 1, 1) - timedelta(days=n) for n in range(count)]
    return [Link(f"公告{n}", f"公告{n}", f"/art/post_{n}.html", day) for n, day in enumerate(days)]
