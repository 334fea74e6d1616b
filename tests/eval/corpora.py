"""The pages extraction is measured on, as cases: real labelled pages, real reports, generated ones. See ``run``."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fazhi_zoo import client
from fazhi_zoo.server import Zoo

from . import shapes, unseen

SHARED = Path(os.environ.get("FAZHI_SHARED", Path(__file__).resolve().parents[3] / "shared"))
_SPACE = re.compile(r"[\s\u200b-\u200d\ufeff]+")


@dataclass(frozen=True, slots=True)
class Case:
    """A page and what must come out; None = not labelled. ``lines``: the exact body, ``count``: how many."""

    name: str
    body: bytes
    content_type: str
    keep: tuple[str, ...]
    drop: tuple[str, ...]
    title: str | None = None
    published: str | None = None
    dated: bool = True  # published is labelled, None included
    lines: tuple[str, ...] | None = None
    count: tuple[int, int] | None = None
    fields: tuple[tuple[str, str | None], ...] = ()
    optional: tuple[str, ...] = ()  # lines that may be kept or dropped: file names and their heading under a text


def bare(text: str | None) -> str:
    """Return a text without any white space."""
    return _SPACE.sub("", text or "")


def pages(shared: Path = SHARED) -> Iterator[Case]:
    """Yield the labelled article pages."""
    for row in json.loads((shared / "pages/labels.json").read_text("utf-8"))["articles"]:
        extra = len(row["optional"]) + len(row.get("after_body_last") or ())
        yield Case(
            row["name"],
            (shared / "pages" / row["file"]).read_bytes(),
            "text/html",
            tuple(row["with"]),
            tuple(row["without"]),
            row["title"],
            row["published"],
            count=(row["body_paragraphs"] - extra, row["body_paragraphs"] + 1),
            fields=(
                ("doc_no", row["doc_no"]),
                ("index_no", row["index_no"]),
                *([("publisher", row["source"])] if row["source"] else []),
                ("attachments", "|".join(a["name"] for a in row["attachments"])),
            ),
        )


# Seeds 001 and 004 carry no labels; these were read by hand: body lines, title, year, date.
_READ = {
    "001": ((9, 33), "红谷滩区2020年度法治政府建设工作报告", "2021-03-18", 2020),
    "004": ((9, 73), "街道2022年法治政府建设工作总结", "2023-02-03", 2020),
}


def seeds(shared: Path = SHARED) -> Iterator[Case]:
    """Yield the five reports; every line outside of the body is chrome, title or metadata."""
    labelled = {row["seed"]: row for row in json.loads((shared / "seeds/labels.json").read_text("utf-8"))["reports"]}
    for name in ("000", "001", "002", "003", "004"):
        body = (shared / f"seeds/{name}.txt").read_bytes()
        rows = body.decode().split("\n")
        row = labelled.get(name)
        if row:
            first, last = row["body"]["first_line"], row["body"]["last_line"]
            title, published, year = row["title_as_published"], row["dates"]["publish_date"], row["report_year"]
            box = (row["metadata_block"] or {}).get("fields", {})
            fields = [
                ("year", str(year)),
                ("written", row["dates"]["written_date"]),
                ("adcode", row["region"]["adcode"]),
                ("issuer", row["issuer"]["name"]),
                ("publisher", row["issuing_unit_in_metadata"]),
                ("index_no", box.get("索引号")),
                ("topic", box.get("主题分类")),
                ("validity", box.get("效力状态")),
                ("site_code", row["source_site"].get("site_code")),
                ("region", "/".join(row["region"]["path"])),
            ]
        else:
            (first, last), title, published, year = _READ[name]
            fields = [("year", str(year))]
        lines = tuple(line for line in rows[first - 1 : last] if bare(line))
        outside = tuple(
            line
            for line in rows[: first - 1] + rows[last:]
            if len(bare(line)) > 3 and bare(line) not in bare("".join(lines))
        )
        yield Case(name, body, "text/plain", lines, outside, title, published, lines=lines, fields=tuple(fields))


def generated() -> Iterator[Case]:
    """Yield the generated pages."""
    for page in shapes.pages():
        yield Case(
            page.name,
            page.body,
            "text/html",
            page.paragraphs,
            page.without,
            page.title,
            str(page.published),
            lines=page.paragraphs,
            fields=(
                ("publisher", page.publisher),
                ("attachments", "|".join(page.attachments)),
                *([("written", str(page.written))] if page.written else []),
            ),
        )


_FILE_HEADS = ("", "附件：", "附件:", "附件下载：", "文件下载：")


def dialects() -> Iterator[Case]:
    """Yield the pages of many systems with documents of many kinds."""
    yield from _made(unseen.pages())


def nameless() -> Iterator[Case]:
    """Yield the same without any name that could be known; the source a script writes cannot be read there."""
    yield from (case for case in _made(unseen.nameless()) if not case.name.startswith("shenzhen"))


def _made(pages: Iterable[unseen.Made]) -> Iterator[Case]:
    for made in pages:
        doc = made.doc
        names = "|".join(name for name, _ in doc.files)
        yield Case(
            made.name,
            made.body,
            "text/html",
            doc.expected,
            made.without,
            doc.title,
            doc.published,
            lines=doc.expected,
            fields=(
                ("publisher", doc.source),
                ("attachments", names),
                ("doc_no", made.doc_no),
                ("index_no", doc.index_no if made.indexed else None),
                *([("written", doc.written)] if doc.written else []),
                *([("year", str(doc.year))] if doc.year else []),
                ("report", "yes" if doc.report else "no"),
            ),
            optional=(
                doc.title,
                "附件：",
                "附件:",
                "附件下载：",
                "文件下载：",
                *(name for name, _ in doc.files),
                *(h + names.replace("|", "") for h in _FILE_HEADS),
            ),
        )


_CHROME = (
    "当前位置",
    "版权所有",
    "网站标识码",
    "公网安备",
    "无障碍",
    "上一篇",
    "下一篇",
    "打印",
    "扫一扫",
    "主办",
    "浏览",
    "首页",
)


def zoo() -> Iterator[Case]:
    """Yield the article pages of all sample portals; a title the page repeats in its body may stay."""
    with Zoo("large") as portals:
        served = [(item, client.get(item.url)) for item in portals.truth]
    for item, (_, headers, raw) in served:
        body = gzip.decompress(raw) if headers.get("Content-Encoding") == "gzip" else raw
        seen = client.words(body.decode("gb18030" if b"charset=gb2312" in body else "utf-8"))
        written = bare("".join((item.title, *item.paragraphs, *item.cells)))
        yield Case(
            f"{item.portal}{item.path}",
            body,
            "text/html",
            (*item.paragraphs, *item.cells),
            tuple(mark for mark in _CHROME if mark in seen and mark not in written),
            item.title,
            str(item.published),
            lines=None if item.cells else item.paragraphs,
            fields=(
                ("doc_no", item.doc_no),
                ("index_no", item.index_no),
                ("attachments", "|".join(name for name, _ in item.attachments)),
                *(
                    [("year", str(item.year)), ("written", str(item.written))]
                    if item.is_report and item.written
                    else []
                ),
                ("report", "yes" if item.is_report else "no"),
            ),
            optional=(item.title,),
        )


CORPORA: dict[str, Callable[[], Iterator[Case]]] = {
    "pages": pages,
    "seeds": seeds,
    "shapes": generated,
    "dialects": dialects,
    "nameless": nameless,
    "zoo": zoo,
}
