"""The words of chrome as compiled tables: ``data/chrome.toml`` and ``data/labels.toml``, read once. Leaf."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of values (索引号, 来源) and the patterns that find them."""

    fields: dict[str, str]
    kinds: dict[str, frozenset[str]]
    pattern: re.Pattern[str]
    glued: re.Pattern[str]  # the same, with any word before a label
    cell: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Patterns of lines and names of page parts, as ``chrome.toml`` groups them."""

    whole: dict[str, re.Pattern[str]]
    start: dict[str, re.Pattern[str]]
    search: dict[str, re.Pattern[str]]
    weak: re.Pattern[str]  # footer words that are words of a notice too
    hidden: frozenset[str]
    frame: re.Pattern[str]
    names: dict[str, re.Pattern[str]]


@cache
def labels() -> Labels:
    """Return the label vocabulary, with one pattern that finds any of them before a colon."""
    data = tomllib.loads(files("archive").joinpath("data/labels.toml").read_text("utf-8"))
    fields = {label: name for name, words in data["fields"].items() for label in words}
    ordered = sorted(fields, key=len, reverse=True)
    loose = "|".join(r"\s*".join(map(re.escape, word)) for word in ordered)
    # No value ends like these words, so they part a line wherever they stand.
    tools = "|".join(word for word in ordered if fields[word] in ("font", "count"))
    return Labels(
        fields,
        {name: frozenset(keys) for name, keys in data["kinds"].items()},
        re.compile(
            rf"(?<![\u4e00-\u9fff])(?:{loose})\s*[\]】]?\s*[:：]"
            rf"|(?:{'|'.join(word for word in ordered if len(word) >= 4)})\s*[:：]"
            rf"|(?:{loose})\s*[:：](?=\s*(?:\d|\t|$))"
            rf"|(?:{tools})\s*[:：]"
            rf"|[\[【]\s*(?:{loose})\s*[\]】]\s*[:：]?"
        ),
        re.compile(rf"[\[【]?\s*(?:{loose})\s*[\]】]?\s*[:：]|[\[【]\s*(?:{loose})\s*[\]】]"),
        re.compile(rf"\s*[\[【]?\s*({loose})\s*[\]】]?\s*[:：]?\s*"),
    )


@cache
def vocabulary() -> Vocabulary:
    """Return the compiled tables of ``chrome.toml``."""
    data = tomllib.loads(files("archive").joinpath("data/chrome.toml").read_text("utf-8"))
    kinds = data["lines"]
    names = data["names"]

    def union(part: str, form: str) -> dict[str, re.Pattern[str]]:
        return {kind: re.compile(form.format("|".join(rows[part]))) for kind, rows in kinds.items() if part in rows}

    return Vocabulary(
        union("whole", "(?:{})"),
        union("start", "(?:{})"),
        union("search", "(?:{})"),
        union("weak", "(?:{})")["footer"],
        frozenset(names["hidden"]),
        re.compile(names["frame"], re.I),
        {
            "zone": _tokens(names["zone"]),
            "title": _tokens(names["title"]),
            "body": re.compile(f"{_tokens(names['body']).pattern}|{names['body_pattern']}"),
        },
    )


def _tokens(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word).replace(r"\*", r"[\w\-]*") for word in words))


@lru_cache(maxsize=4096)
def name_is(role: str, token: str) -> bool:
    """Tell whether an id or class token names a page part: ``zone`` (chrome), ``body`` or ``title``.

    >>> name_is("body", "trs_editor"), name_is("zone", "page-footer"), name_is("body", "footer")
    (True, True, False)
    """
    return vocabulary().names[role].fullmatch(token) is not None


def hides(token: str) -> bool:
    """Tell whether a class token hides its element."""
    return token in vocabulary().hidden


def is_widget_frame(source: str) -> bool:
    """Tell whether a frame's address is that of a counter, a menu or another box around an article.

    >>> is_widget_frame("/module/visitcount/visit.jsp?type=3"), is_widget_frame("/upload/2021/text.html")
    (True, False)
    """
    return vocabulary().frame.search(source) is not None
