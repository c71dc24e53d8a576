"""Making files by template and patches, and matching globs: what a sync's own processor time goes into when much is made.

Nothing is read or written here; what a sync pays for files is in ``engine`` and ``first``.
"""

from __future__ import annotations

import json
import statistics
import time
from typing import TYPE_CHECKING, Any

from bench.table import Page, Row, milliseconds
from stoker.sync.fields import Fields
from stoker.sync.globs import compile_globs
from stoker.sync.jsonset import set_values

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROUNDS = 15
FILES = 500
PATHS = 15_000
LARGE = 4_000_000
FIELDS = {"GatewayName": "press-3", "Vars": {"host": "hist.plant.local", "port": "62541"}, "Labels": {"line": "b"}}
TEXT = """{
  "name": "{{.GatewayName}}",
  "line": "{{.Labels.line}}{{if eq .Labels.line "b"}}, the second{{end}}",
  "endpoint": {"host": "{{.Vars.host}}", "port": {{.Vars.port}}, "tls": false},
  "tags": [{{range $key, $value := .Vars}}"{{$key}}={{$value}}", {{end}}"end"]
}
"""
VALUES = {"endpoint.host": "press-3.plant.local", "endpoint.tls": "true", "limits.high": "9.5", "tags.-1": "x"}
GLOBS = (
    "**/.resources/**", "**/.uuid", "**/*.bak", "config/local/**", "**/.sync-staging", ".stoker", "**/secret/",
    "projects/*/tmp/**", "**/*.{tmp,swp}", "**/Thumbs.db", "var/**", "logs/*.log", "**/node_modules", "**/[Tt]est?/**",
    "data/**/cache/*.bin", "**/*_old*", "db/autobackup/**", "modules/**/*.modl", "**/.git", "**/view~*.json",
)  # fmt: skip


def measure(page: Page, _base: Path) -> None:
    """All rows of this section."""
    made = timed(make)
    each = statistics.median(made) / FILES * 1e6
    figure = f"{milliseconds(made)}, {each:.0f} µs a file"
    page.add(Row(f"templating and patching {FILES} files, {len(VALUES)} values each", figure, "–"))
    large = view()
    name = f"patching a file of {len(large) / 1e6:.1f} MB"
    last = f"root.children.{large.count(b'ia.display.label') - 1}.props.text"
    page.add(Row(f"{name}, the last of its components", milliseconds(timed(lambda: patched(large, last))), "50 ms"))
    many = {f"root.children.{number * 50}.props.text": "x" for number in range(100)}
    page.add(Row("… a hundred of them", milliseconds(timed(lambda: set_values(large, many, "view.json"))), "–"))
    flat = json.dumps({f"key-{number}": number * 1.5 for number in range(170_000)}).encode()
    page.add(Row("… the last of 170,000 keys", milliseconds(timed(lambda: patched(flat, "key-169999"))), "50 ms"))
    paths = [path(number) for number in range(PATHS)]
    globbing = timed(lambda: matched(paths))
    page.add(Row(f"globbing {PATHS:,} paths with {len(GLOBS)} patterns", milliseconds(globbing), "under 150 ms"))


def timed(work: Callable[[], object]) -> list[float]:
    """Seconds of each round, after one that counts for nothing."""
    work()
    samples = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        samples.append(time.perf_counter() - begun)
    return samples


def make() -> None:
    """As a sync makes its files: all with the same fields and patches."""
    fields = Fields(FIELDS)
    for number in range(FILES):
        where = f"config/site-{number}.json"
        set_values(fields.render(TEXT, where).text.encode(), VALUES, where)


def patched(data: bytes, at: str) -> None:
    """One value, which must be new."""
    if set_values(data, {at: "patched"}, "large.json") == data:
        raise RuntimeError(f"{at} was not patched")


def matched(paths: list[str]) -> None:
    """As an excluder asks: each path, and the folders it is in."""
    globs = compile_globs(GLOBS, below=True)
    if globs is None or sum(map(globs.fullmatch, paths)):
        raise RuntimeError("a path was matched that should not be")


def path(number: int) -> str:
    """A resource of a Perspective project."""
    folder = f"projects/site{number % 40}/com.inductiveautomation.perspective/views/area{number % 97}/page{number // 2}"
    return f"{folder}/{'view.json' if number % 2 else 'resource.json'}"


def view() -> bytes:
    """A Perspective view of that size, as the Designer writes it."""

    def component(number: int) -> dict[str, Any]:
        binding = {"config": {"expression": '{view.params.x} + "a"'}, "type": "expr"}
        return {
            "type": "ia.display.label",
            "version": 0,
            "meta": {"name": f"Label {number}"},
            "position": {"x": number / 7, "y": 12, "height": 0.25},
            "propConfig": {"props.text": {"binding": binding}},
            "props": {"text": f"label {number}", "style": {"classes": "a/b/c", "color": "#ffffff"}},
        }

    size = len(json.dumps(component(1000), indent=2)) * 1.34  # deeper inside it is indented further
    children = [component(number) for number in range(int(LARGE / size))]
    root = {"children": children, "meta": {"name": "root"}, "type": "ia.container.coord"}
    return json.dumps({"custom": {}, "params": {"x": 1}, "props": {}, "root": root}, indent=2).encode()
