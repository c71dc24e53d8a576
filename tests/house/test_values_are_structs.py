"""A data class costs every start half a millisecond: plain values are structs, and each that is not has its reason here."""

from __future__ import annotations

import re

from tests.house.conftest import text, tracked

BESIDE_ITS_FIELDS = {"standalone/simulator", "kube/faults.py", "controller/reconcile.py", "receiver/said.py"}
A_FIELD_LEFT_OUT = {
    "kube/cluster.py",
    "kube/config/access.py",
    "sync/report.py",
    "api/handoff.py",
    "admission/certificates/pairs.py",
}
LOADED_FOR_HELP = {
    "settings.py",
    "process/twins.py",
    "manager/options.py",
    "standalone/options.py",
    "sidecar/command.py",
    "sidecar/environment.py",
}


def test_only_what_has_a_reason_is_a_data_class() -> None:
    found = {
        "/".join(path.parts[1:]) for path in tracked("stoker/*.py") if re.search(r"^ *@dataclass\b", text(path), re.M)
    }
    reasons = BESIDE_ITS_FIELDS | A_FIELD_LEFT_OUT | LOADED_FOR_HELP
    assert not {one for one in found if not any(one.startswith(reason) for reason in reasons)}
    assert not {reason for reason in reasons if not any(one.startswith(reason) for one in found)}
