"""Numbers of documents: 文号 in the forms organs write them, 索引号 of disclosure catalogues. Pure; leaf.

    doc_no()      the value of a label 发文字号 -> the number, or None for what is none (2020年度 法治)
    own()         the number a document bears itself, in its title or on a line of its own; a cited number is not it
    index_no()    the value of a label 索引号 -> the number, or None (a title in the wrong field, an empty form)

Sources: 党政机关公文格式 GB/T 9704 (发文机关代字〔年〕顺序号号), orders and announcements of real portals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.model import ValueSource

HEAD_LINES = 8  # lines of a text in which its own number may stand
LONGEST_DOC_NO = 40

_HAN = "\u4e00-\u9fff"
_YEAR = r"[〔\[【(（﹝]\s*(?:19|20)\d\d\s*(?:年)?[〕\]】)）﹞]"
_LETTER = (
    rf"(?:[(（][{_HAN}]{{1,3}}[)）])?[{_HAN}A-Za-z·]{{1,20}}\s*{_YEAR}\s*"
    rf"(?:[{_HAN}]{{1,4}})?(?:第)?\s*[-－]?\d{{1,5}}\s*号"
)
_ORDER = rf"[{_HAN}]{{2,20}}令\s*[(（]?\s*(?:{_YEAR})?\s*(?:第)?\s*\d{{1,4}}\s*号[)）]?"
DOC_NO = re.compile(rf"{_LETTER}|{_ORDER}")
# Behind a label the organ may be missing, and the order of the parts is free: 第12号令, 公告2021年第3号, 〔2021〕5号.
_LABELLED = re.compile(
    rf"(?=.*\d)(?:[{_HAN}A-Za-z()（）〔〕\[\]【】﹝﹞\d\-－—–〇○第年]{{0,38}}号(?:令|公告|通告)?|[{_HAN}A-Za-z]{{1,20}}{_YEAR}\d{{1,5}})"
)
_BARE_ORDER = re.compile(r"[(（]?\s*(?:(?:19|20)\d\d\s*年\s*)?第?\s*\d{1,4}\s*号\s*[)）]?")
_ORDER_HEAD = re.compile(rf"[{_HAN}、\s]{{2,40}}(?:令|公告|通告)")
_LABEL = re.compile(r"^(?:发文字号|文\s*号)\s*[:：]?\s*")
_ENCLOSED = re.compile(r"^[(（【\[](.*)[)）】\]]$")
_SENTENCE = re.compile("关于|贯彻|转发|印发|落实|的")  # words before a cited number, never in that of an organ
_FILE = re.compile(r"\.(?:docx?|pdf|xlsx?|wps|ofd|zip|rar)$", re.I)
_INDEX_NO = re.compile(rf"[0-9A-Za-z{_HAN}][0-9A-Za-z{_HAN}/_.\-—–()（）〔〕\[\]:： ]{{3,79}}")
_WORDS = re.compile(rf"[{_HAN}]{{9,}}|关于|通知|公告|报告|年度|办法|意见")


def doc_no(value: str) -> str | None:
    """Return the document number that a label shows, without its white space.

    >>> doc_no("示政发〔2020〕 1 号"), doc_no("第12号令"), doc_no("公告2021年第3号"), doc_no("示府（2020）字 3号")
    ('示政发〔2020〕1号', '第12号令', '公告2021年第3号', '示府（2020）字3号')
    >>> doc_no("2020年度 法治"), doc_no("〔〕号"), doc_no("示政发〔2020〕1号、示政发〔2020〕2号各一份。")
    (None, None, None)
    """
    bare = re.sub(r"\s+", "", value)
    if len(bare) <= LONGEST_DOC_NO and (DOC_NO.fullmatch(bare) or _LABELLED.fullmatch(bare)):
        return bare
    return None


def index_no(value: str) -> str | None:
    """Return the index number that a label shows.

    >>> index_no("11990102MB0000011A/2021-00018"), index_no("示政办-2021-0001"), index_no("关于2021年度工作的通知2021")
    ('11990102MB0000011A/2021-00018', '示政办-2021-0001', None)
    """
    if not _INDEX_NO.fullmatch(value) or sum(c.isdigit() for c in value) < 4:
        return None
    if re.search(f"[{_HAN}]", value) and (_WORDS.search(value) or not re.search(r"[-—–/_]", value)):
        return None
    return value


def own(lines: Sequence[str], title: str | None) -> tuple[str, ValueSource, str] | None:
    """Return the number of this document, where it was read, and the line.

    >>> own(["示例市人民政府令", "第12号", "《办法》已经通过，现予公布。"], None)[0]
    '示例市人民政府令第12号'
    >>> own(["（示政发〔2021〕2号）", "各单位："], "示例市关于贯彻国发〔2020〕1号文件的通知")[0]
    '示政发〔2021〕2号'
    """
    if title:
        bare = title.strip()
        for found in DOC_NO.finditer(bare):
            before, after = bare[: found.start()].strip(" [【〔(（"), bare[found.end() :].strip(" ]】〕)）")
            if (not before or not after) and not _SENTENCE.search(found[0]) and bare[: found.start()][-1:] != "《":
                return re.sub(r"\s+", "", found[0]), ValueSource.TITLE, title
    for number, line in enumerate(lines[:HEAD_LINES]):
        bare = _LABEL.sub("", line.strip())
        enclosed = _ENCLOSED.match(bare)
        bare = enclosed[1].strip() if enclosed else bare
        if match := DOC_NO.fullmatch(bare):
            return re.sub(r"\s+", "", match[0]), ValueSource.BODY, line
        if number and _BARE_ORDER.fullmatch(bare) and _ORDER_HEAD.fullmatch(lines[number - 1].strip()):
            whole = lines[number - 1] + bare
            return re.sub(r"\s+", "", whole), ValueSource.BODY, f"{lines[number - 1]} {line}"
    only = lines[0] if len(lines) == 1 and _FILE.search(lines[0]) else ""
    if named := re.search(rf"[(（]({DOC_NO.pattern})[)）]\.\w+$", only):
        return named[1], ValueSource.BODY, only
    return None
