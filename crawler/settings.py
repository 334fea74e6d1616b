"""Scrapy's settings, and why each is what it is. Only what differs from Scrapy 2.19 stands here.

| setting | value | why |
|---|---|---|
| SCHEDULER | own | the frontier in SQLite loses nothing on kill -9; Scrapy's JOBDIR lost 2,800 of 3,000 pages |
| ROBOTSTXT_OBEY, own middleware | on | the stock one lets waiting requests through, and takes a 500 for permission |
| USER_AGENT | honest, with contact | a webmaster must find who runs it: ``FAZHI_CONTACT``, else user@host |
| DOWNLOAD_DELAY | 0 | the frontier paces hosts itself: own delay, Crawl-delay, Retry-After |
| CONCURRENT_REQUESTS_PER_DOMAIN | 1 | a second belt; the frontier hands out one address a host |
| CONCURRENT_REQUESTS | 500 | a host that hangs holds two places (page, robots.txt) for a minute: others must not wait |
| CONCURRENT_ITEMS | 1 | there are none; Scrapy starts as many tasks as this for every answer |
| DOWNLOAD_TIMEOUT | 60 | seconds for the whole answer, or ``FAZHI_TIMEOUT``; the default is 180 |
| DOWNLOAD_MAXSIZE | 20 MB | also of unpacked bodies; the default is 1 GiB |
| DOWNLOAD_FAIL_ON_DATALOSS | off | a torn body is archived as torn, and asked for again |
| REDIRECT_MAX_TIMES | 6 | the default is 20 |
| RETRY_ENABLED | off | retries go through the frontier, with pauses |
| METAREFRESH_ENABLED | off | the spider reads it: its page must not be taken for content |
| HTTPCACHE | off | the WARC files are the archive |
| DOWNLOAD_HANDLERS | own, https | old servers get an old handshake, and the state of the certificate is noted |
| cookies, own middleware | on | the stock one asks publicsuffix.org in every run |
| EXTENSIONS_BASE | statistics only | no telnet console, no remote control: both are open doors that run code |
| spider middlewares | hardly any | links enter the frontier as data and never pass them |
"""

from __future__ import annotations

import os
import socket

from archive import __version__

CONTACT = os.environ.get("FAZHI_CONTACT") or f"{os.environ.get('USER') or 'operator'}@{socket.gethostname()}"

BOT_NAME = "fazhi"
SPIDER_MODULES = ["crawler.spider"]
USER_AGENT = f"fazhi/{__version__} (archive of annual reports on law-based government; contact {CONTACT})"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
}

DELAY = 2.0  # seconds between two requests to a host, unless --delay says otherwise

SCHEDULER = "crawler.scheduler.Scheduler"
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "crawler.robots.Robots": 100,
    "crawler.cookies.Cookies": 700,
    "crawler.recorder.Recorder": 895,  # below 900 and above 600: sees bodies as received, and every redirect
}
DOWNLOAD_HANDLERS = {"https": "crawler.tls.Handler"}
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}
ROBOTSTXT_OBEY = True

CONCURRENT_REQUESTS = 500
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_ITEMS = 1
DOWNLOAD_DELAY = 0
DOWNLOAD_TIMEOUT = float(os.environ.get("FAZHI_TIMEOUT") or 60)
DOWNLOAD_MAXSIZE = 20_000_000
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = False
REDIRECT_MAX_TIMES = 6
RETRY_ENABLED = False
METAREFRESH_ENABLED = False
HTTPCACHE_ENABLED = False
# Scrapy imports all of its own list, also what is off: aiohttp alone takes 0.2 s of every start.
EXTENSIONS_BASE = {"scrapy.extensions.corestats.CoreStats": 0, "scrapy.extensions.logcount.LogCount": 0}
LOG_LEVEL = os.environ.get("FAZHI_LOG", "WARNING")
