"""HTTPS as portals run it, on loopback: which handshake it takes, and what is told of the certificate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fazhi_zoo import secure
from OpenSSL import SSL
from scrapy.exceptions import DownloadFailedError

from crawler import tls

from .loopback import COLUMN, Loopback, crawl, listing, portal, rows

TRUSTED = {
    "valid": "valid",
    "self-signed": "self-signed",
    "expired": "expired",
    "wrong-name": "wrong name",
    "unknown-issuer": "valid",  # by whoever trusts our authority
    "old": "valid; legacy",
    "picky": "valid; P-256",
}
UNTRUSTED = {
    "valid": "unknown issuer",
    "self-signed": "self-signed",
    "expired": "expired, unknown issuer",
    "wrong-name": "unknown issuer, wrong name",
    "unknown-issuer": "unknown issuer",
    "old": "unknown issuer; legacy",
    "picky": "unknown issuer; P-256",
}
# Asks each address twice, one after the other, and prints what came of it.
CLIENT = """
import json, sys
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess

class Client(Spider):
    name = "client"
    custom_settings = {
        "DOWNLOAD_HANDLERS": {"https": "crawler.tls.Handler"}, "LOG_LEVEL": "ERROR", "RETRY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False, "HTTPERROR_ALLOW_ALL": True,
    }
    async def start(self):
        for name, url in json.loads(sys.argv[1]).items():
            for again in (1, 2):
                asked = Request(url, dont_filter=True)
                try:
                    response = await self.crawler.engine.download_async(asked)
                    told = [response.status, asked.meta.get("tls")]
                except Exception as error:
                    told = [type(error).__name__, str(error)]
                print(json.dumps([name, *told]))
        return
        yield

process = AsyncCrawlerProcess()
process.crawl(Client)
process.start()
"""


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Loopback]]:
    with ExitStack() as stack:
        yield {
            kind or "plain": stack.enter_context(Loopback({"/": "<p>法治政府</p>"}, secure=kind))
            for kind in (*secure.KINDS, None)
        }


def ask(urls: dict[str, str], **environment: str) -> dict[str, list[list[object]]]:
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, json.dumps(urls)],
        capture_output=True, text=True, timeout=60, env={**os.environ, **environment},
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    told: dict[str, list[list[object]]] = {name: [] for name in urls}
    for line in done.stdout.splitlines():
        name, *rest = json.loads(line)
        told[name].append(rest)
    return told


def test_every_server_is_reached_and_its_certificate_noted(servers: dict[str, Loopback]) -> None:
    urls = {kind: server.base + "/" for kind, server in servers.items() if kind != "plain"}
    trusting = ask(urls, SSL_CERT_FILE=str(secure.authority()))
    assert trusting == {kind: [[200, state]] * 2 for kind, state in TRUSTED.items()}
    assert ask(urls) == {kind: [[200, state]] * 2 for kind, state in UNTRUSTED.items()}


def test_a_server_without_tls_is_named(servers: dict[str, Loopback]) -> None:
    plain = servers["plain"]
    assert ask({"plain": f"https://{plain.host}/"}) == {"plain": [["HandshakeError", "wrong version number"]] * 2}
    assert plain.log == []


def test_the_state_lies_beside_every_capture(tmp_path: Path) -> None:
    pages = portal(2020) | {"/robots.txt": "User-agent: *"}
    with Loopback(pages, secure="old") as old, Loopback({COLUMN: listing([])}, code="420684") as plain:
        done = crawl(tmp_path, old, plain)
    assert "Traceback" not in done.stderr
    assert set(rows(tmp_path, "SELECT portal,tls,count(*) FROM captures GROUP BY 1,2")) == {
        ("420683", "unknown issuer; legacy", 3),
        ("420684", None, 2),
    }
    assert rows(tmp_path, "SELECT verdict FROM verdicts WHERE portal='420683'") == [("ok",)]


def test_reason_looks_behind_scrapy_and_twisted() -> None:
    class FailedError(Exception):
        reasons = ()

    class Failure:
        value = SSL.Error([("SSL routines", "", "unsupported protocol")])

    behind = FailedError()
    behind.reasons = (Failure(),)  # type: ignore[assignment]
    error = DownloadFailedError("x")
    error.__cause__ = behind
    assert tls.reason(error) == "unsupported protocol"
    assert tls.reason(DownloadFailedError("x")) is None
