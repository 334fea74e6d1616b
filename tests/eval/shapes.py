# ruff: noqa: E501  # templates read better unbroken
"""Pages in the shapes of many systems, made from the sample portals' invented articles, with the truth beside them.

FRAMES are page templates (chrome, title, labels, container), BODIES the ways a text is marked up inside. Each pair is one
page: more than 120. The words come from ``fazhi_zoo``; no real page was copied, only shapes are alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from fazhi_zoo import server
from fazhi_zoo.articles import Truth

from archive import dates

MENU = [
    "首页",
    "走进本地",
    "政务公开",
    "办事服务",
    "互动交流",
    "数据开放",
    "专题专栏",
    "新闻中心",
    "机构职能",
    "领导之窗",
    "政策文件",
    "通知公告",
]
RELATED = ("示例县召开法治工作推进会", "示例县司法局开展送法下乡活动", "示例县公布权责清单调整结果")
CHROME = (
    "走进本地", "互动交流", "当前位置", "扫一扫在手机打开当前页", "打印本页", "关闭窗口", "上一篇", "下一篇", "相关文章",
    "示例县司法局开展送法下乡活动", "版权所有", "ICP备", "公网安备", "网站标识码", "技术支持", "责任编辑", "浏览次数", "分享到",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shaped:
    """A page with its truth; ``paragraphs`` in order, ``without`` chrome that stands in the page."""

    name: str
    body: bytes
    title: str
    published: date
    written: date | None
    publisher: str
    paragraphs: tuple[str, ...]
    without: tuple[str, ...]
    attachments: tuple[str, ...] = ()


def p(lines: Sequence[str]) -> str:
    """Plain paragraphs with full-width indents."""
    return "".join(f"<p>　　{escape(line)}</p>\n" for line in lines)


def br(lines: Sequence[str]) -> str:
    """One block, paragraphs parted by two breaks."""
    return "<br/>\n<br/>\n".join("&nbsp;&nbsp;&nbsp;&nbsp;" + escape(line) for line in lines)


def br_one(lines: Sequence[str]) -> str:
    """One span, paragraphs parted by single breaks, indents of full-width spaces."""
    return "<span style='font-size:16px'>" + "<br>".join("　　" + escape(line) for line in lines) + "</span>"


def div(lines: Sequence[str]) -> str:
    """A div a paragraph, the last as bare text behind them."""
    return "".join(f"<div>{escape(line)}</div>" for line in lines[:-1]) + "　　" + escape(lines[-1])


def span(lines: Sequence[str]) -> str:
    """Sections of spans cut inside sentences, as messenger editors make them."""
    cut = "".join(
        f"<section><section><span>{escape(line[: len(line) // 2])}</span><span><strong>{escape(line[len(line) // 2 :])}"
        "</strong></span></section></section>"
        for line in lines
    )
    return f"<section class='rich_media'>{cut}</section>"


def word(lines: Sequence[str]) -> str:
    """Markup pasted from Word: classes, namespaced elements, empty paragraphs, a style block."""
    rows = "".join(
        f"<p class=MsoNormal style='text-indent:32.0pt;line-height:150%'><span lang=EN-US style='font-family:仿宋'>{escape(line[:3])}"
        f"</span><span style='font-family:仿宋;mso-ascii-font-family:Calibri'>{escape(line[3:])}<span lang=EN-US><o:p></o:p></span>"
        "</span></p>\n<p class=MsoNormal><span lang=EN-US><o:p>&nbsp;</o:p></span></p>\n"
        for line in lines
    )
    return f"<?xml:namespace prefix = o ns = 'urn:x' /><style>p.MsoNormal{{margin:0}}</style><!--[if gte mso 9]><xml>x</xml><![endif]-->{rows}"


def linked(lines: Sequence[str]) -> str:
    """Paragraphs with links, emphasis and source line breaks inside their sentences."""
    rows = []
    for line in lines:
        middle = len(line) // 2
        a, b, c = line[: middle - 1], line[middle - 1 : middle + 1], line[middle + 1 :]
        if len(line) < 12 or not (b.isalpha() and a[-1:].isalpha() and c[:1].isalpha()):
            rows.append(f"<p>{escape(line)}</p>")
        else:
            rows.append(
                f'<p>\n   {escape(a)}<a href="/zc/1.html" target="_blank"><u>{escape(b)}</u></a>\u200b{escape(c)}\n</p>'
            )
    return "".join(rows)


def layout(lines: Sequence[str]) -> str:
    """Nested layout tables, one cell a paragraph at the inside."""
    cells = "".join(f"<tr><td>{escape(line)}</td></tr>" for line in lines)
    return f"<table width=100%><tbody><tr><td><table border=0>{cells}</table></td></tr></tbody></table>"


def headed(lines: Sequence[str]) -> str:
    """Headings as elements, short lines as list items, hidden copies between."""
    rows = []
    for line in lines:
        if len(line) < 24 and line[0] in "一二三四五六七八九（":
            rows.append(f"<h3>{escape(line)}</h3>")
        else:
            rows.append(f"<p>{escape(line)}</p><p style='display:none'>{escape(line)}</p>")
    return "".join(rows)


BODIES: dict[str, Callable[[Sequence[str]], str]] = {
    "p": p, "br": br, "br_one": br_one, "div": div, "span": span, "word": word, "linked": linked, "layout": layout,
    "headed": headed,
}  # fmt: skip


def _menu(tag: str = "ul") -> str:
    item = "li" if tag == "ul" else "span"
    return (
        f"<{tag}>"
        + "".join(f'<{item}><a href="/{n}/">{name}</a></{item}>' for n, name in enumerate(MENU))
        + f"</{tag}>"
    )


def _crumbs() -> str:
    return (
        '当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; <a href="/a/">法治政府建设年度报告</a>'
    )


def _tools() -> str:
    return '<p>扫一扫在手机打开当前页</p><p><a href="javascript:print()">【打印本页】</a><a href="javascript:close()">【关闭窗口】</a></p>'


def _after() -> str:
    rows = "".join(
        f'<li><a href="/n/{n}.html">{title}</a><span>2021-03-0{n + 1}</span></li>' for n, title in enumerate(RELATED)
    )
    return (
        '<div>上一篇：<a href="/p.html">示例县2019年政务公开要点</a></div><div>下一篇：没有了</div>'
        f"<h4>相关文章</h4><ul>{rows}</ul>"
    )


def _footer() -> str:
    return (
        "<p>主办：示例县人民政府办公室 承办：示例县大数据中心 技术支持：示例软件公司</p>"
        "<p>版权所有 © 示例县人民政府 示ICP备00000001号-1 示公网安备 99010002000001号 网站标识码：9901000001</p>"
        "<p>地址：示例县人民路1号 邮编：000000 联系电话：0000-0000000</p>"
    )


def _page(title: str, head: str, body: str, *, doctype: str = "<!DOCTYPE html>") -> str:
    return f'{doctype}<html><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>{body}</body></html>'


def trs(t: Truth, text: str) -> str:
    """Title, one info line, a double editor container, files written by a script."""
    meta = f'<meta name="ArticleTitle" content="{t.title}"><meta name="PubDate" content="{t.published} 10:20"><meta name="ContentSource" content="{t.publisher}">'
    script = "<script>document.write('<p>附件：<a href=\"./P020210301.pdf\">数据统计表.pdf<BR></a></p>');</script>"
    return _page(
        "示例县人民政府", meta,
        f'<div class="top">{_menu()}</div><div class="wz">{_crumbs()}</div><div class="xl"><div class="t1">{t.title}</div>'
        f'<div class="t2">来源：{t.publisher}  &nbsp; 时间：{t.published} 10:20</div><div class="t3"><div class="TRS_Editor">'
        f'<div class="TRS_Editor">{text}</div></div>{script}</div>{_tools()}{_after()}</div><div class="TRS_Editor">{_footer()}</div>',
    )  # fmt: skip


def jcms(t: Truth, text: str) -> str:
    """Metadata table by th and td, printed twice, then the zoom container."""
    box = (
        f"<table class='xxgk'><tr><th>索 引 号：</th><td>99000001/2021-00012</td><th>发布机构：</th><td>{t.publisher}</td></tr>"
        f"<tr><th>成文日期：</th><td></td><th>发布日期：</th><td>{t.published:%Y年%m月%d日}</td></tr>"
        f"<tr><th>标&nbsp;&nbsp;题：</th><td>{t.title}</td><th>有效性：</th><td>有效</td></tr></table>"
    )
    return _page(
        f"示例县人民政府 政府信息公开 {t.title}", '<meta name="SiteName" content="示例县人民政府">',
        f'<div id="header">{_menu("div")}</div><div class="bread">{_crumbs()}</div><div class="pc">{box}</div><div class="wap">{box}</div>'
        f'<h2 class="con-title">{t.title}</h2><p class="con-date">发布时间：{t.published} 浏览次数：<script>hits()</script> 字号：[ <a>大</a> <a>中</a> <a>小</a> ]</p>'
        f'<div id="zoom">{text}</div><p>责任编辑：示例县管理员</p>{_tools()}{_after()}<div class="foot">{_footer()}</div>',
    )  # fmt: skip


def ucap(t: Truth, text: str) -> str:
    """A generation time in PubDate, the true date in a label; a second head inside the body."""
    meta = '<meta name="PubDate" content="2024-09-26 03:45:44"><meta name="others" content="页面生成时间 2024-09-26 03:45:44">'
    return _page(
        f"{t.title}_信息公开年报_示例县人民政府", f'<meta name="ArticleTitle" content="{t.title}">{meta}',
        f'<div class="xxgk_header"><h1>政府信息公开</h1></div><div class="left">{_menu()}</div><div class="right"><meta name="ColumnName" content="公共头">'
        f"<h3>{t.title}</h3><ul class='info'><li>索引号：</li><li>公文种类：</li><li>发文字号： 〔〕 号</li><li>发布机构：<span>{t.publisher}</span></li></ul>"
        f'<p>发布时间：{t.published}　浏览次数：<em></em>【字体：<a>大</a> <a>中</a> <a>小</a>】</p><div id="UCAP-CONTENT">{text}</div></div>'
        f"{_after()}<p class='copy'>{_footer()}</p><div style='display:none'>政府信息公开</div>",
    )  # fmt: skip


def gkmlpt(t: Truth, text: str) -> str:
    """The whole document inside a script as JSON."""
    detail = {
        "title": t.title, "publisher": t.publisher, "date": "", "first_publish_time": str(t.published), "content": text,
        "attachment": [{"name": "统计表.pdf", "url": "/a/b.pdf"}],
    }  # fmt: skip
    script = f"<script>window._CONFIG = {{SID:'755001', DETAIL: {json.dumps(detail)}, TREE:[]}}</script>"
    return _page(f"{t.title}_示例县人民政府", script, f"<div>{_menu()}</div><div id='app'></div><div>{_footer()}</div>")


def vsb(t: Truth, text: str) -> str:
    """A form around everything, dates in brackets, an editor's line, neighbours in a table."""
    return _page(
        f"{t.title}-示例县人民政府网站", "",
        f'<form name="_newscontent_fromname"><div class="nav">{_menu()}</div><h1 align="center">{t.title}</h1>'
        f"<div align='center'>[{t.published}] &nbsp;来源：{t.publisher}&nbsp; 点击：[<script>c()</script>]</div>"
        f'<div id="vsb_content_2"><div class="v_news_content">{text}</div></div><div>附件【<a href="/__local/1.docx">统计表.docx</a>】已下载<span></span>次</div>'
        f"<p>责任编辑：管理员</p>{_after()}</form><div>{_footer()}</div>",
    )  # fmt: skip


