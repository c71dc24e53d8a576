"""Pods of every kind that an API server may take: whatever of them admission looks at, in any combination."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from stoker.api import names

Json = dict[str, Any]
VOLUMES = ("data", "ignition-data", "api-key", "stoker-api-key", "git-tmp", "sync-repo", "git-credentials", "logs")
PATHS = (
    "/data",
    "/",
    "/tmp",
    "/repo",
    "/etc",
    "/etc/stoker/api-key",
    "/usr/local/bin/ignition/data",
    "relative",
    "/a b",
)
USERS = st.sampled_from((0, 1, 2003, 2**31 - 1))


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    """An object of which any field may be left out."""
    return st.fixed_dictionaries({}, optional=fields)


mounts = st.lists(
    st.builds(
        lambda name, path, more: {"name": name, "mountPath": path, **more},
        st.sampled_from(VOLUMES),
        st.sampled_from(PATHS),
        st.sampled_from(
            ({}, {"subPath": "a/b"}, {"readOnly": True}, {"subPathExpr": "$(POD_NAME)"}, {"subPathExpr": "$(UNKNOWN)"})
        ),
    ),
    max_size=3,
    unique_by=lambda mount: mount["mountPath"],
)
VARIABLES: tuple[Json, ...] = (
    {"name": "POD_NAME", "value": "x"},
    {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
    {"name": "CR_NAME", "value": "$(POD_NAME)"},
)
env = st.lists(st.sampled_from(VARIABLES), max_size=3, unique_by=lambda variable: str(variable["name"]))
ports = st.lists(
    st.sampled_from((8082, 8083, 8088)).map(lambda port: {"name": f"p-{port}", "containerPort": port}),
    max_size=2,
    unique_by=lambda port: port["containerPort"],
)
contexts = some(runAsUser=USERS, runAsGroup=USERS, runAsNonRoot=st.just(False))
bounds = st.sampled_from(({"memory": "20Mi"}, {"cpu": "10m"}, {"cpu": "4", "memory": "8Gi"}))


def containers(prefix: str, *, least: int) -> st.SearchStrategy[list[Json]]:
    """Some, each with a name of its own."""
    one = st.builds(
        lambda more, kind: {"image": "none", **more, **kind},
        some(volumeMounts=mounts, env=env, ports=ports, securityContext=contexts),
        st.sampled_from(({}, {"restartPolicy": "Always"})) if prefix == "init" else st.just({}),
    )
    return st.lists(one, min_size=least, max_size=3).map(
        lambda found: [{"name": f"{prefix}-{index}", **one} for index, one in enumerate(found)]
    )


def with_volumes(spec: Json, more: list[str]) -> Json:
    """With every volume that is mounted somewhere, and others; without the field when there is none."""
    every = [*spec["containers"], *spec.get("initContainers", [])]
    used = {mount["name"] for one in every for mount in one.get("volumeMounts", [])} | set(more)
    return spec | ({"volumes": [{"name": name, "emptyDir": {}} for name in sorted(used)]} if used else {})


said = st.builds(
    lambda chosen: {names.INJECT: "true", **chosen},
    some(
        **{
            names.CR_NAME: st.just("plant"),
            names.PROFILE: st.just("default"),
            names.GATEWAY_NAME: st.sampled_from(("north", "", " $(CR_NAME) ", "ü" * 300, "a\nb")),
            names.AGENT_IMAGE: st.sampled_from(("own/image:1", " own ", "")),
            "other.example/a": st.text(max_size=20),
        }
    ),
)
labels = some(**{names.APP_NAME_LABEL: st.just("ignition"), names.AGENT_LABEL: st.just("no"), "a~b": st.just("x")}).map(
    lambda found: {key: value for key, value in found.items() if "~" not in key}
)
specs = st.builds(
    with_volumes,
    st.fixed_dictionaries(
        {"containers": containers("main", least=1)},
        optional={
            "initContainers": containers("init", least=0),
            "securityContext": contexts,
            "hostNetwork": st.just(True),
            "restartPolicy": st.sampled_from(("Always", "Never", "OnFailure")),
            "resources": st.fixed_dictionaries({"limits": bounds}),
            "automountServiceAccountToken": st.booleans(),
            "os": st.just({"name": "linux"}),
            "shareProcessNamespace": st.just(True),
        },
    ),
    st.lists(st.sampled_from(VOLUMES), max_size=3),
)
pods: st.SearchStrategy[Json] = st.builds(
    lambda name, notes, labelled, spec: {"metadata": {**name, "annotations": notes, **labelled}, "spec": spec},
    st.sampled_from(({"name": "gw-0"}, {"generateName": "gw-"})),
    said,
    some(labels=labels),
    specs,
)
auths = st.sampled_from(
    (
        {},
        {"token": {"secretRef": {"name": "s", "key": "k"}}},
        {"sshKey": {"secretRef": {"name": "s", "key": "k"}, "knownHosts": {"secretRef": {"name": "h", "key": "../k"}}}},
        {"githubApp": {"appId": 1}},
    )
)
resources: st.SearchStrategy[Json] = st.builds(
    lambda auth, gateway, agent: {"git": {"auth": auth}, "gateway": gateway, **agent},
    auths,
    some(
        port=st.sampled_from((1, 8043)),
        tls=st.booleans(),
        api=st.sampled_from(({"secretName": "s"}, {"secretName": "s", "secretKey": "a/b"}, {})),
    ),
    st.sampled_from(({}, {"agent": {"resources": {"limits": {"cpu": 1, "memory": "100Mi"}}}})),
)
