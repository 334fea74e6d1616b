"""Answers of the newer cloud of 大汉 (jpaas): lists built by a unit of the publishing server.

The page holds the ids of the unit; the answer is JSON with HTML inside. Paging works only within ``paramJson``: the
``pageNo`` of the query string is ignored. Without a Referer the gateway refuses. After facts/portals.md, family B3.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape

from fazhi_zoo.articles import Article
from fazhi_zoo.pages import Link
from fazhi_zoo.site import Answer, Ask
from fazhi_zoo.systems.base import Column
from fazhi_zoo.systems.hanweb import number, row
from fazhi_zoo.systems.loaded import JSON, Loaded, digest

UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"


def shell(ids: Mapping[str, str], rows: Sequence[Link], size: int) -> str:
    """Return the list unit of a column page: its first rows and the ids its script asks with."""
    first = "\n".join(row(link) for link in rows[:size])
    data = json.dumps({**ids, "parseType": "bulidstatic", "pageType": "column"}, ensure_ascii=False)
    return f"""<div id="{escape(ids["tagId"])}" class="page-content"><ul>
{first}
</ul></div>
<div id="pagination" unitUrl="{UNIT}" queryData='{data}' paramJson='{{"pageNo":1,"pageSize":{size}}}'
 total="{len(rows)}"></div>
<script src="/script/0/2210191/page.js"></script>"""


def unit(
    rows: Sequence[Link], values: Mapping[str, str], ids: Mapping[str, str], size: int, *, bare: bool = False
) -> bytes:
    """Answer the gateway: JSON ``{success, code, data: {html}}``; ``bare`` = ``data`` is the HTML itself."""
    if any(values.get(name) != ids[name] for name in ("webId", "pageId", "tplSetId", "tagId")):
        return json.dumps({"success": False, "code": "500", "message": "参数错误", "data": None}).encode()
    try:
        asked = json.loads(values.get("paramJson", "{}"))
    except ValueError:
        asked = {}
    words = {name: str(value) for name, value in asked.items()} if isinstance(asked, dict) else {}
    page, many = number(words, "pageNo", 1), min(number(words, "pageSize", size), 100)
    items = "\n".join(row(link) for link in rows[(page - 1) * many : page * many])
    html = f'<div class="page-content"><ul>\n{items}\n</ul></div><div id="pagination" total="{len(rows)}"></div>'
    return json.dumps(
        {"success": True, "code": "200", "message": "", "data": html if bare else {"html": html}}, ensure_ascii=False
    ).encode()


class Jpaas(Loaded):
    """Lists of the publishing server; the first rows stand in the page."""

    family = "jpaas"
    route = UNIT
    shown, size = 6, 100
    bare = False

    def key(self, column: Column) -> str:
        """Return the id of a column's page."""
        return digest(self.spec.code, "page", column.number)

    def column(self, column: Column) -> str:
        """Return ``/col/colN/index.html``."""
        return f"/col/col{1229600 + column.number}/index.html"

    def article(self, column: Column, article: Article) -> str:
        """Return ``/art/YYYY/art_<32 hex>.html``."""
        return f"/art/{article.filed.year}/art_{digest(self.spec.code, article.number)}.html"

    def ids(self, column: Column) -> dict[str, str]:
        """Return the ids of a column's list unit."""
        return {
            "webId": digest(self.spec.code, "web"), "pageId": self.key(column),
            "tplSetId": digest(self.spec.code, "template"), "tagId": "信息列表", "editType": "null",
        }  # fmt: skip

    def main(self, column: Column) -> str:
        """Return the list unit."""
        return shell(self.ids(column), self.links(column, column.address), self.shown)

    def answer(self, ask: Ask) -> Answer:
        """Answer the gateway; without Referer or User-Agent it refuses."""
        if not ask.headers.get("Referer") or not ask.headers.get("User-Agent"):
            return Answer(b'{"code":"403","message":"forbidden"}', JSON, 403)
        column = self.shelves.get(ask.query.get("pageId", ""))
        if column is None:
            return Answer(b'{"success":false,"code":"500","data":null}', JSON)
        return Answer(
            unit(self.links(column, self.route), ask.query, self.ids(column), self.shown, bare=self.bare), JSON
        )


class JpaasBare(Jpaas):
    """The same, whose answers hold the HTML as ``data`` itself."""

    bare = True
