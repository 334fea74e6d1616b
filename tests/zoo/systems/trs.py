"""TRS and its neighbours: static lists whose pager is written by a script, in every form of the call.

A call that begins with a number counts from 0 (page 2 = ``index_1``), one that begins with the id of an element from 1
(page 2 = ``index_2``). After facts/portals.md, families A, C, L.
"""

from __future__ import annotations

import hashlib

from fazhi_zoo.articles import Article
from fazhi_zoo.systems.base import Column, Paged


def hexes(article: Article, spec_code: str, length: int = 32) -> str:
    """Return an id of hexadecimal digits, the same for an article in every column."""
    return hashlib.sha256(f"{spec_code} article {article.number}".encode()).hexdigest()[:length]


class Trs(Paged):
    """``createPageHTML(pages, current from 0, "index", "html")``, articles ``tYYYYMMDD_ID``."""

    family = "trs"
    name, ext, first = "index", "html", 0

    def article(self, column: Column, article: Article) -> str:
        """Return ``<column>/YYYYMM/tYYYYMMDD_ID.html``: in another column the same file name in another directory."""
        day = article.filed
        return f"{column.path}{day:%Y%m}/t{day:%Y%m%d}_{6583000 + article.number * 7}.{self.ext}"

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return the directory for page 1, then numbered files."""
        return column.path if page == 1 else f"{column.path}{self.name}_{page - 1 + self.first}.{self.ext}"

    def also(self, column: Column, total: int) -> dict[str, str]:
        """The directory's own file name gives page 1 too."""
        return {f"{column.path}{self.name}.{self.ext}": column.path}

    def call(self, column: Column, page: int, total: int) -> str:
        """Return the script call."""
        return f'createPageHTML({total}, {page - 1}, "{self.name}", "{self.ext}");'

    def pager(self, column: Column, page: int, total: int) -> str:
        """Return the script that writes the pager; there is no anchor to follow."""
        return f'<div class="page" id="page_div"><script>{self.call(column, page, total)}</script></div>'


class TrsShtml(Trs):
    """The 0-based call with further arguments, as in Hubei."""

    ext = "shtml"

    def call(self, column: Column, page: int, total: int) -> str:
        """Return the script call."""
        return f'createPageHTML({total},{page - 1},"{self.name}","{self.ext}","black2",{len(column.rows)});'


class TrsHunan(Trs):
    """The call of Hunan: an id first, pages from 1; addresses of articles are ``content_N.html``."""

    first = 1

    def article(self, column: Column, article: Article) -> str:
        """Return ``/N/N/content_N.html``: no name and no date in it."""
        return f"/{column.number}/{column.number + 3}/content_{1700000 + article.number * 11}.html"

    def call(self, column: Column, page: int, total: int) -> str:
        """Return the script call."""
        return f"createPageHTML('paging',{total},{page},'{self.name}','{self.ext}',{len(column.rows)});"


class TrsCreatePage(Trs):
    """``createPage(N, …)``, 0-based."""

    def call(self, column: Column, page: int, total: int) -> str:
        """Return the script call."""
        return f'createPage({total}, {page - 1}, "{self.name}", "{self.ext}");'


class TrsConfig(Trs):
    """An object ``pagination_script_config`` with the number of pages, 0-based names."""

    def call(self, column: Column, page: int, total: int) -> str:
        """Return the object and the call that reads it."""
        return (
            f"var pagination_script_config = {{ current: {page - 1}, total: {total}, prefix: '{self.name}',"
            f" suffix: '{self.ext}' }};\nwritePagination(pagination_script_config);"
        )


class SetPage(Trs):
    """``.pagination("setPage", current, total)`` of Shanghai: from 1, and the total is two pages too many."""

    first = 1
    lie = 2
    verdict = "truncated"  # a page the site names cannot be had: nobody can tell from outside that nothing was on it

    def article(self, column: Column, article: Article) -> str:
        """Return ``/nwN/YYYYMMDD/<32 hex>.html``."""
        return f"/nw{column.number}/{article.filed:%Y%m%d}/{hexes(article, self.spec.code)}.html"

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return ``/nwN/index.html``, ``/nwN/index_2.html`` …"""
        return f"/nw{column.number}/index{f'_{page}' if page > 1 else ''}.html"

    def also(self, column: Column, total: int) -> dict[str, str]:
        """The directory gives page 1 too."""
        return {f"/nw{column.number}/": f"/nw{column.number}/index.html"}

    def call(self, column: Column, page: int, total: int) -> str:
        """Return the script call."""
        return f'$(".pagination").pagination("setPage",{page},{total + self.lie});'


class SichuanCols(Trs):
    """``list.shtml`` with the call that begins with an id, articles ``/cols/YYYY/M/D/<32 hex>.shtml``."""

    family = "generic"
    name, ext = "list", "shtml"

    def article(self, column: Column, article: Article) -> str:
        """Return an address without the column in it."""
        day = article.filed
        return f"/cols/{day.year}/{day.month}/{day.day}/{hexes(article, self.spec.code)}.shtml"

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return ``/<site>/cN/list.shtml``, ``list_2.shtml`` …"""
        return f"/{self.spec.code}/c{100000 + column.number}/list{f'_{page}' if page > 1 else ''}.shtml"

    def also(self, column: Column, total: int) -> dict[str, str]:
        """Nothing else leads to a list page."""
        return {}

    def call(self, column: Column, page: int, total: int) -> str:
        """Return the script call."""
        return f"createPageHTML('page_div',{total},{page},'list','shtml',{len(column.rows)});"
