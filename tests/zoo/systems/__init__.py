"""The content systems of the sample portals: ``SYSTEMS`` holds them by the name used in ``data/portals_*.toml``."""

from __future__ import annotations

from fazhi_zoo.systems.base import System

SYSTEMS: dict[str, type[System]] = {}
