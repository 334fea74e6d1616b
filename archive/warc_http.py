"""HTTP heads as WARC records carry them: bytes to text and back, and what must be put right before archiving.

warcio's own parser is not used: it reads GBK as Latin-1 and strips every Unicode space from the ends of a line, so a
header would not come back as it was received. Its percent-encoding is not used: it spoils a ``Location``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from urllib.parse import quote

from warcio.bufferedreaders import ChunkedDataReader

from archive.errors import BrokenRecordError

Headers = tuple[tuple[str, str], ...]

RENAMED = "X-Archive-Orig-"  # prefix in use among WARC tools for a header that replay must not obey
WARC_PROTOCOLS = ("HTTP/1.0", "HTTP/1.1")  # the only ones readers accept in a status line
END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
STATUS_LINE = re.compile(r"(HTTP/\S+|\S+)[ \t]+(\d{3})(?:[ \t]+(.*))?", re.DOTALL)
NAME_UNSAFE = re.compile(r"[^!-9;-~]")
FILE_NAME = re.compile(r"""filename\s*=\s*"?([^";]*[^\x00-\x7f][^";]*)"?""", re.IGNORECASE)
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer as they went over the wire, independent of any HTTP library.

    ``headers`` are in the order received, repeated ones kept, values decoded with ``header_text``. ``body`` is what the
    server sent with the chunking undone, still content-encoded. ``fetched`` is an aware moment. ``truncated`` is
    the reason of a body cut short (WARC 1.1, 5.13: ``length``, ``time``, ``disconnect``, ``unspecified``).
    """

    url: str
    status: int
    reason: str
    protocol: str
    headers: Headers
    body: bytes
    request_line_method: str
    request_headers: Headers
    fetched: datetime
    request_body: bytes = b""
    ip: str | None = None
    truncated: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an archived answer."""

    status: int
    reason: str
    headers: Headers

    @property
    def chunked(self) -> bool:
        """Tell whether the stored body still carries its chunking (files of other tools only)."""
        return "chunked" in (first(self.headers, "Transfer-Encoding") or "").lower()


def first(headers: Headers, name: str) -> str | None:
    """Return the first value of a header, whatever the case of its name.

    >>> first((("Set-Cookie", "a"), ("set-cookie", "b")), "SET-COOKIE")
    'a'
    """
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)


def header_text(raw: bytes) -> str:
    """Decode a header value: UTF-8, else GB18030 (file names of Chinese servers), else Latin-1.

    >>> header_text("报告.doc".encode("gbk"))
    '报告.doc'
    """
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def clean_value(value: str) -> str:
    r"""Return a header value that fits on one line: no line ends, no outer blanks, no half characters.

    >>> clean_value(" a\r\nb ")
    'a  b'
    """
    return SURROGATES.sub("\ufffd", re.sub("[\r\n\0]", " ", value)).strip(" \t")


def clean_name(name: str) -> str:
    """Return a header name without blanks, colons and controls (percent-encoded).

    >>> clean_name("X Odd:Name")
    'X%20Odd%3AName'
    """
    return NAME_UNSAFE.sub(lambda found: quote(found[0], safe="", errors="replace"), name)


def clean(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return headers that can be written one a line."""
    return [(clean_name(name), clean_value(value)) for name, value in headers]


def archived_headers(exchange: Exchange) -> Headers:
    """Return the answer's headers as they are archived.

    The body is stored unchunked, so ``Transfer-Encoding`` is renamed, and a ``Content-Length`` is added where there is
    none, or put in the place of one that does not fit the bytes; else replay fails. Answers that have no body by
    definition keep what they say.
    """
    headers = [
        (RENAMED + name if name.lower() == "transfer-encoding" else name, value)
        for name, value in clean(exchange.headers)
    ]
    if exchange.request_line_method.upper() == "HEAD" or exchange.status in (204, 304) or exchange.status < 200:
        return tuple(headers)
    length = str(len(exchange.body))
    told = [value for name, value in headers if name.lower() == "content-length"]
    if told and all(value == length for value in told):
        return tuple(headers)
    renamed = [(RENAMED + name if name.lower() == "content-length" else name, value) for name, value in headers]
    return (*renamed, ("Content-Length", length))


def replayable(name: str, value: str) -> str:
    """Return a header value in ASCII, as replay tools need it: pywb drops others, or fails.

    >>> replayable("Location", "http://a.example/报"), replayable("content-disposition", 'inline; filename="报.doc"')
    ('http://a.example/%E6%8A%A5', "inline; filename*=UTF-8''%E6%8A%A5.doc")
    """
    if value.isascii():
        return value
    if name.lower() == "content-disposition":
        value = FILE_NAME.sub(lambda found: f"filename*=UTF-8''{quote(found[1], safe='')}", value)
    return re.sub(r"[^\x00-\x7f]+", lambda found: quote(found[0]), value)


def status_line(exchange: Exchange) -> tuple[str, str]:
    """Return protocol and status of an answer; HTTP/2 is written as HTTP/1.1, which is what readers know."""
    protocol = exchange.protocol if exchange.protocol in WARC_PROTOCOLS else "HTTP/1.1"
    return protocol, f"{exchange.status:03d} {replayable('', clean_value(exchange.reason))}".strip()


def request_head(exchange: Exchange) -> tuple[str, Headers]:
    """Return request line (without method) and headers; ``Host`` is added where the library keeps it to itself."""
    host, slash, path = exchange.url.partition("://")[2].partition("/")
    headers = [(name, replayable(name, value)) for name, value in clean(exchange.request_headers)]
    if first(tuple(headers), "Host") is None:
        headers.insert(0, ("Host", replayable("Host", clean_value(host.rpartition("@")[2]))))
    return f"{quote(slash + path or '/', safe=PRINTABLE, errors='replace')} HTTP/1.1", tuple(headers)


def split_head(block: bytes) -> tuple[bytes, bytes]:
    """Cut a block behind its first empty line; without one all of it is head."""
    found = END_OF_HEAD.search(block)
    return (block[: found.start()], block[found.end() :]) if found else (block, b"")


def parse_lines(head: bytes) -> tuple[str, Headers]:
    r"""Return the first line and the headers; folded lines are joined, lines without a colon passed over.

    >>> parse_lines(b"HTTP/1.1 200 OK\r\nA: 1\r\nA: 2\r\n  more")
    ('HTTP/1.1 200 OK', (('A', '1'), ('A', '2 more')))
    """
    lines = head.split(b"\n")
    pairs: list[tuple[bytes, bytes]] = []
    for line in lines[1:]:
        if line[:1] in (b" ", b"\t") and pairs:
            name, value = pairs[-1]
            pairs[-1] = (name, value + b" " + line.strip(b" \t\r"))
            continue
        name, colon, value = line.partition(b":")
        if colon:
            pairs.append((name.rstrip(b" \t"), value.strip(b" \t\r")))
    return header_text(lines[0].strip(b" \t\r")), tuple((header_text(n), header_text(v)) for n, v in pairs)


def parse_answer(block: bytes) -> tuple[Head, bytes]:
    """Return head and body of an answer's block; raise BrokenRecordError where it does not begin as HTTP does."""
    head, body = split_head(block)
    line, headers = parse_lines(head)
    found = STATUS_LINE.fullmatch(line)
    if found is None:
        raise BrokenRecordError(f"no HTTP status line: {line[:60]!r}")
    return Head(int(found[2]), found[3] or "", headers), body


def unchunked(head: Head, body: bytes) -> bytes:
    """Return the body without chunking; as it is where it turns out not to be chunked."""
    if not head.chunked:
        return body
    plain: bytes = ChunkedDataReader(BytesIO(body)).read()
    return plain
