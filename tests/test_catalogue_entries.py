"""Every entry of the built-in catalogue: sound, one file a province, no host twice unless a remark says why."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive import divisions
from crawler import catalogue, families
from crawler.addresses import netloc
from crawler.cli import main
from crawler.targets import Portal

# Counties for which no portal is known: 金门, 西沙区 and 南沙区 of 三沙, 和安县 and 和康县 (new in 2024).
WITHOUT_PORTAL = {"350527", "460302", "460303", "653228", "653229"}


@pytest.fixture(scope="module")
def known() -> dict[str, Portal]:
    return catalogue.load()


def test_every_entry_is_sound(known: dict[str, Portal]) -> None:
    places: dict[str, list[Portal]] = defaultdict(list)
    for portal in known.values():
        today = [place for place in divisions.by_code(portal.code[:6]) if place.until is None]
        assert len(today) == 1, portal.code
        assert portal.family is None or portal.family in families.names(), portal.code
        assert all(portal.owns(url) for url in (portal.home, *portal.listings)), portal.code
        assert all(re.fullmatch(r"[a-z0-9.-]+\.gov\.cn", host) for host in portal.hosts), portal.code
        assert re.search(r"[\u4e00-\u9fff]{2}", portal.name), portal.code
        if "-" not in portal.code:
            assert divisions.short(today[0].name) in portal.name, portal.code
        for host in {host.removeprefix("www.") for host in portal.hosts}:
            places[host].append(portal)
    # A host may serve several portals (a city's disclosure platform): one has it without a remark, the owner.
    unexplained = {
        host: [portal.code for portal in owners]
        for host, owners in places.items()
        if sum(host not in (portal.remark or "") for portal in owners) > 1
    }
    assert unexplained == {}
    homes = [netloc(portal.home).removeprefix("www.") for portal in known.values()]
    assert len(homes) == len(set(homes))


def test_every_division_from_county_up_is_there(known: dict[str, Portal]) -> None:
    table = (Path(divisions.__file__).parent / "data" / "divisions.tsv").read_text("utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in table]
    codes = {code for level, code, *_ in rows if level in ("1", "2", "3") and code[:2] not in ("71", "81", "82")}
    assert codes - set(known) == WITHOUT_PORTAL


def test_one_file_a_province_in_the_order_of_the_codes() -> None:
    for file in sorted(catalogue.BUILT_IN.glob("*.toml")):
        codes = list(catalogue.read(file))
        assert {code[:2] for code in codes} == {file.name[:2]}
        assert codes == sorted(codes)
    assert len(list(catalogue.BUILT_IN.glob("*.toml"))) == 31


def test_entries_written_by_hand_stay(known: dict[str, Portal]) -> None:
    assert known["420683"] == Portal(
        code="420683",
        name="枣阳市人民政府",
        home="https://www.zyzf.gov.cn/",
        listings=("https://www.zyzf.gov.cn/zwgk/fdzdgknr/fzzfjsndbg/",),
        family="trs",
        since=2016,
        hosts=frozenset({"www.zyzf.gov.cn", "zyzf.gov.cn"}),
    )
    assert known["120000-kxjs"].listings == ("https://kxjs.tj.gov.cn/ZWGK4143/XZZF201019/fzzfjsndbg/",)


@pytest.mark.parametrize(
    ("code", "home", "told"),
    [
        ("310107", "https://www.shpt.gov.cn/", "www.putuo.gov.cn"),
        ("410100", "https://www.zhengzhou.gov.cn/", "public.zhengzhou.gov.cn"),
        ("222404", "http://www.hunchun.gov.cn/", "www.yanbian.gov.cn"),
        ("511002", "https://www.neijiangshizhongqu.gov.cn/", "511102"),
        ("511102", "http://www.lsszq.gov.cn/", "511002"),
        ("232700-jgdq", "http://www.jgdq.gov.cn/", "no code of its own"),
        ("650000-bt", "http://www.xjbt.gov.cn/", "no code of its own"),
    ],
)
def test_what_was_corrected_says_so(known: dict[str, Portal], code: str, home: str, told: str) -> None:
    assert known[code].home == home
    assert told in (known[code].remark or "")


@pytest.mark.real
def test_every_row_of_the_list_is_there(known: dict[str, Portal], shared: Path) -> None:
    with (shared / "data" / "portals.tsv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) == 3209
    hosts = {netloc(portal.home): portal for portal in known.values()}
    lost, moved = [], []
    for row in rows:
        host = netloc(row["url"])
        portal = known.get(row["adcode"]) or hosts.get(host)
        if portal is None:
            lost.append(row["path"])
        elif host not in portal.hosts:
            moved.append(portal.code)
            assert "host corrected" in (portal.remark or ""), portal.code
        elif netloc(portal.home) != host:
            assert portal.remark, portal.code
    assert lost == []
    assert moved == ["222404", "320111", "341702", "370811", "370826", "370827", "420281", "511002", "511102"]


def test_portals_prints_tabs_into_a_pipe_and_json(known: dict[str, Portal]) -> None:
    printed = CliRunner().invoke(main, ["portals", "--find", "枣阳"])
    assert printed.output == "420683\t枣阳市人民政府\ttrs\thttps://www.zyzf.gov.cn/\t湖北省/襄阳市/枣阳市\t\n"
    printed = CliRunner().invoke(main, ["portals", "--find", "珲春", "--json"])
    assert [json.loads(line) for line in printed.output.splitlines()] == [catalogue.as_json(known["222404"])]
    printed = CliRunner().invoke(main, ["portals"])
    assert [line.split("\t")[0] for line in printed.output.splitlines()] == list(known)


def test_portals_is_aligned_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "two.toml"
    file.write_text(
        '[310107]\nname = "上海市普陀区人民政府"\nhome = "https://www.shpt.gov.cn/"\nremark = "corrected"\n'
        '[222404]\nname = "珲春市人民政府"\nhome = "http://www.hunchun.gov.cn/"\nfamily = "trs"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr("crawler.cli._on_terminal", lambda: True)
    assert CliRunner().invoke(main, ["portals", "--portals", str(file)]).output.splitlines() == [
        "310107  上海市普陀区人民政府       https://www.shpt.gov.cn/    上海市/普陀区                   corrected",
        "222404  珲春市人民政府        trs  http://www.hunchun.gov.cn/  吉林省/延边朝鲜族自治州/珲春市",
    ]


def test_reading_all_takes_a_moment() -> None:
    # In a process of its own. Far above what is measured (0.25 s), so that only a change of kind fails.
    code = "import time; from crawler import catalogue; t = time.process_time(); catalogue.load(); "
    done = subprocess.run(
        [sys.executable, "-c", code + "print(time.process_time() - t)"], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 2.0
