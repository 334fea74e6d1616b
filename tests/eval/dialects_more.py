# ruff: noqa: E501  # templates read better unbroken
"""More page templates: VSB, UCAP, Sichuan, Hunan, Beijing, Chongqing, Guizhou, old table sites, print views, shells."""

from __future__ import annotations

from collections.abc import Callable

from .dialects import FOOT, _files, _foot, _head, _li, _metas
from .documents import Doc


def _cn(day: str) -> str:
    year, month, rest = day.split("-")
    return f"{year}年{month}月{rest}日"


def vsb(d: Doc, text: str) -> str:
    """VSB: everything in a form, time and clicks with a script, files in a list with a download count."""
    files = "".join(
        f'<li style="list-style:none;">附件【<a href="/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid={n}" target="_blank">{name}</a>】<span>已下载<span id="nattach{n}"></span>次</span></li>'
        for n, (name, _) in enumerate(d.files)
    )
    return (
        _head(
            f"{d.title}-示例县司法局",
            f'<META Name="keywords" Content="示例县司法局" /><META Name="description" Content="{d.title}" />',
        )
        + f'<div class="topbox"><ul>{_li()}</ul></div><div class="weizhi">您现在的位置：<a>首页</a>>><a>通知公告</a>>>正文</div><div class="main"><form name="_newscontent_fromname"><div class="xl-con"><h3 align="center">{d.title}</h3><div align="center" class="xinxi"><span>发布时间：{_cn(d.published)} 09:12</span>&nbsp;&nbsp;<span>点击：[<script>_showDynClicks("wbnews", 1, 2)</script>]</span>&nbsp;&nbsp;<span>来源：{d.source}</span></div>'
        f'<div id="vsb_content_501"><div class="v_news_content">{text}</div></div><p></p><div><ul>{files}</ul></div><p></p><div class="sxy"><p>上一条：<a href="1.htm">我市出台惠企政策</a></p><p>下一条：<a href="2.htm">全县抓好春耕生产</a></p></div><p align="right">【<a href="javascript:window.opener=null;window.close();">关闭</a>】</p></div></form></div><div class="foot">{_foot()}</div></body></html>'
    )


def ucap(d: Doc, text: str) -> str:
    """UCAP after www.gov.cn: labels with wide spaces in a table of the policy library, td#UCAP-CONTENT."""
    return (
        _head(
            f"{d.title}_政府信息公开专栏",
            f'<meta name="firstpublishedtime" content="{d.published}-15:20:00"/><meta name="lanmu" content="信息公开"/><meta name="manuscriptId" content="123"/>',
        )
        + f'<div class="xxgk_main"><div class="BreadcrumbNav"><a>首页</a>&nbsp;&gt;&nbsp;<a>公开</a></div><table class="bd1"><tbody><tr><td><table border="0"><tbody><tr><td class="zwgk"><b>标　　题：</b></td><td colspan="3">{d.title}</td></tr><tr><td><b>索 引 号：</b></td><td>{d.index_no or ""}</td><td><b>主题分类：</b></td><td>综合政务\\其他</td></tr><tr><td><b>发文机关：</b></td><td>{d.source}</td><td><b>成文日期：</b></td><td>{_cn(d.written) if d.written else ""}</td></tr><tr><td><b>发文字号：</b></td><td>{d.doc_no or ""}</td><td><b>发布日期：</b></td><td>{_cn(d.published)}</td></tr></tbody></table></td></tr></tbody></table>'
        f'<table class="border-table"><tbody><tr><td class="b12c pages_content" id="UCAP-CONTENT">{text}{"<p>附件：" + _files(d, "<a href={1}>{0}</a>") + "</p>" if d.files else ""}</td></tr></tbody></table><div class="share-box">【<a>我要纠错</a>】</div></div><div class="footer">{_foot()}</div></body></html>'
    )


