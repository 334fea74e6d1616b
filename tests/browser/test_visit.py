"""A visit in a real browser: search, read, look at the archived page; on a desk and on a phone; among hostile pages."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Page, expect

PHONE = {"width": 360, "height": 740}
STOCK = ("/archive", "/archive/reports", "/archive/rejected", "/archive/issues", "/archive/captures")
OURS = ("/", "/search", "/search?q=行政复议", "/search?q=火星", "/search?q=" + "法" * 3000, "/report/none", "/none")


def hits(page: Page) -> set[str]:
    """Ids of the reports that a page of ours or Datasette's table page links to."""
    links = page.locator("a[href*='/report/']").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    return {urlsplit(link).path.rsplit("/", 1)[-1] for link in links}


def test_from_home_to_the_archived_page(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox", name="检索词").fill("行政复议")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("检索“行政复议”")
    expect(page.locator("mark").first).to_have_text("行政复议")
    hit = page.locator(".hits h2 a").first
    title = hit.inner_text()
    hit.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator(".text mark").first).to_have_text("行政复议")
    expect(page.locator("#about")).to_contain_text("发布机关")
    page.get_by_role("link", name="回到检索").click()
    expect(page.locator(".hits h2 a").first).to_have_text(title)
    page.go_back()
    page.get_by_role("link", name="网页存档", exact=True).click()
    expect(page.locator("body")).to_contain_text("这是存档副本，不是原网站")
    page.get_by_role("link", name="看报告页").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_the_search_box_of_the_table_finds_the_same(page: Page) -> None:
    for words in ("行政复议", "法", '"负责人出庭应诉"', "复议 执法", "12348"):
        page.goto("/search?q=" + quote(words))
        found = hits(page)
        while page.locator("a[rel=next]").count():
            page.locator("a[rel=next]").click()
            found |= hits(page)
        page.goto("/archive/reports")
        box = page.get_by_label("检索：")
        box.fill(words)
        box.press("Enter")
        page.wait_for_url("**_search=**")
        expect(page.get_by_label("检索：")).to_have_value(words)
        assert hits(page) == found, words
        assert found or words == "12348", words


def test_a_hostile_title_and_passage_are_text(page: Page) -> None:
    page.goto("/search?q=狴犴")
    expect(page.locator(".hits h2 a")).to_contain_text('<script>document.title="ran"</script>')
    expect(page.locator(".passage")).to_contain_text("<img src=x onerror=alert(1)>")
    page.locator(".hits h2 a").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>")
    expect(page.locator(".text")).to_contain_text("</mark>")
    assert page.locator("main script, main img").count() == 0
    for address in ("/archive/reports", "/archive/texts", "/archive/captures", "/archive/evidence"):
        page.goto(address)
        assert page.title() != "ran"
    page.goto("/search?q=" + quote('"><img src=x onerror="document.title=\'ran\'">'))
    assert page.title() != "ran"


def test_an_archived_page_runs_and_loads_nothing(page: Page, trap: tuple[str, list[str]]) -> None:
    page.goto("/search?q=狴犴")
    page.locator(".hits h2 a").click()
    page.get_by_role("link", name="网页存档", exact=True).click()
    expect(page.locator("body")).to_contain_text("这是存档副本")
    snapshot = page.url
    page.locator("#send").click()  # a sandboxed form goes nowhere
    page.wait_for_timeout(1500)  # longer than the page's own refresh
    assert page.url == snapshot
    assert "ran" not in page.title().split("<script>")[0]
    assert page.evaluate("window.origin") == "null"
    assert trap[1] == []


@pytest.mark.parametrize("addresses", [OURS, STOCK], ids=["ours", "stock"])
def test_no_page_asks_another_host(page: Page, site: str, addresses: tuple[str, ...]) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    for address in addresses:
        page.goto(address)
        assert page.locator("html").get_attribute("lang") == "zh-Hans", address
    assert asked <= {urlsplit(site).netloc, ""}  # "" is data:


def test_a_phone_never_scrolls_sideways(page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.goto("/search")
    reports = sorted(hits(page))
    for address in (*OURS, *STOCK, *(f"/report/{name}" for name in reports), f"/archive/reports/{reports[0]}"):
        page.goto(address)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], address[:60]


def test_dark_colours_where_asked_for(page: Page) -> None:
    def paper() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    page.goto("/")
    light = paper()
    page.emulate_media(color_scheme="dark")
    assert paper() != light


def test_the_keyboard_reaches_the_text_first(page: Page) -> None:
    page.goto("/search?q=法")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("跳到正文")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
