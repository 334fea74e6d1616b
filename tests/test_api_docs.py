"""docs/api.md: every example is asked again of a real Datasette, and answers what the page says."""

from __future__ import annotations

import asyncio
import io
import json
import re
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from datasette.app import Datasette
from fazhi_zoo.records import library

from archive import datapackage, store
from archive.adding import add_files
from archive.cli import fazhi
from archive.datadir import DataDir
from archive.site import guard

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
SITE = "http://127.0.0.1:8001"
EXAMPLES = re.findall(rf"\$ curl -s '{SITE}([^']+)'\n```\n\n```(\w+)\n(.*?)\n```", TEXT, re.S)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("api") / "archive.db"
    db = store.open_archive(path)
    for taken, document in library(20):
        store.save(db, taken, document)
    db.close()
    return path


class Site:
    """A site asked without a port, from code that knows no event loop."""

    def __init__(self, archive: Path) -> None:
        told = json.loads((ROOT / "datasette_metadata.json").read_text(encoding="utf-8"))
        config = {"config": told} if "config" in Datasette.__init__.__code__.co_varnames else {}
        self.loop = asyncio.new_event_loop()
        self.served = Datasette([str(archive)], metadata=told, **config)
        self.loop.run_until_complete(self.served.invoke_startup())

    def get(self, address: str) -> Any:
        answer = self.loop.run_until_complete(self.served.client.get(address))
        assert answer.status_code == 200, (address, answer.text)
        return answer


@pytest.fixture(scope="module")
def site(archive: Path) -> Iterator[Site]:
    site = Site(archive)
    yield site
    site.loop.close()


def test_there_are_examples_of_each_kind() -> None:
    assert sorted({kind for _, kind, _ in EXAMPLES}) == ["csv", "json"]
    assert len(EXAMPLES) == TEXT.count("$ curl -s '") - 1  # the one with jq: below


@pytest.mark.parametrize(("address", "kind", "told"), EXAMPLES)
def test_example(site: Site, address: str, kind: str, told: str) -> None:
    answer = site.get(address)
    if kind == "json":
        assert answer.json() == json.loads(told)
    else:
        assert answer.content.decode("utf-8-sig").splitlines() == told.splitlines()


def test_counting(site: Site) -> None:
    address, told = re.findall(rf"\$ curl -s '{SITE}([^']+)' \| jq [^\n]+\n(.*?)\n```", TEXT, re.S)[0]
    found = site.get(address).json()["facet_results"]
    found = found.get("results", found)["level"]["results"]
    assert [[row["value"], row["count"]] for row in found] == [json.loads(line) for line in told.splitlines()]


def test_paging_in_python_gives_every_report_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    code = re.findall(r"```python\n(.*?)```", TEXT, re.S)[0]
    names: dict[str, Any] = {}
    exec(code.replace('"_size": 500', '"_size": 7'), names)

    def urlopen(url: str) -> io.BytesIO:
        parts = urlsplit(url)
        return io.BytesIO(site.get(f"{parts.path}?{parts.query}").content)

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    found = [row["id"] for row in names["reports"](SITE)]
    assert (len(found), len(set(found))) == (20, 20)


def test_limits_are_those_of_the_site() -> None:
    assert f"at most {guard.FACETS}" in TEXT
    assert f"{guard.FACETS} facets of {guard.FACET_VALUES} values, {guard.PARAMETERS} parameters" in TEXT
    assert f"(`texts`: {guard.LONG_TABLES['texts']})" in TEXT


def test_export_commands_run(archive: Path, tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text("<title>某页</title><p>正文</p>", "utf-8")
    data = DataDir.open(tmp_path / "data")
    shutil.copy(archive, data.archive_db)
    add_files(data, [page], url=None, code=None)  # the pages themselves are in WARC files, which the archive lacks
    page.unlink()
    block = TEXT[TEXT.index("## Export") :].split("```console\n")[1].split("```")[0]
    for line in block.splitlines():
        words = line.split("#")[0].split(">")[0].split()[2:]
        if "--output" in words:
            words[words.index("--output") + 1] = str(tmp_path / words[words.index("--output") + 1].strip("/"))
        if "wacz" in words:
            del words[words.index("--year") : words.index("--year") + 2]
        result = CliRunner().invoke(fazhi, [*words, "--data", str(data.root)])
        assert result.exit_code == 0, (line, result.output)
    made = ["data", "hubei.csv", "package", "reports-2020.wacz", "reports.parquet"]
    assert sorted(file.name for file in tmp_path.iterdir()) == made
    assert all(f"`{name}`" in TEXT for name in datapackage.PARTS)
