"""The site on what came, changed and vanished: page, feed, report page; from captures of known days."""

from __future__ import annotations

import html
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import feedparser
import pytest
import pytest_asyncio
from datasette.app import Datasette
from datasette.utils import StartupError
from fazhi_zoo.records import capture, report

from archive import clock, store
from archive.model import Capture, Role, SourceKind

ROOT = Path(__file__).resolve().parents[1]
TEXT = "一、主要工作\n" + "全年办结行政复议案件12件，各项任务按期完成。" * 20
EVIL = "<script>alert(1)</script>"

pytestmark = pytest.mark.asyncio(loop_scope="module")


def gone(number: int, day: int) -> Capture:
    made = capture(number, day=day)
    return replace(made, origin=replace(made.origin, role=Role.GONE, status=404))


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """Ids of the reports of ``site``."""
    return {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory, names: dict[str, str]) -> AsyncIterator[Datasette]:
    path = tmp_path_factory.mktemp("changes") / "archive.db"
    db = store.open_archive(path)
    saved = {
        "old": (capture(1, day=0), report(TEXT)),
        "new": (capture(1, day=40), report(TEXT.replace("12", "13"))),
        "removed": (capture(2, day=1), report(TEXT + "撤下", year=2019)),
        "missing": (capture(3, day=1), report(TEXT + "失踪", year=2018)),
        "dated": (capture(4, day=1), report(TEXT + "改期", year=2017, place=5)),
    }  # fmt: skip
    for name, (taken, document) in saved.items():
        names[name] = str(store.save(db, taken, document))
    for number, day in ((2, 33), (2, 37), (3, 41)):
        store.gone(db, gone(number, day))
    dated = report(TEXT + "改期", year=2017, place=5, published=date(2021, 3, 1), doc_no=EVIL)
    store.save(db, capture(4, day=35), dated)
    farm = capture(5, day=36)
    farm = replace(farm, origin=replace(farm.origin, portal=None))
    store.save(db, farm, report(TEXT + "撤下", year=2019, source_kind=SourceKind.CONTENT_FARM))
    db.close()
    told = json.loads((ROOT / "datasette_metadata.json").read_text(encoding="utf-8"))
    config = {"config": told} if "config" in Datasette.__init__.__code__.co_varnames else {}
    served = Datasette([str(path)], metadata=told, **config)
    await served.invoke_startup()
    yield served
    served.get_database("archive").close()


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 4, 15))


def shown(page: str) -> str:
    """Return the visible text of a page, white space as single spaces."""
    inline = re.sub(r"</?(?:a|b|span|small)\b[^>]*>", "", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", inline)).split())


async def get(site: Datasette, path: str) -> Any:
    answer = await site.client.get(path)
    assert answer.status_code == 200, (path, answer.text[:500])
    return answer


def entries(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<h3><span class="tag[ a-z]*">(.*?)</span> <a href="(?:/en)?/report/([^"]+)"', page)


async def test_the_page_tells_the_last_thirty_days(site: Datasette, names: dict[str, str]) -> None:
    page = (await get(site, "/changes")).text
    assert entries(page) == [
        ("网页不见了", names["missing"]), ("正文有改动", names["new"]), ("确认撤下", names["removed"]),
        ("另有网站刊登", names["removed"]), ("标注信息有变", names["dated"]), ("网页不见了", names["removed"]),
    ]  # fmt: skip
    told = shown(page)
    assert "2026年3月16日以来存档见到的变动。" in told
    assert "2026年4月3日起网页不见，隔几天再看仍不在。" in told
    assert f"发布日期：2021-03-31 → 2021-03-01；文号：无 → {EVIL}" in told
    assert EVIL not in page
    assert f'<a href="/compare?a={names["old"]}&amp;b={names["new"]}">看改动</a>' in page
    assert '<a href="/changes">变动</a>' in (await get(site, "/")).text


async def test_it_is_narrowed_by_day_place_and_kind(site: Datasette, names: dict[str, str]) -> None:
    everything = (await get(site, "/changes?since=2026-01-01")).text
    assert len(entries(everything)) == 10
    assert "全部 10" in shown(everything)
    assert entries((await get(site, "/changes?since=2026-04-10")).text) == [
        ("网页不见了", names["missing"]), ("正文有改动", names["new"]),
    ]  # fmt: skip
    there = (await get(site, "/changes?place=980200&since=2026-01-01")).text
    assert entries(there) == [("标注信息有变", names["dated"]), ("新收录", names["dated"])]
    assert entries((await get(site, "/changes?kind=removed")).text) == [("确认撤下", names["removed"])]
    nothing = await get(site, "/changes?since=2026-04-14&kind=moved")
    assert "这段时间没有这样的变动" in nothing.text
    english = (await get(site, "/en/changes?kind=removed")).text
    assert "Not there since 3 April 2026; a second look, days later, confirmed it." in shown(english)


