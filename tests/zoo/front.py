"""What a portal of the size ``dialects`` shows besides its columns: home page, site map, robots.txt, and two traps.

publish()   puts a grown tree on a portal: chrome first, then every column by its system, then these pages

The traps look like lists and have no end: a calendar that knows every month, and 更多 that always has one page more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from html import escape

from fazhi_zoo import pages
from fazhi_zoo.pages import Chrome, Link
from fazhi_zoo.site import HOST, Answer, Ask, Site
from fazhi_zoo.systems.base import Column, Engine, Tree
from fazhi_zoo.systems.written import without_session

MAP = "/wzdt/"
CALENDAR, MORE = "/gkrl/", "/bdyw/more.jsp"
NEWEST = 6  # rows on the home page


def publish(site: Site, tree: Tree, maps: Sequence[str], engine: Engine | None, *, soft: bool = False) -> None:
    """Add everything to a portal; ``maps`` are ``page`` (网站地图) and ``xml`` (sitemap.xml); a ``soft`` one answers
    every unknown path with its home page."""
    tree.chrome = _chrome(tree, maps, engine)
    for column in tree.walk():
        column.owner.publish(site, column)
    if engine is not None:
        engine.publish(site, tree)
    site.pages["/"] = site.hosted(_home(tree))
    site.routes[CALENDAR] = lambda ask: site.html(_calendar(tree, ask))
    site.routes[pages.VIEWER] = lambda ask: Answer(
        b'<!DOCTYPE html><div id="viewer"></div><script src="viewer.js"></script>'
    )
    site.routes[MORE] = lambda ask: site.html(_more(tree, ask))
    robots = f"User-agent: *\nDisallow: {'/login/' if engine else '/search/'}\n"
    if "page" in maps:
        site.pages[MAP] = site.hosted(_map(tree))
    if "xml" in maps:
        robots += f"Sitemap: http://{HOST}/sitemap.xml\n"
        site.pages["/sitemap.xml"] = lambda ask: _named(_sitemap(tree), ask, "application/xml")
    site.pages["/robots.txt"] = lambda ask: _named(robots, ask, "text/plain")
    if soft:
        site.fallback = lambda ask: home if isinstance(home := site.pages["/"], Answer) else home(ask)
    if tree.written == "session":
        site.fallback = lambda ask: _without_session(site, ask)


def _chrome(tree: Tree, maps: Sequence[str], engine: Engine | None) -> Chrome:
    foot = (("网站地图", MAP),) if "page" in maps else ()
    return Chrome(
        nav=(("首页", "/"), *((column.name, column.address) for column in tree.top)),
        shelf=tuple((column.name, column.address) for column in (tree.shelf.children if tree.shelf else ())),
        foot=(*foot, ("联系我们", "/lxwm/"), ("使用帮助", "/sybz/")),
        search=engine.box(tree) if engine else pages.SEARCH,
    )


def _named(text: str, ask: Ask, content_type: str) -> Answer:
    return Answer(text.replace(HOST, ask.headers.get("Host", "")).encode(), content_type)


def _without_session(site: Site, ask: Ask) -> Answer:
    path = without_session(ask.path)
    page = site.pages.get(path) if path != ask.path else None
    if page is None:
        return site.html(pages.missing_page(site.spec), 404)
    return page if isinstance(page, Answer) else page(replace(ask, path=path))


def _links(columns: Sequence[Column]) -> str:
    return " ".join(column.owner.anchor("/", column) for column in columns)


def _home(tree: Tree) -> str:
    """Return the home page: the newest of the news, and the columns below those of the navigation."""
    news = next(column for column in tree.walk() if column.rows)
    rows = "\n".join(pages.row(tree.spec, news.owner.link(news, row, "/")) for row in news.rows[:NEWEST])
    public = [child for column in tree.top for child in column.children if not child.rows]
    return pages.frame(
        tree.spec,
        tree.spec.site_name,
        {},
        "首页",
        f'<div class="news"><h2>{news.name}</h2><ul>{rows}</ul><a href="{MORE}?p=1">更多</a></div>\n'
        f'<div class="columns">{_links(public)}</div>\n'
        f'<div class="days"><a href="{CALENDAR}?ym=2024-12">公开日历</a></div>\n'
        '<div class="friends"><a href="http://www.example.invalid/">上级门户</a></div>',
        tree.chrome,
    )


def _map(tree: Tree) -> str:
    """Return 网站地图: every column down to the third level."""
    items = "".join(
        f"<dl><dt>{top.owner.anchor(MAP, top)}</dt>"
        + "".join(f"<dd>{column.owner.anchor(MAP, column)}</dd>" for column in top.walk() if 1 < len(column.line) < 5)
        + "</dl>"
        for top in tree.top
    )
    return pages.frame(tree.spec, f"网站地图_{tree.spec.site_name}", {}, "网站地图", items, tree.chrome)


def _sitemap(tree: Tree) -> str:
    """Return sitemap.xml: the columns, and the articles of those with rows."""
    paths = [column.address for column in tree.walk()]
    paths += [column.owner.article(column, row.article) for column in tree.walk() for row in column.rows]
    urls = "".join(f"<url><loc>http://{HOST}{escape(path)}</loc></url>\n" for path in dict.fromkeys(paths))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    )


def _calendar(tree: Tree, ask: Ask) -> str:
    """Return a month of the calendar, with links to its days and to the months beside it, without end."""
    year, _, month = ask.query.get("ym", "").partition("-")
    first = date(int(year), int(month), 1) if year.isdigit() and month.isdigit() else date(2024, 12, 1)
    before, after = first - timedelta(days=1), first + timedelta(days=31)
    days = " ".join(f'<a href="{CALENDAR}?ym={first:%Y-%m}&amp;d={day}">{day}</a>' for day in range(1, 29))
    return pages.frame(
        tree.spec,
        f"公开日历_{tree.spec.site_name}",
        {},
        "公开日历",
        f'<a href="{CALENDAR}?ym={before:%Y-%m}">{before.year}年{before.month}月</a> {first:%Y年%m月} '
        f'<a href="{CALENDAR}?ym={after:%Y-%m}">{after.year}年{after.month}月</a><p>{days}</p>',
        tree.chrome,
    )


def _more(tree: Tree, ask: Ask) -> str:
    """Return a page of news; there is always a next one, with the same rows."""
    news = next(column for column in tree.walk() if column.rows)
    number = int(ask.query["p"]) if ask.query.get("p", "").isdigit() else 1
    links: list[Link] = [news.owner.link(news, row, MORE) for row in news.rows[:NEWEST]]
    pager = f'<a href="{MORE}?p={number + 1}">下一页</a> <a href="{MORE}?p={number + 1}">更多</a>'
    page = pages.list_page(tree.spec, links, pager, name=news.name, crumbs=news.name, chrome=tree.chrome)
    return page.replace(HOST, ask.headers.get("Host", ""))
