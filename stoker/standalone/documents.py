"""Reads manifest files into documents, each of which remembers where it stands.

Owns: which files count, YAML and JSON as ``kubectl`` reads them, and the place of a fault (file and document number). It knows
nothing of what a document means.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import yaml

from stoker.standalone.json_stream import json_objects
from stoker.standalone.yaml_loader import Loader
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SUFFIXES = (".yaml", ".yml", ".json")
MAX_FILE_BYTES = 8 * 1024 * 1024
# PyYAML quotes what it could not resolve, and that may be a password which begins with one of these signs.
QUOTING = re.compile(
    r"(found undefined (?:alias|tag handle)|found duplicate anchor|could not determine a constructor).*"
)


class Place(Value, frozen=True):
    """Where a document stands: the file, and its number in that file counted from 1."""

    path: Path
    number: int

    def __str__(self) -> str:
        return f"{self.path}, document {self.number}"


class Document(Value, frozen=True):
    """One object as written, not yet judged."""

    place: Place
    body: dict[str, Any]


def manifest_files(paths: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """The files meant by ``paths`` (a folder means its YAML and JSON files, not those of its folders), and faults."""
    found: list[Path] = []
    faults: list[str] = []
    for path in paths:
        try:
            if path.is_dir():
                inside = sorted(entry for entry in path.iterdir() if _counts(entry))
                if not inside:
                    faults.append(f"{path}: no *.yaml, *.yml or *.json file in this folder")
                found.extend(inside)
            elif path.exists():
                found.append(path)
            else:
                faults.append(f"{path}: no such file or folder; give -f an existing one")
        except OSError as error:
            faults.append(f"{path}: cannot be listed: {error.strerror}")
    return list(dict.fromkeys(found)), faults


def read_documents(paths: Sequence[Path]) -> tuple[list[Document], list[str]]:
    """Every document of ``paths`` in order, and every fault met on the way (never raises for the files' content)."""
    files, faults = manifest_files(paths)
    documents: list[Document] = []
    for path in files:
        try:
            documents.extend(_documents(path, faults))
        except OSError as error:
            faults.append(f"{path}: cannot be read: {error.strerror}")
        except UnicodeDecodeError as error:
            faults.append(f"{path}: is not UTF-8 text (byte {error.start})")
        except yaml.YAMLError as error:
            faults.append(f"{path}{_mark(error)}: is not YAML: {_problem(error)}")
    return documents, faults


def _counts(entry: Path) -> bool:
    return entry.suffix in SUFFIXES and not entry.name.startswith(".") and entry.is_file()


def _documents(path: Path, faults: list[str]) -> Iterator[Document]:
    with path.open("rb") as file:  # not by its size: a device says 0 and never ends
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        faults.append(f"{path}: is larger than {MAX_FILE_BYTES >> 20} MiB, which no manifest is")
        return
    text = content.decode("utf-8-sig")
    for number, body in enumerate(_bodies(text), start=1):
        if body is None:
            continue
        place = Place(path, number)
        if not isinstance(body, dict):
            faults.append(f"{place}: is not an object; it must have apiVersion, kind and metadata")
        elif str(body.get("kind")).endswith("List") and isinstance(body.get("items"), list):
            kind = {"apiVersion": body.get("apiVersion"), "kind": body["kind"].removesuffix("List")}
            for index, item in enumerate(body["items"]):
                if isinstance(item, dict):
                    # The items of a GatewaySyncList, as the API server says it, leave out what the list's kind says.
                    yield Document(place, {**kind, **item} if kind["kind"] else item)
                else:
                    faults.append(f"{place}: items[{index}]: is not an object")
        else:
            yield Document(place, body)


def _bodies(text: str) -> Iterator[Any]:
    found = json_objects(text)
    return iter(found) if found is not None else yaml.load_all(text, Loader=Loader)


def _mark(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return "" if mark is None else f", line {mark.line + 1}"


def _problem(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or str(error)
    return QUOTING.sub(r"\1: a value that begins with '*', '&' or '!' needs quotes", " ".join(problem.split()))


def fingerprint(paths: Sequence[Path]) -> tuple[tuple[str, int, int, int], ...]:
    """What a change of the files, or of who may read them, would change: name, ctime, size and inode of
    each. Blocking, a stat a file.

    A path that is not there counts as size -1, so that its coming and going are changes too.
    """
    marks: list[tuple[str, int, int, int]] = []
    for path in paths:
        try:
            names = sorted(filter(_counts, path.iterdir())) if path.is_dir() else [path]
        except OSError:
            names = [path]
        for name in names:
            try:
                stat = os.stat(name)
            except OSError:
                marks.append((str(name), 0, -1, 0))
            else:
                marks.append((str(name), stat.st_ctime_ns, stat.st_size, stat.st_ino))
    return tuple(marks)
