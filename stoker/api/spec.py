"""The spec of a GatewaySync as frozen types, and how one is read: quickly when it is good, with every fault when not.

msgspec decodes in microseconds but stops at the first fault and hides map keys; so only a spec that it, or one of the
rules, refuses is walked again against the CRD's own schema for the full list (see ``faults``).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from stoker.api import rules
from stoker.api.names import DEFAULT_EXCLUDES
from stoker.api.refusal import invalid
from stoker.api.stored import as_stored

QUANTITY = r"^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)(([KMGTPE]i)|[numkMGTPE]|([eE][+-]?[0-9]+))?\Z"
"""Kubernetes' own pattern for amounts such as 250m and 128Mi; its $ is Python's \\Z, which no newline may follow."""
Text = Annotated[str, Meta(min_length=1, max_length=255)]
DEFAULT_API = "https://api.github.com"
Policy = Literal["proceed", "wait", "fail"]
DriftPolicy = Literal["report", "heal"]
Identifier = Annotated[int, Meta(ge=1, le=2**53 - 1)]
"""The bound is the largest integer that every reader of JSON agrees on."""
SyncPeriod = Annotated[int, Meta(ge=5, le=3600)]
Port = Annotated[int, Meta(ge=1, le=65535)]
Excludes = Annotated[tuple[Annotated[str, Meta(max_length=512)], ...], Meta(max_length=256)]
Quantity = int | Annotated[str, Meta(max_length=64, pattern=QUANTITY)]
Vars = Annotated[dict[str, Annotated[str, Meta(max_length=4096)]], Meta(max_length=256)]


class Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """Base of the spec's parts: misspelt fields are faults, not silence."""


class SecretKey(Part, frozen=True, kw_only=True):
    """One key of a Secret in the resource's namespace."""

    name: Annotated[str, Meta(min_length=1, max_length=253)]
    key: Annotated[str, Meta(min_length=1, max_length=253)]


class TokenAuth(Part, frozen=True, kw_only=True):
    """An HTTPS token; the user is x-access-token."""

    secret_ref: SecretKey


class KnownHosts(Part, frozen=True, kw_only=True):
    """The host keys that are trusted; with it, host keys are checked strictly."""

    secret_ref: SecretKey


class SSHAuth(Part, frozen=True, kw_only=True):
    """A private key for ssh."""

    secret_ref: SecretKey
    known_hosts: KnownHosts | UnsetType = UNSET


class GitHubAppAuth(Part, frozen=True, kw_only=True):
    """A GitHub App whose installation tokens are exchanged by the controller."""

    app_id: Identifier
    installation_id: Identifier
    private_key_secret_ref: SecretKey
    api_base_url: Annotated[str, Meta(max_length=512)] = msgspec.field(name="apiBaseURL", default=DEFAULT_API)
    """Empty means the default too."""


class GitAuth(Part, frozen=True, kw_only=True):
    """At most one of them."""

    token: TokenAuth | UnsetType = UNSET
    ssh_key: SSHAuth | UnsetType = msgspec.field(name="sshKey", default=UNSET)
    github_app: GitHubAppAuth | UnsetType = msgspec.field(name="githubApp", default=UNSET)


class Git(Part, frozen=True, kw_only=True):
    """Where from, and which ref."""

    repo: Annotated[str, Meta(min_length=1, max_length=2048)]
    ref: Annotated[str, Meta(min_length=1, max_length=512)]
    auth: GitAuth = GitAuth()


class Polling(Part, frozen=True, kw_only=True):
    """How often the ref is looked up without a push; an empty interval is 60s."""

    enabled: bool = True
    interval: Annotated[str, Meta(max_length=64)] = "60s"


class GatewayApi(Part, frozen=True, kw_only=True):
    """The Secret that holds the gateway's API key, ``name:secret``."""

    secret_name: Annotated[str, Meta(min_length=1, max_length=253)]
    secret_key: Annotated[str, Meta(min_length=1, max_length=253)] = "apiKey"


class Gateway(Part, frozen=True, kw_only=True):
    """How the gateway's own HTTP API is reached, on the pod's loopback."""

    api: GatewayApi
    port: Port = 8088
    tls: bool = False


