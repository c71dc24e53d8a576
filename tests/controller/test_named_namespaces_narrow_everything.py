"""``watchNamespaces``: nothing outside is listed, and one that may not be listed holds up no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.controller.house import NS, A, House

if TYPE_CHECKING:
    import trio
    import trio.testing


async def test_resources_elsewhere_are_not_touched(
    nursery: trio.Nursery, autojump_clock: trio.testing.MockClock
) -> None:
    house = House.built()
    await house.start(nursery, namespaces=(NS, "second"))
    for namespace in (NS, "second", "elsewhere"):
        await house.resource(namespace=namespace)
    assert [house.status(namespace=namespace).last_sync_commit for namespace in (NS, "second")] == [A, A]
    assert house.seen(namespace="elsewhere").metadata.finalizers == []
    assert house.status(namespace="elsewhere").last_sync_commit == ""


async def test_a_namespace_whose_pods_may_not_be_listed_holds_up_no_other(house: House) -> None:
    house.cluster.refuse("list", "pods", times=3)
    await house.resource(namespace="closed")
    await house.resource()
    await house.pod("gw-0")
    await house.advance(15)
    assert house.gateway("gw-0").sync_status == "Pending"
    assert house.status(namespace="closed").last_sync_commit == A
