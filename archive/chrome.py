"""What belongs to the site and not to the document: kinds of lines, head and tail of a body. Leaf.

The vocabulary is ``data/chrome.toml`` and ``data/labels.toml``. The same rules judge the lines of a plain text and the
blocks of a page. A line is judged only as a whole; nothing is ever cut out of a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from archive import dates
from archive.labels import pairs
from archive.vocabulary import labels, vocabulary

HEAD_LINES = 60  # a metadata box has up to 20 rows, a toolbar a few lines more
HEAD_GAP = 12  # lines of a menu or slogans that may stand between two lines of chrome
LONGEST = 400  # chrome lines are shorter, footers on one line included
PROSE = 40  # a line of this length with a full stop or comma is a sentence of the body
_SPACE = re.compile(r"\s+")
_STAMP = re.compile(  # a date as systems print it, not as authors write it
    r"[\[(（【]?\s*(?:19|20)\d\d(?:[-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月\d{1,2}日(?=.*\d[:时点]))"
    r"(?:[ T]*\d{1,2}[:时点]\d\d(?:[:分]\d{0,2}秒?)?)?\s*[\])）】]?"
)
_GLUED = re.compile(  # never cut is what an author may have written: a name, then nothing else
    r"(.*[^\s的、，：])[\s\u3000]*[\[【(（]?(?:责任编辑|责编|网站编辑|网络编辑)\s*[:：]\s*[^\s。，；：、]{1,12}[\]】)）]?"
)
_BY_LINE = re.compile(r"[(（]\s*(?:来源|作者|撰稿|供稿|记者|通讯员|文字|图文)")
_PUNCTUATED = re.compile(r"[。；！？…]|，.*，|,.*,")


class Kind(StrEnum):
    """What a line of chrome is."""

    CRUMB = "crumb"
    INFO = "info"  # 发布时间, 来源, 浏览量, 字号
    BOX = "box"  # 索引号, 文号, 主题分类
    WIDGET = "widget"  # share, print, close, 今天是
    EDITOR = "editor"  # 责任编辑
    MORE = "more"  # 上一篇, 相关文章: what follows is no part of the document
    FOOTER = "footer"


@lru_cache(maxsize=8192)
def kind(line: str) -> Kind | None:
    """Tell what kind of chrome a line is, or None for a line that may be part of a document.

    >>> kind("发布时间:2021-03-18 来源:示例区司法局 浏览量: 字体:"), kind("打印此页|关闭"), kind("一、做法")
    (<Kind.INFO: 'info'>, <Kind.WIDGET: 'widget'>, None)
    """
    if len(line) > LONGEST:
        return None
    words = vocabulary()
    bare = _SPACE.sub("", line)
    if len(line) <= 200:
        if words.start["crumb"].match(line):
            return Kind.CRUMB
        if words.whole["widget"].fullmatch(bare):
            return Kind.WIDGET
        if words.whole["editor"].fullmatch(bare):
            return Kind.INFO if bare.startswith(("来源", "作者")) else Kind.EDITOR
        if words.start["more"].match(line) and len(line) <= 120:
            return Kind.MORE
    sentence = len(line) > 60 and "。" in line  # a report may speak of ICP备案 or of 主办单位
    if not sentence and (
        words.search["footer"].search(line) or words.whole["footer"].fullmatch(bare) or words.weak.search(line)
    ):
        return Kind.FOOTER
    return Kind.INFO if _STAMP.fullmatch(line) else _labelled(line)


def _labelled(line: str) -> Kind | None:
    """Judge a line by its labels: it must open with one (or a date) and leave few words outside of known values."""
    found = pairs(line)
    if not found:
        return None
    table = labels()
    told = {pair.field for pair in found}
    if "published" in told and told & {"source", "count", "font", "person"} and len(line) <= 200 and "。" not in line:
        return Kind.INFO
    opening = table.cell.match(line)
    day = dates.find(line[:30])
    if not opening and not (day and day[0].start <= 3):
        return None
    if (
        opening
        and not day
        and len(found) == 1
        and found[0].field in ("title", "summary", "genre", "person")
        and len(line) > 60
    ):
        return None
    if len(found) == 1 and _PUNCTUATED.search(line) and found[0].field not in ("summary", "keywords"):
        return None
    box = sum(pair.field in table.kinds["box"] for pair in found)
    return Kind.BOX if box * 2 >= len(found) else Kind.INFO


def closes(lines: Sequence[str], index: int) -> bool:
    """Tell whether a line of footer words stands in a footer: it, or a line near it, names licence, code or copyright.

    >>> closes(["主办：示例局 承办：示例馆", "请参加。"], 0), closes(["主办：示例局", "示ICP备0号"], 0)
    (False, True)
    """
    strong = vocabulary().search["footer"]
    return any(len(line) <= LONGEST and strong.search(line) for line in lines[max(0, index - 3) : index + 4])


def is_prose(line: str) -> bool:
    """Tell whether a line is a sentence of running text."""
    return len(line) >= PROSE and _PUNCTUATED.search(line) is not None


def without_editor(line: str) -> str:
    """Return the last line of a text without the name of the editor that a template sets behind it.

    >>> without_editor("2021年3月1日 责任编辑：某某"), without_editor("各单位的责任编辑：按分工落实，不得推诿。")
    ('2021年3月1日', '各单位的责任编辑：按分工落实，不得推诿。')
    """
    return match[1].rstrip() if (match := _GLUED.fullmatch(line)) else line


def is_sentence(line: str) -> bool:
    """Tell whether a line is running text of any length: a sentence, or the end of one.

    >>> is_sentence("今日停水，请储水。"), is_sentence("问：怎么办？"), is_sentence("微信 微博")
    (True, True, False)
    """
    return is_prose(line) or line.endswith(("。", "！", "？", "；", ";"))


def same(one: str | None, other: str | None) -> bool:
    """Compare two titles without their white space and with brackets and colons of both widths alike."""
    return bool(one and other) and fold(one) == fold(other)


_WIDTHS = str.maketrans("（），：；？！“”‘’－—", "(),:;?!\"\"''--")


def fold(text: str | None) -> str:
    """Return a text without white space, full-width punctuation as ASCII: for comparing only."""
    return _SPACE.sub("", text or "").translate(_WIDTHS)


def head(lines: Sequence[str], title: str | None, *, inner: bool) -> int:
    """Return where the body begins: the index after the last line of chrome or title at the head.

    ``inner``: the lines are those of a node that is named as the body; then only an unbroken run of sure chrome is cut,
    because a document may have labelled lines of its own (发文字号, 来源) under its heading.
    """
    start = 0
    for index, line in enumerate(lines[:HEAD_LINES]):
        found = kind(line)
        if found is Kind.FOOTER and index > 3 and not inner:
            break
        if found in (Kind.CRUMB, Kind.WIDGET) or (found in (Kind.INFO, Kind.BOX) and (not inner or _sure(line))):
            start = index + 1
        elif same(line, title):
            start = start if inner else index + 1
        else:
            sentence = found is Kind.MORE or is_prose(line) or line.endswith(("。", "；", ";"))
            if sentence or index - start > HEAD_GAP or (inner and (index > 2 or len(line) > 60)):
                break
    return start


def _sure(line: str) -> bool:
    found = pairs(line)
    sure = labels().kinds["sure"]
    return any(pair.field in sure for pair in found) or len({pair.field for pair in found}) >= 2


def tail(lines: Sequence[str], linked: Sequence[bool], start: int, *, inner: bool) -> int:
    """Return where the body ends (exclusive): before the footer, related links, buttons and the editor's line.

    ``linked`` tells of each line that it is nothing but a link.
    """
    end = len(lines)
    weights = [0 if linked[i] or kind(lines[i]) else len(lines[i]) for i in range(end)]
    total = sum(weights[start:])
    rest = 0
    short = True  # no sentence so far, seen from the end
    cut = end
    for index in range(end - 1, start - 1, -1):
        rest += weights[index]
        short = short and not is_prose(lines[index])
        if rest > (0.5 if short else 0.2) * total:
            break
        found = kind(lines[index])
        if found is Kind.FOOTER:
            cut = index if closes(lines, index) else cut
        elif found is Kind.MORE and index > start and (not inner or _leads_off(lines, linked, index)):
            cut = index
    if cut == end and not total and start < end:
        cut = next((i for i in range(start, end) if kind(lines[i]) is Kind.FOOTER and closes(lines, i)), end)
    end = cut
    while end > start:
        line = lines[end - 1]
        found = kind(line)
        if found and (rest_of := without_editor(line)) != line and kind(rest_of) is None:
            break  # the date of the signature, with the editor's name behind it
        if inner and found is Kind.EDITOR and _BY_LINE.match(line):
            break  # （来源：示例日报） under a text in its own element was written with it
        buttons = found in (Kind.WIDGET, Kind.EDITOR, Kind.CRUMB, Kind.MORE)
        if buttons or (found is Kind.INFO and _ends(line)) or (linked[end - 1] and not inner):
            end -= 1
        else:
            break
    return end


def _leads_off(lines: Sequence[str], linked: Sequence[bool], index: int) -> bool:
    """Inside a body node 相关政策 may head a part of the document: then no links follow it."""
    following = [linked[n] or kind(lines[n]) is not None for n in range(index + 1, len(lines))]
    return sum(following) * 2 >= len(following)


def _ends(line: str) -> bool:
    """Tell whether an info line counts readers, sets type or names editors: chrome at the end, where a date is not."""
    return any(pair.field in labels().kinds["end"] for pair in pairs(line))
