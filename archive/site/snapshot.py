"""Archived pages as they were, read from the WARC files beside the database, without what could harm a reader.

A page runs no scripts, loads nothing, submits nothing, and has no rights of this site's origin: its own
Content-Security-Policy puts it into a sandbox. Its links lead to where they led. HTML gets a banner on top that says
what it is; text is shown as text; anything else is a download.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasette.utils.asgi import Response
from markupsafe import escape

from archive import charset, warc_read
from archive.errors import BrokenRecordError
from archive.model import Capture, Origin
from archive.site import language
from archive.site.pages import DATABASE, TooSlowError, is_web, message, read

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}
_HTML_TYPE = re.compile(r"\s*(?:text/html|application/xhtml\+xml)\b", re.I)
_HTML_BODY = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_HEAD = re.compile(r"<head\b[^>]*>", re.I)
_BODY = re.compile(r"<body\b[^>]*>", re.I)

# Inline, with every property that an archived page's own rules could bend.
_BANNER_STYLE = (
    "all:initial;display:block;box-sizing:border-box;padding:8px 16px;background:#fff3cd;color:#3a2f00;"
    "border-bottom:2px solid #b58900;font:14px/1.6 'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;"
    "position:relative;z-index:2147483647;overflow-wrap:anywhere"
)
_LINK_STYLE = "color:#0b4f8a;text-decoration:underline;cursor:pointer"


@dataclass(frozen=True, slots=True)
class Row:
    """What the archive knows of a capture: its place in the WARC files and what it was read as."""

    capture: Capture
    fetched: str | None
    report: str | None


class Known:
    """Captures of archive.db by id, for a revisit record that refers to an earlier one."""

    def __init__(self, captures: dict[str, Capture], same_bytes: Capture | None) -> None:
        self.captures = captures
        self.same_bytes = same_bytes

    def get(self, key: str, /) -> Capture | None:
        """Return the capture, or another one with the same bytes where it was never read itself."""
        return self.captures.get(key) or self.same_bytes


async def page(datasette: Any, request: Any) -> Response:
    """Show an archived page."""
    name = request.url_vars["capture"]
    t = language.speaker(request)
    try:
        row, known = await read(datasette, lambda conn: _find(conn, name))
    except TooSlowError:
        said = t("服务器繁忙，请稍后再试。", "The server is busy. Please try again later.")
        return await message(datasette, request, 503, t("读取超时", "This took too long"), said)
    if row is None:
        said = t(f"库中没有编号为 {name} 的网页存档。", f"The archive has no capture {name}.")
        return await message(datasette, request, 404, t("没有这份存档", "There is no such capture"), said)
    path = datasette.get_database(DATABASE).path
    try:
        if path is None:
            raise BrokenRecordError("the database is no file")
        body = warc_read.body_of(Path(path).absolute().parent / "warc", row.capture, known)
    except BrokenRecordError:
        # Where files lie and what is broken is for the operator (fazhi verify), not for visitors.
        head = t("存档文件现在读不出", "The archive file cannot be read now")
        said = t(
            "这份网页的存档记录暂时无法读取；报告正文仍可在本站阅读。",
            "The record of this page cannot be read at present; the text of the report is still here.",
        )
        return await message(datasette, request, 404, head, said)
    report = None
    if row.report:
        report = datasette.absolute_url(request, language.path(datasette, request, f"/report/{row.report}"))
    return answer(row, body, report, language.of(request))


def answer(row: Row, body: bytes, report: str | None, spoken: str = language.CHINESE) -> Response:
    """Return the answer for a capture's bytes: page with a banner, text, or a download; ``report`` is its full URL."""
    told = row.capture.origin.content_type
    is_html = bool(told and _HTML_TYPE.match(told)) or _HTML_BODY.match(body[:4096]) is not None
    decoded = charset.decode(body, told)
    if decoded.binary:
        suffix = re.search(r"\.([A-Za-z0-9]{1,5})(?:[?#]|$)", row.capture.origin.url or "")
        file = f"{row.capture.id}.{suffix[1].lower() if suffix else 'bin'}"
        return Response(
            body,
            headers={**HEADERS, "Content-Disposition": f'attachment; filename="{file}"'},
            content_type="application/octet-stream",
        )
    if is_html:
        text = with_banner(decoded.text, banner(row, report, spoken), row.capture.origin.url)
        return Response(_bytes(text), headers=HEADERS, content_type="text/html; charset=utf-8")
    return Response(_bytes(decoded.text), headers=HEADERS, content_type="text/plain; charset=utf-8")


def banner(row: Row, report: str | None, spoken: str = language.CHINESE) -> str:
    """Return the banner's HTML: an archived copy, from when and where, and what of the page is not shown."""
    chinese = spoken == language.CHINESE
    url = row.capture.origin.url or row.capture.target
    unknown = "本地文件，原网址不详" if chinese else "a local file, its address is not known"
    known = escape(url if is_web(url) else unknown)
    when = escape((row.fetched or "")[:16].replace("T", " "))
    link = ""
    if report:  # a full address, because relative ones lead to the archived site
        words = "看报告页" if chinese else "Read the report"
        link = f' <a style="{_LINK_STYLE}" href="{escape(report)}">{words}</a>'
    said = (
        f"这是存档副本，不是原网站。存档时间：{when}（UTC）。来源：{known}。脚本和外部样式已停用，图片没有存档。"
        if chinese
        else f"This is an archived copy, not the website itself. Archived {when} (UTC) from {known}. Scripts and"
        " outside styles are off; images were not archived."
    )
    return f'<div style="{_BANNER_STYLE}" lang="{language.TAGS[spoken]}">{said}{link}</div>'


def with_banner(html: str, shown: str, url: str | None) -> str:
    """Return archived HTML with the banner on top of its body, and links that lead to where they led.

    >>> with_banner("<html><body class=a>x", "<div>!</div>", None)
    '<html><body class=a><div>!</div>x'
    >>> with_banner("x", "<div>!</div>", None)
    '<div>!</div>x'
    """
    body = _BODY.search(html)
    if body:
        html = html[: body.end()] + shown + html[body.end() :]
    else:
        head_end = re.search(r"</head\s*>", html, re.I) or re.match(r"\s*<!doctype[^>]*>", html, re.I)
        at = head_end.end() if head_end else 0
        html = html[:at] + shown + html[at:]
    if is_web(url):
        head = _HEAD.search(html)
        base = f'<base href="{escape(url)}">'
        if head:
            html = html[: head.end()] + base + html[head.end() :]
    return html


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _find(conn: sqlite3.Connection, name: str) -> tuple[Row | None, Known]:
    # A sighting has no media type of its own.
    mime = "coalesce(mime, (select mime from captures e where e.id = captures.same_as))"
    columns = f'id, target, url, {mime}, digest, warc, "offset", kind, fetched, report'

    def capture(row: Any) -> Capture:
        return Capture(
            id=row[0], target=row[1], origin=Origin(url=row[2], content_type=row[3]), digest=row[4], warc=row[5],
            offset=row[6], kind=row[7],
        )  # fmt: skip

    row = conn.execute(f"select {columns} from captures where id = ?", (name,)).fetchone()
    if row is None:
        return None, Known({}, None)
    same = conn.execute(
        f"select {columns} from captures where digest = ? and kind != 'revisit' order by fetched", (row[4],)
    ).fetchall()
    found = [capture(other) for other in same]
    return Row(capture(row), row[8], row[9]), Known({c.id: c for c in found}, found[0] if found else None)
