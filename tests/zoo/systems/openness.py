"""The 马鞍山 type: lists under ``/xxgk/``, articles ``/OpennessContent/show/N.html``, files whose name ends in .html.

Pages are made by a program: ``?page=2``, reached over 下一页. A year report lies at ``/XxgkAnnualReport/show/N.html``.
After facts/portals.md, family G.
"""

from __future__ import annotations

import posixpath
from dataclasses import replace

from fazhi_zoo.articles import Article
from fazhi_zoo.site import PDF, Answer, Site
from fazhi_zoo.systems.base import Column, Paged


class Openness(Paged):
    """Lists by query, articles and files by number."""

    def listing(self, column: Column, page: int, total: int) -> str:
        """Return ``/xxgk/openness…/``, then ``?page=2``."""
        return f"/xxgk/openness{column.slug.capitalize()}/" + (f"?page={page}" if page > 1 else "")

    def article(self, column: Column, article: Article) -> str:
        """Return the address by number; every third is filed as a year report."""
        kind = "OpennessContent" if article.number % 3 else "XxgkAnnualReport"
        return f"/{kind}/show/{2100400 + article.number}.html"

    def pager(self, column: Column, page: int, total: int) -> str:
        """Return 上一页 and 下一页."""
        before = f'<a href="?page={page - 1}">上一页</a>' if page > 1 else "<span>上一页</span>"
        after = f'<a href="?page={page + 1}">下一页</a>' if page < total else "<span>下一页</span>"
        return f'<div class="pagination">{before} <em>{page}/{total}</em> {after}</div>'

    def articles(self, site: Site, column: Column) -> None:
        """Add the articles; a file has a number for a name and says only in its head what it is."""
        for row in column.rows:
            files = row.article.facts.get("attachments", ())
            row.article.facts["attachments"] = tuple(
                (name, f"../../OpennessContent/download/{480100 + row.article.number}.html")
                for name, _ in files  # type: ignore[attr-defined]  # facts holds plain objects
            )
        super().articles(site, column)
        for at, item in enumerate(site.truth):
            for _, path in item.attachments:
                if site.pages.pop(path, None) is not None:
                    head = (("Content-Disposition", f"attachment; filename={posixpath.basename(path)[:-5]}.pdf"),)
                    site.pages[posixpath.normpath(path)] = Answer(PDF, "application/pdf", headers=head)
            files = tuple((name, posixpath.normpath(path)) for name, path in item.attachments)
            site.truth[at] = replace(item, attachments=files)
