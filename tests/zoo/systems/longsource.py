"""Answers of 龙讯 (LONGSOURCE): a page for each organ, its list from a label of the server, a search by title.

    organ(...)     ``/public/column/<organ>?type=4&catId=<category>&action=list``: a page without rows
    rows_of(...)   ``/site/label/8888?…labelName=publicInfoList…`` by GET or POST: a piece of HTML;
                   ``keyWords`` searches the titles, ``organId`` and ``catId`` are obeyed
    column_rows(...)   ``/content/column/<id>?pageIndex=2``: the plain column of a department, with ``Ls.pagination``

After facts/portals.md, family F.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from fazhi_zoo.articles import Article
from fazhi_zoo.pages import Link
from fazhi_zoo.site import Answer, Ask, Site
from fazhi_zoo.systems.base import Column, System, Tree
from fazhi_zoo.systems.hanweb import number
from fazhi_zoo.systems.loaded import Units, below

LABEL = "/site/label/8888"
MOST = 50


@dataclass(frozen=True, slots=True)
class Shelf:
    """The rows of one category of one organ."""

    organ: str
    category: str
    rows: tuple[Link, ...]


def organ(
    site: str,
    code: str,
    name: str,
    categories: Mapping[str, str],
    category: str,
    others: Mapping[str, str],
    base: str,
    file: str,
) -> str:
    """Return the page of an organ: its categories, the organs beside it, and the script that loads the list.

    ``base`` is the directory of the organs, ``file`` the template that the label is told."""
    here = f"{base}/{code}"
    tree = "".join(
        f'<li><a href="{here}?type=4&amp;catId={key}&amp;action=list">{escape(word)}</a></li>'
        for key, word in categories.items()
    )
    organs = "".join(
        f'<li><a href="{base}/{key}?type=4&amp;action=list">{escape(word)}</a></li>' for key, word in others.items()
    )
    query = {
        "IsAjax": "1", "dataType": "html", "labelName": "publicInfoList", "siteId": site, "organId": code,
        "type": "4", "catId": category, "catIds": "", "pageSize": "20", "pageIndex": "1", "action": "list",
        "fuzzySearch": "false", "fromCode": "title", "keyWords": "", "sortType": "1", "isDate": "true",
        "dateFormat": "yyyy-MM-dd", "length": "80", "file": file,
    }  # fmt: skip
    return f"""<h2>{escape(name)}</h2>
<div class="xxgk_tree"><ul>{tree}</ul></div>
<div id="xxgk_lmcon" class="xxgk_listbox"></div>
<div id="page_public_info"></div>
<div class="xxgk_organ"><ul>{organs}</ul></div>
<script type="text/javascript">
var siteId = "{site}", organId = "{code}", catId = "{category}";
$.ajax({{ url: "{LABEL}?{urlencode(query, safe="/")}", type: "POST",
  success: function (html) {{ $("#xxgk_lmcon").html(html); }} }});