class Patch(Part, frozen=True, kw_only=True):
    """Values set in JSON files: sjson paths to values."""

    set: Annotated[dict[str, str], Meta(min_length=1, max_length=256)]
    file: Annotated[str, Meta(max_length=512)] | UnsetType = UNSET


class Mapping(Part, frozen=True, kw_only=True):
    """One folder or file of the repository, and where it goes below the data directory."""

    source: Text
    destination: Text
    type: Literal["dir", "file"] | UnsetType = UNSET
    required: bool = False
    template: bool = False
    patches: Annotated[list[Patch], Meta(max_length=64)] = []


class Defaults(Part, frozen=True, kw_only=True):
    """What every profile inherits."""

    exclude_patterns: Excludes = DEFAULT_EXCLUDES
    vars: Vars = {}
    sync_period: SyncPeriod = 30
    designer_session_policy: Policy = "proceed"
    dry_run: bool = False
    paused: bool = False
    drift_policy: DriftPolicy = "report"


class Profile(Part, frozen=True, kw_only=True):
    """What one kind of gateway gets; a field left out is inherited, excludes are added, vars override key by key."""

    mappings: Annotated[list[Mapping], Meta(min_length=1, max_length=64)]
    exclude_patterns: Excludes = ()
    vars: Vars = {}
    sync_period: SyncPeriod | UnsetType = UNSET
    dry_run: bool | UnsetType = UNSET
    designer_session_policy: Policy | UnsetType = UNSET
    paused: bool | UnsetType = UNSET
    drift_policy: DriftPolicy | UnsetType = UNSET


class Sync(Part, frozen=True, kw_only=True):
    """Defaults and profiles."""

    profiles: Annotated[dict[str, Profile], Meta(min_length=1, max_length=256)]
    defaults: Defaults = Defaults()


class AgentImage(Part, frozen=True, kw_only=True):
    """The agent's image; counts when it has a repository. An empty ``pull_policy``, as some charts write it, is the default."""

    repository: str = ""
    tag: str = ""
    pull_policy: Literal["", "Always", "IfNotPresent", "Never"] = "IfNotPresent"


class Resources(Part, frozen=True, kw_only=True):
    """What the sidecar may use and asks for, by name (cpu, memory)."""

    limits: Annotated[dict[str, Quantity], Meta(max_length=64)] = {}
    requests: Annotated[dict[str, Quantity], Meta(max_length=64)] = {}


class Agent(Part, frozen=True, kw_only=True):
    """The injected sidecar."""

    image: AgentImage = AgentImage()
    resources: Resources = Resources()


class Spec(Part, frozen=True, kw_only=True):
    """What the user wants."""

    git: Git
    gateway: Gateway
    sync: Sync
    polling: Polling = Polling()
    agent: Agent = Agent()
    paused: bool = False

    @property
    def auth_type(self) -> Literal["none", "token", "ssh", "githubApp"]:
        """The word of the metadata ConfigMap."""
        auth = self.git.auth
        if auth.token is not UNSET:
            return "token"
        if auth.ssh_key is not UNSET:
            return "ssh"
        return "none" if auth.github_app is UNSET else "githubApp"


def parse_spec(raw: Any, *, name: str) -> Spec:
    """The typed spec of the resource that is called ``name``, or SpecInvalid with every fault of both."""
    unknown: list[rules.Fault] = []
    try:
        spec = msgspec.convert(raw, Spec, strict=True)
    except (msgspec.ValidationError, UnicodeError):  # never for what an API server hands out
        from stoker.api import faults  # the schema is built from these types; and what it needs is heavy

        unknown, raw = faults.of_unknown(raw), as_stored(raw)
        try:
            spec = msgspec.convert(raw, Spec, strict=True)
        except (msgspec.ValidationError, UnicodeError) as error:
            found = unknown + faults.of_schema(raw) + rules.of_name(name) + rules.of_rules(raw)
            raise invalid(name, found or [faults.of_decoder(str(error))]) from None
    if broken := unknown + rules.of_name(name) + rules.of_rules(raw):
        raise invalid(name, broken)
    return spec
