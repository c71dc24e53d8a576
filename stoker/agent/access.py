"""What to do when the object store refuses: the command that gives this agent its role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.api import names
from stoker.errors import Forbidden

if TYPE_CHECKING:
    from stoker.agent.setup import AgentSetup
    from stoker.errors import StokerError


def remedy(setup: AgentSetup, error: StokerError) -> str:
    """The command to run when ``error`` is a refusal; else that it is tried again."""
    if not isinstance(error, Forbidden):
        return "it is tried again"
    space = setup.namespace
    account = f"$(kubectl -n {space} get pod {setup.pod_name} -o jsonpath={{.spec.serviceAccountName}})"
    return (
        f"kubectl -n {space} create rolebinding {names.agent_rolebinding(setup.cr_name)}"
        f" --clusterrole={names.AGENT_ROLE} --serviceaccount={space}:{account}"
    )
