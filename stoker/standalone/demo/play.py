"""The demo as a process: plays the steps, shows each verdict, and ends with 0 only if every one held."""

from __future__ import annotations

import shutil
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import trio

from stoker.errors import StokerError
from stoker.nursery.shutdown import run_with_signals
from stoker.nursery.supervisor import flatten
from stoker.process.exits import FAILED, OK
from stoker.standalone.demo.programme import STEPS
from stoker.standalone.demo.stage import Stage, StepFailed
from stoker.standalone.demo.view import View

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from typing import Any

REFUSALS = (StepFailed, StokerError, OSError, trio.TooSlowError, httpx.HTTPError)
LOG_TAIL = 40
GRACE_SECONDS = 30.0
STOP_SECONDS = 45.0


def run(given: argparse.Namespace) -> int:
    """Play all; 0 when every step held, 1 otherwise."""
    root = Path(tempfile.mkdtemp(prefix="stoker-demo-")) if given.dir is None else given.dir.absolute()
    root.mkdir(parents=True, exist_ok=True)
    good = False

    async def play(stopping: trio.Event) -> None:
        nonlocal good
        good = await _play(root, View(), stay=given.stay, stopping=stopping)

    try:
        trio.run(partial(run_with_signals, play, grace=GRACE_SECONDS))
    finally:
        if given.dir is None and good:
            shutil.rmtree(root, ignore_errors=True)
    return OK if good else FAILED


async def _play(root: Path, view: View, *, stay: bool, stopping: trio.Event) -> bool:
    view.title("Stoker demo: a push becomes live gateway configuration")
    view.note(f"everything is in {root}")
    good = False
    async with trio.open_nursery() as nursery:
        stage = Stage(root, nursery)
        try:
            async with trio.open_nursery() as steps:
                steps.start_soon(_cancel_at, stopping, steps.cancel_scope)
                good = await _steps(stage, view)
                steps.cancel_scope.cancel()
            if stopping.is_set():
                good = False
                view.end("interrupted", good=False)
            else:
                _tail(stage, view)
                if stay and good:
                    view.end("Every step held. It keeps running until Ctrl-C.", good=True)
                    view.commands(_commands(stage))
                    await stopping.wait()
        finally:
            with trio.move_on_after(STOP_SECONDS, shield=True):
                good = await stage.stop() and good
            nursery.cancel_scope.cancel()
    if not stopping.is_set():
        text = "Every step held." if good else f"A step did not hold. What was said is in {root}/*.log"
        view.end(text, good=good)
    return good


async def _steps(stage: Stage, view: View) -> bool:
    for number, (title, step) in enumerate(STEPS, start=1):
        view.step(number, len(STEPS), title)
        began = time.perf_counter()
        try:
            facts = await step(stage)
        except (*REFUSALS, ExceptionGroup) as error:
            leaves = flatten(error)
            if not all(isinstance(leaf, REFUSALS) for leaf in leaves):
                raise
            for leaf in leaves:
                view.failed(str(leaf) or type(leaf).__name__)
            return False
        for fact in facts:
            view.held(fact)
        view.note(f"{time.perf_counter() - began:.1f} s")
    return True


async def _cancel_at(stopping: trio.Event, scope: trio.CancelScope) -> None:
    await stopping.wait()
    scope.cancel()


def _tail(stage: Stage, view: View) -> None:
    lines: list[Mapping[str, Any]] = [line.fields for child in stage.lives for line in child.lines]
    if lines:
        view.title(f"\nThe last {min(LOG_TAIL, len(lines))} lines of the structured log")
        view.log(lines[-LOG_TAIL:])


def _commands(stage: Stage) -> list[str]:
    work, host = stage.repository.work, stage.host
    body = '{"ref":"main"}'
    signed = f"$(printf '%s' '{body}' | openssl dgst -sha256 -hmac {stage.secret} | sed 's/.* //')"
    return [
        f"cd {work}; echo '# tuned' >> {stage.some_script(work)}; git commit -qam tune; git push -q origin main",
        f"curl -sS {host.url} -H \"X-Hub-Signature-256: sha256={signed}\" -d '{body}'    # sync it now",
        f"$EDITOR {stage.manifests}    # read again when it changes",
        f"tail -f {stage.root}/stoker.log",
        f"cat {stage.state}/objects/ConfigMap/default/stoker-changes-plant.yaml    # the last syncs",
        f"ls {stage.data}/projects",
    ]
