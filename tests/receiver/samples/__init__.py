"""The samples beside this file, by name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Sample:
    """One request: its headers as sent, and its body as bytes."""

    headers: dict[str, str]
    raw: bytes

    @property
    def lower(self) -> dict[str, str]:
        """The headers with lower-case names, as the receiver sees them."""
        return {name.lower(): value for name, value in self.headers.items()}


def sample(name: str) -> Sample:
    """The request of ``name``."""
    found = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return Sample(found["headers"], json.dumps(found["body"]).encode())


NAMES = sorted(file.stem for file in HERE.glob("*.json"))
