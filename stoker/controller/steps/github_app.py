"""A GitHub App's installation token: exchanged by us, written to the Secret that agents mount, renewed before it expires.

The app's private key never leaves its Secret; agents get a token that lives an hour. What the exchange brings is the
look-up's credential as well, so its failure is told by RefResolved and tried again with the look-up's patience.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import trio

from stoker.api import names
from stoker.api.spec import DEFAULT_API
from stoker.controller.outcome import tokens_of
from stoker.controller.owned import frame, mending
from stoker.controller.steps.secrets import text_of
from stoker.errors import ObjectNotFound
from stoker.git.github_api import Installation
from stoker.git.github_app import EXCHANGE_ERRORS, identity_of
from stoker.kube.cluster import SECRETS
from stoker.observe.redact import Secret

if TYPE_CHECKING:
    from stoker.api.spec import GitHubAppAuth
    from stoker.controller.exchanges import Exchanges
    from stoker.controller.outcome import Pass
    from stoker.git.github_app import InstallationToken
    from stoker.kube.cluster import Cluster


async def keep(this: Pass, cluster: Cluster, exchanges: Exchanges) -> None:
    """Fills ``credentials`` and ``renewal``, or ``exchanging`` while an exchange runs; writes the token where it differs.

    Raises the exchange's errors (again while their retry is not due), CredentialsInvalid for the key's Secret, and the store's.
    """
    app = this.spec.git.auth.github_app if this.spec is not None and this.spec.auth_type == "githubApp" else None
    if not app:
        if this.spec is not None:
            exchanges.forget(this.key)
            await _take_back(this, cluster)
        return
    token = _token(this, await _installation(this, app, cluster), exchanges)
    if token is None:
        this.exchanging = True
        return
    this.credentials = token.credentials
    this.renewal = token.renewed_at
    await _hand_over(this, token, cluster)


async def _installation(this: Pass, app: GitHubAppAuth, cluster: Cluster) -> Installation:
    secret = app.private_key_secret_ref
    pem = await text_of(this, cluster, secret.name, secret.key, what="GitHub App private key")
    return Installation(app.api_base_url or DEFAULT_API, app.app_id, app.installation_id, Secret(pem))


def _token(this: Pass, installation: Installation, exchanges: Exchanges) -> InstallationToken | None:
    """The token; None while an exchange runs."""
    memory, identity = this.memory, identity_of(installation)
    token = exchanges.cached(this.key, installation)
    if token is not None:
        memory.app = identity
        return token
    failure = exchanges.failure(this.key)
    if failure is not None:
        raise failure
    same = memory.app == identity and memory.tokens == tokens_of(this.resource.metadata)
    last = memory.error
    if same and isinstance(last, EXCHANGE_ERRORS) and memory.look_ups.holds(trio.current_time()):
        raise type(last)(last.message, retry_after=last.retry_after)
    memory.app = identity
    exchanges.ask(this.key, installation)
    return None


async def _hand_over(this: Pass, token: InstallationToken, cluster: Cluster) -> None:
    namespace, name = this.key
    secret = names.github_token_secret(name)
    metadata = frame(this.resource, secret)
    metadata["annotations"] = {names.SECRET_TYPE: names.GITHUB_TOKEN_TYPE}
    data = {names.GITHUB_TOKEN_KEY: base64.b64encode(token.secret.reveal().encode()).decode()}
    try:
        present = await cluster.get(SECRETS, namespace, secret)
    except ObjectNotFound:
        body = {"type": "Opaque", "metadata": metadata, "data": data}
        await cluster.create(SECRETS, namespace, body)
        return
    patch: dict[str, Any] = {}
    if present.data != data:
        patch["data"] = data | {key: None for key in present.data if key not in data}
    meta = mending(present.metadata, metadata)
    if present.metadata.annotations.get(names.SECRET_TYPE) != names.GITHUB_TOKEN_TYPE:
        meta["annotations"] = metadata["annotations"]
    if meta:
        patch["metadata"] = meta
    if patch:
        await cluster.patch(SECRETS, namespace, secret, patch)


async def _take_back(this: Pass, cluster: Cluster) -> None:
    """A resource that used an app before its spec was changed leaves no token behind; looked for when that may be."""
    memory, generation = this.memory, this.resource.metadata.generation
    changed = generation not in {memory.tokens.generation, 1} and this.resource.status.observed_generation != generation
    if memory.app is None and not changed:
        return
    try:
        present = await cluster.get(SECRETS, this.resource.metadata.namespace, names.github_token_secret(this.key[1]))
        if any(owner.uid == this.resource.metadata.uid for owner in present.metadata.owner_references):
            meta = present.metadata
            await cluster.delete(SECRETS, meta.namespace, meta.name, uid=meta.uid)
    except ObjectNotFound:
        memory.app = None
    else:
        memory.app = None
