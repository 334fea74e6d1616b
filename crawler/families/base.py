"""What every dialect shares: from a page to the targets it leads to, and the rule that ends a listing.

A dialect (``Family``) is a small pure class: ``recognise`` a page, ``seeds`` of a portal, ``follow`` a page. It
knows no Scrapy, no database and no clock, so a saved page tests it. Most dialects differ only in how page 2 is
reached: they override ``next_page``.

The pager rule: a further page of a listing counts only if it brings links not seen on the pages before it, with a path
prefix that the first page had. Without it a crawl drifts into other columns, or runs through a calendar for ever.
Declared totals lie, so a page that fails or repeats ends the listing; if the site itself had named that page (or more
behind it), the listing is marked truncated.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from archive.model import Role
from archive.vocabulary import is_widget_frame
from crawler import links
from crawler.links import Kind, Link
from crawler.targets import Page, Pager, Portal, Target, canonical

PAGES = 300  # pages of one listing; the longest real one seen had 322
DEPTH = 12  # links away from where the crawl began
ATTACHMENTS = 20  # files of one report page
FRAMES = 3  # frames of one report page
SENTENCE = 80  # characters in one piece that only an article has, so that its frames are boxes around it
SHORTEST_ENTRY = 6  # characters of an entry's title where nothing else tells entries from menus
PRIO = {Role.REPORT: 80, Role.ATTACHMENT: 60}
SEED, PAGER = 100, 90
_TEXT = "//body//text()[not(ancestor::script or ancestor::style)]"
_FRAME = "//iframe/@src | //frame/@src"
_DATE = re.compile(r"(?:19|20)\d\d(?:[-_]?\d{1,2}){0,2}|\d{1,2}(?:-\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Followed:
    """What a page leads to: targets, the entries of a listing page, and why its listing was cut short, if it was."""

    targets: tuple[Target, ...] = ()
    entries: frozenset[str] = frozenset()
    truncated: str | None = None


class Family:
    """A dialect. Subclasses name themselves and say how they are recognised and where page 2 is."""

    name: str

    def recognise(self, page: Page) -> bool:
        """Say whether a column page speaks this dialect."""
        raise NotImplementedError

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> tuple[str, Pager] | None:
        """Return address and pager of the page behind this one, None at the end of the listing."""
        raise NotImplementedError

    def seeds(self, portal: Portal) -> tuple[Target, ...]:
        """Return where a crawl of a portal begins: its known listings, else its home page."""
        if portal.listings:
            return tuple(
                Target(url=url, role=Role.LISTING, portal=portal.code, prio=SEED, listing=url)
                for url in portal.listings
            )
        return (
            Target(
                url=portal.home, role=Role.LISTING, portal=portal.code, prio=SEED, listing=portal.home, guessed=True
            ),
        )

    def follow(self, page: Page, target: Target, portal: Portal, seen: Set[str] = frozenset()) -> Followed:
        """Return what a page that was fetched leads to. ``seen``: entries on the listing's earlier pages."""
        if target.role is Role.REPORT:
            return Followed((*self._attachments(page, target, portal), *self._frames(page, target, portal)))
        if target.role is not Role.LISTING:
            return Followed()
        found = [link for link in links.read(page) if portal.owns(link.url)]
        entries = entries_of(found, target.listing or target.url, seen)
        if target.page > 1 and not entries - seen:
            return self.missing(target, repeated=True)
        targets, truncated = self._behind(page, target, portal, entries)
        if links.too_many(page):
            truncated = f"more than {links.MOST_LINKS:,} links on {page.url}"
        targets += [*self._reports(found, page, target), *self._columns(found, page, target, portal)]
        return Followed(tuple(targets), frozenset(entries), truncated)

    def _behind(self, page: Page, target: Target, portal: Portal, entries: Set[str]) -> tuple[list[Target], str | None]:
        """Return the page behind this one, if there is one, or why the listing ends before its end."""
        found = self.next_page(page, target, entries)
        if found is None or not portal.owns(found[0]) or found[0] in (page.url, target.url):
            return [], None
        if target.page >= PAGES:
            return [], f"more than {PAGES} pages"
        url, pager = found
        listing = target.listing or target.url
        behind = replace(
            target, url=url, parent=page.url, prio=PAGER, page=target.page + 1, pager=pager, listing=listing, id=None
        )
        return [behind], None

    def missing(self, target: Target, *, repeated: bool = False) -> Followed:
        """Return what to do about a page that could not be had, or that (``repeated``) brought nothing new."""
        if target.role is not Role.LISTING or target.page == 1:
            return Followed()
        pager = target.pager
        if pager.rest:
            form, *rest = pager.rest
            again = replace(pager, form=form, rest=tuple(rest))
            return Followed((replace(target, url=fill(form, target.page), pager=again, id=None),))
        if not pager.declared:
            return Followed()
        if repeated and (pager.total is None or target.page >= pager.total):
            return Followed()
        what = "brought nothing new" if repeated else "could not be had"
        of = f" of {pager.total}" if pager.total else ""
        return Followed(truncated=f"page {target.page}{of} {what}: {target.url}")

    def _reports(self, found: Iterable[Link], page: Page, target: Target) -> Iterable[Target]:
        in_column = self._is_column(target)
        for link in found:
            if links.kind_of(link, in_column=in_column) is Kind.REPORT and link.url not in (page.url, target.url):
                yield Target(
                    url=link.url, role=Role.REPORT, portal=target.portal, title=link.title, date=link.date,
                    parent=page.url, depth=target.depth + 1, prio=PRIO[Role.REPORT],
                )  # fmt: skip

    def _columns(self, found: Iterable[Link], page: Page, target: Target, portal: Portal) -> Iterable[Target]:
        """Yield the columns a listing page leads to: any promising one, and the parts of a report column."""
        if target.depth >= DEPTH or target.page > 1:
            return
        parts = links.vocabulary("subcolumn")
        below = urljoin(target.url, ".")
        for link in found:
            weight = links.column_weight(link, within=target.url)
            if link.title in parts and link.url.startswith(below) and self._is_column(target):
                weight = parts[link.title]
            elif link.url in (page.url, target.url) or links.kind_of(link) is not Kind.LISTING or not weight:
                continue
            elif portal.listings and weight < links.SURE:
                continue  # the listings are known: only a column that names the subject can add to them
            yield Target(
                url=link.url, role=Role.LISTING, portal=target.portal, title=link.title, parent=page.url,
                depth=target.depth + 1, prio=weight // 2, listing=link.url, guessed=weight < links.SURE,
            )  # fmt: skip

    def tried(self, target: Target) -> bool:
        """Say whether a page was only tried: if it is not there, nothing is lost."""
        return target.role is Role.LISTING and target.page > 1 and not target.pager.declared

    def _is_column(self, target: Target) -> bool:
        """Say whether a listing is a column of such reports, by its name or its address."""
        return links.column_weight(Link(target.listing or target.url, target.title or "")) >= links.SURE

    def _attachments(self, page: Page, target: Target, portal: Portal) -> Iterable[Target]:
        files = [link for link in links.read(page, files=True) if links.is_file(link.url) and portal.owns(link.url)]
        for link in files[:ATTACHMENTS]:
            yield Target(
                url=link.url, role=Role.ATTACHMENT, portal=target.portal, title=link.title, parent=page.url,
                depth=target.depth + 1, prio=PRIO[Role.ATTACHMENT],
            )  # fmt: skip

    def _frames(self, page: Page, target: Target, portal: Portal) -> Iterable[Target]:
        """Yield the frames that may hold the article of a page that has none itself, under the article's title."""
        if page.root is None or any(len(text.strip()) >= SENTENCE for text in page.root.xpath(_TEXT)):
            return
        found = (page.resolve(source) for source in page.root.xpath(_FRAME) if not is_widget_frame(source))
        for url in [url for url in dict.fromkeys(found) if url and portal.owns(url) and url != page.url][:FRAMES]:
            yield replace(target, url=url, parent=page.url, depth=target.depth + 1, id=None)


