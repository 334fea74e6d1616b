"""What a page tells of a search engine: its forms, every address written on it, and the options its scripts hold.

A portal's search box is a form, a link, or a script that opens an address; the options an engine wants (a code, the
number of the site, a token) stand in the query of such an address, in a hidden input or in a script. ``Clues`` reads
all of them once; the engines ask it. Values are checked against the form the engine gives them, as ``code`` or
``siteId`` alone mean something else on most pages.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import unescape
from itertools import islice
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlencode, urlsplit

from lxml.html import HtmlElement

from archive import charset
from crawler.addresses import canonical
from crawler.targets import Page, Portal

WORD = "法治政府建设"  # what is searched for
TOKEN = r"(?=[\w+/=-]{0,80}\d)[\w+/=-]"  # a character of a value that holds a digit: no name of a variable
LARGEST = 600_000  # characters of a page that are looked through for addresses
MOST = 20_000  # pieces of text between quotes; the busiest real home page seen had some 3,000
FORMS = 30  # forms of one page
ENGINE_HOSTS = (".gov.cn", ".so-gov.cn", ".kaipuyun.cn", ".hanweb.com")

_QUOTED = re.compile(r"[\"'`]([^\"'`<>\s]{4,800})(?=[\"'`])")
_SEARCHING = re.compile(r"search|sousuo|seek|query|key|word|搜|检索|查询|^(?:q|qt|wd|kw|s)$", re.IGNORECASE)
_NO_SEARCH = re.compile(
    r"login|passw|subscri|mail|comment|regist|guestbook|登录|邮箱|订阅|办件|编号|证号|验证码|姓名|信箱", re.IGNORECASE
)
_TYPED = ("", "text", "search")
_GBK = quote(WORD, encoding="gb18030")


@dataclass(frozen=True, slots=True)
class Option:
    """An option of an engine: its name, the form of its value (a regular expression), and other names it goes by."""

    name: str
    value: str
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All its names, as scripts and as attributes write them.

        >>> Option("siteId", "", ("SID",)).names
        ('siteId', 'site-id', 'site_id', 'SID')
        """
        hyphens = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", self.name).lower()
        return tuple(dict.fromkeys((self.name, hyphens, hyphens.replace("-", "_"), *self.also)))


@dataclass(frozen=True, slots=True)
class Form:
    """A form that asks for a word: where it goes, how, the input for the word, and the other inputs with values."""

    action: str
    posts: bool
    word: str
    fields: tuple[tuple[str, str], ...]

    def filled(self, encoding: str) -> tuple[str, str | None]:
        """Return address and posted body of the form with the word in it."""
        values = [*self.fields, (self.word, WORD)]
        body = urlencode(values, encoding=encoding, errors="replace", quote_via=quote)
        if self.posts:
            return self.action, body
        address = self.action.partition("?")[0]  # as a browser does: the inputs take the place of the query
        return f"{address}?{body}", None