def sichuan(d: Doc, text: str) -> str:
    """Sichuan columns: ucap elements, the time in Chinese with the hour, the editor under the text."""
    return (
        _head(
            f"{d.title}- 示例市人民政府", _metas(d) + '<meta name="others" content="页面生成时间 2023-09-26 01:02:03"/>'
        )
        + f'<div class="head"><ul>{_li()}</ul></div><div class="wrap"><div class="curr">您所在的位置：<a>首页</a> &gt; <a>公示公告</a></div><div id="articlecontent"><h2><ucaptitle>{d.title}</ucaptitle></h2><ul id="articleattribute"><li>{_cn(d.published)} 09时10分</li><li>来源: <a>{d.source}</a></li><li>【字体：<a>大</a> <a>中</a> <a>小</a>】</li><li>点击数：<span>18</span></li></ul><div id="cmsArticleContent"><ucapcontent>{text}</ucapcontent></div><div class="fj">{"<p>附件：</p>" + _files(d, "<p><a href={1}>{0}</a></p>") if d.files else ""}</div><div class="zrbj">责任编辑:某某</div><div id="fxd">分享到：<a>微信</a></div></div></div><div class="bottom">{_foot()}</div></body></html>'
    )


def hunan(d: Doc, text: str) -> str:
    """Hunan counties: box of 统一登记号 and 信息时效期, info line of spans, the text in .tys-main-zt-show."""
    return (
        _head(f"{d.title}-示例县政府门户网站", _metas(d))
        + f'<div class="top"><ul>{_li()}</ul></div><div class="tys-main"><div class="sdwz">当前位置：<a>首页</a>><a>政务公开</a></div><table class="xxgk_tab"><tr><td><b>索引号：</b>{d.index_no or ""}</td><td><b>统一登记号：</b></td><td><b>文号：</b>{d.doc_no or ""}</td></tr><tr><td><b>公开责任部门：</b>{d.source}</td><td><b>公开范围：</b>全部公开</td><td><b>信息时效期：</b>2099-12-31</td></tr></table><h2 class="tys-main-zt-tit">{d.title}</h2>'
        f'<div class="tys-main-zt-info"><span>发布时间：{d.published} 16:22</span><span>信息来源：{d.source}</span><span>作者：</span><span>浏览量：<i>233</i></span><span>| 字体<i>大</i><i>小</i></span></div><div class="tys-main-zt-show">{text}{_files(d, "<p><a href={1}>{0}</a></p>")}</div><div class="ewm-box"><p>扫一扫在手机打开当前页</p></div></div><div class="foot-box">{_foot()}</div></body></html>'
    )


def beijing(d: Doc, text: str) -> str:
    """Beijing: labels in square brackets without a colon, a list as box, #mainText, the print button first."""
    rows = [
        ("主题分类", "综合政务"),
        ("发文机构", d.source),
        ("成文日期", d.written or ""),
        ("发文字号", d.doc_no or ""),
        ("发布日期", d.published),
        ("有效性", "是"),
    ]
    return (
        _head(f"{d.title}_示例市人民政府门户网站", _metas(d, pub=d.published))
        + f'<header><ul>{_li()}</ul></header><div class="container"><ol class="doc-info clearfix">{"".join(f"<li class=fl>[{k}]<span>{v}</span></li>" for k, v in rows if v)}</ol><div class="article"><div class="header"><h1>{d.title}</h1><p><span>日期：{d.published}</span>&nbsp;<span class="laiyuan">来源：{d.source}</span></p></div><div class="othermessage"><span>分享：</span><span>字号：<a>大</a><a>中</a><a>小</a></span></div><div id="mainText" class="mainTextBox"><div class="view TRS_UEDITOR">{text}</div></div><ul class="fujian">{_files(d)}</ul></div></div><footer>{_foot()}</footer></body></html>'
    )


def chongqing(d: Doc, text: str) -> str:
    """Chongqing: the box twice (desk and phone), values in their own cells, .zwxl-article."""
    box = f'<tr><td class="t">[ 索引号 ]</td><td>{d.index_no or ""}</td><td class="t">[ 发文字号 ]</td><td>{d.doc_no or ""}</td></tr><tr><td class="t">[ 发布机构 ]</td><td>{d.source}</td><td class="t">[ 主题分类 ]</td><td>综合政务</td></tr><tr><td class="t">[ 成文日期 ]</td><td>{d.written or ""}</td><td class="t">[ 发布日期 ]</td><td>{d.published}</td></tr>'
    return (
        _head(f"{d.title}_示例区人民政府", _metas(d))
        + f'<div class="top-nav"><ul>{_li()}</ul></div><div class="zwxl-main"><div class="crumbs"><a>首页</a> > <a>政务公开</a></div><table class="zwxl-table">{box}</table><table class="zwxl-table zwxl-m">{box}</table><p class="zwxl-title">{d.title}</p><div class="zwxl-bar"><span>日期：{d.published}</span><span>听全文</span><span>字体：<a>大</a><a>中</a><a>小</a></span></div><div class="zwxl-content"><div class="zwxl-article"><div class="view TRS_UEDITOR">{text}</div></div><div class="fjxz">{"<p>附件下载：</p>" + _files(d, "<p><a href={1}>{0}</a></p>") if d.files else ""}</div></div></div><div class="gb-footer">{_foot()}</div></body></html>'
    )


