"""The repository's URL as it may be written down: without userinfo, because ConfigMaps, metrics and agents get to see it.

A URL that is useless without the secret in it is refused with the remedy; an agent would otherwise be sent to a server that
turns it away.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from stoker.errors import CredentialsInvalid, GitUrlInvalid
from stoker.observe.redact import MASK, redact_url

HTTP = ("http", "https")


def published_url(repo: str, auth_type: str) -> str:
    """``repo`` without credentials. CredentialsInvalid when they are its only ones, GitUrlInvalid when it is no URL.

    A bare user name goes too (Azure DevOps puts one into its clone URLs), except for ssh, which needs it.
    """
    try:
        parts = urlsplit(repo)
        password = parts.password
    except ValueError as error:
        raise GitUrlInvalid(
            f"repository URL {redact_url(repo)!r} cannot be read ({error}); correct spec.git.repo"
        ) from None
    shown = redact_url(repo)
    if MASK in shown or (password is not None and auth_type == "none"):
        raise CredentialsInvalid(
            f"spec.git.repo {shown!r} carries a credential, which everybody could read who may read the resource;"
            " put it into a Secret, name that in spec.git.auth.token.secretRef and take it out of the URL"
        )
    if parts.scheme in HTTP or password is not None:
        return shown
    return repo
