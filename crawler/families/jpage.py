"""What Hanweb's list script leaves in a page or an answer: a ``<datastore>`` of records, and the call that pages it.

    stores()     text -> Store: records, declared totals, the query of the ``<nextgroup>``, the script behind it
    rows()       records (pieces of HTML) -> Link; ``read()`` the same for one piece
    options()    a script call ``x.jpage({proxyUrl: '…', ajaxParam: {…}})`` -> its values, names in lower case
    fields()     a query or a form -> dict, ``query()`` the way back; bytes that are no UTF-8 survive both ways

``<datastore><totalrecord>75</totalrecord><nextgroup>…</nextgroup><recordset><record><![CDATA[<li>…</li>]]></record>…``
stands in a ``<script type="text/xml">`` of the page and is what the server's XML answers hold too. It may be torn: what
is there is read. All functions are pure and take linear time.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from urllib.parse import parse_qsl, urlencode

from crawler import links
from crawler.links import Link
from crawler.targets import Page

MOST = 50  # lists of one page

_OPEN = re.compile(r"<datastore\b[^<>]{0,200}>", re.IGNORECASE)
_CLOSE = re.compile(r"</datastore\s*>|</script\s*>", re.IGNORECASE)
_RECORD = re.compile(r"<record\b[^<>]{0,200}>", re.IGNORECASE)
_RECORD_END = re.compile(r"</record\s*>", re.IGNORECASE)
_TOTAL = re.compile(r"<total(record|page)>\s{0,20}(?:<!\[CDATA\[)?\s{0,20}(\d{1,9})(?!\d)", re.IGNORECASE)
_GROUP = re.compile(r"<nextgroup\b[^<>]{0,200}>", re.IGNORECASE)
_LONGEST_GROUP = 4000  # characters: an address or two
_VALUE = r"\s{0,20}:\s{0,20}(?:'([^'\n]{0,500})'|\"([^\"\n]{0,500})\"|(-?\d{1,12})(?!\d))"
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([\"'/\\nrt]))")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}
_PAIR = re.compile(rf"(?<![\w$])[\"']?([A-Za-z_]\w{{0,40}})[\"']?{_VALUE}")


@dataclass(frozen=True, slots=True)
class Store:
    """One ``<datastore>``. ``group`` is the text of its ``<nextgroup>``, ``behind`` the page's text up to the next."""

    records: tuple[str, ...]
    total: int | None = None
    pages: int | None = None
    group: str = ""
    behind: str = ""


def stores(text: str) -> list[Store]:
    """Return the datastores of a text, in order; templates (records with ``${…}``) have no records.

    >>> stores("<datastore><totalrecord>9</totalrecord><record><![CDATA[<li>a</li>]]></record><record><![CD")
    [Store(records=('<li>a</li>',), total=9, pages=None, group='', behind='')]
    """
    starts = [match.start() for match in islice(_OPEN.finditer(text), MOST)]
    found = []
    for start, stop in zip(starts, [*starts[1:], len(text)], strict=False):
        closing = _CLOSE.search(text, start, stop)
        inner = text[start : closing.start() if closing else stop]
        totals = {name.lower(): int(number) for name, number in _TOTAL.findall(inner)}
        group = _GROUP.search(inner)
        found.append(
            Store(
                records=tuple(_records(inner)),
                total=totals.get("record"),
                pages=totals.get("page"),
                group=inner[group.end() : group.end() + _LONGEST_GROUP].split("</nextgroup", 1)[0] if group else "",
                behind=text[closing.end() : stop] if closing else "",
            )
        )
    return found


def _records(inner: str) -> Iterable[str]:
    for piece in _RECORD.split(inner)[1 : links.MOST_LINKS + 1]:
        record = _RECORD_END.split(piece, maxsplit=1)[0].strip()
        if "<![CDATA[" not in record and "&lt;" in record:
            record = html.unescape(record)
        record = record.replace("<![CDATA[", "").replace("]]>", "").strip()
        if "<" in record and "${" not in record and not "<![CDATA[".startswith(record):
            yield record


def rows(records: Iterable[str], base: str) -> list[Link]:
    """Return the links of some records, each address once. ``base`` is where relative links start from."""
    body = "".join(f"<div>{record.replace('<!--', '')}</div>" for record in records)
    return read(body, base)


def read(fragment: str, base: str) -> list[Link]:
    """Return the links of a piece of HTML that a script would put into the page ``base``."""
    if "<" not in fragment:
        return []
    return links.read(Page(base, f"<body>{fragment}</body>".encode(errors="replace"), "text/html; charset=utf-8"))


def unescaped(text: str) -> str:
    """Return a script's string, or an answer full of them, as plain text.

    >>> unescaped(r'{"result": "<a href=\\"\\/x\\">\\u4e2d')
    '{"result": "<a href="/x">中'
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else _PLAIN.get(found[2], found[2]), text)


def options(text: str) -> dict[str, str]:
    """Return the values of script options, names in lower case; of a name given twice the first that is not empty.

    >>> options("x.jpage({totalRecord:75, perPage:'15', ajaxParam:{columnid:12, webname:\\"示例\\", path:''}})")
    {'totalrecord': '75', 'perpage': '15', 'columnid': '12', 'webname': '示例', 'path': ''}
    """
    found: dict[str, str] = {}
    for name, *values in _PAIR.findall(text):
        name, value = name.lower(), next(filter(None, values), "")
        if not found.get(name):
            found[name] = value
    return found


def path_before(text: str, end: int) -> str:
    """Return the part of an address that stands before a place of a text.

    >>> path_before("url:'/module/web/dataproxy.jsp'", 17)
    '/module/web/'
    """
    return re.split(r"[^\w./:-]", text[max(0, end - 200) : end])[-1]


def number(text: str | None) -> int | None:
    """Return a text as a whole number, None where it is none.

    >>> number("75"), number("75条"), number("9" * 5000)
    (75, None, None)
    """
    text = (text or "").strip()
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def fields(query: str | None) -> dict[str, str]:
    """Return the fields of a query or form, ``&amp;`` taken for ``&``."""
    pairs = parse_qsl((query or "").replace("&amp;", "&"), keep_blank_values=True, errors="surrogateescape")
    return dict(pairs)


def query(values: dict[str, str]) -> str:
    """Return fields as a query or form.

    >>> query(fields("a=%D6%D0&amp;b=1/&c=")), query({"{": "中"})
    ('a=%D6%D0&b=1%2F&c=', '%7B=%E4%B8%AD')
    """
    return urlencode(values, errors="surrogateescape")
