"""Content codings of HTTP bodies: what a browser would undo before it shows the page, with a limit on the size.

The body is fed in small steps, so that a fault near its end loses only what stands behind the fault.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator

import brotli  # type: ignore[import-untyped]  # carries no types

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIMIT = 50_000_000  # bytes; a hostile body can unfold to a thousand times its size
STEP = 16_384
GZIP_MAGIC = b"\x1f\x8b"


def decode(body: bytes, encodings: str | None, limit: int = LIMIT) -> bytes:
    """Undo the codings of a ``Content-Encoding`` header, at most ``limit`` bytes.

    What stands before a fault in the coded bytes is returned; where nothing does (the header lied, or names a
    coding unknown here) the body comes back as it is.

    >>> decode(zlib.compress("法治".encode()), "deflate").decode()
    '法治'
    >>> decode(b"plain", "gzip, x-own")
    b'plain'
    """
    for name in reversed([part.strip().lower() for part in (encodings or "").split(",")]):
        if name in ("", "identity"):
            continue
        undo = CODINGS.get(name)
        plain = undo(body, limit) if undo else b""
        if not plain:
            return body
        body = plain
    return body


def gunzip(body: bytes, limit: int, bits: int = 31) -> bytes:
    """Undo gzip, several members too; bytes behind the last are ignored, as browsers do."""
    plain, position, member = bytearray(), 0, zlib.decompressobj(bits)
    while len(plain) < limit:
        data = member.unconsumed_tail
        if not data:
            data = body[position : position + STEP]
            position += len(data)
        if not data:
            break
        try:
            plain += member.decompress(data, limit - len(plain))
        except zlib.error:
            break
        if member.eof:
            position -= len(member.unused_data)
            if body[position : position + 2] != GZIP_MAGIC:
                break
            member = zlib.decompressobj(bits)
    return bytes(plain)


def inflate(body: bytes, limit: int) -> bytes:
    """Undo ``deflate``: zlib as the standard says, or bare deflate as some servers send it."""
    return gunzip(body, limit, zlib.MAX_WBITS) or gunzip(body, limit, -zlib.MAX_WBITS)


def unbrotli(body: bytes, limit: int) -> bytes:
    """Undo Brotli."""
    stream = brotli.Decompressor()

    def parts() -> Iterator[bytes]:
        for start in range(0, len(body), STEP):
            part = stream.process(body[start : start + STEP], output_buffer_limit=STEP)
            while part:  # can_accept_more_data() says yes while there is still output, so it is no help
                yield part
                part = b"" if stream.is_finished() else stream.process(b"", output_buffer_limit=STEP)
            if stream.is_finished():
                return

    return collected(parts(), limit, brotli.error)


def unzstd(body: bytes, limit: int) -> bytes:
    """Undo Zstandard (one frame)."""
    stream = zstd.ZstdDecompressor()

    def parts() -> Iterator[bytes]:
        for start in range(0, len(body), STEP):
            yield stream.decompress(body[start : start + STEP], limit)
            while not stream.needs_input and not stream.eof:
                yield stream.decompress(b"", limit)
            if stream.eof:
                return

    return collected(parts(), limit, zstd.ZstdError)


def collected(parts: Iterator[bytes], limit: int, fault: type[Exception]) -> bytes:
    """Join the parts up to the limit or the first fault."""
    plain = bytearray()
    try:
        for part in parts:
            plain += part
            if len(plain) >= limit:
                break
    except fault:
        pass
    return bytes(plain[:limit])


CODINGS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": gunzip,
    "x-gzip": gunzip,
    "deflate": inflate,
    "br": unbrotli,
    "zstd": unzstd,
}
