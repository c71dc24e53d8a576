"""Templates and patches of a profile, tried before any agent is told of them: what resolves badly here does so everywhere.

Vars are known, and so is what the resource itself says; what differs from gateway to gateway is stood in for by a plain
word, and a fault that a gateway's real name or label might not have is left to that agent to report. File contents are
in the repository, which the controller never fetches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from stoker.errors import PlanInvalid, TemplateInvalid
from stoker.sync.globs import compile_globs
from stoker.sync.paths import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stoker.api.objects import ObjectMeta
    from stoker.api.profiles import MappingSpec, ResolvedProfile

Fault = tuple[str, str]
ANY: Final = "any"
_DIFFERS: Final = re.compile(r"GatewayName|PodName|PodOrdinal|Labels|\$|(?<![\w\]).\"'`])\.(?![\w])")
"""A template that may look at what differs from gateway to gateway: a field that does, or everything at once."""
_NAMELESS: Final = re.compile(r"map has no entry for key|can't evaluate field|not defined")


class _Labels(Mapping[str, str]):
    """Whatever labels a pod may have."""

    def __getitem__(self, key: str) -> str:
        return ANY

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def faults(profiles: Mapping[str, ResolvedProfile], meta: ObjectMeta, ref: str) -> list[Fault]:
    """Where, and what is wrong with it, of every path, patch glob and patch value that no agent could carry out."""
    found: list[Fault] = []
    for name, profile in sorted(profiles.items()):
        values = _values(profile, meta, ref)
        for number, mapping in enumerate(profile.mappings):
            place = f"spec.sync.profiles[{name}].mappings[{number}]"
            for end, template in (("source", mapping.source), ("destination", mapping.destination)):
                if "{{" in template and (fault := _fault(template, values, path=True)):
                    found.append((f"{place}.{end}", fault))
            found += ((f"{place}.{where}", fault) for where, fault in _patches(mapping, values))
    return found


def _patches(mapping: MappingSpec, values: Mapping[str, Any]) -> Iterator[Fault]:
    for number, patch in enumerate(mapping.patches):
        if patch.file:
            try:
                compile_globs([patch.file])
            except PlanInvalid as error:
                yield f"patches[{number}].file", str(error)
        for key, value in patch.set.items():
            if "{{" in value and (fault := _fault(value, values, path=False)):
                yield f"patches[{number}].set[{key}]", fault


def _fault(template: str, values: Mapping[str, Any], *, path: bool) -> str:
    from stoker.sync.template import parse  # the whole language is 20 ms of a start, and most profiles have no template

    try:
        parsed = parse(template, repr(template))
    except TemplateInvalid as error:
        return str(error)
    try:
        text = parsed.execute(values).text
        if path:
            normalise(text, f"{template!r} makes a path that is refused:")
    except TemplateInvalid as error:
        # Nobody may have the stand-in's label; a name that is not there is missed by whoever gets as far.
        elsewhere = _DIFFERS.search(template) and not _NAMELESS.search(str(error))
        return "" if elsewhere else str(error)
    except PlanInvalid as error:
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
