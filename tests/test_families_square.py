"""The square of dialects: each recognises its own pages and no other's, whatever stands before it in the list."""

from __future__ import annotations

import json

import pytest

from crawler import families
from crawler.families import forms
from crawler.targets import Page

SITE = "http://www.shili.gov.cn"
HEX = "0123456789abcdef0123456789abcde"
UUID = "4bc809b5-2280-4aca-bf79-3796a2d6f73"


def page(path: str, body: str, head: str = "") -> Page:
    whole = f"<!DOCTYPE html><html><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>"
    return Page(SITE + path, whole.encode())


def rows(*hrefs: str) -> str:
    """Return a list of reports at the addresses."""
    items = (
        f"<li><a href='{href}'>示例县{2024 - n}年法治政府建设年度报告</a><span>{2025 - n}-03-18</span></li>"
        for n, href in enumerate(hrefs)
    )
    return f"<ul class='list'>{''.join(items)}</ul>"


def two(form: str) -> str:
    """Return a list of two articles of one form; ``#`` stands for what differs."""
    return rows(form.replace("#", "1"), form.replace("#", "2"))


def script(code: str) -> str:
    return f"<script>{code}</script>"


def answer(path: str, value: object, post: str | None = None, call: str = "") -> Page:
    text = json.dumps(value, ensure_ascii=False)
    body = f"{call}({text})" if call else text
    return Page(SITE + path, body.encode(), "application/json; charset=utf-8", 200, post)


CARD = (
    "<div id='12345'><script type='text/xml'><datastore><nextgroup><![CDATA["
    "<a href='/module/web/jpage/dataproxy.jsp?page=1&webid=7&columnid=12'></a>]]></nextgroup><recordset><record>"
    "<![CDATA[<li><a href='/art/2024/3/18/art_12_1.html'>示例县2023年法治政府建设年度报告</a></li>]]>"
    "</record></recordset></datastore></script></div>"
)
PROXY = "proxyUrl:'/module/web/jpage/dataproxy.jsp?startrecord=1&endrecord=60&perpage=20',columnid:'12',unitid:'12345'"
ROW = {"title": "示例县2023年法治政府建设年度报告", "url": "/a/1.html", "publishedTimeStr": "2024-03-18"}

