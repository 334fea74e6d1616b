"""Serve the sample portals until killed: ``python -m fazhi_zoo --size large --port 8100 --portals FILE``.

A crawl in another process needs ``FAZHI_DIVISIONS=<the file named in the line printed when all is ready>``.
"""

from __future__ import annotations

import argparse
import signal
from pathlib import Path

from fazhi_zoo.faults import FAULTS
from fazhi_zoo.places import DIVISIONS
from fazhi_zoo.server import DIALECTS, SIZES, Zoo


def main() -> None:
    """Read the options, start the zoo, wait for SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="python -m fazhi_zoo", description=__doc__.split("\n")[0] if __doc__ else None
    )
    parser.add_argument("--size", choices=[*SIZES, DIALECTS], default="demo")
    parser.add_argument("--port", type=int, default=0, help="port of the first portal, the others follow; 0 = any")
    parser.add_argument("--portals", type=Path, required=True, help="portal file to write")
    parser.add_argument("--log", type=Path, help="file the requests are appended to, one JSON object a line")
    parser.add_argument("--fault", action="append", default=[], choices=FAULTS, help="add a portal that misbehaves")
    options = parser.parse_args()
    stop = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)  # threads inherit the mask, so only sigwait sees the signal
    with Zoo(options.size, base_port=options.port, log=options.log, faults=options.fault) as zoo:
        zoo.write_portals(options.portals)
        print(f"ready: {len(zoo.homes)} portals, FAZHI_DIVISIONS={DIVISIONS}", flush=True)
        signal.sigwait(stop)


if __name__ == "__main__":
    main()
