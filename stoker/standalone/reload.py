"""Reads the manifests again when their files change or on SIGHUP, and applies them.

Owns: when to look, and that a broken edit changes nothing. Files are watched by one ``stat`` each a second rather than by
inotify, which is blind on network file systems and to a replaced folder; a change is believed once it has stood still
for one look, because an editor's half-written file can be valid YAML that lacks a resource.
"""

from __future__ import annotations

import signal
from math import inf
from typing import TYPE_CHECKING

import trio

from stoker.errors import DeadlineExceeded, ManifestInvalid, StokerError
from stoker.standalone.apply import apply
from stoker.standalone.documents import fingerprint
from stoker.standalone.manifests import Manifests, load_manifests

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger

    from stoker.kube.cluster import Cluster

LOOK_SECONDS = 1.0
READ_SECONDS = 30.0
APPLY_RETRY_SECONDS = 5.0


class ManifestWatch:
    """Keeps the store as the files say. ``on_applied`` gets the wanted state after each successful application."""

    def __init__(
        self,
        paths: tuple[Path, ...],
        *,
        data_dir: Path | None,
        host: str,
        cluster: Cluster,
        on_applied: Callable[[Manifests], None],
        log: FilteringBoundLogger,
        look: float = LOOK_SECONDS,
        retry: float = APPLY_RETRY_SECONDS,
        patience: float = READ_SECONDS,
    ) -> None:
        """``look``: seconds between two looks at the files; ``retry``: before what the store refused, or what could not be
        read within ``patience``, is tried again."""
        self._patience = patience
        self._look = look
        self._retry = retry
        self._retry_at = inf
        self._paths = paths
        self._data_dir = data_dir
        self._host = host
        self._cluster = cluster
        self._on_applied = on_applied
        self._log = log
        self._seen = fingerprint(paths)
        self._hangup = trio.Event()
        self._refused = ""

    async def load(self) -> Manifests:
        """Read and judge the files as they are now; raises ManifestInvalid (also for what forbids a start), DeadlineExceeded."""
        self._seen = await self._fingerprint()
        return await self._read()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Watch until cancelled. Faults are logged, one event a fault, and leave everything as it was."""
        async with trio.open_nursery() as nursery:
            await nursery.start(self._heed_hangups)
            task_status.started()
            pending = self._seen
            while True:
                with trio.move_on_after(self._look):
                    await self._hangup.wait()
                if self._hangup.is_set():
                    self._hangup = trio.Event()
                    await self._reread("hangup")
                    pending = self._seen
                    continue
                found = await self._fingerprint()
                if found != self._seen and found == pending:
                    await self._reread("changed")
                elif found == self._seen and trio.current_time() >= self._retry_at:
                    await self._reread("retry")
                pending = found

    async def _heed_hangups(self, *, task_status: trio.TaskStatus[None]) -> None:
        with trio.open_signal_receiver(signal.SIGHUP) as signals:
            task_status.started()
            async for _ in signals:
                self._hangup.set()

    async def _reread(self, trigger: str) -> None:
        self._seen, self._retry_at = await self._fingerprint(), inf
        try:
            manifests = await self._read()
        except DeadlineExceeded as error:  # a file system that hangs: nobody edits anything when it is back
            self._try_again(trigger, error)
            return
        except ManifestInvalid as error:
            for fault in str(error).splitlines():
                self._log.error("manifest_invalid", trigger=trigger, error=f"{fault} (the last good state stays)")
            return
        for concern in () if trigger == "retry" else manifests.concerns:
            self._log.warning("gateway_unbound", trigger=trigger, error=concern)
        try:
            applied = await apply(self._cluster, manifests.objects)
        except StokerError as error:
            self._try_again(trigger, error)
            return
        self._on_applied(manifests)
        if applied or trigger == "hangup":
            self._log.info(
                "manifests_applied",
                trigger=trigger,
                created=applied.created,
                changed=applied.changed,
                deleted=applied.deleted,
            )

    def _try_again(self, trigger: str, error: StokerError) -> None:
        """A while from now, whether or not the files change; said once for each cause."""
        self._retry_at = trio.current_time() + self._retry
        if trigger != "retry" or str(error) != self._refused:
            self._log.error("manifests_not_applied", trigger=trigger, error=str(error), retry_in_s=self._retry)
        self._refused = str(error)

    async def _read(self) -> Manifests:
        with trio.move_on_after(self._patience):
            return await trio.to_thread.run_sync(
                lambda: load_manifests(self._paths, data_dir=self._data_dir, host=self._host), abandon_on_cancel=True
            )
        raise DeadlineExceeded(
            f"the manifests could not be read within {self._patience:g} s; is the file system there?"
        )

    async def _fingerprint(self) -> tuple[tuple[str, int, int, int], ...]:
        with trio.move_on_after(self._patience):
            return await trio.to_thread.run_sync(fingerprint, self._paths, abandon_on_cancel=True)
        return self._seen
