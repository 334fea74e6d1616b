"""The title of a page: as declared (meta tag, title element), as shown above the text, and inside the text. Leaf.

As published is what the page shows; a declared title that is shown nowhere still counts. The title inside the body is
told only where it differs: hosts change titles, authors do not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive import chrome, labels, titles, vocabulary
from archive.body import Region, is_link
from archive.chrome import Kind
from archive.model import ValueSource
from archive.page import HEADINGS, Page

REACH = 30  # blocks above the text in which its title is looked for
LONGEST = 200

_METAS = ("articletitle", "article_title", "dc.title", "og:title", "title")
_SPLIT = re.compile(r"\s*[_|｜]+\s*|\s+[-–—]+\s+|\s*(?:>>|»)\s*")
_LAST_DASH = re.compile(r"^(.{4,}?)\s*[-–—]+\s*([^-–—]{2,40})$")
_DATED = re.compile(r"(?:19|20)\d\d|第[一二三四五六七八九十百\d]{1,5}[次届期号批]")  # never in the name of a site
_ENDS = ("_", "|", "｜", "-", ">", "»")
_SITE = re.compile(
    r"(?:网|网站|官网|政府|门户|平台|信息网|政务网|首页|[省市区县州旗盟乡镇]|街道|局|厅|委|委员会|办公室|办事处|中心|学校|公开|频道|专栏|专题|栏目)$"
)
_DOCUMENT = re.compile(
    r"(?:报告|总结|情况|通知|通告|公告|公示|意见|办法|细则|方案|规定|决定|批复|函|条例|规划|计划|要点|纲要|清单|目录|指南|须知|解读|解释|简介|年报|报表|白皮书|启事|讲话|汇报|安排|名单|标准|制度|规则|章程)"
    r"(?:[(（〔《][^()（）]{1,30}[)）〕》])?[”》]?$"
)
_NUMBERED = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十]{1,3}[、.．章条节]|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[、.．])"
)
_DAY = re.compile(r"[\s(（]*(?:19|20)\d\d\s*[年.\-/]\s*\d{1,2}\s*[月.\-/]\s*\d{1,2}\s*日?[\s)）]*$")
_ANNEX_HEAD = re.compile(r"(?:相关)?(?:附件|文件|资料)(?:下载|列表|附件)?\s*[:：]?")
_SENTENCE = re.compile(r"[。；;，,：:！!]$|。.")


@dataclass(frozen=True, slots=True)
class Title:
    """A title and where it was read."""

    text: str | None
    source: ValueSource = ValueSource.TITLE


def declared(page: Page) -> Title:
    """Return the title that the page's head declares, without the name of the site."""
    site = page.metas.get("sitename")
    column = page.metas.get("columnname")
    for name in _METAS:
        value = page.metas.get(name)
        if value and not chrome.same(value, site) and len(value) <= LONGEST:
            if name == "articletitle":
                return Title(value, ValueSource.META)
            return Title(_shown(page, value) or value, ValueSource.META)
    whole = page.title
    if not whole or chrome.same(whole, site):
        return Title(None)
    if shown := _shown(page, whole):
        return Title(shown)
    parts = [part for part in _SPLIT.split(whole) if part]
    if len(parts) == 1 and (match := _LAST_DASH.match(whole)) and _is_site(match[2], site):
        parts = [match[1], match[2]]
    while len(parts) > 1 and (_is_site(parts[-1], site) or chrome.same(parts[-1], column)):
        parts.pop()
    while (
        len(parts) > 1
        and (_is_site(parts[0], site) or chrome.same(parts[0], column))
        and not _DOCUMENT.search(parts[0])
    ):
        parts.pop(0)
    first = parts[0] if parts else None
    if first and len(parts) == 1 and first == whole and _is_site(first, site) and not _DOCUMENT.search(first):
        return Title(None)
    return Title(first if first and len(first) <= LONGEST else None)


