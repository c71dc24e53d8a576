"""What holds for every test: generated examples have no deadline, secrets are one test's own, a real cluster on request."""

from __future__ import annotations

import pytest
from hypothesis import settings

from stoker.observe import redact

pytest_plugins = ["tests.cluster.plugin", "tests.image.plugin", "tests.node.plugin"]

settings.register_profile("steady", deadline=None, max_examples=60)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def _own_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test calls a secret may be an ordinary word in the next."""
    monkeypatch.setattr(redact, "_known", redact.Known())
