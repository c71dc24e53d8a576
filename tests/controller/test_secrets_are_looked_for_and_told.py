"""The Secrets that a resource names: absence told with the remedy, retried until they are there; their content never shown."""

from __future__ import annotations

import json

from stoker.errors import GitAuthFailed
from stoker.kube.cluster import KINDS, SECRETS
from stoker.observe.metrics import render
from tests.controller.house import NS, URL, House

TOKEN = {"token": {"secretRef": {"name": "git", "key": "token"}}}


async def test_a_missing_git_secret_names_itself_and_its_key(house: House) -> None:
    await house.resource(git__auth=TOKEN)
    said = "token secret \"git\" not found; create Secret plant/git with the key 'token'"
    assert house.words("Ready")[2] == said
    assert house.words("RefResolved")[2] == f"Ref resolution failed (retry in 30s): {said}"


async def test_it_is_used_once_it_is_there(house: House) -> None:
    await house.resource(git__auth=TOKEN)
    await house.secret("git", token="hunter22hunter22")
    await house.advance(30)
    assert house.words("RefResolved")[0] == "True"
    assert [asked.secret for asked in house.refs.asked] == ["hunter22hunter22"]


async def test_a_missing_api_key_does_not_stop_the_look_up(house: House) -> None:
    await house.secret("api-key", other="x")
    await house.resource()
    assert house.words("RefResolved")[0] == "True"
    assert house.words("Ready")[1] == "Reconciling"
    assert "Secret plant/api-key has no key 'apiKey'" in house.words("Ready")[2]


async def test_it_is_looked_for_again_even_with_polling_off(house: House) -> None:
    await house.resource(polling__enabled=False)
    await house.cluster.delete(SECRETS, NS, "api-key")
    await house.edit(gateway__port=8043)
    assert "not found" in house.words("Ready")[2]
    await house.secret("api-key", apiKey="name:secret")
    await house.advance(30)
    assert house.words("Ready")[2] == "Waiting for gateways to sync"


async def test_one_that_is_removed_is_missed_though_nothing_else_changes(house: House) -> None:
    await house.resource()
    await house.cluster.delete(SECRETS, NS, "api-key")
    await house.advance(301)
    assert 'gateway API key secret "api-key" not found' in house.words("Ready")[2]


async def test_one_that_is_shared_is_asked_for_once_in_a_moment(house: House) -> None:
    await house.resource("first")
    house.cluster.refuse("get", "secrets", times=100)
    await house.resource("second")
    assert house.cluster.refused == []
    await house.advance(3)
    await house.resource("third")
    assert house.cluster.refused != []


async def test_another_s_word_counts_for_who_has_not_asked_yet_and_for_the_same_key_alone(house: House) -> None:
    await house.resource("first")
    await house.resource("second")
    await house.cluster.delete(SECRETS, NS, "api-key")
    await house.edit("second", gateway__port=8043)
    assert "not found" in house.words("Ready", "second")[2]
    await house.resource("third", gateway__api={"secretName": "api-key", "secretKey": "another"})
    assert "another" in house.words("Ready", "third")[2]


async def test_an_empty_secret_is_no_secret(house: House) -> None:
    await house.secret("git", token=" ")
    await house.resource(git__auth=TOKEN)
    assert "is empty" in house.words("Ready")[2]


async def test_a_credential_in_the_url_is_refused_with_the_remedy(house: House) -> None:
    await house.resource(git__repo="https://user:hunter22hunter22@git.example/plant.git")
    message = house.words("RefResolved")[2]
    assert "spec.git.auth.token.secretRef" in message
    assert "hunter22" not in message


async def test_a_bare_user_name_in_the_url_is_dropped_for_all(house: House) -> None:
    await house.resource(git__repo="https://org@git.example/plant.git")
    assert house.refs.asked[0].url == URL
    assert house.metadata()["gitURL"] == URL


async def test_no_secret_is_written_anywhere(house: House) -> None:
    await house.secret("git", token="hunter22hunter22")
    url = "https://bob:hunter33hunter33@git.example/plant.git"
    house.refs.errors[URL] = GitAuthFailed("git.example refused hunter22hunter22")
    await house.resource(git__repo=url, git__auth=TOKEN)
    house.refs.errors.clear()
    await house.advance(30)
    written = [kind for kind in KINDS if kind is not SECRETS]
    objects = [
        {key: value for key, value in item.items() if key != "spec"} for item in house.cluster.snapshot(*written)
    ]
    everything = json.dumps(objects) + render(house.registry)[0].decode()
    assert house.words("RefResolved")[0] == "True"
    assert "hunter" not in everything
