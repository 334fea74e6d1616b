"""Cookies as Scrapy keeps them, one jar a host, without its call to a stranger.

The stock middleware asks publicsuffix.org for the list of public suffixes when the first cookie comes, in every run. A
crawl talks to its portals and nobody else: the list that ``tldextract`` brings along serves as well.
"""

from __future__ import annotations

from scrapy.downloadermiddlewares import cookies
from tldextract import TLDExtract

cookies._split_domain = TLDExtract(suffix_list_urls=(), include_psl_private_domains=True)


class Cookies(cookies.CookiesMiddleware):
    """Named in ``settings.DOWNLOADER_MIDDLEWARES``, in the place of the stock one."""