def guizhou(d: Doc, text: str) -> str:
    """Guizhou TRS: box in a table of six cells, type size as A, related reading and neighbours after the text."""
    return (
        _head(f"{d.title}_示例市人民政府门户网站", _metas(d))
        + f'<div class="Header"><ul>{_li()}</ul></div><div class="Box"><div class="dqwz">当前位置：<a>首页</a> &gt; <a>政策文件</a></div><div class="Article_xx"><table><tr><th>索引号：</th><td>{d.index_no or ""}</td><th>信息分类：</th><td>综合</td></tr><tr><th>发布机构：</th><td>{d.source}</td><th>发文日期：</th><td>{d.written or ""}</td></tr><tr><th>文号：</th><td>{d.doc_no or "无"}</td><th>是否有效：</th><td>是</td></tr><tr><th>信息名称：</th><td colspan=3>{d.title}</td></tr></table></div><div class="Article"><h1>{d.title}</h1><div class="toolbar"><span>发布时间：{d.published} 11:32</span><span>字体：[<a>A大</a> <a>A中</a> <a>A小</a>]</span></div>'
        f'<div class="Article_zw zw"><div class="view TRS_UEDITOR">{text}</div></div><div class="Article_fj">{"<b>附件：</b>" + _files(d, "<p><a href={1}>{0}</a></p>") if d.files else ""}</div><div class="xgwj"><h3>相关文章</h3><ul><li><a href="/t1">全县抓好春耕生产</a></li></ul></div><div class="sxp"><div>上一篇：<a href="/t2">我市出台惠企政策</a></div><div>下一篇：没有了</div></div></div></div><div class="Footer">{_foot()}</div></body></html>'
    )


def old_tables(d: Doc, text: str) -> str:
    """A site of 2008: GB2312, layout tables, fonts, author and hits in brackets under the title."""
    return (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>示例县农业信息网</title></head><body><table width="1000" align="center"><tr><td bgcolor="#0066cc">{_li("span")}</td></tr></table><table width="1000"><tr><td width="200" valign="top"><table><tr><td>栏目导航</td></tr>{"".join(f"<tr><td><a href={n}.asp>{m}</a></td></tr>" for n, m in enumerate(("通知公告", "工作动态", "政策法规")))}</table></td><td valign="top"><table width="100%"><tr><td>您的位置：<a>首页</a>&gt;&gt;<a>工作动态</a>&gt;&gt;正文</td></tr>'
        f'<tr><td align="center"><font size="4" color="red"><b>{d.title}</b></font></td></tr><tr><td align="center">作者：办公室　来源：{d.source}　更新时间：{d.published} 9:05:03　点击数：326　【字体：<a>小</a> <a>大</a>】</td></tr><tr><td style="font-size:14px">{text}</td></tr>{"<tr><td>附件：" + _files(d, "<a href={1}>{0}</a> ") + "</td></tr>" if d.files else ""}<tr><td align="right">【<a>打印本页</a>】【<a>关闭窗口</a>】</td></tr><tr><td>上一篇：<a>我市出台惠企政策</a></td></tr><tr><td>下一篇：<a>全县抓好春耕生产</a></td></tr></table></td></tr></table><table width="1000"><tr><td align="center">版权所有：示例县农业局　技术支持：示例网络公司<br>{FOOT[2]}</td></tr></table></body></html>'
    )


