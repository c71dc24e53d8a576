"""/manager and /agent as uid 2003, which has no entry in passwd, on a read-only root without a capability."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.image.container import Engine

EVERY_MODULE = """
import importlib, pkgutil, os, stoker
assert os.getuid() == 2003
for module in pkgutil.walk_packages(stoker.__path__, "stoker."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print("imported")
"""
AUTHORITIES = "import ssl; print(ssl.create_default_context().cert_store_stats()['x509_ca'])"
WRITES = "import pathlib; pathlib.Path('/tmp/x').touch(); pathlib.Path('/opt/stoker/x').touch()"


@pytest.mark.parametrize("process", ["manager", "agent"])
def test_each_process_teaches_itself(engine: Engine, process: str) -> None:
    done = engine.run(f"/{process}", "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: stoker {process}")


def test_an_agent_without_its_environment_says_what_is_missing(engine: Engine) -> None:
    done = engine.run("/agent")
    assert done.returncode == 2
    assert "CR_NAME" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_module_of_ours_finds_what_it_imports(engine: Engine) -> None:
    done = engine.run("/opt/stoker/bin/python", "-c", EVERY_MODULE)
    assert done.stdout == "imported\n", done.stderr


def test_public_authorities_are_known(engine: Engine) -> None:
    done = engine.run("/opt/stoker/bin/python", "-c", AUTHORITIES)
    assert int(done.stdout) > 100, done.stderr


def test_the_root_file_system_is_read_only_in_these_tests(engine: Engine) -> None:
    done = engine.run("/opt/stoker/bin/python", "-c", WRITES)
    assert "Read-only file system: '/opt/stoker/x'" in done.stderr


def test_a_kubeconfig_ends_in_one_line_that_names_the_extra(engine: Engine, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("{}", encoding="utf-8")
    config.chmod(0o644)
    done = engine.run("/manager", env={"KUBECONFIG": "/config"}, mounts={"/config": config})
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "install the extra stoker[kubeconfig]" in done.stderr