def unknown(t: Truth, text: str) -> str:
    """No known name anywhere; definition list as metadata box."""
    return _page(
        f"{t.title}|示例县人民政府门户网站", "",
        f'<div class="a1">{_menu()}</div><div class="a2">您现在的位置：<a href="/">首页</a>&gt;政务公开</div><div class="b"><div class="b1">{_menu()}</div>'
        f'<div class="b2"><div class="b21">{t.title}</div><dl><dt>发布机构：</dt><dd>{t.publisher}</dd><dt>发布日期：</dt><dd>{t.published}</dd><dt>文号：</dt><dd>无</dd></dl>'
        f'<div class="b22">{text}</div><div class="b23">分享到：<a>微信</a><a>微博</a></div>{_after()}</div></div><div class="c">{_footer()}</div>',
    )  # fmt: skip


def tables(t: Truth, text: str) -> str:
    """An old page: everything in layout tables, no class at all, title element is the site's name."""
    return _page(
        "示例县人民政府", "",
        f"<table width=1000><tr><td>{_menu('p')}</td></tr></table><table width=1000><tr><td width=200 valign=top>{_menu()}</td><td valign=top>"
        f"<table width=100%><tr><td>{_crumbs()}</td></tr><tr><td align=center><font size=5><b>{t.title}</b></font></td></tr>"
        f"<tr><td align=center>发布时间：{t.published}　信息来源：{t.publisher}　点击数：12</td></tr><tr><td>{text}</td></tr>"
        f"<tr><td align=right>【<a href='javascript:close()'>关闭窗口</a>】</td></tr></table></td></tr></table><table width=1000><tr><td>{_footer()}</td></tr></table>",
        doctype="",
    )  # fmt: skip


