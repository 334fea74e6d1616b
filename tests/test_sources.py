"""Sources: what kind of site a page stood on."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import regions
from archive.model import Evidence, SourceKind, ValueSource
from archive.sources import kind_of

FOOTER = "主办：枣阳市人民政府 网站标识码：4206830018"
NOBODY: dict[str, str | None] = {"url": None, "portal": None, "adcode": None, "site_code": None, "site_name": None}


def kind(region: str | None = "420683", signs: str | list[str] = "", **told: str | None) -> SourceKind:
    place = regions.by_code(region) if region else None
    return kind_of(**{**NOBODY, **told}, region=place, issuer_kind=None, text_signs=signs)[0]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"url": "https://www.zyzf.gov.cn/a.html"}, SourceKind.OFFICIAL),
        ({"url": "https://www.zyzf.gov.cn/a.html", "site_code": "4206830018"}, SourceKind.OFFICIAL),
        ({"url": "http://127.0.0.1:8080/a.html", "portal": "420683"}, SourceKind.OFFICIAL),
        ({"portal": "420683"}, SourceKind.OFFICIAL),
        ({"url": "https://www.zyzf.gov.cn/gate/big5/a.html", "signs": "實務執報" * 20}, SourceKind.OFFICIAL),
        ({"url": "https://sfj.xiangyang.gov.cn/a.html"}, SourceKind.DEPARTMENT_SITE),
        ({"url": "https://www.xysfj.gov.cn/a.html", "site_name": "襄阳市司法局"}, SourceKind.DEPARTMENT_SITE),
        ({"portal": "420683-sfj"}, SourceKind.DEPARTMENT_SITE),
        ({"url": "https://www.xiangyang.gov.cn/a.html", "site_code": "4206000018"}, SourceKind.UPPER_LEVEL_PORTAL),
        ({"url": "https://www.hubei.gov.cn/a.html", "portal": "420000"}, SourceKind.UPPER_LEVEL_PORTAL),
        ({"url": "https://www.shache.gov.cn/a.html", "portal": "653125", "region": "650000"}, SourceKind.REPOST),
        ({"url": "https://www.szlhq.gov.cn/a.html", "site_code": "4403090018"}, SourceKind.REPOST),
        ({"url": "https://www.news.example/a.html", "site_name": "示例日报"}, SourceKind.REPOST),
        ({"url": "https://www.wenmi.example/a.html"}, SourceKind.CONTENT_FARM),
        ({"signs": ["当前位置：示例文秘网>领导讲话>正文"]}, SourceKind.CONTENT_FARM),
        ({"signs": "当前位置:示例学习网>总结"}, SourceKind.CONTENT_FARM),
        ({"signs": "XX市推进工作,XX区司法局配合,××镇落实"}, SourceKind.CONTENT_FARM),
        ({"url": "https://www.doc88.com/p-1.html"}, SourceKind.DOCUMENT_MILL),
        ({"signs": "下载积分:20\n本文档由用户上传"}, SourceKind.DOCUMENT_MILL),
        ({"url": "https://www.example.com/a.html", "signs": "實(shí)施方案,執(zhí)法"}, SourceKind.HIJACKED_MIRROR),
        ({"site_name": "必威体育app官网:教育局"}, SourceKind.HIJACKED_MIRROR),
        ({"url": "https://www.zyzf.gov.cn/a.html", "signs": "必威体育app官网"}, SourceKind.HIJACKED_MIRROR),
        ({"url": "https://www.example.com/a.html", "signs": FOOTER}, SourceKind.HIJACKED_MIRROR),
        ({"url": "https://www.example.com/a.html", "site_code": "4206830018"}, SourceKind.HIJACKED_MIRROR),
        ({"url": "https://www.example.com/a.html", "signs": "實務執報區縣會國發業" * 4}, SourceKind.HIJACKED_MIRROR),
        ({"signs": FOOTER}, SourceKind.OFFICIAL),
        ({"signs": "枣阳市人民政府办公室 版权所有"}, SourceKind.OFFICIAL),
        ({"site_code": "4206830018"}, SourceKind.OFFICIAL),
        ({"site_name": "枣阳市人民政府门户网站"}, SourceKind.OFFICIAL),
        ({"signs": "当前位置:首页 > 政府信息公开 > 法定主动公开内容 > 其他"}, SourceKind.OFFICIAL),
        ({"url": "https://www.zyzf.gov.cn/", "site_name": "枣阳市人民政府办公室"}, SourceKind.OFFICIAL),
        ({"url": "https://www.example.com/a.html"}, SourceKind.UNKNOWN),
        ({"signs": "开展心得体会交流和领导讲话学习"}, SourceKind.UNKNOWN),
        ({}, SourceKind.UNKNOWN),
    ],
)
def test_kind(told: dict[str, str], expected: SourceKind) -> None:
    assert kind(**told) is expected  # type: ignore[arg-type]  # keyword arguments of several types


def test_evidence_says_what_decided() -> None:
    told = kind_of(**NOBODY, region=None, issuer_kind=None, text_signs=["正文", FOOTER])
    assert told == (SourceKind.OFFICIAL, Evidence("source_kind", "official", ValueSource.LABEL, "主办：枣阳市人民政府"))
    nothing = kind_of(**NOBODY, region=None, issuer_kind=None, text_signs="")
    assert nothing == (SourceKind.UNKNOWN, None)


def test_host_must_end_in_gov_cn() -> None:
    for host in ("www.gov.cn.example.com", "notgov.cn", "gov.cn.evil", "www.zyzf.gov.cn@evil.example"):
        assert kind(url=f"https://{host}/a.html") is SourceKind.UNKNOWN, host
    assert kind(url="https://WWW.ZYZF.GOV.CN:8080/a.html") is SourceKind.OFFICIAL


def test_a_zone_and_a_town_belong_to_what_lies_above_them() -> None:
    zone = regions.resolve(
        title="重庆市万盛经开区2020年法治政府建设情况报告", issuer=None, publisher=None, site_name=None, site_code=None,
        index_no=None, portal_code=None, text="",
    ).region  # fmt: skip
    told = {**NOBODY, "url": "https://www.cq.gov.cn/", "portal": "500000"}
    assert kind_of(**told, region=zone, issuer_kind=None)[0] is SourceKind.OFFICIAL
    assert kind(region="440825109", url="https://www.xuwen.gov.cn/a", portal="440825") is SourceKind.OFFICIAL
    assert kind(region="440825109", url="https://www.zj.gov.cn/a", portal="440800") is SourceKind.UPPER_LEVEL_PORTAL


@pytest.mark.real
def test_seeds(shared: Path) -> None:
    kinds = [kind(None, (shared / "seeds" / f"00{n}.txt").read_text("utf-8")) for n in range(5)]
    unknown = SourceKind.UNKNOWN
    assert kinds == [SourceKind.OFFICIAL, unknown, unknown, SourceKind.OFFICIAL, SourceKind.CONTENT_FARM]


GIVEN = st.sampled_from(["420683", "https://[::1", "http://a.gov.cn/", FOOTER])
ANY = st.one_of(st.none(), st.text(max_size=60), GIVEN)


@given(ANY, ANY, ANY, ANY, ANY, st.text(max_size=200))
def test_never_raises_and_is_deterministic(
    url: str | None, portal: str | None, adcode: str | None, code: str | None, name: str | None, signs: str
) -> None:
    told = {"url": url, "portal": portal, "adcode": adcode, "site_code": code, "site_name": name}
    first = kind_of(**told, region=None, issuer_kind=None, text_signs=signs)
    assert first == kind_of(**told, region=None, issuer_kind=None, text_signs=signs.split("\n"))
    assert (first[1] is None) == (first[0] is SourceKind.UNKNOWN)
