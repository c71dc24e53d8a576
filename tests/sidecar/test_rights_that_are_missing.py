"""A role that is not bound, or not any more: named in the log with the command that mends it, once, and the agent goes on."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from stoker.api import names
from tests.cluster import accounts
from tests.sidecar.site import eventually, said

if TYPE_CHECKING:
    from tests.sidecar.site import Site


def take_away(site: Site) -> None:
    path = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{site.namespace}/rolebindings"
    site.plane.admin.delete(f"{path}/{names.AGENT_ROLE}-{site.namespace}-default")


def type_it(site: Site, command: str) -> None:
    """As somebody would who reads the log, with an administrator's kubectl."""
    path = f"{site.plane.binaries}:{os.environ['PATH']}"
    env = {"PATH": path, "KUBECONFIG": str(site.plane.kubeconfig), "HOME": str(site.root)}
    subprocess.run(["bash", "-ec", command], env=env, check=True, capture_output=True, timeout=60)


async def test_a_role_that_is_taken_away_is_told_once_and_the_command_in_the_log_brings_it_back(site: Site) -> None:
    pod = await site.pod()
    site.open()
    child = await pod.start()
    await site.synced(site.first)
    take_away(site)
    commit = site.push({"projects/line1/a.txt": "two\n"})
    told = await said(child, "report_forbidden", what=names.status_configmap("line"))
    assert (pod.data / "projects/line1/a.txt").read_text() == "two\n"
    assert "cannot patch resource" in told.fields["error"]
    type_it(site, told.fields["remedy"])
    await site.synced(commit)
    refused = [line.fields["what"] for line in child.lines if line.event == "report_forbidden"]
    assert sorted(refused) == ["events", "stoker-changes-line", "stoker-status-line"]


async def test_before_anything_is_bound_it_says_what_is_missing_and_begins_when_it_is(site: Site) -> None:
    pod = await site.pod()
    site.open()
    pod.mount(accounts.token_for(site.plane, site.namespace, "unbound"))
    child = await pod.start()
    told = await said(child, "watch_interrupted", reason="Forbidden")
    assert "cannot list resource" in told.fields["error"]
    site.plane.admin.apply(accounts.binding(names.AGENT_ROLE, (site.namespace, "unbound"), within=site.namespace))
    await site.synced(site.first)


async def test_a_role_without_events_holds_up_nothing_else(site: Site) -> None:
    pod = await site.pod()
    site.open()
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch", "patch"]}]
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": rules}
    site.plane.admin.apply({**role, "metadata": {"name": "only-maps", "namespace": site.namespace}})
    pod.mount(accounts.token_for(site.plane, site.namespace, "half"))
    bound = accounts.binding("only-maps", (site.namespace, "half"), within=site.namespace)
    bound["roleRef"]["kind"] = "Role"
    site.plane.admin.apply(bound)
    child = await pod.start()
    await site.synced(site.first)
    told = await said(child, "report_forbidden", what="events")
    assert "cannot get resource" in told.fields["error"]
    commit = site.push({"projects/line1/a.txt": "two\n"})
    await eventually(lambda: site.judged(commit))


async def test_a_projected_token_that_is_renewed_is_taken_up(site: Site) -> None:
    pod = await site.pod()
    site.open()
    pod.mount(accounts.agent_token(site.plane, site.namespace, "renewed"))
    child = await pod.start()
    await site.synced(site.first)
    # An account that is made anew is what ends a token before its time.
    site.plane.admin.delete(f"/api/v1/namespaces/{site.namespace}/serviceaccounts/renewed")
    fresh = accounts.agent_token(site.plane, site.namespace, "renewed")
    old = (pod.root / "account/token").read_text()
    await eventually(lambda: not is_good(site, old))
    commit = site.push({"projects/line1/a.txt": "two\n"})
    await said(child, "report_not_written", what=names.status_configmap("line"))
    pod.mount(fresh)
    await site.synced(commit)


def is_good(site: Site, token: str) -> bool:
    """Does the API server know that token still?"""
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
    answer = site.plane.admin.create("/apis/authentication.k8s.io/v1/tokenreviews", body)
    return bool(answer["status"].get("authenticated"))
