"""What a service is: an async callable that says ``started()`` when it is usable and then runs until it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable

    import trio


class Service(Protocol):
    """Compose with ``functools.partial``: everything but ``task_status`` is bound before."""

    async def __call__(self, *, task_status: trio.TaskStatus[Any]) -> None:
        """Runs until stopped or cancelled; raises when it cannot go on."""
        ...


class Told:
    """A ``task_status`` that tells a plain function, for who awaits a service and must know when it is usable."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell

    def started(self, _value: object = None) -> None:
        """Said by the service when it is usable."""
        self._tell()


class Named(Value, frozen=True):
    """A service and its stable name, for logs, readiness and metrics."""

    name: str
    service: Service
