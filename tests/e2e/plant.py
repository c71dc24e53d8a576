"""What a user has in a cluster: a repository and who serves it, a gateway in the shape of the official chart, a resource."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import json
import os
from typing import TYPE_CHECKING, Any, Final

from stoker.api import names
from tests.fakes.githttp import Behaviour, HttpBackend
from tests.fakes.gitservers import HttpServer, Tracking, running
from tests.node import init

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.node.machine import Machine

Json = dict[str, Any]
IMAGE: Final = "docker.io/library/stoker"
TAG: Final = "test"
NAMESPACE: Final = "plant"
CR: Final = "plant"
UID: Final = 2003
SECRET: Final = "a-secret-of-the-push-sender"
KEY: Final = "stoker:k3y-of-the-gateway"
GIT_PORT: Final = 8418
DATA: Final = "/usr/local/bin/ignition/data"
_SEED: Final = (
    "cd /data; [ -e .ignition-seed-complete ] || { mkdir -p config projects && touch .ignition-seed-complete; }"
)


@contextlib.contextmanager
def served(machine: Machine, root: Path) -> Iterator[HttpServer]:
    """The repositories below ``root``, over HTTP in the node's network; pods reach it at the node's address."""
    answers = HttpServer(f"http://{init.NODE}:{GIT_PORT}", Behaviour())
    handler = type("Handler", (HttpBackend,), {"root": root, "served": answers})
    server = Tracking((init.NODE, GIT_PORT), handler, False)
    server.socket.close()
    server.socket = machine.tcp()
    server.server_bind()
    server.server_activate()
    with running(server):
        yield answers


def resource(url: str) -> Json:
    """Of one repository and one profile; nobody polls within the test."""
    mappings = [{"source": "projects", "destination": "projects"}]
    spec = {
        "git": {"repo": f"{url}/plant.git", "ref": "main"},
        "polling": {"interval": "1h"},
        "gateway": {"port": 8088, "tls": False, "api": {"secretName": "api-key", "secretKey": "apiKey"}},
        "sync": {"profiles": {"default": {"mappings": mappings}}},
    }
    return {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": {"name": CR}, "spec": spec}


def api_key() -> Json:
    """The Secret that the resource names."""
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "api-key"}, "stringData": {"apiKey": KEY}}


def account() -> Json:
    """The official chart makes one of the release's name."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "ignition"}}


def volume(directory: Path) -> Json:
    """A disk of the node, which belongs to the gateway's user."""
    directory.mkdir()
    os.chown(directory, UID, UID)
    claim = {"namespace": NAMESPACE, "name": "data-ignition-gateway-0"}
    spec = {
        "capacity": {"storage": "1Gi"},
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "",
        "persistentVolumeReclaimPolicy": "Retain",
        "claimRef": claim,
        "hostPath": {"path": str(directory)},
    }
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "data-0"}, "spec": spec}


def stateful_set() -> Json:
    """As the official chart's: its data volume, user and init container. The simulated gateway is its image's process."""
    image = {"image": f"{IMAGE}:{TAG}", "imagePullPolicy": "IfNotPresent"}
    gateway = {
        "name": "gateway",
        "command": ["stoker", "simulator", "--port", "8088", "--data-dir", DATA],
        "env": [{"name": "STOKER_SIMULATOR_API_KEY", "value": KEY}],
        "volumeMounts": [{"name": "data", "mountPath": DATA}],
        **image,
    }
    seed = {
        "name": "preconfigure",
        "command": ["sh", "-c", _SEED],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    pod = {
        "metadata": {
            "labels": {"app.kubernetes.io/name": "ignition"},
            "annotations": {names.INJECT: "true", names.CR_NAME: CR},
        },
        "spec": {
            "serviceAccountName": "ignition",
            "securityContext": {"runAsUser": UID, "runAsGroup": UID, "fsGroup": UID},
            "initContainers": [seed | image],
            "containers": [gateway],
        },
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
        "serviceName": "ignition",
        "replicas": 1,
        "selector": {"matchLabels": {"app.kubernetes.io/name": "ignition"}},
        "template": pod,
        "volumeClaimTemplates": [claim],
    }
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "ignition-gateway"}, "spec": spec}


def push(machine: Machine, address: tuple[str, int], commit: str, url: str) -> int:
    """A push as GitHub signs and sends it; the status of the answer."""
    repository = {"full_name": "acme/plant", "clone_url": f"{url}/plant.git"}
    body = json.dumps({"ref": "refs/heads/main", "after": commit, "repository": repository}).encode()
    mac = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-GitHub-Event": "push", "X-Hub-Signature-256": f"sha256={mac}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(*address)
    connection.sock = machine.dial(address, 30)
    with contextlib.closing(connection):
        connection.request("POST", f"/webhook/{NAMESPACE}/{CR}", body, headers)
        return connection.getresponse().status
