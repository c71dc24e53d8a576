"""Who may push: a signature over the body, or a token. Constant time, before anything is parsed or looked up.

Signatures are hex digests of the body, or what the Standard Webhooks convention makes of it (GitLab's signing token): base64,
over the request's id and time as well. That time is not held against ours: a clock that is wrong would lose pushes, and what a
repeated push brings about is another look; its id is remembered besides.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from stoker.receiver import form

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stoker.settings import ReceiverSettings

BARE_HEX: Final = ("x-gitea-signature", "x-forgejo-signature", "x-gogs-signature")
PREFIX: Final = "sha256="
STANDARD: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")
VERSION: Final = "v1,"
ENCODED: Final = "whsec_"
"""Begins a secret whose key is the rest, decoded. To those who sign in hex it is a text like any other."""


def authorized(settings: ReceiverSettings, headers: Mapping[str, str], body: bytes | bytearray) -> bool:
    """``headers`` with lower-case names. True when nothing is configured, or one configured secret or token is shown."""
    if settings.open:
        return True
    # Every comparison is made, so that time tells nothing about which one matched.
    good = _signed(settings, headers, body) | _signed_by_convention(settings, headers, body)
    tokens = list(_tokens(headers))
    for token in settings.bearer_tokens:
        for text in tokens:
            good |= hmac.compare_digest(token.reveal().encode(), text)
    return good


def shows_something(settings: ReceiverSettings, headers: Mapping[str, str]) -> bool:
    """Whether the headers alone leave a chance: without one the body need not even be read."""
    if settings.open:
        return True
    if settings.hmac_secrets and (any(True for _ in _signatures(headers)) or any(True for _ in _standard(headers))):
        return True
    if not settings.bearer_tokens:
        return False
    shown = list(_tokens(headers))
    return any(hmac.compare_digest(token.reveal().encode(), text) for token in settings.bearer_tokens for text in shown)


def _signed(settings: ReceiverSettings, headers: Mapping[str, str], body: bytes | bytearray) -> bool:
    good, shown = False, list(_signatures(headers))
    in_a_form = form.is_form(headers) and any(headers.get(name) for name in BARE_HEX)
    for secret in settings.hmac_secrets if shown else ():
        key = secret.reveal().encode()
        wanted = [hmac.new(key, body, hashlib.sha256).hexdigest(), *(_of_the_json(key, body) if in_a_form else ())]
        for digest in wanted:
            for one in shown:
                good |= hmac.compare_digest(digest.encode(), one.encode("latin-1", "replace"))
    return good


def _of_the_json(key: bytes, body: bytes | bytearray) -> list[str]:
    """The digest of the JSON in a form; none where nothing is in it, for that digest would be good for anything."""
    digest, size = hmac.new(key, digestmod=hashlib.sha256), 0
    for piece in form.pieces(body):
        digest.update(piece)
        size += len(piece)
    return [digest.hexdigest()] if size else []


def _signed_by_convention(settings: ReceiverSettings, headers: Mapping[str, str], body: bytes | bytearray) -> bool:
    good, shown = False, list(_standard(headers))
    for secret in settings.hmac_secrets if shown else ():
        digest = hmac.new(_key(secret.reveal()), digestmod=hashlib.sha256)
        for name in STANDARD[:2]:
            digest.update(_sent(headers[name]) + b".")
        digest.update(body)
        wanted = base64.b64encode(digest.digest())
        for one in shown:
            good |= hmac.compare_digest(wanted, one)
    return good


def _key(secret: str) -> bytes:
    """What signs by the convention: the secret itself where it is not written as the convention has it."""
    if secret.startswith(ENCODED):
        with suppress(binascii.Error, ValueError):
            return base64.b64decode(secret.removeprefix(ENCODED), validate=True) or secret.encode()
    return secret.encode()


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


def _standard(headers: Mapping[str, str]) -> Iterator[bytes]:
    """The base64 digests of ``webhook-signature``: several while the sender exchanges its key, versions of others between."""
    if all(headers.get(name) for name in STANDARD):
        for one in headers[STANDARD[2]].split():
            if one.startswith(VERSION):
                yield _sent(one.removeprefix(VERSION))


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
