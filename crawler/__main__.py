"""Where the command ``fazhi`` begins: loading takes a second, and Ctrl-C in it is an interrupt like any other."""

from __future__ import annotations

import sys


def main() -> None:
    """Load the commands and run the one that was asked for."""
    try:
        from crawler.cli import main as fazhi
    except KeyboardInterrupt:
        print("fazhi: interrupted - run the same command again to go on", file=sys.stderr)
        sys.exit(130)
    fazhi(prog_name="fazhi")


if __name__ == "__main__":
    main()
