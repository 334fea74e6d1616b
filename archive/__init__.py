"""archive: captures -> reports -> site. Runs with no network and without Scrapy; never imports ``crawler``."""

__version__ = "0.1.0"
