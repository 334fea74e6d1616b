# ruff: noqa: E501  # templates read better unbroken
"""Page templates as portals of many systems build them, around the documents of ``documents``: one function a dialect.

Shapes only: no text of a real page. Every function returns the page; ``CHROME`` holds what must not be in the text.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from .documents import Doc

MENU = (
    "网站首页",
    "市情概览",
    "政府信息公开",
    "公共服务",
    "网上办事",
    "政民互动",
    "数据发布",
    "专题专栏",
    "领导信箱",
    "新闻发布会",
)
FOOT = (
    "主办单位：示例市人民政府办公室", "网站标识码：9901000009", "示ICP备20000001号", "示公网安备 99010202001704号", "联系地址：示例市行政中心",
)  # fmt: skip
CHROME = (
    *MENU, *FOOT, "今天：2024年2月22日", "当前位置", "阅读次数", "浏览次数", "字体：", "字号：", "打印", "分享到", "扫一扫", "关闭窗口", "上一篇", "下一篇", "相关文章", "相关稿件", "相关阅读", "相关文档",
    "责任编辑", "返回顶部", "打印文章", "内容纠错", "word下载", "pdf下载", "全文下载", "继续访问", "您访问的链接即将离开", "长者专区", "无障碍", "智能机器人", "繁体版", "选择在浏览器中打开", "退出登录", "热门搜索",
    "网站地图", "联系我们", "技术支持", "今日访问量", "分享至", "收藏", "听全文", "纠错", "【返回顶部】", "示例市电子政务中心承办", "全县抓好春耕生产", "我市出台惠企政策", "已下载", "验证码", "提交评论", "手机号码：", "评论内容", "加载更多", "高质量发展", "关爱版", "关联文件", "点击右上角", "体裁", "主题分类", "公开方式", "时效",
)  # fmt: skip


def _li(tag: str = "li") -> str:
    return "".join(f'<{tag}><a href="/c{n}/" target="_blank">{name}\n</a></{tag}>' for n, name in enumerate(MENU))


def _head(title: str, metas: str = "", charset: str = "utf-8") -> str:
    return f'<!DOCTYPE html><html><head><meta charset="{charset}"><title>{title}</title>{metas}<style>.a{{color:red}}</style></head><body>'


def _metas(d: Doc, *, pub: str | None = None) -> str:
    return (
        f'<meta name="SiteName" content="示例市人民政府"><meta name="SiteDomain" content="www.example.gov.cn"><meta name="SiteIDCode" content="9901000009"><meta name="ColumnName" content="政务动态">'
        f'<meta name="ColumnType" content="工作动态"><meta name="ArticleTitle" content="{d.title}"><meta name="PubDate" content="{pub or d.published + " 10:10"}"><meta name="ContentSource" content="{d.source}">'
    )


def _foot() -> str:
    return (
        f'<ul><li><a href="/map">网站地图</a> | <a href="/lx">联系我们</a></li><li><span>{FOOT[4]}楼　</span></li><li>{FOOT[0]}　<span>邮编：000000</span></li>'
        f'<li><a href="//beian">{FOOT[3]}</a> <a>备案号：{FOOT[2]}</a>　{FOOT[1]}</li></ul>'
    )


def _files(d: Doc, form: str = '<li><a href="{1}" target="_blank">{0}</a></li>') -> str:
    return "".join(form.format(name, href) for name, href in d.files)


def doubles(d: Doc, text: str) -> str:
    """A wrap for the desk and one for the phone, both complete; TRS view node; a box of files hidden when empty."""
    body = f'<div class="article-con"><!-- 正文s --><div class="trs_editor_view TRS_UEDITOR trs_paper_default trs_web">{text}</div><div id="downloadfile" class="downloadfile{"" if d.files else " hide"}"><p class="article-file bold">文件下载：</p><div>{_files(d)}</div></div><div class="downloadfile"><p class="bold">关联文件：</p><ul class="about-list"></ul></div></div>'
    return (
        _head(f"\n   {d.title} -\n   政务动态 -\n   示例市人民政府 -\n  ", _metas(d))
        + f'<div class="PC_warp"><div class="header"><div class="sitedate fn-left">今天：<span>2024年2月22日 星期四</span><a href="/">自治区人民政府网</a></div><a class="sjb">手机版</a><a>智能机器人</a>|<a>简体版</a>|<a>繁体版</a><div class="ipv6">支持IPv6</div><div class="headernav"><ul class="nav">{_li()}</ul></div></div>'
        f'<div class="wrap"><div class="crumb-nav">当前位置：<a href="/">首页</a> &gt; <a href="/zw/">政务动态</a></div><div class="article"><h1>\n {d.title}\n </h1><div class="article-inf fn-clear"><div class="article-inf-left">{d.published} 10:10 &nbsp;&nbsp;来源：{d.source}</div><div class="article-inf-right"><a class="article-share-wechat">微信</a><a>头条</a><a>微博</a><a>空间</a><a>qq</a>【字体：<span>大</span> <span>中</span> <span>小</span>】<span class="article_print">打印</span></div></div>{body}</div></div>'
        f'<div class="footer-site"><div class="wrap">{_foot()}</div></div></div><div class="Mobile_warp"><div class="rightNav"><ul>{_li()}</ul></div><a>长者专区</a><div class="dqwz">当前位置：<a href="/">首页</a></div><div class="article"><h1>{d.title}</h1><div class="article-inf">{d.published} 10:10 &nbsp;来源：{d.source}</div>{body}</div><div class="footer">{_foot()}</div></div></body></html>'
    )


def epoint(d: Doc, text: str) -> str:
    """Epoint: 时间发布, the print link between brackets, a box of files and related articles in the column of the text."""
    return (
        _head(f"{d.title}-示例网站欢迎您!", _metas(d))
        + f'<div id="container"><div class="box"><div id="header"></div><div class="container clearfix"><div class="location"><p class="location-text">当前位置： <a href="/">首页</a> &gt; <a>政务动态</a> &gt; <span id="viewGuid">本市要闻</span></p></div>'
        f'<div class="main row"><div class="col-md-18" id="detailContent"><h1 class="title">{d.title}</h1><div class="detail clearfix"><span>时间发布：{d.published} 09:51</span><span>阅读次数: <span id="infoViewCount"></span>次</span><span id="laiyuan">信息来源：{d.source}</span><span id="gxh" class="hidden"></span><span>字体：[<a class="bigger">大</a> <a>中</a> <a>小</a>]</span><span><a id="print">【打印文章】</a></span></div>'
        f'<div class="content">{text}<div class="ewb-file"><div class="ewb-file-tt">附件：</div><div class="ewb-file-box"><ul id="fujian">{_files(d)}</ul></div></div></div><p id="xgwz">相关文章:</p><ul id="xgwzli"></ul></div></div><div class="share clearfix"><div class="bdsharebuttonbox"><a title="分享到新浪微博"></a></div></div></div><div id="footer"></div></div></div></body></html>'
    )


def columns(d: Doc, text: str) -> str:
    """Hebei columns: fixed layers, titles and info in bare divs, info doubled in a table, text in #conN."""
    return (
        _head(d.title, _metas(d, pub=d.published + " 08:16:29"))
        + f'<div class="pct"><div style="position:fixed"><div class="wb"><a>中国政府网</a><span>|</span><a>省政府</a></div><div class="wh-blockz"><a>无障碍</a></div><div class="wh-blockz"><div>支持Ipv6</div></div><div class="zcdh">{_li("div")}</div></div></div><div class="center"><div class="dqwzbg"><div class="sdwq">当前的位置：</div><div class="ndew"><a>首页</a> >>&nbsp;<a>综合要闻</a> >>&nbsp;<a>本市要闻</a> >>&nbsp;<a>2024</a></div></div></div>'
        f'<div><div style="padding:20px"><div id="biaoti"><div style="font-size:18px;display:none "></div><div style="text-align:center;"><span style="font-size:26px;">{d.title}</span></div></div><div id="titN"><div class="fbsj-ph">{d.published} 08:16<span class="sj_laiy" style="display:inline;">来源：{d.source}</span></div>'
        f'<table class="wzzw-pc"><tr><td width="200">发布时间：{d.published} 08:16</td><td><span style="display:inline">来源：{d.source}</span></td><td>【字体：<a href="#"><span>大</span></a> <a href="#">中</a> <a href="#">小</a> 】</td><td><img src="a.png"/></td><td><a class="print">打印</a></td><td><div class="share" id="share"><div class="share-icon">分享到：</div><div class="code-box" style="display:none"><h5>分享到微信</h5></div></div></td></tr></table></div>'
        f'<div class="dnsp" style="display:none;"><video src=""></video></div><div id="conN" style="padding-top:10px">{text}{_files(d, "<div><a href={1}>{0}</a></div>")}</div></div></div><div><div class="dbqtse"><iframe src="/columns/ea52/index.html"></iframe></div><div class="dbdhsrw"><div><a>关于本站</a><span>|</span><a>网站声明</a><span>|</span><a>网站地图</a></div><div>示例市人民政府办公室主办</div><div>示例市电子政务中心承办</div><div>今日访问量：<span>1</span></div><div>{FOOT[1]}</div><div>{FOOT[2]} {FOOT[3]}</div></div></div></body></html>'
    )


