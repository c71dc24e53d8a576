"""The heap over 2,000 syncs of a repository that changes each time, with a template and a patch among its files.

What Python's allocator holds is taken, after a collection, at 200 syncs, when every cache is warm, and at the end; the
anonymous memory of the process is told beside it.
"""

from __future__ import annotations

import gc
import json
import tracemalloc
from typing import TYPE_CHECKING

from bench.table import Page, Row
from stoker.agent.profile import PROTECTION
from stoker.sync.engine import Engine
from stoker.sync.plan import MappingRule, PatchRule, SyncRequest
from stoker.sync.source import DirectoryTree

if TYPE_CHECKING:
    from pathlib import Path

SYNCS, WARM = 2000, 200
FILES = 100


def measure(page: Page, base: Path) -> None:
    """Its row."""
    source, live = base / "source", base / "live"
    live.mkdir()
    for number in range(FILES):
        file = source / f"projects/p{number % 10}/f{number}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"number": number, "name": "{{.GatewayName}}"}))
    engine = Engine(live, protection=PROTECTION)
    engine.open()
    engine.settle()
    warm = (0, 0)
    tracemalloc.start()
    try:
        for number in range(1, SYNCS + 1):
            _sync(engine, source, number)
            if number == WARM:
                warm = _held()
        heap, anonymous = (after - before for before, after in zip(warm, _held(), strict=True))
    finally:
        engine.close()
        tracemalloc.stop()
    page.add(
        Row(
            f"{SYNCS:,} syncs of {FILES} files, each of another commit with a template and a patch: growth of the heap",
            f"{heap / 1e6:+.2f} MB (anonymous memory {anonymous / 1e6:+.1f} MB)",
            "under 2 MB",
        )
    )


def _sync(engine: Engine, source: Path, number: int) -> None:
    changed = source / f"projects/p{number % 10}/f{number % FILES}.json"
    changed.write_text(json.dumps({"number": number, "name": "{{.GatewayName}}"}))
    patch = PatchRule("**/*.json", {"revision": "{{.Ref}}"})
    rule = MappingRule("projects", "projects", template=True, patches=(patch,))
    fields = {"GatewayName": "press", "Ref": f"v{number // 10}", "Vars": {}, "Labels": {}}
    request = SyncRequest(f"{number:040x}", "main", DirectoryTree(source), (rule,), fields=fields)
    prepared = engine.prepare(request)
    engine.merge(engine.stage(prepared))


def _held() -> tuple[int, int]:
    """Bytes of all objects, and of anonymous memory."""
    gc.collect()
    with open("/proc/self/smaps_rollup", encoding="ascii") as lines:
        anonymous = next(int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))
    return tracemalloc.get_traced_memory()[0], anonymous * 1024
