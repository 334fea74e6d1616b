"""TLS for sample portals: certificates made on the spot, and servers that only some handshakes please.

valid, self-signed, expired, wrong-name, unknown-issuer   what is told of the certificate; ``valid`` for whoever
                                                          trusts the file ``authority()``
old      TLS 1.0 and old ciphers only
picky    hangs up on a client that offers another curve than P-256
"""

from __future__ import annotations

import atexit
import ipaddress
import shutil
import socket
import ssl
import tempfile
import threading
import warnings
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

KINDS = ("valid", "self-signed", "expired", "wrong-name", "unknown-issuer", "old", "picky")
ADDRESS = "127.0.0.1"
YEAR = timedelta(days=365)
X25519 = b"\x00\x1d\x00\x20"  # a key share: the number of the curve, the length of the key
HANDSHAKE_FAILURE = b"\x15\x03\x03\x00\x02\x02\x28"


_making = threading.RLock()  # each connection has a thread of its own, and there is one authority


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="zoo-tls-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("示例根证书")
    constraint = x509.BasicConstraints(ca=True, path_length=None)
    made = _builder(name, name, key).add_extension(constraint, critical=True).sign(key, hashes.SHA256())
    return made, key


def authority() -> Path:
    """Return a file with the certificate that signed all others; for SSL_CERT_FILE."""
    with _making:
        file = _folder() / "authority.pem"
        file.write_bytes(_authority()[0].public_bytes(serialization.Encoding.PEM))
        return file


def context(kind: str) -> ssl.SSLContext:
    """Return the context of a server of a kind."""
    with _making:
        return _context(kind)


@cache
def _context(kind: str) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer, signer = _authority()
    own = kind == "self-signed"
    name = _name("示例县人民政府")
    builder = _builder(name, name if own else issuer.subject, key, expired=kind == "expired")
    host: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(ADDRESS))
    if kind == "wrong-name":
        host = x509.DNSName("www.elsewhere.example")
    builder = builder.add_extension(x509.SubjectAlternativeName([host]), critical=False)
    certificate = builder.sign(key if own else signer, hashes.SHA256())
    file = _folder() / f"{kind}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if kind == "old":
        made.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore"):  # Python warns of old versions
            made.minimum_version = made.maximum_version = ssl.TLSVersion.TLSv1
    made.load_cert_chain(file)
    return made


def wrap(connection: socket.socket, kind: str) -> socket.socket:
    """Return a connection that speaks TLS; the handshake is made when it is first read from."""
    if kind == "picky":
        connection.settimeout(10)  # a busy machine greets late
        hello = connection.recv(4096, socket.MSG_PEEK)
        connection.settimeout(None)
        if X25519 in hello:
            connection.sendall(HANDSHAKE_FAILURE)
            connection.recv(len(hello))  # unread bytes would make closing a reset, and lose the alert
            return connection
    return context(kind).wrap_socket(connection, server_side=True, do_handshake_on_connect=False)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, expired: bool = False
) -> x509.CertificateBuilder:
    end = datetime.now(UTC) + (-YEAR if expired else YEAR)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - 2 * YEAR)
        .not_valid_after(end)
    )
