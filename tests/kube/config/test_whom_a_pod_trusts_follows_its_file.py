"""``ca.crt`` is replaced while a process runs: new connections trust whom it names now; a spoilt file changes nothing.

Trust is judged by handshakes in memory, so that the virtual clock may run.
"""

from __future__ import annotations

import contextlib
import ssl
from functools import partial
from typing import TYPE_CHECKING

import pytest
import trio

from stoker.kube.config import find_access
from tests.fakes.authorities import Authority
from tests.kube.config.test_a_pod_s_service_account import ENV

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from trio.testing import MockClock

    from stoker.kube.config import Access

    Logged = Callable[[], list[dict[str, Any]]]

HOST = "10.96.0.1"


class Account:
    """The mounted files, ``now`` the authority in them, and the access that was found by them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = Authority()
        (folder / "token").write_text("a-token")
        self.names(self.now)

    def names(self, *authorities: Authority) -> None:
        """They and nobody else stand in the file."""
        (self.folder / "ca.crt").write_bytes(b"".join(authority.pem for authority in authorities))

    async def access(self) -> Access:
        """Found as in a pod, and used once."""
        found = await find_access(ENV, mounted=self.folder)
        await found.identity.authorization()
        return found

    def trusts(self, access: Access, authority: Authority) -> bool:
        """Would a new connection believe a server with a certificate of that authority?"""
        assert access.tls is not None
        access.tls.set_alpn_protocols(["http/1.1"])  # as httpcore does before each
        up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = authority.server(self.folder, HOST).wrap_bio(up, down, server_side=True)
        client = access.tls.wrap_bio(down, up, server_hostname=HOST)
        try:
            return shaken(client, server)
        except ssl.SSLCertVerificationError:
            return False


def shaken(client: ssl.SSLObject, server: ssl.SSLObject) -> bool:
    """Has the client believed the server, after enough steps of both?"""
    done = False
    for _ in range(4):
        try:
            client.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            pass
        with contextlib.suppress(ssl.SSLWantReadError):
            server.do_handshake()
    return done


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path)


async def later(access: Access) -> None:
    """A minute, and a request."""
    await trio.sleep(60)
    await access.identity.authorization()


async def test_one_that_comes_in_is_trusted_beside_the_old_one(account: Account, autojump_clock: MockClock) -> None:
    access = await account.access()
    new = Authority("the next")
    assert not account.trusts(access, new)
    account.names(account.now, new)
    await later(access)
    assert account.trusts(access, new)
    assert account.trusts(access, account.now)


async def test_one_that_is_taken_out_is_trusted_no_longer(account: Account, autojump_clock: MockClock) -> None:
    access = await account.access()
    new = Authority("the next")
    account.names(account.now, new)
    await later(access)
    account.names(new)
    await later(access)
    assert account.trusts(access, new)
    assert not account.trusts(access, account.now)


SPOILT = {
    "empty": "",
    "broken": "-----BEGIN CERTIFICATE-----\nxx",
    "half": Authority("a whole one").pem.decode() + "-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n",
    "binary": b"\xff\xfe",
    "away": None,
}


@pytest.mark.parametrize("content", SPOILT.values(), ids=list(SPOILT))
async def test_a_spoilt_file_changes_nothing_and_is_told_once(
    account: Account, autojump_clock: MockClock, logged: Logged, content: str | bytes | None
) -> None:
    access = await account.access()
    account.folder.joinpath("ca.crt").unlink()
    if content is not None:
        account.folder.joinpath("ca.crt").write_bytes(content.encode() if isinstance(content, str) else content)
    for _ in range(3):
        await later(access)
    assert account.trusts(access, account.now)
    assert [line["event"] for line in logged()] == ["authorities_not_renewed"]
    account.names(new := Authority("the next"))
    await later(access)
    assert account.trusts(access, new)


async def test_a_handshake_fails_for_an_unknown_server_at_all(account: Account) -> None:
    access = await account.access()
    assert list(map(partial(account.trusts, access), (account.now, Authority()))) == [True, False]
