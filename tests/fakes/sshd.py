"""A real sshd on 127.0.0.1 that serves git repositories: Debian's openssh-server, one process per connection (``sshd -i``).

It runs as whoever runs the tests, lets that user in by the keys of this file only, and reads no configuration of the machine.
Nothing here knows Stoker.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import socketserver
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes.gitrepos import git_environment
from tests.fakes.gitservers import HOST, Tracking, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SEPARATION = Path("/run/sshd")
"""Where root's sshd locks itself in; Debian makes it when the service starts."""


def sshd_program() -> str:
    """Where it is; tells loudly what to install when it is not."""
    found = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise RuntimeError("the tests of ssh need sshd; on Debian: apt-get install openssh-server")
    return found


@dataclass(frozen=True)
class KeyPair:
    """``private``: the text of a key; ``public``: its ``type base64``."""

    private: str
    public: str


def key_pair(folder: Path, kind: str = "ed25519", *, passphrase: str = "", form: str = "RFC4716") -> KeyPair:
    """Made by ssh-keygen. ``form`` RFC4716 is OpenSSH's own, PEM and PKCS8 are the old ones."""
    path = folder / f"{kind}-{len(list(folder.iterdir()))}"
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "tests", "-f", str(path)]
    subprocess.run([*command, *(["-m", form] if form != "RFC4716" else [])], check=True, capture_output=True)
    return KeyPair(path.read_text(), " ".join(path.with_suffix(".pub").read_text().split()[:2]))


@dataclass(frozen=True)
class Sshd:
    """A running server. ``host_key``: its own, of the type it serves."""

    port: int
    user: str
    host_key: KeyPair
    folder: Path

    def url(self, repository: Path) -> str:
        """The ssh:// URL of a repository."""
        return f"ssh://{self.user}@{HOST}:{self.port}{repository}"

    @property
    def known_hosts(self) -> str:
        """The line that is right."""
        return self.line(self.host_key)

    def line(self, key: KeyPair, host: str = "") -> str:
        """A line for this host with that key."""
        return f"{host or f'[{HOST}]:{self.port}'} {key.public}\n"

    def authorize(self, key: KeyPair) -> None:
        """Lets that key in too."""
        with (self.folder / "authorized").open("a") as file:
            file.write(f"{key.public}\n")

    def change_host_key(self, key: KeyPair) -> None:
        """From the next connection on it shows that key, as a host does that was set up anew."""
        fresh = self.folder / "host.new"
        fresh.write_text(key.private)
        fresh.chmod(0o600)
        fresh.replace(self.folder / "host")

    def hashed(self) -> str:
        """The right line as ssh-keygen -H hides the host in it."""
        path = self.folder / "hashed"
        path.write_text(self.known_hosts)
        subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(path)], check=True, capture_output=True)
        return path.read_text()


@contextlib.contextmanager
def sshd(folder: Path, authorized: Sequence[KeyPair], *, kind: str = "ed25519") -> Iterator[Sshd]:
    """Serves until the end, with a host key of that ``kind``."""
    program, host_key = sshd_program(), key_pair(folder, kind)
    (folder / "authorized").write_text("".join(f"{key.public}\n" for key in authorized))
    (folder / "host").write_text(host_key.private)
    (folder / "host").chmod(0o600)
    if os.geteuid() == 0:
        SEPARATION.mkdir(mode=0o755, exist_ok=True)
    options = {
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "authorized",
        "StrictModes": "no",
        "PidFile": "none",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
        "KbdInteractiveAuthentication": "no",
        "PermitRootLogin": "yes",
        "LogLevel": "QUIET",
    }
    command = [program, "-i", "-f", os.devnull, *(f"-o{name}={value}" for name, value in options.items())]

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            streams = {"stdin": self.request, "stdout": self.request, "stderr": subprocess.DEVNULL}
            subprocess.run(command, **streams, env=git_environment(), check=False)

    with running(Tracking((HOST, 0), Handler)) as port:
        yield Sshd(port, getpass.getuser(), host_key, folder)
