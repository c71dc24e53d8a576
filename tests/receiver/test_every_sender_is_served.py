"""Each sender's request as it comes, with its own proof, over a socket: what it writes, at a resource's hook and at a fleet's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.receiver.conftest import HOOK
from tests.receiver.proofs import ENV, proven
from tests.receiver.samples import NAMES, sample
from tests.receiver.test_senders_are_understood import CLONED_FROM, OTHERS, PUSHES

if TYPE_CHECKING:
    import httpx

    from tests.receiver.conftest import Serve, Served

ORDERS = {name: said.ref for name, said in OTHERS.items() if hasattr(said, "ref")}
NAMED = {
    "x-github-delivery",
    "x-gitea-delivery",
    "x-gogs-delivery",
    "x-forgejo-delivery",
    "x-request-uuid",
    "x-request-id",
    "idempotency-key",
    "webhook-id",
}


@pytest.fixture
async def served(serving: Serve) -> Served:
    return await serving(ENV)


async def sent(served: Served, name: str, path: str = HOOK) -> httpx.Response:
    request = sample(name)
    return await served.post(request.raw, proven(name, request), path)


@pytest.mark.parametrize("name", PUSHES)
async def test_a_push_is_news_for_who_follows_its_ref_and_says_who_brought_it(served: Served, name: str) -> None:
    source, ref, *_ = PUSHES[name]
    await served.add("follower", ref=ref.rpartition("/")[2])
    answer = await sent(served, name, "/webhook/default/follower")
    told = {"accepted": True, "ref": ref, "resources": ["default/follower"]}
    assert (answer.status_code, answer.json()) == (202, told)
    found = await served.annotations("follower")
    assert found.keys() == {"pushed-at", "requested-by"}
    assert found["requested-by"] == source
    assert served.counted(source, 202) == 1


@pytest.mark.parametrize("name", PUSHES)
async def test_a_push_is_none_for_who_follows_another_and_says_why(served: Served, name: str) -> None:
    await served.add("other", ref="release-1")
    answer = (await sent(served, name, "/webhook/default/other")).json()
    assert (answer["accepted"], list(answer["passedOver"])) == (False, ["default/other"])
    assert "'release-1' is in effect" in answer["reason"]
    assert await served.annotations("other") == {}


@pytest.mark.parametrize("name", PUSHES)
async def test_one_hook_of_a_fleet_serves_every_sender(served: Served, name: str) -> None:
    url = next(urls[0] for prefix, urls in CLONED_FROM.items() if name.startswith(prefix))
    await served.add("follower", "north", repo=url, ref=PUSHES[name][1])
    await served.add("elsewhere", "north", repo="https://git.example/other/one", ref=PUSHES[name][1])
    answer = (await sent(served, name, "/webhook/north")).json()
    assert (answer["accepted"], answer["resources"]) == (True, ["north/follower"])
    assert answer["passedOver"] == {"north/elsewhere": "another repository"}


@pytest.mark.parametrize("name", ORDERS)
async def test_an_order_is_written_with_who_gave_it_and_repeated_only_asks_for_a_look(
    served: Served, name: str
) -> None:
    answer = await sent(served, name)
    assert (answer.status_code, answer.json()) == (202, {"accepted": True, "ref": ORDERS[name]})
    found = await served.annotations()
    assert found.keys() == {"requested-ref", "requested-at", "requested-by"}
    assert (found["requested-ref"], found["requested-by"]) == (ORDERS[name], OTHERS[name].source)
    request = sample(name)
    anew = {key: value for key, value in proven(name, request).items() if key.lower() not in NAMED}
    again = await served.post(request.raw, anew)
    assert (again.status_code, again.json()["message"]) == (202, "ref already set")
    assert await served.annotations() == found | {"pushed-at": (await served.annotations())["pushed-at"]}


@pytest.mark.parametrize("name", sorted(OTHERS.keys() - ORDERS.keys()))
async def test_what_moves_no_ref_changes_nothing(served: Served, name: str) -> None:
    writes = served.cluster.writes
    answer = await sent(served, name)
    assert answer.status_code == {"Ping": 200, "Ignored": 202, "Malformed": 400}[type(OTHERS[name]).__name__]
    assert not answer.json().get("accepted")
    assert served.cluster.writes == writes


@pytest.mark.parametrize("name", ["github-push", "gitlab-push", "gitea-push", "forgejo-push", "gogs-push"])
@pytest.mark.parametrize("path", [HOOK, "/webhook/default"])
async def test_a_delivery_that_comes_again_is_not_acted_on_twice(served: Served, name: str, path: str) -> None:
    await _twice(served, name, path)


@pytest.mark.parametrize("name", ["bitbucket-cloud-push", "bitbucket-datacenter-push"])
async def test_nor_one_of_bitbucket(served: Served, name: str) -> None:
    await _twice(served, name, HOOK)


async def _twice(served: Served, name: str, path: str) -> None:
    await served.add("follower", repo=CLONED_FROM[name.removesuffix("-push")][0])
    assert (await sent(served, name, path)).json()["accepted"]
    before = await served.versions()
    again = await sent(served, name, path)
    assert (again.status_code, again.json()["message"]) == (202, "delivery already handled")
    assert await served.versions() == before


async def test_a_proxys_request_id_is_no_senders_delivery(served: Served) -> None:
    request = sample("argocd-application")
    for ref in ("v1", "v2"):
        raw = request.raw.replace(b"v2.4.0", ref.encode())
        answer = await served.post(raw, proven("argocd-application", request) | {"X-Request-Id": "one"})
        assert answer.json() == {"accepted": True, "ref": ref}


@pytest.mark.parametrize("name", NAMES)
async def test_nobody_passes_with_a_wrong_proof(served: Served, name: str) -> None:
    request = sample(name)
    headers = proven(name, request, secret="another-secret", token="tok-en-012345678")
    before = await served.versions()
    assert (await served.post(request.raw, headers)).status_code == 401
    assert await served.versions() == before
