"""What the search engines of the sample portals share: the articles a word finds, and the base of all engines.

Hit      an article found: title, path, day, column
find()   hits by title, then those whose text holds the word
Search   an engine: the box on every page, the page of results, the endpoint
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from fazhi_zoo import pages
from fazhi_zoo.site import Answer, Ask, Site
from fazhi_zoo.systems.base import Engine, Tree

JSON = "application/json;charset=UTF-8"
FOREIGN = "http://www.example.invalid/art/2023/t20230301_1.html"  # a hit on another site: no server answers there


@dataclass(frozen=True, slots=True)
class Hit:
    """An article found."""

    title: str
    path: str
    day: date
    column: str


def find(tree: Tree, word: str, *, title_only: bool) -> list[Hit]:
    """Return what a word finds, each article once: titles first, then texts; each newest first. No word, no hit."""
    titles: list[Hit] = []
    texts: list[Hit] = []
    seen: set[int] = set()
    for column in tree.walk():
        for row in column.rows:
            article = row.article
            if not word or article.number in seen:
                continue
            seen.add(article.number)
            hit = Hit(article.title, column.owner.article(column, article), row.day, column.name)
            if word in article.title:
                titles.append(hit)
            elif not title_only and any(word in block.text for block in article.blocks):
                texts.append(hit)
    for found in (titles, texts):
        found.sort(key=lambda hit: (hit.day, hit.path), reverse=True)
    return titles + texts


def marked(title: str, word: str, tag: str = "em") -> str:
    """Return a title with the word marked, as HTML.

    >>> marked("2020年法治政府建设报告", "法治政府")
    '2020年<em>法治政府</em>建设报告'
    """
    return escape(title).replace(word, f"<{tag}>{word}</{tag.split()[0]}>") if word else escape(title)


def count(word: object, other: int, *, least: int = 1, most: int = 50) -> int:
    """Return a number that was sent as text or as a number, within limits; ``other`` where it is none.

    >>> count("3", 1), count(4, 1), count("", 10), count("999", 10), count("0", 0, least=0)
    (3, 4, 10, 50, 0)
    """
    text = str(word)
    return min(max(int(text), least), most) if text.isdigit() else other


def reply(value: object, status: int = 200) -> Answer:
    """Return a value as JSON."""
    return Answer(json.dumps(value, ensure_ascii=False).encode(), JSON, status)


class Search(Engine):
    """An engine. Subclasses name the form of the box, the page of results and the endpoint, where they have them."""

    action = ""  # where the box leads
    field = "q"  # name of the box's field
    api = ""  # path of the endpoint

    def hidden(self, tree: Tree) -> dict[str, str]:
        """Return the hidden fields of the box."""
        return {}

    def results(self, tree: Tree) -> str:
        """Return the main part of the page of results, whose script asks the endpoint; empty = no such page."""
        return ""

    def answer(self, tree: Tree, ask: Ask) -> Answer:
        """Answer the endpoint."""
        raise NotImplementedError

    def box(self, tree: Tree) -> str:
        """Return the search box that stands on every page."""
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in self.hidden(tree).items()
        )
        return (
            f'<form action="{self.action}" method="get" target="_blank">{hidden}'
            f'<input type="text" name="{self.field}" placeholder="请输入关键字">'
            '<input type="submit" value="搜索"></form>'
        )

    def publish(self, site: Site, tree: Tree) -> None:
        """Add the page of results, where there is one, and the endpoint."""
        if main := self.results(tree):
            site.routes[self.action] = lambda ask: site.html(frame(tree, main))
        site.routes[self.api] = lambda ask: self.answer(tree, ask)


def frame(tree: Tree, main: str) -> str:
    """Return a page of results in the portal's chrome."""
    return pages.frame(tree.spec, f"站内搜索_{tree.spec.site_name}", {}, "站内搜索", main, tree.chrome)


def cut(hits: Sequence[Hit], page: int, size: int) -> Sequence[Hit]:
    """Return one page of hits; pages count from 1."""
    return hits[(page - 1) * size : page * size]


def base(ask: Ask) -> str:
    """Return scheme and host as the client names them."""
    return f"http://{ask.headers.get('Host', '')}"
