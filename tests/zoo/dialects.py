"""Shapes of addresses and pagers, one class a dialect; ``DIALECTS`` holds them by the name used in ``portals.toml``.

TRS and systems like it have static pages, articles named by date, and a script call that writes the pager. The trap: a
call that begins with a number counts pages from 0 (page 2 = ``index_1``), a call that begins with the id of an
element counts from 1 (page 2 = ``index_2``). The others make their pager of anchors.
"""

from __future__ import annotations

from datetime import date


class Dialect:
    """Addresses of one column. ``path`` is its address in ``portals.toml``; pages count from 1."""

    family = "generic"  # name of the crawler's family

    def __init__(self, path: str) -> None:
        self.path = path

    def listing(self, page: int, total: int) -> str:
        """Return the path of a list page of ``total`` pages."""
        raise NotImplementedError

    def article(self, number: int, day: date) -> str:
        """Return the path of an article."""
        raise NotImplementedError

    def pager(self, page: int, total: int, records: int) -> str:
        """Return the pager's HTML for a list page."""
        raise NotImplementedError

    def href(self, path: str) -> str:
        """Return the link from a list page to an article."""
        return path

    def also(self, total: int) -> dict[str, str]:
        """Return further paths that give a list page: path -> path of ``listing``."""
        return {}


class TrsZero(Dialect):
    """``createPageHTML(pages, current from 0, "index", "html")``: page 2 is ``index_1.html``."""

    family = "trs"
    name, ext, first = "index", "html", 0

    def listing(self, page: int, total: int) -> str:
        """Return the directory for page 1, then numbered files."""
        return self.path if page == 1 else f"{self.path}{self.name}_{page - 1 + self.first}.{self.ext}"

    def article(self, number: int, day: date) -> str:
        """Return ``<column>/YYYYMM/tYYYYMMDD_ID.html``."""
        return f"{self.path}{day:%Y%m}/t{day:%Y%m%d}_{6583000 + number * 7}.{self.ext}"

    def href(self, path: str) -> str:
        """Return a relative link, as TRS writes it."""
        return "./" + path.removeprefix(self.path)

    def call(self, page: int, total: int, records: int) -> str:
        """Return the script call."""
        return f'createPageHTML({total}, {page - 1}, "{self.name}", "{self.ext}");'

    def pager(self, page: int, total: int, records: int) -> str:
        """Return the script that writes the pager; there is no anchor to follow."""
        call = self.call(page, total, records)
        return f'<div class="page" id="page_div"><script type="text/javascript">{call}</script></div>'

    def also(self, total: int) -> dict[str, str]:
        """The directory's own file name gives page 1 too."""
        return {f"{self.path}{self.name}.{self.ext}": self.path}


class TrsShtml(TrsZero):
    """The 0-based call with further arguments, as in Hubei."""

    ext = "shtml"

    def call(self, page: int, total: int, records: int) -> str:
        """Return the script call."""
        return f'createPageHTML({total},{page - 1},"{self.name}","{self.ext}","black2",{records});'


class TrsOne(TrsZero):
    """The call of Hunan: an id first, pages from 1, page 2 is ``index_2.html``."""

    first = 1

    def call(self, page: int, total: int, records: int) -> str:
        """Return the script call."""
        return f"createPageHTML('page_div',{total},{page},'{self.name}','{self.ext}',{records});"


class TrsList(TrsOne):
    """The same call over ``list.shtml``."""

    name, ext = "list", "shtml"

    def listing(self, page: int, total: int) -> str:
        """Return ``list.shtml``, ``list_2.shtml`` …"""
        return f"{self.path}list.shtml" if page == 1 else f"{self.path}list_{page}.shtml"

    def also(self, total: int) -> dict[str, str]:
        """The directory gives page 1 too."""
        return {self.path: f"{self.path}list.shtml"}


