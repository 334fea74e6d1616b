"""What a worker may meet: pages that kill it, hang it or eat its memory. Imported by name in the worker processes."""

from __future__ import annotations

import os
import signal
import time

from archive.extract import EXTRACTOR
from archive.model import Capture, Reason, Rejection


def read(warc: str, crawl_db: str, capture: Capture) -> Rejection:
    """Do what the link title says; a page without one is news."""
    match capture.origin.link_title:
        case "kills":
            os.kill(os.getpid(), signal.SIGKILL)
        case "aborts":
            os.abort()
        case "hangs":
            time.sleep(600)
        case "eats":
            bytearray(1 << 40)
        case "raises":
            raise ValueError("no such thing")
        case "asks":
            return Rejection(extractor=EXTRACTOR, reason=Reason.NEWS, title=os.environ.get("FAZHI_DIVISIONS"))
    return Rejection(extractor=EXTRACTOR, reason=Reason.NEWS, title=capture.id)
