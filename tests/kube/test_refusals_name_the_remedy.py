"""The table from HTTP to our errors: each names verb, kind, place and remedy, on one line, without a secret."""

from __future__ import annotations

import json
import ssl
from typing import Any

import pytest

from stoker.errors import (
    AlreadyExists,
    ClusterError,
    ClusterUnreachable,
    Conflict,
    Forbidden,
    ObjectNotFound,
    ObjectRejected,
    ObjectTooLarge,
    StokerError,
    TooManyRequests,
    Unauthorized,
    WatchExpired,
)
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, NAMESPACES, PODS, SECRETS
from stoker.kube.failures import SHOWN, grant, of_status, of_wire, read_status
from stoker.kube.http.calls import Call
from stoker.wire.failures import Late, ProxyRefused, Unconnected, WireFailure

PATCH = Call("patch", CONFIGMAPS, "plant", "stoker-status-a")
ACCOUNT = 'User "system:serviceaccount:plant:gateway" cannot patch resource "configmaps" in API group "" in the namespace "plant"'


def error(code: int, call: Call = PATCH, **status: Any) -> StokerError:
    return of_status(code, read_status(json.dumps({"code": code, **status}).encode()), call)


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        (401, {}, Unauthorized),
        (403, {}, Forbidden),
        (403, {"details": {"causes": [{"reason": "NamespaceTerminating"}]}}, ObjectNotFound),
        (404, {}, ObjectNotFound),
        (409, {"reason": "AlreadyExists"}, AlreadyExists),
        (409, {"reason": "Conflict"}, Conflict),
        (410, {}, WatchExpired),
        (413, {}, ObjectTooLarge),
        (422, {}, ObjectRejected),
        (422, {"message": "data: Too long: may not be more than 1048576 bytes"}, ObjectTooLarge),
        (422, {"details": {"causes": [{"field": "metadata.uid"}]}}, Conflict),
        (400, {}, ObjectRejected),
        (500, {"message": "etcdserver: request is too large"}, ObjectTooLarge),
        (500, {"message": "resourceVersion should not be set on objects to be created"}, ObjectRejected),
        (429, {}, TooManyRequests),
        (301, {}, ClusterError),
        (500, {}, ClusterError),
        (503, {}, ClusterError),
        (504, {}, ClusterError),
    ],
    ids=str,
)
def test_a_status_has_one_meaning(code: int, status: dict[str, Any], kind: type[StokerError]) -> None:
    made = error(code, **status)
    assert type(made) is kind
    assert "patch configmaps plant/stoker-status-a" in str(made)


def test_a_missing_role_is_told_as_the_commands_that_grant_it() -> None:
    said = str(error(403, message=f'configmaps "x" is forbidden: {ACCOUNT}'))
    assert said.endswith(
        "grant it: kubectl create role stoker-may-patch-configmaps -n plant --verb=patch --resource=configmaps &&"
        " kubectl create rolebinding stoker-may-patch-configmaps -n plant --role=stoker-may-patch-configmaps"
        " --serviceaccount=plant:gateway"
    )


@pytest.mark.parametrize(
    ("call", "resource", "role"),
    [
        (Call("patch", GATEWAYSYNCS, "p", "a", "status"), "--resource=gatewaysyncs.stoker.io/status", " role "),
        (Call("list", PODS, ""), "--resource=pods ", " clusterrole "),
        (Call("get", NAMESPACES, "", "p"), "--resource=namespaces ", " clusterrole "),
    ],
    ids=str,
)
def test_the_role_is_as_wide_as_the_request(call: Call, resource: str, role: str) -> None:
    assert resource in grant(call)
    assert role in grant(call)


def test_what_no_role_forbids_has_another_remedy() -> None:
    said = str(error(403, message="exceeded quota: few, requested: count/configmaps=1"))
    assert "exceeded quota: few" in said
    assert "kubectl" not in said


def test_a_cluster_without_our_kind_says_how_to_get_it() -> None:
    call = Call("list", GATEWAYSYNCS, "")
    said = str(error(404, call, message="the server could not find the requested resource", details={}))
    assert "stoker crd | kubectl apply -f -" in said
    assert "stoker crd | kubectl apply -f -" in str(of_status(404, read_status(b"404 page not found\n"), call))
    assert "stoker crd" not in str(error(404, Call("get", GATEWAYSYNCS, "p", "a"), message='"a" not found', details={}))


def test_nothing_of_a_secret_is_quoted() -> None:
    call = Call("create", SECRETS, "plant", "token")
    causes = [{"field": "data[key]", "message": "Invalid value: hunter2"}]
    for code in (400, 403, 409, 422, 500):
        said = str(error(code, call, reason="Invalid", message="cannot use hunter2", details={"causes": causes}))
        assert "hunter2" not in said
        assert "create secrets plant/token" in said
    assert "data[key]" in str(error(422, call, details={"causes": causes}))


def test_a_message_is_one_line_of_bounded_length() -> None:
    said = str(error(422, message="bad\n\tvery " * 200))
    assert "\n" not in said
    assert len(said) < SHOWN + 200


@pytest.mark.parametrize("body", [b"", b"<html>proxy", b"[]", b'{"message": 1}', b"\xff"], ids=str)
def test_a_body_that_is_no_status_leaves_the_code(body: bytes) -> None:
    assert "502" in str(of_status(502, read_status(body), PATCH))


def test_the_wish_to_wait_comes_from_header_or_body() -> None:
    assert of_status(429, read_status(b"{}"), PATCH, retry_after=7).retry_after == 7
    assert error(429, details={"retryAfterSeconds": 4}).retry_after == 4
    assert error(500).retry_after is None


def failed(cause: Exception | None, foreign: type[WireFailure] = Unconnected) -> str:
    made = foreign("")
    made.__cause__ = cause
    said = of_wire(made, PATCH, "https://api:6443")
    assert isinstance(said, ClusterUnreachable)
    return str(said)


def test_distrust_names_what_to_check() -> None:
    tls = ssl.SSLCertVerificationError(1, "x")
    tls.verify_message = "unable to get local issuer certificate"
    said = failed(tls)
    assert "patch configmaps plant/stoker-status-a: https://api:6443: its certificate is not trusted" in said
    assert "certificate-authority" in said


@pytest.mark.parametrize(
    ("foreign", "part"),
    [(Late, "in time"), (ProxyRefused, "proxy-url")],
)
def test_no_answer_is_told_by_its_kind(foreign: type[WireFailure], part: str) -> None:
    assert part in failed(None, foreign)
