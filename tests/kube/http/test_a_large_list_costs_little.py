"""Memory: a page of pods of 5 MB is not 50 MB of dictionaries, and what is kept is a small part of it."""

from __future__ import annotations

import gc
import json
import tracemalloc
from typing import TYPE_CHECKING, Any

from stoker.kube.cluster import PODS
from tests.kube.http.conftest import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

MB = 1024 * 1024


def pod(number: int) -> dict[str, Any]:
    """Ten kilobytes, as pods are."""
    variables = [{"name": f"VARIABLE_{count}", "value": "some value of it"} for count in range(120)]
    managed = [{"manager": "kubelet", "fieldsV1": {f"f:{count}": {} for count in range(300)}}]
    container = {"name": "gateway", "image": "ignition:8.3", "env": variables}
    meta = {"name": f"gw-{number}", "namespace": "plant", "resourceVersion": str(number), "managedFields": managed}
    return {"metadata": meta, "spec": {"containers": [container]}, "status": {"phase": "Running"}}


async def test_five_megabytes_of_pods(serving: Callable[..., Any]) -> None:
    body = json.dumps({"metadata": {"resourceVersion": "1"}, "items": [pod(number) for number in range(500)]}).encode()
    assert len(body) > 5 * MB
    pieces = [body[at : at + 65536] for at in range(0, len(body), 65536)]
    async with serving() as server:
        server.answers(Answer(parts=pieces))
        gc.collect()
        tracemalloc.start()
        try:
            listing = await server.cluster.list(PODS, "plant")
            now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert len(listing.items) == 500
    assert peak < 2.5 * len(body)
    assert now < MB
