"""The catalogue: portal files (TOML) in, ``Portal`` out. A place is data, never code.

    family = "trs"                                   # default of this file, optional

    [420683]                                         # GB/T 2260 code; a department's own site: ["110000-sfj"]
    name = "枣阳市人民政府"
    home = "https://www.zyzf.gov.cn/"
    listings = ["/zwgk/fdzdgknr/fzzfjsndbg/"]        # optional: looked for from the home page where absent
    since = 2016                                     # optional: first year to be expected
    family = "generic"                               # optional: told from each page where absent
    hosts = ["xxgk.zyzf.gov.cn"]                     # optional: further hosts that belong to the portal

Every fault is a ``UsageError`` that names file, entry, key and remedy; unknown keys are faults, as a misspelt
``listing`` would otherwise lose reports without a word.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from archive.errors import UsageError
from crawler import families
from crawler.targets import Portal, canonical, join, netloc, own_hosts

BUILT_IN = Path(__file__).parent / "portals"
KEYS = ("name", "home", "listings", "since", "family", "hosts")
EARLIEST_YEAR = 2000
_CODE = re.compile(r"\d{6}(-[a-z0-9]+)?")


def load(file: Path | None = None) -> dict[str, Portal]:
    """Return the portals of a file, or of all built-in files, by code, in the order of the files.

    Raises ``UsageError`` for a missing or unreadable file, for a fault in an entry, and for a code given twice.
    """
    if file is None:
        files = sorted(BUILT_IN.glob("*.toml"))
    elif file.is_file():
        files = [file]
    else:
        raise UsageError(f"no such portal file: {file}", "give the path of a TOML file with --portals")
    known: dict[str, Portal] = {}
    for path in files:
        for code, portal in read(path).items():
            if code in known:
                raise UsageError(f"{path}: [{code}] stands in another portal file too", "keep one of the two entries")
            known[code] = portal
    return known


def read(file: Path) -> dict[str, Portal]:
    """Return the portals of one file, by code."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))  # Windows editors write a mark
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}", "check the path and its permissions") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: not UTF-8 (byte {error.start})", "save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: no valid TOML: {error}", "correct the line that is named") from error
    except RecursionError as error:
        raise UsageError(f"{file}: no portal file, but lists in lists", "give the path of a portal file") from error
    family = content.pop("family", None)
    if family is not None:
        _check_family(family, f"{file}: key 'family'")
    portals = {}
    for code, entry in content.items():
        where = f"{file}: [{code}]"
        if not isinstance(entry, dict):
            raise UsageError(f"{file}: unknown key '{code}'", "outside the entries only 'family' may stand")
        portals[code] = portal(code, entry, where, family)
    if not portals:
        raise UsageError(f"{file}: no portal in it", 'add an entry: [420683] with "name" and "home"')
    return portals


def portal(code: str, entry: Mapping[str, object], where: str, family: str | None = None) -> Portal:
    """Return the portal of one entry; ``where`` opens the message of an error."""
    if not _CODE.fullmatch(code):
        raise UsageError(f"{where}: no code", 'six digits of GB/T 2260, with a suffix for a department: ["110000-sfj"]')
    for key in entry:
        if key not in KEYS:
            near = get_close_matches(key, KEYS, 1)
            remedy = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(KEYS)}"
            raise UsageError(f"{where}: unknown key '{key}'", remedy)
    name = _text(entry, "name", where)
    home = _address(_text(entry, "home", where), "home", where)
    listings = tuple(_address(join(home, item) or item, "listings", where) for item in _texts(entry, "listings", where))
    own = entry.get("family", family)
    if own is not None:
        _check_family(own, f"{where}: key 'family'")
    since = entry.get("since")
    if since is not None and not (type(since) is int and EARLIEST_YEAR <= since <= date.max.year):
        raise UsageError(f"{where}: key 'since' is {since!r}", "a year of four digits, for example since = 2016")
    hosts = _texts(entry, "hosts", where)
    for host in hosts:
        if "/" in host or not netloc(f"http://{host}/"):
            raise UsageError(f"{where}: key 'hosts' holds {host!r}", "a host name without http:// and without a path")
    return Portal(
        code=code,
        name=name,
        home=home,
        listings=listings,
        family=own if isinstance(own, str) else None,
        since=since if isinstance(since, int) else None,
        hosts=own_hosts(home, *listings) | {host.lower() for host in hosts},
    )


def select(known: Mapping[str, Portal], places: Sequence[str]) -> list[Portal]:
    """Return the portals that codes, names or addresses mean, each once, in the order asked for.

    A name may be part of the full one where it means one place only. An address means the portal of its host.
    """
    chosen: dict[str, Portal] = {}
    for place in places:
        for entry in _find(known, place.strip()):
            chosen[entry.code] = entry
    return list(chosen.values())


def _find(known: Mapping[str, Portal], place: str) -> Iterable[Portal]:
    if place in known:
        return [known[place]]
    if place.lower().startswith(("http://", "https://")):
        host = netloc(place)
        found = [entry for entry in known.values() if netloc(entry.home) == host]
        found = found or [entry for entry in known.values() if host in entry.hosts]
        if found:
            return found
        raise UsageError(
            f"no portal has the host '{host or place}'",
            "write an entry into a file and give it with --portals, or `fazhi add` the address of one report",
        )
    exact = [entry for entry in known.values() if entry.name == place]
    found = exact or [entry for entry in known.values() if place and place in entry.name]
    if len(found) == 1:
        return found
    if found:
        some = ", ".join(f"{entry.code} {entry.name}" for entry in found[:5])
        raise UsageError(f"'{place}' means {len(found)} portals: {some}", "give the code of the one you want")
    near = get_close_matches(place, [*known, *(entry.name for entry in known.values())], 1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    raise UsageError(f"unknown portal '{place}'", f"{hint}`fazhi portals` lists all")


def _text(entry: Mapping[str, object], key: str, where: str) -> str:
    value = entry.get(key)
    if value is None:
        raise UsageError(f"{where}: key '{key}' is missing", f'add {key} = "..."')
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{where}: key '{key}' is {value!r}", "a text between quotes")
    return value.strip()


def _texts(entry: Mapping[str, object], key: str, where: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise UsageError(f"{where}: key '{key}' is {value!r}", f'a list of texts: {key} = ["...", "..."]')
    return tuple(value)


def _address(url: str, key: str, where: str) -> str:
    if not (found := canonical(url)):
        raise UsageError(f"{where}: key '{key}' holds {url!r}", "a web address that begins with http:// or https://")
    return found


def _check_family(family: object, where: str) -> None:
    if family not in families.names():
        raise UsageError(f"{where} is {family!r}", f"known families: {', '.join(families.names())}")
