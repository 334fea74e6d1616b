"""What is published on a sample portal, and the truth about it: what extraction must make of every page.

Truth     what must come out of one article page
Article   a Truth with the blocks of its body and the choices a template needs
plan()    the articles of one portal, newest first
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from fazhi_zoo import text
from fazhi_zoo.places import Issuer, PortalSpec, issuer
from fazhi_zoo.text import Block, Shape

YEARS = range(2016, 2025)  # years reported on
MARKUPS = ("p", "indent", "br", "div", "span", "word", "layout")


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What must come out of one article page. Unknown is None, as in the archive's own types.

    ``path`` is the address on its host, ``url`` the whole address once the portal has a port. ``paragraphs`` is the
    body, one paragraph a line, headings and signature included; ``cells`` are the words of its table, if it has one.
    ``issuers`` are all names a reader would accept, ``reasons`` all acceptable reasons of rejection, best first.
    ``title_where``: on the ``page`` above the body, also inside the ``body``, or only in the ``head`` of the document.
    ``link_title`` and ``link_date`` are what the listing shows; ``copy_of`` is the path of the page this one repeats.
    """

    portal: str
    path: str
    url: str = ""
    is_report: bool
    reasons: tuple[str, ...] = ()
    title: str
    title_where: Literal["page", "body", "head"] = "page"
    link_title: str
    link_date: date | None
    year: int | None = None
    adcode: str
    town_code: str | None = None
    region: tuple[str, ...] = ()
    issuer: str | None = None
    issuers: tuple[str, ...] = ()
    issuer_kind: str | None = None
    publisher: str | None = None
    published: date
    published_source: Literal["meta", "label"]
    written: date | None = None
    doc_no: str | None = None
    index_no: str | None = None
    topic: str | None = None
    validity: str | None = None
    site_code: str
    site_name: str
    paragraphs: tuple[str, ...]
    cells: tuple[str, ...] = ()
    attachments: tuple[tuple[str, str], ...] = ()
    features: frozenset[str] = frozenset()
    copy_of: str | None = None

    @property
    def text(self) -> str:
        """The body as plain text, one paragraph a line, without the table."""
        return "\n".join(self.paragraphs)


@dataclass(slots=True)
class Article:
    """A page to be rendered. ``number`` is unique on its portal; the dialect makes the address from it."""

    number: int
    blocks: list[Block]
    markup: str
    has_meta: bool
    link: bool  # an inline link inside a paragraph
    facts: dict[str, object]  # fields of Truth known before the page has an address
    shown_as: str = "a"  # how its files are shown, a name in ``pages.FILES``
    open: bool = False  # a near miss whose title gives no hint: any crawler has to ask for it

    @property
    def title(self) -> str:
        """The title as published."""
        return str(self.facts["title"])

    @property
    def published(self) -> date:
        """The date of publication."""
        value = self.facts["published"]
        assert isinstance(value, date)
        return value

    @property
    def filed(self) -> date:
        """The date in the address: one page in ten was moved to a new system long after it was published."""
        return self.published + timedelta(days=500) if self.number % 10 == 2 else self.published


