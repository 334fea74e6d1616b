"""Answers that are no page: named, archived as what they are (role ``other``), never read as content, never solved.

    refusal   the host refuses: challenge (加速乐, 瑞数 ...), firewall, shell that only a script fills; it is held
    denied    this address is refused: 401, 403, login wall. Others of the host may be open
    trouble   an error of the server under status 200: asked again later
    missing   the page is not there: soft 404, stub, the home page under another address. Nothing is held

What follows from each is said by ``manners``. Taking a page for a refusal loses a report, missing a refusal costs a
rejected page: so every rule wants a page with hardly any words, and one beyond 200 KB is never doubted. Words and
scripts that tell are data: ``data/guard.toml`` here, ``refusals.toml`` of the archive.
"""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from html import unescape
from importlib.resources import files
from itertools import islice
from typing import Literal
from urllib.parse import urlsplit

from archive import refusals
from archive.model import Reason, Role
from crawler import discovery
from crawler.addresses import netloc
from crawler.targets import Page, Target

Kind = Literal["refusal", "denied", "trouble", "missing"]
REFUSED = {412, 418, 468, 512, 521}  # 429 and 503 ask to wait: see ``manners``
DENIED = {401, 403, 405, 406, 451}
BIG = 200_000  # bytes
SHELL = 3000  # bytes; real home pages below this size were challenges or redirects in all 45 cases seen
STUB = 500  # bytes
SCRIPT_SHELL = "a shell that only a script fills"
LINKS = 5  # a block page leads hardly anywhere
SHORT = 600  # visible characters of a block page, at most
PLAIN = 500  # characters outside links on a soft 404 in full dress
REFRESH_SECONDS = 10
WAITING = 30  # characters: 正在跳转，请稍候
HOME_LINKS = 10  # a page with fewer is no home page one could be recognised by
SKETCH = 32
ALIKE = 0.9

_HIDDEN = re.compile(r"(?is)<(script|style|noscript|title|textarea)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)")
_TAG = re.compile(r"<[^<>]*>")
_LINK = re.compile(
    r"(?i)<(a|option)\s[^<>]*>(?:[^<>]|<(?:span|font|b|em|i|img|p)\b[^<>]*>|</(?:span|font|b|em|i|p)>)*</\1>"
)
_ANCHOR = re.compile(rb"(?i)<a\s[^<>]*href")
_HREF = re.compile(rb"(?i)\shref\s*=\s*[\"']?([^\"'\s<>]{1,300})")
_TITLE = re.compile(rb"(?i)<title[^<>]{0,200}>([^<]{0,400})")
NAMES = 3  # names in a script that has more to tell than a challenge
_NAMED = re.compile(r"[\"']([^\"'<>\n]{0,40}[\u4e00-\u9fff])[\"']")
_FRAME = re.compile(r"(?i)<(?:i?frame|embed|object|img|video)\b")
_PASSWORD = re.compile(r"(?i)<input[^<>]{0,500}type\s*=\s*[\"']?password")
_DATA = re.compile(rb"(?i)\s*(?:[\[{]|[\w.$]{1,100}\s*\(\s*[\[{]|<\?xml(?![^>]*>\s*<(?:!doctype html|html)))")
_MARKUP = re.compile(rb"(?i)<(?:!doctype|html|head|body|script|meta|title|center|h1|p|div)\b")
_REFRESH = re.compile(r"(?i)^\s*(\d{1,3})(?:\.\d+)?\s*[;,]\s*url\s*=\s*['\"]?\s*([^'\"]+)")
_LOCATION = re.compile(
    r"(?:\b(?:window|self|top|parent|document)\s*\.\s*)?\blocation(?:\s*\.\s*href)?\s*"
    r"(?:=\s*|\.\s*(?:replace|assign)\s*\(\s*)(?:\"([^\"\n]{1,500})\"|'([^'\n]{1,500})')\s*(?![\s+])"
)
_PLAIN = re.compile(r"(?i)403 forbidden|access (?:denied|forbidden)")
_HOME = re.compile(r"(?i)/?(?:(?:index|default|home)\.(?:s?html?|jsp|php|aspx?))?")


@dataclass(frozen=True, slots=True)
class Finding:
    """What an answer is instead of a page: the kind says what follows, the name what it was told by."""

    kind: Kind
    name: str


@dataclass(slots=True)
class Known:
    """What a run knows of hosts: which gave a page, and by what to recognise a home page under another address."""

    answering: set[str] = field(default_factory=set)
    homes: dict[str, tuple[bytes, frozenset[int]]] = field(default_factory=dict)

    def note(self, page: Page) -> None:
        """Remember the host of a page that is one; the page too where it is the home page."""
        self.answering.add(netloc(page.url))
        if is_home(page.url) and page.status == 200 and len(found := links_of(page.body)) >= HOME_LINKS:
            self.homes[netloc(page.url)] = (title_of(page.body), found)

    def shows_home(self, page: Page) -> bool:
        """Say whether another address of a host gives its home page."""
        home = self.homes.get(netloc(page.url))
        if home is None or is_home(page.url) or title_of(page.body) != home[0]:
            return False
        found = links_of(page.body)
        return len(found & home[1]) >= ALIKE * len(found | home[1])