def ivs(d: Doc, text: str) -> str:
    """Shanghai: source, time and type size inside the h2, ratio sign in PubDate, list as breadcrumb."""
    return (
        _head(d.title, _metas(d, pub=d.published + " 10∶08"))
        + f'<div id="container"><div id="main"><div class="crumbs"><div class="contain"><ol class="breadcrumb"><li><a>首页</a></li><li><a>要闻动态</a></li></ol></div></div><div class="contain"><div class="row contnet-detail"><div class="Article Article-wz"><h2 id="ivs_title" class="Article-title">{d.title}\n<small id="ivs_date" class="Article-time">{d.published}\n<span>来源：{d.source}</span></small><div class="zihao"><div class="through"><span>字号：</span></div><div class="controls"><a>大</a><a>中</a><a>小</a></div></div></h2><div id="ivs_player"></div>'
        f'<div class="Article_content"><div id="ivs_content" class="trout-region-content">{text}</div></div></div><div id="xggj">{"<h4>附件：</h4><ul>" + _files(d) + "</ul>" if d.files else ""}</div><div class="Article-fixed"><div class="through two-fex"><span>分享：</span></div><div class="share"></div></div></div></div></div></div><div class="footer">{_foot()}</div></body></html>'
    )


def hubei(d: Doc, text: str) -> str:
    """Hubei counties: text in a font element, an empty list of files, a modal about outside links."""
    return (
        _head(f"{d.title} - 示例市人民政府门户网站", _metas(d))
        + f'<div class="bg"><div class="tit_bg"><div class="tit_l"><span></span></div><div class="tit_dh"><ul><li><a>长者专区</a></li><li><a>无障碍浏览</a></li><li><a>繁体版</a></li><li><a>手机版</a></li><li><a>登录</a></li><li><a>注册</a></li></ul></div></div><div id="container"><div class="menu1"><ul>{_li()}</ul></div><div class="contain"><div class="xl_con"><div class="xl_tit">当前位置：<a>首页</a> > <span>要闻</span></div><div class="xl_tit1">{d.title}</div>'
        f'<div class="xl_tit2"><span>日期：{d.published} 17:21</span><span>来源：{d.source}</span><span>字号：<a>大</a> <a>中</a><a>小</a></span></div><div class="xl_con1"><font id="fontzoom"><div class="view TRS_UEDITOR">{text}</div></font></div><div class="xl_tit3"><div class="xl_tit3_l" id="annex">附件:</div><div class="xl_tit3_r"><ul id="list">{_files(d)}</ul></div></div><div class="xl_tit2"><div class="xl_tit2_r"><ul><li><a>打印</a></li><li class="last"><a>关闭</a></li></ul></div></div></div></div>'
        f'<div class="bot twhite1"><p><a>站点地图</a><a>智能问答</a><br>版权所有：示例市人民政府 | <a>{FOOT[2]}</a><a>{FOOT[3]}</a> | 政府网站标识码：9901000009<br>主办单位：示例市政府办公室 | 承办单位：示例大数据中心 | 联系地址：示例市行政中心 | 邮编：000000<br>网站技术支持：000-87678380 | 网站运维邮箱：a@example.cn</p></div></div></div><div id="myModal" class="modal hide fade"><p>您访问的链接即将离开“<span></span>”门户网站 是否继续？</p><button>放弃</button><button>继续访问</button></div></body></html>'
    )


