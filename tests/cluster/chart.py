"""The chart as objects: what `helm template` makes of values, a tenth of a second each, and kept.

Who acts in the tests has the rights that these objects give, and the tests of the chart itself begin here.
"""

from __future__ import annotations

import copy
import functools
import json
import subprocess
from typing import TYPE_CHECKING, Any, Final

import yaml

from tests.cluster.binaries import ROOT, found

if TYPE_CHECKING:
    from collections.abc import Mapping

CHART: Final = ROOT / "helm/stoker"
RELEASE: Final = "stoker-operator"
"""Contains the chart's name, and so is the full name of everything in the release."""
_KUBERNETES: Final = "1.34"


class ChartError(Exception):
    """helm refused; the message is what it wrote to standard error."""


def helm(*words: str, stdin: str = "", env: Mapping[str, str] | None = None) -> str:
    """Its standard output; ChartError."""
    program = found().helm
    assert program is not None
    done = subprocess.run(
        [program, *words], input=stdin, capture_output=True, text=True, check=False, timeout=120, env=env
    )
    if done.returncode:
        raise ChartError(done.stderr)
    return done.stdout


def rendered(
    values: Mapping[str, Any] | None = None, *, release: str = RELEASE, namespace: str = "stoker-system"
) -> list[dict[str, Any]]:
    """Every object of a release with these values beside the defaults, in the order of the templates; ChartError."""
    return copy.deepcopy(_rendered(json.dumps(values or {}, sort_keys=True), release, namespace))


@functools.lru_cache(maxsize=256)
def _rendered(values: str, release: str, namespace: str) -> list[dict[str, Any]]:
    words = ("template", release, str(CHART), f"--namespace={namespace}", f"--kube-version={_KUBERNETES}", "--values=-")
    documents = yaml.load_all(helm(*words, stdin=values), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return [document for document in documents if document]


def only(objects: list[dict[str, Any]], kind: str, name: str = "") -> dict[str, Any]:
    """The one object of that kind, whose name ends so."""
    (one,) = [each for each in objects if each["kind"] == kind and each["metadata"]["name"].endswith(name)]
    return one
