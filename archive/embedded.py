"""Documents inside scripts: the JSON of 广东 gkmlpt (``_CONFIG.DETAIL``), CDATA of 大汉, JSON strings. Leaf.

The text found here is HTML again and goes through ``html`` like any other; the fields are those of the JSON object.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

MINIMUM = 40  # characters of markup below which a string is no document

_DETAIL = re.compile(r"""["']?DETAIL["']?\s*[:=]\s*(?=\{)""")
_CONTENT = re.compile(r'"(?:content|htmlContent|contentHtml|articleContent|txtContent)"\s*:\s*(?=")')
_MARKUP = re.compile(r"<(?:p|div|br|span|table|td)\b|&lt;(?:p|div|br|span)\b", re.I)


@dataclass(frozen=True, slots=True)
class Embedded:
    """HTML found in a script, and the plain fields beside it (``document_number``, ``publisher`` ...)."""

    html: str
    fields: dict[str, str]
    attachments: tuple[tuple[str, str], ...] = ()


def find(scripts: Sequence[str]) -> Embedded | None:
    """Return the largest document that the scripts of a page hold.

    >>> find(['window._CONFIG = {SID:"1", DETAIL: {"title": "示例", "content": "<p>' + "文" * 60 + '</p>"}}']).fields
    {'title': '示例'}
    """
    decoder = json.JSONDecoder(strict=False)
    found: list[Embedded] = []
    for script in scripts:
        if match := _DETAIL.search(script):
            try:
                value, _ = decoder.raw_decode(script, match.end())
            except (ValueError, RecursionError):
                value = None
            if isinstance(value, dict) and isinstance(value.get("content"), str):
                found.append(Embedded(_markup(value["content"]), _fields(value), _attachments(value)))
                continue
        for match in _CONTENT.finditer(script):
            try:
                value, _ = decoder.raw_decode(script, match.end())
            except (ValueError, RecursionError):
                continue
            if isinstance(value, str) and _MARKUP.search(value):
                found.append(Embedded(_markup(value), {}))
        if "<![CDATA[" in script:
            value = "\n".join(_sections(script))
            if _MARKUP.search(value):
                found.append(Embedded(value, {}))
    found = [one for one in found if one.fields or len(one.html) >= MINIMUM]
    return max(found, key=lambda one: len(one.html)) if found else None


def _markup(value: str) -> str:
    """Return HTML that was escaped once more than it had to be (&lt;p&gt;) as HTML."""
    return html.unescape(value) if "<" not in value and _MARKUP.search(value) else value


def _sections(script: str) -> list[str]:
    """Return the contents of the CDATA sections; an open one ends the search."""
    found: list[str] = []
    start = script.find("<![CDATA[")
    while start >= 0 and (end := script.find("]]>", start)) >= 0:
        found.append(script[start + 9 : end])
        start = script.find("<![CDATA[", end)
    return found


def _fields(value: dict[str, object]) -> dict[str, str]:
    return {
        key: str(content)
        for key, content in value.items()
        if key != "content" and isinstance(content, str | int) and not isinstance(content, bool) and content
    }


def _attachments(value: dict[str, object]) -> tuple[tuple[str, str], ...]:
    rows = value.get("attachment") or value.get("attachments")
    if not isinstance(rows, list):
        return ()
    return tuple(
        (str(row.get("name") or ""), str(row.get("url") or ""))
        for row in rows
        if isinstance(row, dict) and (row.get("url"))
    )
