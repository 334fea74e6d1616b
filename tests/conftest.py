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


# Minutes each, so each of two workers begins with one of them; then come the other files with slow tests.
LONGEST = ("test_year", "test_zoo_crawl")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put slow files first, in both halves: two workers begin with a half each, and none is left alone at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    first = sorted(slow, key=lambda path: (path.stem not in LONGEST, path))
    turn = {path: number for number, path in enumerate(first)}
    halves: list[list[pytest.Item]] = [
        sorted((item for item in items if turn.get(item.path, -1) % 2 == half and item.path in turn),
               key=lambda item: turn[item.path])
        for half in (0, 1)
    ]  # fmt: skip
    rest = [item for item in items if item.path not in turn]
    cut = max(0, len(items) // 2 - len(halves[0]))
    items[:] = [*halves[0], *rest[:cut], *halves[1], *rest[cut:]]


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
