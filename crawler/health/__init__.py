"""The health of a data directory: what needs a person first, told on a terminal, to a webhook, to Prometheus.

report()         gather it: ``gather``; what is told: ``model``
notify()         tell a webhook of what is new: ``webhook``
write_metrics()  write a text file for Prometheus' node exporter: ``metrics``
show()           print it: ``text``
"""

from crawler.health.gather import report
from crawler.health.metrics import write_metrics
from crawler.health.model import KINDS, Crawl, Health, Need
from crawler.health.text import show
from crawler.health.webhook import notify

__all__ = ["KINDS", "Crawl", "Health", "Need", "notify", "report", "show", "write_metrics"]