def site_in_title(page: Page, title: str | None) -> str | None:
    """Return the name of the site that the title element ends with.

    >>> site_in_title(Page(title="示例县2020年报告_示例县人民政府"), "示例县2020年报告")
    '示例县人民政府'
    """
    parts = [part for part in _SPLIT.split(page.title) if part]
    if len(parts) == 1 and (match := _LAST_DASH.match(page.title)):
        parts = [match[1], match[2]]
    if parts and _is_site(parts[-1], None) and not chrome.same(parts[-1], title) and not _DOCUMENT.search(parts[-1]):
        return parts[-1]
    return None


def _is_site(text: str, site: str | None) -> bool:
    if chrome.same(text, site):
        return True
    return len(text) <= 40 and _SITE.search(text) is not None and not _DATED.search(text)


def _shown(page: Page, whole: str) -> str | None:
    """Return the longest visible line that a declared title begins with or holds between separators."""
    folded = chrome.fold(whole)
    parts = [part for part in _SPLIT.split(whole) if part]
    site = page.metas.get("sitename")
    named = [part for part in parts if not _is_site(part, site) or _DOCUMENT.search(part)] or parts[:1]
    pieces = {chrome.fold(part) for part in named}
    best = ""
    for block in page.blocks:
        text = block.text
        if not 4 <= len(text) <= LONGEST or is_link(block):
            continue
        line = chrome.fold(text)
        if len(line) <= len(chrome.fold(best)):
            continue
        if line in pieces or (
            folded.startswith(line) and folded[len(line) : len(line) + 1] in _ENDS and not _is_site(text, site)
        ):
            best = text
    return best or None


def locate(page: Page, region: Region, known: Title) -> Title:
    """Return the title as published: the declared one, or the heading shown above the text."""
    blocks = page.blocks
    stop = region.start if region.lines else _first_info(page)
    if region.lines and not region.inner and _heading(page, range(stop, stop + 1)):
        stop += 1  # the heading stands within what was taken for the text
    above = range(max(0, stop - REACH), stop)
    if known.text and any(
        chrome.same(blocks[n].text, known.text) for n in range(len(blocks)) if not is_link(blocks[n])
    ):
        return known
    if known.text and known.source is ValueSource.META:
        return known
    shown = _heading(page, above)
    of_site = shown is not None and _is_name_of_site(page, shown)
    if shown and known.text and (behind := after(shown, known.text)) and labels.pairs(behind):
        return known  # a heading that holds the line of date and source too
    if shown and not of_site:
        foreign = _DOCUMENT.search(shown) is not None  # a title element that is shown nowhere is an older or cut one
        if not known.text or _contain(known.text, shown) or foreign or not _DOCUMENT.search(known.text):
            return Title(shown)
    if known.text:
        return known
    if plain := _before_info(page, above):
        return Title(plain)
    if shown:
        return Title(shown)
    column = page.metas.get("columnname")
    if column and any(chrome.same(block.text, column) for block in blocks):
        return Title(column, ValueSource.META)
    return Title(None)


def after(line: str, title: str | None) -> str:
    """Return what stands behind a title in the same line, or nothing.

    >>> after("示例县年报 2021-03-18 来源：示例局", "示例县年报")
    '2021-03-18 来源：示例局'
    """
    return line[len(title) :].strip() if title and line.startswith(title) else ""


def _is_name_of_site(page: Page, text: str) -> bool:
    """Tell whether a heading is the site's logo in words, not the title of what stands below it."""
    site = page.metas.get("sitename")
    if chrome.same(text, site) or (chrome.same(text, page.title) and _is_site(text, site)):
        return True
    return _is_site(text, site) and re.search(r"(?:网|网站|门户|平台|人民政府|委员会)$", text) is not None


def _contain(one: str, other: str) -> bool:
    one, other = chrome.fold(one), chrome.fold(other)
    return one in other or (other in one and len(other) >= 8)


def _first_info(page: Page) -> int:
    for number, block in enumerate(page.blocks):
        if chrome.kind(block.text) is Kind.INFO and not is_link(block):
            return number + 1
    return len(page.blocks)


