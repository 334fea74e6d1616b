"""What kind of site a page stood on; only an official site counts as publication. Pure; leaf.

    kind_of()    address, portal, site code, site name and signs in the page -> SourceKind and what says so

Copies on hijacked domains, content farms and document mills never become a source of values, so their signs are looked
at first, whatever the page says of itself. Vocabulary: ``data/sources.toml``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from archive import divisions
from archive.model import Evidence, IssuerKind, Region, SourceKind, ValueSource

_CRUMBS = re.compile(r"当前位置|首页|[>»›]")

READ = 20_000  # characters of the signs that are looked at


def kind_of(
    *,
    url: str | None,
    portal: str | None,
    adcode: str | None,
    site_code: str | None,
    site_name: str | None,
    region: Region | None,
    issuer_kind: IssuerKind | None,
    text_signs: str | Sequence[str] = (),
) -> tuple[SourceKind, Evidence | None]:
    """Return the kind of the site and the evidence for it; UNKNOWN and None where nothing tells.

    ``portal`` and ``adcode`` are the catalogue's, ``region`` is the report's place, ``text_signs`` the lines of the
    page: breadcrumbs, footer, and the body, where copies betray themselves. Never raises.

    >>> kind_of(url=None, portal=None, adcode=None, site_code=None, site_name=None, region=None, issuer_kind=None,
    ...         text_signs=["当前位置:示例文秘网>领导讲话"])[0]
    <SourceKind.CONTENT_FARM: 'content_farm'>
    """
    words = _vocabulary()
    host = _host(url)
    signs = text_signs if isinstance(text_signs, str) else "\n".join(text_signs)
    signs = unicodedata.normalize("NFC", signs[:READ])
    government = bool(host and words["official"].search(host))

    def told(kind: SourceKind, source: ValueSource, quote: str) -> tuple[SourceKind, Evidence]:
        return kind, Evidence("source_kind", kind.value, source, quote[:80])

    if copy := _copy(host, site_name or "", signs, government or bool(portal)):
        return told(*copy)
    if not government and not portal:
        if not (witness := _government(site_code, site_name, signs)):
            press = words["repost"].search(site_name or "") if host else None
            return told(SourceKind.REPOST, ValueSource.META, press[0]) if press else (SourceKind.UNKNOWN, None)
        if host:
            # A government's footer or site code on a host that is no government's: the page was copied whole.
            return told(SourceKind.HIJACKED_MIRROR, witness[0], f"{host}: {witness[1]}")
    else:
        witness = (ValueSource.URL, host) if government else (ValueSource.PORTAL, portal or "")
    return told(_whose(host, portal, adcode, site_code, site_name, region, issuer_kind), *witness)


def _government(site_code: str | None, site_name: str | None, signs: str) -> tuple[ValueSource, str] | None:
    """Return what in a page says that a government's site made it: code, footer, name or statutory column."""
    words = _vocabulary()
    if site_code and divisions.by_code(site_code.strip()[:6]):
        return ValueSource.SITE_CODE, site_code
    if footer := words["signs"].search(signs):
        return ValueSource.LABEL, footer[0]
    if site_name and words["portal_names"].search(site_name.strip()):
        return ValueSource.META, site_name
    if crumbs := words["portal_crumbs"].search(signs):
        return ValueSource.LABEL, crumbs[0]
    return None


def _whose(
    host: str,
    portal: str | None,
    adcode: str | None,
    site_code: str | None,
    site_name: str | None,
    region: Region | None,
    issuer_kind: IssuerKind | None,
) -> SourceKind:
    """Tell a government site of the report's own place from a department's, a superior's and a stranger's."""
    words = _vocabulary()
    first = host.removeprefix("www.").split(".")[0]
    name = re.sub(r"\s", "", site_name or "")
    department = bool(
        (first in words["labels"] and host.count(".") > 2)
        or (portal and "-" in portal)
        or (words["names"].search(name) and not words["portal_names"].search(name))
    )  # fmt: skip
    site = _site_place(site_code, (portal or adcode or "")[:6])
    own = divisions.by_code(region.town_code or region.adcode or "") if region else ()
    if not own and region and region.parent:
        own = divisions.by_code(region.parent)
    if site and own and site[0].code[:6] != own[0].code[:6]:
        if not divisions.related(own[0], site[0]):
            return SourceKind.REPOST
        # The place's own superior publishes for it; a place below repeats what its superior published.
        if divisions.within(site[0], own[0]) and not divisions.within(own[0], site[0]):
            return SourceKind.REPOST
        if not divisions.within(site[0], own[0]):
            return SourceKind.DEPARTMENT_SITE if department else SourceKind.UPPER_LEVEL_PORTAL
    return SourceKind.DEPARTMENT_SITE if department else SourceKind.OFFICIAL


