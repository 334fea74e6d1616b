"""The first page, the coverage pages and the pages of places, on whatever Datasette is installed."""

from __future__ import annotations

import asyncio
import csv
import html
import io
import json
import os
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from datasette.app import Datasette
from fazhi_zoo.records import capture, report

from archive import store
from archive.coverage import Status
from archive.model import IssuerKind, Level, Region, SourceKind
from archive.site import coverage as figures

ROOT = Path(__file__).resolve().parents[1]
TABLE = """level	code	parent	name
1	970000		样例省
2	970100	970000	石浦市
3	970102	970100	云溪区
3	970121	970100	月湖县
4	970121001	970121	湖心街道
4	970121100	970121	柳塘镇
4	970121200	970121	竹里乡
"""
PATHS = {"970000": ("样例省",), "970100": ("样例省", "石浦市"), "970121": ("样例省", "石浦市", "月湖县")}
EVIL = '<script>alert(1)</script>"'

pytestmark = pytest.mark.asyncio(loop_scope="module")


def save(db: store.Database, number: int, year: int, published: str | None, code: str = "970121", **more: Any) -> str:
    """Save a report that was fetched in May 2022."""
    taken = capture(number)
    taken = replace(taken, origin=replace(taken.origin, fetched=datetime(2022, 5, 1, tzinfo=UTC)))
    levels = {"970000": Level.PROVINCE, "970100": Level.PREFECTURE}
    names = PATHS[code]
    told = {
        "title": f"{names[-1]}{year}年法治政府建设年度报告", "issuer": f"{names[-1]}人民政府", "year": year,
        "region": Region(code, names, levels.get(code, Level.COUNTY)),
        "published": date.fromisoformat(published) if published else None,
    }  # fmt: skip
    name = store.save(db, taken, report(f"一、主要工作\n第{number}份。" + "各项任务按期完成。" * 40, **told | more))
    assert name
    return name


def datasette(archive: Path) -> Datasette:
    settings = json.loads((ROOT / "datasette_metadata.json").read_text(encoding="utf-8"))
    more = {"config": settings} if "config" in Datasette.__init__.__code__.co_varnames else {}
    return Datasette([str(archive)], metadata=settings, **more)


