"""The values of a ConfigMap or Secret may take 1 MiB together, and not a byte more."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from stoker.errors import ObjectTooLarge
from stoker.kube.cluster import CONFIGMAPS, OBJECT_LIMIT, SECRETS

if TYPE_CHECKING:
    from tests.kube.contract.conftest import Store


async def test_a_full_map_is_taken(store: Store) -> None:
    half = "x" * (OBJECT_LIMIT // 2)
    assert len((await store.configmap("a", {"k": half, "l": half})).data["l"]) == OBJECT_LIMIT // 2


async def test_one_byte_more_is_too_large(store: Store) -> None:
    with pytest.raises(ObjectTooLarge, match="a"):
        await store.configmap("a", {"k": "x" * OBJECT_LIMIT, "l": "y"})
    assert await store.names() == []


async def test_bytes_count_and_not_characters(store: Store) -> None:
    with pytest.raises(ObjectTooLarge):
        await store.configmap("a", {"k": "ä" * (OBJECT_LIMIT // 2 + 1)})


async def test_a_patch_that_passes_the_limit_changes_nothing(store: Store) -> None:
    before = await store.configmap("a", {"k": "x" * (OBJECT_LIMIT // 2)})
    with pytest.raises(ObjectTooLarge):
        await store.patch("a", {"data": {"l": "x" * (OBJECT_LIMIT // 2 + 1)}})
    assert await store.cluster.get(CONFIGMAPS, store.namespace, "a") == before


async def test_a_secret_s_bytes_count_decoded(store: Store) -> None:
    full = base64.b64encode(b"x" * OBJECT_LIMIT).decode()
    await store.cluster.create(SECRETS, store.namespace, {"metadata": {"name": "a"}, "data": {"k": full}})
    more = base64.b64encode(b"x" * (OBJECT_LIMIT + 3)).decode()
    with pytest.raises(ObjectTooLarge):
        await store.cluster.create(SECRETS, store.namespace, {"metadata": {"name": "b"}, "data": {"k": more}})
