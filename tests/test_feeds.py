"""Atom feeds as a feed reader sees them; robots.txt, site map; the site's own address, whatever a visitor says."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import feedparser
import pytest
import pytest_asyncio
from datasette.app import Datasette
from datasette.utils import StartupError
from fazhi_zoo.records import capture, library, report

from archive import store
from archive.errors import UsageError
from archive.model import SourceKind
from archive.site import feeds, origin

ROOT = Path(__file__).resolve().parents[1]
EVIL = "<script>alert(1)</script>&\x01\x0b]]>"
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"

pytestmark = pytest.mark.asyncio(loop_scope="module")


def datasette(archive: Path, plugin: dict[str, Any] | None = None, **more: Any) -> Datasette:
    told = json.loads((ROOT / "datasette_metadata.json").read_text(encoding="utf-8"))
    told["plugins"] = {"fazhi": plugin or {}}
    config = {"config": told} if "config" in Datasette.__init__.__code__.co_varnames else {}
    return Datasette([str(archive)], metadata=told, **config, **more)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("feeds") / "archive.db"
    db = store.open_archive(path)
    for taken, document in library(60):
        store.save(db, taken, document)
    evil = report(f"{EVIL}正文", title=EVIL, issuer=f"{EVIL}机关")
    store.save(db, capture(90, url='http://www.example.gov.cn/报告"a"<b>.html'), evil)
    farm = report("范文" * 200, title="转载的报告", source_kind=SourceKind.CONTENT_FARM)
    store.save(db, capture(91), farm)
    store.save(db, capture(92, url="javascript:alert(1)"), report("没有日期" * 100, title="无日期", published=None))
    db.close()
    return path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(archive: Path) -> AsyncIterator[Datasette]:
    served = datasette(archive, {"base_url": "https://archive.example.cn/"})
    await served.invoke_startup()
    yield served


async def feed(site: Datasette, path: str, **headers: str) -> Any:
    """Fetch a feed, hold it to what RFC 4287 asks of every feed and entry, and return it as feedparser reads it."""
    answer = await site.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    read = feedparser.parse(answer.content)
    assert (read.bozo, read.version) == (False, "atom10")
    root = ElementTree.fromstring(answer.content)
    for element in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert element.findall(f"{ATOM}author/{ATOM}name")
        kinds = [(link.get("rel"), link.get("type")) for link in element.findall(f"{ATOM}link")]
        assert len(set(kinds)) == len(kinds)
        assert ("alternate", "text/html") in kinds
    ids = [entry.id for entry in read.entries]
    assert len(set(ids)) == len(ids)
    return read


async def test_newest(site: Datasette) -> None:
    read = await feed(site, "/feed/new.xml")
    assert read.feed.title == "最新存档的报告 - 法治政府建设年度报告档案"
    assert {link.rel: link.href for link in read.feed.links} == {
        "self": "https://archive.example.cn/feed/new.xml", "alternate": "https://archive.example.cn/search",
        "next": "https://archive.example.cn/feed/new.xml?page=2",
    }  # fmt: skip
    updated = [entry.updated for entry in read.entries]
    assert (len(updated), updated) == (50, sorted(updated, reverse=True))
    undated, farm, evil = read.entries[:3]
    assert (undated.title, undated.get("published")) == ("无日期", None)
    assert [link.rel for link in undated.links] == ["alternate"]  # a javascript: address is no link
    assert [link.rel for link in farm.links] == ["alternate"]
    assert {"content_farm", "2020", "current"} <= {tag.term for tag in farm.tags}
    assert evil.title == EVIL.replace("\x01\x0b", "\ufffd\ufffd")  # plain text, and no markup in it
    assert evil.title_detail.type == "text/plain"
    assert evil.published == "2021-03-31T00:00:00+08:00"
    assert (evil.links[1].rel, evil.links[1].href) == ("via", "http://www.example.gov.cn/报告%22a%22%3Cb%3E.html")
    second = await feed(site, "/feed/new.xml?page=2")
    assert len(second.entries) == 13
    assert [link.rel for link in second.feed.links] == ["self", "alternate", "first"]
    assert not {entry.id for entry in read.entries} & {entry.id for entry in second.entries}


async def test_place(site: Datasette) -> None:
    province = await feed(site, "/feed/place/980000.xml")
    assert len(province.entries) == 20
    assert {tag.term for entry in province.entries for tag in entry.tags if "region" in tag.scheme} == {
        "样本省/云屏市",
        "样本省/云屏市/梅岭县",
    }
    real = await feed(site, "/feed/place/420683.xml")
    assert (real.feed.title, real.entries) == ("枣阳市的法治政府建设年度报告 - 法治政府建设年度报告档案", [])
    assert (await site.client.get("/feed/place/770000.xml")).status_code == 404


async def test_search(site: Datasette) -> None:
    read = await feed(site, f"/feed/search.xml?q={quote('行政复议')}&year=2019")
    assert read.entries
    for entry in read.entries:
        assert "行政复议" in entry.summary
        assert "2019" in {tag.term for tag in entry.tags}
    assert read.feed.links[1].href == f"https://archive.example.cn/search?q={quote('行政复议')}&year=2019"
    narrowed = await feed(site, "/feed/search.xml?year=2019&region=990000&level=township")
    assert {tag.term for entry in narrowed.entries for tag in entry.tags if "year" in tag.scheme} == {"2019"}
    assert len((await feed(site, "/feed/search.xml?q=year%3A2019")).entries) == 6
    for nothing in ("", "?q=", "?q=-", "?q=" + "%E6%B3%95" * 2001, "?q=region%3Anowhere", "?year=x"):
        assert (await site.client.get(f"/feed/search.xml{nothing}")).status_code == 400


async def test_english(site: Datasette) -> None:
    read = await feed(site, "/en/feed/new.xml")
    assert read.feed.title == "Newest reports in the archive - Archive of reports on law-based government"
    assert read.feed.links[0].href == "https://archive.example.cn/en/feed/new.xml"
    assert read.entries[0].links[0].href.startswith("https://archive.example.cn/en/report/")
    chinese = await feed(site, "/feed/new.xml")
    assert read.feed.id != chinese.feed.id
    assert [entry.id for entry in read.entries] == [entry.id for entry in chinese.entries]


async def test_a_reader_that_has_the_feed_is_told_304(site: Datasette, archive: Path, tmp_path: Path) -> None:
    import os

    moment = 1772352000  # 2026-03-01 08:00 UTC
    for file in (archive, archive.with_name("archive.db-wal")):
        if file.exists():
            os.utime(file, (moment, moment))
    first = await site.client.get("/feed/new.xml")
    tag, changed = first.headers["etag"], first.headers["last-modified"]
    assert changed == "Sun, 01 Mar 2026 08:00:00 GMT"

    async def status(**sent: str) -> int:
        headers = {name.replace("_", "-"): value for name, value in sent.items()}
        return int((await site.client.get("/feed/new.xml", headers=headers)).status_code)

    assert [
        await status(if_none_match=tag),
        await status(if_none_match=f'"x", W/{tag}'),
        await status(if_none_match='"x"', if_modified_since=changed),
        await status(if_modified_since=changed),
        await status(if_modified_since="Sun, 01 Mar 2026 07:59:59 GMT"),
        await status(if_modified_since="yesterday"),
    ] == [304, 304, 200, 304, 200, 200]
    known = await site.client.get("/feed/new.xml", headers={"if-none-match": tag})
    assert (known.content, known.headers["etag"]) == (b"", tag)


async def test_ids_stay_when_the_site_moves_or_a_place_is_corrected(tmp_path: Path) -> None:
    ids = []
    for number, base in enumerate(("http://a.example", "https://b.example/fazhi")):
        db = store.open_archive(tmp_path / f"{number}.db")
        store.save(db, capture(1), report("同一份文本" * 50, place=number, year=2018 + number))
        db.close()
        (tmp_path / str(number)).mkdir()
        (tmp_path / f"{number}.db").rename(tmp_path / str(number) / "archive.db")
        served = datasette(tmp_path / str(number) / "archive.db", {"base_url": base})
        await served.invoke_startup()
        read = await feed(served, "/feed/new.xml")
        assert read.entries[0].link.startswith(base + "/report/99")
        ids.append((read.feed.id, read.entries[0].id))
    assert ids[0] == ids[1]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80@archive.example.cn", "archive.example.cn.evil", ""])
async def test_the_host_is_the_operators(site: Datasette, host: str) -> None:
    sent = {"host": host, "x-forwarded-host": "evil.example", "x-forwarded-proto": "gopher", "forwarded": "host=evil"}
    for address in (
        "/feed/new.xml", "/sitemap.xml", "/robots.txt", "/archive/reports.json?_size=1", "/archive/reports?_size=1",
        "/archive/reports.csv?_size=1", "/search", "//evil.example/", "/archive/", "//evil.example/archive/reports/",
    ):  # fmt: skip
        answer = await site.client.get(address, headers=sent, follow_redirects=False)
        assert "//evil" not in answer.text, address
        told = [value for name, value in answer.headers.items() if name in ("location", "link")]
        assert not [value for value in told if "//" in value.replace("https://archive.example.cn/", "")], address
    following = (await site.client.get("/archive/reports.json?_size=1", headers=sent)).json()["next_url"]
    assert following.startswith("https://archive.example.cn/archive/reports.json?")


async def test_without_a_base_url_the_socket_tells(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAZHI_BASE_URL", raising=False)
    served = datasette(archive)
    await served.invoke_startup()
    read = await feed(served, "/feed/new.xml", host="evil.example")
    assert read.feed.links[0].href == "http://localhost/feed/new.xml"
    monkeypatch.setenv("FAZHI_BASE_URL", "https://from.example/")
    assert (await feed(served, "/feed/new.xml")).feed.links[0].href == "https://from.example/feed/new.xml"


async def test_a_path_in_the_base_url(archive: Path) -> None:
    served = datasette(archive, {"base_url": "https://host.example/fazhi"})
    await served.invoke_startup()
    assert served.setting("base_url") == "/fazhi/"
    answer = await served.client.get("/feed/new.xml")  # the client puts the path in front
    assert b'href="https://host.example/fazhi/feed/new.xml"' in answer.content
    assert "Disallow: /fazhi/search\n" in (await served.client.get("/robots.txt")).text


@pytest.mark.parametrize(
    "wrong",
    ["archive.example.cn", "ftp://a.example/", "https://a.example/?q", "https://u:p@a.example/", "https://", "x" * 999,
     "https://a.example:99999/", "https://a b/", "https://a.example/#x", "https://a.example\r\nX: y/", "https://[::1/"],
)  # fmt: skip
async def test_a_wrong_base_url_is_refused_at_the_start(archive: Path, wrong: str) -> None:
    with pytest.raises(UsageError, match="is no base URL - give FAZHI_BASE_URL"):
        origin.parse(wrong)
    with pytest.raises(StartupError, match="is no base URL"):
        await datasette(archive, {"base_url": wrong}).invoke_startup()


async def test_site_map_names_every_page_once(site: Datasette, archive: Path) -> None:
    index = ElementTree.fromstring((await site.client.get("/sitemap.xml")).content)
    parts = [str(loc.text) for loc in index.iter(f"{SITEMAP}loc")]
    assert parts == [f"https://archive.example.cn/sitemap/{number}.xml" for number in (0, 1)]
    found: list[str] = []
    for part in parts:
        answer = await site.client.get(part.removeprefix("https://archive.example.cn"))
        assert answer.headers["content-type"] == "application/xml; charset=utf-8"
        root = ElementTree.fromstring(answer.content)
        assert root.tag == f"{SITEMAP}urlset"
        found += [str(loc.text) for loc in root.iter(f"{SITEMAP}loc")]
    db = store.open_archive(archive, readonly=True)
    reports = [row["id"] for row in db.query("select id from reports where status = 'current' order by docid")]
    places = [row["adcode"] for row in db.query("select distinct adcode from reports order by 1")]
    db.close()
    base = "https://archive.example.cn"
    assert found == [
        f"{base}/", f"{base}/coverage", *(f"{base}/place/{code}" for code in places),
        *(f"{base}/report/{name}" for name in reports),
    ]  # fmt: skip
    assert (await site.client.get("/sitemap/999.xml")).text.count("<url>") == 0


async def test_robots(site: Datasette) -> None:
    from urllib.robotparser import RobotFileParser

    rules = RobotFileParser()
    rules.parse((await site.client.get("/robots.txt")).text.splitlines())
    paths = (
        "/", "/report/420683-2020-00000000", "/place/420683", "/feed/new.xml", "/search?q=x", "/compare?a=1",
        "/archive/reports?_facet=a", "/snapshot/20260301080000-0000000000",
    )  # fmt: skip
    assert [path for path in paths if rules.can_fetch("any", f"https://archive.example.cn{path}")] == list(paths[:4])
    assert rules.site_maps() == ["https://archive.example.cn/sitemap.xml"]


async def test_an_entry_of_a_feed_is_never_markup() -> None:
    made = feeds.atom(
        [{"id": "x", "title": None, "year": None, "region": None, "issuer": None, "published": None, "url": None,
          "first_seen": None, "source_kind": "unknown", "status": "current", "digest": "00", "text": ""}],
        urn="urn:x", title=EVIL, links={}, lang="en", t=lambda zh, en: en, page=lambda id: f"/report/{id}",
    )  # fmt: skip
    assert b"<script" not in made
    read = feedparser.parse(made)
    assert (read.bozo, read.entries[0].title, read.entries[0].updated) == (False, "(no title)", "1970-01-01T00:00:00Z")