# A row a dialect: pages of its kind.
SAMPLES: dict[str, list[Page]] = {
    "hanweb": [
        page("/col/col12/index.html", CARD + script(f"var param = {{{PROXY}}};")),
        page("/col/col12/index.html", two("/art/2024/3/18/art_12_#.html")),
        page("/col/col12/index.html", two(f"/art/2024/art_{HEX}#.html")),
    ],
    "xxgk": [
        page(
            "/zfxxgk/index.html",
            "<iframe src='/module/xxgk/tree.jsp?area=11330000'></iframe><div class='tr_main_value_odd'></div>"
            + script("$.post('/module/xxgk/search.jsp', {area: '11330000', infotypeId: ''})"),
        ),
    ],
    "jpaas": [
        page(
            "/zwgk/fzzf/index.html",
            two("/zwgk/art/2024/art_#.html")
            + "<div class='page' queryData=\"{'webId':'7','pageId':'8','tplSetId':'9','tagId':'信息列表'}\""
            " unitUrl='/api-gateway/jpaas-publish-server/front/page/build/unit'></div>",
        ),
    ],
    "truecms": [
        page(
            "/fzzf/fzzf.html",
            script("$('#p').jpage({proxyUrl:'/truecms/messageController/getMessage.do',perPage:20,columnId:'12'})"),
        ),
    ],
    "ucap": [
        page(
            "/slx/c100503/list.shtml",
            two(f"202403/{HEX}#.shtml") + script("createPageHTML('page_div',20, 1,'list','shtml',383);"),
        ),
        page("/slx/c100503/zfxxgk_list.shtml", "<p></p>", f"<meta name='channelid' content='{HEX}0'>"),
        answer(f"/common/search/{HEX}0?_isJson=true&page=1", {"data": {"results": [ROW], "total": 1}}),
    ],
    "gkmlpt": [
        page("/gkmlpt/index", script("window._CONFIG = {SID:'755001', TREE:[{id: 12, name:'法治政府建设'}]}")),
        answer("/gkmlpt/api/all/12?page=1&sid=755001", {"classify": {"post_count": 1}, "articles": [ROW]}),
    ],
    "vsb": [
        page(
            "/zwgk/fzzf.htm",
            two("../info/1078/262#.htm")
            + "<div class='p_pages'><span class='p_next'><a href='fzzf/4.htm'>下页</a></span></div>",
        ),
        page("/list.jsp?urltype=tree.TreeTempUrl&wbtreeid=1078", two("info/1078/262#.htm")),
    ],
    "longsource": [
        page(
            "/public/column/6596?type=4&catId=12&action=list",
            script("Ls.ajax({url:'/site/label/8888', data:{labelName:'publicInfoList', siteId: 7, organId: 6596}})"),
        ),
        page("/content/column/12", two("/public/6596/1#.html") + script("Ls.pagination('#p', {pageCount: 3})")),
    ],
    "epoint": [
        page("/govInfoPub/list.html?deptcode=12&categorynum=003", "<div class='EWB-FRONT'></div>"),
    ],
    "changchun": [
        page(
            "/na/fzzf/",
            script(
                "var list = 'http://infogate.shili.gov.cn/govsearch/jsonp/gkml/zf_list.jsp?page=1&lb=12&channelId=12"
                "&callback=result';"
            ),
        ),
        answer("/govsearch/jsonp/gkml/zf_list.jsp?page=1&lb=12", {"num": 1, "nPage": 1, "data": []}, call="result"),
    ],
    "hebei": [
        page(f"/columns/{UUID}0/index.html", "<p></p>"),
        page("/zwgk/", two(f"/columns/{UUID}0/202601/27/{UUID}#.html")),
        Page(f"{SITE}/columns/{UUID}0/templates/{UUID}1/blocks/{UUID}2?page=2&fix=0", rows("/a/1.html").encode()),
    ],
    "siteserver": [
        page("/channels/12.html", "<p></p>"),
        page("/html/channels/12_2.html", two("/contents/12/34#.html")),
        page("/channel/list/12.html", two("/content/34#.html")),
        page("/zwgk/", two("/contents/12/34#.html")),
    ],
    "openness": [
        page("/OpennessContent/showList/784/34502/page_1.html", "<p></p>"),
        page("/BranchOpennessContent/showList/12/0/page_2.html", two("/BranchOpennessContent/show/34#.html")),
        page("/xxgk/opennessFinance/", "<p></p>"),
        page("/zwgk/", two("/XxgkAnnualReport/show/34#.html")),
    ],
    "shanghai": [
        page("/nw12344/", "<p></p>"),
        page(
            "/nw12344/index_2.html",
            two(f"/2024031#/{HEX}0.html") + script('$("#p").pagination("setPage", 2, 322)'),
        ),
        page("/fzzf/", two(f"/nw12344/2024031#/{HEX}0.html")),
    ],
    "sichuan": [page("/fzzf/fzzf.shtml", two(f"/cols/2024/3/18/{HEX}#.shtml"))],
    "liaoning": [
        page("/fzzf/index.shtml", two("/web/zwgk/fzzf/202403181234567#/index.shtml")),
        page("/fzzf/", two("/zwgk/202403181234567#/index.html")),
    ],
    "xian": [page("/xxgk/fzzf/1.html", two("/xxgk/fzzf/200074503278825472#.html"))],
    "yichang": [
        page("/list-61891-1.html", "<p></p>"),
        page("/htmls/fzzf/list-2.html", two("/content-61891-99#-1.html")),
    ],
    "jian": [page("/xxgk-list-fazhizhengfu.html", two("/xxgk-show-1#.html"))],
    "ankang": [page("/Node-23116.html", two("/Content-202529#.html")), page("/fzzf/", two("/Content-202529#.html"))],
    "zibo": [
        page(
            "/gongkai/site_slqsfj/channel_c_5f9f6cd393955786fb9cdd90/",
            two(f"/gongkai/site_slqsfj/channel_c_5f9f6cd393955786fb9cdd90/doc_{HEX[:23]}#.html"),
        ),
    ],
    "henan": [page("/zwgk/fzzf/", two("/2026/02-05/362062#.html"))],
    "jhtml": [page("/fzzf/index.jhtml", "<p></p>"), page("/fzzf/index_2.jhtml", two("/fzzf/123#.jhtml"))],
    "trs": [
        page("/zwgk/fzzf/", two("./202403/t20240318_#.html")),
        page("/zwgk/fzzf/", two("content/post_#.html") + script('createPageHTML(25, 0, "index", "html");')),
        page("/zwgk/fzzf/", two("x#.html") + script("createPageHTML('paging',25,1,'index','html',500);")),
        page("/zwgk/fzzf/", two("x#.html") + script("createPage(25);")),
        page("/zwgk/fzzf/", two("x#.html") + script("var pagination_script_config = {total: 25};")),
        page("/zwgk/fzzf/", two("x#.html") + script('$("#p").pagination("setPage", 1, 25)')),
        page("/zwgk/fzzf/", two("x#.html") + "<div id='pageDec' pagesize='24' pagecount='51'></div>"),
    ],
    "generic": [
        page("/xxgk/fzzfjsbg/", two("content/post_#.html") + "<a href='index_2.html'>下一页</a>"),
        page("/affair/fzzfjsbg/", two("x#.html")),
        page("/fzzf.html", "<iframe src='list.html'></iframe>"),
        page("/", "<p>没有链接</p>"),
        Page(SITE + "/x", b""),
        Page(SITE + "/x", b"%PDF-1.7"),
    ],
}


def test_every_dialect_has_samples() -> None:
    assert set(families.names()) <= set(SAMPLES)


@pytest.mark.parametrize("name", families.names()[:-1])
def test_recognises_its_own_and_no_other_s(name: str) -> None:
    family = families.get(name)
    told = {kind: [family.recognise(each) for each in pages] for kind, pages in SAMPLES.items()}
    assert told == {kind: [kind == name] * len(pages) for kind, pages in SAMPLES.items()}


@pytest.mark.parametrize("name", families.names())
def test_is_chosen_for_its_own(name: str) -> None:
    assert [families.choose(each).name for each in SAMPLES[name]] == [name] * len(SAMPLES[name])


def test_forms_have_names_of_their_own_and_two_portals() -> None:
    assert len(set(families.names())) == len(families.names())
    assert set(forms.names()) < set(families.names())
