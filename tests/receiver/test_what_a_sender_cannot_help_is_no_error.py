"""Pushes that tell of no ref which anybody could follow: answered 202, for some senders end a webhook that is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stoker.receiver.payloads import read
from stoker.receiver.said import Ignored, Push, Retarget
from tests.receiver.samples import sample

EMPTY = "the push lists no ref that changed"
LISTS = {
    "bitbucket-cloud-push": ("push", "changes"),
    "bitbucket-datacenter-push": ("changes",),
    "azuredevops-push": ("resource", "refUpdates"),
    "gitlab-system-repository-update": ("changes",),
}


def changed(name: str, path: tuple[str, ...], value: Any) -> Any:
    """What the sample says with ``value`` at ``path``."""
    request = sample(name)
    body = json.loads(request.raw)
    place = body
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return read(request.lower, json.dumps(body).encode())


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_list_of_changes_changes_nothing(name: str) -> None:
    assert changed(name, LISTS[name], []) == Ignored(name.partition("-")[0], EMPTY)


@pytest.mark.parametrize("name", ["github-push", "gitlab-push", "gitea-push", "gogs-push"])
def test_nor_does_a_ref_that_is_too_long_for_any_resource(name: str) -> None:
    found = changed(name, ("ref",), "refs/heads/" + "x" * 512)
    assert isinstance(found, Ignored)
    assert "no name that git allows" in found.reason
    assert len(found.reason) < 200


def test_a_mirror_tells_of_what_it_fetched_as_its_origin_does() -> None:
    request = sample("bitbucket-datacenter-push")
    headers = request.lower | {"x-event-key": "mirror:repo_synchronized"}
    found = read(headers, request.raw.replace(b'"repo:refs_changed"', b'"mirror:repo_synchronized"'))
    assert isinstance(found, Push)
    assert found == read(request.lower, request.raw)


def test_who_corrects_the_notes_of_a_release_orders_nothing() -> None:
    told = {"action": "edited", "changes": {"body": {"from": "Raises the pump's limt"}}}
    found = _release(told)
    assert found == Ignored("github", "release v2.4.0 was edited, its tag was not")


def test_a_release_that_was_given_another_tag_is_an_order() -> None:
    assert _release({"action": "edited", "changes": {"tag_name": {"from": "v2.3.9"}}}) == Retarget("github", "v2.4.0")


def _release(told: dict[str, Any]) -> Any:
    request = sample("github-release")
    return read(request.lower, json.dumps(json.loads(request.raw) | told).encode())
