"""Bytes to text: which encoding, what was wrong with it, and bytes that are no text at all. Leaf.

Order of trust: byte order mark; UTF-16 by its zero bytes; UTF-8 where the bytes are UTF-8 but for a few damaged places;
Big5 where that gives more of the characters public documents use; else GB18030, the superset of GBK and GB2312. What
HTTP and the page declare is only a hint and a witness: a wrong declaration becomes an issue. Nothing here raises.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from archive.model import Issue, IssueCode

WIDE_ZEROS = 10  # zero bytes; fewer can be damage, and markup alone gives more
SAMPLE = 20_000  # characters looked at where the script is judged
DAMAGED = 0.2  # share of replaced among non-ASCII characters above which bytes are not UTF-8
CONTROL = 0.05  # share of control characters above which bytes are not text
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_BINARY = (
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP, OFD or Office file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Word or Excel file"),
    (b"Rar!", "RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"\x89PNG", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"BM\x00\x00", "BMP image"),
    (b"{\\rtf", "RTF file"),
    (b"II*\x00", "TIFF image"),
    (b"MM\x00*", "TIFF image"),
    (b"RIFF", "RIFF media"),
    (b"\x00\x00\x00\x18ftyp", "MP4 video"),
    (b"\x00\x00\x00\x20ftyp", "MP4 video"),
    (b"ID3", "MP3 audio"),
    (b"SQLite format 3\x00", "SQLite database"),
    (b"\x7fELF", "program"),
)
_MIME_BINARY = re.compile(r"^(?:image|video|audio|font)/|^application/(?:pdf|msword|zip|vnd\.|x-rar|x-7z|ofd)", re.I)
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_\-]{2,20})""", re.I)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9_\-]{2,20})["']""", re.I)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]{2,20})", re.I)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_FAMILY = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "cp936": "gb18030",
    "big5hkscs": "big5",
    "cp950": "big5",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a page, the encoding it was read as, what was declared, and remarks; ``binary`` names what is no text."""

    text: str
    encoding: str | None
    declared: str | None = None
    issues: tuple[Issue, ...] = ()
    binary: str | None = None


@cache
def tables() -> tuple[frozenset[str], dict[str, str]]:
    """Return the frequent characters of public documents, and the map of traditional to simplified characters."""
    data = tomllib.loads(files("archive").joinpath("data/scripts.toml").read_text("utf-8"))
    pairs = zip(data["traditional"], data["simplified"], strict=True)
    return frozenset(data["common"] + data["simplified"]), {t: s for t, s in pairs if t != s}


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Decode a page.

    >>> decode("法治政府".encode("gbk"), "text/html; charset=utf-8").text
    '法治政府'
    >>> decode(b"%PDF-1.7").binary
    'PDF'
    """
    declared = _declared(body, content_type)
    if what := _binary(body, content_type):
        return Decoded("", None, declared, binary=what)
    encoding, text = _read(body, declared)
    issues: list[Issue] = []
    replaced = text.count("\ufffd")
    cleaned = _CONTROLS.sub("", text)
    lost = len(text) - len(cleaned)
    if lost > CONTROL * max(len(text), 1):
        return Decoded("", None, declared, binary="bytes that are no text")
    if not text.isascii() and declared and _family(declared) != _family(encoding):
        issues.append(Issue(IssueCode.CHARSET_MISLABELLED, "charset", f"declared {declared}, read as {encoding}"))
    if replaced or lost:
        issues.append(Issue(IssueCode.BYTES_REPLACED, "text", f"{replaced} invalid, {lost} control characters"))
    return Decoded(cleaned.replace("\r\n", "\n").replace("\r", "\n"), encoding, declared, tuple(issues))


def is_traditional(text: str) -> bool:
    """Tell whether a text is written in traditional characters.

    >>> is_traditional("關於法治政府建設年度報告"), is_traditional("关于法治政府建设年度报告")
    (True, False)
    """
    _, pairs = tables()
    sample = text[:SAMPLE]
    traditional = sum(sample.count(character) for character in pairs)
    simplified = sum(sample.count(character) for character in pairs.values())
    return traditional >= 3 and traditional > 2 * simplified


def _declared(body: bytes, content_type: str | None) -> str | None:
    if content_type and (match := _HEADER.search(content_type)):
        return match[1].lower()
    found = _XML.search(body[:200]) or _DECLARED.search(body[:4096])
    return found[1].decode("ascii").lower() if found else None


def _binary(body: bytes, content_type: str | None) -> str | None:
    head = body[:32]
    for magic, what in _BINARY:
        if head.startswith(magic):
            return what
    if content_type and _MIME_BINARY.match(content_type) and b"<" not in body[:512]:
        return content_type.split(";")[0]
    return None


def _read(body: bytes, declared: str | None) -> tuple[str, str]:
    for bom, name in _BOMS:
        if body.startswith(bom):
            return name, body.decode(name, "replace").removeprefix("\ufeff")
    if wide := _wide(body):
        return wide, body.decode(wide, "replace")
    try:
        return "utf-8", body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    text = body.decode("utf-8", "replace")
    replaced = text.count("\ufffd")
    foreign = len(text) - sum(map(text.count, map(chr, range(128)))) if replaced else 0
    if replaced < DAMAGED * foreign:
        return "utf-8", text
    chinese = body.decode("gb18030", "replace")
    if _family(declared) == "big5" or _common(chinese) < 0.15:
        big5 = body.decode("big5hkscs", "replace")
        if _common(big5) > _common(chinese):
            return "big5", big5
    return "gb18030", chinese


def _wide(body: bytes) -> str | None:
    """Recognise UTF-16 without a mark: a page's markup makes every other byte zero."""
    head = body[:2000]
    if head.count(0) < max(WIDE_ZEROS, len(head) * 0.04):
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > 4 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 4 * odd else None


def _common(text: str) -> float:
    """Return the share of Han characters that public documents use often, in either script."""
    common, pairs = tables()
    han = _HAN.findall(text[: SAMPLE * 3])[:SAMPLE]
    return sum(pairs.get(c, c) in common for c in han) / len(han) if han else 0.0


def _family(name: str | None) -> str | None:
    if name is None:
        return None
    try:
        name = codecs.lookup(name).name
    except LookupError:
        return None
    name = name.replace("_", "").replace("-", "") if name.startswith("utf") else name
    return _FAMILY.get(name, "utf16" if name.startswith("utf16") else name)
