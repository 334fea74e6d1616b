"""Whole pages: the body or the list of links with a site's chrome around it.

The chrome is the point: navigation, bread crumbs, the date of today, the label box, tools, neighbours, related links
and a footer stand on every page and belong to no report. All of it is invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from fazhi_zoo import markup
from fazhi_zoo.articles import Article
from fazhi_zoo.places import PortalSpec

SCRIPTED = "<script>document.write(new Date().toLocaleDateString())</script>"
NAV = (("首页", "/"), ("走进本地", "/zjbd/"), ("政务公开", "/zwgk/"), ("办事服务", "/bsfw/"), ("互动交流", "/hdjl/"))
FOOT = (("网站地图", "/wzdt/"), ("联系我们", "/lxwm/"), ("使用帮助", "/sybz/"))
SHELF = (("指南", "/zwgk/zn/"), ("制度", "/zwgk/zd/"), ("年报", "/zwgk/nb/"))
SEARCH = """<form action="/search/"><input type="text" name="q" placeholder="请输入关键字">
<input type="submit" value="搜索"></form>"""


@dataclass(frozen=True, slots=True)
class Chrome:
    """What surrounds every page of a portal: navigation, tabs beside a list, links of the footer, the search box."""

    nav: tuple[tuple[str, str], ...] = NAV
    shelf: tuple[tuple[str, str], ...] = SHELF
    foot: tuple[tuple[str, str], ...] = FOOT
    search: str = SEARCH


PLAIN = Chrome()
VIEWER = "/images/pdf/web/viewer.html"  # a script that shows the file it is told
FILES = {
    "a": '<p class="fj"><a href="{href}" target="_blank">{name}</a></p>',
    "iframe": f'<iframe src="{VIEWER}?file={{base}}{{href}}" width="100%" height="800"></iframe>',
    "frame": '<iframe src="{href}" width="100%" height="800"></iframe>',
    "onclick": """<p class="fj"><span onclick="window.open('{href}')">{name}</span></p>""",
}
"""How an article shows its files."""


@dataclass(frozen=True, slots=True)
class Link:
    """A row of a list: whole title, text as shown, address as written, date."""

    title: str
    shown: str
    href: str
    day: date | None


def _meta(spec: PortalSpec, extra: dict[str, str]) -> str:
    tags = {"SiteName": spec.site_name, "SiteDomain": "www.example.invalid", "SiteIDCode": spec.site_code, **extra}
    return "\n".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in tags.items())


def frame(
    spec: PortalSpec, title: str, meta: dict[str, str] | None, crumbs: str, main: str, chrome: Chrome = PLAIN
) -> str:
    """Return a page: head, header, bread crumbs, ``main``, footer. ``meta`` None leaves the standard tags out."""
    nav = "".join(f'<li><a href="{escape(href)}">{name}</a></li>' for name, href in chrome.nav)
    foot = " | ".join(f'<a href="{escape(href)}">{name}</a>' for name, href in chrome.foot)
    icp = f"示ICP备{int(spec.adcode) % 100000:08d}号-1"
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta http-equiv="Content-Type" content="text/html; charset={spec.label}">
<title>{escape(title)}</title>
{_meta(spec, meta) if meta is not None else ""}
<link rel="stylesheet" href="/images/style.css">
<script type="text/javascript" src="/images/common.js"></script>
<style>.nav li {{ float: left; }}</style>
</head>
<body>
<div class="top"><span>今天是{spec.look.get("today", SCRIPTED)}</span>
<a href="/wza/">无障碍</a> <a href="/gh/">关怀版</a> <a href="/login/">登录</a></div>
<div class="header"><a href="/"><img src="/images/logo.png" alt="{escape(spec.site_name)}"></a>
{chrome.search}</div>
<div class="nav"><ul>{nav}</ul></div>
<div class="position">当前位置：<a href="/">首页</a> &gt; {crumbs}</div>
<div class="main">
{main}
</div>
<div class="{spec.look.get("footer", "footer")}">
<p>{foot}</p>
<p>主办：{escape(spec.site_name)}办公室&nbsp;&nbsp;承办：{escape(spec.site_name)}信息中心</p>
<p>{icp}&nbsp;&nbsp;示公网安备 {spec.adcode}02000018号&nbsp;&nbsp;网站标识码：{spec.site_code}</p>
<p>示例网站，地名、单位、数据均为虚构</p>
</div>
</body>
</html>
"""


