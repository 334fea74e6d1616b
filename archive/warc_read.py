"""Read captures back: one by file and offset, the body of one, or all of them for a rebuild."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from archive.errors import BrokenRecordError
from archive.model import Capture
from archive.warc_coding import decode
from archive.warc_fields import DECIDED, KINDS, VERDICT, answer_told, capture_of, mime_of, refers_to, restored
from archive.warc_http import Head, Headers, first, parse_answer, unchunked
from archive.warc_scan import BUFFER, OPEN, Finding, Raw, files, is_gzip, load, name_of, scan

REMEDY = "run `fazhi verify` to see what is broken, restore the file from a copy, or fetch the address again"
MORE = "further records in the same gzip member cannot be addressed: run `warcio recompress` on the file"
NOT_MODIFIED = 304
FOLLOWED = 5  # revisits of revisits, which other tools write now and then


class Lookup(Protocol):
    """Find a capture by its id: ``captures.Captures``, or a plain dict."""

    def get(self, key: str, /) -> Capture | None:
        """Return the capture, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A capture read back with its bytes.

    ``headers`` are the HTTP headers of the answer, none for a ``resource``. ``body`` is as received (unchunked, still
    content-encoded), empty for a ``revisit``; ``refers_to`` is then the id of the capture that holds it, and
    ``answer_of`` finds that. ``fields`` are the WARC header fields.
    """

    capture: Capture
    reason: str
    headers: Headers
    body: bytes
    fields: Headers
    refers_to: str | None = None

    @property
    def kind(self) -> str:
        """``response``, ``revisit`` or ``resource``."""
        return self.capture.kind

    @property
    def url(self) -> str:
        """The address that answered."""
        return self.capture.origin.url or self.capture.target

    @property
    def date(self) -> datetime | None:
        """The moment of the answer."""
        return self.capture.origin.fetched

    @property
    def status(self) -> int:
        """The HTTP status; 200 for a ``resource``."""
        return self.capture.origin.status

    @property
    def content_type(self) -> str | None:
        """The Content-Type header as received."""
        return self.capture.origin.content_type

    @property
    def mime(self) -> str | None:
        """The bare media type in small letters."""
        return mime_of(self.content_type)

    @property
    def truncated(self) -> str | None:
        """Why the body is cut short, where it is."""
        return first(self.fields, "WARC-Truncated")

    def header(self, name: str) -> str | None:
        """Return the first value of an HTTP header."""
        return first(self.headers, name)

    def payload(self) -> bytes:
        """Return the body with its content coding undone, 50 MB at most; as received where it cannot be undone."""
        return decode(self.body, ", ".join(v for name, v in self.headers if name.lower() == "content-encoding"))


def read(directory: Path, warc: str, offset: int) -> Record:
    """Return the capture record of a file at an offset, also while the file is still being written.

    Raise BrokenRecordError where no whole capture record begins there, or the file is gone.
    """
    try:
        path = _locate(directory, warc)
        with path.open("rb", buffering=BUFFER) as file:
            return record_of(load(file, offset, gzip=is_gzip(file, warc)), warc)
    except BrokenRecordError as error:
        raise BrokenRecordError(f"{warc}:{offset}: {error.message}", REMEDY) from None
    except OSError as error:
        raise BrokenRecordError(f"{warc}:{offset}: cannot be read ({error.strerror})", REMEDY) from None


def body_of(directory: Path, capture: Capture, captures: Lookup) -> bytes:
    """Return a capture's decoded body; a revisit's is read from the capture it refers to.

    Raise BrokenRecordError where a record is broken, or what the revisit refers to is not there.
    """
    return payload_of(directory, read(directory, capture.warc, capture.offset), captures)


def payload_of(directory: Path, record: Record, captures: Lookup) -> bytes:
    """Return a record's decoded body, as ``body_of`` does for a capture."""
    return answer_of(directory, record, captures).payload()