def links_of(body: bytes) -> frozenset[int]:
    """Return a sketch of the links of a page: the smallest checksums of their addresses, ``SKETCH`` at most."""
    sums = {zlib.crc32(match[1]) for match in _HREF.finditer(body)}
    return frozenset(sorted(sums)[:SKETCH])


def title_of(body: bytes) -> bytes:
    """Return the bytes of a page's title."""
    match = _TITLE.search(body, 0, 20_000)
    return match[1].strip() if match else b""


def is_home(url: str) -> bool:
    """Say whether an address is that of a host's home page.

    >>> is_home("http://a.gov.cn/"), is_home("http://a.gov.cn/index.html"), is_home("http://a.gov.cn/x/index.html")
    (True, True, False)
    """
    parts = urlsplit(url)
    return not parts.query and _HOME.fullmatch(parts.path) is not None


@dataclass(frozen=True)
class _Sight:
    """What can be seen of a page, each part made when first asked for."""

    page: Page

    @cached_property
    def few(self) -> bool:
        """Whether the page leads hardly anywhere."""
        return sum(1 for _ in islice(_ANCHOR.finditer(self.page.body), LINKS + 1)) <= LINKS

    @cached_property
    def title(self) -> str:
        data = title_of(self.page.body)
        for encoding in ("utf-8", "gb18030"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
        return ""

    @cached_property
    def words(self) -> str:
        """The visible text, without the title."""
        return _visible(_HIDDEN.sub(" ", self.page.text))

    @cached_property
    def plain(self) -> str:
        """The visible text outside links and choices."""
        return _visible(_LINK.sub(" ", _HIDDEN.sub(" ", self.page.text)))


def _visible(source: str) -> str:
    return " ".join(unescape(_TAG.sub(" ", source)).split())  # block pages are padded with &nbsp;


def look(page: Page, known: Known | None = None) -> Finding | None:
    """Say what an answer is instead of a page, None where it is one (or a plain error such as 404, which says so).

    >>> look(Page("http://a.gov.cn/", b"", status=521))
    Finding(kind='refusal', name='status 521')
    >>> look(Page("http://a.gov.cn/", b"<script>var x = '__jsl_clearance'; location.reload()</script>"))
    Finding(kind='refusal', name='challenge (__jsl_clearance)')
    >>> look(Page("http://a.gov.cn/x.html", "<p>您访问的页面不存在</p>".encode()))
    Finding(kind='missing', name='访问的页面不存在')
    >>> look(Page("http://a.gov.cn/x.html", b"", status=403))
    Finding(kind='denied', name='status 403')
    >>> look(Page("http://a.gov.cn/", "<p>法治政府建设</p>".encode()))
    """
    if page.status in REFUSED:
        return Finding("refusal", f"status {page.status}")
    doubted = 200 <= page.status < 300 or page.status in DENIED
    if doubted and len(page.body) <= BIG and not _is_data(page):
        sight = _Sight(page)
        found = _short(sight) if sight.few else _dressed(sight)
        if found is not None and (page.status < 300 or found.kind in ("refusal", "denied")):
            return found
        if known is not None and page.status < 300 and not sight.few and known.shows_home(page):
            return Finding("missing", "the home page under another address")
    return Finding("denied", f"status {page.status}") if page.status in DENIED else None


def _is_data(page: Page) -> bool:
    """Say whether an answer is no page at all, but data for a script or a file."""
    media = (page.content_type or "").partition(";")[0].strip().lower()
    if media and not media.startswith("text/") and media not in ("application/xhtml+xml", "application/octet-stream"):
        return True
    return _DATA.match(page.body) is not None or b"\0" in page.body[:1000]


def _short(sight: _Sight) -> Finding | None:
    """Judge a page that leads hardly anywhere."""
    page, words, source = sight.page, sight.words, sight.page.text
    onward = refresh(page)
    if len(words) <= SHORT:
        vocabulary = _vocabulary()
        if (sign := _challenge(words, source)) is not None:
            plain = _PLAIN.fullmatch(sign) is not None  # a server's own page for 403 says nothing of a wall
            return Finding("denied", sign) if plain else Finding("refusal", f"challenge ({sign})")
        if _PASSWORD.search(source):  # before the words: 验证码 stands on sign-in pages too
            return Finding("denied", "a page to sign in")
        for kind, pattern in vocabulary.short:
            if match := pattern.search(sight.title) or pattern.search(words):
                return Finding(kind, match[0][:40].strip())
        if match := vocabulary.title.search(sight.title):
            return Finding("missing", match[0][:40])
    if onward is not None:
        away = is_home(onward) and not is_home(page.url) and netloc(onward) == netloc(page.url)
        return Finding("missing", "sends on to the home page") if away else None
    if page.status == 202 and len(words) < 100:
        return Finding("refusal", "status 202 without a page")
    if words or _FRAME.search(source):
        stub = len(page.body) < 20 and not _asked_for_data(page) and not _MARKUP.search(page.body)
        return Finding("missing", f"a stub of {len(page.body)} bytes") if stub else None
    if "<script" in source.lower() and len(page.body) < SHELL:
        return None if _tells(page) else Finding("refusal", SCRIPT_SHELL)
    if len(page.body) < STUB and not _asked_for_data(page) and (page.text or not page.body):
        return Finding("missing", f"a stub of {len(page.body)} bytes")
    return None


def _tells(page: Page) -> bool:
    """Say whether the script of a page without text tells something: what engine to ask, or the names of a tree."""
    return len(set(islice(_NAMED.findall(page.text), 2 * NAMES))) >= NAMES or discovery.names_engine(page)


def _challenge(words: str, source: str) -> str | None:
    """Return the sign of a challenge or of a firewall in a short page."""
    found = refusals.judge(title="", visible=words, source=source, body=0)
    if found is not None and found[0] is Reason.REFUSAL:
        return found[1][:30]
    if len(words) <= 20 and (match := _vocabulary().script.search(source)):
        return match[0][:30]
    return None


def _dressed(sight: _Sight) -> Finding | None:
    """Judge a page with the navigation of its site: it may still say that the page is not there."""
    vocabulary = _vocabulary()
    if match := vocabulary.title.search(sight.title):
        return Finding("missing", match[0][:40])
    if not any(key in sight.page.body for key in vocabulary.keys):
        return None
    if len(sight.plain) <= PLAIN and (match := vocabulary.missing.search(sight.plain)):
        return Finding("missing", match[0][:40])
    return None


def _asked_for_data(page: Page) -> bool:
    """Say whether the address may be one that a script asks: an empty answer is an answer there."""
    return (
        page.post is not None or bool(urlsplit(page.url).query) or page.url.endswith((".txt", ".xml", ".js", ".json"))
    )


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    short: tuple[tuple[Kind, re.Pattern[str]], ...]
    script: re.Pattern[str]
    title: re.Pattern[str]
    missing: re.Pattern[str]
    keys: tuple[bytes, ...]


@cache
def _vocabulary() -> _Vocabulary:
    data = tomllib.loads(files("crawler").joinpath("data/guard.toml").read_text("utf-8"))

    def any_of(name: str, part: str = "text") -> re.Pattern[str]:
        return re.compile("|".join(data[name][part]))

    return _Vocabulary(
        short=(
            ("refusal", any_of("refusal")),
            ("denied", any_of("login")),
            ("missing", any_of("missing")),
            ("trouble", any_of("trouble")),
        ),
        script=any_of("refusal", "script"),
        title=any_of("missing", "title"),
        missing=any_of("missing"),
        keys=tuple(key.encode(encoding) for key in data["missing"]["keys"] for encoding in ("utf-8", "gb18030")),
    )


def refresh(page: Page) -> str | None:
    """Return where a page sends the reader at once, by ``<meta http-equiv="refresh">`` or a script that does no more.

    None where it does not, or back to itself. A script that sets a cookie first is a challenge, and not followed.

    >>> refresh(Page("http://a.gov.cn/", b'<meta http-equiv="Refresh" content="0; url=/new/">'))
    'http://a.gov.cn/new/'
    >>> refresh(Page("http://a.gov.cn/", b'<script>window.location.href = "zwgk/index.html";</script>'))
    'http://a.gov.cn/zwgk/index.html'
    >>> refresh(Page("http://a.gov.cn/", b'<script>document.cookie = "a=1"; location = "/new/"</script>'))
    """
    if len(page.body) > 2 * SHELL or page.root is None:
        return None
    for content in page.root.xpath("//meta[translate(@http-equiv,'REFSH','refsh')='refresh']/@content"):
        match = _REFRESH.match(content)
        if match and int(match[1]) <= REFRESH_SECONDS:
            return _elsewhere(page, match[2])
    sight = _Sight(page)
    if len(sight.words) > WAITING or not sight.few or "cookie" in page.text:
        return None
    for script in page.root.xpath("//script[not(@src)]/text()"):
        if match := _LOCATION.search(script):
            return _elsewhere(page, match[1] or match[2])
    return None


def _elsewhere(page: Page, href: str) -> str | None:
    url = page.resolve(href)
    return url if url != page.url else None


def sends_home(target: Target, trail: Sequence[str], url: str) -> bool:
    """Say whether redirects lead from an article to the home page of its host: it is not there any more.

    >>> article = Target(url="http://a.gov.cn/1.html", role=Role.REPORT, portal="")
    >>> sends_home(article, [article.url], "https://a.gov.cn/"), sends_home(article, [article.url], "http://b.gov.cn/")
    (True, False)
    """
    return (
        target.role is Role.REPORT
        and bool(trail)
        and is_home(url)
        and not is_home(target.url)
        and netloc(url) == netloc(target.url)
    )


def circle(urls: Iterable[str]) -> bool:
    """Say whether redirects lead an address to itself again and again, as CT6T does whose cookie was not accepted.

    >>> circle(["http://a.gov.cn/"] * 3), circle(["http://a.gov.cn/"] * 2), circle(["/a", "/b", "/a", "/b"])
    (True, False, False)
    """
    last = list(urls)[-3:]
    return len(last) == 3 and len(set(last)) == 1
