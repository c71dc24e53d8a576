"""What a user has in a cluster, as manifests: a resource, its Secret, gateways as the official chart makes them, their disks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from stoker.api import names

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Json = dict[str, Any]
IMAGE: Final = "docker.io/library/stoker"
TAG: Final = "test"
CR: Final = "plant"
UID: Final = 2003
KEY: Final = "stoker:k3y-of-the-gateway"
_KEY: Final = {"name": "api-key", "key": "apiKey"}
DATA: Final = "/usr/local/bin/ignition/data"
PROJECTS: Final = {"mappings": [{"source": "projects", "destination": "projects"}]}
_SEED: Final = (
    "cd /data; [ -e .ignition-seed-complete ] || { mkdir -p config projects && touch .ignition-seed-complete; }"
)


def resource(repo: str, profiles: Mapping[str, Json], agent: Json | None) -> Json:
    """Of one repository; nobody polls within the test. ``agent``: what the spec says of the injected container."""
    spec = {
        "git": {"repo": repo, "ref": "main"},
        "polling": {"interval": "1h"},
        "gateway": {"port": 8088, "tls": False, "api": {"secretName": "api-key", "secretKey": "apiKey"}},
        "sync": {"profiles": dict(profiles)},
    }
    spec |= {"agent": agent} if agent else {}
    return {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": {"name": CR}, "spec": spec}


def api_key() -> Json:
    """The Secret that the resource names."""
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": _KEY["name"]}, "stringData": {_KEY["key"]: KEY}}


def account() -> Json:
    """The official chart makes one of the release's name."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "ignition"}}


def volume(directory: Path, namespace: str, pod: str) -> Json:
    """A disk of the node for one pod, which belongs to the gateway's user."""
    directory.mkdir(parents=True)
    os.chown(directory, UID, UID)
    spec = {
        "capacity": {"storage": "1Gi"},
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "",
        "persistentVolumeReclaimPolicy": "Retain",
        "claimRef": {"namespace": namespace, "name": f"data-{pod}"},
        "hostPath": {"path": str(directory)},
    }
    name = f"{namespace}-{pod}"
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": spec}


def gateways(name: str, *, replicas: int = 1, **annotations: str) -> Json:
    """A StatefulSet as the official chart's: its data volume, user and init container. The simulated gateway is its image's
    process. ``annotations``: without their prefix, an underscore for each dash.
    """
    written = {f"stoker.io/{key.replace('_', '-')}": value for key, value in annotations.items()}
    labels = {"app.kubernetes.io/name": name}
    pod = {
        "metadata": {"labels": labels, "annotations": {names.INJECT: "true", names.CR_NAME: CR, **written}},
        "spec": _pod(),
    }
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "",
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    spec = {
        "serviceName": name,
        "replicas": replicas,
        "selector": {"matchLabels": labels},
        "template": pod,
        "volumeClaimTemplates": [claim],
    }
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": name}, "spec": spec}


def _pod() -> Json:
    image = {"image": f"{IMAGE}:{TAG}", "imagePullPolicy": "IfNotPresent"}
    gateway = {
        "name": "gateway",
        "command": ["stoker", "simulator", "--port", "8088", "--data-dir", DATA],
        "env": [{"name": "STOKER_SIMULATOR_API_KEY", "valueFrom": {"secretKeyRef": _KEY}}],
        "volumeMounts": [{"name": "data", "mountPath": DATA}],
        **image,
    }
    seed = {
        "name": "preconfigure",
        "command": ["sh", "-c", _SEED],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    return {
        "serviceAccountName": "ignition",
        "terminationGracePeriodSeconds": 20,
        "securityContext": {"runAsUser": UID, "runAsGroup": UID, "fsGroup": UID},
        "initContainers": [seed | image],
        "containers": [gateway],
    }
