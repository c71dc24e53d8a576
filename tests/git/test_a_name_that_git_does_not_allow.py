"""Resources share a listing: one that asks for what git cannot have keeps no other from its answer, over any transport."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import RefNotFound
from stoker.git.credentials import Credentials
from stoker.git.listing import pick

if TYPE_CHECKING:
    from stoker.git.remote import Remote
    from tests.fakes.gitrepos import Origin
    from tests.git.conftest import Serve

NAMES = ["x" * 70_000, "x" * 300, "main\nHEAD", "a b", "-a", "a\0b", "\ud800", ""]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
async def test_is_missing_and_no_failure_of_all(origin: Origin, serve: Serve, remote: Remote, name: str) -> None:
    commit = origin.commit({"a": "1"})
    listing = await remote.list_refs(serve(origin), ("main", name), Credentials.none())
    assert pick(listing, "main", shown="x").commit == commit
    with pytest.raises(RefNotFound, match=r"git allows no such name; correct spec\.git\.ref") as caught:
        pick(listing, name, shown="x")
    assert len(str(caught.value)) < 600
