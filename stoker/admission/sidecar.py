"""The agent's container: what it runs, is told, may do and is asked. Pure.

A native sidecar: an init container that stays (``restartPolicy: Always``), so that the gateway starts when its startup probe
says that the first sync is in, and ends before it. What the variables are called is what ``sidecar.environment`` reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from stoker.admission.data import DEFAULT
from stoker.api import names
from stoker.api.pods import written_gateway_name
from stoker.values import Value, field

if TYPE_CHECKING:
    from stoker.admission.data import DataMount
    from stoker.admission.images import Chosen
    from stoker.admission.pod import AdmittedPod, SecurityContext
    from stoker.admission.volumes import Mounted
    from stoker.admission.wanted import Wanted
    from stoker.api.objects import Pod
    from stoker.api.pods import Binding

REQUESTS: Final = {"cpu": "50m", "memory": "64Mi"}
LIMITS: Final = {"cpu": "200m", "memory": "256Mi"}
ANSWER_SECONDS: Final = 5
"""A probe may wait longer than the second that is usual: with a fifth of a core an agent in the middle of a merge needs it."""


class Security(Value, frozen=True):
    """Who runs the agent; ``warnings`` when that is root."""

    context: dict[str, Any]
    warnings: list[str] = field(default_factory=list)


def container(
    pod: AdmittedPod,
    binding: Binding,
    wanted: Wanted,
    *,
    known: Pod,
    image: Chosen,
    data: DataMount | None,
    mounted: Mounted,
    security: Security,
) -> dict[str, Any]:
    """As it stands in the pod."""
    made: dict[str, Any] = {
        "name": names.AGENT_CONTAINER,
        "image": image.image,
        "imagePullPolicy": image.pull_policy,
        "command": ["/agent"],
        "restartPolicy": "Always",
        "env": [
            *(data.env if data else ()),
            *_env(binding, wanted, known, data.path if data else DEFAULT, mounted.env),
        ],
        "ports": [{"name": "metrics", "containerPort": names.AGENT_METRICS_PORT, "protocol": "TCP"}],
        "startupProbe": _probe("/startupz", every=2, failures=150),
        "livenessProbe": _probe("/healthz", every=10, failures=3),
        "readinessProbe": _probe("/readyz", every=5, failures=3),
        "securityContext": security.context,
        "volumeMounts": [*mounted.mounts, *([data.mount] if data else [])],
    }
    if not pod.spec.resources:  # they bound the sum of all containers', which is not ours to fill
        made["resources"] = wanted.agent.resources or {"requests": REQUESTS, "limits": LIMITS}
    return made


def security(pod: AdmittedPod, owner: SecurityContext | None) -> Security:
    """The pod's user, else that of the container whose data mount is used: the files must be the gateway's."""
    context: dict[str, Any] = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    user = pod.spec.security_context.run_as_user if pod.spec.security_context else None
    if user is None and owner is not None and owner.run_as_user is not None:
        user = context["runAsUser"] = owner.run_as_user
        if owner.run_as_group is not None:
            context["runAsGroup"] = owner.run_as_group
    if user == 0:
        return Security(
            context, ["the gateway runs as root (runAsUser 0), and so does the agent, whose files it must own"]
        )
    return Security(context | {"runAsNonRoot": True})


def _env(binding: Binding, wanted: Wanted, known: Pod, data: str, files: dict[str, str]) -> list[dict[str, Any]]:
    gateway = written_gateway_name(known)
    return [
        _field("POD_NAME", "metadata.name"),
        _field("POD_NAMESPACE", "metadata.namespace"),
        _field("CR_NAMESPACE", "metadata.namespace"),
        _field("POD_UID", "metadata.uid"),
        _value("CR_NAME", binding.cr_name),
        _value("GATEWAY_NAME", gateway) if gateway else _field("GATEWAY_NAME", "metadata.name"),
        _value("PROFILE", binding.profile),
        _value("REPO_PATH", "/repo"),
        _value("DATA_PATH", data),
        _value("GATEWAY_PORT", str(wanted.gateway.usable_port)),
        _value("GATEWAY_TLS", str(wanted.gateway.tls).lower()),
        _value("SYNC_PERIOD", "30"),
        *(_value(variable, path) for variable, path in files.items()),
    ]


def _value(name: str, text: str) -> dict[str, Any]:
    """A text as it is: the kubelet would replace ``$(NAME)`` in it."""
    return {"name": name, "value": text.replace("$", "$$")}


def _field(name: str, path: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": path}}}


def _probe(path: str, *, every: int, failures: int) -> dict[str, Any]:
    return {
        "httpGet": {"path": path, "port": names.AGENT_PROBES_PORT},
        "periodSeconds": every,
        "failureThreshold": failures,
        "timeoutSeconds": ANSWER_SECONDS,
    }
