"""What the demo shows, in its order: each step begins where the one before left the stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.standalone.demo import steps, upkeep

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stoker.standalone.demo.stage import Stage

    Step = tuple[str, Callable[[Stage], Awaitable[list[str]]]]

STEPS: tuple[Step, ...] = (
    ("A repository of a plant's projects, and a gateway", steps.set_up),
    ("First sync", steps.first_sync),
    ("A commit, announced by a signed push", steps.signed_push),
    ("A forged signature", steps.forged_push),
    ("A push to another branch", steps.other_branch),
    ("SIGKILL in the middle of a merge", steps.kill_in_the_middle),
    ("A force request for an unchanged commit", steps.force),
    ("A file of this gateway's own, by template and patch", upkeep.make_for_this_gateway),
    ("A change by hand", upkeep.change_by_hand),
    ("What the gateway saw", steps.nothing_half_written),
)
