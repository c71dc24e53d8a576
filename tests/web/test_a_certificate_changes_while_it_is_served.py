"""A folder's certificate is served from the first connection after it was replaced, and a bad pair never replaces a good one."""

from __future__ import annotations

import datetime as dt
import ssl
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import structlog
import trio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from stoker.errors import CredentialsInvalid
from stoker.web.certificate import self_signed
from stoker.web.certificate_files import CertificateFiles
from stoker.web.certified import LiveCertificate, serve_certified
from tests.web.conftest import App

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

Pair = tuple[bytes, bytes]
FIRST, SECOND = self_signed(("localhost",)), self_signed(("localhost",))
TRUSTING = ssl.create_default_context()
TRUSTING.check_hostname, TRUSTING.verify_mode = False, ssl.CERT_NONE


def of_another_kind() -> Pair:
    """A pair whose key is RSA, which OpenSSL keeps beside one whose key is not."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now.replace(year=2090)
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.sign(key, hashes.SHA256()).public_bytes(pem), secret


def locked(pair: Pair) -> Pair:
    """The same with a password on its key."""
    key = serialization.load_pem_private_key(pair[1], None)
    lock = serialization.BestAvailableEncryption(b"x")
    return pair[0], key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


def write(folder: Path, pair: Pair) -> None:
    """As the kubelet does: a new folder, and one link that turns."""
    fresh = folder.parent / f"data-{len(list(folder.parent.iterdir()))}"
    fresh.mkdir()
    (fresh / "tls.crt").write_bytes(pair[0])
    (fresh / "tls.key").write_bytes(pair[1])
    (folder.parent / "link").symlink_to(fresh)
    (folder.parent / "link").rename(folder)


async def shown(port: int, *, name: str | None = "localhost", most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> bytes:
    """The certificate (PEM) that a new connection is shown."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode, context.maximum_version = False, ssl.CERT_NONE, most
    stream = await trio.open_tcp_stream("127.0.0.1", port)
    secure = trio.SSLStream(stream, context, server_hostname=name)
    async with secure:
        await secure.do_handshake()
        found = secure.getpeercert(binary_form=True)
        await secure.send_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await secure.receive_some()).startswith(b"HTTP/1.1 200")
    return ssl.DER_cert_to_PEM_cert(found).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One that holds the first pair."""
    write(tmp_path / "certs", FIRST)
    return tmp_path / "certs"


@pytest.fixture
async def serving(nursery: trio.Nursery) -> Callable[[Path], Awaitable[int]]:
    """Serves with the certificate of a folder; the port."""

    async def start(folder: Path) -> int:
        run = partial(
            serve_certified,
            App(),
            CertificateFiles(folder),
            bind="127.0.0.1:0",
            stopping=trio.Event(),
            on_bound=lambda _: None,
        )
        (url,) = await nursery.start(run)
        return int(url.rpartition(":")[2])

    return start


async def until(holds: Callable[[], bool]) -> None:
    with trio.fail_after(20):
        while not holds():  # noqa: ASYNC110 - files have no event
            await trio.sleep(0.02)


@pytest.mark.parametrize("second", [SECOND, of_another_kind()], ids=["same kind of key", "RSA after EC"])
async def test_new_connections_are_shown_the_new_one(serving: Any, folder: Path, second: Pair) -> None:
    port = await serving(folder)
    assert await shown(port) == FIRST[0]
    with structlog.testing.capture_logs() as logs:
        write(folder, second)
        await until(lambda: bool(logs))
    assert (logs[0]["event"], logs[0]["log_level"]) == ("certificate_replaced", "info")
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        assert await shown(port, most=version) == second[0]
    assert await shown(port, name=None) == second[0], "of a client that names no server"


async def test_an_open_connection_goes_on(serving: Any, folder: Path) -> None:
    port = await serving(folder)
    async with await trio.open_ssl_over_tcp_stream("127.0.0.1", port, ssl_context=TRUSTING) as stream:
        await stream.do_handshake()
        with structlog.testing.capture_logs() as logs:
            write(folder, SECOND)
            await until(lambda: bool(logs))
        await stream.send_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await stream.receive_some()).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "bad",
    [(SECOND[0], FIRST[1]), (b"no certificate", SECOND[1]), (SECOND[0], b""), locked(SECOND)],
    ids=["halves that do not fit", "no certificate", "no key", "key with a password"],
)
async def test_a_pair_that_cannot_be_used_replaces_nothing(serving: Any, folder: Path, bad: Pair) -> None:
    port = await serving(folder)
    with structlog.testing.capture_logs() as logs:
        write(folder, bad)
        await until(lambda: bool(logs))
        assert (logs[0]["event"], logs[0]["log_level"]) == ("certificate_not_loaded", "error")
        assert "PRIVATE KEY" not in str(logs)
        assert await shown(port) == FIRST[0]
        write(folder, SECOND)
        await until(lambda: logs[-1]["event"] == "certificate_replaced")
    assert await shown(port) == SECOND[0]


async def test_a_file_that_goes_is_told_once_and_the_old_one_serves(serving: Any, folder: Path) -> None:
    port = await serving(folder)
    with structlog.testing.capture_logs() as logs:
        (folder / "tls.key").unlink()
        await until(lambda: bool(logs))
        assert await shown(port) == FIRST[0]
        write(folder, SECOND)
        await until(lambda: logs[-1]["event"] == "certificate_replaced")
    assert [line["event"] for line in logs] == ["certificate_not_loaded", "certificate_replaced"]


async def test_without_a_first_pair_nothing_is_served(tmp_path: Path) -> None:
    with pytest.raises(
        CredentialsInvalid, match=r"cannot be read from .*tls\.crt: No such file .* tls\.crt and tls\.key"
    ):
        await CertificateFiles(tmp_path)(task_status=trio.TASK_STATUS_IGNORED)
    write(tmp_path / "certs", (FIRST[0], SECOND[1]))
    with pytest.raises(
        CredentialsInvalid, match=r"tls\.crt and tls\.key beside it cannot be served \(key values mismatch"
    ):
        await CertificateFiles(tmp_path / "certs")(task_status=trio.TASK_STATUS_IGNORED)


def test_a_live_certificate_refuses_a_bad_pair_and_keeps_the_old() -> None:
    live = LiveCertificate(*FIRST)
    with pytest.raises(ssl.SSLError):
        live.replace(SECOND[0], FIRST[1])
    live.replace(*SECOND)
