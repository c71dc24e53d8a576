"""Git objects written by hand into a real bare repository: what no git would write, and what a server may yet hold.

Objects are loose files made here byte by byte, because git's own commands refuse most of what is wanted. The name of an
object need not be that of its content: the store does not hash again what it reads.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.gitrepos import BRANCH

if TYPE_CHECKING:
    from tests.fakes.gitrepos import Origin

FILE, PROGRAM, LINK, FOLDER, MODULE = b"100644", b"100755", b"120000", b"40000", b"160000"
_ADLER = 65521
_ZEROS = 1 << 20

Entry = tuple[bytes, bytes, str]
"""Mode, name, and the id of what it names."""


@dataclass(frozen=True)
class Forge:
    """Writes into one repository; every call returns the id of the object it made."""

    origin: Origin

    def put(self, kind: str, body: bytes) -> str:
        """Any object."""
        whole = b"%s %d\0" % (kind.encode(), len(body)) + body
        return self._write(hashlib.sha1(whole).hexdigest(), zlib.compress(whole, 1))

    def blob(self, data: bytes | str) -> str:
        """A file's content."""
        return self.put("blob", data.encode() if isinstance(data, str) else data)

    def tree(self, *entries: Entry) -> str:
        """A directory with these entries, in this order, whatever they are."""
        return self.put("tree", b"".join(b"%s %s\0" % (mode, name) + bytes.fromhex(oid) for mode, name, oid in entries))

    def folder(self, files: dict[str, str | bytes]) -> str:
        """A good directory of plain files."""
        return self.tree(*((FILE, name.encode(), self.blob(data)) for name, data in sorted(files.items())))

    def nested(self, path: str, tree: str) -> str:
        """``tree`` below the folders of ``path``; ``tree`` itself for ""."""
        for name in reversed(path.split("/") if path else []):
            tree = self.tree((FOLDER, name.encode(), tree))
        return tree

    def commit(self, tree: str, message: str = "hostile") -> str:
        """The next commit of the branch, of that tree."""
        who = "Ann Author <ann@example.com> 1700000000 +0000"
        made = self.put("commit", f"tree {tree}\nauthor {who}\ncommitter {who}\n\n{message}\n".encode())
        self.ref(f"refs/heads/{BRANCH}", made)
        return made

    def ref(self, name: str, oid: str) -> None:
        """A ref to anything."""
        file = self.origin.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{oid}\n")

    def zeros(self, megabytes: int) -> str:
        """A blob of so many megabytes of zeros in a few kilobytes; its id is not that of its content."""
        head = b"blob %d\0" % (megabytes * _ZEROS)
        squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
        first = squeezed.compress(head) + squeezed.flush(zlib.Z_FULL_FLUSH)
        block = squeezed.compress(bytes(_ZEROS)) + squeezed.flush(zlib.Z_FULL_FLUSH)
        low, high = (checksum := zlib.adler32(head)) & 0xFFFF, checksum >> 16
        high = (high + low * megabytes * _ZEROS) % _ADLER
        stream = b"\x78\xda" + first + block * megabytes + squeezed.flush() + struct.pack(">HH", high, low)
        return self._write(hashlib.sha1(head).hexdigest(), stream)

    def _write(self, oid: str, stream: bytes) -> str:
        file = self.origin.path / "objects" / oid[:2] / oid[2:]
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(stream)
        return oid
