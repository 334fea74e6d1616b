"""Whole portals for the size ``dialects``: a realistic tree of columns around the reports, to be crawled from home.

Portal    a row of ``data/portals_*.toml``: the place, its systems, the shape of its tree
portals() all of them
site()    the portal built: home page, columns, reports, near misses, traps, site map, robots.txt, and its minimum
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from fazhi_zoo import front
from fazhi_zoo.growing import Grower
from fazhi_zoo.places import HERE, PortalSpec, divisions
from fazhi_zoo.searching import ENGINES
from fazhi_zoo.site import Site
from fazhi_zoo.systems.base import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """A row of ``data/portals_*.toml``.

    ``system`` publishes the portal, ``disclosure`` (where given) all below 政府信息公开. ``search`` is the engine of
    its search box. ``slugs`` and ``names`` replace those of columns. ``maps``: ``page`` = 网站地图, ``xml`` =
    sitemap.xml. ``twins``: some reports stand in a second column. ``links``: how addresses are written, see
    ``systems.written``. ``soft``: an unknown path gives the home page, with status 200.
    """

    spec: PortalSpec
    system: str
    disclosure: str = ""
    search: str = ""
    shape: str = "own"
    reports: int = 24
    nears: int = 10
    per_page: int = 10
    slugs: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    maps: tuple[str, ...] = ()
    twins: bool = False
    links: str = "plain"
    soft: bool = False


@cache
def portals() -> tuple[Portal, ...]:
    """Return the sample portals, one or more a dialect."""
    rows = [
        row
        for file in sorted((HERE / "data").glob("portals_*.toml"))
        for row in tomllib.loads(file.read_text("utf-8"))["portal"]
    ]
    return tuple(_portal(row) for row in rows)


def _portal(row: dict[str, Any]) -> Portal:
    own = {item.name for item in fields(Portal)} - {"spec", "maps"}
    name = divisions()[row["code"][:6]][0]
    look = {"label": "line", "body": "trs", "rows": "ul", "dates": "iso"} | row.get("look", {})
    given = {key: value for key, value in row.items() if key not in own | {"maps", "look", "issuers"}}
    spec = PortalSpec(
        **{"name": f"示例省{name}人民政府", "site_name": f"{name}人民政府", "dialect": row["system"], **given},
        look=look,
        issuers=tuple(row["issuers"]),
    )
    return Portal(
        spec=spec, maps=tuple(row.get("maps", ())), **{key: value for key, value in row.items() if key in own}
    )


def site(portal: Portal) -> Site:
    """Build a portal."""
    tree = Tree(portal.spec, portal.per_page, written=portal.links)
    grower = Grower(portal, tree)
    grower.grow()
    made = Site(portal.spec, grower.main.family, verdict=grower.main.verdict)
    engine = ENGINES[portal.search]() if portal.search else None
    front.publish(made, tree, portal.maps, engine, soft=portal.soft)
    made.minimum = minimum(tree)
    return made


def minimum(tree: Tree) -> int:
    """Count what a perfect crawler that knows the listings asks for: robots.txt, the lists of all columns that hold
    reports, each report once with its files, and the near misses that only their page gives away."""
    columns = [column for column in tree.walk() if column.holds_reports]
    articles = {row.article.number: row.article for column in columns for row in column.rows}
    pages = files = 0
    for article in articles.values():
        if article.facts["is_report"] or article.open:
            pages += 1
            files += len(article.facts.get("attachments", ()))  # type: ignore[arg-type]  # a tuple
    return 1 + sum(column.owner.minimum(column) for column in columns) + pages + files
