"""One agent a gateway: restarted alone, replaced when its description changes, and the end of all when it is given up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trio

from stoker.errors import ServiceReturned
from stoker.observe.logs import get_logger
from stoker.observe.probes import Readiness
from stoker.standalone.agents import Agents
from stoker.standalone.gateways import Gateway

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.nursery.supervisor import Crash


def gateway(name: str, url: str = "http://localhost:8088") -> Gateway:
    return Gateway("plant", name, "cr", name, "default", Path("/data") / name, url, verify_tls=False)


class Stage:
    """Launches agents that do as ``bad`` says, and writes down their lives."""

    def __init__(self) -> None:
        self.lives: list[str] = []
        self.bad: dict[str, Callable[[], None]] = {}
        self.crashes: list[Crash] = []
        self.readiness = Readiness()
        self.agents = Agents(
            self.launch, on_crash=self.crashes.append, readiness=self.readiness, log=get_logger("tests")
        )

    async def launch(self, gateway: Gateway, stopping: trio.Event, *, task_status: trio.TaskStatus[None]) -> None:
        self.lives.append(f"+{gateway.pod_name} {gateway.url}")
        task_status.started()
        if gateway.pod_name in self.bad:
            self.bad[gateway.pod_name]()
            return
        await stopping.wait()
        await trio.sleep(5)
        self.lives.append(f"-{gateway.pod_name} {gateway.url}")


@pytest.fixture
def stage(capsys: pytest.CaptureFixture[str]) -> Stage:
    return Stage()


async def test_each_wanted_gateway_has_an_agent_until_the_stop(stage: Stage, autojump_clock: trio.abc.Clock) -> None:
    stopping = trio.Event()
    async with trio.open_nursery() as nursery:
        await nursery.start(stage.agents.run, stopping)
        stage.agents.want([gateway("a"), gateway("b")])
        await trio.sleep(1)
        stopping.set()
    assert sorted(line.split()[0] for line in stage.lives) == ["+a", "+b", "-a", "-b"]


async def test_a_changed_gateway_gets_a_new_agent_once_the_old_one_ended(
    stage: Stage, autojump_clock: trio.abc.Clock
) -> None:
    stopping = trio.Event()
    async with trio.open_nursery() as nursery:
        await nursery.start(stage.agents.run, stopping)
        stage.agents.want([gateway("a", "http://old")])
        await trio.sleep(1)
        stage.agents.want([gateway("a", "http://new")])
        await trio.sleep(10)
        stopping.set()
    assert stage.lives == ["+a http://old", "-a http://old", "+a http://new", "-a http://new"]


async def test_an_agent_that_is_given_up_ends_all_after_the_others_drained(
    stage: Stage, autojump_clock: trio.abc.Clock
) -> None:
    stopping = trio.Event()
    stage.bad["bad"] = lambda: None
    stage.agents.want([gateway("bad"), gateway("good")])
    with pytest.raises(ServiceReturned, match="agent/plant/bad"):
        await stage.agents.run(stopping)
    assert stopping.is_set()
    assert "-good http://localhost:8088" in stage.lives


def broken() -> None:
    raise OSError(5, "Input/output error")


async def test_readiness_names_an_agent_that_is_down_and_forgets_one_that_is_gone(
    stage: Stage, autojump_clock: trio.abc.Clock
) -> None:
    stopping = trio.Event()
    stage.bad["bad"] = broken
    async with trio.open_nursery() as nursery:
        await nursery.start(stage.agents.run, stopping)
        stage.agents.want([gateway("bad"), gateway("good")])
        await trio.sleep(0.1)
        assert stage.readiness.reasons == {"agent/plant/bad": "restarting"}
        stage.agents.want([gateway("good")])
        await trio.sleep(0.1)
        assert stage.readiness.ready
        stopping.set()
    assert stage.crashes[0].text == "OSError: [Errno 5] Input/output error"
