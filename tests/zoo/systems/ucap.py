"""Answers of systems of the 开普 type (UCAP): a pager by script, JSON lists by channel, the tree of the disclosure.

    pager(...)    ``createPageHTML('page_div', pages, current, 'list', 'shtml', rows)``: page 2 is ``list_2.shtml``
    search(...)   ``/common/search/<channel>``: 32 hex digits that stand in ``<meta name="channelid">``
    tree(...)     ``/u/channel/treeNew/<site>`` as JSONP: most nodes lead to ``null.shtml``, whose real page is one of
                  ``xlist``, ``xxgkList``, ``list`` or ``index``

After facts/portals.md, family C.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from fazhi_zoo.articles import Article
from fazhi_zoo.pages import Link
from fazhi_zoo.places import PortalSpec
from fazhi_zoo.site import Answer, Ask, Site
from fazhi_zoo.systems.base import Column, Paged, Row
from fazhi_zoo.systems.hanweb import number
from fazhi_zoo.systems.loaded import JSON, SCRIPT, Loaded, digest

MOST = 50  # rows in one answer


def channel(word: str) -> str:
    """Return the 32 hex digits of a channel."""
    return digest("channel", word)


def pager(page: int, pages: int, total: int, name: str = "list") -> str:
    """Return the call that writes the pager; its pages count from 1."""
    return f"<script>createPageHTML('page_div',{pages}, {page},'{name}','shtml',{total});</script>"


def shell(code: str) -> str:
    """Return the list of a JSON column: empty, with the script that fills it."""
    return f"""<ul class="list" id="list"></ul><div id="page_div"></div>
<script type="text/javascript">
var channelId = "{code}";
$.getJSON("/common/search/" + channelId, {{ sort:"", _isAgg:true, _isJson:true, _pageSize:20, _template:"index",
  _rangeTimeGte:"", _rangeTimeLt:"", _channelName:"", page:1 }}, fill);
