"""The demo's developer at work: changes payload files of the sample so that they stay valid."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BOOKKEEPING = ("resource.json", "project.json")
COMMENTS = {".py": "#", ".sql": "--"}


def editable(folder: Path) -> list[Path]:
    """The text payloads below ``folder``, in a stable order."""
    kinds = {".json", *COMMENTS}
    return sorted(p for p in folder.rglob("*") if p.suffix in kinds and p.name not in BOOKKEEPING and p.is_file())


def edit(path: Path, revision: str) -> None:
    """Give one payload another content that names ``revision``."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in COMMENTS:
        path.write_text(f"{text.rstrip()}\n{COMMENTS[path.suffix]} revision {revision}\n", encoding="utf-8")
        return
    value = json.loads(text)
    if isinstance(value, dict):
        value["demoRevision"] = revision
        path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    else:
        path.write_text(text + "\n", encoding="utf-8")
