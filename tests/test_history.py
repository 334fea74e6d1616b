"""What the archive tells of what came, changed and vanished: from captures in any order, the same after each."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from fazhi_zoo.records import BEGIN, capture, library, rejection, report
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import history, schema, store
from archive.model import Capture, Rejection, Report, Role, SourceKind
from archive.rows import moment

A, B = "http://www.shili.gov.cn/a.html", "http://www.shili.gov.cn/b.html"
NEW = "http://www.xin-shili.gov.cn/a.html"  # of the same portal
COPY, FARM = "http://www.shangji.gov.cn/c.html", "http://www.fanwen.com/d.html"
TEXT = report("一、主要工作\n" + "全年办结行政复议案件12件，各项任务按期完成。" * 20)
EDITED = report("一、主要工作\n" + "全年办结行政复议案件13件，各项任务按期完成。" * 20)
NEXT = replace(report("一、主要工作\n" + "本年度各项任务完成。" * 40), year=2021)
Step = Callable[[store.Database], object]


def at(day: int) -> str:
    return moment(BEGIN + timedelta(days=day, microseconds=day)) or ""


def taken(day: int, url: str = A, *, asked: str | None = None, page: int = 0, **more: object) -> Capture:
    """Return what an address answered ``day`` days after the first; the same ``page`` has the same bytes."""
    made = capture(day, url=url, **more)
    origin = replace(made.origin, portal={COPY: "990100", FARM: None}.get(url, "990102"))
    return replace(made, origin=origin, target=asked or url, digest=f"sha256:{page:064x}")


def read(day: int, document: Report | Rejection = TEXT, url: str = A, **more: object) -> Step:
    one = taken(day, url, page=day, **more)
    return lambda db: store.save(db, one, document)


def again(day: int, first: int, url: str = A, **more: object) -> Step:
    earlier, one = taken(first, url), taken(day, url, page=first, kind="revisit", **more)
    return lambda db: store.sight(db, one, earlier.id)


def gone(day: int, url: str = A, **more: object) -> Step:
    made = taken(day, url, **more)
    one = replace(made, origin=replace(made.origin, role=Role.GONE, status=404))
    return lambda db: store.gone(db, one)


def told(db: store.Database) -> list[tuple[str, str, str, object]]:
    """Return (day, kind, address, what else) of each change, oldest first."""
    days = {at(day): day for day in range(400)}
    found = history.changes(db.conn, None)[::-1]
    return [(days[c.at], c.kind, c.url, c.other or (c.detail or None)) for c in found]  # type: ignore[misc]


def filled(steps: list[Step], path: str | Path = ":memory:") -> store.Database:
    db = store.open_archive(Path(path)) if path != ":memory:" else memory()
    for step in steps:
        step(db)
    return db


def memory() -> store.Database:
    conn = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(conn)
    return store.Database(conn)


def standing(db: store.Database) -> list[tuple[object, ...]]:
    return db.execute("select status, missing_since, removed, last_seen from reports order by first_seen").fetchall()


def rows(db: store.Database) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    for table in schema.tables().values():
        names = ", ".join(f'"{name}"' for name in table.names if name != "docid")
        found[table.name] = sorted(db.execute(f"select {names} from {table.name}").fetchall(), key=repr)
    return found


def test_a_page_that_vanishes_is_missing_then_removed_and_may_return() -> None:
    db = filled([read(0), gone(5)])
    assert standing(db) == [("current", at(5), None, at(0))]
    gone(7)(db)  # two days later: a site may lose a page for a weekend
    assert standing(db) == [("current", at(5), None, at(0))]
    gone(9)(db)
    assert standing(db) == [("removed", at(5), at(9), at(0))]
    gone(40)(db)
    assert standing(db) == [("removed", at(5), at(9), at(0))]
    read(50)(db)
    assert standing(db) == [("current", None, None, at(50))]
    assert told(db) == [
        (0, "came", A, None), (5, "missing", A, None), (9, "removed", A, {"missing_since": at(5)}),
        (50, "returned", A, None),
    ]  # fmt: skip


def test_a_page_that_comes_back_before_anybody_confirmed_it() -> None:
    db = filled([read(0), gone(5), again(6, 0), gone(10), gone(11)])
    assert standing(db) == [("current", at(10), None, at(6))]
    assert [(day, kind) for day, kind, *_ in told(db)] == [
        (0, "came"), (5, "missing"), (6, "returned"), (10, "missing"),
    ]  # fmt: skip


def test_other_answers_say_nothing() -> None:
    """An error page that extraction read, or one that was never a report, neither confirms nor denies."""
    db = filled([read(0), gone(5), read(6, rejection()), gone(9), gone(3, COPY), gone(20, COPY)])
    assert standing(db) == [("removed", at(5), at(9), at(0))]
    assert db.execute("select outcome, count(*) from captures group by 1 order by 1").fetchall() == [
        ("gone", 4), ("rejected", 1), ("report", 1),
    ]  # fmt: skip


def test_an_address_that_leads_to_an_error_page_is_gone() -> None:
    db = filled([read(0), gone(5, "http://www.shili.gov.cn/404.html", asked=A), gone(8, A)])
    assert standing(db) == [("removed", at(5), at(8), at(0))]


def test_an_address_that_only_another_one_leads_to() -> None:
    """The crawler knows http, the page is https: what http answers is all that is known of it."""
    db = filled([read(0, TEXT, B, asked=A), gone(5), gone(9)])
    assert standing(db) == [("removed", at(5), at(9), at(0))]
    again(3, 0, B)(db)  # it was asked for itself, too: then it must say so itself
    assert standing(db) == [("current", None, None, at(3))]


def test_a_text_stands_until_the_last_publication_is_gone() -> None:
    upper = replace(TEXT, source_kind=SourceKind.UPPER_LEVEL_PORTAL)
    farm = replace(TEXT, source_kind=SourceKind.CONTENT_FARM)
    db = filled([read(0), read(1, upper, COPY), read(2, farm, FARM), gone(5), gone(9)])
    assert standing(db) == [("current", None, None, at(2))]
    gone(12, COPY)(db)
    gone(20, COPY)(db)
    assert standing(db) == [("removed", at(12), at(20), at(2))]
    assert [(day, kind, url) for day, kind, url, _ in told(db)] == [
        (0, "came", A), (1, "copied", COPY), (2, "copied", FARM), (12, "missing", COPY), (20, "removed", COPY),
    ]  # fmt: skip
    only = filled([read(2, farm, FARM), gone(12, FARM), gone(20, FARM)])  # of copies alone all count
    assert standing(only) == [("removed", at(12), at(20), at(2))]


def test_a_changed_text_is_a_version_and_a_changed_footer_is_none() -> None:
    db = filled([read(0), read(3), again(4, 3), read(9, EDITED), read(20)])
    first, second = (row[0] for row in db.execute("select id from reports order by first_seen"))
    assert told(db) == [(0, "came", A, None), (9, "changed", A, first), (20, "changed", A, second)]
    assert standing(db) == [("current", None, None, at(20)), ("superseded", None, None, at(9))]


def test_the_report_of_the_next_year_at_the_same_address_is_no_change() -> None:
    db = filled([read(0), read(365, NEXT)])
    assert [(day, kind) for day, kind, *_ in told(db)] == [(0, "came"), (365, "came")]
    assert [row[0] for row in standing(db)] == ["superseded", "current"]


def test_changed_metadata_is_told_field_by_field() -> None:
    backdated = replace(TEXT, published=date(2021, 3, 1), doc_no="示政发〔2021〕3号")
    db = filled([read(0), read(3), read(9, backdated), read(12, backdated)])
    fields = {"doc_no": [None, "示政发〔2021〕3号"], "published": ["2021-03-31", "2021-03-01"]}
    assert told(db) == [(0, "came", A, None), (9, "metadata", A, {"fields": fields})]


def test_what_another_extraction_reads_or_a_link_tells_is_no_change_of_the_page() -> None:
    newer = replace(TEXT, extractor="2", doc_no="示政发〔2021〕3号")
    by_link = replace(TEXT, published=date(2021, 4, 1), published_source="link")
    assert told(filled([read(0), read(3, newer)])) == [(0, "came", A, None)]
    assert told(filled([read(0), read(3, by_link)])) == [(0, "came", A, None)]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([gone(5), read(5 + 1, TEXT, B)], [(0, "came", A, None), (6, "moved", B, {"from": A})]),
        ([read(5, TEXT, B), gone(9)], [(0, "came", A, None), (9, "moved", B, {"from": A})]),
        (
            [read(5, TEXT, B, asked=A), again(20, 5, B), gone(40)],
            [(0, "came", A, None), (5, "moved", B, {"from": A})],
        ),
        ([read(5, TEXT, B), again(9, 5, B, asked=A)], [(0, "came", A, None), (9, "moved", B, {"from": A})]),
        ([read(5, TEXT, B), again(9, 0)], [(0, "came", A, None)]),  # it stands in two columns
        ([read(5, TEXT, B), again(9, 0), gone(15), gone(20)], [(0, "came", A, None)]),  # and then in one
        (
            [gone(5), gone(9), read(30, TEXT, B)],
            [
                (0, "came", A, None), (5, "missing", A, None), (9, "removed", A, {"missing_since": at(5)}),
                (30, "moved", B, {"from": A}),
            ],
        ),
        ([read(0, TEXT, B), gone(15), gone(20)], [(0, "came", A, None)]),  # both stood there at the first crawl
        ([read(5, TEXT, COPY), gone(9)], [(0, "came", A, None), (5, "copied", COPY, {"from": A})]),
        ([read(5, TEXT, NEW), gone(9)], [(0, "came", A, None), (9, "moved", NEW, {"from": A})]),
        ([read(5, TEXT, "urn:sha256:00")], [(0, "came", A, None)]),  # a file somebody added
    ],
)  # fmt: skip
def test_moves_and_copies(steps: list[Step], expected: list[tuple[object, ...]]) -> None:
    db = filled([read(0), *steps])
    assert told(db) == expected
    assert db.execute("select count(*) from reports").fetchone() == (1,)


def test_sightings_leave_one_row_each() -> None:
    """Growth: ten looks a year for years must not multiply what was read."""
    once = filled([read(0)])
    often = filled([read(0), *(again(30 * n, 0) for n in range(1, 11))])
    differing = {name for name, held in rows(often).items() if held != rows(once)[name]}
    assert differing == {"captures", "sources", "reports"}  # the last two: when it was seen last
    assert often.execute("select last_seen, times from sources").fetchall() == [(at(300), 11)]
    assert standing(often) == [("current", None, None, at(300))]
    name = often.execute("select id from reports").fetchone()[0]
    assert often.execute("select count(*), min(report), max(outcome) from captures").fetchone() == (11, name, "report")


def test_a_sighting_follows_what_it_confirms() -> None:
    """Before its reading is there, when that is read anew, and when its report gets another id."""
    db = filled([again(5, 0)])
    state = "select outcome, report from captures order by id"
    assert db.execute(state).fetchall() == [(None, None)]
    read(0, rejection())(db)
    assert db.execute(state).fetchall() == [("rejected", None)] * 2
    read(0)(db)
    (name,) = db.execute("select id from reports").fetchone()
    assert db.execute(state).fetchall() == [("report", name)] * 2
    read(0, replace(TEXT, year=2019))(db)
    (other,) = db.execute("select id from reports").fetchone()
    assert other != name
    assert db.execute(state).fetchall() == [("report", other)] * 2
    assert {row.report for row in history.changes(db.conn, None)} == {other}
    read(0, rejection())(db)
    assert (db.execute(state).fetchall(), rows(db)["changes"]) == ([("rejected", None)] * 2, [])


def test_the_earlier_text_keeps_its_name_right_when_that_changes() -> None:
    db = filled([read(0), read(3, EDITED), read(5, replace(TEXT, source_kind=SourceKind.UPPER_LEVEL_PORTAL), COPY)])
    read(0, replace(TEXT, year=None))(db)
    (undated,) = db.execute("select id from reports where year is null").fetchone()
    assert (3, "changed", A, undated) in told(db)


EVERYTHING = [
    read(0), again(2, 0), read(3, replace(TEXT, doc_no="示政发〔2021〕3号")), read(4, TEXT, COPY), gone(6),
    gone(8, "http://www.shili.gov.cn/404.html", asked=A), gone(10), read(11, EDITED), gone(13), gone(14),
    read(15, EDITED, B), again(17, 15, B), read(18, rejection(), B), gone(20, COPY), gone(30, COPY),
    read(40, replace(TEXT, source_kind=SourceKind.CONTENT_FARM), FARM), again(41, 40, FARM), read(60, NEXT),
]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations(range(len(EVERYTHING))), st.lists(st.integers(0, len(EVERYTHING) - 1), max_size=12))
def test_the_order_of_the_captures_does_not_matter(order: list[int], twice: list[int]) -> None:
    db = filled([EVERYTHING[n] for n in (*order, *twice)])
    assert rows(db) == ALL


ALL = rows(filled(EVERYTHING))


def test_everything_together() -> None:
    """What the test above repeats in every order: so that it is not the same nothing each time."""
    kinds = [row[2] for row in sorted(ALL["changes"], key=lambda row: str(row[1]))]
    assert kinds == [
        "came", "metadata", "copied", "changed", "moved", "missing", "removed", "copied", "came",
    ]  # fmt: skip


LONG = next(document for _, document in library(1)).text
WHOLE = report(LONG)
CUT = replace(report(LONG[: len(LONG) * 9 // 10]), source_kind=SourceKind.REPOST)
RENAMED = replace(report(LONG[len(LONG) // 20 :].replace("行政", "执法")), source_kind=SourceKind.CONTENT_FARM)
ELSEWHERE = replace(report(LONG), region=report(place=5).region)
NEARLY = [
    read(0, CUT, COPY), read(2, RENAMED, FARM), read(3, WHOLE), again(5, 3), read(6, CUT, COPY),
    read(7, replace(WHOLE, year=2019), B), read(8, replace(CUT, region=None), "http://www.zhuanzai.com/1.html"),
    read(9, report(LONG + "此为修订稿。"), A), gone(20), gone(30),
]  # fmt: skip


def test_a_near_copy_elsewhere_is_a_source_of_the_official_report() -> None:
    db = filled([read(0, CUT, COPY), read(2, RENAMED, FARM)])
    assert db.execute("select url, source_kind from reports").fetchall() == [(COPY, "repost")]
    read(3, WHOLE)(db)
    assert db.execute("select url, source_kind, first_seen from reports").fetchall() == [(A, "official", at(0))]
    assert db.execute("select text from texts").fetchall() == [(LONG,)]
    sources = db.execute("select url, round(similarity, 1) from sources order by fetched").fetchall()
    assert [url for url, _ in sources] == [COPY, FARM, A]
    assert sources[2][1] is None
    assert all(0.65 <= alike < 1 for _, alike in sources[:2])
    assert [(day, kind, url) for day, kind, url, _ in told(db)] == [
        (0, "came", COPY), (2, "copied", FARM), (3, "copied", A),
    ]  # fmt: skip
    read(3, rejection())(db)  # it was no report: the copies stand for themselves again
    assert db.execute("select url, source_kind from reports").fetchall() == [(COPY, "repost")]


def test_what_is_no_copy() -> None:
    """Another year, another place, the same site, another kind of body: alike as they may be."""
    office = replace(WHOLE, issuer_kind="department", text=LONG + "补充。")
    db = filled([
        read(0, WHOLE), read(1, replace(WHOLE, text=LONG + "一", year=2019), COPY),
        read(2, replace(ELSEWHERE, text=LONG + "二"), COPY), read(3, replace(CUT, source_kind=SourceKind.OFFICIAL), B),
        read(4, office, FARM),
    ])  # fmt: skip
    assert db.execute("select count(*) from reports").fetchone() == (5,)
    assert db.execute("select count(*) from sources where similarity is not null").fetchone() == (0,)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations(range(len(NEARLY))), st.lists(st.integers(0, len(NEARLY) - 1), max_size=4))
def test_near_copies_may_come_in_any_order(order: list[int], twice: list[int]) -> None:
    db = filled([NEARLY[n] for n in (*order, *twice)])
    assert rows(db) == ALIKE


ALIKE = rows(filled(NEARLY))


def test_what_the_orders_end_in() -> None:
    assert len(ALIKE["reports"]) == 2  # the report and its revised version; what is elsewhere are copies
    assert sum(row[-2] is not None for row in ALIKE["compared"]) == 2


def test_changes_are_asked_for_by_day_place_and_kind() -> None:
    other = replace(report("二" * 300, place=5), issuer="梅岭县人民政府")
    db = filled([read(0), read(3, other, COPY), read(4, EDITED), gone(8), gone(20)])
    day = (BEGIN + timedelta(days=3)).date()

    def kinds(*asked: object, **more: object) -> list[tuple[str, int | None]]:
        return [(c.kind, c.year) for c in history.changes(db.conn, *asked, **more)]  # type: ignore[arg-type]

    assert kinds(day) == [("removed", 2020), ("missing", 2020), ("changed", 2020), ("came", 2020)]
    assert kinds(day, day) == [("came", 2020)]
    assert kinds(None, day) == [("came", 2020), ("came", 2020)]
    assert [c.issuer for c in history.changes(db.conn, None, place="980200")] == ["梅岭县人民政府"]
    assert [c.issuer for c in history.changes(db.conn, None, place="980221")] == ["梅岭县人民政府"]
    assert kinds(None, kind="removed") == [("removed", 2020)]
    assert kinds(None, limit=2, offset=1) == [("missing", 2020), ("changed", 2020)]
    nothing = dict.fromkeys(schema.words()["change"], 0)
    assert history.counts(db.conn, day) == nothing | {"came": 1, "changed": 1, "missing": 1, "removed": 1}
    assert history.counts(db.conn, None, place="980000") == nothing | {"came": 1}
    assert history.changes(db.conn, None)[0].to_json()["detail"] == {"missing_since": at(8)}


def test_a_day_begins_in_china() -> None:
    """1 March, 20:00 UTC, is the second of March there."""
    late = replace(capture(0, url=A), origin=replace(capture(0, url=A).origin, fetched=BEGIN + timedelta(hours=12)))
    db = filled([lambda db: store.save(db, late, TEXT)])
    assert history.counts(db.conn, date(2026, 3, 1), date(2026, 3, 1))["came"] == 0
    assert history.counts(db.conn, date(2026, 3, 2))["came"] == 1


def test_addresses_that_are_gone_are_told_one_by_one() -> None:
    db = filled([read(0), read(1, TEXT, COPY), read(2, TEXT, B), gone(5), gone(9), gone(9, COPY)])
    (name,) = db.execute("select id from reports").fetchone()
    assert {url: (spell.since, spell.removed) for url, spell in history.addresses(db.conn, name).items()} == {
        A: (at(5), at(9)), COPY: (at(9), None),
    }  # fmt: skip
    assert history.addresses(db.conn, "nothing") == {}


OLD_TABLES = """
alter table reports drop column missing_since; alter table reports drop column removed;
alter table sources drop column last_seen; alter table sources drop column times;
drop index idx_captures_target; alter table captures drop column same_as; drop table changes;
alter table sources drop column similarity; drop table compared; drop table bands;
delete from meta where key = 'nearness';
"""


@pytest.mark.parametrize("version", [1, 2])
def test_an_archive_of_an_older_version_gets_its_history(tmp_path: Path, version: int) -> None:
    steps = [read(0, WHOLE), read(3, CUT, COPY), read(9, EDITED), read(12, rejection(), B)]
    path = tmp_path / "archive.db"
    whole = rows(filled(steps, path))
    conn = sqlite3.connect(path)
    conn.executescript(OLD_TABLES + f"pragma user_version = {version};" + "drop table portals;" * (version == 1))
    conn.close()
    db = store.open_archive(path, readonly=True)  # a reader of an older file brings it up to date, too
    assert rows(db) == whole
    db.close()
    assert rows(filled([gone(20, B)], path))["changes"] == whole["changes"]


def test_a_migration_that_is_cut_short_is_begun_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "archive.db"
    whole = rows(filled([read(0), read(9, EDITED)], path))
    conn = sqlite3.connect(path)
    conn.executescript(OLD_TABLES + "pragma user_version = 2;")
    conn.close()
    ready = itertools.count()

    def cut(conn: sqlite3.Connection, digest: str, whole: object = history.refresh) -> None:
        if next(ready):
            raise KeyboardInterrupt
        whole(conn, digest)  # type: ignore[operator]

    with monkeypatch.context() as during:
        during.setattr(history, "refresh", cut)
        with pytest.raises(KeyboardInterrupt):
            store.open_archive(path)
    assert rows(store.open_archive(path)) == whole
