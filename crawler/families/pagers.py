"""Where page 2 is: the pager calls that sites write into their pages, the 下一页 link, and the forms worth trying.

    next_page()   all three in turn, for dialects without a rule of their own
    next_link()   where 下一页 leads, or the next number
    is_last()     whether the page says so itself: 第1/1页, 共9条
    call()        createPageHTML and its relatives
    forms()       addresses worth a request where the page tells nothing

Sources of the rules: ``docs/architecture.md`` names the facts; the calls themselves stand in the docstrings. Pages
count from 1 here; in the address the first page has no number, and page p is ``index_{p-1}`` or ``index_{p}`` by
dialect. All functions are pure and return None where their kind of pager is not on the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.families.base import Next, step
from crawler.rows import LOCATION
from crawler.targets import Page, Pager, Target

NEXT_WORDS = ("下一页", "下页", "下一頁", "后一页", "后页", "next")
SIGNS = re.compile(
    r"下一页|下页|尾页|末页|共\s*\d+\s*页|第\s*\d+\s*/\s*\d+\s*页|\b(?:page_?count|total_?page|page_?size)\b"
    r"|(?:class|id)=[\"'](?:[^\"']*[\s_-])?(?:page[rs]?|paging|pagination|page_?(?:bar|box|div|list|nav|num)|fenye)[\"'\s]",
    re.IGNORECASE,
)
_PAGES_TOLD = re.compile(
    r"(?:第|页次[:：]?|共 ?\d{1,7} ?[条篇项个][^\d]{0,12}?) ?(\d{1,5}) ?/ ?(?:共 ?)?(\d{1,5})|共 ?(\d{1,5}) ?页"
)
_ROWS_TOLD = re.compile(r"共(?:有|计)? ?(\d{1,7}) ?[条篇]")
FULL_PAGE = 10  # dated entries from which on a listing may go on without any sign of it

_ARGUMENT = r"\s*(?:'([^']*)'|\"([^\"]*)\"|(-?\d+))\s*"
_CALL = re.compile(r"(?<!function )\bcreatePage(?:HTML|Html)?\s*\(([^()]{1,300})\)")
_CONFIG = re.compile(
    r"pagination_script_config(?:\s*(?:=\s*)?\{[^{}]{0,400}?\btotal\s*:|\.total\s*=)\s*[\"']?(\d{1,9})(?!\d)"
)
# A comment begins anew at each "<!--", and neither form may run over blank lines: both would take quadratic time.
_COMMENT = re.compile(r"<!--(?!\[|\s*\n)(?:[^-<\n]|-(?!->)|<(?!!--))*-->|^[ \t]*//[^\n]*", re.MULTILINE)
_SET_PAGE = re.compile(r"\.pagination\(\s*[\"']setPage[\"']\s*,\s*(\d{1,9})\s*,\s*(\d{1,9})\s*\)")
_PAGER = re.compile(r"(?<!function )\bPager\s*\(\s*\{([^{}]{1,400})\}")
_PAGE_DEC = re.compile(r"<div\b([^<>]{0,300}\bid\s*=\s*[\"']?pageDec\b[^<>]{0,300})>", re.IGNORECASE)
_FIRST = re.compile(r"(?:^|(?<=[-_]))1(?=\.[a-z]+$)|^page1(?=\.[a-z]+$)")
_FIRST_IN_QUERY = re.compile(
    r"(?<![^&])((?:page|page_?no|page_?num|page_?index|page_?id|cur_?page|curr_?page|current_?page|p|pn)=)1(?=&|$)",
    re.IGNORECASE,
)
_PROGRAM = (".jsp", ".aspx", ".asp", ".php", ".do", ".action")
_NUMBER_IN_NAME = re.compile(r"_(\d{1,4})(?=\.[a-z]+$)")


@dataclass(frozen=True, slots=True)
class Call:
    """A pager call: pages declared, number of this page, address form of the others."""

    total: int
    current: int
    form: str


def call(page: Page) -> Call | None:
    """Return the pager call of a page: ``createPageHTML``, ``createPage``, ``pagination_script_config``,
    ``.pagination("setPage", …)``, ``Pager({…})`` or ``<div id="pageDec" …>``.

    A number first counts from 0 and page p is ``index_{p-1}``; a text first (the id of a div) counts from 1 and page
    p is ``index_{p}``:

    >>> call(Page("http://a.gov.cn/x/", b'<script>createPageHTML(25, 0, "index", "html")</script>')).form
    'http://a.gov.cn/x/index_{p-1}.html'
    >>> call(Page("http://a.gov.cn/x/", b"<script>createPageHTML('paging',25,1,'index','html',500)</script>")).form
    'http://a.gov.cn/x/index_{p}.html'
    """
    text = _COMMENT.sub("", page.text)
    for reader in (_create_page, _pager_object, _config, _set_page, _page_dec):
        if (found := reader(text, page)) is not None:
            return found
    return None


def _create_page(text: str, page: Page) -> Call | None:
    for match in _CALL.finditer(text):
        arguments = [next(filter(None, groups), "") for groups in re.findall(_ARGUMENT + r"(?:,|$)", match[1])]
        numbers = [i for i, argument in enumerate(arguments) if re.fullmatch(r"\d+", argument)]
        if not numbers or numbers[0] > 1:
            continue  # variables, or not our kind of call
        one_based = numbers[0] == 1
        rest = arguments[numbers[0] :]
        total = int(rest[0])
        if len(rest) >= 4 and rest[1].isdigit():
            current, name, suffix = int(rest[1]), rest[2], rest[3].lstrip(".")
        else:  # createPage(25): the number of this page stands in its address only
            name, suffix, current = _named(page.url)
        form = _form(page, f"{name}_{{p}}.{suffix}" if one_based else f"{name}_{{p-1}}.{suffix}")
        return Call(total, current if one_based else current + 1, form)
    return None


def _pager_object(text: str, page: Page) -> Call | None:
    """``Pager({size:3, current:0, prefix:'index', suffix:'html'})``, counted from 0."""
    for match in _PAGER.finditer(text):
        values = dict(re.findall(r"(\w+)\s*:\s*[\"']?([\w.-]+)", match[1]))
        if (
            {"size", "current", "prefix"} <= values.keys()
            and values["size"].isdecimal()
            and values["current"].isdecimal()
        ):
            form = _form(page, f"{values['prefix']}_{{p-1}}.{values.get('suffix', 'html').lstrip('.')}")
            return Call(int(values["size"]), int(values["current"]) + 1, form)
    return None


def _config(text: str, page: Page) -> Call | None:
    """``pagination_script_config = {total: 25}``, counted from 0; this page's number stands in its address."""
    match = _CONFIG.search(text)
    if match is None:
        return None
    name, suffix, current = _named(page.url)
    return Call(int(match[1]), current + 1, _form(page, f"{name}_{{p-1}}.{suffix}"))


