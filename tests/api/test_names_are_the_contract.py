"""Every annotation, label, object name, key and port as users, manifests and dashboards know it, spelt in one place."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import stoker
from stoker.api import names

ROOT = Path(stoker.__file__).parent
OUTSIDE = {"sync/guard.py"}  # the engine may not import the API's names; a test below holds its one spelling to them


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("API_VERSION", "stoker.io/v1alpha1"),
        ("KIND", "GatewaySync"),
        ("PLURAL", "gatewaysyncs"),
        ("SHORT_NAME", "gs"),
        ("FINALIZER", "stoker.io/finalizer"),
        ("INJECT", "stoker.io/inject"),
        ("CR_NAME", "stoker.io/cr-name"),
        ("PROFILE", "stoker.io/profile"),
        ("GATEWAY_NAME", "stoker.io/gateway-name"),
        ("AGENT_IMAGE", "stoker.io/agent-image"),
        ("GATEWAY_URL", "stoker.io/gateway-url"),
        ("INJECTED", "stoker.io/injected"),
        ("AGENT_LABEL", "stoker.io/agent"),
        ("AGENT_CONTAINER", "stoker-agent"),
        ("APP_NAME_LABEL", "app.kubernetes.io/name"),
        ("POD_INDEX_LABEL", "apps.kubernetes.io/pod-index"),
        ("INJECTION_NAMESPACE_LABEL", "stoker.io/injection"),
        ("REQUESTED_REF", "stoker.io/requested-ref"),
        ("REQUESTED_AT", "stoker.io/requested-at"),
        ("REQUESTED_BY", "stoker.io/requested-by"),
        ("PUSHED_AT", "stoker.io/pushed-at"),
        ("ALLOW_MASS_DELETE", "stoker.io/allow-mass-delete"),
        ("MANAGED_BY_LABEL", "app.kubernetes.io/managed-by"),
        ("MANAGED_BY", "stoker-controller"),
        ("SECRET_TYPE", "stoker.io/secret-type"),
        ("GITHUB_TOKEN_TYPE", "github-app-token"),
        ("GITHUB_TOKEN_KEY", "token"),
        ("AGENT_ROLE", "stoker-agent"),
        ("ROLEBINDING_MANAGED_BY", "stoker-operator"),
        ("ROLEBINDING_LABEL", "stoker.io/gatewaysync"),
        ("DEFAULT_PROFILE", "default"),
        ("DEFAULT_EXCLUDES", ("**/.git/", "**/.gitkeep", "**/.resources/**")),
        ("DATA_VOLUMES", ("ignition-data", "data")),
        ("PROBES_PORT", 8081),
        ("METRICS_PORT", 8443),
        ("WEBHOOK_PORT", 9443),
        ("RECEIVER_PORT", 9444),
        ("AGENT_PROBES_PORT", 8082),
        ("AGENT_METRICS_PORT", 8083),
    ],
)
def test_a_name_is_spelt_as_the_contract_spells_it(name: str, spelt: object) -> None:
    assert getattr(names, name) == spelt


def test_owned_objects_are_named_after_their_resource() -> None:
    assert names.metadata_configmap("plant") == "stoker-metadata-plant"
    assert names.status_configmap("plant") == "stoker-status-plant"
    assert names.changes_configmap("plant") == "stoker-changes-plant"
    assert names.github_token_secret("plant") == "stoker-github-token-plant"
    assert names.agent_rolebinding("plant") == "stoker-agent-plant"


def spelt(path: Path) -> list[tuple[int, str]]:
    """Every string literal of a module that is, as a whole, one of our names."""
    ours = {value for value in vars(names).values() if isinstance(value, str) and value.startswith("stoker.io/")}
    tree = ast.parse(path.read_text())
    return [(n.lineno, n.value) for n in ast.walk(tree) if isinstance(n, ast.Constant) and n.value in ours]


def test_no_other_module_spells_a_name_of_its_own() -> None:
    strays = [
        f"{path.relative_to(ROOT)}:{line}: {value}"
        for path in sorted(ROOT.rglob("*.py"))
        if path.name != "names.py" and str(path.relative_to(ROOT)) not in OUTSIDE
        for line, value in spelt(path)
    ]
    assert strays == []


def test_the_engine_s_own_spelling_is_ours() -> None:
    from stoker.sync.guard import ANNOTATION

    assert ANNOTATION == names.ALLOW_MASS_DELETE
