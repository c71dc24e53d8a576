"""What a GatewaySync says about the agent's container, read leniently: a field of a newer release is no reason to refuse a pod.

The full spec may be a megabyte, and admission holds those of all namespaces on every replica; so ``RESOURCES`` keeps only what
is read here. A spec that nobody would take any more still injects where that is possible: a pod that was drained away must come
back whatever somebody has written meanwhile, and the agent tells what is wrong.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from stoker.api import names
from stoker.api.objects import Document, GatewaySync
from stoker.api.stored import as_stored
from stoker.errors import SpecInvalid
from stoker.kube.cluster import Kind

if TYPE_CHECKING:
    from stoker.api.objects import ObjectMeta

_KEY: Final = re.compile(r"(?!\.\.)(?!\.\Z)[-._a-zA-Z0-9]{1,253}\Z")
PORT: Final = 8088
NO_KEY: Final = "-"
"""Stands for a key that no Secret can have; its file is not there, and the agent says so."""


class SecretKey(Document, frozen=True, kw_only=True):
    """One key of a Secret of the namespace."""

    name: str = ""
    key: str = ""

    @property
    def file(self) -> str:
        """The key as the name of a file, which can lead nowhere else."""
        return self.key if _KEY.match(self.key) else NO_KEY


class Token(Document, frozen=True, kw_only=True):
    """``token``, and ``knownHosts``, which has the same shape."""

    secret_ref: SecretKey = SecretKey()


class SshKey(Document, frozen=True, kw_only=True):
    """``sshKey``."""

    secret_ref: SecretKey = SecretKey()
    known_hosts: Token | None = None


class Auth(Document, frozen=True, kw_only=True):
    """At most one is there."""

    token: Token | None = None
    ssh_key: SshKey | None = None
    github_app: Any = None


class Git(Document, frozen=True, kw_only=True):
    """How the repository is reached."""

    auth: Auth = Auth()


class Api(Document, frozen=True, kw_only=True):
    """The gateway's API key."""

    secret_name: str = ""
    secret_key: str = "apiKey"

    @property
    def secret(self) -> SecretKey:
        """As the others."""
        return SecretKey(name=self.secret_name, key=self.secret_key)


class Gateway(Document, frozen=True, kw_only=True):
    """Where the gateway listens, until the metadata says so."""

    port: int = PORT
    tls: bool = False
    api: Api = Api()

    @property
    def usable_port(self) -> int:
        """One that the agent takes: with another it would not start, nor would the gateway."""
        return self.port if 1 <= self.port <= 65535 else PORT


class Image(Document, frozen=True, kw_only=True):
    """Counts when it has a repository."""

    repository: str = ""
    tag: str = ""
    pull_policy: str = "IfNotPresent"


class Agent(Document, frozen=True, kw_only=True):
    """``resources`` as in a container."""

    image: Image = Image()
    resources: dict[str, dict[str, int | float | str]] = msgspec.field(default_factory=dict)


class Wanted(Document, frozen=True, kw_only=True):
    """The part of a spec that admission reads."""

    git: Git = Git()
    gateway: Gateway = Gateway()
    agent: Agent = Agent()
    paused: bool = False


def wanted(resource: GatewaySync) -> Wanted:
    """What the resource says; SpecInvalid when its fields are of other types than the CRD has them."""
    try:
        return msgspec.convert(resource.spec or {}, Wanted)
    except (msgspec.ValidationError, UnicodeError) as error:
        raise SpecInvalid(
            f"GatewaySync {resource.metadata.name}: spec cannot be read ({error}); correct it, and apply the CRD of this"
            " release (stoker crd | kubectl apply --server-side -f -)"
        ) from None


def slimmed(resource: GatewaySync) -> GatewaySync:
    """Without what admission does not read: mappings, variables, status, annotations."""
    meta: ObjectMeta = resource.metadata
    kept = type(meta)(name=meta.name, namespace=meta.namespace, uid=meta.uid, resource_version=meta.resource_version)
    return GatewaySync(metadata=kept, spec=_slim(resource.spec))


def _slim(spec: Any) -> dict[str, Any]:
    """Parts that are of no use to anybody are left out; the profiles' names stay, where ``bind_pod`` looks for them."""
    if not isinstance(spec, dict):
        return {}
    git, sync = spec.get("git"), spec.get("sync")
    profiles = sync.get("profiles") if isinstance(sync, dict) else None
    kept = {key: spec[key] for key in ("gateway", "agent", "paused") if key in spec}
    if isinstance(git, dict) and "auth" in git:
        kept["git"] = {"auth": git["auth"]}
    slim: dict[str, Any] = as_stored(kept)
    if isinstance(profiles, dict):
        slim["sync"] = {"profiles": dict.fromkeys((name for name, one in profiles.items() if one is not None), True)}
    return slim


RESOURCES: Final = Kind(names.API_VERSION, names.KIND, names.PLURAL, GatewaySync, has_status=True, trim=slimmed)
