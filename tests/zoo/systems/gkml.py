"""Answers of the 长春 type: the disclosure's list over JSONP from a search server.

The page names the class (``lb``) and the channel; the answer is ``result({num, nPage, data})`` with a date in ``tip``
that may be the date of a change. After facts/portals.md, family K.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from fazhi_zoo.articles import Article
from fazhi_zoo.pages import Link
from fazhi_zoo.site import HOST, Answer, Ask
from fazhi_zoo.systems.base import Column, Row
from fazhi_zoo.systems.hanweb import number
from fazhi_zoo.systems.loaded import SCRIPT, Loaded, dated

PROXY = "/govsearch/jsonp/gkml/zf_list.jsp"
SIZE = 20


def shell(code: str, site: str) -> str:
    """Return the list of a column: empty, with the script that asks for its rows."""
    query = {
        "page": "1", "lb": code, "sword": "", "searchColumn": "all", "searchYear": "all", "pubURL": site,
        "SType": "1", "channelId": code, "callback": "result",
    }  # fmt: skip
    return f"""<div class="zly_xxmu_20170104ul"><ul id="list"></ul></div><div id="page"></div>
<script type="text/javascript">
var channelId = "{code}";
function load(page) {{
  var url = "{PROXY}?{urlencode(query, safe="/:_")}".replace("page=1", "page=" + page);
  $.ajax({{ url: url, dataType: "jsonp", jsonpCallback: "result" }});
}}
load(1);
</script>"""


def listing(rows: Sequence[Link], values: Mapping[str, str], code: str) -> bytes:
    """Answer the JSONP; 20 rows a page, whatever is asked. Another class brings no row."""
    found = [link for link in rows if values.get("lb") == code and values.get("sword", "") in link.title]
    page = number(values, "page", 1)
    data = [
        {
            "title": link.title,
            "puburl": link.href,
            "tip": {"title": link.title, "dates": f"{link.day + timedelta(days=400)}" if link.day else ""},
        }
        for link in found[(page - 1) * SIZE : page * SIZE]
    ]
    answer = json.dumps({"num": len(found), "nPage": -(-len(found) // SIZE), "data": data}, ensure_ascii=False)
    return f"{values.get('callback', 'result')}({answer})".encode()


class Gkml(Loaded):
    """Lists from the search server; addresses with host, as that server lies elsewhere."""

    route = PROXY
    size = SIZE

    def key(self, column: Column) -> str:
        """Return the id of a column's class, which is the channel's too."""
        return str(16100 + column.number)

    def column(self, column: Column) -> str:
        """Return a directory."""
        return column.path

    def article(self, column: Column, article: Article) -> str:
        """Return ``<column>/YYYYMM/tYYYYMMDD_ID.html``."""
        return f"{column.path}{article.filed:%Y%m}/{dated(article)}.html"

    def main(self, column: Column) -> str:
        """Return the empty list."""
        return shell(self.key(column), f"http://{HOST}/zwgk")

    def link(self, column: Column, row: Row, page: str) -> Link:
        """Return one row; the answer knows no title but the whole one."""
        link = super().link(column, row, page)
        return replace(link, title=row.article.title, shown=row.article.title)

    def answer(self, ask: Ask) -> Answer:
        """Answer the JSONP."""
        key = ask.query.get("lb", "")
        host = f"http://{ask.headers.get('Host', '')}"
        rows = [replace(link, href=host + link.href) for link in self.found(key)]
        return Answer(listing(rows, ask.query, key), SCRIPT)
