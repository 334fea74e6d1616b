"""Genres: reports and what stands beside them. Texts are made by the sample portals' phrase book."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fazhi_zoo import articles, places, site
from hypothesis import given
from hypothesis import strategies as st

from archive import genres, issuers
from archive.genres import Verdict, judge
from archive.model import IssuerKind, Reason

TITLE = "示例县2021年法治政府建设情况报告"


def documents() -> list[site.Truth]:
    """Every article of every sample portal, with the truth about it."""
    return [site.truth_of(article, "/x.html") for spec in places.specs() for article in articles.plan(spec, 12, 10)]


DOCUMENTS = documents()
BODY = next(d.text for d in DOCUMENTS if d.is_report and len(d.text) > 2000)


@pytest.fixture(autouse=True)
def _fictional_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAZHI_DIVISIONS", str(places.DIVISIONS))


def test_every_report_of_the_sample_portals_is_one() -> None:
    reports = [d for d in DOCUMENTS if d.is_report]
    lost = [(d.title, judge(title=d.title, link_title=d.link_title, text=d.text)) for d in reports]
    assert len(reports) >= 100
    assert [pair for pair in lost if pair[1].reason is not None] == []


def test_no_near_miss_of_the_sample_portals_is_one_and_each_has_its_reason() -> None:
    misses = [d for d in DOCUMENTS if not d.is_report]
    said = [(d.title, judge(title=d.title, link_title=d.link_title, text=d.text).reason, d.reasons) for d in misses]
    assert len(misses) >= 80
    assert [row for row in said if row[1] is None or row[1].value not in row[2]] == []


def test_no_near_miss_is_a_report_without_its_title() -> None:
    misses = [d for d in DOCUMENTS if not d.is_report]
    assert [d.title for d in misses if judge(title=None, text=d.text).reason is None] == []


def test_a_report_without_a_title_is_known_by_its_opening() -> None:
    opening = "现将2021年度法治政府建设情况报告如下:\n"
    rest = BODY.split("\n", 1)[1]
    assert judge(title=None, text=opening + rest).reason is None
    assert judge(title="法治政府建设年度报告", text=opening + rest).reason is None
    assert judge(title="示例县2021年民生实事完成情况", text=opening + rest).reason is Reason.DOUBTFUL


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"title": TITLE, "text": BODY}, None),
        ({"title": TITLE, "text": BODY, "link_title": "示例县2021年法治政府…"}, None),
        ({"title": "示例县人民政府关于2021年度法治政府…", "title_in_body": TITLE, "text": BODY}, None),
        ({"title": "示例县人民政府", "link_title": TITLE, "text": BODY}, None),
        ({"title": None, "link_title": TITLE, "text": BODY}, None),
        ({"title": TITLE, "text": ""}, Reason.EMPTY),
        ({"title": TITLE, "text": "详见附件。"}, Reason.EMPTY),
        ({"title": TITLE, "text": "本县气候温和,物产丰富。" * 200}, Reason.DOUBTFUL),
        ({"title": TITLE, "text": BODY, "status": 404}, Reason.ERROR_PAGE),
        ({"title": TITLE, "text": BODY, "span": (2016, 2020)}, Reason.FIVE_YEAR_SUMMARY),
        ({"title": TITLE, "text": BODY, "issuer_kind": IssuerKind.VERTICAL}, Reason.VERTICAL_AGENCY),
        ({"title": f"关于印发{TITLE}的通知", "text": BODY}, Reason.DOUBTFUL),
        ({"title": f"关于印发{TITLE}的通知", "title_in_body": TITLE, "text": BODY}, Reason.DOUBTFUL),
        ({"title": f"{TITLE}和2022年工作要点", "text": BODY}, Reason.DOUBTFUL),
        ({"title": f"《{TITLE}》解读", "text": BODY}, Reason.INTERPRETATION),
        ({"title": "示例县2021年法治政府建设工作要点", "text": BODY}, Reason.POINTS),
        ({"title": "示例县法治政府建设实施方案", "text": BODY}, Reason.PLAN),
        ({"title": "示例县2021年政府信息公开工作年度报告", "text": BODY}, Reason.DISCLOSURE_REPORT),
        ({"title": "示例县2021年政府网站工作年度报表", "text": BODY}, Reason.WEBSITE_REPORT),
        ({"title": "示例县县长2021年述职述法报告", "text": BODY}, Reason.PERSONAL_REPORT),
        ({"title": "国家税务总局示例县税务局2021年法治政府建设情况报告", "text": BODY}, Reason.VERTICAL_AGENCY),
        ({"title": "示例县召开法治政府建设推进会", "text": "会议强调,要推进工作。" * 60}, Reason.NEWS),
        ({"title": "示例县2021年教育工作情况", "text": "全县教育工作平稳。" * 60}, Reason.OTHER_DOCUMENT),
        ({"title": None, "text": "页面不存在"}, Reason.ERROR_PAGE),
        ({"title": None, "text": ""}, Reason.EMPTY),
        ({"title": "", "text": "\u3000\n "}, Reason.EMPTY),
    ],
)
def test_verdict(told: dict[str, object], reason: Reason | None) -> None:
    assert judge(**told).reason is reason  # type: ignore[arg-type]  # keyword arguments of several types


def test_a_list_of_reports_is_a_list() -> None:
    lines = "\n".join(f"示例县第{n}镇2021年法治政府建设情况报告 2022-01-{n:02}" for n in range(1, 21))
    assert judge(title="法治政府建设年度报告", text=lines, links=20).reason is Reason.LIST_PAGE
    assert judge(title="通知公告", text=lines, links=20).reason is Reason.LIST_PAGE
    assert judge(title=TITLE, text=lines, links=20).reason is Reason.LIST_PAGE


def test_weak_titles_need_a_text_that_says_so() -> None:
    weak = "中共示例县委2021年法治建设工作总结"
    assert judge(title=weak, text=BODY).reason is None
    assert judge(title=weak, text="全县法治建设稳步推进。" * 60).reason is Reason.DOUBTFUL


def test_a_personal_report_is_none_however_it_opens() -> None:
    text = "现将我履行法治政府建设第一责任人职责情况报告如下:\n" + BODY + "\n我带头学法,本人认真履行职责。"
    assert judge(title=None, text=text).reason is Reason.DOUBTFUL
    assert judge(title="示例镇镇长2021年述法报告", text=text).reason is Reason.PERSONAL_REPORT


def test_a_paragraph_on_disclosure_does_not_make_a_disclosure_report() -> None:
    text = BODY + "\n" + "主动公开政府信息100条,受理依申请公开5件,信息公开申请均按期答复。" * 2
    assert judge(title=TITLE, text=text).reason is None


@pytest.mark.real
def test_seeds_are_reports(shared: Path) -> None:
    titles = [
        "梁子湖区人民政府关于2020年度推进法治政府建设情况报告", "红谷滩区2020年度法治政府建设工作报告", None,
        "枣阳市2020年法治政府建设工作报告", "街道2022年法治政府建设工作总结",
    ]  # fmt: skip
    verdicts = [
        judge(title=title, text=(shared / "seeds" / f"00{n}.txt").read_text("utf-8")) for n, title in enumerate(titles)
    ]
    assert [v.reason for v in verdicts] == [None] * 5


@pytest.mark.real
def test_no_real_page_is_a_report_with_or_without_its_title(shared: Path) -> None:
    labels = json.loads((shared / "pages" / "labels.json").read_text("utf-8"))
    told = []
    for page in labels["articles"]:
        text = "\n".join(page["with"] + page["optional"])
        told += [(page["name"], judge(title=page["title"], text=text)), (page["name"], judge(title=None, text=text))]
    for page in labels["lists"]:
        text = "\n".join(f"{entry['title']} {entry['date'] or ''}" for entry in page["entries"])
        verdict = judge(title=page["column"], text=text, links=len(page["entries"]))
        told.append((page["name"], verdict))
        if len(page["entries"]) > 9:
            assert verdict.reason is Reason.LIST_PAGE, (page["name"], verdict)
    assert [pair for pair in told if pair[1].reason is None] == []


WORDS = st.sampled_from(
    [TITLE, "现将2021年度法治政府建设情况报告如下:", "一、主要做法", "存在的问题", "下一步", "\n", "法治政府",
     "2021-01-01", "页面不存在", "解读", "通知", " "]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=100), st.lists(WORDS, max_size=30).map("".join))


@given(TEXTS, TEXTS, TEXTS, TEXTS, st.integers(0, 500))
def test_never_raises_and_is_deterministic(title: str, inner: str, link: str, text: str, links: int) -> None:
    told = judge(title=title, title_in_body=inner, link_title=link, text=text, links=links)
    assert told == judge(title=title, title_in_body=inner, link_title=link, text=text, links=links)
    assert isinstance(told, Verdict)
    # Too short a text is never a report, whatever it says (report_short in genres.toml).
    if len(text) < 120:
        assert told.reason is not None


def test_issuers_of_the_sample_portals() -> None:
    reports = [d for d in DOCUMENTS if d.is_report]
    wrong = []
    for d in reports:
        found = issuers.find(
            title=d.title, publisher=d.publisher, signature=d.paragraphs[-2:], text=d.text, site_name=d.site_name
        )
        if found.name not in d.issuers or found.kind != d.issuer_kind:
            wrong.append((d.title, found.name, d.issuers))
    assert wrong == []


def test_a_long_text_takes_little_time() -> None:
    long = BODY * 200
    verdict = judge(title=TITLE, text=long)
    assert verdict.reason is None
    assert len(long) > genres.READ
