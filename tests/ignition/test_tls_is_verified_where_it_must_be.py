"""TLS: a self-signed certificate is taken where the caller says so (loopback), and refused with a remedy elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
import trio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stoker.errors import GatewayUnreachable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from stoker.ignition.client import GatewayClient
    from stoker.standalone.simulator.gateway import SimulatedGateway


@pytest.fixture
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    (folder / "tls.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "tls.key").write_bytes(secret.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return folder / "tls.crt", folder / "tls.key"


@pytest.fixture
async def secure_url(gateway: SimulatedGateway, certificate: tuple[Path, Path]) -> AsyncIterator[str]:
    """The gateway over https, with a key that is good over https only."""
    gateway.secure_only = True
    async with trio.open_nursery() as nursery:
        run = partial(gateway.run, "127.0.0.1:0", stopping=trio.Event(), tls=certificate)
        yield (await nursery.start(run))[0]
        nursery.cancel_scope.cancel()


async def test_unverified_a_self_signed_gateway_is_spoken_to(
    secure_url: str, connect: Callable[..., GatewayClient]
) -> None:
    async with connect(secure_url, verify=False) as client:
        assert (await client.scan("projects")).status == 200


async def test_verified_it_is_refused_before_the_key_is_sent(
    secure_url: str, gateway: SimulatedGateway, connect: Callable[..., GatewayClient]
) -> None:
    async with connect(secure_url, verify=True) as client:
        with pytest.raises(GatewayUnreachable, match="SSL_CERT_FILE"):
            await client.scan("projects")
    assert not gateway.record.asked


async def test_verification_is_the_default(secure_url: str, connect: Callable[..., GatewayClient]) -> None:
    async with connect(secure_url) as client:
        with pytest.raises(GatewayUnreachable, match="certificate is not trusted"):
            await client.info()


async def test_a_plants_own_ca_is_trusted_when_the_system_trusts_it(
    secure_url: str,
    certificate: tuple[Path, Path],
    connect: Callable[..., GatewayClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    async with connect(secure_url, verify=True) as client:
        assert (await client.scan("projects")).status == 200


async def test_https_to_a_port_that_speaks_http_says_what_to_check(
    url: str, connect: Callable[..., GatewayClient]
) -> None:
    async with connect(url.replace("http:", "https:"), verify=False) as client:
        with pytest.raises(GatewayUnreachable, match="does it speak https"):
            await client.info()