def siteserver(d: Doc, text: str) -> str:
    """SiteServer: date in a span, 编辑 and 浏览 after it, a vote and a code under the text."""
    return (
        _head(f"{d.title} - 通知公告 - 示例县教育体育局", "")
        + f'<div class="wrapper"><div class="nav">{_li("span")}</div><div class="location">当前位置：<a>首页</a> > <a>通知公告</a> ></div><div class="content_left"><div class="con_tit">{d.title}</div><div class="con_info">{d.published} 编辑：admin 来源：{d.source} 浏览：<span>31</span>次</div><div class="con_txt">{text}{_files(d, "<p><a href={1}>{0}</a></p>")}</div><div class="pnext">上一篇：<a>我市出台惠企政策</a><br/>下一篇：<a>全县抓好春耕生产</a></div></div><div class="content_right"><h3>热点新闻</h3><ul><li><a href="/3">全县抓好春耕生产</a><span>03-02</span></li><li><a href="/4">我市出台惠企政策</a><span>03-01</span></li></ul></div></div><div class="footer">{_foot()}</div></body></html>'
    )


def liaoning(d: Doc, text: str) -> str:
    """Liaoning: title and sub-title in a box, source and author, a date in Chinese, the reader's vote."""
    return (
        _head(
            f"{d.title}_示例市人民政府",
            f'<meta name="ArticleTitle" content="{d.title}" /><meta name="PubDate" content="{d.published} 08:30:00" /><meta name="ContentSource" content="{d.source}" />',
        )
        + f'<div class="mainNav">{_li("span")}</div><div class="dlListBox"><div class="dlList_loc">您的位置：<a>首页</a>><a>政务公开</a></div><div class="xlrllt"><div class="xlrlltit">{d.title}</div><div class="xlsj">发布时间：{_cn(d.published)} &nbsp; 信息来源：{d.source} &nbsp; 浏览次数：<script></script></div><div class="TRS_PreAppend" style="overflow-x: hidden;">{text}</div>{"<div class=fj>附件：" + _files(d, "<a href={1}>{0}</a>") + "</div>" if d.files else ""}<div class="xlfx"><p>分享到：</p></div></div></div><div class="bottomBox">{_foot()}</div></body></html>'
    )


def shandong(d: Doc, text: str) -> str:
    """Shandong jpaas: definition box without colons in th, a stamp image, .art_con."""
    return (
        _head(f"示例市人民政府 政策文件 {d.title}", _metas(d))
        + f'<div class="h"><ul>{_li()}</ul></div><div class="wip_lef"><div class="breadcrumb">当前位置：<a>首页</a>/<a>政府文件</a></div><table class="xxgk_table"><tr><th>标题：</th><td colspan=3>{d.title}</td></tr><tr><th>索引号</th><td>{d.index_no or ""}</td><th>公开方式</th><td>主动公开</td></tr><tr><th>发文机关</th><td>{d.source}</td><th>组配分类</th><td>政府文件</td></tr><tr><th>成文日期</th><td>{d.written or ""}</td><th>发布日期</th><td>{d.published}</td></tr><tr><th>发文字号</th><td>{d.doc_no or ""}</td><th>有效性</th><td>有效</td></tr></table><div class="wip_art_con"><h1 class="sp_title">{d.title}</h1><div class="people-desc"><span>发布日期：{d.published} 17:05</span><span>浏览次数：<i>88</i></span><span>字体：[<a>大</a><a>中</a><a>小</a>]</span></div><div class="art_con">{text}</div><div class="fj_box">{"<p>附件：</p>" + _files(d, "<p><a href={1}>{0}</a></p>") if d.files else ""}</div><div class="qr"><p>扫描二维码在手机上查看</p></div></div></div><div class="foot">{_foot()}</div></body></html>'
    )


def ankang(d: Doc, text: str) -> str:
    """Ankang and Node sites: one line of author, time, source and hits; text in .content of a list item."""
    return (
        _head(f"{d.title}-示例县人民政府", "")
        + f'<div class="top_nav"><ul>{_li()}</ul></div><div class="path">您所在的位置：<a>首页</a> / <a>政务公开</a> / <a>通知公告</a></div><div class="detail"><div class="info_title">{d.title}</div><div class="info_source">作者：&nbsp;&nbsp;&nbsp;时间：{d.published} 15:40&nbsp;&nbsp;来源：{d.source}&nbsp;&nbsp;字号：<a>大</a> <a>中</a> <a>小</a>&nbsp;&nbsp;<a>打印</a></div><div class="info_con"><div id="Zoom">{text}</div></div><div class="accessory">{"附件：" + _files(d, "<a href={1}>{0}</a>") if d.files else ""}</div><div class="info_bot"><a>【关闭窗口】</a><a>【返回顶部】</a></div></div><div class="footer">{_foot()}</div></body></html>'
    )