@pytest.fixture(scope="module")
def ids() -> dict[str, str]:
    """Ids of the reports of ``site``, by what is special in them."""
    return {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory, ids: dict[str, str]) -> AsyncIterator[Datasette]:
    root = tmp_path_factory.mktemp("places")
    (root / "divisions.tsv").write_text(TABLE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        further = os.environ.get("FAZHI_DIVISIONS", "")
        patch.setenv("FAZHI_DIVISIONS", os.pathsep.join([str(root / "divisions.tsv"), further]))
        db = store.open_archive(root / "archive.db")
        ids["on time"] = save(db, 1, 2020, "2021-03-19")
        ids["late"] = save(db, 2, 2021, "2022-04-03", title=f"{EVIL}月湖县2021年法治政府建设年度报告")
        ids["copy"] = save(db, 3, 2019, "2020-03-01", source_kind=SourceKind.CONTENT_FARM)
        ids["old"] = save(db, 4, 2014, "2015-02-01")
        kind = IssuerKind.DEPARTMENT
        ids["department"] = save(db, 5, 2020, "2021-01-11", issuer=f"月湖县司法局{EVIL}", issuer_kind=kind)
        town = Region("970121", (*PATHS["970121"], "柳塘镇"), Level.TOWNSHIP, "970121100")
        ids["town"] = save(db, 6, 2020, "2021-01-12", region=town, issuer="柳塘镇人民政府")
        unknown = Region("970121", PATHS["970121"], Level.TOWNSHIP)
        ids["unplaced"] = save(db, 7, 2020, None, region=unknown, issuer="某镇人民政府")
        ids["city"] = save(db, 8, 2020, "2021-03-31", code="970100")
        looked = "2022-05-01T00:00:00.000000Z"
        portals = [
            (
                "970121",
                "月湖县人民政府",
                "970121",
                "http://www.example.gov.cn/",
                looked,
                looked,
                "ok",
                None,
                "2022-04-01T00:00:00.000000Z",
            ),
            ("970102", f"云溪区{EVIL}", "970102", "javascript:alert(1)", None, None, "blocked", EVIL, None),
            ("970100", None, "970100", None, looked, looked, None, None, None),
        ]
        db.conn.executemany("insert into portals values (?, ?, ?, ?, ?, ?, ?, ?, ?)", portals)
        db.close()
        served = datasette(root / "archive.db")
        await served.invoke_startup()
        yield served
        served.get_database("archive").close()


async def get(site: Datasette, path: str, status: int = 200) -> Any:
    answer = await site.client.get(path)
    assert answer.status_code == status, (path, answer.text[:500])
    return answer


def text_of(page: str) -> str:
    """Return the visible text of a page, white space as single spaces."""
    inline = re.sub(r"</?(?:b|a|span|i)\b[^>]*>", "", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", inline)).split())


async def test_home(site: Datasette, ids: dict[str, str]) -> None:
    page = (await get(site, "/")).text
    shown = text_of(page)
    assert "8 份报告 3 个地区 2014–2021 年度" in shown
    assert "最近一次抓取 2022年5月1日，1 个门户正常，1 个需要关注，1 个结论不详。" in shown
    for link, number in (("verdict__in=ok,unchanged", 1), ("verdict__notin=ok,unchanged&_facet=verdict", 1)):
        assert f'href="/archive/portals?{html.escape(link)}"' in page
        assert len((await get(site, f"/archive/portals.json?_shape=array&{link}")).json()) == number
    matrix = re.search(r'<table class="matrix">.*?</table>', page, re.S)
    assert matrix
    assert matrix[0].count('<th scope="row">') == 33  # the country, 31 provinces, the invented one
    (row,) = re.findall(r"<tr><th scope=\"row\">[^\n]*样例省.*?</tr>", matrix[0], re.S)
    assert text_of(row) == "样例省 1 /4 2 /4 0 /4 0 /4 0 /4 0 /4 0 /4"
    assert '<a href="/coverage?year=2020&amp;region=970000"' in row
    assert all(f'href="/report/{name}"' in page for name in ids.values())
    assert EVIL not in page


async def test_home_json(site: Datasette) -> None:
    told = (await get(site, "/home.json")).json()
    newest = [(hit["year"], hit["published"]) for hit in told.pop("newest")]
    assert newest[:2] == [(2021, "2022-04-03"), (2020, "2021-03-31")]
    provinces = {row["code"]: row for row in told.pop("provinces")}
    assert provinces["970000"]["years"]["2020"] == {
        "expected": 4, "on_time": 2, "late": 0, "date_unknown": 0, "removed": 0, "copy_only": 0, "not_found": 0,
        "blocked": 1, "not_looked": 1, "not_due": 0,
    }  # fmt: skip
    total = told.pop("total")
    assert told == {
        "ok": True, "reports": 8, "places": 3, "first_year": 2014, "last_year": 2021, "as_of": "2022-05-01",
        "portals": {"blocked": 1, "ok": 1, "unknown": 1}, "years": list(range(2015, 2022)),
    }  # fmt: skip
    for year, counts in total.items():
        added: dict[str, int] = dict.fromkeys(counts, 0)
        for row in provinces.values():
            for name, number in row["years"][year].items():
                added[name] += number
        assert counts == added
        assert counts["expected"] == sum(counts[status] for status in Status)


async def test_coverage_drills_down_from_the_country_to_the_towns(site: Datasette, ids: dict[str, str]) -> None:
    country = (await get(site, "/coverage")).text  # the latest year that is due
    assert '<h1 class="small">全国 2021 年度报告收录情况</h1>' in country
    assert country.count("<rect ") == 32
    assert 'aria-label="样例省：25%"' in country
    assert 'aria-label="湖北省：未查"' in country
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//(?!datasette\.io)", country)  # no foreign tile
    province = (await get(site, "/coverage?year=2020&region=970000")).text
    assert "<svg" not in province
    rows = [text_of(row) for row in re.findall(r"<tr>.*?</tr>", province, re.S)]
    assert "石浦市 按时 2021-03-31 截止日当天 3 2 1" in rows
    city = (await get(site, "/coverage?year=2021&region=970100")).text
    rows = [text_of(row) for row in re.findall(r"<tr.*?</tr>", city, re.S)]
    assert rows[1:4] == ["石浦市本级 未找到 截至 2022-05-01", "云溪区 被拒绝访问", "月湖县 逾期 2022-04-03 逾期 3 天"]
    county = (await get(site, "/coverage?year=2020&region=970121")).text
    rows = [text_of(row) for row in re.findall(r"<tr.*?</tr>", county, re.S)]
    assert rows[1:4] == [
        "月湖县本级 按时 2021-03-19 提前 12 天", "柳塘镇 按时 2021-01-12 提前 78 天", "竹里乡 未找到 截至 2022-05-01",
    ]  # fmt: skip
    assert f'href="/report/{ids["town"]}"' in county
    assert "湖心街道" not in county  # a sub-district is never missing
    trend = re.findall(r'<tr><th scope="row"><a href="/coverage\?year=(\d+).*?</tr>', county)
    assert trend == [str(year) for year in range(2021, 2014, -1)]


async def test_coverage_json(site: Datasette, ids: dict[str, str]) -> None:
    told = (await get(site, "/coverage.json?year=2021&region=970100")).json()
    zero = dict.fromkeys(map(str, Status), 0)

    def cell(code: str, name: str, parent: str, level: str, **more: object) -> dict[str, object]:
        empty = {"report": None, "published": None, "days": None, "looked": None}
        return {
            "code": code,
            "name": name,
            "level": level,
            "parent": parent,
            "year": 2021,
            "key": code,
            **empty,
            **more,
        }

    city = cell("970100", "石浦市", "970000", "prefecture", status="not_found", looked="2022-05-01")
    district = cell("970102", "云溪区", "970100", "county", status="blocked")
    county = cell(
        "970121", "月湖县", "970100", "county", status="late", report=ids["late"], published="2022-04-03", days=3,
        looked="2022-05-01",
    )  # fmt: skip
    assert told == {
        "ok": True, "year": 2021, "years": list(range(2015, 2022)), "region": "970100",
        "path": [{"code": "970000", "name": "样例省"}, {"code": "970100", "name": "石浦市"}],
        "as_of": "2022-05-01", "deadline": "2022-03-31",
        "total": {"expected": 3, **zero, "late": 1, "not_found": 1, "blocked": 1}, "own": city,
        "lines": [
            {"code": "970102", "name": "云溪区", "level": "county", "key": "970102", "own": district,
             "counts": {"expected": 1, **zero, "blocked": 1}},
            {"code": "970121", "name": "月湖县", "level": "county", "key": "970121", "own": county,
             "counts": {"expected": 1, **zero, "late": 1}},
        ],
    }  # fmt: skip


async def test_coverage_csv_opens_in_a_spreadsheet(site: Datasette, ids: dict[str, str]) -> None:
    answer = await get(site, "/coverage.csv?year=2020&region=970121")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert not answer.content.startswith(b"\xef\xbb\xbf\xef\xbb\xbf")
    assert 'filename="coverage-970121-2020.csv"' in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [
        list(figures.HEADS),
        [
            "2020",
            "970121",
            "月湖县",
            "县级",
            "on_time",
            "按时",
            "2021-03-19",
            "-12",
            "2022-05-01",
            ids["on time"],
            "970121",
        ],
        [
            "2020",
            "970121100",
            "柳塘镇",
            "乡级",
            "on_time",
            "按时",
            "2021-01-12",
            "-78",
            "2022-05-01",
            ids["town"],
            "970121100",
        ],
        ["2020", "970121200", "竹里乡", "乡级", "not_found", "未找到", "", "", "2022-05-01", "", "970121200"],
    ]
    every = list(csv.reader(io.StringIO((await get(site, "/coverage.csv?year=all")).content.decode("utf-8-sig"))))
    totals = (await get(site, "/home.json")).json()["total"]
    assert len(every) - 1 == sum(counts["expected"] for counts in totals.values())


async def test_place_page(site: Datasette, ids: dict[str, str]) -> None:
    page = (await get(site, "/place/970121")).text
    assert EVIL not in page
    table = re.search(r'<table class="figures years-of">.*?</table>', page, re.S)
    assert table
    rows = [text_of(row) for row in re.findall(r"<tr>.*?</tr>", table[0], re.S)]
    assert rows == [
        "年度 状态 报告",
        f"2021 逾期 逾期 3 天 {EVIL}月湖县2021年法治政府建设年度报告 2022-04-03",
        "2020 按时 提前 12 天 月湖县2020年法治政府建设年度报告 2021-03-19",
        "2019 仅见转载 月湖县2019年法治政府建设年度报告 2020-03-01 范文、资料类网站（不算公开发布）",
        *(f"{year} 未找到 截至 2022-05-01 –" for year in range(2018, 2014, -1)),
        "2014 此年度没有公布义务 月湖县2014年法治政府建设年度报告 2015-02-01",
    ]
    shown = text_of(page)
    assert "全国 › 样例省 › 石浦市 › 月湖县" in shown
    said = "门户：月湖县人民政府 ↗，最近查完 2022-05-01；上次抓取：正常，有新报告（自 2022-04-01 起）。"
    assert f"{said}各栏目都已读到底，有新报告。" in shown
    assert f"月湖县司法局{EVIL} 2020" in shown
    assert f'href="/report/{ids["department"]}"' in page
    assert f'href="/report/{ids["unplaced"]}"' in page
    assert '<li><a href="/place/970102">云溪区</a></li>' in page  # neighbours
    grid = re.search(r'<table class="matrix grid">.*?</table>', page, re.S)
    assert grid
    assert [text_of(row) for row in re.findall(r"<tr>.*?</tr>", grid[0], re.S)][1:] == [
        "湖心街道", "柳塘镇 无未找到 按按时 无未找到", "竹里乡 无未找到 无未找到 无未找到",
    ]  # fmt: skip


async def test_other_places(site: Datasette, ids: dict[str, str]) -> None:
    district = (await get(site, "/place/970102")).text
    assert EVIL not in district
    assert "javascript:" not in district
    assert "，从未查完；上次抓取：网站拒绝访问" in text_of(district)
    town = text_of((await get(site, "/place/970121100")).text)
    assert "全国 › 样例省 › 石浦市 › 月湖县 › 柳塘镇" in town
    assert "2020 按时 提前 78 天" in town
    assert "2019 未找到 截至 2022-05-01" in town
    assert "2018" not in town.split("政府的年度报告")[1]  # towns are bound since the report on 2019
    street = text_of((await get(site, "/place/970121001")).text)
    assert "街道办事处等派出机关没有单独的公布义务" in street
    province = (await get(site, "/place/970000")).text
    assert '<a class="mark on_time" href="/report/' + ids["city"] in province
    dissolved = text_of((await get(site, "/place/360105")).text)
    assert "2019 年撤销" in dissolved
    assert (await get(site, "/place/120223", 302)).headers["location"] == "/place/120118"
    assert "2015 年前：静海县（120223）" in text_of((await get(site, "/place/120118")).text)


async def test_place_json(site: Datasette, ids: dict[str, str]) -> None:
    told = (await get(site, "/place/970121.json")).json()
    years = {row["year"]: row for row in told["years"]}
    assert years[2021]["cell"]["days"] == 3
    assert years[2014]["cell"] is None
    assert [report["id"] for report in years[2020]["reports"]] == [ids["on time"]]
    assert told["departments"] == [
        {"issuer": f"月湖县司法局{EVIL}", "reports": [
            {"id": ids["department"], "year": 2020, "published": "2021-01-11", "source_kind": "official"}]}
    ]  # fmt: skip
    assert [(row["code"], sorted(row["years"])) for row in told["below"]] == [
        ("970121001", []), ("970121100", ["2019", "2020", "2021"]), ("970121200", ["2019", "2020", "2021"]),
    ]  # fmt: skip
    assert told["neighbours"] == [{"code": "970102", "name": "云溪区"}]
    assert [portal["verdict"] for portal in told["portals"]] == ["ok"]


@pytest.mark.parametrize(
    "path",
    ["/coverage?year=9999&region=x", "/coverage?year=%00", "/coverage.csv?region=420683100&year=-1", "/en/",
     "/en/coverage?region=970121", "/en/place/970121", "/coverage.json?year=all", "/coverage?region=810000&year=2020",
     "/place/999999", "/place/999999999", "/place/810000", "/coverage?region=999999", "/place/999999.json"],
)  # fmt: skip
async def test_strange_and_english_addresses(site: Datasette, path: str) -> None:
    answer = await site.client.get(path)
    assert answer.status_code == (404 if "9999" in path.replace("year=9999", "") or "region=8100" in path else 200)


async def test_an_empty_archive(tmp_path: Path) -> None:
    store.open_archive(tmp_path / "archive.db").close()
    empty = datasette(tmp_path / "archive.db")
    await empty.invoke_startup()
    assert "库里还没有报告" in (await get(empty, "/")).text
    assert "库里还没有报告" in (await get(empty, "/coverage")).text
    assert (await get(empty, "/coverage.json")).json()["lines"] == []
    assert len((await get(empty, "/coverage.csv")).text.splitlines()) == 1
    assert "未查" in (await get(empty, "/place/420683")).text
    empty.get_database("archive").close()


async def test_new_reports_appear_without_a_restart(tmp_path: Path) -> None:
    db = store.open_archive(tmp_path / "archive.db")
    save(db, 1, 2020, "2021-03-01", code="970100")
    served = datasette(tmp_path / "archive.db")
    await served.invoke_startup()

    async def found() -> int:
        return int((await get(served, "/coverage.json?year=2020")).json()["total"]["on_time"])

    assert await found() == 1
    held = await figures.current(served)
    time.sleep(figures.RACY)
    assert await figures.current(served) is held  # nothing changed: nothing is worked out again
    save(db, 2, 2020, "2021-03-02", code="970121")
    for _ in range(100):
        if await found() == 2:
            break
        await asyncio.sleep(0.2)
    assert await found() == 2
    db.close()
    served.get_database("archive").close()
