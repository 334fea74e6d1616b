"""Search engines asked by GET that answer JSON: the codes they want stand in the page of results.

    Igs          TRS IGS ``/igs/front/search.jhtml``: code and siteId; ``position=TITLE`` limits to titles
    TrsSearch    ``/trs-search/trssearch/v2/searchAll.do``: siteId
    Broken       the same as IGS, whose endpoint fails with 500

After facts/portals.md, section 8.
"""

from __future__ import annotations

from fazhi_zoo.finding import FOREIGN, Search, base, count, cut, find, marked, reply
from fazhi_zoo.site import Answer, Ask
from fazhi_zoo.systems.base import Tree
from fazhi_zoo.systems.loaded import digest


class Igs(Search):
    """TRS IGS. One hit of each answer lies on another site, as where several sites share the engine."""

    action, field, api = "/search/index.html", "searchWord", "/igs/front/search.jhtml"

    def code(self, tree: Tree) -> str:
        """Return the code of a portal's search."""
        return digest("igs", tree.spec.code)

    def site_id(self, tree: Tree) -> str:
        """Return the number of a portal's site."""
        return str(30 + int(tree.spec.adcode) % 50)

    def results(self, tree: Tree) -> str:
        """Return the empty page of results."""
        return f"""<div id="app" class="search-list"></div>
<script type="text/javascript">
var igsConfig = {{ code: "{self.code(tree)}", siteId: "{self.site_id(tree)}", pageSize: 10 }};
function search(pageNumber) {{
  $.get("/igs/front/search.jhtml", {{ code: igsConfig.code, siteId: igsConfig.siteId, searchWord: searchWord,
    pageNumber: pageNumber, pageSize: igsConfig.pageSize, position: "TITLE", orderBy: "" }}, render);
}}
search(1);
</script>"""

    def answer(self, tree: Tree, ask: Ask) -> Answer:
        """Answer JSON; another code finds nothing."""
        values = ask.query
        word = values.get("searchWord", "")
        size, page = count(values.get("pageSize", ""), 10), count(values.get("pageNumber", ""), 1)
        known = (values.get("code"), values.get("siteId")) == (self.code(tree), self.site_id(tree))
        hits = find(tree, word, title_only=values.get("position") == "TITLE") if known else []
        content = [
            {
                "title": marked(hit.title, word),
                "url": base(ask) + hit.path,
                "docreltime" if self.site_id(tree)[-1] in "02468" else "trs_time": f"{hit.day}T08:00:00",
                "trs_site": tree.spec.site_name,
            }
            for hit in cut(hits, page, size)
        ]
        if content and page == 1:
            other = {
                "title": "别处的<em>法治政府建设</em>年度报告",
                "url": FOREIGN,
                "docreltime": "2023-03-01T08:00:00",
            }
            content.insert(1, {**other, "trs_site": "别处人民政府"})
        pages = {"content": content, "total": len(hits), "totalPages": -(-len(hits) // size), "number": page}
        return reply({"code": 200, "page": pages})


class Broken(Igs):
    """The endpoint is down; box and page of results stand as ever."""

    def answer(self, tree: Tree, ask: Ask) -> Answer:
        """Answer with the error page of the server behind."""
        return Answer("<html><head><title>500</title></head><body>服务器内部错误</body></html>".encode(), status=500)


class TrsSearch(Search):
    """TRS search, second version."""

    action, field, api = "/search/", "allKeywords", "/trs-search/trssearch/v2/searchAll.do"

    def results(self, tree: Tree) -> str:
        """Return the empty page of results."""
        return f"""<input type="hidden" id="siteId" value="{self.site_id(tree)}">
<div class="result"></div>
<script type="text/javascript">
var url = "{self.api}?siteId=" + $("#siteId").val() + "&searchTag=all&allKeywords=" + keywords
  + "&fullKeywords=&orKeywords=&notKeywords=&sort=&position=0&organization=&pageNum=1&pageSize=10";
$.getJSON(url, render);
</script>"""

    def site_id(self, tree: Tree) -> str:
        """Return the number of a portal's site."""
        return str(5 + int(tree.spec.adcode) % 90)

    def answer(self, tree: Tree, ask: Ask) -> Answer:
        """Answer JSON; another site's number finds nothing."""
        values = ask.query
        word = values.get("allKeywords", "")
        size, page = count(values.get("pageSize", ""), 10), count(values.get("pageNum", ""), 1)
        hits = find(tree, word, title_only=values.get("position") == "1")
        if values.get("siteId") != self.site_id(tree):
            hits = []
        rows = [
            {
                "title": marked(hit.title, word, "font color='red'"),
                "docpuburl": base(ask) + hit.path,
                "docpubtime": f"{hit.day} 10:00:00",
                "chnlname": hit.column,
            }
            for hit in cut(hits, page, size)
        ]
        return reply({"code": 200, "data": {"total": len(hits), "pageNum": page, "data": rows}})
