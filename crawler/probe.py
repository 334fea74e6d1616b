"""Look at a portal nobody knows: which dialect, listings and reports by year; and the stanza for a portal file.

What ``fazhi probe URL`` does. It is a crawl that reads lists only, in a directory of its own: the reports are counted
by their links' titles and not fetched. Manners are those of a crawl.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit

from archive import divisions, titles
from archive.datadir import DataDir
from archive.errors import BrokenRecordError, UsageError
from archive.model import Role
from archive.warc_read import body_of
from crawler import discovery, families, run, verdicts
from crawler.addresses import canonical
from crawler.families.base import SEED
from crawler.progress import Progress
from crawler.session import Session
from crawler.targets import Page, Portal, Target, own_hosts, split_key

UNKNOWN = "000000"  # code of a portal whose place is not told


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that leads to reports: its address, its dialect, years of the reports by their titles (None: not told)."""

    url: str
    dialect: str
    years: Counter[int | None]


@dataclass(frozen=True, slots=True)
class Probe:
    """What was seen of a portal. ``engines``: search engine -> years of the reports that it alone leads to."""

    portal: Portal
    verdict: str
    remark: str
    pages: int
    listings: tuple[Listing, ...] = ()
    engines: Mapping[str, Counter[int | None]] = field(default_factory=dict)

    @property
    def years(self) -> Counter[int | None]:
        """Year -> reports promised by the titles of links."""
        return sum((*(listing.years for listing in self.listings), *self.engines.values()), Counter[int | None]())

    def report(self) -> list[str]:
        """Return what was seen, as comments of a portal file."""
        lines = [f"{self.pages} pages read, verdict {self.verdict} {self.remark}".rstrip()]
        lines += [f"{one.years.total():4} reports  {one.dialect:11}  {one.url}" for one in self.listings]
        lines += [f"{years.total():4} more, by the portal's {name}" for name, years in self.engines.items()]
        counted = [(year, self.years[year]) for year in sorted(self.years, key=lambda year: year or 0)]
        told = ", ".join(f"{year or 'year not told'}: {number}" for year, number in counted)
        return [f"# {line}" for line in [*lines, f"reports by year: {told or 'none found'}"]]

    def stanza(self) -> str:
        """Return the entry for a portal file."""
        portal = self.portal
        lines = [f"[{_key(portal.code)}]", f"name = {_text(portal.name)}", f"home = {_text(portal.home)}"]
        dialects = Counter(listing.dialect for listing in self.listings if listing.dialect != "generic")
        if dialects:
            lines.append(f"family = {_text(dialects.most_common(1)[0][0])}")
        if self.listings:
            addresses = [_text(_short(one.url, portal.home)) for one in self.listings]
            apart = ",\n    ".join(addresses)
            lines.append(f"listings = [\n    {apart},\n]" if len(addresses) > 1 else f"listings = [{apart}]")
        told = [year for year in self.years if year]
        if told:
            lines.append(f"since = {min(told)}")
        return "\n".join(lines)


def probe(place: DataDir, url: str, *, delay: float | None = None, progress: Progress | None = None) -> Probe:
    """Look at the portal of an address: its home page, or a column of it. ``place`` is an empty data directory.

    Raises ``UsageError`` for what is no web address.
    """
    address = canonical(url)
    if address is None:
        raise UsageError(f"no web address: {url}", "an address begins with http:// or https:// and a host")
    home = urljoin(address, "/")
    portal = Portal(code=UNKNOWN, name="", home=home, hosts=own_hosts(home))
    with place.lock(), Session(place, [portal], delay=delay, progress=progress) as session:
        session.frontier.only_lists = True
        session.seed()
        if address != home:
            session.frontier.offer([Target(url=address, role=Role.LISTING, portal=UNKNOWN, prio=SEED, listing=address)])
        interrupted = run.work(session, extraction=False)
        session.close_rounds()
        with closing(verdicts.Books(place, session.crawl)) as books:
            row = books.row(portal, session.frontier.answered[UNKNOWN], "interrupted" if interrupted else "")
        portal = _named(portal, _page(session, portal.home))
        listings, engines = _listings(session)
    verdict, remark = row.verdict, row.remark
    if (listings or engines) and verdict in ("silent", "truncated") and not interrupted:
        verdict, remark = "ok", ""  # nothing was to be archived, and what waits are the reports
    return Probe(portal, verdict, remark, session.frontier.pages, tuple(listings), engines)


