"""The search page: facets that combine, order, pages, addresses that keep it all, help, and the box of Datasette."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import pytest_asyncio
from datasette.app import Datasette
from fazhi_zoo.records import capture, library, report

from archive import schema, search, store
from archive.model import SourceKind
from archive.query import ERRORS, FIELDS, parse
from archive.site import searching

pytestmark = pytest.mark.asyncio(loop_scope="module")
EVIL = '"><script>alert(1)</script>'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Datasette]:
    path = tmp_path_factory.mktemp("search") / "archive.db"
    db = store.open_archive(path)
    for taken, document in library(90):
        store.save(db, taken, document)
    store.save(db, capture(200), report("转载的复议报告。", year=2019, source_kind=SourceKind.CONTENT_FARM))
    store.save(db, capture(201), report(f"{EVIL}复议", title=f"{EVIL}标题", issuer=f"{EVIL}局", year=2018, place=4))
    db.conn.execute("update reports set published = (year + 1) || '-05-01' where docid % 5 = 0")
    db.close()
    settings = schema.metadata()
    more = {"config": settings} if "config" in Datasette.__init__.__code__.co_varnames else {}
    served = Datasette([str(path)], metadata=settings, **more)
    await served.invoke_startup()
    yield served
    served.get_database("archive").close()


async def get(site: Datasette, path: str) -> str:
    answer = await site.client.get(path)
    assert answer.status_code == 200, (path, answer.text[:500])
    return answer.text


def ids(page: str) -> list[str]:
    return re.findall(r'<h2><a href="(?:/en)?/report/([^"?]+)', page)


def links(page: str) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'href="([^"]+)"', page)]


def total(page: str) -> int:
    found = re.search(r"<b>([\d,]+)</b>", page)
    return int(found[1].replace(",", "")) if found else 0


def wanted(site: Datasette, query: str, order: search.Order = "relevance") -> list[str]:
    archive = store.open_archive(Path(str(site.get_database("archive").path)), readonly=True)
    found = [hit.id for hit in search.search(archive, query, order=order, limit=1000).hits]
    archive.close()
    return found


async def test_every_facet_narrows_to_its_count_and_they_combine(site: Datasette) -> None:
    page = await get(site, "/search?q=" + quote("复议"))
    facets = re.findall(r'<li><a href="([^"]+)">[^<]*</a> <span>(\d+)</span>', page)
    met = set()
    for link, count in facets:
        link = html.unescape(link)
        met |= parse_qs(urlsplit(link).query).keys() - {"q"}
        narrowed = await get(site, link)
        assert total(narrowed) == int(count), link
        assert "✕" in narrowed
        inner = re.findall(r'<li><a href="([^"]+)">[^<]*</a> <span>(\d+)</span>', narrowed)[:2]
        for deeper, fewer in inner:
            assert total(await get(site, html.unescape(deeper))) == int(fewer)
    assert met == {"year", "region", "level", "source", "due"}  # all issuers are governments: nothing to choose


async def test_places_go_down_to_the_county(site: Datasette) -> None:
    for region, below in (("990000", "990100"), ("990100", "990102")):
        page = await get(site, f"/search?q=%E6%B3%95&region={region}")
        assert any(f"region={below}" in link for link in links(page))
        assert total(page) == len(wanted(site, f"法 region:{region}"))


async def test_a_facet_takes_the_place_of_the_same_field_in_the_query(site: Datasette) -> None:
    page = await get(site, "/search?q=" + quote("复议 year:2019"))
    years = [link for link in links(page) if "year=2021" in link]
    assert years
    assert parse_qs(urlsplit(years[0]).query) == {"q": ["复议"], "year": ["2021"]}
    assert sorted(ids(await get(site, years[0]))) == sorted(wanted(site, "复议 year:2021"))


async def test_order_and_pages_are_part_of_the_address(site: Datasette) -> None:
    for sort, order in (("", "relevance"), ("newest", "newest")):
        found, page = [], f"/search?q=%E6%B3%95%E6%B2%BB&sort={sort}"
        while page:
            text = await get(site, page)
            found += ids(text)
            following = re.search(r'<a rel="next" href="([^"]+)"', text)
            page = html.unescape(following[1]) if following else ""
        assert found == wanted(site, "法治", order)
        assert len(found) == len(set(found)) > 2 * searching.PAGE


async def test_a_hit_leads_to_the_passage(site: Datasette) -> None:
    link = next(link for link in links(await get(site, "/search?q=" + quote("复议 -听证"))) if "/report/" in link)
    assert link.endswith("#passage")
    body = await get(site, link)
    assert 'id="passage"' in body
    assert "<mark" in body


@pytest.mark.parametrize(
    "query",
    [
        "复议 OR 应诉", "复议 -应诉", "-复议", "title:人民政府2019", "year:2018-2020 复议", "region:鹤渚市",
        "复议 level:county", "issuer:鶴渚", "due:late", "source:content_farm", "OR", "复议 year:abc", "region:无名县",
        "-",
    ],
)  # fmt: skip
async def test_the_box_of_the_table_page_finds_the_same(site: Datasette, query: str) -> None:
    try:
        expected = set(wanted(site, query))
    except searching.QueryError:
        expected = set()
    path = f"/archive/reports.json?_shape=array&_size=200&_search={quote(query)}"
    answer = await site.client.get(path)
    assert answer.status_code == 200, answer.text[:300]
    assert {row["id"] for row in answer.json()} == expected
    own = await get(site, f"/search?q={quote(query)}")
    assert set(ids(own)) <= expected
    assert bool(ids(own)) == bool(expected)


@pytest.mark.parametrize(
    ("address", "chinese", "english"),
    [
        ("q=OR", "OR 的两边都要有词", "OR needs a word on each side"),
        ("q=year:20", "“20”不是年度", "20 is no year"),
        ("year=abc", "“abc”不是年度", "abc is no year"),
        ("level=x", "没有“x”这个值", "level: has no value x"),
        ("region=" + quote("无名县"), "没有查到“无名县”这个地区", "no place is called 无名县"),
        ("q=" + quote("12348 -法治"), "不排除时有", "with them there are"),
        ("q=" + quote("复议 year:1999 level:county"), "去掉筛选条件后有", "without them there are"),
        ("q=" + quote("无此词语 OR 也没有"), "没有报告含有", "No report holds"),
        ("q=%EF%BC%8C", "标点和符号不参与检索", "punctuation is not searched"),
    ],
)
async def test_what_cannot_be_answered_is_explained(site: Datasette, address: str, chinese: str, english: str) -> None:
    page = await get(site, f"/search?{address}")
    assert chinese in html.unescape(page)
    assert not ids(page)
    assert english in html.unescape(await get(site, f"/en/search?{address}"))


async def test_without_each_condition_it_says_how_many_there_are(site: Datasette) -> None:
    page = html.unescape(await get(site, "/search?q=" + quote("复议") + "&year=1999&region=990000"))
    assert f'只去掉 <a href="/search?q={quote("复议")}&region=990000">year:1999</a>' in page


async def test_places_are_suggested_without_a_script(site: Datasette) -> None:
    page = await get(site, "/search?q=%E6%B3%95&year=2019")
    assert "<script" not in page
    assert '<option value="示例省"><option value=' in page or '<option value="样本省"><option value=' in page
    assert '<option value="示例省/鹤渚市/临溪区">' in page
    form = page.split('<form class="narrow-place"')[1].split("</form>")[0]
    assert '<input type="hidden" name="q" value="法">' in form
    assert '<input type="hidden" name="year" value="2019">' in form
    typed = await get(site, "/search?q=%E6%B3%95&year=2019&region=" + quote("示例省/鹤渚市/临溪区"))
    assert total(typed) == len(wanted(site, "法 year:2019 region:990102")) > 0


async def test_help_shows_every_field_and_its_examples_work(site: Datasette) -> None:
    for prefix in ("", "/en"):
        page = await get(site, f"{prefix}/search/help")
        examples = [link for link in links(page) if "/search?q=" in link]
        assert len(examples) > 12
        text = html.unescape(page)
        assert [field for field in FIELDS if f"{field}:" not in text] == []
        for link in examples:
            parse(parse_qs(urlsplit(link).query)["q"][0])
            answer = await site.client.get(link)
            assert answer.status_code == 200


async def test_hostile_values_stay_text(site: Datasette) -> None:
    for address in (f"q={quote(EVIL)}", f"q=a&region={quote(EVIL)}", f"year={quote(EVIL)}&sort={quote(EVIL)}",
                    "q=" + quote("复议") + "&year=2018"):  # fmt: skip
        assert "<script>alert" not in await get(site, f"/search?{address}")


async def test_new_reports_are_found_at_once(site: Datasette) -> None:
    """What is remembered of a search is forgotten when the archive changes."""
    query = quote("刚刚入库")
    assert ids(await get(site, f"/search?q={query}")) == []
    db = store.open_archive(Path(str(site.get_database("archive").path)))
    name = store.save(db, capture(300), report("刚刚入库的一份。", year=2020))
    assert ids(await get(site, f"/search?q={query}")) == [name]
    db.close()


async def test_searches_are_remembered_within_bounds(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "REMEMBERED", 3)
    for number in range(6):
        await get(site, f"/search?q={number}")
    assert len(searching._answers) == 3

    def forgotten(*_: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(search, "matches", forgotten)
    await get(site, "/search?q=5")


async def test_every_refusal_is_said_in_both_languages() -> None:
    for chinese, english, remedy in ERRORS.values():
        assert re.search(r"[\u4e00-\u9fff]", chinese)
        assert english
        assert remedy
        assert chinese.count("{}") == english.count("{}")