def print_view(d: Doc, text: str) -> str:
    """A print view: title, date and address of the original, text, nothing named."""
    return (
        _head("打印预览", "")
        + f'<p align="right"><a href="javascript:print()">打印</a> <a href="javascript:close()">关闭窗口</a></p><center><h2>{d.title}</h2></center><p align="center">来源：{d.source}　　发布时间：{d.published}</p><hr>{text}{_files(d, "<p><a href={1}>{0}</a></p>")}<hr><p>来自：http://www.example.gov.cn/art/2021/3/18/art_1_1.html</p></body></html>'
    )


def vue(d: Doc, text: str) -> str:
    """A page of a front-end framework, rendered on the server: cloaked templates, ng-hide copies, data attributes."""
    return (
        _head(d.title, "")
        + f'<div id="app" v-cloak data-server-rendered="true"><div class="nav-menu">{_li("span")}</div><div class="el-breadcrumb"><span>首页</span><i>/</i><span>通知公告</span></div><div class="detail-page"><div class="detail-page__title">{d.title}</div><div class="detail-page__meta"><span>发布日期：{d.published}</span><span>来源：{d.source}</span></div><div class="ng-hide">{text}</div><div class="detail-page__body rich-text">{text}</div><div class="detail-page__files">{_files(d, "<div><a href={1}>{0}</a></div>")}</div></div></div><footer>{_foot()}</footer></body></html>'
    )


def boxed_plain(d: Doc, text: str) -> str:
    """Hanweb again: box without colons, an empty 来源 before the real one, the text in a div of no known name."""
    return (
        _head(d.title, "<meta name='Maketime' content='2024-02-01 09:57:20_234'>" + _metas(d))
        + f'<div class="tj_subject Article"><div class="currpos">当前位置：<table><tr><td><a>首页</a></td><td><TABLE><TR><TD> > <a>政务公开</a></TD><TD> > <a>重要公告</a></TD></TR></TABLE></td></tr></table></div><div class="ImporFull clearfix"><table class="collapse_table"><tbody><tr><td>索 引 号</td><td>{d.index_no or ""}</td><td>公开分类</td><td></td></tr><tr><td>发布机构</td><td>{d.source}</td><td>成文日期</td><td>{d.written or d.published}</td></tr><tr><td>文　　号</td><td>{d.doc_no or ""}</td><td>主题词</td><td></td></tr></tbody></table><div class="main_title"><p readlabel>{d.title}</p></div>'
        f'<div class="artic_tother"><div class="fl"><p class="time">发布时间：{d.published} 11:07</p><p class="source">来源：<!--articlesource--></p><p class="source">来源：{d.source}</p><p class="access">访问次数：<script></script></p></div><div class="fr"><span>打印</span><div id="share-2">分享至:</div></div></div><div class="main_section">{text}{_files(d, "<p><a href={1}>{0}</a></p>")}</div></div></div><div class="bt-footer">{_foot()}</div></body></html>'
    )


def source_first(d: Doc, text: str) -> str:
    """A provincial bureau: the source in corner brackets before the time, both in one line, sub-title node in the title."""
    return (
        _head(
            d.title,
            _metas(d, pub="2024-04-15 14:53:51") + '<meta name="others" content="页面生成时间 2024-04-15 14:53:51"/>',
        )
        + f'<div class="header"><div class="top"><a>中国政府网</a><span>|</span><a>省政府网</a><li><a>简</a></li><li>|</li><li><a>繁</a></li></div><table class="navlist"><tr><td><ul id="navul">{_li()}</ul></td></tr></table></div><div class="xiangqing"><div class="xwlb"><div class="xwlb_text">  各地动态</div></div><div class="xq_title">\n {d.title}\n<div class="sub-title"></div></div><div class="fbxq"><div class="fbsj"><p class="txt_center">【来源： {d.source}】 发布日期：{d.published} 19:21:00\n </p></div><div class="zt">字体： 【<a>大</a> <a>中</a> <a>小</a>】</div></div>'
        f'<div class="xq_con" id="content">{text}{_files(d, "<p><a href={1}>{0}</a></p>")}</div><div class="xq_foot"><span>【打印本页】</span><span>【关闭窗口】</span></div><div class="sxp"><p>上一篇：<a>我市出台惠企政策</a></p><p>下一篇：<a>全县抓好春耕生产</a></p></div></div><div class="foot">{_foot()}</div></body></html>'
    )


