"""The keeper over a store: made, told, repaired, renewed, and nothing written when nothing has changed."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING

import trio

from stoker.admission.certificates import pairs
from stoker.admission.certificates.keeper import SETTLED_SECONDS
from stoker.admission.certificates.plan import CERTIFICATE_RENEWED
from stoker.api import names
from stoker.kube.cluster import SECRETS, WEBHOOKS
from tests.admission.certificates.conftest import PLACE

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.admission.certificates.conftest import Store

MOMENT = 1.0


async def test_a_first_leader_makes_the_secret_and_tells_the_api_server(
    autojump_clock: MockClock, store: Store
) -> None:
    store.lead()
    await trio.sleep(MOMENT)
    held = await store.held()
    assert held.served is not None
    assert pairs.names_of(held.served.certificate) == set(PLACE.dns_names)
    assert await store.told() == held.bundle
    (hook,) = await store.hooks()
    assert (hook["name"], hook["timeoutSeconds"]) == ("pod-inject.stoker.io", 10)
    assert hook["clientConfig"]["service"] == {"name": "webhook"}


async def test_a_secret_that_is_deleted_is_put_back_as_it_was(autojump_clock: MockClock, store: Store) -> None:
    store.lead()
    await trio.sleep(MOMENT)
    before = await store.held()
    await store.cluster.delete(SECRETS, PLACE.namespace, PLACE.secret)
    await trio.sleep(MOMENT)
    assert await store.held() == before


async def test_whatever_is_spoilt_is_put_back_as_it_was(autojump_clock: MockClock, store: Store) -> None:
    store.lead()
    await trio.sleep(MOMENT)
    before = await store.held()
    junk = base64.b64encode(b"junk").decode()
    for data in (
        {"tls.key": junk},
        {"tls.crt": junk},
        {"ca.crt": junk},
        {"ca.key": None},
        {"tls.crt": "", "ca.crt": ""},
    ):
        await store.cluster.patch(SECRETS, PLACE.namespace, PLACE.secret, {"data": data})
        await trio.sleep(MOMENT)
        assert await store.held() == before, data


async def test_a_trust_that_is_deleted_or_spoilt_is_told_again(autojump_clock: MockClock, store: Store) -> None:
    store.lead()
    await trio.sleep(MOMENT)
    told = await store.told()
    for text in ("", base64.b64encode(b"junk").decode()):
        (hook,) = await store.hooks()
        other = {**hook, "clientConfig": {**hook["clientConfig"], "caBundle": text}}
        await store.cluster.patch(WEBHOOKS, "", PLACE.configuration, {"webhooks": [other]})
        await trio.sleep(MOMENT)
        assert await store.told() == told


async def test_a_configuration_that_comes_later_is_told_too(autojump_clock: MockClock, store: Store) -> None:
    await store.cluster.delete(WEBHOOKS, "", PLACE.configuration)
    store.lead()
    await trio.sleep(MOMENT)
    await store.webhook("", "")
    await trio.sleep(MOMENT)
    bundles = {hook["clientConfig"]["caBundle"] for hook in await store.hooks()}
    assert [base64.b64decode(text) for text in bundles] == [(await store.held()).bundle]


async def test_the_next_leader_takes_over_what_there_is(autojump_clock: MockClock, store: Store) -> None:
    scope = store.lead()
    await trio.sleep(MOMENT)
    before = await store.held()
    scope.cancel()
    store.lead()
    await trio.sleep(60)
    assert await store.held() == before


async def test_while_nothing_changes_nothing_is_written(autojump_clock: MockClock, store: Store) -> None:
    store.lead()
    await trio.sleep(60)
    secret = await store.cluster.get(SECRETS, PLACE.namespace, PLACE.secret)
    webhook = await store.cluster.get(WEBHOOKS, "", PLACE.configuration)
    await trio.sleep(7200)
    assert (await store.cluster.get(SECRETS, PLACE.namespace, PLACE.secret)).metadata == secret.metadata
    assert (await store.cluster.get(WEBHOOKS, "", PLACE.configuration)).metadata == webhook.metadata


async def test_a_certificate_is_renewed_before_it_ends(autojump_clock: MockClock, store: Store) -> None:
    store.lead()
    await trio.sleep(MOMENT)
    before = await store.held()
    store.later = pairs.CERTIFICATE_LIVES - CERTIFICATE_RENEWED + timedelta(hours=1)
    await trio.sleep(1200)
    after = await store.held()
    assert after.authority == before.authority
    assert after.served != before.served


async def test_a_request_brings_a_new_authority_in_two_steps_and_is_echoed(
    autojump_clock: MockClock, store: Store
) -> None:
    store.lead()
    await trio.sleep(60)
    before = await store.held()
    wish = {"metadata": {"annotations": {names.REQUESTED_AT: "now"}}}
    await store.cluster.patch(SECRETS, PLACE.namespace, PLACE.secret, wish)
    await trio.sleep(MOMENT)
    begun = await store.held()
    assert begun.served == before.served
    assert await store.told() == begun.bundle != before.bundle
    await trio.sleep(SETTLED_SECONDS + MOMENT)
    ended = await store.held()
    assert ended.served is not None
    assert pairs.issued_by(ended.served.certificate, begun.trusted[0])
    secret = await store.cluster.get(SECRETS, PLACE.namespace, PLACE.secret)
    assert secret.metadata.annotations[names.HANDLED_AT] == "now"
    await trio.sleep(600)
    assert await store.held() == ended


async def test_a_leader_who_finds_all_lost_tells_before_it_serves(autojump_clock: MockClock, store: Store) -> None:
    scope = store.lead()
    await trio.sleep(MOMENT)
    before = await store.held()
    scope.cancel()
    await trio.sleep(MOMENT)
    await store.cluster.delete(SECRETS, PLACE.namespace, PLACE.secret)
    store.lead()
    await trio.sleep(MOMENT)
    begun = await store.held()
    assert begun.served is None
    assert before.trusted[0] in begun.trusted
    assert await store.told() == begun.bundle
    await trio.sleep(SETTLED_SECONDS + MOMENT)
    assert (await store.held()).served is not None


async def test_the_secret_belongs_to_the_configuration_also_to_one_that_came_later(
    autojump_clock: MockClock, store: Store
) -> None:
    configuration = await store.cluster.get(WEBHOOKS, "", PLACE.configuration)
    store.lead()
    await trio.sleep(MOMENT)
    secret = await store.cluster.get(SECRETS, PLACE.namespace, PLACE.secret)
    assert [one.uid for one in secret.metadata.owner_references] == [configuration.metadata.uid]
    before = await store.held()
    await store.cluster.delete(WEBHOOKS, "", PLACE.configuration)
    await trio.sleep(MOMENT)
    await store.webhook()
    await trio.sleep(MOMENT)
    other = await store.cluster.get(WEBHOOKS, "", PLACE.configuration)
    secret = await store.cluster.get(SECRETS, PLACE.namespace, PLACE.secret)
    assert [one.uid for one in secret.metadata.owner_references] == [other.metadata.uid]
    assert await store.held() == before


async def test_while_the_release_is_taken_away_no_secret_is_made_anew(autojump_clock: MockClock, store: Store) -> None:
    store.lead()
    await trio.sleep(MOMENT)
    await store.cluster.delete(WEBHOOKS, "", PLACE.configuration)
    await trio.sleep(60)
    assert (await store.held()).authority is None
