"""Fixtures of the whole suite."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fazhi_zoo import client
from fazhi_zoo.server import Zoo

SHARED = Path(os.environ.get("FAZHI_SHARED", Path(__file__).resolve().parents[2] / "shared"))


# Minutes each: they begin first, so that no worker is left alone with one at the end. Then all other slow files.
LONGEST = ("test_year", "test_year_kill", "test_kill", "test_zoo_crawl")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with slow tests first, each file's tests together."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}

    def order(item: pytest.Item) -> int:
        if item.path.stem in LONGEST:
            return LONGEST.index(item.path.stem)
        return len(LONGEST) + (item.path not in slow)

    items.sort(key=order)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real pages and seeds. They carry no licence, so they are never part of the project."""
    if SHARED.is_dir():
        return SHARED
    message = f"real pages not found at {SHARED} (set FAZHI_SHARED)"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def sample_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """The article pages of the demo's sample portals as saved files, with the fictional places known."""
    folder = tmp_path_factory.mktemp("saved")
    files = []
    with Zoo() as zoo:
        for number, truth in enumerate(zoo.truth):
            _, headers, body = client.get(truth.url)
            file = folder / f"{number:02}.html"
            file.write_bytes(gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body)
            files.append(file)
        yield files
