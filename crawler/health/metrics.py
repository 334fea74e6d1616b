"""Write the health as a text file for Prometheus: node exporter's textfile collector reads it.

The file is replaced as a whole; its values are those of the moment in ``fazhi_status_timestamp_seconds``, so that an
alert can tell a schedule that stopped from one that is well.
"""

from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from archive import __version__
from archive.errors import StorageError
from crawler.health.model import KINDS, Health


def write_metrics(file: Path, health: Health) -> None:
    """Write the metrics file, atomically. Raises ``StorageError`` when it cannot be written."""
    try:
        write_to_textfile(str(file), registry(health))
    except OSError as error:
        raise StorageError(
            f"cannot write {file}: {error.strerror}", "name a file in a folder that exists and may be written"
        ) from None


def registry(health: Health) -> CollectorRegistry:
    """Return the metrics of a data directory."""
    found = CollectorRegistry()

    def gauge(name: str, told: str, value: float) -> None:
        Gauge(f"fazhi_{name}", told, registry=found).set(value)

    def gauges(name: str, told: str, label: str, values: dict[str, int]) -> None:
        made = Gauge(f"fazhi_{name}", told, [label], registry=found)
        for which, value in values.items():
            made.labels(which).set(value)

    Gauge("fazhi_build_info", "Version that wrote this file.", ["version"], registry=found).labels(__version__).set(1)
    gauge("status_timestamp_seconds", "When these values were taken.", health.at.timestamp())
    needs = dict.fromkeys(KINDS, 0)
    for need in health.needs:
        needs[need.kind] += 1
    gauges("needs", "Findings that need a person.", "kind", needs)
    gauges("portals", "Portals by the verdict of their latest visit.", "verdict", dict(health.portals))
    gauge("portals_due", "Portals whose next visit has come.", health.due)
    gauge("reports", "Reports in the archive.", health.reports)
    gauge("captures", "Answers kept in WARC files.", health.captures)
    gauge("warc_bytes", "Size of the WARC files.", health.warc_bytes)
    gauge("disk_free_bytes", "Room on the disk of the data directory.", health.free_bytes)
    gauge("crawl_running", "Whether a process holds the data directory's lock.", health.busy)
    gauges("recent_changes", "Changes of reports since the day asked for, a week ago by default.", "kind",
           dict(health.changes))  # fmt: skip
    ended = [crawl for crawl in health.crawls if crawl.ended is not None]
    if health.crawls:
        gauge("last_crawl_start_timestamp_seconds", "When the latest run began.", health.crawls[0].started.timestamp())
    if ended and ended[0].ended is not None:
        gauge("last_crawl_end_timestamp_seconds", "When a run ended last.", ended[0].ended.timestamp())
        gauge("last_crawl_pages", "Pages of the run that ended last.", ended[0].pages)
        gauge("last_crawl_reports", "Reports of the run that ended last.", ended[0].reports)
    if health.year is not None:
        made = Gauge(
            "fazhi_coverage_reports", "Reports due of the latest year, by what is known of them.", ["year", "status"],
            registry=found,
        )  # fmt: skip
        for status, number in health.coverage.items():
            if status != "expected":
                made.labels(str(health.year), status).set(number)
    return found
