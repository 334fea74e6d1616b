"""Addresses: what one is fetched under, and which two are the same page."""

from __future__ import annotations

import time

import pytest

from crawler.addresses import canonical, double_key, netloc, titles_agree

HEX = "0123456789abcdef0123456789abcdef"
UUID = "01234567-89ab-cdef-0123-456789abcdef"


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("http://a.gov.cn:80", "http://a.gov.cn/"),
        ("https://A.gov.cn.:443/x/./y/../z.html#top", "https://a.gov.cn/x/z.html"),
        ("http://a.gov.cn/../../x.html", "http://a.gov.cn/x.html"),
        ("http://a.gov.cn:9311/x.html", "http://a.gov.cn:9311/x.html"),
        ("http://a.gov.cn/x.do;jsessionid=AB12.node1?id=3", "http://a.gov.cn/x.do?id=3"),
        ("http://a.gov.cn/x.do?id=3&jsessionid=AB12", "http://a.gov.cn/x.do?id=3"),
        ("http://a.gov.cn/col/col9/index.html?uid=1&pageNum=3", "http://a.gov.cn/col/col9/index.html"),
        ("http://a.gov.cn/col/col9/index.html?number=D001&uid=1", "http://a.gov.cn/col/col9/index.html?number=D001"),
        ("http://a.gov.cn/list.jsp?uid=1&pageNum=3", "http://a.gov.cn/list.jsp?uid=1&pageNum=3"),
        ("http://a.gov.cn/x.html?mobile=1&medium=01&ivk_sa=1024320u", "http://a.gov.cn/x.html"),
        ("http://a.gov.cn/x.jsp?mobile=0&b=&a", "http://a.gov.cn/x.jsp?mobile=0&b=&a"),
        ("http://a.gov.cn/s?q=法治&utm_source=x", "http://a.gov.cn/s?q=%E6%B3%95%E6%B2%BB"),
        ("http://a.gov.cn/gate/big5/www.b.gov.cn:81/x/", "http://www.b.gov.cn:81/x/"),
        ("http://a.gov.cn/gate/big5/", "http://a.gov.cn/gate/big5/"),
        ("http://示例.cn/", "http://xn--fsq092h.cn/"),
        ("http://[::1]:80/", "http://[::1]/"),
        ("http://a.gov.cn:port/", None),
        ("http://a b.cn/", None),
        ("//a.gov.cn/", None),
        ("javascript:;", None),
        ("", None),
    ],
)
def test_canonical(url: str, form: str | None) -> None:
    assert canonical(url) == form
    if form is not None:
        assert canonical(form) == form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.a.gov.cn/x/", "https://a.gov.cn/x/index.html"),
        ("http://a.gov.cn/", "http://a.gov.cn/index.shtml"),
        ("http://a.gov.cn/x_wap/list.html?id=1", "http://a.gov.cn/x/list.html?id=1"),
        ("http://a.gov.cn/wza/x/list.html", "http://a.gov.cn/x/list.html"),
        ("http://m.a.gov.cn/x/t20230309_812.html", "http://a.gov.cn/y/202303/t20230309_812.shtml"),
        ("http://a.gov.cn/art/2023/3/9/art_11_5581.html", "http://a.gov.cn/col12/art/2023/art_12_5581.html"),
        (f"http://a.gov.cn/art/2023/art_{HEX}.html", f"http://a.gov.cn/art/2023/3/9/art_7_{HEX}.html"),
        (f"http://a.gov.cn/x/c100/202303/{HEX}.shtml", f"http://a.gov.cn/x/c200/202303/{HEX.upper()}.shtml"),
        (f"http://a.gov.cn/columns/{UUID[::-1]}/202303/09/{UUID}.html", f"http://a.gov.cn/columns/x/202303/09/{UUID}.html"),
        (f"http://a.gov.cn/gongkai/site_a/channel_b/doc_{HEX[:24]}.html", f"http://a.gov.cn/gongkai/doc_{HEX[:24]}.html"),
        ("http://a.gov.cn/x/content/post_9103540.html", "http://a.gov.cn/gkmlpt/content/9/9103/mpost_9103540.html"),
        ("http://a.gov.cn/info/1001/5531.htm", "http://a.gov.cn/info/1002/5531.htm"),
        ("http://a.gov.cn/public/6596841/102231.html", "http://a.gov.cn/public/content/102231"),
        ("http://a.gov.cn/c1/content_551234.html", "http://a.gov.cn/c2/content_551234.html"),
        ("http://a.gov.cn/x/202303/P020230309551234567890.pdf", "http://a.gov.cn/y/P020230309551234567890.pdf"),
    ],
)  # fmt: skip
def test_doubles(one: str, other: str) -> None:
    assert double_key(one) == double_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.gov.cn/x/", "http://a.gov.cn/x/index_1.html"),
        ("http://a.gov.cn/x/index.html", "http://a.gov.cn/y/index.html"),
        ("http://a.gov.cn/x/index.jsp", "http://a.gov.cn/x/"),
        ("http://sfj.a.gov.cn/x/t20230309_812.html", "http://a.gov.cn/x/t20230309_812.html"),
        ("http://a.gov.cn:81/x/t20230309_812.html", "http://a.gov.cn/x/t20230309_812.html"),
        ("http://a.gov.cn/x/t20230309_812.html", "http://a.gov.cn/x/t20230309_813.html"),
        ("http://a.gov.cn/art/2023/3/9/art_11_5581.html", "http://a.gov.cn/art/2022/3/9/art_11_5581.html"),
        (f"http://a.gov.cn/{HEX}/list.shtml", f"http://a.gov.cn/{HEX}/xlist.shtml"),
        (f"http://a.gov.cn/x/{HEX}.shtml", f"http://a.gov.cn/x/{HEX}.pdf"),
        (f"http://a.gov.cn/x/{HEX}.shtml?page=2", f"http://a.gov.cn/x/{HEX}.shtml"),
        (f"http://a.gov.cn/common/search/{HEX}?page=1", f"http://a.gov.cn/common/search/{HEX}?page=2"),
        ("http://a.gov.cn/x/list_2.shtml", "http://a.gov.cn/x/list.shtml"),
        ("http://a.gov.cn/x/post_1.html", "http://a.gov.cn/y/post_1.html"),
        ("http://a.gov.cn/public/column/102231?catId=1", "http://a.gov.cn/public/column/102231?catId=2"),
        ("http://m.cn/x/", "http://cn/x/"),
    ],
)
def test_no_doubles(one: str, other: str) -> None:
    assert double_key(one) != double_key(other)


@pytest.mark.parametrize("long", ["/.." * 50_000, "?" + "&mobile=1" * 50_000, "/" + "a" * 100_000, "/_wap" * 50_000])
def test_a_long_address_takes_no_time(long: str) -> None:
    began = time.process_time()
    form = canonical("http://a.gov.cn" + long)
    assert form is not None
    double_key(form)
    assert netloc(form) == "a.gov.cn"
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("鹤渚市2022年法治政府建设年度报告", "鹤渚市2022年法治政府建设年度报告 ", True),
        ("鹤渚市2022年法治政府建设...", "鹤渚市2022年法治政府建设年度报告", True),
        ("鹤渚市2022年法治政府建设年度报告", "鹤渚市2023年法治政府建设年度报告", False),
        ("更多", "更多报告", False),
        ("", "更多", True),
    ],
)
def test_titles_agree(one: str, other: str, agree: bool) -> None:
    assert titles_agree(one, other) is agree
    assert titles_agree(other, one) is agree
