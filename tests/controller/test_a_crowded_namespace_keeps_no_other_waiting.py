"""Namespaces take turns: whoever brings forty resources at once does not keep a neighbour's one waiting for forty passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import pytest
import trio

from stoker.api import names
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS
from tests.controller.house import House, now, spec
from tests.controller.refusing import RefusingCluster

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stoker.kube.cluster import Kind

T = TypeVar("T")
CROWD = [f"line-{number:02}" for number in range(40)]


class SlowCluster(RefusingCluster):
    """An API server that takes a second over each new ConfigMap, so that passes take their time."""

    async def create(self, kind: Kind[T], namespace: str, body: Mapping[str, Any]) -> T:
        await trio.sleep(kind.plural == CONFIGMAPS.plural)
        return await super().create(kind, namespace, body)


@pytest.fixture
async def filled(nursery: trio.Nursery, autojump_clock: object) -> House:
    """Forty resources in ``crowd``, and behind them one in ``small``, all new to a controller of one worker."""
    house = House(SlowCluster(now=now))
    house.refs.push("https://git.example/plant.git", "a" * 40)
    for namespace, resources in (("crowd", CROWD), ("small", ["one"])):
        await house.secret("api-key", namespace, apiKey="name:secret")
        for name in resources:
            await house.cluster.create(GATEWAYSYNCS, namespace, {"metadata": {"name": name}, "spec": spec()})
    await house.start(nursery, workers=1)
    return house


def handed_over(house: House, name: str, namespace: str) -> bool:
    data = house.data(names.metadata_configmap(name), namespace)
    return data is not None and bool(data.get("commit"))


async def test_the_neighbour_is_served_among_the_first(filled: House) -> None:
    while not handed_over(filled, "one", "small"):
        await filled.advance(1)
    assert sum(handed_over(filled, name, "crowd") for name in CROWD) <= 2
    await filled.advance(3600)
    assert all(handed_over(filled, name, "crowd") for name in CROWD)
