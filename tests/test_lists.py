# ruff: noqa: E501  # templates read better unbroken
"""Pages of links are told from articles: columns, home pages, search results, in the shapes of many systems."""

from __future__ import annotations

import pytest

from archive.extract import extract
from archive.model import Origin, Reason, Rejection

MENU = "".join(f'<li><a href="/{n}/">{word}</a></li>' for n, word in enumerate(
    ("首页", "走进示例", "政务公开", "办事服务", "互动交流", "数据开放", "专题专栏", "新闻中心", "机构职能", "领导之窗")
))  # fmt: skip
FOOT = "<div class=foot><p>主办：示例县人民政府办公室　网站标识码：9901010001</p><p>示ICP备00000000号</p></div>"
TITLES = (
    "示例县人民政府关于印发示例县国土空间总体规划的通知", "示例县教育局关于做好2021年义务教育招生工作的通知", "我县召开安全生产工作会议",
    "示例县2020年法治政府建设情况报告", "关于公布2021年度行政事业性收费目录的公告", "示例县民政局2020年法治政府建设工作报告", "县长调研乡村振兴工作",
    "示例县水利局关于河道采砂管理的公告", "示例县2021年部门预算公开", "示例县司法局开展送法下乡活动",
)  # fmt: skip
DAYS = [f"2021-{n:02}-{n + 9}" for n in range(1, 11)]
ENTRIES = list(zip(TITLES, DAYS, strict=True))


def page(title: str, main: str, metas: str = "") -> str:
    return f"<html><head><title>{title}</title>{metas}</head><body><ul class=dh>{MENU}</ul>{main}{FOOT}</body></html>"


def trs() -> str:
    items = "".join(f'<li><span>{day}</span><a href="./t{n}.html">{t}</a></li>' for n, (t, day) in enumerate(ENTRIES))
    return page(
        "通知公告_示例县人民政府", f'<div class=lj>当前位置：<a>首页</a>&gt;<a>通知公告</a></div><ul class="list">{items}</ul>'
        '<div class=page><script>createPageHTML(5, 0, "index", "html")</script></div>',
        '<meta name="SiteName" content="示例县人民政府"><meta name="ColumnName" content="通知公告">',
    )  # fmt: skip


def undated() -> str:
    items = "".join(f'<li><a href="{n}.shtml">{t}</a></li>' for n, t in enumerate(TITLES))
    return page("法治政府建设年度报告", f'<h2>法治政府建设年度报告</h2><div class="con"><ul>{items}</ul></div>')


def table() -> str:
    rows = "".join(
        f"<tr><td>{n}</td><td><a href=/{n}>{t}</a></td><td>示政发〔2021〕{n}号</td><td>{day}</td></tr>"
        for n, (t, day) in enumerate(ENTRIES, 1)
    )
    return page(
        "政策文件-示例县",
        "<div class=content><table><tr><th>序号</th><th>标题</th><th>发文字号</th><th>发布日期</th></tr>"
        f"{rows}</table><p>共126条 第1/13页 首页 上一页 下一页 尾页</p></div>",
    )


def boxes() -> str:
    items = "".join(
        f'<li><a href="/public/{n}.html" title="{t}">{t}</a><span class="date">{day}</span><div class="xx"><p>索引号：'
        f"00{n}/2021-{n}</p><p>发布机构：示例县人民政府办公室</p><p>发布日期：{day}</p></div></li>"
        for n, (t, day) in enumerate(ENTRIES)
    )
    return page("示例县人民政府信息公开", f'<div class="xxgk_navli"><ul>{items}</ul></div>')


def summaries() -> str:
    items = "".join(
        f'<div class="item"><h3><a href="/{n}.html">{t}</a></h3><p>日前，示例县有关部门按照工作部署，认真组织实施，取得了较好的'
        f'成效，受到群众欢迎，下一步将继续推进。<a href="/{n}.html">[详细]</a></p><span>{day}</span></div>'
        for n, (t, day) in enumerate(ENTRIES)
    )
    return page("要闻动态", f'<div class="lists">{items}</div><div>上一页 1 2 3 下一页 尾页</div>')


def home() -> str:
    half = "".join(f'<li><a href="/{n}">{t}</a><em>{day[5:]}</em></li>' for n, (t, day) in enumerate(ENTRIES))
    boxes = "".join(
        f"<div><h3><a>{w}</a><a>更多&gt;&gt;</a></h3><ul>{half}</ul></div>" for w in ("要闻", "公告", "部门")
    )
    return page(
        "示例县人民政府门户网站", f"<div class=hot>热搜词： 社保 公积金</div>{boxes}<div class=fw><a>个人办事</a></div>"
    )


def results() -> str:
    items = "".join(
        f'<div class="result"><a href="/{n}">{t}</a><div>……{t}，推进法治政府建设……</div><p>示例县人民政府 {day}</p></div>'
        for n, (t, day) in enumerate(ENTRIES)
    )
    return page("站内搜索", f"<p>为您找到相关结果约 126 条</p>{items}<p>1 2 3 下一页</p>")


def mailbox() -> str:
    rows = "".join(
        f"<tr><td>2021{n:04}</td><td><a>关于道路维修的咨询</a></td><td>{d}</td><td>已办结</td></tr>"
        for n, d in enumerate(DAYS)
    )
    return page(
        "领导信箱",
        f"<table><tr><td>编号</td><td>主题</td><td>时间</td><td>状态</td></tr>{rows}</table><a>下一页</a><a>末页</a>",
    )


def store() -> str:
    records = "".join(
        f"<record><![CDATA[<li><a href='/art/{n}.html'>{t}</a><span>{day}</span></li>]]></record>"
        for n, (t, day) in enumerate(ENTRIES)
    )
    return page(
        "法治政府建设", f'<div class=bt>法治政府建设</div><div id="1"><script type="text/xml"><datastore><recordset>{records}'
        "</recordset></datastore></script></div>",
        '<meta name="ColumnName" content="法治政府建设">',
    )  # fmt: skip


def empty() -> str:
    return page(
        "意见征集",
        '<div class=dq>当前位置：<a>首页</a>&gt;<a>意见征集</a></div><div class="list"><p>共0条 0/0</p></div>',
    )


def map_of_site() -> str:
    links = "".join(f"<dl><dt><a>{t[:8]}</a></dt><dd>{MENU}</dd></dl>" for t in TITLES)
    return page("网站地图", f"<div class=map>{links}</div>")


@pytest.mark.parametrize(
    "shape", [trs, undated, table, boxes, summaries, home, results, mailbox, store, empty, map_of_site]
)
def test_a_page_of_links_is_a_list(shape) -> None:  # type: ignore[no-untyped-def]
    found = extract(Origin(content_type="text/html"), shape().encode())
    assert isinstance(found, Rejection)
    assert found.reason is Reason.LIST_PAGE, (found.reason, found.detail, found.text[:200])


def test_an_article_without_text_is_no_list() -> None:
    source = page(
        "示例县2021年部门预算公开", '<h1>示例县2021年部门预算公开</h1><p>发布时间：2021-03-01 来源：示例县财政局</p><div id="zoom"><img src="a.jpg">'
        '</div><p>相关文章</p><ul><li><a href=1>我县召开会议</a> 2021-01-02</li></ul>',
    )  # fmt: skip
    found = extract(Origin(content_type="text/html"), source.encode())
    assert isinstance(found, Rejection)
    assert found.reason is Reason.EMPTY
