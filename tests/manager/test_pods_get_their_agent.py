"""A real API server calls the webhook: opted-in pods get their agent, no other pod ever notices, whichever replica is asked."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from stoker.api import names
from tests.manager.hook import Hook, agents, pair, pod
from tests.manager.process import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.plugin import Render
    from tests.manager.conftest import Start
    from tests.manager.process import Manager
    from tests.manager.site import Site

TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount"


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """A folder with a certificate."""
    pair(tmp_path / "certificates")
    return tmp_path / "certificates"


@pytest.fixture
def served(start: Start, certificates: Path) -> Manager:
    """A manager with its webhook."""
    folder = ("--webhook-cert-dir", str(certificates))
    return start("--webhook", "127.0.0.1:0", *folder, "--default-agent-image", "stoker:1", LOG_LEVEL="debug").ready()


@pytest.fixture
def hook(place: Site, served: Manager, certificates: Path, chart: Render) -> Iterator[Hook]:
    """The chart's configuration for the test's namespace, without a resource yet."""
    made = Hook(place).point(served, (certificates / "tls.crt").read_bytes())
    yield made
    made.remove()


def test_a_pod_comes_with_its_agent_and_the_agent_with_its_token(hook: Hook, place: Site) -> None:
    place.resource()
    hook.works()
    made = hook.create()
    (agent,) = agents(made)
    assert made["spec"]["initContainers"][0] == agent
    assert (agent["image"], agent["restartPolicy"]) == ("stoker:1", "Always")
    mounts = {one["mountPath"]: one["name"] for one in agent["volumeMounts"]}
    assert mounts["/usr/local/bin/ignition/data"] == "data"
    assert TOKEN in mounts, "without which it could not reach the API server"
    assert made["metadata"]["annotations"][names.CR_NAME] == "plant"
    place.admin.delete(place.path("pods", "gw-0") + "?gracePeriodSeconds=0")


def test_a_pod_that_is_written_with_its_agent_gets_no_second(hook: Hook, place: Site) -> None:
    place.resource()
    hook.works()
    made = hook.create(dry=True)
    again = {"metadata": {"name": "again", "annotations": made["metadata"]["annotations"]}, "spec": made["spec"]}
    assert hook.create(again, dry=True)["spec"]["initContainers"] == made["spec"]["initContainers"]


def test_who_creates_a_pod_is_told_why_it_is_refused(hook: Hook, place: Site) -> None:
    wanted = f"pod {place.namespace}/gw-0: no GatewaySync CR found in namespace '{place.namespace}'; create one first"
    until(lambda: wanted in hook.refusal(pod()), "the webhook is called")
    assert hook.refusal(pod()).startswith('admission webhook "pod-inject.stoker.io" denied the request: pod ')


def test_a_resource_that_was_created_a_moment_ago_is_found(hook: Hook, place: Site) -> None:
    until(lambda: "no GatewaySync CR" in hook.refusal(pod()), "the webhook is called")
    for name in ("one", "two", "three", "four", "five"):
        place.resource(name)
        assert agents(hook.create(pod(cr_name=name), dry=True))


def test_a_paused_resource_stops_no_plant(hook: Hook, place: Site) -> None:
    place.resource(paused=True)
    hook.works()


@pytest.mark.parametrize("inject", [None, "false", "True"])
def test_a_pod_that_did_not_opt_in_never_reaches_it_also_while_it_is_down(
    hook: Hook, place: Site, served: Manager, certificates: Path, inject: str | None
) -> None:
    place.resource()
    hook.failure = "Fail"
    hook.point(served, (certificates / "tls.crt").read_bytes()).works()
    assert not agents(hook.create(pod("stranger", inject=inject), dry=True))
    assert served.stop() == 0
    until(lambda: "failed calling webhook" in hook.refusal(pod()), "who opted in is held up")
    assert not agents(hook.create(pod("stranger", inject=inject), dry=True))
    assert [line for line in served.lines() if line.get("pod") == "stranger"] == []
    assert [line for line in served.lines() if line.get("pod") == "gw-0"] != [], "each request is a line"


def test_while_it_is_down_a_pod_starts_without_where_that_is_chosen(hook: Hook, place: Site, served: Manager) -> None:
    place.resource()
    hook.works()
    assert served.stop() == 0
    assert not agents(hook.create(dry=True))


def test_a_replica_that_does_not_lead_serves_as_well(hook: Hook, place: Site, start: Start, certificates: Path) -> None:
    place.resource()
    hook.works()
    words = (
        "--webhook",
        "127.0.0.1:0",
        "--webhook-cert-dir",
        str(certificates),
        "--default-agent-image",
        "of-the-other",
    )
    other = start(*words).ready()
    hook.point(other, (certificates / "tls.crt").read_bytes())
    until(lambda: agents(hook.create(dry=True))[0]["image"] == "of-the-other", "the other one serves")
    assert not other.leads


def test_a_certificate_that_rotates_is_served_without_a_restart(
    hook: Hook, place: Site, served: Manager, certificates: Path
) -> None:
    place.resource()
    hook.works()
    port = int(served.url("webhook").rpartition(":")[2])
    for number in range(3):
        new = pair(certificates)[0]
        served.said("certificate_replaced", times=number + 1)
        assert ssl.get_server_certificate(("127.0.0.1", port)).encode() == new
        hook.point(served, new).works()


def test_a_pod_that_was_only_tried_is_told_as_such(hook: Hook, place: Site, served: Manager) -> None:
    place.resource()
    hook.works()
    hook.create()
    assert len([line for line in served.lines("pod_injected") if "dry_run" not in line]) == 1
    place.admin.delete(place.path("pods", "gw-0") + "?gracePeriodSeconds=0")
