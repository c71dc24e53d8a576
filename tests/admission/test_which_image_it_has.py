"""The pod's annotation where the installation allows it, else the resource's image, else the installation's."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from stoker.admission.images import Chosen, choose
from stoker.admission.pod import AdmittedPod
from stoker.admission.wanted import Image
from stoker.api import names
from stoker.errors import InjectionRefused
from tests.admission.pods import pod

OWN = "registry.example/stoker:9"


def chosen(annotation: str | None = None, *, default: str = "stoker:1", allowed: Any = ("*",), **image: str) -> Chosen:
    annotations = {} if annotation is None else {names.AGENT_IMAGE: annotation}
    asked = msgspec.convert(pod(annotations=annotations), AdmittedPod)
    return choose(asked, msgspec.convert(image, Image), default=default, allowed=allowed)


@pytest.mark.parametrize(
    ("annotation", "image", "name"),
    [
        (OWN, {"repository": "r", "tag": "2"}, OWN),
        (f" {OWN} ", {}, OWN),
        (None, {"repository": "r", "tag": "2"}, "r:2"),
        (None, {"repository": "r"}, "r:latest"),
        (None, {"repository": "r", "tag": "sha256:" + "a" * 64}, "r@sha256:" + "a" * 64),
        (None, {"tag": "2"}, "stoker:1"),
        ("", {}, "stoker:1"),
    ],
)
def test_the_nearer_one_wins(annotation: str | None, image: dict[str, str], name: str) -> None:
    assert chosen(annotation, **image) == Chosen(name, "IfNotPresent")


def test_when_it_is_pulled_is_the_resource_s_to_say() -> None:
    assert chosen(OWN, pullPolicy="Always").pull_policy == "Always"


def test_a_policy_that_is_written_as_nothing_is_the_usual_one() -> None:
    assert chosen(OWN, pullPolicy="").pull_policy == "IfNotPresent"


@pytest.mark.parametrize(
    ("image", "allowed"),
    [
        (OWN, "registry.example/*"),
        (OWN, "*"),
        (OWN, "registry.example/stoker:[0-9]"),
        ("registry.example/a/b/stoker:9", "registry.example/*:?"),
        ("registry.example/a/b/stoker:9", "*/stoker:*"),
    ],
)
def test_an_allowed_one_is_taken(image: str, allowed: str) -> None:
    assert chosen(image, allowed=("nothing", allowed)).image == image


@pytest.mark.parametrize(
    "allowed", ["registry.example", "registry.example/other*", "Registry.example/*", "example/stoker:9"]
)
def test_another_one_is_refused_with_the_remedy(allowed: str) -> None:
    with pytest.raises(InjectionRefused) as refused:
        chosen(OWN, allowed=(allowed,))
    text = str(refused.value)
    assert all(part in text for part in (OWN, "stoker.io/agent-image", allowed, "webhook.allowedAgentImages"))


def test_the_list_bounds_the_annotation_only() -> None:
    assert chosen(allowed=(), repository="r", tag="2").image == "r:2"
    assert chosen(allowed=()).image == "stoker:1"


def test_without_any_it_is_refused_with_the_remedy() -> None:
    with pytest.raises(
        InjectionRefused, match=r"spec\.agent.image\.repository, or the installation's DEFAULT_AGENT_IMAGE"
    ):
        chosen(default=" ")
