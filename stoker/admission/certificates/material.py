"""What the certificate's Secret holds, as a value: of type kubernetes.io/tls, so that anybody's tools can read it.

``tls.crt`` and ``tls.key`` are what is served, ``ca.crt`` what is trusted, the authority that signs first, and ``ca.key`` its
key. While authorities change, the first has not signed what is served yet. What others served before us may be trusted for
itself: a self-signed certificate, of no authority. A part that is missing or spoilt is empty here.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from stoker.admission.certificates import pairs
from stoker.admission.certificates.pairs import Pair
from stoker.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVED, SERVED_KEY, TRUSTED, SIGNING_KEY = "tls.crt", "tls.key", "ca.crt", "ca.key"
SECRET_TYPE: Final = "kubernetes.io/tls"
KEPT: Final = 3
"""Authorities that are trusted at most: the one that signs, and those before it."""


class Material(Value, frozen=True):
    """``authority`` signs; ``served`` is shown to the API server; ``trusted``: certificates, PEM, newest first."""

    authority: Pair | None = None
    served: Pair | None = None
    trusted: tuple[bytes, ...] = ()

    @classmethod
    def read(cls, data: Mapping[str, str]) -> Material:
        """Of a Secret's data, base64 as in the API; what does not fit together is left out."""
        raw = {key: _decoded(data.get(key, "")) for key in (SERVED, SERVED_KEY, TRUSTED, SIGNING_KEY)}
        trusted = tuple(pairs.split(raw[TRUSTED]))[:KEPT]
        authority = Pair(trusted[0], raw[SIGNING_KEY]) if trusted and pairs.is_authority(trusted[0]) else None
        served = Pair(raw[SERVED], raw[SERVED_KEY])
        return cls(
            authority if authority is not None and pairs.matches(authority) else None,
            served if pairs.matches(served) else None,
            trusted,
        )

    def data(self) -> dict[str, str]:
        """As a Secret's data; what is missing is empty, for the type demands both of its keys."""
        parts = {
            SERVED: self.served.certificate if self.served else b"",
            SERVED_KEY: self.served.key if self.served else b"",
            TRUSTED: self.bundle,
            SIGNING_KEY: self.authority.key if self.authority else b"",
        }
        return {key: base64.b64encode(part).decode("ascii") for key, part in parts.items()}

    @property
    def bundle(self) -> bytes:
        """What the API server is told to trust."""
        return b"".join(self.trusted)

    def under(self, authority: Pair, former: tuple[bytes, ...]) -> Material:
        """With that authority to sign from now on, and the former ones trusted still."""
        others = (one for one in dict.fromkeys((*self.trusted, *former)) if one != authority.certificate)
        return replace(self, authority=authority, trusted=(authority.certificate, *others)[:KEPT])


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        return b""
