"""What is in the image, and what must not be."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.cluster.binaries import ROOT

if TYPE_CHECKING:
    from tests.image.archive import Archive
    from tests.image.container import Engine


@pytest.mark.parametrize("program", ["git", "ssh", "pip", "pip3", "gcc", "curl", "apt-get", "perl", "useradd", "mount"])
def test_a_program_that_nothing_of_ours_calls_is_not_there(engine: Engine, program: str) -> None:
    places = ":".join(str(engine.root / place) for place in ("usr/bin", "usr/sbin", "usr/local/bin", "opt/stoker/bin"))
    assert shutil.which(program, path=places) is None


def test_the_client_that_reads_kubeconfigs_is_not_there(engine: Engine) -> None:
    (packages,) = engine.root.glob("opt/stoker/lib/python3*/site-packages")
    assert (packages / "stoker").is_dir()
    assert not (packages / "kubernetes").exists()


def test_every_module_has_byte_code_that_is_never_compared_with_its_source(engine: Engine) -> None:
    (packages,) = engine.root.glob("opt/stoker/lib/python3*/site-packages")
    sources = [path for path in packages.rglob("*.py") if path.parent.name != "templates"]
    assert len(sources) > 1000
    for source in sources:
        (compiled,) = (source.parent / "__pycache__").glob(f"{source.stem}.cpython-*.pyc")
        flags = compiled.read_bytes()[4:8]
        assert int.from_bytes(flags, "little") == 0b01, f"{compiled}: not an unchecked hash"


def test_it_runs_as_a_number_and_says_what_it_is(archive: Archive) -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", archive.config["User"])
    labels = archive.config["Labels"]
    prefix = "org.opencontainers.image"
    assert labels[f"{prefix}.title"] == "stoker"
    assert labels[f"{prefix}.version"]
    assert re.fullmatch(r"[0-9a-f]{40}", labels[f"{prefix}.revision"])


def test_nothing_in_it_is_writable_for_its_users(engine: Engine) -> None:
    for path in (engine.root / "opt/stoker").rglob("*"):
        status = path.lstat()
        assert path.is_symlink() or not status.st_mode & 0o022, path
        assert status.st_uid == 0, path


def test_no_file_that_makes_it_names_a_place_to_load_from() -> None:
    for name in ("Dockerfile", ".dockerignore", "scripts/image"):
        assert "://" not in (ROOT / name).read_text(encoding="utf-8"), name