def _possible(page: Page, number: int) -> bool:
    block = page.blocks[number]
    if _ANNEX_HEAD.fullmatch(block.text):
        return False
    return 2 <= len(block.text) <= LONGEST and not is_link(block) and chrome.kind(block.text) is None


def _heading(page: Page, above: range) -> str | None:
    """Return the nearest line above the text that the markup calls a heading."""
    for number in reversed(above):
        if not _possible(page, number):
            continue
        node = page.nodes[page.blocks[number].node]
        for _ in range(3):
            if node.tag in HEADINGS or (
                node.end - node.start <= 4 and any(vocabulary.name_is("title", name) for name in node.names)
            ):
                return _joined(page, number, range(node.start, node.end) if node.tag in HEADINGS else range(0))
            if node.parent < 0:
                break
            node = page.nodes[node.parent]
    return None


def _joined(page: Page, number: int, inside: range) -> str:
    """Return a line of a heading with the lines above it that <br> parts from it."""
    text = page.blocks[number].text
    for above in range(number - 1, inside.start - 1, -1):
        line = page.blocks[above]
        if line.node != page.blocks[number].node or not _possible(page, above) or len(line.text + text) > LONGEST:
            break
        text = line.text + text
    return text


def _before_info(page: Page, above: range) -> str | None:
    """Return the last free line before the first info line or metadata box above the text."""
    first = next((n for n in above if chrome.kind(page.blocks[n].text) in (Kind.INFO, Kind.BOX)), None)
    if first is None:
        return None
    plain = [n for n in above if n < first and _possible(page, n) and not chrome.is_prose(page.blocks[n].text)]
    if plain:
        return page.blocks[plain[-1]].text
    after = [n for n in above if n > first and _possible(page, n) and _DOCUMENT.search(page.blocks[n].text)]
    return page.blocks[after[0]].text if after else None


def is_title_line(line: str) -> bool:
    """Tell whether a line can be the heading of a document: short, no sentence, no numbered section.

    >>> is_title_line("示例市2020年法治政府建设工作报告"), is_title_line("一、主要做法"), is_title_line("现报告如下：")
    (True, False, False)
    """
    if not 4 <= len(line) <= 90 or _SENTENCE.search(line) or _NUMBERED.match(line) or "\t" in line:
        return False
    bare = _DAY.sub("", line)
    return _DOCUMENT.search(bare) is not None or titles.is_report_title(bare)


def leading(lines: Sequence[str]) -> str | None:
    """Return the first line of a text without any head if it is a heading that prose follows."""
    if len(lines) < 2 or chrome.kind(lines[0]):
        return None
    first = lines[0]
    if is_title_line(first):
        return first
    short = len(first) <= 12 and not _SENTENCE.search(first) and not _NUMBERED.match(first) and "\t" not in first
    return first if short and chrome.is_prose(lines[1]) else None


def in_body(lines: Sequence[str], title: str | None) -> str | None:
    """Return the heading the text itself bears, where it differs from the title; a date behind it is left out.

    >>> in_body(["示例街道2020年法治政府建设工作总结2020年12月10日", "正文"], "示例街道2022年法治政府建设工作总结")
    '示例街道2020年法治政府建设工作总结'
    """
    for index, line in enumerate(lines[:4]):
        following = lines[index + 1] if index + 1 < len(lines) else ""
        if len(line) <= 45 and not _SENTENCE.search(line) and not _NUMBERED.match(line) and is_title_line(following):
            joined = line + following
            if chrome.same(joined, title):
                return None
            if (
                not is_title_line(line)
                and is_title_line(joined)
                and len(joined) <= 90
                and titles.is_report_title(joined)
            ):
                return joined
        if is_title_line(line):
            bare = _DAY.sub("", line)
            return None if chrome.same(bare, title) or (title and chrome.fold(bare) in chrome.fold(title)) else bare
        if chrome.is_prose(line):
            break
    return None
