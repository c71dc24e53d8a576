"""A private certificate authority, and the certificates it gives: good ones, expired ones, ones for another host."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

DAY = timedelta(days=1)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@dataclass
class Authority:
    """``pem``: the file that names it, for SSL_CERT_FILE."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        # libgit2 never forgets an authority, and of two with one name it would try the older.
        self.name = _named(f"Plant CA {self.key.public_key().public_numbers().x:x}"[:60])
        own = self.name
        builder = self._builder(own, self.key.public_key(), timedelta(days=3650))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.pem = self.folder / "authority.pem"
        self.pem.write_bytes(builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def server(self, host: str = "127.0.0.1", *, lives: timedelta = DAY) -> ssl.SSLContext:
        """For a server of that name; one that lives less than nothing has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(_named(host), key.public_key(), lives)
        builder = builder.add_extension(x509.SubjectAlternativeName([_host(host)]), critical=False)
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path = self.folder / "certified.pem"
        path.write_bytes(secret + builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _builder(self, name: x509.Name, key: ec.EllipticCurvePublicKey, lives: timedelta) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(self.name, name, key, x509.random_serial_number())
        return builder.not_valid_before(now - 30 * DAY).not_valid_after(now + lives)
