"""The demo's steps: each does one thing that a user would, and checks from outside that it came out right.

A step returns the facts it established, one line each, or raises StepFailed. The order matters: each begins where the one
before left the stage.
"""

from __future__ import annotations

import os
import signal

import trio

from stoker.standalone.demo.edits import edit, editable
from stoker.standalone.demo.stage import FOLDER, Stage, StepFailed
from stoker.standalone.demo.strike import freeze_once_settled, kill_in_merge
from stoker.standalone.samples import write_sample

KILL_ATTEMPTS = 5
WATCHED_FILES = 24
STRIKE_SECONDS = 30.0


async def set_up(stage: Stage) -> list[str]:
    """A repository with a first commit, and a gateway that runs."""
    stage.data.mkdir(parents=True)
    await trio.to_thread.run_sync(stage.repository.create)
    await trio.to_thread.run_sync(write_sample, stage.repository.work)
    stage.live = await _committed(stage, "Take over the plant's projects")
    files = await trio.to_thread.run_sync(stage.repository.files, stage.live, FOLDER)
    await stage.start_gateway()
    size = sum(map(len, files.values())) / 1e6
    return [
        f"{len(files):,} files, {size:.1f} MB in commit {stage.live[:7]}",
        f"the gateway runs at {stage.gateway_url}",
    ]


async def first_sync(stage: Stage) -> list[str]:
    """An empty gateway gets the whole commit."""
    mark = stage.gateway.mark()
    await stage.start_stoker()
    await stage.scanned(mark, "the first sync is scanned")
    difference = await stage.expect_whole(stage.live)
    return [f"{difference.same:,} files are live, byte for byte as in {stage.live[:7]}, and scanned"]


async def signed_push(stage: Stage) -> list[str]:
    """A commit, announced by a signed push, is live at once."""
    stage.live = await _edited(stage, 5, "Tune five views")
    mark = stage.gateway.mark()
    answer = await stage.host.push("main", stage.live)
    if answer.status != 202:
        raise StepFailed(f"the signed push was answered {answer.status}: {answer.body}")
    done = await stage.scanned(mark, "the push is live and scanned")
    await stage.expect_whole(stage.live)
    took = (done - answer.sent_at) * 1000
    return [f"commit {stage.live[:7]} is live and scanned {took:.0f} ms after the push request was sent"]


async def forged_push(stage: Stage) -> list[str]:
    """A push signed with another secret is refused and changes nothing."""
    commit = await _edited(stage, 5, "Announced only by somebody without the secret")
    return await _nothing_happens(stage, "main", commit, forged=True)


async def other_branch(stage: Stage) -> list[str]:
    """A push to a branch that nobody follows changes nothing."""
    branch = "experiment"
    await trio.to_thread.run_sync(lambda: stage.repository.switch(branch, create=True))
    commit = await _edited(stage, 5, "An experiment")
    await trio.to_thread.run_sync(stage.repository.switch, "main")
    return await _nothing_happens(stage, branch, commit, forged=False)


async def kill_in_the_middle(stage: Stage) -> list[str]:
    """SIGKILL while files are being replaced; the next start leaves one whole commit."""
    for attempt in range(1, KILL_ATTEMPTS + 1):
        old, new = stage.live, await _struck(stage, attempt)
        of_old, of_new = await stage.differs_from(old), await stage.differs_from(new)
        if of_old and of_new:
            break
        await stage.start_stoker()
        await stage.reaches(new)
        stage.live = new
    else:
        raise StepFailed(f"in {KILL_ATTEMPTS} attempts no kill came between the first and the last file")
    counts = f"{len(of_old.wrong):,} files were already {new[:7]}, {len(of_new.wrong):,} still {old[:7]}"
    facts = [f"killed with SIGKILL in the middle of a merge (attempt {attempt}): {counts}"]
    mark = stage.gateway.mark()
    whole = await _recovered(stage, old, new)
    which = "the new" if whole == new else "the old"
    facts.append(
        f"the next start, frozen right after recovery: every file is {which} commit {whole[:7]}, byte for byte"
    )
    await stage.stoker_serves()
    await stage.scanned(mark, "the recovered commit is scanned")
    await stage.expect_whole(new)
    stage.live = new
    facts.append(f"let go on, it runs {new[:7]} and has paid the scan that it owed")
    return facts


