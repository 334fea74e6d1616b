"""Put right what a crash left in the WARC folder: run once at every start, under the data directory's lock.

A file that is still ``.open`` was not closed. Behind its last whole record there can be a torn one, or zeros after a
power cut; that tail is cut off, and the file gets its final name. A damaged record in the middle stays where it is, as
the rows of the records behind it hold their offsets; ``fazhi verify`` names it.
"""

from __future__ import annotations

import os
from pathlib import Path

from archive.captures import Captures
from archive.errors import StorageError
from archive.warc_file import sync_directory
from archive.warc_read import walk_file
from archive.warc_scan import OPEN, Raw, name_of, scan

REMEDY = "check the disk and the permissions of the folder, then run the same command again"


def repair(directory: Path) -> list[str]:
    """Close every file a crash left open; return in words what was done, one line a file.

    Raise StorageError where the disk refuses. The caller holds ``DataDir.lock``: nobody is writing.
    """
    done = []
    for path in sorted(directory.glob("*.warc.gz" + OPEN)):
        try:
            done.append(_close(path))
        except OSError as error:
            raise StorageError(f"cannot repair {path}: {error.strerror}", REMEDY) from None
    if done:
        sync_directory(directory)
    return done


def recover(directory: Path, table: Captures) -> list[str]:
    """Give the records of open files the rows that a power cut took from them, then ``repair``; return its words.

    A record is synced before its row is committed, so bytes without a row are what a crash leaves. Rows first: a file
    that was closed is not looked at again.
    """
    for path in sorted(directory.glob("*.warc.gz" + OPEN)):
        with table.transaction():
            for capture in walk_file(directory, name_of(path)):
                table.add(capture)
    return repair(directory)


def _close(path: Path) -> str:
    final = path.with_name(path.name.removesuffix(OPEN))
    if final.exists():
        return f"{path.name}: left alone, as {final.name} is there too; remove the one that is a copy"
    size = path.stat().st_size
    end = max((item.end for item in scan(path) if isinstance(item, Raw)), default=0)
    if end == 0:
        path.unlink()
        return f"{path.name}: removed, it held no whole record ({size:,} bytes)"
    if end < size:
        with path.open("r+b") as file:
            file.truncate(end)
            os.fsync(file.fileno())
    path.rename(final)
    if end < size:
        return f"{final.name}: closed after a crash, {size - end:,} bytes of a torn record cut off at {end}"
    return f"{final.name}: closed after a crash, all records whole"
