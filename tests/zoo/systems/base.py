"""What every content system of the sample portals shares: the tree of columns, and the pages that show it.

Row       an article in a column: the article, the day in the list, whether the list cuts its title
Column    a node of the tree: name, rows, children; `owner` is the system that publishes it
Tree      a portal's whole tree with what its pages need: spec, chrome, rows a page
System    one dialect: addresses, list pages, endpoints; `Paged` = lists of static pages
Engine    a search engine of a portal (``fazhi_zoo.searching``)

The tree knows no addresses: a system makes them from names and numbers. A portal may mix systems, column by column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from html import escape

from fazhi_zoo import pages
from fazhi_zoo.articles import Article
from fazhi_zoo.pages import Chrome, Link
from fazhi_zoo.places import Issuer, PortalSpec
from fazhi_zoo.site import PDF, Answer, Site, truth_of
from fazhi_zoo.systems.written import WRITTEN, entities


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """An article in a column. ``cut``: the list shows a title that ends in … and has no ``title`` attribute."""

    article: Article
    day: date
    cut: bool = False


@dataclass(eq=False)
class Column:
    """A node of a portal's tree, and a list of articles, newest first. ``number`` is unique on its portal.

    ``unit`` is whose column it is, None = the government itself. ``owner`` is the system that publishes it. A column
    without rows shows its children.
    """

    name: str
    slug: str
    number: int
    owner: System
    unit: Issuer | None = None
    parent: Column | None = None
    rows: list[Row] = field(default_factory=list)
    children: list[Column] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The slugs from the top, as a directory: ``/zwgk/fdzdgknr/fzzfjsndbg/``."""
        return f"{self.parent.path if self.parent else '/'}{self.slug}/"

    @property
    def address(self) -> str:
        """The address of its first page."""
        return self.owner.column(self)

    @property
    def line(self) -> list[Column]:
        """The columns from the top down to this one."""
        return [*(self.parent.line if self.parent else ()), self]

    @property
    def holds_reports(self) -> bool:
        """Whether a report stands in its own list."""
        return any(row.article.facts["is_report"] for row in self.rows)

    def walk(self) -> Iterator[Column]:
        """Yield this column and all below it, top first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(eq=False)
class Tree:
    """A portal's tree. ``top`` are the columns of the navigation, ``chrome`` what surrounds every page; ``written`` is
    how pages write their links (``written.WRITTEN``); the children of ``shelf`` are the tabs beside every list."""

    spec: PortalSpec
    per_page: int
    top: list[Column] = field(default_factory=list)
    chrome: Chrome = pages.PLAIN
    written: str = "plain"
    shelf: Column | None = None

    def walk(self) -> Iterator[Column]:
        """Yield every column, top first."""
        for column in self.top:
            yield from column.walk()


class System:
    """One dialect. Subclasses give addresses and lists; pages of articles and of columns without rows are made here."""

    family = "generic"  # name of the crawler's family
    verdict = "ok"  # what a crawl of its lists must conclude

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.spec = tree.spec

    def article(self, column: Column, article: Article) -> str:
        """Return the path of an article; in another column it may be another, with the same id."""
        raise NotImplementedError

    def column(self, column: Column) -> str:
        """Return the path of a column's first list page, or of the page that loads it."""
        raise NotImplementedError

    def lists(self, site: Site, column: Column) -> None:
        """Add the list pages of a column with rows, and the endpoints they load from."""
        raise NotImplementedError

    def minimum(self, column: Column) -> int:
        """Return how many requests read a column's list to its end, when the listing is known."""
        raise NotImplementedError

    def publish(self, site: Site, column: Column) -> None:
        """Add a column to a portal: its lists and its articles, or the page that shows its children."""
        if column.rows:
            self.lists(site, column)
            self.articles(site, column)
        else:
            site.pages[column.address] = site.hosted(self.index_page(column))

    def href(self, page: str, address: str) -> str:
        """Return how the page at a path writes a link to an address; ``site.HOST`` stands for host and port."""
        return WRITTEN[self.tree.written](page, address)

    def links(self, column: Column, page: str) -> list[Link]:
        """Return the rows of a column as the page at a path shows them."""
        return [self.link(column, row, page) for row in column.rows]

    def link(self, column: Column, row: Row, page: str) -> Link:
        """Return one row as the page at a path shows it."""
        title, shown = row.article.title, str(row.article.facts["link_title"])
        if row.cut:
            title = shown = title[:CUT] + "…"
        return Link(title, shown, self.href(page, self.article(column, row.article)), row.day)

    def articles(self, site: Site, column: Column) -> None:
        """Add the pages of a column's articles, their files, and the truth about them."""
        links = [Link(row.article.title, "", self.article(column, row.article), row.day) for row in column.rows]
        known = {(item.title, item.paragraphs): item.path for item in site.truth}
        for at, row in enumerate(column.rows):
            path = links[at].href
            if path in site.pages:
                continue  # the same address under another column
            near = (links[at - 1] if at else None, links[at + 1] if at + 1 < len(links) else None)
            related = [links[(at + step) % len(links)] for step in (2, 3)] if len(links) > 4 else []
            site.pages[path] = self.article_page(site, column, row.article, near, related)
            truth = truth_of(row.article, path)
            shown = self.link(column, row, path)
            copy_of = known.get((truth.title, truth.paragraphs))
            site.truth.append(replace(truth, link_title=shown.shown, copy_of=copy_of))
            for _, file in truth.attachments:
                site.pages[file] = Answer(PDF, "application/pdf")
            if row.article.open:
                site.open.add(path)

    def article_page(
        self,
        site: Site,
        column: Column,
        article: Article,
        near: tuple[Link | None, Link | None],
        related: Sequence[Link],
    ) -> Answer:
        """Return the page of an article."""
        crumbs = f"{self.crumbs(column)} &gt; 正文"
        base = self.article(column, article).rpartition("/")[0] + "/"
        return site.html(
            pages.article_page(
                self.spec, article, column.address, near, related, crumbs=crumbs, base=base, chrome=self.tree.chrome
            )
        )

    def index_page(self, column: Column) -> str:
        """Return the page of a column without rows: its children, and on every other portal the first of theirs."""
        here = column.address
        few = FEW * (int(self.spec.adcode) % 2)
        items = []
        for child in column.children:
            below = "".join(f" {self.anchor(here, grandchild)}" for grandchild in child.children[:few])
            items.append(f"<li>{self.anchor(here, child)}<em>{below}</em></li>")
        return self.page(column, f'<ul class="columns">{"".join(items)}</ul>')

    def page(self, column: Column, main: str) -> str:
        """Return a page of a column with its chrome and tabs around ``main``."""
        page = pages.frame(
            self.spec,
            f"{column.name}_{self.spec.site_name}",
            {"ColumnName": column.name, "ColumnType": "政策文件"},
            self.crumbs(column),
            f"{pages.side(self.tree.chrome)}\n{main}",
            self.tree.chrome,
        )
        return entities(page) if self.tree.written == "entities" else page

    def list_page(self, column: Column, links: Sequence[Link], pager: str) -> str:
        """Return a page of a list: rows and pager."""
        below = "".join(f"<li>{self.anchor(column.address, child)}</li>" for child in column.children)
        menu = f'<ul class="columns">{below}</ul>' if below else ""
        rows = pages.list_rows(self.spec, links)
        return self.page(column, f"{menu}<div class='listbox'>{rows}\n{pager}</div>")

    def anchor(self, page: str, column: Column) -> str:
        """Return a link from the page at a path to a column."""
        return f'<a href="{escape(self.href(page, column.address))}">{escape(column.name)}</a>'

    def crumbs(self, column: Column) -> str:
        """Return the bread crumbs down to a column."""
        return " &gt; ".join(f'<a href="{escape(step.address)}">{escape(step.name)}</a>' for step in column.line)