def jpaas(d: Doc, text: str) -> str:
    """Ministries on jpaas: #con_con, meta time is that of a later import, buttons as links."""
    return (
        _head(d.title, _metas(d, pub="2023-05-12 23:20") + '<meta name="MakeTime" content="2024-05-28 21:30:45">')
        + f'<div class="w1100 head clearfix"></div><div class="w980 center mnav"><span><a>首页</a>  >  <a>新闻动态</a>  >  <a>地方工作</a></span></div><div class="w980 center cmain"><div class="ctitle"><h1 id="con_title">{d.title}</h1></div><div class="cinfo center"><span id="con_time">发布时间：{d.published} 10:53</span>  <span>来源：{d.source}</span></div>'
        f'<div class="ccontent center" id="con_con">{text}{"<p>附件：" + _files(d, "<a href={1}>{0}</a>") + "</p>" if d.files else ""}</div><div id="ewmzs"></div><div class="article_fd"><div class="article_fd_l"><div class="share"><div id="shareSc"></div></div></div><div class="article_fd_r"><a>【返回顶部】</a><a>【关闭窗口】</a><a>【打印本页】</a></div></div></div></body></html>'
    )


def policy(d: Doc, text: str) -> str:
    """A ministry's policy page: box as table, the title in h1 over three lines, date and source under the text."""
    half = len(d.title) // 2
    return (
        _head(f"{d.title} - 示例部政府门户网站", _metas(d))
        + f'<div class="page"><ul>{_li()}</ul><div class="moe-breadcrumb"><span>当前位置：</span><a>首页</a>&nbsp;&gt;&nbsp;<a>公开</a></div><div class="detail-box"><table id="policy-table"><tbody><tr><td>信息名称：</td><td colspan="5">{d.title}</td></tr><tr><td>信息索引：</td><td>{d.index_no or ""}</td><td>生成日期：</td><td>{d.written or d.published}</td><td>发文机构：</td><td>{d.source}</td></tr><tr><td>发文字号：</td><td>{d.doc_no or ""}</td><td>信息类别：</td><td colspan="3">综合</td></tr><tr><td>内容概述：</td><td colspan="5">{d.title}</td></tr></tbody></table>'
        f'<div id="downloadContent" class="details-policy-box"><h1>{d.title[:half]}<br>{d.title[half:]}</h1>{text}</div><div class="wxtip"><span></span><div class="wxtip-txt">点击右上角<br>选择在浏览器中打开</div></div><div class="detail-shuxing">发布日期：{d.published}　来源：{d.source}　<a>下载</a>　<span>收藏</span><div>责任编辑：某某</div></div>{"<div>附件：" + _files(d, "<a href={1}>{0}</a>") + "</div>" if d.files else ""}</div></div><div class="scy-foot">{_foot()}</div></body></html>'
    )


