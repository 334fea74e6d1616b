"""Check WARC files: every length, checksum and digest, and that every revisit refers to something.

All broken records are found, not only the first of a file; two that touch count as one where the beginning of the
second is damaged too.

    verify()   all files, or some
    share()    the files of a day: each is checked once a month, a new one soon after it was closed
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from archive import checks, clock
from archive.datadir import DataDir
from archive.errors import BrokenRecordError
from archive.model import Capture
from archive.warc_fields import KINDS, NOT_MODIFIED, digest_hex, foreign, parse_digest
from archive.warc_http import END_OF_HEAD, first, parse_answer, split_head, unchunked
from archive.warc_read import MORE, is_web, record_of
from archive.warc_scan import OPEN, Finding, Raw, files, name_of, scan

__all__ = ["Finding", "share", "verify"]

Tick = Callable[[int, int | None], None]


Digests = Callable[[str], str | None]


def share(place: DataDir, day: date, of: int = 30) -> list[str]:
    """Return the names of the closed files to check on a day, about 1/``of`` of all bytes.

    A file's own day follows from its name and size alone. Besides, up to the same number of bytes again, come files
    that were never checked, newest first, and those whose day was missed (``checks`` knows).
    """
    closed = {name_of(path): path.stat().st_size for path in files(place.warc) if path.suffix != OPEN}
    found = [
        name for name, size in closed.items() if zlib.crc32(f"{name} {size}".encode()) % of == day.toordinal() % of
    ]
    last = checks.last(place)
    late = datetime.combine(day - timedelta(days=of), datetime.min.time(), clock.CHINA)
    new = [name for name in sorted(closed, reverse=True) if name not in last]
    missed = sorted((last[name], name) for name in closed if name in last and last[name] < late)
    room = sum(closed.values()) // of
    for name in [*new, *(name for _, name in missed)]:
        if name not in found:
            found.append(name)
            room -= closed[name]
            if room < 0:
                break
    return sorted(found)


def verify(
    directory: Path, *, progress: Tick, names: Collection[str] | None = None, known: Digests | None = None
) -> Iterator[Finding]:
    """Yield what is broken, in order of file and offset; revisits that refer to nothing come last.

    ``progress`` is called with bytes checked and bytes in all. ``names`` are the files to check, where not all are;
    ``known`` gives the digest of a capture by its id then, as what a revisit refers to may stand in another file;
    without it revisits of such files are passed over.
    """
    paths = [path for path in files(directory) if names is None or name_of(path) in names]
    total, done = sum(path.stat().st_size for path in paths), 0
    bodies: dict[str, str] = {}  # id of a capture that holds its body -> its digest
    revisits: list[tuple[Capture, str]] = []
    for path in paths:
        name, last = name_of(path), 0
        for item in scan(path):
            if isinstance(item, Finding):
                yield item
                continue
            done, last = done + item.end - last, item.end
            progress(done, total)
            try:
                check(item)
                if item.kind in KINDS and is_web(item):
                    record = record_of(item, name)
                    if item.kind != "revisit":
                        bodies[record.capture.id] = record.capture.digest
                    elif record.refers_to:
                        revisits.append((record.capture, record.refers_to))
            except BrokenRecordError as error:
                url = first(item.fields, "WARC-Target-URI")
                yield Finding(name, item.offset, f"{error.message} ({item.kind} {url})")
    for capture, earlier in revisits:
        if names is not None and earlier not in bodies and known is None:
            continue
        problem = dangling(capture, bodies.get(earlier) or (known(earlier) if known else None))
        if problem:
            yield Finding(capture.warc, capture.offset, f"{problem} (revisit {capture.origin.url})")


def check(raw: Raw) -> None:
    """Raise BrokenRecordError where a record's bytes do not fit what its head says of them."""
    if raw.more:
        raise BrokenRecordError(MORE)
    if not raw.kind:
        raise BrokenRecordError("no WARC-Type")
    own = not (raw.kind == "revisit" and foreign(raw.fields))  # other tools digest a block they then leave out
    if own and not _fits(first(raw.fields, "WARC-Block-Digest"), raw.block):
        raise BrokenRecordError("block digest does not fit the bytes")
    if raw.kind == "revisit" and first(raw.fields, "WARC-Profile") == NOT_MODIFIED and raw.block.strip():
        head, body = parse_answer(raw.block)
        if head.status != 304 or body:
            raise BrokenRecordError(f"status {head.status} with {len(body)} bytes in the place of a 304")
    told = first(raw.fields, "WARC-Payload-Digest")
    if told is None or raw.kind == "revisit" or first(raw.fields, "WARC-Segment-Number"):
        return
    if not any(_fits(told, payload) for payload in _payloads(raw)):
        raise BrokenRecordError("payload digest does not fit the bytes")


def dangling(capture: Capture, digest: str | None) -> str:
    """Say what is wrong with a revisit, given the digest of the capture it refers to; empty where nothing is."""
    if digest is None:
        return "refers to a record that is not here or broken"
    if digest_hex(capture.digest) and digest != capture.digest:
        return "refers to a record with other bytes"
    return ""


def _fits(told: str | None, data: bytes) -> bool:
    algorithm, digest = parse_digest(told)
    if told is None or algorithm not in hashlib.algorithms_guaranteed or algorithm.startswith("shake"):
        return True  # nothing is claimed that could be checked here
    return hashlib.new(algorithm, data).digest() == digest


def _payloads(raw: Raw) -> Iterator[bytes]:
    """Yield what tools may have taken for the payload: all of the block, the body, the body unchunked."""
    if raw.kind not in ("response", "request") or not is_http(raw):
        yield raw.block
        return
    yield split_head(raw.block)[1]
    if raw.kind == "response" and END_OF_HEAD.search(raw.block):
        head, body = parse_answer(raw.block)
        yield unchunked(head, body)


def is_http(raw: Raw) -> bool:
    """Tell whether the block is an HTTP message."""
    return (first(raw.fields, "Content-Type") or "").lower().startswith("application/http")
