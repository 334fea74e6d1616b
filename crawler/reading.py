"""From a page that is content to what it leads to; and from pages on disk that nobody has read yet.

``catch_up`` is for a run that was killed after an answer was recorded and before what it leads to was committed: the
page is read from its WARC record, and the server is not asked again.
"""

from __future__ import annotations

import logging
from collections.abc import Set
from dataclasses import replace

from archive.errors import BrokenRecordError
from archive.model import Role
from archive.warc_read import answer_of
from archive.warc_read import read as read_record
from crawler import discovery, families, guard
from crawler.addresses import canonical, netloc
from crawler.manners import Result
from crawler.session import Session
from crawler.targets import Page, Portal, Target
from crawler.walk import SEARCH

log = logging.getLogger(__name__)


def content(session: Session, page: Page, target: Target) -> Result:
    """Return what a page that is content leads to."""
    return read(page, target, session.portal(target), session.frontier.seen(target))


def read(page: Page, target: Target, portal: Portal, seen: Set[str]) -> Result:
    """Return what a page leads to; ``seen`` are the entries on the listing's earlier pages. Pure."""
    if (url := guard.refresh(page)) is not None and target.role in (Role.LISTING, Role.REPORT):
        if not portal.owns(url):
            return Result(state="failed", note=f"sends on to a foreign host: {url}")
        onward = replace(target, url=url, depth=target.depth + 1, id=None)
        return Result(state="done", note=f"sends on to {url}", links=(onward,), sent=True)
    report = target.role is Role.REPORT
    dialect = families.choose_for_files(page) if report else families.choose(page, portal.family)
    reader = discovery.owner(page) or dialect
    found = reader.follow(page, target, portal, seen)
    ways = discovery.ways(page, target, portal) if opens_ways(target, portal.home) else ()
    return Result(state="done", links=(*found.targets, *ways), entries=found.entries, truncated=found.truncated)


def opens_ways(target: Target, home: str) -> bool:
    """Say whether a page may show the portal's search or site map: a home page, or the page of a search."""
    first = target.depth == 0 or target.listing == home  # a home page may send on to itself under another address
    return target.guessed and target.role is Role.LISTING and (first or target.prio == SEARCH)


def catch_up(session: Session) -> int:
    """Settle the targets whose page is on disk already; return how many."""
    count = 0
    for target, identity in session.frontier.unread():
        capture = session.captures.get(identity)
        if capture is None or capture.origin.url is None:
            continue
        try:
            record = read_record(session.place.warc, capture.warc, capture.offset)
            answer = answer_of(session.place.warc, record, session.captures)
        except BrokenRecordError as error:
            log.warning("%s is asked for again: %s", target.url, error)
            continue
        url = canonical(capture.origin.url) or capture.origin.url
        page = Page(url, answer.payload(), answer.content_type, answer.status, target.post)
        try:
            result = content(session, page, target)
        except Exception:
            log.exception("%s is asked for again: its page on disk could not be read", target.url)
            continue
        host = netloc(page.url)
        session.settle(target, replace(result, host=host, also=page.url, answered=False))
        count += 1
    return count
