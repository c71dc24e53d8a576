"""Paths of mappings that are templates, tried before any agent is told of them: what resolves badly here does so everywhere.

Vars are known, and so is what the resource itself says; what differs from gateway to gateway is stood in for by a plain
word. A path that only one gateway's name or label makes bad is that agent's to report. File contents are in the repository,
which the controller never fetches.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from stoker.errors import FeatureUnsupported, PlanInvalid, TemplateInvalid
from stoker.sync.fields import Fields
from stoker.sync.paths import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stoker.api.objects import ObjectMeta
    from stoker.api.profiles import ResolvedProfile

Fault = tuple[str, str]
ANY = "any"


class _Labels(Mapping[str, str]):
    """Whatever labels a pod may have."""

    def __getitem__(self, key: str) -> str:
        return ANY

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def faults(profiles: Mapping[str, ResolvedProfile], meta: ObjectMeta, ref: str) -> list[Fault]:
    """Where, and what is wrong with it, of every templated source and destination that no agent could carry out."""
    found: list[Fault] = []
    for name, profile in sorted(profiles.items()):
        fields = Fields(_values(profile, meta, ref))
        for number, mapping in enumerate(profile.mappings):
            for end, template in (("source", mapping.source), ("destination", mapping.destination)):
                place = f"spec.sync.profiles[{name}].mappings[{number}].{end}"
                if "{{" in template and (fault := _fault(template, fields)):
                    found.append((place, fault))
    return found


def _fault(template: str, fields: Fields) -> str:
    try:
        normalise(fields.render(template, repr(template)).text, f"{template!r} becomes")
    except (TemplateInvalid, PlanInvalid, FeatureUnsupported) as error:
        return str(error)
    return ""


def _values(profile: ResolvedProfile, meta: ObjectMeta, ref: str) -> dict[str, Any]:
    return {
        "GatewayName": ANY,
        "PodName": ANY,
        "PodOrdinal": 0,
        "Namespace": meta.namespace,
        "CRName": meta.name,
        "Ref": ref.replace("/", "-"),
        "Commit": "0" * 40,
        "Labels": _Labels(),
        "Vars": dict(profile.vars),
    }
