"""Objects that an older CRD let in: under ours they keep being reported on and can be deleted, but not made worse."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from stoker.api import names
from stoker.api.crd import crd
from tests.api.bad_specs import BAD, TYPES
from tests.api.samples import LEAST, MAPPING, PROFILES
from tests.cluster.client import RefusedError
from tests.cluster.resource.conftest import Resources
from tests.cluster.resource.statuses import WELL, as_patch

if TYPE_CHECKING:
    from tests.api.samples import Bad
    from tests.cluster.plane import Plane

LONG = "n" * 64
# A value of another type than a rule of ours is written for makes that rule end in an error, and the API server forgives only
# rules that are broken. No CRD of ours let another type in.
UNFORGIVEN = [
    bad
    for bad in TYPES
    if (bad.path, bad.value) in ((("polling", "interval"), 60), (PROFILES, []), (MAPPING, "projects"))
]
OLD = [bad for bad in BAD if bad not in UNFORGIVEN]


def lax() -> dict[str, Any]:
    """An older CRD of the same version, which judged nothing."""
    older = copy.deepcopy(crd())
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    older["spec"]["versions"][0]["schema"] = {"openAPIV3Schema": anything}
    return older


def stored_of(bad: Bad) -> str:
    return f"bad-{BAD.index(bad)}"


@pytest.fixture(scope="module")
def inherited(bare_plane: Plane) -> Resources:
    """Every bad spec of the table, stored under the older CRD, each with our finalizer; then ours was installed."""
    resources = Resources(bare_plane, "default")
    bare_plane.admin.apply(lax())
    bare_plane.wait_until(lambda: bare_plane.admin.answers(resources.path))
    for bad in BAD:
        resources.create(bad.spec(), stored_of(bad))
        resources.patch({"metadata": {"finalizers": [names.FINALIZER]}}, stored_of(bad))
    resources.create(LEAST, LONG)
    resources.patch({"metadata": {"finalizers": [names.FINALIZER]}}, LONG)
    bare_plane.admin.apply(crd())
    bare_plane.wait_until(lambda: refuses(resources))
    return resources


def refuses(resources: Resources) -> bool:
    try:
        resources.judged({})
    except RefusedError:
        return True
    return False


def gone(resources: Resources, name: str) -> bool:
    """Reported on and let go, as the controller does it."""
    resources.patch(as_patch(WELL), name, subresource="/status")
    assert resources.get(name)["status"]["lastSyncCommit"] == WELL.last_sync_commit
    resources.plane.admin.delete(f"{resources.path}/{name}")
    resources.patch({"metadata": {"finalizers": None}}, name)
    return not resources.plane.admin.answers(f"{resources.path}/{name}")


@pytest.mark.parametrize("bad", OLD, ids=lambda bad: f"{bad.fault[-60:]}={str(bad.value)[:30]}")
def test_it_is_reported_on_and_loses_its_finalizer(inherited: Resources, bad: Bad) -> None:
    assert gone(inherited, stored_of(bad))


def test_a_type_that_no_crd_of_ours_let_in_is_not_forgiven(inherited: Resources) -> None:
    assert len(UNFORGIVEN) == 3
    for bad in UNFORGIVEN:
        with pytest.raises(RefusedError):
            inherited.patch(as_patch(WELL), stored_of(bad), subresource="/status")


def test_a_name_that_is_too_long_today_is_let_go(inherited: Resources) -> None:
    assert gone(inherited, LONG)


def test_a_spec_that_stays_bad_is_not_changed_into_another_bad_one(inherited: Resources) -> None:
    inherited.plane.admin.apply(lax())
    inherited.plane.wait_until(lambda: not refuses(inherited))
    inherited.create({**LEAST, "polling": {"interval": "soon"}}, "stays")
    inherited.plane.admin.apply(crd())
    inherited.plane.wait_until(lambda: refuses(inherited))
    inherited.patch({"metadata": {"annotations": {names.REQUESTED_AT: "now"}}}, "stays")
    with pytest.raises(RefusedError, match=r"spec\.polling\.interval"):
        inherited.patch({"spec": {"polling": {"interval": "later"}}}, "stays")
    inherited.patch({"spec": {"polling": {"interval": "5m"}}}, "stays")