def longxun(t: Truth, text: str) -> str:
    """Labels and values in neighbouring list items, tools above the text, phone copy of the text hidden."""
    return _page(
        f"{t.title}_示例县人民政府", f'<meta name="ArticleTitle" content="{t.title}">',
        f'<div class="nav-main">{_menu()}</div><div class="j-crumb position">{_crumbs()}</div><h1 class="newstitle">{t.title}</h1>'
        f'<div class="newsinfo"><span>发布时间：{t.published} 09:11</span><span>来源：{t.publisher}</span><span>浏览次数：<i></i></span>'
        f'<span>字体：【<a>大</a> <a>中</a> <a>小</a>】</span><span>分享到：</span></div><div class="newscontnet j-fontContent">{text}</div>'
        f'<div class="m-article" style="display: none">{text}</div><div class="wapshare">{_tools()}</div>{_after()}<div class="links">{_menu()}</div><footer>{_footer()}</footer>',
    )  # fmt: skip


def footer_first(t: Truth, text: str) -> str:
    """Absolutely placed boxes: the footer stands before the text in the source."""
    return _page(
        t.title, "",
        f'<div id="u1">{_menu("p")}</div><div id="u2">{_footer()}</div><div id="u3"><p><span>{t.title}</span></p></div>'
        f'<div id="u4"><p><span>发布时间：{t.published}</span></p></div><div id="u5"><p><span>来源：{t.publisher}</span></p></div><div id="u6"><div class="text">{text}</div></div>',
    )  # fmt: skip


