"""More than half of the managed files, and more than twenty: refused until a person names that commit's full hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import MassDeleteRefused
from stoker.sync.plan import MappingRule
from tests.sync.conftest import FIRST, PROJECTS, SECOND, THIRD, Sync, opened, read, run_sync, write

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.engine import Engine


def many(root: Path, names: range) -> None:
    """Files with these numbers below ``projects``."""
    write(root, {f"projects/f{number}": "x" for number in names})


def lose(source: Path, names: range) -> None:
    """The next commit lacks these."""
    for number in names:
        (source / f"projects/f{number}").unlink()


@pytest.mark.parametrize(("total", "gone"), [(41, 21), (22, 21), (1000, 501)])
def test_one_more_than_both_bounds_is_refused(sync: Sync, source: Path, data: Path, total: int, gone: int) -> None:
    many(source, range(total))
    sync()
    lose(source, range(gone))
    with pytest.raises(MassDeleteRefused, match=f"commit 222222222222 would delete {gone} of {total} managed files"):
        sync(SECOND)
    assert len(read(data)) == total


@pytest.mark.parametrize(("total", "gone"), [(21, 20), (42, 21), (1000, 500)])
def test_either_bound_alone_is_no_obstacle(sync: Sync, source: Path, total: int, gone: int) -> None:
    many(source, range(total))
    sync()
    lose(source, range(gone))
    assert len(sync(SECOND).deleted) == gone


@pytest.mark.parametrize("cause", ["mapping", "excludes", "strays", "destination"])
def test_whatever_the_cause(sync: Sync, source: Path, data: Path, cause: str) -> None:
    many(source, range(30))
    write(source, {"projects/keep/a": "1"})
    sync()
    if cause == "strays":
        many(data, range(100, 132))
    rules = {
        "mapping": (MappingRule("projects/keep", "projects/keep"),),
        "destination": (MappingRule("projects", "elsewhere"),),
        "strays": (PROJECTS,),
        "excludes": (MappingRule("projects", "elsewhere"),),
    }[cause]
    with pytest.raises(MassDeleteRefused):
        sync(SECOND, *rules, excludes=("projects/keep/",) if cause == "excludes" else ())


@pytest.fixture
def emptied(sync: Sync, source: Path) -> None:
    """Thirty files live, and a commit that lacks all but one."""
    many(source, range(30))
    write(source, {"projects/keep": "1"})
    sync()
    lose(source, range(30))


@pytest.mark.usefixtures("emptied")
def test_the_error_says_what_the_caller_says_allows_it(sync: Sync) -> None:
    with pytest.raises(MassDeleteRefused) as refused:
        sync(SECOND, to_allow="press the green button")
    assert str(refused.value).endswith("To allow it once: press the green button")
    assert "first sync" not in str(refused.value)


@pytest.mark.usefixtures("emptied")
def test_the_full_hash_of_that_commit_allows_it(sync: Sync) -> None:
    assert len(sync(SECOND, allow_mass_delete=f" {SECOND}\n").deleted) == 30


@pytest.mark.usefixtures("emptied")
@pytest.mark.parametrize(
    ("given", "told"),
    [
        (SECOND[:7], "is '2222222', a short hash; the full one is needed"),
        (FIRST, "names another commit"),
        ("true", "names another commit"),
    ],
)
def test_anything_else_does_not_and_the_error_says_why(sync: Sync, given: str, told: str) -> None:
    with pytest.raises(MassDeleteRefused, match=told):
        sync(SECOND, allow_mass_delete=given)


@pytest.mark.usefixtures("emptied")
@pytest.mark.parametrize("trigger", ["force", "push", "timer", "start"])
def test_no_trigger_and_no_policy_lifts_it(sync: Sync, trigger: str) -> None:
    with pytest.raises(MassDeleteRefused):
        sync(SECOND, trigger=trigger, drift="restore")


@pytest.mark.usefixtures("emptied")
def test_it_allows_one_sync_only_also_after_a_restart(sync: Sync, engine: Engine, source: Path, data: Path) -> None:
    sync(SECOND, allow_mass_delete=SECOND)
    engine.close()
    many(data, range(200, 230))
    again = opened(data)
    with pytest.raises(MassDeleteRefused, match="used by an earlier sync; allow it by a new commit"):
        run_sync(again, source, SECOND, allow_mass_delete=SECOND)
    assert len(run_sync(again, source, THIRD, allow_mass_delete=THIRD).deleted) == 30
    again.close()


@pytest.mark.usefixtures("emptied")
def test_a_permission_that_was_not_needed_is_not_used_up(sync: Sync, source: Path) -> None:
    many(source, range(30))
    write(source, {"projects/keep": "2"})
    sync(SECOND, allow_mass_delete=SECOND)
    lose(source, range(30))
    assert len(sync(SECOND, allow_mass_delete=SECOND).deleted) == 30


@pytest.mark.usefixtures("emptied")
def test_a_dry_run_shows_what_would_go(sync: Sync) -> None:
    assert len(sync(SECOND, dry_run=True).deleted) == 30


def test_the_first_adoption_of_a_filled_directory_says_what_it_is(
    sync: Sync, engine: Engine, source: Path, data: Path
) -> None:
    write(source, {"projects/a": "1"})
    many(data, range(30))
    engine.note("handled", "a request that came first")
    for _ in range(2):
        with pytest.raises(
            MassDeleteRefused, match=r"first sync of a directory that is filled already.*allow-mass-delete to 1111"
        ):
            sync()
    assert len(read(data)) == 30


def test_an_adoption_that_deletes_little_needs_nobody(sync: Sync, source: Path, data: Path) -> None:
    many(source, range(30))
    many(data, range(35))
    done = sync()
    assert (len(done.deleted), done.unchanged) == (5, 30)
