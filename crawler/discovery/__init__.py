"""Finding reports where no column is known: the portal's own search engine by title, and its site map in XML.

    owner()        the engine or the reader of site maps whose own answer a page is
    ways()         what the home page and the pages of search engines open: searches, a search page, last resorts
    names_engine() whether the script of a page asks an engine
    from_robots()  the site maps that a robots.txt names

    clues.py       what a page tells of an engine: forms, addresses, options
    answers.py     hits in JSON, in HTML and in HTML within JSON
    engines/       one class an engine, the site's own form as the last
    sitemaps.py    site maps in XML

The walk along the links of pages is ``crawler.walk``. Pure like the dialects: no Scrapy, no database, no clock.

From a home page the first of these is taken that there is: searches of engines all of whose options stand on it; the
search page that its form or its links lead to, which then opens the search; searches with options missing. A search
is one request and finds what no menu leads to, so it is asked after columns that name the subject and before guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from archive.model import Role
from crawler import links, walk
from crawler.addresses import canonical
from crawler.discovery import sitemaps
from crawler.discovery.clues import Clues, asked, finished, is_near, may_ask
from crawler.discovery.engines import ENGINES, FORM, KNOWN, Engine
from crawler.discovery.sitemaps import from_robots
from crawler.families.base import Family, Next
from crawler.targets import Page, Portal, Target, key_of

__all__ = ["ENGINES", "Engine", "from_robots", "names_engine", "owner", "ways"]

TITLE = "站内搜索"  # of the targets that are searches or search pages
SEARCHES = 2  # searches a page may open
LINKED = re.compile(r"(?:站内|全文|高级|智能|全站|综合|信息)?(?:搜索|检索|查询)(?:一下|中心|平台)?")
ASSET = re.compile(r"\.(?:js|css|png|jpe?g|gif|svg|ico|woff2?|ttf)(?:\?|$)", re.IGNORECASE)
_SITEMAP = sitemaps.Sitemap()


def owner(page: Page) -> Family | None:
    """Return the engine or the reader of site maps whose own answer a page is, None for a page of the portal."""
    if _SITEMAP.recognise(page):
        return _SITEMAP
    if not asked(page.url, page.post):
        return None
    return next((engine for engine in ENGINES if engine.recognise(page)), None)


def ways(page: Page, target: Target, portal: Portal) -> Iterable[Target]:
    """Yield the searches and last resorts that a home page or a search page opens, each as a guessed listing."""
    if target.role is not Role.LISTING or target.page > 1:
        return
    if target.title == TITLE:
        yield from _made(_search_page(page, portal), page, target, portal)
    elif portal.home in (target.url, target.listing, page.url):
        yield from _made(_home(page, portal), page, target, portal)
        yield from _maps(page, target, portal)
        yield from sitemaps.ways(page, target, portal)


def names_engine(page: Page) -> bool:
    """Say whether the script of a page asks an engine that is known: such a page may show nothing else by itself."""
    return any(engine.mark.search(url) for url in Clues(page).addresses for engine in KNOWN)


def _home(page: Page, portal: Portal) -> list[Next]:
    """Return the searches of a home page, else the search pages it leads to."""
    clues = Clues(page)
    found = [each for engine in KNOWN for each in engine.ask(clues, portal, complete=True)]
    for pages in (_known_pages, _other_pages):
        found = found or _each_once(pages(clues, portal))
    return found or [each for engine in KNOWN for each in engine.ask(clues, portal)]


def _search_page(page: Page, portal: Portal) -> list[Next]:
    """Return the searches of a page that a home page's search box or link led to."""
    reader = owner(page)
    if reader is not None and reader is not FORM:
        return []
    clues = Clues(page)
    found = [each for engine in KNOWN for each in engine.ask(clues, portal)]
    if found or reader is FORM:
        return found
    return [*_known_forms(clues, portal), *FORM.ask(clues, portal)]


def _known_pages(clues: Clues, portal: Portal) -> Iterator[Next]:
    """Yield the pages of engines that are known: by the form that leads there, by their address."""
    yield from _known_forms(clues, portal)
    for url in clues.addresses:
        known = any(engine.mark.search(url) and not engine.api.search(url) for engine in KNOWN)
        if known and not ASSET.search(url) and may_ask(url, portal):
            yield Next(finished(url))


def _other_pages(clues: Clues, portal: Portal) -> Iterator[Next]:
    """Yield other search pages: by the site's own form, by a link that says so."""
    yield from FORM.ask(clues, portal)
    for link in links.read(clues.page):
        if LINKED.fullmatch(link.title.replace(" ", "")) and is_near(link.url, portal):
            yield Next(link.url)


def _known_forms(clues: Clues, portal: Portal) -> Iterator[Next]:
    """Yield the forms that lead to an engine that is known, with the word in them."""
    for form in clues.forms:
        if any(engine.mark.search(form.action) for engine in KNOWN) and may_ask(form.action, portal):
            url, post = form.filled(clues.encoding)
            yield Next(canonical(url) or url, post=post)


def _each_once(found: Iterable[Next]) -> list[Next]:
    """Return each page once, as it was found first: with the word in its form rather than bare."""
    pages: dict[str, Next] = {}
    for each in found:
        pages.setdefault(each.url.partition("?")[0], each)
    return list(pages.values())


def _made(found: Iterable[Next], page: Page, target: Target, portal: Portal) -> Iterator[Target]:
    """Yield the first few requests as targets."""
    keys = {key_of(each.url, each.post): each for each in found}
    new = [(key, each) for key, each in keys.items() if key not in (page.url, target.key, portal.home)]
    for key, each in new[:SEARCHES]:
        yield Target(
            url=each.url, post=each.post, role=Role.LISTING, portal=portal.code, title=TITLE, parent=page.url,
            depth=target.depth + 1, prio=walk.SEARCH, listing=key, guessed=True,
        )  # fmt: skip


def _maps(page: Page, target: Target, portal: Portal) -> Iterator[Target]:
    """Yield the page 网站地图 a home page links, as a last resort."""
    words = links.vocabulary("map")
    for link in links.read(page):
        if link.title in words and portal.owns(link.url):
            yield Target(
                url=link.url, role=Role.LISTING, portal=portal.code, title=link.title, parent=page.url,
                depth=target.depth + 1, prio=walk.LAST_RESORT, listing=link.url, guessed=True,
            )  # fmt: skip
