"""One exchange with GitHub's API: the JWT that proves an app, the request, and what its answer means.

``POST {api}/app/installations/{id}/access_tokens`` with a JWT signed by RS256 is answered 201 with ``token`` and
``expires_at`` ("Generating an installation access token for a GitHub App" of GitHub's REST documentation). A redirect is an
answer and never followed, because the JWT must not travel to where one points. The libraries that sign and
send are loaded when something is to be signed: most processes never do.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

import trio

from stoker.api.times import parse_rfc3339
from stoker.errors import CredentialsInvalid, GitHubAppExchangeFailed, GitHubAppRefused
from stoker.git.credentials import Credentials
from stoker.observe.redact import Secret, redact, redact_url, register
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

ANSWER_LIMIT: Final = 1024 * 1024
BACKDATED: Final = timedelta(seconds=60)
JWT_LIFETIME: Final = timedelta(minutes=10)
LONGEST_WAIT: Final = 3600.0


class Installation(Value, frozen=True):
    """One installation of an app. ``api_url`` like https://api.github.com; ``private_key``: its PEM."""

    api_url: str
    app_id: int
    installation_id: int
    private_key: Secret

    @property
    def shown(self) -> str:
        """Fit for messages."""
        return f"GitHub App {self.app_id}, installation {self.installation_id} at {redact_url(self.api_url)}"


class Granted(NamedTuple):
    """The token, and when it expires as GitHub said it, aware."""

    secret: Secret
    expires_at: datetime


async def exchange(
    client: Callable[[], httpx.AsyncClient], installation: Installation, *, now: Callable[[], datetime], bound: float
) -> Granted:
    """Asks once, for at most ``bound`` seconds. GitHubAppExchangeFailed, GitHubAppRefused.

    ``client`` is asked for only once there is something to send.
    """
    import httpx

    from stoker.git import http_failures
    from stoker.git.http import Request, send

    address = address_of(installation)
    headers = {
        "Authorization": f"Bearer {signed(installation, now())}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
        "User-Agent": "stoker",
    }
    try:
        with trio.move_on_after(bound):
            answer, content = await send(client(), Request("POST", address, headers), limit=ANSWER_LIMIT)
            return _granted(answer, content, installation.shown, now())
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise GitHubAppExchangeFailed(http_failures.of_httpx(error, installation.shown).message) from None
    except CredentialsInvalid as error:  # of the proxy
        raise GitHubAppRefused(f"{installation.shown}: {error.message}") from None
    raise GitHubAppExchangeFailed(
        f"{installation.shown}: no answer within {bound:g} s; check the server and the network"
    )


def signed(installation: Installation, now: datetime) -> str:
    """The JWT that proves the app: ``iat`` a minute ago, ``exp`` in ten, ``iss`` the app's id. GitHubAppRefused."""
    import jwt
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    remedy = "put the PEM that GitHub gave for the app into the Secret's key"
    try:
        key = load_pem_private_key(installation.private_key.reveal().strip().encode(), None)
    except TypeError:
        raise GitHubAppRefused(f"{installation.shown}: its private key is encrypted; {remedy}") from None
    except (ValueError, UnsupportedAlgorithm):
        raise GitHubAppRefused(f"{installation.shown}: its private key is no PEM of a private key; {remedy}") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < 2048:
        raise GitHubAppRefused(f"{installation.shown}: its private key is no RSA key of at least 2048 bits; {remedy}")
    issued = int((now - BACKDATED).timestamp())
    claims = {"iat": issued, "exp": int((now + JWT_LIFETIME).timestamp()), "iss": str(installation.app_id)}
    text = jwt.encode(claims, key, algorithm="RS256")
    register(text)
    return text


def _granted(answer: httpx.Response, content: bytes | None, shown: str, now: datetime) -> Granted:
    said = _fields(content)
    if answer.status_code not in {200, 201}:
        raise refusal(answer, said, shown, now)
    token, expires = said.get("token"), said.get("expires_at")
    try:
        if isinstance(token, str) and isinstance(expires, str):
            Credentials.token(token)
            return Granted(Secret(token), parse_rfc3339(expires))
    except (ValueError, CredentialsInvalid):
        pass  # said below, without the words of what might be a token
    raise GitHubAppExchangeFailed(
        f"{shown}: HTTP {answer.status_code} without a usable token and time of expiry; check apiBaseURL"
    )


def refusal(
    answer: httpx.Response, said: dict[str, object], shown: str, now: datetime
) -> GitHubAppExchangeFailed | GitHubAppRefused:
    """The error of an answer that is no token; GitHub's own ``message`` is quoted."""
    status = answer.status_code
    quoted = redact(str(said.get("message", "")))[:200]
    told = f"{shown}: HTTP {status}" + (f" ({quoted})" if quoted else "")
    wait = _wait(answer, now)
    if status == 429 or (status == 403 and (wait is not None or "rate limit" in quoted.lower())):
        return GitHubAppExchangeFailed(f"{told}, asked too often; it is asked again later", retry_after=wait)
    if status == 401:
        return GitHubAppRefused(f"{told}; check appId, that the key is this app's, and this machine's clock")
    if status == 403:
        return GitHubAppRefused(f"{told}; check that the installation is not suspended")
    if status in {404, 410, 422}:
        return GitHubAppRefused(f"{told}; check appId, installationId and apiBaseURL, and that the app is installed")
    if answer.is_redirect:
        target = redact_url(answer.headers["location"])[:200]
        return GitHubAppRefused(f"{told}, redirected to {target}, which is not followed; correct apiBaseURL")
    if status == 407:
        return GitHubAppRefused(f"{told}, the proxy wants a credential; correct HTTPS_PROXY")
    if status < 500:
        return GitHubAppRefused(f"{told}, which GitHub does not say; correct apiBaseURL")
    return GitHubAppExchangeFailed(f"{told}, the server failed; it is asked again", retry_after=wait)


def address_of(installation: Installation) -> str:
    """Where the token is asked for; GitHubAppRefused for a base URL that is none."""
    try:
        parts = urlsplit(installation.api_url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable, parts = False, urlsplit("")
    plain = all(33 <= ord(char) < 127 for char in installation.api_url)
    if not (usable and plain) or parts.username is not None or parts.query or parts.fragment:
        raise GitHubAppRefused(
            f"{installation.shown}: that is no base URL of an API; correct spec.git.auth.githubApp.apiBaseURL, as in"
            " https://api.github.com or https://HOST/api/v3"
        )
    return f"{installation.api_url.rstrip('/')}/app/installations/{installation.installation_id}/access_tokens"


def _fields(content: bytes | None) -> dict[str, object]:
    try:
        value = json.loads(content or b"")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _wait(answer: httpx.Response, now: datetime) -> float | None:
    """Seconds that GitHub asks to wait, bounded: Retry-After, or the end of a spent allowance."""
    after, reset = answer.headers.get("retry-after", ""), answer.headers.get("x-ratelimit-reset", "")
    seconds: float | None = None
    if after.isdecimal():
        seconds = float(after)
    elif answer.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        seconds = float(reset) - now.timestamp()
    return None if seconds is None else min(LONGEST_WAIT, max(1.0, seconds))
