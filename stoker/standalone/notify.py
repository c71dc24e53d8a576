"""Tells systemd when the gateways may start, so that a unit ordered after ours begins on a whole commit.

That is systemd's readiness protocol (sd_notify(3)): datagrams of ``KEY=VALUE`` lines to the socket that ``NOTIFY_SOCKET``
names, for units of ``Type=notify``. ``READY=1`` goes out once every gateway of the manifests has passed its start gate:
what the startup probe is in a cluster. Without the variable nobody listens, and nothing is sent.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import trio

from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VARIABLE = "NOTIFY_SOCKET"
SEND_SECONDS = 5.0


class Starts:
    """Which gateways are wanted, and which have passed their start gate since the process began."""

    def __init__(self) -> None:
        self._wanted: frozenset[str] = frozenset()
        self._passed: set[str] = set()
        self._changed = trio.Event()

    def want(self, gateways: Iterable[str]) -> None:
        """From now on these are waited for."""
        self._wanted = frozenset(gateways)
        self._wake()

    def passed(self, gateway: str) -> None:
        """This one may start."""
        self._passed.add(gateway)
        self._wake()

    async def all(self) -> None:
        """Returns once every wanted gateway may start."""
        while not self._wanted <= self._passed:
            await self._changed.wait()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = trio.Event()


async def say_ready(
    starts: Starts, env: Mapping[str, str], *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    """Waits for the gateways, says so, and goes on until cancelled."""
    task_status.started()
    await starts.all()
    await tell("READY=1", env)
    await trio.sleep_forever()


async def tell(message: str, env: Mapping[str, str]) -> None:
    """One datagram; what cannot be sent is logged, for a deaf service manager is no reason to stop serving."""
    address = env.get(VARIABLE, "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with trio.fail_after(SEND_SECONDS), trio.socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
            await sending.sendto(message.encode(), address)
    except (OSError, trio.TooSlowError) as error:
        get_logger("standalone").warning("service_manager_not_told", message=message, error=str(error))
