"""Which resource, profile and gateway a pod means: one rule for admission, status, environment, templates and standalone."""

from __future__ import annotations

from typing import Any

import pytest

from stoker.api import pods
from stoker.api.objects import GatewaySync, ObjectMeta, Pod
from stoker.api.pods import Binding, bind_pod
from stoker.errors import BindingRefused
from tests.api.samples import LEAST


def pod(name: str = "gw-3", labels: dict[str, str] | None = None, **annotations: str) -> Pod:
    notes = {f"stoker.io/{key.replace('_', '-')}": value for key, value in annotations.items()}
    return Pod(metadata=ObjectMeta(name=name, namespace="here", labels=labels or {}, annotations=notes))


def resource(name: str = "plant", *profiles: str, spec: Any = None) -> GatewaySync:
    sync: dict[str, Any] = {"profiles": {key: {"mappings": []} for key in profiles or ("default",)}}
    return GatewaySync(metadata=ObjectMeta(name=name, namespace="here"), spec=spec or {**LEAST, "sync": sync})


APP = {"app.kubernetes.io/name": "ignition"}


@pytest.mark.parametrize(
    ("bound", "name"),
    [
        (pod(), "gw-3"),
        (pod(labels=APP), "ignition"),
        (pod(labels=APP, gateway_name="north"), "north"),
        (pod(gateway_name=""), "gw-3"),
        (pod(labels={"app.kubernetes.io/name": ""}), "gw-3"),
    ],
    ids=["pod", "label", "annotation", "empty annotation", "empty label"],
)
def test_the_gateway_s_name_is_annotation_else_label_else_pod(bound: Pod, name: str) -> None:
    assert pods.gateway_name(bound) == name


def test_the_only_resource_of_the_namespace_is_found() -> None:
    assert bind_pod(pod(), [resource()]) == Binding("plant", "default", "gw-3", cr_name_found=True)


def test_a_named_resource_is_taken_and_not_called_found() -> None:
    binding = bind_pod(pod(cr_name="two", profile="blue"), [resource("one"), resource("two", "blue")])
    assert binding == Binding("two", "blue", "gw-3", cr_name_found=False)


@pytest.mark.parametrize(
    ("bound", "resources", "said"),
    [
        (pod(), [], "no GatewaySync CR found in namespace 'here'; create one first"),
        (
            pod(),
            [resource("b"), resource("a")],
            r"multiple GatewaySync CRs in namespace 'here' \(a, b\); name one in the anno",
        ),
        (
            pod(cr_name="x"),
            [resource("a")],
            r"GatewaySync 'x' not found in namespace 'here' \(there is: a\); create it or co",
        ),
        (pod(cr_name="x"), [], r"'x' not found in namespace 'here' \(there is: none\)"),
        (
            pod(profile="x"),
            [resource("a", "blue", "default")],
            r"profile 'x' not found .*\(it has: blue, default\); correct",
        ),
    ],
    ids=["none", "several", "absent", "absent of none", "profile"],
)
def test_what_cannot_be_bound_is_refused_with_the_remedy(bound: Pod, resources: list[GatewaySync], said: str) -> None:
    with pytest.raises(BindingRefused, match=f"^pod here/gw-3: .*{said}|^pod here/gw-3: {said}"):
        bind_pod(bound, resources)


def test_without_a_named_profile_and_without_a_default_it_is_bound_for_the_agent_to_report() -> None:
    assert bind_pod(pod(), [resource("plant", "blue")]).profile == "default"


def test_an_empty_profile_annotation_names_none() -> None:
    assert pods.named_profile(pod(profile="")) is None
    assert pods.profile_name(pod(profile="")) == "default"


@pytest.mark.parametrize("spec", ["nonsense", {"sync": None}, {"sync": {"profiles": []}}, {"sync": 5}], ids=str)
def test_a_resource_that_is_nonsense_has_no_profiles(spec: Any) -> None:
    with pytest.raises(BindingRefused, match="it has: none"):
        bind_pod(pod(profile="x"), [resource(spec=spec)])


@pytest.mark.parametrize(("value", "wanted"), [("true", True), ("True", False), ("yes", False), ("", False)])
def test_only_the_word_true_asks_for_an_agent(value: str, wanted: bool) -> None:
    assert pods.wants_injection(pod(inject=value)) is wanted


def test_a_pod_that_says_nothing_wants_no_agent() -> None:
    assert not pods.wants_injection(pod())


@pytest.mark.parametrize(
    ("name", "index", "ordinal"),
    [
        ("gw-3", None, 3),
        ("gw-12", None, 12),
        ("gw-007", None, 7),
        ("gw", None, 0),
        ("gw-7b9-x2k", None, 0),
        ("gw3", None, 0),
        ("gw-3", "5", 5),
        ("gw-3", "0", 0),
        ("gw-3", "", 3),
        ("gw-3", "five", 3),
        ("gw-3", "²", 3),
    ],
)
def test_the_ordinal_is_label_else_the_last_number_else_zero(name: str, index: str | None, ordinal: int) -> None:
    labels = {} if index is None else {"apps.kubernetes.io/pod-index": index}
    assert pods.pod_ordinal(pod(name, labels).metadata) == ordinal
