"""Bytes of a page to a Report or a Rejection: composes the leaves, decides nothing. Pure: no network, disk or clock.

    charset -> html -> body -> heading, metadata, filelinks -> issuers, regions, years -> genres, sources

Never raises on any bytes. A page that is no report keeps every field that could be told, its text too.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from archive import body as bodies
from archive import (
    charset,
    chrome,
    filelinks,
    genres,
    heading,
    issuers,
    listing,
    metadata,
    refusals,
    regions,
    sources,
    vocabulary,
    years,
)  # fmt: skip
from archive.body import Region
from archive.heading import Title
from archive.model import (
    Attachment,
    Document,
    Evidence,
    Issue,
    IssueCode,
    Origin,
    Reason,
    Rejection,
    Report,
    ValueSource,
)  # fmt: skip
from archive.page import Page
from archive.reading import LIST_ENTRIES, SHORT, Reading, read

EXTRACTOR = "1"
MAX_BYTES = 20_000_000
REMOVED_MOST = 400  # cut lines that are kept for ``inspect``
IDENTITY = 100_000  # characters of text in which year, issuer and place are looked for; a long report has 40,000
LIST_TEXT = 60  # characters under which dated links decide


def extract(origin: Origin, body: bytes) -> Report | Rejection:
    """Read a page: a Report, or a Rejection with its reason; raises nothing on any bytes.

    >>> extract(Origin(), b"%PDF-1.7").reason
    <Reason.UNSUPPORTED: 'unsupported'>
    """
    try:
        return _extract(origin, body)
    except MemoryError:  # the page's size or the worker's limit, no defect
        issue = Issue(IssueCode.LIMIT_EXCEEDED, "", "more memory than there is")
        return _rejected(Reason.CRASHED, issue.detail, origin, (issue,))
    except Exception as error:  # one page must never stop a crawl; the detail names the defect
        return _rejected(Reason.UNREADABLE, f"{type(error).__name__}: {error}"[:200], origin)


def _rejected(reason: Reason, detail: str, origin: Origin, issues: tuple[Issue, ...] = ()) -> Rejection:
    return Rejection(extractor=EXTRACTOR, reason=reason, detail=detail, title=origin.link_title, issues=issues)


def _extract(origin: Origin, body: bytes) -> Report | Rejection:
    if len(body) > MAX_BYTES:
        return _rejected(Reason.TOO_LARGE, f"{len(body)} bytes, read are at most {MAX_BYTES}", origin)
    decoded = charset.decode(body, origin.content_type)
    if decoded.binary:
        reason = (
            Reason.UNREADABLE if decoded.encoding is None and decoded.binary.startswith("bytes") else Reason.UNSUPPORTED
        )
        return _rejected(reason, decoded.binary, origin)
    if not decoded.text.strip():
        if refused := refusals.judge(title="", visible="", source="", body=0, status=origin.status):
            return _rejected(*refused, origin)
        return _rejected(Reason.EMPTY, "no text", origin, decoded.issues)
    reading = read(decoded.text)
    return _compose(origin, decoded, reading)


def _compose(origin: Origin, decoded: charset.Decoded, reading: Reading) -> Report | Rejection:
    page, region = reading.page, reading.region
    title = heading.locate(page, region, reading.known)
    lines = region.lines
    if lines and chrome.same(lines[0], title.text) and not region.inner:
        lines = lines[1:]
        region = replace(region, lines=lines)
    if title.text is None and (first := heading.leading(lines)):
        title = Title(first, ValueSource.BODY)
        lines = lines[1:]
        region = replace(region, lines=lines)
    told = metadata.gather(page, region, title.text, origin, reading.found.fields if reading.found else None)
    issues = [*decoded.issues, *reading.issues]
    if title.text is None and told.boxed_title:
        title = Title(told.boxed_title, ValueSource.LABEL)
    if title.text is None:
        issues.append(Issue(IssueCode.TITLE_MISSING, "title", "the page names none"))
        if origin.link_title and not origin.link_title.rstrip().endswith(("…", "...")):
            title = Title(origin.link_title, ValueSource.LINK)
    inner_title = heading.in_body(lines, title.text)
    if inner_title and title.text and years.in_title(inner_title).year != years.in_title(title.text).year:
        issues.append(Issue(IssueCode.TITLE_CONFLICT, "title", f"in the text: {inner_title}"[:200]))
    text = "\n".join(lines)
    if len(text) < SHORT and (frame := _frame(page, region, origin)):
        issues.append(Issue(IssueCode.BODY_SHORT, "text", f"it may stand in the frame {frame}"[:200]))
    if charset.is_traditional(text):
        issues.append(Issue(IssueCode.TRADITIONAL_TEXT, "text", "kept as it is"))
    document = replace(_identify(origin, title, inner_title, told, text, reading, issues), text=text)
    return _judge(origin, document, reading, region, title)


def _frame(page: Page, region: Region, origin: Origin) -> str | None:
    """Return the address of a frame of the same host that stands where the text should."""
    outside = bodies.outside(page)
    host = urlsplit(origin.url or "").netloc
    for link in page.links:
        if link.names != ("iframe",) or outside[link.node] or vocabulary.is_widget_frame(link.href):
            continue
        if link.block >= region.start - 1 and urlsplit(link.href).netloc in ("", host):
            return link.href
    return None


def _identify(
    origin: Origin,
    title: Title,
    inner_title: str | None,
    told: metadata.Fields,
    text: str,
    reading: Reading,
    issues: list[Issue],
) -> Document:
    text = text[:IDENTITY]
    lines = text.split("\n") if text else []
    evidence = [*told.evidence]
    if title.text:
        evidence.insert(0, Evidence("title", title.text, title.source, title.text[:80]))
    seen = origin.fetched.date() if origin.fetched else None
    year = years.decide(
        title=title.text, title_source=title.source, title_in_body=inner_title, body=lines, written=told.written,
        published=told.published, last_day=seen,
    )  # fmt: skip
    code = origin.adcode or (told.site_code or "")[:6]
    place = regions.by_code(code) if code.isdigit() else None
    issuer = issuers.find(
        title=title.text, title_in_body=inner_title, publisher=told.publisher, signature=told.signature, text=text,
        site_name=told.site_name, region_name=(lambda _: place.names[-1]) if place else None,
    )  # fmt: skip
    resolution = regions.resolve(
        title=title.text, issuer=issuer.name, publisher=told.publisher, site_name=told.site_name,
        site_code=told.site_code, index_no=told.index_no, portal_code=origin.adcode or origin.portal, text=text,
        link_title=origin.link_title, year=year.year,
    )  # fmt: skip
    outside = [block.text for block in reading.page.blocks if chrome.kind(block.text) is not None]
    kind, witness = sources.kind_of(
        url=origin.url, portal=origin.portal, adcode=origin.adcode, site_code=told.site_code, site_name=told.site_name,
        region=resolution.region, issuer_kind=issuer.kind, text_signs=[*outside, *lines],
    )  # fmt: skip
    evidence += [*year.evidence, *issuer.evidence, *resolution.evidence, *([witness] if witness else [])]
    issues += [*told.issues, *year.issues, *issuer.issues, *resolution.issues]
    return Document(
        extractor=EXTRACTOR, title=title.text, title_in_body=inner_title, year=year.year, published=told.published,
        published_source=told.published_source, written=told.written, region=resolution.region, issuer=issuer.name,
        issuer_kind=issuer.kind, publisher=told.publisher, doc_no=told.doc_no, index_no=told.index_no, topic=told.topic,
        validity=told.validity, site_code=told.site_code, site_name=told.site_name, source_kind=kind,
        evidence=tuple(evidence), issues=tuple(issues),
    )  # fmt: skip


def _judge(origin: Origin, document: Document, reading: Reading, region: Region, title: Title) -> Report | Rejection:
    page = reading.page
    files = _files(origin, reading, region)
    removed = _removed(page, region, title.text)
    document = replace(document, attachments=files, removed=removed)
    visible = "\n".join(block.text for block in page.blocks)
    refused = refusals.judge(
        title=page.title, visible=visible, source="\n".join(page.scripts), body=len(document.text), status=origin.status
    )
    if refused:
        return _as(Rejection, document, reason=refused[0], detail=refused[1])
    links = sum(1 for block in page.blocks[region.start : region.end] if bodies.is_link(block))
    if (
        len(document.text) < LIST_TEXT
        and (entries := listing.entries(page)) >= LIST_ENTRIES
        and region.how != "container"
    ):
        return _as(
            Rejection,
            document,
            reason=Reason.LIST_PAGE,
            detail=f"{len(document.text)} characters of text, {entries} dated links",
        )
    short = len(document.text) < LIST_TEXT
    why = f"{reading.listed} links in a script" if short and reading.listed else ""
    if not reading.found and (why := why or listing.is_column(page, region, short)):
        return _as(Rejection, document, reason=Reason.LIST_PAGE, detail=why)
    verdict = genres.judge(
        title=document.title, title_in_body=document.title_in_body, link_title=origin.link_title, text=document.text,
        span=years.in_title(document.title).span if document.title else None, url=origin.url,
        issuer_kind=document.issuer_kind, links=links, status=origin.status,
    )  # fmt: skip
    if verdict.reason is not None:
        return _as(Rejection, document, reason=verdict.reason, detail=verdict.detail)
    return _as(Report, document)


def _files(origin: Origin, reading: Reading, region: Region) -> tuple[Attachment, ...]:
    if reading.inner is not None and reading.found is not None:
        return filelinks.find(
            reading.inner, 0, len(reading.inner.blocks), url=origin.url, more=reading.found.attachments
        )
    return filelinks.find(reading.page, region.start, region.end, url=origin.url, outside=bodies.outside(reading.page))


def _removed(page: Page, region: Region, title: str | None) -> tuple[str, ...]:
    kept = set(region.lines)
    cut = (b.text for b in page.blocks if b.text not in kept and not chrome.same(b.text, title))
    return tuple(list(cut)[:REMOVED_MOST])


def _as(kind: type, document: Document, **more: object) -> Report | Rejection:
    values = {name: getattr(document, name) for name in Document.__dataclass_fields__}
    result: Report | Rejection = kind(**values, **more)
    return result


def to_json(file: str, document: Document) -> dict[str, object]:
    """Return the fields of the contract of ``fazhi inspect --json``: dates as ISO, unknown as None."""
    region = document.region
    return {
        "file": file,
        "kind": "report" if isinstance(document, Report) else "rejected",
        "reason": document.reason.value if isinstance(document, Rejection) else None,
        "title": document.title,
        "year": document.year,
        "published": document.published.isoformat() if document.published else None,
        "published_source": document.published_source.value if document.published_source else None,
        "written": document.written.isoformat() if document.written else None,
        "adcode": region.adcode if region else None,
        "region": list(region.names) if region else None,
        "level": region.level.value if region and region.level else None,
        "issuer": document.issuer,
        "issuer_kind": document.issuer_kind.value if document.issuer_kind else None,
        "publisher": document.publisher,
        "doc_no": document.doc_no,
        "index_no": document.index_no,
        "source_kind": document.source_kind.value,
        "text": document.text,
        "sections": None if document.sections is None else [
            {"heading": s.heading, "level": s.level, "part": s.part, "start": s.start, "end": s.end}
            for s in document.sections
        ],
        "parts": document.parts,
        "indicators": None if document.indicators is None else list(document.indicators),
        "issues": [{"code": i.code.value, "field": i.field, "detail": i.detail} for i in document.issues],
        "attachments": [{"name": a.name, "url": a.url} for a in document.attachments],
        "extractor": document.extractor,
    }  # fmt: skip
