"""What extraction noted, said in Chinese: ``issues.detail`` and ``rejected.detail`` are short English sentences.

The sentences are few and made by this program, so a table of patterns turns them round; the page's own words in them
stay as they are. A sentence that no pattern knows is shown unchanged: nothing is lost where a new one appears before
its line here. Pure.
"""

from __future__ import annotations

import re

from archive import schema

_YEARS = re.compile(r"(\d{4}) \(([a-z_]+): (.*?)\)(?=, \d{4} \([a-z_]+: |$)", re.S)
_MENTIONS = re.compile(r"(\d+) mentions of (\d{4}年)")
_PUBLISHED = re.compile(r"published (\d{4}-\d\d-\d\d)")
_SOURCED = re.compile(r"([a-z_]+): (.*)", re.S)

# (the English sentence, what it says in Chinese: \1 and so on stand for the page's own words)
SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(english, re.S), chinese)
    for english, chinese in (
        (r"no year in title, body or dates", "标题、正文和日期中都没有年度"),
        (r"in the text: (.*)", r"正文标题：\1"),
        (r"the page names none", "网页没有标出标题"),
        (r"kept as it is", "按原样保留，检索时繁简通用"),
        (r"(\S+) is after publication (\S+)", r"成文日期 \1 晚于发布日期 \2"),
        (r"shown (\S+), meta tag (\S+)", r"页面标注 \1，网页元数据为 \2"),
        (r"no name or code of a division found", "没有找到行政区划的名称或代码"),
        (r"no division is called (.*)", r"区划表中没有“\1”"),
        (r"where (.*) lies is not told", r"看不出“\1”在何处"),
        (r"(.*) is no division, its county is not told", r"区划表中没有“\1”，也看不出属于哪个县"),
        (r"(\S+) (\d+) was no division in (\d{4})", r"\3 年没有“\1”（\2）这一区划"),
        (r"declared (\S+), read as (\S+)", r"声明为 \1，按 \2 读取"),
        (r"(\d+) invalid, (\d+) control characters", r"无效字节 \1 处，控制字符 \2 处"),
        (r"found by trafilatura", "由通用正文提取程序找到"),
        (r"the text stands in a hidden element", "正文在页面的隐藏部分中"),
        (r"more or deeper elements than are read", "网页元素过多或嵌套过深"),
        (r"too long a piece of text", "单段文字过长"),
        (r"took longer than (\S+) s", r"处理超过 \1 秒"),
        (r"needed more than (\d+) MB", r"占用内存超过 \1 MB"),
        (r"the worker died with exit code (\S+)", r"处理程序异常退出（代码 \1）"),
        (r"no text(?: in the body)?", "没有正文"),
        (r"bytes that are no text", "文件不是文本"),
        (r"the title is another one", "标题属于另一类文件"),
        (r"(\d+) characters of text", r"正文只有 \1 个字"),
        (r"(\d+) characters of text, (\d+) dated links", r"正文 \1 个字，带日期的链接 \2 条"),
        (r"(\d+) of (\d+) lines are entries, (\d+) dated, (\d+) links",
         r"共 \2 行，其中列表条目 \1 行，带日期 \3 行，链接 \4 条"),
    )
)  # fmt: skip


def in_chinese(detail: str) -> str:
    """Return a remark of extraction in Chinese, or as it is where it is not known.

    >>> in_chinese("2021-04-14 is after publication 2021-02-28")
    '成文日期 2021-04-14 晚于发布日期 2021-02-28'
    >>> in_chinese("2020 (body: 12 mentions of 2020年), 2022 (guess: published 2023-02-03)")
    '2020（正文：“2020年”出现 12 次）；2022（推断：发布于 2023-02-03）'
    >>> in_chinese("title: 公示"), in_chinese("安图县 against site_code: 2202000006")
    ('标题：公示', '定为安图县，但网站标识码：2202000006')
    >>> in_chinese("something new")
    'something new'
    """
    for english, chinese in SENTENCES:
        if found := english.fullmatch(detail):
            return found.expand(chinese)
    years = list(_YEARS.finditer(detail))
    if years and ", ".join(m[0] for m in years) == detail:
        return "；".join(f"{m[1]}（{_sourced(f'{m[2]}: {m[3]}')}）" for m in years)
    place, against, said = detail.partition(" against ")
    if against and _SOURCED.fullmatch(said):
        return f"定为{place}，但{_sourced(said)}"
    return _sourced(detail)


def _sourced(said: str) -> str:
    """Return ``body: words`` with the name of the source in Chinese."""
    found = _SOURCED.fullmatch(said)
    name = schema.words()["value_source"].get(found[1]) if found else None
    if found is None or name is None:
        return said
    words = _MENTIONS.sub(r"“\2”出现 \1 次", found[2])
    words = _PUBLISHED.sub(r"发布于 \1", words)
    return f"{name}：{words}"
