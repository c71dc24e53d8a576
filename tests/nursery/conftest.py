"""A watcher that writes down what a supervisor tells, and services that do as the test says."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.nursery.backoff import Backoff
from stoker.nursery.service import Named
from stoker.nursery.supervisor import Crash, supervise

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


@dataclass
class Watch:
    """What was told, in order. ``up``: who is usable now."""

    stopping: trio.Event = field(default_factory=trio.Event)
    crashes: list[Crash] = field(default_factory=list)
    states: list[tuple[str, bool]] = field(default_factory=list)
    up: set[str] = field(default_factory=set)

    def state(self, name: str, serving: bool) -> None:
        """The supervisor's ``on_state``."""
        self.states.append((name, serving))
        (self.up.add if serving else self.up.discard)(name)

    def guard(self, *services: Named, **rules: Any) -> Callable[..., Awaitable[None]]:
        """``supervise`` over ``services``, told here; the backoff is a plain second."""
        bound = {"stopping": self.stopping, "backoff": Backoff((1.0,), jitter=0.0), **rules}
        return partial(supervise, services, on_crash=self.crashes.append, on_state=self.state, **bound)


@pytest.fixture
def watch() -> Watch:
    """A fresh watcher."""
    return Watch()


def serving(name: str, stopping: trio.Event, *, drain: float = 0.0) -> Named:
    """A well-behaved service: usable at once, ends ``drain`` seconds after it was asked to."""

    async def run(*, task_status: trio.TaskStatus[Any]) -> None:
        task_status.started()
        await stopping.wait()
        await trio.sleep(drain)

    return Named(name, run)


def crashing(name: str, *, after: float = 0.0, error: BaseException | None = None, usable: bool = True) -> Named:
    """A service that lives ``after`` seconds and then raises, every time."""

    async def run(*, task_status: trio.TaskStatus[Any]) -> None:
        if usable:
            task_status.started()
        await trio.sleep(after)
        raise error if error is not None else ValueError(f"{name} broke")

    return Named(name, run)


def returning(name: str, *, after: float = 0.0) -> Named:
    """A service that ends by itself."""

    async def run(*, task_status: trio.TaskStatus[Any]) -> None:
        task_status.started()
        await trio.sleep(after)

    return Named(name, run)
