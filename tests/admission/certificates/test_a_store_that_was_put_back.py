"""The API server's store is put back to a backup while somebody leads: what it serves with is trusted again within seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from stoker.api import names
from stoker.kube.cluster import SECRETS
from tests.admission.certificates.conftest import PLACE

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.admission.certificates.conftest import Store


async def test_to_before_there_was_a_certificate(autojump_clock: MockClock, store: Store) -> None:
    backup = store.cluster.snapshot()
    store.lead()
    await trio.sleep(60)
    before = await store.held()
    store.cluster.put_back(backup)
    await trio.sleep(5)
    assert await store.held() == before
    assert await store.told() == before.bundle


async def test_to_an_earlier_one(autojump_clock: MockClock, store: Store) -> None:
    store.lead()
    await trio.sleep(60)
    backup, of_then = store.cluster.snapshot(), await store.held()
    asked = {"metadata": {"annotations": {names.REQUESTED_AT: "1"}}}
    await store.cluster.patch(SECRETS, PLACE.namespace, PLACE.secret, asked)
    await trio.sleep(60)
    assert (await store.held()).served != of_then.served
    store.cluster.put_back(backup)
    await trio.sleep(60)
    assert (await store.held()).served == of_then.served
    assert await store.told() == (await store.held()).bundle
