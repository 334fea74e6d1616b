"""What a title says: that of a 法治政府建设年度报告, a near miss, or neither, and of which year. Light and pure.

    clean()            a title as published -> one fit for matching (site suffix, document number, white space off)
    read()             -> Title: kind, reason for a near miss, year, the words that decided
    is_report_title()  -> bool, for those who only want to know

The crawler asks this of every link, extraction of the page's own titles. Words that speak for and words that speak
against stand in ``data/titles.toml``. Both together make a *doubtful* title, never a dropped one: 关于印发…报告的通知
may carry the report.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources

from archive import years
from archive.model import Reason

LONGEST = 300  # characters that are looked at; a longer "title" is a paragraph

_INVISIBLE = re.compile(r"[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad]")
_NUMBER = r"[\u4e00-\u9fff]{1,12}[〔\[(【〈]?(?:19|20)\d\d[〕\])】〉]?(?:第)?\d{1,5}号"
_NUMBER_HEAD = re.compile(rf"^[\[【〔(]?{_NUMBER}[\]】〕)]?[:,、]?")
_NUMBER_TAIL = re.compile(rf"[\[【〔(]{_NUMBER}[\]】〕)]$")
_SEPARATOR = re.compile(r"\s*[_|]+\s*|\s+[-–—]+\s+|(?<![\d年])[-–—]+(?![\d年])")
_SITE = re.compile(
    r"(?:网|网站|站|政府|门户|平台|局|厅|委|委员会|办公室|公开|首页|频道|专栏|专题|中心|栏目|镇|乡|街道|区|县|市)$"
)
_ELLIPSIS = re.compile(r"(?:\.{2,}|…+|。{2,})$")
_LABEL = re.compile(r"^(?:标题|名称|题目)[:：]")
_DATE_TAIL = re.compile(r"[\[(]?(?:19|20)\d\d(?:[-./]\d{1,2}[-./]\d{1,2}|年\d{1,2}月\d{1,2}日)[\])]?$")
_CITED = re.compile(r"《[^《》]*》")
_QUOTED_WHOLE = re.compile(r"^[《〈\"“【\[](.*)[》〉\"”】\]]$")
_TAG = re.compile(r"^[\[【(](?P<tag>[^\[\]【】()]{1,16})[\]】)]")
_HEAD = re.compile(
    r"^(?:[·•>*#|◆●■▪]|[\[(]?(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}[\])]?|置顶|new!?|\[(?:置顶|图文|最新|荐|热)\])+",
    re.IGNORECASE,
)


class Kind(StrEnum):
    """What a title promises."""

    REPORT = "report"
    WEAK = "weak"  # 法治建设工作总结, 依法行政工作总结: a report if the text says so
    COLUMN = (
        "column"  # 法治政府建设年度报告 and nothing else: a column's name, or a report whose page has a short title
    )
    DOUBTFUL = "doubtful"  # words for and against: 关于印发…报告的通知
    NEAR_MISS = "near_miss"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Title:
    """What was read from a title. ``reason`` is told for near misses and doubtful titles, ``word`` is what decided.

    ``span`` holds the first and last year where the title names several; ``year`` is then None.
    """

    kind: Kind
    reason: Reason | None = None
    year: int | None = None
    span: tuple[int, int] | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class _Near:
    reason: Reason
    strong: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    strong: re.Pattern[str]
    weak: re.Pattern[str]
    subject: re.Pattern[str]
    column: re.Pattern[str]
    tail: re.Pattern[str]
    fillers: re.Pattern[str]
    organ: re.Pattern[str]
    breaks: re.Pattern[str]
    near: tuple[_Near, ...]


def clean(title: str) -> str:
    """Return a title fit for matching: NFKC, no white space, no document number, site name, date or ellipsis around it.

    >>> clean("[示政发〔2026〕7号]示例市人民政府关于2025年法治政府建设情况的报告_示例市人民政府门户网站")
    '示例市人民政府关于2025年法治政府建设情况的报告'
    >>> clean("《 示例县2020年法治政府建设工作报告 》")
    '示例县2020年法治政府建设工作报告'
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", title[: LONGEST * 2]))[:LONGEST].strip()
    text = re.sub(r"\s+", "", _without_site(text))
    for _ in range(2):
        text = _ELLIPSIS.sub("", _DATE_TAIL.sub("", _LABEL.sub("", _HEAD.sub("", text))))
        text = _NUMBER_TAIL.sub("", _NUMBER_HEAD.sub("", text))
        if (tag := _TAG.match(text)) and tag.end() < len(text) and _vocabulary().column.search(tag["tag"]):
            text = text[tag.end() :]
        whole = _QUOTED_WHOLE.match(text)
        if whole and not re.search(r"[《》]", whole[1]):
            text = whole[1]
    return text


