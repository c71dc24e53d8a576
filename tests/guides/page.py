"""A guide as a list of steps, and somebody who follows it.

A fenced block with the language ``yaml`` and a name is a file that the reader writes; with ``sh`` it is what the reader types, in
one shell a block, in the order of the page; ``text`` is what the reader sees. Other fences are not allowed, so that nothing in a
guide is left untried by mistake. What a test has to put in place of the reader's own (hosts, tokens) it names as stand-ins.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

GUIDES: Final = Path(__file__).parents[2] / "docs" / "guides"
BOUND: Final = 180
"""Seconds that one block may take, `kubectl wait` included."""
_PARTS: Final = re.compile(
    r"^(?:## (?P<heading>[^\n]+)|```(?P<language>\w*) ?(?P<name>\S*)\n(?P<text>.*?)^```)$", re.M | re.S
)


class StepError(Exception):
    """A command of the guide ended with another code than 0; the message says which, and what it wrote."""


@dataclass(frozen=True)
class Step:
    """``heading``: of the section it is in; ``name``: of the file, for ``yaml``."""

    heading: str
    language: str
    name: str
    text: str


def steps(name: str) -> list[Step]:
    """Of the guide of that name."""
    found, heading = list[Step](), ""
    for match in _PARTS.finditer((GUIDES / f"{name}.md").read_text(encoding="utf-8")):
        if match["heading"] is not None:
            heading = match["heading"]
        else:
            found.append(Step(heading, match["language"], match["name"], match["text"]))
    return found


@dataclass
class Reader:
    """Follows one guide in ``folder``, with ``env`` as the whole environment of what is typed."""

    guide: str
    folder: Path
    env: Mapping[str, str]
    stand_ins: dict[str, str] = field(default_factory=dict)
    left: list[Step] = field(init=False)
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.left = [step for step in steps(self.guide) if step.language != "text"]

    def section(self, heading: str, *, before: Callable[[str], None] = lambda _text: None) -> str:
        """Does everything under a heading, in order; what the commands printed. StepError.

        ``before`` hears each step's text first: what somebody else than the reader does meanwhile.
        """
        mine = [step for step in self.left if step.heading == heading]
        assert mine, f"{self.guide} has no steps under {heading!r}"
        self.left = [step for step in self.left if step.heading != heading]
        printed = []
        for step in mine:
            before(step.text)
            printed.append(self._do(step))
        return "".join(printed)

    def done(self) -> None:
        """Nothing was left out, and no stand-in was for something that the guide does not say."""
        assert [f"{step.heading}: {step.text}" for step in self.left] == []
        assert set(self.stand_ins) - self.used == set()

    def _do(self, step: Step) -> str:
        text = step.text
        for theirs, ours in self.stand_ins.items():
            if theirs in text:
                self.used.add(theirs)
                text = text.replace(theirs, ours)
        if step.language == "yaml":
            (self.folder / step.name).write_text(text, encoding="utf-8")
            return ""
        typed = ["bash", "-euo", "pipefail", "-c", text]
        done = subprocess.run(
            typed, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=BOUND, check=False
        )
        if done.returncode:
            raise StepError(f"{self.guide}, {step.heading}: {done.returncode}\n{text}\n{done.stdout}{done.stderr}")
        return done.stdout
