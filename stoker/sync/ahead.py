"""Flushing ahead: what a large sync has staged goes to the disk while the rest is still being staged.

The merge waits for the disk before it counts as PREPARED, and nobody used the disk until then. A flush here promises
nothing, but it may be the one that the system tells of a failed write, and it tells each only once: so every one is waited
for, and its error is an error of staging.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final, Self

from stoker.sync.files import flush

if TYPE_CHECKING:
    from types import TracebackType

    from stoker.sync.stage import StagingFolders

FIRST: Final = 2 * 1024 * 1024
"""Bytes; the pack that was fetched a moment ago waits for the disk as well, and less than this is done with at once."""
EVERY: Final = 32 * 1024 * 1024
"""Bytes from then on."""


class Ahead:
    """A context in which files are staged: at its end no flush runs. Raises OSError there, if one failed."""

    def __init__(self, folders: StagingFolders) -> None:
        self._folders = folders
        self._left = FIRST  # bytes until the next
        self._thread: threading.Thread | None = None
        self._failed: OSError | None = None

    def wrote(self, mount: int, size: int) -> None:
        """So many bytes more lie in that mount's staging; begins a flush when it is time and none runs."""
        self._left -= size
        if self._left > 0 or (self._thread is not None and self._thread.is_alive()):
            return
        self._left = EVERY
        fd = self._folders.opened(mount)
        self._thread = threading.Thread(target=self._flush, args=(fd,), daemon=True)
        self._thread.start()

    def _flush(self, fd: int) -> None:
        try:
            flush(fd, "staging")
        except OSError as error:
            self._failed = error
        finally:
            os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._thread.join()
        if error is None and self._failed is not None:
            raise self._failed
