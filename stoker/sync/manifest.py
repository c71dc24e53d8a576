"""What earlier syncs wrote and what is to be remembered: an append-only log, and its essence in memory.

The log is blocks of `records`; each block is one delta. A torn last block, the trace of a kill or a power cut, is
ignored and cut off by the next append; a bad block with a good one behind it is damage, and refused. Appending only
deltas is why a one-file commit writes some hundred bytes where a file of 15,000 entries would be three megabytes. The
log is replaced by its essence only when most of it is history, by rename, never in place.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from stoker.errors import StateUnreadable
from stoker.sync.entry import Entry, pack, unpack
from stoker.sync.own import LINE, bounded, is_half_full, make_own, open_own, sync_state
from stoker.sync.recorded import a_path, a_text, texts
from stoker.sync.records import BlockReader, BlockWriter, encode_record
from stoker.values import Mutable, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stoker.sync.entry import Packed
    from stoker.sync.files import Files
    from stoker.sync.places import Places

VERSION = 1
NAME = ".stoker/manifest"
_NEW = ".stoker/manifest.new"
_FILE = ("stoker-manifest", VERSION)
_LOOKED_AT = 64 * 1024 * 1024
# A block that only notes something costs a line or two; 8,192 of them are under a megabyte.
COMPACT_SLACK = 8192


class Delta(Mutable):
    """What one block changes. `transaction`, `commit`, `fingerprint` and `owed` are left as they are when None."""

    transaction: str | None = None
    commit: str | None = None
    fingerprint: str | None = None
    owed: bool | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    sets: Iterable[tuple[str, Packed]] = ()
    drops: Iterable[str] = ()

    def head(self) -> dict[str, Any]:
        """The head record's body: only what changes."""
        named = {
            "transaction": self.transaction,
            "commit": self.commit,
            "fingerprint": self.fingerprint,
            "owed": self.owed,
            "notes": dict(self.notes) or None,
        }
        return {key: value for key, value in named.items() if value is not None}


