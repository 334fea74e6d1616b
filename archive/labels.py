"""Labelled values of a line or a row: 索引号: 011/2021-1 发布机构: 示例局. Pure; leaf. Words: ``data/labels.toml``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archive.vocabulary import Labels, labels, vocabulary

EMPTY = frozenset(
    ("", "无", "无文号", "暂无", "-", "--", "—", "/", "null", "NULL", "none", "号", "〔〕号", "〔〕", "[]号", "()")
)
_BUTTONS = re.compile(
    r"(?:[\s|｜\[【(（]*(?:分享(?:到|至)?|打印(?:本页|此页|本文)?|关闭(?:窗口|本页)?|收藏(?:本页)?|纠错|我要纠错|扫一扫)\s*[:：|｜\]】)）]*)+$"
)
_LAST_PART = re.compile(r"(.*\S)[\s\u3000|｜]+(\S{1,12})\s*$")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Pair:
    """A labelled value in a line: its meaning (key of ``labels.toml``), the label and the value as written."""

    field: str
    label: str
    value: str


def pairs(line: str) -> list[Pair]:
    """Return the labelled values of a line, in order. Row cells are parted by tabs.

    >>> [(p.field, p.value) for p in pairs("索 引 号: 011/2021-1 发文字号: 示政〔2021〕1号 发布日期:2021年3月31日")]
    [('index_no', '011/2021-1'), ('doc_no', '示政〔2021〕1号'), ('published', '2021年3月31日')]
    >>> [(p.field, p.value) for p in pairs("索引号\\t01-2\\t主题分类\\t司法")]
    [('index_no', '01-2'), ('topic', '司法')]
    """
    table = labels()
    if "\t" in line:
        found = _cells(line.split("\t"), table)
        if found:
            return found
    matches = list(table.pattern.finditer(line))
    if len(matches) > 1 and len(line) <= 200 and "。" not in line:
        # An info line: 来源：示例局作者： has no space between, only a style.
        matches = list(table.glued.finditer(line))
    found = []
    for index, match in enumerate(matches):
        label = re.sub(r"[\s:：\[\]【】]", "", match[0])
        value = line[match.end() : matches[index + 1].start() if index + 1 < len(matches) else len(line)]
        found.append(Pair(table.fields[label], label, _value(value)))
    return found


def _cells(cells: list[str], table: Labels) -> list[Pair]:
    found = []
    index = 0
    while index < len(cells):
        cell = cells[index]
        match = table.cell.match(cell)
        if match and match.end() == len(cell) and index + 1 < len(cells):
            following = table.cell.match(cells[index + 1])
            empty = following is not None and (
                following.end() == len(cells[index + 1]) or re.search("[:：]", following[0]) is not None
            )
            label = _SPACE.sub("", match[1])
            found.append(Pair(table.fields[label], label, "" if empty else _value(cells[index + 1])))
            index += 1 if empty else 2
            continue
        if match and re.search("[:：]", cell):
            found += pairs(cell)
        index += 1
    return found


def _value(text: str) -> str:
    text = _BUTTONS.sub("", text)
    button = vocabulary().whole["widget"]
    while (parts := _LAST_PART.match(text)) and button.fullmatch(_SPACE.sub("", parts[2])):
        text = parts[1]  # 来源：示例局　下载　收藏
    text = text.strip(" \t\u3000|｜;；,，[]【】/")
    for opening, closing in ("()", "（）"):  # a bracket that encloses the whole line leaves its half behind
        if text.endswith(closing) and opening not in text:
            text = text[:-1].rstrip()
    return text
