"""Pages and texts from elsewhere as a portal: lists, pager and chrome around bytes that the caller brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import escape

from fazhi_zoo import pages
from fazhi_zoo.dialects import DIALECTS
from fazhi_zoo.pages import Link
from fazhi_zoo.places import PortalSpec
from fazhi_zoo.site import Answer, Site, add_lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """A page to serve. HTML goes out as it is; ``text/plain`` (UTF-8) becomes a page of the portal, one <p> a line.

    ``title`` and ``date`` are what the list shows; without a date the address carries none either.
    """

    name: str
    body: bytes
    content_type: str
    title: str
    date: date | None = None


def wrap(
    articles: Sequence[Wrapped], code: str, *, name: str | None = None, dialect: str = "trs_zero", per_page: int = 5
) -> tuple[Site, dict[str, str]]:
    """Return a portal that publishes these pages, and name -> path of each."""
    spec = PortalSpec(code=code, name=name or f"示例门户{code}", site_name=name or f"示例门户{code}", dialect=dialect)
    made = DIALECTS[dialect](spec.path)
    site = Site(spec, made.family)
    paths: dict[str, str] = {}
    links = []
    for number, article in enumerate(articles):
        path = made.article(number, article.date) if article.date else f"{spec.path}content_{number}.html"
        paths[article.name] = path
        links.append(Link(article.title, article.title, path, article.date))
        plain = article.content_type.startswith("text/plain")
        site.pages[path] = site.html(_page(spec, article)) if plain else Answer(article.body, article.content_type)
    column = add_lists(site, made, [replace(link, href=made.href(link.href)) for link in links], per_page)
    site.listings = (column,)
    site.pages["/"] = site.html(pages.home_page(spec, column, links[:3]))
    site.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow:\n", "text/plain")
    return site, paths


def _page(spec: PortalSpec, article: Wrapped) -> str:
    lines = [line for line in article.body.decode("utf-8").split("\n") if line.strip()]
    body = "\n".join(f"<p>{escape(line, quote=False)}</p>" for line in lines)
    crumbs = f'<a href="{spec.path}">{escape(spec.column)}</a> &gt; 正文'
    return pages.frame(spec, f"{article.title}_{spec.site_name}", None, crumbs, f'<div class="detail">\n{body}\n</div>')
