"""Answers of the disclosure platform of 广东 (gkmlpt).

    index(...)      ``/gkmlpt/index``: a page without rows; ``window._CONFIG`` holds the unit's SID and its tree
    listing(...)    ``/gkmlpt/api/all/<category>?page=&sid=``: JSON, 100 rows a page, page 0 and page 1 are the same
    detail(...)     the article: its body is JSON-escaped in ``_CONFIG.DETAIL.content``, the visible place is empty

Each unit of a county has a platform of its own at ``/<unit>/gkmlpt/`` on the same host, with its own SID.
After facts/portals.md, family D.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from fazhi_zoo import markup, pages
from fazhi_zoo.articles import Article
from fazhi_zoo.pages import Link
from fazhi_zoo.site import Answer, Ask, Site, truth_of
from fazhi_zoo.systems.base import Column, Row, System, Tree
from fazhi_zoo.systems.loaded import JSON, Units

SIZE = 100


@dataclass(frozen=True, slots=True)
class Node:
    """A category of the tree."""

    code: int
    name: str
    children: tuple[Node, ...] = ()

    def plain(self) -> dict[str, object]:
        """Return the node as the page's script holds it."""
        return {"id": self.code, "name": self.name, "children": [child.plain() for child in self.children]}


def config(sid: str, unit: str, tree: Sequence[Node] = (), detail: Mapping[str, object] | None = None) -> str:
    """Return the script that every page of the platform carries; slashes are escaped, as PHP writes JSON."""
    values: list[tuple[str, object]] = [
        ("SID", sid),
        ("SITE_NAME", unit),
        ("SERVICE_AREA_ID", 991),
        ("TREE", [node.plain() for node in tree]),
    ]
    if detail is not None:
        values.append(("DETAIL", detail))
    lines = ",\n".join(f"  {name}: {json.dumps(value)}".replace("/", "\\/") for name, value in values)
    return f"<script>\nwindow._CONFIG = {{\n{lines}\n}};\n</script>"


def index(sid: str, unit: str, tree: Sequence[Node], units: Mapping[str, str]) -> str:
    """Return the main part of the platform's page; ``units`` are path -> name of the platforms beside it."""
    others = "".join(f'<li><a href="{path}">{escape(name)}</a></li>' for path, name in units.items())
    return f"""{config(sid, unit, tree)}
<div id="app" class="gkmlpt"><div class="tree"></div><div class="list-content"></div></div>
<div class="units"><h3>区直部门和镇（街道）</h3><ul>{others}</ul></div>
<script src="/gkmlpt/js/app.js"></script>"""


def listing(
    rows: Sequence[Link],
    values: Mapping[str, str],
    sid: str,
    name: str,
    publisher: str,
    files: Mapping[str, Sequence[tuple[str, str]]],
) -> bytes:
    """Answer the list. The rows are those of the category; another unit's SID brings none. ``files`` are address of
    an article -> (name, address) of its files."""
    found = rows if values.get("sid") == sid else ()
    word = values.get("page", "1")
    page = max(int(word), 1) if word.isdigit() else 1  # page 0 is page 1
    articles = [
        {
            "id": _id(link),
            "title": link.title,
            "document_number": "",
            "publisher": publisher,
            "identifier": "",
            "date": f"{link.day}",
            "created_at": f"{link.day} 10:00:00",
            "display_publish_time": f"{link.day}",
            "first_publish_time": f"{link.day}",
            "classify_main_name": name,
            "url": link.href,
            "post_url": "",
            "attachment": [
                {"name": word, "type": "pdf", "size": 48_211, "url": url} for word, url in files.get(link.href, ())
            ],
            "is_expired": 0,
            "is_abolished": 0,
        }
        for link in found[(page - 1) * SIZE : page * SIZE]
    ]
    total = len(found)
    return json.dumps({"classify": {"post_count": total}, "total": total, "articles": articles}).encode()


def _id(link: Link) -> int:
    return int(link.href.rpartition("_")[2].partition(".")[0])


def detail(sid: str, unit: str, title: str, content: str, labels: Sequence[tuple[str, str]]) -> str:
    """Return the main part of an article: eight labels, and the body within the script alone."""
    cells = "".join(f"<tr><td>{escape(name)}：</td><td>{escape(value)}</td></tr>" for name, value in labels)
    return f"""<div class="classify"><table>{cells}</table></div>
<h1 class="title document-number">{escape(title)}</h1>
<div class="article-content"></div>
{config(sid, unit, detail={"title": title, "content": content})}"""


