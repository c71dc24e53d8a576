"""An authority and the certificates it issues: made and judged, all in PEM. Pure but for chance and the clock that is handed in.

ECDSA on P-256, as the API server's own tooling makes them; PKCS#8 keys without a password. ``cryptography`` is 5 MB that only a
process which serves the webhook needs, so it is imported where it is used.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

AUTHORITY_LIVES: Final = timedelta(days=730)
CERTIFICATE_LIVES: Final = timedelta(days=90)
BACKDATED: Final = timedelta(hours=1)
"""For API servers whose clocks are behind ours."""
ORGANISATION: Final = "Stoker"


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key, PEM; the key is never printed."""

    certificate: bytes
    key: bytes = field(repr=False)


def make_authority(now: datetime) -> Pair:
    """A new one, that can sign nothing but certificates of servers."""
    from cryptography import x509

    key = _new_key()
    serial = x509.random_serial_number()
    who = _name(f"stoker-webhook-ca-{serial:x}"[:64])  # each its own, or a bundle of two could not be told apart
    builder = _builder(who, who, key, now, AUTHORITY_LIVES, serial).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    usage = _usage(signs=True)
    return _pair(builder.add_extension(usage, critical=True), key, key)


def issue(authority: Pair, names: Sequence[str], now: datetime) -> Pair:
    """A server's certificate for these DNS names; never longer than its authority lives."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    issuer, signer = _first(authority.certificate), _loaded_key(authority.key)
    lives = min(CERTIFICATE_LIVES, issuer.not_valid_after_utc - now)
    key = _new_key()
    builder = (
        _builder(_name(names[0][:64]), issuer.subject, key, now, lives, x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
    )
    return _pair(builder, key, signer)


def split(bundle: bytes) -> list[bytes]:
    """The certificates of a bundle, each as PEM; what is none is left out."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    found = []
    for part in bundle.split(b"-----END CERTIFICATE-----")[:-1]:
        try:
            found.append(x509.load_pem_x509_certificate(part + b"-----END CERTIFICATE-----\n"))
        except (ValueError, binascii.Error):
            continue
    return [one.public_bytes(Encoding.PEM) for one in found]


def ends(certificate: bytes) -> datetime:
    """When the first certificate of a PEM ends; ValueError."""
    ending: datetime = _first(certificate).not_valid_after_utc
    return ending


def matches(pair: Pair) -> bool:
    """Whether the key is that of the certificate; False, too, for what is neither."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return bool(_loaded_key(pair.key).public_key() == _first(pair.certificate).public_key())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def issued_by(certificate: bytes, authority: bytes) -> bool:
    """Whether that authority signed it."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        _first(certificate).verify_directly_issued_by(_first(authority))
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def is_authority(certificate: bytes) -> bool:
    """Whether it may sign others."""
    from cryptography import x509

    try:
        return bool(_first(certificate).extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False


def names_of(certificate: bytes) -> frozenset[str]:
    """The DNS names that it is for."""
    from cryptography import x509

    try:
        found = _first(certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return frozenset()
    return frozenset(found.get_values_for_type(x509.DNSName))


def _first(pem: bytes) -> Any:
    from cryptography import x509

    return x509.load_pem_x509_certificate(pem)


def _loaded_key(pem: bytes) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(pem, None)


def _new_key() -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _name(common: str) -> Any:
    from cryptography import x509

    named = x509.NameAttribute(x509.NameOID.COMMON_NAME, common)
    return x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, ORGANISATION), named])


def _builder(subject: Any, issuer: Any, key: Any, now: datetime, lives: timedelta, serial: int) -> Any:
    from cryptography import x509

    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    return builder.serial_number(serial).not_valid_before(now - BACKDATED).not_valid_after(now + lives)


def _usage(*, signs: bool) -> Any:
    from cryptography import x509

    unused = dict.fromkeys(("content_commitment", "data_encipherment", "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(
        digital_signature=not signs,
        key_encipherment=False,
        key_agreement=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        **unused,
    )


def _pair(builder: Any, key: Any, signer: Any) -> Pair:
    from cryptography.hazmat.primitives import hashes, serialization

    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Pair(builder.sign(signer, hashes.SHA256()).public_bytes(pem), secret)