def answer_of(directory: Path, record: Record, captures: Lookup) -> Record:
    """Return the answer that a record stands for, with its bytes: a revisit's come from the capture it refers to.

    The same bytes under another head keep their own head; a 304 stands for the whole answer that it confirms, whose
    head says what the bytes are. Raise BrokenRecordError where what a revisit refers to is broken or not there.
    """
    own, holder = record, record
    for _ in range(FOLLOWED):
        if holder.kind != "revisit":
            return own if own is holder else replace(own, body=holder.body)
        earlier = captures.get(holder.refers_to) if holder.refers_to else None
        if earlier is None:
            break
        holder = read(directory, earlier.warc, earlier.offset)
        if own.status == NOT_MODIFIED:
            own = holder
    raise BrokenRecordError(
        f"{record.capture.warc}:{record.capture.offset}: the revisit record refers to a capture that is not here",
        REMEDY,
    )


def walk(
    directory: Path,
    broken: Callable[[Finding], None] | None = None,
    verdict: Callable[[str, str], None] | None = None,
) -> Iterator[Capture]:
    """Yield the captures of all files in order of file name and offset.

    Broken records are passed over; ``broken`` is called with each, so that a rebuild can tell of them. ``verdict`` is
    called with capture id and verdict of each decision a person took, in the same order.
    """
    for path in files(directory):
        yield from _captures(path, broken, verdict)


def walk_file(directory: Path, warc: str, broken: Callable[[Finding], None] | None = None) -> Iterator[Capture]:
    """Yield the captures of one file in order of offset, as ``walk`` does."""
    yield from _captures(_locate(directory, warc), broken, None)


def _captures(
    path: Path, broken: Callable[[Finding], None] | None, verdict: Callable[[str, str], None] | None
) -> Iterator[Capture]:
    for item in scan(path):
        finding = item if isinstance(item, Finding) else None
        if isinstance(item, Raw):
            try:
                if verdict and item.kind == "metadata" and (decided := first(item.fields, DECIDED)):
                    verdict(decided, first(item.fields, VERDICT) or "")
                if item.kind in KINDS and is_web(item):
                    yield record_of(item, name_of(path)).capture
                if item.more:
                    finding = Finding(name_of(path), item.offset, MORE)
            except BrokenRecordError as error:
                finding = Finding(name_of(path), item.offset, error.message)
        if finding and broken:
            broken(finding)


def record_of(raw: Raw, warc: str) -> Record:
    """Return the capture record a raw record stands for; raise BrokenRecordError where it is none."""
    if raw.kind not in KINDS:
        raise BrokenRecordError(f"no capture but a {raw.kind or 'nameless'} record")
    head: Head | None = None
    body = raw.block
    if raw.kind == "response" or (raw.kind == "revisit" and raw.block.strip()):
        stored, body = parse_answer(raw.block)
        head = Head(stored.status, stored.reason, restored(stored.headers, raw.fields))
        body = unchunked(head, body)
    elif raw.kind == "revisit":
        head, body = answer_told(raw.fields), b""
    return Record(
        capture=capture_of(raw.fields, head, body, warc=warc, offset=raw.offset),
        reason=head.reason if head else "",
        headers=head.headers if head else (),
        body=b"" if raw.kind == "revisit" else body,
        fields=raw.fields,
        refers_to=refers_to(raw.fields) if raw.kind == "revisit" else None,
    )


def is_web(raw: Raw) -> bool:
    """Tell whether a capture record is an answer over HTTP or a file, not one of DNS or the like."""
    media = mime_of(first(raw.fields, "Content-Type"))
    return raw.kind == "resource" or media == "application/http"


def _locate(directory: Path, warc: str) -> Path:
    if warc != Path(warc).name:
        raise BrokenRecordError("no plain file name")
    for name in (warc, warc + OPEN, warc):  # the third time: it may have been closed between the first two
        if (directory / name).is_file():
            return directory / name
    raise BrokenRecordError("no such file")
