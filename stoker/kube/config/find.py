"""Which of the two it is: KUBECONFIG when set, else the pod's service account, else ~/.kube/config.

Who names a context means a kubeconfig, in a pod too.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stoker.errors import SettingsInvalid
from stoker.kube.config import in_cluster

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stoker.kube.config.access import Access


async def find_access(env: Mapping[str, str], *, context: str | None = None, mounted: Path | None = None) -> Access:
    """The way to the API server by ``env``; ``context`` of the kubeconfig, else its current one; ``mounted``: where the
    service account's files are, when not at their usual place.

    Raises SettingsInvalid (nothing says where it is, a broken kubeconfig, the extra is missing), CredentialsInvalid (a file
    or plugin gives no credential), DeadlineExceeded (a plugin hangs).
    """
    named = env.get("KUBECONFIG", "")
    if not named and context is None and in_cluster.is_in_cluster(env):
        return in_cluster.in_cluster(env, mounted or in_cluster.FOLDER)
    home = Path(env["HOME"]) / ".kube" / "config" if env.get("HOME") else None
    if not named and (home is None or not home.is_file()):
        if context is not None:
            raise SettingsInvalid(
                f"no kubeconfig has a context {context!r}: name the file, by --kubeconfig or KUBECONFIG"
            )
        raise SettingsInvalid(
            "no API server is named: set KUBECONFIG, or run in a pod with a service account"
            " (without a cluster there is `stoker standalone`)"
        )
    from stoker.kube.config import kubeconfig

    return await kubeconfig.from_kubeconfig(named or str(home), context=context)
