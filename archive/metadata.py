"""What a page says about its document: dates, numbers, publisher, site. Pure; every value keeps its source. Leaf.

Sources: the meta tags of 国办发〔2017〕47号 annex 3, the labelled lines around the text (metadata box, info line,
footer), the signature under the text, the address. A label shown on the page beats a meta tag: CMS write the time of
generation into ``PubDate``. A date nobody labels counts only between title and text; nothing is
taken from menus or headers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

from archive import chrome, dates, heading, labels, numbers, signatures
from archive.body import Region, is_link
from archive.chrome import Kind
from archive.labels import Pair
from archive.model import Evidence, Issue, IssueCode, Origin, ValueSource
from archive.page import Page

LABEL = 3  # characters of the shortest label with its colon
NEAR = 40  # blocks around the text in which labelled lines are looked for
_DATES = (
    "pubdate",
    "publishdate",
    "pub_date",
    "publish_date",
    "pubtime",
    "publishtime",
    "firstpublishedtime",
    "createdate",
    "maketime",
    "dc.date",
    "article:published_time",
)
_HAN = "\u4e00-\u9fff"
_SITE_CODE = re.compile(r"(?:网站标识码|网站标识编码|网站标识|政府网站标识码)\s*[:：]?\s*((?:\d{10}|bm\d{8}))", re.I)
_CODE = re.compile(r"(?:\d{10}|bm\d{8})", re.I)
_HOST = re.compile(
    r"(?:主办单位|主办|版权所有)\s*[:：]?\s*(?:©|ⓒ|\(c\))?\s*([^;；:：\s|｜,，©ⓒ\d][^;；:：\s|｜©ⓒ]{3,30})"
)
_ITSELF = re.compile(r"本(?:站|网|网站|单位|局|部门)(?:原创)?|原创|转载|网络|互联网|整理")  # 来源 that names nobody
_CRUMB_HEAD = re.compile(r"^[^>＞»›:：]{0,14}[:：]\s*")
_CRUMB_STEP = re.compile(r"\s*(?:[>＞»›]+|-->|--)\s*")
_CHINA = timezone(timedelta(hours=8))  # time stamps of these CMS are Chinese days


@dataclass(slots=True)
class Fields:
    """What was told, each with its witnesses in ``evidence`` and what was doubtful in ``issues``."""

    published: date | None = None
    published_source: ValueSource | None = None
    written: date | None = None
    publisher: str | None = None
    source: str | None = None
    doc_no: str | None = None
    index_no: str | None = None
    topic: str | None = None
    validity: str | None = None
    site_code: str | None = None
    site_name: str | None = None
    crumbs: tuple[str, ...] = ()
    signature: tuple[str, ...] = ()
    boxed_title: str | None = None
    evidence: list[Evidence] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def gather(
    page: Page, region: Region, title: str | None, origin: Origin, embedded: dict[str, str] | None = None
) -> Fields:
    """Read everything but titles, year and identity from a page whose document is known."""
    told = Fields()
    labelled = _labelled(page, region, title)
    for name, value in _from_json(embedded or {}):
        labelled.setdefault(name, Pair(name, "json", value))
    _dates(told, page, region, labelled, origin, title)
    _numbers(told, labelled, region, title)
    _people(told, page, labelled)
    _site(told, page, region, title)
    return told


def _labelled(page: Page, region: Region, title: str | None) -> dict[str, Pair]:
    """Return the first value of each label around the text, those nearest above it first."""
    blocks = page.blocks
    low = max(0, region.start - NEAR)
    order = [*range(low, region.start), *range(region.end, len(blocks)), *range(low)]
    found: dict[str, Pair] = {}
    copies = set(region.lines)  # a second copy of the text, for the phone, has labelled lines of the author's
    for number in order:
        block = blocks[number]
        text = heading.after(block.text, title) or block.text
        whole_link = is_link(block) and block.linked > len(text) - LABEL  # 来源：<a>示例局</a> is a label with a link
        if len(text) > chrome.LONGEST or whole_link or (number >= region.end and text in copies):
            continue
        if chrome.kind(text) not in (Kind.INFO, Kind.BOX, Kind.EDITOR):
            continue
        pairs = labels.pairs(text)
        for pair in pairs:
            value = pair.value
            if not value and len(pairs) == 1 and number + 1 < len(blocks) and number + 1 not in (region.start,):
                following = blocks[number + 1].text  # <dt>label</dt><dd>value</dd>
                value = (
                    following
                    if len(following) <= 100 and not labels.pairs(following) and chrome.kind(following) is None
                    else ""
                )
            if re.sub(r"\s", "", value) not in labels.EMPTY and not (pair.field in found and number >= region.end):
                found.setdefault(pair.field, Pair(pair.field, pair.label, value))
    return found


_JSON = {
    "document_number": "doc_no",
    "publisher": "publisher",
    "identifier": "index_no",
    "date": "written",
    "title": "title",
    "first_publish_time": "published",
    "display_publish_time": "published",
    "created_at": "published",
}


def _from_json(fields: dict[str, str]) -> Iterable[tuple[str, str]]:
    for key, name in _JSON.items():
        if fields.get(key):
            yield name, _stamp(fields[key]) if name in ("published", "written") else fields[key]


def _stamp(value: str) -> str:
    if re.fullmatch(r"1[0-9]{9}(?:\d{3})?", value):
        moment = datetime.fromtimestamp(int(value[:10]), tz=_CHINA)
        return moment.date().isoformat()
    return value


def _dates(
    told: Fields, page: Page, region: Region, labelled: dict[str, Pair], origin: Origin, title: str | None
) -> None:
    fetched = origin.fetched.date() if origin.fetched else None

    def good(day: date | None, quote: str) -> date | None:
        if day is None:
            return None
        if trouble := dates.problem(day, fetched):
            told.issues.append(Issue(IssueCode.DATE_INVALID, "published", f"{trouble}: {quote[:60]}"))
            return None
        return day

    def label(name: str) -> tuple[date | None, str]:
        pair = labelled.get(name)
        if pair is None:
            return None, ""
        quote = f"{pair.label}:{pair.value}"
        return good(dates.value(pair.value[:60]), quote), quote

    published, quote = label("published")
    issued, issued_quote = label("issued")
    written, written_quote = label("written")
    if published is None and written is None:
        published, quote = issued, issued_quote
    elif written is None:
        written, written_quote = issued, issued_quote
    elif published is None:
        published, quote = issued, issued_quote
    if published is None:
        published, quote = _unlabelled(page, region, title)
        published = good(published, quote)
    meta, meta_quote = _meta_date(page)
    meta = good(meta, meta_quote)
    if published:
        told.evidence.append(Evidence("published", str(published), ValueSource.LABEL, quote[:80]))
    if meta:
        told.evidence.append(Evidence("published", str(meta), ValueSource.META, meta_quote[:80]))
    if published and meta and published != meta:
        told.issues.append(Issue(IssueCode.DATE_CONFLICT, "published", f"shown {published}, meta tag {meta}"))
    if meta and (published is None or published == meta):
        told.published, told.published_source = meta, ValueSource.META
    elif published:
        told.published, told.published_source = published, ValueSource.LABEL
    else:
        _weaker(told, origin, good)
    signature, signed = signatures.at_end(region.lines)
    told.signature = signature
    if written:
        told.evidence.append(Evidence("written", str(written), ValueSource.LABEL, written_quote[:80]))
    if signed:
        told.evidence.append(Evidence("written", str(signed), ValueSource.SIGNATURE, " ".join(signature)[:80]))
    told.written = written or signed or signatures.under_heading(region.lines)
    if told.written and told.published and (told.written - told.published).days > 31:
        told.issues.append(
            Issue(IssueCode.DATE_CONFLICT, "written", f"{told.written} is after publication {told.published}")
        )


def _meta_date(page: Page) -> tuple[date | None, str]:
    """Return the date of the meta tags; a tag that repeats the time of generation tells nothing."""
    generated = page.metas.get("others", "")
    for name in _DATES:
        value = page.metas.get(name)
        if not value or (len(value) > 10 and value in generated):
            continue
        if day := dates.value(value):
            return day, f"{name}={value}"
    return None, ""


def _unlabelled(page: Page, region: Region, title: str | None) -> tuple[date | None, str]:
    """Return a date that stands alone, or opens an info line, between the title and the text."""
    blocks = page.blocks
    start = None
    for number in range(region.start - 1, -1, -1):
        if is_link(blocks[number]):
            continue
        behind = heading.after(blocks[number].text, title)
        if behind and chrome.kind(behind) is Kind.INFO and (found := dates.find(behind)):
            return found[0].day, behind
        if start is None and chrome.same(blocks[number].text, title):
            start = number
    if start is None:
        return None, ""
    for block in blocks[start + 1 : region.start]:
        if day := dates.alone(block.text):
            return day, block.text
        if chrome.kind(block.text) is Kind.INFO and (found := dates.find(block.text)):
            return found[0].day, block.text
    return None, ""


def _weaker(told: Fields, origin: Origin, good: Callable[[date | None, str], date | None]) -> None:
    day = good(origin.link_date, "link date")
    source = ValueSource.LINK
    if day is None and origin.url:
        day, source = good(dates.in_url(origin.url), origin.url), ValueSource.URL
    if day:
        told.published, told.published_source = day, source
        told.evidence.append(Evidence("published", str(day), source, (origin.url or "")[:80]))


def _numbers(told: Fields, labelled: dict[str, Pair], region: Region, title: str | None) -> None:
    pair = labelled.get("index_no")
    if pair and (number := numbers.index_no(pair.value)):
        told.index_no = number
        told.evidence.append(Evidence("index_no", number, ValueSource.LABEL, f"{pair.label}:{pair.value}"[:80]))
    if pair := labelled.get("doc_no"):
        if number := numbers.doc_no(pair.value):
            told.doc_no = number
            told.evidence.append(Evidence("doc_no", number, ValueSource.LABEL, f"{pair.label}:{pair.value}"[:80]))
        elif any(c.isdigit() for c in pair.value):
            told.issues.append(Issue(IssueCode.DOC_NO_INVALID, "doc_no", pair.value[:80]))
    if told.doc_no is None and (found := numbers.own(region.lines, title)):
        told.doc_no, source, quote = found
        told.evidence.append(Evidence("doc_no", told.doc_no, source, quote[:80]))
    for name in ("topic", "validity"):
        if (pair := labelled.get(name)) and len(pair.value) <= 60:
            setattr(told, name, pair.value)
            told.evidence.append(Evidence(name, pair.value, ValueSource.LABEL, f"{pair.label}:{pair.value}"[:80]))


def _people(told: Fields, page: Page, labelled: dict[str, Pair]) -> None:
    for name in ("source", "publisher", "issuing"):
        pair = labelled.get(name)
        if pair and 2 <= len(pair.value) <= 80 and re.search(f"[{_HAN}]", pair.value):
            told.evidence.append(
                Evidence("publisher", pair.value, ValueSource.LABEL, f"{pair.label}:{pair.value}"[:80])
            )
            if name == "source":
                told.source = pair.value
            if told.publisher is None or (_ITSELF.fullmatch(told.publisher) and name == "publisher"):
                told.publisher = pair.value
    meta = page.metas.get("contentsource")
    if meta and re.search(f"[{_HAN}]", meta):
        told.evidence.append(Evidence("publisher", meta, ValueSource.META, f"ContentSource={meta}"[:80]))
        told.publisher = told.publisher or meta
    if pair := labelled.get("title"):
        told.boxed_title = pair.value


def _site(told: Fields, page: Page, region: Region, title: str | None) -> None:
    code = page.metas.get("siteidcode", "").strip()
    if _CODE.fullmatch(code):
        told.site_code = code
        told.evidence.append(Evidence("site_code", code, ValueSource.META, f"SiteIDCode={code}"))
    host = None
    for number, block in enumerate(page.blocks):
        if region.start <= number < region.end or len(block.text) > chrome.LONGEST:
            continue
        found = chrome.kind(block.text)
        if found is Kind.FOOTER:
            if told.site_code is None and (coded := _SITE_CODE.search(block.text)):
                told.site_code = coded[1]
                told.evidence.append(Evidence("site_code", coded[1], ValueSource.LABEL, coded[0]))
            if host is None and (named := _HOST.search(block.text)):
                host = named[1]
        elif found is Kind.CRUMB and not told.crumbs and number < max(region.start, 1):
            steps = _CRUMB_STEP.split(_CRUMB_HEAD.sub("", block.text))
            told.crumbs = tuple(step for step in (s.strip(" 　【】[]") for s in steps) if step)
    root = told.crumbs[0] if told.crumbs and re.search("网|站|政府|平台", told.crumbs[0]) else None
    told.site_name = page.metas.get("sitename") or root or heading.site_in_title(page, title) or host
    if told.site_name:
        source = ValueSource.META if page.metas.get("sitename") else ValueSource.LABEL
        told.evidence.append(Evidence("site_name", told.site_name, source, told.site_name[:80]))
