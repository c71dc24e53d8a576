"""/metrics over HTTPS: who bears a token that may read it gets the series, who may not is told which it is."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from tests.cluster import accounts
from tests.manager.process import until

if TYPE_CHECKING:
    from tests.cluster.plane import Plane
    from tests.manager.process import Manager
    from tests.manager.site import Site


def scrape(manager: Manager, token: str | None, path: str = "/metrics") -> tuple[int, str]:
    """Status and body."""
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    asked = urllib.request.Request(manager.url("metrics") + path, headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=20, context=trusting) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture
def reader(plane: Plane, namespace: str) -> str:
    """A token of somebody who may."""
    plane.admin.apply(accounts.binding(accounts.READER, (namespace, "prometheus")))
    return accounts.token_for(plane, namespace, "prometheus")


def test_who_may_reads_them(manager: Manager, reader: str, site: Site) -> None:
    site.resource()
    site.resolved()
    wanted = f'stoker_controller_cr_ready{{name="plant",namespace="{site.namespace}"}} 0.0'
    until(lambda: wanted in scrape(manager, reader)[1], "the resource's series")
    status, text = scrape(manager, reader)
    assert status == 200
    assert 'stoker_service_restarts_total{service="controller"} 0.0' in text
    assert "_created" not in text


def test_series_vanish_with_their_resource(manager: Manager, reader: str, site: Site) -> None:
    site.resource()
    site.resolved()
    until(lambda: site.namespace in scrape(manager, reader)[1], "the resource's series")
    site.admin.delete(site.path("gatewaysyncs", "plant"))
    site.gone()
    until(lambda: site.namespace not in scrape(manager, reader)[1], "no series of it")


def test_others_are_refused(manager: Manager, plane: Plane, namespace: str) -> None:
    assert scrape(manager, None)[0] == 401
    assert scrape(manager, "made-up")[0] == 401
    nobody = accounts.token_for(plane, namespace, "nobody")
    status, body = scrape(manager, nobody)
    assert status == 403
    assert "nonResourceURL" in body
    assert nobody not in manager.log.read_text()
