"""What every dialect shares: from a page to the targets it leads to, and the rule that ends a listing.

A dialect (``Family``) is a small pure class: ``recognise`` a page, ``seeds`` of a portal, ``follow`` a page. It
knows no Scrapy, no database and no clock, so a saved page tests it. What dialects differ in they override:

    links        what a page or an endpoint's answer links to (default: its anchors)
    files        the files of a report page
    lists        lists that the page's script would load: page 1 of a JSON list, a tree of columns, a search by title
    next_page    where page 2 is

The pager rule: a further page of a listing counts only if it brings links not seen on the pages before it, with a path
prefix that the first page had. Without it a crawl drifts into other columns, or runs through a calendar for ever.
Declared totals lie, so a page that fails or repeats ends the listing; if the site itself had named that page (or more
behind it), the listing is marked truncated.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from archive.model import Role
from archive.vocabulary import is_widget_frame
from crawler import attachments, links, walk
from crawler.addresses import canonical, netloc
from crawler.links import Kind, Link
from crawler.targets import Page, Pager, Portal, Target
from crawler.walk import LEAST

PAGES = 300  # pages of one listing; the longest real one seen had 322
FULL = 10  # entries of a first page from which on it may well have been full
FRAMES = 3  # frames of one report page
SENTENCE = 80  # characters in one piece that only an article has, so that its frames are boxes around it
SHORTEST_ENTRY = 6  # characters of an entry's title where nothing else tells entries from menus
PRIO = {Role.REPORT: 80, Role.ATTACHMENT: 60}
SEED, PAGER = 100, 90
_TEXT = "//body//text()[not(ancestor::script or ancestor::style)]"
_FRAME = "//iframe/@src | //frame/@src"
_DATE = re.compile(r"(?:19|20)\d\d(?:[-_]?\d{1,2}){0,2}|\d{1,2}(?:-\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Next:
    """A request a dialect makes up: the page behind this one, or a list that a script would load.

    ``post`` is the body of a POST (see ``Target``). ``title`` is the name of the column it leads to, where it is
    another one than this page's; what is no column by its name is then left out.
    """

    url: str
    pager: Pager = field(default_factory=Pager)
    post: str | None = None
    title: str | None = None


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

    def links(self, page: Page) -> list[Link]:
        """Return the links of a page; dialects whose lists are JSON or XML read them from there."""
        return links.read(page)

    def files(self, page: Page) -> list[Link]:
        """Return the files of a report page."""
        return attachments.found(page)

    def lists(self, page: Page, target: Target, portal: Portal) -> Iterable[Next]:
        """Yield the lists that the page's own script would load."""
        return ()

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        """Return the page behind this one, None at the end of the listing."""
        raise NotImplementedError

    def entries(self, page: Page, target: Target, seen: Set[str] = frozenset()) -> list[Link]:
        """Return the entries of a listing page, in page order; of an endpoint's answer all links are entries."""
        found = self.links(page)
        wanted = entries_of(found, target.listing or target.url, seen) if page.whole else {x.url for x in found}
        return [link for link in found if link.url in wanted]

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
        near = [link for link in self.links(page) if portal.near(link.url)]
        found = [link for link in near if portal.owns(link.url)]
        entries = {link.url for link in self.entries(page, target, seen) if portal.owns(link.url)}
        if target.page > 1 and not entries - seen:
            return self.missing(target, repeated=True)
        reports = list(self._reports(near, page, target))
        targets, truncated = self._behind(page, target, portal, entries, fruitful=bool(reports))
        if links.too_many(page):
            truncated = f"more than {links.MOST_LINKS:,} links on {page.url}"
        targets += [*reports, *walk.columns(found, page, target, portal), *self._lists(page, target, portal)]
        return Followed(tuple(targets), frozenset(entries), truncated)

    def _behind(
        self, page: Page, target: Target, portal: Portal, entries: Set[str], *, fruitful: bool
    ) -> tuple[list[Target], str | None]:
        """Return the page behind this one, if there is one, or why the listing ends before its end.

        A column that was only guessed goes on at once where it holds reports, else after better guesses.
        """
        found = self.next_page(page, target, entries)
        if found is None or not self.may_ask(found.url, target, portal):
            return [], None
        pager = replace(found.pager, full=target.pager.full or len(entries), short=len(entries) < target.pager.full)
        behind = replace(
            target, url=found.url, post=found.post, parent=page.url, page=target.page + 1, pager=pager,
            prio=PAGER if fruitful or not target.guessed else max(2, min(target.prio, LEAST) - target.page),
            listing=target.listing or target.key, id=None,
        )  # fmt: skip
        if behind.key in (target.key, page.url):
            return [], None
        if target.page >= PAGES:
            return [], f"more than {PAGES} pages"
        return [behind], None

    def may_ask(self, url: str, target: Target, portal: Portal) -> bool:
        """Say whether a made-up request may go to an address: the portal's own, or the host that was asked before."""
        return portal.owns(url) or netloc(url) == netloc(target.url)

    def _lists(self, page: Page, target: Target, portal: Portal) -> Iterable[Target]:
        for found in self.lists(page, target, portal):
            made = replace(
                target, url=found.url, post=found.post, parent=page.url, page=1, pager=found.pager,
                depth=target.depth + 1, id=None,
            )  # fmt: skip
            made = replace(made, listing=made.key)
            if found.title is not None:
                weight = links.column_weight(Link(found.url, found.title), within=page.url)
                if not weight:
                    continue
                made = replace(made, title=found.title, **walk.rank(weight))
            elif target.guessed and target.prio < LEAST:
                made = replace(made, prio=target.prio + 1)  # the list of one unit before the page of the next
            if made.key not in (target.key, page.url) and self.may_ask(found.url, target, portal):
                yield made

    def missing(self, target: Target, *, repeated: bool = False) -> Followed:
        """Return what to do about a page that could not be had, or that (``repeated``) brought nothing new."""
        pager = target.pager
        if target.role is not Role.LISTING or (target.page == 1 and not pager.rest):
            return Followed()
        if pager.rest:
            form, *rest = pager.rest
            again = step(form, target.page, replace(pager, form=form, rest=tuple(rest)))
            return Followed((replace(target, url=again.url, post=again.post, pager=again.pager, id=None),))
        if not pager.declared or (pager.short and not repeated):
            return Followed()  # behind a page that was not full, a page that is not there is no loss
        full = pager.full >= FULL and not pager.short
        if repeated and (pager.total is None or (target.page >= pager.total and not full)):
            return Followed()  # totals lie by one; but a last page that repeats full ones may stand for lost ones
        what = "brought nothing new" if repeated else "could not be had"
        of = f" of {pager.total}" if pager.total else ""
        return Followed(truncated=f"page {target.page}{of} {what}: {target.url}")

    def _reports(self, found: Iterable[Link], page: Page, target: Target) -> Iterable[Target]:
        in_column = walk.is_column(target)
        for link in found:
            if links.kind_of(link, in_column=in_column) is Kind.REPORT and link.url not in (page.url, target.url):
                yield Target(
                    url=link.url, role=Role.REPORT, portal=target.portal, title=link.title, date=link.date,
                    parent=page.url, depth=target.depth + 1, prio=PRIO[Role.REPORT],
                )  # fmt: skip

    def tried(self, target: Target) -> bool:
        """Say whether a page was only tried: if it is not there, nothing is lost."""
        only_form = target.page > 1 or target.pager.form is not None
        return target.role is Role.LISTING and only_form and (not target.pager.declared or target.pager.short)

    def _attachments(self, page: Page, target: Target, portal: Portal) -> Iterable[Target]:
        for link in self.files(page):
            if portal.near(link.url):
                yield Target(
                    url=link.url, role=Role.ATTACHMENT, portal=target.portal, title=link.title or None,
                    parent=page.url, depth=target.depth + 1, prio=PRIO[Role.ATTACHMENT],
                )  # fmt: skip

    def _frames(self, page: Page, target: Target, portal: Portal) -> Iterable[Target]:
        """Yield the frames that may hold the article of a page that has none itself, under the article's title."""
        if page.root is None or not (sources := page.root.xpath(_FRAME)):
            return
        if any(len(text.strip()) >= SENTENCE for text in page.root.xpath(_TEXT)):
            return
        found = (page.resolve(source) for source in sources if not is_widget_frame(source))
        own = [url for url in dict.fromkeys(found) if url and portal.near(url) and url != page.url]
        for url in [url for url in own if not attachments.shows_file(url)][:FRAMES]:
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


def step(form: str, page: int, pager: Pager) -> Next:
    """Return a page of a listing from its form, which may hold what is posted behind a ``#``.

    >>> step("http://a.gov.cn/s#page={p}", 2, Pager()).post
    'page=2'
    """
    address, mark, post = form.partition("#")
    body = post.replace("{p-1}", str(page - 1)).replace("{p}", str(page)) if mark else None
    return Next(fill(address, page), pager, body)
