"""The links of a page, each with its whole title, the date beside it, and what it is: report, listing, attachment, no.

``read`` gives every link once, in page order. ``kind_of`` judges by title and address alone: a request is spent
only where the subject is named, and near misses (解读, 工作要点, 政府信息公开工作年度报告) are kept out where
their title gives them away (``archive.titles``). What is doubtful is fetched: the page decides. Names of
columns: ``archive/data/columns.tsv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from archive import dates, titles
from crawler.targets import Page

FILES = (".doc", ".docx", ".wps", ".pdf", ".ofd", ".xls", ".xlsx", ".rar", ".zip")
FILE_IN_QUERY = re.compile(r"\.(?:docx?|wps|pdf|ofd|xlsx?|rar|zip)(?:$|&)|DownloadAttachUrl", re.IGNORECASE)
LIKE_FILE = re.compile(r"\.(?:docx?|wps|pdf|ofd|xlsx?|rar|zip)\b|download", re.IGNORECASE)  # quick, before is_file
NO_PAGE = (".jpg", ".jpeg", ".png", ".gif", ".css", ".js", ".mp4", ".mp3", ".apk", ".exe", ".ico", ".xml", ".swf")
NEIGHBOURS = 3  # how many elements beside a link may hold its date
SURE = 60  # weight from which on a column's name or address names the subject itself
LONGEST_COLUMN = 20  # characters of a column's name
LONGEST_ROW = 600  # characters; a longer stretch is no row of a list
LONGEST_TITLE = 500  # characters; what is longer is cut: it is no title, and may have been made to cost time
MOST_LINKS = 10_000  # links read of one page, about two seconds; the largest real page seen had some 1,500

GENRE = re.compile(r"报告|情况|总结|白皮书")
PROMISING = (titles.Kind.REPORT, titles.Kind.WEAK, titles.Kind.DOUBTFUL)
CUT = re.compile(r"(?:…+|\.{2,}|。。。)\s*$")


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


@cache
def vocabulary(kind: str) -> dict[str, int]:
    """Return the words of one kind (``column``, ``subcolumn``, ``slug``) with their weights."""
    table = resources.files("archive.data").joinpath("columns.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return {word: int(weight) for name, word, weight, _ in rows[1:] if name == kind}


def read(page: Page, *, files: bool = False) -> list[Link]:
    """Return the links of a page with a title, each address once, in page order; with ``files`` those to documents.

    A link written twice (``<a href=X></a><a href=X>title</a>``, a picture and a text) is one link with what the
    two tell together.
    """
    found: dict[str, Link] = {}
    texts: dict[HtmlElement, str] = {}  # of rows: a row can hold one address thousands of times
    for element, row in islice(_rows(page), MOST_LINKS):
        href = element.get("href", "")
        if files and not LIKE_FILE.search(href):
            continue
        url = page.resolve(href)
        if url is None:
            continue
        if row not in texts:
            texts[row] = _text(row)
        shown = _shown(element)[:LONGEST_TITLE]
        title = _title(shown, _clean(element.get("title") or "")[:LONGEST_TITLE])
        link = Link(url, title, shown, _date(element, row, texts[row]))
        known = found.get(url)
        if known is None:
            found[url] = link
        else:
            longer = link if len(link.title) > len(known.title) else known
            found[url] = replace(longer, date=known.date or link.date)
    return [link for link in found.values() if link.title]


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
    """Say whether an address is that of a document file.

    >>> is_file("http://a.gov.cn/x/P020210318.PDF"), is_file("http://a.gov.cn/x/t20210318_1.html")
    (True, False)
    """
    parts = urlsplit(url)
    return parts.path.lower().endswith(FILES) or FILE_IN_QUERY.search(parts.query) is not None


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
    return in_column and told.kind is titles.Kind.NO and told.year is not None and GENRE.search(link.title) is not None


def column_weight(link: Link, *, within: str = "") -> int:
    """Return how surely a link leads to a list of reports, 0 to 100, by its words and its directory names.

    ``within`` is the page it stands on: a directory that both share says nothing about the link.

    >>> column_weight(Link("http://a.gov.cn/zwgk/", "政务公开"))
    20
    >>> column_weight(Link("http://a.gov.cn/fzzfjsbg/", "更多"))
    100
    """
    title = re.sub(r"[\s>》»]+", "", link.title)
    if len(title) > LONGEST_COLUMN or titles.read(title).kind is titles.Kind.NEAR_MISS:
        return 0
    words = [weight for word, weight in vocabulary("column").items() if word in title]
    parts = [part for part in urlsplit(link.url).path.lower().split("/") if part]
    slugs = vocabulary("slug")
    shared = urlsplit(within).path.lower().split("/")
    names = [slugs[part] for part in parts if part in slugs and part not in shared]
    detail = bool(parts) and re.search(r"\d{5}", parts[-1]) is not None
    return max([*words, *([] if detail else names)], default=0)


def _rows(page: Page) -> Iterator[tuple[HtmlElement, HtmlElement]]:
    """Yield every link with the largest element around it that holds no other link."""
    root = page.root
    if root is None:
        return
    many = "\n"  # no address holds a line break
    holds: dict[HtmlElement, str] = {}
    for element in reversed(list(root.iter())):
        key = holds.get(element, "")
        if element.tag == "a":
            own = (element.get("href") or "").strip()
            own = own if own and not own.lower().startswith(("javascript", "#")) else f"#{id(element)}"
            key = own if key in ("", own) else many
            holds[element] = key
        parent = element.getparent()
        if key and parent is not None:
            before = holds.get(parent, "")
            holds[parent] = key if before in ("", key) else many
    for element in root.iter("a"):
        row = element
        while (parent := row.getparent()) is not None and holds.get(parent) == holds[element] and parent.tag != "body":
            row = parent
        yield element, row


def _shown(element: HtmlElement) -> str:
    """Return the text of a link without a date that stands in it as a piece of its own."""
    pieces = [piece for piece in (_clean(text) for text in element.itertext(with_tail=False)) if piece]
    kept = [piece for piece in pieces if dates.alone(piece) is None] if len(pieces) > 1 else pieces
    text = _clean(" ".join(kept) if any(p.isascii() for p in kept) else "".join(kept))
    if not text:
        text = _clean(" ".join(element.xpath(".//img/@alt")))
    return text


def _title(shown: str, attribute: str) -> str:
    """Return the whole title: the attribute where the text is empty or cut, else the text."""
    if not attribute or attribute == shown:
        return shown
    stem = CUT.sub("", shown)
    if not shown or (stem != shown and attribute.startswith(stem[:10])):
        return attribute
    return attribute if attribute.startswith(shown) and "：" not in attribute[len(shown) :] else shown


def _date(element: HtmlElement, row: HtmlElement, text: str) -> date | None:
    """Return the date beside a link: in its row, in the elements after or before it, in its title attribute.

    ``text`` is that of the row.
    """
    if len(text) <= LONGEST_ROW:
        own = _text(element)
        rest = text.replace(own, " ", 1) if row is not element else ""
        if (day := dates.first(rest) or _alone(element)) is not None:
            return day
    if (day := dates.first(row.tail or "")) is not None:
        return day
    for beside in (row.itersiblings(), row.itersiblings(preceding=True)):
        for _, sibling in zip(range(NEIGHBOURS), beside, strict=False):
            if not isinstance(sibling.tag, str):
                continue
            if sibling.tag in ("a", "script", "style") or next(sibling.iter("a"), None) is not None:
                break
            words = _text(sibling)
            if len(words) <= LONGEST_ROW and (day := dates.first(words)) is not None:
                return day
    return dates.first(element.get("title") or "")


def _alone(element: HtmlElement) -> date | None:
    """Return a date that is a piece of its own inside the link."""
    for text in element.itertext(with_tail=False):
        if (day := dates.alone(_clean(text))) is not None:
            return day
    return None


def _text(element: HtmlElement) -> str:
    return _clean(str(element.xpath("string()")))


def _clean(text: str) -> str:
    return re.sub(r"[\s\u00a0\u3000\u200b-\u200d\ufeff]+", " ", text).strip()
