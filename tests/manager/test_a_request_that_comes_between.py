"""``requested-ref`` is removed on condition: one that is written just before the removal arrives stays, and is followed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from stoker.api import names
from tests.manager.inside import beside, controlled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stoker.kube.cluster import Cluster, Kind, Subresource
    from tests.cluster.plane import Plane
    from tests.manager.site import Site

T = TypeVar("T")


class Overtaken:
    """The server, at which somebody else always comes before the controller's removals of a ``requested-ref``."""

    def __init__(self, cluster: Cluster, overtake: Callable[[], Any]) -> None:
        self._cluster = cluster
        self._overtake = overtake
        self.get, self.list, self.watch = cluster.get, cluster.list, cluster.watch
        self.create, self.delete = cluster.create, cluster.delete

    async def patch(
        self, kind: Kind[T], namespace: str, name: str, body: Mapping[str, Any], *, subresource: Subresource = ""
    ) -> T:
        """As the port says, a little later."""
        annotations = body.get("metadata", {}).get("annotations", {})
        if annotations.get(names.REQUESTED_REF, "") is None:
            await beside(self._overtake)
        return await self._cluster.patch(kind, namespace, name, body, subresource=subresource)


async def test_it_stays_and_is_followed(plane: Plane, place: Site) -> None:
    place.resource()
    for branch in ("next", "third"):
        place.origin.git("branch", branch, "main")
    overtakers: list[str] = []

    def overtake() -> None:
        overtakers.append("third")
        place.annotate(requested_ref="third")

    def follows(ref: str) -> bool:
        return bool(place.status().get("lastSyncRef") == ref)

    async with controlled(plane, place, between=partial(Overtaken, overtake=overtake)):
        place.annotate(requested_ref="next")
        await beside(lambda: place.until(lambda: follows("next"), "the first is followed"))
        place.edit({"spec": {"git": {"ref": "next"}}})
        await beside(lambda: place.until(lambda: follows("third"), "the second is followed"))
        assert overtakers == ["third"]
        assert place.seen()["metadata"]["annotations"][names.REQUESTED_REF] == "third"
