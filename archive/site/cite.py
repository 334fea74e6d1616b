"""How to cite a report: GB/T 7714-2015 and BibTeX. Pure.

An official report on a website is [R/OL]: 责任者. 题名[R/OL]. (发布日期)[引用日期]. 网址. Where no official address
may be named (content farms), and as the second address of every report, stands this archive's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

# What TeX takes as a command, and how it is written as a character.
_TEX = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Work:
    """What is cited. ``url`` is where it was published, None where that is not to be named; ``archived`` is ours."""

    id: str
    title: str | None
    issuer: str | None
    published: str | None
    url: str | None
    archived: str


def gb7714(work: Work, today: date) -> str:
    """Return the reference of GB/T 7714-2015 for an electronic report, cited today.

    >>> gb7714(Work("1", "某区2020年法治政府建设年度报告", "某区人民政府", "2021-01-25", "http://a.cn/1", "http://b/1"),
    ...        date(2026, 3, 1))
    '某区人民政府. 某区2020年法治政府建设年度报告[R/OL]. (2021-01-25)[2026-03-01]. http://a.cn/1.'
    """
    issuer = f"{_plain(work.issuer)}. " if work.issuer else ""
    published = f"({work.published})" if work.published else ""
    return f"{issuer}{_plain(work.title) or '[题名不详]'}[R/OL]. {published}[{today.isoformat()}]. {_place(work)}."


def bibtex(work: Work, today: date) -> str:
    """Return a BibTeX entry; braces keep the names whole, since they are no persons.

    >>> print(bibtex(Work("420683-2020-1a", "100%", None, None, None, "http://b/1"), date(2026, 3, 1)))
    @techreport{fazhi-420683-2020-1a,
      title = {{100\\%}},
      howpublished = {[R/OL]},
      url = {http://b/1},
      urldate = {2026-03-01},
      note = {存档副本: http://b/1},
      langid = {chinese},
    }
    """
    fields = {
        "author": f"{{{_tex(work.issuer)}}}" if work.issuer else "",
        "title": f"{{{_tex(work.title) or '题名不详'}}}",
        "institution": _tex(work.issuer),
        "date": work.published or "",
        "year": (work.published or "")[:4],
        "howpublished": "[R/OL]",
        "url": _place(work),
        "urldate": today.isoformat(),
        "note": f"存档副本: {work.archived}",
        "langid": "chinese",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@techreport{{fazhi-{work.id},", *lines, "}"])


def _place(work: Work) -> str:
    return re.sub(r"[\s{}]", "", work.url or work.archived)


def _plain(text: str | None) -> str:
    """Return a name on one line, without a full stop at its end."""
    return " ".join((text or "").split()).rstrip(".．。")


def _tex(text: str | None) -> str:
    return _plain(text).translate(_TEX)
