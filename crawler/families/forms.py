"""Systems known by the form of their addresses alone: one class, a table of forms (``forms.tsv``), a dialect a name.

How to recognise one: the page's own address is that of a list, or two of its links are articles of the system. Most
have no rule of their own for page 2: they show a 下一页 link or call a pager (``pagers``). Where the form of page 2 is
known it is tried first, before the usual ones, and costs no failed request. Examples:

    siteserver   /channels/N.html, page 2 /channels/N_2.html, articles /contents/N/M.html
    openness     /OpennessContent/showList/N/N/page_1.html, articles /OpennessContent/show/N.html (马鞍山, 亳州)
    shanghai     /nwN/, page 2 index_2.html, articles /20240312/<32 hex>.html
    xian         lists 1.html, 2.html, articles of 18 or 19 digits (西安, 咸阳)

Where the options are, and two example portals a system: ``forms.tsv``. A new form is a row there and no Python.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from urllib.parse import urlsplit

from crawler.families.generic import Generic
from crawler.targets import Page

FEWEST = 2  # articles of one form; a single one may be a link to a neighbour's site
MOST = 2000  # links looked at; articles of a list stand among the first
LONGEST = 300  # characters of a path; a longer one is of no such system
_BEFORE = re.compile(r"^(?:https?:)?//[^/]*|^(?:\.{1,2}/)+")
_BEHIND = re.compile(r"[?#;].*", re.DOTALL)
_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Form:
    """A row of the table: what lists and articles look like, and the address of page ``{p}``."""

    name: str
    list: re.Pattern[str]
    next: str
    article: re.Pattern[str]


class Addressed(Generic):
    """A system known by its addresses."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._forms = [form for form in _table() if form.name == name]

    def recognise(self, page: Page) -> bool:
        path = urlsplit(page.url).path
        if len(path) <= LONGEST and any(form.list.fullmatch(path) for form in self._forms):
            return True
        paths = _hrefs(page)
        return any(sum(form.article.fullmatch(each) is not None for each in paths) >= FEWEST for form in self._forms)

    def forms(self, url: str) -> tuple[str, ...]:
        """Return the form of the pages behind a list of this system, nothing where the table has none.

        >>> Addressed("siteserver").forms("http://a.gov.cn/channels/12.html")
        ('http://a.gov.cn/channels/12_{p}.html',)
        """
        parts = urlsplit(url)
        if len(parts.path) > LONGEST:
            return ()
        found = []
        for form in self._forms:
            if form.next and (match := form.list.fullmatch(parts.path)) is not None:
                path = form.next.replace("{1}", match[1])
                found.append(f"{parts.scheme}://{parts.netloc}{path}" + (f"?{parts.query}" if parts.query else ""))
        return tuple(found)


def names() -> tuple[str, ...]:
    """Return the names of the systems, in the order in which they are asked."""
    return tuple(dict.fromkeys(form.name for form in _table()))


@cache
def _table() -> tuple[Form, ...]:
    text = resources.files("crawler.families").joinpath("forms.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(
        Form(name, re.compile(lists) if lists else _NOTHING, behind, re.compile(article) if article else _NOTHING)
        for name, lists, behind, article, _, _ in rows[1:]
    )


@lru_cache(maxsize=1)  # every system asks the same page
def _hrefs(page: Page) -> frozenset[str]:
    """Return where the links of a page lead, as written: without query, dots and host, with a slash in front.

    >>> sorted(_hrefs(Page("http://a.gov.cn/x/", b"<a href='../b/1.html?c=2'></a><a href='http://a.gov.cn/d.html'></a>")))
    ['/b/1.html', '/d.html']
    """
    if page.root is None:
        return frozenset()
    found = (_BEFORE.sub("", href.strip()) for _, href in zip(range(MOST), page.root.xpath("//a/@href"), strict=False))
    return frozenset("/" + _BEHIND.sub("", path).lstrip("/") for path in found if path and len(path) <= LONGEST)