class NextAnchor(Dialect):
    """Static pages ``index_2.html`` reached over 下一页; the last page has the words without a link."""

    def listing(self, page: int, total: int) -> str:
        """Return ``index.html``, ``index_2.html`` …"""
        return f"{self.path}index.html" if page == 1 else f"{self.path}index_{page}.html"

    def article(self, number: int, day: date) -> str:
        """Return ``<column>/content/post_N.html``."""
        return f"{self.path}content/post_{1854400 + number}.html"

    def pager(self, page: int, total: int, records: int) -> str:
        """Return 首页 上一页 下一页 尾页; a step that leads nowhere is plain text or an empty link."""

        def step(label: str, to: int, live: bool) -> str:
            return f'<a href="{self.listing(to, total)}">{label}</a>' if live else f'<a href="javascript:;">{label}</a>'

        steps = (
            step("首页", 1, page > 1),
            step("上一页", page - 1, page > 1),
            step("下一页", page + 1, page < total),
            step("尾页", total, page < total),
        )
        return f'<div class="pages">共{records}条 {page}/{total} ' + " ".join(steps) + "</div>"

    def also(self, total: int) -> dict[str, str]:
        """The directory gives page 1 too."""
        return {self.path: self.listing(1, total)}


class Query(NextAnchor):
    """A program: ``list.jsp?id=7&page=2``, articles ``content.jsp?id=N``."""

    def listing(self, page: int, total: int) -> str:
        """Return ``list.jsp?id=7``, ``list.jsp?id=7&page=2`` …"""
        return f"{self.path}list.jsp?id=7" + (f"&page={page}" if page > 1 else "")

    def article(self, number: int, day: date) -> str:
        """Return ``content.jsp?id=N``."""
        return f"{self.path}content.jsp?id={30200 + number}"

    def also(self, total: int) -> dict[str, str]:
        """Page 1 has two addresses."""
        return {f"{self.path}list.jsp?id=7&page=1": self.listing(1, total)}


class Numbered(Dialect):
    """Static pages ``list_2.html`` with numbers only: no 下一页 and no script."""

    def listing(self, page: int, total: int) -> str:
        """Return ``list.html``, ``list_2.html`` …"""
        return f"{self.path}list.html" if page == 1 else f"{self.path}list_{page}.html"

    def article(self, number: int, day: date) -> str:
        """Return ``<column>/YYYY/MM-DD/N.html``."""
        return f"{self.path}{day:%Y/%m-%d}/{3620600 + number}.html"

    def pager(self, page: int, total: int, records: int) -> str:
        """Return a row of numbers, the current one without a link."""
        links = (
            f"<b>{n}</b>" if n == page else f'<a href="{self.listing(n, total).rsplit("/", 1)[1]}">{n}</a>'
            for n in range(1, total + 1)
        )
        return '<div class="pagination">' + " ".join(links) + "</div>"

    def also(self, total: int) -> dict[str, str]:
        """The directory gives page 1 too."""
        return {self.path: self.listing(1, total)}


class Downwards(NextAnchor):
    """Numbers that go down: page 2 of N is ``<column>/<N-1>.htm``, the last page ``<column>/1.htm``."""

    def listing(self, page: int, total: int) -> str:
        """Return ``<column>.htm``, then ``<column>/<number>.htm``."""
        return f"{self.path}.htm" if page == 1 else f"{self.path}/{total - page + 1}.htm"

    def article(self, number: int, day: date) -> str:
        """Return ``/info/<tree>/N.htm``."""
        return f"/info/1021/{4300 + number}.htm"

    def pager(self, page: int, total: int, records: int) -> str:
        """Return 上页 and 下页."""
        previous = f'<a href="{self.listing(page - 1, total)}">上页</a>' if page > 1 else "<span>上页</span>"
        following = f'<a href="{self.listing(page + 1, total)}">下页</a>' if page < total else "<span>下页</span>"
        return f'<div class="p_pages"><span class="p_t">共{records}条</span>{previous} {following}</div>'

    def also(self, total: int) -> dict[str, str]:
        """Nothing else leads to a list page."""
        return {}


DIALECTS: dict[str, type[Dialect]] = {
    "trs_zero": TrsZero,
    "trs_one": TrsOne,
    "trs_shtml": TrsShtml,
    "trs_list": TrsList,
    "next_anchor": NextAnchor,
    "numbered": Numbered,
    "query": Query,
    "downwards": Downwards,
}
