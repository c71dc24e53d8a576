"""The whole way, every part a process: a signed push request, the manager, the API server, the agent, the gateway, and back."""

from __future__ import annotations

import hashlib
import hmac
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import trio

from stoker.api import names
from tests.cluster import accounts
from tests.manager.process import Manager
from tests.sidecar.site import CR, eventually, opens

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.cluster.kubectl import Kubectl
    from tests.sidecar.site import Site

HMAC = "hmac-secret-0815"


class Managed:
    """A site whose maps, bindings and status are the manager's business."""

    def __init__(self, site: Site, manager: Manager) -> None:
        self.site = site
        self.manager = manager
        self._path = f"/apis/{names.API_VERSION}/namespaces/{site.namespace}/{names.PLURAL}/{CR}"

    async def order(self, port: int) -> None:
        """The resource as a user would write it, and its API key."""
        self.site.plane.admin.create(
            f"/api/v1/namespaces/{self.site.namespace}/secrets",
            {"metadata": {"name": "ignition"}, "stringData": {"apiKey": "stoker:key"}},
        )
        spec = {
            "git": {"repo": self.site.origin.url, "ref": "main"},
            "polling": {"interval": "1h"},
            "gateway": {"port": port, "api": {"secretName": "ignition"}},
            "sync": {"profiles": {"default": {"mappings": [{"source": "projects", "destination": "projects"}]}}},
        }
        self.site.plane.admin.patch(self._path, {"spec": spec})

    async def push(self, **payload: Any) -> int:
        """A signed webhook; the status of its answer."""
        url = await trio.to_thread.run_sync(self.manager.url, "receiver")
        raw = json.dumps(payload).encode()
        signed = {"X-Hub-Signature-256": f"sha256={hmac.new(HMAC.encode(), raw, hashlib.sha256).hexdigest()}"}
        headers = signed | {"X-GitHub-Event": "push"}
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            answer = await client.post(f"{url}/webhook/{self.site.namespace}/{CR}", content=raw, headers=headers)
        return answer.status_code

    def ready(self, commit: str) -> bool:
        """Does the resource say so of that commit?"""
        status = self.site.plane.admin.get(self._path).get("status", {})
        good = {one["type"]: one["status"] for one in status.get("conditions", [])}
        return status.get("lastSyncCommit") == commit and good.get("Ready") == "True"


@pytest.fixture
async def managed(site: Site) -> AsyncIterator[Managed]:
    """The site with a manager of its own, and no right for the agents but what that gives them."""
    plane, home = site.plane, f"{site.namespace}-home"
    token = accounts.manager_token(plane, home=home, watched=[site.namespace])
    config = plane.write_kubeconfig(home, {"token": token}, namespace=home)
    narrow = ("--watch-namespaces", site.namespace, "--receiver", "127.0.0.1:0")
    manager = Manager(site.root / "manager", config, narrow, {"WEBHOOK_HMAC_SECRET": HMAC})
    unbound = f"{names.AGENT_ROLE}-{site.namespace}-default"
    plane.admin.delete(f"/apis/rbac.authorization.k8s.io/v1/namespaces/{site.namespace}/rolebindings/{unbound}")
    try:
        await trio.to_thread.run_sync(manager.ready)
        yield Managed(site, manager)
    finally:
        manager.close()


async def test_a_push_is_live_scanned_and_in_the_status(site: Site, managed: Managed, kubectl: Kubectl) -> None:
    pod = await site.pod()
    await managed.order(pod.port)
    child = await pod.start()
    await opens(child, "/startupz")
    await eventually(lambda: managed.ready(site.first))
    scanned = len(pod.gateway.scans)
    commit = site.origin.commit({"projects/line1/a.txt": "two\n"})
    assert await managed.push(ref="refs/heads/main", after=commit, deleted=False) == 202
    await eventually(lambda: len(pod.gateway.scans) == scanned + 2)
    assert (pod.data / "projects/line1/a.txt").read_text() == "two\n"
    await eventually(lambda: managed.ready(commit))
    listed = await trio.to_thread.run_sync(partial(kubectl, "get", "gs", CR))
    assert "1/1 synced" in listed
    await eventually(lambda: commit in str(site.keys(names.changes_configmap(CR))))  # after the report
    history = await trio.to_thread.run_sync(partial(kubectl, "get", "cm", names.changes_configmap(CR), "-o", "yaml"))
    assert f'"commit":"{commit}"' in history


async def test_a_push_to_another_branch_reaches_no_gateway(site: Site, managed: Managed) -> None:
    pod = await site.pod()
    await managed.order(pod.port)
    await pod.start()
    await eventually(lambda: managed.ready(site.first))
    scanned = list(pod.gateway.scans)
    site.origin.commit({"projects/line1/a.txt": "two\n"}, branch="feature")
    assert await managed.push(ref="refs/heads/feature", deleted=False) == 202
    commit = site.origin.commit({"projects/line1/a.txt": "three\n"})
    assert await managed.push(ref="refs/heads/main", after=commit, deleted=False) == 202
    await eventually(lambda: managed.ready(commit))
    assert len(pod.gateway.scans) == len(scanned) + 2
