"""Search engines that want a POST of a form; codes and tokens stand in the page of results.

    Jsearch     ``/jsearchfront/interfaces/cateSearch.do``: the hits are strings of HTML, their links wrapped
    Search5     ``/search5/search/s``: refused without Referer
    SoGov       ``/so/ss/s`` with the page's wordToken
    HenanSolr   ``/search/SolrSearch/searchData`` with the page's token4; ``offset`` counts hits

After facts/portals.md, section 8.
"""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from fazhi_zoo.finding import Search, base, count, cut, find, marked, reply
from fazhi_zoo.site import Answer, Ask, Site
from fazhi_zoo.systems.base import Tree
from fazhi_zoo.systems.loaded import digest


class Jsearch(Search):
    """大汉 jsearch: an answer full of HTML, whose links lead over a counter."""

    action, api = "/jsearchfront/search.do", "/jsearchfront/interfaces/cateSearch.do"
    visit = "/jsearchfront/visit/link.do"

    def hidden(self, tree: Tree) -> dict[str, str]:
        """Return the number of the site: the code of the place with zeros behind."""
        return {"websiteid": self.site_id(tree), "searchid": "1", "pg": "", "p": "1", "tpl": "63"}

    def site_id(self, tree: Tree) -> str:
        """Return the number of a portal's site."""
        return tree.spec.adcode.ljust(15, "0")

    def results(self, tree: Tree) -> str:
        """Return the empty page of results."""
        return f"""<div id="jcse-result"></div>
<script type="text/javascript">
var param = {{ websiteid: "{self.site_id(tree)}", cateid: "{self.category(tree)}", tpl: "63", pg: "10",
  p: "1", pos: "" }};
$.post("/jsearchfront/interfaces/cateSearch.do", param, render, "json");
</script>"""

    def category(self, tree: Tree) -> str:
        """Return the number of the category searched."""
        return str(100 + int(tree.spec.adcode) % 300)

    def publish(self, site: Site, tree: Tree) -> None:
        """Add the page of results, the endpoint and the counter, which sends on to the page."""
        super().publish(site, tree)
        site.routes[self.visit] = lambda ask: Answer(status=302, headers=(("Location", ask.query.get("url", "/")),))

    def answer(self, tree: Tree, ask: Ask) -> Answer:
        """Answer a form; a GET finds nothing."""
        asked = ask.form
        word, page = asked.get("q", ""), count(asked.get("p", ""), 1)
        size = count(asked.get("pg", ""), 10)
        hits = find(tree, word, title_only=asked.get("pos") == "title")
        if asked.get("websiteid") != self.site_id(tree):
            hits = []
        result = []
        for hit in cut(hits, page, size):
            wrapped = f"{self.visit}?url={quote(base(ask) + hit.path, safe='')}&q={quote(word)}&webid=1"
            result.append(
                f'<div class="jcse-result-box news-result"><div class="jcse-news-title"><a href="{escape(wrapped)}" '
                f'target="_blank">{marked(hit.title, word)}</a></div><div class="jcse-news-other-info">'
                f'<div class="jcse-news-url"><a href="{escape(wrapped)}">{base(ask)}{hit.path}</a></div>'
                f'<span class="jcse-news-date">{hit.day}</span></div></div>'
            )
        return reply({"total": len(hits), "page": page, "result": result})


class Search5(Search):
    """开普 search5."""

    action, field, api = "/search5/html/searchResult.html", "searchWord", "/search5/search/s"

    def hidden(self, tree: Tree) -> dict[str, str]:
        """Return the ten digits of the site."""
        return {"siteCode": tree.spec.site_code, "column": "全部"}

    def results(self, tree: Tree) -> str:
        """Return the empty page of results."""
        return f"""<div class="results-list"></div>
<script type="text/javascript">
var siteCode = "{tree.spec.site_code}";
$.post("/search5/search/s", {{ siteCode: siteCode, searchWord: word, column: "全部", uc: 1, pageSize: 10,
  pageNum: 1 }});
</script>"""

    def answer(self, tree: Tree, ask: Ask) -> Answer:
        """Answer a form; without Referer it is refused."""
        if ask.method != "POST" or not ask.headers.get("Referer"):
            return reply({"message": "forbidden"}, 403)
        asked = ask.form
        word, page = asked.get("searchWord", ""), count(asked.get("pageNum", ""), 1)
        size = count(asked.get("pageSize", ""), 10)
        hits = find(tree, word, title_only=False) if asked.get("siteCode") == tree.spec.site_code else []
        rows = [
            {
                "title": marked(hit.title, word),
                "url": base(ask) + hit.path,
                "pubDate": f"{hit.day} 08:30:00",
                "content": "",
                "siteName": tree.spec.site_name,
            }
            for hit in cut(hits, page, size)
        ]
        return reply({"searchResultAll": {"total": len(hits), "searchTotal": rows}})


