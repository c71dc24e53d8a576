"""Three-way comparison: what is wanted, what was applied last, what is live; nothing is written.

A wanted file with the applied blob and an untouched live file costs a dictionary look-up and an lstat; only a live file
whose lstat changed is read, and a blob of the tree only for templates, patches and for a late file that may carry a stamp.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from stoker.errors import PlanInvalid, StokerError
from stoker.sync import paths
from stoker.sync.entry import Entry, as_written, unpack
from stoker.sync.journal import Delete, Put, Signature
from stoker.sync.live import READ
from stoker.sync.source import content_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from stoker.sync.entry import Packed
    from stoker.sync.live import FolderState, Live, Looked
    from stoker.sync.making import Maker, Making
    from stoker.sync.plan import SyncRequest
    from stoker.sync.protection import Excluder, Protection
    from stoker.sync.wanted import Wanted


class Difference:
    """The comparison of one request; filled by `compare`, then read."""

    def __init__(
        self,
        request: SyncRequest,
        wanted: Wanted,
        applied: dict[str, Packed],
        live: Live,
        excluder: Excluder,
        protection: Protection,
        maker: Maker,
    ) -> None:
        self.wanted = wanted
        self.applied = applied
        self.live = live
        self.excluder = excluder
        self.puts: dict[str, Put] = {}
        self.deletes: dict[str, Delete] = {}
        self.added: list[str] = []
        self.drift: list[str] = []
        self.left: list[str] = []  # strays that stay because drift is only reported
        self.learnt: dict[str, Entry] = {}
        self.refreshed: dict[str, Entry] = {}
        self.forgotten: list[str] = []
        self.standing: list[str] = []  # wanted files where a live folder stands
        self.states: dict[str, FolderState] = {"": "folder"}
        self.unchanged = 0
        self.managed_live = 0  # live files below managed destinations
        self.request = request
        self._protection = protection
        self.maker = maker

    def compare(self) -> None:
        """Raises PlanInvalid, TemplateInvalid, PatchInvalid, OSError, and what the tree raises."""
        self.states, looked = self.live.folders(self.wanted.folder_order)
        for folder, state in self.states.items():
            if state == "link":
                raise PlanInvalid(
                    f"{folder!r} in the data directory is a symbolic link, which is never written through: exclude it, "
                    "or map to where it points"
                )
        if self._compare_wanted() < len(self.applied):
            self._compare_applied()
        self._compare_strays(looked)

    def compare_only(self, news: Iterable[str]) -> None:
        """Only the files at these paths, as if all others were as they should be. Raises as `compare`."""
        for path in sorted(news):
            in_folder = self.folder_state(path.rpartition("/")[0]) == "folder"
            blob = self.wanted.blobs.get(path)
            if blob is not None:
                self._judge(path, blob.hex(), self._entry(path), self.live.look(path) if in_folder else None)
            elif path in self.applied:
                self._judge_left_over(path)
        self.unchanged = len(self.wanted.blobs) - len(self.puts)

    def folder_state(self, folder: str) -> FolderState:
        """What stands at `folder`, where no folder on the way may be a link; remembered."""
        known = self.states.get(folder)
        if known is None:
            if self.folder_state(folder.rpartition("/")[0]) != "folder":
                known = "missing"
            else:
                found = self.live.look(folder)
                known = "missing" if found is None else "folder" if stat.S_ISDIR(found.st_mode) else "other"
                if found is not None and stat.S_ISLNK(found.st_mode):
                    known = "link"
            self.states[folder] = known
        return known

    def _compare_wanted(self) -> int:
        """Returns how many of the wanted files were applied before: of so many nothing is left over."""
        base, lstat, applied = self.live.base, os.lstat, self.applied
        makings = self.wanted.makings
        unchanged = known = 0
        absent = any(state != "folder" for state in self.states.values())
        for path, blob in self.wanted.blobs.items():
            packed = applied.get(path)
            found: os.stat_result | None = None
            if not (absent and self.states[path.rpartition("/")[0]] != "folder"):
                try:
                    found = lstat(base + path)
                except FileNotFoundError:
                    found = None
            if found is not None and packed == as_written(blob, found) and not (makings and path in makings):
                unchanged += 1
            else:
                known += packed is not None
                self._judge(path, blob.hex(), None if packed is None else unpack(packed), found)
        self.unchanged += unchanged
        self.managed_live += unchanged
        return unchanged + known

    def _judge(self, path: str, blob: str, entry: Entry | None, found: os.stat_result | None) -> None:
        content, recipe = self._content(path, blob, entry)
        as_applied = entry is not None and entry.content == content
        if found is None or stat.S_ISDIR(found.st_mode):
            if entry is not None:
                self.drift.append(path)
            if not as_applied or self._restores(path):
                self._put(path, None, keep=False)
                if found is not None:
                    self.standing.append(path)
            return
        if not stat.S_ISREG(found.st_mode):
            what = "a symbolic link" if stat.S_ISLNK(found.st_mode) else "no regular file"
            raise PlanInvalid(
                f"{path!r} in the data directory is {what}, which is never replaced: remove or exclude it"
            )
        self.managed_live += 1
        signature = Signature.of(found)
        if entry is not None and signature == (entry.inode, entry.size, entry.mtime_ns):
            if not as_applied:
                self._put(path, found, keep=False)
                return
            self.unchanged += 1
            if (entry.blob, entry.recipe) != (blob, recipe):
                self.learnt[path] = Entry(blob, content, recipe, *_rest(signature))
            return
        self._judge_touched(path, blob, entry, found, content, recipe)

    def _judge_touched(
        self, path: str, blob: str, entry: Entry | None, found: os.stat_result, content: str, recipe: str
    ) -> None:
        """A live file that is not, by its lstat, the one that was applied."""
        signature = Signature.of(found)
        actual = self.live.content(path, signature, blob)
        if actual == content:
            self.unchanged += 1
            new = Entry(blob, content, recipe, *_rest(signature))
            changed = entry is None or (entry.blob, entry.content, entry.recipe) != (blob, content, recipe)
            (self.learnt if changed else self.refreshed)[path] = new
        elif entry is not None and actual == entry.content:
            self._put(path, found, keep=False)
        elif self._only_stamped(path, blob, entry, (signature, content)):
            if entry is not None and entry.content == content:
                self.unchanged += 1
            else:
                self._put(path, found, keep=False)
        else:
            if entry is not None:
                self.drift.append(path)
            if entry is None or entry.content != content or self._restores(path):
                self._put(path, found, keep=True)

    def _compare_applied(self) -> None:
        """What earlier syncs wrote and nothing wants any more, managed by a mapping or not."""
        for path in self.applied.keys() - self.wanted.blobs.keys():
            self._judge_left_over(path)

    def _judge_left_over(self, path: str) -> None:
        if self.excluder(path):
            return
        entry = unpack(self.applied[path])
        found = self.live.look(path) if self.folder_state(path.rpartition("/")[0]) == "folder" else None
        if found is None or not stat.S_ISREG(found.st_mode):
            self.forgotten.append(path)
            return
        self.managed_live += 1
        signature = Signature.of(found)
        foreign = False
        if signature != (entry.inode, entry.size, entry.mtime_ns):
            actual = self.live.content(path, signature, entry.content)
            foreign = actual != entry.content and not self._only_stamped(path, "", entry, (signature, ""))
        if foreign:
            self.drift.append(path)
        self._delete(path, signature, keep=foreign)

    def _compare_strays(self, looked: Looked) -> None:
        """Files of nobody's below managed destinations."""
        for region in self.wanted.regions:
            if self.folder_state(region) != "folder":
                continue
            for path in self.live.strays(region, self.wanted.blobs, self.applied, self.excluder, looked):
                found = self.live.look(path)
                if found is None or not stat.S_ISREG(found.st_mode):
                    continue
                self.managed_live += 1
                self.drift.append(path)
                if self._restores(path):
                    self._delete(path, Signature.of(found), keep=True)
                else:
                    self.left.append(path)

    def _entry(self, path: str) -> Entry | None:
        packed = self.applied.get(path)
        return None if packed is None else unpack(packed)

    def _restores(self, path: str) -> bool:
        return self.request.drift != "report" and paths.shown(path) not in self.request.spare

    def delete_stray(self, path: str) -> None:
        """Delete a stray that was left: it turned out to be in the way of a wanted file."""
        found = self.live.look(path)
        if found is not None:
            self._delete(path, Signature.of(found), keep=True)

    def _content(self, path: str, blob: str, entry: Entry | None) -> tuple[str, str]:
        """The content id that shall be live, and its recipe."""
        making = self.wanted.makings.get(path)
        if making is None:
            return blob, ""
        if entry is not None and entry.recipe and entry.blob == blob and self.maker.still_makes(entry.recipe, making):
            return entry.content, entry.recipe
        data, recipe = self.maker.make(path, blob, making)
        return content_id(data, blob), recipe

    def _made(self, path: str, blob: str, making: Making | None) -> bytes:
        return self.request.tree.read(blob) if making is None else self.maker.make(path, blob, making).data

    def _only_stamped(self, path: str, blob: str, entry: Entry | None, states: tuple[Signature, str]) -> bool:
        """Does a live late file differ from what is wanted, or was applied, by nothing but the gateway's stamp?

        `states`: the live file's signature and the content wanted. Read once for each pair of them and what was applied.
        """
        equal = self._protection.stamp_equal
        if equal is None or path.rpartition("/")[2] not in self._protection.late_names or states[0].size > READ:
            return False
        asked = (*states, entry.content if entry is not None else "")
        known = self.live.stamps.get(path)
        if known is None or known[0] != asked:
            known = self.live.stamps[path] = (asked, self._stamp_equal(path, blob, entry, equal))
        return known[1]

    def _stamp_equal(self, path: str, blob: str, entry: Entry | None, equal: Callable[[bytes, bytes], bool]) -> bool:
        actual = self.live.read(path)
        making = self.wanted.makings.get(path)
        if blob and equal(actual, self._made(path, blob, making)):
            return True
        if entry is None or entry.blob == blob:
            return False
        if not entry.recipe:
            making = None
        elif making is None or not self.maker.still_makes(entry.recipe, making):
            return False  # how it was made then is not known any more
        try:
            return equal(actual, self._made(path, entry.blob, making))
        except (StokerError, LookupError, OSError):
            return False  # the old commit's objects are gone: what cannot be compared is kept

    def _put(self, path: str, found: os.stat_result | None, *, keep: bool) -> None:
        late, blob = path.rpartition("/")[2] in self._protection.late_names, self.wanted.blobs[path]
        if found is None:
            self.added.append(path)
            mode = 0o755 if path in self.wanted.executables else 0o644
            self.puts[path] = Put(path, blob, 0, 0, mode, late=late)
        else:
            mode = stat.S_IMODE(found.st_mode)
            self.puts[path] = Put(
                path, blob, 0, 0, mode, found.st_uid, found.st_gid, Signature.of(found), keep=keep, late=late
            )

    def _delete(self, path: str, signature: Signature, *, keep: bool) -> None:
        late = path.rpartition("/")[2] in self._protection.late_names
        self.deletes[path] = Delete(path, 0, 0, signature, keep=keep, late=late)


def _rest(signature: Signature) -> tuple[int, int, int]:
    return signature.size, signature.mtime_ns, signature.inode
