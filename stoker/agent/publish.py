"""Reports and history into the two ConfigMaps: merge patches of the gateway's own key, and nothing when nothing changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.api import names
from stoker.api.handoff import report_limit
from stoker.api.reports import (
    HISTORY_LENGTH,
    HistoryEntry,
    Report,
    decode_history,
    decode_report,
    encode_history,
)
from stoker.errors import Forbidden, ObjectNotFound, StokerError
from stoker.kube.cluster import CONFIGMAPS
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from stoker.agent.setup import AgentSetup
    from stoker.kube.cluster import Cluster


class Publisher:
    """What could not be written is written with the next attempt; ``clean`` says that nothing waits for one."""

    def __init__(self, setup: AgentSetup, cluster: Cluster) -> None:
        self._setup = setup
        self._cluster = cluster
        self.clean = True
        self._written = ""
        self._report = Report()
        self._history: list[HistoryEntry] | None = None
        self._history_written = ""
        self._limit = 16 * 1024
        self._log = get_logger("agent.publish", gateway=setup.gateway_name, namespace=setup.namespace)

    async def load(self) -> None:
        """Take up the report that an earlier life of this very pod left, so that nothing is written twice."""
        try:
            name = names.status_configmap(self._setup.cr_name)
            text = (await self._cluster.get(CONFIGMAPS, self._setup.namespace, name)).data.get(self._setup.pod_name, "")
        except StokerError:
            return  # the first report will say what is wrong
        found = decode_report(text)
        if found is not None and found.pod_uid == self._setup.pod_uid:
            self._report, self._written = found, text

    async def report(self, report: Report, *, limit: int) -> None:
        """Keeps ``report`` as the newest and writes it."""
        self._report, self._limit = report, limit
        self.clean = await self.flush()

    async def remember(self, entry: HistoryEntry) -> None:
        """One more sync in the history; written by the next ``flush``."""
        (await self._entries()).append(entry)

    @property
    def last(self) -> Report:
        """The newest report."""
        return self._report

    async def flush(self) -> bool:
        """Writes what differs from what was written last; False when something could not be."""
        limit = min(self._limit, report_limit(1))
        good = await self._put(names.status_configmap(self._setup.cr_name), self._report.encode(limit), "_written")
        if self._history is not None:
            text = encode_history(self._history[-HISTORY_LENGTH:], self._limit)
            good = await self._put(names.changes_configmap(self._setup.cr_name), text, "_history_written") and good
        return good

    async def _put(self, map_name: str, text: str, attribute: str) -> bool:
        if text == getattr(self, attribute):
            return True
        body = {"data": {self._setup.pod_name: text}}
        try:
            await self._cluster.patch(CONFIGMAPS, self._setup.namespace, map_name, body)
        except ObjectNotFound:
            self._log.info(
                "report_waits",
                configmap=map_name,
                remedy="the controller has not made it, or the resource is being deleted",
            )
            return False
        except Forbidden as error:
            self._log.error("report_forbidden", configmap=map_name, error=str(error), remedy=self._mending_command())
            return False
        except StokerError as error:
            self._log.warning("report_not_written", configmap=map_name, error=str(error))
            return False
        setattr(self, attribute, text)
        return True

    async def _entries(self) -> list[HistoryEntry]:
        """The history so far: read once, at the first entry of this agent's life."""
        if self._history is None:
            try:
                name = names.changes_configmap(self._setup.cr_name)
                data = (await self._cluster.get(CONFIGMAPS, self._setup.namespace, name)).data
                self._history_written = data.get(self._setup.pod_name, "")
                self._history = decode_history(self._history_written)
            except StokerError:
                self._history = []
        return self._history

    def _mending_command(self) -> str:
        setup = self._setup
        return (
            f"kubectl -n {setup.namespace} create rolebinding {names.agent_rolebinding(setup.cr_name)}"
            f" --clusterrole={names.AGENT_ROLE} --serviceaccount={setup.namespace}:default"
        )
