"""Files on the user's disk as input: saved pages, reports as text, PDFs, WARC files.

A saved page has no HTTP exchange, so it enters the archive as a WARC ``resource`` record (WARC 1.1, section 6.4) whose
target is the address it was saved from, or ``urn:sha256:<hex>`` of the bytes where nobody told one: the same file
added twice is then the same address.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import UsageError
from archive.extract import extract
from archive.model import Origin, Rejection, Report
from archive.warc_scan import Raw, scan

WARC_SUFFIXES = (".warc", ".warc.gz")


def check(file: Path) -> None:
    """Raise UsageError in words where a file cannot be opened, before any work is done on others."""
    with _readable(file), file.open("rb"):
        if is_warc(file):
            _check_warc(file)


def _check_warc(file: Path) -> None:
    """Refuse what holds no whole WARC record: once copied into the archive it would be reported as broken for ever."""
    if not any(isinstance(item, Raw) for item in scan(file)):
        raise UsageError(f"{file} holds no readable WARC record", "check that it is a whole WARC file")


def read(file: Path) -> bytes:
    """Return the bytes of a file; raise UsageError in words where it cannot be read."""
    with _readable(file):
        return file.read_bytes()


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise UsageError(f"no such file: {file}", "check the path") from None
    except IsADirectoryError:
        raise UsageError(f"{file} is a directory", "name the files in it, for example with *.html") from None
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", "check its permissions") from None


def content_type(file: Path) -> str:
    """Guess the media type from the name: the only hint a file gives.

    >>> content_type(Path("a.htm")), content_type(Path("b.txt")), content_type(Path("c"))
    ('text/html', 'text/plain', 'application/octet-stream')
    """
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def address(body: bytes, url: str | None) -> str:
    """Return the address a file is archived under.

    >>> address(b"", None)[:19]
    'urn:sha256:e3b0c442'
    """
    return url or f"urn:sha256:{hashlib.sha256(body).hexdigest()}"


def is_warc(file: Path) -> bool:
    """Tell whether a file is a WARC by its name."""
    return file.name.lower().endswith(WARC_SUFFIXES)


def examine(origin: Origin, body: bytes) -> Report | Rejection:
    """Extract a file's bytes as the archive would, without storing anything."""
    return extract(origin, body)
