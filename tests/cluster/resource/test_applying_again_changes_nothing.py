"""Whoever applies the same manifest again, by kubectl, server-side or as Argo CD does, finds no difference that we caused.

`kubectl apply` and Argo CD both compute a three-way JSON merge patch of custom resources, in which a list is one value: what
the API server filled in inside a list would be a difference for ever. "unchanged" of kubectl is that patch being empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stoker.api import names
from tests.api.samples import FULL, LEAST
from tests.cluster.client import APPLY
from tests.cluster.resource.statuses import WELL, as_patch

if TYPE_CHECKING:
    from tests.cluster.kubectl import Kubectl
    from tests.cluster.resource.conftest import Resources

SPECS = pytest.mark.parametrize("spec", [LEAST, FULL], ids=["least", "full"])


def a_controller_comes_by(resources: Resources) -> None:
    """Everything that the controller and the receiver write on a resource."""
    resources.patch({"metadata": {"finalizers": [names.FINALIZER]}})
    resources.patch({"metadata": {"annotations": {names.REQUESTED_REF: "main", names.REQUESTED_AT: "now"}}})
    resources.patch({"metadata": {"annotations": {names.REQUESTED_REF: None}}})
    resources.patch(as_patch(WELL), subresource="/status")


@SPECS
@pytest.mark.parametrize("way", [("apply",), ("apply", "--server-side")], ids=" ".join)
def test_the_second_time_writes_nothing(
    resources: Resources, kubectl: Kubectl, spec: dict[str, Any], way: tuple[str, ...]
) -> None:
    manifest = resources.manifest(spec)
    kubectl(*way, "-f-", stdin=manifest)
    a_controller_comes_by(resources)
    before = resources.get()
    said = kubectl(*way, "-f-", stdin=manifest)
    assert said.split()[-1] in {"unchanged", "serverside-applied"}
    assert resources.get() == before


@SPECS
@pytest.mark.parametrize("way", [(), ("--server-side",)], ids=str)
def test_a_diff_is_empty(resources: Resources, kubectl: Kubectl, spec: dict[str, Any], way: tuple[str, ...]) -> None:
    manifest = resources.manifest(spec)
    kubectl("apply", *way, "-f-", stdin=manifest)
    a_controller_comes_by(resources)
    compared = kubectl.run("diff", *way, "-f-", stdin=manifest)
    assert (compared.returncode, compared.stdout, compared.stderr) == (0, "", "")


def test_a_real_change_is_a_difference(resources: Resources, kubectl: Kubectl) -> None:
    kubectl("apply", "-f-", stdin=resources.manifest(LEAST))
    changed = resources.manifest({**LEAST, "paused": True})
    compared = kubectl.run("diff", "-f-", stdin=changed)
    assert compared.returncode == 1
    assert "+  paused: true" in compared.stdout


def test_taking_a_field_away_gives_its_default_back(resources: Resources, kubectl: Kubectl) -> None:
    kubectl("apply", "-f-", stdin=resources.manifest({**LEAST, "paused": True}))
    kubectl("apply", "-f-", stdin=resources.manifest(LEAST))
    assert resources.get()["spec"]["paused"] is False


def test_a_server_side_apply_conflicts_with_nothing_of_ours(resources: Resources, kubectl: Kubectl) -> None:
    kubectl("apply", "--server-side", "-f-", stdin=resources.manifest(LEAST))
    a_controller_comes_by(resources)
    kubectl("apply", "--server-side", "-f-", stdin=resources.manifest(FULL))
    after = resources.get()
    assert after["spec"] == FULL
    assert after["metadata"]["finalizers"] == [names.FINALIZER]
    assert after["status"]["lastSyncCommit"] == WELL.last_sync_commit


def test_who_wrote_a_condition_is_kept_as_one_word_and_not_as_one_for_each_of_its_fields(resources: Resources) -> None:
    resources.create(LEAST)
    a_controller_comes_by(resources)
    entries = resources.get()["metadata"]["managedFields"]
    (ours,) = [entry["fieldsV1"]["f:status"] for entry in entries if entry.get("subresource") == "status"]
    assert ours["f:conditions"] == {".": {}} | {f'k:{{"type":"{one.type}"}}': {} for one in WELL.conditions}


def test_somebody_else_s_condition_stands_beside_ours(resources: Resources) -> None:
    resources.create(LEAST)
    a_controller_comes_by(resources)
    theirs = {"type": "PlantApproved", "status": "True", "reason": "Signed"}
    body = {**resources.manifest(None), "status": {"conditions": [theirs]}}
    del body["spec"]
    resources.plane.admin.request("PATCH", f"{resources.path}/plant/status?fieldManager=others", body, APPLY)
    conditions = resources.get()["status"]["conditions"]
    assert theirs in conditions
    assert [one for one in conditions if one != theirs] == as_patch(WELL)["status"]["conditions"]


def test_status_and_annotations_are_no_new_generation(resources: Resources) -> None:
    resources.create(LEAST)
    a_controller_comes_by(resources)
    assert resources.get()["metadata"]["generation"] == 1
    resources.patch({"spec": {"paused": True}})
    assert resources.get()["metadata"]["generation"] == 2
