"""Spec and profiles: valid, or every fault in one condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.api.profiles import resolve_profiles
from stoker.api.spec import parse_spec
from stoker.errors import SpecInvalid

if TYPE_CHECKING:
    from stoker.controller.outcome import Pass


def validate(this: Pass) -> None:
    """Fills ``spec`` and ``profiles``, or ``spec_error``."""
    try:
        spec = parse_spec(this.resource.spec, name=this.resource.metadata.name)
        this.profiles = resolve_profiles(spec)
    except SpecInvalid as error:
        this.spec_error = error
    else:
        this.spec = spec
