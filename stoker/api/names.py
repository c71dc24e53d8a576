"""Every label, annotation, object name, path and port of the API: one spelling, here.

Names are the contract with manifests, charts, dashboards and alert rules; no other module may spell one.
"""

from __future__ import annotations

from typing import Final

GROUP: Final = "stoker.io"
VERSION: Final = "v1alpha1"
API_VERSION: Final = f"{GROUP}/{VERSION}"
KIND: Final = "GatewaySync"
PLURAL: Final = "gatewaysyncs"
SHORT_NAME: Final = "gs"
FINALIZER: Final = "stoker.io/finalizer"

# On pods, by users.
INJECT: Final = "stoker.io/inject"
CR_NAME: Final = "stoker.io/cr-name"
PROFILE: Final = "stoker.io/profile"
GATEWAY_NAME: Final = "stoker.io/gateway-name"
AGENT_IMAGE: Final = "stoker.io/agent-image"
GATEWAY_URL: Final = "stoker.io/gateway-url"
# On pods, by the webhook.
INJECTED: Final = "stoker.io/injected"
AGENT_LABEL: Final = "stoker.io/agent"
AGENT_CONTAINER: Final = "stoker-agent"
APP_NAME_LABEL: Final = "app.kubernetes.io/name"
POD_INDEX_LABEL: Final = "apps.kubernetes.io/pod-index"
INJECTION_NAMESPACE_LABEL: Final = "stoker.io/injection"

# On the resource: requests.
REQUESTED_REF: Final = "stoker.io/requested-ref"
REQUESTED_AT: Final = "stoker.io/requested-at"
HANDLED_AT: Final = "stoker.io/last-handled-requested-at"
"""Of the certificate's Secret, where a request for a new one is echoed: it has no status."""
REQUESTED_BY: Final = "stoker.io/requested-by"
PUSHED_AT: Final = "stoker.io/pushed-at"
ALLOW_MASS_DELETE: Final = "stoker.io/allow-mass-delete"

# On owned objects.
MANAGED_BY_LABEL: Final = "app.kubernetes.io/managed-by"
MANAGED_BY: Final = "stoker-controller"
SECRET_TYPE: Final = "stoker.io/secret-type"
GITHUB_TOKEN_TYPE: Final = "github-app-token"
GITHUB_TOKEN_KEY: Final = "token"
AGENT_ROLE: Final = "stoker-agent"
ROLEBINDING_MANAGED_BY: Final = "stoker-operator"
ROLEBINDING_LABEL: Final = "stoker.io/gatewaysync"

DEFAULT_PROFILE: Final = "default"
DEFAULT_EXCLUDES: Final = ("**/.git/", "**/.gitkeep", "**/.resources/**")
DATA_VOLUMES: Final = ("ignition-data", "data")

PROBES_PORT: Final = 8081
METRICS_PORT: Final = 8443
WEBHOOK_PORT: Final = 9443
RECEIVER_PORT: Final = 9444
AGENT_PROBES_PORT: Final = 8082
AGENT_METRICS_PORT: Final = 8083


def metadata_configmap(cr: str) -> str:
    """Written by the controller, read by the agents."""
    return f"stoker-metadata-{cr}"


def status_configmap(cr: str) -> str:
    """Written by the agents, one key a pod, read by the controller."""
    return f"stoker-status-{cr}"


def changes_configmap(cr: str) -> str:
    """The last syncs of every gateway, written by the agents."""
    return f"stoker-changes-{cr}"


def github_token_secret(cr: str) -> str:
    """The installation token that agents mount."""
    return f"stoker-github-token-{cr}"


def agent_rolebinding(cr: str) -> str:
    """Binds the gateways' service accounts to the agent's role."""
    return f"stoker-agent-{cr}"
