"""The manager's web servers: inward what the cluster's own machinery asks (probes, metrics), outward what serves users.

Each server gets its address and what it says; how is its room's business.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import trio

from stoker.admission.certificates.keeper import CertificatePlace
from stoker.admission.certificates.source import SecretCertificate
from stoker.admission.judge import AdmissionSettings
from stoker.admission.metrics import InjectorMetrics
from stoker.admission.run import run_admission
from stoker.api.times import utcnow
from stoker.kube.reviews import Reviewer
from stoker.nursery.service import Named
from stoker.observe.logs import get_logger
from stoker.observe.metrics import render
from stoker.receiver.app import create_app
from stoker.receiver.metrics import ReceiverMetrics
from stoker.values import Value
from stoker.web.bearer import Guarded
from stoker.web.certificate import self_signed, server_context
from stoker.web.certificate_files import CertificateFiles
from stoker.web.probes import probe_app
from stoker.web.serve import serve

if TYPE_CHECKING:
    from stoker.kube.cluster import Cluster
    from stoker.manager.options import Options
    from stoker.observe.metrics import CollectorRegistry
    from stoker.process.vitals import Vitals
    from stoker.settings import ReceiverSettings
    from stoker.web.certified import CertificateSource

CERTIFIED: Final = "stoker-manager"
"""The name in a certificate of our own making: no client can know the one by which it reaches us."""


class Sources(Value, frozen=True):
    """What the servers tell of, and act on."""

    cluster: Cluster
    registry: CollectorRegistry
    receiver: ReceiverSettings
    vitals: Vitals
    certificate: CertificatePlace | None = None


def outward(options: Options, sources: Sources, stopping: trio.Event) -> list[Named]:
    """What serves users; empty when nothing is asked for."""
    services: list[Named] = []
    if options.receiver is not None:
        metrics = ReceiverMetrics(sources.registry)
        app = create_app(
            sources.cluster,
            settings=sources.receiver,
            metrics=metrics,
            now=utcnow,
            namespaces=options.watch_namespaces,
        )
        services.append(
            Named("receiver", partial(_plain, "receiver_serving", app, options.receiver, stopping, options.linger))
        )
    if options.webhook is not None:
        serving = partial(
            run_admission,
            sources.cluster,
            certificates(options, sources),
            settings=admission_settings(options),
            metrics=InjectorMetrics(sources.registry),
            bind=options.webhook,
            stopping=stopping,
            linger=options.linger,
            on_bound=partial(_tell, "webhook_serving"),
        )
        services.append(Named("webhook", serving))
    return services


def certificates(options: Options, sources: Sources) -> CertificateSource:
    """Whoever has the webhook's: a folder that was named, else the Secret where ours is kept."""
    if options.webhook_cert_dir is not None:
        return CertificateFiles(options.webhook_cert_dir)
    assert sources.certificate is not None  # noqa: S101 - the options are judged before
    return SecretCertificate(sources.cluster, sources.certificate)


def certificate_place(options: Options, namespace: str) -> CertificatePlace | None:
    """Where a certificate of our own is kept; None when nobody serves with one."""
    if options.webhook is None or options.webhook_cert_dir is not None:
        return None
    return CertificatePlace(namespace, options.webhook_secret, options.webhook_service, options.webhook_configuration)


def admission_settings(options: Options) -> AdmissionSettings:
    """What admission is told by the command line."""
    return AdmissionSettings(
        default_image=options.default_agent_image,
        allowed_images=options.webhook_allowed_agent_images,
        when_paused=options.webhook_when_paused,
        namespaces=options.watch_namespaces,
    )


def inward(options: Options, sources: Sources, stopping: trio.Event) -> list[Named]:
    """Probes and metrics, where they are not off."""
    services: list[Named] = []
    live, ready = sources.vitals.live, lambda: sources.vitals.readiness.reasons
    if options.probes is not None:
        app = probe_app(live=live, ready=ready)
        services.append(Named("probes", partial(_plain, "probes_serving", app, options.probes, stopping)))
    if options.metrics is not None:
        told = probe_app(live=live, ready=ready, metrics=partial(render, sources.registry))
        guarded = Guarded(told, Reviewer(sources.cluster).may_get)
        services.append(Named("metrics", partial(_secure, "metrics_serving", guarded, options.metrics, stopping)))
    return services


async def _plain(
    event: str,
    app: object,
    bind: str,
    stopping: trio.Event,
    linger: float = 0.0,
    *,
    task_status: trio.TaskStatus[list[str]],
) -> None:
    tell = partial(_tell, event)
    await serve(app, bind=bind, stopping=stopping, linger=linger, on_bound=tell, task_status=task_status)


async def _secure(
    event: str, app: object, bind: str, stopping: trio.Event, *, task_status: trio.TaskStatus[list[str]]
) -> None:
    """Over TLS, with a certificate that each start of the service makes for itself."""
    context = server_context(*await trio.to_thread.run_sync(self_signed, (CERTIFIED, "localhost")))
    await serve(app, bind=bind, stopping=stopping, tls=context, on_bound=partial(_tell, event), task_status=task_status)


def _tell(event: str, urls: list[str]) -> None:
    get_logger("manager").info(event, urls=urls)
