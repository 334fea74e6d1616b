"""Answers of 大汉 (Hanweb) systems: columns fed by ``dataproxy.jsp``, the disclosure module ``xxgk``, truecms.

    embedded(rows, ...)       page 1: several display pages at once, as CDATA inside ``<datastore>``
    dataproxy(rows, ...)      further rows as XML; one kind of server obeys ``page``, the other ``startrecord``
    xxgk_shell / xxgk_table   the disclosure module: a page without rows, and the answer to its POST
    truecms_page / message    the same rows over JSONP, refused without Referer
    Hanweb HanwebOld Xxgk Truecms TruecmsStrict   the systems

After facts/portals.md, families B, B2 and J.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Literal
from urllib.parse import urlencode

from fazhi_zoo.articles import Article
from fazhi_zoo.pages import Link
from fazhi_zoo.site import Answer, Ask, Site
from fazhi_zoo.systems.base import Column
from fazhi_zoo.systems.loaded import SCRIPT, XML, Loaded, uuid

MOST = 300  # records in one answer, whatever ``perpage`` asks for
MOST_TRUECMS = 20
MOST_STRICT = 10
Habit = Literal["page", "startrecord"]


def number(values: Mapping[str, str], name: str, other: int) -> int:
    """Return a parameter as a positive number, ``other`` where it is missing or none.

    >>> number({"page": "3", "size": "x"}, "page", 1), number({"size": "x"}, "size", 15), number({"p": "0"}, "p", 1)
    (3, 15, 1)
    """
    word = values.get(name, "")
    return int(word) if word.isdigit() and int(word) > 0 else other


def row(link: Link) -> str:
    """Return the list item of one row."""
    day = f"<span>{link.day}</span>" if link.day else ""
    title = escape(link.title)
    return f'<li><a href="{escape(link.href)}" title="{title}" target="_blank">{escape(link.shown)}</a>{day}</li>'


def datastore(rows: Sequence[Link], total: int, group: str = "") -> str:
    """Return rows as the XML of the list component."""
    records = "\n".join(f"<record><![CDATA[\n{row(link)}]]></record>" for link in rows)
    following = f"<nextgroup><![CDATA[{group}]]></nextgroup>\n" if group else ""
    return (
        f"<datastore>\n{following}<totalrecord>{total}</totalrecord>\n<recordset>\n{records}\n</recordset></datastore>"
    )


def embedded(rows: Sequence[Link], proxy: str, ids: Mapping[str, str], *, shown: int, groups: int) -> str:
    """Return the list component of a column page: ``groups`` display pages of ``shown`` rows, and the script that
    asks ``proxy`` for more."""
    query = urlencode({**ids, "page": "1"}, safe="/:")
    group = f'<a href="{proxy}?{query}"></a>'
    xml = datastore(rows[: shown * groups], len(rows), group)
    return f"""<div id="{ids["unitid"]}" class="default_pgContainer"></div>
<script type="text/xml">{xml}</script>
<script type="text/javascript">
$("#{ids["unitid"]}").jpage({{ proxyUrl:'{proxy}', perPage:{shown}, startRecord:1, endRecord:{shown * groups},
 totalRecord:{len(rows)}, perGroup:{groups}, pageIndex:1, showMode:'full',
 ajaxParam:{{{", ".join(f"{name}:'{value}'" for name, value in ids.items())}}} }});
</script>"""


def dataproxy(rows: Sequence[Link], values: Mapping[str, str], ids: Mapping[str, str], habit: Habit) -> bytes:
    """Answer a request for rows. Without the ids of the column nothing comes back, and no error tells so."""
    if any(values.get(name) != ids[name] for name in ("columnid", "unitid")):
        return datastore((), 0).encode()
    if habit == "page":  # startrecord and endrecord are ignored
        size = min(number(values, "perpage", 15), MOST)
        first = (number(values, "page", 1) - 1) * size
    else:  # page is ignored
        first = number(values, "startrecord", 1) - 1
        size = min(max(number(values, "endrecord", first + 15) - first, 0), MOST)
    return datastore(rows[first : first + size], len(rows)).encode()


def xxgk_shell(area: str) -> str:
    """Return the page of the disclosure module: a tree in a frame and an empty place for the table."""
    return f"""<iframe id="tree" src="/module/xxgk/tree.jsp?area={area}" width="220" height="600"></iframe>
