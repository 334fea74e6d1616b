"""Files a page links to: plain links, scripts that write links, viewers, ``window.open``, embedded frames. Leaf.

Only addresses and names; the files themselves are fetched and read elsewhere.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from archive.model import Attachment
from archive.page import Link, Page, tidy

SUFFIXES = "pdf|docx?|wps|wpt|xlsx?|et|pptx?|ofd|rar|zip|7z|csv|rtf|ceb|caj|txt"
WRITTEN = 20_000  # characters after ``document.write`` that are looked at
MOST = 200  # files of one page that are kept

_FILE = re.compile(rf"\.(?:{SUFFIXES})(?:$|[?#&;])", re.I)
_NAMED = re.compile(rf"\.(?:{SUFFIXES})\s*$", re.I)
_QUOTED = re.compile(rf"""['"]([^'"<>]{{1,500}}?\.(?:{SUFFIXES})(?:\?[^'"<>]*)?)['"]""", re.I)
_DOWNLOAD = re.compile(
    r"/download\.jsp\b|DownloadAttachUrl|/OpennessContent/download/|[?&/](?:download|attach(?:ment)?)[?&/=]", re.I
)
_WRITTEN_LINK = re.compile(
    r"""<a\b[^>]{0,500}?\bhref\s*=\s*\\?["']?([^"'\\>\s]+)\\?["']?[^>]{0,500}>([^<]{0,300})""", re.I
)
_PAGE = re.compile(r"\.(?:s?html?|jsp|aspx?|php)(?:$|[?#])|/$", re.I)
_BUTTON = re.compile(
    r"[\[【(（]?(?:点击|立即|附件)?(?:下载|查看|预览|打开)(?:附件|文件|全文|此文件)?[\]】)）]?|点击这里|附件"
)
_ANNEX = re.compile(r"^\s*(?:附\s*件|附\s*表|附\s*[:：])")


def is_file_name(text: str) -> bool:
    """Tell whether a line ends like the name of a file.

    >>> is_file_name("部门预算.pdf"), is_file_name("部门预算")
    (True, False)
    """
    return _NAMED.search(text) is not None


def find(
    page: Page,
    start: int,
    end: int,
    *,
    url: str | None,
    outside: Sequence[bool] = (),
    more: Iterable[tuple[str, str]] = (),
) -> tuple[Attachment, ...]:
    """Return the files of the document that spans the blocks ``start`` to ``end``.

    ``outside`` tells of each node that it lies in a menu or footer; ``more`` are (name, address) pairs
    found elsewhere.
    """
    base = urljoin(url or "", page.base or "") or None
    found: dict[str, Attachment] = {}

    def add(name: str, href: str) -> None:
        address = _absolute(href, base)
        name = name or unquote(urlsplit(address).path.rsplit("/", 1)[-1])
        key = address or name
        if key and key not in found and len(found) < MOST:
            found[key] = Attachment(name, address)

    for link in page.links:
        if link.block < start - 2 or (link.node < len(outside) and outside[link.node]):
            continue
        if _is_file(page, link, start, end):
            add(*_name_and_address(link))
    for script in page.scripts:
        for written in _written(script):
            for match in _WRITTEN_LINK.finditer(written):
                if _FILE.search(match[1]) or _NAMED.search(match[2]):
                    add(tidy(html.unescape(match[2])), html.unescape(match[1]))
    for name, href in more:
        add(tidy(name), href)
    return tuple(found.values())


def _written(script: str) -> Iterator[str]:
    """Yield what a script writes into the page, as far as it stands there as a string."""
    place = script.find("document.write")
    for _ in range(MOST):
        if place < 0:
            return
        following = script.find("document.write", place + 14)
        end = min(len(script), place + WRITTEN, following if following >= 0 else len(script))
        yield script[place:end]
        place = following


def _is_file(page: Page, link: Link, start: int, end: int) -> bool:
    if _FILE.search(link.href) or _DOWNLOAD.search(link.href) or _NAMED.search(link.text):
        return True
    if any(_NAMED.search(name) or _QUOTED.search(name) for name in link.names):
        return True
    if not start <= link.block < end or _PAGE.search(link.href) or not link.text:
        return False
    if link.href and not link.href.lower().startswith(("javascript:", "#")):
        return False
    # A link without address (a killed one, or a script's): the words around it tell.
    return bool(_ANNEX.match(link.text) or _ANNEX.match(page.blocks[link.block].text) or "type=file" in link.names)


def _name_and_address(link: Link) -> tuple[str, str]:
    href = link.href
    query = parse_qs(urlsplit(href).query) if "?" in href else {}
    for key in ("file", "url", "src", "path"):  # viewers: viewer.html?file=/x/y.pdf
        for value in query.get(key, ()):
            if _FILE.search(value):
                href = value
    if not href or href.lower().startswith(("javascript:", "#")):
        quoted = next((match[1] for text in (href, *link.names) if (match := _QUOTED.search(text))), "")
        href = quoted
    shown = "" if _BUTTON.fullmatch(link.text) else link.text
    name = shown or next((name for name in link.names if _NAMED.search(name) and not _QUOTED.search(name)), "")
    return name or ("" if href else link.text), href


def _absolute(href: str, base: str | None) -> str:
    href = href.strip()
    if not base or not href:
        return href
    try:
        return urljoin(base, href)
    except ValueError:
        return href