def shaanxi(d: Doc, text: str) -> str:
    """Xi'an: slashes in the breadcrumb, two copies of the info line, a hidden count."""
    return (
        _head(f"{d.title}-示例市人民政府", _metas(d))
        + f'<div class="g-top hidden-print"><a>省人民政府</a><a>无障碍</a><a>长者专版</a><a>登录</a></div><nav class="navbar"><ul class="nav">{_li()}</ul></nav><div class="container hidden-print"><div class="position"><span><a>首页</a><span>/</span></span><span><a>新闻</a></span><span>/</span><span><a>区县热点</a></span><span>/</span><span><a>正文</a></span></div></div>'
        f'<div class="container"><div class="m-txt m-bg" id="printContent"><h1 class="m-txt-tt">{d.title}</h1><p class="hidden">浏览次数：<span></span>次</p><div class="m-txt-crm hidden-sm hidden-xs"><span class="font">发布时间：{d.published} 09:24</span><span class="font">来源：{d.source}</span><div class="m-txt-print"><span>【字体：<span>大</span> <span>中</span> <span>小</span>】</span><span id="btnPrint">打印</span><span id="bcbtn">保存</span></div></div><div class="m-txt-source hidden-md"><span>发布时间：{d.published} 09:24</span><span>来源：{d.source}</span></div>'
        f'<div class="m-txt-article" id="article">{text}</div><div class="g-blk1">{"<p>附件：</p>" + _files(d, "<p><a href={1}>{0}</a></p>") if d.files else ""}</div><div class="qrcode mb-15">扫一扫在手机打开当前页</div></div></div><div class="g-bottom">{_foot()}</div></body></html>'
    )


