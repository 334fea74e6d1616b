"""The query language: what each form means, what is refused and with what advice, and that its spelling keeps it."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import query, tokens
from archive.query import Filter, Query, QueryError, Word, parse


@pytest.mark.parametrize(
    ("typed", "expression"),
    [
        ("行政复议", '"行政 政复 复议"'),
        ("行政复议 应诉", '"行政 政复 复议" AND "应诉"'),
        ("行政復議\u3000應訴", '"行政 政复 复议" AND "应诉"'),
        ("2020年", '"2020 年"'),
        ("２０２０年", '"2020 年"'),
        ("年度2020", '"年度 度 2020"'),
        ("第3号", '"第 3 号"'),
        ("2018-2020", '"2018 2020"'),
        ("法治，政府", '"法治 治 政 政府"'),
        ('"法治 政府"', '"法治 治政 政府"'),
        ("“负责人出庭”", '"负责 责人 人出 出庭"'),
        ("法", '"·法"'),
        ("法,", '"·法"'),
        ("复议 OR 应诉", '("复议" OR "应诉")'),
        ("复议 | 应诉", '("复议" OR "应诉")'),
        ("法治 复议 OR 应诉 执法", '"法治" AND ("复议" OR "应诉") AND "执法"'),
        ("复议 or 应诉", '"复议" AND "or" AND "应诉"'),
        ('复议 "OR" 应诉', '"复议" AND "or" AND "应诉"'),
        ("复议 -应诉", '("复议") NOT ("应诉")'),
        ("复议 －应诉 -执法", '("复议") NOT ("应诉" OR "执法")'),
        ("-应诉", '("·") NOT ("应诉")'),
        ('复议 -"出庭 应诉"', '("复议") NOT ("出庭 庭应 应诉")'),
        ("——复议", '"复议"'),
        ("title:法治", 'title : "法治"'),
        ("标题：法治 OR title:政府", '(title : "法治" OR title : "政府")'),
        ("复议*", '"复议"'),
        ("复议 复议", '"复议"'),
        ('复议"', '"复议"'),
        ('"复议', '"复议"'),
        ("http://www.example.gov.cn", '"http www example gov cn"'),
        ("通知：复议", '"通知 知 复 复议"'),
        ("10:30", '"10 30"'),
        ("year:2020", '"·"'),
        ("year:2020 复议", '"复议"'),
        ("-", '""'),
        ("“”", '""'),
        ("", '""'),
        (None, '""'),
        ("OR", '""'),
        ("year:abc", '""'),
        ("法" * (tokens.MAX_QUERY + 1), '""'),
    ],
)
def test_match(typed: str | None, expression: str) -> None:
    assert query.match(typed) == expression


@pytest.mark.parametrize(
    ("typed", "filters"),
    [
        ("year:2020", (Filter("year", ("2020",)),)),
        ("年度：２０２０年", (Filter("year", ("2020",)),)),
        ("year:2018-2020", (Filter("year", ("2018-2020",)),)),
        ("year:2020..2018", (Filter("year", ("2018-2020",)),)),
        ("year:2018至2018年", (Filter("year", ("2018",)),)),
        ("year:2018- -year:2020,2021", (Filter("year", ("2018-",)), Filter("year", ("2020", "2021"), excluded=True))),
        ("year:2018 year:2020 year:2018", (Filter("year", ("2018", "2020")),)),
        ("region:420683", (Filter("region", ("420683",)),)),
        ("地区：棗陽市", (Filter("region", ("枣阳市",)),)),
        ("place:湖北省/襄阳市", (Filter("region", ("湖北省/襄阳市",)),)),
        ("issuer:司法局 issuer:枣阳", (Filter("issuer", ("司法局",)), Filter("issuer", ("枣阳",)))),
        ("level:县级,prefecture", (Filter("level", ("county", "prefecture")),)),
        ("kind:政府部门", (Filter("kind", ("department",)),)),
        ("source:official", (Filter("source", ("official",)),)),
        ("due:逾期", (Filter("due", ("late",)),)),
        ("due:on-time", (Filter("due", ("ontime",)),)),
        ('year: "2020"', (Filter("year", ("2020",)),)),
    ],
)
def test_fields(typed: str, filters: tuple[Filter, ...]) -> None:
    assert parse(typed) == Query(filters=filters)
    assert parse(str(parse(typed))) == parse(typed)


@pytest.mark.parametrize(
    ("typed", "code", "message"),
    [
        ("OR 复议", "or_alone", "OR needs a word on each side"),
        ("复议 OR", "or_alone", "OR needs a word on each side"),
        ("复议 OR OR 应诉", "or_alone", "OR needs a word on each side"),
        ("-复议 OR 应诉", "or_alone", "OR needs a word on each side"),
        ("复议 OR -应诉", "or_minus", "OR cannot join an excluded word"),
        ("复议 OR year:2020", "or_field", "OR joins words, not year:"),
        ("year:", "empty_field", "nothing after year:"),
        ("title:。", "empty_field", "nothing after title:"),
        ("region:/", "empty_field", "nothing after region:"),
        ("auther:司法局", "unknown_field", "no field auther; there are title, issuer, year"),
        ("year:20", "year_bad", "20 is no year"),
        ("year:2020-2021-2022", "year_bad", "2020-2021-2022 is no year"),
        ("year:-", "year_bad", "- is no year"),
        ("year:0001", "year_bad", "0001 is no year"),
        ("level:乡镇", "value_bad", "level: has no value 乡镇; there are province, prefecture, county, township"),
        ("due:soon", "value_bad", "due: has no value soon; there are ontime, late, unknown"),
        ("法" * 2001, "long", "the query has 2,001 characters, 2,000 are possible"),
    ],
)
def test_what_cannot_be_meant_is_refused(typed: str, code: str, message: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(typed)
    assert refused.value.code == code
    assert refused.value.message.startswith(message)
    assert refused.value.remedy
    assert refused.value.chinese.endswith("。")


def test_the_messages_are_filled() -> None:
    """Guard of the test above: every error of the table is met by one of its cases or by a place nobody knows."""
    met = {"or_alone", "or_minus", "or_field", "empty_field", "unknown_field", "year_bad", "value_bad", "long"}
    assert set(query.ERRORS) - met == {"region_unknown"}


def test_narrowing_puts_one_condition_in_place_of_another() -> None:
    asked = parse("复议 year:2018 level:county -year:2020")
    assert str(asked.narrowed("year", "2021")) == "复议 level:county -year:2020 year:2021"
    assert str(asked.narrowed("year")) == "复议 level:county -year:2020"
    assert (asked.value("year"), asked.value("kind")) == ("2018", None)


RUN = st.text(alphabet="法治復议行20v\u3007", min_size=1, max_size=4)
TERM = st.lists(RUN, min_size=1, max_size=3).map(lambda runs: tuple(tokens.runs(tokens.fold("，".join(runs)))))
WORD = st.builds(Word, TERM, st.booleans())
YEAR = st.integers(1900, 2199).map(str)
RANGE = st.tuples(YEAR, YEAR).map(sorted).map(lambda pair: "-".join(dict.fromkeys(pair)))
VALUES = {
    "year": YEAR | RANGE | YEAR.map(lambda y: f"{y}-") | YEAR.map(lambda y: f"-{y}"),
    "region": st.sampled_from(["420683", "枣阳市", "湖北省/襄阳市", "110000-sfj"]),
    "level": st.sampled_from(["province", "county"]),
    "due": st.sampled_from(["ontime", "late", "unknown"]),
}


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """Draw a structure as ``parse`` makes them: nothing twice, each field once for and once against."""
    groups = draw(st.lists(st.lists(WORD, min_size=1, max_size=3, unique=True).map(tuple), max_size=3, unique=True))
    without = draw(st.lists(WORD, max_size=2, unique=True))
    filters = [
        Filter(field, tuple(draw(st.lists(VALUES[field], min_size=1, max_size=3, unique=True))), excluded)
        for field, excluded in draw(
            st.lists(st.tuples(st.sampled_from(sorted(VALUES)), st.booleans()), max_size=3, unique=True)
        )
    ]
    issuers = draw(
        st.lists(TERM.map(query._spelt).map(lambda name: Filter("issuer", (name,))), max_size=2, unique=True)
    )
    return Query(tuple(groups), tuple(without), (*issuers, *filters))


@settings(deadline=None)
@given(queries())
def test_the_spelling_of_a_query_is_the_query(asked: Query) -> None:
    assert parse(str(asked)) == asked


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(alphabet='法治復议20vr "“:：-－|,OR year', max_size=30))
def test_any_text_is_a_query_or_refused(typed: str) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table f using fts5(text, title, content='', tokenize='ascii')")
    assert db.execute("select rowid from f where f match ?", (query.match(typed),)).fetchall() == []
    db.close()
    try:
        asked = parse(typed)
    except QueryError:
        return
    assert parse(str(asked)) == asked


def test_the_longest_query_is_answered() -> None:
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table f using fts5(text, content='', tokenize='ascii')")
    text = " ".join(chr(0x4E00 + i) + chr(0x4E01 + i) for i in range(tokens.MAX_QUERY // 3))
    db.execute("insert into f(rowid, text) values (1, ?)", (tokens.tokens(text.replace(" ", "，")),))
    assert len(parse(text).groups) == tokens.MAX_QUERY // 3
    assert db.execute("select rowid from f where f match ?", (query.match(text),)).fetchall() == [(1,)]
    joined = text.replace(" ", " | ")[: tokens.MAX_QUERY - 2]
    assert db.execute("select rowid from f where f match ?", (query.match(joined),)).fetchall() == [(1,)]
