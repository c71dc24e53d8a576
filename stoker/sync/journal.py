"""The redo journal: every step of a merge, written whole before the first one is taken.

`{data}/.stoker/journal` exists only between PREPARED and the end of a merge. It appears by rename, complete, after all
that it names is on the disk; its last line gives the direction, `forward`, which is overwritten in place by `backward`
(ABORT) when a step met an error: in place, because on a full disk nothing can be appended. DONE is no mark of its own:
the manifest's block carries the transaction's name, and the journal is removed when that is durable. The steps and the
rules to take them again are in `merge`; docs/journal.md tells the whole story.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from stoker.errors import StateUnreadable
from stoker.sync.entry import Entry, Packed, pack, unpack
from stoker.sync.grafts import Graft
from stoker.sync.manifest import Delta
from stoker.sync.own import LINE, bounded, open_own, sync_state
from stoker.sync.recorded import a_count, a_name, a_path, a_text, numbers, texts
from stoker.sync.records import BlockReader, BlockWriter, encode_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stoker.sync.files import Files
    from stoker.sync.places import Places

VERSION = 1
NAME = ".stoker/journal"
_NEW = ".stoker/journal.new"
_FORWARD = encode_record("go", "forward ")
_BACKWARD = encode_record("go", "backward")


class Signature(NamedTuple):
    """What tells one state of a live file from another without reading it."""

    inode: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> Signature:
        """Of an lstat."""
        return cls(found.st_ino, found.st_size, found.st_mtime_ns)


class Put(msgspec.Struct, gc=False):
    """Give a wanted file its live name. Mutable: staging fills in `entry`, the merge's last look `old` and `keep`.

    blob: its raw content id, not told in a recovery, which reads none.
    number: names the staged file (`n{number}`) and the one set aside (`o{number}`) in the staging folder of `mount`.
    old: the live file that is replaced; keep: and that is somebody else's work. mode, uid, gid: of the new file, -1
    where staging need not care.
    """

    path: str
    blob: bytes
    number: int
    mount: int
    mode: int
    uid: int = -1
    gid: int = -1
    old: Signature | None = None
    keep: bool = False
    late: bool = False
    entry: Packed | None = None


class Delete(msgspec.Struct, gc=False):
    """Remove a live file, if it still is the one of `old`. early: it is in the way of a Put or of a folder."""

    path: str
    number: int
    mount: int
    old: Signature
    keep: bool = False
    early: bool = False
    late: bool = False


class Journal:
    """The steps of one merge. Lists are in the order in which they are taken."""

    def __init__(self, transaction: str, commit: str, fingerprint: str, kept_name: str) -> None:
        """`transaction`: unique; `kept_name`: the folder in kept/ for what this merge keeps."""
        self.transaction = transaction
        self.commit = commit
        self.fingerprint = fingerprint
        self.kept_name = kept_name
        self.notes: dict[str, str] = {}
        self.tops: tuple[str, ...] = ("",)
        self.manifest_size = 0  # of the log before this merge: where an undo cuts it
        self.forward = True
        self.clears: list[tuple[str, int]] = []  # folders that must go, deepest first, with their mode
        self.folders: list[str] = []  # folders to make, outermost first
        self.grafts: list[Graft] = []  # which of them come with all that is in them
        self.puts: list[Put] = []
        self.deletes: list[Delete] = []
        self.empties: list[tuple[str, int]] = []  # folders to remove if empty, deepest first, with their mode
        self.learnt: dict[str, Entry] = {}  # live files found to be as wanted
        self.forgotten: list[str] = []

    @property
    def steps(self) -> list[Put | Delete]:
        """Every step that changes a file."""
        return [*self.puts, *self.deletes]

    @property
    def changed(self) -> int:
        """How many files this merge changes."""
        return len(self.puts) + len(self.deletes)

    def delta(self) -> Delta:
        """What the manifest learns when the merge is done. Any changed file is a debt to announce."""
        sets: dict[str, Packed] = {put.path: put.entry for put in self.puts if put.entry is not None}
        sets |= self.learnt
        drops = [step.path for step in self.deletes if step.path not in sets] + self.forgotten
        owed = True if self.changed else None
        return Delta(self.transaction, self.commit, self.fingerprint, owed, self.notes, sets.items(), drops)

    # --- on disk -------------------------------------------------------------------------------------------------

    def write_aside(self, files: Files, places: Places) -> None:
        """Write the journal under its provisional name; the caller flushes the file system before `prepare`.

        Raises OSError, EFBIG too.
        """
        drop_provisional(files, places)
        fd = files.create(places.spot(_NEW), 0o600)
        try:
            writer = BlockWriter(bounded(lambda data: files.write(fd, data, _NEW), "journal"))
            for record in self._records():
                writer.add(*record)
            writer.end("go", "forward ")
        finally:
            os.close(fd)

    def prepare(self, files: Files, places: Places) -> None:
        """PREPARED: from the moment this returns, the merge happens."""
        files.rename(places.spot(_NEW), places.spot(NAME))
        sync_state(files, places)

    def turn_back(self, files: Files, places: Places) -> None:
        """ABORT: durable before the first step back is taken. Raises OSError when it could not be written."""
        fd = files.open_existing(places.spot(NAME))
        try:
            size = os.fstat(fd).st_size
            files.overwrite(fd, _BACKWARD, size - len(_BACKWARD), NAME)
            files.fsync(fd, NAME)
        finally:
            os.close(fd)
        self.forward = False

    def on_disk(self, places: Places) -> bool:
        """Has it become PREPARED, as far as the file system shows?"""
        return places.look(NAME) is not None

    def drop(self, files: Files, places: Places) -> None:
        """The merge has ended, either way."""
        if places.look(NAME) is not None:
            files.unlink(places.spot(NAME))

    def _records(self) -> Iterator[tuple[Any, ...]]:
        yield (
            "stoker-journal",
            VERSION,
            {
                "transaction": self.transaction,
                "commit": self.commit,
                "fingerprint": self.fingerprint,
                "kept": self.kept_name,
                "notes": self.notes,
                "tops": self.tops,
                "manifest_size": self.manifest_size,
            },
        )
        for path, mode in self.clears:
            yield "clear", path, mode
        for path in self.folders:
            yield "folder", path
        for graft in self.grafts:
            yield "graft", *graft
        for put in self.puts:
            if put.entry is not None:
                yield "put", put.path, put.number, put.mount, put.late, put.keep, put.old, *unpack(put.entry).fields()
        for step in self.deletes:
            yield "delete", step.path, step.number, step.mount, step.late, step.keep, step.early, step.old
        for path, mode in self.empties:
            yield "empty", path, mode
        for path, entry in self.learnt.items():
            yield "learn", path, *entry.fields()
        for path in self.forgotten:
            yield "forget", path

    def _mount(self, value: Any) -> int:
        return a_count(value, below=len(self.tops))

    def _take(self, record: list[Any]) -> None:
        match record:
            case ["clear", path, mode]:
                self.clears.append((a_path(path), a_count(mode)))
            case ["folder", path]:
                self.folders.append(a_path(path))
            case ["graft", path, number, mount]:
                self.grafts.append(Graft(a_path(path), a_count(number), self._mount(mount)))
            case ["put", path, number, mount, bool(late), bool(keep), old, *items]:
                was = _signature(old) if old is not None else None
                entry = pack(Entry.of(items))
                step = Put(a_path(path), b"", a_count(number), self._mount(mount), 0)
                step.old, step.keep, step.late, step.entry = was, keep, late, entry
                self.puts.append(step)
            case ["delete", path, number, mount, bool(late), bool(keep), bool(early), old]:
                at = a_path(path), a_count(number), self._mount(mount)
                self.deletes.append(Delete(*at, _signature(old), keep, early, late))
            case ["empty", path, mode]:
                self.empties.append((a_path(path), a_count(mode)))
            case ["learn", path, *items]:
                self.learnt[a_path(path)] = Entry.of(items)
            case ["forget", path]:
                self.forgotten.append(a_path(path))
            case _:
                raise ValueError(f"unknown record {record[0]!r}")


def _signature(value: Any) -> Signature:
    return Signature(*numbers(value, 3))


def read_journal(places: Places) -> Journal | None:
    """The journal of an unfinished merge, or None. Raises StateUnreadable for one that cannot be followed."""
    where = f"{places.root}/{NAME}"
    fd = open_own(places, "journal")
    if fd is None:
        return None
    try:
        with os.fdopen(fd, "rb") as log:
            return _read(log)
    except (ValueError, IndexError, TypeError, KeyError) as error:
        raise StateUnreadable(
            f"{where} cannot be followed ({error}): it is damaged or of another release. Nothing runs until it is "
            "settled: start the release that wrote it, or move it away and check the files it names"
        ) from None


def _read(log: Any) -> Journal:
    reader = BlockReader()
    journal: Journal | None = None
    for line in iter(lambda: log.readline(LINE), b""):
        closed = reader.take(line)
        if reader.records:
            record = reader.records.pop()
            if journal is None:
                journal = _opened(record)
            else:
                journal._take(record)  # noqa: SLF001 - the same class, read from outside its instance
        if closed:
            break
    last = log.readline(LINE)
    if journal is None or last not in (_FORWARD, _BACKWARD):
        raise ValueError("it is not complete")
    journal.forward = last == _FORWARD
    return journal


def _opened(record: list[Any]) -> Journal:
    name, version, head = record
    if name != "stoker-journal" or version != VERSION:
        raise ValueError(f"its format is {name} {version}")
    transaction, commit, fingerprint = (a_text(head[key]) for key in ("transaction", "commit", "fingerprint"))
    journal = Journal(transaction, commit, fingerprint, a_name(head["kept"]))
    journal.notes = texts(head["notes"])
    root, *tops = head["tops"]
    if root != "":
        raise ValueError("it is not of this directory")
    journal.tops = ("", *map(a_path, tops))
    journal.manifest_size = a_count(head["manifest_size"])
    return journal


def drop_provisional(files: Files, places: Places) -> None:
    """Remove a journal that never became PREPARED."""
    if places.look(_NEW) is not None:
        files.unlink(places.spot(_NEW))