def nfcms(d: Doc, text: str) -> str:
    """NFCMS: the title element is the site, an h3 the title, share and size in one line, empty related list."""
    return (
        _head("示例市人民政府门户网站", _metas(d))
        + f'<div class="bg-bottom"><div class="main2020 listBor"><div class="navigation"><span>当前位置：</span><a>首页</a>&nbsp;&gt;&nbsp;<a>政务公开</a>&nbsp;&gt;&nbsp;<a>五区政务</a></div><div class="content-bor news-view2"><img style="display:none" src="fz.png" title="文件已废止"/><h3 class="conetent-title">{d.title}</h3><div class="news-mes2 clearfix"><span class="spanLeft">来源：{d.source}</span><span class="spanLeft">发布时间：<em id="pubTime">{d.published} 10:03:27</em></span><a title="订阅"></a><a title="点赞"></a><span class="zh">字号：<a>大</a><a class="on">中</a><a>小</a></span><span class="fx">分享至：</span></div>'
        f'<div class="pd15"><div class="m-con"><div class=TRS_Editor>{text}</div></div>{"<div class=fujian><p>附件下载：</p>" + _files(d, "<p><a class=nfw-cms-attachment href={1} alt={0}>{0}</a></p>") + "</div>" if d.files else ""}<div class="morelink"><h2>相关稿件：</h2></div></div></div></div></div><div class="footer">{_foot()}</div></body></html>'
    )


def hanweb(d: Doc, text: str) -> str:
    """Hanweb of Zhejiang: box and article in layout tables, labels and values in one cell, td.title, #zoom."""
    return (
        _head(d.title, f"<meta name='Maketime' content='2024-10-21 12:51:44_194'>{_metas(d)}")
        + f'<div id="hiddenLocation" style="display:none;"><span>政府信息公开</span><span>/col/col1/index.html</span></div><div class="current-position"><table><tr><td> 当前位置：<a>首页</a></td><td><TABLE WIDTH=100%><TR><TD> > <a>政府信息公开</a></TD><TD> > <a>工作动态</a></TD></TR></TABLE></td></tr></table></div><div class="main"><div class="wzy_cont"><table border="1" class="xxgk"><tr><td>索引号: {d.index_no or ""}</td><td>文件编号: {d.doc_no or ""}</td><td>发布机构: {d.source}</td></tr><tr><td>生成日期: {d.written or ""}</td><td>主题分类: 综合</td><td>公开方式: 主动公开</td></tr></table>'
        f'<table width="100%" id="c"><tr><td align="center" class=title>\n {d.title}\n </td></tr><tr><td style="height:15px"></td></tr><tr><td><table border=0 width=90%><tr><td>发布日期：{d.published} </td><td>来源：{d.source}</td><td>浏览次数：<script src="h.js"></script></td><td>字体：[ <a>大</a> <a>中</a> <a>小</a> ]</td></tr></table><BR></td></tr><tr><td class="bt_content"><div id="zoom"><!--ZJEG_RSS.content.begin--><meta name="ContentStart">{text}<meta name="ContentEnd"><!--ZJEG_RSS.content.end-->{"<p>" + _files(d, "<img src=/icon.gif><a href={1}>{0}</a>") + "</p>" if d.files else ""}</div></td></tr><br><tr><td height="30"></td></tr>'
        '<tr><td bgcolor="#EBEBEB"><table><tr><td width="57">分享到：</td><td><div id="share-2"></div></td><td align="right"><a href="javascript:window.print()">【打印本页】</a><a>【关闭本页】</a></td></tr></table></td></tr><tr><td>上一篇：<a href="/art/1.html">我市出台惠企政策</a><br>下一篇：<a href="/art/2.html">全县抓好春耕生产</a></td></tr></table></div></div>'
        f'<table><tr><td align="center">{FOOT[0]}<br>{FOOT[2]} {FOOT[1]}</td></tr></table></body></html>'
    )


