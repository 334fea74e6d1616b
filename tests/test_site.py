"""The site on whatever Datasette is installed (CI: 0.65 and the newest 1.0 alpha), with and without ``fazhi serve``."""

from __future__ import annotations

import asyncio
import html
import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from datasette.app import DEFAULT_SETTINGS, Datasette
from fazhi_zoo.records import BEGIN, capture, library, rejection, report

from archive import schema, search, store, warc_fields, warc_write
from archive.datadir import DataDir
from archive.errors import NewerSchemaError, StorageError, UsageError
from archive.model import Attachment, Issue, IssueCode, Origin, SourceKind
from archive.site import HEADERS, SAFE_SETTINGS, body, chinese, guard, remarks, serve

ROOT = Path(__file__).resolve().parents[1]
EVIL = "<script>alert(1)</script>"
BODY = "一、主要工作\n全年办结行政复议案件12件。" + "各项任务按期完成。" * 30

pytestmark = pytest.mark.asyncio(loop_scope="module")


def datasette(archive: Path) -> Datasette:
    """Start Datasette as `datasette serve archive.db -m datasette_metadata.json [-c the same]` does."""
    settings = json.loads((ROOT / "datasette_metadata.json").read_text(encoding="utf-8"))
    more = {"config": settings} if "config" in Datasette.__init__.__code__.co_varnames else {}
    return Datasette([str(archive)], metadata=settings, **more)


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """Ids of what ``site`` shows, by what is special in it."""
    return {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory, names: dict[str, str]) -> AsyncIterator[Datasette]:
    root = tmp_path_factory.mktemp("site")
    (root / "warc").mkdir()
    db = store.open_archive(root / "archive.db")
    for taken, document in library(45):
        store.save(db, taken, document)
    evil = report(
        f"{EVIL}\n" + BODY, title=f"{EVIL}标题", issuer=f"{EVIL}机关", doc_no='"><script>', year=2021,
        issues=(Issue(IssueCode.YEAR_CONFLICT, "year", EVIL),),
        attachments=(Attachment(EVIL, "javascript:alert(1)"),),
    )  # fmt: skip
    seen: dict[str, tuple[str, str]] = {}
    with warc_write.WarcWriter(root / "warc", known=lambda digest, url: seen.get(digest)) as writer:
        pages_seen = {
            "page": ("text/html; charset=utf-8", f"<!DOCTYPE html><html><head><title>标题</title></head><body><p>{EVIL}"
                     "<a href='next.html'>下一页</a><form action='/x'></form>".encode("gb18030")),
            "text": ("text/plain", "一、主要工作\n正文。".encode()),
            "pdf": ("application/pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256))),
            "untyped": ("application/octet-stream", "<html><body>没有类型的网页".encode()),
        }  # fmt: skip
        for number, (name, (mime, content)) in enumerate(pages_seen.items()):
            origin = replace(
                capture(100 + number).origin, url=f"http://www.example.gov.cn/{name}.html", content_type=mime
            )
            exchange = warc_write.Exchange(
                url=origin.url or "", status=200, reason="OK", protocol="HTTP/1.1", headers=(("Content-Type", mime),),
                body=content, request_line_method="GET", request_headers=(), fetched=origin.fetched or BEGIN,
            )  # fmt: skip
            taken = writer.write(exchange, origin, target=origin.url or "")
            names[name] = taken.id
            names[f"{name} report"] = str(store.save(db, taken, replace(evil, text=evil.text + name)))
        # The same bytes again: a revisit record, which has no body of its own.
        seen[taken.digest] = (taken.origin.url or "", warc_fields.warc_date(taken.origin.fetched or BEGIN))
        revisit = writer.write(
            replace(exchange, fetched=capture(110).origin.fetched or BEGIN), origin, target=exchange.url
        )
        assert revisit.kind == "revisit"
        store.save(db, revisit, rejection())
        names["revisit"] = revisit.id
        local = Origin(url=None, content_type="text/html", fetched=capture(200).origin.fetched)
        saved = writer.write_resource(local, b"<body>local", target="urn:sha256:00")
        store.save(db, saved, rejection())
        names["local"] = saved.id
        broken = replace(capture(300), warc="gone.warc.gz")
        store.save(db, broken, rejection())
        names["broken"] = broken.id
    names["old"] = str(store.save(db, capture(50, day=60), report(BODY, year=2018)))
    names["new"] = str(store.save(db, capture(50, day=90), report(BODY + "更正。", year=2018)))
    names["farm"] = str(store.save(db, capture(60), report(BODY + "范文", source_kind=SourceKind.CONTENT_FARM)))
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
    inline = re.sub(r"</?(?:mark|b|a|span)\b[^>]*>", "", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", inline)).split())


async def test_home(site: Datasette) -> None:
    page = (await get(site, "/")).text
    assert '<html lang="zh-Hans">' in page
    assert '<form class="find big" action="/search"' in page
    shown = text_of(page)
    assert "52 份报告" in shown
    assert "2016–2025 年度" in shown
    assert page.count('<a href="/report/') == 10
    assert "/search?year=2019" in page
    assert "示例省" in shown
    assert "<script" not in page


@pytest.mark.parametrize(
    "query", ["法", "复议", "行政复议", "行政復議", '"负责人出庭应诉"', "12348", "２０２０年", "法治 12348", "无此词语"]
)
async def test_search_page_and_table_page_and_command_line_find_the_same(site: Datasette, query: str) -> None:
    archive = store.open_archive(Path(str(site.get_database("archive").path)), readonly=True)
    wanted = [hit.id for hit in search.search(archive, query, limit=1000).hits]
    archive.close()
    own: list[str] = []
    for number in range(1, 5):
        page = (await get(site, f"/search?q={quote(query)}&page={number}")).text
        own += re.findall(r'<h2><a href="/report/([^"?]+)\?q=', page)
    assert own == wanted
    rows = (await get(site, f"/archive/reports.json?_shape=array&_size=200&_search={quote(query)}")).json()
    assert {row["id"] for row in rows} == set(wanted)
    table = (await get(site, f"/archive/reports?_size=200&_search={quote(query)}")).text
    assert f'name="_search" value="{html.escape(query)}"'.replace("&quot;", "&#34;") in table
    assert set(re.findall(r'class="col-title"><a href="/report/([^"]+)"', table)) == set(wanted)


async def test_search_marks_the_words_and_narrows(site: Datasette) -> None:
    page = (await get(site, "/search?q=" + quote("行政復議"))).text
    assert "<mark>行政复议</mark>" in page
    link = re.search(r'<a href="(/search\?q=[^"]*&amp;year=2019)">2019 年</a> <span>(\d+)</span>', page)
    assert link, page
    narrowed = text_of((await get(site, html.unescape(link[1]))).text)
    assert f"共 {link[2]} 份报告" in narrowed
    assert "2019 年度 ✕" in narrowed
    places = (await get(site, "/search?q=%E6%B3%95&region=990000")).text
    assert "示例省 ✕" in places
    assert "region=990100" in places


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/search?q=-", "标点和符号不参与检索"),
        ("/search?q=" + "%E6%B3%95" * 2001, "最多 2,000 个字"),
        ("/search?q=%E6%B3%95&page=99", "没有这么多页"),
        ("/search?q=%E6%B3%95&year=1999", "去掉筛选条件后有"),
        ("/search?year=1999", "去掉筛选条件后有 52 份"),
        ("/search?q=" + quote("无此词语"), "没有报告含有“无此词语”"),
        ("/search?q=" + quote("法治 无此词语"), "分开检索： 法治：48 份 无此词语：0 份"),
    ],
)  # fmt: skip
async def test_search_says_why_there_is_nothing(site: Datasette, address: str, words: str) -> None:
    assert words in text_of((await get(site, address)).text)


