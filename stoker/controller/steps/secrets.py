"""The Secrets a resource names: read by name only, used for the look-up, their absence told with the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.errors import CredentialsInvalid, ObjectNotFound, StokerError, TransportUnsupported
from stoker.git.credentials import Credentials
from stoker.kube.cluster import SECRETS

if TYPE_CHECKING:
    from stoker.controller.outcome import Pass
    from stoker.kube.cluster import Cluster


async def git_credentials(this: Pass, cluster: Cluster) -> None:
    """Fills ``credentials``; a problem when the Secret or its key is missing, or the method is not served."""
    if this.spec is None:
        return
    try:
        this.credentials = await _credentials(this, cluster)
    except StokerError as error:
        this.problems.append(error)
        this.resolve_error = error


async def api_key(this: Pass, cluster: Cluster) -> None:
    """A problem when the Secret with the gateways' API key is missing; the key itself is the agents' business."""
    if this.spec is None:
        return
    api = this.spec.gateway.api
    try:
        await _text(this, cluster, api.secret_name, api.secret_key)
    except StokerError as error:
        this.problems.append(error)


async def _credentials(this: Pass, cluster: Cluster) -> Credentials:
    spec = this.spec
    if spec is None or spec.auth_type == "none":
        return Credentials.none()
    if spec.auth_type == "token" and spec.git.auth.token:
        ref = spec.git.auth.token.secret_ref
        return Credentials.token(await _text(this, cluster, ref.name, ref.key))
    raise TransportUnsupported(
        f"spec.git.auth: {spec.auth_type} is not served by this build; use an https URL with spec.git.auth.token"
    )


async def _text(this: Pass, cluster: Cluster, name: str, key: str) -> str:
    namespace = this.resource.metadata.namespace
    try:
        secret = await cluster.get(SECRETS, namespace, name)
    except ObjectNotFound:
        raise CredentialsInvalid(f"Secret {namespace}/{name} not found; create it with the key {key!r}") from None
    return secret.text(key)
