"""Search against the truth: a scan of the folded text by the documented rules, for any corpus and any query."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest
from fazhi_zoo.records import capture, library, report
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from archive import deadline, facets, passages, search, store, tokens
from archive.errors import UsageError
from archive.query import QueryError, match, parse, spans

HAN = r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]"


@cache
def words(text: str) -> list[str]:
    """Return the runs of a text, by the words of the documentation and not by the code that is tested."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(tokens.simplified().get(ord(char), char) for char in text).lower()
    text = re.sub(rf"(?<={HAN})[ \t\u200b\u3000]+(?={HAN})", "", text)
    return re.findall(rf"{HAN}+|(?:(?!{HAN})[^\W_])+", text)


def holds(text: str, term: str) -> bool:
    """Tell whether a term stands in a text: Han anywhere, other words whole, its runs next to each other."""
    wanted, found = words(term), words(text)
    for at in range(len(found) - len(wanted) + 1):
        window = found[at : at + len(wanted)]
        if all(fits(w, f, first=i == 0, last=i == len(wanted) - 1) for i, (w, f) in enumerate(zip(wanted, window))):  # noqa: B905 (of one length)
            return True
    return False


def fits(wanted: str, found: str, *, first: bool, last: bool) -> bool:
    if not re.match(HAN, wanted):
        return wanted == found
    if first and last:
        return wanted in found
    if first:
        return bool(re.match(HAN, found)) and found.endswith(wanted)
    return found.startswith(wanted) if last else found == wanted


def scan(corpus: Sequence[tuple[str, str]], query: str) -> set[int]:
    """Return the numbers of the documents (title, text) a query asks for, read by hand."""
    query = re.sub("[“”]", '"', unicodedata.normalize("NFKC", query))
    wanted: list[list[tuple[bool, str]]] = []
    unwanted: list[tuple[bool, str]] = []
    joins = False
    at = 0
    while at < len(query):
        rest = query[at:]
        fresh = at == 0 or query[at - 1].isspace()
        item = re.match(r'(-?)(title:\s*)?(?:"([^"]*)"|([^\s"]+))', rest) if fresh else None
        if item is None:
            item = re.match(r'()()(?:"([^"]*)"|([^\s"]+))', rest)
        if item is None:
            at += 1
            continue
        at += item.end()
        minus, title, quoted, bare = item.groups()
        if bare in ("OR", "|") and not minus and not title:
            joins = True
            continue
        term = quoted or bare or ""
        if not words(term):
            continue
        if minus:
            unwanted.append((bool(title), term))
        elif joins:
            wanted[-1].append((bool(title), term))
        else:
            wanted.append([(bool(title), term)])
        joins = False

    def stands(document: tuple[str, str], only_title: bool, term: str) -> bool:
        return any(holds(field, term) for field in document[: 1 if only_title else 2])

    return {
        number for number, document in enumerate(corpus)
        if (wanted or unwanted)
        and all(any(stands(document, *word) for word in group) for group in wanted)
        and not any(stands(document, *word) for word in unwanted)
    }  # fmt: skip


TEXT = st.text(alphabet="法治政府行復复議议20１２年vrＶ，。 \n\u200b〇々", max_size=24)
QUERY = st.text(alphabet='法治政府行復复20１2年vr， "“”-*', min_size=1, max_size=8)


@settings(deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=8), st.lists(QUERY, min_size=1, max_size=12))
def test_any_query_finds_what_a_scan_finds(corpus: list[tuple[str, str]], queries: list[str]) -> None:
    db = store.Database(memory=True)
    db.conn.executescript(
        "create virtual table reports_fts using fts5(text, title, content='', tokenize='ascii')"
    )  # as archive.schema makes it, without the tables around
    for number, (title, text) in enumerate(corpus):
        db.conn.execute(
            "insert into reports_fts(rowid, title, text) values (?, ?, ?)",
            (number, tokens.tokens(title), tokens.tokens(text)),
        )
    for query in queries:
        try:
            parse(query)
        except QueryError:
            continue  # tests/test_query.py says which
        rows = db.conn.execute("select rowid from reports_fts where reports_fts match ?", (match(query),))
        assert {row[0] for row in rows} == scan(corpus, query), query
    db.close()


def snippet(query: str, text: str) -> passages.Snippet:
    return passages.snippet(parse(query).marks, text)


@cache
def texts() -> list[tuple[str, str]]:
    return [(document.title or "", document.text) for _, document in library(120)]


