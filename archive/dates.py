"""Dates as Chinese public pages write them: finds them in text, in a field, in an address. Leaf: standard library only.

Knows forms, not meanings: whether a date is a day of publication, of signature or a trap (今天是, a copyright year) is
for ``metadata`` to say. Nothing here raises; a string of the right shape that is no day (2021-02-30) is not found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

EARLIEST = date(1995, 1, 1)  # before the first .gov.cn site; 1970-01-01 is a CMS without a value

# One character for one character, so that offsets into the folded text are offsets into the page's.
_FOLD = str.maketrans(
    "０１２３４５６７８９．／－：–—−‐", "0123456789./-:----"
)  # fmt: skip
_NUMERALS = {
    "〇": 0, "○": 0, "◯": 0, "零": 0, "Ｏ": 0, "O": 0, "o": 0, "Ο": 0, "О": 0, "0": 0, "": 0, "一": 1, "元": 1, "壹": 1,
    "二": 2, "贰": 2, "三": 3, "叁": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
}  # fmt: skip
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip

_DIGIT = "〇○◯零ＯOoΟО0一二三四五六七八九"
_SMALL = r"(?:[〇○零0一二三四五六七八九十廿卅元]{1,3}|\d{1,2})"
_CALENDAR = re.compile(
    r"(?<![\d.])((?:19|20)\d\d) ?年 ?(\d{1,2}) ?月 ?(\d{1,2})(?: ?[日号]|(?!\d))"
    r"|(?<![\d.])((?:19|20)\d\d)([-/.])(\d{1,2})\5(\d{1,2})(?:(?!\d|\.\d)|(?=\d\d:\d\d))"
    rf"|([一二12][{_DIGIT}]{{3}}) ?年 ?({_SMALL}) ?月 ?({_SMALL}) ?[日号]"
)
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:\d{6})?(?!\d)")
_ENGLISH = re.compile(r"\b([A-Za-z]{3})[a-z]* (\d{1,2}),? (?:\d\d:\d\d:\d\d (?:[A-Z]{3,4} )?)?((?:19|20)\d\d)\b")
_URL_FORMS = tuple(
    re.compile(form)
    for form in (
        r"[/_]t((?:19|20)\d\d)(\d\d)(\d\d)_",  # TRS WCM: t20210318_123.html
        r"/((?:19|20)\d\d)/(\d{1,2})/(\d{1,2})(?:/|_)",  # Hanweb: /art/2021/3/18/
        r"/((?:19|20)\d\d)[-/_](\d\d)[-/_](\d\d)(?=/)",  # /2021/03-18/123.html, /2021-03/18/
        r"/((?:19|20)\d\d)(\d\d)/(\d\d)/",  # Hebei: /202103/18/
        r"/((?:19|20)\d\d)(\d\d)(\d\d)/",  # /20210318/<32 hex>.html
    )
)


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text: the day, and the characters it was read from (``text[start:end]``)."""

    day: date
    start: int
    end: int


def find(text: str) -> list[Found]:
    """Return every full date of a text, in order.

    >>> [str(f.day) for f in find("2021年3月8日发布,二〇二一年一月十一日印发,见2021-02-30")]
    ['2021-03-08', '2021-01-11']
    """
    folded = text.translate(_FOLD).replace("\u00a0", " ").replace("\u3000", " ")
    found = []
    for match in _CALENDAR.finditer(folded):
        if match[1]:
            day = _day(match[1], match[2], match[3])
        elif match[4]:
            day = _day(match[4], match[6], match[7])
        else:
            day = _day(_year(match[8]), _small(match[9]), _small(match[10]))
        if day is not None:
            found.append(Found(day, match.start(), match.end()))
    return found


def first(text: str) -> date | None:
    """Return the first date of a text.

    >>> first("发布日期:2021.03.08 10:22")
    datetime.date(2021, 3, 8)
    """
    found = find(text)
    return found[0].day if found else None


def value(text: str) -> date | None:
    """Return the date of a field that is known to hold one (meta tag, label): adds compact and English forms.

    >>> value("20210318102200"), value("Mar 18, 2021 1:48:00 PM")
    (datetime.date(2021, 3, 18), datetime.date(2021, 3, 18))
    """
    day = first(text)
    if day is not None:
        return day
    folded = text.translate(_FOLD)
    if match := _COMPACT.search(folded):
        return _day(match[1], match[2], match[3])
    if match := _ENGLISH.search(folded):
        return _day(match[3], _MONTHS.get(match[1].lower(), 0), match[2])
    return None


def alone(text: str) -> date | None:
    """Return the date of a line that holds nothing else but brackets, a time of day or full stops.

    >>> alone("（二○二一年一月十一日）"), alone("[2021-03-18 10:22:31]"), alone("2021年3月31日,全区召开会议")
    (datetime.date(2021, 1, 11), datetime.date(2021, 3, 18), None)
    """
    if len(text) > 60:
        return None
    found = find(text)
    if len(found) != 1:
        return None
    rest = text[: found[0].start] + text[found[0].end :]
    return found[0].day if re.fullmatch(r"[\s()（）\[\]【】〔〕.。:：\d时点分秒]*", rest) else None


def in_url(url: str) -> date | None:
    """Return the day that an address carries in its path; a month alone is no date.

    >>> in_url("http://www.example.gov.cn/zwgk/202103/t20210318_1.html")
    datetime.date(2021, 3, 18)
    >>> in_url("http://www.example.gov.cn/zwgk/202103/1.html")
    """
    path = url.split("?", 1)[0]
    for form in _URL_FORMS:
        if match := form.search(path):
            day = _day(*match.groups())
            if day is not None:
                return day
    return None


def problem(day: date, fetched: date | None) -> str | None:
    """Say why a day cannot be one of publication, or return None. One day of grace covers time zones.

    >>> problem(date(1970, 1, 1), None)
    '1970-01-01 is before the first site'
    """
    if day < EARLIEST:
        return f"{day} is before the first site"
    if fetched is not None and (day - fetched).days > 1:
        return f"{day} is after the page was fetched ({fetched})"
    return None


def year_of(numeral: str) -> int | None:
    """Return a year written in four Chinese or ASCII digits.

    >>> year_of("二〇二一"), year_of("二OO五"), year_of("2020"), year_of("二十")
    (2021, 2005, 2020, None)
    """
    number = _year(numeral.translate(_FOLD))
    return number if 1900 <= number < 2100 else None


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _year(numeral: str) -> int:
    if len(numeral) != 4:
        return 0
    number = 0
    for character in numeral:
        digit = int(character) if character.isascii() and character.isdigit() else _NUMERALS.get(character)
        if digit is None:
            return 0
        number = number * 10 + digit
    return number


def _small(numeral: str) -> int:
    """Read a month or a day: 三, 十一, 二十一, 廿一, 〇三, 3. Returns 0 for what is none."""
    if numeral.isascii() and numeral.isdigit():
        return int(numeral)
    numeral = numeral.replace("廿", "二十").replace("卅", "三十")
    if "十" in numeral:
        tens, _, ones = numeral.partition("十")
        if "十" in ones or len(tens) > 1 or len(ones) > 1:
            return 0
        return _NUMERALS.get(tens or "一", 0) * 10 + _NUMERALS.get(ones, 0)
    number = 0
    for character in numeral:
        number = number * 10 + _NUMERALS.get(character, 99)
    return number
