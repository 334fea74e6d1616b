"""What the guard takes for no page, and, more important, what it does not."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from crawler.guard import Finding, Known, is_home, look, refresh
from crawler.targets import Page

from .loopback import listing, report

URL = "http://a.gov.cn/zwgk/202303/t20230309_812.html"
HOME = "http://a.gov.cn/"
NAV = "".join(f"<li><a href='/{n}/'>栏目{n}</a></li>" for n in range(12))
FOOT = "<div>主办：示例县人民政府办公室　网站标识码：9901010001　示ICP备00000000号</div>"


def page(body: str | bytes, url: str = URL, status: int = 200, media: str | None = "text/html") -> Page:
    return Page(url, body.encode() if isinstance(body, str) else body, media, status)


def dressed(main: str, title: str = "示例县人民政府") -> str:
    return f"<html><head><title>{title}</title></head><body><ul>{NAV}</ul><div>{main}</div>{FOOT}</body></html>"


def bare(main: str, title: str = "", head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{main}</body></html>"


RELOAD = "location.href=location.pathname+location.search"
REFUSALS = {
    "加速乐": f"<script>document.cookie='__jsl_clearance_s=1;path=/';{RELOAD}</script>",
    "瑞数": bare("", head="<script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script><script src='/Kx9/a1.js'></script>"),
    "acw": bare(
        "", head="<script>var arg1='00AA';document.cookie='acw_sc__v2='+x;" + "/*" + "x" * 9000 + "*/</script>"
    ),
    "yunsuo": bare("", head="<script>var u='/?security_verify_data='+hex(screen.width);</script>"),
    "wzws": "<html><script>var wzwsquestion='a',wzwsmethod='POST';</script><body onload='challenge()'></body></html>",
    "firewall": bare("<h1>网站防火墙</h1><p>您的请求带有不合法参数，已被网站管理员设置拦截！</p><a href='/'>返回</a>"),
    "yunsuo 云锁": bare("<p>当前访问疑似黑客攻击，已被云锁阻断</p>", "访问被阻断"),
    "安全狗": bare("<p>请求存在风险，已被安全狗记录</p>", "提示"),
    "waf": bare("<div>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</div>"),
    "captcha": bare("<p>访问过于频繁，请输入验证码后继续</p><input name=code>"),
    "shell": bare("", "示例县人民政府", "<script src='/static/app.3f2.js'></script>"),
    "half shell": "<script>(function(){var a=1;})();",
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals_with_status_200(name: str) -> None:
    found = look(page(REFUSALS[name], HOME))
    assert found is not None
    assert found.kind == "refusal"
    assert 0 < len(found.name) <= 60


@pytest.mark.parametrize("status", [412, 418, 468, 512, 521])
def test_refusals_by_status(status: int) -> None:
    assert look(page(b"\0" * 10, status=status)) == Finding("refusal", f"status {status}")
    assert look(page(report(2020) * 90, status=status)) == Finding("refusal", f"status {status}")


@pytest.mark.parametrize("status", [401, 403, 405, 406, 451])
def test_one_address_that_is_refused(status: int) -> None:
    assert look(page("", status=status)) == Finding("denied", f"status {status}")
    nginx = look(page(bare("<center><h1>403 Forbidden</h1></center><hr>nginx", "403 Forbidden"), status=status))
    assert nginx is not None
    assert nginx.kind == "denied"
    assert look(page(dressed("x"), status=status)) == Finding("denied", f"status {status}")
    assert look(page("<p>您访问的页面不存在</p>", status=status)) == Finding("denied", f"status {status}")
    found = look(page(REFUSALS["firewall"], status=status))
    assert found is not None
    assert found.kind == "refusal"


@pytest.mark.parametrize("status", [301, 302, 304, 400, 404, 410, 429, 500, 502, 503])
def test_other_statuses_speak_for_themselves(status: int) -> None:
    assert look(page(REFUSALS["加速乐"], status=status)) is None


def test_202() -> None:
    assert look(page(bare(""), status=202)) == Finding("refusal", "status 202 without a page")
    assert look(page(report(2020), status=202)) is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (bare("<p>您访问的页面不存在或已删除！<a href='/'>返回首页</a></p>"), "missing"),
        (bare("<h1>404 Not Found</h1><hr>nginx", "404 Not Found"), "missing"),
        (bare("<p>该稿件已撤稿</p>"), "missing"),
        (bare("<p>文章已被删除</p>", "提示"), "missing"),
        (dressed("<p>您要查看的信息不存在或已被删除</p>"), "missing"),
        (dressed("<p>找不到您要的内容</p>", "404错误页面"), "missing"),
        (dressed("<p>返回首页</p>", "页面不存在_示例县人民政府"), "missing"),
        (dressed("<p>抱歉，您访问的页面不存在</p>").encode("gb18030"), "missing"),
        ("404", "missing"),
        ("error page", "missing"),
        ("", "missing"),
        ("<html><body></body></html>", "missing"),
        (bare("", head="<meta http-equiv='refresh' content='0;url=/'>"), "missing"),
        (bare("<p>5 秒后跳转</p>", head="<meta http-equiv='Refresh' content='5; URL=/index.html'>"), "missing"),
        (bare("", head="<script>window.location.href='/';</script>"), "missing"),
        (bare("<p>请稍候</p>", head="<script>top.location.replace(\"http://a.gov.cn/\")</script>"), "missing"),
        (bare("<form>用户名<input name=u>密码<input type='password' name=p></form>", "后台管理"), "denied"),
        (bare("<p>您尚未登录，请登录后再访问</p>"), "denied"),
        (bare("<p>请输入账号</p>", "统一身份认证平台"), "denied"),
        (bare("<h1>502 Bad Gateway</h1>", "502 Bad Gateway"), "trouble"),
        (bare("<p>系统繁忙，请稍后再试</p>"), "trouble"),
        (bare("<pre>java.lang.NullPointerException at com.x.Y</pre>"), "trouble"),
    ],
)  # fmt: skip
def test_pages_that_are_not_there(body: str | bytes, kind: str) -> None:
    found = look(page(body))
    assert found is not None
    assert found.kind == kind, found


INNOCENT = {
    "report": report(2020),
    "list": listing([("/1.html", "示例县2020年法治政府建设情况报告", "2021-03-01")]),
    "empty list": listing([]),
    "bare report": "<h1>示例县2020年法治政府建设情况报告</h1>" + "<p>推进法治政府建设。</p>" * 60,
    "short report": "<p>示例县2020年法治政府建设情况报告</p><p>见附件。</p><a href=1.pdf>附件</a>",
    "picture": "<html><body><img src='/upload/1.jpg'></body></html>",
    "frame": "<html><body><iframe src='/upload/text.html'></iframe></body></html>",
    "frames": "<html><frameset cols='20%,*'><frame src='/a.html'><frame src='/b.html'></frameset></html>",
    "article on walls": dressed("<p>" + "加强网络安全，部署防火墙，拦截攻击；页面不存在的问题已整改。" * 30 + "</p>"),
    "removals": dressed("<p>见附件</p>", "关于政府网站虚假信息删除情况的通报"),
    "sign in above": dressed("<p>请先登录后办理</p><input type=password>" + "<p>推进依法行政。</p>" * 90),
    "tree": bare("", head="<script>d.add(1,0,'机构概况');d.add(2,0,'主动公开');d.add(3,2,'法治政府建设');</script>"),
    "moved on": bare("", head="<meta http-equiv='refresh' content='0;url=/new/'>"),
    "moved by script": bare("", head="<script>location.href = '/zwgk/index.html'</script>"),
    "refresh later": dressed("<p>实时数据</p>") + "<meta http-equiv='refresh' content='300;url=/'>",
    "big": "<script>__jsl_clearance</script>" + " " * 200_000,
}  # fmt: skip


@pytest.mark.parametrize("name", INNOCENT)
def test_pages_that_are_pages(name: str) -> None:
    assert look(page(INNOCENT[name])) is None


@pytest.mark.parametrize(
    ("body", "url", "media"),
    [
        ("{}", "http://a.gov.cn/api/all/0?page=9", "application/json"),
        ('{"articles":[]}', "http://a.gov.cn/api/all/0", "text/html"),
        ("[]", "http://a.gov.cn/list", None),
        ('result({"num":0})', "http://a.gov.cn/zf_list.jsp?page=2", "text/html"),
        ("<?xml version='1.0'?><datastore></datastore>", "http://a.gov.cn/dataproxy.jsp", "text/xml"),
        ("<datastore><totalrecord>0</totalrecord></datastore>", "http://a.gov.cn/dataproxy.jsp?page=9", "text/html"),
        ("<p>暂无相关信息</p>", "http://a.gov.cn/site/label/8888?pageIndex=9", "text/html"),
        ("", "http://a.gov.cn/site/label/8888?pageIndex=9", "text/html"),
        ("<ul></ul>", "http://a.gov.cn/site/label/8888?pageIndex=9", "text/html"),
        ("<p>没有找到相关记录</p>", "http://a.gov.cn/search?q=x", "text/html"),
        (b"%PDF-1.7 \0", "http://a.gov.cn/1.pdf", "application/pdf"),
        (b"PK\3\4\0\0", "http://a.gov.cn/1.docx", None),
        (b"\xd0\xcf\x11\xe0\0", "http://a.gov.cn/1.doc", "text/html"),
    ],
)
def test_data_for_scripts_and_files_are_no_shells(body: str | bytes, url: str, media: str | None) -> None:
    assert look(page(body, url, media=media)) is None


def test_a_posted_question_may_have_an_empty_answer() -> None:
    assert look(Page(URL, b"", "text/html", post="page=9")) is None


def test_the_home_page_under_another_address() -> None:
    known = Known()
    home = dressed("<p>今天是星期一</p>" + "".join(f"<a href='/news/{n}.html'>要闻</a>" for n in range(40)))
    assert look(page(home), known) is None  # nobody knows the home page yet
    known.note(page(home, HOME))
    assert look(page(home.replace("星期一", "星期二")), known) == Finding(
        "missing", "the home page under another address"
    )
    assert look(page(home, "http://a.gov.cn/index.html"), known) is None
    assert look(page(home, "http://b.gov.cn/x.html"), known) is None
    assert look(page(dressed("<p>正文</p>" * 90)), known) is None  # same title, same navigation, no news
    assert look(page(home, status=500), known) is None
    assert known.answering == {"a.gov.cn"}


def test_a_shell_is_no_home_page_to_recognise_others_by() -> None:
    known = Known()
    known.note(page("<a href='/web/'>进入</a>", HOME))
    assert (known.homes, known.answering) == ({}, {"a.gov.cn"})


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("http://a.gov.cn/", True),
        ("http://a.gov.cn/index.shtml", True),
        ("http://a.gov.cn/default.aspx", True),
        ("http://a.gov.cn/?id=1", False),
        ("http://a.gov.cn/zwgk/", False),
        ("http://a.gov.cn/index_1.html", False),
    ],
)
def test_is_home(url: str, home: bool) -> None:
    assert is_home(url) is home


@pytest.mark.parametrize(
    ("body", "url"),
    [
        ("<meta http-equiv=refresh content='0;URL=/new/'>", "http://a.gov.cn/new/"),
        ("<meta http-equiv=refresh content=\"0.1; url='http://b.gov.cn/'\">", "http://b.gov.cn/"),
        ("<meta http-equiv=refresh content='600;url=/new/'>", None),
        ("<meta http-equiv=refresh content='0'>", None),
        (f"<meta http-equiv=refresh content='0;url={URL}'>", None),
        ("<script>self.location='/zwgk/'</script>", "http://a.gov.cn/zwgk/"),
        ("<script>location.assign( \"/zwgk/\" )</script>", "http://a.gov.cn/zwgk/"),
        ("<script>location.href='/zwgk/?id='+x</script>", None),
        ("<script>if(location=='/x'){}</script>", None),
        ("<script>document.cookie='a=1';location='/zwgk/'</script>", None),
        ("<p>" + "正文" * 20 + "</p><script>location='/zwgk/'</script>", None),
        ("<script>location='javascript:;'</script>", None),
    ],
)  # fmt: skip
def test_where_a_page_sends_on(body: str, url: str | None) -> None:
    assert refresh(page(bare(body))) == url


@pytest.mark.parametrize(
    "body",
    [b"<a x>" * 40_000, b"<a href=x><span>" * 12_000 + "页面不存在".encode(), b"<script>" * 24_000, b"<!--" * 49_000,
     b"<input" * 33_000, b"location." * 600, b"a" * 190_000 + b"(", b"<title>" * 28_000, b" href=" * 33_000,
     b"<option " * 24_000 + "页面不存在".encode(), b"\xff\xfe" * 90_000],
)  # fmt: skip
def test_hostile_pages_take_no_time(body: bytes) -> None:
    began = time.process_time()
    look(page(body))
    assert time.process_time() - began < 2


@pytest.mark.real
def test_no_real_page_is_refused(shared: Path) -> None:
    labels = json.loads((shared / "pages/labels.json").read_text("utf-8"))
    for item in (*labels["articles"], *labels["lists"]):
        body = (shared / "pages" / item["file"]).read_bytes()
        known = Known()
        assert look(Page(item["url"] or URL, body, "text/html"), known) is None, item["name"]
        assert refresh(Page(item["url"] or URL, body, "text/html")) is None, item["name"]


def test_a_block_page_padded_with_blanks_is_short() -> None:
    padding = "&nbsp;" * 400
    page = Page(
        "http://a.gov.cn/", f"<html><body>{padding}<p>您的请求被网站防火墙拦截</p>{padding}</body></html>".encode()
    )
    found = look(page)
    assert found is not None
    assert found.kind == "refusal"


def test_a_sign_in_page_that_asks_for_a_code_refuses_the_address_only() -> None:
    form = "<form>用户名<input name=u>密码<input type=password name=p>验证码<input name=c></form>"
    found = look(Page("http://a.gov.cn/login", f"<html><body>{form}</body></html>".encode()))
    assert found is not None
    assert (found.kind, found.name) == ("denied", "a page to sign in")
