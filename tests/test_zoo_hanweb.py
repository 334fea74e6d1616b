"""The systems of 大汉 and their kin (dataproxy, xxgk, jpaas, truecms) answer as facts/portals.md says of the real
ones."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from fazhi_zoo.asking import ask, hrefs, jsonp, of_system, pages_of, reports, rows, text
from fazhi_zoo.systems import hanweb

IDS = {"columnid": "7", "unitid": "9"}


@pytest.mark.parametrize(
    ("habit", "values", "first", "last", "count"),
    [
        ("page", {"page": "1", "perpage": "100", "startrecord": "1", "endrecord": "100"}, 0, 99, 100),
        ("page", {"page": "2", "perpage": "100", "startrecord": "1", "endrecord": "100"}, 100, 199, 100),
        ("page", {"startrecord": "101", "endrecord": "200", "perpage": "100"}, 0, 99, 100),
        ("page", {"page": "1", "perpage": "340"}, 0, 299, 300),
        ("page", {"page": "2", "perpage": "340"}, 300, 349, 50),
        ("page", {"page": "9", "perpage": "100"}, None, None, 0),
        ("startrecord", {"startrecord": "101", "endrecord": "200", "perpage": "100"}, 100, 199, 100),
        ("startrecord", {"page": "3", "startrecord": "1", "endrecord": "60"}, 0, 59, 60),
        ("startrecord", {"startrecord": "1", "endrecord": "340"}, 0, 299, 300),
        ("startrecord", {"startrecord": "400", "endrecord": "450"}, None, None, 0),
        ("page", {"unitid": "8", "page": "1"}, None, None, 0),
    ],
)
def test_dataproxy_obeys_page_or_startrecord(
    habit: hanweb.Habit, values: Mapping[str, str], first: int | None, last: int | None, count: int
) -> None:
    xml = hanweb.dataproxy(rows(350), {**IDS, **values}, IDS, habit).decode()
    found = hrefs(xml)
    assert xml.count("<record><![CDATA[") == len(found) == count
    ends = (found[0], found[-1]) if found else (None, None)
    assert ends == tuple(None if n is None else f"/art/post_{n}.html" for n in (first, last))


@pytest.mark.parametrize(
    ("system", "proxy"),
    [("hanweb", "/module/web/jpage/dataproxy.jsp"), ("hanweb_old", "/module/jpage/dataproxy.jsp")],
)
def test_hanweb_columns_lead_to_every_report(system: str, proxy: str) -> None:
    of = of_system(system)
    found: set[str] = set()
    columns = pages_of(of, "<datastore>")
    for page in columns.values():
        assert f"proxyUrl:'{proxy}'" in page
        (group,) = re.findall(r"<nextgroup><!\[CDATA\[<a href=\"([^\"]+)\"", page)
        total = int(re.findall(r"<totalrecord>(\d+)<", page)[0])
        embedded = hrefs("".join(re.findall(r"<record>(.*?)</record>", page, re.DOTALL)))
        assert len(embedded) == min(total, 15)
        xml = text(ask(of, f"{group}&perpage=100&startrecord=1&endrecord=100"))
        assert hrefs(xml)[:15] == embedded
        assert len(hrefs(xml)) == total
        found |= set(hrefs(xml))
    assert any(page.count("<record>") == 15 for page in columns.values())
    assert reports(of) <= found
    assert all(re.fullmatch(r"/art/\d{4}/\d+/\d+/art_\d+_\d+\.html", path) for path in reports(of))


def test_xxgk_answers_a_post_over_all_columns() -> None:
    of = of_system("xxgk")
    shells = pages_of(of, "module/xxgk/search.jsp")
    assert all("dataproxy" not in page and not set(hrefs(page)) & reports(of) for page in shells.values())
    (area,) = {area for page in shells.values() for area in re.findall(r"tree\.jsp\?area=(\w+)", page)}
    assert not hrefs(text(ask(of, f"/module/xxgk/search.jsp?area={area}")))
    found: list[str] = []
    for page in range(1, 9):
        body = text(ask(of, "/module/xxgk/search.jsp", urlencode({"area": area, "currpage": page, "infotypeId": ""})))
        found += re.findall(r"<a href='([^']+)'", body)
        if "下一页" not in body:
            break
    assert len(found) == len(set(found))
    assert reports(of) <= set(found)
    assert len({path.split("_")[1] for path in found}) > 1  # columns
    titled = text(ask(of, "/module/xxgk/search.jsp", urlencode({"area": area, "vc_title": "法治政府建设"})))
    titles = re.findall(r"title='([^']+)'", titled)
    assert len(titles) == 15
    assert all("法治政府建设" in title for title in titles)
    assert "没有检索到" in text(ask(of, "/module/xxgk/search.jsp", "area=1"))
    assert "javascript:show" in text(ask(of, f"/module/xxgk/tree.jsp?area={area}"))


@pytest.mark.parametrize(("system", "most", "of_more"), [("truecms", 20, 20), ("truecms_strict", 10, 0)])
def test_truecms_wants_a_referer_and_gives_few_rows(system: str, most: int, of_more: int) -> None:
    of = of_system(system)
    found: set[str] = set()
    for page in pages_of(of, "getMessage.do").values():
        assert not set(hrefs(page)) & reports(of)
        proxy, column, total = re.findall(
            r"proxyUrl: '([^']+)', columnId: '([^']+)', perPage: 1[05], totalRecord: (\d+)", page
        )[0]

        def rows_from(first: int, size: int, proxy: str = proxy, column: str = column) -> list[str]:
            values = {"startrecord": first, "endrecord": first + size - 1, "perpage": size, "columnId": column}
            url = f"{proxy}?{urlencode({**values, 'callback': 'cb'})}"
            assert ask(of, url).status == 404
            answer = jsonp(ask(of, url, Referer="http://x/"), "cb")
            assert isinstance(answer, dict)
            return hrefs(answer["result"])

        assert len(rows_from(1, 50)) == min(of_more, int(total))
        for first in range(1, int(total) + 1, most):
            part = rows_from(first, most)
            assert len(part) == min(most, int(total) - first + 1)
            found |= set(part)
    assert reports(of) <= found


@pytest.mark.parametrize("system", ["jpaas", "jpaas_bare"])
def test_jpaas_pages_within_param_json_alone(system: str) -> None:
    of = of_system(system)
    columns = pages_of(of, "jpaas-publish-server")
    totals = {path: int(re.findall(r'total="(\d+)"', page)[0]) for path, page in columns.items()}
    page = columns[max(totals, key=totals.__getitem__)]
    url = re.findall(r'unitUrl="([^"]+)"', page)[0]

    def ids_of(column: str) -> dict[str, str]:
        return json.loads(re.findall(r"queryData='([^']+)'", column)[0])

    def unit(column: str, number: int, size: int = 4, **more: object) -> list[str]:
        asked = {**ids_of(column), **more, "paramJson": json.dumps({"pageNo": number, "pageSize": size})}
        answer = json.loads(ask(of, f"{url}?{urlencode(asked)}", Referer="http://x/", User_Agent="x").body)
        data = answer["data"] or ""
        return hrefs(data if system == "jpaas_bare" else data and data["html"])

    query = urlencode(ids_of(page))
    assert ask(of, f"{url}?{query}").status == ask(of, f"{url}?{query}", Referer="http://x/").status == 403
    first, second = unit(page, 1), unit(page, 2)
    assert first == [href for href in hrefs(page) if "/art/" in href][:4]
    assert len(second) == 4
    assert not set(first) & set(second)
    assert unit(page, 1, pageNo=2) == first
    assert unit(page, 1, pageId="x") == unit(page, 1, tagId="x") == []
    everything = {href for column in columns.values() for href in unit(column, 1, 100)}
    assert reports(of) <= everything
