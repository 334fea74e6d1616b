"""The links of a page, each with its whole title, the date beside it, and what it is: report, listing, attachment, no.

    read()           page -> Link: every address once, in page order
    kind_of()        what a link is, by its title and address alone
    column_weight()  how surely a link leads to a list of reports: columns, units (县司法局, 石桥镇), the site map
    part_weight()    the same for the parts of a report column: years, 区县, 乡镇街道, departments

A request is spent only where the subject is named, and near misses (解读, 工作要点, 政府信息公开工作年度报告) are kept
out where their title gives them away (``archive.titles``). What is doubtful is fetched: the page decides. So is a
title that is cut with "…" and nowhere whole, where what is left of it may be a report's: extraction takes the page's
own title. Names of columns: ``archive/data/columns.tsv``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources
from urllib.parse import urlsplit

from archive import titles
from crawler import rows
from crawler.rows import CUT
from crawler.targets import Page

FILES = (".doc", ".docx", ".wps", ".pdf", ".ofd", ".xls", ".xlsx", ".rar", ".zip")
FILE_IN_QUERY = re.compile(r"\.(?:docx?|wps|pdf|ofd|xlsx?|rar|zip)(?:$|&)|DownloadAttachUrl", re.IGNORECASE)
HANDED_OUT = re.compile(r"/\w*Openness\w*/download/\d+(?:\.html)?$")
LIKE_FILE = re.compile(r"\.(?:docx?|wps|pdf|ofd|xlsx?|rar|zip)\b|download", re.IGNORECASE)  # quick, before is_file
NO_PAGE = (".jpg", ".jpeg", ".png", ".gif", ".css", ".js", ".mp4", ".mp3", ".apk", ".exe", ".ico", ".xml", ".swf")
SURE = 60  # weight from which on a column's name or address names the subject itself
LONGEST_COLUMN = 20  # characters of a column's name
LONGEST_UNIT = 16  # characters of the name of a department or a town
LONGEST_PLACE = 12  # characters of the name of a county
MOST_LINKS = rows.MOST

GENRE = re.compile(r"报告|情况|总结|白皮书")
PROMISING = (titles.Kind.REPORT, titles.Kind.WEAK, titles.Kind.DOUBTFUL)
YEAR_NAME = re.compile(r"(?:19|20)\d\d年?度?")
_UNCUT = "2020年法治政府建设情况的报告"  # what a title may hold where it is cut before year and subject
_CUT_SUBJECT = re.compile(r"(?:法治|法治政|依法|依法行)$")  # a title cut within its subject
_PRAISE = ("走进", "走近", "认识", "印象", "魅力", "美丽", "关于")  # 走进示例县 introduces the place
_JOINED = re.compile(r"[及和与、，,/／·（）()]")  # what joins the parts of a name
_BARE = re.compile(r"[\s>》»·•|]+")
_HAN = re.compile(r"[\u4e00-\u9fff（）()、·]+")
_TOKEN = re.compile(r"[-_.]")
_ARTICLE = re.compile(r"\d{5}|[0-9a-f]{16}")  # in the last part of an address


class Kind(StrEnum):
    """What a link leads to, as far as it can be told without asking for it."""

    REPORT = "report"
    LISTING = "listing"
    ATTACHMENT = "attachment"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a page. ``title`` is the whole one where the page tells it (title attribute), ``shown`` the text."""

    url: str
    title: str
    shown: str = ""
    date: date | None = None

    @property
    def year(self) -> int | None:
        """The year the title says is reported on, None where it names none or several.

        >>> Link("http://a.gov.cn/x", "关于2023年度法治政府建设情况的报告", date=date(2024, 1, 30)).year
        2023
        """
        return titles.read(self.title).year