class Clues:
    """The clues of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @cached_property
    def text(self) -> str:
        """The page with the escapes of scripts and attributes undone."""
        return unescape(self.page.text[:LARGEST].replace("\\/", "/").replace("\\u0026", "&"))

    @cached_property
    def encoding(self) -> str:
        """The encoding in which a form of the page is sent."""
        found = charset.decode(self.page.body[:50_000], self.page.content_type).encoding
        return "gb18030" if found in ("gb18030", "gbk", "gb2312") else "utf-8"

    @cached_property
    def addresses(self) -> dict[str, int]:
        """Every address on the page, in attributes and in scripts, with where it stands in ``text``."""
        found: dict[str, int] = {}
        for match in islice(_QUOTED.finditer(self.text), MOST):
            if "/" in match[1] and (url := self.page.resolve(match[1])) is not None:
                found.setdefault(url, match.start())
        return found

    @cached_property
    def forms(self) -> list[Form]:
        """The forms that ask for a word to search for."""
        if self.page.root is None:
            return []
        found = (self._form(element) for element in islice(self.page.root.iter("form"), FORMS))
        return [form for form in found if form is not None]

    def _form(self, element: HtmlElement) -> Form | None:
        action = self.page.resolve(element.get("action") or "")
        if action is None:
            return None  # a script's: sent to the page itself it would bring the page itself
        typed: list[tuple[str, str]] = []
        fields: list[tuple[str, str]] = []
        for each in element.iter("input"):
            name, kind = each.get("name") or "", (each.get("type") or "").lower()
            if kind == "password":
                return None
            shown = (each.get(key) or "" for key in ("name", "id", "class", "placeholder", "title", "value"))
            if kind in _TYPED and name:
                typed.append((name, " ".join(shown)))
            elif kind == "hidden" and name:
                fields.append((name, each.get("value") or ""))
        if not typed:
            return None
        about = " ".join([action, *(element.get(key) or "" for key in ("id", "name", "class"))])
        name, words = next((pair for pair in typed if _SEARCHING.search(pair[0])), typed[0])
        about = f"{about} {words}"
        if _NO_SEARCH.search(about) or not (_SEARCHING.search(about) or _SEARCHING.search(name)):
            return None
        return Form(action, (element.get("method") or "").lower() == "post", name, tuple(fields))

    def option(self, option: Option, addresses: Iterable[str]) -> str | None:
        """Return the value of an option: from the engine's own addresses, else an input, else the nearest script."""
        addresses = list(addresses)
        for names in ({name.lower()} for name in option.names):
            for url in [*addresses, self.page.url]:
                for key, value in parse_qsl(urlsplit(url).query):
                    if key.lower() in names and re.fullmatch(option.value, value):
                        return value
            for key, value in self._inputs:
                if key.lower() in names and re.fullmatch(option.value, value):
                    return value
        near = min((self.addresses[url] for url in addresses if url in self.addresses), default=0)
        for name in option.names:
            found = [
                (abs(match.start() - near), match[1]) for match in _written(name, option.value).finditer(self.text)
            ]
            if found:
                return min(found)[1]
        return None

    @cached_property
    def _inputs(self) -> list[tuple[str, str]]:
        """Names and ids of the inputs with their values; the meta tags with theirs."""
        if self.page.root is None:
            return []
        pairs = []
        for element in self.page.root.iter("input", "meta"):
            value = (element.get("value") or element.get("content") or "").strip()
            pairs += [(key, value) for key in (element.get("name"), element.get("id")) if key and value]
        return pairs


@lru_cache(maxsize=64)
def _written(name: str, value: str) -> re.Pattern[str]:
    """Return what finds an option in a script or an attribute: ``name = "v"``, ``name: v``, ``&name=v``."""
    return re.compile(
        rf"(?<![\w$]){re.escape(name)}[\"']?\s{{0,8}}[:=,]\s{{0,8}}[\"']?({value})(?![\w])", re.IGNORECASE
    )


def asked(url: str, post: str | None) -> bool:
    """Say whether a request searched for the word.

    >>> asked("http://a.gov.cn/s?q=%E6%B3%95%E6%B2%BB%E6%94%BF%E5%BA%9C%E5%BB%BA%E8%AE%BE", None)
    True
    >>> asked("http://a.gov.cn/s", '{"wd": "法治政府建设"}'), asked("http://a.gov.cn/s", None)
    (True, False)
    """
    whole = f"{url} {post or ''}"
    return WORD in unquote(whole) or WORD in unquote_plus(whole) or _GBK in whole


def may_ask(url: str, portal: Portal) -> bool:
    """Say whether a search request of an engine that is known may go to an address.

    Engines serve whole provinces from hosts of their own. Other hosts than public ones are left alone: a page could
    name any address of the network the crawler runs in.

    >>> place = Portal(code="990101", name="示例县", home="http://www.shili.gov.cn/")
    >>> may_ask("https://search.shilisheng.gov.cn/s", place), may_ask("http://10.0.0.8/s", place)
    (True, False)
    """
    host, home = urlsplit(url).hostname or "", urlsplit(portal.home).hostname or ""
    if portal.owns(url) or host == home or f".{host}".endswith(ENGINE_HOSTS):
        return True
    try:
        address = ipaddress.ip_address(host)
        return address.is_global or (address.is_loopback and ipaddress.ip_address(home).is_loopback)
    except ValueError:
        return False


def is_near(url: str, portal: Portal) -> bool:
    """Say whether an address lies on the portal's own host, whatever its port, or below its domain.

    >>> place = Portal(code="990101", name="示例县", home="http://www.shili.gov.cn/")
    >>> is_near("http://so.shili.gov.cn/s", place), is_near("http://so.bieshi.gov.cn/s", place)
    (True, False)
    """
    return portal.near(url) or urlsplit(url).hostname == urlsplit(portal.home).hostname


def finished(url: str) -> str:
    """Return the address that a script would open: one that ends with ``q=`` gets the word.

    >>> finished("http://a.gov.cn/s?q=") == finished("http://a.gov.cn/s?q=" + WORD)
    True
    """
    whole = f"{url}{quote(WORD)}" if url.endswith("=") and "?" in url else url
    return canonical(whole) or whole
