"""Systems whose lists a script of the page loads from an endpoint; the others of this folder build on it.

``Loaded`` keeps the columns by the key that a request names, so that one endpoint serves all of them. ``Units`` numbers
the bodies of a portal that publish in places of their own, ``below`` is the menu above a list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from fazhi_zoo.articles import Article
from fazhi_zoo.pages import Link
from fazhi_zoo.site import Answer, Ask, Site
from fazhi_zoo.systems.base import Column, System, Tree

JSON = "application/json;charset=UTF-8"
SCRIPT = "application/javascript;charset=UTF-8"
XML = "text/xml;charset=UTF-8"


def digest(*words: object) -> str:
    """Return 32 hex digits that belong to these words.

    >>> len(digest("990402", 7))
    32
    """
    return hashlib.md5(" ".join(map(str, words)).encode(), usedforsecurity=False).hexdigest()


class Loaded(System):
    """Lists loaded by script: subclasses tell the endpoint, the page's main part and the answer."""

    route = ""  # path of the endpoint
    size = 20  # rows a perfect crawler gets with one request
    shown = 0  # rows that stand in the page itself

    def __init__(self, tree: Tree) -> None:
        super().__init__(tree)
        self.shelves: dict[str, Column] = {}

    def key(self, column: Column) -> str:
        """Return what a request names a column by."""
        return str(column.number)

    def endpoint(self, column: Column) -> str:
        """Return the path of the endpoint that serves a column."""
        return self.route

    def main(self, column: Column) -> str:
        """Return the main part of a column's page: the script, and rows where the page has some."""
        raise NotImplementedError

    def answer(self, ask: Ask) -> Answer:
        """Answer the endpoint."""
        raise NotImplementedError

    def lists(self, site: Site, column: Column) -> None:
        """Add the column's page and the endpoint."""
        self.shelves[self.key(column)] = column
        site.pages[column.address] = site.hosted(self.page(column, below(column) + self.main(column)))
        site.routes[self.endpoint(column)] = self.answer

    def minimum(self, column: Column) -> int:
        """Return the page and the answers that hold what the page does not show."""
        more = len(column.rows) > self.shown
        return 1 + (-(-len(column.rows) // self.size) if more else 0)

    def found(self, key: str) -> list[Link]:
        """Return the rows of the column with this key, none where there is none."""
        column = self.shelves.get(key)
        return self.links(column, self.route) if column is not None else []


def below(column: Column) -> str:
    """Return the menu of the columns below one, which stands above its list."""
    items = "".join(f"<li>{column.owner.anchor(column.address, child)}</li>" for child in column.children)
    return f'<ul class="columns">{items}</ul>\n' if items else ""


class Units:
    """Numbers of the bodies of a portal: 0 the government itself, then in the order of the tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def names(self) -> list[str]:
        """Return the names, the government's first."""
        names = [self.tree.spec.site_name]
        for column in self.tree.walk():
            if column.unit is not None and column.unit.name not in names:
                names.append(column.unit.name)
        return names

    def number(self, column: Column) -> int:
        """Return the number of a column's unit."""
        return self.names().index(column.unit.name) if column.unit is not None else 0

    def beside(self, column: Column) -> Iterable[tuple[int, str]]:
        """Return number and name of the other units."""
        own = self.number(column)
        return [(number, name) for number, name in enumerate(self.names()) if number != own]


def uuid(*words: object) -> str:
    """Return a UUID that belongs to these words."""
    word = digest(*words)
    return f"{word[:8]}-{word[8:12]}-{word[12:16]}-{word[16:20]}-{word[20:]}"


def dated(article: Article) -> str:
    """Return ``tYYYYMMDD_ID``, the file name of an article in many systems."""
    return f"t{article.filed:%Y%m%d}_{5200000 + article.number * 7}"
