"""The page of a report and what leads from it: versions, comparison, citation, text, JSON; in both languages."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from datasette.app import Datasette
from fazhi_zoo.records import capture, rejection, report
from hypothesis import given
from hypothesis import strategies as st

from archive import store
from archive.model import Issue, IssueCode, SourceKind
from archive.site import about, cite, compare, diff, language
from archive.site.body import outline, read

ROOT = Path(__file__).resolve().parents[1]
EVIL = '<script>alert(1)</script>{"}\\%$&'
BODY = (
    "一、2020年主要工作\n（一）依法履职。全年办结行政复议案件12件。"
    + "各项任务按期完成。" * 30
    + "\n指标\t数量\n复议\t12\n"
    "二、存在的不足\n个别执法人员专业能力不强。\n三、下一年度安排\n继续推进行政执法规范化建设。\n临溪区人民政府\n2021年1月20日"
)
CORRECTED = BODY.replace("12件", "15件").replace("不强。", "不强。案卷制作不够规范。")

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def served(archive: Path, **more: Any) -> Datasette:
    settings = json.loads((ROOT / "datasette_metadata.json").read_text(encoding="utf-8"))
    both = {"config": settings} if "config" in Datasette.__init__.__code__.co_varnames else {}
    site = Datasette([str(archive)], metadata=settings, **both, **more)
    await site.invoke_startup()
    return site


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """Ids of the reports of ``site``."""
    return {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory, names: dict[str, str]) -> AsyncIterator[Datasette]:
    root = tmp_path_factory.mktemp("site")
    db = store.open_archive(root / "archive.db")
    told = {"doc_no": "临政发〔2021〕3号", "index_no": "000014349/2021-00012", "published": date(2021, 3, 31)}
    saved = {
        "old": (capture(1, day=10), report(BODY, **told)),
        "new": (capture(1, day=20), report(CORRECTED, **told)),
        "next": (capture(2), report(BODY.replace("2020", "2021"), year=2021, published=date(2022, 4, 10),
                                    title="临溪区2021年法治政府建设年度报告")),
        "gone": (capture(3, day=5), report(BODY + "撤下", year=2019, published=None)),
        "farm": (capture(4), report(BODY + "范文", year=2018, source_kind=SourceKind.CONTENT_FARM)),
        "evil": (capture(5), report(f"{EVIL}\n{BODY}", title=f"{EVIL}标题", issuer=EVIL, place=5, doc_no=EVIL,
                                    issues=(Issue(IssueCode.YEAR_CONFLICT, "year", EVIL),))),
        "town": (capture(6), report(BODY + "镇", place=3)),
    }  # fmt: skip
    for name, (taken, document) in saved.items():
        names[name] = str(store.save(db, taken, document))
    store.save(db, capture(3, day=50), replace(rejection(), title="页面不存在"))
    db.close()
    started = await served(root / "archive.db")
    yield started
    started.get_database("archive").close()


async def get(site: Datasette, path: str, status: int = 200) -> Any:
    answer = await site.client.get(path)
    assert answer.status_code == status, (path, answer.text[:500])
    return answer


def shown(page: str) -> str:
    """Return the visible text of a page, white space as single spaces."""
    return " ".join(
        html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</?(?:mark|a|b|span|small)\b[^>]*>", "", page))).split()
    )


def side(page: str, tag: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(rf"<{tag}>(.*?)</{tag}>", page)]


async def test_the_panel_tells_deadline_place_and_numbers(site: Datasette, names: dict[str, str]) -> None:
    page = (await get(site, f"/report/{names['new']}")).text
    for code in ("990000", "990100", "990102"):
        assert f'<a href="/place/{code}">' in page
    told = shown(page)
    assert "发布日期 2021年3月31日 据网页标签栏 按时 期限最后一天" in told
    assert "文号 临政发〔2021〕3号" in told
    assert "索引号 000014349/2021-00012" in told
    assert "来源类型 政府门户网站" in told
    late = shown((await get(site, f"/report/{names['next']}")).text)
    assert "迟 10 天 应于2022年3月31日前发布" in late
    assert "发布日期 网页没有标出" in shown((await get(site, f"/report/{names['gone']}")).text)
    farm = shown((await get(site, f"/report/{names['farm']}")).text)
    assert "按时" not in farm
    assert "迟 " not in farm
    town = (await get(site, f"/report/{names['town']}")).text
    assert '<a href="/place/990102101">石桥镇</a>' in town


async def test_versions_of_an_address(site: Datasette, names: dict[str, str]) -> None:
    old, new = (await get(site, f"/report/{names['old']}")).text, (await get(site, f"/report/{names['new']}")).text
    assert "这是旧版本" in shown(old)
    changes = f'href="/compare?a={names["old"]}&amp;b={names["new"]}"'
    assert changes in old
    assert changes in new
    assert "版本（2）" in shown(new)
    assert "2026年3月11日 起见到" in shown(new)
    assert "版本（" not in shown((await get(site, f"/report/{names['next']}")).text)
    gone = shown((await get(site, f"/report/{names['gone']}")).text)
    assert "2026年4月20日再次查看时，原网址已不是这份报告（新闻报道）" in gone
    assert "再次查看时" not in shown(new)


async def test_changes_only_and_side_by_side(site: Datasette, names: dict[str, str]) -> None:
    pair = f"/compare?a={names['old']}&b={names['new']}"
    page = (await get(site, pair)).text
    assert side(page, "del") == ["12"]
    assert side(page, "ins") == ["15", "案卷制作不够规范。"]
    assert "甲中删去 2 字，乙中新增 11 字" in shown(page)
    assert "相同的 3 段" in shown(page)
    lines = (await get(site, pair + "&view=lines")).text
    assert side(lines, "ins") == ["15", "案卷制作不够规范。"]
    assert "相同的" not in shown(lines)
    assert lines.count("二、存在的不足") == 2
    assert "两份文本没有差别" in shown((await get(site, f"/compare?a={names['old']}&b={names['old']}&view=lines")).text)


async def test_two_years_by_their_headings(site: Datasette, names: dict[str, str]) -> None:
    page = (await get(site, f"/compare?a={names['new']}&b={names['next']}")).text
    assert re.search('<a [^>]*view=sections"[^>]* aria-current="page">按标题对照', page)
    heads = re.findall("<h3>(.*?)</h3>", page)
    assert heads == ["一、2020年主要工作", "一、2021年主要工作", *["二、存在的不足"] * 2, *["三、下一年度安排"] * 2]
    assert "<b>个别执法人员专业能力不强。</b>案卷制作不够规范。" in page
    assert "<td>复议</td>" in page


async def test_what_is_compared_can_be_chosen(site: Datasette, names: dict[str, str]) -> None:
    nothing = shown((await get(site, "/compare")).text)
    assert "报告对照 甲 乙 对照" in nothing
    one = (await get(site, f"/compare?a={names['new']}")).text
    assert f'href="/compare?a={names["new"]}&amp;b={names["next"]}"' in one
    assert names["evil"] not in one
    pasted = quote(f"http://127.0.0.1:8001/en/report/{names['old']}?q=法#passage")
    assert "只看改动" in (await get(site, f"/compare?a={pasted}&b={names['new']}")).text
    assert "没有编号为 none 的报告" in shown((await get(site, "/compare?a=none&b=x", 404)).text)
    for hostile in ("%00", "../../etc/passwd", "%3Cscript%3E", "a" * 5000, "%ff"):
        page = (await site.client.get(f"/compare?a={hostile}&b={names['new']}&view=%3Cb%3E")).text
        assert "<script>" not in page


async def test_text_and_json(site: Datasette, names: dict[str, str]) -> None:
    text = await get(site, f"/report/{names['new']}.txt")
    assert text.headers["content-type"].startswith("text/plain")
    assert text.text == CORRECTED + "\n"
    answer = await get(site, f"/report/{names['new']}.json")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    told = answer.json()
    assert "docid" not in told
    assert {key: told[key] for key in ("ok", "id", "year", "days_late", "text", "status", "gone", "issues")} == {
        "ok": True, "id": names["new"], "year": 2020, "days_late": 0, "text": CORRECTED, "status": "current",
        "gone": None, "issues": [],
    }  # fmt: skip
    assert [version["id"] for version in told["versions"]] == [names["old"], names["new"]]
    assert [source["url"] for source in told["sources"]] == ["http://www.example1.gov.cn/t1.html"]
    assert told["evidence"][0]["quote"] == "发布日期：2021-03-31"
    assert told["links"]["text"].endswith(f"/report/{names['new']}.txt")
    assert told["links"]["text"].startswith("http://")
    assert "临溪区人民政府. 临溪区2020年法治政府建设年度报告[R/OL]" in told["citation"]["gb7714"]
    assert (await get(site, "/report/none.json", 404)).json() == {"ok": False, "error": "no report none"}
    assert (await get(site, "/report/none.txt", 404)).text == "no report none\n"
    hostile = (await get(site, f"/report/{names['evil']}.json")).json()
    assert hostile["issuer"] == EVIL
    moved = (await get(site, f"/report/110000-1999-{names['new'][-8:]}.json")).json()
    assert moved["id"] == names["new"]


async def test_nothing_of_a_report_becomes_markup(site: Datasette, names: dict[str, str]) -> None:
    evil, new = names["evil"], names["new"]
    for address in (f"/report/{evil}?q={quote(EVIL)}", f"/compare?a={evil}", f"/compare?a={evil}&b={new}",
                    f"/compare?a={evil}&b={new}&view=lines", f"/en/report/{evil}"):  # fmt: skip
        page = (await get(site, address)).text
        assert "<script" not in page, address
        assert "&lt;script&gt;alert(1)" in page, address


async def test_citations(site: Datasette, names: dict[str, str]) -> None:
    page = (await get(site, f"/report/{names['new']}")).text
    assert re.search(
        r'<pre class="copy"[^>]*>临溪区人民政府\. 临溪区2020年法治政府建设年度报告\[R/OL\]\. \(2021-03-31\)'
        r"\[\d{4}-\d\d-\d\d\]\. http://www\.example1\.gov\.cn/t1\.html\.</pre>",
        page,
    )
    farm = (await get(site, f"/report/{names['farm']}")).text
    citation = re.findall(r'<pre class="copy"[^>]*>(.*?)</pre>', farm, re.S)
    assert all("example4" not in told and f"/report/{names['farm']}" in told for told in citation)
    hostile = cite.Work("1-2020-a", "a}\n@x{", "\\input{x} & 100%_#$~^", "2021-01-02", "http://a/} b", "http://b/1")
    assert cite.bibtex(hostile, date(2026, 3, 1)).splitlines() == [
        "@techreport{fazhi-1-2020-a,",
        r"  author = {{\textbackslash{}input\{x\} \& 100\%\_\#\$\textasciitilde{}\textasciicircum{}}},",
        r"  title = {{a\} @x\{}},",
        r"  institution = {\textbackslash{}input\{x\} \& 100\%\_\#\$\textasciitilde{}\textasciicircum{}},",
        "  date = {2021-01-02},",
        "  year = {2021},",
        "  howpublished = {[R/OL]},",
        "  url = {http://a/b},",
        "  urldate = {2026-03-01},",
        "  note = {存档副本: http://b/1},",
        "  langid = {chinese},",
        "}",
    ]
    assert cite.gb7714(replace(hostile, title=None, issuer=None, published=None, url=None), date(2026, 3, 1)) == (
        "[题名不详][R/OL]. [2026-03-01]. http://b/1."
    )


async def test_marks_are_numbered_and_lead_on(site: Datasette, names: dict[str, str]) -> None:
    page = (await get(site, f"/report/{names['new']}?q=" + quote("复议 指标"))).text
    assert re.findall(r'<mark id="m(\d+)">(.*?)<', page) == [("1", "复议"), ("2", "指标"), ("3", "复议")]
    assert '<span id="passage"></span><mark id="m2">' in page
    assert re.findall('class="hop next" href="#m(.)"', page) == ["2", "3", "1"]
    alone = (await get(site, f"/report/{names['new']}?q=" + quote("案卷制作"))).text
    assert 'class="hop' not in alone
    assert "正文中没有这个词" in (await get(site, f"/report/{names['new']}?q=" + quote("火星"))).text


async def test_english_pages(site: Datasette, names: dict[str, str]) -> None:
    for address in (f"/en/report/{names['old']}", f"/report/{names['old']}?lang=en"):
        page = (await get(site, address)).text
        assert '<html lang="en">' in page
        assert '<div class="text" lang="zh-Hans">' in page
        told = shown(page)
        assert "Published 31 March 2021 from the labels on the page on time on the last day" in told.replace(
            "pageon", "page on"
        )
        assert f'href="/en/report/{names["new"]}"' in page
        assert 'hreflang="zh-Hans">中文</a>' in page
        assert f'<a class="switch" href="/report/{names["old"]}"' in page
    assert f'href="/en/report/{names["new"]}?q=x"' in (await get(site, f"/report/{names['new']}?q=x&lang=zh")).text
    for address in (
        "/en",
        "/en/",
        "/en/search",
        "/en/about",
        "/en/compare",
        "/en/report/none",
        "/en/snapshot/20200101000000-0000000000",
    ):
        page = (await site.client.get(address)).text
        assert '<html lang="en">' in page, address
        assert "No such" in page or "no such" in page or "Archive of Reports" in page
    moved = await site.client.get(f"/en/report/110000-1999-{names['new'][-8:]}", follow_redirects=False)
    assert moved.headers["location"] == f"/en/report/{names['new']}"
    # Datasette's own pages have one address.
    assert (await site.client.get("/en/archive")).status_code == 404
    assert 'href="/archive"' in (await get(site, "/en/about")).text


async def test_every_word_of_a_closed_list_has_an_english_one() -> None:
    chinese, english = language.words("zh"), language.words("en")
    assert {name: list(told) for name, told in english.items()} == {name: list(told) for name, told in chinese.items()}
    same = {
        (name, code) for name, told in english.items() for code, said in told.items() if said == chinese[name][code]
    }
    assert same == set()
    assert [name for name, said in language.columns("en").items() if not said.isascii()] == []


async def test_under_a_prefix(tmp_path: Path) -> None:
    db = store.open_archive(tmp_path / "archive.db")
    name = store.save(db, capture(1), report(BODY))
    db.close()
    site = await served(tmp_path / "archive.db", settings={"base_url": "/fazhi/"})
    for path in (f"/en/report/{name}", f"/en/compare?a={name}", "/en/about"):
        page = (await site.client.get(path)).text
        assert '<html lang="en">' in page
        assert not re.findall(r'(?:href|action|src)="/(?!fazhi/)[^"]*"', page), path
        assert 'href="/fazhi/en/search"' in page
        assert not re.findall(r'href="/fazhi/en/(?:archive|-)', page)
    site.get_database("archive").close()


async def test_about(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAZHI_CONTACT", raising=False)
    told = shown((await get(site, "/about")).text)
    assert "现有报告 7 份，读自 8 次网页存档" in told
    assert "运行者没有填写联系方式" in told
    monkeypatch.setenv("FAZHI_CONTACT", "archive@example.cn")
    assert '<a href="mailto:archive@example.cn"' in (await get(site, "/en/about")).text
    monkeypatch.setenv("FAZHI_CONTACT", "<b>x</b>")
    assert "&lt;b&gt;x&lt;/b&gt;" in (await get(site, "/about")).text
    assert about.contact_link("http://a b") is None


async def test_headings_without_numbers() -> None:
    text = (
        "导语：\n加强组织领导\n全年召开会议12次。\n存在的问题\n一是能力不足。\n二是宣传不够。\n下一步打算\n继续努力。"
    )
    made = read(text).blocks
    assert [(kind, head) for kind, _, head in outline(made)] == [
        ("h2", "加强组织领导"),
        ("h2", "存在的问题"),
        ("h2", "下一步打算"),
    ]
    numbered = read(text + "\n一、总结\n完。").blocks
    assert [head for _, _, head in outline(numbered)] == ["一、总结"]


@given(st.text("法治政府12，。\n", max_size=60), st.text("法治政府12，。\n", max_size=60))
async def test_a_comparison_loses_no_character(old: str, new: str) -> None:
    found = diff.compare(old, new)
    for text, pieces in ((old, [row.left for row in found.rows]), (new, [row.right for row in found.rows])):
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        assert ["".join(piece for piece, _ in row) for row in pieces if row is not None] == lines
    assert found.equal == ([line.strip() for line in old.split("\n") if line.strip()]
                           == [line.strip() for line in new.split("\n") if line.strip()])  # fmt: skip
    kept = diff.changes(found.rows)
    assert [row for row in kept if row.kind not in ("same", "gap")] == [row for row in found.rows if row.kind != "same"]
    assert sum(row.hidden or 1 for row in kept) == len(found.rows)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a" * 200_000, "a" * 199_000 + "b"),
        ("同一行\n" * 5000, "同一行\n" * 4000),
        ("，" * 200_000, "，a" * 100_000),
        (
            "\n".join(f"{n}各项任务按期完成" * 20 for n in range(900)),
            "\n".join(f"{n}任务已经完成了" * 20 for n in range(900)),
        ),
        ("", "法" * 300_000),
    ],
    ids=["one letter", "one line", "commas", "all differ", "empty"],
)
async def test_a_comparison_ends_in_time(old: str, new: str) -> None:
    begin = time.process_time()
    found = diff.compare(old, new, seconds=0.3)
    assert time.process_time() - begin < 3
    assert found.rows


async def test_what_is_too_long_to_compare_is_still_shown() -> None:
    lines = [f"第{number}行" for number in range(diff.MAX_LINES + 2)]
    found = diff.compare("\n".join(lines), "\n".join([*lines[:-1], "末行"]))
    assert found.cut
    assert [(row.left, row.right) for row in found.rows[diff.MAX_LINES :]] == [
        *(([(line, True)], None) for line in lines[-2:]),
        *((None, [(line, True)]) for line in (lines[-2], "末行")),
    ]
    same = diff.compare("\n".join(lines), "\n".join(lines))
    assert (same.equal, same.cut, len(same.rows)) == (True, False, len(lines))


async def test_sections_of_hostile_length_end_in_time() -> None:
    begin = time.process_time()
    couples, _ = compare.sections("\n".join(f"一、第{n}项\n内容。" for n in range(3000)), "一、项\n" * 3000)
    assert time.process_time() - begin < 5
    assert len(couples) >= 200
