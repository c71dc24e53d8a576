"""For any pod that the API server takes, it takes the patched one, and a second admission changes nothing."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import HealthCheck, Phase, given, seed, settings

from stoker.admission.pod import AdmittedPod
from stoker.api import names
from stoker.sidecar.environment import PodSettings
from tests.admission import strategies
from tests.admission.pods import agent, injected, resource, told
from tests.cluster.client import RefusedError

if TYPE_CHECKING:
    from tests.cluster.plane import Plane

Json = dict[str, Any]
SERVERS_OWN = ("uid", "creationTimestamp", "resourceVersion", "managedFields", "selfLink", "generation")


@given(strategies.pods, strategies.resources)
@settings(max_examples=300)
def test_it_is_the_same_pod_beside_its_agent(body: Json, spec: Json) -> None:
    before = copy.deepcopy(body)
    after = injected(body, resource(**spec))
    assert body == before
    assert msgspec.convert(after, AdmittedPod).has_agent(), "so that a second admission lets it be"
    first, *others = after["spec"]["initContainers"]
    assert first["name"] == names.AGENT_CONTAINER
    assert others == body["spec"].get("initContainers", [])
    assert after["spec"]["containers"] == body["spec"]["containers"]
    kept = body["spec"].get("volumes", [])
    assert after["spec"]["volumes"][: len(kept)] == kept
    assert {key: value for key, value in after["spec"].items() if key not in {"initContainers", "volumes"}} == {
        key: value for key, value in body["spec"].items() if key not in {"initContainers", "volumes"}
    }


@given(strategies.pods, strategies.resources)
@settings(max_examples=300)
def test_names_are_used_once_and_every_mount_has_its_volume(body: Json, spec: Json) -> None:
    after = injected(body, resource(**spec))
    volumes = [one["name"] for one in after["spec"]["volumes"]]
    assert len(set(volumes)) == len(volumes)
    ours = agent(after)
    paths = [one["mountPath"] for one in ours["volumeMounts"]]
    assert len(set(paths)) == len(paths)
    assert {one["name"] for one in ours["volumeMounts"]} <= set(volumes)
    variables = [one["name"] for one in ours["env"]]
    assert len(set(variables)) == len(variables)


@given(strategies.pods, strategies.resources)
@settings(max_examples=300)
def test_the_agent_can_always_start(body: Json, spec: Json) -> None:
    after = injected(body, resource(**spec))
    agent(after)["env"] = [one for one in agent(after)["env"] if not one["name"].startswith("DATA_SUBPATH_")]
    seen = PodSettings.from_env(told(after))
    assert str(seen.data) in {one["mountPath"] for one in agent(after)["volumeMounts"]} | {
        "/ignition-data",
        "/relative",
    }


def test_the_api_server_takes_whatever_it_took_before(plane: Plane, namespace: str) -> None:
    """A seeded sample, each pod as the server has filled it in, tried and not kept."""
    path = f"/api/v1/namespaces/{namespace}/pods?dryRun=All"
    taken: list[Json] = []

    @seed(20260101)
    @given(strategies.pods, strategies.resources)
    @settings(
        max_examples=120, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), deadline=None
    )
    def sample(body: Json, spec: Json) -> None:
        try:
            filled = plane.admin.create(path, body)
        except RefusedError:
            return
        plain = {
            "metadata": {k: v for k, v in filled["metadata"].items() if k not in SERVERS_OWN},
            "spec": filled["spec"],
        }
        after = plane.admin.create(path, injected(plain, resource(**spec)))
        assert agent(after)
        taken.append(after)

    sample()
    assert len(taken) > 60, "most of the sample are pods"