def article_page(
    spec: PortalSpec,
    article: Article,
    column: str,
    neighbours: tuple[Link | None, Link | None],
    related: Sequence[Link],
    *,
    crumbs: str = "",
    base: str = "",
    chrome: Chrome = PLAIN,
) -> str:
    """Return the page of an article; ``column`` is the address of its list, ``neighbours`` are 上一篇 and 下一篇.

    ``crumbs`` replaces the bread crumbs over the column; ``base`` is the article's directory, for viewers of files.
    """
    facts = article.facts
    where = facts.get("title_where", "page")
    crumbs = crumbs or f'<a href="/zwgk/">政务公开</a> &gt; <a href="{column}">{escape(spec.column)}</a> &gt; 正文'
    meta = None
    if article.has_meta:
        meta = {
            "ColumnName": spec.column,
            "ColumnType": "政策文件",
            "ArticleTitle": article.title,
            "PubDate": f"{article.published} {_clock(article)}",
            "ContentSource": str(facts["publisher"]),
        }
    heading = "" if where == "head" else _heading(spec, article)
    body = markup.body(
        article.blocks,
        article.markup,
        str(spec.look.get("body", "trs")),
        link=article.link,
        title=article.title if where == "body" else None,
    )
    files = "".join(
        FILES[article.shown_as].format(base=base, href=href, name=escape(name))
        for name, href in facts.get("attachments", ())  # type: ignore[attr-defined]  # facts holds plain objects
    )
    others = "".join(f'<li><a href="{link.href}">{escape(link.title)}</a></li>' for link in related)
    before, after = neighbours
    return frame(
        spec,
        f"{article.title}_{spec.site_name}"
        if article.number % 3
        else f"{article.title} - {spec.column} - {spec.site_name}",
        meta,
        crumbs,
        f"""<div class="detail">
{heading}
{_labels(spec, article)}
{body}
{files}
<div class="tool">扫一扫在手机打开当前页 <a href="javascript:window.print()">【打印本页】</a>
<a href="javascript:window.close()">【关闭窗口】</a></div>
<div class="bdsharebuttonbox">分享到：<a class="wx">微信</a><a class="wb">微博</a></div>
<div class="near"><p>上一篇：{_neighbour(before)}</p><p>下一篇：{_neighbour(after)}</p></div>
<div class="xgwj"><h3>相关文章</h3><ul>{others}</ul></div>
</div>""",
        chrome,
    )


def _heading(spec: PortalSpec, article: Article) -> str:
    words = escape(article.title)
    return f"<h1>{words}</h1>" if len(spec.path) % 2 else f'<div class="title">{words}</div>'


def _clock(article: Article) -> str:
    return f"{8 + article.number % 10:02d}:{article.number * 7 % 60:02d}"


def _neighbour(link: Link | None) -> str:
    return f'<a href="{link.href}">{escape(link.title)}</a>' if link else "没有了"


def _labels(spec: PortalSpec, article: Article) -> str:
    """Return the label box or line; it tells the same as the facts, and no more."""
    facts, day = article.facts, article.published
    source = escape(str(facts["publisher"]))
    match spec.look.get("label"):
        case "box":
            written = facts.get("written")
            rows = (
                ("索&nbsp;&nbsp;引&nbsp;&nbsp;号", facts.get("index_no"), "发文字号", facts.get("doc_no")),
                ("发布机构", source, "主题分类", facts.get("topic")),
                ("成文日期", f"{written:%Y年%m月%d日}" if written else "", "发布日期", f"{day:%Y年%m月%d日}"),
                ("名&nbsp;&nbsp;称", escape(article.title), "有效性", facts.get("validity")),
            )
            cells = "".join(
                f"<tr><th>{a}：</th><td>{b or ''}</td><th>{c}：</th><td>{d or ''}</td></tr>" for a, b, c, d in rows
            )
            box = f'<table class="xxgk-table">{cells}</table>'
            return box + f'<div class="mobile">{box}</div>' if spec.look.get("twice") else box
        case "inline":
            return (
                f'<div class="info">发布时间：{day} {_clock(article)}:00 来源：{source} '
                '浏览量：<span id="hits"></span> 字体：【<a>大</a> <a>中</a> <a>小</a>】</div>'
            )
        case _:
            return (
                f'<div class="info">日期：{day} {_clock(article)}'
                f"&nbsp;&nbsp;来源：{source}&nbsp;&nbsp;字体：[<a>大</a> <a>小</a>]&nbsp;&nbsp;<a>打印</a></div>"
            )


