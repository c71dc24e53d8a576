"""One story, in the order of its tests: installed, injected, started in order, pushed, forced, looked at, deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.chart import RELEASE
from tests.e2e import plant
from tests.e2e.conftest import HOME
from tests.manager.process import until

if TYPE_CHECKING:
    from tests.e2e.conftest import Cluster

POD = "ignition-gateway-0"
FILE = "projects/line1/a.txt"
RECORD = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8088/simulator/record').read().decode())"
pytestmark = pytest.mark.timeout(300)


def synced(cluster: Cluster, commit: str) -> None:
    """Until the resource says so."""

    def holds() -> bool:
        gateway = cluster.gateway()
        return gateway.get("syncStatus") == "Synced" and gateway.get("syncedCommit") == commit

    until(holds, f"Synced at {commit}: {cluster.gateway()}", within=120)


def test_the_chart_s_replicas_become_ready(cluster: Cluster) -> None:
    cluster.node.kubectl(HOME)(
        "wait", f"deployment/{RELEASE}-controller-manager", "--for=condition=Available", "--timeout=55s"
    )


def test_the_gateway_starts_after_its_agent_and_is_synced(cluster: Cluster) -> None:
    commit = str(cluster.origin.hash_of("main"))
    synced(cluster, commit)
    status = cluster.node.plane.admin.get(f"/api/v1/namespaces/{plant.NAMESPACE}/pods/{POD}")["status"]
    (agent, seed), (gateway,) = status["initContainerStatuses"], status["containerStatuses"]
    assert agent["name"] == "stoker-agent"
    assert agent["state"]["running"]["startedAt"] <= seed["state"]["terminated"]["startedAt"]
    assert seed["state"]["terminated"]["finishedAt"] <= gateway["state"]["running"]["startedAt"]
    assert (cluster.data / FILE).read_text(encoding="utf-8") == "one\n"
    assert (cluster.data / FILE).stat().st_uid == plant.UID


def test_a_signed_push_becomes_files_and_a_scan(cluster: Cluster) -> None:
    commit = cluster.origin.commit({FILE: "two\n"}, message="second")
    assert plant.push(cluster.node.machine, cluster.receiver(), commit, cluster.url) == 202
    synced(cluster, commit)
    assert (cluster.data / FILE).read_text(encoding="utf-8") == "two\n"
    record: dict[str, Any] = json.loads(
        cluster.kubectl("exec", POD, "-c", "gateway", "--", "/opt/stoker/bin/python", "-c", RECORD)
    )
    assert record["halfWritten"] == []


def test_an_annotation_forces_one_more(cluster: Cluster) -> None:
    cluster.kubectl("annotate", "gs", plant.CR, "stoker.io/requested-at=now")
    until(lambda: cluster.resource()["status"].get("lastHandledRequestedAt") == "now", "it is handled")


def test_a_push_after_the_leader_s_end_is_served_by_the_other_replica(cluster: Cluster) -> None:
    home = cluster.node.kubectl(HOME)
    lease = json.loads(home("get", "leases", "-o", "json"))["items"][0]
    home("delete", "pod", lease["spec"]["holderIdentity"].split("_")[0], "--wait=false")
    commit = cluster.origin.commit({FILE: "three\n"}, message="third")
    assert plant.push(cluster.node.machine, cluster.receiver(), commit, cluster.url) == 202
    synced(cluster, commit)
    assert (cluster.data / FILE).read_text(encoding="utf-8") == "three\n"


def test_an_agent_that_is_killed_comes_back_and_the_gateway_runs_on(cluster: Cluster) -> None:
    where = f"/api/v1/namespaces/{plant.NAMESPACE}/pods/{POD}"
    gateway = cluster.node.plane.admin.get(where)["status"]["containerStatuses"][0]["containerID"]
    cluster.node.kill(plant.NAMESPACE, POD, "stoker-agent")

    def back() -> bool:
        agent = cluster.node.plane.admin.get(where)["status"]["initContainerStatuses"][0]
        return bool(agent["restartCount"] == 1 and agent["ready"])

    until(back, "the agent is back and ready", within=120)
    commit = cluster.origin.commit({FILE: "four\n"}, message="fourth")
    assert plant.push(cluster.node.machine, cluster.receiver(), commit, cluster.url) == 202
    synced(cluster, commit)
    assert cluster.node.plane.admin.get(where)["status"]["containerStatuses"][0]["containerID"] == gateway


def test_the_agent_s_log_is_json_and_tells_no_secret(cluster: Cluster) -> None:
    lines = cluster.kubectl("logs", POD, "-c", "stoker-agent").splitlines()
    assert {"timestamp", "level", "event"} <= set(json.loads(lines[0]))
    assert [line for line in lines if not line.startswith("{")] == []
    assert not [line for line in lines if plant.KEY in line or plant.KEY.split(":")[1] in line]


def test_a_deletion_and_an_uninstall_leave_the_crd_and_nothing_else(cluster: Cluster) -> None:
    cluster.kubectl("delete", "statefulset", "ignition-gateway")
    cluster.kubectl("delete", "gs", plant.CR)
    until(lambda: not cluster.kubectl("get", "pods", "-o", "name"), "the gateway's pod ends", within=90)
    cluster.helm("uninstall", RELEASE, f"--namespace={HOME}", "--wait")
    home = cluster.node.kubectl(HOME)
    until(lambda: not home("get", "pods", "-o", "name"), "the managers end", within=90)
    until(lambda: not home("get", "secrets", "-o", "name"), "the certificate goes with the webhook", within=90)
    assert home("get", "all,secrets,serviceaccounts,roles,rolebindings", "-o", "name") == "serviceaccount/default\n"
    assert RELEASE not in cluster.node.kubectl()("get", "clusterroles,clusterrolebindings", "-o", "name")
    assert "gatewaysyncs.stoker.io" in cluster.node.kubectl()("get", "crds", "-o", "name")
