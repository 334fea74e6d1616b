"""The peer of the crawl benchmarks: Scrapy with a trivial parse over the same portals.

python bare_scrapy.py DELAY HOME ...

Prints pages, CPU seconds, and CPU seconds of them after start-up.
"""

from __future__ import annotations

import sys
import time

import scrapy
from scrapy.crawler import AsyncCrawlerProcess


class Bare(scrapy.Spider):
    """Follows every link, keeps nothing."""

    name = "bare"
    pages = 0

    async def start(self):
        for home in sys.argv[2:]:
            yield scrapy.Request(home)

    def parse(self, response):
        type(self).pages += 1
        if b"<html" in response.body[:500].lower():
            for href in response.xpath("//a/@href").getall():
                if not href.startswith(("javascript:", "mailto:", "#")):
                    url = response.urljoin(href)
                    if url.startswith("http://127.0."):
                        yield scrapy.Request(url)


if __name__ == "__main__":
    started = time.process_time()
    process = AsyncCrawlerProcess(
        {
            "LOG_LEVEL": "ERROR",
            "DOWNLOAD_DELAY": float(sys.argv[1]),
            "RANDOMIZE_DOWNLOAD_DELAY": False,
            "CONCURRENT_REQUESTS": 256,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1 if float(sys.argv[1]) else 8,
            "TELNETCONSOLE_ENABLED": False,
            "REMOTE_CONTROL_ENABLED": False,
        }
    )
    process.crawl(Bare)
    process.start()
    print(Bare.pages, time.process_time(), time.process_time() - started)
