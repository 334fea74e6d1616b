"""The peer of the crawl benchmark: Scrapy with a trivial parse over the same portals. Prints pages and CPU seconds.

python bare_scrapy.py HOME ...
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
        for home in sys.argv[1:]:
            yield scrapy.Request(home)

    def parse(self, response):
        type(self).pages += 1
        if b"<html" in response.body[:500].lower():
            for href in response.xpath("//a/@href").getall():
                if not href.startswith(("javascript:", "mailto:", "#")):
                    url = response.urljoin(href)
                    if url.startswith("http://127.0.0.1:"):
                        yield scrapy.Request(url)


if __name__ == "__main__":
    process = AsyncCrawlerProcess(
        {"LOG_LEVEL": "ERROR", "DOWNLOAD_DELAY": 0, "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False}
    )
    process.crawl(Bare)
    process.start()
    print(Bare.pages, time.process_time())
