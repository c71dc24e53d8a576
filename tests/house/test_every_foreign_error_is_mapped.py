"""Each adapter's table gives one of our errors for every error that its library can raise."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, cast

import httpx
import pygit2
import pytest

from stoker.errors import (
    ClusterUnreachable,
    GatewayTimeout,
    GatewayUnreachable,
    GitServerError,
    GitTimeout,
    GitUnreachable,
    StokerError,
    Terminal,
    Transient,
    Waiting,
)
from stoker.git import failures as git
from stoker.git import http_failures as git_http
from stoker.ignition import failures as ignition
from stoker.ignition import http_failures as ignition_http
from stoker.kube import failures as kube
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.http.calls import Call
from stoker.wire import failures as wire
from stoker.wire.by_httpx import of_httpx

if TYPE_CHECKING:
    from collections.abc import Callable

# Mistakes of a program and not of the world: using a body before it was read, asking for one of two cookies.
MISTAKES = (httpx.StreamError, httpx.CookieConflict)


def classes(library: Any) -> list[type[Exception]]:
    return [kind for _, kind in inspect.getmembers(library, inspect.isclass) if issubclass(kind, Exception)]


HTTPX = [kind for kind in classes(httpx) if not issubclass(kind, MISTAKES)]
GIT = [kind for kind in classes(pygit2) if issubclass(kind, pygit2.GitError)] + [OSError, ValueError, KeyError]
TABLES: list[tuple[Callable[[Any, str], StokerError], tuple[type[StokerError], type[StokerError]]]] = [
    (ignition_http.of_wire, (GatewayTimeout, GatewayUnreachable)),
    (lambda error, where: kube.of_wire(error, "get", where), (ClusterUnreachable, ClusterUnreachable)),
]
WIRE = [kind for kind in classes(wire) if issubclass(kind, wire.WireFailure)]
CALL = Call("get", CONFIGMAPS, "plant", "shown")


def made(kind: type[Exception]) -> Exception:
    if issubclass(kind, httpx.HTTPStatusError):
        request = httpx.Request("GET", "http://x")
        return kind("said", request=request, response=httpx.Response(500, request=request))
    return kind("said")


def decided(error: StokerError) -> bool:
    return isinstance(error, (Transient, Waiting, Terminal)) and type(error) not in {Transient, Waiting, Terminal}


@pytest.mark.parametrize("kind", HTTPX, ids=lambda kind: kind.__name__)
def test_what_httpx_raises(kind: Any) -> None:
    wanted: type[StokerError] = GitServerError
    if issubclass(kind, httpx.TimeoutException):
        wanted = GitTimeout
    elif issubclass(kind, httpx.TransportError):
        wanted = GitUnreachable
    error = git_http.of_httpx(cast("Any", made(kind)), "http://host/plant.git")
    assert type(error) is wanted
    assert "http://host/plant.git" in str(error)
    assert str(error).count("\n") == 0


@pytest.mark.parametrize("kind", HTTPX, ids=lambda kind: kind.__name__)
def test_what_the_adapters_catch_covers_it(kind: type[Exception]) -> None:
    assert issubclass(kind, (httpx.HTTPError, httpx.InvalidURL))


@pytest.mark.parametrize("kind", HTTPX, ids=lambda kind: kind.__name__)
def test_what_httpx_raises_as_a_way_to_an_api_server(kind: Any) -> None:
    wanted: type[wire.WireFailure] = wire.HungUp if issubclass(kind, httpx.TransportError) else wire.Senseless
    for foreign, ours in ((httpx.TimeoutException, wire.Late), (httpx.ProxyError, wire.ProxyRefused)):
        wanted = ours if issubclass(kind, foreign) else wanted
    wanted = wire.Unconnected if kind in {httpx.ConnectError, httpx.UnsupportedProtocol} else wanted
    assert type(of_httpx(cast("Any", made(kind)))) is wanted


@pytest.mark.parametrize("kind", WIRE, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(("table", "leaves"), TABLES, ids=["ignition", "kube"])
def test_what_the_wire_raises(table: Any, leaves: tuple[type[StokerError], ...], kind: type[wire.WireFailure]) -> None:
    timeout, unreachable = leaves
    error = table(kind("said"), "http://host/x")
    assert type(error) is (timeout if issubclass(kind, wire.Late) else unreachable)
    assert "http://host/x" in str(error)
    assert str(error).count("\n") == 0


@pytest.mark.parametrize("kind", GIT, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("table", [git.of_libgit2, git.of_store], ids=["remote", "store"])
def test_what_pygit2_raises(table: Any, kind: type[Exception]) -> None:
    assert issubclass(kind, git.LIBGIT2_ERRORS)
    error = table(kind("said"), "http://host/plant.git")
    assert decided(error)
    assert "http://host/plant.git" in str(error)


@pytest.mark.parametrize("status", [*range(201, 600)])
def test_every_http_status_has_an_error_in_every_table(status: int) -> None:
    errors = [
        git.of_status(status, "shown", credential=True),
        ignition.of_status(status, "shown", scan=True) if status >= 300 else None,
        kube.of_status(status, kube.Status(), CALL) if status >= 300 else None,
    ]
    assert all(decided(error) for error in errors if error is not None)
    assert errors[0] is not None
    assert (errors[1] is not None) == (status >= 300)
