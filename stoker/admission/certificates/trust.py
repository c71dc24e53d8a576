"""What the API server is told to trust (the caBundle of every webhook in one configuration): read, and written anew."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from stoker.admission.certificates import pairs
from stoker.kube.cluster import WEBHOOKS
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from stoker.api.objects import MutatingWebhookConfiguration
    from stoker.kube.cluster import Cluster


def trust_of(webhook: MutatingWebhookConfiguration) -> bytes:
    """What all of its webhooks are told to trust; empty when one is told nothing, or something else than the others."""
    told = {str(one.get("clientConfig", {}).get("caBundle") or "") for one in webhook.webhooks}
    if len(told) != 1:
        return b""
    try:
        return base64.b64decode(told.pop())
    except ValueError:
        return b""


async def tell(cluster: Cluster, webhook: MutatingWebhookConfiguration, bundle: bytes) -> None:
    """All of its webhooks trust that PEM from now on; raises what a patch raises, Conflict too.

    A list is replaced whole by a merge patch: the version sees to it that nothing of others is undone.
    """
    told = base64.b64encode(bundle).decode("ascii")
    webhooks = [{**one, "clientConfig": {**one.get("clientConfig", {}), "caBundle": told}} for one in webhook.webhooks]
    name, meta = webhook.metadata.name, {"resourceVersion": webhook.metadata.resource_version}
    await cluster.patch(WEBHOOKS, "", name, {"metadata": meta, "webhooks": webhooks})
    get_logger("admission.certificates").info("authority_told", webhook=name, authorities=len(pairs.split(bundle)))
