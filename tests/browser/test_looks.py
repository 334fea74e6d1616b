"""What every page of ours looks like, on a desk, on a phone and in the dark: pictures for a person, axe for the rest.

The pictures go to ``build/screenshots``. axe-core (MPL-2.0) comes with axe-playwright-python, for tests only.
"""

from __future__ import annotations

import json
import re
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page, expect

PICTURES = Path(__file__).resolve().parents[2] / "build" / "screenshots"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
PLAIN = {
    "home": "/", "search": "/search?q=行政复议", "all": "/search", "nothing": "/search?q=火星", "unknown": "/none",
    "about": "/about", "choose": "/compare", "coverage": "/coverage", "place": "/place/990121", "help": "/search/help",
    "happened": "/changes",
}  # fmt: skip
SERIOUS = {"resultTypes": ["violations"]}


@pytest.fixture(scope="module")
def reports(site: str, browser: object) -> dict[str, str]:
    """Ids of the sample reports by what is special in them."""
    with urllib.request.urlopen(f"{site}/archive/reports.json?_shape=array&_size=100") as answer:
        rows = json.load(answer)
    qinghe = [row for row in rows if row["title"].startswith("青禾县人民政府202") and row["year"] in (2021, 2022)]
    found = {f"{row['year']} {row['status']}": row["id"] for row in qinghe if "t2023_" in row["url"]}
    assert sorted(found) == ["2021 current", "2022 current", "2022 superseded"]
    tables = [row["id"] for row in rows if row["level"] == "county"]
    return {"old": found["2022 superseded"], "new": found["2022 current"], "before": found["2021 current"],
            "other": tables[0]}  # fmt: skip


def addresses(reports: dict[str, str]) -> dict[str, str]:
    """Every page of ours by the name of its picture."""
    old, new, before = reports["old"], reports["new"], reports["before"]
    return PLAIN | {
        "report": f"/report/{new}?q=行政复议", "superseded": f"/report/{old}", "late": f"/report/{before}",
        "other": f"/report/{reports['other']}", "changes": f"/compare?a={old}&b={new}",
        "lines": f"/compare?a={old}&b={new}&view=lines", "years": f"/compare?a={before}&b={new}",
        "one": f"/compare?a={new}",
    }  # fmt: skip


