"""Two reports side by side: ``/compare?a=&b=``, each an id or the address of a report page.

    view=sections    headings that belong together beside each other; sentences that both have are marked
    view=changes     only what was changed, as between two versions
    view=lines       every paragraph beside its counterpart, the changes marked

Two texts of one address are shown by their changes, any others by their headings, unless asked otherwise. With ``a``
alone the page offers the other reports of its place.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from datasette.utils.asgi import Response

from archive.site import diff, language, pages, versions
from archive.site.body import Block, read
from archive.site.report import find
from archive.tokens import fold

VIEWS = ("sections", "changes", "lines")
SECTIONS = 200  # of each report; beyond, the rest is one section
CHOICES = 30
SENTENCE = 10  # characters from which on the same sentence in both reports means something
LIKE_HEADING = 0.3
_ID = re.compile(r"(?:.*/report/)?([0-9a-z-]{1,100})(?:[?#.].*)?", re.S)
_SENTENCES = re.compile(r"[^。；！？\n]*[。；！？]|[^。；！？\n]+")
_NUMBERING = re.compile(r"^(?:[（(]?[一二三四五六七八九十百]{1,4}[)）、]|第[一二三四五六七八九十百]{1,4}(?:部分|章))")
_YEAR = re.compile(r"20\d\d年?(?:度)?")

Pieces = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it, up to the next one."""

    heading: str | None
    blocks: list[tuple[Block, list[list[Pieces]]]]  # rows of cells; a paragraph is one row of one cell


async def compare_page(datasette: Any, request: Any) -> Response:
    """Show two reports side by side, or what is needed to choose them."""
    t = language.speaker(request)
    names = [_name(request.args.get(side)) for side in ("a", "b")]
    view = request.args.get("view")

    def ask(conn: sqlite3.Connection) -> dict[str, Any]:
        a, b = (find(conn, name) if name else None for name in names)
        return {
            "a": a, "b": b, "choices": _choices(conn, a) if a and not b else [],
            "versions": bool(a and b and versions.same_address(conn, a["id"], b["id"])),
        }  # fmt: skip

    try:
        found = await pages.read(datasette, ask)
    except pages.TooSlowError:
        said = t("服务器繁忙，请稍后再试。", "The server is busy. Please try again later.")
        return await pages.message(datasette, request, 503, t("读取超时", "This took too long"), said)
    a, b = found["a"], found["b"]
    unknown = [name for name, report in zip(names, (a, b), strict=True) if name and report is None]
    if view not in VIEWS:
        view = "changes" if found["versions"] else "sections"
    more: dict[str, Any] = {"view": view, "views": VIEWS, "unknown": unknown, "given": names}
    if a and b:
        # In a thread: other readers need not wait for it.
        more |= await asyncio.to_thread(_compared, a, b, view)
    answer = await pages.render(datasette, request, "fazhi_compare.html", "compare", {**found, **more})
    answer.status = 404 if unknown else 200
    return answer


def _compared(a: dict[str, Any], b: dict[str, Any], view: str) -> dict[str, Any]:
    if view == "sections":
        couples, shared = sections(a["text"], b["text"])
        return {"couples": couples, "shared": shared}
    found = diff.compare(a["text"], b["text"])
    rows = diff.changes(found.rows) if view == "changes" else found.rows
    return {"rows": rows, "comparison": found}


def sections(left: str, right: str) -> tuple[list[tuple[Section | None, Section | None]], tuple[float, float]]:
    """Return the sections of two texts in pairs, and the share of each text (0 to 1) whose sentences both have.

    >>> couples, shared = sections("一、主要工作\\n全年办理案件12件。\\n二、问题\\n无。", "一、问题和不足\\n无。")
    >>> [(a and a.heading, b and b.heading) for a, b in couples]
    [('一、主要工作', None), ('二、问题', '一、问题和不足')]
    """
    ours, theirs = _sentences(left), _sentences(right)
    a, b = _sections(left, theirs), _sections(right, ours)
    keys = [[diff.pairs(_bare(section.heading or "")) for section in side] for side in (a, b)]

    def score(i: int, j: int) -> float:
        if i == 0 == j:
            return 1.0  # what stands before the first heading
        if 0 in (i, j):
            return 0.0
        likeness = diff.alike(keys[0][i], keys[1][j])
        return likeness if likeness >= LIKE_HEADING else 0.0

    couples = diff.align(len(a), len(b), score)
    made = [(a[i] if i is not None else None, b[j] if j is not None else None) for i, j in couples]
    return [couple for couple in made if any(side and (side.heading or side.blocks) for side in couple)], (
        _share(left, theirs),
        _share(right, ours),
    )


def _name(given: str | None) -> str | None:
    """Return the id in what a reader typed or pasted.

    >>> _name(" http://127.0.0.1/en/report/420683-2020-1a?q=x "), _name("420683-2020-1a"), _name("../etc"), _name("")
    ('420683-2020-1a', '420683-2020-1a', None, None)
    """
    found = _ID.fullmatch((given or "").strip()[:2000])
    return found[1] if found else None


def _choices(conn: sqlite3.Connection, report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return reports of the same place, then those of the year elsewhere in the same prefecture."""
    columns = "select id, title, year, issuer, status from reports"
    same = pages.rows(
        conn,
        f"{columns} where adcode = ?1 and town_code is ?2 and id != ?3 order by issuer is not ?4, year desc limit ?5",
        report["adcode"], report["town_code"], report["id"], report["issuer"], CHOICES,
    )  # fmt: skip
    if not report["adcode"]:
        return same
    stem = report["adcode"][:4]
    near = pages.rows(
        conn,
        f"{columns} where adcode between ?1 and ?2 and adcode != ?3 and year is ?4 order by adcode limit ?5",
        stem, stem + "~", report["adcode"], report["year"], CHOICES,
    )  # fmt: skip
    return same + near


def _bare(heading: str) -> str:
    """Return what a heading says, without number and year."""
    return re.sub(r"\W+", "", _YEAR.sub("", _NUMBERING.sub("", fold(heading))))


def _key(sentence: str) -> str:
    return re.sub(r"\W+", "", fold(sentence))


def _sentences(text: str) -> set[str]:
    return {key for sentence in _SENTENCES.findall(text) if len(key := _key(sentence)) >= SENTENCE}


def _share(text: str, other: set[str]) -> float:
    keys = [_key(sentence) for sentence in _SENTENCES.findall(text)]
    total = sum(map(len, keys))
    return sum(len(key) for key in keys if key in other) / total if total else 0.0


def _sections(text: str, other: set[str]) -> list[Section]:
    """Return the sections of a text; the first is what stands before the first heading, and may be empty."""
    made = [Section(None, [])]
    for block in read(text).blocks:
        if block.kind == "h2" and len(made) < SECTIONS:
            made.append(Section(block.plain.strip(), []))
            continue
        plain = [["".join(piece for piece, _ in cell) for cell in row] for row in block.rows]
        cells = plain or [[block.plain]]
        made[-1].blocks.append((block, [[_marked(cell, other) for cell in row] for row in cells]))
    return made


def _marked(text: str, other: set[str]) -> Pieces:
    """Return a paragraph in pieces, those marked that are sentences of the other report."""
    made: Pieces = []
    for sentence in _SENTENCES.findall(text):
        mark = _key(sentence) in other
        if made and made[-1][1] == mark:
            made[-1] = (made[-1][0] + sentence, mark)
        else:
            made.append((sentence, mark))
    return made
