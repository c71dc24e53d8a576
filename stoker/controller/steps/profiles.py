"""Spec and profiles: valid, or every fault in one condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.api.profiles import resolve_profiles
from stoker.api.refusal import invalid
from stoker.api.spec import parse_spec
from stoker.controller.steps import templates
from stoker.errors import SpecInvalid

if TYPE_CHECKING:
    from stoker.controller.outcome import Pass


def validate(this: Pass) -> None:
    """Fills ``spec`` and ``profiles``, or ``spec_error``; both of ``spec`` and ``spec_error`` when it can be read and only its
    profiles cannot be carried out, so that the ref is looked up all the same.
    """
    try:
        meta = this.resource.metadata
        this.spec = parse_spec(this.resource.spec, name=meta.name)
        profiles = resolve_profiles(this.spec)
        if found := templates.faults(profiles, meta, this.spec.git.ref):
            raise invalid(meta.name, found)
    except SpecInvalid as error:
        this.spec_error = error
    else:
        this.profiles = profiles
