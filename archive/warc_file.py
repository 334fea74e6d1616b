"""One growing WARC file: records are packed by warcio and reach the disk whole or not at all.

A record and its request are packed in memory and appended in one piece; when the disk refuses in the middle, the
file is cut back to where the record began. What ``sync`` has not confirmed is cut off when the sync fails. So a file
holds whole records at every moment, and after a crash at most one torn record at its end (``warc_repair``). It is named
``....warc.gz.open`` while it grows and is never opened again once it is closed.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import uuid
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from archive import __version__, clock
from archive.errors import StorageError, UsageError
from archive.warc_fields import PREFIX, warc_date
from archive.warc_http import clean_value
from archive.warc_scan import MAX_HEAD, MAX_RECORD, OPEN

REMEDY = "free some space or check the disk, then run the same command again to go on"
SERIAL = itertools.count()  # one row of numbers a process: two writers never share a file name


class Record:
    """What warcio needs to write one record."""

    def __init__(self, fields: Mapping[str, str], head: StatusAndHeaders | None, body: bytes) -> None:
        self.fields = {name: value for name, value in fields.items() if value or name.startswith(PREFIX)}
        self.head = head
        self.body = body


class _Packer(WARCWriter):  # type: ignore[misc]  # warcio carries no types
    """warcio's writer with SHA-256 block digests in place of SHA-1."""

    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")


class OpenFile:
    """One growing WARC file."""

    def __init__(self, directory: Path, info: Mapping[str, str]) -> None:
        self.size = 0
        self._synced = 0
        self._info_id: str | None = None
        self._broken = False
        self._directory = directory
        try:
            self.name, self._descriptor = _create(directory)
        except OSError as error:
            raise StorageError(f"cannot make a WARC file in {directory}: {error.strerror}", REMEDY) from None
        try:
            self._begin(info)
            sync_directory(directory)
        except (OSError, StorageError) as error:
            os.close(self._descriptor)
            (directory / (self.name + OPEN)).unlink(missing_ok=True)
            if isinstance(error, StorageError):
                raise
            raise StorageError(f"cannot make {directory / self.name}: {error.strerror}", REMEDY) from None

    def _begin(self, info: Mapping[str, str]) -> None:
        facts = {
            "software": f"fazhi/{__version__} (warcio)",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "description": "reason phrases may come from a table; request heads are as the crawler made them",
        } | {clean_value(name): clean_value(value) for name, value in info.items()}
        fields = {
            "WARC-Type": "warcinfo",
            "WARC-Record-ID": record_id(),
            "WARC-Filename": self.name,
            "WARC-Date": warc_date(clock.now()),
        }
        block = "".join(f"{name}: {value}\r\n" for name, value in facts.items() if value).encode("utf-8")
        self.append(Record(fields, None, block))
        self._info_id = fields["WARC-Record-ID"]

    def append(self, *records: Record) -> int:
        """Append records in one piece and return the offset of the first; leave no part where the disk refuses."""
        size = sum(len(record.body) for record in records)
        if size > MAX_RECORD - 2 * MAX_HEAD:  # what could not be read back is not written
            raise UsageError(f"{size:,} bytes are more than a record may hold", "leave the file out, or split it")
        if self._broken:
            raise StorageError(f"{self._directory / self.name} could not be cut back after a fault", REMEDY)
        packed = BytesIO()
        packer = _Packer(packed, gzip=True, warc_version="WARC/1.1")
        for record in records:
            extra = {"WARC-Warcinfo-ID": self._info_id} if self._info_id else {}
            packer.write_record(
                packer.create_warc_record(
                    "",
                    record.fields["WARC-Type"],
                    payload=BytesIO(record.body),
                    length=len(record.body),
                    warc_headers_dict=record.fields | extra,
                    http_headers=record.head,
                )
            )
        start, data = self.size, packed.getbuffer()
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
            self.size = start + packed.tell()
        except OSError as error:
            self._cut(start)
            raise StorageError(f"cannot write to {self._directory / self.name}: {error.strerror}", REMEDY) from None
        except BaseException:  # Ctrl-C in the middle
            self._cut(start)
            raise
        return start

    def sync(self) -> None:
        """Wait for the disk; cut off what it has not confirmed when it fails."""
        if self._synced == self.size:
            return
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            self._cut(self._synced)
            raise StorageError(f"cannot write to {self._directory / self.name}: {error.strerror}", REMEDY) from None
        self._synced = self.size

    def close(self) -> None:
        """Sync, close, and drop ``.open`` from the name."""
        try:
            self.sync()
        finally:
            os.close(self._descriptor)
        if self._broken:
            return  # stays .open: the next start repairs it
        try:
            os.rename(self._directory / (self.name + OPEN), self._directory / self.name)
            sync_directory(self._directory)
        except OSError as error:
            raise StorageError(f"cannot rename {self.name + OPEN}: {error.strerror}", REMEDY) from None

    def _cut(self, size: int) -> None:
        try:
            os.ftruncate(self._descriptor, size)
        except OSError:
            self._broken = True
        self.size = size
        self._synced = min(self._synced, size)


def _create(directory: Path) -> tuple[str, int]:
    """Create a new file exclusively; return its final name and the descriptor, opened for appending."""
    while True:
        stamp = clock.now().strftime("%Y%m%d%H%M%S")
        name = f"fazhi-{stamp}-{next(SERIAL):05d}-{os.getpid()}.warc.gz"
        if (directory / name).exists():
            continue  # a process of the same number on another machine, or a clock set back
        with contextlib.suppress(FileExistsError):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            return name, os.open(directory / (name + OPEN), flags, 0o644)


def sync_directory(directory: Path) -> None:
    """Wait until the names in a directory are on the disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def record_id() -> str:
    """Return a fresh WARC-Record-ID."""
    return f"<urn:uuid:{uuid.uuid4()}>"
