"""The agent's API server, also where there is no way to it.

A pod without a service account's token must not keep its gateway from starting: an agent that ended would hold the start gate
shut for ever. So it lives on with an object store that refuses everything, says why, and opens the gate as when the API
server is down.
"""

from __future__ import annotations

import copy
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from stoker.errors import CredentialsInvalid
from stoker.kube.config import find_access
from stoker.kube.http import HttpCluster

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from stoker.errors import StokerError
    from stoker.kube.cluster import Cluster


@asynccontextmanager
async def found(env: Mapping[str, str], log: Any) -> AsyncIterator[Cluster]:
    """By ``env``. Raises SettingsInvalid when it names no API server, and out of a cluster what ``find_access`` raises."""
    try:
        access = await find_access(env)
    except CredentialsInvalid as error:
        if env.get("KUBECONFIG"):
            raise
        log.error("no_service_account", error=str(error))  # noqa: TRY400 - no fault of ours, so no traceback
        yield Refusing(error)
        return
    async with HttpCluster(access) as cluster:
        yield cluster


class Refusing:
    """A ``Cluster`` that answers every call with one error."""

    def __init__(self, error: StokerError) -> None:
        self._error = error

    async def get(self, *_: Any, **__: Any) -> NoReturn:
        """Refuses."""
        raise copy.copy(self._error)

    list = watch = create = patch = delete = get
