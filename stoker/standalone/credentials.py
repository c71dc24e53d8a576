"""Gives agents their credentials from the Secrets in memory; nothing of them is ever written to a disk.

In a cluster an agent reads mounted files, which follow their Secret as it rotates; here each use asks the store again,
which follows the manifests in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.api.spec import Spec, parse_spec
from stoker.errors import CredentialsInvalid, ObjectNotFound, TransportUnsupported
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
    """Reads the repository's credential; the reader raises CredentialsInvalid, or TransportUnsupported."""

    async def read(auth_type: str) -> Credentials:
        if auth_type == "none":
            return Credentials.none()
        spec = await _spec(cluster, gateway)
        token = spec.git.auth.token
        if auth_type == "token" and token:
            return Credentials.token(await _secret(cluster, gateway, token.secret_ref.name, token.secret_ref.key))
        raise TransportUnsupported(
            f"GatewaySync {gateway.namespace}/{gateway.cr_name}: authentication by {auth_type} is not served by this "
            "build; use spec.git.auth.token with an https repository"
        )

    return read


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
