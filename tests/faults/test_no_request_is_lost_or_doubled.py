"""Whatever fails, the next change is acted on within 75 s, no request is lost, none is handled twice, and nothing leaks.

Each round is one fault by seed. While it holds, a commit is pushed (and the push request repeated until it was taken, as
senders do) or a force sync is asked for; then the fault ends, and the change must be live and reported everywhere.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pytest
import trio

from tests.faults.kinds import LONG, QUICK
from tests.faults.world import PODS, World, running

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.cluster.plane import Plane
    from tests.faults.troubles import Trouble

WORST = 75.0
"""Seconds: of a watch that says nothing the end is noticed after 70."""
SLACK = 30.0
"""Seconds that a machine which does much else may take longer."""
GROWTH = 16 << 20
"""Bytes by which a process may have grown after thirty faults."""


async def one_round(world: World, trouble: Trouble, rng: random.Random, number: int) -> str:
    """Returns what happened."""
    with trio.fail_after(3 * WORST):
        async with trouble(world, rng) as what:
            commit = world.commit()
            forced = f"2026-01-01T00:00:00Z#{number}" if rng.random() < 0.5 else ""
            with trio.move_on_after(rng.uniform(1.0, 3.0)):
                await _ask(world, commit, forced)
    over = trio.current_time()
    await world.restart_what_ended()
    with trio.fail_after(WORST + SLACK):
        await _ask(world, commit, forced)
        await world.synced(commit, handled=forced)
    what += f"; acted on {trio.current_time() - over:.1f} s after its end"
    for pod in PODS:
        assert f"Line 1, {number + 1}" in world.live(pod), what
    return what


async def _ask(world: World, commit: str, forced: str) -> None:
    if forced:
        await world.annotate(forced)
    else:
        await world.push(commit)


def doubled(world: World) -> list[str]:
    """Requests that one life of an agent answered more than once, as it logged; one that was killed may answer again."""
    ends = {"sync_completed", "sync_unchanged"}
    found = []
    for pod in PODS:
        for life, child in enumerate(world.members[pod].lives):
            said = [line.fields for line in child.lines]
            answered = Counter(
                one["requested_at"] for one in said if one.get("event") in ends and "requested_at" in one
            )
            found += [f"{pod}, life {life}: {one} {count} times" for one, count in answered.items() if count > 1]
    return found


async def many_rounds(plane: Plane, root: Path, choices: Sequence[Trouble], seed: int, rounds: int) -> None:
    """One world, one seed, so many faults."""
    rng = random.Random(seed)
    async with running(plane, root) as world:
        before = sizes(world)
        for number in range(rounds):
            what = await one_round(world, choices[number % len(choices)], rng, number)
            print(f"seed {seed}, round {number}: {what}")
        assert doubled(world) == []
        for gateway in world.gateways.values():
            assert not gateway.record.half_written
        after = await settled(world, before)
        print(f"seed {seed}: {before} became {after}; answers that struck: {dict(world.reached)}")
        assert [kind for kind, count in world.reached.items() if not count] == [], "faults that nobody met"
        for kind, sizes_then in before.items():
            assert after[kind].within(sizes_then), f"leaks: {before} became {after}"


async def settled(world: World, before: dict[str, Sizes]) -> dict[str, Sizes]:
    """The sizes when what the last faults left has ended: a dead connection is given up after a while, a leak is never."""
    over = trio.current_time() + WORST
    while True:
        after = sizes(world)
        if all(size.within(before[kind]) for kind, size in after.items()) or trio.current_time() > over:
            return after
        await trio.sleep(1)


class Sizes(NamedTuple):
    """Descriptors, threads, tasks and bytes in memory."""

    files: int
    threads: int
    tasks: int
    memory: int

    def within(self, before: Sizes) -> bool:
        """Has nothing grown that should not? Some parts of a process come to memory with what first needs them."""
        return (
            self.files - before.files <= 12
            and self.threads - before.threads <= 4
            and self.tasks - before.tasks <= 12
            and self.memory - before.memory <= GROWTH
        )


def sizes(world: World) -> dict[str, Sizes]:
    """The most of any manager and of any agent: who leads, and so watches much, may change."""
    found: dict[str, Sizes] = {}
    for name, member in world.members.items():
        kind = name.partition("-")[0]
        now = Sizes(member.open_files(), member.threads(), member.tasks(), member.memory())
        found[kind] = Sizes(*map(max, zip(now, found.get(kind, now), strict=True)))
    return found


@pytest.fixture
def own_plane(make_plane: Callable[..., Plane]) -> Plane:
    """A plane whose parts may be killed."""
    return make_plane()


@pytest.mark.timeout(900)
async def test_under_each_kind_of_trouble(own_plane: Plane, tmp_path: Path) -> None:
    await many_rounds(own_plane, tmp_path, QUICK * 2, seed=1, rounds=30)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(10, 20))
async def test_under_many(own_plane: Plane, tmp_path: Path, seed: int) -> None:
    choices = [*QUICK, *LONG, *LONG, *QUICK]
    random.Random(seed).shuffle(choices)
    await many_rounds(own_plane, tmp_path, choices, seed=seed, rounds=30)
