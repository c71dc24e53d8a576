"""A storm of torn, mixed and forged requests: no unhandled error, nobody in without proof, no memory kept. Seeded."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any, Final

import pytest

from stoker.api.times import utcnow
from stoker.kube.cluster import GATEWAYSYNCS
from stoker.kube.memory import MemoryCluster
from stoker.observe import logs
from stoker.observe.metrics import new_registry
from stoker.receiver import payloads, signature
from stoker.receiver.app import create_app
from stoker.receiver.deliveries import delivery_of
from stoker.receiver.metrics import ReceiverMetrics
from stoker.receiver.refs import well_formed
from stoker.receiver.said import Ignored, Malformed, Ping, Push, Retarget
from stoker.settings import ReceiverSettings
from tests.receiver.proofs import ENV
from tests.receiver.storm import storm

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stoker.receiver.app import Receiver
    from tests.receiver.storm import Case

SETTINGS: Final = ReceiverSettings.from_env(ENV)
SOURCES: Final = {
    *("unknown", "github", "gitlab", "gitea", "gogs"),
    *("bitbucket", "azuredevops", "argocd", "kargo", "generic"),
}
STATUSES: Final = {200, 202, 400, 401, 404}
WRITTEN: Final = {"requested-ref", "requested-at", "requested-by", "pushed-at"}
THROUGH_THE_APP: Final = 20
"""One of so many goes through the whole receiver."""
PATHS: Final = ("/webhook/default/plant", "/webhook/default", "/webhook", "/webhook/default/no-such")


def judged(case: Case) -> None:
    """The pure part: whoever proves it passes and nobody else, and what is said is one of the values there are."""
    assert signature.authorized(SETTINGS, case.headers, case.raw) is case.proven
    assert signature.shows_something(SETTINGS, case.headers) or not case.proven
    found = payloads.read(case.headers, case.raw)
    assert isinstance(found, Push | Retarget | Ping | Ignored | Malformed)
    assert found.source in SOURCES
    if isinstance(found, Push):
        assert found.refs
        assert all(well_formed(ref) for ref in found.refs)
    if isinstance(found, Retarget):
        assert well_formed(found.ref)
    assert len(getattr(found, "error", "") + getattr(found, "reason", "")) < 1000
    assert isinstance(delivery_of(case.headers), str)


async def answered(app: Receiver, case: Case, path: str) -> int:
    """The status of the whole receiver's answer."""
    sent: list[dict[str, Any]] = []
    parts = [case.raw[: len(case.raw) // 2], case.raw[len(case.raw) // 2 :]]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in case.headers.items()]
    await app({"type": "http", "method": "POST", "path": path, "headers": headers}, receive, send)
    status: int = sent[0]["status"]
    return status


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[None]:
    with (tmp_path / "log").open("w") as stream:
        logs.configure(level="error", dev=False, stream=stream)
        yield
        assert (tmp_path / "log").read_text() == ""


async def through_the_storm(number: int, *, rounds: int, most: int) -> None:
    """``number`` cases in ``rounds``; from the first round to the last no more than ``most`` bytes are kept."""
    cluster = MemoryCluster()
    spec = {"git": {"repo": "https://github.com/plant/ignition.git", "ref": "main"}}
    await cluster.create(GATEWAYSYNCS, "default", {"metadata": {"name": "plant"}, "spec": spec})
    registry = new_registry()
    app = create_app(cluster, settings=SETTINGS, metrics=ReceiverMetrics(registry), now=utcnow)
    kept: list[int] = []
    for turn in range(rounds):
        for index, case in enumerate(storm(turn, number // rounds)):
            judged(case)
            if index % THROUGH_THE_APP == 0:
                status = await answered(app, case, PATHS[index // THROUGH_THE_APP % len(PATHS)])
                assert status in STATUSES
                assert (status == 401) is not case.proven
        gc.collect()
        kept.append(_resident())
    found = await cluster.get(GATEWAYSYNCS, "default", "plant")
    assert {name.removeprefix("stoker.io/") for name in found.metadata.annotations} <= WRITTEN
    assert kept[-1] - kept[0] < most, kept
    assert (
        registry.get_sample_value("stoker_webhook_receiver_requests_total", {"source": "unknown", "status_code": "500"})
        is None
    )


def _resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


@pytest.mark.usefixtures("quiet")
async def test_ten_thousand_requests_of_any_kind_are_answered() -> None:
    await through_the_storm(10_000, rounds=2, most=32 << 20)


@pytest.mark.torture
@pytest.mark.usefixtures("quiet")
async def test_a_million_requests_of_any_kind_are_answered_and_nothing_of_them_is_kept() -> None:
    await through_the_storm(1_000_000, rounds=20, most=16 << 20)
