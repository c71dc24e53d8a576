"""Which image an agent has: the pod's annotation where it is allowed, else the resource's, else the installation's. Pure."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from stoker.api import names
from stoker.errors import InjectionRefused
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stoker.admission import wanted
    from stoker.admission.pod import AdmittedPod


PULL_POLICY: Final = "IfNotPresent"


class Chosen(Value, frozen=True):
    """An image and when it is pulled."""

    image: str
    pull_policy: str


def choose(pod: AdmittedPod, image: wanted.Image, *, default: str, allowed: Sequence[str]) -> Chosen:
    """``allowed``: globs for what the annotation may name; ``*`` matches slashes too. InjectionRefused."""
    asked = pod.annotations.get(names.AGENT_IMAGE, "").strip()
    if asked and not any(fnmatchcase(asked, pattern) for pattern in allowed):
        raise InjectionRefused(
            f"the image {asked[:200]!r} of the annotation {names.AGENT_IMAGE} is not allowed here (allowed:"
            f" {', '.join(allowed) or 'none'}); leave the annotation out, or have the image added to the installation's"
            " webhook.allowedAgentImages"
        )
    name = asked or _of_resource(image) or default.strip()
    if not name:
        raise InjectionRefused(
            "no image is known for the agent; set spec.agent.image.repository, or the installation's DEFAULT_AGENT_IMAGE"
        )
    return Chosen(name, image.pull_policy or PULL_POLICY)


def _of_resource(image: wanted.Image) -> str:
    """Empty without a repository. A digest is joined by ``@``, for after a colon it would be no reference."""
    repository, tag = image.repository.strip(), image.tag.strip() or "latest"
    if not repository:
        return ""
    return f"{repository}@{tag}" if tag.startswith("sha256:") else f"{repository}:{tag}"
