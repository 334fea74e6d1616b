"""Columns that cannot be walked to: what is below them is drawn by a script that only a browser runs.

    Veiled   the menu is drawn by script, the lists are static: only 网站地图 names their addresses
    Datacall the lists are drawn by script too, from a service that refuses whoever has no signature (TRS IGS): only
             the portal's search engine or its sitemap.xml leads to the articles

After facts/portals.md, section 2, "JS-only lists".
"""

from __future__ import annotations

import json

from fazhi_zoo.articles import Article
from fazhi_zoo.site import Answer, Ask, Site
from fazhi_zoo.systems.base import Column, System
from fazhi_zoo.systems.loaded import JSON, dated
from fazhi_zoo.systems.trs import Trs

SERVICE = "/igs/front/data/call.jhtml"
SEARCHED = 10  # hits in one answer of most search engines


class Veiled(Trs):
    """Static lists below a menu drawn by script."""

    def index_page(self, column: Column) -> str:
        """Return the page of a column without rows: an empty place and a script."""
        return self.page(column, drawn(f"menu-{column.number}"))


class Datacall(System):
    """Menus and lists drawn by script."""

    def column(self, column: Column) -> str:
        """Return the directory."""
        return column.path

    def article(self, column: Column, article: Article) -> str:
        """Return ``<column>/YYYYMM/tYYYYMMDD_ID.html``."""
        return f"{column.path}{article.filed:%Y%m}/{dated(article)}.html"

    def index_page(self, column: Column) -> str:
        """Return the page of a column without rows: an empty place and a script."""
        return self.page(column, drawn(f"menu-{column.number}"))

    def lists(self, site: Site, column: Column) -> None:
        """Add the column's page, and the service that refuses."""
        site.pages[column.address] = site.hosted(self.page(column, drawn(f"list-{column.number}")))
        site.routes[SERVICE] = refuse

    def minimum(self, column: Column) -> int:
        """Return the search engine's page and its answers; for sitemap.xml it is less."""
        return 1 + -(-len(column.rows) // SEARCHED)


def drawn(key: str) -> str:
    """Return an empty place, and the script that fills it."""
    return f"""<div class="igs-list" data-key="{key}"></div><div class="igs-pager"></div>
<script src="/images/igs.bundle.js"></script>
<script>igs.datacall({{ url: "{SERVICE}", key: "{key}", sign: igs.sign("{key}") }});</script>"""


def refuse(ask: Ask) -> Answer:
    """Answer the service: nobody here can sign."""
    return Answer(json.dumps({"code": 403, "message": "sign error", "data": None}).encode(), JSON, 403)