class Manifest:
    """The log and what it says. One object holds it at a time (the engine's lock sees to that)."""

    def __init__(self, files: Files, places: Places, *, compact_slack: int = COMPACT_SLACK) -> None:
        """Read the log, if there is one. Raises StateUnreadable, OSError."""
        self.entries: dict[str, Packed] = {}
        self.notes: dict[str, str] = {}
        self.transaction = ""
        self.commit = ""
        self.fingerprint = ""
        self.owed = False
        self.size = 0  # bytes that count; what lies beyond is torn
        self._lines = 0
        self._slack = compact_slack
        self._files = files
        self._places = places
        self._fd: int | None = None
        self._load()

    @property
    def exists(self) -> bool:
        """Has anything ever been recorded here?"""
        return self.size > 0

    def append(self, delta: Delta, *, durable: bool = True) -> None:
        """Add a block to the log, then to memory; with `durable` it is on the disk when this returns.

        On OSError nothing is remembered, and the torn block is cut off now or by the next append.
        """
        fd = self._open()
        writer = BlockWriter(bounded(lambda data: self._files.write(fd, data, NAME), "manifest", self.size))
        if self.size == 0:
            writer.add(*_FILE)
            writer.end()
        self._write(writer, delta)
        if durable:
            self._files.fsync(fd, NAME)
        self._apply(delta)
        self.size += writer.size
        self._lines += writer.lines

    def cut(self, size: int) -> None:
        """Go back to an earlier size of the log, forgetting what was appended since, and read it anew."""
        self.close()
        make_own(self._files, self._places, "manifest", size)
        present = self._places.look(NAME)
        if present is not None and present.st_size > size:
            spot = self._places.spot(NAME)
            fd = self._files.open_existing(spot)
            try:
                self._files.truncate(fd, size, NAME)
                self._files.fsync(fd, NAME)
            finally:
                os.close(fd)
        self._load()

    def wants_compaction(self) -> bool:
        """Is most of the log history, or some of it in a log that comes near its bound?"""
        essence = len(self.entries) if is_half_full(self.size) else 2 * len(self.entries)
        return self._lines > essence + self._slack

    def compact(self) -> None:
        """Replace the log by one block that says the same. On OSError the old log stays in force."""
        self.drop_provisional()
        target, new = self._places.spot(NAME), self._places.spot(_NEW)
        fd = self._files.create(new, 0o600)
        try:
            writer = BlockWriter(lambda data: self._files.write(fd, data, _NEW))
            writer.add(*_FILE)
            writer.end()
            everything = Delta(
                self.transaction, self.commit, self.fingerprint, self.owed, self.notes, self.entries.items()
            )
            self._write(writer, everything)
            self._files.fsync(fd, _NEW)
        finally:
            os.close(fd)
        self._files.rename(new, target)
        self.close()  # at once: an error below must not leave the next append with a descriptor of the old log
        self.size, self._lines = writer.size, writer.lines
        sync_state(self._files, self._places)

    def drop_provisional(self) -> None:
        """Remove what a killed compaction left. Raises OSError."""
        if self._places.look(_NEW) is not None:
            self._files.unlink(self._places.spot(_NEW))

    def close(self) -> None:
        """Close the log's descriptor; the next append opens it again."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _write(self, writer: BlockWriter, delta: Delta) -> None:
        writer.add("delta", delta.head())
        for path, entry in delta.sets:
            writer.add("=", path, *unpack(entry).fields())
        for path in delta.drops:
            writer.add("-", path)
        writer.end()

    def _apply(self, delta: Delta) -> None:
        head = delta.head()
        self.transaction = head.get("transaction", self.transaction)
        self.commit = head.get("commit", self.commit)
        self.fingerprint = head.get("fingerprint", self.fingerprint)
        self.owed = head.get("owed", self.owed)
        self.notes.update(delta.notes)
        for path, entry in delta.sets:
            self.entries[path] = pack(entry)
        for path in delta.drops:
            self.entries.pop(path, None)

    def _open(self) -> int:
        if self._fd is None:
            make_own(self._files, self._places, "manifest", self.size)
            self._fd = self._files.open_log(self._places.spot(NAME), 0o600)
        if self.size == 0:  # a new log: its name must be as durable as what is written into it
            sync_state(self._files, self._places)
        if os.fstat(self._fd).st_size > self.size:
            self._files.truncate(self._fd, self.size, NAME)
        return self._fd

    def _load(self) -> None:
        self.entries, self.notes = {}, {}
        self.transaction = self.commit = self.fingerprint = ""
        self.owed, self.size, self._lines = False, 0, 0
        fd = open_own(self._places, "manifest")
        if fd is None:
            return
        where = f"{self._places.root}/{NAME}"
        with os.fdopen(fd, "rb") as log:
            at = 0
            reader = BlockReader()
            _check_first(log.readline(LINE), where)
            log.seek(0)
            for line in iter(lambda: log.readline(LINE), b""):
                at += len(line)
                try:
                    closed = reader.take(line)
                except (ValueError, IndexError):
                    _refuse_damage(line + log.read(_LOOKED_AT), where)
                    return
                if closed:
                    self._replay(reader.records, where)
                    self.size = at
                    reader = BlockReader()

    def _replay(self, records: list[list[Any]], where: str) -> None:
        self._lines += len(records)
        for record in records:
            try:
                self._take(record)
            except ValueError:
                raise _foreign(where, record) from None

    def _take(self, record: list[Any]) -> None:
        match record:
            case ["=", path, *items]:
                self.entries[a_path(path)] = pack(Entry.of(items))
            case ["-", str(path)]:
                self.entries.pop(path, None)
            case ["delta", dict(head)]:
                self._apply(_delta(head))
            case ["stoker-manifest", version] if version == VERSION:
                pass
            case _:
                raise ValueError("an unknown record")


def _delta(head: dict[str, Any]) -> Delta:
    """The reverse of `Delta.head`. Raises ValueError."""
    owed, notes = head.pop("owed", None), texts(head.pop("notes", {}))
    unknown = head.keys() - {"transaction", "commit", "fingerprint"}
    if unknown or not isinstance(owed, bool | None):
        raise ValueError("an unknown head")
    delta = Delta(owed=owed, notes=notes)
    for key, value in head.items():
        setattr(delta, key, a_text(value))
    return delta


def _foreign(where: str, record: object) -> StateUnreadable:
    return StateUnreadable(
        f"{where} was written by another release or is not ours (it holds {str(record)[:60]!r}): run that release, or move "
        "the file away, and the next sync adopts the live files"
    )


def _check_first(line: bytes, where: str) -> None:
    """Refuse a file that does not begin as ours does, unless it is empty, or torn within the very first line."""
    ours = encode_record(*_FILE)
    if line != ours and not ours.startswith(line.rstrip(b"\0")):
        raise _foreign(where, line)


def _refuse_damage(rest: bytes, where: str) -> None:
    """Raise StateUnreadable when a whole block follows a bad one: a torn tail has nothing behind it."""
    start = rest.find(b'\n["delta"')
    while start >= 0:
        reader = BlockReader()
        try:
            if any(reader.take(line) for line in rest[start + 1 :].splitlines(keepends=True)):
                raise StateUnreadable(
                    f"{where} is damaged in the middle: check the disk, then move the file away; the next sync adopts "
                    "the live files"
                )
        except (ValueError, IndexError):
            pass
        start = rest.find(b'\n["delta"', start + 1)
