"""What a request that may speak brings about: the said becomes writes, the writes become a status and a JSON body.

It knows nothing of HTTP beyond that pair. An error of the store is turned into what the sender should do: send it again
(503), or not (404, 422).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import trio

from stoker.errors import ObjectNotFound, StokerError, Terminal
from stoker.receiver import said as saying
from stoker.receiver.deliveries import Deliveries
from stoker.receiver.nudge import name_of, weigh
from stoker.receiver.picture import FOLLOWERS
from stoker.values import Mutable, Value, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.api.objects import GatewaySync
    from stoker.kube.cluster import Cluster
    from stoker.receiver.nudge import Nudger

STORE_SECONDS: Final = 8.0
"""Most senders give up after ten; Gitea and its kin after five, and what is written for them by then counts all the same."""
UNKEPT: Final = (
    "it could not be kept on disk and would be lost if the process ended now; make room there and send it again"
)


class Answer(Value, frozen=True):
    """What the sender is told. ``source``: who spoke, for log and counter; ``trusted``: it was let in first."""

    status: int
    body: dict[str, Any]
    source: str = saying.UNKNOWN
    trusted: bool = True


class Answerer(Mutable):
    """Acts on what was said about one resource (``namespace``, ``name``) or a fleet."""

    cluster: Cluster
    nudger: Nudger
    deliveries: Deliveries = field(default_factory=Deliveries)
    kept: Callable[[], bool] = lambda: True
    """Whether what was written outlives the process; where the store is in memory, its composer knows."""

    async def answer(self, route: tuple[str, ...], said: saying.Said, delivery: str) -> Answer:
        """``route``: namespace and name, a namespace, or nothing for all. Bounded in time."""
        if isinstance(said, saying.Malformed):
            return Answer(400, {"error": said.error}, said.source)
        if isinstance(said, saying.Ping):
            return Answer(200, {"message": "pong"}, said.source)
        try:
            with trio.move_on_after(STORE_SECONDS):
                return await self._act(route, said, delivery)
        except ObjectNotFound:
            return Answer(404, {"error": f"not found: there is no GatewaySync {'/'.join(route)}"}, said.source)
        except Terminal as error:
            return Answer(422, {"error": str(error)}, said.source)
        except StokerError as error:
            return Answer(503, {"error": f"{error}; send it again"}, said.source)
        return Answer(503, {"error": "the object store did not answer in time; send it again"}, said.source)

    async def _act(
        self, route: tuple[str, ...], said: saying.Push | saying.Retarget | saying.Ignored, delivery: str
    ) -> Answer:
        resource = await self._named(route[0], route[1], said) if len(route) == 2 else None
        if isinstance(said, saying.Ignored):
            return _refused(said.source, said.reason)
        path = "/".join(route)
        async with self.deliveries.one_at_a_time(path, delivery):
            if self.deliveries.seen(path, delivery):
                return _accepted(said, message="delivery already handled")
            answer = await self._carry_out(route, resource, said)
            if answer.body.get("accepted"):
                if not self.kept():
                    return Answer(503, {"error": UNKEPT}, said.source)
                self.deliveries.remember(path, delivery)
            return answer

    async def _named(
        self, namespace: str, name: str, said: saying.Push | saying.Retarget | saying.Ignored
    ) -> GatewaySync:
        """The resource as seen where that is enough, else as the server says; ObjectNotFound, also where we do not look."""
        if not self.nudger.picture.covers(namespace):
            raise ObjectNotFound(f"{namespace}/{name} is in no namespace that is watched")
        seen = None if isinstance(said, saying.Retarget) else self.nudger.picture.get(namespace, name)
        if seen is None or (isinstance(said, saying.Push) and weigh(seen, said).reason):
            return await self.cluster.get(FOLLOWERS, namespace, name)
        return seen

    async def _carry_out(
        self, route: tuple[str, ...], resource: GatewaySync | None, said: saying.Push | saying.Retarget
    ) -> Answer:
        if resource is None:
            answer = await self._fleet(route, said)
        elif isinstance(said, saying.Retarget):
            news = await self.nudger.retarget(resource, said)
            answer = _accepted(said) if news else _accepted(said, message="ref already set")
        else:
            answer = await self._push(resource, said)
        return answer

    async def _push(self, resource: GatewaySync, said: saying.Push) -> Answer:
        news = await self.nudger.push(resource, said)
        name = name_of(resource)
        if news.reason:
            told = {"resources": [], "passedOver": {name: news.reason}}
            return _refused(said.source, news.reason, ref=said.ref, **told)
        return Answer(202, {"accepted": True, "ref": news.ref, "resources": [name]}, said.source)

    async def _fleet(self, route: tuple[str, ...], said: saying.Push | saying.Retarget) -> Answer:
        if isinstance(said, saying.Retarget):
            return _refused(said.source, "only pushes fan out; name the resource: /webhook/{namespace}/{name}")
        if not said.repositories:
            return _refused(said.source, "the payload names no repository", ref=said.ref)
        done = await self.nudger.fleet(said, route[0] if route else "")
        told: dict[str, Any] = {"resources": done.nudged, "passedOver": done.passed_over}
        if done.failed:
            told["failed"] = done.failed
            return Answer(503, {"error": "some resources could not be written; send it again", **told}, said.source)
        if done.nudged:
            return _accepted(said, **told)
        return _refused(said.source, "no resource follows this ref of this repository", ref=said.ref, **told)


def _accepted(said: saying.Push | saying.Retarget, **more: Any) -> Answer:
    return Answer(202, {"accepted": True, "ref": said.ref, **more}, said.source)


def _refused(source: str, reason: str, **more: Any) -> Answer:
    return Answer(202, {"accepted": False, **more, "reason": reason}, source)
