"""What a WARC record says about a capture, and how a Capture is made from it again.

Writer and reader make their Captures with the same function from the same fields, so a rebuild gives back exactly what
was written. The facts that HTTP does not carry stand in own header fields, which other tools pass over:

    WARC-Fazhi-Role, -Portal, -Adcode, -Link-Title, -Link-Date, -Parent, -Target, -Depth, -Crawl, -Tls
    WARC-Fazhi-Header-<n>    value as received of HTTP header n (from 0), where it is not ASCII and stands in the HTTP
                             head percent-encoded for the sake of replay
    WARC-Fazhi-Answer        head of a 304, whose record has an empty block: pywb replays a head of 3xx for itself, and
                             a reader would see a blank page in place of the one that the 304 confirms

Text is UTF-8; characters that cannot stand in a line, ``%``, and blanks at the ends are percent-encoded. A record
without WARC-Fazhi-Role is foreign: written by another tool and put into the folder by the user.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import UTC, date, datetime
from urllib.parse import quote, unquote_to_bytes

from archive.errors import BrokenRecordError
from archive.model import Capture, Origin, Role
from archive.warc_http import SURROGATES, Head, Headers, first, parse_answer, replayable

PREFIX = "WARC-Fazhi-"
DECIDED, VERDICT = f"{PREFIX}Capture", f"{PREFIX}Verdict"  # of metadata records: see ``decisions``
HEADER = f"{PREFIX}Header-".lower()
ANSWER = f"{PREFIX}Answer"
KINDS = ("response", "revisit", "resource")  # the WARC-Types that are captures
# The profile of a revisit record that stands for a 304: the address still has the bytes of the record referred to.
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
ROLES = frozenset(role.value for role in Role)
_APART = frozenset(' <>"')  # what a reader would take for the end of an address
HTML = ("text/html", "application/xhtml+xml")


def uri(address: str) -> str:
    """Return an address that can stand in a WARC header: blanks, controls and ``<>"`` percent-encoded.

    >>> uri("http://a.example/法治 报告.html")
    'http://a.example/法治%20报告.html'
    """
    if address.isprintable() and _APART.isdisjoint(address):
        return address
    return "".join(c if c.isprintable() and c not in _APART else quote(c, errors="replace") for c in address)


def encode_text(text: str) -> str:
    """Return free text that can stand in a WARC header; ``decode_text`` undoes it.

    >>> encode_text("法治 100%\\n")
    '法治 100%25%0A'
    """
    if text.isprintable() and "%" not in text and text == text.strip():
        return text
    edge = len(text) - len(text.lstrip()), len(text.rstrip())
    return "".join(
        c if c.isprintable() and c != "%" and edge[0] <= i < edge[1] else quote(c, safe="")
        for i, c in enumerate(SURROGATES.sub("\ufffd", text))
    )


def decode_text(value: str) -> str:
    """Undo ``encode_text``; a value that was not made by it comes back as it is.

    >>> decode_text("法治 100%25%0A"), decode_text("%FF")
    ('法治 100%\\n', '%FF')
    """
    try:
        return unquote_to_bytes(value).decode("utf-8")
    except UnicodeDecodeError:
        return value


def warc_date(moment: datetime) -> str:
    """Return an aware moment as WARC-Date with microseconds.

    >>> warc_date(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    '2026-01-02T03:04:05.000000Z'
    """
    if moment.tzinfo is None:
        raise ValueError("a capture needs an aware moment")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_date(value: str | None) -> datetime:
    """Return a WARC-Date as aware moment; raise BrokenRecordError where it is none."""
    try:
        moment = datetime.fromisoformat(value or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BrokenRecordError(f"WARC-Date is no date: {value!r}") from None


def capture_id(moment: datetime, url: str) -> str:
    """Return the id of a capture: readable moment, ten digits of the digest of WARC-Date and address.

    >>> capture_id(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "http://a.example/")
    '20260102030405-0c103e8ecb'
    """
    stamp = warc_date(moment)
    digits = "".join(c for c in stamp[:19] if c.isdigit())
    return f"{digits}-{hashlib.sha256(f'{stamp} {url}'.encode()).hexdigest()[:10]}"


def digest_field(digest: bytes) -> str:
    """Return a raw SHA-256 as WARC digest field (base32)."""
    return "sha256:" + base64.b32encode(digest).decode("ascii")


def digest_hex(field: str | None) -> str | None:
    """Return ``sha256:<64 hex>`` of a digest field in base32 or hex; None where it is no SHA-256.

    >>> digest_hex(digest_field(hashlib.sha256(b"").digest()))[:20]
    'sha256:e3b0c44298fc1'
    """
    algorithm, raw = parse_digest(field)
    return f"sha256:{raw.hex()}" if algorithm == "sha256" and raw is not None else None


def digest_told(digest: str) -> str:
    """Return the digest of a capture as WARC digest field, undoing ``digest_hex``; another tool's as it is.

    >>> digest_told("sha256:" + "00" * 32)[:20], digest_told("sha1:" + "A" * 32)[:10]
    ('sha256:AAAAAAAAAAAAA', 'sha1:AAAAA')
    """
    algorithm, raw = parse_digest(digest)
    return digest_field(raw) if algorithm == "sha256" and raw is not None else digest


def parse_digest(field: str | None) -> tuple[str, bytes | None]:
    """Return algorithm and raw digest of ``algorithm:value``; None in place of a value that is no digest of it."""
    algorithm, _, value = (field or "").partition(":")
    algorithm = algorithm.strip().lower().replace("-", "")
    try:
        size = hashlib.new(algorithm).digest_size
    except (ValueError, TypeError):
        return algorithm, None
    value = value.strip()
    for undo in (base64.b16decode, base64.b32decode):
        try:
            raw = undo(value.upper().encode("ascii"))
        except (binascii.Error, ValueError):
            continue
        if len(raw) == size:
            return algorithm, raw
    return algorithm, None


def own_fields(origin: Origin, *, target: str, depth: int, crawl: str | None) -> dict[str, str]:
    """Return the fields that carry what a rebuild needs and HTTP does not tell."""
    fields = {
        "Role": origin.role.value,
        "Portal": _text(origin.portal),
        "Adcode": _text(origin.adcode),
        "Link-Title": _text(origin.link_title),
        "Link-Date": origin.link_date.isoformat() if origin.link_date else None,
        "Parent": None if origin.parent is None else uri(origin.parent),
        "Target": uri(target),
        "Depth": str(depth),
        "Crawl": _text(crawl),
        "Tls": _text(origin.tls),
    }
    return {PREFIX + name: value for name, value in fields.items() if value is not None}


def header_fields(headers: Headers) -> dict[str, str]:
    """Return the fields that keep what ``replayable`` changes in HTTP headers; ``restored`` undoes it."""
    return {
        f"{PREFIX}Header-{number}": encode_text(value)
        for number, (name, value) in enumerate(headers)
        if replayable(name, value) != value
    }


def answer_field(protocol: str, head: Head) -> dict[str, str]:
    """Return the field that keeps the head of an answer whose record has no block; ``answer_told`` undoes it."""
    lines = [f"{protocol} {head.status} {head.reason}", *(f"{name}: {value}" for name, value in head.headers)]
    return {ANSWER: encode_text("\n".join(lines))}


def answer_told(fields: Headers) -> Head:
    """Return the head of a revisit record without a block: as kept, else (records of others) that of a bare 304."""
    told = first(fields, ANSWER)
    return parse_answer(decode_text(told).encode())[0] if told else Head(304, "", ())


def restored(headers: Headers, fields: Headers) -> Headers:
    """Return HTTP headers as they were received."""
    kept = {name.lower(): value for name, value in fields if name.lower().startswith(HEADER)}
    if not kept:
        return headers
    return tuple(
        (name, decode_text(kept[key]) if (key := f"{HEADER}{number}") in kept else value)
        for number, (name, value) in enumerate(headers)
    )


def capture_of(fields: Headers, head: Head | None, body: bytes, *, warc: str, offset: int) -> Capture:
    """Return the capture a record stands for, from its WARC fields, its HTTP head and (files of others) its body.

    Raise BrokenRecordError where the record has no address or no date.
    """
    kind = first(fields, "WARC-Type") or ""
    url = (first(fields, "WARC-Target-URI") or "").strip("<>")  # wget 1.19 writes <...>
    if not url:
        raise BrokenRecordError("no WARC-Target-URI")
    fetched = parse_date(first(fields, "WARC-Date"))
    content_type = first(head.headers, "Content-Type") if head else None
    if kind == "resource":
        content_type = first(fields, "Content-Type")
    status = head.status if head else 200
    origin = Origin(
        url=url,
        portal=_own(fields, "Portal"),
        adcode=_own(fields, "Adcode"),
        role=_role(fields, url, status, content_type),
        link_title=_own(fields, "Link-Title"),
        link_date=_link_date(first(fields, PREFIX + "Link-Date")),
        parent=first(fields, PREFIX + "Parent"),
        content_type=content_type,
        status=status,
        fetched=fetched,
        tls=_own(fields, "Tls"),
    )
    told = first(fields, "WARC-Payload-Digest")
    digest = digest_hex(told)
    if digest is None:  # a foreign revisit has no body here: its digest stays as the other tool wrote it
        digest = (told or "") if kind == "revisit" else f"sha256:{hashlib.sha256(body).hexdigest()}"
    depth = first(fields, PREFIX + "Depth") or "0"
    return Capture(
        id=capture_id(fetched, url),
        target=first(fields, PREFIX + "Target") or url,
        origin=origin,
        digest=digest,
        warc=warc,
        offset=offset,
        kind=kind,
        depth=int(depth) if depth.isascii() and depth.isdigit() and len(depth) < 10 else 0,
        crawl=_own(fields, "Crawl"),
        etag=first(head.headers, "ETag") if head else None,
        last_modified=first(head.headers, "Last-Modified") if head else None,
    )


def refers_to(fields: Headers) -> str | None:
    """Return the id of the capture a revisit record refers to; None where it does not say address and date."""
    url, moment = first(fields, "WARC-Refers-To-Target-URI"), first(fields, "WARC-Refers-To-Date")
    if not url or not moment:
        return None
    return capture_id(parse_date(moment), url.strip("<>"))


def foreign(fields: Headers) -> bool:
    """Tell whether another tool wrote the record."""
    return first(fields, PREFIX + "Role") is None


def mime_of(content_type: str | None) -> str | None:
    """Return the bare media type of a Content-Type header.

    >>> mime_of("Text/HTML; charset=gbk")
    'text/html'
    """
    return (content_type or "").partition(";")[0].strip().lower() or None


def _role(fields: Headers, url: str, status: int, content_type: str | None) -> Role:
    told = first(fields, PREFIX + "Role")
    if told in ROLES:
        return Role(told)
    page = status == 200 and mime_of(content_type) in HTML and url.lower().startswith(("http:", "https:"))
    return Role.REPORT if page else Role.OTHER


def _text(value: str | None) -> str | None:
    return None if value is None else encode_text(value)


def _own(fields: Headers, name: str) -> str | None:
    value = first(fields, PREFIX + name)
    return None if value is None else decode_text(value)


def _link_date(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None
