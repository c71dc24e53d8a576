"""Neighbours, namesakes, successors and strange hands in one namespace of a real API server."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cluster.plane import Plane
    from tests.manager.site import Site


def test_two_resources_share_a_namespace(site: Site) -> None:
    site.resource("north")
    site.resource("south")
    site.pod("gw-n", cr="north")
    site.pod("gw-s", cr="south")
    site.report("gw-n", "north")
    site.until(lambda: site.words("Ready", "north")[0] == "True", "north ready")
    site.until(lambda: set(site.gateways("south")) == {"gw-s"}, "south has its own")
    assert set(site.gateways("north")) == {"gw-n"}
    assert site.words("AllGatewaysSynced", "south")[2] == "0/1 synced"


def test_two_pods_of_one_gateway_name_keep_their_reports(site: Site) -> None:
    site.resource()
    for pod, state in (("gw-a", "Synced"), ("gw-b", "Error")):
        site.pod(pod, gateway_name="twin")
        site.report(pod, syncStatus=state)
    site.until(lambda: site.words("AllGatewaysSynced")[2] == "1/2 synced", "both counted")
    both = {("twin", "Synced"), ("twin", "Error")}
    site.until(lambda: {(one["name"], one.get("syncStatus")) for one in site.gateways().values()} == both, "both told")
    assert set(site.map("stoker-status-plant") or {}) == {"gw-a", "gw-b"}


def test_a_pod_that_changes_its_resource_is_the_other_s_from_then_on(site: Site) -> None:
    site.resource("north")
    site.resource("south")
    site.pod("gw-0", cr="north")
    site.until(lambda: set(site.gateways("north")) == {"gw-0"}, "north's")
    site.admin.patch(site.path("pods", "gw-0"), {"metadata": {"annotations": {"stoker.io/cr-name": "south"}}})
    site.until(lambda: set(site.gateways("south")) == {"gw-0"}, "south's")
    site.until(lambda: not site.gateways("north"), "north's no more")


def test_a_pod_without_a_name_is_the_only_resource_s_until_there_is_another(site: Site) -> None:
    site.resource("north")
    site.pod("gw-0", cr="")
    site.until(lambda: set(site.gateways("north")) == {"gw-0"}, "found by itself")
    site.resource("south")
    site.until(lambda: not site.gateways("north"), "nobody's")


def test_a_gateway_without_an_agent_is_told_once(site: Site) -> None:
    site.resource()
    site.pod("gw-0", agent=False)
    site.until(lambda: site.words("SidecarInjected")[1] == "SidecarMissing", "told")
    site.report("gw-0")
    site.annotate(requested_at="look-again")
    site.until(lambda: site.status().get("lastHandledRequestedAt") == "look-again", "another pass")
    assert site.gateways()["gw-0"]["syncStatus"] == "MissingSidecar", "whatever an old report says"
    assert len(site.events("MissingSidecar")) == 1


def test_a_gateway_at_another_commit_is_skew(site: Site) -> None:
    site.resource()
    site.pod("gw-0")
    site.report("gw-0", syncedCommit="e" * 40)
    site.until(lambda: site.words("RefSkew")[0] == "True", "skewed")
    assert "gw-0" in site.words("RefSkew")[2]
    assert site.words("Ready")[0] == "False"
    since = site.condition("ProfilesValid")["lastTransitionTime"]
    site.report("gw-0")
    site.until(lambda: site.words("RefSkew")[0] == "False", "no more")
    assert site.condition("ProfilesValid")["lastTransitionTime"] == since


def is_empty(site: Site, name: str) -> bool:
    return site.map(name) == {}


def test_maps_that_were_deleted_or_edited_by_hand_are_as_they_should_be_again(site: Site) -> None:
    site.resource()
    site.resolved()
    for name in ("stoker-metadata-plant", "stoker-status-plant", "stoker-changes-plant"):
        site.admin.delete(site.path("configmaps", name))
        site.until(partial(site.find, "configmaps", name), f"{name} anew")
    path = site.path("configmaps", "stoker-metadata-plant")
    site.admin.patch(path, {"data": {"commit": "f" * 40, "more": "x"}, "metadata": {"labels": None}})
    site.until(lambda: site.metadata().get("commit") == site.commit and "more" not in site.metadata(), "mended")
    found = site.find("configmaps", "stoker-metadata-plant")
    assert found is not None
    assert found["metadata"]["labels"]["stoker.io/cr-name"] == "plant"
    for name in ("stoker-status-plant", "stoker-changes-plant"):
        site.admin.patch(site.path("configmaps", name), {"data": {"nobody": "{}"}})
        site.until(partial(is_empty, site, name), f"{name} without strangers")


def test_a_binding_that_was_deleted_or_edited_by_hand_is_as_it_should_be_again(site: Site) -> None:
    group = "apis/rbac.authorization.k8s.io/v1"
    path = site.path("rolebindings", "stoker-agent-plant", group)

    def bound() -> list[str]:
        found = site.find("rolebindings", "stoker-agent-plant", group)
        return [one["name"] for one in found.get("subjects", [])] if found else []

    site.resource()
    site.until(lambda: bound() == ["default"], "without pods the default account")
    site.pod("gw-0", account="gateway")
    site.until(lambda: bound() == ["gateway"], "follows the pod")
    site.admin.delete(path)
    site.until(lambda: bound() == ["gateway"], "anew")
    site.admin.patch(path, {"subjects": [{"kind": "ServiceAccount", "name": "stranger", "namespace": site.namespace}]})
    site.until(lambda: bound() == ["gateway"], "mended")


def test_reports_of_older_agents_count(site: Site) -> None:
    """They write the whole map, key by gateway name, know no podUID and send nulls."""
    site.resource()
    site.pod("gw-0", gateway_name="mixer")
    site.report("gw-0", key="mixer", podUID=None, lastSyncTime="2999-01-01T00:00:00Z", agentVersion="0.3.1")
    site.until(lambda: site.words("Ready")[0] == "True", "counted")
    old = {"syncStatus": "Synced", "syncedCommit": site.commit, "projectsSynced": None, "errorMessage": None}
    whole = site.find("configmaps", "stoker-status-plant")
    assert whole is not None
    whole["data"] = {"mixer": json.dumps(old | {"lastSyncTime": "2999-01-01T00:00:00Z", "agentVersion": "0.3.2"})}
    site.admin.request("PUT", site.path("configmaps", "stoker-status-plant"), whole)
    site.until(lambda: site.gateways()["gw-0"].get("agentVersion") == "0.3.2", "read")
    assert set(site.map("stoker-status-plant") or {}) == {"mixer"}


def test_profiles_that_fit_no_map_are_told_and_crash_nothing(site: Site) -> None:
    mappings = [{"source": "projects", "destination": "projects"}]
    profiles = {f"p{number}": {"mappings": mappings} for number in range(200)}
    many = {f"v{number}": "x" * 250 for number in range(30)}
    site.resource(sync={"defaults": {"vars": many}, "profiles": profiles})
    site.until(lambda: site.words("AllGatewaysSynced")[1] == "MapsTooLarge", "told")
    assert "stoker-metadata-plant" in site.words("AllGatewaysSynced")[2]
    site.edit({"spec": {"sync": {"defaults": {"vars": None}}}})
    site.resolved()
    site.until(lambda: site.words("AllGatewaysSynced")[1] != "MapsTooLarge", "mended")


def test_deletion_leaves_nothing_behind(site: Site, collector: Plane) -> None:
    site.resource()
    site.pod("gw-0")
    site.resolved()
    site.admin.delete(site.path("gatewaysyncs", "plant"))
    site.gone()
    left = [one["metadata"]["name"] for one in collector.admin.get(site.path("configmaps"))["items"]]
    assert [name for name in left if name.startswith("stoker-")] == []
    assert site.find("rolebindings", "stoker-agent-plant", "apis/rbac.authorization.k8s.io/v1") is None


def test_a_successor_of_the_same_name_has_no_past(site: Site) -> None:
    first = site.resource()
    site.pod("gw-0")
    site.report("gw-0")
    site.annotate(requested_at="by-the-first")
    site.until(lambda: site.status().get("lastHandledRequestedAt") == "by-the-first", "handled")
    site.admin.delete(site.path("gatewaysyncs", "plant"))
    site.gone()
    second = site.resource()
    site.resolved()
    assert first["metadata"]["uid"] != second["metadata"]["uid"]
    assert "lastHandledRequestedAt" not in site.status()
    owner = site.find("configmaps", "stoker-metadata-plant")
    assert owner is not None
    assert [one["uid"] for one in owner["metadata"]["ownerReferences"]] == [second["metadata"]["uid"]]


def test_a_namespace_that_is_deleted_goes(site: Site, collector: Plane) -> None:
    site.resource()
    site.pod("gw-0")
    site.report("gw-0")
    site.until(lambda: site.words("Ready")[0] == "True", "ready")
    path = f"/api/v1/namespaces/{site.namespace}"
    collector.admin.delete(path)
    site.gone()
    site.until(lambda: not collector.admin.answers(path), "the namespace is gone")
