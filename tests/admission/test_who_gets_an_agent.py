"""Who asks for an agent gets one, who does not is let be, and who asks for what cannot be is refused with the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stoker.api import names
from tests.admission.pods import GATEWAY, Json, agent, pod

if TYPE_CHECKING:
    from tests.admission.conftest import Serve, Webhook

AGENT = {"name": "stoker-agent", "image": "x"}
BLUE = {"profiles": {"blue": {"mappings": [{"source": "a", "destination": "b"}]}}}


async def test_a_pod_that_asks_gets_one(webhook: Webhook) -> None:
    answer = await webhook.ask()
    assert answer.injected
    assert agent(answer.pod)["image"] == "stoker:1"
    metadata = answer.pod["metadata"]
    assert metadata["annotations"] == {names.INJECT: "true", names.INJECTED: "true", names.CR_NAME: "plant"}
    assert metadata["labels"] == {names.AGENT_LABEL: "true"}


async def test_a_name_that_the_pod_gives_stays_as_it_is_written(webhook: Webhook) -> None:
    await webhook.add("other")
    answer = await webhook.ask(pod(annotations={names.CR_NAME: "plant"}))
    assert list(answer.pod["metadata"]["annotations"].items()) == [
        (names.INJECT, "true"),
        (names.CR_NAME, "plant"),
        (names.INJECTED, "true"),
    ]


@pytest.mark.parametrize("said", [None, "false", "True", "yes", ""])
async def test_a_pod_that_does_not_ask_is_let_be(webhook: Webhook, said: str | None) -> None:
    body = pod()
    body["metadata"]["annotations"] = {} if said is None else {names.INJECT: said}
    assert (await webhook.ask(body)).untouched
    del body["metadata"]["annotations"]
    assert (await webhook.ask(body)).untouched


async def test_a_second_admission_changes_nothing(webhook: Webhook) -> None:
    first = await webhook.ask()
    again = await webhook.ask(first.pod)
    assert again.untouched
    assert "warnings" not in again.response


@pytest.mark.parametrize("spec", [{"initContainers": [AGENT]}, {"containers": [GATEWAY, AGENT]}])
async def test_a_pod_with_an_agent_of_its_own_is_let_be(webhook: Webhook, spec: Json) -> None:
    body = pod()
    body["spec"] |= spec
    assert (await webhook.ask(body)).untouched


async def test_a_pod_that_only_says_so_is_let_be_with_a_warning(webhook: Webhook) -> None:
    answer = await webhook.ask(pod(annotations={names.INJECTED: "true"}))
    assert answer.untouched
    assert "leave that annotation out" in answer.response["warnings"][0]


@pytest.mark.parametrize(
    "request_",
    [
        {"operation": "UPDATE"},
        {"operation": "DELETE", "object": None},
        {"subResource": "ephemeralcontainers"},
        {"kind": {"group": "apps", "version": "v1", "kind": "StatefulSet"}},
    ],
)
async def test_what_is_no_new_pod_is_let_be(webhook: Webhook, request_: Json) -> None:
    assert (await webhook.ask(**request_)).untouched


async def test_a_review_by_hand_may_leave_out_what_an_api_server_always_says(webhook: Webhook) -> None:
    assert (await webhook.ask(kind={}, operation="")).injected


async def test_what_a_kubelet_only_shows_is_let_be(webhook: Webhook) -> None:
    assert (await webhook.ask(pod(annotations={"kubernetes.io/config.mirror": "x"}))).untouched


async def test_a_paused_resource_injects_unless_told_otherwise(serving: Serve) -> None:
    usual, strict = await serving(), await serving(when_paused="deny")
    for served in (usual, strict):
        await served.add(paused=True)
    assert (await usual.ask()).injected
    assert (await strict.ask()).message == (
        "pod plant-a/gw-0: GatewaySync 'plant' is paused; set its spec.paused to false, or webhook.whenPaused of the"
        " installation to inject"
    )


async def test_without_a_default_profile_the_agent_is_left_to_report_it(serving: Serve) -> None:
    served = await serving()
    await served.add(sync=BLUE)
    assert (await served.ask()).injected


@pytest.mark.parametrize(
    ("annotations", "resources", "message"),
    [
        ({}, [], "no GatewaySync CR found in namespace 'plant-a'; create one first"),
        (
            {},
            ["b", "a"],
            "multiple GatewaySync CRs in namespace 'plant-a' (a, b); name one in the annotation stoker.io/cr-name",
        ),
        (
            {names.CR_NAME: "x"},
            ["a"],
            (
                "GatewaySync 'x' not found in namespace 'plant-a' (there is: a); create it or correct the annotation"
                " stoker.io/cr-name"
            ),
        ),
        (
            {names.PROFILE: "x"},
            ["a"],
            "profile 'x' not found in GatewaySync 'a' (it has: blue); correct the annotation stoker.io/profile",
        ),
        (
            {names.AGENT_IMAGE: "evil"},
            ["a"],
            (
                "the image 'evil' of the annotation stoker.io/agent-image is not allowed here (allowed: good/*, stoker:*);"
                " leave the annotation out, or have the image added to the installation's webhook.allowedAgentImages"
            ),
        ),
    ],
    ids=["none", "several", "absent", "profile", "image"],
)
async def test_what_cannot_be_is_refused_with_the_remedy(
    serving: Serve, annotations: Json, resources: list[str], message: str
) -> None:
    served = await serving(allowed_images=("good/*", "stoker:*"))
    for name in resources:
        await served.add(name, sync=BLUE)
    answer = await served.ask(pod(annotations=annotations))
    assert answer.message == f"pod plant-a/gw-0: {message}"
    assert answer.response["status"]["code"] == 403


async def test_a_pod_without_a_name_is_told_by_what_its_name_will_begin_with(serving: Serve) -> None:
    body = pod()
    body["metadata"] = {"generateName": "gw-", "annotations": body["metadata"]["annotations"]}
    assert (await (await serving()).ask(body)).message.startswith("pod plant-a/gw-*: no GatewaySync CR found")


async def test_windows_is_refused(webhook: Webhook) -> None:
    assert "no agent for Windows" in (await webhook.ask(pod(os={"name": "windows"}))).message
    assert (await webhook.ask(pod(os={"name": "linux"}))).injected


@pytest.mark.parametrize("spec", [{"gateway": 5}, {"agent": {"resources": 5}}, {"git": {"auth": []}}])
async def test_a_resource_that_cannot_be_read_is_named(serving: Serve, spec: Json) -> None:
    served = await serving()
    await served.add(**spec)
    assert "pod plant-a/gw-0: GatewaySync plant: spec cannot be read (" in (await served.ask()).message


async def test_a_namespace_that_is_not_watched_is_not_ours(serving: Serve) -> None:
    served = await serving(namespaces=("plant-b", "plant-c"))
    for namespace in ("plant-a", "plant-b"):
        await served.add(namespace=namespace)
    answer = await served.ask()
    assert answer.untouched
    assert "watchNamespaces" in answer.response["warnings"][0]
    assert (await served.ask(namespace="plant-b")).injected
    assert "no GatewaySync CR" in (await served.ask(namespace="plant-c")).message


async def test_a_resource_of_another_namespace_is_none(webhook: Webhook) -> None:
    assert "no GatewaySync CR" in (await webhook.ask(namespace="elsewhere")).message


async def test_long_warnings_are_cut_to_what_the_api_server_shows(webhook: Webhook) -> None:
    long: Any = {"name": "gateway", "volumeMounts": [{"name": "data", "mountPath": "/d", "subPathExpr": "$(A)" * 200}]}
    (warning,) = (await webhook.ask(pod(long))).response["warnings"]
    assert len(warning) == 250
