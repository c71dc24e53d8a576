"""What goes between this process and its git workers: eight bytes of length, then a pickle.

Jobs are made here and trusted there. Answers are not trusted the same: a worker talks to servers that may have broken into it,
and a pickle can name any function. So only the few value types that answers are made of are ever loaded.
"""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import stoker.errors
from stoker.errors import StokerError
from stoker.values import Value

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

HEAD: Final = 8
LARGEST: Final = 256 * 1024 * 1024
"""Bytes. A list of a million refs is 100 MB."""
_VALUES: Final = {
    ("stoker.git.frames", "Answer"),
    ("stoker.git.listing", "RefListing"),
    ("stoker.git.shelf", "Standing"),
    ("stoker.git.store", "Moved"),
    ("stoker.git.store", "Outcome"),
    ("stoker.git.failures", "Redirected"),
}


class Answer(Value, frozen=True):
    """What became of a job. ``error``: one of ours; ``crash``: the trace of a fault in the program."""

    value: Any = None
    error: Exception | None = None
    crash: str = ""


class Malformed(Exception):  # noqa: N818 - never leaves this room
    """What came is no answer."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Only values and our errors."""
        if (module, name) in _VALUES:
            return super().find_class(module, name)
        found = getattr(stoker.errors, name, None) if module == "stoker.errors" else None
        if isinstance(found, type) and issubclass(found, StokerError):
            return found
        raise Malformed(f"{module}.{name} is no part of an answer")


def pack(value: object) -> bytes:
    """A job or an answer."""
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def framed(content: bytes) -> bytes:
    """As it goes over the pipe."""
    return len(content).to_bytes(HEAD) + content


def unpack_job(content: bytes) -> Callable[[threading.Event], object]:
    """In the worker: whatever the parent sent."""
    work: Callable[[threading.Event], object] = pickle.loads(content)  # noqa: S301 - from our own parent
    return work


def unpack_answer(content: bytes) -> Answer:
    """In the parent; Malformed for anything that a worker of ours does not say."""
    try:
        answer = _Unpickler(io.BytesIO(content)).load()
    except Malformed:
        raise
    except Exception as error:  # noqa: BLE001 - bytes of a process that is not trusted may raise anything
        raise Malformed(f"{type(error).__name__} while reading it") from None
    if not isinstance(answer, Answer):
        raise Malformed("it is no answer")
    return answer


def length(head: bytes) -> int:
    """Of the content that follows; Malformed when that is more than any answer has."""
    size = int.from_bytes(head)
    if size > LARGEST:
        raise Malformed(f"it says that it is {size} bytes long")
    return size


def read(stream: BinaryIO) -> bytes | None:
    """One frame's content; None when the stream ends."""
    head = stream.read(HEAD)
    if len(head) < HEAD:
        return None
    content = stream.read(length(head))
    return content if len(content) == length(head) else None