@lru_cache(maxsize=4096)
def read(title: str) -> Title:
    """Tell what a title promises; never raises.

    >>> read("示例区人民政府关于2020年度推进法治政府建设情况报告")
    Title(kind=<Kind.REPORT: 'report'>, reason=None, year=2020, span=None, word='法治政府建设情况报告')
    >>> read("关于印发示例县2020年度法治政府建设工作安排的通知").reason
    <Reason.NOTICE: 'notice'>
    >>> read("关于印发示例县2020年法治政府建设情况报告的通知").kind
    <Kind.DOUBTFUL: 'doubtful'>
    """
    text = clean(title)
    if not text:
        return Title(Kind.NO)
    words = _vocabulary()
    told = years.in_title(text)
    cut = _ELLIPSIS.search(unicodedata.normalize("NFKC", title).rstrip())
    found = _last(words.strong, text)
    weak = None if found else _last(words.weak, text)
    near = _near(words, text, positive=found is not None or weak is not None)

    def verdict(kind: Kind, reason: Reason | None = None, word: str = "") -> Title:
        return Title(kind, reason, told.year, told.span, word)

    if near is not None and near[0].strong:
        return verdict(Kind.NEAR_MISS, near[0].reason, near[1])
    if told.span is not None and (found or weak):
        return verdict(Kind.NEAR_MISS, Reason.FIVE_YEAR_SUMMARY, f"{told.span[0]}-{told.span[1]}")
    match = found or weak
    if match is None:
        if near is not None:
            return verdict(Kind.NEAR_MISS, near[0].reason, near[1])
        if words.column.search(text):
            return verdict(Kind.COLUMN, None, text)
        if (subject := words.subject.search(text)) and cut:
            return verdict(Kind.DOUBTFUL, Reason.DOUBTFUL, subject[0] + "…")
        return verdict(Kind.NO)
    if near is not None:
        return verdict(Kind.DOUBTFUL, near[0].reason, near[1])
    odd = words.fillers.sub("", match["gap"]) or words.tail.sub("", text[match.end() :])
    if odd:
        return verdict(Kind.DOUBTFUL, Reason.DOUBTFUL, odd[:20])
    if told.year is None and words.column.search(text):
        return verdict(Kind.COLUMN, None, text)
    cited = _CITED.search(text)
    if cited and cited.start() <= match.start() < cited.end() < len(text):
        return verdict(Kind.DOUBTFUL, Reason.DOUBTFUL, cited[0][:20])
    if weak is not None or ("法治政府" not in match[0] and match[0].endswith("总结")):
        return verdict(Kind.WEAK, None, match[0])
    return verdict(Kind.REPORT, None, match[0])


def is_report_title(title: str | None) -> bool:
    """Tell whether a title is plainly that of a report.

    >>> is_report_title("示例镇2023年法治政府建设年度报告"), is_report_title("一图读懂示例镇2023年法治政府建设年度报告")
    (True, False)
    """
    return title is not None and read(title).kind is Kind.REPORT


def _near(words: _Vocabulary, text: str, *, positive: bool) -> tuple[_Near, str] | None:
    """Return the strongest word against. In a title that speaks of a report, cited papers do not speak against it."""
    bare = _CITED.sub("《》", text) if positive and words.subject.search(_CITED.sub("", text)) else text
    rest = _without_organ(words, bare) if positive else bare
    against = [(near, match) for near in words.near if (match := _last(near.pattern, bare if near.strong else rest))]
    if not against:
        return None
    if positive:
        near, match = next((pair for pair in against if pair[0].strong), against[0])
    else:  # the head of the phrase, which stands last in Chinese, names the genre; then strong words
        heads = [pair for pair in against if not words.tail.sub("", bare[pair[1].end() :])]
        near, match = max(heads or against, key=lambda pair: (pair[0].strong, pair[1].end()))
    return near, match[0]


def _without_organ(words: _Vocabulary, text: str) -> str:
    """Cut the name of the organ out of what stands before the subject."""
    subject = words.subject.search(text)
    before, rest = (text[: subject.start()], text[subject.start() :]) if subject else (text, "")
    return "|".join(part for part in words.breaks.split(before) if not words.organ.search(part)) + "|" + rest


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Return the match whose subject stands last: the head of the phrase stands behind what is cited."""
    return next(reversed(list(pattern.finditer(text))), None)


def _without_site(text: str) -> str:
    """Cut site and column names behind a separator, and site names before one where only the rest tells of a report."""
    parts = [part.strip() for part in _SEPARATOR.split(text) if part.strip()]
    if len(parts) < 2:
        return text
    subject = _vocabulary().subject

    def is_site(part: str) -> bool:
        ends = _SITE.search(part) or _vocabulary().column.search(part)
        return bool(ends) and years.in_title(part) == years.Years(None)

    telling = [number for number, part in enumerate(parts) if subject.search(part)]
    if telling and telling[0] > 0 and all(is_site(part) for part in parts[: telling[0]]):
        parts = parts[telling[0] :]
    first = parts[0]
    rest = text[text.index(first) + len(first) :]
    return first if all(is_site(part) for part in parts[1:]) else first + rest


@cache
def _vocabulary() -> _Vocabulary:
    table = tomllib.loads(resources.files("archive").joinpath("data/titles.toml").read_text("utf-8"))
    strong, weak = ("|".join(table["subject"][key]) for key in ("strong", "weak"))
    nouns = "|".join(table["noun"]["strong"])
    gap = f"(?P<gap>[^。;；!?]{{0,{table['noun']['gap']}}}?)"
    return _Vocabulary(
        strong=re.compile(rf"(?:{strong}){gap}(?:{nouns})"),
        weak=re.compile(rf"(?:{weak}){gap}(?:{nouns})"),
        subject=re.compile(f"{strong}|{weak}"),
        column=re.compile("|".join(table["column"]["patterns"])),
        tail=re.compile("|".join(table["tail"]["patterns"]), re.IGNORECASE),
        organ=re.compile(f"(?:{'|'.join(table['organ']['suffixes'])})(?:推进|落实|开展)?$"),
        breaks=re.compile("|".join(f"(?={p})" for p in table["organ"]["breaks"])),
        fillers=re.compile("|".join(table["noun"]["fillers"])),
        near=tuple(
            _Near(Reason(e["reason"]), e["strength"] == "strong", re.compile("|".join(e["patterns"])))
            for e in table["near"]
        ),
    )
