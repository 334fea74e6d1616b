"""Finding report columns from a page that is known: which of its links are worth a request, and in which order.

From the home page the way is 政务公开 > 政府信息公开 > 法定主动公开内容 > the column. A link that names the subject (by
its words or its directory, ``links.SURE``) is a listing of the portal; any other promising one is a guess, asked
best first within a budget that the frontier keeps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawler import links
from crawler.links import Kind, Link
from crawler.targets import Page, Portal, Target

DEPTH = 12  # links away from where the crawl began
SURE_PRIO = 70  # of a column that names the subject: after reports that are known, before the portal's search
SEARCH = 65  # of the portal's own search engine
LEAST = 50  # weak columns: at most this
LAST_RESORT = 1  # asked only while the portal has no report at all


def columns(found: Iterable[Link], page: Page, target: Target, portal: Portal) -> Iterable[Target]:
    """Yield the columns a listing page leads to: any promising one, and the parts of a report column."""
    if target.depth >= DEPTH or target.page > 1:
        return
    below = urljoin(target.url, ".")
    inside = is_column(target)
    for link in found:
        if link.url in (page.url, target.url) or links.is_map(link):
            continue  # the site map is a last resort: see ``discovery``
        weight = links.column_weight(link, within=target.url) if links.kind_of(link) is Kind.LISTING else 0
        if inside and (part := links.part_weight(link)):
            if link.url.startswith(below):
                weight = part
            elif shape(link.url) == shape(target.url) or part > links.SURE:
                weight = max(weight, min(part, links.SURE - 1))  # a part, or a name in the menu: a guess
        if not weight or (portal.listings and weight < links.SURE):
            continue  # where the listings are known, only a column that names the subject can add to them
        ranked = rank(weight)
        if ranked["guessed"] and target.depth:
            ranked["prio"] = max(ranked["prio"], min(target.prio + 1, LEAST))  # finish one department, then the next
        yield Target(
            url=link.url, role=target.role, portal=target.portal, title=link.title, parent=page.url,
            depth=target.depth + 1, listing=link.url, **ranked,
        )  # fmt: skip


def shape(url: str) -> str:
    """Return an address with its numbers left out: systems without directories give all columns the same.

    >>> shape("http://127.0.0.1:80/col/col1229/index.html")
    '127.0.0.1:80/col/col#/index.html'
    """
    parts = urlsplit(url)
    return parts.netloc + re.sub(r"\d+", "#", parts.path)


def rank(weight: int) -> dict[str, Any]:
    """Return priority of a column of this weight, and whether it is only a guess.

    >>> rank(100), rank(40)
    ({'prio': 70, 'guessed': False}, {'prio': 20, 'guessed': True})
    """
    sure = weight >= links.SURE
    return {"prio": SURE_PRIO if sure else min(weight // 2, LEAST), "guessed": not sure}


def is_column(target: Target) -> bool:
    """Say whether a listing is a column of such reports, by its name or its address."""
    return links.column_weight(Link(target.listing or target.url, target.title or "")) >= links.SURE
