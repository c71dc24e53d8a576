"""Each pod that was injected or refused is one line and one count; what went wrong is told, and decided by the failurePolicy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stoker.admission.metrics import MOST, InjectorMetrics
from stoker.api import names
from stoker.errors import ClusterUnreachable
from stoker.kube.memory import MemoryCluster
from stoker.observe.metrics import new_registry
from tests.admission.conftest import review
from tests.admission.pods import pod

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.admission.conftest import Serve, Webhook

    Logged = Callable[[], list[dict[str, Any]]]


def line(logged: Logged, event: str) -> dict[str, Any]:
    (found,) = [line for line in logged() if line["event"] == event]
    return found


class Broken(MemoryCluster):
    """Fails with ``error``."""

    error: Exception = ClusterUnreachable("no answer from the API server; is it up?")

    async def list(self, *_: Any, **__: Any) -> Any:
        """Fails."""
        raise self.error


async def test_an_injected_pod(webhook: Webhook, logged: Logged) -> None:
    await webhook.ask(pod(annotations={names.GATEWAY_NAME: "north"}, automountServiceAccountToken=False))
    told = line(logged, "pod_injected")
    assert (told["namespace"], told["pod"], told["name"], told["profile"]) == ("plant-a", "gw-0", "plant", "default")
    assert (told["gateway"], told["image"], len(told["warnings"])) == ("north", "stoker:1", 1)
    assert [webhook.counted(result) for result in ("injected", "skipped", "denied", "error")] == [1, 0, 0, 0]


async def test_a_refused_pod(serving: Serve, logged: Logged) -> None:
    served = await serving()
    answer = await served.ask()
    told = line(logged, "pod_denied")
    assert (told["level"], told["reason"], told["pod"]) == ("warning", answer.message, "gw-0")
    assert served.counted("denied") == 1


async def test_a_pod_that_asks_for_nothing_is_counted_and_not_told(webhook: Webhook, logged: Logged) -> None:
    await webhook.ask(pod(annotations={names.INJECT: "false"}))
    assert line(logged, "pod_skipped")["level"] == "debug"
    assert webhook.counted("skipped") == 1


async def test_a_dry_run_counts_nothing(webhook: Webhook, logged: Logged) -> None:
    assert (await webhook.ask(dryRun=True)).injected
    assert line(logged, "pod_injected")["dry_run"] is True
    assert webhook.counted("injected") == 0


@pytest.mark.parametrize(
    "error", [ClusterUnreachable("no answer from the API server; is it up?"), ZeroDivisionError("x")]
)
async def test_what_cannot_be_judged_is_left_to_the_failure_policy(
    serving: Serve, logged: Logged, error: Exception
) -> None:
    store = Broken()
    store.error = ClusterUnreachable("as long as it begins")
    served = await serving(store)
    store.error = error
    answer = await served.http.post(served.url + "/mutate-v1-pod", json=review(pod()))
    ours = isinstance(error, ZeroDivisionError)
    assert (answer.status_code, "is it up?" in answer.text) == (500, not ours)
    told = line(logged, "webhook_crashed" if ours else "pod_not_judged")
    assert (told["level"], told["namespace"], told["pod"]) == ("error", "plant-a", "gw-0")
    assert served.counted("error") == 1


def test_nobody_can_make_series_without_end() -> None:
    registry = new_registry()
    metrics = InjectorMetrics(registry)
    for number in range(MOST + 500):
        metrics.reviewed(f"space-{number}", "denied")
    metrics.reviewed("space-1", "denied")
    name = "stoker_webhook_injector_injections_total"
    (family,) = [family for family in registry.collect() if family.name == name.removesuffix("_total")]
    assert len(family.samples) == MOST + 1
    assert registry.get_sample_value(name, {"namespace": "space-1", "result": "denied"}) == 2
    assert registry.get_sample_value(name, {"namespace": "", "result": "denied"}) == 500
