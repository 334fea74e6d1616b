"""Portal files: what is read from them, and how each fault is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import UsageError
from crawler import catalogue, families
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
schedule = "10d"
hosts = ["OA.shili.gov.cn:8080"]
remark = " host not checked "

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
            remark="host not checked",
            schedule="10d",
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
        ('family = "trz"\n' + ENTRY, f"key 'family' is 'trz' - known families: {', '.join(families.names())}"),
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
        (ENTRY + 'schedule = "hourly"\n', "[990101]: key 'schedule' is 'hourly' - one of \"daily\", "),
        (ENTRY + "schedule = 7\n", "[990101]: key 'schedule' is 7 - a text between quotes"),
        (ENTRY + "remark = 5\n", "[990101]: key 'remark' is 5 - a text between quotes"),
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


NAMESAKES = """
[110105]
name = "北京市朝阳区人民政府"
home = "http://www.bjchy.gov.cn/"
[220000]
name = "吉林省人民政府"
home = "http://www.jl.gov.cn/"
[220100]
name = "长春市人民政府"
home = "http://www.changchun.gov.cn/"
hosts = ["zwgk.changchun.gov.cn"]
[220104]
name = "长春市朝阳区人民政府"
home = "http://chaoyang.changchun.gov.cn/"
hosts = ["zwgk.changchun.gov.cn"]
[220200]
name = "吉林市人民政府"
home = "http://www.jlcity.gov.cn/"
[420683]
name = "枣阳市人民政府"
home = "https://www.zyzf.gov.cn/"
["420683-sfj"]
name = "枣阳市司法局"
home = "https://www.zyzf.gov.cn/sfj/"
"""


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("枣阳", "420683"),
        ("枣阳市", "420683"),
        ("湖北省枣阳市", "420683"),
        ("襄阳市枣阳市", "420683"),
        ("湖北襄阳枣阳", "420683"),
        ("湖北省/襄阳市/枣阳市", "420683"),
        ("湖北省 枣阳市人民政府", "420683"),
        ("襄阳市枣阳市司法局", "420683-sfj"),
        ("司法局", "420683-sfj"),
        ("吉林省吉林市", "220200"),
        ("吉林市", "220200"),
        ("吉林省", "220000"),
        ("北京朝阳区", "110105"),
        ("吉林省朝阳区", "220104"),
        ("长春市朝阳区", "220104"),
        ("吉林省长春市朝阳区人民政府", "220104"),
        ("WWW.bjchy.gov.cn", "110105"),
        ("chaoyang.changchun.gov.cn/", "220104"),
    ],
)
def test_a_name_may_say_what_lies_above_it_and_a_host_needs_no_scheme(tmp_path: Path, place: str, code: str) -> None:
    known = catalogue.load(write(tmp_path, NAMESAKES))
    assert [entry.code for entry in catalogue.select(known, [place])] == [code]


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("朝阳区", "'朝阳区' means 2 portals: 110105 北京市/朝阳区, 220104 吉林省/长春市/朝阳区 - give the code"),
        ("吉林", "'吉林' means 2 portals: 220000 吉林省, 220200 吉林省/吉林市 - give the code"),
        ("人民政府", "means 6 portals: 110105 北京市/朝阳区, 220000 吉林省, 220100 吉林省/长春市, "),
        ("吉林省枣阳市", "unknown portal '吉林省枣阳市'"),
        ("湖北省", "unknown portal '湖北省'"),
        ("http://zwgk.changchun.gov.cn/cy/", "means 2 portals: 220100 吉林省/长春市, 220104 吉林省/长春市/朝阳区 - "),
        (
            "www.zyzf.gov.cn",
            "means 2 portals: 420683 湖北省/襄阳市/枣阳市, 420683-sfj 湖北省/襄阳市/枣阳市/枣阳市司法局",
        ),
    ],
)
def test_namesakes_are_told_apart_by_code_and_path(tmp_path: Path, place: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        catalogue.select(catalogue.load(write(tmp_path, NAMESAKES)), [place])
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("枣阳", ["420683", "420683-sfj"]),
        ("湖北省枣阳市", ["420683"]),
        ("襄阳市", ["420683", "420683-sfj"]),
        ("22", ["220000", "220100", "220104", "220200"]),
        ("ZWGK.changchun", ["220100", "220104"]),
        ("长春市/朝阳区", ["220104"]),
        ("别处", []),
    ],
)
def test_searches_code_name_place_and_hosts(tmp_path: Path, word: str, codes: list[str]) -> None:
    assert [p.code for p in catalogue.search(catalogue.load(write(tmp_path, NAMESAKES)), word)] == codes


def test_codes_ask_for_the_files_of_their_provinces_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "99-a.toml").write_text(ENTRY, encoding="utf-8")
    (tmp_path / "42-b.toml").write_text(ENTRY.replace("990101", "420683"), encoding="utf-8")
    monkeypatch.setattr(catalogue, "BUILT_IN", tmp_path)
    assert list(catalogue.load(places=["420683", "420683-sfj"])) == ["420683"]
    assert list(catalogue.load(places=["420683", "示例县"])) == ["420683", "990101"]
    assert list(catalogue.load(places=["110000"])) == ["420683", "990101"]  # so that the error can name what is near
