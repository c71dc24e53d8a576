"""The knobs of the simulated gateway: what kind of gateway it is, and in what mood. Plain attributes, set at any time.

Seconds are on Trio's clock, so that a test with a virtual clock drives a start or a lock without waiting.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from pathlib import Path

State = Literal["starting", "commissioning", "running", "stopping"]
Kind = Literal["projects", "config"]
KINDS: Final[tuple[Kind, Kind]] = ("projects", "config")

SECURITY_PROPERTIES: Final = "config/resources/core/ignition/security-properties"
COMMISSIONED: Final = b'{\n  "systemAuthProfile": "default",\n  "gatewayWritePermissions": {"securityLevels": []}\n}\n'


@dataclass
class Trouble:
    """A bad day on some route: answered after ``slow`` seconds, never (``hang``), with ``status`` in place of the right
    one, with ``body`` in place of the right one, or cut off in the middle of the body (``reset``)."""

    slow: float = 0.0
    hang: bool = False
    status: int = 0
    body: bytes | None = None
    reset: bool = False


@dataclass
class Knobs:
    """``data`` is the gateway's data directory. The rest has defaults that make a healthy, idle 8.3 gateway."""

    data: Path

    # --- keys: who may ask ---
    key: str = ""
    """``name:secret`` of the one key that is known; empty: every well-formed key is."""
    keys_in_data: bool = False
    """Keys are the api-token resources of the data directory instead, read at the start and after each config scan."""
    secure_only: bool = False
    """The key allows secure connections only: over http it is answered 401."""
    https_only: bool = False
    """Over http everything is answered with the way to https."""
    may_write: bool = True
    """The key's security levels reach for POST; else 403."""
    get_needs_key: bool = False

    # --- life ---
    state: State = "running"
    """Where its life begins, and where it is now."""
    start_seconds: float | None = None
    """How long ``starting`` lasts; None: until somebody sets ``state``."""
    needs_commissioning: bool = False
    """After ``starting`` comes ``commissioning``, not ``running``."""
    commission_seconds: float | None = None
    """How long ``commissioning`` lasts; None: until ``finish_commissioning``."""
    commissioning_writes: dict[str, bytes] = field(
        default_factory=lambda: {f"{SECURITY_PROPERTIES}/config.json": COMMISSIONED}
    )
    """Files that the end of commissioning overwrites, by path."""
    commissioning_drops_permission: bool = False
    """Afterwards POST is forbidden for as long as those files stay as commissioning left them."""
    makes_own_files: bool = True
    """Its start makes ``.uuid``, ``var/``, ``db/`` and the rest of a gateway's own, and scans ``.resources``."""
    seed: dict[str, bytes] | None = None
    """Files that the container's init step copies over a volume that has no ``.ignition-seed-complete``."""

    # --- what it is ---
    version: Literal["8.3", "8.1"] = "8.3"
    name: str = "simulated"
    redundancy: Literal["Independent", "Master", "Backup"] = "Independent"
    designers: list[dict[str, Any]] = field(default_factory=list)
    """Open Designer sessions; missing fields are filled in."""

    # --- scans ---
    offers_locks: bool = True
    scan_delay: float = 0.0
    """Seconds from the request of a scan to its first look at a file."""
    scan_seconds: float = 0.0
    """Seconds that a scan goes on after its last."""
    timestamp_lag: float = 0.0
    """Seconds until the end of a scan shows in ``lastScanTimestamp``."""
    own_scan_every: float | None = None
    """The gateway scans by itself so often, and waits while a scan lock is held."""
    refuse_scan: int = 0
    """A status that POST scan answers instead of 200."""

    # --- the line ---
    trouble: dict[str, Trouble] = field(default_factory=dict)
    """By the beginning of the path ("" for all): the longest that fits counts."""
    inline: bool = False
    """Files are read in the task itself, for tests on a virtual clock; else in a thread."""

    def trouble_of(self, path: str) -> Trouble | None:
        """The trouble on a path."""
        fitting = [beginning for beginning in self.trouble if path.startswith(beginning)]
        return self.trouble[max(fitting, key=len)] if fitting else None
