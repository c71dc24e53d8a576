"""The chart's webhook configuration, pointed at a manager of the test, and pods that come to the API server by it."""

from __future__ import annotations

import base64
import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from stoker.api import names
from stoker.web.certificate import self_signed
from tests.cluster.chart import only, rendered
from tests.cluster.client import RefusedError
from tests.manager.process import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.manager.process import Manager
    from tests.manager.site import Site

Json = dict[str, Any]
CONFIGURATIONS: Final = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
Pair = tuple[bytes, bytes]


def pair(folder: Path, *, old: Pair | None = None) -> Pair:
    """A new certificate in ``folder``; ``old``: that one again."""
    made = old or self_signed(("localhost",))
    folder.mkdir(exist_ok=True)
    for name, content in zip(("tls.crt", "tls.key"), made, strict=True):
        (folder / f"{name}.new").write_bytes(content)
        (folder / f"{name}.new").rename(folder / name)
    return made


@dataclass
class Hook:
    """The configuration for one namespace. ``failure``: its failurePolicy."""

    site: Site
    failure: str = "Ignore"
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = f"hook-{self.site.namespace}"

    def point(self, manager: Manager, *authorities: bytes) -> Hook:
        """To that manager, whose certificate is of one of these; returns once the API server does so."""
        body = copy.deepcopy(
            only(rendered({"webhook": {"failurePolicy": self.failure}}), "MutatingWebhookConfiguration")
        )
        (webhook,) = body["webhooks"]
        port = manager.url("webhook").rpartition(":")[2]
        bundle = base64.b64encode(b"".join(authorities)).decode()
        webhook["clientConfig"] = {"url": f"https://localhost:{port}/mutate-v1-pod", "caBundle": bundle}
        webhook["namespaceSelector"] = {"matchLabels": {"kubernetes.io/metadata.name": self.site.namespace}}
        body["metadata"] = {"name": self.name}
        self.site.admin.apply(body)
        return self

    def works(self) -> Hook:
        """Returns once an opted-in pod meets the webhook; the resource must be there."""
        until(lambda: agents(self.create(dry=True)), "the webhook is called")
        return self

    def remove(self) -> None:
        """Takes the configuration away."""
        self.site.admin.delete(f"{CONFIGURATIONS}/{self.name}")

    def create(self, body: Json | None = None, *, dry: bool = False) -> Json:
        """A pod; RefusedError."""
        path = self.site.path("pods") + ("?dryRun=All" if dry else "")
        return self.site.admin.create(path, body or pod())

    def refusal(self, body: Json) -> str:
        """Why the API server does not take it; empty when it does."""
        try:
            self.create(body, dry=True)
        except RefusedError as error:
            return error.message
        return ""


def pod(name: str = "gw-0", *, inject: str | None = "true", **annotations: str) -> Json:
    """A gateway's pod, as people write it."""
    written = {f"stoker.io/{key.replace('_', '-')}": value for key, value in annotations.items()}
    if inject is not None:
        written[names.INJECT] = inject
    data = {"name": "data", "mountPath": "/usr/local/bin/ignition/data"}
    container = {"name": "gateway", "image": "none", "imagePullPolicy": "IfNotPresent", "volumeMounts": [data]}
    spec = {
        "containers": [container],
        "volumes": [{"name": "data", "emptyDir": {}}],
        "securityContext": {"runAsUser": 2003},
    }
    return {"metadata": {"name": name, "annotations": written}, "spec": spec}


def agents(body: Json) -> list[Json]:
    """The agent's containers in a pod: one, or none."""
    return [one for one in body["spec"].get("initContainers", []) if one["name"] == names.AGENT_CONTAINER]
