"""The body of an article as HTML, in the ways real systems write it.

p        one <p> a paragraph                    br      one <p>, paragraphs parted by <br><br>
indent   <p> with two full-width spaces         div     one <div> a paragraph
span     <div><span>…</span></div>, nested      word    MsoNormal with spans inside the sentences
layout   a layout table inside a layout table around the paragraphs
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from fazhi_zoo.text import Block

CONTAINERS = {
    "trs": '<div class="view TRS_UEDITOR trs_paper_default"><div class="TRS_Editor">{}</div></div>',
    "zoom": '<div id="zoom" class="zw">{}</div>',
    "article": '<div class="article-content">{}</div>',
    "none": "<div>{}</div>",
}


def body(blocks: Sequence[Block], markup: str, container: str, *, link: bool, title: str | None) -> str:
    """Return the body node; ``title`` repeats the title inside it, ``link`` makes the first 《…》 a link."""
    parts: list[str] = []
    if title is not None:
        parts.append(f'<p style="text-align: center;"><strong>{escape(title)}</strong></p>')
    run: list[str] = []
    for block in blocks:
        if block.kind == "table":
            parts += _join(run, markup)
            run = []
            parts.append(_table(block))
            continue
        words = escape(block.text, quote=False)
        if link and "《" in words:
            words = re.sub(r"(《[^《》]+》)", r'<a href="/zcwj/" target="_blank">\1</a>', words, count=1)
            link = False
        if block.kind in ("h1", "h2") and markup in ("p", "word", "layout"):
            words = f"<strong>{words}</strong>"
        run.append(words)
    parts += _join(run, markup)
    inner = "\n".join(parts)
    if markup == "layout":
        inner = f'<table border="0"><tr><td valign="top">{inner}</td></tr></table>'
        inner = f'<table width="100%"><tr><td>{inner}</td></tr></table>'
    return CONTAINERS[container].format(inner)


def _join(run: list[str], markup: str) -> list[str]:
    """Wrap the paragraphs between two tables."""
    match markup:
        case "br":
            return (
                ["<p>" + "<br /><br />\n".join("&nbsp;&nbsp;&nbsp;&nbsp;" + words for words in run) + "</p>"]
                if run
                else []
            )
        case "indent":
            return [f"<p>　　{words}</p>" for words in run]
        case "div":
            return [f'<div style="text-indent:2em">{words}</div>' for words in run]
        case "span":
            return [f'<div><span style="font-size: 16px;"><span>{words}</span></span></div>' for words in run]
        case "word":
            return [f'<p class="MsoNormal" style="text-indent:32.0pt">{_word(words)}<o:p></o:p></p>' for words in run]
        case _:
            return [f"<p>{words}</p>" for words in run]


def _word(words: str) -> str:
    """Part figures from the words around them with spans, as Word does."""
    return re.sub(
        r"(<[^>]*>)|(\d[\d.%]*)",
        lambda m: m[1] or f'<span lang="EN-US" style="font-family:仿宋_GB2312">{m[2]}</span>',
        words,
    )


def _table(block: Block) -> str:
    rows = ["".join(f"<td><p>{escape(cell)}</p></td>" for cell in row.split("\t")) for row in block.text.split("\n")]
    return '<table border="1" cellspacing="0">' + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
