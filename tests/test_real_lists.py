"""Real list pages against their labels: every entry in order with title, address and date; the address of page 2."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from archive.model import Role
from crawler import entries, families
from crawler.addresses import canonical
from crawler.targets import Page, Target

pytestmark = pytest.mark.real


def labels(shared: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared / "pages/labels.json").read_text(encoding="utf-8"))["lists"]
    assert len(found) == 19
    return found


def read(shared: Path, label: dict[str, Any]) -> Page:
    """Return a page under its address; under an invented one where the label knows none."""
    name = Path(label["file"]).name.split("__", 1)[1].replace("_", "/")
    url = label["url"] or f"http://list.invalid/{name}"
    return Page(url, (shared / "pages" / label["file"]).read_bytes())


def squeeze(text: str) -> str:
    return re.sub(r"[\s\u200b-\u200d\ufeff]+", "", text)


def test_entries_are_exact(shared: Path) -> None:
    told, wanted = {}, {}
    for label in labels(shared):
        page = read(shared, label)
        told[label["name"]] = [
            (
                squeeze(each.title),
                squeeze(each.shown),
                each.href,
                each.url,
                each.date.isoformat() if each.date else None,
            )
            for each in entries.read(page)
        ]
        wanted[label["name"]] = [
            (
                squeeze(entry.get("title_attr") or entry["title"]),
                squeeze(entry["title"]),
                entry["href"],
                canonical(entry["url"]) if entry.get("url") else page.resolve(entry["href"]),
                entry["date"],
            )
            for entry in label["entries"]
        ]
    assert told == wanted
    assert sum(map(len, told.values())) == 318


def test_page_2_is_exact(shared: Path) -> None:
    """From page 1 the next page is page 2, page 2 lies at the address the label tells, the last page leads nowhere."""
    told, wanted = {}, {}
    for label in labels(shared):
        page, number = read(shared, label), label["page"] or 1
        target = Target(url=page.url, role=Role.LISTING, portal="x", page=number)
        found = families.choose(page).next_page(page, target, frozenset())
        behind = found.url if found else None
        told[label["name"]] = (page.url if number == 2 else behind if number == 1 else "by rule", behind)
        second = page.resolve(label["page2"]["href"]) if label["page2"]["href"] else None
        then = page.resolve(label["next_page"]) if label["next_page"] else None
        wanted[label["name"]] = (second if number < 3 else "by rule", then)
    assert told == wanted
    assert sum(behind is not None for _, behind in told.values()) == 6
