"""Which proxy stands before a URL: the environment as Go reads it, for which clusters write their variables."""

from __future__ import annotations

import pytest

from stoker.errors import CredentialsInvalid
from stoker.git.proxies import proxy_for

HTTPS, HTTP = "http://proxy.plant:3128", "http://other.plant:3128"
BOTH = {"HTTPS_PROXY": HTTPS, "HTTP_PROXY": HTTP}


@pytest.mark.parametrize(
    ("url", "environment", "wanted"),
    [
        ("https://git.example/a.git", {}, None),
        ("https://git.example/a.git", BOTH, HTTPS),
        ("http://git.example/a.git", BOTH, HTTP),
        ("https://git.example/a.git", {"https_proxy": HTTPS, "HTTPS_PROXY": HTTP}, HTTPS),
        ("https://git.example/a.git", {"https_proxy": " ", "HTTPS_PROXY": HTTP}, HTTP),
        ("https://git.example/a.git", {"HTTP_PROXY": HTTP}, None),
        ("https://git.example/a.git", {"ALL_PROXY": HTTP}, HTTP),
        ("https://git.example/a.git", {"HTTPS_PROXY": "proxy.plant:3128"}, HTTPS),
        ("https://git.example/a.git", {"HTTPS_PROXY": "https://me:word@proxy.plant"}, "https://me:word@proxy.plant"),
        ("git://git.example/a.git", {**BOTH, "ALL_PROXY": HTTP}, None),
        ("ssh://git@git.example/a.git", {**BOTH, "ALL_PROXY": HTTP}, None),
    ],
)
def test_a_proxy_is_chosen_by_the_scheme(url: str, environment: dict[str, str], wanted: str | None) -> None:
    assert proxy_for(url, environment) == wanted


@pytest.mark.parametrize(
    ("host", "no_proxy"),
    [
        ("git.example", "*"),
        ("git.example", "git.example"),
        ("git.example", "other, GIT.EXAMPLE"),
        ("git.example", "example"),
        ("git.example", ".example"),
        ("git.example", "*.example"),
        ("git.example:8443", "git.example:8443"),
        ("git.example", "git.example:443"),
        ("git.example.", "git.example"),
        ("10.1.2.3", "10.0.0.0/8"),
        ("10.1.2.3", "10.1.2.3"),
        ("10.1.2.3:8443", "10.1.2.3:8443"),
        ("[fd00::1]", "fd00::/8"),
        ("[fd00::1]:8443", "[fd00::1]:8443"),
        ("[fd00::1]", "fd00::1"),
        ("localhost", ""),
        ("127.0.0.1:8443", ""),
        ("[::1]", ""),
    ],
)
def test_a_host_is_excepted(host: str, no_proxy: str) -> None:
    assert proxy_for(f"https://{host}/a.git", {**BOTH, "NO_PROXY": no_proxy}) is None


@pytest.mark.parametrize(
    ("host", "no_proxy"),
    [
        ("git.example", ""),
        ("git.example", ","),
        ("git.example", "other"),
        ("git.example", "it.example"),
        ("example", ".example"),
        ("git.example", "git.example:8443"),
        ("git.example", "10.0.0.0/8"),
        ("11.1.2.3", "10.0.0.0/8"),
        ("10.1.2.3", "fd00::/8"),
        ("10.1.2.3", "1.2.3"),
        ("[fe00::1]", "fd00::/8"),
    ],
)
def test_a_host_is_not_excepted(host: str, no_proxy: str) -> None:
    assert proxy_for(f"https://{host}/a.git", {**BOTH, "NO_PROXY": no_proxy}) == HTTPS


@pytest.mark.parametrize("proxy", ["socks5://proxy.plant:1080", "http://", "http://[::1", "http://a:b:c"])
def test_a_proxy_that_is_not_spoken_to_is_refused(proxy: str) -> None:
    with pytest.raises(CredentialsInvalid, match="correct HTTPS_PROXY"):
        proxy_for("https://git.example/a.git", {"HTTPS_PROXY": proxy})


def test_the_password_of_a_refused_proxy_is_not_shown() -> None:
    with pytest.raises(CredentialsInvalid) as caught:
        proxy_for("https://git.example/a.git", {"HTTPS_PROXY": "socks5://me:hunter22@proxy.plant"})
    assert "hunter22" not in str(caught.value)
