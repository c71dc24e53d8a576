"""TLS: who is trusted, by which name, and what is said when it does not fit."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.errors import ClusterUnreachable
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.config import Access
from stoker.kube.config.access import show_certificate, trusting
from stoker.kube.config.in_cluster import address
from stoker.kube.http import HttpCluster
from tests.fakes.authorities import Authority
from tests.fakes.sockets import Connection, listening
from tests.kube.http.conftest import Tokens

if TYPE_CHECKING:
    from pathlib import Path

BODY = b'{"metadata":{"name":"a"}}'


async def one(connection: Connection) -> None:
    """Answers every request with the same object."""
    while await connection.request():
        await connection.answer(BODY)


async def name_of(access: Access) -> str:
    """Whom the server says it has."""
    async with HttpCluster(access) as cluster:
        return (await cluster.get(CONFIGMAPS, "plant", "a")).metadata.name


def access_to(host: str, port: int, authority: Authority, **more: Any) -> Access:
    tls = trusting(authority.pem.decode(), where="test", **more)
    return Access(address(host, str(port)), tls, Tokens("a-good-token"))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
async def test_an_address_or_name_in_the_certificate_is_trusted(tmp_path: Path, host: str) -> None:
    authority = Authority()
    bound = "127.0.0.1" if host == "localhost" else host
    async with listening(one, tls=authority.server(tmp_path, host), host=bound) as place:
        assert await name_of(access_to(host, place.port, authority)) == "a"


async def test_another_authority_s_certificate_is_not(tmp_path: Path) -> None:
    async with listening(one, tls=Authority().server(tmp_path, "127.0.0.1")) as place:
        with pytest.raises(ClusterUnreachable, match=r"its certificate is not trusted .*check certificate-authority"):
            await name_of(access_to("127.0.0.1", place.port, Authority()))


async def test_ssl_cert_file_adds_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Authority()
    (tmp_path / "other.pem").write_bytes(other.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    async with listening(one, tls=other.server(tmp_path, "127.0.0.1")) as place:
        with pytest.raises(ClusterUnreachable, match="not trusted"):
            await name_of(access_to("127.0.0.1", place.port, Authority()))


async def test_another_name_is_not_trusted_either(tmp_path: Path) -> None:
    authority = Authority()
    async with listening(one, tls=authority.server(tmp_path, "elsewhere.example")) as place:
        with pytest.raises(ClusterUnreachable, match=r"(?i)mismatch.*tls-server-name"):
            await name_of(access_to("127.0.0.1", place.port, authority))


async def test_the_name_to_expect_can_be_given(tmp_path: Path) -> None:
    authority = Authority()
    async with listening(one, tls=authority.server(tmp_path, "elsewhere.example")) as place:
        access = access_to("127.0.0.1", place.port, authority, expected_name="elsewhere.example")
        assert await name_of(access) == "a"


async def test_who_skips_verification_trusts_anybody(tmp_path: Path) -> None:
    async with listening(one, tls=Authority().server(tmp_path, "elsewhere.example")) as place:
        assert await name_of(access_to("127.0.0.1", place.port, Authority(), verify=False)) == "a"


async def test_a_server_without_tls_is_told_as_such() -> None:
    async def plain(connection: Connection) -> None:
        await connection.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with listening(plain) as place:
        with pytest.raises(ClusterUnreachable, match=r"TLS failed .*check address and port"):
            await name_of(access_to("127.0.0.1", place.port, Authority()))


async def test_a_client_certificate_is_shown(tmp_path: Path) -> None:
    authority = Authority()
    tls = authority.server(tmp_path, "127.0.0.1")
    tls.load_verify_locations(cadata=authority.pem.decode())
    tls.verify_mode = ssl.CERT_REQUIRED
    async with listening(one, tls=tls) as place:
        access = access_to("127.0.0.1", place.port, authority)
        with pytest.raises(ClusterUnreachable):
            await name_of(access)
        assert access.tls is not None
        show_certificate(access.tls, *authority.issue(tmp_path, "somebody"), where="test")
        assert await name_of(access) == "a"


@pytest.mark.parametrize("expected", [None, "elsewhere.example"], ids=["by address", "by another name"])
async def test_a_proxy_that_a_kubeconfig_names_is_used_and_sees_nothing(tmp_path: Path, expected: str | None) -> None:
    authority = Authority()
    seen: list[bytes] = []

    async def proxied(connection: Connection) -> None:
        seen.append(await connection.request())
        await connection.say(b"HTTP/1.1 200 Connection established\r\n\r\n")
        target = await trio.open_tcp_stream("127.0.0.1", server.port)

        async def pump(source: Any, sink: Any) -> None:
            async for piece in source:
                await sink.send_all(piece)

        async with target, trio.open_nursery() as nursery:
            nursery.start_soon(pump, connection.stream, target)
            await pump(target, connection.stream)
            nursery.cancel_scope.cancel()

    tls = authority.server(tmp_path, expected or "127.0.0.1")
    async with listening(one, tls=tls) as server, listening(proxied) as proxy:
        access = access_to("127.0.0.1", server.port, authority, expected_name=expected)
        through = Access(access.server, access.tls, access.identity, proxy=f"http://127.0.0.1:{proxy.port}")
        assert await name_of(through) == "a"
        assert seen[0].startswith(f"CONNECT 127.0.0.1:{server.port}".encode())
        assert b"a-good-token" not in seen[0]
