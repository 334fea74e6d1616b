"""Dates in all their forms."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import dates

DIGITS = "〇一二三四五六七八九"


def chinese(day: date) -> str:
    def small(n: int) -> str:
        tens, ones = divmod(n, 10)
        return ("" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十") + (
            DIGITS[ones] if ones or not tens else ""
        )

    return "".join(DIGITS[int(d)] for d in str(day.year)) + f"年{small(day.month)}月{small(day.day)}日"


FORMS = (
    lambda d: d.isoformat(),
    lambda d: f"{d.year}/{d.month}/{d.day}",
    lambda d: f"{d.year}.{d.month:02}.{d.day:02}",
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: f"{d.year} 年 {d.month:02} 月 {d.day:02} 日",
    chinese,
    lambda d: chinese(d).replace("〇", "○"),
    lambda d: chinese(d).replace("〇", "O"),
    lambda d: chinese(d).replace("二十", "廿"),
    lambda d: "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in f"{d.year}年{d.month}月{d.day}日"),
    lambda d: f"{d.year}年{d.month}月{d.day}",
)


@given(st.dates(date(2000, 1, 1), date(2039, 12, 31)), st.sampled_from(FORMS))
def test_every_form_round_trips(day: date, form) -> None:  # type: ignore[no-untyped-def]  # lambdas above
    words = form(day)
    (found,) = dates.find(f"印发日期：{words}。")
    assert found.day == day
    assert dates.value(words) == dates.alone(f"（{words}）") == day


@given(st.text(max_size=200))
def test_never_raises(text: str) -> None:
    for found in dates.find(text):
        assert 0 <= found.start < found.end <= len(text)
    dates.value(text), dates.alone(text), dates.in_url(text)


@pytest.mark.parametrize("text", ["2021-02-30", "1.2021.3", "v2021.3.1.4", "20210", "第2021号", "0000年1月1日", "13月"])
def test_no_dates(text: str) -> None:
    assert dates.find(text) == []


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("/zwgk/202103/t20210318_1.html", date(2021, 3, 18)),
        ("/art/2021/3/18/art_1_2.html", date(2021, 3, 18)),
        ("/2021/03-18/1.html", date(2021, 3, 18)),
        ("/zwgk/202103/1.html", None),
        ("/t19700101_1.shtml", date(1970, 1, 1)),
    ],
)
def test_addresses(url: str, day: date | None) -> None:
    assert dates.in_url("http://www.example.gov.cn" + url) == day


def test_impossible_days_are_told() -> None:
    assert dates.problem(date(1970, 1, 1), None)
    assert dates.problem(date(2030, 1, 1), date(2026, 1, 1))
    assert dates.problem(date(2021, 3, 18), date(2021, 3, 17)) is None
