"""Where the gateway's data directory is in its pod, and who owns it there. Pure.

The agent sees it under the path at which the gateway does, so that what either says about a file is true for both; only where
that would cover what the agent itself needs it goes to ``DEFAULT``.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any, Final

from stoker.api import names
from stoker.values import Mutable, Value, field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stoker.admission.pod import AdmittedContainer, AdmittedPod, EnvVar, SecurityContext, VolumeMount

DEFAULT: Final = "/ignition-data"
OURS: Final = ("/repo", "/tmp", "/etc/stoker")  # noqa: S108 - a mount of the agent's own
NEEDED: Final = (
    *OURS,
    *("/agent", "/manager", "/opt/stoker", "/bin", "/lib", "/lib64", "/sbin", "/usr/bin", "/usr/lib", "/usr/local/bin"),
    *("/usr/local/lib", "/etc/ssl", "/dev", "/proc", "/sys", "/var/run/secrets/kubernetes.io/serviceaccount"),
)
"""What the agent has in its image or gets by its pod: a mount there or above hides it."""
PREFIX: Final = "DATA_SUBPATH_"
_REFERENCE: Final = re.compile(r"\$\$|\$\(([^()]*)\)")


class DataMount(Value, frozen=True):
    """``mount`` as it stands in the container; ``env``: variables that it refers to; ``owner``: who runs the gateway there."""

    path: str
    mount: dict[str, Any]
    env: tuple[dict[str, Any], ...] = ()
    owner: SecurityContext | None = None


class Found(Mutable):
    """``data`` is None when there is nothing to mount; ``warnings`` say why."""

    data: DataMount | None = None
    warnings: list[str] = field(default_factory=list)


def find(pod: AdmittedPod) -> Found:
    """The pod's volume ``ignition-data``, else ``data``, as the first regular container that mounts it has it."""
    present = {volume.name for volume in pod.spec.volumes or ()}
    volume = next((name for name in names.DATA_VOLUMES if name in present), None)
    if volume is None:
        wanted = " or ".join(names.DATA_VOLUMES)
        return Found(warnings=[f"the pod has no volume named {wanted}: the agent will report Error"])
    for container in pod.spec.containers or ():
        for mount in container.volume_mounts or ():
            if mount.name == volume:
                return _as_in(container, mount)
    return Found(DataMount(DEFAULT, {"name": volume, "mountPath": DEFAULT}))


def _as_in(container: AdmittedContainer, mount: VolumeMount) -> Found:
    path = "/" + mount.mount_path.lstrip("/")
    found = Found()
    if _hides(posixpath.normpath(path)):
        found.warnings.append(
            f"the data volume is at {DEFAULT} for the agent: at {path} it would hide the agent's own files"
        )
        path = DEFAULT
    made: dict[str, Any] = {"name": mount.name, "mountPath": path}
    env: dict[str, dict[str, Any]] = {}
    if mount.sub_path_expr:
        expression = _renamed(mount.sub_path_expr, container.env or (), env)
        if expression is None:
            text = f"subPathExpr {mount.sub_path_expr!r} of container {container.name} refers to a variable that its env does"
            found.warnings.append(f"{text} not define: the data volume is not mounted, and the agent will report Error")
            return found
        made["subPathExpr"] = expression
    elif mount.sub_path:
        made["subPath"] = mount.sub_path
    found.data = DataMount(path, made, tuple(env.values()), container.security_context)
    return found


def _hides(path: str) -> bool:
    """Is something that the agent needs there or below, or is it inside of what only we may fill?"""
    if path == "/" or path.startswith("/etc/stoker/"):
        return True
    return any(needed == path or needed.startswith(f"{path}/") for needed in NEEDED)


def _renamed(text: str, env: Sequence[EnvVar], into: dict[str, dict[str, Any]]) -> str | None:
    """``text`` with every ``$(NAME)`` turned into ``$(DATA_SUBPATH_NAME)``, defined ``into``; None when one is not defined.

    The agent has variables of the same names with other values, and must have none of the container's others.
    """
    defined = {variable.name: (index, variable) for index, variable in enumerate(env)}
    missing = False

    def turn(match: re.Match[str]) -> str:
        nonlocal missing
        name = match[1]
        if name is None:
            return match[0]
        ours = PREFIX + name
        if ours in into:
            return f"$({ours})"
        if name not in defined:
            missing = True
            return match[0]
        index, variable = defined[name]
        if variable.value_from is not None:
            into[ours] = {"name": ours, "valueFrom": variable.value_from}
            return f"$({ours})"
        value = _renamed(variable.value, env[:index], into)  # in a value only what stands before it is replaced
        if value is None:
            missing = True
        into[ours] = {"name": ours, "value": value or ""}
        return f"$({ours})"

    result = _REFERENCE.sub(turn, text)
    return None if missing else result
