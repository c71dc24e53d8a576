"""``--workers``: so many resources are looked at side by side, however many wait, and a server that is slow holds up no more."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
import trio

from tests.cluster import accounts
from tests.fakes.apiproxy import Asked, Conduct, api_proxy
from tests.manager.inside import beside
from tests.manager.process import Manager

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.plane import Plane
    from tests.manager.site import Site

RESOURCES = [f"line-{number}" for number in range(6)]


class Held(Conduct):
    """Every pass reads its API key; nobody is answered before so many ask at once."""

    def __init__(self, wanted: int) -> None:
        self.asking = self.most = 0
        self._wanted = wanted
        self._enough = trio.Event()

    async def passed(self, asked: Asked) -> None:
        if "/secrets/api-key" not in asked.target:
            return
        self.asking += 1
        self.most = max(self.most, self.asking)
        if self.most == self._wanted:
            self._enough.set()
        await self._enough.wait()
        self.asking -= 1


@pytest.mark.parametrize(
    ("arguments", "env", "wanted"),
    [(("--workers", "1"), {"WORKERS": "4"}, 1), ((), {"WORKERS": "4"}, 4), ((), {}, 5)],
    ids=["flag", "twin", "default"],
)
async def test_it_passes_over_so_many_resources_at_a_time(
    plane: Plane, place: Site, tmp_path: Path, arguments: tuple[str, ...], env: dict[str, str], wanted: int
) -> None:
    for name in RESOURCES:
        place.resource(name)
    home = f"workers-{wanted}"
    token = accounts.manager_token(plane, home=home, watched=[place.namespace])
    certificate, key = plane.server_pair
    async with api_proxy(plane.port, ca=plane.ca, certificate=certificate, key=key) as proxy:
        proxy.conduct = held = Held(wanted)
        server = f"https://127.0.0.1:{proxy.port}"
        config = plane.write_kubeconfig(home, {"token": token}, namespace=home, server=server)
        running = Manager(tmp_path, config, ("--watch-namespaces", place.namespace, *arguments), env)
        try:
            for name in RESOURCES:
                await beside(partial(place.resolved, name))
        finally:
            running.close()
    assert held.most == wanted
