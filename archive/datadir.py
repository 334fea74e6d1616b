"""Where things lie below a data directory, and the lock of the one process that may write there.

warc/         the source of truth: every answer, append-only
crawl.db      the operator's database: captures, targets, hosts, crawls
archive.db    the public database: everything the site shows
.lock         held while a command writes; the kernel drops it when the process ends, however it ends
.schedule.lock  held by `fazhi schedule`, and by the child it has started
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
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
        """Tell whether a process holds the directory's lock; asks the kernel: one in a container counts, too."""
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
        with _held(
            self.root / ".lock",
            lambda holder: f"another fazhi (process {holder}) is writing to {self.root}",
            "wait until it has ended, or end it; the lock goes with the process",
        ):
            yield

    @contextmanager
    def schedule_lock(self) -> Iterator[int]:
        """Hold the lock of the one schedule of the directory and yield its file, for the schedule's child to inherit.

        The lock goes with the last process that has the file open: the child of a schedule that was killed holds it to
        its end. Raises StorageError at once when another schedule, or such a child, holds it.
        """
        with _held(
            self.root / ".schedule.lock",
            lambda holder: (
                f"another fazhi schedule (process {holder}) runs on {self.root}, or the crawl of one that was killed"
            ),
            "wait until it has ended, or end it; the lock goes with the process",
        ) as descriptor:
            yield descriptor


@contextmanager
def _held(path: Path, told: Callable[[str], str], remedy: str) -> Iterator[int]:
    """Hold a lock file that names its holder, or raise StorageError at once with what is told of the holder."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StorageError(f"cannot open {path}: {error.strerror}", CHOOSE) from None
    try:
        try:
            _take(descriptor)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise StorageError(told(holder), remedy) from None
        except OSError as error:
            raise StorageError(
                f"cannot lock {path}: {error.strerror}", "put the data directory on a file system that knows locks"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    """Take the lock at once; a second try, because ``busy`` holds it for the moment in which it asks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(0.05)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