@pytest.mark.parametrize(("prefix", "scheme"), [("", "light"), ("", "dark"), ("/en", "light")])
def test_axe_finds_no_serious_fault(page: Page, reports: dict[str, str], prefix: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # light or dark
    faults = {}
    for name, address in addresses(reports).items():
        page.goto(prefix + address)
        found = Axe().run(page, options=SERIOUS).response["violations"]
        nodes = {f"{fault['id']}: {node['html'][:120]}" for fault in found for node in fault["nodes"]
                 if fault["impact"] in ("serious", "critical")}  # fmt: skip
        if nodes:
            faults[name] = nodes
    assert faults == {}


def take(page: Page, file: Path) -> None:
    """Write a picture of a whole page. A busy machine makes Chromium refuse now and then; the pictures are no check."""
    for left in (2, 1, 0):
        try:
            page.screenshot(path=file, full_page=True)
            return
        except Error as error:
            if not left or "Unable to capture" not in str(error):
                raise
            time.sleep(1)


def test_pictures_for_a_person(page: Page, reports: dict[str, str]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, address in addresses(reports).items():
        for size, view in (("desk", DESK), ("phone", PHONE)):
            page.set_viewport_size(view)
            page.goto(address)
            take(page, PICTURES / f"{name}-{size}.png")
            assert page.evaluate("document.documentElement.scrollWidth") <= view["width"], (name, size)
    page.set_viewport_size(DESK)
    for name in ("home", "report", "search", "place"):
        page.goto("/en" + addresses(reports)[name])
        take(page, PICTURES / f"{name}-english.png")
    page.emulate_media(color_scheme="dark")
    for name in ("home", "report", "changes", "years"):
        page.goto(addresses(reports)[name])
        take(page, PICTURES / f"{name}-dark.png")
    page.emulate_media(media="print", color_scheme="light")
    page.goto(addresses(reports)["report"])
    take(page, PICTURES / "report-print.png")
    assert len(list(PICTURES.glob("*.png"))) >= 2 * len(PLAIN)


def test_search_report_snapshot_changes(page: Page, reports: dict[str, str], site: str) -> None:
    asked: set[str] = set()
    said: list[str] = []
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: said.append(message.text))
    page.goto("/search?q=青禾县 调委会 多元化解")
    page.locator(f".hits h2 a[href*='{reports['old']}']").click()
    expect(page.locator("#about")).to_contain_text("按时")
    expect(page.locator("#about")).to_contain_text("青政发〔2023〕6号")
    expect(page.locator(".notice").first).to_contain_text("这是旧版本")
    page.get_by_role("link", name="网页存档", exact=True).click()
    expect(page.locator("body")).to_contain_text("这是存档副本")
    page.go_back()
    page.get_by_role("link", name="看改动").click()
    assert page.locator("del").all_inner_texts() == ["36", "36", "36"]
    assert page.locator("ins").all_inner_texts() == ["38", "38", "部分案卷制作不够规范。", "38"]
    page.get_by_role("link", name="逐段对照").click()
    assert page.locator(".diff .same").count() > 4
    page.get_by_role("link", name="左右互换").click()
    assert page.locator("ins").all_inner_texts() == ["36", "36", "36"]
    assert asked == {urlsplit(site).netloc}
    assert [text for text in said if "sandbox" not in text] == []


def test_facets_narrow_combine_and_are_taken_off_again(page: Page) -> None:
    page.goto("/search?q=行政复议")
    everything = page.locator(".hits li").count()
    for head, value in (("年度", "2021"), ("层级", "乡级")):
        facet = page.locator("aside details", has=page.locator("summary", has_text=head)).locator("li", has_text=value)
        count = int(facet.locator("span").inner_text())
        facet.locator("a").click()
        expect(page.locator(".hits li")).to_have_count(count)
    assert 0 < count < everything
    chips = page.locator(".chip")
    expect(chips).to_have_count(2)
    address = page.url
    page.goto("about:blank")
    page.goto(address)  # the address alone carries the search
    expect(page.locator(".hits li")).to_have_count(count)
    while chips.count():
        chips.first.click()
    expect(page.locator(".hits li")).to_have_count(everything)


def test_marks_lead_to_each_other_without_scripts(page: Page, reports: dict[str, str]) -> None:
    page.goto(f"/report/{reports['new']}?q=执法")
    total = page.locator(".text mark").count()
    assert total > 2
    page.get_by_role("link", name=re.compile("^正文中共")).click()
    assert page.url.endswith("#passage")
    page.locator("#passage + mark .next").click()
    for number in range(2, total + 1):
        expect(page.locator(f"#m{number}")).to_be_in_viewport()
        page.locator(f"#m{number} .next").click()
    assert page.url.endswith("#m1")
    assert page.locator("script").count() == 0


def test_english_and_back(page: Page, reports: dict[str, str]) -> None:
    page.goto(f"/report/{reports['new']}?q=执法")
    page.get_by_role("link", name="English").click()
    assert urlsplit(page.url).path == f"/en/report/{reports['new']}"
    assert urlsplit(page.url).query.startswith("q=")
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.locator("#about")).to_contain_text("people's government")
    page.get_by_role("link", name="About this site").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("About this site")
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("关于本站")
    assert urlsplit(page.url).path == "/about"


def test_one_click_selects_a_citation(page: Page, reports: dict[str, str]) -> None:
    page.goto(f"/report/{reports['before']}")
    page.locator(".copy").first.click()
    chosen = page.evaluate("getSelection().toString()")
    assert re.fullmatch(
        r"青禾县人民政府\. 青禾县人民政府2021年度法治政府建设情况报告\[R/OL\]\. \(2022-04-12\)\[\d{4}-\d\d-\d\d\]\. http://\S+\.",
        chosen.strip(),
    )