def lonsun(d: Doc, text: str) -> str:
    """LONGSOURCE: count before source before time, floating copy of the title, ARIA roles, the words of a code."""
    return (
        _head(
            f"{d.title}_示例市教育局",
            _metas(d, pub=d.published + " 00:00") + '<meta name="HtmlGenerateTime" content="2024-04-23 16:30:52">',
        )
        + f'<div class="wza-container"><div class="header"><form style="display: none;"><label><span>用户名</span></label></form></div><div class="navbox"><ul class="nav navbar-nav">{_li()}</ul></div><div class="container"><div class="lmcontent"><div class="wz_top" role="navigation"><span><a>首页</a> &gt; <a>新闻中心</a> <i>&gt;</i> <a>基础教育</a></span></div><div class="con_main" id="color_printsssss"><h1 class="newstitle">{d.title}</h1><div class="newsinfo"><span>阅读次数：<span class="j-info-hit"></span></span><span>来源：{d.source}</span>\t<span>发布时间：{d.published} 00:00</span><span class="wz_font">[ 字体：<A>大</A>&nbsp;<A>中</A>&nbsp;<A>小</A> ]</span></div>'
        f'<div class="j-fontContent newscontnet minh500">{text}{"<p>" + _files(d, "<a href={1}>{0}</a>") + "</p>" if d.files else ""}</div><div class="wzewm"><p class="txt-color">扫一扫在手机打开当前页</p></div><div class="wzbot1"><a>返回顶部</a><a>打印本页</a></div></div></div></div><div class="m-dettitle" style="display: none;"><div class="u-dettitle">{d.title}</div><div>阅读次数：</div></div><div class="footer"><a>网站大事记</a>|<a>网站地图</a>|<a>隐私保护</a>|<a>联系我们</a><br><span>备案号：{FOOT[2]}</span><span>{FOOT[3]}</span><span>{FOOT[1]}</span><br><span>{FOOT[0]}</span><span>地址：示例市金寨路321号</span><span>邮政编码：230061</span><br><span>网站技术支持电话（工作时间）：0000-69118381</span></div></div></body></html>'
    )


def qingdao(d: Doc, text: str) -> str:
    """Qingdao: a whole html document inside the text node, colon after a space, download menu, bracketed sizes."""
    return (
        _head(
            f"{d.title}_示例政务网",
            f'<meta content="示例市政府门户网站" name="SiteName" /><meta content="法治政府建设" name="ColumnName" /><meta content="{d.title}" name="ArticleTitle" /><meta content="{d.published} 08:56" name="PubDate" /><meta content="{d.source}" name="ContentSource" />',
        )
        + f'<div class="o_body"><div class="header_pc"><ul class="header_option"><li><a><span>登录个人中心</span></a></li><li><a><span>繁體中文</span></a></li><li><a><span>长者版</span></a></li></ul><a>高级搜索</a><div class="haeder_nav">{_li("span")}</div></div><div class="body_box"><div class="crumbs_box"><span>当前位置 : </span><a>首页</a>><a>政府信息公开</a>><a>法治政府建设</a></div><div class="content_box"><div class="title">{d.title}</div>'
        f'<div class="author_font"><div class="left"><span>示例政务网</span><span>发布日期 : {d.published}</span><span>来源 : {d.source}</span></div><div class="right"><span>【</span><span>字体大小:</span><a>大</a><a>中</a><a>小</a><span>】</span><div class="download"><span class="down">全文下载</span><ul><li><a><p>word下载</p></a></li><li><a><p>pdf下载</p></a></li></ul></div><a><span class="print">打印</span></a></div></div>'
        f'<div class="content" id="js_content"><html>\n <head></head>\n <body>\n{text}</body>\n</html>{"<p>附件：</p>" + _files(d, "<p><a href={1}>{0}</a></p>") if d.files else ""}<p class="sys">扫一扫在手机打开当前页</p><div class="erweima"></div></div></div></div><div class="footer_pc"><div class="link_box"><a>中国政府网</a></div>{_foot()}</div></div></body></html>'
    )


def henan(d: Doc, text: str) -> str:
    """Henan: h6 with the site's name and address before the time, editor's name in the text node."""
    return (
        _head(
            f"{d.title}_市县_示例省人民政府门户网站",
            _metas(d) + '<meta name="lastmodifiedtime" content="2025-06-18 15:48"/>',
        )
        + f'<div class="wrap"><div class="main"><div class="crumb"><p><a>首页</a> > <a>要闻动态</a> > <a>市县</a></p></div><div class="mt15 details-box"><div class="details-main"><h1 id="title">{d.title}</h1><h6 class="cl"><em class="fl con-box"><span>示例省人民政府门户网站 www.example.gov.cn</span><span>时间：<i id="pubDate">{d.published} 14:21</i></span><span>来源：<i id="source">{d.source}</i></span></em><span class="cl fr share-box"><span class="sharetxt fl">分享：</span></span></h6>'
        f'<div class="content" id="content">{text}{_files(d, "<p><a href={1}>{0}</a></p>")}<span class="operator">责任编辑：<i>某某</i></span></div></div><div class="output"><p>扫一扫在手机打开当前页</p><div id="QRcode"></div><p><a>【关闭当前页面】</a></p></div><div class="xggjbox"><p>相关阅读：</p><ul></ul></div></div></div></div></body></html>'
    )


