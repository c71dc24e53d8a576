"""Journals and manifests that no engine wrote: well-formed, with a good checksum, and malicious."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from stoker.sync.records import BlockWriter

if TYPE_CHECKING:
    from pathlib import Path

BLOB = "1" * 40


def blocks(*groups: list[tuple[Any, ...]], last: tuple[Any, ...] = ()) -> bytes:
    """Blocks of records, each closed well; ``last`` follows outside the checksum."""
    written: list[bytes] = []
    writer = BlockWriter(written.append)
    for number, group in enumerate(groups, 1):
        for record in group:
            writer.add(*record)
        writer.end(*(last if number == len(groups) else ()))
    return b"".join(written)


def manifest(*records: tuple[Any, ...], head: Any = None) -> bytes:
    """A log that says so of an earlier sync."""
    head = {"commit": "1" * 40, "fingerprint": "f"} if head is None else head
    return blocks([("stoker-manifest", 1)], [("delta", head), *records])


def journal(*records: tuple[Any, ...], go: str = "forward ", **head: Any) -> bytes:
    """The journal of a merge that was killed right after PREPARED."""
    body = {
        "transaction": "t",
        "commit": "1" * 40,
        "fingerprint": "f",
        "kept": "20260101T000000Z-1-t",
        "notes": {},
        "tops": [""],
        "manifest_size": 0,
        **head,
    }
    return blocks([("stoker-journal", 1, body), *records], last=("go", go))


def put(path: Any, number: Any = 0, mount: Any = 0, old: Any = None) -> tuple[Any, ...]:
    """A staged file for ``path``."""
    return "put", path, number, mount, False, False, old, BLOB, "", "", 4, 1, 1


def delete(path: Any, file: Path, *, keep: bool = False, number: Any = 0) -> tuple[Any, ...]:
    """The deletion of ``file``, by its true signature."""
    return "delete", path, number, 0, False, keep, False, signature(file)


def entry(path: Any, file: Path) -> tuple[Any, ...]:
    """A manifest's claim that a sync wrote ``file`` and nobody touched it since."""
    inode, size, mtime = signature(file)
    return "=", path, BLOB, "", "", size, mtime, inode


def signature(file: Path) -> tuple[int, int, int]:
    """What a journal knows a file by."""
    found = os.lstat(file)
    return found.st_ino, found.st_size, found.st_mtime_ns


def staged(data: Path, top: str = "") -> None:
    """Payloads, and files set aside, as a journal may name them."""
    folder = data / top / ".sync-staging"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("n0", "o0", "k0"):
        (folder / name).write_text("mine")


def state(data: Path, **files: bytes) -> None:
    """Files of our own state: ``journal``, ``manifest``."""
    (data / ".stoker").mkdir(exist_ok=True)
    for name, content in files.items():
        (data / ".stoker" / name).write_bytes(content)