def _named(portal: Portal, page: Page | None) -> Portal:
    """Return the portal with the code and the name its home page tells."""
    if page is None or page.root is None:
        return replace(portal, name=portal.home)
    metas = {str(meta.get("name")).lower(): (meta.get("content") or "").strip() for meta in page.root.iter("meta")}
    title = " ".join(str(page.root.xpath("string(//title)")).split())
    name = metas.get("sitename") or title
    digits = metas.get("siteidcode", "")[:6]
    if len(digits) == 6 and digits.isdigit() and divisions.by_code(digits):
        code = digits
    else:
        found = divisions.mentions(name)
        code = found[0].places[0].code[:6] if found and len(found[0].places) == 1 else UNKNOWN
    return replace(portal, code=code, name=name or portal.home)


def _listings(session: Session) -> tuple[list[Listing], dict[str, Counter[int | None]]]:
    """Return the fewest lists that lead to all reports, and the years of those that only a search leads to."""
    titles_of: dict[str, str | None] = {}
    held: dict[str, set[str]] = {}
    for key, url, title in _reports(session):
        titles_of[url] = title
        held.setdefault(key, set()).add(url)
    pages = {key: page for key in held if (page := _page(session, key)) is not None}
    engines = {key: engine.name for key, page in pages.items() if (engine := discovery.owner(page)) is not None}
    home = {key for key, page in pages.items() if key == page.url and not urlsplit(key).path.strip("/")}
    found: dict[str, Listing] = {}
    searched: dict[str, Counter[int | None]] = {}
    # What the home page shows are the newest entries of a list; what a search finds is not always there to be asked.
    for key in sorted(pages, key=lambda key: (key in engines, key in home, -len(held[key]))):
        new = [url for url in held[key] if url in titles_of]
        if not new:
            continue
        years = Counter(titles.read(titles_of.pop(url) or "").year for url in new)
        if key in engines:
            searched[engines[key]] = searched.get(engines[key], Counter()) + years
            continue
        page = pages[key]
        url = page.url if page.whole else _column(session, key)
        known = found.get(url, Listing(url, families.choose(page).name, Counter()))
        found[url] = replace(known, years=known.years + years)
    return list(found.values()), searched


def _reports(session: Session) -> Iterator[tuple[str, str, str | None]]:
    """Yield list, address and title of the reports that links promise, once for each list."""
    rows = session.db.execute(
        "SELECT e.listing, r.url, r.title FROM targets r JOIN entries e ON e.portal=r.portal AND e.url=r.url"
        " WHERE r.role='report' AND r.state<>'double' GROUP BY e.listing, r.url"
    )
    for row in rows.fetchall():
        yield row["listing"], row["url"], row["title"]


def _column(session: Session, key: str) -> str:
    """Return the page of a portal whose script loads a list."""
    row = session.db.execute("SELECT parent FROM targets WHERE url=?", (key,)).fetchone()
    return str(row["parent"]) if row is not None and row["parent"] else split_key(key)[0]


def _page(session: Session, key: str) -> Page | None:
    """Return the last answer to a request as the dialects see it."""
    row = session.db.execute(
        "SELECT id FROM captures WHERE target=? AND status BETWEEN 200 AND 299 ORDER BY id DESC LIMIT 1", (key,)
    ).fetchone()
    capture = session.captures.get(row["id"]) if row is not None else None
    if capture is None or capture.origin.url is None:
        return None
    try:
        body = body_of(session.place.warc, capture, session.captures)
    except BrokenRecordError:
        return None
    url = canonical(capture.origin.url) or capture.origin.url
    return Page(url, body, capture.origin.content_type, capture.origin.status or 200, split_key(key)[1])


def _key(code: str) -> str:
    return code if code.isdigit() else _text(code)


def _text(value: str) -> str:
    """Return a TOML string: JSON's form is one, but for characters that it need not escape."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _short(url: str, home: str) -> str:
    """Return an address as it stands in a portal file: without the host where it is the home page's."""
    parts, own = urlsplit(url), urlsplit(home)
    return url if (parts.scheme, parts.netloc) != (own.scheme, own.netloc) else url[len(home) - 1 :]
