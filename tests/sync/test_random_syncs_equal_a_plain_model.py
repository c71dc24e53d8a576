"""Random commits, plans and hand work, one after the other: what is live and kept is what a plain model says."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from stoker.errors import PlanInvalid
from stoker.sync.plan import MappingRule, SyncRequest
from tests.sync.conftest import opened
from tests.sync.model import Mapping, Model, Tree
from tests.torture.trees import MemoryTree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stoker.sync.engine import Engine

NAMES = ("a", "b", "skip", "x.tmp", "resource.json")
CONTENTS = tuple(b"%d" % 7**n for n in range(8))  # of eight lengths: no edit hides in a tick of the clock

PHASES = (Phase.explicit, Phase.generate, Phase.shrink)  # no reuse: the tests' directory stays clean

paths = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map("/".join)
contents = st.sampled_from(CONTENTS)
mappings = st.lists(
    st.builds(
        Mapping,
        st.sampled_from(["one", "two", "one/a", "two/b", "absent"]),
        st.sampled_from(["projects", "projects/a", "config", "projects/a/b", "config/b.tmp"]),
    ),
    min_size=1,
    max_size=3,
)
rounds = st.tuples(
    st.dictionaries(st.tuples(st.sampled_from(["one", "two"]), paths).map("/".join), contents, max_size=8),
    mappings,
    st.sets(st.sampled_from(["skip", "b"]), max_size=1),
    st.dictionaries(
        st.tuples(st.sampled_from(["projects", "config", "var", "projects/.resources"]), paths).map("/".join),
        st.none() | contents,
        max_size=4,
    ),
)


def without_clashes(tree: Tree) -> Tree:
    """A file is no folder: of two that clash the shorter stays."""
    return {path: data for path, data in tree.items() if not any(path.startswith(other + "/") for other in tree)}


def by_hand(data: Path, model: Model, edits: dict[str, bytes | None]) -> None:
    """What people and the gateway do meanwhile, in the directory and in the model; what cannot be is left out."""
    for path, content in edits.items():
        if content is None:
            if model.live.pop(path, None) is not None:
                (data / path).unlink()
        elif not any(path.startswith(other + "/") or other.startswith(path + "/") for other in model.live):
            if (data / path).is_dir():
                continue  # a folder that was emptied by hand
            (data / path).parent.mkdir(parents=True, exist_ok=True)
            (data / path).write_bytes(content)
            model.live[path] = content


def age(data: Path) -> None:
    """Make every folder look long untouched, each at another time, so that what is remembered of folders is used."""
    for folder, _, _ in os.walk(data / "projects"):
        if os.stat(folder).st_mtime_ns > time.time_ns() - 5 * 10**9:
            os.utime(folder, ns=(0, time.time_ns() - 10 * 10**9))


def live(data: Path) -> Tree:
    """All files but our own state."""
    return {
        path.relative_to(data).as_posix(): path.read_bytes()
        for path in data.rglob("*")
        if path.is_file() and path.relative_to(data).parts[0] != ".stoker"
    }


def leads_to(folder: Path, data: Path, plan: list[Mapping]) -> bool:
    """Is the folder a destination, or on the way to one? Then it stays, empty as it is."""
    at = folder.relative_to(data).as_posix()
    return at.startswith(".stoker") or any(f"{m.destination}/".startswith(at + "/") for m in plan)


def one_sync(
    engine: Engine, commit: str, tree: Tree, plan: list[Mapping], names: set[str], *, news_first: bool = False
) -> bool:
    """The engine's answer to the same question."""
    rules = tuple(MappingRule(mapping.source, mapping.destination) for mapping in plan)
    excludes = tuple(f"**/{name}/" for name in sorted(names))
    request = SyncRequest(commit, "main", MemoryTree(tree), rules, excludes, allow_mass_delete=commit)
    if news_first and (news := engine.prepare_news(request)) is not None and not news.is_noop:
        event("news went first")
        engine.merge(engine.stage(news))
    try:
        prepared = engine.prepare(request)
    except PlanInvalid:
        return False
    if prepared.is_noop:
        engine.record(prepared)
    else:
        engine.merge(engine.stage(prepared))
    return True


def tell(story: Iterable[tuple[Tree, list[Mapping], set[str], Tree]], *, news_first: bool) -> None:
    """One round after the other, each held against the model."""
    model = Model()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as root:
        data = Path(root)
        engine = opened(data, partial_from=0)
        for number, (tree, plan, names, edits) in enumerate(story):
            by_hand(data, model, dict(edits))
            age(data)
            files = without_clashes(tree)
            empty = {path for path in data.rglob("*") if path.is_dir() and not any(path.iterdir())}
            possible = model.sync(files, plan, names)
            event(f"possible: {possible}")
            done = one_sync(engine, f"{number:040}", files, plan, names, news_first=news_first and possible)
            assert done == possible
            assert live(data) == model.live
            left = {path for path in data.rglob("*") if path.is_dir() and not any(path.iterdir())}
            assert {path for path in left - empty if not leads_to(path, data, plan)} == set(), "folders left empty"
        kept = sorted(path.read_bytes() for path in (data / ".stoker/kept").rglob("*") if path.is_file())
        assert kept == sorted(model.kept)
        engine.close()


@settings(max_examples=100, phases=PHASES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(rounds, min_size=1, max_size=4))
def test_random_syncs_equal_a_plain_model(story: list[tuple[Tree, list[Mapping], set[str], Tree]]) -> None:
    tell(story, news_first=False)


@settings(max_examples=100, phases=PHASES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(rounds, min_size=2, max_size=4), st.booleans(), st.sets(st.sampled_from(["skip", "b"]), max_size=1))
def test_so_they_do_when_news_go_first(
    story: list[tuple[Tree, list[Mapping], set[str], Tree]], both: bool, names: set[str]
) -> None:
    plan = [Mapping("one", "projects"), *([Mapping("two", "config")] if both else [])]
    stays = {"one/stays": b"1", "two/stays": b"1"}
    tell(((tree | stays, plan, names, edits) for tree, _, _, edits in story), news_first=True)
