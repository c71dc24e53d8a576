"""One process of the world: what it is given, its line to the API server, and the lives it has had."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes.laid_open import tasks_of

if TYPE_CHECKING:
    from stoker.standalone.demo.processes import Child
    from tests.fakes.apiproxy import ApiProxy
    from tests.fakes.tcpproxy import TcpProxy


@dataclass(frozen=True)
class Way:
    """To the API server: ``line`` fails as networks do; it may lead through ``door``, which fails as servers do."""

    line: TcpProxy
    door: ApiProxy


@dataclass
class Member:
    """A process and its line to the API server. ``lives`` are its processes, the last one runs."""

    name: str
    root: Path
    arguments: list[str]
    env: dict[str, str]
    way: Way
    token: str
    lives: list[Child] = field(default_factory=list)

    @property
    def line(self) -> TcpProxy:
        """What lies between it and its server."""
        return self.way.line

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

    def memory(self) -> int:
        """Bytes that the process holds in memory."""
        pages = Path(f"/proc/{self.child.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def tasks(self) -> int:
        """Tasks of the process's loop."""
        return tasks_of(self.root)

    def threads(self) -> int:
        """Threads of the process."""
        return len(list(Path(f"/proc/{self.child.process.pid}/task").iterdir()))
