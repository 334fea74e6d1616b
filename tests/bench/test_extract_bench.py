"""CPU of ``extract()`` as a whole (bytes in, Report out) against bare ``trafilatura.extract`` on the same pages."""

from __future__ import annotations

import time

import pytest
import trafilatura
from fazhi_zoo import client
from fazhi_zoo.server import Zoo

from archive.extract import extract
from archive.model import Origin

SAMPLE = 120  # pages, spread over all portals of the large zoo


@pytest.fixture(scope="module")
def pages() -> list[tuple[str, bytes]]:
    with Zoo("large") as zoo:
        step = max(1, len(zoo.truth) // SAMPLE)
        read = [(item.url, client.read(item.url).encode()) for item in zoo.truth[::step]]
        for url, body in read[:2]:
            extract(Origin(url=url, content_type="text/html"), body)  # tables are loaded once
    return read


@pytest.mark.benchmark(group="extract", timer=time.process_time, warmup=False)
def test_extract(benchmark, pages, note) -> None:
    def ours() -> int:
        return sum(len(extract(Origin(url=url, content_type="text/html"), body).text) for url, body in pages)

    begin = time.process_time()
    bare = sum(len(trafilatura.extract(body) or "") for _, body in pages)
    peer = time.process_time() - begin
    assert bare > 0
    assert benchmark.pedantic(ours, rounds=3) > 0
    note(
        "extract(), sample pages: CPU ms a page",
        benchmark.stats["min"] * 1000 / len(pages),
        "bare trafilatura.extract",
        peer * 1000 / len(pages),
        "0.7",
    )


@pytest.mark.real
@pytest.mark.benchmark(group="extract", timer=time.process_time, warmup=False)
def test_extract_real_pages(benchmark, shared, note) -> None:
    pages = [file.read_bytes() for file in sorted((shared / "pages" / "html").glob("*.html"))]

    def ours() -> int:
        return sum(len(extract(Origin(content_type="text/html"), body).text) for body in pages)

    begin = time.process_time()
    for body in pages:
        trafilatura.extract(body)
    peer = time.process_time() - begin
    assert benchmark.pedantic(ours, rounds=3) > 0
    note(
        "extract(), 52 real pages: CPU ms a page",
        benchmark.stats["min"] * 1000 / len(pages),
        "bare trafilatura.extract",
        peer * 1000 / len(pages),
        "0.7",
    )
