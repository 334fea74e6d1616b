"""The systems of the sample portals whose lists come by script answer as facts/portals.md says of the real ones."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import urlencode

import pytest
from fazhi_zoo.asking import HOST, ask, hrefs, jsonp, of_system, pages_of, reports, rows, text
from fazhi_zoo.systems import gkmlpt


def test_ucap_counts_list_pages_from_one() -> None:
    of = of_system("ucap")
    calls = {
        path: re.findall(r"createPageHTML\('page_div',(\d+), (\d+),'list','shtml',(\d+)\)", page)[0]
        for path, page in pages_of(of, "createPageHTML").items()
    }
    assert all((f"list_{now}" if now != "1" else "list.shtml") in path for path, (_, now, _) in calls.items())
    several = {path: int(total) for path, (total, now, _) in calls.items() if now == "1" and total != "1"}
    assert several
    for path, total in several.items():
        second = path.replace("list.shtml", "list_2.shtml")
        assert second in calls
        assert path.replace("list.shtml", f"list_{total + 1}.shtml") not in of.pages
    assert all(re.fullmatch(r"/hhx526/c\d+/\d{6}/[0-9a-f]{32}\.shtml", path) for path in reports(of))


def test_ucap_json_lists_hang_in_a_tree_of_placeholders() -> None:
    of = of_system("ucap_json")
    shells = pages_of(of, 'meta name="channelid"')
    assert all(not set(hrefs(page)) & reports(of) for page in shells.values())
    nodes = jsonp(ask(of, "/u/channel/treeNew/hhx527?callback=f"), "f")
    assert isinstance(nodes, list)
    (node,) = (node for node in nodes if node["name"] == of.spec.column)
    assert node["url"].endswith("/null.shtml")
    assert ask(of, node["url"]).status == 404
    named = [node["url"].replace("null", name) for name in ("xlist", "xxgkList", "list", "index")]
    (real,) = (path for path in named if ask(of, path).status == 200)
    assert not any(real in hrefs(page) for path, page in shells.items() if path not in reports(of) | {real})
    channel = re.findall(r'<meta name="channelid" content="([0-9a-f]{32})">', shells[real])[0]
    query = "sort=&_isAgg=true&_isJson=true&_pageSize=20&_template=index&_rangeTimeGte=&_rangeTimeLt=&_channelName="
    found = []
    for page in (1, 2, 3):
        data = json.loads(ask(of, f"/common/search/{channel}?{query}&page={page}").body)["data"]
        found += [item["url"].removeprefix(f"//{HOST}") for item in data["results"]]
        assert {*data["results"][0]} >= {"title", "url", "publishedTimeStr", "channelName", "domainMetaList"}
        if len(found) == data["total"]:
            break
    assert reports(of) <= set(found)
    assert len(found) == len(set(found)) > 20
    assert b"<html" in ask(of, f"/common/search/{channel}?page=1").body


def test_gkmlpt_page_0_is_page_1() -> None:
    def page(number: str, sid: str = "1") -> list[str]:
        answer = json.loads(gkmlpt.listing(rows(130), {"page": number, "sid": sid}, "1", "报告", "示例区司法局", {}))
        assert answer["total"] == answer["classify"]["post_count"] == (130 if sid == "1" else 0)
        return [item["url"] for item in answer["articles"]]

    assert page("0") == page("1") == [f"/art/post_{n}.html" for n in range(100)]
    assert page("2") == [f"/art/post_{n}.html" for n in range(100, 130)]
    assert page("3") == page("1", sid="2") == []


def test_gkmlpt_units_have_platforms_of_their_own() -> None:
    of = of_system("gkmlpt")
    units = {path for path in of.pages if path.endswith("/gkmlpt/index")}
    assert len(units) > 3
    found: set[str] = set()
    files: dict[str, tuple[tuple[str, str], ...]] = {}
    sids = set()
    for path in units:
        page = text(ask(of, path))
        assert units - {path} <= set(hrefs(page))
        assert not set(hrefs(page)) & reports(of)
        (sid,) = re.findall(r'SID: "(\d+)"', page)
        sids.add(sid)
        base = path.removesuffix("/index")
        every = json.loads(ask(of, f"{base}/api/all/0?page=1&sid={sid}").body)["articles"]
        parts = re.findall(r'"id": (\d+)', page)
        by_part = [
            item
            for part in parts
            for item in json.loads(ask(of, f"{base}/api/all/{part}?page=1&sid={sid}").body)["articles"]
        ]
        assert {item["url"] for item in by_part} == {item["url"] for item in every}
        found |= {item["url"] for item in every}
        files |= {item["url"]: tuple((file["name"], file["url"]) for file in item["attachment"]) for item in every}
    assert {item.path: item.attachments for item in of.truth if item.is_report}.items() <= files.items()
    assert len(sids) == len(units)
    assert reports(of) <= found


def test_gkmlpt_body_stands_in_the_script_alone() -> None:
    of = of_system("gkmlpt")
    item = next(item for item in of.truth if item.is_report)
    page = text(ask(of, item.path))
    assert '<div class="article-content"></div>' in page
    assert item.paragraphs[0] not in page
    script = re.findall(r"DETAIL: (\{.*\})", page)[0]
    plain = re.sub(r"<[^>]+>|\s|&nbsp;", "", unescape(json.loads(script)["content"]))
    assert re.sub(r"\s", "", item.paragraphs[0]) in plain


@pytest.mark.parametrize("system", ["longsource", "longsource_prefixed"])
def test_longsource_label_obeys_organ_category_and_title(system: str) -> None:
    of = of_system(system)
    organs = {path for path in of.routes if "/public/column/" in path}
    assert len(organs) > 3
    found: set[str] = set()
    for path in organs:
        page = text(ask(of, f"{path}?type=4&action=list"))
        assert not set(hrefs(page)) & reports(of)
        url = unescape(re.findall(r'url: "([^"]+)"', page)[0])
        everything = re.sub(r"catId=\d*", "catId=", url).replace("pageSize=20", "pageSize=100")
        whole = [text(ask(of, everything.replace("pageIndex=1", f"pageIndex={n}"))) for n in (1, 2)]
        links = [href for body in whole for href in hrefs(body)]
        titled = text(ask(of, everything.replace("keyWords=", "keyWords=" + urlencode({"": "法治政府建设"})[1:])))
        titles = re.findall(r'title="([^"]+)"', titled)
        assert titles == [t for body in whole for t in re.findall(r'title="([^"]+)"', body) if "法治政府建设" in t]
        assert len(links) == len(set(links))
        by_post = ask(of, url.partition("?")[0], url.partition("?")[2])
        assert by_post == ask(of, url)
        assert "暂无相关信息" in text(ask(of, url.replace("organId=", "organId=9")))
        found |= set(links)
    assert reports(of) <= found


def test_longsource_column_pages_by_query() -> None:
    of = of_system("longsource_column")
    columns = [path for path in of.routes if path.startswith("/content/column/")]
    found: set[str] = set()
    for path in columns:
        first = text(ask(of, path))
        (total,) = map(int, re.findall(r"pageCount:(\d+)", first))
        parts = [set(hrefs(text(ask(of, f"{path}?pageIndex={n}")))) & {*of.pages} for n in range(1, total + 1)]
        assert text(ask(of, f"{path}?pageIndex=1")) == first
        found |= set().union(*parts)
    assert reports(of) <= found


def test_epoint_wants_json_with_the_guid_of_its_script() -> None:
    of = of_system("epoint")
    script = text(ask(of, "/js/webBuilderCommon.js"))
    guid, project = (re.findall(rf'"{name}": "([^"]+)"', script)[0] for name in ("siteGuid", "projectName"))
    url = f"{project}/rest/lightfrontaction/getgovinfolist"
    assert ask(of, url).status == 405
    shells = [path for top in pages_of(of, "govInfoPubList").values() for path in hrefs(top) if "govInfoPub" in path]
    found: set[str] = set()
    for path in dict.fromkeys(shells):
        page = text(ask(of, path))
        assert "EWB-FRONT" in page
        assert not set(hrefs(page)) & reports(of)
        dept, number = re.findall(r'deptcode = "(\d+)", categorynum = "(\d+)"', page)[0]
        asked = {"deptcode": dept, "categorynum": number, "siteGuid": guid, "pageIndex": 1, "pageSize": 5}
        parts = []
        for index in (1, 2, 3, 4, 5, 6, 7, 8):
            data = json.loads(ask(of, url, json.dumps({**asked, "pageIndex": index})).body)["custom"]["data"]
            parts += [item["infourl"] for item in data]
        assert len(parts) == len(set(parts)) > 0
        found |= set(parts)
        assert "data" not in json.loads(ask(of, url, urlencode(asked)).body)["custom"]
        assert "data" not in json.loads(ask(of, url, json.dumps({**asked, "siteGuid": "x"})).body)["custom"]
    assert reports(of) <= found


def test_openness_files_are_named_like_pages() -> None:
    of = of_system("openness")
    assert all(re.fullmatch(r"/(OpennessContent|XxgkAnnualReport)/show/\d+\.html", path) for path in reports(of))
    files = [path for item in of.truth for _, path in item.attachments]
    assert files
    assert all(re.fullmatch(r"/OpennessContent/download/\d+\.html", path) for path in files)
    assert {ask(of, path).content_type for path in files} == {"application/pdf"}
    assert {head for path in files for head, _ in ask(of, path).headers} == {"Content-Disposition"}
    assert any(path.startswith("/xxgk/openness") and path.endswith("/?page=2") for path in of.pages)


def test_changchun_answers_jsonp_with_dates_of_change() -> None:
    of = of_system("gkml")
    found: set[str] = set()
    shells = pages_of(of, "zf_list.jsp")
    for page in shells.values():
        assert not set(hrefs(page)) & reports(of)
        url = re.findall(r'url = "([^"]+)"', page)[0]
        part: list[str] = []
        number = 1
        while True:
            answer = jsonp(ask(of, url.replace("page=1", f"page={number}")), "result")
            assert isinstance(answer, dict)
            part += [item["puburl"].removeprefix(f"http://{HOST}") for item in answer["data"]]
            if number >= answer["nPage"]:
                break
            number += 1
        assert len(part) == answer["num"]
        found |= set(part)
    days = {item.path: item.published for item in of.truth}
    last = answer["data"][-1]
    assert last["tip"]["dates"] > f"{days[last['puburl'].removeprefix(f'http://{HOST}')]}"
    assert jsonp(ask(of, url.replace("lb=", "lb=9")), "result") == {"num": 0, "nPage": 0, "data": []}
    assert reports(of) <= found
