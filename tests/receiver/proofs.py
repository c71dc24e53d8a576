"""How each sender proves who it is: the headers that it adds to a sample when a secret is set in its webhook's form."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from tests.receiver.conftest import SECRET, signature

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.receiver.samples import Sample

TOKEN = "tok-en-0123456789"
ENV = {"WEBHOOK_HMAC_SECRET": SECRET, "WEBHOOK_BEARER_TOKEN": TOKEN}
OLD = "sha1=0123456789012345678901234567890123456789"


def _basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"stoker:{password}".encode()).decode()}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


_SIGNED: dict[str, Callable[[str], dict[str, str]]] = {
    "github": lambda digest: {"X-Hub-Signature-256": f"sha256={digest}", "X-Hub-Signature": OLD},
    "gitea": lambda digest: {"X-Gitea-Signature": digest, "X-Hub-Signature": OLD},
    "forgejo": lambda digest: {"X-Forgejo-Signature": digest, "X-Hub-Signature": OLD},
    "gogs": lambda digest: {"X-Gogs-Signature": digest},
    "bitbucket": lambda digest: {"X-Hub-Signature": f"sha256={digest}"},
}
_TOKEN: dict[str, Callable[[str], dict[str, str]]] = {
    "gitlab": lambda token: {"X-Gitlab-Token": token},
    "azuredevops": _basic,
    "argocd": _bearer,
    "kargo": _bearer,
    "generic": _bearer,
}


def by_convention(headers: Mapping[str, str], body: bytes, key: bytes) -> str:
    """The ``webhook-signature`` of the Standard Webhooks convention, over what the two headers beside it hold."""
    named = [headers[name].encode("latin-1") for name in ("webhook-id", "webhook-timestamp")]
    return "v1," + base64.b64encode(hmac.new(key, b".".join([*named, body]), hashlib.sha256).digest()).decode()


def proven(name: str, request: Sample, *, secret: str = SECRET, token: str = TOKEN) -> dict[str, str]:
    """The headers of the sample ``name`` with its sender's proof."""
    sender = name.partition("-")[0]
    if all(request.headers.get(one) for one in ("webhook-id", "webhook-timestamp")):
        return request.headers | {"webhook-signature": by_convention(request.headers, request.raw, secret.encode())}
    proof = _SIGNED[sender](signature(request.raw, secret)) if sender in _SIGNED else _TOKEN[sender](token)
    return request.headers | proof
