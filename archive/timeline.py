"""What became of a report, worked out from what its addresses answered, in any order of telling. Pure.

    Look        one answer of one address: a text, with what was read beside it, or that the page is not there
    missing()   the spells in which an address was gone: since when, confirmed when, until when
    standing()  what is to be said of a report now: current, superseded, removed, missing since
    events()    what happened to it, in order

An address is *missing* from its first answer "gone" after it had shown a text, and *removed* once another such answer
comes ``CONFIRM_DAYS`` or more later with no text between: sites lose pages for a night. A report is missing or removed
when each address that showed it last is; where some of these count as publication, only they decide, for a copy on a
site of model essays publishes nothing. Any other answer, an error or a page that is no report, says neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from archive import schema

CONFIRM_DAYS = 3
SAME_CRAWL = (
    1  # days; two addresses that were first seen within so many stood side by side, none took the other's place
)
PUBLICATION = frozenset(schema.toml("duty.toml")["report"]["publication"])
# Fields whose change is told. Place and level follow from the catalogue as much as from the page.
TOLD = ("title", "year", "issuer", "publisher", "published", "written", "doc_no", "index_no", "topic", "validity")
FROM_ELSEWHERE = ("link", "portal", "url", "guess")  # a day of publication that the page itself does not give


class Kind(StrEnum):
    """What can happen to a report. Closed list; ``words.toml`` says each in Chinese."""

    CAME = "came"  # its text was seen for the first time
    CHANGED = "changed"  # an address shows it in place of another text on the same year
    METADATA = "metadata"  # the text stayed, what stands beside it did not
    MOVED = "moved"  # it left one address and stands at another of the same site or portal
    COPIED = "copied"  # it stands on a further site
    MISSING = "missing"
    REMOVED = "removed"
    RETURNED = "returned"  # at an address that had it before


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One answer of an address. ``text`` is the digest of the report it showed, None where the page is gone.

    ``at`` is the moment as stored; ``fields`` what the page told, as in ``reports``; ``read`` the capture they were
    read from, for a sighting an earlier one; ``asked`` the address asked for, another than ``url`` after a redirect.
    """

    at: str
    capture: str
    url: str
    text: str | None = None
    asked: str | None = None
    portal: str | None = None
    read: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which an address was gone. ``last`` is the last text before, ``until`` the first one after."""

    last: Look
    since: str
    removed: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is to be said of a report at some moment."""

    status: str
    missing_since: str | None = None
    removed: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``other`` is the digest of the text that was there before."""

    at: str
    kind: Kind
    url: str
    other: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


Addresses = Mapping[str, Sequence[Look]]  # address -> its looks, oldest first


def shortened(looks: Iterable[Look]) -> list[Look]:
    """Return the looks of an address, oldest first, without those that tell nothing beside their neighbours.

    Of answers that follow each other and are the same the first and the last stay; of those that say "gone" the first
    and the one that confirms it. An address that was asked for decades then costs no more than a few looks.
    """
    kept: list[Look] = []
    confirmed = False
    for look in looks:
        if look.text is None:
            if not kept or kept[-1].text is not None:
                confirmed = False
            elif confirmed or not _apart(kept[-1].at, look.at):
                continue
            else:
                confirmed = True
        elif len(kept) > 1 and all(_same(one, look) for one in kept[-2:]):
            kept.pop()
        kept.append(look)
    return kept


def missing(looks: Iterable[Look]) -> list[Spell]:
    """Return the spells in which an address was gone, from its looks, oldest first."""
    spells: list[Spell] = []
    last: Look | None = None
    for look in looks:
        open_ = spells[-1] if spells and spells[-1].until is None else None
        if look.text is not None:
            if open_:
                spells[-1] = Spell(open_.last, open_.since, open_.removed, look.at)
            last = look
        elif last and open_ is None:
            spells.append(Spell(last, look.at))
        elif open_ and open_.removed is None and _apart(open_.since, look.at):
            spells[-1] = Spell(open_.last, open_.since, look.at)
    return spells


def standing(text: str, addresses: Addresses, at: str | None = None) -> Standing | None:
    """Return how a report stood at a moment (None: now), None before it was first seen."""
    holding: list[tuple[Look, Spell | None]] = []
    seen = False
    for looks in addresses.values():
        known = [look for look in looks if at is None or look.at <= at]
        shown = [look for look in known if look.text]
        seen = seen or any(look.text == text for look in shown)
        if shown and shown[-1].text == text:
            spells = missing(known)
            holding.append((shown[-1], spells[-1] if spells and spells[-1].until is None else None))
    if not holding:
        return Standing("superseded") if seen else None
    published = [pair for pair in holding if pair[0].fields.get("source_kind") in PUBLICATION]
    spells_now = [spell for _, spell in published or holding]
    since = [spell.since for spell in spells_now if spell]
    if len(since) < len(spells_now):
        return Standing("current")
    removed = [spell.removed for spell in spells_now if spell and spell.removed]
    if len(removed) < len(spells_now):
        return Standing("current", max(since))
    return Standing("removed", max(since), max(removed))


def events(text: str, addresses: Addresses) -> list[Event]:
    """Return what happened to a report, oldest first.

    ``addresses`` are all that ever showed it, each with all its looks. A page that is missed and found again under
    another address before its removal was confirmed has moved, and nothing else is told of it.
    """
    arrivals = _arrivals(text, addresses)
    if not arrivals:
        return []
    found = [*_texts(text, addresses, arrivals), *_spread(text, addresses, arrivals)]
    moved = {event.at for event in found if event.kind is Kind.MOVED}
    found += _presence(text, addresses, arrivals, moved)
    return sorted((event for event in found if event.at), key=lambda event: (event.at, event.kind, event.url))


def _arrivals(text: str, addresses: Addresses) -> list[Look]:
    """Return the first look of each address at a text, oldest first."""
    firsts = [next((look for look in looks if look.text == text), None) for looks in addresses.values()]
    return sorted((look for look in firsts if look), key=lambda look: (look.at, look.url))


def _texts(text: str, addresses: Addresses, arrivals: list[Look]) -> list[Event]:
    """Return when it came, took the place of another text, and what changed beside it."""
    found = []
    for looks in addresses.values():
        shown = [look for look in looks if look.text]
        for before, now in pairwise(shown):
            if now.text != text:
                continue
            if before.text != text:
                if _same_year(before, now):
                    found.append(Event(now.at, Kind.CHANGED, now.url, before.text))
            elif differing := _differing(before, now):
                found.append(Event(now.at, Kind.METADATA, now.url, detail={"fields": differing}))
    first = arrivals[0]
    # A text that took the place of another of its year is no new report.
    if not any(event.kind is Kind.CHANGED and event.at == first.at and event.url == first.url for event in found):
        found.append(Event(first.at, Kind.CAME, first.url))
    return found


def _spread(text: str, addresses: Addresses, arrivals: list[Look]) -> list[Event]:
    """Return when it moved within a site, and when a further site showed it."""
    found = []
    taken: set[str] = set()  # addresses that were left for another one already
    for number, new in enumerate(arrivals):
        earlier = arrivals[:number]
        if not earlier or _host(new.url) is None:
            continue
        left = [
            (max(since, new.at), old.url)
            for old in earlier
            if old.url not in taken and (_host(old.url) == _host(new.url) or (old.portal and old.portal == new.portal))
            if (since := _left(text, addresses, old, new))
        ]
        if left:
            at, url = min(left)
            taken.add(url)
            found.append(Event(at, Kind.MOVED, new.url, detail={"from": url}))
        elif not any(_host(old.url) == _host(new.url) for old in earlier):
            found.append(Event(new.at, Kind.COPIED, new.url, detail={"from": earlier[0].url}))
    return found


def _left(text: str, addresses: Addresses, old: Look, new: Look) -> str | None:
    """Return when an address was first seen to be left for a new one: it leads there, or is not there any more."""
    for look in addresses[new.url]:
        if look.text == text and look.asked == old.url and old.at < look.at:
            return look.at
    for spell in missing(addresses[old.url]):
        side_by_side = not _apart(spell.last.at, new.at, SAME_CRAWL)
        if spell.last.text == text and not side_by_side and (spell.until is None or new.at < spell.until):
            return spell.since
    return None


def _presence(text: str, addresses: Addresses, arrivals: list[Look], moved: set[str]) -> list[Event]:
    """Return when it was missing, removed, and there again."""
    found: list[Event] = []
    before: Standing | None = None
    firsts = {look.at for look in arrivals}
    looks = sorted((look for looks in addresses.values() for look in looks), key=lambda look: (look.at, look.capture))
    for look in looks:
        now = standing(text, addresses, look.at)
        gone, was_gone = bool(now and now.missing_since), bool(before and before.missing_since)
        if now and gone and not was_gone:
            found.append(Event(look.at, Kind.MISSING, look.url))
        if now and now.removed and not (before and before.removed):
            found.append(Event(look.at, Kind.REMOVED, look.url, detail={"missing_since": now.missing_since}))
        if before and was_gone and not gone:
            last = found[-1]
            if last.kind is Kind.MISSING and look.at in moved:
                found.pop()
            elif now and now.status == "current" and look.at not in firsts:
                found.append(Event(look.at, Kind.RETURNED, look.url))
        before = now
    return found


def _differing(before: Look, now: Look) -> dict[str, list[Any]]:
    """Return name -> [before, now] of what two readings of one text by the same extraction tell differently."""
    a, b = before.fields, now.fields
    if before.read == now.read or any(a.get(name) != b.get(name) for name in ("extractor", "digest")):
        return {}
    names = [name for name in TOLD if a.get(name) != b.get(name)]
    if {a.get("published_source"), b.get("published_source")} & set(FROM_ELSEWHERE):
        names = [name for name in names if name != "published"]
    return {name: [a.get(name), b.get(name)] for name in names}


def _same(one: Look, other: Look) -> bool:
    return (one.text, one.read, one.asked) == (other.text, other.read, other.asked)


def _same_year(before: Look, now: Look) -> bool:
    years = {before.fields.get("year"), now.fields.get("year")} - {None}
    return len(years) < 2


def _host(url: str) -> str | None:
    """Return the host of an address without ``www.``, with its port where it names one; None where it has none.

    >>> _host("http://www.shili.gov.cn/1.html"), _host("http://127.0.0.1:8101/"), _host("urn:sha256:0")
    ('shili.gov.cn', '127.0.0.1:8101', None)
    >>> _host("http://[")
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return host and host.removeprefix("www.") + (f":{port}" if port else "")


def _apart(one: str, other: str, days: int = CONFIRM_DAYS) -> bool:
    span = timedelta(days=days)
    return bool(one and other) and datetime.fromisoformat(other) - datetime.fromisoformat(one) >= span
