"""Who gets an agent, who does not want one, and who is refused with what remedy.

Refused is only what somebody has to put right before the pod can be what it asks for; whatever may mend by itself, or is the
agent's to report, injects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from stoker.admission.images import choose
from stoker.admission.inject import inject
from stoker.admission.pod import MIRROR
from stoker.admission.review import Verdict
from stoker.admission.wanted import wanted
from stoker.api import names
from stoker.api.pods import bind_pod, wants_injection
from stoker.errors import BindingRefused, InjectionRefused, SpecInvalid
from stoker.values import Value, field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stoker.admission.pod import AdmittedPod
    from stoker.admission.resources import Resources
    from stoker.admission.review import Asked
    from stoker.api.objects import GatewaySync, Pod

REFUSALS = (BindingRefused, InjectionRefused, SpecInvalid)
SKIPPED = Verdict("skipped")


class AdmissionSettings(Value, frozen=True):
    """``default_image``: of agents whose pod and resource name none; ``allowed_images``: globs for what a pod may name.

    ``namespaces``: only those; empty: all.
    """

    default_image: str = ""
    allowed_images: tuple[str, ...] = ("*",)
    when_paused: Literal["inject", "deny"] = "inject"
    namespaces: tuple[str, ...] = field(default=())


class Judge:
    """Judges pods by the resources of their namespace."""

    def __init__(self, resources: Resources, settings: AdmissionSettings) -> None:
        self._resources = resources
        self._settings = settings

    async def judge(self, asked: Asked) -> Verdict:
        """The verdict; the object store's errors and trio.TooSlowError when there can be none."""
        pod = asked.pod
        if pod is None:
            return SKIPPED
        known = pod.known(asked.namespace)
        if not wants_injection(known) or MIRROR in pod.annotations or pod.has_agent():
            return SKIPPED
        if pod.annotations.get(names.INJECTED) == "true":
            text = f"{names.INJECTED} says that the pod has an agent, and it has no container {names.AGENT_CONTAINER}"
            return Verdict("skipped", warnings=(f"{text}: leave that annotation out, and it gets one",))
        if not self._resources.ours(asked.namespace):
            text = f"no agent for a pod in namespace {asked.namespace}, which this installation does not watch"
            return Verdict("skipped", warnings=(f"{text}: add it to watchNamespaces",))
        pictured = self._resources.pictured(asked.namespace)
        if pictured is not None:
            verdict = self._verdict(pod, known, pictured)
            if verdict.result != "denied":
                return verdict
        return self._verdict(pod, known, await self._resources.asked(asked.namespace))

    def _verdict(self, pod: AdmittedPod, known: Pod, resources: Sequence[GatewaySync]) -> Verdict:
        try:
            return self._injected(pod, known, resources)
        except REFUSALS as refused:
            where = f"pod {known.metadata.namespace}/{known.metadata.name}: "
            return Verdict("denied", message=where + str(refused).removeprefix(where))

    def _injected(self, pod: AdmittedPod, known: Pod, resources: Sequence[GatewaySync]) -> Verdict:
        if pod.spec.os is not None and pod.spec.os.name == "windows":
            raise InjectionRefused(f"there is no agent for Windows; take the annotation {names.INJECT} away")
        binding = bind_pod(known, resources)
        resource = next(one for one in resources if one.metadata.name == binding.cr_name)
        said = wanted(resource)
        if said.paused and self._settings.when_paused == "deny":
            raise InjectionRefused(
                f"GatewaySync {binding.cr_name!r} is paused; set its spec.paused to false, or webhook.whenPaused of the"
                " installation to inject"
            )
        image = choose(
            pod, said.agent.image, default=self._settings.default_image, allowed=self._settings.allowed_images
        )
        made = inject(pod, known, binding, said, image)
        told = {
            "name": binding.cr_name,
            "profile": binding.profile,
            "gateway": binding.gateway_name,
            "image": image.image,
        }
        return Verdict("injected", patch=made.patch, warnings=made.warnings, told=told)
