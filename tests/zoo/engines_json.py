"""Search engines that want a POST of JSON; the codes they ask for stand in the page of results.

    Irs            TRS IRS ``/irs/front/search``; orderBy and searchBy must be there
    Guangdong      ``/api/search/all``: JSON or a form; ``position=title`` limits to titles
    EpointSearch   ``…/getFullTextDataNew``; ``pn`` is an offset

After facts/portals.md, section 8.
"""

from __future__ import annotations

from fazhi_zoo.finding import Search, base, count, cut, find, marked, reply
from fazhi_zoo.site import Answer, Ask
from fazhi_zoo.systems.base import Tree
from fazhi_zoo.systems.loaded import digest


def posted(ask: Ask) -> dict[str, object]:
    """Return the object that was posted as JSON, empty where it is none."""
    return ask.json if isinstance(ask.json, dict) else {}


class Irs(Search):
    """TRS IRS."""

    action, field, api = "/irs-c-web/search.shtml", "searchWord", "/irs/front/search"

    def hidden(self, tree: Tree) -> dict[str, str]:
        """Return code and type of data, as the box of the home page has them."""
        return {"code": self.code(tree), "dataTypeId": self.kind(tree)}

    def code(self, tree: Tree) -> str:
        """Return the code of a portal's search."""
        return digest("irs", tree.spec.code)[:11]

    def kind(self, tree: Tree) -> str:
        """Return the number of the type of data."""
        return str(1800 + int(tree.spec.adcode) % 100)

    def results(self, tree: Tree) -> str:
        """Return the empty page of results."""
        return f"""<div id="search-app"></div>
<script type="text/javascript">
var config = {{ code: "{self.code(tree)}", dataTypeId: "{self.kind(tree)}", configCode: "" }};
axios.post("/irs/front/search", {{ code: config.code, dataTypeId: config.dataTypeId, searchWord: word,
  orderBy: "related", searchBy: "title", pageNo: 1, pageSize: 10, granularity: "ALL", filters: [] }}).then(render);
</script>"""

    def answer(self, tree: Tree, ask: Ask) -> Answer:
        """Answer JSON to JSON; what is missing is an error."""
        asked = posted(ask)
        known = (asked.get("code"), str(asked.get("dataTypeId"))) == (self.code(tree), self.kind(tree))
        if not known or not asked.get("orderBy") or not asked.get("searchBy"):
            return reply({"success": False, "code": 400, "message": "参数不合法", "data": None})
        word = str(asked.get("searchWord", ""))
        size, page = count(asked.get("pageSize"), 10), count(asked.get("pageNo"), 1)
        hits = find(tree, word, title_only=asked["searchBy"] == "title")
        boxes = [
            {"type": "list", "data": {"title": marked(hit.title, word), "url": hit.path, "time": f"{hit.day} 00:00:00"}}
            for hit in cut(hits, page, size)
        ]
        pager = {"total": len(hits), "pageNo": page, "pageSize": size, "pageCount": -(-len(hits) // size)}
        return reply({"success": True, "code": 200, "data": {"pager": pager, "middle": {"listAndBox": boxes}}})


class Guangdong(Search):
    """The engine of 广东: one for all portals of the province; here under the portal's own host."""

    action, field, api = "/search/all", "keywords", "/api/search/all"

    def hidden(self, tree: Tree) -> dict[str, str]:
        """Return the number of the site."""
        return {"site_id": self.site_id(tree)}

    def site_id(self, tree: Tree) -> str:
        """Return the number of a portal's site."""
        return f"{tree.spec.adcode[:3]}{tree.spec.adcode[-3:]}"

    def results(self, tree: Tree) -> str:
        """Return the empty page of results."""
        return f"""<div id="search"></div>
<script>
window.searchConfig = {{ site_id: "{self.site_id(tree)}", range: "site", gdbsDivision: "{tree.spec.adcode}",
  service_area: 991, api: "/api/search/all" }};
</script>
<script src="/static/search.js"></script>"""

    def answer(self, tree: Tree, ask: Ask) -> Answer:
        """Answer JSON or a form; another site's number finds nothing."""
        asked = posted(ask) or dict(ask.form)
        word, page = str(asked.get("keywords", "")), count(asked.get("page"), 1)
        hits = find(tree, word, title_only=asked.get("position") == "title")
        if str(asked.get("site_id")) != self.site_id(tree):
            hits = []
        rows = [
            {"title": marked(hit.title, word), "url": base(ask) + hit.path, "pub_time": f"{hit.day} 09:00:00"}
            for hit in cut(hits, page, 20)
        ]
        return reply({"code": 0, "data": {"news": {"total": len(hits), "page": page, "list": rows}}})


class EpointSearch(Search):
    """Full text search of 新点."""

    action, field = "/search/fullsearch.html", "wd"
    api = "/inteligentsearch/rest/esinteligentsearch/getFullTextDataNew"

    def results(self, tree: Tree) -> str:
        """Return the empty page of results."""
        return f"""<div id="record"></div>
<script type="text/javascript">
var searchUrl = "{self.api}", cnum = "{self.number(tree)}";
ask({{ token: "", pn: 0, rn: 10, sdt: "", edt: "", wd: word, inc_wd: "", exc_wd: "", fields: "title", cnum: cnum,
  sort: "", ssort: "title", cl: 500, terminal: "", highlights: "title" }});
</script>"""

    def number(self, tree: Tree) -> str:
        """Return the number of a portal's catalogue."""
        return f"{int(tree.spec.adcode) % 900 + 1:03d}"

    def answer(self, tree: Tree, ask: Ask) -> Answer:
        """Answer JSON to JSON; ``pn`` counts hits, not pages."""
        asked = posted(ask)
        word = str(asked.get("wd", ""))
        first, size = count(asked.get("pn"), 0, least=0, most=10_000), count(asked.get("rn"), 10)
        hits = find(tree, word, title_only=asked.get("fields") == "title")
        if asked.get("cnum") not in (self.number(tree), ""):
            hits = []
        records = [
            {"title": marked(hit.title, word, "em style='color:red'"), "linkurl": hit.path, "showdate": f"{hit.day}"}
            for hit in hits[first : first + size]
        ]
        return reply({"result": {"totalcount": len(hits), "records": records}})
