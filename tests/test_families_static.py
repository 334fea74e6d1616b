"""Static systems: where page 2 is by pager call, link, table of forms and trial; lists in frames, blocks and JSONP."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from archive.model import Role
from crawler import families
from crawler.families import forms, pagers
from crawler.families.base import Next
from crawler.targets import Page, Pager, Portal, Target

SITE = "http://www.shili.gov.cn"
PORTAL = Portal(code="990101", name="示例县人民政府", home=SITE + "/", hosts=frozenset({"www.shili.gov.cn"}))


def page(path: str, body: str) -> Page:
    return Page(SITE + path, f"<html><head><meta charset='utf-8'></head><body>{body}</body></html>".encode())


def listing(path: str, **more: object) -> Target:
    return Target(
        url=SITE + path, role=Role.LISTING, portal="990101", listing=SITE + path, title="法治政府建设", **more
    )  # type: ignore[arg-type]


def rows(*hrefs: str) -> str:
    items = (
        f"<li><a href='{href}'>示例县{2024 - n}年法治政府建设年度报告</a><i>{2025 - n}-03-18</i></li>"
        for n, href in enumerate(hrefs)
    )
    return f"<ul>{''.join(items)}</ul>"


def behind(shown: Page, target: Target) -> tuple[str, list[str]] | None:
    """Return where the page behind is looked for, and the addresses that are tried should it fail."""
    family = families.choose(shown)
    entries = frozenset(link.url for link in family.entries(shown, target))
    found = family.next_page(shown, target, entries)
    if found is None:
        return None
    rest = [form.replace("{p-1}", str(target.page)).replace("{p}", str(target.page + 1)) for form in found.pager.rest]
    return found.url.removeprefix(SITE), [form.removeprefix(SITE) for form in rest]


SIGN = "<div class='pages'></div>"
USUAL = "/l/{0}_1.html /l/{0}_2.html /l/index_1.html /l/index_2.html"


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        # The form of the system first, then the usual ones.
        (
            "/channels/12.html",
            rows("/contents/12/1.html", "/contents/12/2.html") + SIGN,
            "/channels/12_2.html /channels/12_1.html /channels/index_1.html /channels/index_2.html",
        ),
        ("/nw123/", rows("/l/1.html", "/l/2.html") + SIGN, "/nw123/index_2.html /nw123/2 /nw123/index_1.html"),
        (
            "/l/index.jhtml",
            rows("/l/1.jhtml", "/l/2.jhtml") + SIGN,
            "/l/index_2.jhtml /l/index_1.jhtml /l/index_1.html /l/index_2.html",
        ),
        (
            "/Node-231.html",
            rows("/Content-1.html", "/Content-2.html") + SIGN,
            "/Node-231-2.html /Node-231_1.html /Node-231_2.html /index_1.html /index_2.html",
        ),
        (
            "/xxgk-list-fazhi.html",
            rows("/xxgk-show-1.html", "/xxgk-show-2.html") + SIGN,
            "/xxgk-list-fazhi_2.html /xxgk-list-fazhi_1.html /index_1.html /index_2.html",
        ),
        # A first page with its number in the address.
        (
            "/OpennessContent/showList/7/34/page_1.html",
            rows("/OpennessContent/show/1.html", "/OpennessContent/show/2.html") + SIGN,
            "/OpennessContent/showList/7/34/page_2.html /OpennessContent/showList/7/34/page_1_1.html"
            " /OpennessContent/showList/7/34/page_1_2.html /OpennessContent/showList/7/34/index_1.html"
            " /OpennessContent/showList/7/34/index_2.html",
        ),
        (
            "/list-618-1.html",
            rows("/content-618-1-1.html", "/content-618-2-1.html") + SIGN,
            "/list-618-2.html /list-618-1_1.html /list-618-1_2.html /index_1.html /index_2.html",
        ),
        (
            "/l/1.html",
            rows("/l/200074503278825472.html", "/l/200074503278825473.html") + SIGN,
            "/l/2.html /l/1_1.html /l/1_2.html /l/index_1.html /l/index_2.html",
        ),
        ("/l.jsp?id=3&pageNum=1", rows("/a.jsp?id=1", "/a.jsp?id=2") + SIGN, "/l.jsp?id=3&pageNum=2"),
        ("/l.aspx?id=3", rows("/a.aspx?id=1", "/a.aspx?id=2") + SIGN, "/l.aspx?id=3&page=2"),
        # The usual trial; TRS counts from 0.
        ("/l/list.html?t=1", rows("/l/1.html", "/l/2.html") + SIGN, "?t=1 ".join([*USUAL.format("list").split(), ""])),
        ("/l/", rows("/l/1.html", "/l/2.html") + SIGN, "/l/2 /l/index_1.html /l/index_2.html"),
        (
            "/l/",
            rows("/l/202403/t20240318_1.html", "/l/202303/t20230318_1.html") + SIGN,
            "/l/index_1.html /l/2 /l/index_2.html",
        ),
        # Nothing is tried where nothing says that the list goes on.
        ("/l/", rows("/l/1.html", "/l/2.html"), None),
        ("/l/", rows("/l/1.html", "/l/2.html") + "<div class='page-header'></div><div id='homepage'></div>", None),
        ("/l/", rows(*(f"/l/{n}.html" for n in range(10))), "/l/2 /l/index_1.html /l/index_2.html"),
        ("/l/", rows(*(f"/l/202403/t20240318_{n}.html" for n in range(10))), None),
        # A link, a call: no trial.
        ("/l/", rows("/l/1.html") + "<a href='#' onclick=\"location.href='b.html'\">下一页</a>", "/l/b.html"),
        ("/l/", rows("/l/1.html") + "<div id='pageDec' pagesize='2' pagecount='3'></div>", "/l/index_1.html"),
        ("/l/index_2.html", rows("/l/1.html") + "<div id=pageDec pagesize=2 pagecount=3></div>", None),
    ],
)  # fmt: skip
def test_page_2(path: str, body: str, told: str | None) -> None:
    found = behind(page(path, body), listing(path))
    assert found == (told and (told.split()[0], told.split()[1:]))


def test_a_form_that_served_makes_the_pages_behind() -> None:
    form = SITE + "/channels/12_{p}.html"
    second = listing("/channels/12_2.html", page=2, pager=Pager(form=form))
    shown = page("/channels/12_2.html", rows("/contents/12/3.html", "/contents/12/4.html"))
    assert families.choose(shown).next_page(shown, second, frozenset()) == Next(
        SITE + "/channels/12_3.html", Pager(form=form)
    )


@pytest.mark.parametrize(
    ("body", "frames"),
    [
        ("<iframe src='list.html'></iframe>", ["/l/list.html"]),
        ("<a href='/'>首页</a><iframe src='/a.html'></iframe><iframe src='/b.html'></iframe>", ["/a.html", "/b.html"]),
        (
            "".join(
                f"<iframe src='{src}'></iframe>"
                for src in ("/module/visitcount/visit.jsp", "/login.html", "/module/xxgk/tree.jsp", "/share.html",
                            "/footer.html", "about:blank", "", "http://other.gov.cn/x.html")
            ),
            [],
        ),
        (rows("/l/1.html") + "<iframe src='list.html'></iframe>", []),  # the page has a list itself
    ],
)  # fmt: skip
def test_a_list_in_a_frame_is_read_in_the_page_s_place(body: str, frames: list[str]) -> None:
    shown = page("/l/", body)
    found = families.get("generic").follow(shown, listing("/l/"), PORTAL).targets
    assert [(each.url, each.listing, each.title, each.page) for each in found if each.role is Role.LISTING] == [
        (SITE + frame, SITE + frame, "法治政府建设", 1) for frame in frames
    ]


UUID = "4bc809b5-2280-4aca-bf79-3796a2d6f73"
COLUMN = f"/columns/{UUID}0/index.html"
BLOCK = f"/columns/{UUID}0/templates/{UUID}1/blocks/{UUID}2"


def test_hebei_asks_a_block_of_the_template_for_further_pages() -> None:
    articles = [f"/columns/{UUID}0/202601/27/{UUID}{n}.html" for n in range(4)]
    hebei, first = families.get("hebei"), listing(COLUMN)
    shown = page(COLUMN, rows(*articles[:2]) + f"<script>load('{BLOCK}', 1)</script>")
    assert hebei.next_page(shown, first, frozenset(articles)) == Next(f"{SITE}{BLOCK}?page=2&fix=0", Pager(), None)
    part = Page(f"{SITE}{BLOCK}?page=2&fix=0", rows(*articles[2:]).encode())
    second = replace(first, url=part.url, page=2)
    assert [link.url for link in hebei.entries(part, second)] == [SITE + each for each in articles[2:]]
    assert hebei.next_page(part, second, frozenset(articles)) == Next(f"{SITE}{BLOCK}?page=3&fix=0", Pager(), None)
    end = Page(f"{SITE}{BLOCK}?page=3&fix=0", b"<ul></ul>")
    assert hebei.next_page(end, replace(first, url=end.url, page=3), frozenset()) is None
    empty = page(COLUMN, f"<script>load('{BLOCK}', 1)</script>")
    assert [each.url for each in hebei.lists(empty, first, PORTAL)] == [f"{SITE}{BLOCK}?page=1&fix=0"]
    plain = page(COLUMN, rows(*articles[:2]) + "<a href='index_2.html'>下一页</a>")
    assert hebei.next_page(plain, first, frozenset(articles)) == Next(
        f"{SITE}/columns/{UUID}0/index_2.html", Pager(declared=True)
    )


GATE = "http://infogate.shili.gov.cn/govsearch/jsonp/gkml/zf_list.jsp?page={}&lb=12&channelId=12&callback=result"


def test_changchun_reads_its_gate_page_by_page() -> None:
    changchun, first = families.get("changchun"), listing("/na/fzzf/")
    shown = page("/na/fzzf/", f"<script>var list = '{GATE.format(1).replace('&', '&amp;')}';</script>")
    assert list(changchun.lists(shown, first, PORTAL)) == [Next(GATE.format(1))]
    assert changchun.next_page(shown, first, frozenset()) is None
    row = {"title": "示例县2023年法治政府建设年度报告", "puburl": f"{SITE}/na/1.html", "tip": {"dates": "2024-03-18"}}
    body = f"result({json.dumps({'num': 32, 'nPage': 2, 'data': [row, {'title': '无地址'}]})})".encode()
    answer = Page(GATE.format(1), body)
    found = changchun.links(answer)
    assert [(link.url, link.title, str(link.date)) for link in found] == [(row["puburl"], row["title"], "2024-03-18")]
    asked = replace(first, url=answer.url)
    entries = frozenset({SITE + "/na/1.html"})
    assert changchun.next_page(answer, asked, entries) == Next(GATE.format(2), Pager(declared=True, total=2))
    last = Page(GATE.format(2), body)
    assert changchun.next_page(last, replace(asked, url=last.url, page=2), entries) is None
    torn = Page(GATE.format(1), b"result({'x")
    assert changchun.links(torn) == []
    assert changchun.next_page(torn, asked, frozenset()) is None


@pytest.mark.parametrize("name", ["siteserver", "hebei", "changchun", "trs", "generic"])
@pytest.mark.parametrize(
    "body",
    [
        b"", b"\0", b"%PDF-1.7", b"<", "<a href='x".encode("utf-16"), b"<iframe src=" * 50_000,
        b"class=\"" * 50_000, b"/columns/" * 50_000, b"<a href='" + b"/contents/1" * 50_000 + b".html'>x</a>",
        b"govsearch/jsonp/gkml/zf_list.jsp?" * 50_000, b"<div id=" * 50_000, b"<a onclick='open(" * 50_000,
    ],
    ids=range(12),
)  # fmt: skip
def test_hostile_pages_are_read_in_time(name: str, body: bytes) -> None:
    family, shown, target = families.get(name), Page(SITE + "/channels/1.html", body), listing("/channels/1.html")
    assert isinstance(family.recognise(shown), bool)
    found = family.next_page(shown, target, frozenset({"a", "b"}))
    assert [
        each.url for each in [found, *family.lists(shown, target, PORTAL)] if each and not each.url.startswith("http")
    ] == []


def test_forms_are_filled_with_the_address_s_own_words() -> None:
    assert pagers.forms(SITE + "/x.do?p=1") == (SITE + "/x.do?p={p}",)
    assert pagers.forms(SITE + "/x.do?p=12")[0] == SITE + "/x.do?p=12&page={p}"
    assert set(forms.names()) >= {"siteserver", "openness", "shanghai", "sichuan", "xian"}
