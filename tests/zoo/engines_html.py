"""Search engines that answer with a page: the box on the home page leads straight to them.

    Was5         ``/was5/web/search``: ``channelid`` stands hidden in the box
    LongsourceSearch   ``/site/search/<site>``: ``fromCode=title`` limits the search to titles
    Hunan        ``/hunan/<area>/news``: ``p`` counts from 0

After facts/portals.md, section 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote, urlencode

from fazhi_zoo.finding import Hit, Search, base, count, cut, find, frame, marked
from fazhi_zoo.site import Answer, Ask, Site, html
from fazhi_zoo.systems.base import Tree


class Was5(Search):
    """TRS WAS 5."""

    action = api = "/was5/web/search"
    field = "searchword"

    def channel(self, tree: Tree) -> str:
        """Return the channel of a portal."""
        return f"2{tree.spec.adcode[1:]}"

    def hidden(self, tree: Tree) -> dict[str, str]:
        """Return channel and order."""
        return {"channelid": self.channel(tree), "orderby": "-docreltime"}

    def answer(self, tree: Tree, ask: Ask) -> Answer:
        """Answer with a page; of another channel, with the engine's complaint."""
        values = ask.query
        if values.get("channelid") != self.channel(tree):
            return html(tree.spec, "<html><head><title>WAS</title></head><body>频道不存在</body></html>")
        word = values.get("searchword", "")
        size, page = count(values.get("perpage", ""), 10), count(values.get("page", ""), 1)
        hits = find(tree, word, title_only=True)
        items = "\n".join(
            f'<li><div><a href="{base(ask)}{hit.path}" target="_blank">{marked(hit.title, word, "font")}</a></div>'
            f'<div class="pubtime">{hit.day:%Y.%m.%d}</div></li>'
            for hit in cut(hits, page, size)
        )
        last = max(1, -(-len(hits) // size))
        query = {**values, "searchword": word, "perpage": str(size), "page": str(page + 1)}
        after = f'<a class="next-page" href="search?{escape(urlencode(query))}">下一页</a>' if page < last else ""
        main = (
            f'<div class="outline"><div>共找到 <b>{len(hits)}</b> 条结果</div>'
            f'<table><tr><td class="searchresult"><ol>{items}</ol></td></tr></table></div>'
            f'<div class="outline_page">{page}/{last} {after}</div>'
        )
        return html(tree.spec, frame(tree, main))


class LongsourceSearch(Search):
    """龙讯: the number of the site stands in the address."""

    action = api = "/site/search"
    field = "keywords"

    def hidden(self, tree: Tree) -> dict[str, str]:
        """Return what the engine is asked besides."""
        return {"platformCode": "", "isAllSite": "true", "fromCode": "", "typeCode": "all"}

    def box(self, tree: Tree) -> str:
        """Return the box with the site's number in its address."""
        return super().box(tree).replace(self.action, f"{self.action}/{self.number(tree)}")

    def number(self, tree: Tree) -> str:
        """Return the number of a portal's site."""
        return f"67{tree.spec.adcode[1:]}"

    def publish(self, site: Site, tree: Tree) -> None:
        """Add the endpoint under the site's number."""
        site.routes[f"{self.api}/{self.number(tree)}"] = lambda ask: self.answer(tree, ask)

    def answer(self, tree: Tree, ask: Ask) -> Answer:
        """Answer with a page."""
        values = ask.query
        word = values.get("keywords", "")
        size, page = count(values.get("pageSize", ""), 10), count(values.get("pageIndex", ""), 1)
        hits = find(tree, word, title_only=values.get("fromCode") == "title")
        items = "\n".join(
            f'<ul class="search-list"><li class="search-title"><a href="{hit.path}" target="_blank" '
            f'title="{escape(hit.title)}">{marked(hit.title, word)}</a></li>'
            f'<li class="search-url"><a href="{hit.path}">{hit.path}</a> <span class="date">{hit.day}</span></li></ul>'
            for hit in cut(hits, page, size)
        )
        main = (
            f'<div id="search_list">{items}</div><div id="page_search"></div><script>Ls.pagination("#page_search", '
            f"function (i) {{ go(i); }}, {{ pageCount:{-(-len(hits) // size)}, pageIndex:{page}, total:{len(hits)} }});"
            "</script>"
        )
        return html(tree.spec, frame(tree, main))


class Hunan(Search):
    """The engine of 湖南: one host for the province, an area for each portal; here under the portal's own host."""

    field = "q"

    def area(self, tree: Tree) -> str:
        """Return the nine digits of a portal's area."""
        return f"{tree.spec.adcode}000"

    def box(self, tree: Tree) -> str:
        """Return the box with the area in its address."""
        return super().box(tree).replace('action=""', f'action="/hunan/{self.area(tree)}/news"')

    def publish(self, site: Site, tree: Tree) -> None:
        """Add the endpoint under the area."""
        site.routes[f"/hunan/{self.area(tree)}/news"] = lambda ask: self.answer(tree, ask)

    def answer(self, tree: Tree, ask: Ask) -> Answer:
        """Answer with a page of ten hits; titles and texts are searched alike."""
        word, page = ask.query.get("q", ""), count(ask.query.get("p", ""), 0, least=0)
        hits = find(tree, word, title_only=False)
        main = (
            f'<div class="time-limit"><span class="result">为您找到相关结果 {len(hits)} 个</span></div>'
            f'<div id="hits">{self.items(cut(hits, page + 1, 10), word, ask)}</div>'
            f'<div class="page">{self.pager(word, page, -(-len(hits) // 10))}</div>'
        )
        return html(tree.spec, frame(tree, main))

    def items(self, hits: Sequence[Hit], word: str, ask: Ask) -> str:
        """Return the hits of a page."""
        return "\n".join(
            f'<div class="hit"><div class="title"><a href="{base(ask)}{hit.path}" title="{escape(hit.title)}" '
            f'target="_blank">{marked(hit.title, word)}</a></div><span class="source-time">{hit.day}</span></div>'
            for hit in hits
        )

    def pager(self, word: str, page: int, last: int) -> str:
        """Return the numbers of the pages; the number shown is one more than that in the address."""
        return " ".join(
            f"<b>{n + 1}</b>" if n == page else f'<a href="news?q={quote(word)}&amp;p={n}">{n + 1}</a>'
            for n in range(last)
        )
