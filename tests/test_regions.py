"""Regions: codes of the year, shared names, witnesses and conflicts, over the real division table."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import divisions, regions
from archive.errors import UsageError
from archive.model import IssueCode, Level, Region, ValueSource
from archive.regions import Resolution

REPORT = "2020年法治政府建设年度报告"


def resolve(title: str | None = None, *, text: str = "", year: int | None = None, **told: str | None) -> Resolution:
    names = ("issuer", "publisher", "site_name", "site_code", "index_no", "portal_code", "link_title")
    fields = {name: told.pop(name, None) for name in names}
    assert not told
    return regions.resolve(title=title, text=text, year=year, **fields)


def codes(found: Resolution) -> tuple[str | None, str | None] | None:
    return (found.region.adcode, found.region.town_code) if found.region else None


def issues(found: Resolution) -> list[IssueCode]:
    return [issue.code for issue in found.issues]


def test_path_runs_from_the_province_to_the_township() -> None:
    found = resolve("丰都县栗子乡人民政府2025年法治政府建设情况报告")
    assert found.region == Region(
        "500230", ("重庆市", "丰都县", "栗子乡"), Level.TOWNSHIP, town_code="500230209", parent="500230"
    )
    assert found.issues == ()


@pytest.mark.parametrize(
    ("code", "names", "level"),
    [
        ("420683", ("湖北省", "襄阳市", "枣阳市"), Level.COUNTY),
        ("429004", ("湖北省", "仙桃市"), Level.COUNTY),
        ("110105", ("北京市", "朝阳区"), Level.COUNTY),
        ("110000", ("北京市",), Level.PROVINCE),
        ("441900", ("广东省", "东莞市"), Level.PREFECTURE),
        ("441900121", ("广东省", "东莞市", "虎门镇"), Level.TOWNSHIP),
        ("360105", ("江西省", "南昌市", "湾里区"), Level.COUNTY),
    ],
)
def test_by_code(code: str, names: tuple[str, ...], level: Level) -> None:
    region = regions.by_code(code)
    assert region is not None
    assert (region.names, region.level, region.town_code or region.adcode) == (names, level, code)


@pytest.mark.parametrize("code", ["", "000000", "42068", "999999", "110105999", "abcdef", "４２０６８３"])
def test_by_code_of_no_place(code: str) -> None:
    assert regions.by_code(code) is None


@pytest.mark.parametrize(
    ("title", "year", "adcode", "name"),
    [
        ("静海县2014年法治政府建设情况报告", 2014, "120223", "静海县"),
        ("静海区2014年法治政府建设情况报告", 2014, "120223", "静海县"),
        ("静海区2016年法治政府建设情况报告", 2016, "120118", "静海区"),
        ("静海县2016年法治政府建设情况报告", 2016, "120118", "静海区"),
        ("湾里区2018年法治政府建设情况报告", 2018, "360105", "湾里区"),
        ("红谷滩区2020年法治政府建设情况报告", 2020, "360113", "红谷滩区"),
        ("新建区2020年法治政府建设情况报告", 2020, "360112", "新建区"),
        ("渝北区2020年法治政府建设情况报告", 2020, "500112", "渝北区"),
        ("苍山县2012年法治政府建设情况报告", 2012, "371324", "苍山县"),
        ("江干区2020年法治政府建设情况报告", 2020, "330104", "江干区"),
        ("米林县2021年法治政府建设情况报告", 2021, "540422", "米林县"),
        ("米林市2023年法治政府建设情况报告", 2023, "540481", "米林市"),
    ],
)
def test_code_is_the_one_of_the_year(title: str, year: int, adcode: str, name: str) -> None:
    region = resolve(title, year=year).region
    assert region is not None
    assert (region.adcode, region.names[-1]) == (adcode, name)


def test_old_code_of_a_site_is_no_conflict() -> None:
    found = resolve("静海区2020年法治政府建设情况报告", site_code="1202230018", year=2020)
    assert (codes(found), issues(found)) == (("120118", None), [])


def test_code_of_a_union_is_no_conflict_for_the_places_it_was_made_of() -> None:
    found = resolve("渝北区2020年法治政府建设情况报告", portal_code="500157", year=2020)
    assert (codes(found), issues(found)) == (("500112", None), [])


def test_a_place_that_had_ended_is_told() -> None:
    found = resolve("湾里区2022年法治政府建设情况报告", year=2022)
    assert (codes(found), issues(found)) == (("360105", None), [IssueCode.REGION_CONFLICT])


SHARED = {name: n for name, n in Counter(line.split("\t")[3] for line in divisions._read("divisions.tsv").splitlines()
          if line.startswith("3\t")).items() if n > 1}  # fmt: skip


def test_there_are_28_shared_county_names() -> None:
    assert len(SHARED) == 28


@pytest.mark.parametrize("name", sorted(SHARED))
def test_shared_county_name_is_no_key_alone_but_one_with_parent_code_or_text(name: str) -> None:
    title = f"{name}2025年法治政府建设情况报告"
    alone = resolve(title, year=2025)
    assert (alone.region, issues(alone)) == (None, [IssueCode.REGION_AMBIGUOUS])
    for place in (p for p in divisions.by_name(name) if p.until is None):
        above = divisions.path(place)[-2]
        assert codes(resolve(above.name + title, year=2025)) == (place.code, None)
        assert codes(resolve(title, portal_code=place.code, year=2025)) == (place.code, None)
        assert codes(resolve(title, site_code=f"{place.code}0018", year=2025)) == (place.code, None)
        assert codes(resolve(title, site_name=f"{above.name}{name}人民政府", year=2025)) == (place.code, None)
        assert codes(resolve(title, text=f"在{above.name}委、市政府领导下,我区工作", year=2025)) == (place.code, None)


def test_township_name_needs_its_parent_or_to_be_the_only_one() -> None:
    title = "下洋镇2023年法治政府建设年度报告"
    assert issues(resolve(title)) == [IssueCode.REGION_AMBIGUOUS]
    assert codes(resolve(title, portal_code="440825")) == ("440825", "440825109")
    assert codes(resolve("徐闻县" + title)) == ("440825", "440825109")
    assert codes(resolve(title, publisher="徐闻县下洋镇人民政府")) == ("440825", "440825109")
    assert codes(resolve("杨巷镇2021年法治政府建设年度报告")) == ("320282", "320282109")


def test_subdistrict_in_the_text_is_found_through_its_district() -> None:
    text = "根据《深圳市龙华区2020年度工作方案》,龙华街道开展工作。龙华街道有律师。龙华街道受理案件。"
    assert codes(resolve("街道2022年法治政府建设工作总结", text=text, issuer="龙华街道")) == ("440309", "440309001")
    assert codes(resolve("街道2022年法治政府建设工作总结", text=text)) == ("440309", "440309001")


def test_a_shared_name_is_told_apart_by_its_own_parts() -> None:
    title = "鼓楼区2020年法治政府建设年度报告"
    parts = [p for p in divisions.below("350102") if p.level is Level.TOWNSHIP and len(divisions.by_name(p.name)) == 1]
    assert codes(resolve(title, text=f"{parts[0].name}、{parts[1].name}先行先试。")) == ("350102", None)


def test_short_superior_before_a_shared_name_is_a_witness() -> None:
    assert codes(resolve("北京朝阳区2020年法治政府建设年度报告")) == ("110105", None)
    assert codes(resolve("鹤龙街2024年法治政府建设工作报告", publisher="广州市白云区")) == ("440111", "440111017")


def test_short_name_alone_is_no_key() -> None:
    assert issues(resolve("枣阳2020年法治政府建设年度报告")) == [IssueCode.REGION_UNKNOWN]
    assert codes(resolve("枣阳2020年法治政府建设年度报告", portal_code="420683")) == ("420683", None)


def test_towns_right_below_a_prefecture() -> None:
    found = resolve("虎门镇2022年法治政府建设情况报告", portal_code="441900")
    assert found.region == Region("441900", ("广东省", "东莞市", "虎门镇"), Level.TOWNSHIP, "441900121", "441900")


def test_a_town_without_a_row_keeps_its_name_below_its_county() -> None:
    found = resolve("凤凰台镇" + REPORT, portal_code="420683")
    assert found.region == Region(
        "420683", ("湖北省", "襄阳市", "枣阳市", "凤凰台镇"), Level.TOWNSHIP, None, parent="420683"
    )
    assert resolve("凤凰台镇" + REPORT, portal_code="420600").region is None
    assert issues(resolve("凤凰台镇" + REPORT)) == [IssueCode.REGION_UNKNOWN]


@pytest.mark.parametrize(
    ("title", "portal", "names", "parent"),
    [
        ("重庆市万盛经开区" + REPORT, None, ("重庆市", "万盛经开区"), "500000"),
        ("万盛经开区管委会" + REPORT, "500000", ("重庆市", "万盛经开区"), "500000"),
        ("2020年岳阳经开区法治政府建设年度报告", "430600", ("湖南省", "岳阳市", "岳阳经开区"), "430600"),
        ("深圳市大鹏新区" + REPORT, None, ("广东省", "深圳市", "大鹏新区"), "440300"),
        ("两江新区" + REPORT, None, ("重庆市", "两江新区"), "500000"),
        ("示例高新区" + REPORT, None, ("示例高新区",), None),
    ],
)
def test_zone_has_no_code_but_a_parent(
    title: str, portal: str | None, names: tuple[str, ...], parent: str | None
) -> None:
    region = resolve(title, portal_code=portal, year=2020).region
    assert region == Region(None, names, None, parent=parent)


def test_new_areas_that_are_divisions_have_their_code() -> None:
    assert codes(resolve("浦东新区" + REPORT, year=2020)) == ("310115", None)
    assert codes(resolve("两江新区2025年法治政府建设年度报告", year=2025)) == ("500157", None)


def test_order_of_trust_and_conflicts() -> None:
    found = resolve("枣阳市" + REPORT, site_code="4403090001", portal_code="440309")
    assert codes(found) == ("420683", None)
    assert [(i.code, i.detail) for i in found.issues] == [
        (IssueCode.REGION_CONFLICT, "枣阳市 against site_code: 4403090001"),
        (IssueCode.REGION_CONFLICT, "枣阳市 against portal: 440309"),
    ]
    assert [e.source for e in found.evidence] == [ValueSource.TITLE, ValueSource.SITE_CODE, ValueSource.PORTAL]
    assert codes(resolve(REPORT, issuer="枣阳市司法局", site_code="4403090001")) == ("420683", None)
    assert codes(resolve(REPORT, site_code="4403090001", index_no="370481/2026-00251")) == ("440309", None)
    assert codes(resolve(REPORT, index_no="370481/2026-00251", portal_code="420683")) == ("370481", None)


def test_a_superior_or_a_subordinate_host_is_no_conflict() -> None:
    for portal in ("420600", "420000"):
        assert issues(resolve("枣阳市" + REPORT, portal_code=portal)) == []
    below = resolve("新疆维吾尔自治区人民政府关于2017年法治政府建设工作的报告", portal_code="653125", year=2017)
    assert (codes(below), issues(below)) == (("650000", None), [])


@pytest.mark.parametrize(
    ("index_no", "adcode"),
    [
        ("11500230008689762A/2021-00012", "500230"),
        ("11 4401 1500 0000 000A/2021-1", "440115"),
        ("6107280000/2024-001005", "610728"),
        ("370481/2026-00251", "370481"),
        ("20191202-189769", None),
        ("011217651/2021-00195", None),
        ("tssrmzfbgs/2026-00095", None),
        ("000014349/2021-00012", None),
    ],
)
def test_code_inside_the_index_number(index_no: str, adcode: str | None) -> None:
    region = resolve(REPORT, index_no=index_no).region
    assert (region.adcode if region else None) == adcode


def test_body_alone_must_speak_of_one_place_as_its_own() -> None:
    one = "枣阳市推进工作。" * 3
    assert codes(resolve(text=one + "我市成效明显。襄阳市要求。")) == ("420683", None)
    assert codes(resolve(text="枣阳市推进工作。")) is None
    assert codes(resolve(text=one + "我镇成效明显。")) is None
    assert codes(resolve(text=one + "赵县推进工作。" * 3)) is None
    assert codes(resolve(text="城区治理。郊区治理。" * 5)) is None


def test_plain_words_are_no_places_in_the_middle_of_a_title() -> None:
    assert codes(resolve("关于老城区改造和法治政府建设的报告", portal_code="420683")) == ("420683", None)
    assert codes(resolve("城区" + REPORT, portal_code="140502")) == ("140502", None)


def test_mentions_join_neighbours_to_a_path() -> None:
    found = divisions.mentions("鄂州市梁子湖区太和镇区府路1号")
    assert [(m.name, m.depth, [p.code for p in m.places]) for m in found] == [
        ("鄂州市梁子湖区太和镇", 3, [p.code for p in divisions.by_name("太和镇") if p.parent == "420702"])
    ]


@pytest.mark.real
def test_seeds(shared: Path) -> None:
    texts = [(shared / "seeds" / f"00{n}.txt").read_text("utf-8") for n in range(5)]
    title = "梁子湖区人民政府关于2020年度推进法治政府建设情况报告"
    first = resolve(title, publisher="区司法局", site_code="4207020001", text=texts[0], year=2020)
    assert codes(first) == ("420702", None)
    assert codes(resolve("红谷滩区2020年度法治政府建设工作报告", text=texts[1], year=2020)) == ("360113", None)
    for issuer in ("杨巷镇", None):
        found = resolve(None, issuer=issuer, text=texts[2], year=2021)
        assert found.region is not None
        assert found.region.names == ("江苏省", "无锡市", "宜兴市", "杨巷镇")
    for title in ("枣阳市2020年法治政府建设工作报告", None):
        assert codes(resolve(title, text=texts[3], year=2020)) == ("420683", None)
    assert codes(resolve("街道2022年法治政府建设工作总结", text=texts[4], year=2020)) == ("440309", "440309001")


@pytest.mark.real
def test_every_portal_of_the_catalogue_is_a_place(shared: Path) -> None:
    rows = [line.split("\t") for line in (shared / "data" / "portals.tsv").read_text("utf-8").splitlines()[1:]]
    wrong = []
    for adcode, _, path, *_ in rows:
        region = regions.by_code(adcode) if adcode else None
        if adcode and (region is None or region.names != tuple(path.split("/"))):
            wrong.append(path)
    # The division table calls the area 济源市 and hangs the cities of the 兵团 right below the region.
    assert [p for p in wrong if "新疆生产建设兵团" not in p] == ["河南省/济源示范区"]


def test_a_further_table_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "more.tsv"
    file.write_text("level\tcode\tparent\tname\n1\t990000\t\t示例省\n2\t990100\t990000\t鹤渚市\n", encoding="utf-8")
    monkeypatch.delenv("FAZHI_DIVISIONS", raising=False)  # sample portals of other tests may have set it
    assert resolve("鹤渚市" + REPORT).region is None
    monkeypatch.setenv("FAZHI_DIVISIONS", str(file))
    assert resolve("鹤渚市" + REPORT).region == Region(
        "990100", ("示例省", "鹤渚市"), Level.PREFECTURE, parent="990000"
    )
    assert codes(resolve("枣阳市" + REPORT)) == ("420683", None)
    second = tmp_path / "second.tsv"
    second.write_text("level\tcode\tparent\tname\n3\t990102\t990100\t砚汀区\n", encoding="utf-8")
    monkeypatch.setenv("FAZHI_DIVISIONS", f"{file}{os.pathsep}{second}")
    assert codes(resolve("砚汀区" + REPORT)) == ("990102", None)
    monkeypatch.setenv("FAZHI_DIVISIONS", str(tmp_path / "none.tsv"))
    with pytest.raises(UsageError, match="cannot read the divisions"):
        resolve("鹤渚市" + REPORT)


def test_table_is_read_lazily() -> None:
    code = "from archive import divisions, regions; print(divisions._load.cache_info().currsize)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "0\n"


WORDS = st.sampled_from(
    ["枣阳市", "朝阳区", "龙华街道", "杨巷镇", "静海县", "两江新区", "示例", "经开区", "管委会", "2020年", "人民政府",
     "关于", "法治政府建设", "报告", "北京", "市", "区", "县", "镇", "我镇", "全市", " ", "\n", "中共"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=10).map("".join))
GIVEN = ["420683", "1202230018", "110000-sfj", "500157", "11500230008689762A/1"]
CODES = st.one_of(st.none(), st.sampled_from(GIVEN), TEXTS)
YEARS = st.one_of(st.none(), st.integers(1990, 2030))


@given(TEXTS, TEXTS, CODES, CODES, st.lists(WORDS, max_size=40).map("".join), YEARS)
def test_never_raises_and_is_consistent(
    title: str, issuer: str, site: str | None, portal: str | None, text: str, year: int | None
) -> None:
    told = {"issuer": issuer, "site_code": site, "portal_code": portal, "index_no": site, "publisher": title}
    found = resolve(title, text=text, year=year, **told)
    assert found == resolve(title, text=text, year=year, **told)
    if found.region is None:
        assert {IssueCode.REGION_AMBIGUOUS, IssueCode.REGION_UNKNOWN} & set(issues(found))
        return
    assert found.region.names
    if found.region.town_code:
        assert found.region.town_code.startswith(found.region.adcode or "?")
    if found.region.adcode is None:
        assert found.region.level is None


@given(st.sampled_from([p for p in divisions._load("").rows if len(p) == 6]), st.integers(2010, 2026))
def test_full_path_in_a_title_resolves_to_the_place(code: str, year: int) -> None:
    place = divisions.in_year(divisions.by_code(code)[0], year)
    namesakes = [p for p in divisions.by_name(place.name) if p.code[:2] == code[:2] and p.valid(year)]
    if not place.valid(year) or len(namesakes) > 1:
        return  # in 2015 both the county and the prefecture 吐鲁番市 of 新疆 stood: no title tells them apart
    path = "".join(p.name for p in divisions.path(place))
    region = resolve(f"{path}人民政府关于{year}年法治政府建设情况的报告", year=year).region
    assert region is not None
    assert region.adcode == place.code
