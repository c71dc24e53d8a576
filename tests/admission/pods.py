"""Pods as people write them, and what an admitted one is looked at for: plain JSON in, plain JSON out."""

from __future__ import annotations

import copy
from typing import Any, Final

import msgspec

from stoker.admission.images import choose
from stoker.admission.inject import Injection, inject
from stoker.admission.pod import AdmittedPod
from stoker.admission.wanted import slimmed, wanted
from stoker.api import names
from stoker.api.objects import GatewaySync, ObjectMeta
from stoker.api.pods import bind_pod
from tests.api.samples import LEAST

Json = dict[str, Any]
NAMESPACE: Final = "plant-a"
IMAGE: Final = "stoker:1"
GATEWAY: Final[Json] = {
    "name": "gateway",
    "image": "ignition:8.3",
    "volumeMounts": [{"name": "data", "mountPath": "/usr/local/bin/ignition/data"}],
}
DATA: Final[Json] = {"name": "data", "persistentVolumeClaim": {"claimName": "data-gw-0"}}


def pod(*containers: Json, annotations: Json | None = None, labels: Json | None = None, **spec: Any) -> Json:
    """One that asks for an agent: a gateway with its data volume, unless told otherwise; ``None`` takes a field away."""
    metadata: Json = {"name": "gw-0", "annotations": {names.INJECT: "true", **(annotations or {})}}
    if labels is not None:
        metadata["labels"] = labels
    whole = {"volumes": [DATA], **spec, "containers": [*(containers or (GATEWAY,))]}
    kept = {key: value for key, value in whole.items() if value is not None}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": copy.deepcopy(kept)}


def resource(name: str = "plant", **spec: Any) -> GatewaySync:
    """A GatewaySync as admission keeps it; ``spec``: keys beside, or instead of, those of the least one."""
    return slimmed(GatewaySync(metadata=ObjectMeta(name=name, namespace=NAMESPACE), spec={**LEAST, **spec}))


def admitted(body: Json, *resources: GatewaySync) -> Injection:
    """What is done to a pod among ``resources`` (one that is the least, unless told)."""
    present = resources or (resource(),)
    asked = msgspec.convert(body, AdmittedPod)
    known = asked.known(NAMESPACE)
    binding = bind_pod(known, present)
    said = wanted(next(one for one in present if one.metadata.name == binding.cr_name))
    image = choose(asked, said.agent.image, default=IMAGE, allowed=("*",))
    return inject(asked, known, binding, said, image)


def patched(body: Json, patch: Any) -> Json:
    """A JSON Patch carried out (RFC 6902; admission only adds)."""
    result = copy.deepcopy(body)
    for operation in patch:
        assert operation["op"] == "add"
        *path, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
        here: Any = result
        for part in path:
            here = here[int(part)] if isinstance(here, list) else here[part]
        if isinstance(here, list):
            here.insert(len(here) if last == "-" else int(last), copy.deepcopy(operation["value"]))
        else:
            here[last] = copy.deepcopy(operation["value"])
    return result


def injected(body: Json, *resources: GatewaySync) -> Json:
    """The pod as it is after admission."""
    return patched(body, admitted(body, *resources).patch)


def agent(body: Json) -> Json:
    """The agent's container, which must be the first that starts."""
    first: Json = body["spec"]["initContainers"][0]
    assert first["name"] == names.AGENT_CONTAINER
    return first


def env(body: Json) -> dict[str, Any]:
    """The agent's variables: their texts, or the path of the field that they are taken from."""
    found = agent(body)["env"]
    assert len({one["name"] for one in found}) == len(found)
    return {one["name"]: one.get("value", one.get("valueFrom", {}).get("fieldRef")) for one in found}


def mount(body: Json, path: str) -> Json:
    """What the agent has mounted there."""
    (found,) = [one for one in agent(body)["volumeMounts"] if one["mountPath"] == path]
    return dict(found)


def volume(body: Json, path: str) -> Json:
    """The volume that the agent has mounted there."""
    (found,) = [one for one in body["spec"]["volumes"] if one["name"] == mount(body, path)["name"]]
    return dict(found)


def told(body: Json) -> dict[str, str]:
    """The agent's environment as the kubelet makes it: fields looked up, ``$$`` turned into ``$``."""
    fields = {
        "metadata.name": body["metadata"].get("name", "gw-made-0"),
        "metadata.namespace": NAMESPACE,
        "metadata.uid": "0815",
    }
    texts: dict[str, str] = {}
    for one in agent(body)["env"]:
        if "valueFrom" in one:
            texts[one["name"]] = fields[one["valueFrom"]["fieldRef"]["fieldPath"]]
        else:
            texts[one["name"]] = one["value"].replace("$$", "$")
    return texts