async def force(stage: Stage) -> list[str]:
    """A force request syncs and scans again though nothing changed."""
    await stage.expect_whole(stage.live)
    mark = stage.gateway.mark()
    answer = await stage.host.force("main")
    if answer.status != 202:
        raise StepFailed(f"the force request was answered {answer.status}: {answer.body}")
    done = await stage.scanned(mark, "the forced sync is scanned")
    await stage.expect_whole(stage.live)
    took = (done - answer.sent_at) * 1000
    return [f"commit {stage.live[:7]} was synced and scanned again after {took:.0f} ms, no file changed"]


async def nothing_half_written(stage: Stage) -> list[str]:
    """The gateway looked at the files at every scan, and never met a resource without its files."""
    seen = [line.fields for line in stage.gateway.lines if line.event == "half_written_seen"]
    if seen:
        raise StepFailed(f"the gateway met a half-written resource: {seen[0]}")
    return [f"in {stage.scans(0)} scans the gateway met nothing half-written"]


async def _nothing_happens(stage: Stage, branch: str, commit: str, *, forged: bool) -> list[str]:
    """Announce ``commit`` on ``branch``; the answer is a refusal, and neither resource nor gateway moved."""
    before, mark = stage.annotations(), stage.gateway.mark()
    answer = await stage.host.push(branch, commit, secret="forged" if forged else None)
    if forged and answer.status != 401:
        raise StepFailed(f"the forged push was answered {answer.status}: {answer.body}")
    if not forged and (answer.status != 202 or answer.body.get("accepted") is not False):
        raise StepFailed(f"the push to {branch} was answered {answer.status}: {answer.body}")
    if stage.annotations() != before:
        raise StepFailed("the resource was changed all the same")
    if stage.scans(mark):
        raise StepFailed("the gateway was scanned all the same")
    await stage.expect_whole(stage.live)
    said = "401" if forged else f"202, accepted: false ({answer.body.get('reason')})"
    return [f"answered {said}", f"resource untouched, gateway unscanned, every file still {stage.live[:7]}"]


async def _struck(stage: Stage, attempt: int) -> str:
    """A commit that changes most files, pushed, and the process killed in its merge; the commit."""
    paths = await trio.to_thread.run_sync(editable, stage.data / FOLDER)
    watched = paths[:: max(1, len(paths) // WATCHED_FILES)]
    commit = await _edited(stage, None, f"Touch every payload ({attempt})")
    pid, killed = stage.stoker.process.pid, False

    async def strike() -> None:
        nonlocal killed
        killed = await trio.to_thread.run_sync(lambda: kill_in_merge(pid, stage.data, watched, within=STRIKE_SECONDS))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(strike)
        await stage.host.push("main", commit)
    if not killed:
        raise StepFailed(f"no merge began within {STRIKE_SECONDS:.0f} s of the push")
    with trio.fail_after(10):
        await stage.stoker.ended.wait()
    return commit


async def _recovered(stage: Stage, old: str, new: str) -> str:
    """Start anew, freeze the process once the journal is settled, and say which commit every single file is."""
    await stage.spawn_stoker()
    pid = stage.stoker.process.pid
    frozen = await trio.to_thread.run_sync(lambda: freeze_once_settled(pid, stage.data, within=STRIKE_SECONDS))
    if not frozen:
        raise StepFailed(f"the journal was not settled within {STRIKE_SECONDS:.0f} s of the next start")
    try:
        for commit in (new, old):
            if not await stage.differs_from(commit):
                return commit
    finally:
        os.kill(pid, signal.SIGCONT)
    raise StepFailed(f"after recovery the files are neither {old[:7]} nor {new[:7]}")


async def _edited(stage: Stage, count: int | None, message: str) -> str:
    """Edit ``count`` payloads (None: all), commit, push; the commit."""

    def work() -> None:
        for path in editable(stage.repository.work / FOLDER)[:count]:
            edit(path, message)

    await trio.to_thread.run_sync(work)
    return await _committed(stage, message)


async def _committed(stage: Stage, message: str) -> str:
    return await trio.to_thread.run_sync(stage.repository.commit, message)
