"""What stands on the sample portals is invented, the same every time, complete, and as its truth tells."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest
from fazhi_zoo import text
from fazhi_zoo.client import get, read, walk, words
from fazhi_zoo.places import DIVISIONS, divisions, issuer, path_of, specs
from fazhi_zoo.server import SIZES, Zoo, portals
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model import IssuerKind, Reason

TABLES = Path(__file__).parents[1] / "archive" / "data"


@pytest.fixture(scope="module")
def zoo() -> Iterator[Zoo]:
    with Zoo() as zoo:
        yield zoo


@pytest.mark.parametrize(("size", "hosts", "articles", "reports"), [("demo", 5, 40, 20), ("large", 9, 305, 233)])
def test_sizes(size: str, hosts: int, articles: int, reports: int) -> None:
    truth = [item for site in portals(size) for item in site.truth]
    assert (len(portals(size)), len(truth), sum(item.is_report for item in truth)) == (hosts, articles, reports)


def test_same_every_time() -> None:
    first, again = portals.__wrapped__("demo"), portals.__wrapped__("demo")
    assert [(site.pages, site.truth) for site in first] == [(site.pages, site.truth) for site in again]


def test_every_truth_is_served(zoo: Zoo) -> None:
    for item in zoo.truth:
        page = read(item.url)
        seen = words(page)
        at = 0
        for line in item.paragraphs:
            at = seen.index(words(line), at) + len(words(line))
        assert all(words(cell) in seen for cell in item.cells)
        assert item.title in unescape(page)
        assert f"{item.published}" in page or f"{item.published:%Y年%m月%d日}" in page
        assert ("ArticleTitle" in page) == (item.published_source == "meta")
        for name, path in item.attachments:
            assert name in page
            assert get(urljoin(item.url, path))[2].startswith(b"%PDF")


def test_pagers_lead_to_every_article(zoo: Zoo, tmp_path: Path) -> None:
    zoo.write_portals(tmp_path / "portals.toml")
    entries = tomllib.loads((tmp_path / "portals.toml").read_text("utf-8"))
    found = [
        row for entry in entries.values() for path in entry["listings"] for row in walk(urljoin(entry["home"], path))
    ]
    assert found == [(item.url, item.link_title) for item in zoo.truth]


def test_long_lists_have_pages_of_every_pager() -> None:
    with Zoo("large") as zoo:
        for site in portals("large"):
            home = zoo.homes[site.spec.code]
            found = [url for url, _ in walk(urljoin(home, site.listings[0]))]
            assert found == [urljoin(home, item.path) for item in site.truth]
            assert len(found) > SIZES["large"][2]


def test_truth_is_consistent() -> None:
    items = [item for site in portals("large") for item in site.truth]
    reports = [item for item in items if item.is_report]
    assert {item.issuer_kind for item in reports} <= set(IssuerKind)
    assert {reason for item in items for reason in item.reasons} <= set(Reason)
    assert len({item.text for item in items}) == len(items)
    assert len({(item.issuer, item.year) for item in reports}) == len(reports)
    for item in reports:
        assert item.year is not None
        assert item.issuer == item.issuers[0]
        assert item.published.year == item.year + 1
        assert item.region == path_of(item.town_code or item.adcode)
        assert item.written is None or item.written <= item.published
        assert str(item.year) in item.title
        assert item.title_where != "head" or f"{item.year}年" in item.paragraphs[0]
        for word in text.WORDS:
            assert (word in item.text) == (word in item.features), (item.title, word)
    for item in items:
        assert item.is_report != bool(item.reasons)


def test_every_trait_is_there() -> None:
    demo = [item for site in portals("demo") for item in site.truth]
    reports = [item for item in demo if item.is_report]
    assert {item.title_where for item in reports} == {"page", "body", "head"}
    assert {item.issuer_kind for item in reports} == {
        "government", "department", "subdistrict", "party_and_government", "law_committee", "office",
    }  # fmt: skip
    assert {reason for item in demo for reason in item.reasons} >= {
        "interpretation", "points", "disclosure_report", "notice", "plan", "news",
    }  # fmt: skip
    assert any(item.published > date(item.published.year, 4, 1) for item in reports)
    assert any(item.cells for item in reports)
    assert any(item.attachments for item in reports)
    assert any(item.doc_no for item in reports)
    assert any(item.link_title.endswith("…") for item in reports)
    assert any(item.town_code for item in reports)
    assert {item.published_source for item in reports} == {"meta", "label"}
    assert {word: sum(word in item.features for item in reports) > 3 for word in text.WORDS} == dict.fromkeys(
        text.WORDS, True
    )


def test_search_words_stand_nowhere_else(zoo: Zoo) -> None:
    for item in zoo.truth:
        page = read(item.url)
        assert {word for word in text.WORDS if word in page} == item.features
    for site in portals("demo"):
        for path in (*site.listings, "/"):
            assert not any(word in read(urljoin(zoo.homes[site.spec.code], path)) for word in text.WORDS)


def test_places_are_fictional() -> None:
    real = "\n".join((TABLES / name).read_text("utf-8") for name in ("divisions.tsv", "division_changes.tsv"))
    taken = set(re.findall(r"[\u4e00-\u9fff]+", real))
    codes = {code.removesuffix("000000") for code in re.findall(r"\b\d+\b", real)}
    stems = {re.sub("(?:省|市|区|县|镇|乡|街道)$", "", name) for name in taken}
    for code, (name, _) in divisions().items():
        assert name not in taken
        assert re.sub("(?:省|市|区|县|镇|乡|街道)$", "", name) not in stems
        assert code not in codes
    assert DIVISIONS.read_text("utf-8").splitlines()[0] == real.splitlines()[0]
    assert all(spec.adcode in divisions() for spec in specs())


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    features=st.frozensets(st.sampled_from(text.WORDS)),
    layout=st.sampled_from(("parts", "groups", "run_on")),
    year=st.integers(2016, 2024),
)
def test_reports_hold_their_words_and_no_slot(seed: int, features: frozenset[str], layout: str, year: int) -> None:
    by = issuer("town:990121100", "990121")
    shape = text.Shape(layout=layout, other=True, table=True)  # type: ignore[arg-type]  # one of the three literals
    blocks = text.report(random.Random(seed), by.words, year, features, shape)
    body = "\n".join(block.text for block in blocks)
    assert {word for word in text.WORDS if word in body} == features
    assert not re.search(r"[{}]", body)
    assert 1500 < len(body) < 9000
    assert f"{year}年" in body
    assert blocks == text.report(random.Random(seed), by.words, year, features, shape)
