"""The pages: which there are, where they lie, and how a table is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from reference import conditions, configmaps, events, fields, labels, logs, metrics, values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FOLDER: Final = Path(__file__).resolve().parents[1] / "docs" / "reference"


def contents() -> str:
    """The first page: what each of the others tells."""
    lines = [
        f"* [{name}]({name}): {page().splitlines()[0].removeprefix('# ')}"
        for name, page in PAGES.items()
        if name != "README.md"
    ]
    return "\n".join(
        [
            "# Reference of stoker.io/v1alpha1, and of the chart",
            "",
            "Written from the types and the chart by `make docs`; edit those, not these.",
            "",
            *lines,
            "",
        ]
    )


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "README.md": contents,
    "gatewaysync.md": fields.page,
    "conditions.md": conditions.page,
    "events.md": events.page,
    "metrics.md": metrics.page,
    "logs.md": logs.page,
    "labels.md": labels.page,
    "configmaps.md": configmaps.page,
    "helm-values.md": values.page,
}
