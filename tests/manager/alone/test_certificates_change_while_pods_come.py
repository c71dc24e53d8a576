"""The webhook's own certificate, made, told, rotated, spoilt and lost, while pods come to two replicas and each gets its agent.

The API server calls both replicas for every pod and takes none whose call fails, so that one failed handshake is a pod refused.
"""

from __future__ import annotations

import base64
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest

from stoker.admission.certificates import pairs
from stoker.admission.certificates.material import Material
from stoker.api import names
from tests.cluster import accounts
from tests.cluster.chart import RELEASE
from tests.cluster.client import RefusedError
from tests.manager.hook import CONFIGURATIONS, agents, pod
from tests.manager.process import Manager, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.plane import Plane
    from tests.manager.site import Json, Site

CONFIGURATION: Final = f"{RELEASE}-pod-injection"
SECRET: Final = f"{RELEASE}-webhook-cert"
WITHIN: Final = 60.0


@dataclass
class Replicas:
    """Two managers that share a home, and one configuration that names both."""

    place: Site
    home: str
    managers: list[Manager]
    refused: list[str] = field(default_factory=list)
    bare: int = 0
    served: int = 0

    # --- what there is -------------------------------------------------------------------------------------------

    @property
    def secret_path(self) -> str:
        """Of the certificate's Secret."""
        return f"/api/v1/namespaces/{self.home}/secrets/{SECRET}"

    def secret(self) -> Json:
        """As it is; empty when there is none."""
        try:
            return self.place.admin.get(self.secret_path)
        except RefusedError:
            return {}

    def material(self) -> Material:
        """What it holds."""
        return Material.read(self.secret().get("data") or {})

    def told(self) -> set[bytes]:
        """What each webhook is told to trust."""
        hooks = self.place.admin.get(f"{CONFIGURATIONS}/{CONFIGURATION}")["webhooks"]
        return {base64.b64decode(hook["clientConfig"].get("caBundle", "")) for hook in hooks}

    def whole(self) -> bool:
        """What is served was signed by the newest authority, which every webhook is told to trust."""
        held = self.material()
        if held.served is None or held.authority is None or self.told() != {held.bundle}:
            return False
        return pairs.issued_by(held.served.certificate, held.authority.certificate)

    # --- what is done to it --------------------------------------------------------------------------------------

    def configure(self) -> None:
        """One configuration of two webhooks, each a replica; nobody is told to trust anything yet."""
        hooks = []
        for number, manager in enumerate(self.managers):
            port = manager.url("webhook").rpartition(":")[2]
            hooks.append(
                {
                    "name": f"replica-{number}.stoker.io",
                    "admissionReviewVersions": ["v1"],
                    "sideEffects": "None",
                    "failurePolicy": "Fail",
                    "clientConfig": {"url": f"https://localhost:{port}/mutate-v1-pod"},
                    "rules": [
                        {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
                    ],
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": self.place.namespace}},
                }
            )
        body = {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "MutatingWebhookConfiguration",
            "webhooks": hooks,
        }
        self.place.admin.apply({**body, "metadata": {"name": CONFIGURATION}})

    def rotate(self, token: str) -> None:
        """As people ask for it; returns when all of it is done."""
        self.place.admin.patch(self.secret_path, {"metadata": {"annotations": {names.REQUESTED_AT: token}}})
        until(
            lambda: self.secret()["metadata"]["annotations"].get(names.HANDLED_AT) == token, "taken up", within=WITHIN
        )
        until(self.whole, f"rotation {token} is over", within=WITHIN)

    def load(self, stop: threading.Event) -> None:
        """Pods, one after another."""
        while not stop.is_set():
            try:
                made = self.place.admin.create(self.place.path("pods") + "?dryRun=All", pod())
            except RefusedError as error:
                self.refused.append(error.message)
            else:
                self.served += 1
                self.bare += not agents(made)


@pytest.fixture
def replicas(plane: Plane, place: Site, tmp_path: Path) -> Iterator[Replicas]:
    """Two, with a resource, and a webhook that works."""
    home = f"certificates-{place.namespace}"
    token = accounts.manager_token(plane, home=home, watched=[place.namespace])
    plane.admin.apply(*accounts.rights(home, [place.namespace], webhook={"enabled": True}))
    config = plane.write_kubeconfig(home, {"token": token}, namespace=home)
    place.resource()
    names_of_ours = {"secret": SECRET, "service": "webhook", "configuration": CONFIGURATION}
    own = [word for part, name in names_of_ours.items() for word in (f"--webhook-{part}", name)]
    words = [
        "--watch-namespaces",
        place.namespace,
        "--webhook",
        "127.0.0.1:0",
        *own,
        "--default-agent-image",
        "stoker:1",
    ]
    managers = [Manager(tmp_path / "managers", config, words, name=f"manager-{number}") for number in range(2)]
    made = Replicas(place, home, managers)
    try:
        for manager in managers:
            manager.ready()
        made.configure()
        until(made.whole, "the API server is told", within=WITHIN)
        until(lambda: agents(place.admin.create(place.path("pods") + "?dryRun=All", pod())), "the webhook is called")
        yield made
    finally:
        for manager in managers:
            manager.close()
        plane.admin.delete(f"{CONFIGURATIONS}/{CONFIGURATION}")


def rotated(replicas: Replicas, times: int) -> None:
    """So many times, while pods come; not one of them was refused or went without."""
    stop = threading.Event()
    hands = [threading.Thread(target=replicas.load, args=(stop,)) for _ in range(2)]
    seen: set[Any] = set()
    for hand in hands:
        hand.start()
    try:
        for number in range(times):
            replicas.rotate(f"rotation-{number}")
            seen.add(replicas.material().trusted[0])
    finally:
        stop.set()
        for hand in hands:
            hand.join(60)
    assert len(seen) == times
    assert replicas.refused == []
    assert replicas.bare == 0
    assert replicas.served > times


@pytest.mark.timeout(300)
def test_ten_rotations_cost_no_pod_its_agent(replicas: Replicas) -> None:
    rotated(replicas, 10)


@pytest.mark.torture
def test_two_hundred_rotations_cost_no_pod_its_agent(replicas: Replicas) -> None:
    rotated(replicas, 200)


def test_what_is_lost_or_spoilt_is_put_back_as_it_was(replicas: Replicas) -> None:
    before = replicas.material()
    replicas.place.admin.delete(replicas.secret_path)
    until(lambda: replicas.material() == before, "the Secret is back")
    junk = base64.b64encode(b"junk").decode()
    replicas.place.admin.patch(replicas.secret_path, {"data": {"tls.key": junk, "ca.key": junk}})
    until(lambda: replicas.material() == before, "the Secret is mended")
    replicas.configure()
    until(lambda: replicas.told() == {before.bundle}, "the API server is told again")


def test_the_other_replica_goes_on_when_the_leader_ends(replicas: Replicas) -> None:
    before = replicas.material()
    first = next(manager for manager in replicas.managers if manager.lines("certificate_written"))
    first.close()
    other = next(manager for manager in replicas.managers if manager is not first)
    other.said("leading")
    replicas.place.admin.delete(replicas.secret_path)
    until(lambda: replicas.material().authority is not None, "there is one again", within=WITHIN)
    assert before.trusted[0] in replicas.material().trusted


def test_no_key_is_ever_logged(replicas: Replicas) -> None:
    held = replicas.material()
    assert held.served is not None
    assert held.authority is not None
    for manager in replicas.managers:
        text = manager.log.read_text(encoding="utf-8")
        assert "certificate_served" in text
        for key in (held.served.key, held.authority.key):
            assert key.decode().splitlines()[1] not in text