@cache
def vocabulary(kind: str) -> dict[str, int]:
    """Return the words of one kind (``column``, ``name``, ``slug``, ``unit`` …) with their weights."""
    table = resources.files("archive.data").joinpath("columns.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return {word: int(weight) for name, word, weight, _ in rows[1:] if name == kind}


def read(page: Page, *, files: bool = False) -> list[Link]:
    """Return the links of a page with a title, each address once, in page order; with ``files`` those to documents.

    A link written twice (``<a href=X></a><a href=X>title</a>``, a picture and a text) is one link with what the
    two tell together.
    """
    return list(_read(page, files))


@lru_cache(maxsize=1)  # a dialect asks for them more than once
def _read(page: Page, files: bool) -> tuple[Link, ...]:
    found: dict[str, Link] = {}
    for row in rows.read(page, wanted=LIKE_FILE if files else None):
        if row.url is None:
            continue
        link = Link(row.url, row.title, row.shown, row.date)
        known = found.get(row.url)
        if known is None:
            found[row.url] = link
        else:
            longer = link if len(link.title) > len(known.title) else known
            found[row.url] = replace(longer, date=known.date or link.date)
    return tuple(link for link in found.values() if link.title)


def too_many(page: Page) -> bool:
    """Say whether a page has more links than are read of it."""
    return page.root is not None and page.root.xpath("count(//a[@href])") > MOST_LINKS


def kind_of(link: Link, *, in_column: bool = False) -> Kind:
    """Judge a link by its title and address.

    ``in_column``: the page is known as a column of such reports, so that an entry need not name the subject.

    >>> for title in ("示例县2023年法治政府建设情况报告", "法治政府建设年度报告", "2023年法治政府建设情况报告解读"):
    ...     print(kind_of(Link("http://a.gov.cn/x", title)))
    report
    listing
    no
    """
    path = urlsplit(link.url).path.lower()
    if path.endswith(NO_PAGE):
        return Kind.NO
    if promises_report(link, in_column=in_column):
        return Kind.REPORT
    if is_file(link.url):
        return Kind.ATTACHMENT
    return Kind.LISTING if column_weight(link) else Kind.NO


def is_file(url: str) -> bool:
    """Say whether an address is that of a document file, by its name or by the program that hands it out.

    >>> is_file("http://a.gov.cn/x/P020210318.PDF"), is_file("http://a.gov.cn/x/t20210318_1.html")
    (True, False)
    """
    parts = urlsplit(url)
    if parts.path.lower().endswith(FILES) or HANDED_OUT.search(parts.path):
        return True
    return FILE_IN_QUERY.search(parts.query) is not None


def promises_report(link: Link, *, in_column: bool = False) -> bool:
    """Say whether a link's title may be that of a report; what the title leaves open the page decides.

    A bare 法治政府建设年度报告 is the name of a column, unless a date beside it shows that it is an entry of a list.

    >>> link = Link("http://a.gov.cn/x", "2021年度报告")
    >>> promises_report(link), promises_report(link, in_column=True)
    (False, True)
    """
    told = titles.read(link.title)
    if told.kind in PROMISING or (told.kind is titles.Kind.COLUMN and link.date is not None):
        return True
    if told.kind is not titles.Kind.NO:
        return False
    stem = CUT.sub("", link.title)
    cut = stem != link.title
    if told.year is None:  # 中共示例县石桥镇委员会 示例县石桥镇人民政府关… may end like any other of the column
        return cut and in_column and titles.read(stem + _UNCUT).kind is titles.Kind.REPORT
    if cut and _CUT_SUBJECT.search(stem):
        return True
    if not in_column:
        return False
    if cut:  # 2023年度政府信息公开工作年度… can only end in one way
        return titles.read(stem + "报告").kind is not titles.Kind.NEAR_MISS
    return GENRE.search(link.title) is not None


def column_weight(link: Link, *, within: str = "") -> int:
    """Return how surely a link leads to a list of reports, 0 to 100, by its words and its directory names.

    ``within`` is the page it stands on: a directory that both share says nothing about the link.

    >>> column_weight(Link("http://a.gov.cn/zwgk/", "政务公开"))
    20
    >>> column_weight(Link("http://a.gov.cn/fzzfjsbg/", "更多"))
    100
    >>> [column_weight(Link("http://a.gov.cn/c1/", name)) for name in ("政府信息公开指南", "县司法局", "网站地图")]
    [0, 40, 25]
    """
    title = _BARE.sub("", link.title)
    name = vocabulary("name").get(title, 0)
    bare = title.removesuffix("目录")  # 部门信息公开目录 is a column, whatever else a 目录 is
    if len(title) > LONGEST_COLUMN:
        return 0
    if not name and titles.read(bare).kind is titles.Kind.NEAR_MISS and not unit_weight(title):
        return 0  # 综合行政执法局 is a department, whatever its name holds
    named = max(name, _held("column", title), _slug_weight(link.url, within))
    if named < SURE and (link.date or CUT.search(link.title) or any(word in title for word in vocabulary("not"))):
        return 0  # an entry of a list, or a page of its own
    return named or unit_weight(title) or _held("map", title)


def _held(kind: str, title: str) -> int:
    """Return the weight of the heaviest word of a kind that a name holds."""
    return max((weight for word, weight in vocabulary(kind).items() if word in title), default=0)


def unit_weight(title: str) -> int:
    """Return how well a link's name leads to the pages of a department, a town or a 街道, 0 where it is none.

    >>> [unit_weight(name) for name in ("示例县司法局", "石桥镇", "示例县税务局", "关于成立县政府办公室", "局")]
    [40, 15, 0, 0, 0]
    """
    name = _BARE.sub("", title)
    if not 2 <= len(name) <= LONGEST_UNIT or not _HAN.fullmatch(name) or name.startswith((*_PRAISE, "对")):
        return 0
    units = vocabulary("unit")
    return next((units[name[at:]] for at in range(1, len(name)) if name[at:] in units), units.get(name, 0))


def is_map(link: Link) -> bool:
    """Say whether a link leads to the site map (网站地图), which 国办发〔2017〕47号 asks every portal to have."""
    title = _BARE.sub("", link.title)
    return len(title) <= LONGEST_COLUMN and _held("map", title) > 0


def part_weight(link: Link) -> int:
    """Return how surely a link on a report column is one of its parts: a year, 区县, 乡镇街道, a department.

    >>> names = ("2023年度", "乡镇街道", "县政府及部门", "示例县", "示例县司法局", "联系我们")
    >>> [part_weight(Link("http://a.gov.cn/x", name)) for name in names]
    [70, 70, 70, 60, 60, 0]
    """
    name = _BARE.sub("", link.title)
    parts = vocabulary("subcolumn")
    if YEAR_NAME.fullmatch(name):
        return parts["年度"]
    if name in parts:
        return parts[name]
    if len(name) <= LONGEST_COLUMN:  # 政府及部门, 乡镇（街道）
        pieces = [parts.get(piece, 0) for piece in _JOINED.split(name) if piece]
        if len(pieces) > 1 and all(pieces):
            return min(pieces)
    place = len(name) <= LONGEST_PLACE and name.endswith(tuple(vocabulary("place")))
    if unit_weight(name) or (place and not name.startswith(_PRAISE)):
        return SURE
    return 0


def _slug_weight(url: str, within: str) -> int:
    """Return the weight of the directory names of an address; weak ones count only as the last: the column itself."""
    parts = [part for part in urlsplit(url).path.lower().split("/") if part]
    if not parts or _ARTICLE.search(parts[-1]):
        return 0
    if "." in parts[-1]:
        parts[-1] = parts[-1].rsplit(".", 1)[0]
    if parts[-1] in ("index", "list", "default"):
        parts.pop()
    slugs = vocabulary("slug")
    shared = set(_TOKEN.sub("/", urlsplit(within).path.lower()).split("/"))
    best = 0
    for number, part in enumerate(parts, 1):
        for name in (part, *_TOKEN.split(part)):
            weight = 0 if name in shared else slugs.get(name, 0) or _begun(name)
            best = max(best, weight if weight >= SURE or (number == len(parts) and name == part) else 0)
    return best


def _begun(name: str) -> int:
    """Return the weight of a directory name that begins with the subject's initials.

    >>> _begun("fzzfxqvgmv"), _begun("fzzx")
    (80, 0)
    """
    return next((weight for stem, weight in vocabulary("stem").items() if name.startswith(stem)), 0)
