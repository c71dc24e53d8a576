"""A pod and its resource in, the JSON Patch out that puts the agent into the pod. Pure.

For any pod that the API server takes it takes the patched one too: names that the pod has already are not used twice, what it
lacks (labels, volumes) is made, and what the pod's own bounds forbid is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stoker.admission import data as places
from stoker.admission.sidecar import container, security
from stoker.admission.volumes import mounted
from stoker.api import names
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stoker.admission.images import Chosen
    from stoker.admission.pod import AdmittedPod
    from stoker.admission.review import Operation
    from stoker.admission.wanted import Wanted
    from stoker.api.objects import Pod
    from stoker.api.pods import Binding


class Injection(Value, frozen=True):
    """The patch, and what the pod's author should know."""

    patch: tuple[Operation, ...]
    warnings: tuple[str, ...]


def inject(pod: AdmittedPod, known: Pod, binding: Binding, wanted: Wanted, image: Chosen) -> Injection:
    """The agent of ``binding`` for ``pod``; ``known`` is the same pod as the rest of the house knows it."""
    found = places.find(pod)
    runs = security(pod, found.data.owner if found.data else None)
    volumes = mounted(binding.cr_name, wanted, [volume.name for volume in pod.spec.volumes or ()])
    agent = container(pod, binding, wanted, known=known, image=image, data=found.data, mounted=volumes, security=runs)
    patch = [*_marks(pod, binding), *_container(pod, agent), *_volumes(pod, volumes.volumes)]
    return Injection(tuple(patch), (*found.warnings, *runs.warnings, *_concerns(pod)))


def _marks(pod: AdmittedPod, binding: Binding) -> Iterator[Operation]:
    annotations = {names.INJECTED: "true"} | ({names.CR_NAME: binding.cr_name} if binding.cr_name_found else {})
    labels = {names.AGENT_LABEL: "true"}
    for where, present, wanted in (
        ("annotations", pod.metadata.annotations, annotations),
        ("labels", pod.metadata.labels, labels),
    ):
        if not present:
            yield _add(f"/metadata/{where}", wanted)
        else:
            for key, value in wanted.items():
                yield _add(f"/metadata/{where}/{_escaped(key)}", value)


def _container(pod: AdmittedPod, agent: dict[str, Any]) -> Iterator[Operation]:
    """Before all others, so that even what seeds the data directory finds the agent's files there."""
    if pod.spec.init_containers:
        yield _add("/spec/initContainers/0", agent)
    else:
        yield _add("/spec/initContainers", [agent])


def _volumes(pod: AdmittedPod, volumes: list[dict[str, Any]]) -> Iterator[Operation]:
    if pod.spec.volumes:
        yield from (_add("/spec/volumes/-", volume) for volume in volumes)
    else:
        yield _add("/spec/volumes", volumes)


def _concerns(pod: AdmittedPod) -> Iterator[str]:
    """What will not work, though any API server takes it."""
    if pod.spec.automount_service_account_token is False:
        yield "automountServiceAccountToken is false: without its token the agent cannot reach the API server"
    ours = {names.AGENT_PROBES_PORT, names.AGENT_METRICS_PORT}
    for one in pod.containers():
        for port in sorted(ours & {told.container_port for told in one.ports or ()}):
            yield f"container {one.name} has port {port}, which the agent needs: let it listen elsewhere"


def _add(path: str, value: Any) -> Operation:
    return {"op": "add", "path": path, "value": value}


def _escaped(key: str) -> str:
    """A key as a part of a JSON Pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
