"""Tell a webhook of what needs a person and was not told before: one POST of JSON.

    {"service": "fazhi", "text": "2 new: ...", "at": ..., "data": ..., "new": [...], "needs": 7}

``text`` is what chat services show; ``new`` holds the needs as ``fazhi status --json`` has them. What was told lies in
``told.json`` of the data directory, for each address by its digest, as addresses of webhooks are secrets. What is over
is forgotten there, so that the same trouble come back is told again. Nothing here raises: a schedule goes on.

An answer of 2xx counts as told; a redirect does not, the address is to be given as it is. Where the server is busy or
cannot be reached, it is tried again after 1 and 4 seconds; what could not be told is told the next time.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import logging
import os
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from archive import __version__
from crawler.health.model import Health, Need

log = logging.getLogger(__name__)

FILE = "told.json"
SECONDS = 10.0  # for one try, from the connection to the head of the answer
PAUSES = (1.0, 4.0)  # before the second and the third try
NAMED = 5  # needs named in ``text``
MOST = 500  # needs in one message


def notify(url: str, health: Health) -> str:
    """Tell a webhook of what is new; return what went wrong, empty where it was told or there is nothing new."""
    try:
        return _notify(url, health)
    except Exception as error:  # a schedule must outlive whatever an operator's address does
        log.exception("the webhook could not be told")
        return f"{type(error).__name__}: {error}"


def checked(url: str) -> str:
    """Return what is wrong with the address of a webhook, empty where nothing is.

    >>> checked("ftp://a.example/x"), checked("https://a.example/x")
    ('no address of the web: it must begin with http:// or https://', '')
    """
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if any(ord(letter) <= 32 or ord(letter) == 127 for letter in url):
        return "there is a blank or a control character in the address"
    return "" if fine else "no address of the web: it must begin with http:// or https://"


def _notify(url: str, health: Health) -> str:
    if problem := checked(url):
        return problem
    name = hashlib.sha256(url.encode()).hexdigest()[:16]
    file = health.root / FILE
    told = _read(file)
    before = set(told.get(name, ()))
    now = [need.key for need in health.needs]
    new = [need for need in health.needs if need.key not in before]
    if new and (problem := _send(url, _message(health, new))):
        log.warning("the webhook was not told of %d finding(s): %s", len(new), problem)
        return problem
    if set(now) != before:
        return _write(file, told | {name: sorted(now)})
    return ""


def _message(health: Health, new: Sequence[Need]) -> bytes:
    named = "; ".join(" ".join(filter(None, (need.kind, need.name or need.subject))) for need in new[:NAMED])
    more = f"; and {len(new) - NAMED} more" if len(new) > NAMED else ""
    message = {
        "service": "fazhi",
        "text": f"fazhi: {len(new)} new finding(s) need a person - {named}{more}",
        "at": f"{health.at:%Y-%m-%dT%H:%M:%SZ}",
        "data": str(health.root),
        "new": [asdict(need) | {"since": f"{need.since:%Y-%m-%dT%H:%M:%SZ}", "key": need.key} for need in new[:MOST]],
        "needs": len(health.needs),
    }
    return json.dumps(message, ensure_ascii=False).encode()


def _send(url: str, body: bytes) -> str:
    """Post a message; return what went wrong, empty where it was taken."""
    problem = ""
    for pause in (0.0, *PAUSES):
        time.sleep(pause)
        try:
            status = _post(url, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            problem = f"{type(error).__name__}: {error}"
            continue
        if 200 <= status < 300:
            return ""
        problem = f"HTTP {status}"
        if 300 <= status < 400:
            return f"{problem}: redirects are not followed, give the address it leads to"
        if status < 500 and status not in (408, 429):
            return problem
    return problem


def _post(url: str, body: bytes) -> int:
    """Return the status of the answer; raise after ``SECONDS``, however slowly the server feeds its bytes."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    ends = time.monotonic() + SECONDS
    line = socket.create_connection((parts.hostname, port), timeout=SECONDS)
    if secure:
        line = ssl.create_default_context().wrap_socket(
            line, server_hostname=parts.hostname, do_handshake_on_connect=False
        )
    over = threading.Timer(max(0.0, ends - time.monotonic()), _hang_up, (line,))
    over.daemon = True
    over.start()
    asked = http.client.HTTPConnection(parts.hostname, port, timeout=SECONDS)
    try:
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()
        asked.sock = line
        headers = {
            "Content-Type": "application/json; charset=utf-8", "User-Agent": f"fazhi/{__version__}",
            "Host": parts.netloc.rpartition("@")[2], "Connection": "close",
        }  # fmt: skip
        asked.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        return asked.getresponse().status  # its body is nobody's concern, however large
    except (OSError, http.client.HTTPException) as error:
        if time.monotonic() >= ends:
            raise TimeoutError(f"no answer within {SECONDS:g} s") from error
        raise
    finally:
        over.cancel()
        asked.close()
        line.close()


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _read(file: Path) -> dict[str, list[str]]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return {str(name): [str(key) for key in keys] for name, keys in told.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        log.warning("%s cannot be read (%s): all findings are told once more", file, error)
        return {}


def _write(file: Path, told: dict[str, list[str]]) -> str:
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        part.write_text(json.dumps(told, indent=1), encoding="utf-8")
        os.replace(part, file)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        return f"cannot write {file} ({error.strerror}): the same findings will be told again"
    return ""
