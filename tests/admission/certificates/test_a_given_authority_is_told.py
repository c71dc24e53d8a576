"""A certificate that others make: what lies beside it as ca.crt is what the API server is told to trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.admission.certificates import pairs
from stoker.admission.certificates.given import OVERLAP_SECONDS, GivenAuthority
from stoker.kube.cluster import WEBHOOKS
from tests.admission.certificates.conftest import PLACE, START

if TYPE_CHECKING:
    from pathlib import Path

    from trio.testing import MockClock

    from tests.admission.certificates.conftest import Store

MOMENT = 3.0


@pytest.fixture
def old(tmp_path: Path) -> bytes:
    """The authority that is given at first."""
    made = pairs.make_authority(START).certificate
    (tmp_path / "ca.crt").write_bytes(made)
    return made


async def lead(store: Store, folder: Path) -> None:
    store.nursery.start_soon(GivenAuthority(store.cluster, PLACE.configuration, folder).run)
    await trio.sleep(MOMENT)


async def test_the_api_server_is_told(autojump_clock: MockClock, store: Store, tmp_path: Path, old: bytes) -> None:
    await lead(store, tmp_path)
    assert await store.told() == old


async def test_it_is_told_again_when_it_was_spoilt(
    autojump_clock: MockClock, store: Store, tmp_path: Path, old: bytes
) -> None:
    await lead(store, tmp_path)
    await trio.sleep(OVERLAP_SECONDS)
    (hook,) = await store.hooks()
    other = {**hook, "clientConfig": {**hook["clientConfig"], "caBundle": ""}}
    await store.cluster.patch(WEBHOOKS, "", PLACE.configuration, {"webhooks": [other]})
    await trio.sleep(MOMENT)
    assert await store.told() == old


async def test_the_former_is_trusted_until_every_mount_has_followed(
    autojump_clock: MockClock, store: Store, tmp_path: Path, old: bytes
) -> None:
    await lead(store, tmp_path)
    new = pairs.make_authority(START).certificate
    (tmp_path / "ca.crt").write_bytes(new)
    await trio.sleep(MOMENT)
    assert await store.told() == new + old
    await trio.sleep(OVERLAP_SECONDS)
    assert await store.told() == new


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
async def test_where_none_is_given_nothing_is_written(
    autojump_clock: MockClock, store: Store, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "ca.crt").write_bytes(content)
    before = (await store.cluster.get(WEBHOOKS, "", PLACE.configuration)).metadata.resource_version
    await lead(store, tmp_path)
    assert (await store.cluster.get(WEBHOOKS, "", PLACE.configuration)).metadata.resource_version == before


async def test_while_nothing_changes_nothing_is_written(
    autojump_clock: MockClock, store: Store, tmp_path: Path, old: bytes
) -> None:
    await lead(store, tmp_path)
    before = (await store.cluster.get(WEBHOOKS, "", PLACE.configuration)).metadata.resource_version
    await trio.sleep(OVERLAP_SECONDS * 2)
    assert (await store.cluster.get(WEBHOOKS, "", PLACE.configuration)).metadata.resource_version == before
