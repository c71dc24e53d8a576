"""A manager whose resource is polled, probed and scraped while nothing changes says not a word, and does not write either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cluster import accounts
from tests.fakes.gitservers import http_backend
from tests.manager.process import until
from tests.manager.test_metrics_are_for_those_who_may import scrape

if TYPE_CHECKING:
    from tests.cluster.plane import Plane
    from tests.fakes.gitservers import HttpServer
    from tests.manager.conftest import Start
    from tests.manager.site import Site


def polled(server: HttpServer, times: int) -> None:
    """Until its refs were asked for so often from now."""
    wanted = len(server.requests) + times
    until(lambda: len(server.requests) >= wanted, f"{times} requests of the git server")


def test_of_a_resource_that_is_ready(start: Start, plane: Plane, place: Site) -> None:
    plane.admin.apply(accounts.binding(accounts.READER, (place.namespace, "prometheus")))
    reader = accounts.token_for(plane, place.namespace, "prometheus")
    running = start("--receiver", "127.0.0.1:0", WEBHOOK_HMAC_SECRET="a-secret").ready()
    with http_backend(place.origin.path.parent) as server:
        git = {"repo": f"{server.url}/{place.origin.path.name}", "ref": "main"}
        place.resource(git=git, polling={"interval": "200ms"})
        place.pod("gw-0")
        place.report("gw-0")
        place.until(lambda: place.words("Ready")[0] == "True", "ready")
        polled(server, 2)
        said, seen = len(running.lines()), place.seen()["metadata"]["resourceVersion"]
        polled(server, 2)
        assert (scrape(running, reader)[0], running.probe("/readyz"), running.probe("/healthz")) == (200, 200, 200)
        polled(server, 2)
        assert running.lines()[said:] == []
        assert place.seen()["metadata"]["resourceVersion"] == seen
