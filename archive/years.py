"""The year a report reports on: gathers witnesses in title, body and dates, and weighs them. Pure; leaf.

Order of trust (no standard fixes it; see ``docs/decisions``): the opening sentence (现将2020年度…报告如下), the year in
the body's own headings, the year in the title, the year the body speaks of most, publication minus one. Content farms
raise the year in the title of an old report and leave the body alone, so the body wins; every
disagreement becomes an Issue."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from archive import dates
from archive.model import Evidence, Issue, IssueCode, ValueSource

FIRST = 2000  # 依法行政 reports before 纲要(2004) do not exist online; a smaller number is a misreading
OPENING_LINES = 8
_YEAR = r"(20\d\d|[二2][〇○零Ｏ0OoО][〇○零Ｏ0OoО一二三四五六七八九\d]{2})"
_CITED = re.compile(r"《[^《》]*》|[〔\[【(（][^〔\[【(（〕\]】)）]{0,8}(?:19|20)\d\d[〕\]】)）][^号]{0,6}号")
_SPAN = re.compile(rf"{_YEAR} ?年?(?:度)? ?(?:-|—|–|~|～|至|到|－)+ ?{_YEAR}")
_IN_TITLE = re.compile(rf"(?<!\d){_YEAR}(?!\d)(?! ?年 ?\d{{1,2}} ?月)")
_WITH_SIGN = re.compile(rf"(?<!\d){_YEAR} ?年")
_OPENING = re.compile(
    rf"(?:现|兹|特|谨|下面|以下)[^。;；]{{0,24}}?{_YEAR} ?年?度?[^。;；\d]{{0,40}}?"
    r"(?:报告|总结|汇报|通报|公布|公开|情况)[^。;；]{0,6}如下"
)
_STARTS = re.compile(rf"^\W{{0,4}}{_YEAR} ?年(?:度|以来|来|是|,|，|、|我|全|在|以|,|[^\d底末前初])")
_HEADING = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十]{1,3}[、.．章部]|[(（][一二三四五六七八九十]{1,3}[)）]|\d{1,2}[、.．])"
)
_PLAN = re.compile(r"计划|安排|打算|思路|下一步|设想|展望|下一年|规划")
_PLANS = re.compile(r"下一?(?:步|年度?|阶段)|(?:安排|打算|计划|思路|展望)[:：]?$")
_STOP = re.compile(r"。|，.*，|,.*,")
_BODY_MINIMUM = 3  # mentions before "the year the body speaks of most" counts as a witness


@dataclass(frozen=True, slots=True)
class Years:
    """What a title says of years: the one reported on (None: not told), the whole span where it names one."""

    year: int | None
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The year, everything that speaks for or against it, and the conflicts."""

    year: int | None
    evidence: tuple[Evidence, ...] = ()
    issues: tuple[Issue, ...] = ()


def in_title(title: str) -> Years:
    """Return the year a title names. Years inside 《…》 and document numbers belong to other papers.

    >>> in_title("[天政发〔2026〕7号]示例市人民政府关于2025年法治政府建设情况的报告").year
    2025
    >>> in_title("关于贯彻《法治政府建设实施纲要(2015-2020年)》2019年度情况的报告").year
    2019
    >>> in_title("示例区2016-2020年法治政府建设总结").span
    (2016, 2020)
    """
    bare = _CITED.sub(" ", title)
    if not _IN_TITLE.search(bare):
        bare = re.sub(r"[〔\[【][^〕\]】]*号", " ", title).strip("《》 ") if title.strip().startswith("《") else bare
    if match := _SPAN.search(bare):
        low, high = dates.year_of(_ascii(match[1])), dates.year_of(_ascii(match[2]))
        if low and high and low < high:
            return Years(None, (low, high))
    years = [year for match in _IN_TITLE.finditer(bare) if (year := _number(match[1]))]
    return Years(years[0] if years else None)


