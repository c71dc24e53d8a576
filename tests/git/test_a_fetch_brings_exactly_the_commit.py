"""Success means that the named commit is in the store, over every transport and whatever the branch is by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import CommitGone
from stoker.git.credentials import Credentials
from stoker.git.library import opened
from stoker.git.store import TIP
from tests.git.stores import content, the_store

if TYPE_CHECKING:
    from stoker.git.fetch import StorePool
    from tests.fakes.gitrepos import Origin
    from tests.fakes.gitservers import HttpServer
    from tests.git.conftest import Serve

NOBODY = Credentials.none()


async def test_the_files_of_the_commit_can_be_read(origin: Origin, serve: Serve, pool: StorePool) -> None:
    commit = origin.commit({"a": "1", "deep/er/b": "2"})
    url = serve(origin)
    await pool.ensure(url, commit, "main", NOBODY)
    assert content(pool.tree(url, commit)) == {"a": b"1", "deep/er/b": b"2"}


async def test_an_older_commit_is_not_replaced_by_the_tip(origin: Origin, serve: Serve, pool: StorePool) -> None:
    older = origin.commit({"a": "1"})
    origin.commit({"a": "2"})
    url = serve(origin)
    await pool.ensure(url, older, "main", NOBODY)
    assert content(pool.tree(url, older)) == {"a": b"1"}


@pytest.mark.parametrize("behind", [0, 1, 5, 30])
async def test_a_server_that_refuses_hashes_is_asked_ever_deeper(
    stubborn: Origin, fetched_over: Serve, pool: StorePool, behind: int
) -> None:
    commits = [stubborn.commit({"a": str(number)}) for number in range(behind + 2)]
    wanted = commits[-1 - behind]
    url = fetched_over(stubborn)
    await pool.ensure(url, wanted, "main", NOBODY)
    assert content(pool.tree(url, wanted)) == {"a": str(commits.index(wanted)).encode()}


async def test_of_the_refs_it_was_looked_for_in_nothing_stays(
    stubborn: Origin, fetched_over: Serve, pool: StorePool
) -> None:
    wanted = stubborn.commit({"a": "1"}, branch="side")
    stubborn.tag("v1", stubborn.commit({"a": "2"}))
    url = fetched_over(stubborn)
    await pool.ensure(url, wanted, wanted, NOBODY)
    with opened(the_store(pool)) as repository:
        assert list(repository.references) == [TIP]
        assert str(repository.references[TIP].target) == wanted


async def test_a_hash_as_ref_is_found_below_any_branch_or_tag(
    stubborn: Origin, fetched_over: Serve, pool: StorePool
) -> None:
    wanted = stubborn.commit({"a": "1"}, branch="side")
    stubborn.commit({"a": "2"})
    stubborn.tag("v1", stubborn.commit({"a": "3"}, branch="side"))
    url = fetched_over(stubborn)
    await pool.ensure(url, wanted, wanted, NOBODY)
    assert content(pool.tree(url, wanted)) == {"a": b"1"}


async def test_an_annotated_tag_leads_to_its_commit(stubborn: Origin, fetched_over: Serve, pool: StorePool) -> None:
    wanted = stubborn.commit({"a": "1"})
    stubborn.tag("v1", wanted)
    stubborn.commit({"a": "2"})
    url = fetched_over(stubborn)
    await pool.ensure(url, wanted, "v1", NOBODY)
    assert content(pool.tree(url, wanted)) == {"a": b"1"}


async def test_a_forced_push_is_followed(origin: Origin, fetched_over: Serve, pool: StorePool) -> None:
    url = fetched_over(origin)
    await pool.ensure(url, origin.commit({"a": "1", "b": "1"}), "main", NOBODY)
    other = origin.commit({"a": "9"}, orphan=True)
    await pool.ensure(url, other, "main", NOBODY)
    assert content(pool.tree(url, other)) == {"a": b"9"}


@pytest.mark.parametrize("any_hash", [True, False])
async def test_a_commit_that_a_forced_push_removed_is_gone(
    origin: Origin, stubborn: Origin, fetched_over: Serve, pool: StorePool, any_hash: bool
) -> None:
    repository = origin if any_hash else stubborn
    gone = repository.commit({"a": "1"})
    repository.commit({"a": "2"}, orphan=True)
    repository.forget_unreachable()
    with pytest.raises(CommitGone, match=gone):
        await pool.ensure(fetched_over(repository), gone, "main", NOBODY)


async def test_the_ref_is_no_substitute_for_a_commit_that_it_does_not_contain(
    stubborn: Origin, fetched_over: Serve, pool: StorePool
) -> None:
    elsewhere = stubborn.commit({"a": "1"}, branch="side")
    stubborn.commit({"a": "2"})
    with pytest.raises(CommitGone, match="'main' does not contain it"):
        await pool.ensure(fetched_over(stubborn), elsewhere, "main", NOBODY)


async def test_a_ref_that_is_not_there_does_not_pass_for_success(
    stubborn: Origin, fetched_over: Serve, pool: StorePool
) -> None:
    commit = stubborn.commit({"a": "1"})
    with pytest.raises(CommitGone):
        await pool.ensure(fetched_over(stubborn), commit, "nope", NOBODY)


async def test_an_empty_repository_has_no_commit(origin: Origin, fetched_over: Serve, pool: StorePool) -> None:
    with pytest.raises(CommitGone):
        await pool.ensure(fetched_over(origin), "a" * 40, "main", NOBODY)


async def test_the_hash_of_a_tag_or_file_is_no_commit(origin: Origin, fetched_over: Serve, pool: StorePool) -> None:
    tag = origin.tag("v1", origin.commit({"a": "1"}))
    with pytest.raises(CommitGone, match="not that of a commit"):
        await pool.ensure(fetched_over(origin), tag, tag, NOBODY)


async def test_a_history_searched_in_vain_is_not_searched_again(
    stubborn: Origin, http: HttpServer, pool: StorePool
) -> None:
    stubborn.commit({"a": "1"})
    asked = []
    for _ in range(2):
        http.requests.clear()
        with pytest.raises(CommitGone):
            await pool.ensure(f"{http.url}/stubborn.git", "b" * 40, "main", NOBODY)
        asked.append(sum(method == "POST" for method, _, _ in http.requests))
    assert asked[1] < asked[0] / 2
