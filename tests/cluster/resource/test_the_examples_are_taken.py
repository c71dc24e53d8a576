"""Every GatewaySync that a page or an example shows is taken as it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from stoker.api import names
from tests.house.conftest import text, tracked

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.resource.conftest import Resources


def shown(path: Path) -> list[dict[str, Any]]:
    """The resources in a YAML file, or in the YAML blocks of a page."""
    blocks = re.findall(r"```yaml\n(.*?)```", text(path), re.DOTALL) if path.suffix == ".md" else [text(path)]
    documents = [document for block in blocks for document in yaml.safe_load_all(block)]
    return [document for document in documents if isinstance(document, dict) and document.get("kind") == names.KIND]


FILES = [path for path in tracked("*.md", "examples/*.yaml", "docs/*.md") if shown(path)]


def test_there_are_some() -> None:
    assert {path.name for path in FILES} >= {"README.md", "gateway.yaml"}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_resource_that_is_shown_is_taken(judge: Resources, path: Path) -> None:
    for document in shown(path):
        assert judge.judged(document["spec"], document["metadata"]["name"])["kind"] == names.KIND
