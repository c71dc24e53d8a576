"""What a push does to resources: annotations by merge patch, and the answer that says what was touched and what not, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stoker.api import names
from stoker.api.times import rfc3339
from stoker.kube.cluster import GATEWAYSYNCS
from stoker.receiver.repositories import same

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from stoker.api.objects import GatewaySync
    from stoker.kube.cluster import Cluster
    from stoker.kube.events import EventRecorder
    from stoker.receiver.payloads import Push, Retarget


@dataclass(frozen=True)
class Nudger:
    """Writes requests onto resources."""

    cluster: Cluster
    events: EventRecorder
    now: Callable[[], datetime]

    async def push(self, resource: GatewaySync, said: Push) -> dict[str, Any]:
        """News counts when its ref is the one in effect; otherwise nothing is written. The body of a 202."""
        reason = passed_over(resource, said)
        if reason:
            return {"accepted": False, "ref": said.ref, "reason": reason}
        await self._annotate(resource, {names.PUSHED_AT: self._moment(), names.REQUESTED_BY: said.source})
        await self._tell(resource, f"push to {said.ref} announced by {said.source}")
        return {"accepted": True, "ref": said.ref}

    async def retarget(self, resource: GatewaySync, said: Retarget) -> dict[str, Any]:
        """An order to follow another ref; the same order again only asks for a fresh look. The body of a 202."""
        if resource.metadata.annotations.get(names.REQUESTED_REF) == said.ref:
            await self._annotate(resource, {names.PUSHED_AT: self._moment()})
            return {"accepted": True, "ref": said.ref, "message": "ref already set"}
        moment = self._moment()
        order = {names.REQUESTED_REF: said.ref, names.REQUESTED_AT: moment, names.REQUESTED_BY: said.source}
        await self._annotate(resource, order)
        await self._tell(resource, f"ref {said.ref} requested by {said.source}")
        return {"accepted": True, "ref": said.ref}

    async def fleet(self, said: Push, namespace: str) -> dict[str, Any]:
        """Every resource of the repository that follows the ref; the others with the reason."""
        touched: list[str] = []
        others: dict[str, str] = {}
        for resource in (await self.cluster.list(GATEWAYSYNCS, namespace)).items:
            name = f"{resource.metadata.namespace}/{resource.metadata.name}"
            url = _git(resource).get("repo", "")
            if not any(same(url, known) for known in said.repositories):
                others[name] = "another repository"
                continue
            answer = await self.push(resource, said)
            if answer["accepted"]:
                touched.append(name)
            else:
                others[name] = answer["reason"]
        return {"accepted": bool(touched), "ref": said.ref, "resources": touched, "passedOver": others}

    async def _annotate(self, resource: GatewaySync, annotations: dict[str, str]) -> None:
        meta = resource.metadata
        await self.cluster.patch(GATEWAYSYNCS, meta.namespace, meta.name, {"metadata": {"annotations": annotations}})

    async def _tell(self, resource: GatewaySync, message: str) -> None:
        await self.events.record(resource.metadata, type="Normal", reason="WebhookReceived", message=message)

    def _moment(self) -> str:
        return rfc3339(self.now(), fraction=True)


def passed_over(resource: GatewaySync, said: Push) -> str:
    """Why a push is no news for the resource; empty when it is."""
    in_effect = resource.metadata.annotations.get(names.REQUESTED_REF) or _git(resource).get("ref", "")
    if _branch_or_tag(said.ref) != _branch_or_tag(in_effect):
        return f"pushed {said.ref}, but {in_effect!r} is in effect"
    return ""


def _branch_or_tag(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("refs/tags/")


def _git(resource: GatewaySync) -> dict[str, str]:
    spec = resource.spec if isinstance(resource.spec, dict) else {}
    git = spec.get("git")
    return {key: value for key, value in git.items() if isinstance(value, str)} if isinstance(git, dict) else {}
