"""Exchanges and folders the WARC tests share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.captures import Captures, connect
from archive.model import Capture, Origin, Role
from archive.warc_verify import Finding, verify
from archive.warc_write import Exchange, WarcWriter

MOMENT = datetime(2026, 11, 25, 1, 2, 3, 45, tzinfo=UTC)
PAGE = "<html><body><p>示例县2025年度法治政府建设情况报告</p></body></html>".encode("gbk") * 30
HTML = ("Content-Type", "text/html; charset=gbk")


def exchange(
    url: str = "http://www.example.gov.cn/a.html",
    body: bytes = PAGE,
    *,
    seconds: float = 0,
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (HTML,),
    **more: object,
) -> Exchange:
    """Return an exchange with sane defaults, ``seconds`` after MOMENT."""
    facts = {
        "reason": "OK",
        "protocol": "HTTP/1.1",
        "request_line_method": "GET",
        "request_headers": (("User-Agent", "fazhi"),),
        "fetched": MOMENT + timedelta(seconds=seconds),
    } | more
    return Exchange(url=url, status=status, headers=headers, body=body, **facts)  # type: ignore[arg-type]  # see above


def origin(**more: object) -> Origin:
    """Return the origin of a report page of a fictional county."""
    return Origin(**({"portal": "990101", "adcode": "990101", "role": Role.REPORT} | more))  # type: ignore[arg-type]  # ditto


def fill(folder: Path, count: int, **options: object) -> list[Capture]:
    """Write ``count`` small different pages and return their captures."""
    with WarcWriter(folder, **options) as writer:  # type: ignore[arg-type]  # ditto
        return [
            writer.write(
                exchange(f"http://www.example.gov.cn/{number}.html", b"page %d" % number, seconds=number),
                origin(link_title=f"报告 {number}"),
                target=f"http://www.example.gov.cn/{number}.html",
            )
            for number in range(count)
        ]


def only_file(folder: Path) -> Path:
    """Return the one WARC file of a folder."""
    (path,) = folder.glob("*.warc.gz*")
    return path


def findings(folder: Path) -> list[Finding]:
    """Return what verify finds."""
    return list(verify(folder, progress=lambda done, total: None))


def table(folder: Path) -> Captures:
    """Return an empty table of captures beside the WARC folder."""
    return Captures(connect(folder / "crawl.db"))
