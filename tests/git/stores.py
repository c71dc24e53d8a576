"""Looks into what was fetched, for the tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.git.fetch import StorePool
    from stoker.git.tree import CommitTree


def content(tree: CommitTree) -> dict[str, bytes]:
    """Every file of a commit."""
    return {entry.path: tree.read(entry.blob) for entry in tree.walk("")}


def the_store(pool: StorePool) -> Path:
    """The newest store of the only repository."""
    (shelf,) = pool._shelves.all()
    newest = shelf.newest()
    assert newest is not None
    return newest


def packs(store: Path) -> list[Path]:
    """Its packs, largest first."""
    found = (store / "objects" / "pack").glob("*.pack")
    return sorted(found, key=lambda pack: -pack.stat().st_size)
