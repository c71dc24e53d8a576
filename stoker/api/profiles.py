"""What a profile means once the defaults are applied: the value that travels to the agents in the metadata ConfigMap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

if TYPE_CHECKING:
    from stoker.api.spec import Defaults, Profile, Spec

T = TypeVar("T")


class PatchSpec(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Values set in JSON files; no ``file`` means the mapping's own file."""

    set: dict[str, str]
    file: str | None = None


class MappingSpec(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One mapping as the agent carries it out."""

    source: str
    destination: str
    type: Literal["dir", "file"] | None = None
    required: bool = False
    template: bool = False
    patches: list[PatchSpec] = []


class ResolvedProfile(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A profile with nothing left to inherit."""

    mappings: list[MappingSpec]
    exclude_patterns: list[str] = []
    vars: dict[str, str] = {}
    sync_period: int = 30
    dry_run: bool = False
    designer_session_policy: Literal["proceed", "wait", "fail"] = "proceed"
    paused: bool = False
    drift_policy: Literal["report", "heal"] = "report"


def resolve_profiles(spec: Spec) -> dict[str, ResolvedProfile]:
    """Every profile: excludes added to the defaults', vars overridden key by key, the rest inherited where unset."""
    return {name: _resolve(profile, spec.sync.defaults) for name, profile in spec.sync.profiles.items()}


def encode_profiles(profiles: dict[str, ResolvedProfile]) -> str:
    """The JSON of the ``profiles`` key, names sorted so that equal profiles give equal text."""
    return msgspec.json.encode(profiles, order="sorted").decode()


def decode_profiles(text: str) -> dict[str, ResolvedProfile]:
    """The reverse; msgspec.DecodeError or ValidationError when it is not one.

    Controllers of older releases write what is not set as null or as an empty text.
    """
    raw = msgspec.json.decode(text or "{}")
    for profile in raw.values() if isinstance(raw, dict) else ():
        mappings = _drop_unset(profile, "designerSessionPolicy").get("mappings")
        for mapping in mappings if isinstance(mappings, list) else ():
            _drop_unset(mapping, "type")
    return msgspec.convert(raw, dict[str, ResolvedProfile])


def _resolve(profile: Profile, defaults: Defaults) -> ResolvedProfile:
    return ResolvedProfile(
        mappings=[
            MappingSpec(
                source=mapping.source,
                destination=mapping.destination,
                type=_set(mapping.type, None),
                required=mapping.required,
                template=mapping.template,
                patches=[PatchSpec(set=patch.set, file=_set(patch.file, "") or None) for patch in mapping.patches],
            )
            for mapping in profile.mappings
        ],
        exclude_patterns=list(dict.fromkeys((*defaults.exclude_patterns, *profile.exclude_patterns))),
        vars={**defaults.vars, **profile.vars},
        sync_period=_set(profile.sync_period, defaults.sync_period),
        dry_run=_set(profile.dry_run, defaults.dry_run),
        designer_session_policy=_set(profile.designer_session_policy, defaults.designer_session_policy),
        paused=_set(profile.paused, defaults.paused),
        drift_policy=_set(profile.drift_policy, defaults.drift_policy),
    )


def _drop_unset(value: Any, choice: str) -> dict[str, Any]:
    """Without members that say nothing; ``choice``: the one of which an empty text says nothing either."""
    if not isinstance(value, dict):
        return {}  # what it should have been is said when it is converted
    for name in [name for name, said in value.items() if said is None or (name == choice and not said)]:
        del value[name]
    return value


def _set(value: Any, inherited: T) -> T:
    result: T = inherited if isinstance(value, UnsetType) or value is UNSET else value
    return result