</script>"""


def search(rows: Sequence[Link], values: Mapping[str, str], host: str, name: str) -> bytes:
    """Answer a JSON list. Without ``_isJson`` the answer is a page of HTML, so the caller gets no JSON either."""
    if values.get("_isJson") != "true":
        return b"<html><body><div id='list'></div></body></html>"
    size, page = min(number(values, "_pageSize", 20), MOST), number(values, "page", 1)
    results = [
        {
            "title": link.title,
            "subTitle": "",
            "url": f"//{host}{link.href}" if place % 2 else link.href,
            "publishedTimeStr": f"{link.day} 09:30:00" if link.day else "",
            "channelName": name,
            "contentHtml": "",
            "domainMetaList": [{"resultList": [{"key": "syh", "name": "索引号", "value": ""}]}],
        }
        for place, link in enumerate(rows[(page - 1) * size : page * size])
    ]
    data = {"page": page, "rows": size, "total": len(rows), "channelId": "", "results": results}
    return json.dumps({"data": data, "status": 200}, ensure_ascii=False).encode()


def tree(nodes: Sequence[tuple[str, str, str]], values: Mapping[str, str]) -> bytes:
    """Return the tree as JSONP. ``nodes`` are (name, parent's name, address); no address = the placeholder."""
    codes = {name: channel(name) for name, _, _ in nodes}
    listed = [
        {
            "id": codes[name],
            "pId": codes.get(parent, "0"),
            "name": name,
            "channelCode": code_of(address),
            "url": address,
        }
        for name, parent, address in nodes
    ]
    return f"{values.get('callback', 'callback')}({json.dumps(listed, ensure_ascii=False)})".encode()


def code_of(address: str) -> str:
    """Return the code of a channel from its address.

    >>> code_of("/hhx/c104213/null.shtml")
    'c104213'
    """
    return address.split("/")[-2]


def site_of(spec: PortalSpec) -> str:
    """Return the directory of a portal's site."""
    return f"hhx{spec.adcode[-3:]}"


class Ucap(Paged):
    """Static lists with the pager's call; article names of 32 hex digits."""

    family = "ucap"

    def folder(self, column: Column) -> str:
        """Return ``/<site>/cNNNNNN/``."""
        return f"/{site_of(self.spec)}/c{104200 + column.number}/"

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return ``list.shtml``, ``list_2.shtml`` …"""
        return f"{self.folder(column)}list{f'_{page}' if page > 1 else ''}.shtml"

    def article(self, column: Column, article: Article) -> str:
        """Return ``<column>/YYYYMM/<32 hex>.shtml``."""
        return f"{self.folder(column)}{article.filed:%Y%m}/{digest(self.spec.code, article.number)}.shtml"

    def pager(self, column: Column, page: int, total: int) -> str:
        """Return the call."""
        return f'<div id="page_div"></div>{pager(page, total, len(column.rows))}'


class UcapJson(Loaded):
    """Empty static lists filled from ``/common/search/<channel>``; the columns of the disclosure hang in a tree."""

    family = "ucap"
    route = "/common/search"
    size = MOST

    def key(self, column: Column) -> str:
        """Return the channel."""
        return channel(f"{self.spec.code} {column.number}")

    def column(self, column: Column) -> str:
        """Return the file that holds a list; one of two names, as on the real sites."""
        name = ("xlist", "xxgkList")[column.number % 2] if column.rows else "zfxxgk"
        return f"/{site_of(self.spec)}/c{104200 + column.number}/{name}.shtml"

    def article(self, column: Column, article: Article) -> str:
        """Return ``<column>/YYYYMM/<32 hex>.shtml``."""
        name = digest(self.spec.code, article.number)
        return f"/{site_of(self.spec)}/c{104200 + column.number}/{article.filed:%Y%m}/{name}.shtml"

    def endpoint(self, column: Column) -> str:
        """Return ``/common/search/<channel>``."""
        return f"{self.route}/{self.key(column)}"

    def main(self, column: Column) -> str:
        """Return the empty list."""
        return shell(self.key(column))

    def page(self, column: Column, main: str) -> str:
        """Return a page of a column with the channel in its head."""
        tag = f'</title>\n<meta name="channelid" content="{self.key(column)}">'
        return super().page(column, main).replace("</title>", tag, 1)

    def lists(self, site: Site, column: Column) -> None:
        """Add the column's page and its channel."""
        super().lists(site, column)
        site.routes[f"/u/channel/treeNew/{site_of(self.spec)}"] = self.tree_answer

    def answer(self, ask: Ask) -> Answer:
        """Answer a channel."""
        key = ask.route.rpartition("/")[2]
        name = self.shelves[key].name
        body = search(self.found(key), ask.query, ask.headers.get("Host", ""), name)
        return Answer(body, JSON if body.startswith(b"{") else "text/html; charset=utf-8")

    def link(self, column: Column, row: Row, page: str) -> Link:
        """Return one row; the answer knows no title but the whole one."""
        link = super().link(column, row, page)
        return replace(link, title=row.article.title, shown=row.article.title)

    def index_page(self, column: Column) -> str:
        """Return the page of the disclosure: no link, a tree loaded by script."""
        return self.page(
            column,
            f"""<ul id="tree" class="ztree"></ul>
<script type="text/javascript">
$.ajax({{ url: "/u/channel/treeNew/{site_of(self.spec)}", dataType: "jsonp", jsonp: "callback", success: draw }});
</script>""",
        )

    def tree_answer(self, ask: Ask) -> Answer:
        """Answer the tree: the address of a list is the placeholder, two in three times."""
        nodes = []
        for column in self.tree.walk():
            if column.owner is not self:
                continue
            address = column.address
            if column.rows and (column.number % 3 or column.holds_reports):
                address = address.rpartition("/")[0] + "/null.shtml"
            nodes.append((column.name, column.parent.name if column.parent else "", address))
        return Answer(tree(nodes, ask.query), SCRIPT)