def shenzhen(d: Doc, text: str) -> str:
    """Shenzhen departments: the source is written by a script, tables closed late, an empty list of related papers."""
    return (
        _head(f"{d.title}-示例市文化局网站", _metas(d, pub=d.published))
        + f'<div class="header"><div class="toplink"><a>无障碍阅读</a><a>关怀版</a><a><span>数据开放</span></a><div class="mxin"> 扫描二维码,体验响应式网站，随时随地获取示例市文化局最新信息。 </div></div></div><div class="nav"><ul>{_li()}</ul></div><div class="container"><div class="path"><span><a>首页</a>&nbsp;&gt;&nbsp;<a>信息公开</a>&nbsp;&gt;&nbsp;<a>工作动态</a><b>工作动态<i></i></b></span></div><div class="contBox"><div class="newsDetial"><div class="DetialTop"><h3>{d.title}</h3>'
        f'<h4><span>日期：{d.published} 10:32</span><span> 来源： <script>var csource = "{d.source}"; document.write(csource);</script></span><i>字号： <span class="font">【<a>大</a>&nbsp;&nbsp;<a>中</a>&nbsp;&nbsp;<a>小</a>】</span></i><a target="_blank">【内容纠错】</a></h4><span class="fr"><html><div class="shareIcon">分享到：<div id="share-1"></div></div></html></span></div><div class="DetialCon"><div class="TRS_Editor">{text}</div>'
        f'<table width="100%"><div class="m-attachment"><p class="m-attachment-title"><b>附件：</b></p><div class="f-APPENDIX">{_files(d, "<p><a href={1}>{0}</a></p>")}</div></div><div class="m-attachment"><p class="m-attachment-title wendang"><strong>相关文档：</strong></p><div class="f-APPENDIX"></div></div></table></div><div class="pageOpare"><a>关闭窗口</a>  <a>打印此页</a>  <a>返回首页</a></div></div></div></div>'
        f'<div class="footer"><ul><li>网站标识码9901000009 备案序号<a>{FOOT[2]}</a>公网安备号<a>99010202001704</a><font>执法举报投诉电话：0000-12345 邮箱：w@example.cn（仅受理文化执法举报投诉）</font></li><li><a>版权保护</a> | <a>隐私声明</a> | <a>网站地图</a></li><li> 主办单位： 示例市文化局  版权所有 © 示例市文化局   </li></ul></div></body></html>'
    )


def _stamp(day: str) -> int:
    return int(datetime.fromisoformat(day + "T00:00:00+08:00").timestamp())


def gkmlpt(d: Doc, text: str) -> str:
    """Guangdong gkmlpt: everything in _CONFIG.DETAIL, an empty application node."""
    detail = {
        "id": 9103540, "title": d.title, "document_number": d.doc_no or "", "publisher": d.source, "identifier": d.index_no or "", "date": _stamp(d.written or d.published), "first_publish_time": d.published + " 15:03:00", "content": text,
        "attachment": [{"name": n, "type": n[-3:], "size": 1, "url": u} for n, u in d.files],
    }  # fmt: skip
    config = json.dumps(detail).replace("</", "<\\/")
    return (
        _head(f"{d.title}-示例市人民政府", "")
        + f'<div id="app"></div><script>window._CONFIG = {{SID:"755001", TREE:[], DETAIL:{config}, LANG: {{}}}};</script><ul>{_li()}</ul><div class="footer">{_foot()}</div></body></html>'
    )


FRAMES: dict[str, Callable[[Doc, str], str]] = {
    "doubles": doubles, "epoint": epoint, "columns": columns, "ivs": ivs, "hubei": hubei, "jpaas": jpaas, "policy": policy, "shaanxi": shaanxi, "nfcms": nfcms, "hanweb": hanweb,
    "lonsun": lonsun, "qingdao": qingdao, "henan": henan, "shenzhen": shenzhen, "gkmlpt": gkmlpt,
}  # fmt: skip
BOXED = frozenset(("policy", "hanweb", "gkmlpt"))  # dialects that show index number and document number
