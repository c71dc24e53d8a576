"""Out of a cluster: every way in which a kubeconfig says who we are, by the Kubernetes project's own loader."""

from __future__ import annotations

import base64
import json
import ssl
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import structlog
import yaml

from stoker.errors import CredentialsInvalid, DeadlineExceeded, SettingsInvalid
from stoker.kube.config import find_access, kubeconfig
from stoker.kube.config.access import Trust
from tests.fakes.authorities import Authority

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.kube.config import Access

    Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a kubeconfig with one cluster, user and context."""

    def write(user: dict[str, Any], *, name: str = "config", namespace: str = "plant", **cluster: Any) -> Path:
        cluster = {"server": "https://api.example:6443/", **cluster}
        context = {"cluster": "c", "user": "u", "namespace": namespace}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "contexts": [{"name": name, "context": context}],
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": user}],
        }
        path = tmp_path / name
        path.write_text(yaml.safe_dump(document))
        return path

    return write


def plugin(folder: Path, status: dict[str, Any] | None, *, sleep: float = 0) -> dict[str, Any]:
    """An exec plugin that answers with that status, and counts how often it was asked."""
    credential = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}
    answer = json.dumps(credential) if status is not None else ""
    script = folder / "plugin.py"
    script.write_text(
        f"import time, pathlib; time.sleep({sleep})\n"
        f"with pathlib.Path({str(folder / 'asked')!r}).open('a') as log: log.write('x')\n"
        f"print({answer!r}); raise SystemExit({0 if status is not None else 1})\n"
    )
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": [str(script)],
            "interactiveMode": "Never",
        }
    }


def keys_lying_about() -> set[Path]:
    """Private keys in files that the loader made."""
    made = [path for path in Path(tempfile.gettempdir()).glob("tmp*") if path.is_file()]
    return {path for path in made if b"PRIVATE KEY" in path.read_bytes()}


async def read(path: Path | str, **more: Any) -> Access:
    return await find_access({"KUBECONFIG": str(path)}, **more)


async def test_a_token(written: Written) -> None:
    access = await read(written({"token": "kubeconfig-token"}))
    assert (access.server, access.namespace) == ("https://api.example:6443", "plant")
    assert await access.identity.authorization() == "Bearer kubeconfig-token"


async def test_a_token_file_relative_to_the_config_read_again_when_refused(written: Written, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("first-token")
    identity = (await read(written({"tokenFile": "token"}))).identity
    first = await identity.authorization()
    (tmp_path / "token").write_text("second-token")
    assert await identity.refused(first)
    assert (first, await identity.authorization()) == ("Bearer first-token", "Bearer second-token")


async def test_user_and_password(written: Written) -> None:
    access = await read(written({"username": "u", "password": "p"}))
    assert await access.identity.authorization() == "Basic " + base64.b64encode(b"u:p").decode()


@pytest.mark.parametrize("inline", [True, False])
async def test_a_client_certificate_inline_or_as_files(written: Written, tmp_path: Path, inline: bool) -> None:
    authority = Authority()
    certificate, key = authority.issue(tmp_path, "someone")
    user = {"client-certificate": certificate.name, "client-key": key.name}
    if inline:
        user = {
            f"{name}-data": base64.b64encode((tmp_path / file).read_bytes()).decode() for name, file in user.items()
        }
    before = keys_lying_about()
    access = await read(written(user, **{"certificate-authority-data": base64.b64encode(authority.pem).decode()}))
    assert access.tls is not None
    assert len(access.tls.get_ca_certs()) == 1
    assert await access.identity.authorization() is None
    assert keys_lying_about() <= before, "no key stays behind"


async def test_a_certificate_without_its_key_is_told(written: Written, tmp_path: Path) -> None:
    certificate, _ = Authority().issue(tmp_path, "someone")
    _, other = Authority().issue(tmp_path, "another")
    with pytest.raises(CredentialsInvalid, match="client certificate and key cannot be used"):
        await read(written({"client-certificate": str(certificate), "client-key": str(other)}))


async def test_tls_server_name_and_proxy(written: Written) -> None:
    access = await read(written({}, **{"tls-server-name": "other.example", "proxy-url": "http://proxy:3128"}))
    assert isinstance(access.tls, Trust)
    assert access.tls.expected_name == "other.example"
    assert access.proxy == "http://proxy:3128"
    assert "proxy:3128" not in repr(access)


async def test_verification_can_be_skipped(written: Written) -> None:
    access = await read(written({}, **{"insecure-skip-tls-verify": True}))
    assert access.tls is not None
    assert access.tls.verify_mode == ssl.CERT_NONE


async def test_plain_http_for_kubectl_proxy(written: Written) -> None:
    access = await read(written({}, server="http://127.0.0.1:8001"))
    assert (access.server, access.tls) == ("http://127.0.0.1:8001", None)


async def test_a_proxy_of_the_environment_is_not_for_it(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert (await read(written({"token": "a-long-token"}))).proxy is None


async def test_several_files_and_a_named_context(written: Written, tmp_path: Path) -> None:
    one = written({"token": "token-of-one"}, name="one")
    two = written({"token": "token-of-two"}, name="two", namespace="other")
    access = await read(f"{one}:{two}", context="two")
    assert access.namespace == "other"


async def test_a_plugin_s_token_and_its_successor(written: Written, tmp_path: Path) -> None:
    path = written(plugin(tmp_path, {"token": "plugin-token-1", "expirationTimestamp": "2001-01-01T00:00:00Z"}))
    identity = (await read(path)).identity
    assert await identity.authorization() == "Bearer plugin-token-1"
    assert (tmp_path / "asked").read_text() == "x", "it is not asked for each request"
    plugin(tmp_path, {"token": "plugin-token-2"})
    assert await identity.refused("Bearer plugin-token-1")
    assert await identity.authorization() == "Bearer plugin-token-2"


async def test_a_refused_token_that_the_plugin_gives_again_is_refused(written: Written, tmp_path: Path) -> None:
    identity = (await read(written(plugin(tmp_path, {"token": "plugin-token"})))).identity
    assert not await identity.refused("Bearer plugin-token")


async def test_a_plugin_that_fails_later_leaves_the_last_token_until_it_is_refused(
    written: Written, tmp_path: Path
) -> None:
    config = written(plugin(tmp_path, {"token": "plugin-token"}))
    identity = (await kubeconfig.from_kubeconfig(str(config), renew=0)).identity
    plugin(tmp_path, None)
    with structlog.testing.capture_logs() as logs:
        assert await identity.authorization() == "Bearer plugin-token"
    assert any("run it by hand" in str(line.get("error")) for line in logs)  # the loader may say something of its own
    with pytest.raises(CredentialsInvalid):
        await identity.refused("Bearer plugin-token")


async def test_a_plugin_may_give_a_certificate(written: Written, tmp_path: Path) -> None:
    certificate, key = Authority().issue(tmp_path, "someone")
    status = {"clientCertificateData": certificate.read_text(), "clientKeyData": key.read_text()}
    access = await read(written(plugin(tmp_path, status)))
    assert await access.identity.authorization() is None
    assert await access.identity.refused(None), "a certificate made anew is worth a try"


async def test_a_plugin_that_fails_is_named(written: Written, tmp_path: Path) -> None:
    with pytest.raises(CredentialsInvalid, match=r"exec plugin .* gave no credential; run it by hand"):
        await read(written(plugin(tmp_path, None)))


async def test_a_plugin_that_hangs_is_given_up(written: Written, tmp_path: Path) -> None:
    config = written(plugin(tmp_path, {"token": "late"}, sleep=2))
    with pytest.raises(DeadlineExceeded, match="exec plugin or identity provider hangs"):
        await kubeconfig.from_kubeconfig(str(config), bound=0.5)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("", "empty"),
        ("a: [", "expected the node content"),
        ("apiVersion: v1\nclusters: []\ncontexts: []\nusers: []\ncurrent-context: x\n", "name x in"),
        ("apiVersion: v1\nclusters: []\ncontexts: []\nusers: []\n", "current-context"),
    ],
    ids=["empty", "no YAML", "no such context", "no context"],
)
async def test_a_broken_file_is_named_with_its_fault(tmp_path: Path, content: str, part: str) -> None:
    (tmp_path / "config").write_text(content)
    with pytest.raises(SettingsInvalid, match=part) as caught:
        await read(tmp_path / "config")
    assert str(tmp_path / "config") in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_a_proxy_of_another_kind_is_refused(written: Written) -> None:
    with pytest.raises(SettingsInvalid, match="proxy-url must begin with http"):
        await read(written({"token": "a-long-token"}, **{"proxy-url": "socks5://proxy:1080"}))


@pytest.mark.parametrize("user", [{"as": "somebody"}, {"auth-provider": {"name": "azure"}}], ids=str)
async def test_what_is_not_served_is_refused_and_not_ignored(written: Written, user: dict[str, Any]) -> None:
    with pytest.raises(SettingsInvalid, match=r"not supported|is gone"):
        await read(written(user))


async def test_without_the_package_the_extra_is_named(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kubernetes.client", None)
    with pytest.raises(SettingsInvalid, match=r"install the extra stoker\[kubeconfig\]") as caught:
        await read(written({"token": "a-long-token"}))
    assert "\n" not in str(caught.value)
