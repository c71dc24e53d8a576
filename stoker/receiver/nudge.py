"""What a push does to resources: annotations by merge patch, and what became of each.

A write is all that counts; the event that tells people of it is best effort and waited for by nobody (see ``backlog``).
Nothing here waits for the controller.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import trio

from stoker.api import names
from stoker.api.times import rfc3339
from stoker.errors import ObjectNotFound, StokerError
from stoker.receiver.gather import Gathered
from stoker.receiver.picture import FOLLOWERS
from stoker.receiver.refs import means
from stoker.receiver.repositories import NOWHERE, identity
from stoker.values import Mutable, Value, field

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from stoker.api.objects import GatewaySync
    from stoker.kube.cluster import Cluster
    from stoker.receiver.backlog import Backlog
    from stoker.receiver.picture import Picture
    from stoker.receiver.said import Push, Retarget

AT_ONCE = 10
"""Resources of a fleet that are written to side by side."""


class News(Value, frozen=True):
    """What a push is to one resource: ``ref`` is the one in effect that moved, or ``reason`` says why none did."""

    ref: str = ""
    reason: str = ""


class Fleet(Mutable):
    """What a push did: ``nudged`` names, ``passed_over`` and ``failed`` names with the reason. Names are namespace/name."""

    nudged: list[str] = field(default_factory=list)
    passed_over: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


class Nudger(Value, frozen=True):
    """Writes requests onto resources. All methods raise the store's errors."""

    cluster: Cluster
    events: Backlog
    now: Callable[[], datetime]
    picture: Picture
    gathered: Gathered = field(default_factory=Gathered)

    async def push(self, resource: GatewaySync, said: Push) -> News:
        """News: asks for a fresh look when one of its refs is in effect; otherwise why not, and nothing is written."""
        news = weigh(resource, said)
        if news.ref:
            kind = (name_of(resource), said.source)
            if await self.gathered.write(kind, partial(self._look, resource, said)):
                self.events.add(resource.metadata, f"Webhook from {said.source}, push to {news.ref}")
        return news

    async def _look(self, resource: GatewaySync, said: Push) -> None:
        await self._annotate(resource, {names.PUSHED_AT: self._moment(), names.REQUESTED_BY: said.source})

    async def retarget(self, resource: GatewaySync, said: Retarget) -> bool:
        """An order to follow another ref. False when it stands already: then only a fresh look is asked for."""
        if resource.metadata.annotations.get(names.REQUESTED_REF) == said.ref:
            await self._annotate(resource, {names.PUSHED_AT: self._moment()})
            return False
        moment = self._moment()
        order = {names.REQUESTED_REF: said.ref, names.REQUESTED_AT: moment, names.REQUESTED_BY: said.source}
        self.picture.ordered(await self._annotate(resource, order))
        self.events.add(resource.metadata, f"Webhook from {said.source}, ref {said.ref}")
        return True

    async def fleet(self, said: Push, namespace: str) -> Fleet:
        """Every resource of the repository that follows the ref, of one namespace or ("") of all.

        One that cannot be written does not keep the news from the others.
        """
        done = Fleet()
        everyone = await self.picture.everyone(namespace)
        known = {identity(url) for url in said.repositories} - {NOWHERE}
        limiter = trio.CapacityLimiter(AT_ONCE)
        async with trio.open_nursery() as nursery:
            for resource in everyone:
                if identity(_git(resource, "repo")) in known:
                    nursery.start_soon(self._one_of, resource, said, done, limiter)
                else:
                    done.passed_over[name_of(resource)] = "another repository"
        done.nudged.sort()
        return done

    async def _one_of(self, resource: GatewaySync, said: Push, done: Fleet, limiter: trio.CapacityLimiter) -> None:
        async with limiter:
            try:
                news = await self.push(resource, said)
            except ObjectNotFound:
                done.passed_over[name_of(resource)] = "deleted meanwhile"
            except StokerError as error:
                done.failed[name_of(resource)] = str(error)
            else:
                if news.reason:
                    done.passed_over[name_of(resource)] = news.reason
                else:
                    done.nudged.append(name_of(resource))

    async def _annotate(self, resource: GatewaySync, annotations: dict[str, str]) -> GatewaySync:
        meta, body = resource.metadata, {"metadata": {"annotations": annotations}}
        return await self.cluster.patch(FOLLOWERS, meta.namespace, meta.name, body)

    def _moment(self) -> str:
        return rfc3339(self.now(), fraction=True)


def weigh(resource: GatewaySync, said: Push) -> News:
    """Whether a push is news for the resource."""
    in_effect = resource.metadata.annotations.get(names.REQUESTED_REF) or _git(resource, "ref")
    if not in_effect:
        return News(reason="its spec names no ref")
    for ref in said.alike(in_effect):
        if means(in_effect, ref):
            return News(ref=ref)
    return News(reason=f"pushed {said.ref}, but {in_effect!r} is in effect")


def name_of(resource: GatewaySync) -> str:
    """Its namespace and name, as answers say it."""
    return f"{resource.metadata.namespace}/{resource.metadata.name}"


def _git(resource: GatewaySync, key: str) -> str:
    """A text of ``spec.git``, which nobody has judged yet; empty when there is none."""
    git = resource.spec.get("git") if isinstance(resource.spec, dict) else None
    value = git.get(key) if isinstance(git, dict) else None
    return value if isinstance(value, str) else ""
