"""What a server refuses, forgets, repeats, breaks off or does unsaid leaves a picture that is true, and nothing told twice."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.fakes.apiproxy import api_proxy
from tests.faults.answers import Counted, DoesNotSay, FallsSilent, Forgets, Halves, Refuses, Repeats
from tests.kube.faults.conftest import IMPATIENT, SOON, Writer, insist

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.plane import Plane

WAYS: Final[dict[str, Callable[[random.Random], Counted]]] = {
    "409": lambda rng: Refuses(rng, 409, "Conflict", which=lambda asked: asked.method == "PATCH", share=0.5),
    "410": Forgets,
    "429": lambda rng: Refuses(rng, 429, "TooManyRequests", share=0.5, retry_after=1),
    "500": lambda rng: Refuses(rng, 500, "InternalError", share=0.5),
    "lost answers": DoesNotSay,
    "repeated events": Repeats,
    "truncated events": Halves,
    "silent watches": FallsSilent,
}


@pytest.mark.parametrize("way", sorted(WAYS))
async def test_each_is_got_over(plane: Plane, namespace: str, looking: Callable[..., Any], way: str) -> None:
    writer, (certificate, key) = Writer(plane, namespace), plane.server_pair
    client = (plane.certificate, plane.key)
    async with (
        api_proxy(plane.port, ca=plane.ca, certificate=certificate, key=key, client=client) as door,
        looking(plane, namespace) as onlooker,
    ):
        onlooker.proxy.lead_to("127.0.0.1", door.port)
        await door.has_watch()
        sound, door.conduct = door.conduct, (bad := WAYS[way](random.Random(1)))
        if not bad.meddles:
            onlooker.proxy.reset()
        writer.put("a", "meanwhile")
        writer.put("b", "meanwhile")
        if way in ("409", "lost answers"):
            for count in range(5):
                await insist(onlooker.cluster, namespace, "own", str(count))
        if way == "repeated events":  # there must be older ones
            for count in range(4):
                writer.put("a", str(count))
            await onlooker.sees(writer.written, SOON)
        await bad.reached.wait()
        door.conduct = sound
        writer.put("a", "after")
        writer.drop("b")
        await insist(onlooker.cluster, namespace, "own", "mine")
        await onlooker.sees(writer.written, SOON + IMPATIENT.silence + IMPATIENT.request)
        onlooker.nothing_was_told_twice()