@pytest.fixture(scope="module")
def corpus() -> list[tuple[str, str]]:
    return texts()


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> store.Database:
    db = store.open_archive(tmp_path_factory.mktemp("search") / "archive.db")
    for taken, document in library(120):
        store.save(db, taken, document)
    # The invented reports are all on time: some late, some without a date.
    db.conn.execute("update reports set published = (year + 1) || '-04-02' where docid % 7 = 0")
    db.conn.execute("update reports set published = null where docid % 11 = 0")
    return db


def found(db: store.Database, query: str) -> set[int]:
    """Return the numbers of the documents a search finds; ``library`` gives each its number in ``index_no``."""
    results = search.search(db, query, limit=1000)
    assert results.total == len(results.hits)
    marks = ",".join("?" * len(results.hits))
    rows = db.execute(f"select index_no from reports where id in ({marks})", [hit.id for hit in results.hits])
    return {int(row[0].removeprefix("SL")) for row in rows}


@pytest.mark.parametrize(
    "query",
    [
        "法", "政", "年", "龙", "复议", "执法", "行政复议", "行政復議", '"负责人出庭应诉"', "12348", "１２３４８",
        "2019年", "年度2019", "2019", "行政复议 12348", "行政复议 负责人出庭应诉", "法治，政府", "建设情况报告如下",
        "指标 单位 本年", "示政发", "不会有的词", "〇", "R", "12", "鹤渚市人民政府2019年度",
    ],
)  # fmt: skip
def test_reports_of_realistic_length(db: store.Database, corpus: list[tuple[str, str]], query: str) -> None:
    assert found(db, query) == scan(corpus, query)


@settings(max_examples=15, deadline=None)
@given(number=st.integers(0, 119), start=st.integers(0, 2000), length=st.integers(1, 12))
def test_any_piece_of_a_report_finds_it(
    db: store.Database, corpus: list[tuple[str, str]], number: int, start: int, length: int
) -> None:
    query = corpus[number][1][start : start + length]
    assume(":" not in unicodedata.normalize("NFKC", query))  # may be a field
    assert found(db, query) == scan(corpus, query)


def test_the_truth_is_no_empty_one(corpus: list[tuple[str, str]]) -> None:
    """Guard of the tests above: what they compare with finds some and not all."""
    sizes = [len(scan(corpus, query)) for query in ("法", "行政复议", "12348", "2019年度", "不会有的词")]
    assert sizes[0] == 120
    assert all(0 < size < 120 for size in sizes[1:4])
    assert sizes[4] == 0


def test_filters(db: store.Database, corpus: list[tuple[str, str]]) -> None:
    everything = search.search(db, "法", limit=1000).hits
    for query in ("法", ""):
        ask = (
            (lambda **f: search.search(db, "法", limit=1000, **f))
            if query
            else (lambda **f: search.browse(db, limit=1000, **f))
        )
        for region, codes in {
            "990000": {"示例省"}, "990100": {"示例省/鹤渚市"}, "990102": {"示例省/鹤渚市/临溪区"}, "980000": {"样本省"},
            "990102101": {"示例省/鹤渚市/临溪区/石桥镇"}, "980221": {"样本省/云屏市/梅岭县"}, "110000": {"北京市"},
            "990102-sfj": {"示例省/鹤渚市/临溪区"},
        }.items():  # fmt: skip
            wanted = {hit.id for hit in everything if (hit.region or "").startswith(tuple(codes))}
            assert {hit.id for hit in ask(region=region).hits} == wanted, region
        assert {hit.id for hit in ask(year=2019).hits} == {hit.id for hit in everything if hit.year == 2019}
        assert {hit.id for hit in ask(year=2019, region="980000").hits} == {
            hit.id for hit in everything if hit.year == 2019 and (hit.region or "").startswith("样本省")
        }


def rows(db: store.Database) -> list[dict[str, object]]:
    return [dict(row) for row in db.query("select * from reports")]


def due(row: dict[str, object]) -> str:
    late = deadline.days_late(row["year"], row["published"])  # type: ignore[arg-type]
    return "unknown" if late is None else "late" if late > 0 else "ontime"


