"""Folding, cutting and marking: the rules of search, each with its example."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import tokens

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
    assert (tokens.version(), words) == ("1-6f730408", "·复 ·年 ·政 ·行 ·议 2020 年 行 行政 政复 复议 议 vr")


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("行政复议", '"行政 政复 复议"'),
        ("行政复议 应诉", '"行政 政复 复议" AND "应诉"'),
        ("2020年", '"2020 年"'),
        ("年度2020", '"年度 度 2020"'),
        ("第3号", '"第 3 号"'),
        ("法治，政府", '"法治 治 政 政府"'),
        ('"法治 政府"', '"法治 治政 政府"'),
        ("“负责人出庭”", '"负责 责人 人出 出庭"'),
        ("法", '"·法"'),
        ("法,", '"·法"'),
        ("复议 OR 应诉", '"复议" AND "or" AND "应诉"'),
        ("title:法治", '"title 法 法治"'),
        ("复议*", '"复议"'),
        ("复议 复议", '"复议"'),
        ('复议"', '"复议"'),
        ("-", '""'),
        ("“”", '""'),
        ("", '""'),
        (None, '""'),
        ("法" * (tokens.MAX_QUERY + 1), '""'),
    ],
)
def test_match(query: str | None, expression: str) -> None:
    assert tokens.match(query) == expression


@settings(deadline=None)
@given(st.text(max_size=60) | MIXED)
def test_no_query_is_a_syntax_error(query: str) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table f using fts5(title, text, content='', tokenize='ascii')")
    assert db.execute("select rowid from f where f match ?", (tokens.match(query),)).fetchall() == []


def test_the_longest_query_is_answered() -> None:
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table f using fts5(text, content='', tokenize='ascii')")
    text = " ".join(chr(0x4E00 + i) + chr(0x4E01 + i) for i in range(tokens.MAX_QUERY // 3))
    db.execute("insert into f(rowid, text) values (1, ?)", (tokens.tokens(text.replace(" ", "，")),))
    assert len(tokens.terms(text)) == tokens.MAX_QUERY // 3
    assert db.execute("select rowid from f where f match ?", (tokens.match(text),)).fetchall() == [(1,)]


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
    assert [text[s.start : s.end] for s in tokens.spans(query, text)] == marked


def test_no_character_folds_to_nothing() -> None:
    """``spans`` takes equal lengths as proof that each character of a text folds to one."""
    table = tokens._Folded()
    assert all(table[code] for code in range(0x32400) if not 0xD800 <= code < 0xE000)


@settings(deadline=None)
@given(MIXED, st.text(alphabet="法治复议20vr", min_size=1, max_size=4))
def test_spans_lie_in_the_text_in_order(text: str, query: str) -> None:
    found = tokens.spans(query, text)
    assert all(0 <= s.start < s.end <= len(text) for s in found)
    assert found == sorted(found, key=lambda s: (s.start, -s.end, s.term))
    for s in found:
        assert tokens.runs(tokens.fold(text[s.start : s.end])) == list(tokens.terms(query)[s.term])