def cdata(t: Truth, text: str) -> str:
    """The text in the CDATA of a data store."""
    store = f'<script type="text/xml"><datastore><recordset><record><![CDATA[{text}]]></record></recordset></datastore></script>'
    return _page(
        f"{t.title}_示例县人民政府", f'<meta name="ArticleTitle" content="{t.title}"><meta name="PubDate" content="{t.published}">',
        f"<div>{_menu()}</div><h1>{t.title}</h1><p>来源：{t.publisher}　发布日期：{t.published}</p><div id='c1'></div>{store}{_after()}{_footer()}",
    )  # fmt: skip


def modern(t: Truth, text: str) -> str:
    """Semantic elements, info in a list, comments and recommendations after the article."""
    return _page(
        f"{t.title} - 法治政府建设 - 示例县人民政府", "",
        f"<header>{_menu()}</header><nav>{_crumbs()}</nav><main><article><header><h1>{t.title}</h1><ul><li>日期：{t.published}</li><li>来源：{t.publisher}</li>"
        f"<li>责任编辑：管理员</li></ul></header><div>{text}</div><div class='fj'><p>附件：</p><p>1.<a href='/files/tj.xlsx'>统计表.xlsx</a></p></div></article>"
        f"<section class='comment'><h3>网友评论</h3><p>请登录后发表评论，评论须遵守法律法规，文明上网，理性发言，不得发布广告。</p></section>{_after()}</main><aside>{_menu()}</aside><footer>{_footer()}</footer>",
    )  # fmt: skip


def phone(t: Truth, text: str) -> str:
    """Two visible copies of the text, for the desk and for the phone, side by side."""
    return _page(
        f"{t.title}_示例县人民政府", "",
        f'<div class="menu">{_menu()}</div><div class="con"><h1>{t.title}</h1><div class="ly">{t.published}　来源：{t.publisher}</div>'
        f'<div class="pcbox">{text}</div><div class="wapbox">{text}</div></div><div class="footer">{_footer()}</div>',
    )  # fmt: skip


FRAMES: dict[str, Callable[[Truth, str], str]] = {
    "trs": trs, "jcms": jcms, "ucap": ucap, "gkmlpt": gkmlpt, "vsb": vsb, "unknown": unknown, "tables": tables,
    "longxun": longxun, "footer_first": footer_first, "cdata": cdata, "modern": modern, "phone": phone,
}  # fmt: skip
FILES = {"trs": ("数据统计表.pdf",), "gkmlpt": ("统计表.pdf",), "vsb": ("统计表.docx",), "modern": ("1.统计表.xlsx",)}


def pages(copies: int = 2) -> Iterator[Shaped]:
    """Yield every frame with every body, ``copies`` times with different articles."""
    truths = [t for site in server.portals("demo") for t in site.truth if not t.cells]
    number = 0
    for frame_name, frame in FRAMES.items():
        for body_name, markup in BODIES.items():
            for _ in range(copies):
                truth = truths[number * 7 % len(truths)]
                number += 1
                source = frame(truth, markup(truth.paragraphs))
                yield Shaped(
                    f"{frame_name}-{body_name}-{number}", source.encode(), truth.title, truth.published,
                    truth.written if dates.alone(truth.paragraphs[-1]) else None,
                    str(truth.publisher), truth.paragraphs, tuple(c for c in CHROME if c in source),
                    FILES.get(frame_name, ()),
                )  # fmt: skip
