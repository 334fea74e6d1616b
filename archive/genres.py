"""Whether a page is a 法治政府建设年度报告, and if not, what it is: a reason from a closed list. Pure; leaf.

    judge()    titles, text and what is known around them -> Verdict

Precision before recall: what speaks for and against at once is ``doubtful`` and can be overruled by hand. The title
decides first (``titles``), the text confirms: it must be long enough, speak of the matter, and show parts of a report.
A body without a title whose opening says 现将2021年度法治政府建设情况报告如下 is a report.
Wording: ``data/genres.toml``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from archive import refusals, titles
from archive.model import IssuerKind, Reason
from archive.titles import Kind, Title

READ = 60_000  # characters of the text that are looked at
OPENING = 1_500
LONGEST_COLUMN = 8  # characters of a column's name (通知公告); a longer title is that of a document

_DATE = re.compile(r"(?:20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}-\d{1,2})")
_DATE_END = re.compile(r"20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?[\])]?$")
_SENTENCE_END = re.compile(r"[。;；]")


@dataclass(frozen=True, slots=True)
class Verdict:
    """``reason`` None: a report. ``detail`` says in words what decided."""

    reason: Reason | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Signs:
    """What the text shows: the opening sentence, parts of a report, mentions of the matter, other papers' wording."""

    length: int
    lines: int
    opening: str
    parts: tuple[str, ...]
    core: int
    topic: int
    other: tuple[tuple[Reason, str], ...]

    @property
    def whole(self) -> bool:
        """A short text that has the parts of a report all the same, as towns publish."""
        return self.lines >= 3 and bool(self.core) and bool(self.opening or self.lines >= 5) and len(self.parts) >= 3

    @property
    def report_like(self) -> bool:
        """A text that could be nothing else: says so in its opening, or has two parts and speaks of nothing else."""
        return bool(self.opening and self.core and self.parts) or (len(self.parts) >= 2 and self.core >= 4)


def judge(
    *,
    title: str | None,
    title_in_body: str | None = None,
    link_title: str | None = None,
    text: str = "",
    span: tuple[int, int] | None = None,
    url: str | None = None,
    issuer_kind: IssuerKind | None = None,
    links: int = 0,
    status: int = 200,
) -> Verdict:
    """Return the verdict on a page; never raises.

    ``text`` is the clean body, one paragraph a line. ``span`` is the first and last year where the title names several.
    ``links`` is the number of links inside the body. ``status`` is that of the HTTP answer.

    >>> judge(title="一图读懂示例县2020年法治政府建设情况报告", text="").reason
    <Reason.INTERPRETATION: 'interpretation'>
    >>> judge(title="示例县2020年法治政府建设情况报告", text="").reason
    <Reason.EMPTY: 'empty'>
    """
    text = unicodedata.normalize("NFKC", text[:READ])
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    length = sum(len(line) for line in lines)
    best = _best([titles.read(t) for t in (title, title_in_body) if t and t.strip()], link_title)
    promised = best is not None and best.kind is Kind.REPORT
    if (status >= 400 or not promised) and (
        refused := refusals.judge(title=title or "", visible=text, source="", body=length, status=status)
    ):
        return Verdict(*refused)
    signs = _signs(text, len(lines), length)
    named = titles.read(title or "").kind is Kind.NEAR_MISS and len(titles.clean(title or "")) > LONGEST_COLUMN
    if not named and not signs.report_like and (listing := _list_page(lines, links)):
        return Verdict(Reason.LIST_PAGE, listing)
    if best is not None and best.kind is Kind.NEAR_MISS and best.reason is not None:
        # A site's own name as title (X信息公开目录) says nothing of a body that is plainly a report.
        if signs.opening and signs.report_like and not _firm(best):
            return Verdict(Reason.DOUBTFUL, f"title says {best.word}, text says {signs.opening[:40]}")
        return Verdict(best.reason, f"title: {best.word}")
    if span is not None and span[0] < span[1] and best is not None and best.kind is not Kind.NO:
        return Verdict(Reason.FIVE_YEAR_SUMMARY, f"title names the years {span[0]}-{span[1]}")
    if not text.strip():
        return Verdict(Reason.EMPTY, "no text in the body")
    if best is not None and best.kind is Kind.DOUBTFUL:
        return Verdict(Reason.DOUBTFUL, f"title: {best.word}")
    if issuer_kind is IssuerKind.VERTICAL:
        return Verdict(Reason.VERTICAL_AGENCY, "the issuer is part of a central department")
    return _by_text(best, signs)


