"""The same delivery on the same path within a day: answered, not acted on; remembered only after a successful write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.kube.cluster import GATEWAYSYNCS
from stoker.receiver.deliveries import MOST, Deliveries, delivery_of
from tests.receiver.conftest import Served, pushed

if TYPE_CHECKING:
    from trio.testing import MockClock


async def test_a_repeated_delivery_is_answered_202_and_changes_nothing(receiver: Served) -> None:
    await receiver.push(pushed(), delivery="one")
    before = await receiver.versions()
    answer = await receiver.push(pushed(), delivery="one")
    assert answer.status_code == 202
    assert answer.json() == {"accepted": True, "ref": "refs/heads/main", "message": "delivery already handled"}
    assert await receiver.versions() == before
    await receiver.push(pushed(), delivery="two")
    assert await receiver.versions() != before


async def test_orders_and_fleet_pushes_are_remembered_too(receiver: Served) -> None:
    await receiver.order("v1", **{"X-GitHub-Delivery": "one"})
    assert (await receiver.order("v1", **{"X-GitHub-Delivery": "one"})).json()["message"] == "delivery already handled"
    await receiver.push(pushed("refs/tags/v1"), "/webhook", delivery="two")
    again = await receiver.push(pushed("refs/tags/v1"), "/webhook", delivery="two")
    assert again.json()["message"] == "delivery already handled"


async def test_another_path_is_another_delivery(receiver: Served) -> None:
    await receiver.add("other")
    await receiver.push(pushed(), delivery="one")
    assert "message" not in (await receiver.push(pushed(), "/webhook/default/other", delivery="one")).json()
    assert (await receiver.push(pushed(), "/webhook/default/plant/", delivery="one")).json()["message"]


async def test_a_delivery_that_changed_nothing_may_come_again(receiver: Served) -> None:
    body = pushed("refs/heads/next")
    assert not (await receiver.push(body, delivery="one")).json()["accepted"]
    await receiver.cluster.patch(GATEWAYSYNCS, "default", "plant", {"spec": {"git": {"ref": "next"}}})
    answer = (await receiver.push(body, delivery="one")).json()
    assert (answer["accepted"], answer["ref"]) == (True, "refs/heads/next")
    assert "pushed-at" in await receiver.annotations()


async def test_a_delivery_without_a_name_is_always_acted_on(receiver: Served) -> None:
    await receiver.push(pushed())
    first = (await receiver.annotations())["pushed-at"]
    await receiver.push(pushed())
    assert (await receiver.annotations())["pushed-at"] > first


async def test_a_day_later_it_is_a_new_one(autojump_clock: MockClock) -> None:
    deliveries = Deliveries()
    deliveries.remember("p", "one")
    await trio.sleep(24 * 3600 - 1)
    assert deliveries.seen("p", "one")
    await trio.sleep(1)
    assert not deliveries.seen("p", "one")


async def test_only_so_many_are_remembered_the_oldest_go_first() -> None:
    deliveries = Deliveries()
    for number in range(MOST + 1):
        deliveries.remember("p", str(number))
    assert not deliveries.seen("p", "0")
    assert deliveries.seen("p", "1")
    assert deliveries.seen("p", str(MOST))
    deliveries.remember("p", "1")
    deliveries.remember("p", "new")
    assert deliveries.seen("p", "1")
    assert not deliveries.seen("p", "2")


SENDERS = (
    *("x-github-delivery", "x-gitea-delivery", "x-forgejo-delivery", "x-gogs-delivery"),
    *("x-request-uuid", "idempotency-key", "x-gitlab-event-uuid"),
)


@pytest.mark.parametrize("header", SENDERS)
def test_every_senders_name_for_a_delivery_is_known_alone(header: str) -> None:
    assert delivery_of({header: "one", "x-request-id": "a proxy's"}) == "one"
