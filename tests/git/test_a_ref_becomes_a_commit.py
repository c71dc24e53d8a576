"""What users write as a ref, over every transport, against real servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import RefNotFound, RepositoryEmpty, RepositoryNotFound
from stoker.git.credentials import Credentials

if TYPE_CHECKING:
    from stoker.git.remote import Remote
    from tests.fakes.gitrepos import Origin
    from tests.git.conftest import Serve

NOBODY = Credentials.none()


async def test_a_branch_is_its_tip(origin: Origin, serve: Serve, remote: Remote) -> None:
    origin.commit({"a": "1"})
    tip = origin.commit({"a": "2"})
    assert (await remote.resolve(serve(origin), "main", NOBODY)).commit == tip


async def test_a_light_tag_is_its_commit(origin: Origin, serve: Serve, remote: Remote) -> None:
    first = origin.commit({"a": "1"})
    origin.commit({"a": "2"})
    origin.tag("v1", first, annotated=False)
    assert (await remote.resolve(serve(origin), "v1", NOBODY)).commit == first


async def test_an_annotated_tag_is_the_commit_it_peels_to(origin: Origin, serve: Serve, remote: Remote) -> None:
    first = origin.commit({"a": "1"})
    tag = origin.tag("v1", first)
    found = await remote.resolve(serve(origin), "v1", NOBODY)
    assert found.commit == first != tag


async def test_a_tag_of_a_tag_is_peeled_to_the_end(origin: Origin, serve: Serve, remote: Remote) -> None:
    first = origin.commit({"a": "1"})
    origin.tag("inner", first)
    origin.tag("outer", "refs/tags/inner")
    assert (await remote.resolve(serve(origin), "outer", NOBODY)).commit == first


async def test_a_tag_wins_over_a_branch_of_the_same_name(origin: Origin, serve: Serve, remote: Remote) -> None:
    first = origin.commit({"a": "1"})
    origin.commit({"a": "2"}, branch="release")
    origin.tag("release", first)
    found = await remote.resolve(serve(origin), "release", NOBODY)
    assert (found.commit, found.ref_name) == (first, "refs/tags/release")


async def test_the_branch_is_meant_when_its_full_name_is_written(origin: Origin, serve: Serve, remote: Remote) -> None:
    first = origin.commit({"a": "1"})
    second = origin.commit({"a": "2"}, branch="release")
    origin.tag("release", first)
    assert (await remote.resolve(serve(origin), "refs/heads/release", NOBODY)).commit == second


async def test_any_full_ref_name_is_found(origin: Origin, serve: Serve, remote: Remote) -> None:
    first = origin.commit({"a": "1"})
    origin.git("update-ref", "refs/pull/7/head", first)
    assert (await remote.resolve(serve(origin), "refs/pull/7/head", NOBODY)).commit == first


async def test_a_branch_with_slashes_is_not_its_last_part(origin: Origin, serve: Serve, remote: Remote) -> None:
    origin.commit({"a": "1"})
    wanted = origin.commit({"a": "2"}, branch="site/nord/main")
    assert (await remote.resolve(serve(origin), "site/nord/main", NOBODY)).commit == wanted


async def test_a_full_hash_is_taken_as_it_is_and_nobody_is_asked(remote: Remote) -> None:
    wanted = "ABCDEF0123" * 4
    found = await remote.resolve("https://nowhere.invalid/x.git", wanted, NOBODY)
    assert found.commit == wanted.lower()


async def test_an_unknown_ref_is_named_with_its_repository(origin: Origin, serve: Serve, remote: Remote) -> None:
    origin.commit({"a": "1"})
    url = serve(origin)
    with pytest.raises(RefNotFound, match="no branch or tag 'nope'") as caught:
        await remote.resolve(url, "nope", NOBODY)
    assert url in str(caught.value)


async def test_a_part_of_a_name_is_no_match(origin: Origin, serve: Serve, remote: Remote) -> None:
    origin.commit({"a": "1"}, branch="main-two")
    with pytest.raises(RefNotFound):
        await remote.resolve(serve(origin), "main-tw", NOBODY)


async def test_an_empty_repository_says_so(origin: Origin, serve: Serve, remote: Remote) -> None:
    with pytest.raises(RepositoryEmpty, match="push one to 'main'"):
        await remote.resolve(serve(origin), "main", NOBODY)


async def test_a_repository_without_a_head_is_not_called_empty(origin: Origin, serve: Serve, remote: Remote) -> None:
    origin.commit({"a": "1"}, branch="other")
    with pytest.raises(RefNotFound):
        await remote.resolve(serve(origin), "main", NOBODY)


async def test_a_repository_that_is_not_there(origin: Origin, serve: Serve, remote: Remote) -> None:
    origin.commit({"a": "1"})
    with pytest.raises(RepositoryNotFound):
        await remote.resolve(serve(origin).replace("plant.git", "plan.git"), "main", NOBODY)
