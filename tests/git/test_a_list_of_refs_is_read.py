"""The wire of ref look-ups: small answers, both protocol versions, and nothing that a server may say is taken for a ref."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoker.errors import GitServerError, RepositoryNotFound, StokerError
from stoker.git import pktline
from stoker.git.credentials import Credentials
from stoker.git.lsrefs import of_v0, of_v2
from stoker.git.offload import Inline
from stoker.git.remote import Remote
from tests.fakes.gitrepos import Origin, git
from tests.fakes.gitservers import counting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.gitservers import HttpServer

NOBODY = Credentials.none()
A, B = "a" * 40, "b" * 40
ADVERTISEMENT = "application/x-git-upload-pack-advertisement"


def _lines(data: bytes) -> Iterator[bytes | None]:
    return pktline.decode(data)


@pytest.fixture
def crowded(origin: Origin) -> Origin:
    """A repository of 50,000 branches."""
    tip = origin.commit({"a": "1"})
    names = sorted(["main", *(f"feature/{number}" for number in range(50_000))])
    lines = "".join(f"{tip} refs/heads/{name}\n" for name in names)
    (origin.path / "packed-refs").write_text(f"# pack-refs with: peeled fully-peeled sorted \n{lines}")
    return origin


async def test_of_fifty_thousand_refs_only_the_asked_cross_the_wire(http: HttpServer, crowded: Origin) -> None:
    wanted = ("main", "feature/49999", "v1")
    async with Remote(Inline(), timeout=30) as remote:
        with counting(int(http.url.rpartition(":")[2])) as counter:
            listing = await remote.list_refs(f"http://127.0.0.1:{counter.port}/plant.git", wanted, NOBODY)
            assert counter.moved < 4096
    assert set(listing.refs) == {"HEAD", "refs/heads/main", "refs/heads/feature/49999"}


@pytest.mark.parametrize("v2", [True, False])
async def test_a_repository_of_another_object_format_is_not_called_empty(
    http: HttpServer, tmp_path: Path, v2: bool
) -> None:
    http.behaviour.v2 = v2
    folder = tmp_path / "srv" / "other.git"
    folder.mkdir(parents=True)
    git("init", "--quiet", "--bare", "--object-format=sha256", "--initial-branch=main", ".", cwd=folder)
    Origin(folder).commit({"a": "1"})
    async with Remote(Inline(), timeout=30) as remote:
        with pytest.raises(GitServerError, match="another object format"):
            await remote.resolve(f"{http.url}/other.git", "main", NOBODY)


async def test_one_listing_answers_several_refs(http: HttpServer, origin: Origin) -> None:
    tip = origin.commit({"a": "1"})
    origin.tag("v1", tip)
    async with Remote(Inline(), timeout=30) as remote:
        listing = await remote.list_refs(f"{http.url}/plant.git", ("main", "v1", A), NOBODY)
    assert listing.refs["refs/heads/main"] == listing.peeled["refs/tags/v1"] == tip


async def test_the_servers_own_words_reach_the_user(http: HttpServer) -> None:
    line = pktline.encode("ERR Repository not found: /plant.git")
    http.behaviour.body = (ADVERTISEMENT, line)
    async with Remote(Inline(), timeout=30) as remote:
        with pytest.raises(RepositoryNotFound, match=r"Repository not found: /plant\.git"):
            await remote.resolve(f"{http.url}/plant.git", "main", NOBODY)


def test_an_unborn_head_is_no_ref() -> None:
    assert of_v2([b"unborn HEAD symref-target:refs/heads/main\n"], "here").refs == {}


def test_a_peeled_tag_of_version_2() -> None:
    listing = of_v2([f"{A} refs/tags/v1 peeled:{B}\n".encode()], "here")
    assert (listing.refs, listing.peeled) == ({"refs/tags/v1": A}, {"refs/tags/v1": B})


def test_an_advertisement_of_version_0() -> None:
    lines = [f"{A} HEAD\0symref=HEAD:refs/heads/main agent=git".encode(), f"{B} refs/tags/v1^{{}}\n".encode()]
    listing = of_v0(lines, "here")
    assert (listing.refs, listing.peeled) == ({"HEAD": A}, {"refs/tags/v1": B})


def test_an_empty_advertisement_of_version_0() -> None:
    listing = of_v0([b"0" * 40 + b" capabilities^{}\0agent=git"], "here")
    assert (listing.refs, listing.any_refs) == ({}, False)


def test_another_object_format_is_refused_by_name() -> None:
    with pytest.raises(GitServerError, match="no SHA-1 hash"):
        of_v2([b"c" * 64 + b" refs/heads/main\n"], "here")


@given(st.lists(st.one_of(st.none(), st.binary(min_size=1, max_size=50)), max_size=8), st.integers(0, 500))
def test_lines_torn_anywhere_are_whole_lines_or_an_error(payloads: list[bytes | None], at: int) -> None:
    data = b"".join(pktline.FLUSH if part is None else b"%04x" % (len(part) + 4) + part for part in payloads)
    assert list(_lines(data)) == payloads
    read: list[bytes | None] = []
    with suppress(GitServerError):
        for line in _lines(data[:at]):
            read.append(line)  # noqa: PERF402 - what came before the error is looked at
    assert read == payloads[: len(read)]


@given(st.binary(max_size=60))
def test_nonsense_is_an_error_of_ours(data: bytes) -> None:
    try:
        lines = [line for line in _lines(data) if line is not None]
        of_v2(lines, "here")
        of_v0(lines, "here")
    except StokerError:
        return


@given(st.lists(st.binary(max_size=80), max_size=4))
def test_nonsense_in_whole_lines_names_no_commit(lines: list[bytes]) -> None:
    for read in (of_v0, of_v2):
        try:
            found = read(lines, "here")
        except StokerError:
            continue
        assert all(len(oid) == 40 for oid in (*found.refs.values(), *found.peeled.values()))
