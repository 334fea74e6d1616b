"""``fazhi probe``: what it tells of portals nobody knows; its stanza is an entry of the catalogue that works."""

from __future__ import annotations

from pathlib import Path

import pytest
from fazhi_zoo.server import Zoo

from archive.errors import UsageError
from crawler import catalogue
from crawler.probe import Probe

from .loopback import Loopback, crawl, entry, fazhi, listing, portal, report, rows
from .zygote import Done


def probe(address: str) -> Done:
    return fazhi("probe", address, "--delay", "0")


def entries(folder: Path, *printed: str) -> dict[str, object]:
    file = folder / "probed.toml"
    file.write_text("\n".join(printed), "utf-8")
    return {code: (p.name, p.family, len(p.listings), p.since) for code, p in catalogue.load(file).items()}


def test_the_stanza_of_a_probe_is_an_entry_of_the_catalogue(tmp_path: Path) -> None:
    # Static lists, JSON lists with units beside, reports that only the search engine opens.
    with Zoo("dialects", only=("990424", "990528", "990601")) as zoo:
        printed = {code: probe(home) for code, home in zoo.homes.items()}
        asked = {request.path for request in zoo.log}
        truth = {item.path for item in zoo.truth}
    assert {code: done.returncode for code, done in printed.items()} == dict.fromkeys(printed, 0)
    assert entries(tmp_path, *(done.stdout for done in printed.values())) == {
        "990424": ("葭汀县人民政府", "trs", 4, 2016),
        "990528": ("露坪县人民政府", "gkmlpt", 4, 2016),
        "990601": ("隼汊区人民政府", None, 0, 2016),
    }
    assert "more, by the portal's search: so-gov" in printed["990601"].stdout
    assert "verdict ok" in printed["990424"].stdout
    assert asked & truth == set()  # reports are counted, not fetched


def test_a_crawl_by_the_stanza_finds_what_the_probe_counted(tmp_path: Path) -> None:
    pages = portal(2019, 2020, 2021) | {"/": "<html><body><a href='/zwgk/'>政务公开</a></body></html>"}
    pages["/zwgk/"] = "<html><body><a href='/zwgk/fzzfjsndbg/'>法治政府建设年度报告</a></body></html>"
    with Loopback(pages, listings=()) as server:
        printed = probe(server.base + "/")
        assert "#    3 reports  trs" in printed.stdout, printed.stdout + printed.stderr
        assert "# reports by year: 2019: 1, 2020: 1, 2021: 1" in printed.stdout
        known = tmp_path / "portals.toml"
        known.write_text(printed.stdout.replace("[000000]", "[420683]"), "utf-8")
        server.site.listings = ("/zwgk/fzzfjsndbg/",)
        done = crawl(tmp_path, server)
    assert done.returncode == 0, done.stderr
    assert len(rows(tmp_path, "SELECT id FROM reports", database="archive.db")) == 3


def test_a_column_can_be_probed(tmp_path: Path) -> None:
    column = {"/x/fzzf/": listing([entry(2020), entry(2021)]), "/": "<html><body>示例县人民政府</body></html>"}
    with Loopback(column, listings=()) as server:
        printed = probe(server.base + "/x/fzzf/")
    assert 'listings = ["/x/fzzf/"]' in printed.stdout, printed.stdout + printed.stderr


def test_nothing_found_is_said_and_is_no_success() -> None:
    with Loopback({"/": report(2020)}, listings=()) as server:
        printed = probe(server.base + "/")
    assert (printed.returncode, "reports by year: none found" in printed.stdout) == (3, True)


def test_a_dead_host_and_no_address() -> None:
    with Loopback({}) as server:
        dead = server.base + "/"
    printed = probe(dead)
    assert (printed.returncode, "verdict unreachable" in printed.stdout, "[" in printed.stdout) == (3, True, False)
    assert probe("no address").returncode == 2


def test_names_cannot_break_the_stanza(tmp_path: Path) -> None:
    hostile = catalogue.portal("420683", {"name": 'a"]\n[x]\x7f', "home": "http://www.shili.gov.cn/"}, "here")
    assert entries(tmp_path, Probe(hostile, "ok", "", 1).stanza()) == {"420683": ('a"]\n[x]\x7f', None, 0, None)}
    with pytest.raises(UsageError):
        entries(tmp_path, "[420683]\nname = 1")
