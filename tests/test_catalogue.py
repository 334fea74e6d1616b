"""Portal files: what is read from them, and how each fault is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import UsageError
from archive.regions import by_code
from crawler import catalogue
from crawler.targets import Portal

GOOD = """
family = "trs"

[990101]
name = "示例县人民政府"
home = "http://www.shili.gov.cn"
listings = ["/zwgk/fzzf/", "http://xxgk.shili.gov.cn/fzzf/index.html#top"]
since = 2016

["990101-sfj"]
name = "示例县司法局"
home = "http://sfj.shili.gov.cn/"
family = "generic"
hosts = ["OA.shili.gov.cn:8080"]

[990201]
name = "样例市样例区人民政府"
home = "https://yangli.gov.cn/"
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "portals.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_reads_all_that_a_file_says(tmp_path: Path) -> None:
    assert list(catalogue.load(write(tmp_path, GOOD)).values()) == [
        Portal(
            code="990101",
            name="示例县人民政府",
            home="http://www.shili.gov.cn/",
            listings=("http://www.shili.gov.cn/zwgk/fzzf/", "http://xxgk.shili.gov.cn/fzzf/index.html"),
            family="trs",
            since=2016,
            hosts=frozenset({"www.shili.gov.cn", "shili.gov.cn", "xxgk.shili.gov.cn", "www.xxgk.shili.gov.cn"}),
        ),
        Portal(
            code="990101-sfj",
            name="示例县司法局",
            home="http://sfj.shili.gov.cn/",
            family="generic",
            hosts=frozenset({"sfj.shili.gov.cn", "www.sfj.shili.gov.cn", "oa.shili.gov.cn:8080"}),
        ),
        Portal(
            code="990201",
            name="样例市样例区人民政府",
            home="https://yangli.gov.cn/",
            family="trs",
            hosts=frozenset({"yangli.gov.cn", "www.yangli.gov.cn"}),
        ),
    ]


