"""Ref look-ups that libgit2 makes: of a repository on this machine, over git:// and over ssh. Blocking; run through ``offload``.

libgit2 speaks protocol v0 only, so every ref of the server comes along; look-ups over http go another way, see ``lsrefs``.
Everything here can be handed to another process.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from stoker.errors import RepositoryNotFound, StoreBroken
from stoker.git import failures
from stoker.git.handshake import Handshake
from stoker.git.library import opened, pygit2
from stoker.git.listing import RefListing, prefixes
from stoker.git.ssh_home import ssh_home

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence

    from stoker.git.credentials import Credentials
    from stoker.git.urls import Place


TAGS: Final = 100


@contextmanager
def open_local(where: Place) -> Iterator[pygit2.Repository]:
    """The repository of a file:// URL, wherever its ``.git`` is; RepositoryNotFound when there is none."""
    with ExitStack() as held:
        try:
            repository = held.enter_context(opened(where.path))
        except failures.LIBGIT2_ERRORS as error:
            raise RepositoryNotFound(
                f"{where.shown}: no readable git repository there ({error}); check spec.git.repo"
            ) from None
        lender = _lender(repository.path, where.path)
        if lender:
            raise RepositoryNotFound(
                f"{where.shown}: it has objects of another repository ({lender}), which nobody named; clone it whole, or run"
                " git repack -a -d there and remove objects/info/alternates"
            )
        yield repository


def _lender(git: str, named: str) -> str:
    """By what the repository at ``git``, found from the path ``named``, has its objects elsewhere; "" when it has them itself.

    We read as who we are, perhaps root: who may write into one repository would have commits of all others synced.
    """
    here, folder = os.path.realpath(named), os.path.realpath(git)
    owner = folder.removesuffix("/.git")
    objects = os.path.join(folder, "objects")
    if os.path.commonpath((owner, here)) != owner:
        return "a .git file"
    if os.path.exists(os.path.join(folder, "commondir")):
        return "commondir"
    if os.path.realpath(objects) != objects:
        return "objects is a link"
    return "objects/info/alternates" if os.path.exists(os.path.join(objects, "info/alternates")) else ""


def of_path(where: Place, wanted: Sequence[str], stop: threading.Event) -> RefListing:
    """The refs of a file:// repository, read in place. RepositoryNotFound, StoreBroken."""
    del stop
    with open_local(where) as repository:
        return _listing_of(repository, wanted, where.shown)


def _listing_of(repository: pygit2.Repository, wanted: Sequence[str], shown: str) -> RefListing:
    refs: dict[str, str] = {}
    peeled: dict[str, str] = {}
    try:
        for name in prefixes(wanted):
            found: object = _object_of(repository, name)
            if isinstance(found, pygit2.Object):
                refs[name] = str(found.id)
            if isinstance(found, pygit2.Tag):
                peeled[name] = _peeled(repository, found)
        anything = bool(refs) or next(iter(repository.references.iterator()), None) is not None
    except failures.LIBGIT2_ERRORS as error:
        raise StoreBroken(f"{shown}: {error}; run git fsck there") from None
    return RefListing(refs, peeled, any_refs=anything)


def _peeled(repository: pygit2.Repository, tag: pygit2.Tag) -> str:
    """What a tag is of at last. ValueError past ``TAGS``: libgit2's own way there has no end where tags are in a ring."""
    found: object = tag
    for _ in range(TAGS):
        if not isinstance(found, pygit2.Tag):
            return str(found.id if isinstance(found, pygit2.Object) else tag.target)
        tag, found = found, repository.get(found.target)
    raise ValueError(f"a tag of more than {TAGS} tags of one another")


def _object_of(repository: pygit2.Repository, name: str) -> object:
    """What a ref stands for, a tag object unpeeled; None for a ref that is not there or leads nowhere."""
    try:
        reference = repository.references.get(name)
        return reference and repository.get(reference.resolve().target)
    except (KeyError, pygit2.InvalidSpecError):
        return None


def of_server(where: Place, credentials: Credentials, until: float, stop: threading.Event) -> RefListing:
    """The refs of a server. ``until``: of ``time.monotonic``. Raises what ``failures`` and ``handshake`` raise."""
    del stop
    try:
        with ssh_home(where, credentials.ssh, until=until):
            remote = pygit2.Repository().remotes.create_anonymous(where.url)
            heads = remote.list_heads(callbacks=Handshake(where, credentials))
    except failures.LIBGIT2_ERRORS as error:
        raise failures.of_libgit2(error, where.shown) from None
    refs = {head.name: str(head.oid) for head in heads if head.name and not head.name.endswith("^{}")}
    peeled = {head.name.removesuffix("^{}"): str(head.oid) for head in heads if head.name and head.name.endswith("^{}")}
    return RefListing(refs, peeled, any_refs=bool(refs))
