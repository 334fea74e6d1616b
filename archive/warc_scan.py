"""WARC files as a row of records, each either whole or broken; nothing is returned short.

warcio's iterator returns the last record of a torn file silently short and ends at the first broken one. Here a
record counts only when its gzip member is complete, its checksum right and its length the Content-Length it tells;
behind a broken record the next one is looked for, so one flipped byte costs one record.

A page can hold bytes that look like a record. So that a broken record cannot be made to show a forged one inside it,
a record found by searching must carry the WARC-Warcinfo-ID of the file, a random number no server knows.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from archive.errors import BrokenRecordError
from archive.warc_http import Headers, first, parse_lines

OPEN = ".open"
MAX_RECORD = 256_000_000  # bytes, unpacked; what we write has 50 MB at most
MAX_HEAD = 8_000_000
STEP = 16_384
BUFFER = 131_072
GZIP_MAGIC = b"\x1f\x8b\x08"
VERSION = b"WARC/"
VERSION_LINE = re.compile(rb"WARC/\d\.\d\r?\n")
BLANK = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a WARC file: which file, at which byte, what."""

    file: str
    offset: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.offset}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Raw:
    """A whole record: its WARC fields and its block, and where in the file it begins and ends.

    ``more`` is true where its gzip member holds further records, which can then not be addressed.
    """

    offset: int
    end: int
    fields: Headers
    block: bytes
    more: bool = False

    @property
    def kind(self) -> str:
        """The WARC-Type."""
        return first(self.fields, "WARC-Type") or ""


def files(directory: Path) -> list[Path]:
    """Return the WARC files of a folder in order of name, also those still open."""
    found: dict[str, Path] = {}
    for path in sorted(directory.iterdir() if directory.is_dir() else []):
        if name_of(path).lower().endswith((".warc", ".warc.gz")) and path.is_file():
            found.setdefault(name_of(path), path)  # the closed file sorts before one of that name with .open
    return [found[name] for name in sorted(found)]


def name_of(path: Path) -> str:
    """Return a WARC file's name without ``.open``."""
    return path.name.removesuffix(OPEN)


def is_gzip(file: BinaryIO, name: str) -> bool:
    """Tell by the first bytes, or where they are damaged by the name, whether records are gzip members."""
    file.seek(0)
    start = file.read(10)
    if VERSION_LINE.match(start):
        return False
    return start.startswith(GZIP_MAGIC[:2]) or name.lower().endswith(".gz")


def load(file: BinaryIO, offset: int, *, gzip: bool) -> Raw:
    """Return the record that begins at ``offset``; raise BrokenRecordError saying what is wrong with it."""
    return _load_member(file, offset) if gzip else _load_plain(file, offset)


def scan(path: Path) -> Iterator[Raw | Finding]:
    """Yield every record of a file, whole or broken, in order of offset."""
    name = name_of(path)
    with path.open("rb", buffering=BUFFER) as file:
        gzip = is_gzip(file, name)
        size = path.stat().st_size
        offset, family, searched = 0, None, False
        while offset < size:
            try:
                raw = load(file, offset, gzip=gzip)
            except BrokenRecordError as error:
                yield Finding(name, offset, error.message)
                offset, searched = _next_start(file, offset + 1, size, gzip), True
                continue
            if searched and family is not None and first(raw.fields, "WARC-Warcinfo-ID") != family:
                offset = _next_start(file, offset + 1, size, gzip)  # a forgery inside the broken record
                continue
            yield raw
            family, searched = _family(raw) or family, False
            offset = raw.end


def _family(raw: Raw) -> str | None:
    if raw.kind == "warcinfo":
        ours = any(line.startswith(b"software: fazhi/") for line in raw.block.splitlines())
        return first(raw.fields, "WARC-Record-ID") if ours else None
    return first(raw.fields, "WARC-Warcinfo-ID")


def _load_member(file: BinaryIO, offset: int) -> Raw:
    file.seek(offset)
    member, plain, data = zlib.decompressobj(31), bytearray(), b""
    while not member.eof:
        data = member.unconsumed_tail or file.read(STEP)
        if not data:
            raise BrokenRecordError("torn: the file ends inside the record")
        try:
            plain += member.decompress(data, MAX_RECORD + 1 - len(plain))
        except zlib.error as error:
            raise BrokenRecordError(f"damaged gzip data ({str(error).rpartition(': ')[2]})") from None
        if len(plain) > MAX_RECORD:
            raise BrokenRecordError(f"record larger than {MAX_RECORD:,} bytes")
    end = file.tell() - len(member.unused_data)
    head, start = _head(bytes(plain[:MAX_HEAD]))
    length = _length(head)
    if len(plain) - start < length:
        raise BrokenRecordError(f"record has {len(plain) - start} bytes, its Content-Length says {length}")
    rest = bytes(plain[start + length : start + length + 64]).lstrip(b"\r\n")
    if rest and not rest.startswith(VERSION):
        raise BrokenRecordError(f"record has {len(plain) - start - 4} bytes, its Content-Length says {length}")
    return Raw(offset, end, head, bytes(plain[start : start + length]), more=bool(rest))


def _load_plain(file: BinaryIO, offset: int) -> Raw:
    file.seek(offset)
    plain = file.read(4 * STEP)
    head, start = _head(plain if BLANK.search(plain.lstrip()) else plain + file.read(MAX_HEAD))
    length = _length(head)
    if length > MAX_RECORD:
        raise BrokenRecordError(f"record larger than {MAX_RECORD:,} bytes")
    file.seek(offset + start)
    block = file.read(length)
    if len(block) < length:
        raise BrokenRecordError(f"torn: record has {len(block)} bytes, its Content-Length says {length}")
    end = file.tell()
    while (byte := file.read(1)) in (b"\r", b"\n") and byte:
        end += 1
    if byte and end == offset + start + length:
        raise BrokenRecordError(f"no line end after the {length} bytes its Content-Length says")
    return Raw(offset, end, head, block)


def _head(plain: bytes) -> tuple[Headers, int]:
    """Return the WARC fields and the offset of the block."""
    skipped = len(plain) - len(plain.lstrip(b"\r\n"))
    if not plain.startswith(VERSION, skipped):
        raise BrokenRecordError("no WARC record begins here")
    found = BLANK.search(plain, skipped)
    if found is None:
        raise BrokenRecordError("the head of the record does not end")
    return parse_lines(plain[skipped : found.start()])[1], found.end()


def _length(head: Headers) -> int:
    told = first(head, "Content-Length") or ""
    if not (told.isascii() and told.isdigit() and len(told) < 19):
        raise BrokenRecordError(f"Content-Length is no number: {told[:40]!r}")
    return int(told)


def _next_start(file: BinaryIO, offset: int, size: int, gzip: bool) -> int:
    """Return where the next record seems to begin at or behind ``offset``, or ``size``."""
    if not gzip:
        return next((position + 1 for position in _occurrences(file, b"\n" + VERSION, offset)), size)
    for position in _occurrences(file, GZIP_MAGIC, offset):
        file.seek(position)
        member = zlib.decompressobj(31)
        try:
            if member.decompress(file.read(STEP), len(VERSION)) == VERSION:
                return position
        except zlib.error:
            continue  # three bytes that only look like the beginning of a member
    return size


def _occurrences(file: BinaryIO, mark: bytes, offset: int) -> Iterator[int]:
    keep = len(mark) - 1
    while True:
        file.seek(offset)
        data = file.read(BUFFER)
        position = data.find(mark)
        while position >= 0:
            yield offset + position
            position = data.find(mark, position + 1)
        if len(data) < BUFFER:
            return
        offset += len(data) - keep
