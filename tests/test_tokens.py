"""Folding, cutting and marking: the rules of search, each with its example."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import tokens
from archive.query import parse
from archive.query import spans as query_spans

MIXED = st.text(alphabet='法治政府复议行復議年第〇20１２vrＶ ，。“"_·\n\u200b・々éÉ①⼈', max_size=40)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("１２３４８", "12348"),
        ("ＶＲ體驗", "vr体验"),
        ("法 治\u3000政\u200b府", "法治政府"),
        ("法治\n政府", "法治\n政府"),  # a line is a paragraph: its end stays a border
        ("⼈⺠", "人⺠"),  # a Kangxi radical becomes its character; NFKC knows no form for ⺠
        ("二〇二〇", "二〇二〇"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert tokens.fold(text) == folded


@settings(deadline=None)
@given(MIXED)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert tokens.fold(tokens.fold(text)) == tokens.fold(text)


def test_the_character_table_is_one_to_one_and_final() -> None:
    table = tokens.simplified()
    assert len(table) > 4000
    assert table[ord("議")] == "议"
    assert all(len(value) == 1 and ord(value) not in table for value in table.values())


def test_a_change_of_rules_or_table_changes_the_version() -> None:
    """The index of every archive is filled again when this value changes; a change must be meant."""
    words = tokens.tokens("2020年，行政復議 ＶＲ")
    assert (tokens.version(), words) == ("2-6f730408", "· ·复 ·年 ·政 ·行 ·议 2020 年 行 行政 政复 复议 议 vr")


def test_what_each_text_holds_finds_each_text() -> None:
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table f using fts5(text, title, content='', tokenize='ascii')")
    for number, text in enumerate(("", "法治", "12 vr", "·")):
        db.execute("insert into f(rowid, text) values (?, ?)", (number, tokens.tokens(text)))
    rows = db.execute("select rowid from f where f match ?", (f'"{tokens.SINGLE}"',))
    assert [row[0] for row in rows] == [0, 1, 2, 3]
    assert tokens.tokens(None) is None


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("复议", "行政復議、复 议", ["復議", "复 议"]),
        ("12348", "拨打１２３４８热线，123480", ["１２３４８"]),
        ("2020年", "2020 年、12020年", ["2020 年"]),
        ("法治，政府", "法治政府、法治：政府", ["法治：政府"]),
        ("vr 体验", "VR体驗", ["VR", "体驗"]),
        ("...", "……", []),
        ("㎡", "12㎡", []),  # folds to m2, so the whole word is 12m2
    ],
)
def test_spans_mark_the_text_as_it_stands(query: str, text: str, marked: list[str]) -> None:
    assert [text[s.start : s.end] for s in query_spans(query, text)] == marked


def test_no_character_folds_to_nothing() -> None:
    """``spans`` takes equal lengths as proof that each character of a text folds to one."""
    table = tokens._Folded()
    assert all(table[code] for code in range(0x32400) if not 0xD800 <= code < 0xE000)


@settings(deadline=None)
@given(MIXED, st.text(alphabet="法治复议20vr", min_size=1, max_size=4))
def test_spans_lie_in_the_text_in_order(text: str, query: str) -> None:
    found = query_spans(query, text)
    assert all(0 <= s.start < s.end <= len(text) for s in found)
    assert found == sorted(found, key=lambda s: (s.start, -s.end, s.term))
    for s in found:
        assert tokens.runs(tokens.fold(text[s.start : s.end])) == list(parse(query).marks[s.term])