<div id="xxgk_list"></div>
<script type="text/javascript">
var searchUrl = '/module/xxgk/search.jsp?standardXxgk=1&isAllList=1';
function query(currpage) {{
  $.post('/module/xxgk/search.jsp', {{ area:'{area}', infotypeId:'', jdid:'1', divid:'div1', sortfield:'compaltedate:0',
    vc_title:'', vc_number:'', currpage:currpage, fbtime:'', texttype:'' }},
    function (html) {{ $('#xxgk_list').html(html); }});
}}
query(1);
</script>"""


def xxgk_table(rows: Sequence[Link], values: Mapping[str, str], area: str, size: int = 15) -> bytes:
    """Answer the module's POST. The rows are those of the whole area: the column the page stands in does not count;
    ``vc_title`` searches the titles."""
    if values.get("area") != area:
        return "<table><tr><td>没有检索到相关信息</td></tr></table>".encode()
    found = [link for link in rows if values.get("vc_title", "") in link.title]
    pages = max(1, -(-len(found) // size))
    page = number(values, "currpage", 1)
    lines = []
    for place, link in enumerate(found[(page - 1) * size : page * size]):
        kind = "even" if place % 2 else "odd"
        title = escape(link.title)
        lines.append(
            f'<tr class="tr_main_value_{kind}"><td align="center">{(page - 1) * size + place + 1}</td>'
            f"<td><a href='{escape(link.href)}' title='{title}' target='_blank'>{escape(link.shown)}</a></td>"
            f'<td align="center">{link.day or ""}</td></tr>'
        )
    pager = f"共&nbsp;{len(found)}&nbsp;条&nbsp;第{page}/{pages}页"
    if page < pages:
        pager += f' <a style="cursor:pointer" onclick="query({page + 1})">下一页</a>'
    body = "\n".join(lines)
    return f'<table class="tb_main">\n{body}\n<tr><td colspan="3">{pager}</td></tr></table>'.encode()


def xxgk_tree(area: str, names: Mapping[str, str]) -> bytes:
    """Return the tree of the module: code -> name of its classes. A click calls a script: nothing to follow."""
    nodes = "".join(
        f"<li><a href=\"javascript:show('{area}','{code}')\">{name}</a></li>" for code, name in names.items()
    )
    return f"<html><body><ul class='tree'>{nodes}</ul></body></html>".encode()


def truecms_page(proxy: str, column: str, shown: int, total: int) -> str:
    """Return the list component of a truecms column: no row in the page, all by script."""
    return f"""<ul class="xxgk-list" id="pageContent"></ul><div id="pagination"></div>
<script type="text/javascript">
$("#pagination").truepage({{ proxyUrl: '{proxy}', columnId: '{column}', perPage: {shown}, totalRecord: {total},
  dataType: 'jsonp', jsonp: 'callback' }});
