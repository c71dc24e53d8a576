"""Values of the webhook reach the manager as what its own command line makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stoker.manager.options import Options, parse_options
from tests.cluster.chart import only

if TYPE_CHECKING:
    from tests.cluster.plugin import Render


def told(chart: Render, **webhook: Any) -> Options:
    """The options of a manager with a given certificate and these values."""
    values = {"webhook": {"certificate": {"secretName": "own"}, **webhook}}
    (container,) = only(chart(values), "Deployment")["spec"]["template"]["spec"]["containers"]
    return parse_options([], {one["name"]: one["value"] for one in container["env"] if "value" in one})


def test_by_default_every_image_and_a_paused_resource_are_allowed(chart: Render) -> None:
    options = told(chart)
    assert (options.webhook_allowed_agent_images, options.webhook_when_paused) == (("*",), "inject")
    assert str(options.webhook).endswith(":9443")


@pytest.mark.parametrize("images", [["registry.example.com/*", "a/b:*"], []])
def test_the_images_that_a_pod_may_name(chart: Render, images: list[str]) -> None:
    assert told(chart, allowedAgentImages=images).webhook_allowed_agent_images == tuple(images)


def test_what_a_pause_means(chart: Render) -> None:
    assert told(chart, whenPaused="deny").webhook_when_paused == "deny"
