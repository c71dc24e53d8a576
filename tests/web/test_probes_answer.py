"""Probes: 200, or 503 with what is amiss; metrics as text; everything else 404."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stoker.observe.metrics import ServiceMetrics, new_registry, render
from stoker.observe.probes import Readiness
from stoker.web.probes import probe_app

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from tests.web.conftest import Served


def nothing() -> Mapping[str, str]:
    return {}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/startupz"])
async def test_a_probe_follows_its_check(served: Served, client: httpx.AsyncClient, path: str) -> None:
    amiss: dict[str, str] = {}

    def check(of: str) -> Callable[[], Mapping[str, str]]:
        return (lambda: amiss) if of == path else nothing

    url = await served.start(probe_app(live=check("/healthz"), ready=check("/readyz"), startup=check("/startupz")))
    assert (await client.get(url + path)).json() == {"ok": True, "reasons": {}}
    amiss["controller"] = "restarting"
    answer = await client.get(url + path)
    assert (answer.status_code, answer.json()) == (503, {"ok": False, "reasons": {"controller": "restarting"}})
    amiss.clear()
    assert (await client.get(url + path)).status_code == 200


async def test_readiness_follows_a_service_that_is_down_and_comes_back(
    served: Served, client: httpx.AsyncClient
) -> None:
    readiness = Readiness("controller")
    url = await served.start(probe_app(live=nothing, ready=lambda: readiness.reasons))
    codes = []
    for serving in (True, False, True):
        readiness.set("controller", serving, "restarting")
        codes.append((await client.get(f"{url}/readyz")).status_code)
    assert codes == [200, 503, 200]


async def test_metrics_are_served_as_prometheus_reads_them(served: Served, client: httpx.AsyncClient) -> None:
    registry = new_registry()
    ServiceMetrics(registry).restarted("controller")
    url = await served.start(probe_app(live=nothing, ready=nothing, metrics=lambda: render(registry)))
    answer = await client.get(f"{url}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert 'stoker_service_restarts_total{service="controller"} 1.0' in answer.text.splitlines()


@pytest.mark.parametrize("path", ["/", "/startupz", "/metrics", "/readyz/"])
async def test_what_is_not_there_is_404_and_says_what_is(served: Served, client: httpx.AsyncClient, path: str) -> None:
    url = await served.start(probe_app(live=nothing, ready=nothing))
    answer = await client.get(url + path)
    assert (answer.status_code, answer.json()) == (404, {"error": "no such page; there are /healthz, /readyz"})


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("POST", 405), ("DELETE", 405)])
async def test_only_reading_is_served(served: Served, client: httpx.AsyncClient, method: str, status: int) -> None:
    url = await served.start(probe_app(live=nothing, ready=nothing))
    assert (await client.request(method, f"{url}/readyz")).status_code == status


async def test_a_check_that_breaks_is_not_a_good_one(served: Served, client: httpx.AsyncClient) -> None:
    def broken() -> Any:
        raise KeyError("loop")

    url = await served.start(probe_app(live=broken, ready=nothing))
    assert (await client.get(f"{url}/healthz")).status_code == 500
