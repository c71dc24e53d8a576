"""One process of the world: what it is given, its line to the API server, and the lives it has had."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stoker.standalone.demo.processes import Child
    from tests.fakes.tcpproxy import TcpProxy


@dataclass
class Member:
    """A process and its line to the API server. ``lives`` are its processes, the last one runs."""

    name: str
    root: Path
    arguments: list[str]
    env: dict[str, str]
    line: TcpProxy
    token: str
    lives: list[Child] = field(default_factory=list)

    @property
    def child(self) -> Child:
        """The life that runs."""
        return self.lives[-1]

    @property
    def runs(self) -> bool:
        """Does it?"""
        return bool(self.lives) and self.child.process.returncode is None

    def mount(self, token: str) -> None:
        """Puts a token where the kubelet would."""
        (self.root / "account/token.new").write_text(token)
        (self.root / "account/token.new").replace(self.root / "account/token")

    def open_files(self) -> int:
        """Descriptors of the process."""
        return len(list(Path(f"/proc/{self.child.process.pid}/fd").iterdir()))

    def threads(self) -> int:
        """Threads of the process."""
        return len(list(Path(f"/proc/{self.child.process.pid}/task").iterdir()))
