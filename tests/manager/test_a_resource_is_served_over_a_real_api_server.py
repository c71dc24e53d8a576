"""``kubectl apply`` of a resource, a pod that names it and an agent's report: what users then read with kubectl."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from tests.cluster import accounts

if TYPE_CHECKING:
    from tests.cluster.kubectl import Kubectl
    from tests.cluster.plane import Plane
    from tests.manager.site import Site


def test_it_is_resolved_and_handed_over(site: Site) -> None:
    site.resource()
    site.resolved()
    told = site.metadata()
    assert (told["gitURL"], told["ref"], told["authType"]) == (site.origin.url, "main", "none")
    assert "stoker.io/finalizer" in site.seen()["metadata"]["finalizers"]


def test_its_columns_are_what_people_look_for(site: Site, kubectl: Kubectl) -> None:
    site.resource()
    site.pod("gw-0")
    site.report("gw-0")
    site.until(lambda: site.words("Ready")[0] == "True", "ready")
    head, row = kubectl("get", "gs", "-o", "wide").splitlines()
    assert re.split(r"\s{2,}", head.strip())[:7] == ["NAME", "REF", "GATEWAYS", "READY", "STATUS", "COMMIT", "PROFILES"]
    assert re.split(r"\s{2,}", row)[1:7] == ["main", "1/1 synced", "True", "All gateways synced", site.commit[:7], "1"]


def test_kubectl_waits_for_ready(site: Site, kubectl: Kubectl) -> None:
    site.resource()
    site.pod("gw-0")
    site.report("gw-0")
    assert "condition met" in kubectl("wait", "--for=condition=Ready", "gs/plant", "--timeout=50s")
    assert "SyncCompleted" in kubectl("describe", "gs", "plant")


def test_a_force_request_is_handed_over_and_echoed(site: Site, kubectl: Kubectl) -> None:
    site.resource()
    site.resolved()
    kubectl("annotate", "gs", "plant", "stoker.io/requested-at=now-please", "--overwrite")
    site.until(lambda: site.status().get("lastHandledRequestedAt") == "now-please", "echoed")
    assert site.metadata()["requestedAt"] == "now-please"


def test_a_push_is_looked_at_at_once(site: Site) -> None:
    site.resource()
    site.resolved()
    pushed = site.origin.commit({"projects/site/project.json": "{ }"})
    site.annotate(pushed_at="2026-01-01T00:00:00.5Z")
    site.resolved(commit=pushed)


def test_a_requested_ref_goes_once_the_spec_agrees_and_only_then(site: Site) -> None:
    site.resource()
    site.resolved()
    site.origin.git("branch", "next", "main")
    site.annotate(requested_ref="next")
    site.until(lambda: site.status()["lastSyncRef"] == "next", "follows the request")
    assert site.seen()["metadata"]["annotations"]["stoker.io/requested-ref"] == "next"
    site.edit({"spec": {"git": {"ref": "refs/heads/next"}}})
    site.until(lambda: "stoker.io/requested-ref" not in site.seen()["metadata"].get("annotations", {}), "removed")


def handled(site: Site, moment: str) -> bool:
    return bool(site.status().get("lastHandledRequestedAt") == moment)


def test_a_failure_is_an_event_once_and_again_after_a_success(site: Site) -> None:
    site.resource(git={"repo": site.origin.url, "ref": "missing"})
    for moment in ("first", "second", "third"):
        site.annotate(requested_at=moment)
        site.until(partial(handled, site, moment), f"{moment} try")
    assert len(site.events("RefResolutionFailed")) == 1
    site.edit({"spec": {"git": {"ref": "main"}}})
    site.resolved()
    site.edit({"spec": {"git": {"ref": "missing"}}})
    site.until(lambda: len(site.events("RefResolutionFailed")) == 2, "told again")


def test_nothing_is_written_once_nothing_changes(site: Site) -> None:
    site.resource()
    site.pod("gw-0")
    site.report("gw-0")
    site.until(lambda: site.words("Ready")[0] == "True", "ready")
    before = versions(site)
    site.annotate(pushed_at="2026-01-01T00:00:00.5Z")
    site.annotate(requested_at="marker")
    site.until(lambda: site.status().get("lastHandledRequestedAt") == "marker", "both handled")
    assert versions(site) == before


def versions(site: Site) -> list[str]:
    """Of all that two passes without news must leave alone."""
    owned = [site.find("configmaps", f"stoker-{kind}-plant") for kind in ("status", "changes")]
    owned.append(site.find("rolebindings", "stoker-agent-plant", "apis/rbac.authorization.k8s.io/v1"))
    return [one["metadata"]["resourceVersion"] if one else "" for one in owned]


def test_its_agents_are_bound_to_their_role_and_can_work_with_it(site: Site, plane: Plane, kubectl: Kubectl) -> None:
    site.resource()
    site.pod("gw-0", account="gateway")
    site.pod("gw-1", account="other")
    role = ("rolebindings", "stoker-agent-plant", "apis/rbac.authorization.k8s.io/v1")
    site.until(
        lambda: [one["name"] for one in (site.find(*role) or {}).get("subjects", [])] == ["gateway", "other"], "bound"
    )
    found = site.find(*role)
    assert found is not None
    assert found["metadata"]["ownerReferences"][0]["name"] == "plant"
    as_agent = kubectl.bearing(accounts.token_for(plane, site.namespace, "gateway"))
    assert as_agent("get", "cm", "stoker-metadata-plant", "-o", "name").strip() == "configmap/stoker-metadata-plant"
    assert as_agent.run("get", "secrets").returncode == 1


def test_a_foreign_role_in_the_binding_is_replaced(site: Site) -> None:
    group = "apis/rbac.authorization.k8s.io/v1"
    foreign = {
        "metadata": {"name": "stoker-agent-plant", "labels": {"app.kubernetes.io/managed-by": "stoker-operator"}},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
    }
    site.admin.create(site.path("rolebindings", group=group), foreign)
    site.resource()

    def role() -> str:
        found = site.find("rolebindings", "stoker-agent-plant", group)
        return found["roleRef"]["name"] if found else ""

    site.until(lambda: role() == "stoker-agent", "recreated with the right role")
