"""The catalogue: portal files (TOML) in, ``Portal`` out. A place is data, never code.

    family = "trs"                                   # default of this file, optional

    [420683]                                         # GB/T 2260 code; a department's own site: ["110000-sfj"]
    name = "枣阳市人民政府"
    home = "https://www.zyzf.gov.cn/"
    listings = ["/zwgk/fdzdgknr/fzzfjsndbg/"]        # optional: looked for from the home page where absent
    since = 2016                                     # optional: first year to be expected
    family = "generic"                               # optional: told from each page where absent
    hosts = ["xxgk.zyzf.gov.cn"]                     # optional: further hosts that belong to the portal
    schedule = "monthly"                             # optional: daily, weekly, monthly, never, or days ("10d")
    remark = "..."                                   # optional: what is doubtful; `fazhi portals` shows it

    load()         the portals of a file, or of the built-in ones: one file a province, named by its two digits
    select()       the portals that codes, names or addresses of a command line mean; one place or a told fault each
    search()       all that fit a word
    place_names()  the names of a portal's division, province first

Every fault is a ``UsageError`` that names file, entry, key and remedy; unknown keys are faults, as a misspelt
``listing`` would otherwise lose reports without a word.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from itertools import product
from pathlib import Path

from archive import divisions
from archive.errors import UsageError
from crawler import due, families
from crawler.addresses import canonical, netloc
from crawler.targets import Portal, join, own_hosts

BUILT_IN = Path(__file__).parent / "portals"
KEYS = ("name", "home", "listings", "since", "family", "hosts", "schedule", "remark")
SHOWN = 5  # places that an error names
EARLIEST_YEAR = 2000
_CODE = re.compile(r"\d{6}(-[a-z0-9]+)?")


def load(file: Path | None = None, places: Sequence[str] = ()) -> dict[str, Portal]:
    """Return the portals of a file, or of the built-in files, by code, in the order of the files.

    Where all ``places`` are codes, only the built-in files of their provinces are read: a tenth of a second, not half
    of one. Raises ``UsageError`` for a missing or unreadable file, for a fault in an entry, and for a code given twice.
    """
    if file is None:
        files = sorted(BUILT_IN.glob("*.toml"))
        if places and all(_CODE.fullmatch(place) for place in places):
            files = [path for path in files if path.name[:2] in {place[:2] for place in places}] or files
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
    remark = _text(entry, "remark", where) if "remark" in entry else None
    hosts = _texts(entry, "hosts", where)
    for host in hosts:
        if "/" in host or not netloc(f"http://{host}/"):
            raise UsageError(f"{where}: key 'hosts' holds {host!r}", "a host name without http:// and without a path")
    schedule = _text(entry, "schedule", where) if "schedule" in entry else None
    if schedule is not None:
        try:
            due.days(schedule)
        except UsageError as error:
            raise UsageError(f"{where}: key 'schedule' is {schedule!r}", error.remedy) from None
    return Portal(
        code=code,
        name=name,
        home=home,
        listings=listings,
        family=own if isinstance(own, str) else None,
        since=since if isinstance(since, int) else None,
        hosts=own_hosts(home, *listings) | {host.lower() for host in hosts},
        remark=remark,
        schedule=schedule,
    )


def select(known: Mapping[str, Portal], places: Sequence[str]) -> list[Portal]:
    """Return the portals that codes, names or addresses mean, each once, in the order asked for.

    A name may be the portal's, the place's, either with what lies above it (湖北省枣阳市), or part of a portal's name.
    An address means the portal whose home page has its host, else the one the host belongs to. Raises ``UsageError``
    for what is unknown or means several portals.
    """
    chosen: dict[str, Portal] = {}
    for place in places:
        found = _find(known, place.strip())
        chosen[found.code] = found
    return list(chosen.values())


def search(known: Mapping[str, Portal], word: str) -> list[Portal]:
    """Return the portals whose code begins with a word, or whose name, place or hosts hold it."""
    word = word.strip()
    name, host = _joined(word), word.lower()
    return [
        entry
        for entry in known.values()
        if entry.code.startswith(word)
        or name in entry.name
        or any(host in own for own in entry.hosts)
        or name in "".join(place_names(entry))
        or _means(name, entry)
    ]


def place_names(portal: Portal) -> tuple[str, ...]:
    """Return the names of a portal's division, province first; empty where the table has none.

    >>> "/".join(place_names(Portal(code="420683-sfj", name="枣阳市司法局", home="http://sfj.zyzf.gov.cn/")))
    '湖北省/襄阳市/枣阳市'
    """
    places = divisions.by_code(portal.code[:6])
    return tuple(place.name for place in divisions.path(places[0])) if places else ()


def as_json(portal: Portal) -> dict[str, object]:
    """Return an entry as plain values: the keys of a portal file, with ``code`` and ``place``."""
    return {
        "code": portal.code,
        "name": portal.name,
        "place": list(place_names(portal)),
        "home": portal.home,
        "hosts": sorted(portal.hosts),
        "listings": list(portal.listings),
        "since": portal.since,
        "family": portal.family,
        "schedule": portal.schedule,
        "remark": portal.remark,
    }


def _find(known: Mapping[str, Portal], place: str) -> Portal:
    if place in known:
        return known[place]
    address = _as_address(place)
    if address:
        host = netloc(address)
        found = [entry for entry in known.values() if netloc(entry.home) == host]
        found = found or [entry for entry in known.values() if host in entry.hosts]
        if not found:
            raise UsageError(
                f"no portal has the host '{host or place}'",
                "write an entry into a file and give it with --portals, or `fazhi add` the address of one report",
            )
    else:
        found = _named(known.values(), _joined(place))
    if len(found) == 1:
        return found[0]
    if found:
        some = ", ".join(f"{entry.code} {_label(entry)}" for entry in found[:SHOWN])
        more = ", ..." if len(found) > SHOWN else ""
        raise UsageError(
            f"'{place}' means {len(found)} portals: {some}{more}",
            "give the code of the one you want" + ("" if address else ", or what lies above it before its name"),
        )
    near = get_close_matches(place, [*known, *(entry.name for entry in known.values())], 1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    raise UsageError(f"unknown portal '{place}'", f"{hint}`fazhi portals` lists all")


def _as_address(place: str) -> str | None:
    """Return the address a word is: one with http:// or a bare host name."""
    if place.lower().startswith(("http://", "https://")):
        return place
    return f"http://{place}/" if place.isascii() and re.fullmatch(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?/?", place) else None


def _named(entries: Iterable[Portal], name: str) -> list[Portal]:
    """Return the entries a name means: those of that very name, else those of that place, else those that hold it."""
    if not name:
        return []
    entries = list(entries)
    return (
        [entry for entry in entries if entry.name == name]
        or [entry for entry in entries if _means(name, entry)]
        or [entry for entry in entries if name in entry.name]
    )


def _means(name: str, entry: Portal) -> bool:
    """Tell whether a name is the entry's place, in full or short, with any of what lies above it in front."""
    names = place_names(entry)
    own = {entry.name}
    if names and "-" not in entry.code:
        own |= {names[-1], divisions.short(names[-1]), names[-1] + "人民政府"}
        names = names[:-1]
    fronts = [name.removesuffix(word) for word in own if name.endswith(word)]
    if not fronts:
        return False
    above = {"".join(words) for words in product(*(("", word, divisions.short(word)) for word in names))}
    return any(front in above for front in fronts)


def _label(entry: Portal) -> str:
    names = place_names(entry)
    return "/".join(names if names and "-" not in entry.code else (*names, entry.name))


def _joined(name: str) -> str:
    """Return a name without blanks and slashes: 湖北省/襄阳市/枣阳市 and 湖北省 枣阳市 are names too."""
    return re.sub(r"[\s/]+", "", name)


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
