"""HTTPS as portals run it: the usual handshake first, older ways only for a server that fails it; certificates noted.

Certificates of portals are often expired, self-signed, of another name, or sent without their chain. That loses no
report: nothing is refused for its certificate, but what was wrong is recorded with every capture. Three modes:

    standard   TLS 1.2 and 1.3 as OpenSSL comes
    P-256      the same with that one curve: some servers choke on the others
    legacy     TLS 1.0, old ciphers and short keys (SECLEVEL 0), servers without secure renegotiation

A host that fails one handshake is tried with the next at once, before any request went out, and what worked is kept
for the run. The loose modes are never the first: some modern servers hang under them. A server that does not speak TLS
at all, or times out, is not tried further.

``Handler`` takes the place of Scrapy's download handler for https (settings.DOWNLOAD_HANDLERS), as the setting for a
context factory of one's own is deprecated and could not try again.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from OpenSSL import SSL
from OpenSSL.crypto import X509
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Response
from service_identity import CertificateError, VerificationError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

MODES = ("standard", "P-256", "legacy")
_CODES = SSL.X509VerificationCodes
WRONGS = {
    _CODES.ERR_DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed",
    _CODES.ERR_SELF_SIGNED_CERT_IN_CHAIN: "unknown issuer",
    _CODES.ERR_UNABLE_TO_GET_ISSUER_CERT: "unknown issuer",
    _CODES.ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "unknown issuer",
    _CODES.ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: "unknown issuer",  # follows the one before
    _CODES.ERR_CERT_HAS_EXPIRED: "expired",
    _CODES.ERR_CERT_NOT_YET_VALID: "not yet valid",
}
# What OpenSSL says of an answer in plain HTTP, or of any other that is no TLS.
NO_TLS = ("http request", "wrong version number", "packet length too long", "record layer failure")

Place = tuple[str, int]


class HandshakeError(DownloadFailedError):
    """Raised when no mode brings a secure connection; the text is what OpenSSL says."""


@cache
def context(mode: str) -> SSL.Context:
    """Return OpenSSL's context of a mode: made once, as it holds all certificates of the system."""
    made = SSL.Context(SSL.TLS_METHOD)
    made.set_default_verify_paths()
    made.set_min_proto_version(SSL.TLS1_VERSION if mode == "legacy" else SSL.TLS1_2_VERSION)
    if mode == "P-256":
        made.set_tmp_ecdh(SECP256R1())
    if mode == "legacy":
        made.set_cipher_list(b"ALL:@SECLEVEL=0")
        made.set_options(SSL.OP_LEGACY_SERVER_CONNECT)
    return made


@implementer(IOpenSSLClientConnectionCreator)
class Handshake:
    """One connection to a server: makes OpenSSL's object, and learns what is wrong with the certificate."""

    def __init__(self, policy: Policy, place: Place, mode: str) -> None:
        self._policy, self._place, self._mode = policy, place, mode
        self._wrong: set[str] = set()

    def clientConnectionForTLS(self, protocol: object) -> SSL.Connection:  # noqa: N802  # the name of the interface
        """Return a connection that notes what is wrong with a certificate and accepts it."""
        connection = SSL.Connection(context(self._mode), None)
        if not _is_address(self._place[0]):
            connection.set_tlsext_host_name(self._place[0].encode("ascii"))
        connection.set_verify(SSL.VERIFY_PEER, self._verify)
        return connection

    def _verify(self, connection: SSL.Connection, certificate: X509, code: int, depth: int, ok: int) -> bool:
        """Note the state of the certificate; OpenSSL asks for every one of the chain, the server's own last."""
        if not ok:
            self._wrong.add(WRONGS.get(code, f"error {code}"))
        if depth == 0 and _is_other_name(certificate, self._place[0]):
            self._wrong.add("wrong name")
        state = ", ".join(sorted(self._wrong)) or "valid"
        self._policy.states[self._place] = state if self._mode == MODES[0] else f"{state}; {self._mode}"
        return True


@implementer(IPolicyForHTTPS)
class Policy:
    """The mode of every host in this run, and the state of its certificate, as ``expired, wrong name; legacy``."""

    def __init__(self) -> None:
        self.states: dict[Place, str] = {}
        self.modes: dict[Place, str] = {}  # of hosts that the standard one did not please

    def creatorForNetloc(self, hostname: bytes, port: int) -> Handshake:  # noqa: N802  # the name of the interface
        """Return what makes the next connection to a host, in the mode that is its turn."""
        place = (hostname.decode("ascii"), port)
        return Handshake(self, place, self.modes.get(place, MODES[0]))


class Handler(HTTP11DownloadHandler):
    """Scrapy's handler with this policy. ``request.meta["tls"]`` tells the state of the certificate."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._policy = Policy()
        self._contextFactory: Any = self._policy
        self._worked: set[Place] = set()

    async def download_request(self, request: Request) -> Response:
        """Fetch an address, or raise HandshakeError where no mode brings a secure connection."""
        parts = urlsplit(request.url)
        place = (parts.hostname or "", parts.port or 443)
        errors = []
        for mode in MODES if place not in self._worked else (self._policy.modes.get(place, MODES[0]),):
            self._policy.modes[place] = mode
            try:
                response = await super().download_request(request)
            except DownloadFailedError as error:
                why = reason(error)
                if why is None and place in self._policy.states:
                    raise  # there was a certificate, so it is not the handshake that failed
                why = why or "the server hangs up"
                errors.append(HandshakeError(why))
                if any(sign in why for sign in NO_TLS):
                    break
                continue
            self._worked.add(place)
            request.meta["tls"] = self._policy.states.get(place)
            return response
        raise errors[0]


def reason(error: BaseException) -> str | None:
    """Return what OpenSSL says about a failed download; None where it was not asked."""
    for each in _causes(error):
        if isinstance(each, SSL.Error):
            told = each.args[0] if each.args and isinstance(each.args[0], list) else []
            return "; ".join(str(part[-1]) for part in told) or "the server ends the handshake"
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what is behind it: Scrapy chains, Twisted keeps a list of failures."""
    while error is not None:
        yield error
        for failure in getattr(error, "reasons", ()):
            yield failure.value
        error = error.__cause__


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_other_name(certificate: X509, host: str) -> bool:
    try:
        wanted = IPAddress_ID(host) if _is_address(host) else DNS_ID(host)
        verify_service_identity(extract_patterns(certificate), [wanted], [])
    except (CertificateError, VerificationError, ValueError):  # ValueError: a host name that none can have, as a_b.cn
        return True
    return False
