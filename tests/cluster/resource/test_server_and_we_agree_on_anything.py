"""Specs that nobody wrote down: whatever stands where, the API server and we come to the same judgement."""

from __future__ import annotations

import copy
import json
import random
from typing import TYPE_CHECKING, Any, Final

import pytest

from stoker.api.spec import parse_spec
from stoker.errors import SpecInvalid
from tests.api.samples import FULL
from tests.cluster.client import RefusedError

if TYPE_CHECKING:
    from tests.cluster.resource.conftest import Resources

VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 5, 4, 3601, 65535, 65536, 1.0, 1.5, 2**40, 1e3),
    *(
        "",
        "a",
        "/a",
        "..",
        "a/../b",
        "...",
        "5m",
        "1h-3m",
        "0s",
        "dir",
        "file",
        "wait",
        "x" * 64,
        "x" * 256,
        "1\n",
        "2k",
        "ä",
    ),
    *([], [None], [""], ["a"], {}, {"a": None}, {"a": "b"}, {"9": "b"}, {"": ""}, [{}], {"set": {}}),
)
KEYS: Final = (
    "default",
    "a",
    "type",
    "source",
    "patches",
    "token",
    "githubApp",
    "vars",
    "limits",
    "interval",
    "x" * 64,
)


def places(node: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [here, *(place for step, value in steps for place in places(value, (*here, step)))]


def mangled(dice: random.Random) -> Any:
    """The full spec with one to three values replaced, added or taken away."""
    spec = copy.deepcopy(FULL)
    for _ in range(dice.randint(1, 3)):
        *way, last = dice.choice(places(spec)[1:])
        here: Any = spec
        for step in way:
            here = here[step]
        deed = dice.random()
        if deed < 0.2:
            del here[last]
        elif deed < 0.4 and isinstance(here, dict):
            here[dice.choice(KEYS)] = copy.deepcopy(dice.choice(VALUES))
        else:
            here[last] = copy.deepcopy(dice.choice(VALUES))
    return spec


def ours(spec: Any) -> str:
    try:
        parse_spec(spec, name="plant")
    except SpecInvalid as error:
        return str(error)
    return ""


def theirs(judge: Resources, spec: Any) -> str:
    try:
        judge.judged(spec)
    except RefusedError as error:
        return error.message or str(error)
    return ""


@pytest.mark.parametrize("seed", range(8))
def test_a_mangled_spec_is_good_for_both_or_for_neither(judge: Resources, seed: int) -> None:
    dice = random.Random(seed)
    verdicts = set()
    for _ in range(60):
        spec = mangled(dice)
        we, they = ours(spec), theirs(judge, spec)
        assert bool(we) == bool(they), f"\nwe: {we}\nthey: {they}\n{json.dumps(spec)}"
        verdicts.add(bool(we))
    assert verdicts == {True, False}
