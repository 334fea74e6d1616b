"""Site maps in XML: ``sitemap.xml`` and what it names, plain or in gzip, read as far as their addresses promise.

    urlset         addresses of pages; of interest are those whose directory names the subject (…/fzzfjsndbg/…)
    sitemapindex   addresses of further site maps; the most promising few are asked for

How to recognise it: by its first element. What is found: the column itself, or where the map only has its articles the
directory they lie in; the articles, which have no titles here and may be near misses, as a last resort, for a column
whose list only a script knows. Of other columns on the way (政府信息公开) the pages of lists. Example places:
福州高新区 (fzxq.fuzhou.gov.cn), bjyouth.gov.cn (named in robots.txt).

A site map may be huge, cut off, or made to cost memory: it is unpacked and read up to a limit, entities are not
expanded, and what is broken ends there.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterable, Iterator, Set
from itertools import chain, islice
from urllib.parse import urljoin, urlsplit

from lxml import etree

from archive.model import Role
from crawler import links, walk
from crawler.families.base import Family, Followed, Next
from crawler.links import Link
from crawler.rows import LONGEST_TITLE
from crawler.targets import Page, Portal, Target, join

TITLE = "网站地图（XML）"
LARGEST = 30_000_000  # bytes of a site map after unpacking; the protocol allows 50 MB
MOST = 200_000  # addresses read of one map
COLUMNS = 12  # columns taken from one map
ARTICLES = 60  # articles without titles taken from one map
MAPS = 4  # maps taken from one index
PRIO = 25  # of a map that robots.txt names: with the better guesses
_HEAD = re.compile(rb"<(?:[A-Za-z][\w.-]{0,20}:)?(urlset|sitemapindex)[\s>/]")
_FILE = re.compile(r"(?:^|/)(?:index|list|common_list|default)?(?:_?\d{1,3})?(?:\.s?html?|\.jhtml|\.aspx|\.jsp)?$")


class Sitemap(Family):
    """A site map."""

    name = "sitemap"

    def recognise(self, page: Page) -> bool:
        return kind(page) is not None

    def links(self, page: Page) -> list[Link]:
        """Return every page a map names, with its title where the map tells it (they seldom do)."""
        return [Link(url, title, title) for url, title in read(page)] if kind(page) == "urlset" else []

    def entries(self, page: Page, target: Target, seen: Set[str] = frozenset()) -> list[Link]:
        """Return nothing: a map is no listing."""
        return []

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        """Return None: a map has no second page, an index names the others."""
        return None

    def follow(self, page: Page, target: Target, portal: Portal, seen: Set[str] = frozenset()) -> Followed:
        """Return the columns and reports that a map promises, or the maps that an index names."""
        if kind(page) == "sitemapindex":
            maps = [url for url, _ in read(page) if portal.owns(url) and url not in (page.url, target.url)]
            best = sorted(dict.fromkeys(maps), key=lambda url: -_promise(url))[:MAPS]
            return Followed(tuple(_map(url, portal, page.url, target.depth + 1, target.prio) for url in best))
        found = [link for link in self.links(page) if portal.owns(link.url)]
        reports = list(self._reports(found, page, target))
        return Followed((*reports, *_columns(found, page, target, portal)))


def ways(page: Page, target: Target, portal: Portal) -> Iterator[Target]:
    """Yield the usual address of a site map, as the last resort."""
    url = urljoin(portal.home, "/sitemap.xml")
    yield _map(url, portal, page.url, target.depth + 1, walk.LAST_RESORT)


def from_robots(lines: Iterable[str], portal: Portal) -> list[Target]:
    """Return the site maps that the lines of a robots.txt name.

    >>> place = Portal(code="990101", name="", home="http://a.gov.cn/", hosts=frozenset({"a.gov.cn"}))
    >>> [target.url for target in from_robots(["Sitemap: /map.xml", "Sitemap: http://b.cn/map.xml"], place)]
    ['http://a.gov.cn/map.xml']
    """
    named = [line.partition(":")[2] for line in lines if line.strip().lower().startswith("sitemap:")]
    urls = dict.fromkeys(url for name in named[:1000] if (url := join(portal.home, name)) and portal.owns(url))
    return [_map(url, portal, portal.home, 1, PRIO) for url in list(urls)[:MAPS]]


def kind(page: Page) -> str | None:
    """Return what a page is: ``urlset``, ``sitemapindex``, or None for anything else."""
    match = _HEAD.search(_unpacked(page.body, 4000)[:4000])
    return match[1].decode() if match else None


def read(page: Page) -> Iterator[tuple[str, str]]:
    """Yield the addresses of a map or an index with their titles, as far as it can be read."""
    body = _unpacked(page.body, LARGEST)
    count = 0
    place = title = ""
    try:
        for _, element in etree.iterparse(
            io.BytesIO(body), events=("end",), resolve_entities=False, load_dtd=False, no_network=True, recover=True
        ):
            name = str(element.tag).rpartition("}")[2].lower()
            if name == "loc" and not place:
                place = (element.text or "").strip()
            elif name in ("title", "name") and not title:
                title = " ".join((element.text or "").split())[:LONGEST_TITLE]
            elif name in ("url", "sitemap"):
                if url := join(page.url, place):
                    yield url, title
                place = title = ""
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
                if (count := count + 1) >= MOST:
                    return
    except (etree.XMLSyntaxError, ValueError):
        return  # what was read so far counts


def _unpacked(body: bytes, most: int) -> bytes:
    """Return a body out of gzip, up to a number of bytes; a broken one as far as it goes."""
    if not body.startswith(b"\x1f\x8b"):
        return body[:most]
    try:
        return zlib.decompressobj(wbits=31).decompress(body, most)
    except zlib.error:
        return b""


def _columns(found: Iterable[Link], page: Page, target: Target, portal: Portal) -> Iterator[Target]:
    """Yield the columns of a map by weight, and the untitled articles of those that name the subject."""
    weights: dict[str, int] = {}  # list page -> weight
    lists: set[str] = set()  # directories whose list the map has
    articles: dict[str, list[str]] = {}  # directory that names the subject -> articles in it
    for link in found:
        directory, weight = _slug(link.url)
        if not weight:
            continue
        rest = link.url[len(directory) :]
        if _FILE.search("/" + rest) and "/" not in rest:
            if directory not in lists:
                weights[link.url] = weight
            lists.add(directory)
        elif weight >= links.SURE and not link.title:
            articles.setdefault(directory, []).append(link.url)
    for directory in articles.keys() - lists:
        weights[directory] = links.SURE
    for url in sorted(weights, key=lambda url: (-weights[url], len(url)))[:COLUMNS]:
        rank = walk.rank(weights[url])
        rank["guessed"] = rank["guessed"] or url in articles  # a directory that nobody named may not be there
        yield Target(
            url=url, role=Role.LISTING, portal=portal.code, parent=page.url, depth=target.depth + 1, listing=url, **rank
        )  # fmt: skip
    for url in islice(chain.from_iterable(articles[directory] for directory in sorted(articles)), ARTICLES):
        yield Target(
            url=url, role=Role.REPORT, portal=portal.code, parent=page.url, depth=target.depth + 1,
            prio=walk.LAST_RESORT, guessed=True,
        )  # fmt: skip


def _slug(url: str) -> tuple[str, int]:
    """Return the directory of an address that names a column, with its weight.

    >>> _slug("http://a.gov.cn/zwgk/fzzfjsbg/202103/t20210318_1.html")
    ('http://a.gov.cn/zwgk/fzzfjsbg/', 100)
    """
    slugs = links.vocabulary("slug")
    parts = urlsplit(url).path.lower().split("/")
    last = len(parts) - 2  # a word that does not name the subject counts as the innermost directory only
    named = [(slugs[part], place) for place, part in enumerate(parts) if part in slugs]
    inner = [(weight, place) for weight, place in named if weight >= links.SURE or place >= last]
    if not inner:
        return "", 0
    weight, place = max(inner)
    if place == len(parts) - 1:
        return url, weight
    split = urlsplit(url)
    return f"{split.scheme}://{split.netloc}{'/'.join(split.path.split('/')[: place + 1])}/", weight


def _promise(url: str) -> int:
    """Return how much the name of a map promises."""
    name = urlsplit(url).path.lower()
    words = [weight for slug, weight in links.vocabulary("slug").items() if slug in name]
    return max(words, default=30 if re.search(r"column|channel|list|zwgk|xxgk|gongkai", name) else 0)


def _map(url: str, portal: Portal, parent: str, depth: int, prio: int) -> Target:
    return Target(
        url=url, role=Role.LISTING, portal=portal.code, title=TITLE, parent=parent, depth=depth, prio=prio,
        listing=url, guessed=True,
    )  # fmt: skip
