"""No right of an agent is unused and none is missing; older agents have two more, for as long as the chart says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.api import names
from stoker.api.profiles import MappingSpec, ResolvedProfile
from tests.chart.audit import Audit, Right, rights_in
from tests.cluster.chart import only, rendered
from tests.sidecar.site import Site, eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.cluster.plane import Plane
    from tests.cluster.plugin import Render

BY_LABEL = ResolvedProfile(mappings=[MappingSpec(source="{{.Labels.folder}}", destination="projects")])
OLD = {Right("", "configmaps", "create"), Right("", "configmaps", "update")}
ABSENT = "e" * 40


def role(**rbac: bool) -> set[Right]:
    """The agents' rights with these values of rbac."""
    return rights_in([only(rendered({"rbac": rbac}), "ClusterRole", names.AGENT_ROLE)])


@pytest.fixture
async def site(audited: tuple[Plane, Audit], tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    """A resource in a namespace of the test's own."""
    plane, _ = audited
    namespace = request.node.name.replace("_", "-").lower()[-60:].strip("-")
    plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    account = {"apiVersion": "v1", "kind": "ServiceAccount"}
    plane.admin.apply({**account, "metadata": {"name": "default", "namespace": namespace}})
    async with trio.open_nursery() as nursery:
        made = Site(plane, namespace, tmp_path, nursery)
        try:
            yield made
        finally:
            with trio.CancelScope(shield=True):
                await made.end()
            nursery.cancel_scope.cancel()


async def test_every_right_is_used_and_none_is_missing(site: Site, audited: tuple[Plane, Audit]) -> None:
    pod = await site.pod()
    site.plane.admin.patch(
        f"/api/v1/namespaces/{site.namespace}/pods/gw-0", {"metadata": {"labels": {"folder": "projects"}}}
    )
    site.open(profiles={"default": BY_LABEL})
    await pod.start()
    await site.synced(site.first)
    for number in (1, 2):  # the second event of the same words is a count on the first
        site.want(commit=ABSENT)
        await eventually(lambda: site.report()["syncStatus"] == "Error")
        await site.synced(site.push({"projects/line1/a.txt": f"{number}\n"}))
    user = f"{site.namespace}:default"
    _, audit = audited
    await eventually(lambda: Right("", "events", "patch") in audit.asked(user))
    assert audit.asked(user, refused=True) == set()
    assert audit.asked(user) == role(legacyAgents=False)


def test_older_agents_may_do_two_things_more(chart: Render) -> None:
    assert role(legacyAgents=True) - role(legacyAgents=False) == OLD
    assert role() == role(legacyAgents=True)
