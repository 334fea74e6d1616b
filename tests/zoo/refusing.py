"""Portals that refuse, and portals whose pages are not there though the status says so: one fault each, see ``faults``.

The challenges are of the shape of the real ones and open to nobody: what they ask for is never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from fazhi_zoo import pages
from fazhi_zoo.faults import DAY, answer, fault, first_asks, link, shielded, small, take
from fazhi_zoo.pages import Link
from fazhi_zoo.places import PortalSpec
from fazhi_zoo.site import Answer, Ask, Site

RELOAD = "location.href=location.pathname+location.search"
WALL = "<h1>网站防火墙</h1><p>您的请求疑似攻击，已被拦截。事件编号：9901-0001</p><a href='/'>返回</a>"
LOGIN = """<form action="/login" method="post"><p>您尚未登录，请先登录</p>
<input name="user"><input type="password" name="word"><input type="submit" value="登录"></form>"""


def bare(body: str, title: str = "", head: str = "") -> str:
    """Return a page without the chrome of any site."""
    head = f"<meta charset='utf-8'><title>{title}</title>{head}"
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


@fault
def challenge_468(spec: PortalSpec) -> Site:
    """Every path answers 468 with a page that wants a puzzle solved."""
    return shielded(spec, 468, bare("<div id='slide'></div>", "安全验证").encode())


@fault
def challenge_512(spec: PortalSpec) -> Site:
    """Every path answers 512 with a script that sets a cookie."""
    return shielded(spec, 512, f"<script>document.cookie='__jsl_clearance_s=1';{RELOAD}</script>".encode())


@fault
def challenge_202(spec: PortalSpec) -> Site:
    """Every path answers 202 with a script and a long string of nonsense."""
    nonsense = "qrcXk" * 12_000
    return shielded(spec, 202, bare("", head=f"<meta content='{nonsense}'><script src='/Kx9/a.js'></script>").encode())


@fault
def challenge_200(spec: PortalSpec) -> Site:
    """Every path answers 200 with a script of 12 KB that works out a cookie."""
    script = f"<script>var arg1='00AA';document.cookie='acw_sc__v2='+arg1;{RELOAD};/*{'x' * 12_000}*/</script>"
    return shielded(spec, 200, bare("", head=script).encode())


@fault
def challenge_yunsuo(spec: PortalSpec) -> Site:
    """Every path answers 200 with a script that sends the reader back with the size of his screen."""
    script = "<script>self.location='?security_verify_data='+screen.width;</script>"
    return shielded(spec, 200, bare("", head=script).encode())


@fault
def challenge_wzws(spec: PortalSpec) -> Site:
    """Every path answers 200 with a script that asks a sum."""
    script = "<script>var wzwsquestion='81+16',wzwsmethod='POST',wzwsparams='';</script>"
    return shielded(spec, 200, bare("", head=script).encode())


@fault
def cookie_loop(spec: PortalSpec) -> Site:
    """Every path, robots.txt included, is a redirect to itself with a cookie that never satisfies."""
    site = shielded(spec, 302, b"")
    site.fallback = lambda ask: Answer(status=302, headers=(("Location", ask.path), ("Set-Cookie", "CT6T=1; path=/")))
    return site


@fault
def cookie_once(spec: PortalSpec) -> Site:
    """Every page is a redirect to itself with a cookie, and there for whoever brings the cookie."""
    site = small(spec)

    def with_cookie(page: Answer) -> Callable[[Ask], Answer]:
        def give(ask: Ask) -> Answer:
            if "CT6T=1" in ask.headers.get("Cookie", ""):
                return page
            return Answer(status=302, headers=(("Location", ask.path), ("Set-Cookie", "CT6T=1; path=/")))

        return give

    site.pages = {path: with_cookie(answer(site, path)) for path in site.pages}
    return site


@fault
def wall(spec: PortalSpec) -> Site:
    """Every path is the page of a firewall, with status 200."""
    return shielded(spec, 200, bare(WALL, "网站防火墙").encode())


@fault
def wall_405(spec: PortalSpec) -> Site:
    """Every path is the page of a firewall, with status 405."""
    return shielded(spec, 405, bare("<p>很抱歉，您的访问被阻断，可能对网站造成安全威胁。</p>").encode())


@fault
def forbidden(spec: PortalSpec) -> Site:
    """Every path answers 403."""
    return shielded(spec, 403, bare("<center><h1>403 Forbidden</h1></center>").encode())


@fault
def forbidden_article(spec: PortalSpec) -> Site:
    """One article answers 403, all others are open."""
    site = small(spec)
    site.pages[take(site)] = Answer(b"", "text/html", 403)
    return site


@fault
def fenced(spec: PortalSpec) -> Site:
    """The home page is open, all behind it answers 403."""
    site = small(spec)
    site.truth.clear()
    site.pages = {path: page for path, page in site.pages.items() if path in ("/", "/robots.txt")}
    site.fallback = lambda ask: Answer(b"", "text/html", 403)
    site.listings, site.verdict = (), "blocked"
    return site


@fault
def search_walled(spec: PortalSpec) -> Site:
    """The portal's search is behind a wall, all its pages are open; no list is known."""
    site = small(spec)
    asked = re.findall(r'<form action="([^"]+)"', answer(site, "/").body.decode())
    site.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow:\n", "text/plain")
    site.routes = {path: lambda ask: Answer(b"<script>$_ts=1</script>", status=412) for path in asked}
    return replace(site, listings=())


