"""Every kind of fault. ``QUICK`` are over when the link is back; of ``LONG`` only silence tells, or they last a minute.

The first of ``QUICK`` cost little time, and come twice where there are thirty rounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.faults import refusals, troubles

if TYPE_CHECKING:
    from tests.faults.troubles import Trouble

QUICK: Final[tuple[Trouble, ...]] = (
    refusals.throttling,
    refusals.conflicts,
    refusals.breakdowns,
    refusals.unsaid,
    refusals.forgotten,
    refusals.repeated,
    refusals.halved,
    refusals.expired_token,
    troubles.resets,
    troubles.killed_anyone,
    troubles.clock_jump,
    troubles.refusals,
    troubles.truncation,
    troubles.silence,
    troubles.drip,
    troubles.killed_leader,
    troubles.frozen,
    troubles.new_api_server,
    troubles.paused_etcd,
    troubles.killed_etcd,
)
LONG: Final[tuple[Trouble, ...]] = (
    troubles.half_open,
    troubles.black_hole,
    troubles.lost_etcd,
    refusals.silent_watches,
)
