"""From a Pod, the description of a gateway, to the gateway it means here: data directory, address, resource, profile.

Owns: the ``hostPath`` volume, ``stoker.io/gateway-url`` and its default, what counts as running and injected, and that no
two gateways share a data directory. Which resource and profile a Pod has is decided by the same function as in
admission; this module only prepares its input. Pure, but for resolving paths.
"""

from __future__ import annotations

import copy
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from stoker.api import names
from stoker.api.objects import GatewaySync, Pod
from stoker.api.pods import bind_pod
from stoker.api.spec import parse_spec
from stoker.errors import BindingRefused, ManifestInvalid
from stoker.values import Mutable, Value, field

if TYPE_CHECKING:
    from collections.abc import Sequence


class Gateway(Value, frozen=True):
    """One gateway of this process. Equal values mean that a running agent need not be restarted."""

    namespace: str
    pod_name: str
    cr_name: str
    gateway_name: str
    profile: str
    data: Path
    url: str
    verify_tls: bool

    @property
    def label(self) -> str:
        """``namespace/pod``, for logs and service names."""
        return f"{self.namespace}/{self.pod_name}"

    @property
    def service(self) -> str:
        """The name of its agent among the services of the process."""
        return f"agent/{self.label}"


class Bound(Mutable):
    """What became of the Pods. ``pods``: bodies as they stand in the store; ``faults`` and ``concerns``: lines."""

    gateways: tuple[Gateway, ...] = ()
    pods: tuple[dict[str, Any], ...] = ()
    faults: list[str] = field(default_factory=list)
    concerns: list[str] = field(default_factory=list)


def bind_gateways(
    pods: Sequence[tuple[dict[str, Any], str]], resources: Sequence[GatewaySync], data_dir: Path | None
) -> Bound:
    """Bind each of ``pods`` (body, place) to one of ``resources``.

    A Pod without a usable volume or address is a fault; one that no resource wants is a concern, because in a cluster
    too a resource may be deleted before its gateways.
    """
    bound = Bound()
    if data_dir is not None and len(pods) > 1:
        bound.faults.append(f"--data-dir: there are {len(pods)} Pods in the manifests; give each its hostPath volume")
        return bound
    gateways: list[Gateway] = []
    bodies: list[dict[str, Any]] = []
    for body, place in pods:
        where = f"{place}: Pod {body['metadata']['namespace']}/{body['metadata']['name']}"
        if body["metadata"].get("annotations", {}).get(names.INJECT) == "false":
            continue
        try:
            gateway = _gateway(body, resources, data_dir)
        except BindingRefused as error:
            bound.concerns.append(f"{where}: {error}")
        except ManifestInvalid as error:
            bound.faults.append(f"{where}: {error}")
        else:
            gateways.append(gateway)
            bodies.append(running(body, gateway))
    bound.faults.extend(_shared(gateways))
    bound.gateways, bound.pods = tuple(gateways), tuple(bodies)
    return bound


def assumed_pod(namespace: str, host: str, data: Path) -> dict[str, Any]:
    """The Pod that ``--data-dir`` alone stands for: named after the host, profile ``default``."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": host, "namespace": namespace},
        "spec": {"volumes": [{"name": names.DATA_VOLUMES[0], "hostPath": {"path": str(data)}}]},
    }


def running(body: dict[str, Any], gateway: Gateway) -> dict[str, Any]:
    """``body`` as it would stand in a cluster after admission, once its containers run."""
    pod = copy.deepcopy(body)
    metadata = pod["metadata"]
    metadata["annotations"] = {
        **metadata.get("annotations", {}),
        names.INJECT: "true",
        names.INJECTED: "true",
        names.CR_NAME: gateway.cr_name,
    }
    metadata["labels"] = {**metadata.get("labels", {}), names.AGENT_LABEL: "true"}
    spec = pod.setdefault("spec", {})
    others = [c for c in spec.get("initContainers", []) if c.get("name") != names.AGENT_CONTAINER]
    spec["initContainers"] = [{"name": names.AGENT_CONTAINER, "restartPolicy": "Always"}, *others]
    pod["status"] = {"phase": "Running"}
    return pod


def _gateway(body: dict[str, Any], resources: Sequence[GatewaySync], data_dir: Path | None) -> Gateway:
    try:
        pod = msgspec.convert(body, Pod, strict=False)
    except msgspec.ValidationError as error:
        raise ManifestInvalid(f"cannot be read as a Pod: {error}") from error
    namespace = pod.metadata.namespace
    mine = [resource for resource in resources if resource.metadata.namespace == namespace]
    data = data_dir if data_dir is not None else _volume(pod)
    written = _written_address(pod)
    binding = bind_pod(pod, mine)
    resource = next(resource for resource in mine if resource.metadata.name == binding.cr_name)
    url = written or _default_address(resource)
    return Gateway(
        namespace=namespace,
        pod_name=pod.metadata.name,
        cr_name=binding.cr_name,
        gateway_name=binding.gateway_name,
        profile=binding.profile,
        data=Path(data).resolve(),
        url=url,
        verify_tls=not _is_loopback(urlsplit(url).hostname or ""),
    )


def _volume(pod: Pod) -> Path:
    for wanted in names.DATA_VOLUMES:
        for index, volume in enumerate(pod.spec.volumes):
            if volume.name != wanted or volume.host_path is None:
                continue
            if not volume.host_path.path.startswith("/") or "\0" in volume.host_path.path:
                raise ManifestInvalid(
                    f"spec.volumes[{index}].hostPath.path: must be the data directory's absolute path"
                )
            return Path(volume.host_path.path)
    raise ManifestInvalid(
        "spec.volumes: has no volume named ignition-data or data with a hostPath; without a cluster that is where the "
        "gateway's data directory is named"
    )


def _written_address(pod: Pod) -> str | None:
    """The annotation as a base URL without a trailing slash; None when there is none."""
    written = pod.metadata.annotations.get(names.GATEWAY_URL)
    if written is None:
        return None
    try:
        parts = urlsplit(written.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable, parts = False, urlsplit("")
    if not usable or parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise ManifestInvalid(
            f"metadata.annotations.{names.GATEWAY_URL}: must be http://HOST:PORT or https://HOST:PORT, "
            "without a path or a user"
        )
    return f"{parts.scheme}://{parts.netloc}"


def _default_address(resource: GatewaySync) -> str:
    gateway = parse_spec(resource.spec, name=resource.metadata.name).gateway
    return f"{'https' if gateway.tls else 'http'}://localhost:{gateway.port}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _shared(gateways: Sequence[Gateway]) -> list[str]:
    """Faults for data directories that are the same, or one inside the other."""
    return [
        f"Pods {other.label} and {gateway.label} share the data directory {gateway.data}: each gateway needs its own"
        for index, gateway in enumerate(gateways)
        for other in gateways[:index]
        if gateway.data == other.data or gateway.data in other.data.parents or other.data in gateway.data.parents
    ]
