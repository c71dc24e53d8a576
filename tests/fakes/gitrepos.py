"""Real git repositories for tests, benches and the demo: bare, written by ``git fast-import``, quick even with 15,000 files.

Global and system configuration are off and names and dates fixed, so that the same calls give the same commit hashes on
every machine. Nothing here knows Stoker.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

BRANCH = "main"
EPOCH = 1_700_000_000


def git_environment() -> dict[str, str]:
    """The environment in which git knows nothing of the machine's owner."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def git(*arguments: str, cwd: Path, stdin: bytes | None = None) -> str:
    """Runs git, returns what it prints; raises CalledProcessError with git's own words in ``stderr``."""
    done = subprocess.run(
        ["git", *arguments], cwd=cwd, input=stdin, env=git_environment(), check=True, capture_output=True, timeout=300
    )
    return done.stdout.decode().strip()


@dataclass(frozen=True)
class Origin:
    """A bare repository at ``path``, changed as a user's pushes would change it."""

    path: Path

    @property
    def url(self) -> str:
        """Its file:// URL."""
        return self.path.as_uri()

    def git(self, *arguments: str, stdin: bytes | None = None) -> str:
        """Any git command in it."""
        return git(*arguments, cwd=self.path, stdin=stdin)

    def commit(
        self,
        files: Mapping[str, bytes | str | None],
        *,
        branch: str = BRANCH,
        message: str = "change",
        executable: Collection[str] = (),
        symlinks: Mapping[str, str] | None = None,
        orphan: bool = False,
    ) -> str:
        """Writes ``files`` on top of ``branch`` (None deletes one) and returns the hash. ``orphan`` begins anew."""
        ref = f"refs/heads/{branch}"
        tip = None if orphan else self.hash_of(ref)
        stream = [
            f"commit {ref}\n",
            f"committer Ann Author <ann@example.com> {self._next_time(tip)} +0000\n",
            _data(message),
        ]
        if tip:
            stream.append(f"from {tip}\n")
        elif orphan:
            stream.append("deleteall\n")
        body = b"".join(part if isinstance(part, bytes) else str(part).encode() for part in stream)
        changes = b"".join(_change(path, content, path in executable) for path, content in files.items())
        changes += b"".join(f"M 120000 inline {path}\n".encode() + _data(to) for path, to in (symlinks or {}).items())
        self.git("fast-import", "--quiet", "--force", "--date-format=raw", stdin=body + changes)
        found = self.hash_of(ref)
        assert found
        return found

    def hash_of(self, name: str) -> str | None:
        """The object a name stands for, None when there is none."""
        try:
            return self.git("rev-parse", "--verify", "--quiet", name)
        except subprocess.CalledProcessError:
            return None

    def tag(self, name: str, commit: str, *, annotated: bool = True) -> str:
        """Makes a tag; returns the hash that its ref holds (of the tag object for an annotated one)."""
        who = ("-c", "user.name=Ann Author", "-c", "user.email=ann@example.com")
        self.git(*who, "tag", *(("-a", "-m", name) if annotated else ()), name, commit)
        found = self.hash_of(f"refs/tags/{name}")
        assert found
        return found

    def force(self, branch: str, commit: str) -> None:
        """What a forced push does."""
        self.git("update-ref", f"refs/heads/{branch}", commit)

    def forget_unreachable(self) -> None:
        """What a hosting service's housekeeping does after a forced push."""
        self.git("reflog", "expire", "--expire=now", "--all")
        self.git("gc", "--quiet", "--prune=now")

    def allow_any_hash(self) -> None:
        """Serve commits by hash, as GitHub and GitLab do and a plain git server does not."""
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")

    def _next_time(self, tip: str | None) -> int:
        return int(self.git("show", "-s", "--format=%ct", tip)) + 60 if tip else EPOCH


def make_origin(path: Path, *, any_hash: bool = True) -> Origin:
    """An empty bare repository. ``any_hash``: whether its servers may be asked for commits by hash."""
    path.mkdir(parents=True, exist_ok=True)
    git("init", "--quiet", "--bare", f"--initial-branch={BRANCH}", ".", cwd=path)
    origin = Origin(path)
    origin.git("config", "gc.auto", "0")
    if any_hash:
        origin.allow_any_hash()
    return origin


def many_files(count: int, *, size: int = 200, per_folder: int = 10) -> dict[str, bytes]:
    """``count`` small files with contents of their own, spread over folders three deep."""
    found: dict[str, bytes] = {}
    for number in range(count):
        folder = number // per_folder
        head = f"file {number}\n".encode()
        found[f"projects/p{folder % 7}/views/v{folder}/f{number}.json"] = head + b"x" * (size - len(head))
    return found


def _data(content: bytes | str) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return b"data %d\n" % len(raw) + raw + b"\n"


def _change(path: str, content: bytes | str | None, executable: bool) -> bytes:
    if content is None:
        return f"D {path}\n".encode()
    return f"M {'100755' if executable else '100644'} inline {path}\n".encode() + _data(content)
