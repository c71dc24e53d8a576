"""What the agent mounts beside the data directory: two folders of its own and the Secrets that it reads. Pure.

A Secret that is not there must not keep a gateway from starting, as it would for ever: so every one is optional, and the agent
reports what it lacks; once the Secret exists, the kubelet fills the folder. Of a Secret only the named key is mounted: another
key may be what no pod is to see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from stoker.admission.wanted import SecretKey
from stoker.api import names
from stoker.values import Mutable, field

if TYPE_CHECKING:
    from collections.abc import Collection

    from stoker.admission.wanted import Wanted

MODE: Final = 0o444
"""Readable by any uid: the gateway's is not known to the Secret's owner, and nothing else is in that container."""
SECRETS: Final = "/etc/stoker"
GIT_TOKEN: Final = "git-token"


class Mounted(Mutable):
    """Volumes of the pod, mounts of the container, and the variables that say where the secrets are."""

    taken: set[str]
    volumes: list[dict[str, Any]] = field(default_factory=list)
    mounts: list[dict[str, Any]] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)

    def folder(self, name: str, path: str) -> None:
        """An empty one, as long as the pod lives."""
        volume = self._name(name)
        self.volumes.append({"name": volume, "emptyDir": {}})
        self.mounts.append({"name": volume, "mountPath": path})

    def secret(self, name: str, ref: SecretKey, variable: str) -> None:
        """One key, as a file that ``variable`` names; without a Secret's name the variable alone, for the agent to complain."""
        path = f"{SECRETS}/{name}"
        self.env[variable] = f"{path}/{ref.file}"
        if not ref.name:
            return
        volume = self._name(name)
        items = [{"key": ref.file, "path": ref.file}]
        source = {"secretName": ref.name, "items": items, "defaultMode": MODE, "optional": True}
        self.volumes.append({"name": volume, "secret": source})
        self.mounts.append({"name": volume, "mountPath": path, "readOnly": True})

    def _name(self, name: str) -> str:
        """``name``, or one like it where the pod has a volume of that name already."""
        found, number = name, 1
        while found in self.taken:
            number += 1
            found = f"stoker-{name}" if number == 2 else f"stoker-{name}-{number}"
        self.taken.add(found)
        return found


def mounted(resource: str, wanted: Wanted, taken: Collection[str]) -> Mounted:
    """All that the agent of that resource mounts; ``taken``: names of volumes that the pod has."""
    made = Mounted(set(taken))
    made.folder("sync-repo", "/repo")
    made.folder("git-tmp", "/tmp")  # noqa: S108 - the container's own
    made.secret("api-key", wanted.gateway.api.secret, "API_KEY_FILE")
    auth = wanted.git.auth
    if auth.token is not None:
        made.secret("git-credentials", auth.token.secret_ref, "GIT_TOKEN_FILE")
    elif auth.ssh_key is not None:
        made.secret("git-credentials", auth.ssh_key.secret_ref, "GIT_SSH_KEY_FILE")
        if auth.ssh_key.known_hosts is not None:
            made.secret("known-hosts", auth.ssh_key.known_hosts.secret_ref, "GIT_KNOWN_HOSTS_FILE")
    elif auth.github_app is not None:
        made.secret(GIT_TOKEN, _exchanged(resource), "GIT_TOKEN_FILE")
    return made


def _exchanged(resource: str) -> SecretKey:
    """The token that the controller keeps for a GitHub App."""
    return SecretKey(name=names.github_token_secret(resource), key=names.GITHUB_TOKEN_KEY)