class SoGov(Search):
    """so-gov: its token stands in the page of results, and a search without it finds nothing."""

    action, field, api = "/so/s", "qt", "/so/ss/s"

    def hidden(self, tree: Tree) -> dict[str, str]:
        """Return the ten digits of the site."""
        return {"siteCode": tree.spec.site_code, "tab": "all", "toolsStatus": "1"}

    def token(self, tree: Tree) -> str:
        """Return the token."""
        return digest("so-gov", tree.spec.code)

    def results(self, tree: Tree) -> str:
        """Return the empty page of results."""
        return f"""<input type="hidden" id="wordToken" name="wordToken" value="{self.token(tree)}">
<input type="hidden" id="timestamp" value="1735689600000"><div class="wordGuide"></div>
<script type="text/javascript">
var siteCode = "{tree.spec.site_code}";
$.post("/so/ss/s", {{ siteCode: siteCode, tab: "all", timestamp: $("#timestamp").val(),
  wordToken: $("#wordToken").val(), page: 1, pageSize: 20, qt: word, timeOption: 0, sort: "relevance", keyPlace: 0,
  fileType: "" }}, render);
</script>"""

    def answer(self, tree: Tree, ask: Ask) -> Answer:
        """Answer a form."""
        asked = ask.form
        if asked.get("wordToken") != self.token(tree) or asked.get("siteCode") != tree.spec.site_code:
            return reply({"code": 403, "msg": "wordToken error", "data": None})
        word, page = asked.get("qt", ""), count(asked.get("page", ""), 1)
        size = count(asked.get("pageSize", ""), 20)
        hits = find(tree, word, title_only=asked.get("keyPlace") == "1")
        rows = [
            {"title": marked(hit.title, word), "viewUrl": base(ask) + hit.path, "docDate": f"{hit.day}"}
            for hit in cut(hits, page, size)
        ]
        return reply({"code": 200, "data": {"search": {"totalHits": len(hits), "searchs": rows}}})


class HenanSolr(Search):
    """Solr as in 河南: its token stands in the page of results."""

    action, api = "/search/SolrSearch/s", "/search/SolrSearch/searchData"

    def token(self, tree: Tree) -> str:
        """Return the token."""
        return digest("solr", tree.spec.code)

    def results(self, tree: Tree) -> str:
        """Return the empty page of results."""
        return f"""<form id="searchForm"><input type="hidden" name="token4" value="{self.token(tree)}">
<input type="hidden" name="siteId" value="{self.site_id(tree)}"></form>
<div id="result"></div>
<script type="text/javascript">
$.post("/search/SolrSearch/searchData", $("#searchForm").serialize() + "&offset=0&limit=10&q=" + q, render, "json");
</script>"""

    def site_id(self, tree: Tree) -> str:
        """Return the number of a portal's site."""
        return digest("solr site", tree.spec.code)

    def answer(self, tree: Tree, ask: Ask) -> Answer:
        """Answer a form; ``offset`` counts hits."""
        asked = ask.form
        if asked.get("token4") != self.token(tree):
            return reply({"code": 500, "msg": "非法请求"}, 500)
        word = asked.get("q", "")
        first, size = count(asked.get("offset", ""), 0, least=0, most=10_000), count(asked.get("limit", ""), 10)
        hits = find(tree, word, title_only=False)
        rows = [
            {"articleTitle": marked(hit.title, word), "articleUri": hit.path, "articlePublishTime": f"{hit.day} 10:00"}
            for hit in hits[first : first + size]
        ]
        return reply({"totalPage": -(-len(hits) // size), "total": len(hits), "rows": rows})