class Gkmlpt(System):
    """The platform: one page a unit, whose categories are the columns; the lists come from its API."""

    family = "gkmlpt"

    def __init__(self, tree: Tree) -> None:
        super().__init__(tree)
        self.units = Units(tree)

    def base(self, number: int) -> str:
        """Return the directory of a unit's platform; the government's is at the top."""
        return f"/hhx{chr(96 + number)}j/gkmlpt" if number else "/gkmlpt"

    def sid(self, number: int) -> str:
        """Return the SID of a unit."""
        return f"{self.spec.adcode[:4]}{number + 11:03d}"

    def category(self, column: Column) -> int:
        """Return the id of a column's category."""
        return 31000 + column.number

    def column(self, column: Column) -> str:
        """Return the platform's page with the category behind ``#``: no server ever sees it."""
        return f"{self.base(self.units.number(column))}/index#{self.category(column)}"

    def article(self, column: Column, article: Article) -> str:
        """Return ``<unit>/gkmlpt/content/9/9103/post_9103540.html``."""
        number = 9103000 + article.number
        base = self.base(self.units.number(column))
        return f"{base}/content/{number // 1000000}/{number // 1000}/post_{number}.html"

    def minimum(self, column: Column) -> int:
        """Return the platform's page and the answers of 100 rows."""
        return 1 + -(-len(column.rows) // SIZE)

    def link(self, column: Column, row: Row, page: str) -> Link:
        """Return one row; the API knows no title but the whole one."""
        link = super().link(column, row, page)
        return replace(link, title=row.article.title, shown=row.article.title)

    def mine(self, number: int) -> list[Column]:
        """Return the columns of a unit that this system publishes."""
        return [c for c in self.tree.walk() if c.owner is self and self.units.number(c) == number]

    def publish(self, site: Site, column: Column) -> None:
        """Add a column's API and its articles; the page is the unit's, the same for all its columns."""
        number = self.units.number(column)
        base = self.base(number)
        site.pages[f"{base}/index"] = site.hosted(self.index(column))
        for row in column.rows:  # no page of the platform carries the standard meta tags
            row.article.has_meta = False
            row.article.facts["published_source"] = "label"
        for category in (0, self.category(column)):  # 0 = everything of the unit
            site.routes[f"{base}/api/all/{category}"] = self.answer
        self.articles(site, column)

    def index(self, column: Column) -> str:
        """Return the page of a column's unit."""
        number = self.units.number(column)
        columns = self.mine(number)
        tops = [self.node(c, columns) for c in columns if c.parent not in columns]
        beside = {f"{self.base(other)}/index": name for other, name in self.units.beside(column) if self.mine(other)}
        name = self.units.names()[number]
        main = index(self.sid(number), name, tops, beside)
        crumbs = f'<a href="{self.base(number)}/index">政府信息公开</a>'
        return pages.frame(self.spec, f"政府信息公开_{name}", {}, crumbs, main, self.tree.chrome)

    def node(self, column: Column, columns: Sequence[Column]) -> Node:
        """Return a column as a node of the tree."""
        below = tuple(self.node(child, columns) for child in column.children if child in columns)
        return Node(self.category(column), column.name, below)

    def answer(self, ask: Ask) -> Answer:
        """Answer the API of any unit."""
        base, _, category = ask.route.rpartition("/api/all/")
        number = next(n for n in range(len(self.units.names())) if self.base(n) == base)
        columns = [c for c in self.mine(number) if category in ("0", str(self.category(c)))]
        links = [link for column in columns for link in self.links(column, base)]
        files = {
            path: truth_of(row.article, path).attachments
            for column in columns
            for row in column.rows
            for path in [self.article(column, row.article)]
        }
        links.sort(key=lambda link: (link.day is not None, link.day, link.href), reverse=True)
        name = self.units.names()[number]
        return Answer(listing(links, ask.query, self.sid(number), columns[0].name, name, files), JSON)

    def article_page(
        self,
        site: Site,
        column: Column,
        article: Article,
        near: tuple[Link | None, Link | None],
        related: Sequence[Link],
    ) -> Answer:
        """Return an article whose body stands in the script alone; the labels always tell issuer and date."""
        number = self.units.number(column)
        facts = article.facts
        again = article.title if facts.get("title_where") == "body" else None
        body = markup.body(article.blocks, article.markup, "none", link=article.link, title=again)
        files = "".join(
            pages.FILES["a"].format(href=href, name=escape(name))
            for name, href in facts.get("attachments", ())  # type: ignore[attr-defined]  # facts holds plain objects
        )
        written = facts.get("written")
        labels = (
            ("索引号", facts.get("index_no") or ""), ("分类", facts.get("topic") or ""),
            ("发布机构", facts["publisher"]), ("成文日期", written or ""), ("名称", article.title),
            ("文号", facts.get("doc_no") or ""), ("发布日期", article.published), ("主题词", ""),
        )  # fmt: skip
        main = detail(
            self.sid(number),
            self.units.names()[number],
            article.title,
            body,
            [(name, str(value)) for name, value in labels],
        )
        main += f'\n<div class="attachments">{files}</div>'
        title = f"{article.title}_{self.spec.site_name}"
        return site.html(pages.frame(self.spec, title, {}, self.crumbs(column), main, self.tree.chrome))
