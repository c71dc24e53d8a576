"""Libraries' extras that no process of ours uses are not loaded, and freed memory goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

from stoker.observe.memory import hidden


def loaded(statement: str) -> set[str]:
    """The modules of a fresh interpreter after a statement."""
    code = f"{statement}; import sys; print(*[name for name, module in sys.modules.items() if module])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_an_agent_loads_no_command_line_of_httpx_and_no_rich() -> None:
    modules = loaded("import stoker.agent.run")
    assert "httpx" in modules
    assert "structlog" in modules
    assert not modules & {"rich", "click", "pygments", "httpx._main", "kubernetes", "quart", "jsonschema"}


def test_standalone_loads_web_servers_only_where_they_are_asked_for() -> None:
    modules = loaded("import stoker.standalone.run, stoker.standalone.once")
    assert "stoker.agent.run" in modules
    assert not modules & {"quart", "hypercorn", "h2", "rich", "kubernetes"}


def test_a_hidden_module_can_be_loaded_afterwards() -> None:
    assert "rich.table" in loaded("import stoker.observe.logs, rich.table")


def test_a_module_that_is_loaded_already_is_not_hidden() -> None:
    with hidden("json"):
        import json
    assert json.loads("1") == 1


def test_hiding_refuses_the_import_while_it_lasts() -> None:
    with hidden("this"), pytest.raises(ImportError):
        import this  # noqa: F401
    assert "this" not in sys.modules


def test_freed_memory_goes_back() -> None:
    code = """
import re
from stoker.observe.memory import settle_in, give_back
settle_in()
def anonymous():
    return int(re.search(r"RssAnon:\\s+(\\d+)", open("/proc/self/status").read())[1])
# Blocks below glibc's threshold for maps of their own, with one kept at the end, so that free alone cannot shrink the heap.
held = [bytes(100_000) for _ in range(1000)]
last = bytes(100_000)
full = anonymous()
held.clear()
give_back()
print(full - anonymous())
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert int(done.stdout) > 50_000


def test_what_is_loaded_is_walked_by_no_collection_and_asking_twice_is_harmless() -> None:
    code = """
import gc
from stoker.observe.memory import settle_in
settle_in()
settle_in()
print(gc.get_freeze_count() > 1000 > len(gc.get_objects()))
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "True\n"
