"""Append answers to WARC files: what stands in each record. ``warc_file`` brings the bytes to the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import clock
from archive.model import Capture, Origin
from archive.warc_fields import (
    DECIDED,
    NOT_MODIFIED,
    VERDICT,
    answer_field,
    capture_of,
    digest_field,
    digest_told,
    header_fields,
    own_fields,
    uri,
    warc_date,
)
from archive.warc_file import OpenFile, Record, record_id
from archive.warc_http import (
    WARC_PROTOCOLS,
    Exchange,
    Head,
    archived_headers,
    clean_value,
    header_text,
    replayable,
    request_head,
    status_line,
)

__all__ = ["Exchange", "Known", "WarcWriter", "header_text"]

Known = Callable[[str, str], tuple[str, str] | None]

CROSS_URL_BYTES = 1_000  # below it two pages can be equal by chance (an error page "ok")


class WarcWriter:
    """Append-only writer of one directory; opens its file with the first record.

    ``info`` goes into the warcinfo record. ``known(digest, url)`` returns address and WARC-Date of an earlier response
    with these bytes (``captures.Captures.find_digest``), or None; without it no revisit records are written.
    """

    def __init__(
        self,
        directory: Path,
        *,
        max_bytes: int = 1_000_000_000,
        info: Mapping[str, str] | None = None,
        known: Known | None = None,
    ) -> None:
        self._directory = directory
        self._max_bytes = max_bytes
        self._info = dict(info or {})
        self._known = known
        self._file: OpenFile | None = None

    def __enter__(self) -> WarcWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def write(
        self,
        exchange: Exchange,
        origin: Origin,
        *,
        target: str,
        depth: int = 0,
        crawl: str | None = None,
        confirms: Capture | None = None,
        whole: bool = False,
    ) -> Capture:
        """Append an answer (response or revisit record) and its request; return the capture as a rebuild will see it.

        ``confirms`` is the response whose bytes a 304 says are still those of the address: the record then refers to
        it, and carries its digest. ``whole`` writes the bytes though they are known: the record that has them is
        broken. Address, status, content type and moment come from the exchange, whatever ``origin`` says. The record
        is on disk only after ``sync``. Raise StorageError when the disk refuses; nothing of the record is then left.
        """
        url, date, digest = uri(exchange.url), warc_date(exchange.fetched), hashlib.sha256(exchange.body).digest()
        protocol, status = status_line(exchange)
        head = Head(exchange.status, clean_value(exchange.reason), archived_headers(exchange))
        earlier: tuple[str, str] | None
        if confirms is not None:
            earlier, profile, payload = _confirmed(exchange, confirms), NOT_MODIFIED, digest_told(confirms.digest)
        else:
            earlier = None if whole else self._earlier(exchange, url, f"sha256:{digest.hex()}")
            profile, payload = WARCWriter.REVISIT_PROFILE_1_1, digest_field(digest)
        fields = {
            "WARC-Type": "revisit" if earlier else "response",
            "WARC-Record-ID": record_id(),
            "WARC-Target-URI": url,
            "WARC-Date": date,
            "WARC-IP-Address": clean_value(exchange.ip or ""),
            "WARC-Protocol": "" if exchange.protocol in WARC_PROTOCOLS else clean_value(exchange.protocol),
            "WARC-Truncated": clean_value(exchange.truncated or ""),
            "WARC-Payload-Digest": payload,
        }
        if earlier:
            fields["WARC-Profile"] = profile
            fields["WARC-Refers-To-Target-URI"], fields["WARC-Refers-To-Date"] = earlier
        fields |= own_fields(origin, target=target, depth=depth, crawl=crawl)
        sent = None
        if confirms is not None:
            fields |= {"Content-Type": "application/http; msgtype=response"} | answer_field(protocol, head)
        else:
            fields |= header_fields(head.headers)
            pairs = [(name, replayable(name, value)) for name, value in head.headers]
            sent = StatusAndHeaders(status, pairs, protocol=protocol)
        line, asked = request_head(exchange)
        request_fields = {
            "WARC-Type": "request",
            "WARC-Record-ID": record_id(),
            "WARC-Target-URI": url,
            "WARC-Date": date,
            "WARC-Concurrent-To": fields["WARC-Record-ID"],
        }
        method = clean_value(exchange.request_line_method) or "GET"
        file = self._ready()
        offset = file.append(
            Record(fields, sent, b"" if earlier else exchange.body),
            Record(request_fields, StatusAndHeaders(line, list(asked), protocol=method), exchange.request_body),
        )
        return capture_of(tuple(fields.items()), head, exchange.body, warc=file.name, offset=offset)

    def write_resource(self, origin: Origin, body: bytes, *, target: str) -> Capture:
        """Append a file that came without HTTP (``fazhi add FILE``) as resource record.

        Its address is ``origin.url`` or else ``target``, its moment ``origin.fetched`` or else now.
        """
        fields = {
            "WARC-Type": "resource",
            "WARC-Record-ID": record_id(),
            "WARC-Target-URI": uri(origin.url or target),
            "WARC-Date": warc_date(origin.fetched or clock.now()),
            "WARC-Payload-Digest": digest_field(hashlib.sha256(body).digest()),
            "Content-Type": clean_value(origin.content_type or "") or "application/octet-stream",
        }
        fields |= own_fields(origin, target=target, depth=0, crawl=None)
        file = self._ready()
        offset = file.append(Record(fields, None, body))
        return capture_of(tuple(fields.items()), None, body, warc=file.name, offset=offset)

    def write_verdict(self, capture: Capture, verdict: str) -> None:
        """Append a person's decision on a capture (``decisions``) as metadata record."""
        fields = {
            "WARC-Type": "metadata",
            "WARC-Record-ID": record_id(),
            "WARC-Target-URI": uri(capture.origin.url or capture.target),
            "WARC-Date": warc_date(clock.now()),
            "Content-Type": "application/warc-fields",
            DECIDED: capture.id,
            VERDICT: verdict,
        }
        self._ready().append(Record(fields, None, f"verdict: {verdict}\r\n".encode()))

    def sync(self) -> None:
        """Wait until everything written is on the disk; call it before the row that points there is committed.

        Raise StorageError when the disk refuses: what was written since the last sync is then cut off again.
        """
        if self._file:
            self._file.sync()

    def close(self) -> None:
        """Sync and give the file its final name. The writer can be used again: it then begins a new file."""
        file, self._file = self._file, None
        if file:
            file.close()

    def _ready(self) -> OpenFile:
        if self._file and self._file.size >= self._max_bytes:
            self.close()
        if self._file is None:
            self._file = OpenFile(self._directory, self._info)
        return self._file

    def _earlier(self, exchange: Exchange, url: str, digest: str) -> tuple[str, str] | None:
        """Return address and date of the response this answer repeats, where a revisit record may stand for it."""
        if self._known is None or not exchange.body or exchange.truncated:
            return None
        found = self._known(digest, url)
        if found is None or found[0] == url:
            return found
        return found if exchange.status == 200 and len(exchange.body) >= CROSS_URL_BYTES else None


def _confirmed(exchange: Exchange, response: Capture) -> tuple[str, str]:
    """Return address and date of the response that a 304 confirms."""
    if exchange.status != 304 or exchange.body or response.kind != "response" or response.origin.fetched is None:
        raise ValueError("only a 304 without a body confirms, and only a response")
    return response.origin.url or response.target, warc_date(response.origin.fetched)
