"""Git servers that exist only as refs, at the controller's port to them: they count who asked for what, fail and hang."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import trio

from stoker.errors import RepositoryNotFound
from stoker.git.listing import RefListing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stoker.errors import StokerError
    from stoker.git.credentials import Credentials


class Asked(NamedTuple):
    """One look-up: where, for which refs, with which secret, when (Trio seconds)."""

    url: str
    wanted: tuple[str, ...]
    secret: str
    at: float


@dataclass
class FakeRefs:
    """``refs``: by URL, full ref name to object id. A look-up takes ``takes`` seconds and sees what was there first."""

    refs: dict[str, dict[str, str]] = field(default_factory=dict)
    peeled: dict[str, dict[str, str]] = field(default_factory=dict)
    errors: dict[str, StokerError | Exception] = field(default_factory=dict)
    hanging: set[str] = field(default_factory=set)
    takes: float = 0.0
    asked: list[Asked] = field(default_factory=list)
    shown: list[Credentials] = field(default_factory=list)

    def push(self, url: str, commit: str, ref: str = "refs/heads/main") -> None:
        """Moves a ref."""
        self.refs.setdefault(url, {})[ref] = commit

    async def list_refs(self, url: str, wanted: Sequence[str], credentials: Credentials) -> RefListing:
        """As the port says."""
        pair = credentials.pair
        self.shown.append(credentials)
        self.asked.append(Asked(url, tuple(wanted), pair[1] if pair else "", trio.current_time()))
        seen = dict(self.refs.get(url, {}))
        await trio.sleep(self.takes)
        if url in self.hanging:
            await trio.sleep_forever()
        if url in self.errors:
            raise self.errors[url]
        if url not in self.refs:
            raise RepositoryNotFound(f"{url}: no such repository")
        return RefListing(seen, self.peeled.get(url, {}), any_refs=bool(seen))
