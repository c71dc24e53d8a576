"""What people and dashboards hear of a service that crashed: one log line, with a traceback only for faults of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.errors import StokerError
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from stoker.nursery.supervisor import Crash
    from stoker.observe.metrics import ServiceMetrics


class Crashes:
    """A supervisor's ``on_crash``: logs the failure as ``process`` and counts the restart."""

    def __init__(self, process: str, metrics: ServiceMetrics) -> None:
        self._log = get_logger(process)
        self._metrics = metrics

    def __call__(self, crash: Crash) -> None:
        """One crash."""
        log = self._log.bind(service=crash.service, error=crash.text)
        foreign = next((cause for cause in crash.causes if not isinstance(cause, StokerError)), None)
        if crash.delay is None:
            log.error("service_failed", exc_info=foreign)
        else:
            self._metrics.restarted(crash.service)
            log.error("service_restarting", delay_s=round(crash.delay, 1), exc_info=foreign)
