"""Whatever a gateway answers to a scan is an error of its own, which names the request and what to do; some are tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.errors import (
    ApiKeyForbidden,
    ApiKeyRejected,
    ApiMissing,
    GatewayAnswerInvalid,
    GatewayCommissioning,
    GatewayDown,
    GatewayStarting,
    GatewayTimeout,
    GatewayUnreachable,
    StokerError,
)
from stoker.ignition import failures, http_failures
from stoker.standalone.simulator.knobs import Trouble
from stoker.wire.failures import WireFailure

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.ignition.client import GatewayClient
    from stoker.standalone.simulator.gateway import SimulatedGateway

SCAN = "/data/api/v1/scan/projects"


@pytest.mark.parametrize(
    ("mood", "error", "remedy", "tries"),
    [
        ({"key": "stoker:another"}, ApiKeyRejected, "check the Secret", 1),
        ({"secure_only": True}, ApiKeyRejected, "secure connections", 1),
        ({"may_write": False}, ApiKeyForbidden, "write permission", 1),
        ({"version": "8.1"}, ApiMissing, "Ignition 8.3", 1),
        ({"state": "commissioning"}, GatewayCommissioning, "finish it in a browser", 1),
        ({"state": "starting"}, GatewayStarting, "still starting", 3),
        ({"refuse_scan": 500}, GatewayAnswerInvalid, "see its own log", 3),
        ({"https_only": True}, ApiMissing, "name its https port", 1),
        ({"refuse_scan": 302}, GatewayCommissioning, "commissioning", 1),
        ({"trouble": {"": Trouble(reset=True)}}, GatewayUnreachable, "is that a running gateway", 3),
    ],
)
async def test_a_refused_scan_says_which_and_what_to_do(
    gateway: SimulatedGateway,
    client: GatewayClient,
    mood: dict[str, Any],
    error: type[StokerError],
    remedy: str,
    tries: int,
) -> None:
    for knob, value in mood.items():
        setattr(gateway, knob, value)
    with pytest.raises(error) as raised:
        await client.scan("projects")
    assert type(raised.value) is error
    assert remedy in str(raised.value)
    assert f"POST {client.base_url}{SCAN}" in str(raised.value)
    assert len(gateway.record.asked) == tries


async def test_a_gateway_that_hangs_is_given_up_after_three_bounds(
    gateway: SimulatedGateway, url: str, connect: Callable[..., GatewayClient]
) -> None:
    gateway.trouble[""] = Trouble(hang=True)
    async with connect(url, bound=0.2) as client:
        with pytest.raises(GatewayTimeout, match=r"within 0.2 s"):
            await client.scan("projects")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_where_nobody_listens_the_gateway_is_down(connect: Callable[..., GatewayClient], host: str) -> None:
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listeners[0].socket.getsockname()[1]
    await listeners[0].aclose()
    async with connect(f"http://{host}:{port}") as client:
        for ask in (client.info, lambda: client.scan("config"), client.designers):
            with pytest.raises(GatewayDown, match=f"http://{host}:{port}/.*: Connection refused; is the gateway"):
                await ask()


async def test_something_that_speaks_no_http_is_an_error_of_ours(connect: Callable[..., GatewayClient]) -> None:
    async def speak(stream: trio.SocketStream) -> None:
        await stream.receive_some(1000)
        await stream.send_all(b"SSH-2.0-OpenSSH_9.6\r\n")
        await stream.aclose()

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(trio.serve_tcp, speak, 0)
        async with connect(f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}") as client:
            with pytest.raises(GatewayUnreachable, match=r"does it speak http\? See spec.gateway.port"):
                await client.info()
        nursery.cancel_scope.cancel()


def test_every_error_of_the_wire_becomes_one_of_ours() -> None:
    def leaves(cls: type[WireFailure]) -> list[type[WireFailure]]:
        return [cls, *(leaf for below in cls.__subclasses__() for leaf in leaves(below))]

    for cls in leaves(WireFailure):
        ours = http_failures.of_wire(cls("said"), "GET http://gateway/x")
        assert isinstance(ours, (GatewayUnreachable, GatewayTimeout))
        assert "GET http://gateway/x" in str(ours)


@pytest.mark.parametrize("status", range(300, 600))
def test_every_status_that_is_not_2xx_is_an_error_and_names_itself(status: int) -> None:
    for scan in (True, False):
        assert str(status) in str(failures.of_status(status, "POST http://gateway/x", scan=scan))


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_none(status: int) -> None:
    assert failures.of_status(status, "POST http://gateway/x", scan=True) is None
