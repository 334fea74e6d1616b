"""Answers of 新点 (Epoint): a list page without rows, and the POST of JSON that brings them.

    BUILDER          ``/js/webBuilderCommon.js``: the object ``siteInfo`` with the site's guid and project
    shell(...)       ``/govInfoPub/…?deptcode=&categorynum=``: the classes and the empty list
    infolist(...)    POST ``/<project>/rest/lightfrontaction/getgovinfolist``; pages count from 1

After facts/portals.md, family I.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape

from fazhi_zoo.articles import Article
from fazhi_zoo.pages import Link
from fazhi_zoo.site import Answer, Ask, Site
from fazhi_zoo.systems.base import Column, System, Tree
from fazhi_zoo.systems.loaded import JSON, SCRIPT, Units, uuid

ACTION = "rest/lightfrontaction/getgovinfolist"
LIST = "/govInfoPub/govInfoPubList.html"
MOST = 100


def builder(guid: str, project: str) -> str:
    """Return the script that every page loads."""
    return f"""var siteInfo = {{
    "siteGuid": "{guid}",
    "siteName": "示例门户",
    "projectName": "/{project}"
}};
var webBuilderCommon = {{ siteInfo: siteInfo }};
"""


def shell(dept: str, category: str, classes: Mapping[str, str]) -> str:
    """Return the main part of a list page; ``classes`` are categorynum -> name."""
    tree = "".join(
        f'<li><a href="{LIST}?deptcode={dept}&amp;categorynum={code}">{escape(name)}</a></li>'
        for code, name in classes.items()
    )
    return f"""<div class="EWB-FRONT ewb-main"><div class="ewb-tree"><ul>{tree}</ul></div>
<ul class="ewb-list" id="infolist"></ul><div id="pager" class="m-pagination"></div></div>
<script src="/js/webBuilderCommon.js"></script>
<script type="text/javascript">
var deptcode = "{dept}", categorynum = "{category}", pageSize = 50;
post(siteInfo.projectName + "/{ACTION}", {{ deptcode: deptcode, categorynum: categorynum,
  siteGuid: siteInfo.siteGuid, pageIndex: 1, pageSize: pageSize }});
</script>"""


def infolist(shelves: Mapping[tuple[str, str], Sequence[Link]], body: bytes, guid: str) -> bytes:
    """Answer the POST; ``shelves`` are (deptcode, categorynum) -> rows. A form instead of JSON is not understood."""
    try:
        asked = json.loads(body)
    except ValueError:
        asked = None
    if not isinstance(asked, dict) or asked.get("siteGuid") != guid:
        return json.dumps({"custom": {"code": 0, "text": "参数错误"}, "status": {"code": 200}}).encode()
    rows = shelves.get((str(asked.get("deptcode", "")), str(asked.get("categorynum", ""))), ())
    try:
        page, size = max(int(asked.get("pageIndex", 1)), 1), min(max(int(asked.get("pageSize", 50)), 1), MOST)
    except (TypeError, ValueError):
        page, size = 1, 50
    data = [
        {"infourl": link.href, "title": link.shown, "realtitle": link.title, "infodate": f"{link.day or ''}"}
        for link in rows[(page - 1) * size : page * size]
    ]
    answer = {"custom": {"total": len(rows), "data": data}, "status": {"code": 200, "text": ""}}
    return json.dumps(answer, ensure_ascii=False).encode()


class Epoint(System):
    """Lists by department and class, all from one page and one POST."""

    family = "epoint"
    project = "EpointWebBuilder_gov"

    def __init__(self, tree: Tree) -> None:
        super().__init__(tree)
        self.units = Units(tree)

    @property
    def guid(self) -> str:
        """The guid of the site."""
        return uuid(self.spec.code, "site")

    def dept(self, column: Column) -> str:
        """Return the code of a column's department."""
        return f"{self.spec.adcode}{self.units.number(column):03d}"

    def number(self, column: Column) -> str:
        """Return the number of a column's class, three digits a level."""
        return f"003{column.number:03d}"

    def column(self, column: Column) -> str:
        """Return the list page with department and class; a column without rows is a plain directory."""
        if not column.rows:
            return column.path
        return f"{LIST}?deptcode={self.dept(column)}&categorynum={self.number(column)}"

    def article(self, column: Column, article: Article) -> str:
        """Return ``/<project>/…/YYYYMMDD/<guid>.html``."""
        return f"/govxxgk/{self.number(column)}/{article.filed:%Y%m%d}/{uuid(self.spec.code, article.number)}.html"

    def minimum(self, column: Column) -> int:
        """Return the page, the script that names the site, and the answers of 100 rows."""
        return 2 + -(-len(column.rows) // MOST)

    def lists(self, site: Site, column: Column) -> None:
        """Add the list page, the script and the POST."""
        columns = {(self.dept(c), self.number(c)): c for c in self.tree.walk() if c.owner is self and c.rows}

        def page(ask: Ask) -> Answer:
            """Answer the list page; a class that is not there shows the first."""
            key = (ask.query.get("deptcode", ""), ask.query.get("categorynum", ""))
            here = columns.get(key) or next(iter(columns.values()))
            dept = self.dept(here)
            names = {number: c.name for (code, number), c in columns.items() if code == dept}
            return site.html(self.page(here, shell(dept, self.number(here), names)))

        def answer(ask: Ask) -> Answer:
            """Answer the POST; nothing else is allowed."""
            if ask.method != "POST":
                return Answer(b"", "text/plain", 405, (("Allow", "POST"),))
            shelves = {key: self.links(c, LIST) for key, c in columns.items()}
            return Answer(infolist(shelves, ask.body, self.guid), JSON)

        site.routes[LIST] = page
        site.routes[f"/{self.project}/{ACTION}"] = answer
        site.pages["/js/webBuilderCommon.js"] = Answer(builder(self.guid, self.project).encode(), SCRIPT)
