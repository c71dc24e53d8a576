"""The certificate that every replica serves with: what the Secret holds, as soon as it holds it, without a restart.

What cannot be used is never served; the one before goes on. Reading is all that is done here: whoever leads writes.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import trio

from stoker.admission.certificates import pairs
from stoker.admission.certificates.material import Material
from stoker.kube.cluster import SECRETS
from stoker.kube.informer import Informer
from stoker.observe.logs import get_logger
from stoker.web.certified import LiveCertificate

if TYPE_CHECKING:
    from stoker.admission.certificates.keeper import CertificatePlace
    from stoker.admission.certificates.pairs import Pair
    from stoker.api.objects import Secret
    from stoker.kube.cluster import Cluster


class SecretCertificate:
    """A ``CertificateSource``: the pair in the Secret of ``place``."""

    def __init__(self, cluster: Cluster, place: CertificatePlace) -> None:
        self._place = place
        self._live: LiveCertificate | None = None
        self._served: Pair | None = None
        self._first = trio.Event()
        self._log = get_logger("web.certificate", namespace=place.namespace, secret=place.secret)
        self._secrets = Informer(cluster, SECRETS, place.namespace, name=place.secret, on_change=self._changed)

    async def __call__(self, *, task_status: trio.TaskStatus[ssl.SSLContext]) -> None:
        """Runs until cancelled; started with the context once the Secret holds a pair that can be served."""
        async with trio.open_nursery() as nursery:
            await nursery.start(self._secrets.run)
            if self._live is None:
                self._log.info("certificate_awaited", remedy="whoever leads makes it")
            await self._first.wait()
            assert self._live is not None  # noqa: S101 - that is what was waited for
            task_status.started(self._live.context)

    def _changed(self, _old: Secret | None, new: Secret | None) -> None:
        if new is None:
            self._log.warning(
                "certificate_gone", remedy="the one before is served until the leader has written another"
            )
            return
        pair = Material.read(new.data).served
        if pair is None or pair == self._served:
            return
        try:
            if self._live is None:
                self._live = LiveCertificate(pair.certificate, pair.key)
            else:
                self._live.replace(pair.certificate, pair.key)
        except ssl.SSLError as error:
            self._log.error(
                "certificate_not_loaded", error=str(error.reason), remedy="the one before is served until then"
            )
            return
        self._served = pair
        self._first.set()
        self._log.info("certificate_served", expires=pairs.ends(pair.certificate).isoformat())