CUT = 20  # characters of a title that a list shows of a row marked ``cut``
FEW = 4  # grandchildren shown on an index page


class Paged(System):
    """Lists of static pages: subclasses give the address of a page and the pager."""

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return the path of a list page of ``total`` pages, counted from 1."""
        raise NotImplementedError

    def pager(self, column: Column, page: int, total: int) -> str:
        """Return the pager's HTML for a list page."""
        raise NotImplementedError

    def also(self, column: Column, total: int) -> dict[str, str]:
        """Return further paths that give a list page: path -> path of ``listing``."""
        return {}

    def total(self, column: Column) -> int:
        """Return how many pages a column's list has."""
        return max(1, -(-len(column.rows) // self.tree.per_page))

    def column(self, column: Column) -> str:
        """Return the path of page 1."""
        return self.listing(column, 1, self.total(column))

    def minimum(self, column: Column) -> int:
        """Return the number of list pages."""
        return self.total(column)

    def lists(self, site: Site, column: Column) -> None:
        """Add the list pages."""
        total, size = self.total(column), self.tree.per_page
        for page in range(1, total + 1):
            path = self.listing(column, page, total)
            rows = [self.link(column, row, path) for row in column.rows[(page - 1) * size : page * size]]
            site.pages[path] = site.hosted(self.list_page(column, rows, self.pager(column, page, total)))
        for path, same in self.also(column, total).items():
            site.pages[path] = site.pages[same]


class Engine:
    """A search engine of a portal. What it finds stands in ``Tree.walk``, under ``column.owner.article(column, …)``."""

    def box(self, tree: Tree) -> str:
        """Return the search box that stands on every page."""
        raise NotImplementedError

    def publish(self, site: Site, tree: Tree) -> None:
        """Add the engine's pages and endpoints to a portal whose columns are published."""
        raise NotImplementedError
