"""Gives agents their credentials from the Secrets in memory; nothing of them is ever written to a disk.

In a cluster an agent reads mounted files, which follow their Secret as it rotates; here each use asks the store again,
which follows the manifests in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.api import names
from stoker.api.spec import SecretKey, Spec, parse_spec
from stoker.errors import CredentialsInvalid, ObjectNotFound
from stoker.git.credentials import Credentials
from stoker.kube.cluster import GATEWAYSYNCS, SECRETS, Cluster
from stoker.observe import redact

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stoker.standalone.gateways import Gateway


def api_key_of(cluster: Cluster, gateway: Gateway) -> Callable[[], Awaitable[str]]:
    """Reads the gateway's API key; the reader raises CredentialsInvalid naming Secret and key."""

    async def read() -> str:
        api = (await _spec(cluster, gateway)).gateway.api
        key = await _secret(cluster, gateway, api.secret_name, api.secret_key)
        redact.register(key.rpartition(":")[2].strip())  # of name:secret the part that must not be seen
        return key

    return read


def git_credentials_of(cluster: Cluster, gateway: Gateway) -> Callable[[str], Awaitable[Credentials]]:
    """Reads the repository's credential; the reader raises CredentialsInvalid."""

    async def read(auth_type: str) -> Credentials:
        if auth_type == "none":
            return Credentials.none()
        auth = (await _spec(cluster, gateway)).git.auth
        if auth_type == "token" and auth.token:
            return Credentials.token(await _named(cluster, gateway, auth.token.secret_ref))
        if auth_type == "ssh" and auth.ssh_key:
            hosts = auth.ssh_key.known_hosts
            known = await _named(cluster, gateway, hosts.secret_ref) if hosts else None
            return Credentials.ssh_key(await _named(cluster, gateway, auth.ssh_key.secret_ref), known)
        if auth_type == "githubApp" and auth.github_app:
            return Credentials.token(await _app_token(cluster, gateway))
        raise CredentialsInvalid(
            f"GatewaySync {gateway.namespace}/{gateway.cr_name}: authentication by {auth_type} was ordered, and spec.git.auth"
            " says otherwise by now; the next order follows"
        )

    return read


async def _app_token(cluster: Cluster, gateway: Gateway) -> str:
    """What the controller got for the app's key, as agents in a cluster find it mounted."""
    name = names.github_token_secret(gateway.cr_name)
    try:
        text = (await cluster.get(SECRETS, gateway.namespace, name)).text(names.GITHUB_TOKEN_KEY)
    except ObjectNotFound as error:
        raise CredentialsInvalid(
            f"GatewaySync {gateway.namespace}/{gateway.cr_name}: there is no token of its GitHub App yet; its condition"
            " RefResolved says why"
        ) from error
    redact.register(text)
    return text


async def _named(cluster: Cluster, gateway: Gateway, ref: SecretKey) -> str:
    return await _secret(cluster, gateway, ref.name, ref.key)


async def _spec(cluster: Cluster, gateway: Gateway) -> Spec:
    resource = await cluster.get(GATEWAYSYNCS, gateway.namespace, gateway.cr_name)
    return parse_spec(resource.spec, name=gateway.cr_name)


async def _secret(cluster: Cluster, gateway: Gateway, name: str, key: str) -> str:
    try:
        text = (await cluster.get(SECRETS, gateway.namespace, name)).text(key)
    except ObjectNotFound as error:
        raise CredentialsInvalid(
            f"Secret {gateway.namespace}/{name}, named by GatewaySync {gateway.cr_name}, is not in the manifests; add it"
        ) from error
    redact.register(text)
    return text
