"""Static lists with a pager of anchors, of numbers, or none at all. After facts/portals.md, families D, E, H, L."""

from __future__ import annotations

import uuid
from itertools import chain, repeat

from fazhi_zoo import pages
from fazhi_zoo.articles import Article
from fazhi_zoo.site import Site
from fazhi_zoo.systems.base import Column, Paged
from fazhi_zoo.systems.trs import hexes

SITE = uuid.UUID("5f0b7c4e-0000-4000-8000-000000000000")


class Anchored(Paged):
    """首页 上一页 下一页 尾页; a step that leads nowhere is plain text or an empty link."""

    following, previous = "下一页", "上一页"

    def pager(self, column: Column, page: int, total: int) -> str:
        """Return the four steps."""
        here = self.listing(column, page, total)

        def step(label: str, to: int, live: bool) -> str:
            href = self.href(here, self.listing(column, to, total)) if live else "javascript:;"
            return f'<a href="{href}">{label}</a>'

        steps = (
            step("首页", 1, page > 1),
            step(self.previous, page - 1, page > 1),
            step(self.following, page + 1, page < total),
            step("尾页", total, page < total),
        )
        return f'<div class="pages">共{len(column.rows)}条 {page}/{total} {" ".join(steps)}</div>'


class Nfcms(Anchored):
    """``index.html``, ``index_2.html``; articles ``content/post_N.html``."""

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return ``index.html``, ``index_2.html`` …"""
        return f"{column.path}index{f'_{page}' if page > 1 else ''}.html"

    def article(self, column: Column, article: Article) -> str:
        """Return ``<column>/content/post_N.html``."""
        return f"{column.path}content/post_{9103000 + article.number}.html"

    def also(self, column: Column, total: int) -> dict[str, str]:
        """The directory gives page 1 too."""
        return {column.path: self.listing(column, 1, total)}


class Vsb(Paged):
    """Numbers that go down: page 2 of N is ``<column>/<N-1>.htm``, the last page ``<column>/1.htm``."""

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return ``<column>.htm``, then ``<column>/<number>.htm``."""
        path = column.path.rstrip("/")
        return f"{path}.htm" if page == 1 else f"{path}/{total - page + 1}.htm"

    def article(self, column: Column, article: Article) -> str:
        """Return ``/info/<tree>/N.htm``: the same article has another tree number in another column."""
        return f"/info/{column.number}/{4300 + article.number}.htm"

    def pager(self, column: Column, page: int, total: int) -> str:
        """Return 上页 and 下页, relative as the system writes them."""
        here = self.listing(column, page, total)

        def step(label: str, mark: str, to: int, live: bool) -> str:
            href = self.href(here, self.listing(column, to, total))
            inner = f'<a href="{href}">{label}</a>' if live else label
            return f'<span class="p_{mark} p_fun">{inner}</span>'

        steps = (
            step("上页", "prev", page - 1, page > 1),
            step("下页", "next", page + 1, page < total),
            step("尾页", "last", total, page < total),
        )
        return f'<div class="p_pages"><span class="p_t">共{len(column.rows)}条</span>{"".join(steps)}</div>'


class SiteServer(Anchored):
    """``/channels/N.html``, ``/channels/N_2.html``; articles ``/contents/N/ID.html``."""

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return a page of a channel."""
        return f"/channels/{column.number}{f'_{page}' if page > 1 else ''}.html"

    def article(self, column: Column, article: Article) -> str:
        """Return ``/contents/<channel>/ID.html``."""
        return f"/contents/{column.number}/{20500 + article.number}.html"


class PagedContent(Paged):
    """``/channels/chN/``: all rows stand in one page, in boxes of which a script shows one."""

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return the one page."""
        return f"/channels/ch{column.number:05d}/"

    def total(self, column: Column) -> int:
        """Return 1."""
        return 1

    def article(self, column: Column, article: Article) -> str:
        """Return ``/chN/<19 digits>.html``."""
        return f"/articles/ch{column.number:05d}/{article.filed:%Y%m}/{hexes(article, self.spec.code)}.shtml"

    def pager(self, column: Column, page: int, total: int) -> str:
        """Return the script that shows one box."""
        return '<div class="pager"></div><script>showPagedContent(1);</script>'

    def lists(self, site: Site, column: Column) -> None:
        """Add the one page, its rows in boxes of equal size."""
        path, size = column.address, self.tree.per_page
        links = self.links(column, path)
        boxes = [links[start : start + size] for start in range(0, len(links), size)]
        rows = "".join(
            f'<div class="pagedContent" style="display:{shown}">{pages.list_rows(self.spec, box)}</div>'
            for box, shown in zip(boxes, chain(["block"], repeat("none")), strict=False)
        )
        site.pages[path] = site.hosted(self.page(column, f"{rows}{self.pager(column, 1, 1)}"))


class Hebei(Anchored):
    """``/columns/<uuid>/index.html``; articles ``/columns/<uuid>/YYYYMM/DD/<uuid>.html``."""

    def _column(self, column: Column) -> str:
        return f"/columns/{uuid.uuid5(SITE, f'{self.spec.code} {column.number}')}"

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return a page of a column."""
        return f"{self._column(column)}/index{f'_{page}' if page > 1 else ''}.html"

    def article(self, column: Column, article: Article) -> str:
        """Return an address with two ids, only the second is the article's."""
        own = uuid.uuid5(SITE, f"{self.spec.code} article {article.number}")
        return f"{self._column(column)}/{article.filed:%Y%m/%d}/{own}.html"