@pytest.mark.parametrize(
    "address",
    [
        "/search?year=abc&region=%27;drop&page=-1", "/search?page=99999999999999999999", "/search?q=%00",
        "/search?q=%22%22%22", "/search?q=(%E6%B3%95)*%20NEAR(%20OR", "/search?q=%ff", "/search?year=2020&year=2021",
        "/search?region=" + "9" * 5000,
        "/archive/reports?_search=%22", "/archive/reports?_search=*", "/archive/reports?_search=" + "%E6%B3%95" * 3000,
    ],
)  # fmt: skip
async def test_hostile_addresses_are_answered(site: Datasette, address: str) -> None:
    answer = await get(site, address)
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"]


async def test_report_page(site: Datasette, names: dict[str, str]) -> None:
    archive = store.open_archive(Path(str(site.get_database("archive").path)), readonly=True)
    name, title, text, taken = archive.execute(
        "select r.id, r.title, t.text, r.capture from reports r join texts t using (id) where docid = 1"
    ).fetchone()
    page = (await get(site, f"/report/{name}?q=%E6%B3%95%E6%B2%BB")).text
    archive.close()
    assert f'<h1 lang="zh-Hans">{title}</h1>' in page
    assert text_of(page).replace(" ", "").count("法治") > text.count("法治")
    assert len(re.findall(r'<mark id="m\d+">法治<', page)) == text.count("法治")
    shown = text_of(page)
    assert "发布日期 2017年1月1日 据网页标签栏 按时 最后期限2017年3月31日，提前 89 天" in shown
    assert "示例省" in shown
    assert re.search(r'<h2 id="p\d+">一、', page)
    assert '<p id="p37" class="right">' in page or re.search(r'<p id="p\d+" class="right">2017年1月1日</p>', page)
    assert "<th>指标</th>" in page
    assert f'href="/snapshot/{taken}"' in page
    assert 'href="http://www.example0.gov.cn/t0.html" rel="noopener noreferrer nofollow"' in page


