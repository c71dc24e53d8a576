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
MOMENT: Final = 2.0
"""For which it is there for another resource, too: those of a namespace often share one, and a start sees all of them."""


class Keys:
    """Which API keys were there a moment ago, for resources that have not been looked at yet."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, str], float] = {}

    def saw(self, place: tuple[str, str, str]) -> None:
        """It is there now; ``place``: namespace, Secret, key."""
        now = trio.current_time()
        self._seen.pop(place, None)
        self._seen[place] = now
        while now - next(iter(self._seen.values())) > MOMENT:
            del self._seen[next(iter(self._seen))]

    def were_there(self, place: tuple[str, str, str]) -> bool:
        """A moment ago."""
        return trio.current_time() - self._seen.get(place, float("-inf")) <= MOMENT


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
        this.credentials = Credentials.token(await text_of(this, cluster, secret.name, secret.key, what="token"))
    elif spec.auth_type == "ssh" and spec.git.auth.ssh_key:
        this.credentials = await _ssh(this, cluster, spec.git.auth.ssh_key)


async def api_key(this: Pass, cluster: Cluster, keys: Keys) -> None:
    """Raises CredentialsInvalid when the Secret with the gateways' API key is missing; the key itself is the agents' business."""
    if this.spec is None:
        return
    api, now = this.spec.gateway.api, trio.current_time()
    seen = this.resource.metadata.generation, api.secret_name, api.secret_key
    # The pass that an answer brings about follows the one that asked within a moment.
    if this.memory.key_seen is not None:
        of, at = this.memory.key_seen
        if of == seen and now - at <= KEY_SECONDS:
            return
    place = this.resource.metadata.namespace, api.secret_name, api.secret_key
    if this.memory.key_seen is not None or not keys.were_there(place):
        await text_of(this, cluster, api.secret_name, api.secret_key, what="gateway API key")
        keys.saw(place)
    this.memory.key_seen = seen, now


async def _ssh(this: Pass, cluster: Cluster, auth: SSHAuth) -> Credentials:
    key = await text_of(this, cluster, auth.secret_ref.name, auth.secret_ref.key, what="SSH key")
    if not auth.known_hosts:
        return Credentials.ssh_key(key)
    hosts = auth.known_hosts.secret_ref
    return Credentials.ssh_key(key, await text_of(this, cluster, hosts.name, hosts.key, what="known_hosts"))


async def text_of(this: Pass, cluster: Cluster, name: str, key: str, *, what: str) -> str:
    """One key of a Secret of the resource's namespace; CredentialsInvalid when it is missing or empty. ``what``: it holds."""
    namespace = this.resource.metadata.namespace
    try:
        secret = await cluster.get(SECRETS, namespace, name)
    except ObjectNotFound:
        raise CredentialsInvalid(
            f'{what} secret "{name}" not found; create Secret {namespace}/{name} with the key {key!r}'
        ) from None
    text = secret.text(key)
    if not text:
        raise CredentialsInvalid(
            f"{what}: Secret {namespace}/{name}, key {key!r}, is empty; put the credential into it"
        )
    return text
