"""The Secrets a resource names: read by name only, used for the look-up, their absence told with the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.errors import CredentialsInvalid, ObjectNotFound
from stoker.git.credentials import Credentials
from stoker.kube.cluster import SECRETS

if TYPE_CHECKING:
    from stoker.api.spec import SSHAuth
    from stoker.controller.outcome import Pass
    from stoker.kube.cluster import Cluster

KEY_SECONDS: Final = 60.0
"""For which an API key that was there is taken to be there."""


async def git_credentials(this: Pass, cluster: Cluster) -> None:
    """Fills ``credentials``, but for a GitHub App, which has a step of its own. Raises CredentialsInvalid when a Secret or its
    key is missing, and the store's errors.
    """
    spec = this.spec
    if spec is None:
        return
    if spec.auth_type == "none":
        this.credentials = Credentials.none()
    elif spec.auth_type == "token" and spec.git.auth.token:
        secret = spec.git.auth.token.secret_ref
        this.credentials = Credentials.token(await text_of(this, cluster, secret.name, secret.key))
    elif spec.auth_type == "ssh" and spec.git.auth.ssh_key:
        this.credentials = await _ssh(this, cluster, spec.git.auth.ssh_key)


async def api_key(this: Pass, cluster: Cluster) -> None:
    """Raises CredentialsInvalid when the Secret with the gateways' API key is missing; the key itself is the agents' business."""
    if this.spec is None:
        return
    api, now = this.spec.gateway.api, trio.current_time()
    seen = this.resource.metadata.generation, api.secret_name, api.secret_key
    # The pass that an answer brings about follows the one that asked within a moment.
    if this.memory.key_seen[0] != seen or now - this.memory.key_seen[1] > KEY_SECONDS:
        await text_of(this, cluster, api.secret_name, api.secret_key)
        this.memory.key_seen = seen, now


async def _ssh(this: Pass, cluster: Cluster, auth: SSHAuth) -> Credentials:
    key = await text_of(this, cluster, auth.secret_ref.name, auth.secret_ref.key)
    if not auth.known_hosts:
        return Credentials.ssh_key(key)
    hosts = auth.known_hosts.secret_ref
    return Credentials.ssh_key(key, await text_of(this, cluster, hosts.name, hosts.key))


async def text_of(this: Pass, cluster: Cluster, name: str, key: str) -> str:
    """One key of a Secret of the resource's namespace; CredentialsInvalid when it is missing or empty."""
    namespace = this.resource.metadata.namespace
    try:
        secret = await cluster.get(SECRETS, namespace, name)
    except ObjectNotFound:
        raise CredentialsInvalid(f"Secret {namespace}/{name} not found; create it with the key {key!r}") from None
    text = secret.text(key)
    if not text:
        raise CredentialsInvalid(f"Secret {namespace}/{name}, key {key!r}, is empty; put the credential into it")
    return text
