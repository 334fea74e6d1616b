"""Which body issued a report: the name, normalised, and its kind. The publisher of the page is another matter.

    find()       title, signature, publisher, opening sentence -> Issuer
    in_title()   the words of a title that stand for the body: X县人民政府, X区 (a place alone), None
    kind_of()    a name -> kind (government, department, office ...), None for a place alone or no body

A title that names an organ decides. A title with a place only (枣阳市2020年…) leaves the organ open: the signature says
it, then the publisher if it is of that place, then ``X人民政府`` as a derived name. Vocabulary: ``data/issuers.toml``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from archive import divisions, titles
from archive.model import Evidence, Issue, IssuerKind, Level, ValueSource

OPENING = 1500  # characters of the text in which the subject is sought
LONGEST = 60  # characters of an issuer's name; joint issue of two bodies takes about 40

_SPACES = re.compile(r"\s+")
_YEAR = r"(?:(?:19|20)\d\d|[二2][〇○零Oo0][〇○零Oo0一二三四五六七八九\d]{2})"
_YEARS = re.compile(rf"{_YEAR}年?(?:度)?(?:上半|下半)?")
_TOPIC = re.compile(
    r"关于|推进|落实|贯彻|(?<!依)法治(?!办|.{1,6}建设领导小组|政府建设领导小组)|法制政府|依法行政(?!.{0,4}领导小组|办公室)"
    r"|(?<!全面)依法治(?![国省市州县区旗镇乡街盟].{0,3}[委办])|建设法治|年度|工作总结|工作报告|政府信息|政务公开"
)
_TOWARDS = re.compile(r"^(?:印发|转发|报送|呈报|上报|公布|发布|公开|呈送|《|的|开展|做好|加强)*")
_SPLIT = re.compile(
    r"[、,，;；/]|(?<=人民政府)(?=中共)|(?:(?<=委)(?!员会)|(?<=委员会))(?=[\u4e00-\u9fff]{2,12}(?:人民政府|街道办事处|管委会|管理委员会)$)"
)
_NOISE = re.compile(r"^[\[\](){}<>【】〔〕《》\"“”'·:：.。\-—_|*#]+|[\[\](){}<>【】〔〕《》\"“”'·:：.。\-—_|*#]+$")
_LEADING = re.compile(r"^(?:来源|发布机构|信息来源|发文机关|发文单位|发布单位|单位|作者|落款)[:：]?")
_PLACE_HEAD = re.compile(r"[\u4e00-\u9fff]{1,12}?[省市区县旗盟州镇乡](?!委)|[\u4e00-\u9fff]{2,8}街")
_UNIT_HEAD = re.compile(r"[省市区县旗镇乡](?:委|政府|人民政府|司法|[\u4e00-\u9fff]{1,8}(?:局|办|委|厅|处)$)")
_NO_SIGNATURE = re.compile("抄送|主送|印发|联系|附件|电话|地址")
_NATIONAL = re.compile("最高|全国|中国|中华|国家|国务院|中央|联合")
_ORGAN = r"[\u4e00-\u9fff]{2,16}(?:局|厅|委员会|管委会|办公室|人民政府|街道办事处|办事处)"


@dataclass(frozen=True, slots=True)
class Issuer:
    """The body, its kind, and what says so."""

    name: str | None
    kind: IssuerKind | None
    evidence: tuple[Evidence, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    kinds: tuple[tuple[IssuerKind, re.Pattern[str], re.Pattern[str] | None], ...]
    places: tuple[str, ...]
    full: tuple[tuple[str, str], ...]
    nobody: re.Pattern[str]
    opening: re.Pattern[str]


def find(
    *,
    title: str | None,
    title_in_body: str | None = None,
    publisher: str | None = None,
    signature: Sequence[str] = (),
    text: str = "",
    site_name: str | None = None,
    region_name: Callable[[str], str | None] | None = None,
) -> Issuer:
    """Return the issuing body; never raises.

    ``signature`` holds the lines after the last paragraph, ``publisher`` the 来源 or 发布机构 field. ``region_name``
    gives the full name of the place the page is known to belong to, for a unit name without one (市司法局 -> 枣阳市);
    without it the place is read from the title.

    >>> find(title="枣阳市2020年法治政府建设工作报告", publisher="市司法局").name
    '枣阳市司法局'
    >>> find(title="示例县人民政府关于2020年法治政府建设情况的报告", publisher="县司法局").kind
    <IssuerKind.GOVERNMENT: 'government'>
    """
    evidence: list[Evidence] = []
    place: str | None = None
    unplaced: tuple[str, ValueSource, str] | None = None
    for source, words in ((ValueSource.BODY, title_in_body), (ValueSource.TITLE, title)):
        told = in_title(words) if words else None
        if not told or not words or told in _vocabulary().places:
            continue
        kind = kind_of(told)
        evidence.append(Evidence("issuer", told, source, words[:80]))
        if kind is not None and not _is_place(told):
            full = _full(told, None)
            if _has_place(full) or unplaced:
                return Issuer(full, kind, tuple(evidence))
            unplaced = (told, source, words)
        elif _is_place(told):
            place = place or told
        elif region_name and divisions.short(known := region_name(told) or "") == told:
            place = place or known
    signed = _signed(signature)
    if signed:
        evidence.append(Evidence("issuer", signed, ValueSource.SIGNATURE, signed))
    if unplaced:
        name = _placed(unplaced[0], (signed, publisher, site_name), region_name)
        return Issuer(name, kind_of(name), tuple(evidence))
    above = place or (region_name("") if region_name else None)
    if signed and _agrees(signed, place):
        name = _full(signed, above)
        return Issuer(name, kind_of(name), tuple(evidence))
    named = normalise(publisher) if publisher else None
    if named and not _vocabulary().nobody.search(named) and kind_of(named) and not _is_place(named):
        evidence.append(Evidence("issuer", named, ValueSource.LABEL, named))
        if place and _agrees(named, place):
            name = _full(named, place)
            return Issuer(name, kind_of(name), tuple(evidence))
    else:
        named = None
    if place:
        name = derived(place)
        evidence.append(Evidence("issuer", name, ValueSource.GUESS, f"derived from {place}"))
        return Issuer(name, kind_of(name), tuple(evidence))
    if subject := _subject(text):
        evidence.append(Evidence("issuer", subject[0], ValueSource.BODY, subject[1]))
        kind = kind_of(subject[0]) or (IssuerKind.GOVERNMENT if _is_place(subject[0]) else None)
        return Issuer(subject[0], kind, tuple(evidence))
    if named:
        name = _placed(named, (site_name,), region_name)
        return Issuer(name, kind_of(name), tuple(evidence))
    return Issuer(None, None, tuple(evidence))


def in_title(title: str) -> str | None:
    """Return the words of a title that name the body or, where it names none, its place.

    >>> in_title("示例县人民政府关于2020年法治政府建设情况的报告"), in_title("2020年静海区法治政府建设情况报告")
    ('示例县人民政府', '静海区')
    >>> in_title("2021年法治政府建设工作情况报告")
    """
    words = _SPACES.sub(" ", unicodedata.normalize("NFKC", title[:300])).strip()
    bare = titles.clean(words)
    # `clean` drops spaces; those between two issuers are kept to tell them apart.
    pairs = re.findall(r"(\S{2}) (\S{2})", words)
    gaps = {bare.find(left + right) + len(left) for left, right in pairs if left + right in bare}
    head = _cut(bare)
    if not head:
        about = re.match(r"关于(.*)", bare) or re.match(rf"{_YEAR}年?度?(.*)", bare)
        head = _cut(_YEARS.sub("", _TOWARDS.sub("", about[1]), count=1)) if about else ""
    if not head and (behind := re.search(r"\(([^()]{3,24})\)$", bare)) and kind_of(behind[1]):
        head = behind[1]
    pieces = [piece for piece in (normalise(p) for p in _SPLIT.split(_spaced(head, gaps))) if piece]
    return " ".join(pieces) or None


def normalise(name: str) -> str:
    """Return a name without white space, labels and brackets around it; full-width forms become ASCII.

    >>> normalise(" 来源：示例县司法局 ")
    '示例县司法局'
    """
    text = _SPACES.sub(" ", unicodedata.normalize("NFKC", name[: LONGEST * 4])).strip()
    text = _NOISE.sub("", re.sub(r"(?:\([^()]*\)?)+$", "", _LEADING.sub("", text))).strip()
    # Spaces set a word apart to fill a line (财 政 局); between two full names they separate two bodies.
    parts = text.split(" ")
    joined = " ".join(parts) if len(parts) > 1 and all(len(p) > 3 for p in parts) else "".join(parts)
    return unicodedata.normalize("NFKC", joined)[:LONGEST].strip()


def kind_of(name: str | None) -> IssuerKind | None:
    """Return the kind of a body by its name; None for a place alone and for what is no body.

    >>> kind_of("示例县司法局"), kind_of("中共示例县委 示例县人民政府"), kind_of("示例县")
    (<IssuerKind.DEPARTMENT: 'department'>, <IssuerKind.PARTY_AND_GOVERNMENT: 'party_and_government'>, None)
    """
    bare = _SPACES.sub("", unicodedata.normalize("NFKC", (name or "")[: LONGEST * 2]))
    if len(bare) < 3 or bare in _vocabulary().places:
        return None
    listed = bool(divisions.by_name(bare))
    for kind, pattern, unless in _vocabulary().kinds:
        if listed and kind is IssuerKind.ZONE:
            continue  # 浦东新区 is a division
        if pattern.search(bare) and not (unless and unless.search(bare)):
            return kind
    return None


def derived(place: str) -> str:
    """Return the name of the government of a place.

    >>> derived("枣阳市"), derived("东湖街道"), derived("万盛经开区"), derived("浦东新区")
    ('枣阳市人民政府', '东湖街道办事处', '万盛经开区管委会', '浦东新区人民政府')
    """
    kind = kind_of(place)
    if kind is IssuerKind.SUBDISTRICT:
        return re.sub(r"街(?:道)?$", "街道", place) + "办事处"
    return place + ("管委会" if kind is IssuerKind.ZONE else "人民政府")


def _cut(words: str) -> str:
    """Return what stands before the first year or word of the topic."""
    ends = [match.start() for form in (_YEARS, _TOPIC) if (match := form.search(words))]
    head = words[: min(ends)] if ends else ""
    return head if len(head) <= LONGEST else ""


def _spaced(head: str, gaps: set[int]) -> str:
    return "".join(("、" if position in gaps and position else "") + c for position, c in enumerate(head))


def _signed(lines: Sequence[str]) -> str | None:
    """Return the body that signs: the last signature line that names one, or two such lines in a row."""
    named = [normalise(line) for line in lines[-8:] if len(line) < 200 and not _NO_SIGNATURE.search(line)]
    named = [re.sub(rf"{_YEAR}年.*$", "", name).strip() for name in named]
    bodies = [
        n for n in named if n and kind_of(n) and not _vocabulary().nobody.search(n) and not re.search(r"[,，。;:!?]", n)
    ]
    if len(bodies) > 1 and kind_of(bodies[-2]) is IssuerKind.PARTY and kind_of(bodies[-1]) is IssuerKind.GOVERNMENT:
        return f"{bodies[-2]} {bodies[-1]}"
    return bodies[-1] if bodies else None


def _full(name: str, place: str | None) -> str:
    """Write out a short form: 区司法局 of 红谷滩区 -> 红谷滩区司法局, 尖山区政府办 -> 尖山区人民政府办公室."""
    if place and not _has_place(name) and divisions.short(place) not in name and not _NATIONAL.match(name):
        if name[0] == place[-1]:
            name = place + name[1:]
        elif not re.match("[省市区县旗镇乡]", name):
            name = place + name
    for short, full in _vocabulary().full:
        if name.endswith(short) and not name.endswith(full):
            return name[: -len(short)] + full
    return name


def _placed(name: str, witnesses: Sequence[str | None], region_name: Callable[[str], str | None] | None) -> str:
    """Give a unit name without a place (区政府办) the place a witness names, if it ends in the same unit."""
    if _has_place(name):
        return _full(name, None)
    for witness in witnesses:
        for mention in divisions.mentions(witness or ""):
            if mention.name[-1] == name[0]:
                return _full(name, mention.places[0].name)
    told = region_name(name) if region_name else None
    return _full(name, told)


def _agrees(name: str, place: str | None) -> bool:
    """Tell whether a body can be one of the place: it names it, what lies around it, or no place."""
    if place is None:
        return True
    wanted = divisions.by_name(place) or tuple(p for m in divisions.mentions(place) for p in m.places)
    own = divisions.mentions(name)
    if not own or place in name or divisions.short(place) in name:
        return True
    return any(divisions.within(a, b) for m in own for a in m.places for b in wanted)


def _has_place(name: str) -> bool:
    """Tell whether a name begins with a place of its own, not with a unit only (区司法局, 市委)."""
    head = name.removeprefix("中共")
    if any(m.start == 0 for m in divisions.mentions(head[:20])):
        return True
    return bool(_PLACE_HEAD.match(head)) and not _UNIT_HEAD.match(head)


def _is_place(name: str) -> bool:
    """Tell whether a name is a place alone: 枣阳市, 龙华街道, 万盛经开区."""
    if name in _vocabulary().places:
        return False
    if divisions.by_name(name) or any(m.start == 0 and m.end == len(name) for m in divisions.mentions(name)):
        return True
    kind = kind_of(name)
    if kind is IssuerKind.ZONE:
        return not name.endswith(("管委会", "管理委员会"))
    if kind is IssuerKind.SUBDISTRICT:
        return name.endswith(("街道", "街"))
    return kind is None and len(name) > 2 and name.endswith(_vocabulary().places)


def _subject(text: str) -> tuple[str, str] | None:
    """Return the subject of the opening sentences: the place or organ that 坚持以…, most often named first."""
    opening = unicodedata.normalize("NFKC", text[:OPENING])
    votes: Counter[str] = Counter()
    quotes: dict[str, str] = {}
    for match in _vocabulary().opening.finditer(opening):
        words = match[1]
        name = next((m.name for m in reversed(divisions.mentions(words)) if m.end == len(words)), None)
        level = {p.level for p in divisions.by_name(name)} if name else set()
        organ = re.search(rf"{_ORGAN}$", words)
        if organ and kind_of(organ[0]) and _has_place(organ[0]):
            name = organ[0]
        elif not level & {Level.TOWNSHIP, Level.COUNTY}:
            continue
        if name:
            votes[name] += 1
            quotes.setdefault(name, match[0])
    if not votes:
        return None
    name = max(votes, key=lambda n: (votes[n] + text.count(n), -opening.find(n)))
    return name, quotes[name]


@cache
def _vocabulary() -> _Vocabulary:
    table = tomllib.loads(resources.files("archive").joinpath("data/issuers.toml").read_text("utf-8"))
    kinds = tuple(
        (
            IssuerKind(e["kind"]),
            re.compile("|".join(e["patterns"])),
            re.compile("|".join(e["not"])) if "not" in e else None,
        )
        for e in table["kind"]
    )
    leads, verbs = ("|".join(map(re.escape, table["opening"][key])) for key in ("leads", "verbs"))
    full = tuple((short, long) for short, long in table["full"].items() if short != "source")
    return _Vocabulary(
        kinds=kinds,
        places=tuple(table["place"]["suffixes"]),
        full=full,
        nobody=re.compile("|".join(table["no_issuer"]["patterns"]), re.IGNORECASE),
        opening=re.compile(
            rf"(?:^|(?<=\n)|{leads})([\u4e00-\u9fff]{{2,20}}?(?:镇|乡|街道|区|县|市|旗|局|厅|委员会|管委会|办公室|人民政府|办事处))(?={verbs})"
        ),
    )
