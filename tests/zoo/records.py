"""Captures and documents made without a crawl, for tests of the store, the search and the site.

capture(...), report(...), rejection(...)   one each, with what matters to a test named, the rest filled in
library(n)                                  n invented reports of realistic length, as (Capture, Report)
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from fazhi_zoo import places
from fazhi_zoo import text as words

from archive import model
from archive.model import Capture, Level, Rejection, Report

BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
TITLE = "临溪区2020年法治政府建设年度报告"
# Invented places in the shape of real ones; a province and a city whose codes no table holds.
PLACES = (
    ("990000", ("示例省",), Level.PROVINCE, None),
    ("990100", ("示例省", "鹤渚市"), Level.PREFECTURE, None),
    ("990102", ("示例省", "鹤渚市", "临溪区"), Level.COUNTY, None),
    ("990102", ("示例省", "鹤渚市", "临溪区", "石桥镇"), Level.TOWNSHIP, "990102101"),
    ("980200", ("样本省", "云屏市"), Level.PREFECTURE, None),
    ("980221", ("样本省", "云屏市", "梅岭县"), Level.COUNTY, None),
)


def capture(number: int = 0, *, url: str | None = None, day: int | None = None, **more: object) -> Capture:
    """Return the capture of an address, fetched ``day`` days (default: ``number``) after the first of March 2026."""
    url = url or f"http://www.example{number}.gov.cn/t{number}.html"
    fetched = BEGIN + timedelta(days=number if day is None else day, microseconds=number)
    digest = hashlib.sha256(f"{fetched} {url}".encode()).hexdigest()
    origin = model.Origin(url=url, portal="990102", adcode="990102", content_type="text/html", fetched=fetched)
    made = Capture(
        id=f"{fetched:%Y%m%d%H%M%S}-{digest[:10]}", target=url, origin=origin, digest=f"sha256:{digest}",
        warc="fazhi-1.warc.gz", offset=number,
    )  # fmt: skip
    return replace(made, **more)


def report(
    text: str = "", *, title: str = "临溪区2020年法治政府建设年度报告", place: int = 2, **more: object
) -> Report:
    """Return a report; a text shorter than a paragraph is filled up so that it tells itself apart from others."""
    adcode, names, level, town = PLACES[place]
    made = Report(
        extractor="1", title=title, year=2020, published=date(2021, 3, 31), published_source=model.ValueSource.LABEL,
        region=model.Region(adcode, names, level, town), issuer=f"{names[-1]}人民政府",
        issuer_kind=model.IssuerKind.GOVERNMENT,
        source_kind=model.SourceKind.OFFICIAL, text=text or "一、主要工作\n" + "本区依照年初安排推进各项任务。" * 20,
        evidence=(model.Evidence("published", "2021-03-31", model.ValueSource.LABEL, "发布日期：2021-03-31"),),
    )  # fmt: skip
    return replace(made, **more)


def rejection(**more: object) -> Rejection:
    """Return a page that is no report."""
    made = Rejection(
        extractor="1", title="临溪区召开推进会", text="新闻。", reason=model.Reason.NEWS, detail="标题中的“召开”",
        issues=(model.Issue(model.IssueCode.YEAR_UNKNOWN, "year"),),
    )  # fmt: skip
    return replace(made, **more)


def library(count: int, *, seed: int = 7) -> Iterator[tuple[Capture, Report]]:
    """Yield invented reports: places and years in turn, wording from the phrase book, the same for the same seed."""
    rng = random.Random(seed)
    issuers = [places.issuer("government", code) for code in ("990100", "990102")]
    for number in range(count):
        issuer = issuers[number % 2]
        shape = words.Shape(table=number % 3 == 0, layout=rng.choice(("parts", "groups", "run_on")))
        year = 2016 + number % 10
        features = frozenset(word for word in words.WORDS if rng.random() < 0.3)
        blocks = words.report(rng, issuer.words, year, features, shape)
        published = date(year + 1, 1 + number % 3, 1 + number % 28)
        signature = f"{issuer.name}\n{published.year}年{published.month}月{published.day}日"
        title = f"{issuer.name}{year}年度法治政府建设工作报告"
        body = "\n".join([*(block.text for block in blocks), signature])
        place = number % len(PLACES)
        taken = capture(number)
        numbers = {"doc_no": f"示政发〔{year + 1}〕{number % 40 + 1}号", "index_no": f"SL{number:06d}"}
        days = {"published": published, "written": published}
        yield taken, report(body, title=title, place=place, year=year, issuer=issuer.name, **days, **numbers)