def _by_text(best: Title | None, signs: _Signs) -> Verdict:
    """Decide by the text what the title leaves open, and let it contradict a title that promises a report."""
    limits = _vocabulary()["limits"]
    promised = best is not None and best.kind is Kind.REPORT
    if signs.length < (limits["report_short"] if promised and signs.whole else limits["report_least"]):
        reason = Reason.OTHER_DOCUMENT
        if promised:  # a few words beside a file, or a summary too short to be sure of
            reason = Reason.EMPTY if signs.length < limits["report_short"] else Reason.DOUBTFUL
        return Verdict(reason, f"{signs.length} characters of text")
    against = next(iter(signs.other), None)
    if promised:
        if against is not None and not signs.report_like:
            return Verdict(
                Reason.DOUBTFUL, f"the title promises a report, the text reads like {against[0]}: {against[1]}"
            )
        if signs.core == 0 or (not signs.parts and not signs.opening and signs.topic < 8):
            return Verdict(Reason.DOUBTFUL, "the title promises a report, the text shows none of its parts")
        return Verdict(None, f"title: {best.word}" if best else "")
    if best is None or best.kind in (Kind.WEAK, Kind.COLUMN):
        if signs.opening and "法治政府" in signs.opening and signs.report_like and against is None:
            return Verdict(None, f"opening: {signs.opening}")
        if best is not None and signs.report_like and signs.core >= 6 and against is None:
            return Verdict(None, f"title: {best.word}; parts: {', '.join(signs.parts)}")
        if signs.report_like or best is not None:
            return Verdict(Reason.DOUBTFUL, "no plain title, and the text alone does not decide")
        return Verdict(
            against[0] if against else Reason.OTHER_DOCUMENT, against[1] if against else "nothing of a report"
        )
    if signs.opening and "法治政府" in signs.opening and signs.report_like:
        return Verdict(Reason.DOUBTFUL, f"another title, but the opening says {signs.opening}")
    return Verdict(
        against[0] if against else Reason.OTHER_DOCUMENT, against[1] if against else "the title is another one"
    )


def _best(own: Sequence[Title], link_title: str | None) -> Title | None:
    """Return the title that decides: what speaks against before what speaks for, the page's own before the link's.

    A title cut short by the listing or the system (…) is doubtful only as long as no whole one speaks.
    """
    order = (Kind.NEAR_MISS, Kind.DOUBTFUL, Kind.REPORT, Kind.WEAK, Kind.COLUMN, Kind.NO)
    whole = [t for t in own if not t.word.endswith("…")]
    best = min(whole or own, key=lambda t: order.index(t.kind), default=None)
    if link_title is None or (best is not None and best.kind not in (Kind.COLUMN, Kind.NO)):
        return best
    link = titles.read(link_title)
    if link.kind is Kind.NO:
        return best
    # The page bears another name than its link: only a text that is plainly a report can decide for one.
    return replace(link, kind=Kind.WEAK) if best is not None and link.kind is Kind.REPORT else link


def _firm(title: Title) -> bool:
    """Tell whether a near miss speaks of this report or its sisters, so that no text can contradict it."""
    return title.reason not in (Reason.OTHER_DOCUMENT, Reason.NOTICE, Reason.NEWS)


def _signs(text: str, lines: int, length: int) -> _Signs:
    words = _vocabulary()
    opening = next((m[0] for p in words["opening"] if (m := p.search(text[:OPENING]))), "")
    parts = tuple(key for key, pattern in words["part"] if pattern.search(text))
    core, topic = (len(words[key].findall(text)) for key in ("core", "topic"))
    other = []
    for reason, minimum, share, pattern in words["other"]:
        found = pattern.findall(text)
        if len(found) >= max(minimum, share * core):
            other.append((reason, f"{len(found)} times {found[0]}"))
    return _Signs(length, lines, opening, parts, core, topic, tuple(other))


def _list_page(lines: list[str], links: int) -> str:
    """Return why lines are those of a list, or nothing: short lines without sentences, dated or linked."""
    limits = _vocabulary()["limits"]
    if len(lines) < limits["list_least"]:
        return ""
    short = [
        line
        for line in lines
        if (len(line) <= limits["list_line"] or _DATE_END.search(line)) and not _SENTENCE_END.search(line)
    ]
    dated = sum(bool(_DATE.search(line)) for line in short)
    share = len(short) / len(lines)
    if share >= limits["list_share"] and (dated >= len(lines) * 0.3 or links >= len(lines) * 0.5):
        return f"{len(short)} of {len(lines)} lines are entries, {dated} dated, {links} links"
    return ""


@cache
def _vocabulary() -> dict[str, Any]:
    table = tomllib.loads(resources.files("archive").joinpath("data/genres.toml").read_text("utf-8"))

    def form(patterns: list[str]) -> re.Pattern[str]:
        return re.compile("|".join(patterns), re.IGNORECASE)

    return {
        "limits": table["limits"],
        "opening": [re.compile(p) for p in table["opening"]["patterns"]],
        "part": [(e["key"], form(e["patterns"])) for e in table["part"]],
        "core": form(table["topic"]["core"]),
        "topic": form(table["topic"]["patterns"]),
        "other": [
            (Reason(e["reason"]), int(e["minimum"]), float(e.get("share", 0)), form(e["patterns"]))
            for e in table["other"]
        ],
    }
