"""The log lines, by whom they come from: what they look like from the code, what they mean from ``lines``."""

from __future__ import annotations

from typing import Final

from reference.lines import ALSO, SECTIONS
from reference.spoken import LEVELS, Spoken, spoken
from reference.table import code, table
from stoker.observe.logs import ORDER

SEVERITY: Final = list(dict.fromkeys(LEVELS.values()))


def page() -> str:
    """A table for each of those that speak."""
    lines = [
        "# Log lines: events, levels, fields, meaning",
        "",
        "One JSON object a line on stdout, or lines for people on a terminal or with `LOG_DEV_MODE=true`. Every line has",
        "`timestamp` (RFC 3339, UTC), `level`, `event` and `logger`; `event` is a stable name to filter by. An agent's lines",
        "have `namespace` and `gateway`, those of its syncs also `name`, the GatewaySync; the controller's `namespace` and",
        "`name`. `LOG_LEVEL` (`debug`, `info`, `warning`, `error`) hides what is below it. While nothing changes there is no",
        "line. Secrets are shown as `***`.",
    ]
    for who, told in SECTIONS.items():
        rows = (_row(event, meaning) for event, meaning in told.items())
        lines += ["", f"## {who}", "", *table(("event", "level", "fields", "meaning"), rows)]
    return "\n".join([*lines, ""])


def _row(event: str, meaning: str) -> tuple[str, str, str, str]:
    said = spoken()[event]
    levels = ", ".join(level for level in SEVERITY if level in said.levels)
    return code(event), levels, ", ".join(code(name) for name in fields(event, said)), meaning


def fields(event: str, said: Spoken) -> list[str]:
    """In the order in which lines have them, as far as that is fixed."""
    known = said.fields | set(ALSO.get(event, ()))
    return [name for name in ORDER if name in known] + sorted(known - set(ORDER))