</script>"""


def message(rows: Sequence[Link], values: Mapping[str, str], column: str, *, strict: bool = False) -> bytes:
    """Answer the JSONP of truecms, rows counted from ``startrecord``. Who asks for more than 20 gets 20, from a
    ``strict`` server nothing at all when it is more than 10."""
    refused = strict and number(values, "perpage", 15) > MOST_STRICT
    found = rows if values.get("columnId") == column and not refused else ()
    first = number(values, "startrecord", 1) - 1
    size = min(number(values, "perpage", 15), max(number(values, "endrecord", first + 15) - first, 0), MOST_TRUECMS)
    answer = json.dumps({"result": datastore(found[first : first + size], len(found))}, ensure_ascii=False)
    return f"{values.get('callback', 'callback')}({answer})".encode()


class Hanweb(Loaded):
    """Columns fed by ``dataproxy.jsp``; its server ignores ``startrecord`` and obeys ``page``."""

    family = "hanweb"
    route = "/module/web/jpage/dataproxy.jsp"
    habit: Habit = "page"
    rows_shown, groups = 5, 3
    shown, size = rows_shown * groups, MOST

    def column(self, column: Column) -> str:
        """Return ``/col/colN/index.html``."""
        return f"/col/col{self.key(column)}/index.html"

    def key(self, column: Column) -> str:
        """Return the number of the column."""
        return str(1229000 + column.number)

    def article(self, column: Column, article: Article) -> str:
        """Return ``/art/YYYY/M/D/art_COL_ID.html``."""
        day = article.filed
        return f"/art/{day.year}/{day.month}/{day.day}/art_{self.key(column)}_{58900000 + article.number}.html"

    def ids(self, column: Column) -> dict[str, str]:
        """Return the parameters of a column's list."""
        return {
            "appid": "1", "webid": "12", "path": "/", "columnid": self.key(column), "unitid": self.unit(column),
            "webname": self.spec.site_name, "sourceContentType": "1", "permissiontype": "0",
        }  # fmt: skip

    def unit(self, column: Column) -> str:
        """Return the id of the list component, which is another for each column."""
        return str(5400000 + column.number * 3)

    def main(self, column: Column) -> str:
        """Return the list component."""
        links = self.links(column, column.address)
        return embedded(links, self.route, self.ids(column), shown=self.rows_shown, groups=self.groups)

    def answer(self, ask: Ask) -> Answer:
        """Answer GET and POST alike."""
        values = {**ask.query, **ask.form}
        column = self.shelves.get(values.get("columnid", ""))
        if column is None:
            return Answer(datastore((), 0).encode(), XML)
        return Answer(dataproxy(self.links(column, self.route), values, self.ids(column), self.habit), XML)


class HanwebOld(Hanweb):
    """The older address, whose server obeys ``startrecord`` and ignores ``page``."""

    route = "/module/jpage/dataproxy.jsp"
    habit: Habit = "startrecord"


class Xxgk(Hanweb):
    """The disclosure module: the same answer for every column, over all of them."""

    route = "/module/xxgk/search.jsp"
    shown, size = 0, 15

    @property
    def area(self) -> str:
        """The code of the area."""
        return f"11{self.spec.adcode}000001"

    def main(self, column: Column) -> str:
        """Return the shell of the module."""
        return xxgk_shell(self.area)

    def lists(self, site: Site, column: Column) -> None:
        """Add the column's page, the module's POST and its tree."""
        super().lists(site, column)
        names = {shelf.slug: shelf.name for shelf in self.shelves.values()}
        site.routes["/module/xxgk/tree.jsp"] = lambda ask: Answer(xxgk_tree(self.area, names))

    def answer(self, ask: Ask) -> Answer:
        """Answer the POST; a GET brings the empty frame of the module."""
        if ask.method != "POST":
            return Answer(b"<html><body></body></html>")
        links = [link for column in self.shelves.values() for link in self.links(column, self.route)]
        links.sort(key=lambda link: (link.day or date.min, link.href), reverse=True)
        return Answer(xxgk_table(links, {**ask.query, **ask.form}, self.area))


class Truecms(Loaded):
    """JSONP with a Referer, else 404; few rows in one answer."""

    family = "truecms"
    route = "/truecms/messageController/getMessage.do"
    size = MOST_TRUECMS
    strict = False

    def key(self, column: Column) -> str:
        """Return the UUID of a column."""
        return uuid(self.spec.code, column.number)

    def column(self, column: Column) -> str:
        """Return a directory with a file for the list."""
        return f"{column.path}{column.slug}.html"

    def article(self, column: Column, article: Article) -> str:
        """Return ``<column>/content/<uuid>.html``."""
        return f"{column.path}content/{uuid(self.spec.code, 'article', article.number)}.html"

    def main(self, column: Column) -> str:
        """Return the list component."""
        return truecms_page(self.route, self.key(column), 10 if self.strict else 15, len(column.rows))

    def answer(self, ask: Ask) -> Answer:
        """Answer the JSONP."""
        if not ask.headers.get("Referer"):
            return Answer(b"", "text/html", 404)
        column = ask.query.get("columnId", "")
        return Answer(message(self.found(column), ask.query, column, strict=self.strict), SCRIPT)


class TruecmsStrict(Truecms):
    """The same, whose server gives nothing when asked for more than 10 rows."""

    size = MOST_STRICT
    strict = True
