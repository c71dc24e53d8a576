"""The controller over the real look-ups: refs of repositories on disk, on the real clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.api import names
from stoker.git.offload import Inline
from stoker.git.remote import Remote
from stoker.kube.cluster import GATEWAYSYNCS
from tests.controller.house import NS, House
from tests.fakes.gitrepos import Origin, make_origin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    """A repository with one commit on main."""
    made = make_origin(tmp_path / "plant.git")
    made.commit({"projects/a/project.json": "{}"})
    return made


@pytest.fixture
async def real(origin: Origin, nursery: trio.Nursery) -> AsyncIterator[House]:
    """The controller over it, one resource."""
    house = House.built()
    async with Remote(Inline()) as remote:
        await house.start(nursery, remote=remote)
        await house.resource(git__repo=origin.url)
        yield house


async def until(house: House, commit: str) -> None:
    """The status names the commit; the store's own wake-ups, no clock."""
    with trio.fail_after(30):
        while house.status().last_sync_commit != commit:
            await house.settle()


async def test_a_branch(real: House, origin: Origin) -> None:
    await until(real, origin.git("rev-parse", "main"))


async def test_a_push_is_seen_at_once(real: House, origin: Origin) -> None:
    commit = origin.commit({"projects/a/project.json": '{"title": "b"}'})
    await real.annotate({names.PUSHED_AT: "1"})
    await until(real, commit)
    assert real.metadata()["commit"] == commit


async def test_an_annotated_tag_wins_over_a_branch_of_its_name(real: House, origin: Origin) -> None:
    commit = origin.commit({"x": "y"}, branch="v1")
    tagged = origin.git("rev-parse", "main")
    origin.git("-c", "user.name=A", "-c", "user.email=a@example.com", "tag", "-a", "-m", "v1", "v1", tagged)
    assert commit != tagged
    await real.edit(git__ref="v1")
    assert real.metadata()["ref"] == "v1"
    await until(real, tagged)


async def test_a_missing_ref_is_named_with_the_remedy(real: House) -> None:
    await real.edit(git__ref="nowhere")
    with trio.fail_after(30):
        while real.words("RefResolved")[0] != "False":
            await real.settle()
    assert "no branch or tag 'nowhere'" in real.words("RefResolved")[2]
    assert real.cluster.peek(GATEWAYSYNCS, NS, "main") is not None