def list_page(
    spec: PortalSpec, links: Sequence[Link], pager: str, *, name: str = "", crumbs: str = "", chrome: Chrome = PLAIN
) -> str:
    """Return a list page; ``name`` and ``crumbs`` replace those of the portal's one column."""
    name = name or spec.column
    return frame(
        spec,
        f"{name}_{spec.site_name}",
        {"ColumnName": name, "ColumnType": "政策文件"},
        crumbs or f'<a href="/zwgk/">政务公开</a> &gt; {escape(name)}',
        f"{side(chrome)}\n<div class='listbox'>{list_rows(spec, links)}\n{pager}</div>",
        chrome,
    )


def side(chrome: Chrome) -> str:
    """Return the tabs that stand beside a list."""
    tabs = "".join(f'<a href="{escape(href)}">{name}</a>' for name, href in chrome.shelf)
    return f'<div class="side"><h3>信息公开</h3>{tabs}</div>'


def list_rows(spec: PortalSpec, links: Sequence[Link]) -> str:
    """Return the rows of a list as the portal writes them."""
    rows = "\n".join(row(spec, link) for link in links)
    match spec.look.get("rows", "ul"):
        case _ if not links:
            rows = "<p>暂无相关信息</p>"
        case "table":
            rows = f'<table class="list" width="100%">{rows}</table>'
        case "dl":
            rows = f'<dl class="list">{rows}</dl>'
        case _:
            rows = f'<ul class="list">{rows}</ul>'
    return rows


def row(spec: PortalSpec, link: Link) -> str:
    shown = ""
    if day := link.day:
        forms = {"iso": f"{day}", "slash": f"{day.year}/{day.month}/{day.day}", "short": f"[{day:%m-%d}]"}
        shown = forms[str(spec.look.get("dates", "iso"))]
    whole = f' title="{escape(link.title)}"' if link.shown != link.title else ""
    anchor = f'<a href="{escape(link.href)}"{whole} target="_blank">{escape(link.shown)}</a>'
    match spec.look.get("rows", "ul"):
        case "table":
            return f'<tr><td>·</td><td>{anchor}</td><td align="right">{shown}</td></tr>'
        case "dl":
            return f"<dd><span>{shown}</span>{anchor}</dd>"
        case _:
            stale = "<!-- <span>2014-02-03</span> -->" if spec.look.get("comments") else ""
            return f'<li>{anchor}{stale}<span class="date">{shown}</span></li>'


def home_page(spec: PortalSpec, column: str, news: Sequence[Link]) -> str:
    """Return the home page: links to the column and to the newest pages."""
    rows = "\n".join(row(spec, link) for link in news)
    return frame(
        spec,
        spec.site_name,
        {},
        "首页",
        f'<div class="news"><h2>最新公开</h2><ul>{rows}</ul></div>\n'
        f'<div class="columns"><a href="{column}">{escape(spec.column)}</a> <a href="/zwgk/zn/">信息公开指南</a></div>',
    )


def missing_page(spec: PortalSpec) -> str:
    """Return the words of a page that is not there."""
    return frame(
        spec,
        f"提示_{spec.site_name}",
        None,
        "提示",
        "<div class='err'>您访问的页面不存在或已删除！<a href='/'>返回首页</a></div>",
    )
