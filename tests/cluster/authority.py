"""The keys and certificates of one plane: its CA, the API server's pair, and a client pair for whoever is somebody there."""

from __future__ import annotations

import datetime as dt
import ipaddress
from typing import TYPE_CHECKING, Any, Final

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from pathlib import Path

HOSTS: Final = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
ADDRESSES: Final = ("127.0.0.1", "10.96.0.1")
_DAY: Final = dt.timedelta(days=1)


class Authority:
    """Writes ``ca.crt`` and, for each name asked for, ``NAME.crt`` and ``NAME.key`` into a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.certificate = directory / "ca.crt"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "plane")])
        built = self._builder(self._name, self._key).add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        self.certificate.write_bytes(built.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def server(self, name: str) -> tuple[Path, Path]:
        """A pair for the loopback address and the names that the API server has in a cluster."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        places: list[x509.GeneralName] = [x509.DNSName(host) for host in HOSTS]
        places += [x509.IPAddress(ipaddress.ip_address(address)) for address in ADDRESSES]
        built = self._builder(subject, key).add_extension(x509.SubjectAlternativeName(places), False)
        return self._written(name, built, key, ExtendedKeyUsageOID.SERVER_AUTH)

    def client(self, name: str, *, user: str, group: str = "") -> tuple[Path, Path]:
        """A pair by which the API server knows its bearer as that user of that group."""
        key = ec.generate_private_key(ec.SECP256R1())
        parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group)] if group else []
        subject = x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, user)])
        return self._written(name, self._builder(subject, key), key, ExtendedKeyUsageOID.CLIENT_AUTH)

    def signing_key(self, name: str) -> Path:
        """A key alone: what service account tokens are signed with (the API server finds no public key in PKCS8)."""
        return self._write_key(name, ec.generate_private_key(ec.SECP256R1()))

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - _DAY)
            .not_valid_after(now + 30 * _DAY)
        )

    def _written(
        self, name: str, built: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, use: x509.ObjectIdentifier
    ) -> tuple[Path, Path]:
        signed = built.add_extension(x509.ExtendedKeyUsage([use]), False).sign(self._key, hashes.SHA256())
        certificate = self.directory / f"{name}.crt"
        certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        return certificate, self._write_key(name, key)

    def _write_key(self, name: str, key: ec.EllipticCurvePrivateKey) -> Path:
        path = self.directory / f"{name}.key"
        path.touch(mode=0o600)
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
            )
        )
        return path


def write_kubeconfig(
    path: Path, *, server: str, authority: Path, user: dict[str, Any], namespace: str = "default"
) -> Path:
    """A kubeconfig with one context; ``user`` as kubeconfigs have it (client-certificate, token, exec, …)."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "plane", "cluster": {"server": server, "certificate-authority": str(authority)}}],
        "users": [{"name": "user", "user": user}],
        "contexts": [{"name": "plane", "context": {"cluster": "plane", "user": "user", "namespace": namespace}}],
        "current-context": "plane",
    }
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path
