"""Five minutes before its end an installation token is exchanged anew, and agents find the new one; it goes with its use."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from tests.fakes.github import APP, INSTALLATION
from tests.manager.app import SECRET, token, with_app
from tests.manager.inside import Inside, beside, controlled

if TYPE_CHECKING:
    from tests.cluster.plane import Plane
    from tests.fakes.github import GitHub
    from tests.fakes.gitservers import HttpServer
    from tests.manager.site import Site


def expiry(inside: Inside) -> float | None:
    labels = {"app_id": str(APP), "installation_id": str(INSTALLATION)}
    return inside.value("github_app_token_expiry_timestamp_seconds", **labels)


async def until_echoed(place: Site, moment: str) -> None:
    """A pass for another reason than the token, and its end."""
    place.annotate(requested_at=moment)
    await beside(partial(place.until, lambda: place.status().get("lastHandledRequestedAt") == moment, moment))


async def test_it_is_renewed_and_vanishes(plane: Plane, place: Site, api: GitHub, served: HttpServer) -> None:
    async with controlled(plane, place) as inside:
        with_app(place, api, served, polling={"enabled": False})
        await until_echoed(place, "at-first")
        first = expiry(inside)
        assert token(place) == api.tokens[0]

        inside.clock.ahead = api.ahead = timedelta(minutes=54)
        await until_echoed(place, "after-54-minutes")
        assert (token(place), expiry(inside)) == (api.tokens[0], first)

        served.behaviour.token = f"ghs_{1:036d}"
        inside.clock.ahead = api.ahead = timedelta(minutes=56)
        await until_echoed(place, "after-56-minutes")
        assert place.words("RefResolved")[0] == "True"
        assert token(place) == api.tokens[1]
        assert first is not None
        assert (expiry(inside) or 0) > first

        place.edit({"spec": {"git": {"auth": None}}})
        await beside(partial(place.until, lambda: place.find("secrets", SECRET) is None, "no use, no token"))
        assert expiry(inside) is None
