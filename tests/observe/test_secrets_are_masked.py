"""No shape of a known secret, and no URL's userinfo, survives into a log line."""

from __future__ import annotations

import base64
import logging
import traceback
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from stoker.observe import redact
from stoker.observe.logs import get_logger
from stoker.observe.redact import Known, Secret

if TYPE_CHECKING:
    from tests.observe.conftest import Lines

TOKEN = "gho_Abc/d+e f9=Zz&quer"


def basic(user: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{TOKEN}".encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        f"https://x.example/{quote(TOKEN, safe='')}",
        *(basic("x" * length) for length in range(4)),
        basic("x-access-token"),
        base64.urlsafe_b64encode(TOKEN.encode()).decode(),
        f"before{TOKEN}after",
    ],
)
def test_a_known_value_in_any_shape(text: str) -> None:
    redact.register(TOKEN)
    masked = redact.redact(text)
    assert "***" in masked
    for shape in (TOKEN, quote(TOKEN, safe=""), base64.b64encode(TOKEN.encode()).decode()[4:-4]):
        assert shape not in masked


def test_a_private_key_is_masked_line_by_line_and_as_python_prints_it() -> None:
    lines = ["-----BEGIN KEY-----", "MIIEpAIBAAKCAQEAxyz", "Qm9ndXMgbGluZSB0d28", "-----END KEY-----"]
    redact.register("\n".join(lines))
    assert redact.redact(repr("\n".join(lines))) == "'***'"
    assert redact.redact(f"bad line: {lines[2]}") == "bad line: ***"
    assert redact.redact(lines[0]) == lines[0]


def test_of_secrets_that_overlap_the_longer_is_masked() -> None:
    known = Known()
    for value in ("secret-one", "secret-one-and-more", "one-and"):
        known.add(value)
    assert known.mask("<secret-one-and-more> <secret-one> <one-and>") == "<***> <***> <***>"


def test_a_very_short_value_is_not_a_word_to_mask() -> None:
    redact.register("main")
    redact.register("  a  ")
    assert redact.redact("main a") == "main a"


def test_only_so_many_are_kept_and_those_in_use_stay() -> None:
    known = Known(limit=3)
    for value in ("first-secret", "second-secret", "third-secret", "first-secret", "fourth-secret"):
        known.add(value)
    masked = known.mask("first-secret second-secret fourth-secret")
    assert masked == "*** second-secret ***"


def test_forgetting_one_of_two_that_share_a_shape_keeps_the_other() -> None:
    known = Known(limit=2)
    for value in ("shared-value\n", "shared-value", "another-value"):
        known.add(value)
    assert known.mask("shared-value") == "***"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:p@ss@host/x", "https://host/x"),
        ("https://user:pa/ss@host/x", "https://host/x"),
        ("https://u:p'w\"x@host/r.git", "https://host/r.git"),
        ("https://user:pa ss@host/r", "https://host/r"),
        ("https://ghp_token@host/r", "https://host/r"),
        ("ssh://git@host/r", "ssh://git@host/r"),
        ("ssh://git:word@host/r", "ssh://host/r"),
        ("https://host:8080/x@y", "https://host:8080/x@y"),
        ("https://host/p@v1", "https://host/p@v1"),
        ("https://h/p?access_token=abc&page=2", "https://h/p?access_token=***&page=2"),
        ("https://h/p?page=2&X-Amz-Signature=abc", "https://h/p?page=2&X-Amz-Signature=***"),
    ],
)
def test_a_url_loses_what_is_secret_by_its_shape(url: str, shown: str) -> None:
    assert redact.redact_url(url) == shown
    assert redact.redact(f"fetch of {url} failed") == f"fetch of {shown} failed"


def test_a_password_in_the_short_form_of_ssh_is_masked() -> None:
    assert redact.redact_url("git:word@host:r.git") == "***@host:r.git"
    assert redact.redact_url("git@host:r.git") == "git@host:r.git"
    assert (
        redact.redact("at 12:30 mail a@b and http://host:80 said c@d")
        == "at 12:30 mail a@b and http://host:80 said c@d"
    )


def test_a_url_in_use_is_not_broken_by_a_secret_that_is_a_word_in_it() -> None:
    redact.register("ignition")
    assert redact.redact_url("https://host/ignition.git") == "https://host/ignition.git"


@pytest.mark.parametrize("header", ["Authorization: Bearer abc.def", "{'authorization': 'Basic eHh4'}"])
def test_an_authorization_header_is_masked_though_its_value_is_unknown(header: str) -> None:
    masked = redact.redact(header)
    assert "abc" not in masked
    assert "eHh4" not in masked


def test_a_log_line_masks_every_depth(lines: Lines) -> None:
    redact.register("s3cr3t-value")
    try:
        raise ValueError("refused s3cr3t-value")
    except ValueError as error:
        get_logger("x", ref="s3cr3t-value").error(
            "e-s3cr3t-value", deep={"s3cr3t-value": [("s3cr3t-value",)]}, error=error, exc_info=True
        )
        logging.getLogger("lib").exception("got %s", "s3cr3t-value")
        assert "s3cr3t-value" in traceback.format_exc()
    assert "s3cr3t-value" not in lines.text
    assert len(lines.objects) == 2


def test_lines_for_people_are_masked_too(lines: Lines) -> None:
    lines.configure(dev=True)
    redact.register("s3cr3t-value")
    get_logger("x").info("e", deep=["s3cr3t-value"])
    assert "s3cr3t-value" not in lines.text
    assert "***" in lines.text


def test_a_secret_prints_as_stars_and_is_known_from_then_on() -> None:
    secret = Secret("hold-me-tight")
    assert f"{secret} {secret!r}" == "Secret(***) Secret(***)"
    assert redact.redact("hold-me-tight") == "***"
    assert (secret == Secret("hold-me-tight"), secret == "hold-me-tight") == (True, False)
    assert secret.reveal() == "hold-me-tight"