async def test_nothing_of_a_report_becomes_markup(site: Datasette, names: dict[str, str]) -> None:
    for address in (f"/report/{names['page report']}?q=" + quote(EVIL), "/search?q=" + quote(EVIL), "/",
                    "/search?year=2021"):  # fmt: skip
        page = (await get(site, address)).text
        assert "<script" not in page
        assert 'href="javascript' not in page
    shown = text_of((await get(site, f"/report/{names['page report']}")).text)
    assert "报告年度的几处依据不一致（报告年度） " + EVIL in shown


async def test_versions_farms_and_moved_ids(site: Datasette, names: dict[str, str]) -> None:
    old = (await get(site, f"/report/{names['old']}")).text
    assert "这是旧版本" in old
    assert f'href="/report/{names["new"]}"' in old
    assert "这是旧版本" not in (await get(site, f"/report/{names['new']}")).text
    farm = (await get(site, f"/report/{names['farm']}")).text
    assert "未见官方网站发布" in farm
    assert 'href="http://www.example60.gov.cn' not in farm
    moved = await site.client.get(f"/report/110000-1999-{names['new'][-8:]}", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (302, f"/report/{names['new']}")
    for unknown in ("nothing", "990102-2020-00000000", "x" * 99):
        assert "没有这份报告" in (await get(site, f"/report/{unknown}", 404)).text


async def test_snapshot_of_a_page(site: Datasette, names: dict[str, str]) -> None:
    answer = await get(site, f"/snapshot/{names['page']}")
    assert answer.headers.get_list("content-security-policy") == [
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    ]
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = answer.text
    assert page.startswith('<!DOCTYPE html><html><head><base href="http://www.example.gov.cn/page.html"><title>标题')
    assert "下一页" in page  # GB 18030, labelled as UTF-8
    assert re.search(
        r"<body><div style=[^>]*>这是存档副本.*2026-06-09 08:00.*http://www.example.gov.cn/page.html", page
    )
    assert f'/report/{names["page report"]}">看报告页' in page
    assert page.index("这是存档副本") < page.index(EVIL)  # the bytes are served, the policy keeps them from running


async def test_snapshots_of_other_kinds(site: Datasette, names: dict[str, str]) -> None:
    text = await get(site, f"/snapshot/{names['text']}")
    assert (text.headers["content-type"], text.text) == ("text/plain; charset=utf-8", "一、主要工作\n正文。")
    pdf = await get(site, f"/snapshot/{names['pdf']}")
    assert pdf.headers["content-type"] == "application/octet-stream"
    assert pdf.headers["content-disposition"] == f'attachment; filename="{names["pdf"]}.html"'
    assert pdf.content[:8] == b"%PDF-1.7"
    untyped = await get(site, f"/snapshot/{names['untyped']}")
    assert untyped.headers["content-type"] == "text/html; charset=utf-8"
    assert "没有类型的网页" in (await get(site, f"/snapshot/{names['revisit']}")).text
    local = (await get(site, f"/snapshot/{names['local']}")).text
    assert "本地文件，原网址不详" in local
    assert "<base" not in local
    for answer in (text, pdf, untyped):
        assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "现在读不出" in (await get(site, f"/snapshot/{names['broken']}", 404)).text
    assert "没有这份存档" in (await get(site, "/snapshot/20200101000000-0000000000", 404)).text
    assert (await site.client.get("/snapshot/..%2f..%2farchive.db", follow_redirects=True)).status_code == 404


async def test_security_headers_everywhere(site: Datasette) -> None:
    for address in ("/", "/search", "/archive", "/archive/reports", "/archive/reports.json", "/report/x", "/no/where",
                    "/-/static-plugins/fazhi/fazhi.css", "/-/settings.json"):  # fmt: skip
        headers = (await site.client.get(address)).headers
        for name, value in HEADERS.items():
            allowed = {value, "no-referrer"} if name == "referrer-policy" else {value}  # Datasette's own is stricter
            if name == "content-security-policy":
                allowed = {guard.OWN_POLICY if address in ("/", "/search", "/report/x") else value}
            assert len(headers.get_list(name)) == 1, address
            assert headers[name] in allowed, address


async def test_plain_datasette_is_safe(site: Datasette) -> None:
    """Fails when a new Datasette no longer takes the settings of the startup hook."""
    assert {name: site.setting(name) for name in SAFE_SETTINGS} == SAFE_SETTINGS
    for address in ("/archive?sql=select+1", "/archive/-/query?sql=select+1", "/archive/reports?_where=1",
                    "/archive.db", *(f"/archive/{shadow}" for shadow in schema.FTS_SHADOWS)):  # fmt: skip
        answer = await site.client.get(address, follow_redirects=True)
        assert answer.status_code in (400, 403, 404), address
    assert (await site.client.get("/archive/reports.csv?_stream=1")).status_code == 400
    assert (await site.client.get("/archive/reports.json?_size=501")).status_code == 400


async def test_an_operator_may_choose_otherwise(tmp_path: Path) -> None:
    store.open_archive(tmp_path / "archive.db").close()
    served = Datasette([str(tmp_path / "archive.db")], settings={"max_returned_rows": 50, "truncate_cells_html": 10})
    await served.invoke_startup()
    assert (served.max_returned_rows, served.setting("truncate_cells_html")) == (50, 10)
    assert served.setting("default_allow_sql") is False
    answer = await served.client.get("/archive?sql=select+1", follow_redirects=True)
    assert answer.status_code == 403  # on 1.0 too, where metadata alone cannot refuse SQL
    assert "库里还没有报告" in (await served.client.get("/")).text
    assert "库里还没有报告" in (await served.client.get("/search")).text


async def test_unknown_addresses(site: Datasette) -> None:
    for address in ("/no/where", "/nowhere", "/archive/nowhere", "/archive/reports/nowhere", "/search/x"):
        assert "没有这个页面" in (await get(site, address, 404)).text
    assert (await get(site, "/archive/nowhere.json", 404)).json()["ok"] is False


async def test_table_pages(site: Datasette) -> None:
    page = (await get(site, "/archive/reports")).text
    assert "年度报告" in page
    assert "政府门户网站" in page  # codes in words
    assert "发布机关" in page
    for table in schema.tables():
        await get(site, f"/archive/{table}")
    name = re.search(r'href="/report/([^"]+)"', page)
    assert name
    row = (await get(site, f"/archive/reports/{name[1]}")).text
    assert f'<a href="/report/{name[1]}">' in row
    listed = text_of((await get(site, "/archive")).text)
    assert "reports_fts" not in listed.split("hidden")[0].replace("Show", "")


async def test_stock_pages_are_in_chinese_as_far_as_this_version_goes(site: Datasette) -> None:
    for address in ("/archive", "/archive/reports?_search=%E6%B3%95&_size=5", "/archive/issues"):
        assert '<html lang="zh-Hans"' in (await get(site, address)).text
    # Every fragment is met on 0.65 or on 1.0; these on both.
    common = {"- column -", "Search:</label>", "Powered by <a", "Next page", "0 records", "{{ item.label }}"}
    assert common <= chinese.MET


async def test_codes_and_remarks_are_said_in_chinese(site: Datasette) -> None:
    facets = (await get(site, "/archive/reports?_facet=level")).text
    assert "行政层级" in facets
    assert re.search(r">(?:省级|市级|县级|乡级)</a>", facets)
    tables = (await get(site, "/archive")).text
    assert "年度报告 reports</a>" in tables
    rest = tables[tables.index('id="tables">数据表') : tables.index("<footer")]
    assert not re.search(r"\d rows?\b|hidden table|Tables<", rest)


@pytest.mark.parametrize(
    ("english", "chinese_words"),
    [
        ("declared gb2312, read as utf-8", "声明为 gb2312，按 utf-8 读取"),
        ("3 invalid, 0 control characters", "无效字节 3 处，控制字符 0 处"),
        ("11 of 12 lines are entries, 11 dated, 8 links", "共 12 行，其中列表条目 11 行，带日期 11 行，链接 8 条"),
        ("2020 (title: (甲), 2019 (body: 乙)", "2020（标题：(甲）；2019（正文：乙）"),
        ("某区 000001 was no division in 2019", "2019 年没有“某区”（000001）这一区划"),
        ("unheard: of", "unheard: of"),
        ("", ""),
        (EVIL, EVIL),
    ],
)
async def test_remarks(english: str, chinese_words: str) -> None:
    assert remarks.in_chinese(english) == chinese_words


async def test_a_query_that_takes_too_long_is_no_error_page(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(conn: Any, *_: Any, **__: Any) -> Any:
        conn.execute(
            "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
        ).fetchone()

    monkeypatch.setattr(search, "matches", endless)
    monkeypatch.setattr("archive.site.report.read", endless)
    monkeypatch.setattr(site, "setting", lambda name: 50 if name == "sql_time_limit_ms" else DEFAULT_SETTINGS[name])
    assert "检索超时" in (await get(site, "/search?q=" + quote("从未查过的词"), 503)).text


async def test_pages_under_a_prefix(tmp_path: Path) -> None:
    db = store.open_archive(tmp_path / "archive.db")
    name = store.save(db, capture(1), report(BODY))
    db.close()
    served = Datasette([str(tmp_path / "archive.db")], settings={"base_url": "/fazhi/"})
    await served.invoke_startup()
    for path in ("/fazhi/", "/fazhi/search?q=%E6%B3%95", f"/fazhi/report/{name}", "/fazhi/archive/reports"):
        page = (await served.client.get(path.removeprefix("/fazhi"))).text
        assert not re.findall(r'(?:href|action|src)="/(?!fazhi/)[^"]*"', page), path


async def test_readers_during_writes(tmp_path: Path) -> None:
    db = store.open_archive(tmp_path / "archive.db")
    served = datasette(tmp_path / "archive.db")
    await served.invoke_startup()
    for number in range(30):
        await asyncio.to_thread(lambda: None)
        taken = capture(number, url=f"http://www.example.gov.cn/t{number}.html")  # of one site: no copies of each other
        store.save(db, taken, report(f"{BODY}第{number}号"))
        page = text_of((await served.client.get("/search?q=%E5%A4%8D%E8%AE%AE")).text)
        assert f"共 {number + 1} 份报告" in page


async def test_blocks_of_a_text() -> None:
    made = body.read(
        "某区2020年报告\n某政发〔2021〕3号\n区政府：\n一、总体情况\n（一）加强领导。全年召开会议12次。\n（二）强化监督。\n"
        "1.抓重点\n指标\t件数\n复议\t12\n\n二是健全制度。出台文件。\n一、二、三季度的工作均按期完成，全年任务全部办结。\n"
        "某区人民政府\n2021年3月1日",
        "某区 2020 年报告",
        "复议",
    ).blocks
    assert [(b.kind, "".join(t for t, _ in b.lead), "".join(t for t, _ in b.pieces)) for b in made] == [
        ("centre", "", "某区2020年报告"),
        ("centre", "", "某政发〔2021〕3号"),
        ("p", "", "区政府："),
        ("h2", "", "一、总体情况"),
        ("p", "（一）加强领导。", "全年召开会议12次。"),
        ("h3", "", "（二）强化监督。"),
        ("p", "", "1.抓重点"),
        ("table", "", ""),
        ("p", "二是健全制度。", "出台文件。"),
        ("p", "一、二、三季度的工作均按期完成，全年任务全部办结。", ""),
        ("right", "", "某区人民政府"),
        ("right", "", "2021年3月1日"),
    ]
    assert made[7].rows == [[[("指标", False)], [("件数", False)]], [[("复议", True)], [("12", False)]]]
    assert [(kind, text) for kind, _, text in body.outline(made)] == [("h2", "一、总体情况"), ("h3", "（二）强化监督")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("workers", [1, 2])
async def test_serve_serves_and_ends(tmp_path: Path, workers: int) -> None:
    db = store.open_archive(tmp_path / "archive.db")
    store.save(db, capture(1), report(BODY))
    db.close()
    port = free_port()
    code = (
        "import sys; from pathlib import Path; from archive.datadir import DataDir;"
        "from archive.site.serve import serve;"
        f"serve(DataDir.open(Path(sys.argv[1]), create=False), '127.0.0.1', int(sys.argv[2]), workers={workers})"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path), str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        try:
            said = [server.stdout.readline() for _ in range(1)] if server.stdout else []
            for _ in range(100):
                try:
                    page = await asyncio.to_thread(
                        lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/").read().decode()
                    )
                    break
                except OSError:
                    await asyncio.sleep(0.1)
            assert said == [f"fazhi: the archive is at http://127.0.0.1:{port}/ (Ctrl-C ends)\n"]
            assert "份报告" in page
            with pytest.raises(StorageError, match=f"cannot listen on 127.0.0.1:{port}"):
                serve.check_port("127.0.0.1", port)
        finally:
            server.send_signal(signal.SIGINT)
            rest = server.communicate(timeout=20)[0]  # ends when the last process that holds the output has ended
    assert "Traceback" not in rest
    assert rest.count("Started server process") == workers


async def test_arguments_of_datasette(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = serve.arguments(tmp_path / "archive.db", tmp_path / "m.json", "127.0.0.1", 8001)
    config = ["--config", f"{tmp_path}/m.json"] if "config" in Datasette.__init__.__code__.co_varnames else []
    assert given == [
        "serve", f"{tmp_path}/archive.db", "--metadata", f"{tmp_path}/m.json", *config, "--host", "127.0.0.1",
        "--port", "8001",
    ]  # fmt: skip
    monkeypatch.setattr(store, "writable", lambda path: False)
    assert serve.arguments(tmp_path / "archive.db", tmp_path / "m.json", "::", 0)[1:3] == [
        "-i",
        f"{tmp_path}/archive.db",
    ]


async def test_serve_refuses_in_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no archive at"):
        serve.serve(DataDir(tmp_path), "127.0.0.1", 0)
    db = store.open_archive(tmp_path / "archive.db")
    db.execute(f"pragma user_version = {schema.VERSION + 1}")
    db.close()
    with pytest.raises(NewerSchemaError):
        serve.serve(DataDir(tmp_path), "127.0.0.1", 0)
    with pytest.raises(UsageError, match="no address of this machine"):
        serve.check_port("no.such.host.invalid", 80)
    serve.check_port("127.0.0.1", 0)
