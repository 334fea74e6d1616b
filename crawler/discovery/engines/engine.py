"""What every search engine shares: from a page that shows its box to a request, from an answer to its hits.

An engine is told by the addresses it answers at (``mark``). A request needs options that stand on the page: without
those in ``needs`` there is none; without those in ``wants`` it is made only from the engine's own search page, as the
home page often knows half of them. Everything an engine says may be wrong or hostile: an answer of another shape, an
error or a page of HTML is an answer without hits, and the search ends there. It is never a fault of the portal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Set
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from crawler import links
from crawler.addresses import canonical
from crawler.discovery import answers
from crawler.discovery.clues import Clues, Option, asked, may_ask
from crawler.families import pagers
from crawler.families.base import Family, Next
from crawler.links import Link
from crawler.targets import Page, Pager, Portal, Target

MOST_PAGES = 30  # pages of results, each with hits that promise reports; engines may give 10 hits a page
SIZE = 50  # hits asked for a page; engines that give fewer are not told apart
FULL = 10  # hits of a full page, at least


class Engine(Family):
    """A search engine. Subclasses give the tables and ``fields``."""

    mark: re.Pattern[str]  # in the address of the engine or of its search page; what follows it is cut off
    api: re.Pattern[str]  # in the address of an answer
    endpoint = "{mark}"  # the path behind what stands before the mark
    needs: tuple[Option, ...] = ()
    wants: tuple[Option, ...] = ()
    takes: tuple[Option, ...] = ()  # options sent where they stand, and not missed
    style = "get"  # how a request is sent: "get", "form", "json"
    other: str | None = None  # how it is sent again if the answer is none
    turn: str  # the field with the number of the page
    first, stride = 1, 1  # its value on page 1, and what a page adds
    rows: tuple[str, ...] = ()  # where the hits stand in a JSON answer
    pages: tuple[str, ...] = ()  # where the number of pages stands
    totals: tuple[str, ...] = ()  # where the number of hits stands

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        """Return the fields of a request for page 1."""
        raise NotImplementedError

    def recognise(self, page: Page) -> bool:
        """Say whether a page is this engine's answer to a search of ours."""
        return asked(page.url, page.post) and self.api.search(page.url) is not None

    def box(self, page: Page, portal: Portal) -> Iterable[Next]:
        """Yield the searches by title that a page with the engine's box opens."""
        return self.ask(Clues(page), portal)

    def ask(self, clues: Clues, portal: Portal, *, complete: bool = False) -> list[Next]:
        """Return the search that a page opens, none if an option is missing (``complete``: one that is only wanted)."""
        found = self.addresses(clues)
        if not found:
            return []
        options = self.told(found)
        for option in (*self.needs, *self.wants, *self.takes):
            value = options.get(option.name) or clues.option(option, found)
            if value is not None:
                options[option.name] = value
            elif option in self.needs or (complete and option in self.wants):
                return []
        for url in found:
            address = canonical(self.address(url))
            if address is not None and may_ask(address, portal):
                return [request(address, self.fields(options, portal), self.style)]
        return []

    def addresses(self, clues: Clues) -> list[str]:
        """Return the engine's addresses on a page, those of its answers first."""
        found = [url for url in [*clues.addresses, clues.page.url] if self.mark.search(url)]
        return sorted(dict.fromkeys(found), key=lambda url: self.api.search(url) is None)

    def told(self, urls: Iterable[str]) -> dict[str, str]:
        """Return options that stand in the path of the engine's addresses."""
        return {}

    def address(self, url: str) -> str:
        """Return where a request goes, from one of the engine's addresses."""
        match = self.mark.search(url)
        if match is None or self.api.search(url):
            return url.partition("?")[0]
        return url[: match.start()] + self.endpoint.format(mark=match[0])

    def links(self, page: Page) -> list[Link]:
        """Return the hits about the subject."""
        if page.json is None:
            return [] if self.rows and not page.whole else answers.page_hits(page)
        return answers.hits(answers.records(page.json, self.rows) or [], page.url)

    def entries(self, page: Page, target: Target, seen: Set[str] = frozenset()) -> list[Link]:
        """Return all hits: they lie anywhere on the site."""
        return self.links(page)

    def lists(self, page: Page, target: Target, portal: Portal) -> Iterable[Next]:
        """Yield the same search sent another way, where the answer is none."""
        if page.json is None or target.page > 1 or answers.records(page.json, self.rows):
            return
        total = answers.number(page.json, self.totals) or answers.number(page.json, self.pages)
        if total and self.stride == 1:  # hits are told and none is there: this engine counts from 1, or from 0
            url, post, current = turned(target.url, target.post, self.turn, -1 if self.first else 1)
            if current == self.first:
                yield Next(url, post=post)
        elif (
            self.other
            and answers.records(page.json, self.rows) is None
            and target.post
            and style_of(target.post) != self.other
        ):
            yield Next(target.url, post=written(dict(pairs(target.post)), self.other))

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        """Return the page behind this one while there are hits that promise reports."""
        if target.page >= MOST_PAGES or not any(links.promises_report(link) for link in self.links(page)):
            return None
        if page.json is None and (url := pagers.next_link(page, target.page)) is not None and asked(url, None):
            return Next(url)
        count, size = self.count(page, target)
        if target.page >= count or self.turn not in dict(pairs(target.post or urlsplit(target.url).query)):
            return None
        by = size if self.stride > 1 else 1  # an offset moves on by what was given, not by what was asked for
        url, post, _ = turned(target.url, target.post, self.turn, by)
        rest = self.begun_before(target) if page.json is not None else ()
        return Next(url, Pager(total=count, rest=rest), post)

    def begun_before(self, target: Target) -> tuple[str, ...]:
        """Return the page before the first, as a form: it is asked where a page that was told is not there, as an
        engine of this kind may count from 0."""
        if (self.first, self.stride) != (1, 1):
            return ()
        _, _, now = turned(target.url, target.post, self.turn, 0)
        url, post, _ = turned(target.url, target.post, self.turn, -now)
        return (url if post is None else f"{url}#{post}",)

    def count(self, page: Page, target: Target) -> tuple[int, int]:
        """Return how many pages of results there are, and how many hits this one has.

        The first page tells the size of all: the last one has fewer hits, and an engine need not give what it is asked.
        """
        if page.json is None:
            told, full = answers.page_count(page.text), len(self.links(page)) >= FULL
            return target.page + full if told is None else told, 0
        size = len(answers.records(page.json, self.rows) or [])
        count = target.pager.total or answers.number(page.json, self.pages)
        if count is None and (total := answers.number(page.json, self.totals)) is not None:
            count = -(-total // max(size, 1))
        if count is None:  # nothing is told: a full page has another behind it
            count = target.page + (size >= FULL)
        return count, size


def request(url: str, fields: Mapping[str, Any], style: str) -> Next:
    """Return the request that sends some fields.

    >>> request("http://a.gov.cn/s", {"q": "x", "p": 1}, "get").url
    'http://a.gov.cn/s?q=x&p=1'
    >>> request("http://a.gov.cn/s", {"q": "x", "p": 1}, "json").post
    '{"q": "x", "p": 1}'
    """
    if style == "get":
        whole = f"{url}?{written(fields, 'form')}"
        return Next(canonical(whole) or whole)
    return Next(url, post=written(fields, style))


def written(fields: Mapping[str, Any], style: str) -> str:
    """Return the body that sends some fields."""
    if style == "json":
        return json.dumps(dict(fields), ensure_ascii=False)
    return urlencode(dict(fields), quote_via=quote)


def style_of(post: str) -> str:
    """Return how a body is written: ``json`` or ``form``."""
    return "json" if post.startswith(("{", "[")) else "form"


def pairs(body: str) -> list[tuple[str, Any]]:
    """Return the fields of a body or a query, in order; none where it cannot be read."""
    if style_of(body) == "form":
        return parse_qsl(body, keep_blank_values=True)
    try:
        found = json.loads(body)
    except ValueError:
        return []
    return list(found.items()) if isinstance(found, dict) else []


def turned(url: str, post: str | None, field: str, by: int) -> tuple[str, str | None, int]:
    """Return a request with the number of its page moved on, and the number it had.

    >>> turned("http://a.gov.cn/s?q=x&p=0", None, "p", 1)
    ('http://a.gov.cn/s?q=x&p=1', None, 0)
    """
    address, _, query = url.partition("?")
    values = pairs(query if post is None else post)
    before = next((int(value) for key, value in values if key == field and str(value).isdecimal()), 1)
    changed = dict(values)
    after = before + by
    changed[field] = after if isinstance(changed.get(field), int) else str(after)
    if post is None:
        return f"{address}?{written(changed, 'form')}", None, before
    return url, written(changed, style_of(post)), before
