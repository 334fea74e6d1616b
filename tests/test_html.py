"""Visible lines: what a person sees of markup."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import html, page, vocabulary


def lines(source: str, *, show_hidden: bool = False) -> list[str]:
    root = html.parse(source)
    return (
        []
        if root is None
        else [b.text for b in html.read(root, hidden=vocabulary.hides, show_hidden=show_hidden).blocks]
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>一<br><br>二<br/>三</p>", ["一", "二", "三"]),
        ("<p>　　缩进&nbsp;&nbsp;文字 &nbsp;</p>", ["缩进 文字"]),
        ("<p>见<a href='x'>《办\n法》</a>第三条</p>", ["见《办法》第三条"]),
        ("<div>头<p>中</p>尾</div>", ["头", "中", "尾"]),
        ("<p><span>二〇</span><span>二〇</span><b>年</b></p>", ["二〇二〇年"]),
        ("<p>零\u200b宽\ufeff字\u00ad符</p>", ["零宽字符"]),
        ("<p>看得见</p><p style='display : none'>看不见</p><p class='ng-hide'>也不</p><p hidden>不</p>", ["看得见"]),
        ("<script>x</script><style>y</style><select><option>z</select><p>正文</p>", ["正文"]),
        ("<p class=MsoNormal>甲<o:p></o:p></p><!--[if gte mso 9]>x<![endif]--><p><o:p>&nbsp;</o:p></p>", ["甲"]),
        (
            "<table><tr><td>项目</td><td>件</td></tr><tr><td>受理</td><td>5<br>件</td></tr></table>",
            ["项目\t件", "受理\t5 件"],
        ),
        (
            "<table><tr><td>甲</td><td></td><td>3</td></tr><tr><td>乙</td><td>1</td><td></td></tr></table>",
            ["甲\t\t3", "乙\t1"],
        ),
        ("<table><tr><td><table><tr><td>甲</td></tr><tr><td>乙</td></tr></table></td></tr></table>", ["甲", "乙"]),
        ("<pre>一\n二</pre>", ["一", "二"]),
        ("纯文本", ["纯文本"]),
        ("<<body><p>甲</p>", ["<", "甲"]),
    ],
)
def test_lines(source: str, expected: list[str]) -> None:
    assert [line for line in lines(source) if line != "<"] == [line for line in expected if line != "<"]


def test_hidden_parts_can_be_shown() -> None:
    assert lines("<p style='display:none'>甲</p>", show_hidden=True) == ["甲"]


def test_meta_title_links_and_scripts() -> None:
    root = html.parse(
        "<head><title> 甲_站 </title><meta name=SiteName content=' 示例站 '><meta name=sitename content=二></head>"
        "<body><a href='a.pdf' title='全名.pdf'>附件</a><script>x=1</script><iframe src='b.html'></iframe></body>"
    )
    assert root is not None
    found = html.read(root, hidden=vocabulary.hides)
    assert (found.title, found.metas, found.scripts) == ("甲_站", {"sitename": "示例站"}, ["x=1"])
    assert [(link.href, link.text) for link in found.links] == [("a.pdf", "附件"), ("b.html", "")]


@given(st.text(max_size=300))
def test_tidy_is_idempotent_and_adds_nothing(text: str) -> None:
    once = page.tidy(text)
    assert page.tidy(once) == once
    assert set(once) <= set(text) | {" "}


@given(st.text(st.sampled_from("<>/pdivtable br\"'=甲乙&;#!-"), max_size=200))
def test_tag_soup_never_raises_and_invents_nothing(source: str) -> None:
    assert all(set(line) & set("甲乙") <= set(source) for line in lines(source))
