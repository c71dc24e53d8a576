"""Of a key ``name:secret`` the part behind the colon is the secret, also where a text shows it alone."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from stoker.kube.cluster import GATEWAYSYNCS, SECRETS
from stoker.kube.memory import MemoryCluster
from stoker.observe.redact import redact
from stoker.standalone.credentials import api_key_of
from stoker.standalone.gateways import Gateway

KEY = "line-7:only-this-part-is-secret"
SPEC = {
    "git": {"repo": "file:///srv/plant.git", "ref": "main"},
    "gateway": {"api": {"secretName": "ignition-api"}},
    "sync": {"profiles": {"default": {"mappings": [{"source": "projects", "destination": "projects"}]}}},
}
GATEWAY = Gateway("default", "gw", "plant", "gw", "default", Path("/data"), "http://localhost:8088", False)


async def test_a_log_line_that_shows_only_the_secret_part_is_masked() -> None:
    cluster = MemoryCluster()
    secret = {"metadata": {"name": "ignition-api"}, "data": {"apiKey": b64encode(KEY.encode()).decode()}}
    await cluster.create(SECRETS, "default", secret)
    await cluster.create(GATEWAYSYNCS, "default", {"metadata": {"name": "plant"}, "spec": SPEC})
    assert await api_key_of(cluster, GATEWAY)() == KEY
    assert "only-this-part-is-secret" not in redact("refused: only-this-part-is-secret")
    assert "line-7" in redact("the key of line-7")