CONDITIONS: dict[str, Callable[[dict[str, object]], bool]] = {
    "year:2019": lambda row: row["year"] == 2019,
    "year:2018-2020": lambda row: 2018 <= row["year"] <= 2020,
    "year:2023-": lambda row: row["year"] >= 2023,
    "-year:-2020": lambda row: row["year"] > 2020,
    "year:2017,2019": lambda row: row["year"] in (2017, 2019),
    "region:990000": lambda row: row["region"].startswith("示例省"),
    "region:示例省": lambda row: row["region"].startswith("示例省"),
    "地区：鶴渚": lambda row: row["region"].startswith("示例省/鹤渚市"),
    "region:示例省鹤渚市": lambda row: row["region"].startswith("示例省/鹤渚市"),
    "region:临溪区,980221": lambda row: row["adcode"] in ("990102", "980221"),
    "region:990102101": lambda row: row["town_code"] == "990102101",
    "-region:990000": lambda row: not row["region"].startswith("示例省"),
    "issuer:鹤渚": lambda row: "鹤渚" in row["issuer"],
    "-issuer:鶴渚市人民政府": lambda row: row["issuer"] != "鹤渚市人民政府",
    "level:county": lambda row: row["level"] == "county",
    "level:省级,township": lambda row: row["level"] in ("province", "township"),
    "kind:government": lambda row: True,
    "-source:official": lambda row: False,
    "due:late": lambda row: due(row) == "late",
    "due:ontime": lambda row: due(row) == "ontime",
    "due:unknown": lambda row: due(row) == "unknown",
}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(sorted(CONDITIONS)), min_size=1, max_size=3, unique_by=lambda c: str(parse(c)).split(":")[0]
    ),
    st.sampled_from(["", "复议", "法", "复议 OR 12348", "-复议", "title:示例市 OR 应诉"]),
    st.sampled_from([1, 12, 10**9]),
)
def test_conditions_and_words_together(db: store.Database, conditions: list[str], query: str, probed: int) -> None:
    """Whichever way the index is asked (``PROBED`` decides), the answer is that of reading every row."""
    numbers = scan(texts(), query) if query else set(range(len(texts())))
    wanted = {
        row["id"] for row in rows(db)
        if int(str(row["index_no"]).removeprefix("SL")) in numbers and all(CONDITIONS[c](row) for c in conditions)
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "PROBED", probed)
        for order in ("relevance", "newest"):
            found = search.search(db, " ".join([query, *conditions]), order=order, limit=1000)
            assert ({hit.id for hit in found.hits}, found.total) == (wanted, len(wanted))


def test_the_conditions_are_no_empty_ones(db: store.Database) -> None:
    """Guard of the test above: which conditions take all rows, or none."""
    sizes = {name: sum(map(condition, rows(db))) for name, condition in CONDITIONS.items()}
    assert {name for name, size in sizes.items() if size in (0, 120)} == {
        "kind:government", "-source:official"
    }  # fmt: skip


def test_a_place_nobody_knows_is_refused(db: store.Database) -> None:
    with pytest.raises(QueryError, match="no place is called 无名县"):
        search.search(db, "复议 region:无名县")


