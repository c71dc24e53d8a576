"""Secrets as objects: decoded and trimmed on request, named in errors, never shown."""

from __future__ import annotations

import base64

import pytest

from stoker.api.objects import ObjectMeta, Secret
from stoker.errors import CredentialsInvalid


def secret(**data: str) -> Secret:
    return Secret(metadata=ObjectMeta(name="s", namespace="here"), data=data)


def encoded(text: bytes) -> str:
    return base64.b64encode(text).decode()


def test_a_key_is_decoded_and_trimmed() -> None:
    assert secret(k=encoded(b" t0ken\n")).text("k") == "t0ken"


def test_an_absent_key_is_named_with_its_secret() -> None:
    with pytest.raises(CredentialsInvalid, match=r"Secret here/s has no key 'k'; add it or name the right key"):
        secret(other="eA==").text("k")


@pytest.mark.parametrize("value", ["hunter2!", encoded(b"\xff\xfehunter2")], ids=["no base64", "no text"])
def test_what_cannot_be_decoded_is_named_and_not_shown(value: str) -> None:
    with pytest.raises(CredentialsInvalid, match=r"Secret here/s, key 'k': not base64 of UTF-8 text") as caught:
        secret(k=value).text("k")
    assert "hunter" not in str(caught.value)
    assert value not in str(caught.value)


def test_its_repr_names_it_and_nothing_more() -> None:
    shown = repr(secret(k=encoded(b"hunter2")))
    assert shown == "Secret(here/s)"
    assert "hunter2" not in f"{secret(k='hunter2')}"