</script>"""


def rows_of(shelves: Sequence[Shelf], values: Mapping[str, str], size: int = 20) -> bytes:
    """Answer the label: rows of an organ and a category (none named: all of them), titles that hold ``keyWords``."""
    organ_id, category = values.get("organId", ""), values.get("catId", "")
    word = values.get("keyWords", "")
    rows = [
        link
        for shelf in shelves
        for link in shelf.rows
        if shelf.organ == organ_id and category in ("", shelf.category) and word in link.title
    ]
    if values.get("labelName") != "publicInfoList" or not rows:
        return '<div class="xxgk_nomsg">暂无相关信息</div>'.encode()
    size = min(number(values, "pageSize", size), MOST)
    page = number(values, "pageIndex", 1)
    items = "\n".join(
        f'<ul class="xxgk_navli"><li class="mc"><a href="{escape(link.href)}" target="_blank" '
        f'title="{escape(link.title)}">{escape(link.shown)}</a></li>'
        f'<li class="rq"><span class="date">{link.day or ""}</span></li></ul>'
        for link in rows[(page - 1) * size : page * size]
    )
    return f"""<div class="xxgk_navlist">
{items}
</div>
<script>Ls.pagination("#page_public_info", function (index) {{ load(index); }}, {{ pageCount:{-(-len(rows) // size)},
 pageIndex:{page}, total:{len(rows)} }});</script>""".encode()


def column_rows(rows: Sequence[Link], values: Mapping[str, str], path: str, size: int = 15) -> str:
    """Return a plain column: rows in the page, a pager by script whose pages are ``?pageIndex=``."""
    page = number(values, "pageIndex", 1)
    items = "\n".join(
        f'<li><span class="right date">{link.day or ""}</span><a href="{escape(link.href)}" target="_blank" '
        f'title="{escape(link.title)}">{escape(link.shown)}</a></li>'
        for link in rows[(page - 1) * size : page * size]
    )
    return f"""<ul class="doc_list">
{items}
</ul>
<div id="page_list"></div>
<script>
Ls.pagination("#page_list", function (index) {{ location.href = "{path}?pageIndex=" + index; }},
  {{ currPage: {page}, pageCount:{max(1, -(-len(rows) // size))}, link: "{path}?pageIndex=1" }});
</script>"""


class Longsource(System):
    """Organs with categories; every list comes from the one label."""

    family = "longsource"
    prefix = ""
    file = "/xxgk/publicInfoList_newest2020"

    def __init__(self, tree: Tree) -> None:
        super().__init__(tree)
        self.units = Units(tree)

    @property
    def site_id(self) -> str:
        """The id of the site."""
        return f"67{self.spec.adcode[1:]}"

    def organ(self, number: int) -> str:
        """Return the id of a unit."""
        return str(6596000 + number * 17)

    def category(self, column: Column) -> str:
        """Return the id of a column's category."""
        return str(6717000 + column.number)

    def column(self, column: Column) -> str:
        """Return the organ's page with the category; a column without rows is a plain directory."""
        if not column.rows:
            return column.path
        organ_id = self.organ(self.units.number(column))
        return f"{self.prefix}/public/column/{organ_id}?type=4&catId={self.category(column)}&action=list"

    def article(self, column: Column, article: Article) -> str:
        """Return ``/public/<organ>/<id>.html``."""
        return f"{self.prefix}/public/{self.organ(self.units.number(column))}/{104200000 + article.number}.html"

    def minimum(self, column: Column) -> int:
        """Return the organ's page and the answers of 50 rows."""
        return 1 + -(-len(column.rows) // MOST)

    def mine(self, number: int) -> list[Column]:
        """Return the columns with rows of a unit."""
        return [c for c in self.tree.walk() if c.owner is self and c.rows and self.units.number(c) == number]

    def lists(self, site: Site, column: Column) -> None:
        """Add the organ's page and the label."""
        number = self.units.number(column)

        def page(ask: Ask) -> Answer:
            """Answer the organ's page; without a category it is that of the first."""
            columns = {self.category(c): c for c in self.mine(number)}
            here = ask.query.get("catId", "")
            if here not in columns:
                here = next(iter(columns))
            names = {key: c.name for key, c in columns.items()}
            others = {self.organ(n): name for n, name in self.units.beside(column) if self.mine(n)}
            name, base = self.units.names()[number], f"{self.prefix}/public/column"
            main = organ(self.site_id, self.organ(number), name, names, here, others, base, self.file)
            return site.html(self.page(columns[here], main))

        site.routes[f"{self.prefix}/public/column/{self.organ(number)}"] = page
        site.routes[LABEL] = self.answer

    def answer(self, ask: Ask) -> Answer:
        """Answer the label."""
        shelves = [
            Shelf(self.organ(self.units.number(c)), self.category(c), tuple(self.links(c, LABEL)))
            for c in self.tree.walk()
            if c.owner is self
        ]
        return Answer(rows_of(shelves, {**ask.query, **ask.form}))


class LongsourcePrefixed(Longsource):
    """The same below a directory, with another template."""

    prefix = "/zwgk"
    file = "/ybj/xxgk/publicInfoList_newest2022"


class LongsourceColumn(Longsource):
    """The plain column of a department: rows in the page, further pages by script."""

    size = 6

    def column(self, column: Column) -> str:
        """Return ``/content/column/<id>``."""
        return f"/content/column/{self.category(column)}" if column.rows else column.path

    def article(self, column: Column, article: Article) -> str:
        """Return ``/public/content/<id>``."""
        return f"/public/content/{104200000 + article.number}"

    def minimum(self, column: Column) -> int:
        """Return the number of pages."""
        return -(-len(column.rows) // self.size)

    def lists(self, site: Site, column: Column) -> None:
        """Add the pages."""
        path = column.address
        links = self.links(column, path)

        def answer(ask: Ask) -> Answer:
            """Answer a page of the column."""
            return site.html(self.page(column, below(column) + column_rows(links, ask.query, path, self.size)))

        site.routes[path] = answer
