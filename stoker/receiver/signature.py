"""Who may push: a signature over the body, or a token. Constant time, before anything is parsed or looked up."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stoker.settings import ReceiverSettings

BARE_HEX: Final = ("x-gitea-signature", "x-forgejo-signature", "x-gogs-signature")
PREFIX: Final = "sha256="


def authorized(settings: ReceiverSettings, headers: Mapping[str, str], body: bytes | bytearray) -> bool:
    """``headers`` with lower-case names. True when nothing is configured, or one configured secret or token is shown."""
    if settings.open:
        return True
    # Every comparison is made, so that time tells nothing about which one matched.
    good = False
    signatures = list(_signatures(headers))
    for secret in settings.hmac_secrets if signatures else ():
        wanted = hmac.new(secret.reveal().encode(), body, hashlib.sha256).hexdigest()
        for shown in signatures:
            good |= hmac.compare_digest(wanted.encode(), shown.encode("latin-1", "replace"))
    tokens = list(_tokens(headers))
    for token in settings.bearer_tokens:
        for text in tokens:
            good |= hmac.compare_digest(token.reveal().encode(), text)
    return good


def shows_something(settings: ReceiverSettings, headers: Mapping[str, str]) -> bool:
    """Whether the headers alone leave a chance: without one the body need not even be read."""
    if settings.open:
        return True
    if settings.hmac_secrets and any(True for _ in _signatures(headers)):
        return True
    if not settings.bearer_tokens:
        return False
    shown = list(_tokens(headers))
    return any(hmac.compare_digest(token.reveal().encode(), text) for token in settings.bearer_tokens for text in shown)


def _signatures(headers: Mapping[str, str]) -> Iterator[str]:
    """The hex digests shown; a ``sha1=`` value is no signature at all."""
    for name in ("x-hub-signature-256", "x-hub-signature"):
        value = headers.get(name, "").strip()
        if value.startswith(PREFIX):
            yield value.removeprefix(PREFIX).lower()
    for name in BARE_HEX:
        value = headers.get(name, "").strip()
        if value:
            yield value.lower()


def _tokens(headers: Mapping[str, str]) -> Iterator[bytes]:
    """Bearer, GitLab's header, or the password of Basic (Azure DevOps), as the bytes that were sent."""
    scheme, _, value = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        yield _sent(value.strip())
    if scheme.lower() == "basic":
        with suppress(binascii.Error, ValueError):
            yield base64.b64decode(value.strip(), validate=True).partition(b":")[2]
    if headers.get("x-gitlab-token"):
        yield _sent(headers["x-gitlab-token"])


def _sent(text: str) -> bytes:
    """A header's value as it came: headers are decoded as Latin-1, which loses nothing."""
    return text.encode("latin-1", "replace")
