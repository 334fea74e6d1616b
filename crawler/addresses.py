"""When two addresses are one: the form an address is fetched under, and the key that doubles share. Pure.

    canonical(url)    the one form under which an address is fetched and remembered; changes nothing that names a page
    netloc(url)       host and port: the key under which a server is treated politely
    double_key(url)   the key under which two *different* addresses most likely show the same page

``canonical`` drops only what is known to be noise, for what it drops is never asked for. ``double_key`` may be bolder:
an address whose key is taken already is set aside, and asked for should the first one fail. Two rules for whoever sets
aside. A page that sends on to its own double (http to https, ``www.``, ``/`` to ``/index.html``) means it: that address
is no double. And where both links have a title, the titles must agree (``titles_agree``): numbers in names are unique
within one system only, and a host may run two.

Sources of the rules: the facts on duplicates on portals, and the article addresses of the known systems.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
_PLAIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*/")  # a home page: nothing to be made canonical
_KEEP = "/%:@!$&'()*+,;=~-._"
# Parameters that say where a reader came from or how he reads, never what.
NOISE = frozenset({"medium=01", "mobile=1", "wza=1", "barrierfree=1", "from=singlemessage", "from=timeline"})
NOISE_NAMES = frozenset(
    {"ivk_sa", "jsessionid", "spm", "isappinstalled", "nsukey", "zh_choose", "bd_vid", "vwarzbft", "eqid"}
    | {f"utm_{name}" for name in ("source", "medium", "campaign", "term", "content")}
)
# The list of a JCMS column has its first pages in it, whatever these two say; category numbers and the like do count.
COLUMN_NAMES = frozenset({"uid", "pagenum"})
_COLUMN = re.compile(r"/col/col\d+/")
_BIG5 = re.compile(r"^/gate/big5/([a-z0-9.-]+\.[a-z]+(?::\d+)?)(/.*)?$", re.IGNORECASE)
_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)

# Names that a system gives to one article or file in all its columns. {0} is the extension, pages of HTML count as one.
_PAGES = frozenset({"", "html", "htm", "shtml", "jhtml"})
_ARTICLES = (
    re.compile(r"/(t\d{8}_\d+)$"),  # TRS
    re.compile(r"/(p0\d{15,})$"),  # TRS: a file beside its article
    re.compile(r"/art/(\d{4})/(?:\d+/\d+/)?(art_)(?:\d+_)?(\d{3,}|[0-9a-f]{32})$"),  # JCMS: art_<column>_<article>
    re.compile(r"/(?:[a-z]+_)?([0-9a-f]{32}|[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$"),
    re.compile(r"/m?(post_\d{4,})$"),  # Guangdong: mpost_ is for telephones
    re.compile(r"/(info)/\d+/(\d+)$"),  # VSB: /info/<column>/<article>
    re.compile(r"/(public)/(?:content|\d+)/(\d{4,})$"),  # LONGSOURCE: /public/<unit>/<article>
    re.compile(r"/(content_\d{5,})$"),
    re.compile(r"/(\d{15,})$"),
)
_MOBILE_HOST = re.compile(r"^(?:www|m|wap|3g|mobile|wza|big5)\.(?=[^.]+\.[^.]+)")
_MOBILE_PART = re.compile(r"_(?:wap|wza|big5)(?=[./]|$)|/(?:wza|big5)(?=/)")


def canonical(url: str) -> str | None:
    """Return the one form of an address under which it is fetched and remembered, None if it is no web address.

    Lower-case scheme and host, no default port, no trailing dot, no fragment, no ``/../``, non-ASCII characters
    percent-encoded; no session, no marks of the reader's way or device, the page itself instead of its copy in
    traditional characters. The rest of the query stays as it is: on these sites it often names the page.

    >>> canonical("HTTP://www.A.gov.cn.:80/x/../公开/a b.html;jsessionid=1F?c=1&a=2#d")
    'http://www.a.gov.cn/%E5%85%AC%E5%BC%80/a%20b.html?c=1&a=2'
    >>> canonical("http://a.gov.cn/col/col12/index.html?uid=34&pageNum=2&number=D001")
    'http://a.gov.cn/col/col12/index.html?number=D001'
    >>> canonical("http://a.gov.cn/x.html?medium=01&mobile=1&ivk_sa=10243&id=5"), canonical("http://a.gov.cn?utm_source=")
    ('http://a.gov.cn/x.html?id=5', 'http://a.gov.cn/')
    >>> canonical("http://big5.a.gov.cn/gate/big5/www.a.gov.cn/x/t20230309_1.html")
    'http://www.a.gov.cn/x/t20230309_1.html'
    >>> canonical("mailto:a@b.cn"), canonical("http:///x")
    (None, None)
    """
    if _PLAIN.fullmatch(url):
        return url
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not host or any(c.isspace() for c in host):
        return None
    try:
        host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return None
    host = f"[{host}]" if ":" in host else host
    place = host if port in (None, DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    if copy := _BIG5.match(parts.path):
        place, path = copy[1].lower(), copy[2] or "/"
    else:
        path = parts.path
    path = _without_dots(_SESSION.sub("", path)) or "/"
    query = _without_noise(parts.query, path)
    return urlunsplit(SplitResult(scheme, place, quote(path, safe=_KEEP), quote(query, safe=_KEEP + '?[]{}|\\^`"'), ""))


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == "..":
            if len(kept) > 1:
                kept.pop()
        elif part != ".":
            kept.append(part)
    if parts[-1] in (".", "..") and kept[-1] != "":
        kept.append("")
    return "/".join(kept)


def _without_noise(query: str, path: str) -> str:
    if not query:
        return query
    column = _COLUMN.search(path) is not None

    def counts(parameter: str) -> bool:
        name = parameter.partition("=")[0].lower()
        return not (parameter.lower() in NOISE or name in NOISE_NAMES or (column and name in COLUMN_NAMES))

    parameters = query.split("&")
    kept = [parameter for parameter in parameters if counts(parameter)]
    return query if len(kept) == len(parameters) else "&".join(kept)


@lru_cache(maxsize=4096)
def netloc(url: str) -> str:
    """Return host and port of an address, the key under which a server is treated politely.

    >>> netloc("http://127.0.0.1:8001/x"), netloc("https://www.A.gov.cn:443/")
    ('127.0.0.1:8001', 'www.a.gov.cn')
    """
    address = canonical(url)
    return urlsplit(address).netloc if address else ""


def double_key(url: str) -> str:
    """Return the key that two addresses of the same article or page have in common; ``url`` is canonical.

    Scheme, ``www.`` and telephone hosts do not count, nor do ``_wap`` and the copies for the blind. An article's key is
    the name its system gave it, with the host, whatever column it stands in. Anything else keeps its path and query.

    >>> one = double_key("http://www.a.gov.cn/zwgk/fzzf/202303/t20230309_12.html")
    >>> one, one == double_key("https://a.gov.cn/sfj/t20230309_12.shtml"), one == double_key("http://b.gov.cn/t20230309_12.html")
    ('a.gov.cn t20230309_12', True, False)
    >>> double_key("http://a.gov.cn/art/2023/3/9/art_77_812345.html")
    'a.gov.cn 2023 art_ 812345'
    >>> double_key("https://m.a.gov.cn/x/content/mpost_103540.html"), double_key("http://a.gov.cn/info/1020/5531.htm")
    ('a.gov.cn post_103540', 'a.gov.cn info 5531')
    >>> double_key("http://www.a.gov.cn/zwgk_wap/index.html"), double_key("http://a.gov.cn/list.jsp?id=3")
    ('a.gov.cn/zwgk/', 'a.gov.cn/list.jsp?id=3')
    """
    parts = urlsplit(url)
    host = _MOBILE_HOST.sub("", parts.netloc)
    stem, dot, extension = parts.path.rpartition(".")
    stem, extension = (stem, extension.lower()) if dot and "/" not in extension else (parts.path, "")
    name = stem.lower()
    page = extension in _PAGES
    if not parts.query and (dot or "/public/" in name):
        for pattern in _ARTICLES:
            if found := pattern.search(name):
                return " ".join([host, *found.groups(), *(() if page else (extension,))])
    path = _MOBILE_PART.sub("", parts.path)
    if page and path.rpartition("/")[2].partition(".")[0] == "index":
        path = path.rpartition("/")[0] + "/"
    return f"{host}{path}" + (f"?{parts.query}" if parts.query else "")


def titles_agree(one: str | None, other: str | None) -> bool:
    """Say whether two link texts can name one article: the same but for spaces, or one cut short with an ellipsis.

    >>> titles_agree("示例县2022年法治政府 建设情况报告", "示例县2022年法治政府…"), titles_agree(None, "更多")
    (True, True)
    >>> titles_agree("示例县2022年法治政府建设情况报告", "示例县2021年法治政府建设情况报告")
    False
    """
    if not one or not other:
        return True
    short, long = sorted((re.sub(r"[\s\u200b]|…|\.{2,}$", "", text) for text in (one, other)), key=len)
    return long.startswith(short) if len(short) >= 8 else long == short
