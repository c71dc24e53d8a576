"""Authorities and certificates, judged by OpenSSL in a handshake and by the library."""

from __future__ import annotations

import ssl
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from stoker.admission.certificates import pairs
from stoker.admission.certificates.pairs import Pair
from stoker.web.certificate import server_context

NOW = datetime.now(UTC)
NAMES = ("webhook.stoker-system.svc", "webhook.stoker-system")
AUTHORITY = pairs.make_authority(NOW)
SERVED = pairs.issue(AUTHORITY, NAMES, NOW)


def handshake(server: Pair, trusted: bytes, name: str) -> None:
    """Without a socket; ssl.SSLError."""
    context = ssl.create_default_context(cadata=trusted.decode())
    there, here = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(there, here, server_hostname=name)
    serving = server_context(server.certificate, server.key).wrap_bio(here, there, server_side=True)
    done: set[ssl.SSLObject] = set()
    for _ in range(4):
        for side in (client, serving):
            try:
                side.do_handshake()
                done.add(side)
            except ssl.SSLWantReadError:
                continue
    assert done == {client, serving}


@pytest.mark.parametrize("name", NAMES)
def test_who_trusts_the_authority_trusts_the_certificate_for_each_name(name: str) -> None:
    handshake(SERVED, AUTHORITY.certificate, name)


def test_another_name_is_not_its_own() -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        handshake(SERVED, AUTHORITY.certificate, "other.stoker-system.svc")


def test_another_authority_is_not_trusted_and_the_two_can_be_told_apart_in_one_bundle() -> None:
    other = pairs.make_authority(NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(SERVED, other.certificate, NAMES[0])
    handshake(SERVED, other.certificate + AUTHORITY.certificate, NAMES[0])
    handshake(pairs.issue(other, NAMES, NOW), other.certificate + AUTHORITY.certificate, NAMES[0])


def test_a_certificate_ends_before_its_authority() -> None:
    late = NOW + pairs.AUTHORITY_LIVES - timedelta(days=3)
    last = pairs.issue(AUTHORITY, NAMES, late)
    assert pairs.ends(last.certificate) == pairs.ends(AUTHORITY.certificate)
    assert pairs.ends(SERVED.certificate) - NOW > pairs.CERTIFICATE_LIVES - timedelta(seconds=2)


def test_what_does_not_fit_together_is_told() -> None:
    other = pairs.issue(AUTHORITY, NAMES, NOW)
    assert pairs.matches(SERVED)
    assert not pairs.matches(Pair(SERVED.certificate, other.key))
    assert not pairs.matches(Pair(b"", b""))
    assert not pairs.matches(Pair(SERVED.certificate, b"-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"))
    assert not pairs.issued_by(SERVED.certificate, pairs.make_authority(NOW).certificate)
    assert not pairs.is_authority(SERVED.certificate)
    assert pairs.names_of(b"nothing") == frozenset()


def test_of_a_bundle_only_certificates_are_taken() -> None:
    torn = AUTHORITY.certificate[:200] + b"\n-----END CERTIFICATE-----\n"
    assert pairs.split(b"# ours\n" + AUTHORITY.certificate + torn + SERVED.certificate) == [
        AUTHORITY.certificate,
        SERVED.certificate,
    ]


def test_a_key_is_not_printed() -> None:
    assert "PRIVATE" not in repr(SERVED)


def test_a_key_of_a_curve_that_nobody_serves_is_no_match_and_no_crash() -> None:
    made = subprocess.run(
        ["openssl", "ecparam", "-name", "secp112r1", "-genkey", "-noout"], capture_output=True, check=True
    )
    assert not pairs.matches(Pair(SERVED.certificate, made.stdout))
