"""Two circles of services: the inner one stops first, the outer one, which hears of what the inner did last, after it.

The order is the same whoever ends it: a signal, or a service of either circle that can only be given up. Nothing here knows what
a service does; which belongs where is the composition's business.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import trio

from stoker.nursery.shutdown import unless
from stoker.nursery.supervisor import GAVE_UP, RESTARTS, flatten, supervise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stoker.nursery.backoff import Backoff
    from stoker.nursery.service import Named
    from stoker.nursery.supervisor import Crash


async def supervise_circles(
    inner: Sequence[Named],
    outer: Sequence[Named],
    *,
    stopping: trio.Event,
    late: trio.Event,
    on_crash: Callable[[Crash], None],
    on_state: Callable[[str, bool], None],
    backoff: Backoff = RESTARTS,
    give_up_after: int = 10,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Runs both circles until ``stopping``, then ends ``inner``, then sets ``late`` and ends ``outer``.

    ``inner`` watch ``stopping`` and begin when every one of ``outer``, which watch ``late``, was usable. A service that is
    given up sets ``stopping``; its ServiceFailed or ServiceReturned is raised when all have ended. Started when both
    circles are usable; a stop before that ends it without.
    """
    guard = partial(
        supervise,
        on_crash=on_crash,
        on_state=on_state,
        ask_to_stop=stopping.set,
        backoff=backoff,
        give_up_after=give_up_after,
    )
    given_up: list[BaseException] = []
    try:
        async with trio.open_nursery() as nursery:
            if await unless(stopping, partial(nursery.start, partial(guard, outer, stopping=late))):
                try:
                    await guard(inner, stopping=stopping, task_status=task_status)
                    await stopping.wait()  # nothing inside is no reason to end
                except GAVE_UP as error:
                    given_up.append(error)
            late.set()
    except BaseExceptionGroup as group:
        _, others = group.split((*GAVE_UP, trio.Cancelled))
        given_up += [leaf for leaf in flatten(group) if isinstance(leaf, GAVE_UP)]
        if others is not None or not given_up:
            raise
    if given_up:
        raise given_up[0] from given_up[0].__cause__
