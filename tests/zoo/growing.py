"""The tree of a portal: what all portals have, and the branch with the reports that its shape names.

Shapes (where the reports lie; ``SHAPES`` names them, names of columns vary by portal):
own       政务公开 > 政府信息公开 > 法定主动公开内容 > one column with everybody's reports
split     the same column with the government's; 部门 and 乡镇街道 are sub-columns of it
years     the same column with a sub-column for each year
units     the government's in its own column; each department and town has its own pages and column
subsites  the government's in its own column; each department and town has a site of its own below 部门乡镇
notices   the government's in its own column; those of departments and towns among their 通知公告
other     in 其他法定公开信息, between other yearly figures; units as above
home      a column of the navigation, towns below it
fields    政务公开 > 重点领域信息公开 > 法治政府建设 > reports, beside the near misses
work      in 工作报告, between the government's other reports; units as above
places    a city's portal: the city's own, and a sub-column for each district and county
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from fazhi_zoo.articles import YEARS, Article, other, plan
from fazhi_zoo.places import HERE, Issuer, divisions, issuer
from fazhi_zoo.systems import SYSTEMS
from fazhi_zoo.systems.base import Column, Row, System, Tree

if TYPE_CHECKING:
    from fazhi_zoo.tree import Portal

FRAMED = ("a", "frame", "onclick", "iframe")  # how articles show their files, in turn
TWINS = 2  # rows that stand in a second column too
IDLE = ("档案局", "机关事务管理局")  # departments without reports


class Grower:
    """Grows a portal's tree: first what all have, then the branch that its shape names."""

    def __init__(self, portal: Portal, tree: Tree) -> None:
        self.portal, self.tree, self.spec = portal, tree, portal.spec
        self.main: System = SYSTEMS[portal.system](tree)
        self.below: System = SYSTEMS[portal.disclosure](tree) if portal.disclosure else self.main
        self.place = divisions()[self.spec.adcode][0]
        self.public: Column | None = None
        self.numbers = iter(range(1000 + int(self.spec.adcode) % 97, 9000, 7))
        articles = plan(self.spec, portal.reports, portal.nears)
        self.articles = iter(range(len(articles), 9000))
        self.rows: dict[Issuer, list[Row]] = self._by_issuer(articles)

    def _by_issuer(self, articles: Sequence[Article]) -> dict[Issuer, list[Row]]:
        """Return issuer -> rows, newest first; a near miss stands with the report it is about."""
        issuers = [issuer(word, self.spec.adcode) for word in self.spec.issuers]
        count = sum(bool(article.facts["is_report"]) for article in articles)
        rows = defaultdict(list)
        cut = sum(map(ord, self.spec.code)) % count
        for article in articles:
            about = article.number if article.facts["is_report"] else (article.number - count) % count
            article.shown_as = FRAMED[article.number % len(FRAMED)]
            if article.open:
                article.facts["attachments"] = ()
            rows[issuers[about % len(issuers)]].append(Row(article, article.published, cut=article.number == cut))
        return rows

    def add(
        self, parent: Column | None, name: str, slug: str, rows: Iterable[Row] = (), *, unit: Issuer | None = None
    ) -> Column:
        """Add a column below another one, None = to the navigation."""
        disclosed = parent is not None and (parent.owner is not self.main or parent is self.public)
        column = Column(
            self.portal.names.get(slug, name), self.portal.slugs.get(slug, slug), next(self.numbers),
            self.below if disclosed else self.main, unit, parent,
            sorted(rows, key=lambda row: (row.day, row.article.number), reverse=True),
        )  # fmt: skip
        (self.tree.top if parent is None else parent.children).append(column)
        return column

    def others(self, kind: str, count: int) -> list[Row]:
        """Return rows that have nothing to do with the reports."""
        table = other_texts()[kind]
        rows = []
        for turn in range(count):
            year = YEARS[-1] - turn // len(table["titles"])
            words = {"P": self.place, "O": f"{self.place}人民政府", "y": year, "y1": year + 1}
            title = table["titles"][turn % len(table["titles"])].format(**words)
            day = date(year + 1, 2, 1) + timedelta(days=11 * turn % 90)
            lines = [line.format(**words) for line in table["lines"]]
            article = other(self.spec, next(self.articles), title, day, lines, table["reason"])
            rows.append(Row(article, day))
        return rows

    def grow(self) -> None:
        """Grow the whole tree."""
        self.add(None, f"走进{self.place}", "zjbd")
        news = self.add(None, "新闻中心", "xwzx")
        self.add(news, "本地要闻", "bdyw", self.others("news", 14))
        self.add(news, "通知公告", "tzgg", self.others("notices", 8))
        self.public = self.add(None, "政务公开", "zwgk")
        self.disclosure = self.tree.shelf = self.add(self.public, "政府信息公开", "zfxxgk")
        for name, slug in (("政府信息公开指南", "zfxxgkzn"), ("政府信息公开制度", "zfxxgkzd")):
            self.add(self.disclosure, name, slug)
        self.statutory = self.add(self.disclosure, "法定主动公开内容", "fdzdgknr")
        self.add(self.disclosure, "政府信息公开年报", "zfxxgknb", self.others("disclosure", 6))
        self.add(self.disclosure, "依申请公开", "ysqgk")
        for name, slug in (("机构职能", "jgzn"), ("规划信息", "ghxx"), ("财政信息", "czxx")):
            self.add(self.statutory, name, slug)
        SHAPES[self.portal.shape](self)
        self.add(None, "办事服务", "bsfw")
        self.add(None, "互动交流", "hdjl")

    # -- parts of shapes ------------------------------------------------------------------------------------------

    def own(self) -> list[Row]:
        """Return the rows of the government itself."""
        return [row for by, rows in self.rows.items() for row in rows if self.group(by) == "own"]

    def of(self, *groups: str) -> dict[Issuer, list[Row]]:
        """Return the issuers of some groups and their rows."""
        return {by: rows for by, rows in self.rows.items() if self.group(by) in groups}

    def group(self, by: Issuer) -> str:
        """Return whether an issuer is the government itself, a ``department``, a ``town`` or another ``place``."""
        if by.adcode != self.spec.adcode:
            return "place"
        return "town" if by.town_code else "department" if by.kind == "department" else "own"

    def all(self, *groups: str) -> list[Row]:
        """Return the rows of some groups."""
        return [row for rows in self.of(*groups).values() for row in rows]

    def column(self, parent: Column | None, rows: Iterable[Row]) -> Column:
        """Add the column of the reports under the portal's name for it."""
        return self.add(parent, self.spec.column, "fzzfjsndbg", rows)

    def units(self, name: str = "法治政府建设", slug: str = "fzzfjs", among: str = "") -> None:
        """Add the pages of departments and towns, each with a column; ``among`` names what else stands in it."""
        for group, title, short in (("department", "部门信息公开", "bmxxgk"), ("town", "乡镇街道信息公开", "xzjdxxgk")):
            issuers = self.of(group)
            if not issuers:
                continue
            index = self.add(self.public, title, short)
            for at, (by, rows) in enumerate(issuers.items()):
                unit = self.add(index, _short(by, self.place), f"{short[:2]}{at + 1:02d}", unit=by)
                self.add(unit, "机构概况", "jggk", unit=by)
                self.add(unit, name, slug, [*rows, *(self.others(among, 2) if among else ())], unit=by)
            if group == "department":
                for at, idle in enumerate(IDLE):
                    unit = self.add(index, f"{self.place}{idle}", f"{short[:2]}{at + 71}")
                    self.add(unit, "机构概况", "jggk")

    def twin(self, rows: Sequence[Row]) -> None:
        """Show the newest reports in 其他法定公开信息 as well, where the portal does so."""
        newest = sorted((row for row in rows if row.article.facts["is_report"]), key=lambda row: row.day)[-TWINS:]
        if self.portal.twins:
            self.add(self.statutory, "其他法定公开信息", "qtfdgkxx", [*self.others("statutory", 5), *newest])

    # -- shapes ---------------------------------------------------------------------------------------------------

    def grow_own(self) -> None:
        rows = self.all("own", "department", "town")
        self.column(self.statutory, rows)
        self.twin(rows)

    def grow_split(self) -> None:
        column = self.column(self.statutory, self.own())
        self.add(column, "部门", "bm", self.all("department"))
        self.add(column, "乡镇街道", "xzjd", self.all("town"))
        self.twin(self.own())

    def grow_years(self) -> None:
        column = self.column(self.statutory, ())
        years = defaultdict(list)
        for row in self.all("own", "department", "town"):
            years[row.day.year].append(row)
        for year in sorted(years, reverse=True):
            self.add(column, f"{year}年", f"{year}n", years[year])

    def grow_units(self) -> None:
        self.column(self.statutory, self.own())
        self.twin(self.own())
        self.units()

    def grow_subsites(self) -> None:
        self.column(self.statutory, self.own())
        index = self.add(None, "部门乡镇", "bmxz")
        for at, (by, rows) in enumerate(self.of("department", "town").items()):
            unit = self.add(index, by.place, f"dw{at + 1:02d}", unit=by)
            self.add(unit, "机构概况", "jggk", unit=by)
            self.add(unit, "工作动态", "gzdt", self.others("news", 3), unit=by)
            public = self.add(unit, "政务公开", "zwgk", unit=by)
            self.add(public, "法治政府建设", "fzzfjs", rows, unit=by)

    def grow_notices(self) -> None:
        self.column(self.statutory, self.own())
        self.units("通知公告", "tzgg", "notices")

    def grow_other(self) -> None:
        self.add(self.statutory, "其他法定公开信息", "qtfdgkxx", [*self.own(), *self.others("statutory", 10)])
        self.units("其他法定公开信息", "qtfdgkxx", "statutory")

    def grow_home(self) -> None:
        column = self.column(None, self.all("own", "department"))
        self.add(column, "乡镇街道", "xzjd", self.all("town"))

    def grow_fields(self) -> None:
        fields = self.add(self.public, "重点领域信息公开", "zdlyxxgk")
        for name, slug in (("食品药品监管", "spyp"), ("生态环境", "sthj")):
            self.add(fields, name, slug)
        about = self.add(fields, "法治政府建设", "fzzfjs")
        rows = self.all("own", "department", "town")
        self.column(about, [row for row in rows if row.article.facts["is_report"] or row.article.open])
        self.add(about, "工作动态", "gzdt", [r for r in rows if not (r.article.facts["is_report"] or r.article.open)])
        self.twin(rows)

    def grow_work(self) -> None:
        self.add(self.statutory, "工作报告", "gzbg", [*self.own(), *self.others("work", 8)])
        self.units()

    def grow_places(self) -> None:
        column = self.column(self.statutory, self.all("own", "department"))
        places = self.add(column, "区县", "qx")
        for at, (by, rows) in enumerate(self.of("place").items()):
            self.add(places, by.place, f"qx{at + 1}", rows, unit=by)


SHAPES: dict[str, Callable[[Grower], None]] = {
    name.removeprefix("grow_"): method for name, method in vars(Grower).items() if name.startswith("grow_")
}


@cache
def other_texts() -> dict[str, dict[str, Any]]:
    """Return what ``data/other.toml`` says: kind -> titles, lines, reason."""
    return tomllib.loads((HERE / "data" / "other.toml").read_text("utf-8"))


def _short(by: Issuer, place: str) -> str:
    """Return the name of a unit on its index page: a department without its place, a town with its kind."""
    return by.place.removeprefix(place) if by.kind == "department" else by.place
