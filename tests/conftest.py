"""What holds for every test: generated examples have no deadline, secrets are one test's own, a real cluster on request."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from hypothesis import settings

from stoker.observe import logs, redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytest_plugins = [
    "tests.lanes",
    "tests.left_out",
    "tests.chart.plugin",
    "tests.cluster.plugin",
    "tests.image.plugin",
    "tests.node.plugin",
    "tests.vectors.plugin",
]

settings.register_profile("steady", deadline=None, max_examples=60)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def _own_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test calls a secret may be an ordinary word in the next."""
    monkeypatch.setattr(redact, "_known", redact.Known())


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """Where one test sent the log, the next one's lines do not go."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def logged() -> Callable[[], list[dict[str, Any]]]:
    """What was logged so far, as people's collectors get it."""
    stream = io.StringIO()
    logs.configure(level="debug", dev=False, stream=stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
