"""Where things lie below a data directory, and the lock of the one process that may write there.

warc/         the source of truth: every answer, append-only
crawl.db      the operator's database: captures, targets, hosts, crawls
archive.db    the public database: everything the site shows
.lock         held while a command writes; the kernel drops it when the process ends, however it ends
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.errors import StorageError, UsageError

CHOOSE = "choose another directory with --data, or change its permissions"


@dataclass(frozen=True, slots=True)
class DataDir:
    """A data directory. Make one with ``DataDir.open``."""

    root: Path

    @classmethod
    def open(cls, root: Path, *, create: bool = True) -> DataDir:
        """Return the data directory at ``root``.

        With ``create`` it is made where absent and must be writable (StorageError); without, it must exist
        (UsageError) and may be read-only, so that a public server needs no right to write.
        """
        place = cls(root)
        if root.exists() and not root.is_dir():
            raise UsageError(f"{root} is no directory", "choose another directory with --data")
        if not create:
            if not root.is_dir():
                raise UsageError(f"no data directory at {root}", "name it with --data, or begin with `fazhi crawl`")
            return place
        try:
            place.warc.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"cannot make {place.warc}: {error.strerror}", CHOOSE) from None
        for directory in (place.root, place.warc):
            if not os.access(directory, os.W_OK | os.X_OK):
                raise StorageError(f"cannot write to {directory}", CHOOSE)
        return place

    @property
    def warc(self) -> Path:
        """Directory of the WARC files."""
        return self.root / "warc"

    @property
    def crawl_db(self) -> Path:
        """The operator's database."""
        return self.root / "crawl.db"

    @property
    def archive_db(self) -> Path:
        """The public database."""
        return self.root / "archive.db"

    def busy(self) -> bool:
        """Tell whether a process holds the directory's lock; asks the kernel, so that also one of a container counts."""
        try:
            descriptor = os.open(self.root / ".lock", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(descriptor)
        return False

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the directory's lock, or raise StorageError at once when another process (or this one) holds it."""
        path = self.root / ".lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StorageError(f"cannot open {path}: {error.strerror}", CHOOSE) from None
        try:
            try:
                _take(descriptor)
            except BlockingIOError:
                holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
                raise StorageError(
                    f"another fazhi (process {holder}) is writing to {self.root}",
                    "wait until it has ended, or end it; the lock goes with the process",
                ) from None
            except OSError as error:
                raise StorageError(
                    f"cannot lock {path}: {error.strerror}", "put the data directory on a file system that knows locks"
                ) from None
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
            yield
        finally:
            os.close(descriptor)


def _take(descriptor: int) -> None:
    """Take the lock at once; a second try, because ``busy`` holds it for the moment in which it asks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(0.05)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
