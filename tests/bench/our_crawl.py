"""Our side of the crawl benchmark: ``run.crawl`` in this process. Prints pages, CPU seconds here, in the workers.

python our_crawl.py PORTALS DATA
"""

from __future__ import annotations

import resource
import sys
import time
from multiprocessing import forkserver
from pathlib import Path

from archive.datadir import DataDir
from crawler import catalogue, run

if __name__ == "__main__":
    portals = list(catalogue.load(Path(sys.argv[1])).values())
    summary = run.crawl(DataDir.open(Path(sys.argv[2])), portals, delay=0)
    forkserver._forkserver._stop()  # waits for it, so that its workers count as our children
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(summary.pages, time.process_time(), children.ru_utime + children.ru_stime)
