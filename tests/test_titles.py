"""Titles: a table of real and made-up forms, each with what it means, and what must hold for any text."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import issuers, regions, titles
from archive.model import Reason
from archive.titles import Kind, Title

TABLE = Path(__file__).parent / "data" / "titles.tsv"


def rows() -> list[dict[str, str]]:
    """Rows of the table; ``*`` in a cell means that nobody asks."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['title'][:40]}{row['portal']}")
def test_title_means_what_the_table_says(row: dict[str, str]) -> None:
    told = titles.read(row["title"])
    issuer = issuers.find(title=row["title"])
    region = regions.resolve(
        title=row["title"], issuer=issuer.name, publisher=None, site_name=None, site_code=None, index_no=None,
        portal_code=row["portal"] or None, text="", year=told.year,
    ).region  # fmt: skip
    got = {
        "kind": told.kind.value,
        "reason": told.reason.value if told.reason else "",
        "year": str(told.year or ""),
        "issuer": issuer.name or "",
        "issuer_kind": issuer.kind.value if issuer.kind else "",
        "adcode": (region and region.adcode) or "",
        "town_code": (region and region.town_code) or "",
    }
    asked = [key for key in got if row[key] != "*"]
    assert {key: got[key] for key in asked} == {key: row[key] for key in asked}


def test_table_is_large_and_holds_both_kinds() -> None:
    kinds = Counter(row["kind"] for row in rows())
    assert sum(kinds.values()) >= 200
    assert kinds["report"] >= 100
    assert kinds["near_miss"] >= 60
    assert kinds["doubtful"] >= 10


@pytest.mark.real
def test_real_titles_and_near_misses(shared: Path) -> None:
    lines = (shared / "data" / "report_samples.tsv").read_text("utf-8").splitlines()
    samples = [dict(zip(lines[0].split("\t"), line.split("\t"), strict=True)) for line in lines[1:]]
    whole = [s for s in samples if s["kind"] == "near_miss" or "法治政府" in s["title"]]
    wrong = [s["title"] for s in whole if titles.is_report_title(s["title"]) == (s["kind"] == "near_miss")]
    # One title is cut short in the list itself.
    assert [t for t in wrong if not t.endswith("…)")] == []


def test_clean_strips_what_systems_add() -> None:
    plain = "示例市2020年法治政府建设工作报告"
    for dressed in (
        f"  {plain}  ",
        f"{plain}_示例市人民政府门户网站",
        f"{plain} - 政务公开 - 示例市人民政府",
        f"示例市人民政府网-{plain}",
        f"{plain}-法治政府建设年度报告-示例市人民政府",
        f"《{plain}》",
        f"[示政发〔2021〕3号]{plain}",
        f"示政函(2021)12号 {plain}",
        f"{plain}(示政发〔2021〕3号)",
        f"{plain}[2021-03-18]",
        f"2021-03-18 {plain}",
        f"·{plain}",
        "示例市２０２０年法治政府建设工作报告",
        "示例市2020年\u00a0法治政府\u3000建设工作\u200b报告",
        f"标题：{plain}",
    ):
        assert titles.clean(dressed) == plain, dressed


def test_clean_keeps_what_belongs_to_the_title() -> None:
    for title in (
        "示例区2016-2020年法治政府建设总结",
        "示例区2016—2020年法治政府建设总结",
        "关于贯彻《法治政府建设实施纲要(2015-2020年)》2019年度情况的报告",
    ):
        assert titles.clean(title) == title


def test_a_span_of_years_is_no_year() -> None:
    assert titles.read("示例区2016-2020年法治政府建设工作总结") == Title(
        Kind.NEAR_MISS, Reason.FIVE_YEAR_SUMMARY, None, (2016, 2020), "2016-2020"
    )


def test_for_and_against_is_doubtful_never_dropped() -> None:
    base = "示例市2021年法治政府建设情况报告"
    for title in (f"关于印发{base}的通知", f"{base}和2022年工作要点", f"{base}暨2022年工作计划", f"{base}公示"):
        assert titles.read(title).kind is Kind.DOUBTFUL, title


def test_no_title_is_no_report() -> None:
    assert not titles.is_report_title(None)
    assert not titles.is_report_title("")
    assert titles.read(" \u3000 ") == Title(Kind.NO)


WORDS = st.sampled_from(
    ["法治政府建设", "依法行政", "2020", "年度", "报告", "情况", "总结", "《", "》", "关于", "的", "通知", "解读",
     "示例县", "人民政府", "(", ")", "-", "_", "…", "〔2020〕1号", " ", "二〇二一", "信息公开", "\u3000", "|"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=14).map("".join))


@given(TEXTS)
def test_reading_never_raises_and_is_the_same_twice(text: str) -> None:
    told = titles.read(text)
    assert told == titles.read.__wrapped__(text)
    assert (told.reason is None) == (told.kind in (Kind.REPORT, Kind.WEAK, Kind.COLUMN, Kind.NO))
    assert told.year is None or told.span is None


@given(TEXTS)
def test_cleaning_removes_all_white_space(text: str) -> None:
    assert not any(character.isspace() for character in titles.clean(text))


@given(st.text(alphabet="法治政府建设年度报告情况2020 \u3000\u00a0", min_size=1, max_size=40), st.integers(2015, 2026))
def test_white_space_and_width_do_not_matter(noise: str, year: int) -> None:
    spaced = " ".join(f"示例市{year}年法治政府建设情况报告")
    assert titles.read(spaced) == titles.read(f"示例市{year}年法治政府建设情况报告")
    assert titles.read(noise) == titles.read(noise.replace(" ", "\u3000"))
