"""Libraries' extras that no process of ours uses are not loaded, and freed memory goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

from stoker.observe.memory import hidden, untouched


def loaded(statement: str) -> set[str]:
    """The modules of a fresh interpreter after a statement."""
    code = f"{statement}; import sys; print(*[name for name, module in sys.modules.items() if module])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_an_agent_loads_no_command_line_of_httpx_and_no_rich() -> None:
    modules = loaded("import stoker.agent.run, stoker.git.http")
    assert {"httpx", "structlog"} <= modules
    assert not modules & {"rich", "click", "pygments", "httpx._main", "kubernetes", "quart", "jsonschema"}


def test_standalone_loads_web_servers_only_where_they_are_asked_for() -> None:
    modules = loaded("import stoker.standalone.run, stoker.standalone.once")
    assert "stoker.controller.run" in modules
    assert not modules & {"quart", "hypercorn", "h2", "rich", "kubernetes"}


def test_standalone_can_ask_a_git_server_before_it_has_loaded_what_agents_need() -> None:
    modules = loaded("import stoker.standalone.run, stoker.standalone.once")
    assert not modules & {"httpx", "stoker.agent.run", "stoker.sync.engine", "stoker.sync.template"}


def test_what_speaks_to_gateways_and_to_an_api_server_loads_no_client_of_many_talents() -> None:
    modules = loaded("import stoker.agent.run, stoker.sidecar.run, stoker.kube.http.adapter")
    assert {"stoker.agent.fetching", "stoker.ignition.exchange", "h11"} <= modules
    assert not modules & {"httpx", "httpcore"}


def test_what_counts_loads_no_servers_and_clients_of_its_own() -> None:
    modules = loaded("import stoker.observe.metrics")
    assert "prometheus_client.exposition" in modules
    assert not modules & {"http.server", "wsgiref.simple_server", "urllib.request"}


def test_what_serves_probes_and_git_loads_nothing_for_settings_files_processes_and_archives() -> None:
    modules = loaded("import stoker.web.serve, stoker.git.library")
    assert {"hypercorn.config", "pygit2.repository"} <= modules
    assert not modules & {"tomllib", "multiprocessing", "tarfile"}


def test_what_asks_git_servers_loads_no_second_http() -> None:
    modules = loaded("import stoker.git.http")
    assert "httpcore" in modules
    assert not modules & {"h2", "hpack"}


def test_a_module_that_was_stood_in_for_can_be_loaded_afterwards() -> None:
    assert "tarfile" in loaded("import stoker.git.library, tarfile; tarfile.open")


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
print(gc.get_freeze_count() > 1000 > len(gc.get_objects()), gc.get_threshold()[0])
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "True 700\n"


def test_a_process_of_bursts_looks_for_cycles_less_often() -> None:
    code = """
import gc
from stoker.observe.memory import settle_in
settle_in(young=5000)
print(gc.get_threshold())
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "(5000, 10, 10)\n"


SMAPS = """\
1000-3000 r-xp 00000000 08:01 42 /lib/text.so
Rss:                   8 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
3000-4000 r--p 00002000 08:01 42 /lib/text.so (relocated)
Rss:                   4 kB
Anonymous:             4 kB
4000-5000 rw-p 00003000 08:01 42 /lib/text.so
Anonymous:             0 kB
5000-6000 r--s 00000000 08:01 43 /var/a.pack
Anonymous:             0 kB
6000-7000 r-xp 00000000 00:00 0 [vdso]
Anonymous:             0 kB
7000-9000 r--p 00000000 08:01 44 /usr/lib/locale/a name with blanks
Anonymous:             0 kB
"""


def test_only_pages_that_were_never_written_to_are_let_go() -> None:
    assert list(untouched(SMAPS.splitlines())) == [(0x1000, 0x3000), (0x7000, 0x9000)]


def test_pages_of_program_files_are_let_go_and_come_back_when_they_are_needed() -> None:
    code = """
import re, sqlite3, ssl
from stoker.observe.memory import give_back
def mapped():
    return int(re.search(r"RssFile:\\s+(\\d+)", open("/proc/self/status").read())[1])
ssl.create_default_context()
before = mapped()
give_back()
print(before - mapped())
ssl.create_default_context()
sqlite3.connect(":memory:").execute("select 1")
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert int(done.stdout) > 2000