@fault
def sign_in(spec: PortalSpec) -> Site:
    """The list is open, every article wants the reader to sign in."""
    site = small(spec)
    for truth in site.truth:
        site.pages[truth.path] = site.html(bare(LOGIN, "用户登录"))
    site.truth.clear()
    site.verdict = "blocked"
    return site


@fault
def shell(spec: PortalSpec) -> Site:
    """Every path is a page of 1.3 KB that only a script fills."""
    script = "<script>" + "var a=window;a.go&&a.go();" * 45 + "</script>"
    return shielded(spec, 200, bare("<div id='app'></div>", spec.site_name, script).encode())


@fault
def closes_later(spec: PortalSpec) -> Site:
    """After the list and one article every further article is a challenge."""
    site = small(spec, articles=6)
    refusal = Answer(f"<script>document.cookie='__jsl_clearance=1';{RELOAD}</script>".encode(), status=521)
    for truth in site.truth[1:]:
        site.pages[truth.path] = refusal
    site.truth, site.verdict = site.truth[:1], "blocked"
    return site


@fault
def challenge_once(spec: PortalSpec) -> Site:
    """An article is a challenge the first time it is asked for."""
    site = small(spec)
    path = site.truth[0].path
    site.pages[path] = first_asks(answer(site, path), 1, Answer(b"<script>1</script>", status=521))
    return site


# Pages that are not there


@fault
def soft_404_home(spec: PortalSpec) -> Site:
    """Whatever is not there is the home page with status 200, and the list has dead links."""
    site = small(spec, link("/gone/t20230309_1.html"), link("/gone/t20220309_2.html", "2021年法治政府建设情况报告"))
    site.fallback = lambda ask: answer(site, "/")
    return site


@fault
def soft_404_bare(spec: PortalSpec) -> Site:
    """Dead links of the list end at pages of a few words, a stub, an empty page, and a page that goes home."""
    dead = {
        "/gone/t20230309_1.html": site_page("<p>您访问的页面不存在或已删除！</p>", "提示"),
        "/gone/t20220309_2.html": site_page("<p>该稿件已撤稿</p>"),
        "/gone/t20210309_3.html": Answer(b"error:404", "text/html"),
        "/gone/t20200309_4.html": Answer(b"", "text/html"),
        "/gone/t20190309_5.html": site_page("<p>3 秒后返回</p>", head="<meta http-equiv='refresh' content='3;url=/'>"),
        "/gone/t20180309_6.html": site_page("", head="<script>window.location.href='/index.html'</script>"),
        "/gone/t20170309_7.html": Answer(status=302, headers=(("Location", "/404.html"),)),
    }
    rows = [
        Link(title, title, path, DAY)
        for year, path in zip(range(2022, 2015, -1), dead, strict=True)
        if (title := f"关于{year}年度推进法治政府建设情况的报告")
    ]
    site = small(spec, *rows, per_page=20)
    site.pages |= dead
    site.pages["/404.html"] = site.html(pages.missing_page(spec), 404)
    return site


def site_page(body: str, title: str = "", head: str = "") -> Answer:
    """Return a bare page as an answer."""
    return Answer(bare(body, title, head).encode())


@fault
def error_200(spec: PortalSpec) -> Site:
    """The list and an article are an error of the server with status 200, the first time."""
    site = small(spec)
    error = site_page("<h1>服务器内部错误</h1><pre>java.lang.NullPointerException</pre>", "Error 500")
    for path in (site.listings[0], site.truth[0].path):
        site.pages[path] = first_asks(answer(site, path), 1, error)
    return site


@fault
def robots_loop(spec: PortalSpec) -> Site:
    """robots.txt is a redirect to itself."""
    site = small(spec)
    site.pages["/robots.txt"] = Answer(status=302, headers=(("Location", "/robots.txt"),))
    return site


@fault
def moved_home(spec: PortalSpec) -> Site:
    """The home page is a shell whose script leads to the real one; no list is known."""
    site = small(spec)
    site.pages["/web/index.html"] = site.pages["/"]
    site.pages["/"] = site_page(
        "<p>正在跳转……</p>", spec.site_name, "<script>location.replace('/web/index.html')</script>"
    )
    return replace(site, listings=())
