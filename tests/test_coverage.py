"""Which report is there, late, not found or not looked for; the table of portals that tells the last two apart."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from fazhi_zoo.records import capture, report
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import captures, coverage, covered, divisions, duty, portals, schema, store
from archive.cli import fazhi
from archive.coverage import Cell, Status
from archive.model import IssuerKind, Level, Origin, Region, Role, SourceKind, ValueSource
from archive.portals import Look

TODAY = date(2022, 6, 1)
TABLE = """level	code	parent	name
1	970000		样例省
2	970100	970000	石浦市
3	970102	970100	云溪区
3	970121	970100	月湖县
3	979001	970000	星洲市
4	970121001	970121	湖心街道
4	970121100	970121	柳塘镇
4	970121200	970121	竹里乡
"""
NAMES = {
    "970000": ("样例省",), "970100": ("样例省", "石浦市"), "970102": ("样例省", "石浦市", "云溪区"),
    "970121": ("样例省", "石浦市", "月湖县"), "979001": ("样例省", "星洲市"),
}  # fmt: skip
TOWNS = {"970121001": "湖心街道", "970121100": "柳塘镇", "970121200": "竹里乡"}
COUNTY = ("970121", "970121", "月湖县", "county", "970100")


@pytest.fixture(autouse=True, scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let the table of divisions know the invented places."""
    file = tmp_path_factory.mktemp("divisions") / "divisions.tsv"
    file.write_text(TABLE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAZHI_DIVISIONS", os.pathsep.join([str(file), os.environ.get("FAZHI_DIVISIONS", "")]))
        yield


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[store.Database]:
    db = store.open_archive(tmp_path / "archive.db")
    yield db
    db.close()


def region(code: str, town: str | None = None) -> Region:
    levels = {"970000": Level.PROVINCE, "970100": Level.PREFECTURE}
    names = (*NAMES[code], *((TOWNS[town],) if town else ()))
    return Region(code, names, Level.TOWNSHIP if town else levels.get(code, Level.COUNTY), town)


def save(
    db: store.Database, number: int, code: str, year: int, published: str | None, *, town: str | None = None,
    fetched: datetime | None = None, **more: object,
) -> str:  # fmt: skip
    """Save a report of a place; fetched in May 2022 unless told."""
    taken = capture(number)
    fetched = fetched or datetime(2022, 5, 1, tzinfo=UTC)
    taken = replace(taken, origin=replace(taken.origin, fetched=fetched, portal=code, adcode=code))
    day = date.fromisoformat(published) if published else None
    where = region(code, town)
    told = {"published": day, "issuer": f"{where.names[-1]}人民政府", "region": where, "year": year, **more}
    name = store.save(db, taken, report(f"一、主要工作\n第{number}份。" + "各项任务按期完成。" * 40, **told))
    assert name
    return name


def look(db: store.Database, code: str, last: str | None, verdict: str | None = "ok") -> None:
    moment = last and f"{last}T00:00:00.000000Z"
    row = (code, f"{code}门户", code[:6], "http://www.example.gov.cn/", moment, moment, verdict, None, None)
    db.conn.execute("insert into portals values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def cells(db: store.Database, code: str) -> list[Cell]:
    known = coverage.compute(db.conn, TODAY)
    return [cell for (key, _), cell in known.cells.items() if key == code]


def test_each_status_and_what_it_rests_on(archive: store.Database) -> None:
    ids = {
        2016: save(archive, 1, "970121", 2016, "2017-03-31"),
        2017: save(archive, 2, "970121", 2017, "2018-04-01"),
        2018: save(archive, 3, "970121", 2018, None),
        2019: save(archive, 4, "970121", 2019, "2020-03-01", source_kind=SourceKind.CONTENT_FARM),
    }
    look(archive, "970121", "2022-05-01")
    looked = "2022-05-01"
    assert cells(archive, "970121") == [
        Cell(*COUNTY, 2015, Status.NOT_FOUND, looked=looked),
        Cell(*COUNTY, 2016, Status.ON_TIME, ids[2016], "2017-03-31", 0, looked),
        Cell(*COUNTY, 2017, Status.LATE, ids[2017], "2018-04-01", 1, looked),
        Cell(*COUNTY, 2018, Status.DATE_UNKNOWN, ids[2018], looked=looked),
        Cell(*COUNTY, 2019, Status.COPY_ONLY, ids[2019], looked=looked),
        Cell(*COUNTY, 2020, Status.NOT_FOUND, looked=looked),
        Cell(*COUNTY, 2021, Status.NOT_FOUND, looked=looked),
    ]
    assert {cell.status for cell in cells(archive, "970102")} == {Status.NOT_LOOKED}


def test_not_found_needs_a_look_after_the_deadline(archive: store.Database) -> None:
    look(archive, "970121", "2021-03-31")
    look(archive, "970102", "2021-04-01", "blocked")
    look(archive, "970102-sfj", "2022-05-20")  # a department's site says nothing of the government's report
    look(archive, "970100", None, "unreachable")
    look(archive, "979001", "2021-03-31", "blocked")
    assert [str(cell.status) for cell in cells(archive, "970121")] == ["not_found"] * 5 + ["not_looked"]
    assert [str(cell.status) for cell in cells(archive, "970102")] == ["not_found"] * 6
    assert [str(cell.status) for cell in cells(archive, "970100")] == ["not_looked"] * 6
    assert [str(cell.status) for cell in cells(archive, "979001")] == ["not_found"] * 5 + ["blocked"]


def gone(db: store.Database, number: int, *days: int) -> None:
    """Let the address of a saved report be gone on days of June 2022."""
    for day in days:
        made = capture(number, url=capture(number).target, day=day)
        told = replace(made.origin, role=Role.GONE, status=404, fetched=datetime(2022, 6, day, tzinfo=UTC))
        store.gone(db, replace(made, origin=told))


def test_what_was_published_and_taken_off(archive: store.Database) -> None:
    """With its day, and only where no official site has a text of that year any more."""
    late = save(archive, 1, "970121", 2016, "2017-04-02")
    save(archive, 2, "970121", 2017, "2018-03-01")
    other = save(archive, 3, "970121", 2017, "2018-03-02")
    save(archive, 4, "970121", 2018, "2019-03-01")
    undated = save(archive, 6, "970121", 2019, None)
    save(archive, 7, "970121", 2019, "2020-03-01", source_kind=SourceKind.CONTENT_FARM)
    copy = save(archive, 8, "970121", 2020, "2021-03-01", source_kind=SourceKind.CONTENT_FARM)
    standing = save(archive, 9, "970121", 2021, "2022-03-01")
    for number in (1, 2, 4, 6, 8):
        gone(archive, number, 20, 29)
    gone(archive, 9, 20)  # nobody confirmed it
    where = region("970121")
    edited = capture(4, url=capture(4).target, day=40)
    edited = replace(edited, origin=replace(edited.origin, fetched=datetime(2022, 5, 9, tzinfo=UTC)))
    told = {"published": date(2019, 5, 1), "issuer": "月湖县人民政府", "region": where, "year": 2018}
    store.save(archive, edited, report("二、修改稿\n" + "各项任务都已按期完成。" * 40, **told))
    first = archive.execute("select id from reports where year = 2018 and status = 'superseded'").fetchone()[0]
    assert [(cell.year, str(cell.status), cell.report, cell.days) for cell in cells(archive, "970121")][1:] == [
        (2016, "removed", late, 2), (2017, "on_time", other, -29), (2018, "removed", first, -30),
        (2019, "removed", undated, None), (2020, "copy_only", copy, None), (2021, "on_time", standing, -30),
    ]  # fmt: skip


def test_what_is_not_due_is_not_missing(archive: store.Database) -> None:
    look(archive, "970121", "2022-03-31")
    save(archive, 1, "970102", 2021, "2022-01-20", fetched=datetime(2022, 3, 1, tzinfo=UTC))
    assert [str(cell.status) for cell in cells(archive, "970121")] == ["not_found"] * 6 + ["not_due"]
    assert str(cells(archive, "970102")[-1].status) == "on_time"


def test_the_first_official_date_decides(archive: store.Database) -> None:
    """A copy elsewhere, a guess and a day before the year's end decide nothing; being seen in time does."""
    save(archive, 1, "970121", 2016, "2017-05-02")
    first = save(archive, 2, "970121", 2016, "2017-03-30")
    save(archive, 3, "970121", 2017, "2018-01-02", source_kind=SourceKind.REPOST)
    late = save(archive, 4, "970121", 2017, "2018-06-02")
    guessed = save(archive, 5, "970121", 2018, "2019-02-02", published_source=ValueSource.GUESS)
    early = save(archive, 6, "970121", 2019, "2019-11-30")
    seen = save(archive, 7, "970121", 2020, None, fetched=datetime(2021, 3, 1, tzinfo=UTC))
    assert [(cell.year, str(cell.status), cell.report, cell.days) for cell in cells(archive, "970121")][1:6] == [
        (2016, "on_time", first, -1), (2017, "late", late, 63), (2018, "date_unknown", guessed, None),
        (2019, "date_unknown", early, None), (2020, "on_time", seen, None),
    ]  # fmt: skip


def test_whose_report_counts(archive: store.Database) -> None:
    bodies = {
        2015: IssuerKind.PARTY_AND_GOVERNMENT, 2016: IssuerKind.LAW_COMMITTEE, 2017: IssuerKind.OFFICE, 2018: None,
        2019: IssuerKind.DEPARTMENT, 2020: IssuerKind.ZONE, 2021: IssuerKind.SUBDISTRICT,
    }  # fmt: skip
    for number, (year, kind) in enumerate(bodies.items()):
        save(archive, number, "970121", year, f"{year + 1}-03-01", issuer_kind=kind)
    assert [str(cell.status) for cell in cells(archive, "970121")] == ["on_time"] * 4 + ["not_looked"] * 3
    assert [
        (row["issuer"], [r["year"] for r in row["reports"]]) for row in coverage.departments(archive.conn, "970121")
    ] == [("月湖县人民政府", [2020, 2019])]


def test_towns_are_bound_since_the_provisions_and_sub_districts_never(archive: store.Database) -> None:
    early = save(archive, 1, "970121", 2017, "2018-03-01", town="970121100")
    street = save(archive, 2, "970121", 2020, "2021-04-02", town="970121001", issuer_kind=IssuerKind.SUBDISTRICT)
    look(archive, "970121", "2021-05-01")
    known = coverage.compute(archive.conn, TODAY)
    lists = coverage.towns(archive.conn, "970121", known.as_of, known.years)

    def town(code: str) -> tuple[str, str, str, str, str]:
        return code, code, TOWNS[code], "township", "970121"

    seen = {"looked": "2021-05-01"}
    missing = [(2019, Status.NOT_FOUND), (2020, Status.NOT_FOUND), (2021, Status.NOT_LOOKED)]
    assert lists == [
        [Cell(*town("970121001"), 2020, Status.LATE, street, "2021-04-02", 2, "2021-05-01")],
        [
            Cell(*town("970121100"), 2017, Status.ON_TIME, early, "2018-03-01", -30, "2021-05-01"),
            *(Cell(*town("970121100"), year, status, **seen) for year, status in missing),
        ],
        [Cell(*town("970121200"), year, status, **seen) for year, status in missing],
    ]
    assert "970121100" not in {key for key, _ in known.cells}


def test_a_place_is_one_line_through_its_changes(archive: store.Database) -> None:
    """静海县 became 静海区 in 2015: the report on 2015 is the district's, whatever code a page gives."""
    look(archive, "120118", "2022-05-01")
    names = {(cell.year, cell.code, cell.name, cell.parent) for cell in cells(archive, "120118")}
    assert names == {(year, "120118", "静海区", "120000") for year in range(2015, 2022)}
    counts = {place.code: place for place in divisions.at(2014)}
    assert (counts["120223"].name, "120118" in counts) == ("静海县", False)
    turfan = {cell.year: (cell.code, cell.name) for cell in cells(archive, "650500")}
    assert (turfan[2015], turfan[2016]) == (("652200", "哈密地区"), ("650500", "哈密市"))
    known = coverage.compute(archive.conn, TODAY)
    assert [line.code for line in known.lines("650500", 2015)] == ["652201", "652222", "652223"]
    assert [cell.key for cell in known.area("652200", 2015)] == ["650500", "652201", "650521", "650522"]


def test_a_place_no_table_knows_still_counts(archive: store.Database) -> None:
    where = Region("960121", ("无名省", "无名市", "无名县"), Level.COUNTY)
    name = save(archive, 1, "970121", 2020, "2021-01-05", region=where)
    known = coverage.compute(archive.conn, TODAY)
    assert known.provinces["960000"] == "无名省"
    cell = Cell("960121", "960121", "无名县", "county", "960000", 2020, Status.ON_TIME, name, "2021-01-05", -85)
    assert [line.to_json() for line in known.lines("960000", 2020)] == [
        {"code": "960121", "name": "无名县", "level": "county", "key": "960121", "own": cell.to_json(),
         "counts": coverage.counted([cell])}
    ]  # fmt: skip


def test_the_country(archive: store.Database) -> None:
    """31 provinces; as many governments as the statistical yearbooks give for the end of a year."""
    assert coverage.compute(archive.conn, TODAY) == coverage.Coverage(None, (), {}, {})
    look(archive, "420683", "2022-05-01")
    known = coverage.compute(archive.conn, TODAY)
    assert len(known.provinces) == 31  # no Hong Kong, no Macao, no sample portals
    levels = {year: Counter(cell.level for cell in known.cells.values() if cell.year == year) for year in (2015, 2016)}
    assert levels == {
        2015: {"province": 31, "prefecture": 334, "county": 2850},
        2016: {"province": 31, "prefecture": 334, "county": 2851},
    }


CODES = st.sampled_from(sorted(NAMES))
SAVED = st.tuples(
    CODES, st.sampled_from([None, *TOWNS]), st.integers(2013, 2023),
    st.one_of(st.none(), st.dates(date(2014, 1, 1), date(2023, 1, 1))),
    st.sampled_from([None, *map(str, IssuerKind)]), st.sampled_from(list(map(str, SourceKind))),
)  # fmt: skip


@pytest.fixture
def only_the_invented_places() -> Iterator[None]:
    """Let the country be small, so that many examples take no long time."""
    rows = [tuple(line.split("\t")) for line in TABLE.splitlines()[1:]]
    small = divisions._Table(rows, [])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(divisions, "_table", lambda: small)
        coverage._year.cache_clear()
        yield
    coverage._year.cache_clear()


@pytest.mark.usefixtures("only_the_invented_places")
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SAVED, max_size=12), st.dictionaries(CODES, st.dates(date(2015, 1, 1), date(2022, 5, 31)), max_size=4))
def test_numbers_add_up(
    saved: list[tuple[str, str | None, int, date | None, str, str]], looks: dict[str, date]
) -> None:
    conn = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(conn)
    for number, (code, town, year, published, kind, source) in enumerate(saved):
        code = "970121" if town else code
        level = "township" if town else str(region(code).level)
        names, day = "/".join(NAMES[code]), published and str(published)
        conn.execute(
            "insert into reports (id, docid, digest, adcode, town_code, region, level, year, issuer_kind)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (f"r{number}", number, str(number), code, town, names, level, year, kind),
        )
        values = (f"c{number}", f"r{number}", source, day, "2022-04-30T00:00:00.000000Z")
        conn.execute(
            "insert into sources (capture, report, source_kind, published, fetched) values (?, ?, ?, ?, ?)", values
        )
    for code, day in looks.items():
        values = (code, code, f"{day}T00:00:00.000000Z")
        conn.execute("insert into portals (code, adcode, last_looked) values (?, ?, ?)", values)
    known = coverage.compute(conn, TODAY)
    totals = known.totals()
    for year in known.years:
        every = [cell for cell in known.cells.values() if cell.year == year]
        assert totals[year] == coverage.counted(every)
        assert totals[year]["expected"] == sum(totals[year][status] for status in Status) == len(every)
        assert totals[year] == coverage.added(line.counts for line in known.lines(None, year))
        for code in ("970000", "970100", "970121"):
            own = [cell] if (cell := known.own(code, year)) else []
            inside = [line.counts for line in known.lines(code, year)]
            assert coverage.counted(known.area(code, year)) == coverage.added([coverage.counted(own), *inside])
    government = duty.rules()["report"]["issuers"]
    there = {
        (code, year) for code, town, year, _, kind, _ in saved
        if not town and year in known.years and (kind is None or kind in government)
    }  # fmt: skip
    assert there == {key for key, cell in known.cells.items() if cell.report}
    assert all((cell.status in coverage.FOUND) == bool(cell.report) for cell in known.cells.values())
    conn.close()


