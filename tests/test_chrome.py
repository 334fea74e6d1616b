"""Kinds of lines, labelled values, head and tail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import chrome, labels
from archive.chrome import Kind

BODY = [
    "一、主要做法",
    "全县各级行政机关坚持依法行政，完善制度，严格执法，群众满意度不断提高。",
    "示例县人民政府",
    "2021年3月1日",
]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("今天是", Kind.WIDGET),
        ("今天是：2019年10月31日 星期四", Kind.WIDGET),
        ("关怀版", Kind.WIDGET),
        ("当前位置：首页 > 政务公开", Kind.CRUMB),
        ("您现在的位置：首页", Kind.CRUMB),
        ("首页 > 专题 > 法治", Kind.CRUMB),
        ("发布时间:2021-03-18 来源:示例局 浏览量: 字体:", Kind.INFO),
        ("2021-03-18 10:22", Kind.INFO),
        ("索引号：000/2021-1", Kind.BOX),
        ("打印此页|关闭窗口", Kind.WIDGET),
        ("【字体：大 中 小】", Kind.WIDGET),
        ("分享到：微信 微博", Kind.WIDGET),
        ("扫一扫在手机打开当前页", Kind.WIDGET),
        ("责任编辑：管理员", Kind.EDITOR),
        ("上一篇：没有了", Kind.MORE),
        ("相关文章", Kind.MORE),
        ("示ICP备14000000号-1", Kind.FOOTER),
        ("网站标识码：9901000001", Kind.FOOTER),
        ("版权所有 示例县", Kind.FOOTER),
        ("返回顶部", Kind.WIDGET),
        ("一、主要做法", None),
        ("联系电话：0000-0000000", None),
        ("2021年3月1日", None),
        ("附件：统计表", None),
        ("关闭窗口期已过，企业应当及时申报。", None),
        ("来源可查、去向可追，食品安全追溯体系不断健全。", None),
        ("全年完成网站ICP备案12个，清理标识码重复的网站3个，政务新媒体管理更加规范，" + "各项工作走在前列。" * 5, None),
    ],
)
def test_kind(line: str, kind: Kind | None) -> None:
    assert chrome.kind(line) is kind


def test_labels_glued_empty_and_in_cells() -> None:
    told = labels.pairs("发布时间：2021-03-18来源：示例局浏览次数：字体：大")
    assert [(p.field, p.value) for p in told] == [
        ("published", "2021-03-18"),
        ("source", "示例局"),
        ("count", ""),
        ("font", "大"),
    ]
    cells = labels.pairs("索 引 号：\t\t发布机构：\t示例局")
    assert [(p.field, p.value) for p in cells] == [("index_no", ""), ("publisher", "示例局")]


def test_head_and_tail_of_a_text() -> None:
    head = ["关怀版", "当前位置: 首页 > 专题", "示例县2020年法治政府建设工作报告", "发布时间:2021-03-18 来源:示例局"]
    tail = ["分享", "打印此页|关闭窗口", "相关文章", "主办:示例县 承办:示例局", "示ICP备0号 示公网安备:00", "联系人:某"]
    lines = [*head, *BODY, *tail]
    start = chrome.head(lines, None, inner=False)
    end = chrome.tail(lines, [False] * len(lines), start, inner=False)
    assert lines[start:end] == BODY


def test_a_named_container_keeps_labels_of_its_own() -> None:
    lines = ["发布日期：2021-03-01", *BODY, "主办单位：示例局 承办单位：示例馆", "联系电话：0000-0000000"]
    start = chrome.head(lines, None, inner=True)
    assert lines[start : chrome.tail(lines, [False] * len(lines), start, inner=True)] == lines


def test_text_without_chrome_stays_whole() -> None:
    assert chrome.head(BODY, None, inner=False) == 0
    assert chrome.tail(BODY, [False] * 4, 0, inner=False) == 4


@given(st.lists(st.text(max_size=50), max_size=30), st.booleans())
def test_trimming_is_a_span(lines: list[str], inner: bool) -> None:
    start = chrome.head(lines, None, inner=inner)
    assert 0 <= start <= chrome.tail(lines, [False] * len(lines), start, inner=inner) <= len(lines)
