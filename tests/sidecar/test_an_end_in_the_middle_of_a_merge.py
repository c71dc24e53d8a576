"""SIGTERM, SIGKILL and a second signal while files are merged: whatever ends the process, the directory is whole afterwards.

The process is frozen with its merge under way, which is told by the journal in the data directory; so the signal comes in the
middle of it, however fast the machine is.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import trio

from tests.sidecar.site import ended, eventually, opens, probe, said

if TYPE_CHECKING:
    from stoker.standalone.demo.processes import Child
    from tests.sidecar.site import Pod, Site

FILES = 1500
SEEN_BY = 0.002


def contents(pod: Pod) -> set[str]:
    return {path.read_text() for path in (pod.data / "projects/big").glob("*/*.txt")}


def files(text: str) -> dict[str, bytes | str | None]:
    return {f"projects/big/{number % 40}/{number}.txt": text for number in range(FILES)}


async def frozen(site: Site, pod: Pod, child: Child) -> str:
    """Stops the process in the middle of the merge of a new commit, which is returned; before it all files say ``old``."""
    await site.synced(site.push(files("old")))
    journal = pod.data / ".stoker/journal"
    for attempt in range(10):
        commit = site.push(files(f"new {attempt}"))
        with trio.move_on_after(10):
            while not journal.exists():  # noqa: ASYNC110 - nobody tells of it
                await trio.sleep(SEEN_BY)
        while journal.exists():
            child.process.send_signal(signal.SIGSTOP)
            if len(contents(pod)) == 2:
                return commit
            child.process.send_signal(signal.SIGCONT)
            await trio.sleep(SEEN_BY)
        await site.synced(site.push(files("old")))
    raise AssertionError("no merge was met under way")


async def test_sigterm_lets_it_end_and_closes_the_door_at_once(site: Site) -> None:
    pod = await site.pod()
    site.open()
    child = await pod.start()
    await opens(child, "/readyz")
    await frozen(site, pod, child)
    mark = child.mark()
    child.process.send_signal(signal.SIGTERM)
    child.process.send_signal(signal.SIGCONT)
    await said(child, "agent_stopping", after=mark)
    assert (await probe(child, "/readyz")).status_code == 503
    assert (await probe(child, "/healthz")).status_code == 200
    assert await ended(child) == 0
    assert not (pod.data / ".stoker/journal").exists()
    assert len(contents(pod)) == 1
    assert child.lines[-1].event == "agent_stopped"
    assert not [line for line in child.lines if line.fields.get("level") == "error"]


async def test_after_sigkill_the_next_start_completes_it_before_anything_else(site: Site) -> None:
    pod = await site.pod()
    site.open()
    child = await pod.start()
    commit = await frozen(site, pod, child)
    await child.kill()
    again = await pod.start()
    done = await said(again, "merge_recovered")
    assert (done.fields["outcome"], done.fields["commit"]) == ("completed", commit)
    assert len(contents(pod)) == 1
    await site.synced(commit)
    await eventually(lambda: not (pod.data / ".stoker/journal").exists())
    assert pod.gateway.half_written == []


async def test_a_second_signal_ends_it_at_once_and_nothing_is_lost(site: Site) -> None:
    pod = await site.pod()
    site.open()
    child = await pod.start()
    commit = await frozen(site, pod, child)
    child.process.send_signal(signal.SIGTERM)
    child.process.send_signal(signal.SIGINT)
    child.process.send_signal(signal.SIGCONT)
    assert await ended(child) in {128 + signal.SIGTERM, 128 + signal.SIGINT}
    await pod.start()
    await site.synced(commit)
    assert len(contents(pod)) == 1