@pytest.mark.parametrize(
    "address",
    ["since=yesterday", "since=2026-02-30", "since=-9999-01-01", "since=0001-01-01", "since=9999-12-31", "place=x",
     "kind=%00", "page=0", "page=999999", "since=" + "9" * 5000, "place=99010'&kind=came' or 1"],
)  # fmt: skip
async def test_hostile_addresses_are_answered(site: Datasette, address: str) -> None:
    for page in ("/changes", "/feed/changes.atom"):
        assert (await get(site, f"{page}?{address}")).status_code == 200


async def test_pages_follow_each_other(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    from archive.site import changes

    monkeypatch.setattr(changes, "PAGE", 4)
    address, seen = "/changes?since=2026-01-01", []
    while address:
        page = (await get(site, address)).text
        seen += entries(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = html.unescape(following[1]) if following else ""
    assert seen == entries((await get(site, "/changes?since=2026-01-01&page=1")).text) + seen[4:]
    assert len(seen) == 10


async def test_the_feed(site: Datasette, names: dict[str, str]) -> None:
    answer = await get(site, "/feed/changes.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    read = feedparser.parse(answer.content)
    assert (read.bozo, read.version, read.feed.title[:5]) == (False, "atom10", "报告的变动")
    assert len(read.entries) == len({entry.id for entry in read.entries}) == 10
    first = read.entries[0]
    assert (first.title[:6], first.updated) == ("网页不见了：", "2026-04-11T08:00:00Z")
    assert first.link.endswith(f"/report/{names['missing']}")
    assert first.summary == "网址回答说页面不存在；几天后再看，方能确认是否撤下。"
    assert next(link.href for link in read.feed.links if link.rel == "self").endswith("/feed/changes.atom")
    assert {(tag.scheme, tag.term) for tag in first.tags} >= {("urn:fazhi:change", "missing")}
    tag = answer.headers["etag"]
    assert (await site.client.get("/feed/changes.atom", headers={"If-None-Match": tag})).status_code == 304
    place = feedparser.parse((await get(site, "/en/feed/changes.atom?place=980221&kind=metadata")).content)
    assert [entry.title for entry in place.entries] == ["details changed: 临溪区2020年法治政府建设年度报告"]


async def test_a_report_page_tells_since_when_it_is_not_there(site: Datasette, names: dict[str, str]) -> None:
    removed = (await get(site, f"/report/{names['removed']}")).text
    told = shown(removed)
    assert "原网页已撤下：2026年4月3日起不见，2026年4月7日再次确认。正文仍可在此阅读，网页存档也在。" in told
    assert "2026年4月3日起不见，已确认撤下" in told
    assert "变动记录（4）" in told
    assert "全年办结行政复议案件12件" in told
    missing = shown((await get(site, f"/en/report/{names['missing']}")).text)
    assert "Since 11 April 2026 its address says that the page is not there" in missing
    assert "原网页已撤下" not in (await get(site, f"/report/{names['new']}")).text
    told_json = (await get(site, f"/report/{names['removed']}.json")).json()
    assert (told_json["status"], told_json["missing_since"][:10], told_json["removed"][:10]) == (
        "removed", "2026-04-03", "2026-04-07",
    )  # fmt: skip
    assert [event["kind"] for event in told_json["history"]] == ["removed", "copied", "missing", "came"]
    assert [source["removed"] and source["removed"][:10] for source in told_json["sources"]] == ["2026-04-07", None]


async def test_lists_mark_what_is_not_there_any_more(site: Datasette, names: dict[str, str]) -> None:
    for address in ("/search?q=撤下", "/archive/reports?year=2019"):
        assert "已撤下" in shown((await get(site, address)).text), address
    assert f"/report/{names['removed']}<" in (await get(site, "/sitemap/1.xml")).text


async def test_the_table_is_open_to_programs(site: Datasette, names: dict[str, str]) -> None:
    rows = (await get(site, "/archive/changes.json?_shape=array&kind=changed")).json()
    assert [(row["report"], row["other"], row["at"][:10]) for row in rows] == [
        (names["new"], names["old"], "2026-04-10")
    ]
    assert "确认撤下" in (await get(site, "/archive/changes?_facet=kind")).text


async def test_an_archive_of_an_older_version_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "archive.db"
    db = store.open_archive(path)
    db.execute("pragma user_version = 2")
    db.close()
    monkeypatch.setattr(store, "writable", lambda _: False)
    with pytest.raises(StartupError, match="older fazhi"):
        await Datasette([str(path)]).invoke_startup()
