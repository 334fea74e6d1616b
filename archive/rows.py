"""What a capture and its document are as rows of ``archive.db``, and what makes two documents one report. Pure."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime
from typing import Any

from archive import tokens
from archive.model import Capture, Document, Rejection, Report, SourceKind

# Strongest first; only the first three count as publication.
SOURCE_ORDER = (
    SourceKind.OFFICIAL, SourceKind.DEPARTMENT_SITE, SourceKind.UPPER_LEVEL_PORTAL, SourceKind.REPOST,
    SourceKind.UNKNOWN, SourceKind.CONTENT_FARM, SourceKind.DOCUMENT_MILL, SourceKind.HIJACKED_MIRROR,
)  # fmt: skip
SOURCE_RANK = {str(kind): rank for rank, kind in enumerate(SOURCE_ORDER)}
SHORT_TEXT = 200  # characters; a shorter body (详见附件) is no witness that two pages show the same report


def identity(document: Document) -> str:
    """Return the SHA-256 (hex) of what makes a document the same report as another: its folded text without spaces.

    A text that is too short to tell (``SHORT_TEXT``) counts together with title, place and year.
    """
    text = re.sub(r"\s+", "", tokens.fold(document.text))
    if len(text) < SHORT_TEXT:
        title = re.sub(r"\s+", "", tokens.fold(document.title or ""))
        text = "\n".join((title, place(document), str(document.year), text))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def address(capture: Capture) -> str:
    """Return the address a capture's text stood at: the one that answered, else the one that was asked for."""
    return capture.origin.url or capture.target


def moment(when: datetime | None) -> str | None:
    """Return a moment as stored: ISO 8601 in UTC, always with microseconds, so that text order is order in time.

    >>> moment(datetime(2026, 3, 1, tzinfo=UTC))
    '2026-03-01T00:00:00.000000Z'
    """
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if when else None


def place(document: Document) -> str:
    """Return the code that begins a report's id."""
    region = document.region
    return (region and (region.town_code or region.adcode)) or "unknown"


def fields(capture: Capture, document: Report) -> dict[str, Any]:
    """Return the columns of ``reports`` as one capture gives them; ``id`` is the stem without the text's digest."""
    region = document.region
    return {
        "id": f"{place(document)}-{document.year or 'undated'}",
        "title": document.title, "title_in_body": document.title_in_body, "year": document.year,
        "adcode": region.adcode if region else None, "town_code": region.town_code if region else None,
        "region": "/".join(region.names) if region else None,
        "level": str(region.level) if region and region.level else None,
        "issuer": document.issuer, "issuer_kind": str(document.issuer_kind) if document.issuer_kind else None,
        "publisher": document.publisher, "published": iso(document.published),
        "published_source": str(document.published_source) if document.published_source else None,
        "written": iso(document.written), "doc_no": document.doc_no, "index_no": document.index_no,
        "topic": document.topic, "validity": document.validity, "source_kind": str(document.source_kind),
        "url": address(capture), "site_name": document.site_name, "site_code": document.site_code,
        "chars": len(document.text), "extractor": document.extractor,
    }  # fmt: skip


def seen_at(capture: Capture, document: Report) -> dict[str, Any]:
    """Return the row of ``sources``."""
    return {
        "capture": capture.id, "url": address(capture), "portal": capture.origin.portal,
        "source_kind": str(document.source_kind), "published": iso(document.published),
        "fetched": moment(capture.origin.fetched),
    }  # fmt: skip


def rejected(capture: Capture, document: Rejection) -> dict[str, Any]:
    """Return the row of ``rejected``."""
    region = document.region
    return {
        "capture": capture.id, "url": address(capture), "title": document.title, "reason": str(document.reason),
        "detail": document.detail, "year": document.year, "region": "/".join(region.names) if region else None,
        "adcode": region.adcode if region else None, "issuer": document.issuer, "published": iso(document.published),
        "source_kind": str(document.source_kind), "chars": len(document.text),
        "fetched": moment(capture.origin.fetched), "extractor": document.extractor,
    }  # fmt: skip


def captured(capture: Capture, document: Document) -> dict[str, Any]:
    """Return the row of ``captures``."""
    origin = capture.origin
    return {
        "id": capture.id, "url": address(capture), "target": capture.target, "portal": origin.portal,
        "adcode": origin.adcode, "role": str(origin.role), "title": origin.link_title, "date": iso(origin.link_date),
        "parent": origin.parent, "fetched": moment(origin.fetched), "status": origin.status,
        "mime": origin.content_type, "digest": capture.digest, "warc": capture.warc, "offset": capture.offset,
        "kind": capture.kind, "outcome": "report" if isinstance(document, Report) else "rejected",
        "extractor": document.extractor,
    }  # fmt: skip


def unread(capture: Capture, *, outcome: str | None = None, same_as: str | None = None) -> dict[str, Any]:
    """Return the row of ``captures`` for one that is not read: nothing that its earlier capture tells as well."""
    origin = capture.origin
    return {
        "id": capture.id, "url": address(capture), "target": capture.target, "portal": origin.portal,
        "role": str(origin.role), "fetched": moment(origin.fetched), "status": origin.status,
        "digest": capture.digest, "warc": capture.warc, "offset": capture.offset, "kind": capture.kind,
        "outcome": outcome, "same_as": same_as,
    }  # fmt: skip


def children(document: Document) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the tables that hold several for one capture, by table."""
    return {
        "evidence": [
            {"field": e.field, "value": e.value, "source": str(e.source), "quote": e.quote} for e in document.evidence
        ],
        "issues": [{"code": str(i.code), "field": i.field, "detail": i.detail} for i in document.issues],
        "attachments": [{"name": a.name, "url": a.url} for a in document.attachments],
    }


def iso(day: date | None) -> str | None:
    """Return a day as stored."""
    return day.isoformat() if day else None
