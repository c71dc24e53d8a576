"""What ends a process: an error of ours is a line and a code, the gravest of several counts; a fault keeps its traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import ManifestInvalid, ServiceFailed, SettingsInvalid, StateLocked, StokerError
from stoker.process.running import explain, run_until_signal

if TYPE_CHECKING:
    import trio


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([ServiceFailed("a")], 1),
        ([SettingsInvalid("a")], 2),
        ([ManifestInvalid("a")], 2),
        ([StateLocked("a")], 3),
        ([ServiceFailed("a"), SettingsInvalid("b"), ServiceFailed("c")], 2),
    ],
)
def test_each_is_a_line_and_the_gravest_the_code(
    errors: list[StokerError], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(*errors) == code
    assert capsys.readouterr().err.splitlines() == [f"stoker: {error}" for error in errors]


def test_a_fault_beside_them_is_raised_as_it_came() -> None:
    async def main(_stopping: trio.Event) -> None:
        raise ExceptionGroup("both", [ServiceFailed("a"), ZeroDivisionError("b")])

    with pytest.raises(ExceptionGroup) as raised:
        run_until_signal(main, grace=1)
    assert raised.group_contains(ZeroDivisionError, match="b")
