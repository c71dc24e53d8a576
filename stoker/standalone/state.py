"""Keeps the resources and the hand-over documents of the object store as YAML files that a person can read.

Owns: ``{state-dir}/objects/{kind}/{namespace}/{name}.yaml``, each replaced by rename and only when its text changed. Only
GatewaySyncs (annotations, status) and ConfigMaps (metadata, reports, history) are kept: Secrets and Pods come from the
manifests at every start and never reach this disk.

A change is written before the writer's call returns, so a request that was accepted survives a SIGKILL. ``fsync``, which
can take a second while a merge is flushing, follows in a thread within moments; what a power cut can take is thus the
last blink of requests. Until it follows, the last version that was flushed keeps a second, hidden name: where the power cut
tears the file, the next start goes by that one. What is torn all the same is set aside, its content worked out anew.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec
import trio
import yaml

from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, Kind
from stoker.standalone.yaml_loader import Loader

if TYPE_CHECKING:
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger

KEPT: tuple[Kind[Any], ...] = (GATEWAYSYNCS, CONFIGMAPS)
UNREADABLE = ".unreadable"
RETRY_SECONDS = 10.0
FLUSH_SECONDS = 60.0
# libyaml's emitter where PyYAML has it: the pure one takes 10 ms for the history of one gateway, on the loop's time.
DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class ObjectFiles:
    """The folder ``root``. Used from the one task that runs the store; only ``run`` leaves the thread, to flush."""

    def __init__(self, root: Path, *, log: FilteringBoundLogger, retry: float = RETRY_SECONDS) -> None:
        """``retry``: seconds after which a write that failed is tried again."""
        self._root = root
        self._log = log
        self._retry = retry
        self._texts: dict[Path, str | None] = {}
        self._unwritten: set[Path] = set()
        self._unflushed: set[Path] = set()
        self._spared: set[Path] = set()
        self._woken = trio.Event()

    def read(self) -> list[dict[str, Any]]:
        """Every kept object, as the store wants it back. Blocking.

        A file that cannot be used is renamed to ``*.unreadable`` and logged: a start never fails on it. Documents whose
        owning resource is not there any more are removed, as a cluster would.
        """
        bodies: list[tuple[Path, dict[str, Any]]] = []
        for kind in KEPT:
            for path in sorted((self._root / kind.kind).glob("*/*.yaml")):
                body = self._read_one(kind, path)
                with suppress(OSError):
                    if body is None:
                        _spare(path).replace(path)
                        body = self._read_one(kind, path)
                    else:
                        _spare(path).unlink(missing_ok=True)
                if body is not None:
                    bodies.append((path, body))
        uids = {body["metadata"].get("uid") for _, body in bodies}
        kept = []
        for path, body in bodies:
            owners = body["metadata"].get("ownerReferences") or []
            if owners and not any(owner.get("uid") in uids for owner in owners):
                path.unlink(missing_ok=True)
                self._texts.pop(path, None)
                self._log.info("state_orphan_removed", path=str(path))
            else:
                kept.append(body)
        return kept

    def changed(self, kind: Kind[Any], body: dict[str, Any], deleted: bool) -> None:
        """Write or remove one object's file; other kinds are ignored. Never raises: a failed write is tried again."""
        if kind not in KEPT:
            return
        metadata = body["metadata"]
        path = self._root / kind.kind / metadata["namespace"] / f"{metadata['name']}.yaml"
        text = None if deleted else _text(kind, body)
        if self._texts.get(path) == text and path not in self._unwritten:
            return
        self._texts[path] = text
        self._write(path)

    @property
    def behind(self) -> bool:
        """Whether some object's file could not be written yet."""
        return bool(self._unwritten)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Flush what was written, and try again what could not be; a service that sleeps while nothing changes."""
        task_status.started()
        while True:
            await self._woken.wait()
            self._woken = trio.Event()
            await self.flush()
            if self._unwritten:
                with trio.move_on_after(self._retry):
                    await self._woken.wait()
                self._write_again()

    async def flush(self) -> None:
        """Bring all that was written to the disk; bounded, and shielded, because it is also the last step of a stop."""
        paths, self._unflushed = self._unflushed, set()
        if paths:
            with trio.move_on_after(FLUSH_SECONDS, shield=True):
                try:
                    await trio.to_thread.run_sync(_fsync, paths, abandon_on_cancel=True)
                    self._spare_no_more(paths - self._unflushed)
                except OSError as error:
                    # A kernel that failed to flush forgets what it had: only a new file is worth another attempt.
                    self._log.error("state_flush_failed", error=f"{error.strerror}; written again")
                    self._unwritten |= paths & self._texts.keys()
                    self._woken.set()

    async def close(self) -> None:
        """The last step of a stop: one more attempt at what could not be written, a flush, and a line for what is lost."""
        self._write_again()
        await self.flush()
        if self._unwritten:
            lost = sorted(map(str, self._unwritten))
            self._log.error(
                "state_lost", paths=lost, error="the disk refused them; the next start goes by what is there"
            )

    def _read_one(self, kind: Kind[Any], path: Path) -> dict[str, Any] | None:
        try:
            text = path.read_text(encoding="utf-8")
            body: dict[str, Any] = yaml.load(text, Loader=Loader)  # noqa: S506 - a SafeLoader
            _check(kind, path, body)
        except (OSError, ValueError, msgspec.ValidationError, yaml.YAMLError) as error:
            aside = path.with_name(path.name + UNREADABLE)
            with suppress(OSError):
                path.replace(aside)
            reason = " ".join(str(error).split())
            self._log.error("state_file_set_aside", path=str(aside), error=f"{reason}; its content is worked out anew")
            return None
        self._texts[path] = text
        return body

    def _spare_flushed(self, path: Path) -> None:
        """What is there now was flushed, unless it is spared already; a file system without links has no second name."""
        if path not in self._spared:
            with suppress(OSError):
                _spare(path).unlink(missing_ok=True)
                _spare(path).hardlink_to(path)
                self._spared.add(path)

    def _spare_no_more(self, paths: set[Path]) -> None:
        for path in paths & self._spared:
            _spare(path).unlink(missing_ok=True)
            self._spared.discard(path)

    def _write_again(self) -> None:
        for path in list(self._unwritten):
            self._write(path)

    def _write(self, path: Path) -> None:
        text = self._texts[path]
        scratch = path.with_name(f".{path.name}.tmp")
        try:
            if text is None:
                path.unlink(missing_ok=True)
                self._spare_no_more({path})
                del self._texts[path]
            else:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                scratch.write_text(text, encoding="utf-8")
                self._spare_flushed(path)
                scratch.replace(path)
        except OSError as error:
            if path not in self._unwritten:
                self._log.error("state_write_failed", path=str(path), error=f"{error.strerror}; tried again")
            self._unwritten.add(path)
        else:
            self._unwritten.discard(path)
            self._unflushed.add(path)
        self._woken.set()


def _spare(path: Path) -> Path:
    return path.with_name(f".{path.name}.flushed")


def _check(kind: Kind[Any], path: Path, body: Any) -> None:
    """Raise ValueError or msgspec.ValidationError for what the store could not hold."""
    if not isinstance(body, dict) or not isinstance(body.get("metadata"), dict):
        raise ValueError("is not an object")  # noqa: TRY004 - as wrong as a wrong value, and handled alike
    if (body.get("apiVersion"), body.get("kind")) != (kind.api_version, kind.kind):
        raise ValueError(f"is not a {kind.kind}")
    metadata = body["metadata"]
    if (metadata.get("namespace"), metadata.get("name")) != (path.parent.name, path.stem):
        raise ValueError("names another object than its path does")
    if not metadata.get("uid") or not str(metadata.get("resourceVersion")).isdigit():
        raise ValueError("lacks metadata.uid or a number in metadata.resourceVersion")
    msgspec.convert(body, kind.type)


def _text(kind: Kind[Any], body: dict[str, Any]) -> str:
    ordered = {"apiVersion": kind.api_version, "kind": kind.kind, **body}
    return yaml.dump(ordered, Dumper=DUMPER, sort_keys=False, allow_unicode=True, width=1_000_000)


def _fsync(paths: set[Path]) -> None:
    folders = {path.parent for path in paths}
    for path in paths | folders:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # deleted meanwhile
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
