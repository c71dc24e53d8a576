"""The agent has the gateway's data volume where the gateway has it, as it has it, and nowhere that would hide its own files."""

from __future__ import annotations

from typing import Any

import pytest

from tests.admission.pods import DATA, Json, admitted, agent, env, injected, mount, pod

IGNITION_DATA = {"name": "ignition-data", "emptyDir": {}}


def gateway(*mounts: Json, name: str = "gateway", **more: Any) -> Json:
    return {"name": name, "image": "x", "volumeMounts": list(mounts), **more}


def at(path: str, name: str = "data", **more: Any) -> Json:
    return {"name": name, "mountPath": path, **more}


def test_ignition_data_comes_before_data() -> None:
    container = gateway(at("/one"), at("/two", "ignition-data"))
    body = injected(pod(container, volumes=[DATA, IGNITION_DATA]))
    assert (env(body)["DATA_PATH"], mount(body, "/two")) == ("/two", at("/two", "ignition-data"))


def test_the_first_regular_container_that_mounts_it_says_where() -> None:
    first, second = gateway(name="logs"), gateway(at("/two", readOnly=True), at("/three"))
    seed = gateway(at("/seed"), name="seed")
    body = injected(pod(first, second, gateway(at("/four"), name="late"), initContainers=[seed]))
    assert (env(body)["DATA_PATH"], mount(body, "/two")) == ("/two", at("/two")), "and the agent may write there"


def test_a_sub_path_goes_with_it() -> None:
    body = injected(pod(gateway(at("/d", subPath="gateways/a"))))
    assert mount(body, "/d") == at("/d", subPath="gateways/a")


def test_a_volume_that_nobody_mounts_is_at_the_usual_place() -> None:
    body = injected(pod(gateway()))
    assert (env(body)["DATA_PATH"], mount(body, "/ignition-data")) == ("/ignition-data", at("/ignition-data"))


def test_without_a_volume_the_agent_is_there_to_say_so() -> None:
    made = admitted(pod(gateway(), volumes=None))
    body = injected(pod(gateway(), volumes=None))
    assert env(body)["DATA_PATH"] == "/ignition-data"
    assert [one["mountPath"] for one in agent(body)["volumeMounts"]] == ["/repo", "/tmp", "/etc/stoker/api-key"]
    assert "no volume named ignition-data or data" in made.warnings[0]


@pytest.mark.parametrize(
    "path",
    ["/", "//", "/tmp", "/tmp/", "/repo", "/etc", "/etc/stoker", "/etc/stoker/api-key/x", "/usr", "/a/../usr/lib"],
)
def test_a_place_where_it_would_hide_the_agent_s_own_files_is_not_taken(path: str) -> None:
    container = gateway(at(path, subPath="gw"))
    body = injected(pod(container))
    assert env(body)["DATA_PATH"] == "/ignition-data"
    assert mount(body, "/ignition-data") == at("/ignition-data", subPath="gw")
    assert "would hide" in admitted(pod(container)).warnings[0]


@pytest.mark.parametrize(
    "path", ["/usr/local/bin/ignition/data", "/data", "/tmp/x", "/etcetera", "/repository", "data"]
)
def test_any_other_place_is_kept(path: str) -> None:
    body = injected(pod(gateway(at(path))))
    assert env(body)["DATA_PATH"] == "/" + path.lstrip("/")
    assert admitted(pod(gateway(at(path)))).warnings == ()


NAME = {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}


def test_an_expression_keeps_its_meaning() -> None:
    """It refers to the container's variables, and the agent has others of the same names."""
    variables = [NAME, {"name": "PATH", "value": "p-$(POD_NAME)"}, {"name": "SECRET", "value": "x"}]
    body = injected(pod(gateway(at("/d", subPathExpr="$(PATH)/$$(x)/$(POD_NAME)"), env=variables)))
    assert mount(body, "/d")["subPathExpr"] == "$(DATA_SUBPATH_PATH)/$$(x)/$(DATA_SUBPATH_POD_NAME)"
    assert agent(body)["env"][:2] == [
        {**NAME, "name": "DATA_SUBPATH_POD_NAME"},
        {"name": "DATA_SUBPATH_PATH", "value": "p-$(DATA_SUBPATH_POD_NAME)"},
    ]
    assert (env(body)["DATA_PATH"], "SECRET" in str(agent(body))) == ("/d", False)


@pytest.mark.parametrize("variables", [[], [{"name": "A", "value": "$(B)"}, {"name": "B", "value": "b"}]])
def test_an_expression_that_cannot_be_followed_mounts_nothing_in_a_wrong_place(variables: list[Json]) -> None:
    container = gateway(at("/d", subPathExpr="$(A)"), env=variables)
    assert "/d" not in [one["mountPath"] for one in agent(injected(pod(container)))["volumeMounts"]]
    assert "$(A)" in admitted(pod(container)).warnings[0]
