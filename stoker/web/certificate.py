"""A certificate of our own making, for an HTTPS server nobody has given one: made in memory, never on disk.

It proves nothing to a client that was not shown it; it keeps tokens from being read on the way. Python's ``ssl`` takes
certificates from files only, so the pair passes through an anonymous file of the kernel's, which no other process can open
by a name and which is gone when it is closed.
"""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

VALID_DAYS: Final = 3650
"""Longer than any process lives: a new one has a new certificate."""
BACKDATED: Final = timedelta(hours=1)
"""For clients whose clocks are behind ours."""


def self_signed(names: Sequence[str]) -> tuple[bytes, bytes]:
    """Certificate and key in PEM, for these DNS names."""
    from cryptography import x509  # 5 MB that only a process that serves HTTPS needs
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0][:64])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(pem), secret


def server_context(certificate: bytes, key: bytes) -> ssl.SSLContext:
    """A server's TLS context: 1.2 and later, HTTP/1.1. ssl.SSLError when the pair, in PEM, cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    descriptor = os.memfd_create("certificate", os.MFD_CLOEXEC)
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(certificate + key)
        # With a password at hand OpenSSL asks nobody for that of an encrypted key, which would wait for ever.
        context.load_cert_chain(f"/proc/self/fd/{descriptor}", password="")
    finally:
        os.close(descriptor)
    return context
