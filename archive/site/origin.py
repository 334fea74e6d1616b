"""Where the site is on the web: the one source of absolute addresses, never what a visitor's ``Host`` header says.

The operator's word counts: ``FAZHI_BASE_URL`` (or ``fazhi serve --base-url``, or ``plugins: fazhi: base_url`` in the
metadata file). Without it the address of the socket the request came in by is taken. Every request is given that host
before Datasette sees it, so its own absolute links (next page, CSV, redirects) and ours in feeds and site map follow.
A path in the base URL becomes Datasette's ``base_url``.
"""

from __future__ import annotations

import os
import re
from collections.abc import MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from archive.errors import UsageError

VARIABLE = "FAZHI_BASE_URL"
_NETLOC = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?", re.I)
_PATH = re.compile(r"(?:/[A-Za-z0-9._-]+)*/?")
_HERE = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?", re.I)
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Base:
    """The site's own address: ``scheme://netloc`` and the path all pages lie below, ``/`` or ``/name/``."""

    scheme: str
    netloc: str
    path: str = "/"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}"


@lru_cache(maxsize=16)
def parse(text: str) -> Base:
    """Return a base URL read from what an operator wrote. Raises UsageError for anything but a plain web address.

    >>> str(parse("https://Archive.example.cn/fazhi")), str(parse("http://127.0.0.1:8001"))
    ('https://archive.example.cn/fazhi/', 'http://127.0.0.1:8001/')
    """
    try:
        parts = urlsplit(text.strip())
        plain = not (parts.query or parts.fragment or parts.username or parts.password)
        plain = plain and (parts.port is None or parts.port > 0)
    except ValueError:
        plain = False
    if not plain or parts.scheme not in PORTS or not _NETLOC.fullmatch(parts.netloc) or not _PATH.fullmatch(parts.path):
        raise UsageError(
            f"'{text}' is no base URL",
            f"give {VARIABLE} or --base-url as https://archive.example.cn/ (a path may follow)",
        )
    return Base(parts.scheme, parts.netloc.lower(), parts.path.rstrip("/") + "/")


def configured(datasette: Any) -> Base | None:
    """Return the base URL the operator gave, None where none was given. Raises UsageError for one that cannot be."""
    given = (datasette.plugin_config("fazhi") or {}).get("base_url") or os.environ.get(VARIABLE)
    return parse(str(given)) if given else None


def of_socket(scope: MutableMapping[str, Any], host: str) -> Base:
    """Return the address a request came in by. ``Host`` is believed only where it names this machine by loopback.

    So the far end of an SSH tunnel gets its own port, and nobody a name of his choice.

    >>> str(of_socket({"scheme": "http", "server": ("192.0.2.7", 8001)}, "evil.example"))
    'http://192.0.2.7:8001/'
    >>> str(of_socket({"scheme": "http", "server": ("127.0.0.1", 8001)}, "localhost:9000"))
    'http://localhost:9000/'
    """
    scheme = str(scope.get("scheme") or "http")
    name, port = scope.get("server") or ("localhost", None)
    if port is None and "/" in str(name):  # a Unix socket
        name = "localhost"
    name = f"[{name}]" if ":" in str(name) else str(name)
    if _HERE.fullmatch(name) and _HERE.fullmatch(host):
        return Base(scheme, host)
    return Base(scheme, name if port in (None, PORTS.get(scheme)) else f"{name}:{port}")


def enter(scope: MutableMapping[str, Any], datasette: Any) -> None:
    """Give an ASGI scope the site's own scheme and host in place of those the visitor sent."""
    sent = next((value for name, value in scope["headers"] if name.lower() == b"host"), b"")
    base = configured(datasette) or of_socket(scope, sent.decode("latin-1"))
    others = [(name, value) for name, value in scope["headers"] if name.lower() != b"host"]
    scope["headers"] = [(b"host", base.netloc.encode()), *others]
    scope["scheme"] = base.scheme


def full(datasette: Any, request: Any, address: str) -> str:
    """Return the absolute form of an address that ``urls.path`` or ``language.path`` gave."""
    return str(datasette.absolute_url(request, address))