def decide(
    *,
    title: str | None,
    title_source: ValueSource,
    title_in_body: str | None,
    body: Sequence[str],
    written: date | None,
    published: date | None,
    last_day: date | None = None,
) -> Finding:
    """Weigh all witnesses for the report year.

    ``last_day`` bounds it: nobody reports on a year that had not begun when the page was fetched.
    """
    witnesses: list[Evidence] = []

    def add(year: int | None, source: ValueSource, quote: str) -> int | None:
        if year is None or year < FIRST or (last_day is not None and year > last_day.year):
            return None
        witnesses.append(Evidence("year", str(year), source, quote[:80]))
        return year

    opening = add(*_opening(body))
    heading = add(*_headings(body))
    inner = add(in_title(title_in_body).year, ValueSource.BODY, title_in_body) if title_in_body else None
    start = add(*_start(body))
    most = add(*_most(body))
    outer = add(in_title(title).year, title_source, title) if title else None
    signed = add(_before(written), ValueSource.SIGNATURE, str(written)) if written else None
    posted = add(_before(published), ValueSource.GUESS, f"published {published}") if published else None

    text_says = _agreed(opening, heading, inner, start, most, outer)
    year = text_says or outer or most or start or signed or posted
    issues = []
    strong = [y for y in (opening, heading, inner, outer) if y is not None]
    if year is not None and (any(y != year for y in strong) or (most not in (None, year) and year is not outer)):
        said = ", ".join(f"{e.value} ({e.source}: {e.quote[:30]})" for e in witnesses)
        issues.append(Issue(IssueCode.YEAR_CONFLICT, "year", said))
    if year is None:
        issues.append(Issue(IssueCode.YEAR_UNKNOWN, "year", "no year in title, body or dates"))
    return Finding(year, tuple(witnesses), tuple(issues))


def _agreed(
    opening: int | None, heading: int | None, inner: int | None, start: int | None, most: int | None, outer: int | None
) -> int | None:
    """Return the year the text itself states, or None where only the title speaks."""
    body = [y for y in (opening, heading, inner) if y is not None]
    if body:
        # A forgotten year in the opening of a re-used template: the title and another witness in the body outvote it.
        if outer is not None and outer != body[0] and outer in (*body[1:], most):
            return outer
        return body[0]
    if outer is None:
        return start or most
    # No sentence states the year. A title no part of the body agrees with was changed by a host.
    if most is not None and most != outer and start in (None, most) and most < outer:
        return most
    return outer


def _opening(body: Sequence[str]) -> tuple[int | None, ValueSource, str]:
    for line in body[:OPENING_LINES]:
        if match := _OPENING.search(_uncited(line)):
            return _number(match[1]), ValueSource.BODY, match[0]
    return None, ValueSource.BODY, ""


def _start(body: Sequence[str]) -> tuple[int | None, ValueSource, str]:
    for line in body[:4]:
        if match := _STARTS.match(line):
            return _number(match[1]), ValueSource.BODY, line[:40]
    return None, ValueSource.BODY, ""


def _headings(body: Iterable[str]) -> tuple[int | None, ValueSource, str]:
    """Read the year of the headings; a heading of plans (四、2022年度…安排) speaks of the year after."""
    votes: Counter[int] = Counter()
    quotes: dict[int, str] = {}
    ahead = False  # under a heading of plans its items speak of the next year too
    for line in body:
        if _PLANS.search(line) and len(line) <= 40 and not _STOP.search(line):
            ahead = True
        if len(line) > 60 or not _HEADING.match(line) or _STOP.search(line):
            continue
        if match := _WITH_SIGN.search(_uncited(line)):
            year = _number(match[1])
            if year:
                year -= bool(_PLAN.search(line) or ahead)
                votes[year] += 1
                quotes.setdefault(year, line.strip())
    if not votes:
        return None, ValueSource.BODY, ""
    (year, count), *others = votes.most_common(2)
    if others and others[0][1] == count:
        return None, ValueSource.BODY, ""
    return year, ValueSource.BODY, quotes[year]


def _most(body: Iterable[str]) -> tuple[int | None, ValueSource, str]:
    votes: Counter[int] = Counter()
    for line in body:
        if "年" in line:
            votes.update(y for m in _WITH_SIGN.finditer(_uncited(line)) if (y := _number(m[1])))
    ranked = votes.most_common(2)
    if not ranked or ranked[0][1] < _BODY_MINIMUM or (len(ranked) > 1 and ranked[1][1] * 2 > ranked[0][1]):
        return None, ValueSource.BODY, ""
    return ranked[0][0], ValueSource.BODY, f"{ranked[0][1]} mentions of {ranked[0][0]}年"


def _before(day: date) -> int:
    """Return the year a paper of that day reports on: the last one, or this one from November."""
    return day.year if day.month >= 11 else day.year - 1


def _uncited(line: str) -> str:
    return _CITED.sub(" ", line)


def _ascii(numeral: str) -> str:
    return "二" + numeral[1:] if numeral.startswith("2") and not numeral.isdigit() else numeral


def _number(numeral: str) -> int | None:
    year = dates.year_of(_ascii(numeral))
    return year if year is not None and year >= FIRST else None