def body_label(d: Doc, text: str) -> str:
    """A central office: set home and favourites, the date in Chinese with the time, floating boxes after the footer."""
    return (
        _head(f"{d.title}_示例省委网络安全和信息化委员会办公室", '<META NAME="Keywords" CONTENT="智能">')
        + f'<div class="header"><div class="top-bar"><a>设为首页</a><a>加入收藏</a><a>手机版</a><a>繁体</a></div><div class="search"><a>搜索</a></div><ul class="nav">{_li()}</ul></div><div class="current-path"><p>当前位置：<a>首页</a>&gt;<a>正文</a></p></div><div class="mobile-header"><ul>{_li()}</ul></div><div class="main"><div class="main-title"><h1 class="title">\n{d.title}\n</h1><div class="info clearfix"><span id="pubtime">\n{_cn(d.published)} 09:15\n</span><span id="source">来源：\n{d.source}\n</span><div class="set_font"><a> </a><a> </a></div><div id="dyjc"><a>【打印】</a><a><span>【纠错】</span></a></div></div></div>'
        f'<div class="main-content"><DIV id=BodyLabel>{text}<div id="站群"></div></DIV>{_files(d, "<p><a href={1}>{0}</a></p>")}<div class="zwfenye"></div></div><div id="check"><iframe src="/jiucuo.htm"></iframe></div><span class="checkClose">关闭</span></div><div class="footer"><div class="foot"><p><span>示例省委网信办</span> <span>示例省互联网信息办公室 &copy; 版权所有</span> <a>联系我们</a></p><p>承办：示例应急中心　技术支持：示例科技公司　<a>{FOOT[2]}</a></p></div></div><div class="right-nav"><ul><li><h6>学习强国</h6><div><em>◆</em> <span>◆</span></div></li><li><h6>微信</h6></li><li><h6>返回顶部</h6></li></ul></div><div style="display:none">Produced By CMS publishdate:2024/01/05 22:09:58</div></body></html>'
    )


def nested_page(d: Doc, text: str) -> str:
    """NFCMS of a district: a second document type and body for the header, slashes as path, 信息来源, empty list of files."""
    return (
        _head(f"{d.title}_政府信息公开_示例区人民政府门户网站", _metas(d, pub=d.published + " 00:55:40"))
        + f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title></title></head><body><div class="header"><ul>{_li()}<li class="le"><a>English</a></li></ul><ul class="header_ul"><li><a>登录</a> \\ <a>无障碍</a>\\ <a>长者助手</a></li></ul><div class="ipv6"><a>数字人无障碍</a> 网站支持IPV6</div></div></body>\n</html>\n<div class="container"><div class="location"><div class="mar"><a>首页</a>&ensp;/&ensp;<a>政务公开</a>&ensp;/&ensp;<a>政府信息公开</a></div></div><div class="contentpage-wrap"><div class="print-class content-wrap"><h1>\n {d.title}\n </h1><div class="article-info"><div><span>信息来源：{d.source}</span><span>发布时间：{d.published} 00:55:40</span><span>浏览量：<span id="v">-</span></span></div><div class="article-share"><span>【<a>打印</a>】&nbsp;&nbsp;字体【&nbsp;<a>大</a>&nbsp;<a>中</a>&nbsp;<a>小</a>&nbsp;】</span><span>分享到：<div id="share-1"></div></span></div></div>'
        f'<div class="content" id="zhengwen"><div id="zoomcon">{text}</div><div class="rel_news" id="rel"><h5>附件下载：</h5><ul class="infoList">{_files(d)}</ul></div></div><div><div class="info_ewm"><div>扫一扫在手机打开当前页</div></div></div></div></div></div><div class="footer"><div class="mar"><a>隐私安全</a>|<a>网站地图</a>|<a>使用帮助</a></div><p><span>主办：示例开发区管委会 示例区人民政府</span><span>承办：示例区政务服务局</span><span><a>联系我们</a></span></p><p><span>版权所有：示例区人民政府</span><span>备案号:  {FOOT[2]}</span></p><p><span>{FOOT[3]}</span><span>{FOOT[1]}</span></p></div></body></html>'
    )


