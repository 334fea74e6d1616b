"""Which organs publish reports at all, by their names. The vocabulary is ``archive/data/columns.tsv``."""

from __future__ import annotations

from crawler import links


def publishes_none(name: str) -> bool:
    """Say whether a name is that of a vertical agency or another organ that publishes no such reports.

    >>> [publishes_none(name) for name in ("示例县税务局", "示例县司法局", "示例县融媒体中心")]
    [True, False, False]
    """
    return any(not weight and name.strip().endswith(word) for word, weight in links.vocabulary("unit").items())