def _set_page(text: str, page: Page) -> Call | None:
    """``.pagination("setPage", 1, 322)``, counted from 1: page 2 is ``index_2.html``."""
    match = _SET_PAGE.search(text)
    if match is None:
        return None
    name, suffix, _ = _named(page.url)
    return Call(int(match[2]), int(match[1]), _form(page, f"{name}_{{p}}.{suffix}"))


def _page_dec(text: str, page: Page) -> Call | None:
    """``<div id="pageDec" pagesize="24" pagecount="51">`` of Henan, counted from 0; the script is the province's."""
    match = _PAGE_DEC.search(text)
    total = match and re.search(r"\bpagecount\s*=\s*[\"']?(\d{1,9})(?!\d)", match[1], re.IGNORECASE)
    if not total:
        return None
    name, suffix, current = _named(page.url)
    return Call(int(total[1]), current + 1, _form(page, f"{name}_{{p-1}}.{suffix}"))


def _named(url: str) -> tuple[str, str, int]:
    """Return stem, suffix and number of a list page: ``/x/index_3.html`` -> ``("index", "html", 3)``."""
    name = urlsplit(url).path.rsplit("/", 1)[-1]
    if "." not in name:
        return "index", "html", 0
    number = _NUMBER_IN_NAME.search(name)
    stem, suffix = name.rsplit(".", 1)
    return (stem[: number.start()], suffix, int(number[1])) if number else (stem, suffix, 0)


def _form(page: Page, name: str) -> str:
    """Return the address form of a file name beside the page."""
    if name.startswith(("http://", "https://")):
        return name
    parts = urlsplit(page.base)
    directory = parts.path.rsplit("/", 1)[0]
    if name.startswith("/"):
        directory, name = "", name[1:]
    return f"{parts.scheme}://{parts.netloc}{directory}/{name}"


def next_link(page: Page, number: int) -> str | None:
    """Return where the 下一页 link leads; without one, where the link ``2`` (the next number) beside others leads.

    >>> next_link(Page("http://a.gov.cn/x/", '<a href="index_2.html">下一页</a>'.encode()), 1)
    'http://a.gov.cn/x/index_2.html'
    """
    if page.root is None:
        return None
    numbered = None
    for anchor in page.root.iter("a"):
        words = re.sub(r"\s+", "", str(anchor.xpath("string()"))) or re.sub(r"\s+", "", anchor.get("title") or "")
        if len(words) > 8:
            continue
        bare = re.sub(r"[\[\]【】<>›»«]", "", words).lower()
        if bare not in NEXT_WORDS and words != str(number + 1):
            continue
        url = page.resolve(anchor.get("href") or "")
        if url is None and (sent := LOCATION.search(anchor.get("onclick") or "")):
            url = page.resolve(sent[1])
        if url is None or url == page.url:
            continue
        if bare in NEXT_WORDS:
            return url
        numbered = numbered or url
    # A bare number is a pager's only if it stays in the listing's own directory.
    if numbered and _directory(numbered) == _directory(page.url):
        return numbered
    return None


