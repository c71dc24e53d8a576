"""In a cluster: two variables and three files; the token is read again each minute and when it was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.errors import CredentialsInvalid, SettingsInvalid
from stoker.kube.config import find_access
from stoker.kube.config.in_cluster import TokenFile, address
from stoker.observe.redact import redact
from tests.fakes.authorities import Authority

if TYPE_CHECKING:
    from pathlib import Path

    from trio.testing import MockClock

ENV = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}


@pytest.fixture
def mounted(tmp_path: Path) -> Path:
    (tmp_path / "token").write_text("first-token\n")
    (tmp_path / "ca.crt").write_bytes(Authority().pem)
    (tmp_path / "namespace").write_text("plant")
    return tmp_path


async def test_what_is_mounted_is_all_it_takes(mounted: Path) -> None:
    access = await find_access(ENV, mounted=mounted)
    assert (access.server, access.namespace, access.proxy) == ("https://10.96.0.1:443", "plant", None)
    assert await access.identity.authorization() == "Bearer first-token"
    assert access.tls is not None
    assert len(access.tls.get_ca_certs()) == 1, "nobody else is trusted"


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "SSL_CERT_FILE"])
async def test_the_environment_s_proxy_and_authorities_are_not_for_it(mounted: Path, variable: str) -> None:
    access = await find_access({**ENV, variable: "/nowhere"}, mounted=mounted)
    assert access.proxy is None


async def test_a_kubeconfig_that_is_named_comes_first(mounted: Path) -> None:
    with pytest.raises(SettingsInvalid, match="/nowhere/config"):
        await find_access({**ENV, "KUBECONFIG": "/nowhere/config"}, mounted=mounted)


async def test_without_anything_it_says_what_to_set() -> None:
    with pytest.raises(SettingsInvalid, match="set KUBECONFIG"):
        await find_access({"HOME": "/nowhere"})


@pytest.mark.parametrize(
    ("host", "url"), [("fd00::1", "https://[fd00::1]:443"), ("[fd00::1]", "https://[fd00::1]:443")]
)
def test_an_ipv6_address_has_brackets(host: str, url: str) -> None:
    assert address(host, "443") == url


@pytest.mark.parametrize("name", ["ca.crt", "token"])
async def test_a_file_that_is_not_mounted_is_named(mounted: Path, name: str) -> None:
    (mounted / name).unlink()
    with pytest.raises(CredentialsInvalid, match=name):
        await (await find_access(ENV, mounted=mounted)).identity.authorization()


async def test_a_broken_authority_is_named(mounted: Path) -> None:
    (mounted / "ca.crt").write_text("no certificate")
    with pytest.raises(CredentialsInvalid, match=r"ca.crt: no certificates"):
        await find_access(ENV, mounted=mounted)


async def test_the_token_is_at_most_a_minute_old(mounted: Path, autojump_clock: MockClock) -> None:
    tokens = TokenFile(mounted / "token")
    assert await tokens.authorization() == "Bearer first-token"
    (mounted / "token").write_text("second-token")
    await trio.sleep(59)
    assert await tokens.authorization() == "Bearer first-token"
    await trio.sleep(1)
    assert await tokens.authorization() == "Bearer second-token"


async def test_a_refused_token_is_read_again_at_once(mounted: Path, autojump_clock: MockClock) -> None:
    tokens = TokenFile(mounted / "token")
    first = await tokens.authorization()
    assert not await tokens.refused(first)
    (mounted / "token").write_text("second-token")
    assert await tokens.refused(first)
    assert await tokens.authorization() == "Bearer second-token"


async def test_a_file_that_is_away_for_a_moment_leaves_the_last_token(mounted: Path, autojump_clock: MockClock) -> None:
    tokens = TokenFile(mounted / "token")
    await tokens.authorization()
    (mounted / "token").write_text("")
    await trio.sleep(61)
    assert await tokens.authorization() == "Bearer first-token"
    (mounted / "token").unlink()
    await trio.sleep(61)
    assert await tokens.authorization() == "Bearer first-token"
    (mounted / "token").write_text("second-token")
    assert await tokens.authorization() == "Bearer second-token", "it is looked for until it is there"


async def test_a_token_is_masked_wherever_it_appears(mounted: Path) -> None:
    (mounted / "token").write_text("a-token-of-this-test-alone")
    await TokenFile(mounted / "token").authorization()
    assert redact("said a-token-of-this-test-alone to it") == "said *** to it"
