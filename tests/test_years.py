"""The year reported on."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import years
from archive.model import IssueCode, ValueSource


def decide(title: str | None, body: list[str], **more: object) -> years.Finding:
    values: dict[str, object] = {"title_in_body": None, "written": None, "published": None, **more}
    return years.decide(title=title, title_source=ValueSource.TITLE, body=body, **values)  # type: ignore[arg-type]  # mixed


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("示例县2020年法治政府建设工作报告", 2020), ("示例县二〇二〇年度法治政府建设工作报告", 2020),
        ("[示政发〔2026〕7号]示例市关于2025年法治政府建设情况的报告", 2025), ("示例县法治政府建设年度报告", None),
        ("关于贯彻《纲要(2015-2020年)》2019年度情况的报告", 2019),
    ],
)  # fmt: skip
def test_title(title: str, year: int | None) -> None:
    assert years.in_title(title).year == year


def test_a_host_that_raised_the_year_is_overruled() -> None:
    found = decide(
        "示例街道2022年法治政府建设工作总结",
        ["2020年，街道依法行政。", "2020年共办件。", "2020年完成。", "二、2020年度主要做法"],
    )
    assert found.year == 2020
    assert [issue.code for issue in found.issues] == [IssueCode.YEAR_CONFLICT]


def test_plans_speak_of_the_next_year() -> None:
    body = [
        "现将2021年度法治政府建设情况报告如下：",
        "一、2021年度主要举措",
        "四、2022年度主要安排",
        "（一）2022年抓学习",
    ]
    assert decide(None, body).year == 2021
    assert decide("示例市2024年度报告", ["下一步工作打算", "（一）把法律学习纳入2025年必学内容"]).year == 2024


def test_dates_only_when_nothing_else_tells() -> None:
    assert decide("示例县法治政府建设年度报告", ["正文。"], published=date(2021, 3, 1)).year == 2020
    assert decide("示例县法治政府建设年度报告", ["正文。"], written=date(2021, 12, 30)).year == 2021
    assert decide(None, ["正文。"]).issues[0].code is IssueCode.YEAR_UNKNOWN


def test_no_year_of_the_future() -> None:
    assert decide("示例县2030年报告", [], last_day=date(2026, 1, 1)).year is None


@given(st.text(max_size=80), st.lists(st.text(max_size=60), max_size=8))
def test_never_raises(title: str, body: list[str]) -> None:
    year = decide(title, body).year
    assert year is None or years.FIRST <= year < 2100
