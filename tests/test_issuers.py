"""Issuers: what a title, a signature and a publisher say of the body that reports."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import issuers
from archive.issuers import find, in_title, kind_of, normalise
from archive.model import Evidence, IssuerKind, ValueSource

PLACE_ONLY = "枣阳市2020年法治政府建设工作报告"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("示例县人民政府", IssuerKind.GOVERNMENT),
        ("阿拉善盟行政公署", IssuerKind.GOVERNMENT),
        ("中共示例县委 示例县人民政府", IssuerKind.PARTY_AND_GOVERNMENT),
        ("中共示例镇委员会 示例镇人民政府", IssuerKind.PARTY_AND_GOVERNMENT),
        ("中共示例市委示例市政府", IssuerKind.PARTY_AND_GOVERNMENT),
        ("中共东湖街道工作委员会 东湖街道办事处", IssuerKind.PARTY_AND_GOVERNMENT),
        ("示例县人民政府法制办公室", IssuerKind.DEPARTMENT),
        ("中共示例县委", IssuerKind.PARTY),
        ("示例县教育局党组", IssuerKind.PARTY),
        ("示例县司法局", IssuerKind.DEPARTMENT),
        ("示例省生态环境厅", IssuerKind.DEPARTMENT),
        ("示例市卫生健康委员会", IssuerKind.DEPARTMENT),
        ("示例市人民政府国有资产监督管理委员会", IssuerKind.DEPARTMENT),
        ("示例县气象局", IssuerKind.DEPARTMENT),
        ("示例县人民政府办公室", IssuerKind.OFFICE),
        ("示例省人民政府办公厅", IssuerKind.OFFICE),
        ("区政府办", IssuerKind.OFFICE),
        ("东湖街道办事处", IssuerKind.SUBDISTRICT),
        ("东湖街道", IssuerKind.SUBDISTRICT),
        ("鹤龙街", IssuerKind.SUBDISTRICT),
        ("中共枣阳市委全面依法治市委员会办公室", IssuerKind.LAW_COMMITTEE),
        ("示例县依法治县办", IssuerKind.LAW_COMMITTEE),
        ("示例县法治政府建设工作领导小组办公室", IssuerKind.LAW_COMMITTEE),
        ("示例经济技术开发区管理委员会", IssuerKind.ZONE),
        ("万盛经开区", IssuerKind.ZONE),
        ("国家税务总局示例县税务局", IssuerKind.VERTICAL),
        ("示例海关", IssuerKind.VERTICAL),
        ("山海关区", None),
        ("浦东新区", None),
        ("示例县", None),
        ("枣阳市", None),
        ("街道", None),
        ("本站", None),
        ("", None),
    ],
)
def test_kind_of(name: str, kind: IssuerKind | None) -> None:
    assert kind_of(name) is kind


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("示例县人民政府关于2020年度推进法治政府建设情况报告", "示例县人民政府"),
        ("2020年静海区法治政府建设情况报告", "静海区"),
        ("2020年度示例县财政局法治政府建设年度报告", "示例县财政局"),
        ("关于示例镇2020年法治政府建设情况的报告", "示例镇"),
        ("中共示例县委 示例县人民政府关于2020年法治政府建设情况的报告", "中共示例县委 示例县人民政府"),
        ("中共示例县委示例县人民政府关于2020年法治政府建设情况的报告", "中共示例县委 示例县人民政府"),
        ("中共示例镇委员会、示例镇人民政府2020年法治政府建设报告", "中共示例镇委员会 示例镇人民政府"),
        ("中共东湖街道工作委员会东湖街道办事处2020年法治政府建设报告", "中共东湖街道工作委员会 东湖街道办事处"),
        ("[示政发〔2021〕3号]示例市人民政府关于2020年法治政府建设情况的报告", "示例市人民政府"),
        ("示例县全面依法治县委员会办公室2020年法治政府建设报告", "示例县全面依法治县委员会办公室"),
        ("二〇二〇年度示例县法治政府建设工作报告", "示例县"),
        ("2021年法治政府建设工作情况报告", None),
        ("法治政府建设白皮书(2020)", None),
        ("", None),
    ],
)
def test_in_title(title: str, told: str | None) -> None:
    assert in_title(title) == told


def test_title_with_an_organ_wins_over_signature_and_publisher() -> None:
    title = "示例县人民政府关于2020年度推进法治政府建设情况报告"
    found = find(title=title, publisher="县司法局", signature=["示例县司法局", "2021年3月1日"], text="")
    assert found == issuers.Issuer(
        "示例县人民政府", IssuerKind.GOVERNMENT, (Evidence("issuer", "示例县人民政府", ValueSource.TITLE, title),)
    )


def test_place_only_takes_the_signature_then_the_publisher_then_the_government() -> None:
    office = "中共枣阳市委全面依法治市委员会办公室"
    signed = find(title=PLACE_ONLY, publisher="枣阳市司法局", signature=[office, "2021年1月11日"])
    assert (signed.name, signed.kind) == (office, IssuerKind.LAW_COMMITTEE)
    published = find(title=PLACE_ONLY, publisher="市司法局")
    assert (published.name, published.kind) == ("枣阳市司法局", IssuerKind.DEPARTMENT)
    derived = find(title=PLACE_ONLY)
    assert (derived.name, derived.kind) == ("枣阳市人民政府", IssuerKind.GOVERNMENT)
    assert derived.evidence[-1].source is ValueSource.GUESS


@pytest.mark.parametrize("publisher", ["本站", "gyz1", "示例新闻网", "管理员", "融媒体中心", "示例日报", "无", ""])
def test_a_publisher_that_is_no_body_is_not_believed(publisher: str) -> None:
    assert find(title=PLACE_ONLY, publisher=publisher).name == "枣阳市人民政府"


@pytest.mark.parametrize("publisher", ["莎车县人民政府办公室", "深圳市司法局"])
def test_a_publisher_of_another_place_is_a_repost(publisher: str) -> None:
    assert find(title=PLACE_ONLY, publisher=publisher).name == "枣阳市人民政府"


def test_joint_signature_on_two_lines() -> None:
    found = find(title="示例县2020年法治政府建设情况报告", signature=["中共示例县委", "示例县人民政府", "2021年2月1日"])
    assert (found.name, found.kind) == ("中共示例县委 示例县人民政府", IssuerKind.PARTY_AND_GOVERNMENT)


def test_printing_line_is_no_signature() -> None:
    lines = ["枣阳市人民政府", "2021年1月11日", "抄送：市委办公室", "枣阳市人民政府办公室 2021年1月12日印发"]
    assert find(title=PLACE_ONLY, signature=lines).kind is IssuerKind.GOVERNMENT


def test_unit_name_gets_its_place_from_whoever_knows_it() -> None:
    title = "区政府办2025年度法治政府建设工作报告"
    assert find(title=title, publisher="雁塔区政府办").name == "雁塔区人民政府办公室"
    assert find(title=title, site_name="西安市雁塔区人民政府").name == "雁塔区人民政府办公室"
    assert find(title=title, region_name=lambda _: "雁塔区").name == "雁塔区人民政府办公室"
    assert find(title=title).name == "区人民政府办公室"


def test_short_place_needs_a_witness() -> None:
    title = "枣阳2020年法治政府建设年度报告"
    assert find(title=title, region_name=lambda _: "枣阳市").name == "枣阳市人民政府"
    assert find(title=title).name is None


def test_without_a_title_the_subject_of_the_opening_is_taken() -> None:
    text = "2021年,在县委的领导下,杨巷镇坚持依法行政,现将2021年度法治政府建设情况报告如下:\n一、杨巷镇做法"
    found = find(title=None, text=text)
    assert (found.name, found.kind, found.evidence[0].source) == ("杨巷镇", IssuerKind.GOVERNMENT, ValueSource.BODY)


def test_normalise() -> None:
    assert normalise("来源：示例县司法局 ") == "示例县司法局"
    assert normalise("【示例县　财　政　局】") == "示例县财政局"
    assert normalise("中共示例县委　示例县人民政府") == "中共示例县委 示例县人民政府"
    assert normalise("示例县司法局(代章)") == "示例县司法局"
    assert normalise("") == ""


@pytest.mark.real
def test_seeds(shared: Path) -> None:
    texts = [(shared / "seeds" / f"00{n}.txt").read_text("utf-8") for n in range(5)]
    office = "中共枣阳市委全面依法治市委员会办公室"
    assert find(title=texts[0].split("\n")[2], publisher="区司法局", text=texts[0]).name == "梁子湖区人民政府"
    assert find(title=None, text=texts[2]).name == "杨巷镇"
    assert find(title=PLACE_ONLY, signature=[office, "2021年1月11日"], text=texts[3]).name == office
    assert find(title="街道2022年法治政府建设工作总结", text=texts[4][texts[4].index("\n为") :]).name == "龙华街道"


WORDS = st.sampled_from(
    ["枣阳市", "示例县", "人民政府", "司法局", "中共", "委", "街道", "办事处", "2020年", "关于", "法治政府建设", "报告",
     " ", "、", "(", "管委会", "市", "区", "坚持", "\n", "本站"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=120), st.lists(WORDS, max_size=12).map("".join))


@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=4), TEXTS)
def test_never_raises_and_every_name_has_evidence(title: str, publisher: str, lines: list[str], text: str) -> None:
    found = find(title=title, publisher=publisher, signature=lines, text=text, site_name=publisher)
    assert found == find(title=title, publisher=publisher, signature=lines, text=text, site_name=publisher)
    if found.name is not None:
        assert found.evidence
        assert found.name.strip() == found.name != ""


@given(TEXTS)
def test_normalise_is_idempotent(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
