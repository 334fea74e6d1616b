"""Which place a report speaks for: weighs the witnesses in order of trust and never takes a bare name for a key.

    resolve()   title, issuer, site code, index number, portal, publisher, site name, body -> Resolution
    by_code()   a code, today's or a former one -> Region

A name is taken where only one place bears it, where its parent stands before it, or where a weaker witness (a code, a
superior named in the text) leaves one candidate. The code is the one of the report's year. A witness that points
elsewhere becomes an Issue. The table itself and its history: ``divisions``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from archive import divisions
from archive.divisions import Mention, Place
from archive.model import Evidence, Issue, IssueCode, Level, Region, ValueSource

BODY_LIMIT = 20_000  # characters of the text that are searched for names
BODY_MINIMUM = 3  # mentions before the place a text speaks of most is believed without another witness

_INDEX_CODES = (re.compile(r"^1[1-9Nn](\d{6})[0-9A-Z]{10}(?!\d)"), re.compile(r"^(\d{6})(?:\d{4})?\s*/"))
_TOWN = re.compile(r"([\u4e00-\u9fff]{1,5}(?:镇|乡|街道|苏木))(?=人民|政府|办事处|党|委|关于|\d|法治|依法|纪|$)")
_STREET = re.compile(r"([\u4e00-\u9fff]{1,5}街)(?=人民|政府|办事处|党|关于|\d|法治|依法|$)")
_YEAR_HEAD = re.compile(r"^(?:关于)?(?:20\d\d|二[〇○零][一二][〇○零一二三四五六七八九])年?度?(?:关于)?")
_NOT_A_TOWN = re.compile(r"(?:^|各|全|我|本|该|的|及|和|与|城|以下|所有)(?:镇|乡|街道|苏木|乡镇|街镇|镇街|镇乡)$")


@dataclass(frozen=True, slots=True)
class Resolution:
    """The place, everything that speaks for or against it, and what was doubtful."""

    region: Region | None
    evidence: tuple[Evidence, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class _Witness:
    """Places a source names, and its words; ``zone`` is an area without a code, ``town`` a township without a row."""

    source: ValueSource
    quote: str
    places: tuple[Place, ...]
    zone: str | None = None
    town: str | None = None


def by_code(code: str) -> Region | None:
    """Return the place of a code of 6 or 9 digits, today's or the last it stood for; None for others.

    >>> by_code("420683").names, by_code("360105").names, by_code("110101999")
    (('湖北省', '襄阳市', '枣阳市'), ('江西省', '南昌市', '湾里区'), None)
    """
    places = divisions.by_code(code)
    return _region(places[0]) if places else None


def resolve(
    *,
    title: str | None,
    issuer: str | None,
    publisher: str | None,
    site_name: str | None,
    site_code: str | None,
    index_no: str | None,
    portal_code: str | None,
    text: str,
    link_title: str | None = None,
    year: int | None = None,
) -> Resolution:
    """Return the place a report speaks for, with the code valid in ``year``.

    ``text`` is the body; site chrome may stand in it. Never raises. Order of trust: title, issuer, site code, index
    number, portal, publisher, site name, names in the body.

    >>> resolve(title="枣阳市2020年法治政府建设工作报告", issuer=None, publisher=None, site_name=None, site_code=None,
    ...         index_no=None, portal_code=None, text="", year=2020).region.adcode
    '420683'
    """
    witnesses = [
        w
        for w in (
            _named(ValueSource.TITLE, title, year),
            _named(ValueSource.LINK, link_title, year),
            _named(ValueSource.SIGNATURE, issuer, year),
            _coded(ValueSource.SITE_CODE, site_code, (site_code or "").strip()[:6]),
            _coded(ValueSource.INDEX_NO, index_no, _index_code(index_no)),
            _coded(ValueSource.PORTAL, portal_code, (portal_code or "").strip()[:6]),
            _named(ValueSource.LABEL, publisher, year),
            _named(ValueSource.META, site_name, year),
        )
        if w is not None
    ]
    evidence = [_evidence(w, year) for w in witnesses]
    issues: list[Issue] = []
    chosen, leading = _weigh(witnesses, issues)
    if len(chosen) > 1:
        chosen = _by_superiors(chosen, divisions.mentions(text[:BODY_LIMIT]))
    if not chosen and (own := _own(text[:BODY_LIMIT], year)):
        chosen = own[0]
        evidence.append(Evidence("region", _label(chosen[0], year), ValueSource.BODY, own[1]))
    zone = leading.zone if leading else None
    town = leading.town if leading else None
    if len(chosen) > 1:
        candidates = ", ".join(f"{_label(p, year)} {p.code}" for p in chosen[:8])
        issues.append(Issue(IssueCode.REGION_AMBIGUOUS, "region", candidates))
        return Resolution(None, tuple(evidence), tuple(issues))
    if zone:
        if not chosen:
            issues.append(Issue(IssueCode.REGION_UNKNOWN, "region", f"where {zone} lies is not told"))
        return Resolution(_zone_region(zone, chosen, year), tuple(evidence), tuple(issues))
    if not chosen:
        detail = f"no division is called {town}" if town else "no name or code of a division found"
        issues.append(Issue(IssueCode.REGION_UNKNOWN, "region", detail))
        return Resolution(None, tuple(evidence), tuple(issues))
    place = divisions.in_year(chosen[0], year)
    if not place.valid(year):
        issues.append(
            Issue(IssueCode.REGION_CONFLICT, "region", f"{place.name} {place.code} was no division in {year}")
        )
    if not town or place.level is Level.TOWNSHIP:
        return Resolution(_region(place, year), tuple(evidence), tuple(issues))
    below = divisions.below(place.code)
    known = [p for p in below if p.name[-1] == town[-1] and divisions.short(p.name) == divisions.short(town)]
    if len(known) == 1:  # 三合乡 for 三合回族乡
        return Resolution(_region(known[0], year), tuple(evidence), tuple(issues))
    if not any(p.level is Level.TOWNSHIP for p in below):
        issues.append(Issue(IssueCode.REGION_UNKNOWN, "region", f"{town} is no division, its county is not told"))
        return Resolution(None, tuple(evidence), tuple(issues))
    above = _region(place, year)
    region = Region(above.adcode, (*above.names, town), Level.TOWNSHIP, parent=above.adcode)
    return Resolution(region, tuple(evidence), tuple(issues))


def _weigh(witnesses: Sequence[_Witness], issues: list[Issue]) -> tuple[tuple[Place, ...], _Witness | None]:
    """Let the strongest witness name candidates and the others thin them; one that none agrees with is a conflict."""
    chosen: tuple[Place, ...] = ()
    leading: _Witness | None = None
    for witness in witnesses:
        if not witness.places:
            leading = leading or (witness if witness.zone or witness.town else None)
            continue
        if not chosen:
            chosen, leading = witness.places, leading or witness
            continue
        agreed = tuple(p for p in chosen if any(divisions.related(p, other) for other in witness.places))
        if agreed:
            chosen = agreed
        elif len(chosen) == 1 or len(witness.places) == 1:
            said = f"{witness.source}: {witness.quote[:40]}"
            issues.append(Issue(IssueCode.REGION_CONFLICT, "region", f"{chosen[0].name} against {said}"))
    return chosen, leading


def _named(source: ValueSource, words: str | None, year: int | None) -> _Witness | None:
    """Read the first path of names in a field; a zone or an unlisted township behind it is told apart."""
    if not words:
        return None
    text = _YEAR_HEAD.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", words[:300])))
    text = _STREET.sub(lambda m: m[1] + "道", text)
    found = [m for m in divisions.mentions(text) if not (m.depth == 1 and m.start > 0 and _generic(m.name))]
    first = found[0] if found else None
    places = _valid(_behind(first.places, text[: first.start]), year) if first else ()
    rest = text[first.end :] if first else text
    if first and len(places) == 1 and _too_early(places[0], year) and _zone_form().match(places[0].name):
        # 两江新区 before it became a division was a zone like any other.
        return _Witness(source, words, divisions.path(places[0])[-2:-1], zone=places[0].name)
    if zone := _zone(rest):
        return _Witness(source, words, places, zone=zone)
    town = _TOWN.match(rest) or (None if first else _TOWN.search(rest))
    if town and not _NOT_A_TOWN.search(town[1]) and not divisions.by_name(town[1]):
        return _Witness(source, words, places, town=town[1])
    return _Witness(source, words, places) if places else None


def _behind(places: tuple[Place, ...], before: str) -> tuple[Place, ...]:
    """Keep the places whose superior stands right before the name in its short form: 北京朝阳区."""
    if len(places) < 2 or not before:
        return places
    kept = tuple(p for p in places if any(before.endswith(divisions.short(a.name)) for a in divisions.path(p)[:-1]))
    return kept or places


def _too_early(place: Place, year: int | None) -> bool:
    return year is not None and place.since is not None and year < place.since


def _coded(source: ValueSource, words: str | None, code: str) -> _Witness | None:
    places = divisions.by_code(code) if len(code) == 6 else ()
    return _Witness(source, words or "", places[:1]) if places else None


def _index_code(index_no: str | None) -> str:
    """Return the code inside an 索引号: characters 3-8 of a 统一社会信用代码, or six digits before the stroke."""
    bare = re.sub(r"\s", "", index_no or "").upper()
    return next((match[1] for form in _INDEX_CODES if (match := form.match(bare))), "")


def _valid(places: Iterable[Place], year: int | None) -> tuple[Place, ...]:
    """Return the places that existed in the year, or all where none did; one row for one place under two codes."""
    places = tuple(places)
    kept = tuple(p for p in places if p.valid(year)) or places
    today = tuple(p for p in kept if p.until is None)
    if year is None and today:
        return today
    seen: dict[str, Place] = {}
    for place in kept:
        seen.setdefault(divisions.in_year(place, year).code, place)
    return tuple(seen.values())


def _by_superiors(chosen: tuple[Place, ...], body: Sequence[Mention]) -> tuple[Place, ...]:
    """Keep the candidate whose superiors, else whose own parts, the text names most often; all where it names none."""
    votes = Counter(m.places[0] for m in body if len(m.places) == 1 and (m.depth > 1 or not _generic(m.name)))
    codes = {place.code: count for place, count in votes.items()}

    def superiors(place: Place) -> int:
        above = divisions.path(place)[:-1]
        return sum(codes.get(a.code, 0) for a in above if a.level is not Level.PROVINCE)

    def province(place: Place) -> int:
        return codes.get(divisions.path(place)[0].code, 0)

    def parts(place: Place) -> int:
        return sum(count for part, count in votes.items() if part != place and divisions.within(part, place))

    for score in (superiors, province, parts):
        scores = {place: score(place) for place in chosen}
        best = max(scores.values())
        winners = tuple(place for place, count in scores.items() if count == best)
        if best and len(winners) == 1:
            return winners
    return chosen


def _own(text: str, year: int | None) -> tuple[tuple[Place, ...], str] | None:
    """Return the one place a text speaks of most, if its level is the one the text calls its own (我镇, 全县)."""
    body = divisions.mentions(text)
    names = Counter(m.name for m in body if m.depth > 1 or not _generic(m.name))
    votes: Counter[Place] = Counter()
    for mention in {m.name: m for m in body}.values():
        places = _valid(mention.places, year)
        if len(places) > 1 and names[mention.name] >= BODY_MINIMUM:
            places = _by_superiors(places, body)
        if len(places) == 1:
            votes[places[0]] += names[mention.name]
    ranked = votes.most_common(2)
    if not ranked or ranked[0][1] < BODY_MINIMUM:
        return None
    (place, count), *others = ranked
    if others and others[0][1] * 2 > count and not divisions.related(place, others[0][0]):
        return None
    own = Counter(m[1] for m in _own_words().finditer(text))
    if own and not place.name.endswith(own.most_common(1)[0][0]):
        return None
    return (place,), f"{count} mentions of {place.name}"


def _zone(text: str) -> str | None:
    """Return the name of an area without a code that a text begins with: 万盛经开区, 示例新区管委会."""
    match = _zone_form().match(text)
    if not match or divisions.by_name(match[0]):
        return None
    name = match[0]
    for suffix in ("管理委员会", "管委会"):
        name = name.removesuffix(suffix) or name
    return name


def _zone_region(zone: str, above: Sequence[Place], year: int | None) -> Region:
    parent = divisions.in_year(above[0], year) if above else None
    names = tuple(p.name for p in divisions.path(parent)) if parent else ()
    return Region(None, (*names, zone), None, parent=parent.code if parent else None)


def _region(place: Place, year: int | None = None) -> Region:
    """Return a place as a Region, everything above it as it was in the year."""
    chain = divisions.path(place)
    names = [divisions.in_year(p, year).name for p in chain[:-1]] + [place.name]
    if place.level is not Level.TOWNSHIP:
        return Region(place.code, tuple(names), place.level, parent=place.parent)
    above = divisions.in_year(chain[-2], year) if len(chain) > 1 else place
    town = place.code if above.code == place.code[:6] or above.code == place.parent else None
    return Region(above.code, tuple(names), place.level, town_code=town, parent=above.code)


def _evidence(witness: _Witness, year: int | None) -> Evidence:
    value = _label(witness.places[0], year) if len(witness.places) == 1 else f"{len(witness.places)} places"
    if witness.zone or witness.town:
        value = witness.zone or witness.town or value
    return Evidence("region", value, witness.source, witness.quote[:80])


def _label(place: Place, year: int | None) -> str:
    return "/".join(p.name for p in divisions.path(divisions.in_year(place, year)))


@cache
def _own_words() -> re.Pattern[str]:
    own = divisions.vocabulary()["own"]
    return re.compile(f"[{''.join(own['words'])}]({'|'.join(own['units'])})(?![一-鿿]?[政委]联)")


@cache
def _zone_form() -> re.Pattern[str]:
    suffixes = "|".join(divisions.vocabulary()["zone"]["suffixes"])
    return re.compile(
        rf"(?!关于)[\u4e00-\u9fff()]{{1,20}}?(?:{suffixes})(?:管理委员会|管委会)?(?=党|关于|\d|法治|依法|推进|人民|的?[局办]|$)"
    )


def _generic(name: str) -> bool:
    return name in divisions.vocabulary()["generic"]["names"]