ENTRY = '[990101]\nname = "示例县"\nhome = "http://a.gov.cn/"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no portal in it"),
        ("[990101", "no valid TOML: Expected ']' at the end of a table declaration (at end of document)"),
        ('[990101]\nname = "x\n', "(at line 2, column 10)"),
        ('familie = "trs"\n' + ENTRY, "unknown key 'familie'"),
        ('family = "trz"\n' + ENTRY, "key 'family' is 'trz' - known families: trs, generic"),
        (ENTRY + 'listing = ["/x/"]\n', "[990101]: unknown key 'listing' - did you mean 'listings'?"),
        (ENTRY + "zzz = 1\n", "unknown key 'zzz' - known keys: name, home,"),
        (ENTRY.replace("990101", "9901"), "[9901]: no code"),
        (ENTRY.replace("[990101]", '["990101-SFJ"]'), "[990101-SFJ]: no code"),
        ('[990101]\nhome = "http://a.gov.cn/"\n', "[990101]: key 'name' is missing"),
        ('[990101]\nname = "x"\n', "[990101]: key 'home' is missing"),
        ('[990101]\nname = " "\nhome = "http://a.gov.cn/"\n', "key 'name' is ' '"),
        ('[990101]\nname = "x"\nhome = "www.a.gov.cn"\n', "key 'home' holds 'www.a.gov.cn'"),
        ('[990101]\nname = "x"\nhome = "http://a.gov.cn:port/"\n', "key 'home' holds"),
        (ENTRY + 'listings = "/x/"\n', "key 'listings' is '/x/' - a list of texts"),
        (ENTRY + 'listings = ["ftp://a.gov.cn/x/"]\n', "key 'listings' holds"),
        (ENTRY + "since = 16\n", "key 'since' is 16"),
        (ENTRY + "since = true\n", "key 'since' is True"),
        (ENTRY + 'family = "trz"\n', "[990101]: key 'family' is 'trz'"),
        (ENTRY + 'hosts = ["http://b.gov.cn/"]\n', "key 'hosts' holds 'http://b.gov.cn/'"),
    ],
)
def test_tells_file_entry_key_and_remedy_of_a_fault(tmp_path: Path, text: str, told: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        catalogue.load(file)
    assert str(file) in str(caught.value)
    assert told in str(caught.value)
    assert caught.value.remedy
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such portal file"):
        catalogue.load(tmp_path / "absent.toml")
    file = tmp_path / "gbk.toml"
    file.write_bytes('[990101]\nname = "示例县"'.encode("gbk"))
    with pytest.raises(UsageError, match=r"not UTF-8 \(byte 19\)"):
        catalogue.load(file)


def test_a_code_in_two_files_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("99-a.toml", "99-b.toml"):
        (tmp_path / name).write_text(ENTRY, encoding="utf-8")
    monkeypatch.setattr(catalogue, "BUILT_IN", tmp_path)
    with pytest.raises(UsageError, match=r"99-b.toml: \[990101\] stands in another portal file too"):
        catalogue.load()


@pytest.mark.parametrize(
    ("place", "codes"),
    [
        ("990101", ["990101"]),
        ("990101-sfj", ["990101-sfj"]),
        ("示例县司法局", ["990101-sfj"]),
        ("样例区", ["990201"]),
        ("http://WWW.shili.gov.cn/zwgk/index.html", ["990101"]),
        ("https://xxgk.shili.gov.cn/", ["990101"]),
    ],
)
def test_selects_by_code_name_and_address(tmp_path: Path, place: str, codes: list[str]) -> None:
    known = catalogue.load(write(tmp_path, GOOD))
    assert [entry.code for entry in catalogue.select(known, [place])] == codes


@pytest.mark.parametrize("url", ["http://[abc/", "http://a.gov.cn:99999/", "ftp://a.gov.cn/"])
@pytest.mark.parametrize("key", ["home", "listings"])
def test_an_address_that_is_none_is_a_told_fault(tmp_path: Path, key: str, url: str) -> None:
    home, listing = (url, "/l/") if key == "home" else ("http://a.gov.cn/", url)
    entry = f'[990101]\nname = "示例县"\nhome = "{home}"\nlistings = ["{listing}"]\n'
    with pytest.raises(UsageError, match=f"key '{key}' holds"):
        catalogue.load(write(tmp_path, entry))


def test_a_byte_order_mark_is_no_fault_and_a_heap_of_brackets_is_a_told_one(tmp_path: Path) -> None:
    assert set(catalogue.load(write(tmp_path, "\ufeff" + GOOD))) == set(catalogue.load(write(tmp_path, GOOD)))
    with pytest.raises(UsageError, match="lists in lists"):
        catalogue.load(write(tmp_path, "a=" + "[" * 100_000))


def test_selects_each_portal_once_in_the_order_asked_for(tmp_path: Path) -> None:
    known = catalogue.load(write(tmp_path, GOOD))
    chosen = catalogue.select(known, ["样例区", "990101", "示例县人民政府"])
    assert [entry.code for entry in chosen] == ["990201", "990101"]


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("990202", "unknown portal '990202' - did you mean '990201'?"),
        ("示例县", "'示例县' means 2 portals: 990101 示例县人民政府, 990101-sfj 示例县司法局"),
        ("", "unknown portal ''"),
        ("http://www.foreign.gov.cn/x", "no portal has the host 'www.foreign.gov.cn'"),
    ],
)
def test_tells_what_is_unknown_or_ambiguous(tmp_path: Path, place: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        catalogue.select(catalogue.load(write(tmp_path, GOOD)), [place])
    assert told in str(caught.value)


def test_every_built_in_entry_is_sound() -> None:
    known = catalogue.load()
    assert known["420683"].listings == ("https://www.zyzf.gov.cn/zwgk/fdzdgknr/fzzfjsndbg/",)
    assert known["420683"].since == 2016
    for portal in known.values():
        assert by_code(portal.code[:6]) is not None, portal.code
        assert all(portal.owns(url) for url in (portal.home, *portal.listings))
        assert all(host.endswith(".gov.cn") for host in portal.hosts)