def listing(db: sqlite3.Connection, number: int, portal: str, *, day: int, status: int = 200) -> None:
    taken = capture(number, url=f"http://www.example{number}.gov.cn/", day=day)
    fetched = taken.origin.fetched
    origin = Origin(
        url=taken.target, portal=portal, adcode=portal[:6], role=Role.LISTING, status=status, fetched=fetched
    )
    captures.Captures(db).add(replace(taken, origin=origin))


def portal_rows(db: store.Database) -> list[tuple[object, ...]]:
    return db.conn.execute("select * from portals order by code").fetchall()


def test_a_portal_counts_as_looked_at_when_its_lists_were_read_to_the_end(
    archive: store.Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    since, later = "2026-03-04T00:00:00.000000Z", "2026-03-11T00:00:00.000000Z"
    monkeypatch.setattr(portals.clock, "now", lambda: datetime.fromisoformat(since))
    crawl_db = tmp_path / "crawl.db"
    crawl = captures.connect(crawl_db)
    listing(crawl, 1, "970121", day=0)
    listing(crawl, 2, "970121", day=1)
    listing(crawl, 3, "970102", day=1)
    listing(crawl, 4, "970100", day=2, status=404)
    ok = Look("970121", "月湖县人民政府", "970121", "http://www.example1.gov.cn/", "ok")
    cut = Look("970102", "云溪区人民政府", "970102", "http://www.example3.gov.cn/", "truncated", "interrupted")
    gone = Look("970100", "石浦市人民政府", "970100", "http://www.example4.gov.cn/", "unreachable", "HTTP 404")
    portals.keep(archive.conn, crawl_db, [ok, cut, gone])
    first, last = "2026-03-01T08:00:00.000001Z", "2026-03-02T08:00:00.000002Z"
    of_ok = ("970121", ok.name, "970121", ok.home, first, last, "ok", None, since)
    of_cut = ("970102", cut.name, "970102", cut.home, None, None, "truncated", "interrupted", since)
    of_gone = ("970100", gone.name, "970100", gone.home, None, None, "unreachable", "HTTP 404", since)
    assert portal_rows(archive) == [of_gone, of_cut, of_ok]

    # What is fine stays fine, whether something came or not; and trouble is as old as the first crawl that met it.
    monkeypatch.setattr(portals.clock, "now", lambda: datetime.fromisoformat(later))
    portals.keep(archive.conn, crawl_db, [replace(ok, verdict="unchanged"), gone])
    assert portal_rows(archive) == [of_gone, of_cut, (*of_ok[:6], "unchanged", None, since)]

    # A later crawl that is refused takes nothing away from what was seen.
    listing(crawl, 5, "970121", day=9)
    portals.keep(archive.conn, crawl_db, [replace(ok, verdict="blocked", remark="403")])
    blocked = (*of_ok[:6], "blocked", "403", later)
    assert portal_rows(archive) == [of_gone, of_cut, blocked]

    # A rebuild keeps what the archive knew; from the captures alone it knows when, not with what verdict.
    again = store.open_archive(tmp_path / "again.db")
    portals.recover(again.conn, crawl_db, tmp_path / "archive.db")
    assert portal_rows(again) == portal_rows(archive)
    alone = store.open_archive(tmp_path / "alone.db")
    portals.recover(alone.conn, crawl_db, tmp_path / "missing.db")
    none = (None, None, None)
    assert portal_rows(alone) == [
        ("970102", None, "970102", cut.home, "2026-03-02T08:00:00.000003Z", "2026-03-02T08:00:00.000003Z", *none),
        ("970121", None, "970121", ok.home, first, "2026-03-10T08:00:00.000005Z", *none),
    ]
    for db in (again, alone, crawl):
        db.close()


def older(path: Path) -> None:
    """Make of a new archive one of version 1, which had no portals."""
    store.open_archive(path).close()
    db = sqlite3.connect(path)
    db.execute("drop table portals")
    db.execute("pragma user_version = 1")
    db.close()


def test_an_archive_of_version_1_gets_the_table(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    older(path)
    conn = sqlite3.connect(path)
    assert coverage.compute(conn).as_of is None  # a site that serves it meanwhile does without
    conn.close()
    for readonly in (True, False):
        older(path)
        db = store.open_archive(path, readonly=readonly)
        assert portal_rows(db) == []
        assert schema.check(db.conn) == schema.VERSION
        db.close()


def test_command_line(tmp_path: Path) -> None:
    db = store.open_archive(tmp_path / "archive.db")
    name = save(db, 1, "970121", 2020, "2021-03-01")
    save(db, 2, "970121", 2020, "2021-03-01", town="970121100")
    look(db, "970121", "2022-05-01")
    db.close()

    def run(*arguments: str) -> list[str]:
        answer = CliRunner().invoke(fazhi, ["coverage", "--data", str(tmp_path), *arguments])
        assert answer.exit_code == 0, answer.output
        return answer.output.splitlines()

    told = [json.loads(line) for line in run("--json", "--region", "970121", "--year", "2020")]
    assert told[0] == {
        "code": "970121", "name": "月湖县", "level": "county", "parent": "970100", "year": 2020, "status": "on_time",
        "report": name, "published": "2021-03-01", "days": -30, "looked": "2022-05-01", "key": "970121",
    }  # fmt: skip
    assert [(row["name"], row["status"]) for row in told[1:]] == [("柳塘镇", "on_time"), ("竹里乡", "not_found")]
    assert len(run("--json", "--region", "970000", "--year", "2020")) == 5
    table = run("--year", "2020")
    assert [line.split()[:3] for line in table if "样例省" in line] == [["970000", "样例省", "5"]]
    assert any("月湖县" in line for line in run("--region", "970100", "--year", "2020"))
    assert CliRunner().invoke(fazhi, ["coverage", "--data", str(tmp_path), "--region", "999999"]).exit_code == 2
    assert CliRunner().invoke(fazhi, ["coverage", "--data", str(tmp_path / "none")]).exit_code == 2


def test_the_table_says_what_the_command_says_and_adds_up(archive: store.Database, tmp_path: Path) -> None:
    save(archive, 1, "970121", 2016, "2017-03-31")
    late = save(archive, 2, "970121", 2017, "2018-04-01")
    save(archive, 3, "970100", 2019, None)
    look(archive, "970121", "2022-05-01")
    known = coverage.compute(archive.conn, TODAY)
    written = covered.refresh(archive.conn, TODAY)
    assert written == len(known.cells) > 20_000
    names = schema.tables()["coverage"].names
    rows = [dict(zip(names, row, strict=True)) for row in archive.conn.execute("select * from coverage")]
    assert sorted(rows, key=lambda row: (row["year"], row["key"])) == sorted(
        (cell.to_json() for cell in known.cells.values()), key=lambda row: (row["year"], row["key"])
    )
    cursor = archive.conn.execute("select * from coverage_totals")
    heads = [column[0] for column in cursor.description]
    totals = {(row[0], row[1]): dict(zip(heads[3:], row[3:], strict=True)) for row in cursor}
    assert totals == {
        (year, row["code"]): counts for row in known.matrix() for year, counts in row["years"].items()
        if counts["expected"]
    }  # fmt: skip
    assert covered.refresh(archive.conn, TODAY) == 0  # nothing is written twice
    archive.conn.execute("delete from reports where id = ?", (late,))
    archive.conn.execute("delete from sources where report = ?", (late,))
    assert covered.refresh(archive.conn, TODAY) == 1
    shown = CliRunner().invoke(fazhi, ["coverage", "--json", "--data", str(tmp_path)])
    told = {(row["year"], row["key"]): row["status"] for row in map(json.loads, shown.stdout.splitlines())}
    assert told == {
        (year, key): status for year, key, status in archive.conn.execute("select year, key, status from coverage")
    }
    archive.conn.execute("delete from sources")
    archive.conn.execute("delete from portals")
    covered.refresh(archive.conn, TODAY)
    assert archive.conn.execute("select count(*) from coverage").fetchone() == (0,)  # nobody ever looked
