"""The types that pass between the rooms. All frozen: what was seen or read does not change afterwards.

    Origin      what is known of a page before anybody reads it (address, portal, link text ...)
    Capture     one answer of a server, on disk: an Origin plus the place of its bytes in a WARC file
    Document    what extraction read in those bytes; either a Report or a Rejection

Everything is standard library only, so every room may import this module. Dates are ``datetime.date``,
moments are aware ``datetime`` in UTC, lengths are characters, unknown is ``None`` and never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Role(StrEnum):
    """Why an address is fetched."""

    LISTING = "listing"  # a page of links: column, home page, search result
    REPORT = "report"  # a page that may be a report; only these are extracted
    ATTACHMENT = "attachment"  # a file linked from a report page
    ROBOTS = "robots"  # robots.txt, fetched by the robots middleware
    GONE = "gone"  # the address of a report page that answered that the page is not there (404, 410, a soft 404)
    OTHER = "other"  # anything else archived on the way


class Level(StrEnum):
    """Level of government (民政部 division table)."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"


class IssuerKind(StrEnum):
    """Kind of body that issued the report; decides who is bound by Art. 24 of 厅字〔2019〕28号."""

    GOVERNMENT = "government"
    PARTY_AND_GOVERNMENT = "party_and_government"
    PARTY = "party"
    DEPARTMENT = "department"
    OFFICE = "office"  # 人民政府办公室 / 办公厅
    SUBDISTRICT = "subdistrict"  # 街道办事处, a 派出机关
    LAW_COMMITTEE = "law_committee"  # 依法治国/省/市/县(区)委员会办公室
    ZONE = "zone"  # 开发区 / 管委会, without a code of its own
    VERTICAL = "vertical"  # 税务局, 海关: part of a central department


class SourceKind(StrEnum):
    """What kind of site the page stood on; only the first three count as publication."""

    OFFICIAL = "official"
    DEPARTMENT_SITE = "department_site"
    UPPER_LEVEL_PORTAL = "upper_level_portal"
    REPOST = "repost"
    CONTENT_FARM = "content_farm"
    HIJACKED_MIRROR = "hijacked_mirror"
    DOCUMENT_MILL = "document_mill"
    UNKNOWN = "unknown"


class ValueSource(StrEnum):
    """Where a value was read, strongest first; stored beside the value (``published_source``)."""

    META = "meta"  # <meta> tags of 国办发〔2017〕47号, annex 3
    LABEL = "label"  # a labelled line: 发布日期：, 索引号：
    SIGNATURE = "signature"  # the lines after the last paragraph
    TITLE = "title"
    BODY = "body"
    SITE_CODE = "site_code"  # 政府网站标识码
    INDEX_NO = "index_no"  # organisation code inside the 索引号
    PORTAL = "portal"  # the catalogue entry that was crawled
    LINK = "link"  # text or date beside the link in the listing
    URL = "url"
    GUESS = "guess"


class Reason(StrEnum):
    """Why a page is not a report. Closed list; ``docs/data.md`` explains each."""

    INTERPRETATION = "interpretation"  # 解读
    PLAN = "plan"  # 实施方案, 工作安排, 规划
    POINTS = "points"  # 工作要点
    NOTICE = "notice"  # 通知, 公告, 公示
    NEWS = "news"
    DISCLOSURE_REPORT = "disclosure_report"  # 政府信息公开工作年度报告
    WEBSITE_REPORT = "website_report"  # 政府网站工作年度报表
    PERSONAL_REPORT = "personal_report"  # 述职述法
    FIVE_YEAR_SUMMARY = "five_year_summary"
    VERTICAL_AGENCY = "vertical_agency"
    LIST_PAGE = "list_page"
    ERROR_PAGE = "error_page"  # soft 404, login wall, error text
    REFUSAL = "refusal"  # challenge or block page
    EMPTY = "empty"
    OTHER_DOCUMENT = "other_document"  # an article, but of another kind
    DOUBTFUL = "doubtful"
    UNSUPPORTED = "unsupported"  # a format that is not read yet (PDF, Word ...)
    UNREADABLE = "unreadable"  # bytes that are no text, or broken beyond reading
    TOO_LARGE = "too_large"
    CRASHED = "crashed"  # the page killed its worker, or took too long or too much memory