def _directory(url: str) -> str:
    parts = urlsplit(url)
    return parts.netloc + parts.path.rsplit("/", 1)[0]


def is_last(page: Page, number: int, entries: int) -> bool:
    """Say whether a page tells itself that it is the last of its list; ``entries`` are those it shows.

    >>> pagers = ("第1/1页", "共<em>9</em>条 1/1", "共1页", "共9条", "第1/3页", "共900条", "")
    >>> [is_last(Page("http://a.gov.cn/", f"<body>{text}</body>".encode()), 1, 9) for text in pagers]
    [True, True, True, True, False, False, False]
    """
    if page.root is None:
        return False
    text = re.sub(r"\s+", " ", str(page.root.text_content()))
    if (told := _PAGES_TOLD.search(text)) is not None:
        current, total = (int(told[1]), int(told[2])) if told[1] else (number, int(told[3]))
        return current >= total
    rows = _ROWS_TOLD.search(text)
    return rows is not None and number == 1 and int(rows[1]) <= entries


def next_page(page: Page, target: Target, entries: int, more: Sequence[str] = (), *, worth: bool = True) -> Next | None:
    """Return the page behind a static list: where 下一页 leads, what a pager call says, else by trial.

    ``entries`` is their number on this page, ``more`` the forms to be tried before the usual ones, ``worth`` says
    whether a trial that may cost some requests is worth it.
    """
    if (url := next_link(page, target.page)) is not None:
        return Next(url, Pager(declared=True))
    if (found := call(page)) is not None:
        if found.current >= found.total:
            return None
        return step(found.form, found.current + 1, Pager(declared=True, total=found.total))
    if target.page > 1:
        form = target.pager.form
        return step(form, target.page + 1, Pager(form=form)) if form else None
    if not worth or entries < 2 or page.root is None or is_last(page, target.page, entries):
        return None
    if SIGNS.search(page.text) or entries >= FULL_PAGE:
        first, *rest = dict.fromkeys([*more, *forms(target.url)])
        return step(first, 2, Pager(form=first, rest=tuple(rest)))
    return None


def forms(url: str) -> tuple[str, ...]:
    """Return the address forms worth trying for the pages behind a list page without a readable pager, in order.

    Where the address holds the number 1 itself, the next page has it counted up. Else as the facts have it, which is
    what served on the static lists of a province.

    >>> forms("http://a.gov.cn/x/list.shtml?id=3")[:2]
    ('http://a.gov.cn/x/list_{p-1}.shtml?id=3', 'http://a.gov.cn/x/list_{p}.shtml?id=3')
    >>> forms("http://a.gov.cn/x/")
    ('http://a.gov.cn/x/{p}', 'http://a.gov.cn/x/index_{p-1}.html', 'http://a.gov.cn/x/index_{p}.html')
    >>> [forms(f"http://a.gov.cn/{name}")[0] for name in ("list-61891-1.html", "1.html", "x.jsp?pageNum=1&id=1")]
    ['http://a.gov.cn/list-61891-{p}.html', 'http://a.gov.cn/{p}.html', 'http://a.gov.cn/x.jsp?pageNum={p}&id=1']
    """
    parts = urlsplit(url)
    site = f"{parts.scheme}://{parts.netloc}"
    if (first := _FIRST_IN_QUERY.search(parts.query)) is not None:
        counted = parts.query[: first.start()] + first[1] + "{p}" + parts.query[first.end() :]
        return (f"{site}{parts.path}?{counted}",)
    directory, name = parts.path.rsplit("/", 1)
    query = f"?{parts.query}" if parts.query else ""
    if name.endswith(_PROGRAM):
        names = [f"{name}{query}{'&' if query else '?'}page={{p}}"]
        query = ""
    elif "." in name:
        stem, suffix = name.rsplit(".", 1)
        names = [f"{stem}_{{p-1}}.{suffix}", f"{stem}_{{p}}.{suffix}", "index_{p-1}.html", "index_{p}.html"]
        if (first := _FIRST.search(name)) is not None:
            names.insert(0, name[: first.end() - 1] + "{p}" + name[first.end() :])
    else:
        directory += f"/{name}" if name else ""
        names = ["{p}", "index_{p-1}.html", "index_{p}.html"]
    return tuple(dict.fromkeys(f"{site}{directory}/{each}{query}" for each in names))