def entries_of(found: Iterable[Link], listing: str, seen: Set[str]) -> set[str]:
    """Return the addresses that make up a listing page: those with the path prefix of its entries.

    On the first page the entries are the links with a date beside them (where there are two or more), else those
    below the listing's own prefix; on further pages the links with a prefix that the entries ``seen`` so far had.
    """
    found = list(found)
    if seen:
        prefixes = {prefix(url) for url in seen}
        return {link.url for link in found if prefix(link.url) in prefixes}
    dated = [link for link in found if link.date is not None and len(link.title) >= SHORTEST_ENTRY]
    rows = dated if len(dated) >= 2 else [link for link in found if len(link.title) >= SHORTEST_ENTRY]
    counts = Counter(prefix(link.url) for link in rows)
    if not counts:
        return set()
    own = prefix(listing)
    wanted = {own} if own in counts else {counts.most_common(1)[0][0]}
    if rows is dated:
        wanted.add(counts.most_common(1)[0][0])
    return {link.url for link in rows if prefix(link.url) in wanted}


def prefix(url: str) -> str:
    """Return host and the first two directories of an address, those that are a date left out.

    >>> prefix("http://a.gov.cn/zwgk/fzzf/202103/t20210318_1.html"), prefix("http://a.gov.cn/art/2021/3/18/art_7_1.html")
    ('a.gov.cn/zwgk/fzzf', 'a.gov.cn/art')
    """
    parts = urlsplit(url)
    directories = [part for part in parts.path.split("/")[:-1] if part and not _DATE.fullmatch(part)]
    return "/".join([parts.netloc, *directories[:2]])


def fill(form: str, page: int) -> str:
    """Return the address of a page from its form.

    >>> fill("http://a.gov.cn/x/index_{p-1}.html", 2), fill("http://a.gov.cn/x/{p}", 3)
    ('http://a.gov.cn/x/index_1.html', 'http://a.gov.cn/x/3')
    """
    address = form.replace("{p-1}", str(page - 1)).replace("{p}", str(page))
    return canonical(address) or address
