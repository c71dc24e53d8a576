"""Whoever leads keeps the certificate's Secret and what the API server trusts as they should be, and repairs both at once.

Both are watched by name. What was written last is remembered, so that a Secret that somebody deleted or spoilt is put back as it
was, and nothing that is served loses its trust. A failure pauses the keeper, never the rest of who leads. The Secret belongs to
the webhook's configuration and goes with it, so that an uninstall leaves neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import trio

from stoker.admission.certificates import pairs
from stoker.admission.certificates.material import SECRET_TYPE, Material
from stoker.admission.certificates.plan import Known, next_material
from stoker.admission.certificates.repairs import Repairs
from stoker.admission.certificates.trust import tell, trust_of
from stoker.api import names
from stoker.api.times import utcnow
from stoker.kube.cluster import SECRETS, WEBHOOKS
from stoker.kube.informer import Informer
from stoker.observe.logs import get_logger
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from stoker.api.objects import MutatingWebhookConfiguration, Secret
    from stoker.kube.cluster import Cluster

SETTLED_SECONDS: Final = 3.0
"""From telling an API server of an authority until every one of several has heard it by its own watch."""
LOOK_SECONDS: Final = 600.0


class CertificatePlace(Value, frozen=True):
    """``secret`` and ``service`` are in ``namespace``; ``configuration`` is the MutatingWebhookConfiguration."""

    namespace: str
    secret: str
    service: str
    configuration: str

    @property
    def dns_names(self) -> tuple[str, ...]:
        """By which API servers reach the webhook's Service, the one that they use first; and a manager out of a cluster."""
        host = f"{self.service}.{self.namespace}"
        return f"{host}.svc", f"{host}.svc.cluster.local", host, "localhost"


class Keeper:
    """One life of it, while this replica leads; ``cluster`` must be the fenced one."""

    def __init__(
        self,
        cluster: Cluster,
        place: CertificatePlace,
        *,
        settled_seconds: float = SETTLED_SECONDS,
        now: Callable[[], datetime] = utcnow,
    ) -> None:
        self._cluster = cluster
        self._place = place
        self._settled_seconds = settled_seconds
        self._now = now
        self._log = get_logger("admission.certificates", namespace=place.namespace, secret=place.secret)
        self._repairs = Repairs(self._log, overtaken=settled_seconds)
        wake = self._repairs.wake
        self._secrets = Informer(cluster, SECRETS, place.namespace, name=place.secret, on_change=wake)
        self._webhooks = Informer(cluster, WEBHOOKS, name=place.configuration, on_change=wake)
        self._last = Material()
        self._configured = False
        self._told, self._told_since = b"", 0.0

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Runs until cancelled; started at once, for nobody else has to wait for it."""
        task_status.started()
        async with trio.open_nursery() as nursery:
            await nursery.start(self._secrets.run)
            await nursery.start(self._webhooks.run)
            await self._repairs.run(self._step)

    async def _step(self) -> float:
        """Puts right what is wrong; seconds until it must be looked at again even when nothing happens."""
        secret = self._secrets.get(self._place.namespace, self._place.secret)
        webhook = self._webhooks.get("", self._place.configuration)
        self._hear(webhook)
        if self._configured and webhook is None:
            return LOOK_SECONDS  # the release is being taken away, and the Secret with it
        self._configured = webhook is not None
        owner = _owner(webhook)
        owned = secret is not None and (
            not owner or owner[0]["uid"] in {one.uid for one in secret.metadata.owner_references}
        )
        read = Material.read(secret.data) if secret is not None else Material()
        found = read if read.authority is not None and read.served is not None else self._last
        found = found if found.authority is not None else read
        asked = _unhandled(secret)
        known = Known(self._told, self._settled(), anew=bool(asked))
        wanted, why = next_material(found, self._place.dns_names, self._now(), known)
        if secret is None or wanted != read or not owned:
            taken = asked if wanted.authority != found.authority else ""
            why = why or ("the Secret was lost or spoilt" if wanted != read else "the Secret belonged to nobody")
            await self._write(secret, wanted, why, _meta(taken, owner))
        self._last = wanted
        if webhook is not None and trust_of(webhook) != wanted.bundle:
            await tell(self._cluster, webhook, wanted.bundle)
        return self._settled_seconds if not self._settled() else LOOK_SECONDS

    def _hear(self, webhook: MutatingWebhookConfiguration | None) -> None:
        told = trust_of(webhook) if webhook is not None else b""
        if told != self._told:
            self._told, self._told_since = told, trio.current_time()

    def _settled(self) -> bool:
        return trio.current_time() >= self._told_since + self._settled_seconds

    async def _write(self, secret: Secret | None, wanted: Material, why: str, meta: dict[str, Any]) -> None:
        namespace, name = self._place.namespace, self._place.secret
        if secret is None:
            named = {"name": name, "namespace": namespace, "labels": {names.MANAGED_BY_LABEL: names.MANAGED_BY}}
            body = {"type": SECRET_TYPE, "metadata": {**named, **meta}, "data": wanted.data()}
            await self._cluster.create(SECRETS, namespace, body)
        else:
            version = {"resourceVersion": secret.metadata.resource_version}
            body = {"metadata": {**version, **meta}, "data": wanted.data()}
            await self._cluster.patch(SECRETS, namespace, name, body)
        expires = pairs.ends(wanted.served.certificate).isoformat() if wanted.served is not None else ""
        self._log.info("certificate_written", reason=why, expires=expires, authorities=len(wanted.trusted))


def _owner(webhook: MutatingWebhookConfiguration | None) -> list[dict[str, str]]:
    """As ownerReferences; empty while there is no configuration."""
    if webhook is None:
        return []
    meta = webhook.metadata
    return [{"apiVersion": WEBHOOKS.api_version, "kind": WEBHOOKS.kind, "name": meta.name, "uid": meta.uid}]


def _meta(taken: str, owner: list[dict[str, str]]) -> dict[str, Any]:
    """Of the Secret, beside its name; what is not known is left as it is."""
    meta: dict[str, Any] = {"ownerReferences": owner} if owner else {}
    return {**meta, "annotations": {names.HANDLED_AT: taken}} if taken else meta


def _unhandled(secret: Secret | None) -> str:
    """A request for a new certificate that was not taken up yet."""
    if secret is None:
        return ""
    asked = secret.metadata.annotations.get(names.REQUESTED_AT, "")
    return asked if asked != secret.metadata.annotations.get(names.HANDLED_AT, "") else ""