def _copy(host: str, site_name: str, signs: str, trusted: bool) -> tuple[SourceKind, ValueSource, str] | None:
    """Return the kind of copy a page is, if it is one. A government host is believed unless it was broken into."""
    words = _vocabulary()
    pinyin = words["pinyin"].findall(signs)
    if len(pinyin) >= words["pinyin_minimum"]:
        return SourceKind.HIJACKED_MIRROR, ValueSource.BODY, " ".join(pinyin[:3])
    for source, place in ((ValueSource.META, site_name), (ValueSource.BODY, signs)):
        if match := words["hijacked"].search(place):
            return SourceKind.HIJACKED_MIRROR, source, match[0]
    if trusted:
        return None
    traditional = words["traditional"].findall(signs) if host else []
    if len(traditional) >= words["traditional_minimum"]:
        return SourceKind.HIJACKED_MIRROR, ValueSource.BODY, f"{host}: {len(traditional)} converted characters"
    head = "\n".join(line for line in signs.split("\n") if len(line) < 80)
    crumbs = "\n".join(line for line in head.split("\n") if _CRUMBS.search(line))
    if match := words["crumbs"].search(crumbs):
        return SourceKind.CONTENT_FARM, ValueSource.BODY, match[0]
    for kind, key in ((SourceKind.CONTENT_FARM, "content_farm"), (SourceKind.DOCUMENT_MILL, "document_mill")):
        if host and (match := words[key + "_hosts"].search(host)):
            return kind, ValueSource.URL, match[0]
        if match := words[key].search(site_name) or (key == "document_mill" and words["mill_names"].search(site_name)):
            return kind, ValueSource.META, match[0]
        if match := words[key].search(head):
            return kind, ValueSource.BODY, match[0]
    blanks = words["blank"].findall(signs)
    if len(blanks) >= words["blank_minimum"]:
        return SourceKind.CONTENT_FARM, ValueSource.BODY, " ".join(blanks[:3])
    return None


def _site_place(site_code: str | None, catalogue: str | None) -> tuple[divisions.Place, ...]:
    """Return the place a site belongs to: by its own code, else by the catalogue's."""
    return divisions.by_code((site_code or "").strip()[:6]) or divisions.by_code(catalogue or "")


def _host(url: str | None) -> str:
    """Return the name of the host; nothing for numbers and this machine, which tell of no site."""
    try:
        host = (urlsplit(url or "").hostname or "").lower()
    except ValueError:  # not an address: [::1 and the like
        return ""
    return "" if re.fullmatch(r"[\d.]*|.*:.*|localhost", host) else host


@cache
def _vocabulary() -> dict[str, Any]:
    table = tomllib.loads(resources.files("archive").joinpath("data/sources.toml").read_text("utf-8"))

    def form(patterns: list[str]) -> re.Pattern[str]:
        return re.compile("|".join(patterns), re.IGNORECASE)

    farm, mill, hijacked = table["content_farm"], table["document_mill"], table["hijacked"]
    return {
        "official": re.compile(table["official"]["host"]),
        "portal_names": re.compile(table["official"]["names"]),
        "portal_crumbs": form(table["official"]["crumbs"]),
        "signs": form(table["official"]["signs"]),
        "hijacked": form(hijacked["names"]),
        "pinyin": re.compile(hijacked["pinyin"]),
        "pinyin_minimum": hijacked["pinyin_minimum"],
        "content_farm": form(farm["signs"]),
        "content_farm_hosts": form(farm["hosts"]),
        "crumbs": form(farm["crumbs"]),
        "repost": form(table["repost"]["names"]),
        "traditional": re.compile(hijacked["traditional"]),
        "traditional_minimum": hijacked["traditional_minimum"],
        "blank": re.compile(farm["blank"]),
        "blank_minimum": farm["blank_minimum"],
        "document_mill": form(mill["signs"]),
        "mill_names": form(mill["names"]),
        "document_mill_hosts": form(mill["hosts"]),
        "labels": frozenset(table["department"]["labels"]),
        "names": re.compile(table["department"]["names"]),
    }