class IssueCode(StrEnum):
    """Something a reader should know about a document. Closed list; ``docs/data.md`` explains each."""

    YEAR_CONFLICT = "year_conflict"
    YEAR_UNKNOWN = "year_unknown"
    DATE_INVALID = "date_invalid"
    DATE_CONFLICT = "date_conflict"
    REGION_CONFLICT = "region_conflict"
    REGION_AMBIGUOUS = "region_ambiguous"
    REGION_UNKNOWN = "region_unknown"
    TITLE_MISSING = "title_missing"
    TITLE_CONFLICT = "title_conflict"
    CHARSET_MISLABELLED = "charset_mislabelled"
    BYTES_REPLACED = "bytes_replaced"
    TRADITIONAL_TEXT = "traditional_text"
    DOC_NO_INVALID = "doc_no_invalid"
    BODY_BY_FALLBACK = "body_by_fallback"
    BODY_SHORT = "body_short"
    TRUNCATED = "truncated"
    LIMIT_EXCEEDED = "limit_exceeded"
    WORKER_KILLED = "worker_killed"
    OVERRULED = "overruled"  # a person said it is a report, the rules had said no


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What is known of a page before it is read.

    ``portal`` is the catalogue key (``420683`` or ``110000-sfj``), ``adcode`` the six-digit GB/T 2260 code that the
    catalogue or the user gives for it. ``content_type`` is the HTTP header as received. ``fetched`` bounds dates:
    nothing can have been published after it was seen. ``tls`` is the state of the server's certificate as the crawler
    noted it (``valid``, ``expired, wrong name; legacy``), None where there was none.
    """

    url: str | None = None
    portal: str | None = None
    adcode: str | None = None
    role: Role = Role.REPORT
    link_title: str | None = None
    link_date: date | None = None
    parent: str | None = None
    content_type: str | None = None
    status: int = 200
    fetched: datetime | None = None
    tls: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One answer of a server as it lies on disk.

    ``id`` is deterministic: ``<YYYYMMDDhhmmss>-<10 hex>`` of WARC-Date and address, so a rebuild gives the same.
    ``target`` is the address that was asked for first; ``origin.url`` differs from it after a redirect.
    ``digest`` is ``sha256:<64 hex>`` of the body as received (WARC files carry the same value in base32).
    ``warc`` is the file name inside ``warc/`` without ``.open``; ``offset`` the byte where the record begins.
    ``kind`` is the WARC-Type, ``response`` or ``revisit``; a revisit's body is read from the record it refers to.
    """

    id: str
    target: str
    origin: Origin
    digest: str
    warc: str
    offset: int
    kind: str = "response"
    depth: int = 0
    crawl: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """A remark on a document: what was doubtful, about which field, in words or figures."""

    code: IssueCode
    field: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One witness for one field: the value it speaks for, where it stands, and the words themselves."""

    field: str
    value: str
    source: ValueSource
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file the page links to. ``url`` is absolute where the page's own address is known, else as written."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """A headed stretch of ``Document.text``; ``start`` and ``end`` are character offsets, end exclusive."""

    heading: str | None
    level: int
    part: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Region:
    """A resolved place. ``names`` runs from the province down; ``adcode`` is the county-or-above code (six digits),
    ``town_code`` the nine-digit one where a township could be told. A 开发区 has no code: ``adcode`` is then None
    and ``names`` and ``parent`` tell where it lies."""

    adcode: str | None
    names: tuple[str, ...]
    level: Level | None
    town_code: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What extraction could tell of a page. ``text`` holds one paragraph a line and no chrome; offsets are into it."""

    extractor: str
    title: str | None = None
    title_in_body: str | None = None
    year: int | None = None  # the year reported on, not the year of publication
    published: date | None = None
    published_source: ValueSource | None = None
    written: date | None = None
    region: Region | None = None
    issuer: str | None = None
    issuer_kind: IssuerKind | None = None
    publisher: str | None = None
    doc_no: str | None = None  # 文号
    index_no: str | None = None  # 索引号
    topic: str | None = None  # 主题分类
    validity: str | None = None  # 有效性
    site_code: str | None = None  # 政府网站标识码
    site_name: str | None = None
    source_kind: SourceKind = SourceKind.UNKNOWN
    text: str = ""
    sections: tuple[Section, ...] | None = None
    parts: dict[str, str] | None = None
    indicators: tuple[dict[str, object], ...] | None = None
    attachments: tuple[Attachment, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    issues: tuple[Issue, ...] = ()
    removed: tuple[str, ...] = field(default=(), repr=False)  # chrome lines that were cut, for ``inspect``


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Document):
    """A 法治政府建设年度报告."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection(Document):
    """A page that is not a report, with the reason and what in the page says so."""

    reason: Reason
    detail: str = ""
