"""Pairs of dialects and documents with the truth beside them: corpora ``dialects`` and ``nameless`` of ``run``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from . import dialects, dialects_more
from .documents import DOCS, MARKUPS, Doc

FRAMES = dialects.FRAMES | dialects_more.FRAMES
BOXED = dialects.BOXED | dialects_more.BOXED
NUMBERED = ("notice", "rules")  # kinds whose text itself shows the number
PER_FRAME = 18


@dataclass(frozen=True, slots=True)
class Made:
    """A page and the document it was made of."""

    name: str
    body: bytes
    doc: Doc
    without: tuple[str, ...]
    boxed: bool
    indexed: bool

    @property
    def doc_no(self) -> str | None:
        """The number a reader finds on the page."""
        return self.doc.doc_no if self.boxed or self.doc.kind in NUMBERED else None


_NAMES = re.compile(r"""\s(?:class|id)=(?:"[^"]*"|'[^']*'|[^\s>]+)""")
_METAS = re.compile(r"<meta [^>]*(?:ArticleTitle|PubDate|ContentSource|ColumnName)[^>]*>")


def nameless() -> Iterator[Made]:
    """Yield the same pages as a system nobody has seen would write them: no known class, id or meta tag."""
    for made in pages():
        encoding = "gb18030" if made.name.startswith("old_tables") else "utf-8"
        source = _METAS.sub("", made.body.decode(encoding))
        source = _NAMES.sub(lambda name: name[0] if "hid" in name[0] else "", source)
        yield replace(made, body=source.encode(encoding))


def pages(per_frame: int = PER_FRAME) -> Iterator[Made]:
    """Yield every dialect with ``per_frame`` documents; documents and markups turn round."""
    number = 0
    styles = list(MARKUPS)
    for name, frame in FRAMES.items():
        for _ in range(per_frame):
            doc = DOCS[number % len(DOCS)]
            style = styles[number * 5 % len(styles)]
            number += 1
            source = frame(doc, MARKUPS[style](doc.blocks))
            encoding = "gb18030" if "charset=gb2312" in source else "utf-8"
            text = "".join(doc.expected) + doc.title + doc.source
            chrome = tuple(c for c in dict.fromkeys(dialects.CHROME) if c in source and c not in text)
            yield Made(
                f"{name}-{doc.kind}-{style}", source.encode(encoding), doc, chrome,
                name in BOXED or name == "beijing", name in BOXED,
            )  # fmt: skip
        number += 1