class ChannelDoc(Anchored):
    """``/gongkai/site_x/channel_c_N/``, articles ``doc_<24 hex>.html`` beside the list, as in Zibo."""

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return a page of a channel."""
        return f"{self._channel(column)}index{f'_{page}' if page > 1 else ''}.html"

    def article(self, column: Column, article: Article) -> str:
        """Return a document of a channel."""
        return f"{self._channel(column)}doc_{hexes(article, self.spec.code, 24)}.html"

    def _channel(self, column: Column) -> str:
        return f"/gongkai/site_{self.spec.adcode}/channel_c_{self.spec.adcode}_n_{column.number}/"


class NodeContent(Anchored):
    """``/Node-N.html``, ``/Node-N_2.html``, articles ``/Content-N.html``: all in one directory, as in Ankang."""

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return a page of a node."""
        return f"/Node-{column.number}{f'_{page}' if page > 1 else ''}.html"

    def article(self, column: Column, article: Article) -> str:
        """Return an address without the column."""
        return f"/Content-{2290000 + article.number}.html"


class NineteenDigits(Anchored):
    """Lists ``1.html``, ``2.html``; articles ``<19 digits>.html`` beside them."""

    following, previous = "下页", "上页"

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return a numbered page."""
        return f"{column.path}{page}.html"

    def article(self, column: Column, article: Article) -> str:
        """Return a number of 19 digits."""
        return f"{column.path}{1_400_000_000_000_000_000 + article.number * 7_919_131_313}.html"


class Program(Anchored):
    """``list.jsp?id=N&page=2``, articles ``content.jsp?id=N``."""

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return the program with the number of the column."""
        return f"/web/list.jsp?id={column.number}" + (f"&page={page}" if page > 1 else "")

    def article(self, column: Column, article: Article) -> str:
        """Return an address without the column."""
        return f"/web/content.jsp?id={30200 + article.number}"

    def pager(self, column: Column, page: int, total: int) -> str:
        """Return the four steps, ampersands escaped."""
        return super().pager(column, page, total).replace("&page", "&amp;page")


class Silent(Paged):
    """No pager at all: ``list.html`` shows the first rows, ``list_2.html`` exists."""

    form, second = "list.html", "list_{}.html"

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return ``list.html``, ``list_2.html`` …"""
        return column.path + (self.form if page == 1 else self.second.format(page))

    def article(self, column: Column, article: Article) -> str:
        """Return ``<column>/YYYY/MM-DD/N.html``."""
        return f"{column.path}{article.filed:%Y/%m-%d}/{3620600 + article.number}.html"

    def pager(self, column: Column, page: int, total: int) -> str:
        """Return an empty box that a script of another file fills."""
        return '<div class="pagination" id="pager"></div><script src="/images/pager.js"></script>'


class SilentDirectory(Silent):
    """The same over a directory whose page 2 is ``index_1.html``; articles end in a number and a directory."""

    form = ""

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return the directory, then ``index_1.html`` …"""
        return column.path if page == 1 else f"{column.path}index_{page - 1}.html"

    def article(self, column: Column, article: Article) -> str:
        """Return ``<column>/<YYYYMMDD and digits>/index.html``."""
        return f"{column.path}{article.filed:%Y%m%d}{15000 + article.number}/index.html"


class Numbers(Paged):
    """``list-N-1.html``: a row of numbers, the current one without a link."""

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return ``list-<column>-<page>.html``."""
        return f"/list-{column.number}-{page}.html"

    def article(self, column: Column, article: Article) -> str:
        """Return ``content-<column>-N-1.html``."""
        return f"/content-{column.number}-{980000 + article.number}-1.html"

    def pager(self, column: Column, page: int, total: int) -> str:
        """Return the numbers."""
        here = self.listing(column, page, total)
        links = (
            f"<b>{n}</b>" if n == page else f'<a href="{self.href(here, self.listing(column, n, total))}">{n}</a>'
            for n in range(1, total + 1)
        )
        return f'<div class="pagination">{" ".join(links)}</div>'


class Framed(Anchored):
    """The list stands in a frame of the column's page, beside frames that hold none."""

    def column(self, column: Column) -> str:
        """Return the page with the frames, or that of the children."""
        return f"{column.path}index.html"

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return a page inside the frame."""
        return f"/common/list/{column.number}/index{f'_{page}' if page > 1 else ''}.html"

    def article(self, column: Column, article: Article) -> str:
        """Return ``/art/<column>/N.html``."""
        return f"/art/{column.number}/{article.filed:%Y}/{60200 + article.number}.html"

    def lists(self, site: Site, column: Column) -> None:
        """Add the pages inside the frame and the one around it."""
        super().lists(site, column)
        frame = self.href(column.address, self.listing(column, 1, self.total(column)))
        below = "".join(f"<li>{self.anchor(column.address, child)}</li>" for child in column.children)
        main = (
            f'<ul class="columns">{below}</ul>'
            f'<iframe src="/visitcount/count.html?id={column.number}" width="0"></iframe>'
            f'<iframe id="list" src="{frame}" width="100%" height="900" frameborder="0"></iframe>'
        )
        site.pages[column.address] = site.hosted(self.page(column, main))

    def minimum(self, column: Column) -> int:
        """Return the pages inside the frame and the one that tells where it is."""
        return self.total(column) + 1