def test_newest_first(db: store.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = [str(hit.published or "") for hit in search.search(db, "法治", order="newest", limit=1000).hits]
    assert everything == sorted(everything, reverse=True)
    monkeypatch.setattr(search, "CAP", 50)
    for query in ("法治", "法治 region:示例省", "region:示例省"):
        capped = search.search(db, query, order="newest", limit=1000)
        monkeypatch.setattr(search, "CAP", 10_000)
        whole = search.search(db, query, order="newest", limit=50).hits
        monkeypatch.setattr(search, "CAP", 50)
        assert capped.capped
        assert [hit.published for hit in capped.hits] == [hit.published for hit in whole]


@pytest.mark.parametrize("query", ["复议", "法", "", "复议 level:county", "year:2018-2022 due:ontime"])
def test_facets_count_the_hits(db: store.Database, query: str) -> None:
    spread = facets.facets(db.conn, parse(query))
    total = search.search(db, query, limit=1).total if query else 120
    for name in ("year", "region", "level", "kind", "source"):
        asked = parse(query)
        for facet in spread[name]:
            assert facet.count == search.search(db, asked.narrowed(name, facet.value), limit=1).total, (name, facet)
        if asked.value(name) is None:
            assert sum(facet.count for facet in spread[name]) == total
    assert [facet.value for facet in spread["year"]] == sorted((f.value for f in spread["year"]), reverse=True)
    assert [(f.value, f.label) for f in spread["region"]] == [
        (code, name) for code, name in (("980000", "样本省"), ("990000", "示例省")) if spread["region"]
    ]


def test_facets_of_places_go_down(db: store.Database) -> None:
    below = facets.facets(db.conn, parse("法 region:980000"))["region"]
    assert [(f.value, f.label) for f in below] == [("980200", "云屏市")]
    hits = search.search(db, "法", limit=1000).hits
    counties = facets.facets(db.conn, parse("法 region:990100"))["region"]
    assert [(f.value, f.label, f.count) for f in counties] == [
        (code, label, len([h for h in hits if (h.region or "").startswith(path) and (deep or h.region == path)]))
        for code, label, path, deep in (
            ("990100", "鹤渚市", "示例省/鹤渚市", False), ("990102", "临溪区", "示例省/鹤渚市/临溪区", True),
        )
    ]  # fmt: skip


def test_paging_gives_every_hit_once(db: store.Database) -> None:
    whole = [hit.id for hit in search.search(db, "法治", limit=1000).hits]
    pages = [hit.id for at in range(0, 140, 7) for hit in search.search(db, "法治", limit=7, offset=at).hits]
    assert pages == whole
    assert len(whole) == len(set(whole)) == 120


def test_a_word_in_the_title_comes_first(tmp_path: Path) -> None:
    db = store.open_archive(tmp_path / "archive.db")
    body = "各项任务按期完成。" * 40
    store.save(db, capture(1), report(body + "复议", title="甲"))
    store.save(db, capture(2), report(body + "其他", title="复议工作"))
    store.save(db, capture(3), report(body + "无关", title="丙"))
    assert [hit.title for hit in search.search(db, "复议").hits] == ["复议工作", "甲"]


def test_more_hits_than_are_ranked(db: store.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "CAP", 50)
    results = search.search(db, "法治", limit=1000)
    assert (len(results.hits), results.total, results.capped) == (50, 50, True)
    assert search.search(db, "法治", limit=10, offset=60).hits == []
    spreads = facets.facets(db.conn, parse("法治"))
    assert {sum(f.count for f in spread) for name, spread in spreads.items() if name != "due"} == {50}
    browsed = search.browse(db, limit=10)
    assert (len(browsed.hits), browsed.total, browsed.capped) == (10, 50, True)


@pytest.mark.parametrize("query", ["", " ", "-", "“”", '"', "…"])
def test_a_query_without_words_finds_nothing(db: store.Database, query: str) -> None:
    assert search.search(db, query) == search.Results([], 0, False)


def test_a_query_beyond_reason_is_refused(db: store.Database) -> None:
    with pytest.raises(UsageError, match="2,001 characters"):
        search.search(db, "法" * 2001)
    assert search.search(db, "法" * 2000).total == 0


def test_the_passage_is_where_most_terms_meet() -> None:
    filler = "各项任务按期完成。" * 20
    text = f"应诉工作\n{filler}行政复议与行政应诉、调解衔接{filler}"
    pieces = snippet("行政复议 应诉 调解", text)
    assert [piece for piece, marked in pieces if marked] == ["行政复议", "应诉", "调解"]
    assert pieces[0] == ("…", False)
    assert pieces[-1] == ("…", False)


def test_no_word_is_cut() -> None:
    text = "复议" + "。" * (passages.PASSAGE - passages.BEFORE - 3) + "行政复议" + "。" * 200
    for query in ("复议 行政复议", "行政复议"):
        marks = [piece for piece, marked in snippet(query, text) if marked]
        assert marks[-1] == "行政复议"


def test_terms_that_stand_apart_are_shown_apart() -> None:
    filler = "各项任务按期完成。" * 20
    pieces = snippet("复议 12348", f"收到复议申请{filler}接听12348热线{filler}")
    assert [piece for piece, marked in pieces if marked] == ["复议", "12348"]
    assert "".join(piece for piece, _ in pieces).count("…") == 2


def test_the_passage_of_a_hit_in_the_title_only_is_the_beginning() -> None:
    assert snippet("标题", "正文一\n正文二") == [("正文一 正文二", False)]
    assert snippet("复议", "") == []


@settings(deadline=None)
@given(st.text(alphabet="法治复議 \n，2vr", max_size=300), st.text(alphabet="法治复 2v", max_size=5))
def test_a_passage_is_a_piece_of_the_text(text: str, query: str) -> None:
    plain = "".join(piece for piece, _ in snippet(query, text))
    assert all(passage in text.replace("\n", " ") for passage in plain.split("…"))
    longest = max((span.end - span.start for span in spans(query, text)), default=0)
    assert len(plain) <= passages.PASSAGE + passages.PASSAGES * (2 * passages.SIDE + 3 * longest) + 4


def test_json_of_a_hit(db: store.Database) -> None:
    (hit,) = search.search(db, "复议 12348", limit=1).hits
    shown = hit.to_json()
    assert list(shown) == ["id", "title", "region", "year", "published", "issuer", "level", "status", "source_kind",
                           "snippet", "marks"]  # fmt: skip
    passage, marks = str(shown["snippet"]), shown["marks"]
    assert isinstance(marks, list)
    assert {passage[a:b] for a, b in marks} <= {"复议", "12348"}
    assert marks
