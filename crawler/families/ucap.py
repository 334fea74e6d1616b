"""UCAP (开普): static lists in ``/<site>/cNNNNNN/``, JSON lists by channel, the tree of the disclosure.

How to recognise it: ``<meta name="channelid">``; or the call ``createPageHTML('page_div', …)``; or lists named
``/<site>/cNNNNNN/list.shtml`` (``common_list``, ``xwzx_list``, ``xlist``, ``xxgkList``, ``zfxxgk_…``) over articles
named by 32 hex digits. Pages with TRS articles (``t20210318_1.html``) are TRS's, though Hunan's call is the same.

Where the options are:

    page 2        createPageHTML('page_div', pages, current, 'list', 'shtml', rows), from 1: ``list_2.shtml``
    JSON list     ``/common/search/<channel>`` or ``/searchList/<channel>`` as the script says; the channel is in the
                  meta tag. Asked where the page shows no entries, or more of them than it has a pager for
    tree          ``/u/channel/treeNew/<site>`` in a script, JSONP; the site is the first directory. Nodes that lead to
                  ``null.shtml`` are places kept free: their page is one of xlist, xxgkList, list, index

Example portals: 四川省教育厅 (edu.sc.gov.cn, ``/scedu/c100503/xwzx_list.shtml``), 邵阳市 (www.shaoyang.gov.cn).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from typing import Any
from urllib.parse import urlsplit

from crawler import links, walk
from crawler.families import answers, literals, pagers
from crawler.families.base import SHORTEST_ENTRY, Family, Next, step
from crawler.families.trs import ARTICLE
from crawler.links import Link
from crawler.targets import Page, Pager, Portal, Target, join

SIZE = 20  # rows of a JSON list, where the script names no other number
MOST_NODES = 3000  # nodes read of a tree; 邵阳 has 49
REAL_PAGES = ("xlist", "xxgkList", "list", "index")  # where a node that leads to null.shtml really leads, most first

_CHANNEL = re.compile(r"<meta\s[^<>]{0,300}?\bname\s{0,3}=\s{0,3}[\"']?channelid\b", re.IGNORECASE)
_PAGE_DIV = re.compile(r"createPageHTML\s{0,9}\(\s{0,9}[\"']page_div[\"']")
_COLUMN = re.compile(r"/c\d{5,7}/\w{0,60}(?:list|zfxxgk|xxgk)\w{0,60}\.shtml$", re.IGNORECASE)
_EMPTY_LIST = re.compile(r"list\w{0,20}\.shtml$", re.IGNORECASE)  # what is named zfxxgk without entries is a menu
_HEX_NAME = re.compile(r"(?<![0-9a-fA-F-])[0-9a-f]{32}\.s?html")
_LIST = re.compile(r"/(?:common/search|searchList)/[0-9a-f]{32}$")
_LIST_BASE = re.compile(r"[\"'`]((?:https?:)?(?:/{1,2}[\w.:-]{1,60}){0,4}/(?:common/search|searchList)/)")
_TREE = re.compile(r"/u/channel/treeNew/[\w-]{1,60}$")
_TREE_BASE = re.compile(r"[\"'`]((?:https?:)?(?:/{1,2}[\w.:-]{1,60}){0,4}/u/channel/treeNew/)([\w-]{0,60})")
_CODE = re.compile(r"c\d{5,7}")
_HEX = re.compile(r"[0-9a-f]{32}")


class Ucap(Family):
    """UCAP (开普). Page 2 is what the pager call says, else the 下一页 link; else the list is asked for as JSON."""

    name = "ucap"

    def recognise(self, page: Page) -> bool:
        path = urlsplit(page.url).path
        if _LIST.search(path) or _TREE.search(path) or _CHANNEL.search(page.text):
            return True
        if ARTICLE.search(page.text):
            return False
        if _PAGE_DIV.search(page.text) or _COLUMN.search(path):
            return True
        names = {match[0] for match in _HEX_NAME.finditer(page.text)}
        return len(names) >= 2 and re.search(r"/c\d{5,7}/", path) is not None

    def links(self, page: Page) -> list[Link]:
        path = urlsplit(page.url).path
        if _TREE.search(path):
            return []  # its nodes are lists, see below
        if not _LIST.search(path):
            return links.read(page)
        days = ("publishedTimeStr", "publishedTime")
        return answers.links(page, _rows(page), title=("title", "subTitle"), url=("url", "link"), day=days)

    def lists(self, page: Page, target: Target, portal: Portal) -> Iterator[Next]:
        path = urlsplit(page.url).path
        if target.page > 1 or _LIST.search(path):
            return
        if _TREE.search(path):
            yield from _nodes(page)
            return
        shown = _shown(page)
        if (tree := _tree(page, shown)) is not None:
            yield Next(tree)
        if (channel := _channel(page)) is not None and _wants_json(page, target, shown):
            yield Next(_json_list(page, channel))

    def next_page(self, page: Page, target: Target, entries: Set[str]) -> Next | None:
        if _LIST.search(urlsplit(page.url).path):
            return _next_of_json(page, target)
        if (found := pagers.call(page)) is not None:
            if found.current >= found.total:
                return None
            return step(found.form, found.current + 1, Pager(declared=True, total=found.total))
        if (url := pagers.next_link(page, target.page)) is not None:
            return Next(url, Pager(declared=True))
        return None


def _shown(page: Page) -> int:
    """Return how many entries a page shows without its script."""
    return sum(1 for link in links.read(page) if link.date is not None and len(link.title) >= SHORTEST_ENTRY)


def _channel(page: Page) -> str | None:
    """Return the 32 hex digits of a page's channel, from its meta tag or its script."""
    if page.root is not None:
        for tag in page.root.iter("meta"):
            content = (tag.get("content") or "").strip().lower()
            if (tag.get("name") or "").strip().lower() == "channelid" and _HEX.fullmatch(content):
                return content
    told = (literals.option(page.text, "channelId") or "").lower()
    return told if _HEX.fullmatch(told) else None


