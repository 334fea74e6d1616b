"""Fixtures of the whole suite."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("FAZHI_SHARED", Path(__file__).resolve().parents[2] / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real pages and seeds. They carry no licence, so they are never part of the project."""
    if SHARED.is_dir():
        return SHARED
    message = f"real pages not found at {SHARED} (set FAZHI_SHARED)"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