def icons(d: Doc, text: str) -> str:
    """Guangzhou: icons for labels, the date alone in a list item, a second menu that sticks, a page slide for phones."""
    return (
        _head(f"{d.title} - 示例市人民政府门户网站", _metas(d))
        + f'<div class="header2022"><ul class="mainnav" id="mainnav">{_li()}</ul><ul class="mainnav isStuck" style="top: -50px; visibility: hidden;">{_li()}</ul></div><div class="wap2022"><div class="ssrc"><span>搜索热词：</span><a>高质量发展</a><a>社保</a></div><div class="swiper-slide"><a><span>推荐</span></a></div><div class="yymenu" style="display:none"><a>关爱版</a></div></div><div class="container_bg"><div class="curmb" id="dqwz">当前位置：<a>首页</a>&nbsp;&gt;&nbsp;<a>营商环境</a></div><div class="mainbox_bg container"><h1 class="content_title content_title_h1">{d.title}</h1><h3 class="space20"></h3>'
        f'<div class="content_attr clearfix"><ul class="fl"><li class="yybb"><img src="y.png" title="听全文"> 听全文<span></span></li><li class="date"><i><img title="发布时间"></i><span>{d.published}</span></li><li class="ly"><i><img title="来源"></i><span id="laiyuan">来源：{d.source}\n</span></li></ul><ul class="fr"><li>分享到</li><li><a title="微信"></a></li><li>字号：<a>大</a><a>中</a><a>小</a></li><li>打印</li></ul></div><div class="content_article" id="zoomcon">{text}</div><div class="content_file">{"<h4>附件：</h4>" + _files(d, "<p><a href={1}>{0}</a></p>") if d.files else ""}</div></div></div><div class="m_footer">{_foot()}</div></body></html>'
    )


def commented(d: Doc, text: str) -> str:
    """A city of Hunan: forms for comments and answers, source and editor under them, a reading aloud in a script."""
    return (
        _head(f"{d.title}-示例市政府门户网站", _metas(d))
        + f'<div class="top"><ul>{_li()}</ul></div><div class="mainx"><div class="posi">当前位置：<a>首页</a> > <a>时政要闻</a></div><div class="xly-main"><h1 class="fsxly-h1">{d.title}</h1><div class="fsxly-t"><span>发布时间：{d.published} 08:47</span><span>字体：<i>大</i> <i>中</i> <i>小</i></span></div><div class="fsxly-con" id="text"><div class="ucapcontent">{text}</div>{_files(d, "<p><a href={1}>{0}</a></p>")}</div>'
        f'<div class="xt-comment"><ul class="nav-tabs"><li><a>网友评论</a></li><li><a>我要评论</a></li></ul><ul id="dataCommets"></ul><a id="comment_button">点击加载更多评论</a><form class="form-horizontal"><label>手机号码：</label><label>评论内容：</label><textarea></textarea><label>验证码：</label><a>提交评论</a><a>返回</a></form></div><div class="ffxar"><table><tr><td> 分享到：</td><td></td></tr></table><div><span>来 源：{d.source}</span> <em>责任编辑：某某</em></div><div><span>【打印本页】</span> <span>【关闭窗口】</span></div></div></div></div><script>var ss = "{d.title}"; audioPlay(ss);</script><div id="foot_new">{_foot()}</div></body></html>'
    )


FRAMES: dict[str, Callable[[Doc, str], str]] = {
    "vsb": vsb, "ucap": ucap, "sichuan": sichuan, "hunan": hunan, "beijing": beijing, "chongqing": chongqing, "guizhou": guizhou, "old_tables": old_tables, "siteserver": siteserver,
    "liaoning": liaoning, "shandong": shandong, "ankang": ankang, "print_view": print_view, "vue": vue,
    "boxed_plain": boxed_plain, "source_first": source_first, "body_label": body_label, "nested_page": nested_page, "icons": icons, "commented": commented,
}  # fmt: skip
BOXED = frozenset(("ucap", "hunan", "chongqing", "guizhou", "shandong", "boxed_plain"))
