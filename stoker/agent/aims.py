"""What a turn of the loop aims at: whether it is another aim than the last one's, a request, a gateway's start.

Kept apart from the loop because it is memory, not time: requests are compared with what was handled, never cleared, so
that one which comes while another is handled, or while the agent is down, is handled next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.agent.order import Order
from stoker.agent.profile import fingerprint
from stoker.agent.trigger import MOMENTS

if TYPE_CHECKING:
    from stoker.agent.order import Outcome
    from stoker.agent.trigger import Reason
    from stoker.api.handoff import Metadata
    from stoker.api.profiles import ResolvedProfile

Aim = tuple[str, ...]


class Aims:
    """``order`` for each turn that may sync, ``ended`` after each sync."""

    def __init__(self) -> None:
        self._attempted: Aim | None = None
        self._allowed = ""
        self._first_request: str | None = None
        self._moment: Reason | None = None
        self._failed = False

    def order(
        self, metadata: Metadata, profile: ResolvedProfile, reasons: set[Reason], *, handled: str | None
    ) -> tuple[Order, bool]:
        """The order, and whether it must not wait: it aims at something new, or the gateway came up.

        ``handled``: the request that was handled last, None when no sync has ended yet; the one that is there at the
        first look then counts as handled by the initial sync.
        """
        if self._first_request is None:
            self._first_request = metadata.requested_at
        known = handled if handled is not None else self._first_request
        forced = metadata.requested_at not in {known, ""}
        moment = next((reason for reason in MOMENTS if reason in reasons), None)
        self._moment = moment or self._moment
        aim = (
            metadata.git_url,
            metadata.auth_type,
            metadata.commit,
            fingerprint(profile),
            metadata.requested_at,
            metadata.allow_mass_delete,
        )
        fresh = aim != self._attempted
        cause = self._cause(metadata, forced=forced)
        self._attempted, self._allowed = aim, metadata.allow_mass_delete
        order = Order(metadata, profile, cause, forced=forced, moment=self._moment is not None)
        return order, fresh or moment is not None

    def ended(self, outcome: Outcome) -> None:
        """A sync that did not get through leaves the gateway's start to the next."""
        self._failed = not outcome.through
        if outcome.result is not None:
            self._moment = None

    def _cause(self, metadata: Metadata, *, forced: bool) -> str:
        """Why this turn syncs, in the history's words: the most telling reason."""
        if forced:
            return "request"
        if self._attempted is None:
            return "start"
        if self._moment is not None:
            return self._moment
        if metadata.allow_mass_delete not in {self._allowed, ""}:
            return "mass-delete-allowed"
        return "retry" if self._failed else "timer"
