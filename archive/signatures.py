"""Who signs a text and when: organs and date at its end, or the date under its heading. Pure; leaf."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from archive import chrome, dates, heading

SIGNATURE_LINES = 8
FILES = 12  # lines with names of files that may follow a signature

_ORGAN = re.compile(r"[\u4e00-\u9fff（）()、·\s]{4,60}")
_ANNEX = re.compile(r"^\s*(?:附\s*件|附\s*表|附\s*[:：])|\.(?:docx?|pdf|xlsx?|wps|ofd|zip|rar)$", re.I)
_SENTENCE = re.compile(r"[。；！？]|，")


def at_end(lines: Sequence[str]) -> tuple[tuple[str, ...], date | None]:
    """Return the organs and the date that sign at the end of a text (lists of files may follow).

    >>> at_end(["请遵照执行。", "示例市财政局", "示例市教育局", "二○二○年五月九日"])
    (('示例市财政局', '示例市教育局'), datetime.date(2020, 5, 9))
    """
    end = len(lines)
    while end and len(lines) - end < FILES and _ANNEX.search(lines[end - 1]):
        end -= 1
    for index in range(end - 1, max(end - 1 - SIGNATURE_LINES, -1), -1):
        line = lines[index]
        day = dates.alone(line)
        organ = ""
        if day is None and len(line) <= 60 and not _SENTENCE.search(line) and (found := dates.find(line)):
            last = found[-1]
            if not line[last.end :].strip(" )）日") and _ORGAN.fullmatch(line[: last.start].strip() or "x"):
                day, organ = last.day, line[: last.start].strip()
        if day is not None:
            return ((organ,) if organ else _organs(lines, index)), day
    if end and end == len(lines) and _is_organ(lines[-1]):
        return _organs(lines, end), None
    return (), None


def under_heading(lines: Sequence[str]) -> date | None:
    """Return the date under the heading of a text, or behind it on the same line."""
    for line in lines[:6]:
        if day := dates.alone(line):
            return day
        if len(line) <= 90 and heading.is_title_line(line) and (found := dates.find(line)):
            return found[-1].day
        if chrome.is_prose(line) and not line.startswith("《"):  # the date of an order follows 《…》已经…通过
            break
    return None


def _organs(lines: Sequence[str], index: int) -> tuple[str, ...]:
    organs: list[str] = []
    for line in reversed(lines[max(0, index - 4) : index]):
        if not _is_organ(line):
            break
        organs.insert(0, line.strip())
    return tuple(organs)


def _is_organ(line: str) -> bool:
    return len(line) <= 60 and _ORGAN.fullmatch(line.strip()) is not None and not heading.is_title_line(line)
