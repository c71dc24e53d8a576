"""A form's field ``payload``, which holds the JSON where a webhook's content type is that of forms. Pure.

GitHub signs the form as it was sent; Gitea, Forgejo and Gogs the JSON in it, so that whoever checks a signature needs it too.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPE: Final = "application/x-www-form-urlencoded"


def is_form(headers: Mapping[str, str]) -> bool:
    """Whether the content type says so; ``headers`` with lower-case names."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == TYPE


def payload(raw: bytes | bytearray) -> bytes:
    """The field, decoded; empty when there is none.

    As quoted-printable, which is the same but for its sign: the standard library's own decoder makes an object of each
    escape, which for a body of 25 MiB are two gigabytes and twelve seconds.
    """
    _, _, rest = (b"&" + raw).partition(b"&payload=")
    value = rest.partition(b"&")[0]
    return binascii.a2b_qp(value.replace(b"=", b"%3D").replace(b"+", b" ").replace(b"%", b"="))