def _wants_json(page: Page, target: Target, shown: int) -> bool:
    """Say whether a page's list has to be asked for as JSON: it has no pager, and its script, an empty list or a
    full one without an end tell that there is more."""
    if pagers.call(page) is not None or pagers.next_link(page, target.page) is not None:
        return False
    if _LIST_BASE.search(page.text):
        return True
    if not shown:
        return _EMPTY_LIST.search(urlsplit(page.url).path) is not None or walk.is_column(target)
    return shown >= pagers.FULL_PAGE and not target.guessed and pagers.SIGNS.search(page.text) is not None


def _json_list(page: Page, channel: str) -> str:
    told = _LIST_BASE.search(page.text)
    base = (page.resolve(told[1]) if told else None) or join(page.url, "/common/search/") or ""
    size = answers.count(literals.option(page.text, "_pageSize")) or SIZE
    return (
        f"{base}{channel}?sort=&_isAgg=true&_isJson=true&_pageSize={size}&_template=index"
        "&_rangeTimeGte=&_rangeTimeLt=&_channelName=&page=1"
    )


def _rows(page: Page) -> list[dict[str, Any]]:
    value = answers.data(page)
    return answers.rows(value, "data", "results") or answers.rows(value, "results")


def _next_of_json(page: Page, target: Target) -> Next | None:
    value, got = answers.data(page), len(_rows(page))
    size = answers.count(answers.query(target.url).get("_pageSize")) or SIZE
    total = answers.count(*(answers.at(value, "data", name) for name in ("total", "totalCount", "count")))
    pager = answers.behind(target, got, got if page.json is None else size, total)
    return None if pager is None else Next(answers.turn(target.url, "page", target.page + 1), pager)


def _tree(page: Page, shown: int) -> str | None:
    """Return the address of the disclosure's tree: as a script says, or as such a page without entries needs it."""
    path = urlsplit(page.url).path
    site = path.split("/")[1]
    told = _TREE_BASE.search(page.text)
    if told is not None and (told[2] or site):
        return page.resolve(told[1] + (told[2] or site))
    name = path.rsplit("/", 1)[-1].lower()
    if shown or not _CODE.search(path) or not name.startswith(("zfxxgk", "xxgk")) or page.root is None:
        return None
    drawn = page.root.xpath("boolean(//*[contains(@id, 'tree') or contains(@id, 'Tree') or contains(@class, 'tree')])")
    return join(page.url, f"/u/channel/treeNew/{site}") if drawn else None


def _nodes(page: Page) -> Iterable[Next]:
    """Yield the columns of a tree, whatever its nesting; a place kept free with the pages it may really have."""
    site = urlsplit(page.url).path.rsplit("/", 1)[-1]
    waiting: list[Any] = [answers.data(page)]
    seen = 0
    while waiting and seen < MOST_NODES:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value[:MOST_NODES]))
        elif isinstance(value, dict):
            seen += 1
            waiting.extend(each for each in reversed(value.values()) if isinstance(each, list | dict))
            if (node := _node(page, value, site)) is not None:
                yield node


def _node(page: Page, value: dict[str, Any], site: str) -> Next | None:
    texts = {name: text.strip() for name, text in value.items() if isinstance(text, str) and text.strip()}
    name = next((texts[key] for key in ("name", "title", "channelName", "text", "label") if key in texts), None)
    href = next((texts[key] for key in ("url", "href", "link", "channelUrl", "linkUrl", "path") if key in texts), "")
    if name is None:
        return None
    if not href:
        code = next((text for text in texts.values() if _CODE.fullmatch(text)), None)
        href = f"/{site}/{code}/null.shtml" if code else ""
    url = join(join(page.url, "/") or page.url, href)
    if url is None:
        return None
    title = answers.clean(name)
    if not urlsplit(url).path.endswith("/null.shtml"):
        return Next(url, title=title)
    directory = url.rsplit("/", 1)[0]
    first, *rest = [f"{directory}/{real}.shtml" for real in REAL_PAGES]
    if channel := next((text for text in texts.values() if _HEX.fullmatch(text)), None):
        rest.append(_json_list(page, channel))
    return Next(first, Pager(rest=tuple(rest)), title=title)
