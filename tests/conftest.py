"""Generated examples are judged by what they do, not by how long a busy machine takes for them; a real cluster on request."""

from __future__ import annotations

from hypothesis import settings

pytest_plugins = ["tests.cluster.plugin"]

settings.register_profile("steady", deadline=None, max_examples=60)
settings.load_profile("steady")
