"""The exit codes of every command, as ``stoker --help`` documents them. Imports nothing: the command line reads it."""

from __future__ import annotations

from typing import Final

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
LOCKED: Final = 3
