"""What a later crawl costs where nothing changed: requests and bytes beside those of the first, on two zoos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fazhi_zoo.server import DIALECTS

from ..again import MOST_BYTES, MOST_REQUESTS, twice
from ..zygote import Zygote


@pytest.mark.parametrize(("size", "name"), [("large", "known lists"), (DIALECTS, "lists found from home pages")])
def test_a_second_crawl(tmp_path: Path, note: Any, size: str, name: str) -> None:
    with Zygote(tmp_path) as zygote:
        first, second = twice(zygote, tmp_path, size)
    what = f"second crawl, nothing changed, {name}"
    note(f"{what}: requests", second.requests, "first", first.requests, f"at most {MOST_REQUESTS}")
    note(f"{what}: MB of bodies", second.size / 1e6, "first", first.size / 1e6, f"at most {MOST_BYTES}")
    assert second.requests <= MOST_REQUESTS * first.requests
    assert second.size <= MOST_BYTES * first.size
    assert second.archive == first.archive