def plan(spec: PortalSpec, reports: int, nears: int) -> list[Article]:
    """Return the articles of a portal, newest first: so many reports, at most one for each issuer and year, and so
    many near misses."""
    issuers = [issuer(word, spec.adcode) for word in spec.issuers]
    reports = min(reports, len(issuers) * len(YEARS))
    articles = [_report(spec, issuers[k % len(issuers)], k, k // len(issuers)) for k in range(reports)]
    owner = issuers[0] if "-" in spec.code else issuer("government", spec.adcode)
    misses = [_near(spec, owner, reports + k, articles[k % reports]) for k in range(nears)]
    return sorted(articles + misses, key=lambda article: (article.published, article.number), reverse=True)


def _report(spec: PortalSpec, by: Issuer, number: int, turn: int) -> Article:
    rng = random.Random(f"{spec.code} report {number}")
    offset = sum(map(ord, spec.code)) + number % len(spec.issuers)
    year = YEARS[(offset - 2 * turn) % len(YEARS)]  # steps of 2 round 9 years: no year twice for one issuer
    features = frozenset(word for word in text.WORDS if rng.random() < 0.5)
    shape = Shape(
        layout=rng.choice(("parts", "parts", "groups", "run_on")),
        shared=rng.random() < 0.25,
        responsible=rng.random() < 0.7,
        other=rng.random() < 0.2,
        lead=rng.random() < 0.8,
        table=rng.random() < 0.2,
        ascii=rng.random() < 0.15,
    )
    forms = text.titles()[by.forms]
    named = rng.random() < 0.55
    form = rng.choice(forms["organ" if named else "place"])
    late = number % 7 == 3
    published = date(year + 1, 1, 6) + timedelta(days=rng.randint(100, 300) if late else rng.randint(0, 84))
    written = published - timedelta(days=rng.randint(0, 18))
    no = f"{by.region[-1][0]}政发〔{year + 1}〕{rng.randint(1, 40)}号"
    title = form.format(O=by.name, P=by.place, y=year, no=no)
    has_no = "{no}" in form or (by.kind == "government" and rng.random() < 0.3)
    where: Literal["page", "body", "head"] = "page"
    if (number + offset) % 9 == 4:
        where, shape = "head", Shape(layout=shape.layout)
    elif rng.random() < 0.3:
        where = "body"
    blocks = text.report(rng, by.words, year, features, shape)
    signed = not named or rng.random() < 0.4
    if signed:
        blocks += [Block("sign", by.name), Block("sign", _day(written, chinese=rng.random() < 0.25))]
    publisher = by.name if rng.random() < 0.6 or by.kind == "department" else f"{by.region[-1]}司法局"
    article = _article(spec, by, number, rng, title, published, blocks)
    boxed = spec.look.get("label") == "box"
    article.facts |= {
        "is_report": True,
        "title_where": where,
        "year": year,
        "town_code": by.town_code,
        "region": by.region,
        "issuer": by.name,
        "issuers": by.accepted,
        "issuer_kind": by.kind,
        "publisher": publisher,
        "written": written if signed or boxed else None,
        "doc_no": no if has_no and (boxed or "{no}" in form) else None,
        "index_no": _index_no(rng, spec.adcode, published, number) if boxed else None,
        "topic": "公安、安全、司法" if boxed else None,
        "validity": "有效" if boxed else None,
        "features": features,
    }
    return article


def _near(spec: PortalSpec, by: Issuer, number: int, about: Article) -> Article:
    """Make a near miss that belongs to the same year as the report ``about`` and appears a little later."""
    rng = random.Random(f"{spec.code} near {number}")
    year = int(str(about.facts["year"]))
    words = {**by.words, "P": by.region[-1], "O": by.name, "T": about.title}
    # each portal begins at another place in the list, so that a few portals show every kind
    title, blocks, reasons, open_title = text.near(rng, number + sum(map(ord, spec.code)), words, year)
    published = about.published + timedelta(days=rng.randint(2, 30))
    article = _article(spec, by, number, rng, title, published, blocks)
    boxed = spec.look.get("label") == "box"
    article.facts |= {
        "is_report": False,
        "reasons": reasons,
        "publisher": by.name,
        "index_no": _index_no(rng, spec.adcode, published, number) if boxed else None,
    }
    article.open = open_title
    return article


def other(spec: PortalSpec, number: int, title: str, published: date, lines: Sequence[str], reason: str) -> Article:
    """Return an article that has nothing to do with the reports: news, a notice, another yearly report."""
    rng = random.Random(f"{spec.code} other {number}")
    owner = issuer("government", spec.adcode)
    article = _article(spec, owner, number, rng, title, published, [Block("p", line) for line in lines])
    article.facts |= {"is_report": False, "reasons": (reason,), "publisher": owner.name, "attachments": ()}
    return article


def _article(
    spec: PortalSpec, by: Issuer, number: int, rng: random.Random, title: str, published: date, blocks: list[Block]
) -> Article:
    has_meta = rng.random() < spec.meta
    cut = int(spec.look.get("cut", 0))
    dates = spec.look.get("dates", "iso")
    facts: dict[str, object] = {
        "portal": spec.code,
        "title": title,
        "link_title": f"{title[:cut]}…" if cut and len(title) > cut else title,
        "link_date": None if dates == "short" else published,
        "adcode": by.adcode,
        "published": published,
        "published_source": "meta" if has_meta else "label",
        "site_code": spec.site_code,
        "site_name": spec.site_name,
        "paragraphs": tuple(block.text for block in blocks if block.kind != "table"),
        "cells": tuple(cell for b in blocks if b.kind == "table" for cell in b.text.replace("\n", "\t").split("\t")),
    }
    if rng.random() < 0.2:
        facts["attachments"] = (("附件：有关数据统计表.pdf", f"P0{published:%Y%m%d}{100 + number}.pdf"),)
    return Article(number, blocks, rng.choice(MARKUPS), has_meta, rng.random() < 0.3, facts)


def _day(day: date, *, chinese: bool) -> str:
    """Return a date as written under a document.

    >>> _day(date(2022, 1, 18), chinese=True)
    '二〇二二年一月十八日'
    """
    if not chinese:
        return f"{day.year}年{day.month}月{day.day}日"
    digits = "〇一二三四五六七八九"
    year = "".join(digits[int(d)] for d in str(day.year))

    def number(n: int) -> str:
        tens, ones = divmod(n, 10)
        return (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones else "")

    return f"{year}年{number(day.month)}月{number(day.day)}日"


def _index_no(rng: random.Random, adcode: str, day: date, number: int) -> str:
    if rng.random() < 0.5:
        return f"11{adcode}{rng.randrange(10**9):09d}X/{day.year}-{number + 11:05d}"
    return f"{adcode}/{day.year}-{number + 11:05d}"
