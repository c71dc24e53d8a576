"""A release that had its certificate from cert-manager makes its own from now on: nothing is served untrusted on the way."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
import trio

from stoker.admission.certificates import pairs
from stoker.admission.certificates.keeper import SETTLED_SECONDS
from stoker.admission.certificates.material import SECRET_TYPE
from stoker.kube.cluster import SECRETS, WEBHOOKS
from stoker.web.certificate import self_signed
from tests.admission.certificates.conftest import PLACE, START

if TYPE_CHECKING:
    from collections.abc import Callable

    from trio.testing import MockClock

    from tests.admission.certificates.conftest import Store

    Make = Callable[[], dict[str, bytes]]

NAMES = PLACE.dns_names[:2]


def trusting_itself() -> dict[str, bytes]:
    """As a self-signed issuer fills a Secret: what is trusted is no authority."""
    certificate, key = self_signed(NAMES)
    return {"tls.crt": certificate, "tls.key": key, "ca.crt": certificate}


def of_an_authority() -> dict[str, bytes]:
    """As a CA issuer does: the key of the authority is elsewhere."""
    authority = pairs.make_authority(START)
    served = pairs.issue(authority, NAMES, START)
    return {"tls.crt": served.certificate, "tls.key": served.key, "ca.crt": authority.certificate}


@pytest.mark.parametrize("make", [trusting_itself, of_an_authority])
async def test_what_is_served_is_trusted_at_every_moment(autojump_clock: MockClock, store: Store, make: Make) -> None:
    data = {key: base64.b64encode(value).decode() for key, value in make().items()}
    body = {"type": SECRET_TYPE, "metadata": {"name": PLACE.secret}, "data": data}
    await store.cluster.create(SECRETS, PLACE.namespace, body)
    await store.cluster.delete(WEBHOOKS, "", PLACE.configuration)
    await store.webhook(data["ca.crt"])
    store.lead()
    served = b""
    for _ in range(100):
        await trio.sleep(SETTLED_SECONDS / 25)
        pair = (await store.held()).served
        served = pair.certificate if pair else b""
        assert any(pairs.issued_by(served, one) for one in pairs.split(await store.told()))
    assert pairs.names_of(served) == set(PLACE.dns_names)
