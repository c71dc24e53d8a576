"""The webhook as a service: the picture of the resources, and HTTPS by whoever has a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.admission.app import Admission
from stoker.admission.judge import Judge
from stoker.admission.resources import Resources
from stoker.web.certified import serve_certified

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.admission.judge import AdmissionSettings
    from stoker.admission.metrics import InjectorMetrics
    from stoker.kube.cluster import Cluster
    from stoker.web.certified import CertificateSource


KEPT: Final = {"keep_alive_timeout": 120, "read_timeout": 130}
"""Seconds that an idle connection is kept: longer than API servers keep theirs (90 s), so that it is they who end one. A
connection that we end just as a review comes is a review without an answer, and a pod without its agent."""


async def run_admission(
    cluster: Cluster,
    certificates: CertificateSource,
    *,
    settings: AdmissionSettings,
    metrics: InjectorMetrics,
    bind: str,
    stopping: trio.Event,
    linger: float = 0.0,
    on_bound: Callable[[list[str]], None] = lambda _: None,
    task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serves on ``bind`` until ``stopping``, on any replica, whoever leads; raises what ``serve_certified`` raises."""
    resources = Resources(cluster, settings.namespaces)
    app = Admission(Judge(resources, settings), metrics)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(resources.run)
        await serve_certified(
            app,
            certificates,
            bind=bind,
            stopping=stopping,
            linger=linger,
            on_bound=on_bound,
            options=KEPT,
            task_status=task_status,
        )
        nursery.cancel_scope.cancel()
